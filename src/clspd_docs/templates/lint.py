"""What can be said of a template before any merge: its tags, its blocks, what Word left in it, its accessibility.

A template is judged alone here; ``lint_fields`` compares its fields with what a document can give.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from clspd_docs.findings import Finding, in_order
from clspd_docs.origin import Place
from clspd_docs.templates.accessibility import accessibility_faults
from clspd_docs.templates.engine import lone_braces
from clspd_docs.templates.lint_blocks import block_faults
from clspd_docs.templates.lint_places import Places
from clspd_docs.templates.lint_scan import Fault, PartScan, Scan, TypedTag, scan
from clspd_docs.templates.lint_tags import extra_braces, tag_faults
from clspd_docs.templates.lint_word import word_faults
from clspd_docs.templates.parts import core_part, parse
from clspd_docs.templates.properties import PROPERTIES, property_texts
from clspd_docs.templates.render import Template
from clspd_docs.templates.tags import TAG, split

_LAST: Final = 10**9  # rank of the properties: after every paragraph


def lint(template: Template) -> list[Finding]:
    """Return the faults of a template, in order: of its tags (MOD120 to MOD138), of the rest (MOD140 to MOD174)."""
    return in_order(fault.finding for fault in faults_of(scan(template.members, template.place_file)))


def faults_of(template: Scan) -> Iterator[Fault]:
    """Yield the same with the XML that each speaks of."""
    for part in template.parts:
        yield from tag_faults(part)
        yield from block_faults(part)
    yield from _properties(template)
    yield from word_faults(template)
    yield from accessibility_faults(template)


def properties_of(template: Scan) -> Iterator[PartScan]:
    """Yield each property with tags as a part of its own."""
    core = core_part(template.members)
    root = parse(template.members[core]) if core else None
    for index, text, _ in property_texts(template.members[core]) if core else ():
        assert root is not None, "core has been read"
        element = root[index]
        typed = tuple(
            TypedTag(m[0], *split(m[0]), PROPERTIES, element, m.start(), m.end()) for m in TAG.finditer(text)
        )
        yield PartScan(
            *(template.file, "", PROPERTIES, element, Places(PROPERTIES, root, {}, _LAST)),
            spots=(),
            tags=typed,
            old_tags=(),
            broken=(),
            meant=typed,
            styled={},
        )


def _properties(template: Scan) -> Iterator[Fault]:
    for part in properties_of(template):
        yield from tag_faults(part)
        yield from block_faults(part)
        yield from extra_braces(part, part.root.text or "", part.tags)
        for finding in lone_braces(part.root.text or "", Place(template.file, part=PROPERTIES, tab=_LAST)):
            yield Fault(finding)

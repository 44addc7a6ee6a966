"""A Word template, compiled once and rendered as often as there are recipients.

``Template`` is what other rooms know: its name, the digest of its bytes, the fields it reads, and ``render``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from typing import Any, Final
from xml.parsers.expat import ExpatError, ParserCreate

from lxml import etree

from clspd_docs.findings import Finding
from clspd_docs.origin import Place
from clspd_docs.templates.drawings import DRAWING_MARK, DRAWINGS, place_drawings, with_chart_types
from clspd_docs.templates.engine import Docxtpl, Program, Run, compile_part
from clspd_docs.templates.explain import explain
from clspd_docs.templates.filters import TooMuchError
from clspd_docs.templates.language import Sandbox
from clspd_docs.templates.lint_places import Places, edge_labels, heading_levels
from clspd_docs.templates.loops import Lists, numbering_part, prepare_loops, restart
from clspd_docs.templates.parts import (
    CONTENT_TYPES,
    DECLARATION,
    MAX_ELEMENTS,
    TextPart,
    core_part,
    parse,
    q,
    rels_of,
    text_parts,
)
from clspd_docs.templates.pictures import (
    Media,
    Placeholders,
    Relations,
    has_placeholders,
    insert,
    open_relations,
    with_picture_types,
)
from clspd_docs.templates.properties import Properties
from clspd_docs.templates.property_fields import properties_of, write_properties
from clspd_docs.templates.resolve import resolved
from clspd_docs.templates.skeleton import has_full_tables
from clspd_docs.templates.structure import MISPLACED, structure_faults
from clspd_docs.templates.word_fields import MOVING_FIELD, may_move, moving_in
from clspd_docs.templates.zipping import Member, archive, deflated, stored

IMAGES: Final = "images"


@dataclass(frozen=True, slots=True)
class Rendered:
    """One rendering: the bytes of the .docx, or ``None`` with at least one error among the findings."""

    docx: bytes | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """A part that changes from one document to the next; ``ids`` finds the ids of its drawings."""

    text: TextPart
    program: Program
    placeholders: Placeholders | None
    rels: bytes
    ids: re.Pattern[str]
    changes_grid: bool
    restarts_lists: bool
    may_move: bool

    @property
    def is_proven(self) -> bool:
        """True when what comes out need not be parsed to know that it is in shape."""
        return self.program.is_sound and not self.changes_grid


@dataclass(frozen=True, slots=True)
class _Compiled:
    docxtpl: Docxtpl
    parts: tuple[_Part, ...]
    properties: Properties | None
    core_name: str | None
    still: tuple[Member, ...]  # the members that never change
    first_drawing_id: int
    numbering: str | None
    lists: Lists | None  # when a loop starts some again
    types: bytes  # of the members, to which charts are added


class Template:
    """A Word template that was opened safely (``package.open_template``)."""

    def __init__(self, name: str, place_file: str, digest: str, members: Mapping[str, bytes]) -> None:
        """Keep the members of the package.

        Args:
            name: File name, « convocation.docx ».
            place_file: Path relative to the working folder, as findings show it.
            digest: SHA-256 of the file, in hexadecimal.
            members: Every member of the zip, well formed when it is XML.
        """
        self.name = name
        self.place_file = place_file
        self.digest = digest
        self.members = members

    @cached_property
    def _compiled(self) -> _Compiled:
        sandbox, docxtpl = Sandbox(), Docxtpl()
        members = resolved(self.members)
        parts, ids = [], [0]
        numbering, shown = numbering_part(members), properties_of(members)
        lists = Lists(members[numbering]) if numbering else None
        labels, levels = edge_labels(members), heading_levels(members)
        for found in text_parts(members):
            text = replace(found, label=labels.get(found.name, found.label))
            root = parse(members[text.name])
            write_properties(root, shown)
            restarts = prepare_loops(root, lists.counted if lists else frozenset())
            program = compile_part(sandbox, docxtpl, root, self.place_file, Places(text.label, root, levels))
            pictures = Placeholders(root, text, self.place_file) if has_placeholders(root) else None
            has_drawing = DRAWING_MARK.encode() in members[text.name]
            moves = may_move(root, {tag.prefix for tag in program.tags})
            if program.faults or program.tags or pictures or has_drawing or moves:
                grid = any(_changes_grid(tag.prefix, tag.body) for tag in program.tags)
                rels = open_relations(members.get(rels_of(text.name)))
                parts.append(_Part(text, program, pictures, rels, _ids(root), grid, restarts, moves))
            else:
                ids += [
                    int(p.get("id") or 0) for p in root.iter(q("wp:docPr")) if (p.get("id") or "").isdecimal()
                ]
        core = core_part(members)
        properties = Properties(Sandbox(escaped=False), members[core], self.place_file) if core else None
        if not any(part.restarts_lists for part in parts):
            lists = None
        still = _still(members, parts, {core, numbering if lists else None})
        types = with_picture_types(members[CONTENT_TYPES])
        first = max(ids) + 1
        return _Compiled(docxtpl, tuple(parts), properties, core, still, first, numbering, lists, types)

    def fields(self) -> tuple[str, ...]:
        """Return the dotted paths that the template reads, sorted: « membre.nom », « seance.points[].titre ».

        A template whose tags are at fault gives those of its other parts.
        """
        compiled = self._compiled
        programs = [part.program for part in compiled.parts]
        programs += compiled.properties.programs.values() if compiled.properties else ()
        return tuple(sorted(set().union(*(program.fields() for program in programs))))

    def render(self, context: Mapping[str, Any]) -> Rendered:
        """Return the document for ``context``; the same context gives the same bytes. Nothing is raised.

        Args:
            context: Root names of the tags. Three have a meaning of their own: ``images`` (PNG or JPEG bytes by
                name, for the placeholder pictures), ``dessins`` (drawings by name) and ``fixe_le`` (datetime, the
                dates of the document).

        Returns:
            The bytes, or every fault met: MOD120 to MOD124, MOD146, FUS101 to FUS115; FUS112 and FUS114 come with the
            bytes.
        """
        compiled, run, media = self._compiled, Run(context), Media()
        findings: list[Finding] = []
        changed: list[Member] = []
        drawings, copies, charts = count(compiled.first_drawing_id), list[str](), dict[str, bytes]()
        for part in compiled.parts:
            relations = Relations(part.rels, part.text, media)
            xml, faults = self._render_part(part, run, relations)
            findings += faults
            if xml is None:
                continue
            if part.placeholders:
                xml, faults = part.placeholders.fill(xml, context.get(IMAGES) or {}, relations)
                findings += faults
            if part.restarts_lists and compiled.lists:
                xml = restart(xml, compiled.lists, copies)
            place = Place(self.place_file, part=part.text.label)
            moving = moving_in(xml) if part.may_move else ()
            findings += [MOVING_FIELD.at(place, champ=name) for name in moving]
            placed = place_drawings(xml, context.get(DRAWINGS, {}), place)
            findings += placed.findings
            charts |= placed.members
            # Each drawing has an id of its own, as Word asks.
            xml = part.ids.sub(lambda match: f"{match[1]}{next(drawings)}", placed.xml)
            changed.append(deflated(part.text.name, (DECLARATION + xml).encode()))
            if relations.is_needed or placed.members:
                changed.append(deflated(rels_of(part.text.name), placed.relations(relations.part())))
        if compiled.properties and compiled.core_name:
            raw, faults = compiled.properties.render(run)
            changed.append(deflated(compiled.core_name, raw))
            findings += faults
        if compiled.lists and compiled.numbering:
            changed.append(deflated(compiled.numbering, compiled.lists.part(copies)))
        if any(finding.is_error for finding in findings):
            return Rendered(None, tuple(findings))
        pictures = (stored(name, raw) for name, raw in sorted(media.members.items()))
        still = compiled.still
        if charts:
            still = (deflated(CONTENT_TYPES, with_chart_types(compiled.types, charts)), *still[1:])
        added = (deflated(name, raw) for name, raw in sorted(charts.items()))
        return Rendered(archive((*still, *changed, *pictures, *added)), tuple(findings))

    def _render_part(self, part: _Part, run: Run, relations: Relations) -> tuple[str | None, list[Finding]]:
        """Return the XML of a part, without its declaration."""
        before = len(run.inserts)
        text, faults = part.program.run(run)
        if faults:
            return None, faults
        if text.count("<") > 2 * MAX_ELEMENTS:
            return None, [explain(TooMuchError(), None, self.place_file, part.text.label)]
        docxtpl, place = self._compiled.docxtpl, Place(self.place_file, part=part.text.label)
        xml = docxtpl.resolve_listing(text)
        is_plain = len(run.inserts) == before
        try:
            if is_plain and part.is_proven and has_full_tables(xml):
                ParserCreate().Parse(xml, True)  # noqa: FBT003 - « final »; proven, and made sure of
                return xml, []
            root = docxtpl.tree(xml, changes_grid=part.changes_grid)
        except (etree.XMLSyntaxError, ExpatError):
            return None, [MISPLACED.at(place)]
        faults = [] if is_plain else insert(root, run.inserts, relations, place)
        return etree.tostring(root, encoding="unicode"), faults + structure_faults(root, place)


def _still(members: Mapping[str, bytes], parts: list[_Part], others: set[str | None]) -> tuple[Member, ...]:
    """Return the members that are the same in every document: neither the parts nor ``others``."""
    moving = {part.text.name for part in parts} | {rels_of(part.text.name) for part in parts} | others
    still = {name: raw for name, raw in members.items() if name not in moving}
    still[CONTENT_TYPES] = with_picture_types(still[CONTENT_TYPES])
    first = sorted(still, key=lambda name: name != CONTENT_TYPES)
    return tuple(deflated(name, still[name]) for name in first)


def _changes_grid(prefix: str, body: str) -> bool:
    """True for a tag that makes rows of a table wider or narrower than the template's."""
    return prefix == "tc" or body.partition(" ")[0] in {"colspan", "hm"}


def _ids(root: etree._Element) -> re.Pattern[str]:
    """Return the pattern of the ids of drawings, the id left out; those that a merge adds have the prefix « wp »."""
    prefixes = {"wp", *(re.escape(p.prefix or "") for p in root.iter(q("wp:docPr")))}
    return re.compile(rf'(<(?:{"|".join(sorted(prefixes))}):docPr\s(?:[^>]*?\s)?id=")[^"]*')

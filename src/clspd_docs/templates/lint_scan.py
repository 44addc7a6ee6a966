"""A template as the checks read it: its parts, their paragraphs and tags, and the faults that they find there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from clspd_docs.findings import Finding, Kind
from clspd_docs.origin import Place
from clspd_docs.templates.explain import explain
from clspd_docs.templates.lint_braces import broken_tags
from clspd_docs.templates.lint_places import Places, edge_labels, heading_levels
from clspd_docs.templates.lint_runs import pieces
from clspd_docs.templates.loops import Lists
from clspd_docs.templates.parts import NS, member_of, parse, q, text_parts
from clspd_docs.templates.splice_lists import numbered_styles
from clspd_docs.templates.tags import TAG, Spot, Tag, is_fallback, split, spots

TRACKED: Final = (q("w:ins"), q("w:del"), q("w:moveFrom"), q("w:moveTo"))
_INLINE: Final = str.maketrans("", "", "\n\t\u2011")


@dataclass(frozen=True, slots=True)
class TypedTag(Tag):
    """A tag, and the characters of its paragraph that it takes."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class BrokenTag(TypedTag):
    """A tag whose braces are damaged: ``typed`` is what was meant, ``written`` what stands there."""

    written: str
    spaced: bool


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """A finding, and the XML that it speaks of: what the annotated copy marks.

    ``part`` is the member, empty for the whole file; ``span`` the characters of the paragraph, if it is a tag.
    """

    finding: Finding
    part: str = ""
    element: etree._Element | None = None
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PartScan:
    """One part with paragraphs. ``tags`` leaves out the old copies of text boxes, ``old_tags`` is those.

    Neither holds what a tracked change takes away. ``broken`` are the damaged tags, old copies included;
    ``meant`` are ``tags`` with them, in order. ``styled`` gives the list of each style that numbers lines.
    """

    file: str
    name: str
    label: str
    root: etree._Element
    places: Places
    spots: tuple[Spot, ...]
    tags: tuple[TypedTag, ...]
    old_tags: tuple[TypedTag, ...]
    broken: tuple[BrokenTag, ...]
    meant: tuple[TypedTag, ...]
    styled: Mapping[str, str]

    def at(self, kind: Kind, element: etree._Element, text: str | None = None, **facts: str) -> Fault:
        """Return the fault of an element; ``text`` tells the place when the element is no paragraph."""
        place = self.places.place(self.file, element, text)
        return Fault(kind.at(place, **facts), self.name, element)

    def of_tag(self, kind: Kind, tag: TypedTag, **facts: str) -> Fault:
        """Return the fault of a tag."""
        place = self.places.place(self.file, tag.holder)
        facts.setdefault("balise", tag.shown)
        return Fault(kind.at(place, **facts), self.name, tag.holder, (tag.start, tag.end))

    def of_error(self, error: Exception, tag: TypedTag) -> Fault:
        """Return the fault of a tag that Jinja refuses."""
        place = self.places.place(self.file, tag.holder)
        finding = explain(error, tag, self.file, self.label)
        return Fault(replace(finding, place=place), self.name, tag.holder, (tag.start, tag.end))


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """A whole template."""

    file: str
    members: Mapping[str, bytes]
    parts: tuple[PartScan, ...]

    def whole(self, kind: Kind, part: str | None = None, **facts: str) -> Fault:
        """Return a fault of the whole file."""
        return Fault(kind.at(Place(self.file, part=part), **facts))

    def member(self, ending: str) -> bytes | None:
        """Return the first member whose content type ends so (« styles+xml »)."""
        return member_of(self.members, ending)


def scan(members: Mapping[str, bytes], file: str) -> Scan:
    """Return the parts of a template, in the order of the findings; ``file`` is its name in their places."""
    labels, levels, styled = edge_labels(members), heading_levels(members), _styled(members)
    parts, first = [], 1
    for part in text_parts(members):
        root = parse(members[part.name])
        label = labels.get(part.name, part.label)
        here = tuple(spots(root))
        if next(root.iter(*TRACKED), None) is not None:
            here = tuple(spot for spot in here if not _is_gone(spot.holder, 0, len(spot.text)))
            read = [
                tag for spot in here for tag in _tags(spot) if not _is_gone(tag.holder, tag.start, tag.end)
            ]
        else:
            read = [tag for spot in here for tag in _tags(spot)]
        read = _in_order(root, read)
        tags = [tag for tag in read if not isinstance(tag, BrokenTag)]
        parts.append(
            PartScan(
                *(file, part.name, label, root, Places(label, root, levels, first), here),
                tuple(tag for tag in tags if not is_fallback(tag.holder)),
                tuple(tag for tag in tags if is_fallback(tag.holder)),
                tuple(tag for tag in read if isinstance(tag, BrokenTag)),
                tuple(tag for tag in read if not is_fallback(tag.holder)),
                styled,
            )
        )
        first += sum(1 for _ in root.iter())
    return Scan(file, members, tuple(parts))


def _styled(members: Mapping[str, bytes]) -> dict[str, str]:
    """Return the number of the list of each paragraph style that numbers its lines: not those with bullets."""
    numbering, styles = member_of(members, "numbering+xml"), member_of(members, "styles+xml")
    if numbering is None or styles is None:
        return {}
    counted = Lists(numbering).counted
    return {name: used for name, used in numbered_styles(parse(styles)).items() if used in counted}


def _is_gone(holder: etree._Element, start: int, end: int) -> bool:
    """True for characters that a tracked change takes away."""
    nodes = [piece.node for piece in pieces(holder, start, end)] if is_paragraph(holder) else [holder]
    rows = (row for node in nodes for row in node.iterancestors(q("w:tr")))
    gone = (next(node.iterancestors(q("w:del"), q("w:moveFrom")), None) is not None for node in nodes)
    return all(gone) or any(row.find("w:trPr/w:del", NS) is not None for row in rows)


def _tags(spot: Spot) -> list[TypedTag]:
    found: list[TypedTag] = []
    text = spot.text
    for broken in broken_tags(text):
        written = text[broken.start : broken.end]
        found.append(
            BrokenTag(
                *(broken.meant, *split(broken.meant), "", spot.holder, broken.start, broken.end),
                *(written.translate(_INLINE), broken.spaced),
            )
        )
    for match in TAG.finditer(without(text, found)):
        typed = match[0].translate(_INLINE)
        found.append(TypedTag(typed, *split(typed), "", spot.holder, match.start(), match.end()))
    return sorted(found, key=lambda tag: tag.start)


def without(text: str, tags: Iterable[TypedTag]) -> str:
    """Return the text with spaces in the place of some tags."""
    for tag in tags:
        text = text[: tag.start] + " " * (tag.end - tag.start) + text[tag.end :]
    return text


def _in_order(root: etree._Element, tags: list[TypedTag]) -> list[TypedTag]:
    """Return the tags as Jinja meets them: those of field codes and pictures among those of the text."""
    if all(is_paragraph(tag.holder) for tag in tags):
        return tags
    ranks = {element: rank for rank, element in enumerate(root.iter())}

    def rank(tag: TypedTag) -> tuple[int, int]:
        first = pieces(tag.holder, tag.start, tag.end)[0].node if is_paragraph(tag.holder) else tag.holder
        return ranks[first], tag.start

    return sorted(tags, key=rank)


def is_paragraph(element: etree._Element) -> bool:
    """True for a paragraph; a tag may also stand in an alternative text, a field code, a deleted text."""
    return element.tag == q("w:p")

"""Loops over paragraphs and rows: their numbered lists start again at each turn, their last page break goes.

Word counts a list by its number, not by its place: without this, the second turn of a loop would go on from
the first. A list goes on when paragraphs outside the loop use it too, or when the loop makes its items: then
the turn begins with one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from lxml import etree

from clspd_docs.templates.parts import NS, name_of, parse, q, serialise
from clspd_docs.templates.tags import TAG, tags_of

_RESTART: Final = "w:clspdRestart"  # an element of ours, between the compilation and the end of the merge
_MARK: Final = re.compile(rf'<{_RESTART} w:val="(\w+)"/>|<w:numId w:val="(\w+)"/>')
_UNCOUNTED: Final = frozenset({"bullet", "none"})
_VAL: Final = q("w:val")


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop over paragraphs or rows.

    ``holder`` is the paragraph of its first tag, ``start`` and ``end`` the blocks of its two tags, ``inside``
    the ranks of the paragraphs between.
    """

    holder: etree._Element
    start: etree._Element
    end: etree._Element
    inside: range


def prepare_loops(root: etree._Element, counted: frozenset[str]) -> bool:
    """Mark where lists start again, take the page break off the last turn; return whether a list is marked.

    Args:
        root: A part of a template, changed in place.
        counted: The numbers of the lists that count.
    """
    paragraphs = list(root.iter(q("w:p")))
    loops = list(_loops(root, paragraphs))
    users: dict[str, list[int]] = {}
    for rank, paragraph in enumerate(paragraphs if loops else ()):
        number = paragraph.find("w:pPr/w:numPr/w:numId", NS)
        if number is not None and number.get(_VAL) in counted:
            users.setdefault(number.get(_VAL) or "", []).append(rank)
    marked = list(_held(loops, paragraphs, users))
    for loop, used in marked:
        loop.start.addnext(etree.Element(q(_RESTART), {_VAL: used}))
    for loop in loops:
        _spare_last_break(loop)
    return bool(marked)


def repeated_lists(
    root: etree._Element, styled: Mapping[str, str]
) -> Iterator[tuple[Loop, str, etree._Element]]:
    """Yield the lists that a loop repeats and :func:`prepare_loops` leaves alone: those that a style numbers.

    Args:
        root: A part of a template.
        styled: The number of the list of each paragraph style that has one.

    Yields:
        The loop, the number of the list, its first item.
    """
    paragraphs = list(root.iter(q("w:p")))
    users: dict[str, list[int]] = {}
    for rank, paragraph in enumerate(paragraphs):
        style = paragraph.find("w:pPr/w:pStyle", NS)
        used = styled.get((style.get(_VAL) or "") if style is not None else "")
        if used and paragraph.find("w:pPr/w:numPr", NS) is None:
            users.setdefault(used, []).append(rank)
    for loop, used in _held(list(_loops(root, paragraphs)), paragraphs, users) if users else ():
        yield loop, used, paragraphs[users[used][0]]


def _held(
    loops: list[Loop], paragraphs: list[etree._Element], users: Mapping[str, list[int]]
) -> Iterator[tuple[Loop, str]]:
    """Yield the loops that hold a list whole, each with its number, but where an item begins the turn."""
    contents = [rank for rank, paragraph in enumerate(paragraphs) if users and not _is_block_tag(paragraph)]
    items = {used: frozenset(ranks) for used, ranks in users.items()}
    for loop in loops:
        at = bisect_left(contents, loop.inside.start)
        for used, ranks in users.items():
            is_whole = ranks[0] in loop.inside and ranks[-1] in loop.inside
            if is_whole and at < len(contents) and contents[at] not in items[used]:
                yield loop, used


def _loops(root: etree._Element, paragraphs: list[etree._Element]) -> Iterator[Loop]:
    ranks = {paragraph: rank for rank, paragraph in enumerate(paragraphs)}
    opened: list[tuple[str, etree._Element]] = []
    for tag in tags_of(root, lambda _: ""):
        if tag.word in {"for", "if", "with"} and tag.prefix in {"p", "tr"}:
            opened.append((f"{tag.prefix} {tag.word}", tag.holder))
        elif tag.word in {"endfor", "endif", "endwith"} and tag.prefix in {"p", "tr"} and opened:
            kind, holder = opened.pop()
            start, end = _block(holder, tag.prefix), _block(tag.holder, tag.prefix)
            if kind != f"{tag.prefix} for" or start is None or end is None:
                continue
            if holder in ranks and tag.holder in ranks:
                yield Loop(holder, start, end, range(ranks[holder] + 1, ranks[tag.holder]))


def _block(holder: etree._Element, prefix: str) -> etree._Element | None:
    return holder if prefix == "p" else next(holder.iterancestors(q("w:tr")), None)


def _text(paragraph: etree._Element) -> str:
    return "".join(text.text or "" for text in paragraph.iter(q("w:t"))).strip()


def _is_block_tag(paragraph: etree._Element) -> bool:
    """True for a paragraph that holds only tags that choose or repeat."""
    text = _text(paragraph)
    return "{%" in text and not TAG.sub(lambda m: m[0] if m[0].startswith("{{") else "", text).strip()


# --- Page breaks ----------------------------------------------------------------------------------------

_BREAK: Final = etree.XPath("w:r/w:br[@w:type='page']", namespaces=NS)
_ENDS_PAGE: Final = etree.XPath("w:pPr/w:sectPr | w:pPr/w:pageBreakBefore", namespaces=NS)


def _is_break(element: etree._Element | None) -> bool:
    """True for a paragraph that is only a page break."""
    if element is None or element.tag != q("w:p") or _text(element):
        return False
    return bool(_BREAK(element)) and next(element.iter(q("w:drawing"), q("w:pict")), None) is None


def _spare_last_break(loop: Loop) -> None:
    """Leave out, in the last turn, a page break that would make an empty page: nothing follows on that page."""
    last, following = loop.end.getprevious(), loop.end.getnext()
    ends = (
        following is None
        or following.tag == q("w:sectPr")
        or _is_break(following)
        or bool(_ENDS_PAGE(following))
    )
    if last is None or last is loop.start or not _is_break(last) or not ends:
        return
    for place, tag in ((last.addprevious, "{%p if not loop.last %}"), (last.addnext, "{%p endif %}")):
        paragraph = etree.Element(q("w:p"))
        etree.SubElement(etree.SubElement(paragraph, q("w:r")), q("w:t")).text = tag
        place(paragraph)


# --- Numbered lists --------------------------------------------------------------------------------------


def numbering_part(members: Mapping[str, bytes]) -> str | None:
    """Return the member that holds the lists, if there is one."""
    return name_of(members, "numbering+xml")


class Lists:
    """The lists of a template; ``counted`` are the numbers of those that count."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        root = parse(raw)
        abstracts = {a.get(q("w:abstractNumId")): a for a in root.iterfind("w:abstractNum", NS)}
        self._pairs: dict[str, tuple[etree._Element, etree._Element]] = {}
        for number in root.iterfind("w:num", NS):
            link = number.find("w:abstractNumId", NS)
            abstract = abstracts.get(link.get(_VAL)) if link is not None else None
            if abstract is not None and _counts(abstract):
                self._pairs[number.get(q("w:numId")) or ""] = number, abstract
        self.counted = frozenset(self._pairs)
        taken = (n.get(q("w:numId")) or "" for n in root.iterfind("w:num", NS))
        self.first = max((int(number) for number in taken if number.isdecimal()), default=0) + 1

    def part(self, copies: list[str]) -> bytes:
        """Return the member with one more list for each of ``copies``, the number that it copies."""
        root = parse(self._raw)
        last = root.findall("w:num", NS)[-1]
        for number, copied in reversed(list(enumerate(copies, self.first))):
            made = _restarting(*self._pairs[copied])
            made.set(q("w:numId"), str(number))
            last.addnext(made)
        return serialise(root)


def _counts(abstract: etree._Element) -> bool:
    formats = abstract.findall("w:lvl/w:numFmt", NS)
    return any(form.get(_VAL) not in _UNCOUNTED for form in formats)


def _restarting(number: etree._Element, abstract: etree._Element) -> etree._Element:
    """Return a copy of a list whose every level starts again."""
    made = deepcopy(number)
    starts = {
        level.get(q("w:ilvl")) or "0": level.find("w:start", NS) for level in abstract.iterfind("w:lvl", NS)
    }
    for level, start in starts.items():
        found = made.xpath("w:lvlOverride[@w:ilvl=$level]", namespaces=NS, level=level)
        override = found[0] if found else etree.SubElement(made, q("w:lvlOverride"), {q("w:ilvl"): level})
        if override.find("w:startOverride", NS) is None:
            value = (start.get(_VAL) if start is not None else None) or "1"
            override.insert(0, override.makeelement(q("w:startOverride"), {_VAL: value}))
    return made


def restart(xml: str, lists: Lists, copies: list[str]) -> str:
    """Return the rendered part with a list of its own for each turn after the first; ``copies`` gains them."""
    current: dict[str, str | None] = {}

    def number(match: re.Match[str]) -> str:
        marked, used = match.groups()
        if marked:
            if marked in current:
                copies.append(marked)
            current[marked] = str(lists.first + len(copies) - 1) if marked in current else None
            return ""
        return f'<w:numId w:val="{current.get(used) or used}"/>'

    return _MARK.sub(number, xml)

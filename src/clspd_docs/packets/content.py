"""Repair of page content: what LibreOffice 7.4 paints without saying what it is.

It leaves the borders of paragraphs (and the rule under a header) neither tagged nor marked as decoration,
which PDF/UA refuses; and it marks every picture as decoration, while the /Figure that holds its alternative
text stays empty, so that no screen reader meets it. Newer versions do both right, and nothing is found to
repair. LibreOffice writes text as hexadecimal strings: the marks can be searched for without reading the
content operator by operator. Other producers' content is never touched.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pikepdf import Dictionary, Name, Object, Page, Pdf, Stream

from clspd_docs.packets.structure import Rect, StructureTree, box

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

# What precedes is looked at last: the search for the letters alone is twice as quick.
_MARK: Final = re.compile(rb"[BE][DM]C(?=\s|$)(?<=[\s>][BE][DM]C)")
_OPENING: Final = re.compile(
    rb"/[^\s<>/]+\s*(?:<<[^\n]*>>|/[^\s<>/]+)?\s*$"
)  # tag and properties before BDC or BMC
_LINES: Final = re.compile(rb"(?:^|\s)(?:S|s|f\*?|F|B\*?|b\*?)(?=\s|$)")
_OTHER: Final = re.compile(rb"(?:^|\s)(?:BT|ET|Do|sh|EI)(?=\s|$)")
_DECORATION: Final = re.compile(rb"/Artifact BMC(\s.*?\sEMC)(?=\s|$)", re.DOTALL)
_PICTURE: Final = re.compile(
    rb"\s([-.\d]+) ([-.\d]+) ([-.\d]+) ([-.\d]+) re\s+W\*? n\s[^\n]*\scm\s+/\w+ Do\s"
)
_NEAR: Final = 1.0  # points between a figure's box and the clip of its picture; 0.1 was measured


def is_from_libreoffice(source: Pdf) -> bool:
    """Tell whether the file says that LibreOffice wrote it."""
    return "LibreOffice" in str(source.docinfo.get("/Producer", ""))


def repair(pdf: Pdf, tree: StructureTree, pages: Iterable[Page], found: Iterable[Object]) -> bool:
    """Mark the stray lines of LibreOffice's ``pages`` as decoration, and tie pictures to their figures.

    Args:
        pdf: The packet.
        tree: Its tags.
        pages: Pages of one part, already in the packet.
        found: Structure elements of that part.

    Returns:
        True when nothing is left outside the tags; false when a text or a picture is.
    """
    empty: dict[tuple[int, int], list[Object]] = {}
    for element in found:
        if "/K" in element or element.get("/S") != Name.Figure:
            continue
        page = element.get("/Pg")
        if isinstance(page, Dictionary):
            empty.setdefault(page.objgen, []).append(element)
    whole = True
    for sheet in pages:
        stream = sheet.obj.get("/Contents")
        if not isinstance(stream, Stream):
            continue
        before = stream.read_bytes()
        after, is_complete = mark_stray(before)
        figures = empty.get(sheet.obj.objgen, [])
        rects = [box(figure) for figure in figures]
        after = tag_pictures(after, rects, lambda i: tree.mark(sheet, figures[i]))  # noqa: B023 - called at once
        whole = whole and is_complete
        if after != before:
            sheet.obj.Contents = pdf.make_stream(after)
    return whole


def mark_stray(data: bytes) -> tuple[bytes, bool]:
    """Return the content with its stray lines marked, and whether nothing else is stray."""
    pieces, end, complete = [], 0, True
    for start, stop in _outside(data):
        stray = data[start:stop]
        if _OTHER.search(stray):
            complete = False
        elif _LINES.search(stray):
            pieces += [data[end:start], b"\n/Artifact BMC\n", stray, b"\nEMC\n"]
            end = stop
    return b"".join([*pieces, data[end:]]), complete


def tag_pictures(data: bytes, rects: Sequence[Rect | None], number: Callable[[int], int]) -> bytes:
    """Return the content with the pictures at ``rects`` tagged as figures instead of decoration.

    Args:
        data: Content of one page.
        rects: Boxes of its empty figures.
        number: Called with the index of a figure whose picture is found; returns the mark's number.
    """
    waiting = {index: rect for index, rect in enumerate(rects) if rect}

    def tagged(decoration: re.Match[bytes]) -> bytes:
        picture = _PICTURE.search(decoration[1])
        if picture is None:
            return decoration[0]
        x, y, width, height = (float(value) for value in picture.groups())
        for index, rect in waiting.items():
            drawn = (x, y, x + width, y + height)
            if all(abs(a - b) <= _NEAR for a, b in zip(rect, drawn, strict=True)):
                del waiting[index]
                return b"/Figure<</MCID %d>>BDC" % number(index) + decoration[1]
        return decoration[0]

    return _DECORATION.sub(tagged, data) if waiting else data


def _outside(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the spans that stand in no marked content."""
    depth = start = 0
    for mark in _MARK.finditer(data):
        if mark[0] == b"EMC":
            depth -= 1
            start = mark.end()
            continue
        if depth == 0:
            opening = _OPENING.search(data, start, mark.start())
            yield start, opening.start() if opening else mark.start()
        depth += 1
    yield start, len(data)

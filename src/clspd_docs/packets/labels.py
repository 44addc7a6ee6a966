"""Sheets of address labels, for the envelopes that have no window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from clspd_docs.packets.drawn_pages import MM, Text, broken, draw, width_mm


@dataclass(frozen=True, slots=True)
class LabelSheet:
    """An A4 sheet of labels, in mm; ``left`` and ``top`` are the corner of the first label."""

    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    step_x: float
    step_y: float


# By the maker's reference: 24 and 21 labels, as in its Word templates (2.54 mm between columns, none between rows).
SHEETS: Final = {
    "L7159": LabelSheet(3, 8, 63.5, 33.9, 7.21, 12.9, 66.04, 33.9),
    "L7160": LabelSheet(3, 7, 63.5, 38.1, 7.21, 15.15, 66.04, 38.1),
}

_MARGIN: Final = 3.0  # mm inside a label: sheets are fed askew by as much as 2
_SIZES: Final = (10.0, 9.0, 8.0, 7.0, 6.0)  # points
_BROKEN_FROM: Final = 8.0  # a line is broken at this size and below
_PITCH: Final = 1.2  # baselines, of the size


def labels(title: str, addresses: Sequence[Sequence[str]], sheet: LabelSheet, *, skipped: int = 0) -> bytes:
    """Return a PDF of the labels of ``addresses``, row by row.

    A line that is too long makes the letters of its label smaller, then is broken.

    Args:
        title: Title of the PDF.
        addresses: At least one; each has at least one line.
        sheet: One of ``SHEETS``.
        skipped: Labels already used on the first sheet.

    Raises:
        ValueError: No address.
    """
    if not addresses:
        raise ValueError("no address")
    by_sheet = sheet.columns * sheet.rows
    places = list(enumerate(addresses, skipped % by_sheet))
    pages: list[list[Text]] = [[] for _ in range(places[-1][0] // by_sheet + 1)]
    for place, address in places:
        number, cell = divmod(place, by_sheet)
        row, column = divmod(cell, sheet.columns)
        x, y = sheet.left + column * sheet.step_x, sheet.top + row * sheet.step_y
        pages[number] += _label(address, sheet, x, y)
    return draw(title, pages)


def _label(address: Sequence[str], sheet: LabelSheet, x: float, y: float) -> Iterator[Text]:
    """Yield the lines of a label whose corner is at ``x`` and ``y``, in the middle of its height."""
    size, pieces = _fitted(address, sheet.width - 2 * _MARGIN, sheet.height - 2 * _MARGIN)
    step = size * _PITCH / MM
    first = y + (sheet.height - step * len(pieces)) / 2 + size / MM
    for number, piece in enumerate(pieces):
        yield Text(x + _MARGIN, first + number * step, size, piece)


def _fitted(address: Sequence[str], room: float, tall: float) -> tuple[float, list[str]]:
    """Return the largest size at which the lines fit, and the lines; they are broken rather than tiny."""
    size, pieces = 0.0, list(address)
    for size in _SIZES:
        pieces = [piece for line in address for piece in broken(line, size, room)]
        is_whole = len(pieces) == len(address) or size <= _BROKEN_FROM
        if (
            is_whole
            and len(pieces) * size * _PITCH / MM <= tall
            and all(width_mm(piece, size) <= room for piece in pieces)
        ):
            break
    return size, pieces

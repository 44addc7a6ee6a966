"""Places to sign that are no PDF field: a box, and in it the tag that i-parapheur looks for, or who signs.

Both are decoration for screen readers, which read the alternative text of the place; the text is real text, which
i-parapheur finds as any reader of the page's text does. Source of the tag: change log of i-parapheur 5 (its
default), which misplaces two tags on one line before 5.0.18.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pikepdf import Page, Pdf

from clspd_docs.domain.signature import Signature
from clspd_docs.packets.drawn_pages import MM, broken
from clspd_docs.packets.stamps import Drawing, Overlay, draw, drawable, font_name, lay_over
from clspd_docs.packets.structure import Rect

TAG: Final = "#signature#"

_INSET: Final = 4.0  # points between the box and its text
_SIZES: Final = {Signature.I_PARAPHEUR: 6.0, Signature.PAPIER: 8.0}  # points
_GREYS: Final = {Signature.I_PARAPHEUR: 0.55, Signature.PAPIER: 0.25}
_STEP: Final = 1.25  # baselines, of the size


@dataclass(frozen=True, slots=True)
class Box:
    """A place to sign on ``page``, in the page's own points."""

    page: Page
    rect: Rect
    label: str
    target: Signature

    @property
    def lines(self) -> list[str]:
        """What is written in it, as wide as it is."""
        if self.target is Signature.I_PARAPHEUR:
            return [TAG]
        room = (self.rect[2] - self.rect[0] - 2 * _INSET) / MM
        return broken(self.label, _SIZES[self.target], room)


def draw_boxes(pdf: Pdf, boxes: Sequence[Box]) -> None:
    """Draw ``boxes`` over their pages; no two tags of a page stand on one line."""
    if not boxes:
        return
    drops = _drops(boxes)
    kinds = [
        (
            box.target,
            *box.lines,
            round(box.rect[2] - box.rect[0], 2),
            round(box.rect[3] - box.rect[1], 2),
            drop,
        )
        for box, drop in zip(boxes, drops, strict=True)
    ]
    drawings = {kind: _drawing(box, drop) for kind, box, drop in zip(kinds, boxes, drops, strict=True)}
    forms = dict(zip(drawings, draw(pdf, list(drawings.values())), strict=True))
    by_page: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, box in enumerate(boxes):
        by_page[box.page.obj.objgen].append(number)
    for numbers in by_page.values():
        overlays = [
            Overlay(f"Sign{number}", "/Type /Layout", forms[kinds[number]], _at(boxes[number].rect))
            for number in numbers
        ]
        lay_over(boxes[numbers[0]].page, overlays)


def _at(rect: Rect) -> tuple[float, ...]:
    return (1, 0, 0, 1, round(rect[0], 2), round(rect[1], 2))


def _drops(boxes: Sequence[Box]) -> list[float]:
    """Return how far below the top of its box the first line of each stands, in points."""
    taken: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    drops = []
    for box in boxes:
        size = _SIZES[box.target]
        drop = _INSET + size
        if box.target is Signature.I_PARAPHEUR:
            used, lowest = taken[box.page.obj.objgen], box.rect[3] - box.rect[1] - size / 2
            while (
                any(abs(box.rect[3] - drop - each) < size * _STEP for each in used) and drop + size < lowest
            ):
                drop += size * _STEP
            used.append(box.rect[3] - drop)
        drops.append(round(drop, 2))
    return drops


def _drawing(box: Box, drop: float) -> Drawing:
    size, wide, high = _SIZES[box.target], box.rect[2] - box.rect[0], box.rect[3] - box.rect[1]

    def paint(canvas: Any) -> None:
        canvas.setLineWidth(0.6)
        canvas.setStrokeGray(0.4)
        canvas.rect(0.3, 0.3, wide - 0.6, high - 0.6)
        canvas.setFont(font_name(), size)
        canvas.setFillGray(_GREYS[box.target])
        for number, line in enumerate(box.lines):
            canvas.drawString(_INSET, high - drop - number * size * _STEP, drawable(line))

    return Drawing((round(wide, 2), round(high, 2)), paint)

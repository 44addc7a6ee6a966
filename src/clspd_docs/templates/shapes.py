"""A diagram as a group of Word shapes: each box is a shape with its own text, each link a line.

Heights come from the texts, measured (``widths.py``): a long name makes a higher box, never smaller letters than
those given here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from math import ceil
from typing import Final

from clspd_docs.domain.drawings import Box, Diagram
from clspd_docs.templates.widths import wrap

EMU: Final = 12_700  # in a point
FONT: Final = "Calibri"
DARK, TINT, WHITE = "1F3864", "E9EEF6", "FFFFFF"
NAMESPACES: Final = {
    "wpg": "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
}

# Points.
_PAD: Final = 5.0
_GAP: Final = 10.0
_LINK: Final = 22.0
_LINE: Final = 1.22  # of the font size, Calibri's own
_NARROWEST: Final = 104.0  # a box of the last rank
_SPARE: Final = 0.96  # of a box's room: word processors do not cut lines to the hundredth of a point


@dataclass(frozen=True, slots=True)
class _Scale:
    """Font sizes, in points: of a title and of the lines below, in the chain and in the last rank."""

    title: float
    line: float
    leaf_title: float
    leaf_line: float


_SCALES: Final = (_Scale(11, 10, 10, 9), _Scale(10, 9, 9, 8))  # the second when the first does not fit


@dataclass(frozen=True, slots=True)
class _Look:
    fill: str
    text: str
    line: str = DARK


_TOP, _MIDDLE, _FRAME, _LEAF = (
    _Look(DARK, WHITE),
    _Look(TINT, "000000"),
    _Look(TINT, DARK),
    _Look(WHITE, "000000"),
)


@dataclass(frozen=True, slots=True)
class _Shape:
    """One shape, placed: points from the top left corner of the group; a line has no look."""

    name: str
    x: float
    y: float
    width: float
    height: float
    look: _Look | None = None
    paragraphs: tuple[tuple[str, float, bool], ...] = ()  # text, size, bold
    at_top: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What the drawing part of a document holds, as XML, and its height in points."""

    xml: str
    height: float


def group(diagram: Diagram, width: float, height: float) -> Shown:
    """Return the shapes of ``diagram`` (``wpg:wgp``), ``width`` points wide, no higher than its texts ask.

    Smaller letters are tried when they do not fit in ``height``; the result may be higher all the same.
    """
    for scale in _SCALES:
        shapes = _layout(diagram, width, scale)
        total = max(shape.y + shape.height for shape in shapes)
        if total <= height:
            break
    inside = "".join(_xml(shape, number) for number, shape in enumerate(shapes, start=1))
    frame = f'<a:off x="0" y="0"/><a:ext cx="{emu(width)}" cy="{emu(total)}"/>'
    child = frame.replace("a:off", "a:chOff").replace("a:ext", "a:chExt")
    return Shown(
        f"<wpg:wgp><wpg:cNvGrpSpPr/><wpg:grpSpPr><a:xfrm>{frame}{child}</a:xfrm></wpg:grpSpPr>{inside}</wpg:wgp>",
        total,
    )


def emu(points: float) -> int:
    """Return a length in English metric units, DrawingML's own."""
    return round(points * EMU)


def _layout(diagram: Diagram, width: float, scale: _Scale) -> list[_Shape]:
    """Return the shapes in reading order, which is also that of their layers."""
    shapes: list[_Shape] = []
    wide = max(width * 0.55, min(width, 3 * _NARROWEST)) if diagram.leaves else width
    left, y = (width - wide) / 2, 0.0
    for rank, box in enumerate(diagram.chain):
        if rank:
            shapes.append(_link(diagram.chain[rank - 1].title, box.title, width, y))
            y += _LINK
        look = _TOP if rank == 0 and len(diagram.chain + diagram.leaves) > 1 else _MIDDLE
        shape = _box(box, left, y, wide, look, (scale.title, scale.line))
        shapes.append(shape)
        y += shape.height
    if diagram.leaves:
        shapes.append(_link(diagram.chain[-1].title, diagram.leaves_title, width, y))
        shapes += _leaves(diagram, width, y + _LINK, scale)
    return shapes


def _leaves(diagram: Diagram, width: float, top: float, scale: _Scale) -> Iterator[_Shape]:
    """Yield the boxes of the last rank, in rows as even as can be, and the frame that holds them."""
    number = len(diagram.leaves)
    most = max(1, int((width - _GAP) // (_NARROWEST + _GAP)))
    columns = ceil(number / ceil(number / most))
    wide = min((width - _GAP * (columns + 1)) / columns, 2 * _NARROWEST)
    y = top + 2 * _PAD + scale.title * _LINE
    boxes: list[_Shape] = []
    for start in range(0, number, columns):
        row = diagram.leaves[start : start + columns]
        left = (width - len(row) * wide - (len(row) - 1) * _GAP) / 2
        sizes = (scale.leaf_title, scale.leaf_line)
        placed = [_box(b, left + i * (wide + _GAP), y, wide, _LEAF, sizes) for i, b in enumerate(row)]
        tallest = max(shape.height for shape in placed)
        boxes += (replace(shape, height=tallest) for shape in placed)
        y += tallest + _GAP
    title = ((diagram.leaves_title, scale.title, True),)
    yield _Shape(diagram.leaves_title, 0, top, width, y - top, _FRAME, title, at_top=True)
    yield from boxes


def _box(box: Box, left: float, top: float, wide: float, look: _Look, sizes: tuple[float, float]) -> _Shape:
    title, line = sizes
    paragraphs = ((box.title, title, True), *((text, line, False) for text in box.lines))
    room = (wide - 2 * _PAD) * _SPARE
    text = sum(len(wrap(words, size, room, bold=bold)) * size * _LINE for words, size, bold in paragraphs)
    name = ", ".join((box.title, *box.lines))
    return _Shape(name, left, top, wide, text + 2 * _PAD, look, paragraphs)


def _link(above: str, below: str, width: float, top: float) -> _Shape:
    return _Shape(f"Lien entre « {above} » et « {below} »", width / 2, top, 0, _LINK)


def _xml(shape: _Shape, number: int) -> str:
    """Return one shape; it says what it is, for who moves through the shapes of the group one by one."""
    xfrm = (
        f'<a:xfrm><a:off x="{emu(shape.x)}" y="{emu(shape.y)}"/>'
        f'<a:ext cx="{emu(shape.width)}" cy="{emu(shape.height)}"/></a:xfrm>'
    )
    name = f'<wps:cNvPr id="{number}" name="Forme {number}" descr="{escape(shape.name)}"/>'
    if shape.look is None:
        ends = '<a:headEnd type="triangle"/><a:tailEnd type="triangle"/>'
        return (
            f'<wps:wsp>{name}<wps:cNvCnPr/><wps:spPr>{xfrm}<a:prstGeom prst="line"><a:avLst/></a:prstGeom>'
            f"{outline(DARK, ends=ends)}</wps:spPr><wps:bodyPr/></wps:wsp>"
        )
    inset = " ".join(f'{side}Ins="{emu(_PAD)}"' for side in "ltrb")
    text = "".join(_paragraph(*paragraph, shape.look.text) for paragraph in shape.paragraphs)
    return (
        f'<wps:wsp>{name}<wps:cNvSpPr/><wps:spPr>{xfrm}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        f"{fill(shape.look.fill)}{outline(shape.look.line)}</wps:spPr>"
        f"<wps:txbx><w:txbxContent>{text}</w:txbxContent></wps:txbx>"
        f'<wps:bodyPr wrap="square" {inset} anchor="{"t" if shape.at_top else "ctr"}"><a:noAutofit/></wps:bodyPr>'
        "</wps:wsp>"
    )


def fill(colour: str) -> str:
    """Return a plain fill."""
    return f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'


def outline(colour: str, points: float = 1, dash: str = "solid", ends: str = "") -> str:
    """Return an outline, or a line with its ``ends``; a dash is drawn by lines, not by a picture."""
    return f'<a:ln w="{emu(points)}">{fill(colour)}<a:prstDash val="{dash}"/>{ends}</a:ln>'


def _paragraph(text: str, size: float, bold: bool, colour: str) -> str:  # noqa: FBT001 - one of the texts of a shape
    look = (
        f'<w:rPr><w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}"/>{"<w:b/>" if bold else ""}'
        f'<w:color w:val="{colour}"/><w:sz w:val="{round(size * 2)}"/></w:rPr>'
    )
    return (
        '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/><w:ind w:left="0" '
        f'w:right="0" w:firstLine="0"/><w:jc w:val="center"/></w:pPr><w:r>{look}'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )

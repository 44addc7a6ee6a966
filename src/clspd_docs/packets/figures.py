"""The tags of native drawings, as a reader who does not see them needs them: one figure, with its text.

LibreOffice 7.4 tags a chart as a figure and forgets its alternative text; of a group of shapes it makes a figure
a shape, at the end of the page, and leaves the texts of the boxes in the paragraph. Both are put right here from
what the Word file says, before the PDF is kept; newer versions leave nothing to do. What is painted stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, ObjectStreamMode, Pdf, String

from clspd_docs.packets.structure import Rect, as_list, box, elements

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_NEAR = 1.0  # points between the text of a box and its outline


def describe(path: Path, drawings: Sequence[Sequence[str]]) -> None:
    """Give each drawing of the PDF at ``path`` one figure, with its alternative text, where it is read.

    Args:
        path: LibreOffice's export; written anew, always the same, when there are drawings.
        drawings: In the order of the document: what the whole drawing says, then what each of its shapes says;
            a chart has no shapes.
    """
    if not drawings:
        return
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        root = pdf.Root.get("/StructTreeRoot")
        if isinstance(root, Dictionary):
            _describe(pdf, list(elements(as_list(root.get("/K")))), drawings)
            pdf.save(path, object_stream_mode=ObjectStreamMode.preserve, deterministic_id=True)


def _describe(pdf: Pdf, found: Sequence[Object], drawings: Iterable[Sequence[str]]) -> None:
    figures = [element for element in found if element.get("/S") == Name.Figure]
    # A chart has texts of its own; a picture without alternative text has none.
    charts = [figure for figure in figures if "/Alt" not in figure and isinstance(figure.get("/K"), Array)]
    shapes = [figure for figure in figures if "/Alt" in figure]
    texts = [element for element in found if element.get("/S") == Name.Div]
    for alternative, *names in drawings:
        if not names:
            if charts:
                charts.pop(0).Alt = String(alternative)
            continue
        group = _named(shapes, names)
        if group:
            shapes = [figure for figure in shapes if not any(figure.is_same_object_as(one) for one in group)]
            _gather(pdf, group, texts, alternative)


def _named(figures: Sequence[Object], names: Sequence[str]) -> Sequence[Object]:
    """Return the first run of figures that bear these names, or nothing."""
    for start in range(len(figures) - len(names) + 1):
        run = figures[start : start + len(names)]
        if [str(figure.Alt) for figure in run] == list(names):
            return run
    return ()


def _gather(pdf: Pdf, shapes: Sequence[Object], texts: Iterable[Object], alternative: str) -> None:
    """Put the figures of ``shapes``, and the texts that stand in them, under one figure.

    The elements stay what their marks lead to; only their names and places change.
    """
    boxes = [corners for shape in shapes if (corners := box(shape))]
    page = shapes[0].get("/Pg")
    inside = [text for text in texts if _page(text) == _page(shapes[0]) and _holds(boxes, box(text))]
    home = inside[0].P if inside else shapes[0].P
    figure = pdf.make_indirect(
        Dictionary(Type=Name.StructElem, S=Name.Figure, P=home, Alt=String(alternative), K=Array())
    )
    if page is not None:
        figure.Pg = page
    if boxes:
        figure.A = Dictionary(O=Name.Layout, BBox=Array(_around(boxes)), Placement=Name.Block)
    siblings = as_list(home.get("/K"))
    first = next(i for i, kid in enumerate(siblings) if _is_among(kid, inside or shapes))
    home.K = Array([*siblings[:first], figure, *siblings[first:]])
    for shape in shapes:
        shape.S = Name.Span
        del shape.Alt
    for element in (*shapes, *reversed(inside)):  # LibreOffice tells the texts last to first
        element.P.K = Array([kid for kid in as_list(element.P.get("/K")) if not _is_among(kid, [element])])
        element.P = figure
        figure.K.append(element)


def _page(element: Object) -> tuple[int, int] | None:
    """Return the page of an element, which may say it only further down."""
    node: Object | None = element
    while isinstance(node, Dictionary):
        page = node.get("/Pg")
        if isinstance(page, Dictionary):
            return page.objgen
        node = next((kid for kid in as_list(node.get("/K")) if isinstance(kid, Dictionary)), None)
    return None


def _is_among(kid: Object, elements: Iterable[Object]) -> bool:
    return isinstance(kid, Dictionary) and any(kid.is_same_object_as(element) for element in elements)


def _holds(boxes: Iterable[Rect], inner: Rect | None) -> bool:
    return inner is not None and any(
        left - _NEAR <= inner[0]
        and bottom - _NEAR <= inner[1]
        and inner[2] <= right + _NEAR
        and inner[3] <= top + _NEAR
        for left, bottom, right, top in boxes
    )


def _around(boxes: Sequence[Rect]) -> list[float]:
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return [min(lefts), min(bottoms), max(rights), max(tops)]

"""Page numbers and the « PROJET » mark, drawn over the pages as decoration that screen readers skip.

The overlay is drawn by reportlab with the Bitstream Vera that it carries, so that no font of the machine is
needed. Positions are those that the reader sees: a page turned by /Rotate is stamped at its visible bottom.
"""

from __future__ import annotations

import io
import math
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pikepdf
from pikepdf import Dictionary, Object, Page, Pdf

DRAFT: Final = "PROJET"

_FONT: Final = "Vera"
_NUMBER_SIZE: Final = 7.5
_BASELINE: Final = 14.0  # points above the bottom edge: below a Word footer at 1 cm
_MARGIN: Final = 28.35  # 1 cm from the right edge
_GREY, _OPACITY = 0.5, 0.18


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as the reader sees it: size in points, and the matrix from what is seen to the page's own."""

    width: float
    height: float
    matrix: tuple[float, float, float, float, float, float]


def sheet(page: Page) -> Sheet:
    """Return ``page`` as seen: its crop box, turned by /Rotate."""
    x0, y0, x1, y1 = (float(value) for value in page.cropbox)
    x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    wide, high = x1 - x0, y1 - y0
    match int(page.obj.get("/Rotate", 0)) % 360:
        case 90:
            return Sheet(high, wide, (0, 1, -1, 0, x1, y0))
        case 180:
            return Sheet(wide, high, (-1, 0, 0, -1, x1, y1))
        case 270:
            return Sheet(high, wide, (0, -1, 1, 0, x0, y1))
        case _:
            return Sheet(wide, high, (1, 0, 0, 1, x0, y0))


def stamp(pdf: Pdf, numbering: str, drafts: Collection[int]) -> None:
    """Stamp the pages of ``pdf``.

    Args:
        pdf: The packet, with all its pages.
        numbering: Pattern of the page number, with "{page}" and "{pages}"; "" for none.
        drafts: Pages that carry the « PROJET » mark, counted from 0.
    """
    sheets = [sheet(page) for page in pdf.pages]
    numbers: list[Drawing] = []
    if numbering:
        pattern = numbering.replace("{pages}", str(len(sheets)))
        numbers = [_number(each, pattern.replace("{page}", str(i))) for i, each in enumerate(sheets, 1)]
    marks = {(sheets[i].width, sheets[i].height): _mark(sheets[i]) for i in sorted(drafts)}
    drawn = draw(pdf, [*numbers, *marks.values()])
    mark_of = dict(zip(marks, drawn[len(numbers) :], strict=True))
    for index, page in enumerate(pdf.pages):
        overlays: dict[str, Object] = {}
        if index in drafts:
            overlays["Watermark"] = mark_of[sheets[index].width, sheets[index].height]
        if numbers:
            overlays["Footer"] = drawn[index]
        if overlays:
            matrix = sheets[index].matrix
            lay_over(
                page,
                [
                    Overlay(kind, f"/Type /Pagination /Subtype /{kind}", form, matrix)
                    for kind, form in overlays.items()
                ],
            )


@dataclass(frozen=True, slots=True)
class Drawing:
    """One drawing: its size in points and what draws it on a reportlab canvas."""

    size: tuple[float, float]
    paint: Callable[[Any], None]


def _number(at: Sheet, text: str) -> Drawing:
    def paint(canvas: Any) -> None:
        canvas.setFont(_FONT, _NUMBER_SIZE)
        canvas.drawRightString(at.width - _MARGIN, _BASELINE, drawable(text))

    return Drawing((at.width, at.height), paint)


def _mark(at: Sheet) -> Drawing:
    def paint(canvas: Any) -> None:
        size = math.hypot(at.width, at.height) / 8
        canvas.setFont(_FONT, size)
        canvas.setFillGray(_GREY)
        canvas.setFillAlpha(_OPACITY)
        canvas.translate(at.width / 2, at.height / 2)
        canvas.rotate(math.degrees(math.atan2(at.height, at.width)))
        canvas.drawCentredString(0, -size / 3, DRAFT)

    return Drawing((at.width, at.height), paint)


@dataclass(frozen=True, slots=True)
class Overlay:
    """A form XObject to lay over a page: its name there, what its artifact says, and where it goes."""

    name: str
    artifact: str
    form: Object
    matrix: Sequence[float]


def draw(pdf: Pdf, drawings: Sequence[Drawing]) -> list[Object]:
    """Return each drawing as a form XObject of ``pdf``; they share one font."""
    if not drawings:
        return []
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 - most single documents have no stamp

    font_face()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1, pageCompression=1)
    for drawing in drawings:
        canvas.setPageSize(drawing.size)
        drawing.paint(canvas)
        canvas.showPage()
    canvas.save()
    buffer.seek(0)
    with pikepdf.open(buffer) as overlay:
        return [pdf.copy_foreign(overlay.make_indirect(page.as_form_xobject())) for page in overlay.pages]


def lay_over(page: Page, overlays: Iterable[Overlay]) -> None:
    """Draw ``overlays`` over ``page`` as artifacts, after restoring the state its content leaves."""
    resources = page.obj.get("/Resources", Dictionary()).copy()  # LibreOffice shares one by all pages
    objects = resources.get("/XObject", Dictionary()).copy()
    resources.XObject, page.obj.Resources = objects, resources
    drawn = []
    for overlay in overlays:
        turn = " ".join(f"{value:g}" for value in overlay.matrix)
        name = f"/Clspd{overlay.name}"
        while name in objects:  # a packet made of finished packets
            name += "+"
        objects[name] = overlay.form
        drawn.append(f"/Artifact <<{overlay.artifact}>> BDC q {turn} cm {name} Do Q EMC\n")
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(f"\nQ {''.join(drawn)}".encode("ascii"))


def font_name() -> str:
    """Return the name under which ``font_face`` makes the font known to reportlab."""
    return _FONT


def font_face() -> Any:
    """Return reportlab's free font, which it knows from then on."""
    from reportlab.pdfbase import pdfmetrics, ttfonts  # noqa: PLC0415 - as above

    if _FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(ttfonts.TTFont(_FONT, "Vera.ttf"))
    return pdfmetrics.getFont(_FONT).face


def drawable(text: str) -> str:
    """Return ``text`` with the characters that the font lacks replaced: PDF/A has no room for a missing one."""
    glyphs = font_face().charToGlyph

    def known(char: str) -> str:
        if ord(char) in glyphs:
            return char
        plain = "".join(c for c in unicodedata.normalize("NFKD", char) if ord(c) in glyphs)
        return plain or ("-" if unicodedata.category(char) == "Pd" else "?")

    return "".join(known(char) for char in unicodedata.normalize("NFC", text))

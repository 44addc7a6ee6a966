"""Plain pages of text that this program draws: separator sheets, count sheets, labels. Tagged, PDF/A and PDF/UA.

The font is the Bitstream Vera that reportlab carries, as for the stamps.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeAlias

import pikepdf
from pikepdf import Dictionary, Name, ObjectStreamMode, Page

from clspd_docs.packets import metadata
from clspd_docs.packets.flat_tags import tag
from clspd_docs.packets.spec import PDFA, PDFUA, PacketSpec
from clspd_docs.packets.stamps import drawable, font_face, font_name

A4_MM: Final = (210.0, 297.0)
MM: Final = 72 / 25.4  # points


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text: its left end and its baseline in mm from the top left corner, its size in points."""

    x: float
    y: float
    size: float
    text: str
    is_title: bool = False


Sheet: TypeAlias = Sequence[Text]

_TEXT: Final = re.compile(rb"BT [^\n]*Tj T\* ET")  # reportlab writes each on a line


def width_mm(text: str, size: float) -> float:
    """Return how wide a line is."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415 - with reportlab below

    font_face()
    return float(pdfmetrics.stringWidth(drawable(text), font_name(), size)) / MM


def broken(line: str, size: float, room: float) -> list[str]:
    """Return ``line`` in pieces of whole words that ``room`` mm hold; a word that is too long stays whole."""
    pieces: list[str] = []
    for word in line.split(" ") if line else ():
        longer = f"{pieces[-1]} {word}" if pieces else word
        if pieces and width_mm(longer, size) <= room:
            pieces[-1] = longer
        else:
            pieces.append(word)
    return pieces


def draw(title: str, sheets: Sequence[Sheet]) -> bytes:
    """Return a PDF of one A4 page per sheet, its texts read in their order."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 - few builds print

    font_face()
    buffer = io.BytesIO()
    size = (round(A4_MM[0] * MM, 2), round(A4_MM[1] * MM, 2))
    canvas = Canvas(buffer, pagesize=size, invariant=1, pageCompression=1)
    for sheet in sheets:
        for each in sheet:
            canvas.setFont(font_name(), each.size)
            canvas.drawString(each.x * MM, size[1] - each.y * MM, drawable(each.text))
        canvas.showPage()
    canvas.save()
    buffer.seek(0)
    with pikepdf.open(buffer) as pdf:
        for page in pdf.pages:
            page.obj.Contents = pdf.make_stream(_marked(page))
        tag(pdf, [[_element(each) for each in sheet] for sheet in sheets])
        metadata.give_screen_colours(pdf)
        metadata.describe(pdf, PacketSpec(title, "", "", datetime(2000, 1, 1, tzinfo=UTC)), (PDFA, PDFUA))
        made = io.BytesIO()
        pdf.save(made, object_stream_mode=ObjectStreamMode.generate, deterministic_id=True)
    return made.getvalue()


def _element(each: Text) -> Dictionary:
    return Dictionary(S=Name.H1 if each.is_title else Name.P)


def _marked(page: Page) -> bytes:
    """Return the content of a page with each line of text marked, in order; reportlab begins with an empty one."""
    pieces: list[bytes] = []
    for number, text in enumerate(_TEXT.findall(page.Contents.read_bytes())):
        pieces.append(b"/Span <</MCID %d>> BDC\n%s\nEMC\n" % (number, text))
    return b"".join(pieces)

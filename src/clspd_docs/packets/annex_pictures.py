"""Pages that are pictures: an image file made a page, and pages without tags presented as what is seen.

A page presented as a picture is one /Figure with an alternative text. That is honest only when it says so: the
text of the page is not read aloud.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pikepdf import (
    Array,
    Dictionary,
    Name,
    Object,
    ObjectStreamMode,
    Pdf,
    String,
    parse_content_stream,
    unparse_content_stream,
)

from clspd_docs.packets import metadata
from clspd_docs.packets.flat_tags import tag
from clspd_docs.packets.spec import PDFA, PDFUA, PacketSpec
from clspd_docs.packets.structure import as_list

_MARKS: Final = frozenset({"BMC", "BDC", "EMC", "MP", "DP"})
_STANDARD: Final = frozenset({"/WinAnsiEncoding", "/MacRomanEncoding"})
_PROGRAMS: Final = ("/FontFile", "/FontFile2", "/FontFile3")

_A4: Final = (595.28, 841.89)  # points
_MARGIN: Final = 56.7  # 2 cm
_SMALLEST_DPI: Final = 100  # a small picture is not stretched beyond
_LARGEST_DPI: Final = 300  # beyond, paper shows no difference


class CannotWrapError(Exception):
    """The pages cannot be presented as pictures; the message is the reason, in French."""


def wrap(pdf: Pdf, title: str) -> None:
    """Present each page of ``pdf``, which has no tags, as a picture named ``title`` with its page number.

    Forms are drawn on the pages; links go.

    Raises:
        CannotWrapError: A font is missing, a text has no letters, or layers are shown and hidden.
    """
    if "/OCProperties" in pdf.Root:
        raise CannotWrapError("elle a des calques")
    if any(not _is_readable(font) for font in _fonts(pdf)):
        raise CannotWrapError("une police de caractères n’est pas dans le fichier, ou ne dit pas ses lettres")
    claims = metadata.claims_of(pdf)
    pdf.flatten_annotations()
    pages = list(pdf.pages)
    for page in pages:
        if "/Annots" in page.obj:
            del page.obj.Annots
        content = unparse_content_stream(
            [step for step in parse_content_stream(page) if str(step.operator) not in _MARKS]
        )
        page.obj.Contents = pdf.make_stream(b"/Figure <</MCID 0>> BDC q\n" + content + b"\nQ EMC\n")
    for key in ("/AcroForm", "/Metadata"):
        if key in pdf.Root:
            del pdf.Root[key]
    texts = [
        f"Page {number} sur {len(pages)} de « {title} », dont le texte n’est pas lu ; version accessible sur "
        "demande"
        for number in range(1, len(pages) + 1)
    ]
    boxes = [[float(value) for value in page.mediabox] for page in pages]
    tag(pdf, [[_figure(text, box)] for text, box in zip(texts, boxes, strict=True)])
    _describe(pdf, title, (PDFUA, *([PDFA] if claims.pdfa else [])))


def page_of(data: bytes, title: str, alternative: str) -> bytes:
    """Return a PDF of one page that shows the PNG or JPEG image ``data``.

    Everything else that the file holds (place, camera, thumbnails) is left behind.

    Args:
        data: The image file, at most ``annex.MAX_PIXELS``.
        title: Title of the PDF.
        alternative: What the image shows, in words; without it, the file does not claim to be accessible.

    Raises:
        OSError: The image is damaged.
        ValueError: The same, or too many pixels.
    """
    shown = _seen(data)
    wide = shown.width > shown.height
    paper = _A4[::-1] if wide else _A4
    scale = min(
        (paper[0] - 2 * _MARGIN) / shown.width, (paper[1] - 2 * _MARGIN) / shown.height, 72 / _SMALLEST_DPI
    )
    width, height = round(shown.width * scale, 2), round(shown.height * scale, 2)
    x, y = round((paper[0] - width) / 2, 2), round((paper[1] - height) / 2, 2)
    with Pdf.new() as pdf:
        page = pdf.add_blank_page(page_size=paper)
        page.obj.Resources = Dictionary(XObject=Dictionary(Im1=_stream(pdf, shown)))
        drawn = f"/Figure <</MCID 0>> BDC q {width} 0 0 {height} {x} {y} cm /Im1 Do Q EMC\n"
        page.obj.Contents = pdf.make_stream(drawn.encode("ascii"))
        tag(pdf, [[_figure(alternative or "Image sans description", (x, y, x + width, y + height))]])
        metadata.give_screen_colours(pdf)
        _describe(pdf, title, (PDFA, PDFUA) if alternative else (PDFA,))
        buffer = io.BytesIO()
        pdf.save(buffer, object_stream_mode=ObjectStreamMode.generate, deterministic_id=True)
    return buffer.getvalue()


def _figure(text: str, box: Sequence[float]) -> Dictionary:
    layout = Dictionary(O=Name.Layout, BBox=Array([round(value, 2) for value in box]))
    return Dictionary(S=Name.Figure, Alt=String(text), A=layout)


def _describe(pdf: Pdf, title: str, claims: Sequence[str]) -> None:
    spec = PacketSpec(title, "", "", datetime(2000, 1, 1, tzinfo=UTC))
    metadata.describe(pdf, spec, claims)


def _fonts(pdf: Pdf) -> Iterable[Object]:
    return (
        each
        for each in pdf.objects
        if isinstance(each, Dictionary) and each.get("/Type") == Name.Font and not _is_descendant(each)
    )


def _is_descendant(font: Object) -> bool:
    return str(font.get("/Subtype")).startswith("/CIDFont")


def _is_readable(font: Object) -> bool:
    """Tell whether the file holds the font's shapes, and says which letters they are."""
    lower = as_list(font.get("/DescendantFonts")) or [font]
    descriptor = lower[0].get("/FontDescriptor", Dictionary())
    is_whole = font.get("/Subtype") == Name.Type3 or any(key in descriptor for key in _PROGRAMS)
    encoding = font.get("/Encoding")
    return is_whole and ("/ToUnicode" in font or (lower[0] is font and str(encoding) in _STANDARD))


@dataclass(frozen=True, slots=True)
class _Picture:
    """Points, and how they are packed: a JPEG file, or PNG's own lines."""

    width: int
    height: int
    channels: int
    packed: bytes
    is_jpeg: bool


def _seen(data: bytes) -> _Picture:
    """Return the image as it is looked at: upright, on white, at most 300 dots per inch of paper."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - few annexes are images

    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as file:
        is_jpeg = file.format == "JPEG"
        image: Any = ImageOps.exif_transpose(file)
        if image.has_transparency_data:
            image = image.convert("RGBA")
            white = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(white, image)
        image = image.convert("L" if image.mode in {"1", "L", "I;16", "I"} else "RGB")
    most = round((_A4[1] - 2 * _MARGIN) * _LARGEST_DPI / 72)
    image.thumbnail((most, most))
    packed = io.BytesIO()
    if is_jpeg:
        image.save(packed, "JPEG", quality=90)
    else:
        image.save(packed, "PNG")
    channels = 1 if image.mode == "L" else 3
    return _Picture(image.width, image.height, channels, packed.getvalue(), is_jpeg)


def _stream(pdf: Pdf, shown: _Picture) -> Object:
    entries = {
        "/Type": Name.XObject,
        "/Subtype": Name.Image,
        "/Width": shown.width,
        "/Height": shown.height,
        "/BitsPerComponent": 8,
        "/ColorSpace": Name.DeviceGray if shown.channels == 1 else Name.DeviceRGB,
    }
    stream = pdf.make_stream(b"", entries)
    if shown.is_jpeg:
        stream.write(shown.packed, filter=Name.DCTDecode, decode_parms=None)
    else:
        lines = Dictionary(Predictor=15, Colors=shown.channels, Columns=shown.width)
        stream.write(_png_lines(shown.packed), filter=Name.FlateDecode, decode_parms=lines)
    return stream


def _png_lines(png: bytes) -> bytes:
    """Return the packed lines of a PNG, which PDF takes as they are."""
    pieces, at = [], 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            pieces.append(png[at + 8 : at + 8 + length])
        at += length + 12
    return b"".join(pieces)

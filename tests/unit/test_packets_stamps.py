"""Page numbers and the « PROJET » mark."""

from __future__ import annotations

import datetime as dt
import io

import pypdf
import pytest
from pikepdf import Array, Dictionary, Pdf

from builders.pdf import Builder, opened, pdf
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.spec import PacketSpec, Part
from clspd_docs.packets.stamps import Sheet, sheet, stamp


def spec(numbering: str = "") -> PacketSpec:
    when = dt.datetime(2027, 1, 4, tzinfo=dt.UTC)
    return PacketSpec("Dossier", "CLSPD", "", when, numbering=numbering, recto=True)


def texts(data: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def content(data: bytes, page: int = 0) -> str:
    stream = pypdf.PdfReader(io.BytesIO(data)).pages[page].get_contents()
    assert stream is not None
    return stream.get_data().decode("latin1")


def test_every_page_is_numbered_blank_ones_too() -> None:
    packet = assemble(
        spec("Plénière – page {page} sur {pages}"), [Part("a", "A", pdf("x")), Part("b", "B", pdf("y"))]
    )
    found = texts(packet.pdf)
    assert [f"Plénière – page {n} sur 3" in text for n, text in enumerate(found, 1)] == [True] * 3
    assert "x" in found[0]
    assert "y" in found[2]


def test_stamp_is_decoration_drawn_after_the_page_is_restored() -> None:
    drawn = content(assemble(spec("{page}"), [Part("a", "A", pdf("x"))]).pdf)
    before, _, after = drawn.partition("\nQ ")
    assert before.startswith("q\n")
    assert "/P<</MCID 0>>BDC" in before
    assert after.split()[:7] == ["/Artifact", "<</Type", "/Pagination", "/Subtype", "/Footer>>", "BDC", "q"]
    assert after.split()[-3:] == ["Do", "Q", "EMC"]


def test_only_pages_of_draft_parts_carry_the_mark() -> None:
    parts = [Part("a", "A", pdf("x")), Part("b", "B", pdf("y", "z"), draft=True)]
    found = texts(assemble(spec(), parts).pdf)
    assert ["PROJET" in text for text in found] == [False, False, True, True]


def test_without_number_nor_draft_pages_are_left_as_they_were() -> None:
    assert content(assemble(spec(), [Part("a", "A", pdf("x"))]).pdf) == content(pdf("x"))


def test_characters_that_the_font_lacks_are_replaced() -> None:
    numbering = "Séance\u202fn°\u00a01 \u2011 Łódź \u4e2d – {page}"
    (found,) = texts(assemble(spec(numbering), [Part("a", "A", pdf(""))]).pdf)
    assert found.split() == ["Séance", "n°", "1", "-", "Łódz", "?", "–", "1"]


@pytest.mark.parametrize(
    ("rotate", "seen", "bottom_right"),
    [
        (0, (600, 800), (610, 20)),
        (90, (800, 600), (610, 820)),
        (180, (600, 800), (10, 820)),
        (270, (800, 600), (10, 20)),
        (-90, (800, 600), (10, 20)),
    ],
)
def test_page_is_stamped_at_the_bottom_that_the_reader_sees(
    rotate: int, seen: tuple[float, float], bottom_right: tuple[float, float]
) -> None:
    builder = Builder()
    at = sheet(builder.page("a", size=(600, 800), origin=(10, 20), rotate=rotate))
    a, b, _, _, e, f = at.matrix
    assert (at.width, at.height) == seen
    assert (a * at.width + e, b * at.width + f) == bottom_right


def test_crop_box_is_what_counts_and_its_corners_may_come_in_any_order() -> None:
    builder = Builder()
    page = builder.page("a")
    page.obj.CropBox = Array([500, 700, 100, 200])
    assert sheet(page) == Sheet(400, 500, (1, 0, 0, 1, 100, 200))


def test_resources_that_pages_share_are_not_written_to() -> None:
    builder = Builder()
    for text in "ab":
        builder.page(text)
    shared = builder.pdf.make_indirect(Dictionary(Font=builder.pdf.pages[0].obj.Resources.Font))
    for page in builder.pdf.pages:
        page.obj.Resources = shared
    stamp(builder.pdf, "{page}", [])
    assert list(shared.keys()) == ["/Font"]
    assert [list(page.obj.Resources.XObject.keys()) for page in builder.pdf.pages] == [["/ClspdFooter"]] * 2


def test_stamps_share_one_font() -> None:
    result = opened(assemble(spec("{page}/{pages}"), [Part("a", "A", pdf(*"abcdef"))]).pdf)
    assert len({_font(result, number) for number in range(6)}) == 1


def _font(result: Pdf, number: int) -> tuple[int, int]:
    fonts = result.pages[number].obj.Resources.XObject.ClspdFooter.Resources.Font
    return next(font.objgen for _, font in fonts.items() if "FontDescriptor" in str(font.keys()))

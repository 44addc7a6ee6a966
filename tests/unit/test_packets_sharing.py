"""Equal fonts and pictures of several parts become one; what only looks alike does not."""

from __future__ import annotations

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from clspd_docs.packets.sharing import Sharing


def font(pdf: Pdf, program: bytes, name: Name = Name.Carlito) -> Object:
    descriptor = pdf.make_indirect(Dictionary(Type=Name.FontDescriptor, FontFile2=pdf.make_stream(program)))
    return pdf.make_indirect(
        Dictionary(Type=Name.Font, BaseFont=name, FontDescriptor=descriptor, Widths=Array([1, 2]))
    )


def part(*programs: bytes, name: Name = Name.Carlito, numbered_from: int = 0, pages: int = 1) -> Pdf:
    """Return a part whose pages share fonts F0, F1…"""
    pdf = Pdf.new()
    for _ in range(numbered_from):
        pdf.make_indirect(Dictionary())
    fonts = {f"/F{number}": font(pdf, program, name) for number, program in enumerate(programs)}
    resources = pdf.make_indirect(Dictionary(Font=pdf.make_indirect(Dictionary(fonts))))
    for _ in range(pages):
        pdf.add_blank_page()
        pdf.pages[-1].obj.Resources = resources
    return pdf


def joined(*parts: Pdf) -> list[dict[str, tuple[int, int]]]:
    """Return the fonts, by number, of each page of a packet of ``parts``."""
    packet, sharing = Pdf.new(), Sharing()
    for each in parts:
        first = len(packet.pages)
        aside = sharing.set_aside(each)
        packet.pages.extend(each.pages)
        sharing.give(list(packet.pages)[first:], aside)
    return [{name: each.objgen for name, each in page.obj.Resources.Font.items()} for page in packet.pages]


def test_fonts_equal_down_to_their_program_become_one_whatever_their_numbers() -> None:
    first, second, third = joined(
        part(b"a"), part(b"b", b"a", numbered_from=7), part(b"a", name=Name.Caladea)
    )
    assert first["/F0"] == second["/F1"]
    assert len({each["/F0"] for each in (first, second, third)}) == 3


def test_every_page_of_a_part_keeps_all_its_fonts() -> None:
    pages = joined(part(b"a", b"b", pages=2), part(b"b", b"a", b"c", pages=3))
    assert [sorted(fonts) for fonts in pages] == [["/F0", "/F1"]] * 2 + [["/F0", "/F1", "/F2"]] * 3
    assert {fonts["/F1"] for fonts in pages[2:]} == {pages[0]["/F0"]}


def test_equal_fonts_of_one_part_become_one() -> None:
    (fonts,) = joined(part(b"a", b"a"))
    assert fonts["/F0"] == fonts["/F1"]


def test_pages_with_their_own_dictionaries_share_too() -> None:
    pdf = Pdf.new()
    for program in (b"a", b"b"):
        pdf.add_blank_page()
        pdf.pages[-1].obj.Resources = Dictionary(Font=Dictionary(F0=font(pdf, program)))
    first, second, third = joined(part(b"b"), pdf)
    assert first["/F0"] == third["/F0"] != second["/F0"]


def test_text_that_looks_like_a_reference_is_a_text() -> None:
    parts = []
    for number in (3, 4):
        made = part(b"a")
        made.pages[0].obj.Resources.Font.F0.Note = String(f"voir {number} 0 R")
        parts.append(made)
    first, second = joined(*parts)
    assert first["/F0"] != second["/F0"]


def test_pictures_that_refer_to_themselves_are_left_alone() -> None:
    parts = []
    for _ in range(2):
        pdf = Pdf.new()
        pdf.add_blank_page()
        form = pdf.make_stream(b"x", Type=Name.XObject, Subtype=Name.Form)
        form.Resources = Dictionary(XObject=Dictionary(Fm0=form))
        pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(Fm0=form), Font=Dictionary())
        parts.append(pdf)
    packet, sharing = Pdf.new(), Sharing()
    for each in parts:
        aside = sharing.set_aside(each)
        packet.pages.extend(each.pages)
        sharing.give(list(packet.pages)[-1:], aside)
    first, second = (page.obj.Resources.XObject.Fm0 for page in packet.pages)
    assert first.objgen != second.objgen

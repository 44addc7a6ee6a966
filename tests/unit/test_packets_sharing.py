"""Equal streams and fonts become one; what only looks alike does not."""

from __future__ import annotations

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from clspd_docs.packets.sharing import share_identical


def font(pdf: Pdf, program: bytes, name: Name = Name.Carlito) -> Object:
    descriptor = pdf.make_indirect(Dictionary(Type=Name.FontDescriptor, FontFile2=pdf.make_stream(program)))
    return pdf.make_indirect(
        Dictionary(Type=Name.Font, BaseFont=name, FontDescriptor=descriptor, Widths=Array([1, 2]))
    )


def held(pdf: Pdf, *items: Object) -> list[Object]:
    pdf.Root.Essai = Array(list(items))
    share_identical(pdf)
    return list(pdf.Root.Essai)


def test_fonts_equal_down_to_their_program_become_one() -> None:
    pdf = Pdf.new()
    same, again, other, renamed = held(
        pdf, font(pdf, b"a"), font(pdf, b"a"), font(pdf, b"b"), font(pdf, b"a", Name.Caladea)
    )
    assert same.objgen == again.objgen
    assert len({each.objgen for each in (same, other, renamed)}) == 3
    assert same.FontDescriptor.objgen == renamed.FontDescriptor.objgen


def test_text_that_looks_like_a_reference_is_a_text() -> None:
    pdf = Pdf.new()
    one, two = pdf.make_stream(b"x"), pdf.make_stream(b"x")
    forms = [pdf.make_stream(b"form", Note=String(f"voir {each.objgen[0]} 0 R")) for each in (one, two)]
    first, second = held(pdf, *forms)
    assert first.objgen != second.objgen


def test_dictionaries_that_only_look_alike_stay_apart() -> None:
    pdf = Pdf.new()
    notes = [pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Link)) for _ in range(2)]
    first, second = held(pdf, *notes)
    assert first.objgen != second.objgen


def test_streams_that_refer_to_each_other_in_a_circle_are_left_alone() -> None:
    pdf = Pdf.new()
    streams = [pdf.make_stream(b"x") for _ in range(2)]
    for stream in streams:
        stream.Self = stream
    first, second = held(pdf, *streams)
    assert first.objgen != second.objgen

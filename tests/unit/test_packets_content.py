"""What LibreOffice 7.4 leaves untagged in the content of a page."""

from __future__ import annotations

import datetime as dt

from pikepdf import Array, Dictionary, Name, NumberTree

from builders.pdf import Builder, opened, saved
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.content import mark_stray, tag_pictures
from clspd_docs.packets.spec import PacketSpec, Part

TAGGED = b"/P<</MCID 0>>BDC\nq 0 0 0 rg\nBT\n<0BDC>Tj\nET\nQ\nEMC\n"
RULE = b"q 1 w 0 J 1 j\n521.95 741.85 m\n90 741.85 l S\nQ\n"
PICTURE = (
    b"/Artifact BMC\nQ q 99.099 610.5 85 42.5 re\nW* n\nq 85.05 0 0 42.5 99.05 610.55 cm\n/Im9 Do Q\nEMC\n"
)
SPEC = PacketSpec("Dossier", "CLSPD", "", dt.datetime(2027, 1, 4, tzinfo=dt.UTC))


def test_line_outside_the_tags_becomes_decoration() -> None:
    repaired, complete = mark_stray(b"0.1 w\n" + TAGGED + RULE + TAGGED + RULE)
    assert complete
    assert repaired.count(b"/Artifact BMC\n") == repaired.count(b"EMC") - 2 == 2
    assert repaired.replace(b"\n/Artifact BMC\n", b"").replace(RULE + b"\nEMC\n", RULE) == (
        b"0.1 w\n" + TAGGED + RULE + TAGGED + RULE
    )
    assert mark_stray(repaired) == (repaired, True)


def test_tag_of_a_style_with_spaces_and_accents_opens_after_the_line() -> None:
    named = TAGGED.replace(b"/P<<", b"/Tableau#20#E2#80#93#20en-t#C3#AAte<<")
    repaired, complete = mark_stray(TAGGED + RULE + named)
    assert complete
    assert repaired.endswith(RULE + b"\nEMC\n" + named)


def test_content_without_stray_line_is_left_as_it_is() -> None:
    nested = b"/Span<</Lang(fr)>>BDC\n/P<</MCID 0>>BDC\n0 0 m 1 1 l S\nEMC\n0 0 m 1 1 l S\nEMC\n"
    for data in (b"0.1 w\n" + TAGGED + b"Q\n", nested, b""):
        assert mark_stray(data) == (data, True)


def test_text_or_picture_outside_the_tags_is_told_and_not_hidden() -> None:
    for stray in (b"BT\n<01>Tj\nET\n", b"q 1 0 0 1 0 0 cm\n/Im1 Do Q\n"):
        data = TAGGED + stray + TAGGED
        assert mark_stray(data) == (data, False)


def test_picture_marked_as_decoration_is_tied_to_the_figure_of_its_box() -> None:
    boxes = [(0, 0, 10, 10), (99.05, 610.5, 184.1, 653.0)]
    asked: list[int] = []

    def number(index: int) -> int:
        asked.append(index)
        return 5

    result = tag_pictures(TAGGED + PICTURE + PICTURE, boxes, number)
    assert result == TAGGED + PICTURE.replace(b"/Artifact BMC", b"/Figure<</MCID 5>>BDC") + PICTURE
    assert asked == [1]


def test_picture_of_no_figure_stays_decoration() -> None:
    assert tag_pictures(PICTURE, [(99, 500, 184, 542), None], lambda i: i) == PICTURE
    assert tag_pictures(PICTURE, [], lambda i: i) == PICTURE


def libreoffice(content: bytes, producer: str = "LibreOffice 7.4") -> bytes:
    builder = Builder(producer=producer)
    page = builder.page("a", content="")
    page.obj.Contents = builder.pdf.make_stream(content)
    page.obj.Resources.XObject = Dictionary(
        Im9=builder.pdf.make_stream(b"\x00", Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1)
    )
    builder.anchor(page, "Logo de la commune", (99.05, 610.5, 184.1, 653.0))
    return builder.bytes()


def test_figure_of_libreoffice_gets_its_picture_as_its_content() -> None:
    packet = assemble(SPEC, [Part("a", "A", libreoffice(TAGGED + PICTURE + RULE))])
    result = opened(packet.pdf)
    figure = result.Root.StructTreeRoot.K[0].K[0].K[1]
    assert int(figure.K) == 1
    marks = NumberTree(result.Root.StructTreeRoot.ParentTree)[int(result.pages[0].obj.StructParents)]
    assert marks[1].is_same_object_as(figure)
    content = result.pages[0].obj.Contents.read_bytes()
    assert b"/Figure<</MCID 1>>BDC\nQ q 99.099" in content
    assert content.count(b"/Artifact BMC") == 1
    assert packet.claims == ("PDF/A-2b", "PDF/UA-1")


def test_page_whose_only_mark_is_a_picture_gets_a_key_of_its_own() -> None:
    builder = opened(libreoffice(PICTURE))
    del builder.pages[0].obj.StructParents
    builder.Root.StructTreeRoot.ParentTree.Nums = Array()
    builder.Root.StructTreeRoot.K[0].K = Array([builder.Root.StructTreeRoot.K[0].K[1]])
    result = opened(assemble(SPEC, [Part("a", "A", saved(builder))]).pdf)
    marks = NumberTree(result.Root.StructTreeRoot.ParentTree)[int(result.pages[0].obj.StructParents)]
    assert str(marks[0].Alt) == "Logo de la commune"


def test_text_left_outside_by_libreoffice_lowers_the_accessibility_claim() -> None:
    packet = assemble(SPEC, [Part("a", "A", libreoffice(TAGGED + b"BT\n<01>Tj\nET\n"))])
    assert packet.claims == ("PDF/A-2b",)
    assert [finding.code for finding in packet.findings] == ["DOS105"]


def test_content_of_other_programs_is_not_touched() -> None:
    packet = assemble(SPEC, [Part("a", "A", libreoffice(TAGGED + PICTURE + RULE, producer="Word"))])
    with opened(packet.pdf) as result:
        assert result.pages[0].obj.Contents.read_bytes() == TAGGED + PICTURE + RULE

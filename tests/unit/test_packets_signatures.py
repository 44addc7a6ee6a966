"""Signature fields made from the anchors of the templates."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import pypdfium2  # type: ignore[import-untyped]  # it publishes no types
import pytest
from pikepdf import Array, Dictionary, Name, NumberTree, Pdf

from builders.pdf import Builder, opened
from clspd_docs.domain.signature import Signature
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.check import faults
from clspd_docs.packets.spec import Packet, PacketSpec, Part

SPEC = PacketSpec("Dossier", "CLSPD", "", dt.datetime(2027, 1, 4, tzinfo=dt.UTC), file="dossiers/a.pdf")


def anchored(*alternatives: str) -> bytes:
    builder = Builder()
    page = builder.page("a")
    for alternative in alternatives:
        builder.anchor(page, alternative)
    return builder.bytes()


def made(*anchors: str, owner: str = "", key: str = "convention") -> tuple[str, ...]:
    return assemble(SPEC, [Part(key, "Convention", anchored(*anchors), owner=owner)]).signature_fields


@pytest.mark.parametrize(
    ("anchor", "owner", "name"),
    [
        ("sig:president|La présidente", "M012", "president-M012"),
        ("sig:president|La présidente", "", "president"),
        ("sig:membre-M012|Mme Durand", "M012", "membre-M012"),
        ("sig:M012|Mme Durand", "M012", "M012"),
        ("sig:préfet adjoint|Le préfet", "convention.2027", "prefet-adjoint-convention-2027"),
        ("sig: president |La présidente", "M012", "president-M012"),
    ],
)
def test_field_is_named_by_its_role_then_its_owner_once_without_dot(
    anchor: str, owner: str, name: str
) -> None:
    assert made(anchor, owner=owner) == (name,)


def test_name_in_use_takes_the_key_of_the_part_then_a_number() -> None:
    anchor = "sig:president|La présidente"
    assert made(anchor, anchor, anchor, owner="M012") == (
        "president-M012",
        "president-convention",
        "president-convention-2",
    )


def one_field(anchor: str = "sig:president|Signature de la présidente") -> Pdf:
    return opened(assemble(SPEC, [Part("a", "A", anchored(anchor), owner="M012")]).pdf)


def test_field_takes_the_box_of_the_picture_and_is_empty_visible_and_named_for_screen_readers() -> None:
    result = one_field()
    (field,) = result.Root.AcroForm.Fields
    assert [float(value) for value in field.Rect] == [100, 100, 260, 160]
    assert (str(field.FT), str(field.TU), int(field.F)) == ("/Sig", "Signature de la présidente", 4)
    assert "/V" not in field
    assert [float(value) for value in field.AP.N.BBox] == [0, 0, 160, 60]
    assert int(result.Root.AcroForm.SigFlags) == 1
    assert result.pages[0].obj.Annots[0].is_same_object_as(field)
    assert str(result.pages[0].obj.Tabs) == "/S"


def test_field_is_tagged_right_after_its_picture_by_a_bare_object_reference() -> None:
    result = one_field()
    (field,) = result.Root.AcroForm.Fields
    _, figure, form = result.Root.StructTreeRoot.K[0].K[0].K
    assert str(figure.Alt) == "Emplacement de la signature\u00a0: Signature de la présidente"
    assert str(form.S) == "/Form"
    assert isinstance(form.K, Dictionary)  # an array here makes validators refuse a second signature
    assert form.K.Obj.is_same_object_as(field)
    assert NumberTree(result.Root.StructTreeRoot.ParentTree)[int(field.StructParent)].is_same_object_as(form)


def test_anchor_without_label_is_called_by_its_role() -> None:
    result = one_field("sig:president")
    (field,) = result.Root.AcroForm.Fields
    assert str(field.TU) == "Signature (president)"


def lost(builder: Builder) -> Packet:
    return assemble(SPEC, [Part("convention", "Convention", builder.bytes())])


def test_anchor_without_box_is_reported_and_makes_no_field() -> None:
    builder = Builder()
    page = builder.page("a")
    builder.anchor(page, "sig:president|La présidente", rect=None)
    builder.anchor(page, "sig:maire|Le maire", rect=(100, 100, 101, 160))
    packet = lost(builder)
    assert [(f.code, dict(f.facts)["role"]) for f in packet.findings] == [
        ("DOS103", "maire"),
        ("DOS103", "president"),
    ]
    assert packet.findings[0].place.french() == "dossiers/a.pdf, pièce convention"
    assert packet.signature_fields == ()
    assert "/AcroForm" not in opened(packet.pdf).Root


def test_anchor_without_page_is_reported() -> None:
    builder = Builder()
    figure = builder.anchor(builder.page("a"), "sig:president|La présidente")
    del figure.Pg
    assert [finding.code for finding in lost(builder).findings] == ["DOS103"]


def test_anchor_without_role_is_reported() -> None:
    builder = Builder()
    builder.anchor(builder.page("a"), "sig:|La présidente")
    assert [finding.code for finding in lost(builder).findings] == ["DOS103"]


def test_other_pictures_are_left_alone() -> None:
    assert made("Logo de la commune", "signature scannée") == ()


def test_fields_of_an_annex_stay_beside_the_signatures() -> None:
    builder = Builder()
    page = builder.page("a")
    builder.text_field(page, "commentaire")
    builder.text_field(page, "visa", Name.Sig)
    builder.pdf.Root.AcroForm.DR = Dictionary(Font=Dictionary())
    builder.anchor(page, "sig:president|La présidente")
    packet = assemble(SPEC, [Part("a", "A", builder.bytes()), Part("b", "B", anchored("sig:visa|Visa"))])
    result = opened(packet.pdf)
    assert packet.signature_fields == ("visa", "president", "visa-b")
    assert [str(field.T) for field in result.Root.AcroForm.Fields] == [
        "commentaire",
        "visa",
        "president",
        "visa-b",
    ]
    assert "/Font" in result.Root.AcroForm.DR


def test_picture_alone_below_its_parent_gets_its_field_too() -> None:
    builder = Builder()
    figure = builder.anchor(builder.page("a"), "sig:president|La présidente")
    section = builder.element(Name.Sect, builder.document)
    section.K, figure.P = figure, section
    builder.document.K = Array([kid for kid in builder.document.K if not kid.is_same_object_as(figure)])
    result = opened(lost(builder).pdf)
    section = result.Root.StructTreeRoot.K[0].K[0].K[1]
    assert [str(kid.S) for kid in section.K] == ["/Figure", "/Form"]


def found(data: bytes, text: str) -> list[tuple[float, ...]]:
    """Return the boxes of ``text`` on the first page, as another library sees them."""
    reader = pypdfium2.PdfDocument(data)[0].get_textpage()
    search = reader.search(text)
    places = []
    while hit := search.get_next():
        boxes = [reader.get_charbox(hit[0] + number) for number in range(hit[1])]
        places.append(
            (*(min(b[i] for b in boxes) for i in (0, 1)), *(max(b[i] for b in boxes) for i in (2, 3)))
        )
    return places


def boxed(target: Signature, *rects: tuple[float, float, float, float]) -> Packet:
    builder = Builder()
    page = builder.page("a")
    for number, rect in enumerate(rects):
        builder.anchor(page, f"sig:membre-{number}|Signature de Mme Anne-Laure Durand-Dupont", rect)
    return assemble(SPEC, [Part("a", "A", builder.bytes(), signature=target)])


def test_tags_of_i_parapheur_stand_in_their_boxes_each_on_its_line_and_no_field_is_made() -> None:
    side_by_side = ((100, 100, 260, 160), (300, 100, 460, 160), (100, 300, 260, 360))
    packet = boxed(Signature.I_PARAPHEUR, *side_by_side)
    assert (packet.signature_fields, packet.tag_pages, packet.paper_places) == ((), (1, 1, 1), 0)
    result = opened(packet.pdf)
    assert "/AcroForm" not in result.Root
    places = found(packet.pdf, "#signature#")
    assert len(places) == 3
    for left, bottom, right, top in places:
        assert any(x0 < left and right < x1 and y0 < bottom and top < y1 for x0, y0, x1, y1 in side_by_side)
    heights = sorted(bottom for _, bottom, _, _ in places)
    assert all(high - low > 6 for low, high in pairwise(heights))
    assert faults(SPEC, packet) == []


def test_a_tag_that_is_not_read_is_a_fault() -> None:
    packet = boxed(Signature.I_PARAPHEUR, (100, 100, 260, 160))
    (fault,) = faults(SPEC, replace(packet, tag_pages=(1, 1)))
    assert fault.code == "DOS303"


def test_a_box_to_sign_by_hand_has_its_label_in_it_and_no_field() -> None:
    packet = boxed(Signature.PAPIER, (100, 100, 260, 160))
    assert (packet.signature_fields, packet.tag_pages, packet.paper_places) == ((), (), 1)
    result = opened(packet.pdf)
    for words in ("Signature de Mme", "Durand-Dupont"):
        ((left, bottom, right, top),) = found(packet.pdf, words)
        assert 100 < left < right < 260
        assert 100 < bottom < top < 160
    figure = result.Root.StructTreeRoot.K[0].K[0].K[1]
    assert str(figure.Alt) == "Emplacement de la signature\u00a0: Signature de Mme Anne-Laure Durand-Dupont"
    result.pages[0].contents_coalesce()
    assert b"/Artifact <</Type /Layout>> BDC" in result.pages[0].Contents.read_bytes()


def test_fields_ask_for_pades_and_a_digest_of_today_without_obliging_and_lock_nothing() -> None:
    result = one_field()
    (field,) = result.Root.AcroForm.Fields
    assert [str(name) for name in field.SV.SubFilter] == ["/ETSI.CAdES.detached"]
    assert [str(name) for name in field.SV.DigestMethod] == ["SHA256", "SHA384", "SHA512"]
    assert int(field.SV.Ff) == 0
    assert field.SV.is_indirect
    assert "/Lock" not in field

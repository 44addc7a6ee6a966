"""Signature fields made from the anchors of the templates."""

from __future__ import annotations

import datetime as dt

import pytest
from pikepdf import Array, Dictionary, Name, NumberTree, Pdf

from builders.pdf import Builder, opened
from clspd_docs.packets.assemble import assemble
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

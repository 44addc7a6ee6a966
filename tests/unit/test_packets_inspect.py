"""A packet read back by another library, and the self-check that is made of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from pikepdf import Array, Dictionary, Name, String

from builders.pdf import Builder, opened, pdf, saved
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.check import contents_faults, faults, text_faults
from clspd_docs.packets.inspect import OutlineItem, SignatureField, inspect, page_count, page_texts
from clspd_docs.packets.spec import Packet, PacketSpec, Part, PlacedPart

SPEC = PacketSpec(
    "Dossier", "CLSPD", "", dt.datetime(2027, 1, 4, tzinfo=dt.UTC), recto=True, file="dossiers/a.pdf"
)


def contents_page(*lines: str, targets: tuple[str, ...] = ("plan", "odj")) -> bytes:
    builder = Builder()
    drawn = "".join(f"BT /F1 11 Tf 50 {700 - 20 * i} Td ({line}) Tj ET " for i, line in enumerate(lines))
    page = builder.page(content=f"/P<</MCID 0>>BDC {drawn} EMC")
    for index, key in enumerate(targets):
        builder.link(page, f"packet:{key}", top=710 - 20 * index)
    return builder.bytes()


def packet(contents: bytes | None = None) -> Packet:
    builder = Builder()
    builder.anchor(builder.page("Plan"), "sig:president|La présidente")
    builder.page("suite")
    builder.heading("Axe 1", 1)
    first = contents or contents_page("Plan local 3", "Ordre du jour 5")
    plan = Part("plan", "Plan local", builder.bytes(), owner="M012")
    return assemble(
        SPEC, [Part("sommaire", "Sommaire", first), plan, Part("odj", "Ordre du jour", pdf("Points"))]
    )


def test_facts_of_a_packet_are_those_of_its_making() -> None:
    facts = inspect(packet().pdf)
    assert (facts.pages, facts.title, facts.lang) == (5, "Dossier", "fr-FR")
    assert (facts.pdfa, facts.pdfua, facts.tagged) == ("2B", True, True)
    assert facts.signature_fields == (SignatureField("president-M012", 3, signed=False),)
    assert facts.outline == (
        OutlineItem("Sommaire", 1, 1),
        OutlineItem("Plan local", 3, 1),
        OutlineItem("Axe 1", 4, 2),
        OutlineItem("Ordre du jour", 5, 1),
    )


def test_facts_of_a_plain_file_claim_nothing(tmp_path: Path) -> None:
    path = tmp_path / "annexe.pdf"
    path.write_bytes(pdf("Bonjour", "Suite", claims=(), tagged=False))
    facts = inspect(path)
    assert (facts.pdfa, facts.pdfua, facts.tagged, facts.signature_fields, facts.outline) == (
        None,
        False,
        False,
        (),
        (),
    )
    assert page_texts(path) == ["Bonjour", "Suite"]
    assert page_count(path) == 2


def test_signed_field_below_a_parent_has_its_full_name() -> None:
    builder = Builder()
    field = builder.text_field(builder.page("a"), "maire", Name.Sig)
    parent = builder.pdf.make_indirect(Dictionary(T=String("visas"), Kids=Array([field])))
    field.Parent, field.V = parent, Dictionary(Type=Name.Sig)
    builder.pdf.Root.AcroForm.Fields = Array([parent])
    assert inspect(builder.bytes()).signature_fields == (SignatureField("visas.maire", 1, signed=True),)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 rien", b"<html>"])
def test_file_that_is_no_pdf_stops_with_its_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "dossier-abime.pdf"
    path.write_bytes(data)
    with pytest.raises(Stop) as stopped:
        inspect(path)
    assert (stopped.value.finding.code, stopped.value.exit_code) == ("DOS301", ExitCode.NOTHING_READ)
    assert stopped.value.finding.place.french() == "dossier-abime.pdf"


def test_missing_file_stops(tmp_path: Path) -> None:
    with pytest.raises(Stop):
        page_count(tmp_path / "absent.pdf")


def test_sound_packet_has_no_fault() -> None:
    made = packet()
    assert faults(SPEC, made) == []
    assert text_faults(SPEC, made) == []
    assert contents_faults(SPEC, made, made.parts[0]) == []


def tampered(made: Packet, key: str, value: object) -> Packet:
    source = opened(made.pdf)
    source.Root[key] = value
    return replace(made, pdf=saved(source))


def test_page_lost_or_part_out_of_place_is_found() -> None:
    made = packet()
    source = opened(made.pdf)
    del source.pages[4]
    lost = replace(made, pdf=saved(source))
    moved = replace(made, parts=(*made.parts[:2], PlacedPart("odj", "Ordre du jour", 4, 2)))
    unmarked = replace(made, parts=(*made.parts[:2], replace(made.parts[2], title="Autre")))
    for wrong in (lost, moved, unmarked):
        assert [finding.code for finding in faults(SPEC, wrong)] == ["DOS302"]


def test_field_lost_doubled_or_on_no_page_is_found() -> None:
    made = packet()
    renamed = replace(made, signature_fields=("maire",))
    doubled = opened(made.pdf)
    doubled.Root.AcroForm.Fields.append(doubled.Root.AcroForm.Fields[0])
    hidden = opened(made.pdf)
    hidden.pages[2].obj.Annots = Array()
    for wrong in (renamed, replace(made, pdf=saved(doubled)), replace(made, pdf=saved(hidden))):
        assert [finding.code for finding in faults(SPEC, wrong)] == ["DOS303"]


def test_lost_language_title_or_claim_is_found() -> None:
    made = packet()
    for wrong in (tampered(made, "/Lang", String("en-US")), replace(made, claims=("PDF/UA-1",))):
        assert [finding.code for finding in faults(SPEC, wrong)] == ["DOS306"]


@pytest.mark.parametrize("left", ["{{ membre.nom }}", "{% if x %}", "Madame None,", "total nan euros"])
def test_remains_of_a_template_are_found_on_their_page(left: str) -> None:
    made = assemble(SPEC, [Part("a", "A", pdf("Bonjour", left))])
    found = text_faults(SPEC, made)
    assert {finding.code for finding in found} == {"DOS304"}
    assert {finding.place.part for finding in found} == {"page 2"}


def test_words_that_only_look_like_remains_are_not() -> None:
    made = assemble(SPEC, [Part("a", "A", pdf("Nonette, Fernand, Nana, Nan, {y} 100 %"))])
    assert text_faults(SPEC, made) == []


def test_contents_page_that_prints_a_wrong_page_is_found() -> None:
    made = packet(contents_page("Plan local 3", "Ordre du jour 4"))
    (finding,) = contents_faults(SPEC, made, made.parts[0])
    assert (finding.code, dict(finding.facts)) == ("DOS305", {"page": "5"})


def test_title_that_ends_with_a_number_does_not_hide_the_page() -> None:
    made = packet(contents_page("Bilan 2026", "Plan local 3", "Ordre du jour n 2", "5"))
    assert contents_faults(SPEC, made, made.parts[0]) == []

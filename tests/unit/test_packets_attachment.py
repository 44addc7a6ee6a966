"""A packet that carries a file about itself: PDF/A-3, the same bytes each time, read back."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from builders.pdf import opened, pdf
from clspd_docs.build.attached import NAME, read_proof
from clspd_docs.build.verify import verify
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.check import faults
from clspd_docs.packets.inspect import attachments, inspect
from clspd_docs.packets.spec import Attachment, Packet, PacketSpec, Part
from conftest import run_cli

PROOF = {
    "tool": "clspd-docs 0.1.0",
    "converter": "LibreOffice",
    "made_on": "2026-12-01",
    "workbook": {"path": "registers/clspd.xlsx", "sha256": "ab12"},
    "pieces": [{"key": "a", "title": "Lettre", "docx_sha256": "cd34"}],
}


def spec(content: object = PROOF) -> PacketSpec:
    data = json.dumps(content).encode()
    when = dt.datetime(2027, 1, 4, tzinfo=dt.UTC)
    return PacketSpec("Dossier", "CLSPD", "", when, attachment=Attachment(NAME, data, "Empreintes"))


def made(content: object = PROOF) -> Packet:
    return assemble(spec(content), [Part("a", "A", pdf("a"))])


def test_packet_with_a_file_claims_pdfa_3_and_ties_the_file_to_itself() -> None:
    packet = made()
    assert packet.claims == ("PDF/A-3b", "PDF/UA-1")
    assert inspect(packet.pdf).pdfa == "3B"
    with opened(packet.pdf) as result:
        (tied,) = result.Root.AF
        assert str(tied.AFRelationship) == "/Supplement"
        assert str(tied.EF.F.Subtype) == "/application/json"
    assert attachments(packet.pdf) == {NAME: json.dumps(PROOF).encode()}
    assert faults(spec(), packet) == []
    assert made().pdf == packet.pdf


def test_a_part_without_pdfa_takes_the_claim_away_and_the_file_stays() -> None:
    packet = assemble(spec(), [Part("a", "A", pdf("a", claims=("ua1",)))])
    assert packet.claims == ("PDF/UA-1",)
    assert NAME in attachments(packet.pdf)


def test_a_file_that_is_not_the_one_meant_is_a_fault() -> None:
    packet = made()
    (other,) = faults(spec({"autre": 1}), packet)
    (bare,) = faults(
        spec(),
        replace(packet, pdf=assemble(replace(spec(), attachment=None), [Part("a", "A", pdf("a"))]).pdf),
    )
    assert (other.code, bare.code) == ("DOS306", "DOS306")


def test_verify_tells_what_a_packet_says_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "dossier.pdf"
    path.write_bytes(made().pdf)
    (facts,) = verify(path).files
    assert facts["proof"] == PROOF
    code, output = run_cli("verify", str(path))
    assert code == 0
    assert "Preuve jointe" in output
    assert "Lettre" in output
    assert "ab12" in output


@pytest.mark.parametrize(
    "content",
    [
        [],
        3,
        {},
        {**PROOF, "pieces": [1]},
        {**PROOF, "pieces": None},
        {**PROOF, "workbook": {}},
        {**PROOF, "tool": 1},
    ],
)
def test_a_file_of_that_name_that_is_not_ours_is_no_proof(content: object, tmp_path: Path) -> None:
    path = tmp_path / "dossier.pdf"
    path.write_bytes(made(content).pdf)
    assert verify(path).files[0]["proof"] is None


def test_text_that_is_no_json_is_no_proof() -> None:
    assert read_proof({NAME: b"{"}) is None
    assert read_proof({NAME: b"\xff"}) is None
    assert read_proof({NAME: b"[" * 100_000}) is None

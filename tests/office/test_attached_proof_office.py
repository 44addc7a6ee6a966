"""Packets that carry the digests of what they are made of, from the catalogue to the validator."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from builders.signing import empty_fields, sign, verdicts
from conftest import run_json
from office.test_build_changes import change
from office.test_signatures_office import FOLDER, build, copy
from office.verapdf import failures

pytestmark = [pytest.mark.office, pytest.mark.xdist_group("example")]

__all__ = ["copy"]  # the fixture: a copy of the built folder


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_packet_carries_the_digests_of_all_it_is_made_of_and_only_its_line_redoes_it(copy: Path) -> None:
    catalogue = copy / "templates_docx/catalogue.toml"
    text = catalogue.read_text(encoding="utf-8")
    for code in ("convocations", "envoi"):
        text = text.replace(
            f'[[dossier]]\ncode = "{code}"\n', f'[[dossier]]\ncode = "{code}"\npreuve = true\n'
        )
    catalogue.write_text(text, encoding="utf-8")
    answer = build(copy)
    assert answer["exit"] == 0, answer["findings"]
    assert {d["state"] for d in answer["documents"]} == {"unchanged"}
    built = {p["packet"] for p in answer["packets"] if p["state"] == "built"}
    assert built == {"convocations", "envoi"}
    assert all("PDF/A-3b" in p["claims"] for p in answer["packets"] if p["packet"] in built)
    reasons = {r for p in answer["packets"] for r in p["reasons"]}
    assert reasons == {"ligne « preuve » modifiée dans le catalogue"}

    letter, packet = (
        copy / FOLDER / "documents/convocation-pleniere-M013",
        copy / FOLDER / "dossiers/envoi-M013.pdf",
    )
    (facts,) = run_json("verify", str(packet))["files"]
    proof = facts["proof"]
    assert proof["workbook"]["sha256"] == digest(copy / proof["workbook"]["path"])
    pieces = {piece["key"]: piece for piece in proof["pieces"]}
    mine = pieces["convocation-pleniere-M013"]
    assert mine["docx_sha256"] == digest(letter.with_suffix(".docx"))
    assert mine["pdf_sha256"] == digest(letter.with_suffix(".pdf"))
    assert mine["template_sha256"] == digest(copy / "templates_docx" / mine["template"])
    (annex,) = [piece["annex_sha256"] for key, piece in pieces.items() if key.startswith("annexe-")]
    assert annex in {digest(path) for path in (copy / "annexes").iterdir()}
    front = run_json("verify", str(copy / FOLDER / "dossiers/convocations.pdf"))["files"][0]["proof"][
        "pieces"
    ][:2]
    assert [piece["template"] for piece in front] == ["couverture.docx", "sommaire.docx"]

    before = packet.read_bytes()
    change(copy, "Membres", "M014", "Téléphone", "03 53 01 10 99")
    assert {p["state"] for p in build(copy)["packets"] if p["membre"] == "M013"} == {"unchanged"}
    change(copy, "Membres", "M014", "Téléphone", "03 53 01 10 98")
    build(copy, "--force")
    after = packet.read_bytes()
    build(copy, "--force")
    assert packet.read_bytes() == after != before

    signed = sign(after, empty_fields(after)[0])
    packet.write_bytes(signed)
    assert verdicts(signed) == {"president-M013": True}
    for path in (packet, copy / FOLDER / "dossiers/convocations.pdf"):
        assert {flavour: failures(path, flavour) for flavour in ("3b", "ua1")} == {"3b": {}, "ua1": {}}

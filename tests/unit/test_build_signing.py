"""A desk without converter gets previews to read, and no packet to sign; the answer says which converter it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf import PdfReader

from builders.classeur import Classeur
from builders.conseils import registres
from clspd_docs.build.workspace import SETTINGS, WORKBOOK, init
from clspd_docs.conversion.apercu_child import MARK
from conftest import TODAY, run_cli, run_json


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "conseil"
    init(root, example=False)
    rows = registres()
    rows.row("points")["piece"] = None
    Classeur(rows).book.save(root / WORKBOOK)
    (root / SETTINGS).write_text('[conversion]\nmoteur = "apercu"\n', encoding="utf-8")
    return root


def test_previews_are_marked_and_packets_to_sign_are_held(folder: Path) -> None:
    answer = run_json("-C", str(folder), "--date", TODAY.isoformat(), "build")
    assert answer["converter"]["name"] == "aperçu word2pdf"
    assert answer["converter"]["preview"] is True
    warned = [f for f in answer["findings"] if f["code"] == "ENV110"]
    assert [f["severity"] for f in warned] == ["warning"]
    made = [d for d in answer["documents"] if d["state"] == "built"]
    assert made
    for document in made:
        reader = PdfReader(folder / document["path"])
        assert all(MARK in page.extract_text() for page in reader.pages), document["path"]
        assert not reader.get_fields()
    states = {p["packet"]: p["state"] for p in answer["packets"]}
    assert states["convocations"] == "held"
    assert states["consultation"] == "held"
    assert states["seance"] == "held"
    held = [p for p in answer["packets"] if p["state"] == "held"]
    assert all(any(reason.startswith("PDF202") for reason in p["reasons"]) for p in held)
    assert {f["code"] for f in answer["findings"]} == {"ENV110", "PDF202"}
    assert answer["exit"] == 1
    published = {path.name for path in (folder / "sorties" / "P-2027-02" / "dossiers").glob("*.pdf")}
    assert "convocations.pdf" not in published
    again = run_json("-C", str(folder), "--date", TODAY.isoformat(), "build")
    assert {d["state"] for d in again["documents"]} == {"unchanged"}


def test_doctor_says_which_converter_is_used_and_why(folder: Path) -> None:
    code, output = run_cli("-C", str(folder), "doctor")
    assert code == 0
    plain = output.replace("\xa0", " ")
    assert "Convertisseur utilisé : aperçu word2pdf 0.1.0 (demandé dans clspd-docs.toml)" in plain
    assert "[ENV110]" in output


def test_doctor_ends_with_4_when_no_converter_can_be_used(folder: Path) -> None:
    (folder / SETTINGS).write_text('[conversion]\nmoteur = "word"\n', encoding="utf-8")
    answer = run_json("-C", str(folder), "doctor")
    assert answer["exit"] == 4
    assert answer["facts"]["Convertisseur utilisé"] == "aucun"
    assert answer["facts"]["Word"] == "Word n’est pas installé sur cet ordinateur"
    assert "ENV106" in {f["code"] for f in answer["findings"]}

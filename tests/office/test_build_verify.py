"""``verify`` after a build: what is still as it was made, and which cell, template, annex or hand explains the rest."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pytest

from builders.pdf import pdf
from conftest import TODAY, Built, run_json

pytestmark = [pytest.mark.office, pytest.mark.xdist_group("example")]

SESSION = "sorties/P-2027-02"


@pytest.fixture
def copy(built: Built, tmp_path: Path) -> Path:
    """A copy of the built folder, to be changed."""
    return Path(shutil.copytree(built.root, tmp_path / "copie"))


def told(root: Path) -> dict[str, Any]:
    return run_json("verify", str(root / SESSION))


def findings(answer: dict[str, Any]) -> set[tuple[str, str, str | None]]:
    return {(f["code"], f["place"]["file"], f["place"].get("cell")) for f in answer["findings"]}


def test_a_folder_as_it_was_built_gives_nothing_and_its_place_in_the_chain(built: Built) -> None:
    answer = told(built.root)
    assert (answer["exit"], answer["findings"], answer["rank"]) == (0, [], 1)
    assert len(answer["manifest"]) == 64


def test_one_changed_annex_changes_its_packets_alone_and_verify_says_why(copy: Path) -> None:
    before = {path.name: path.read_bytes() for path in (copy / SESSION).rglob("*.pdf")}
    first = told(copy)["manifest"]
    (copy / "annexes" / "bilan-2026.pdf").write_bytes(pdf("Bilan corrigé"))
    answer = told(copy)
    assert answer["exit"] == 0
    assert findings(answer) == {("DOS508", "annexes/bilan-2026.pdf", None)}
    with_annex = {"seance.pdf", *(name for name in before if name.startswith("envoi-"))}
    assert f"{len(with_annex)} documents ou dossiers" in answer["findings"][0]["message"].replace(
        "\u00a0", " "
    )
    again = run_json("-C", str(copy), "--date", TODAY.isoformat(), "build")
    changed = [packet for packet in again["packets"] if packet["state"] == "built"]
    assert {Path(packet["path"]).name for packet in changed} == with_annex
    assert {tuple(packet["reasons"]) for packet in changed} == {("fichier de l’annexe-4 modifié",)}
    assert {d["state"] for d in again["documents"]} == {"unchanged"}
    after = {path.name: path.read_bytes() for path in (copy / SESSION).rglob("*.pdf")}
    assert {name for name in before if before[name] != after[name]} == with_annex
    answer = told(copy)
    assert (answer["findings"], answer["rank"], answer["previous"]) == ([], 2, first)


def test_a_changed_cell_and_a_changed_template_are_named_with_what_depends_on_them(copy: Path) -> None:
    path = copy / "registers" / "clspd.xlsx"
    book = openpyxl.load_workbook(path)
    grid = book["Membres"]
    row = next(r for r in range(2, grid.max_row + 1) if grid.cell(r, 1).value == "M014")
    column = next(number for number, cell in enumerate(grid[1], 1) if cell.value == "Nom")
    grid.cell(row, column).value = "Nouveau-Nom"
    book.save(path)
    spot = grid.cell(row, column).coordinate
    shutil.copyfile(copy / "templates_docx/charte.docx", copy / "templates_docx/couverture.docx")
    answer = told(copy)
    assert answer["exit"] == 0
    assert {
        ("DOS507", "registers/clspd.xlsx", spot),
        ("DOS508", "templates_docx/couverture.docx", None),
    } == findings(answer)


def test_a_workbook_changed_where_no_document_looks_says_so(copy: Path) -> None:
    path = copy / "registers" / "clspd.xlsx"
    book = openpyxl.load_workbook(path)
    grid = book["Séances"]
    place = next(number for number, cell in enumerate(grid[1], 1) if cell.value == "Lieu")
    row = next(r for r in range(2, grid.max_row + 1) if grid.cell(r, 1).value == "R-2026-11")
    grid.cell(row, place).value = "Salle du conseil"
    book.save(path)
    assert findings(told(copy)) == {("DOS509", "registers/clspd.xlsx", None)}


def test_one_pdf_of_a_published_folder_is_compared_with_its_manifest(copy: Path, tmp_path: Path) -> None:
    packet = copy / SESSION / "dossiers" / "consultation.pdf"
    assert run_json("verify", str(packet))["findings"] == []
    with pikepdf.open(packet, allow_overwriting_input=True) as document:
        del document.pages[-1]
        document.save(packet)
    told = run_json("verify", str(packet))
    assert told["exit"] == 1
    assert [f["code"] for f in told["findings"]] == ["DOS503", "DOS505"]
    alone = Path(shutil.copy(packet, tmp_path / "seul.pdf"))
    assert run_json("verify", str(alone))["findings"] == []  # nothing to compare it with


def test_what_was_added_to_a_file_without_a_signature_is_a_change(copy: Path) -> None:
    packets = copy / SESSION / "dossiers"
    with (packets / "convocations.pdf").open("ab") as stream:
        stream.write(b"% ajout\n")
    edited = packets / "charte-G1.pdf"
    edited.write_bytes(edited.read_bytes()[:500])
    answer = told(copy)
    assert answer["exit"] == 1
    assert findings(answer) == {
        ("DOS503", "P-2027-02/dossiers/convocations.pdf", None),
        ("DOS503", "P-2027-02/dossiers/charte-G1.pdf", None),
        ("DOS506", "dossiers/charte-G1.pdf", None),
    }

"""After a first build: what a change redoes, what it leaves, and what a secretariat adds without any code."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from builders.docx import template
from builders.pdf import pdf
from clspd_docs.conversion.find import find_office
from conftest import TODAY, Built, run_json

REAL = find_office()

pytestmark = [pytest.mark.office, pytest.mark.xdist_group("example")]


@pytest.fixture
def copy(built: Built, tmp_path: Path) -> Path:
    """A copy of the built folder, to be changed."""
    return Path(shutil.copytree(built.root, tmp_path / "copie"))


def change(root: Path, sheet: str, identifier: str, header: str, value: Any) -> None:
    path = root / "registers" / "clspd.xlsx"
    book = openpyxl.load_workbook(path)
    grid = book[sheet]
    column = next(c.column for c in grid[1] if c.value == header)
    row = next(r for r in range(2, grid.max_row + 1) if grid.cell(r, 1).value == identifier)
    assert column is not None
    grid.cell(row, column).value = value
    book.save(path)


def build(root: Path, *arguments: str) -> dict[str, Any]:
    return run_json("-C", str(root), "--date", TODAY.isoformat(), "build", *arguments)


def redone(answer: dict[str, Any]) -> set[tuple[str, str | None]]:
    return {(d["document"], d["membre"]) for d in answer["documents"] if d["state"] == "built"}


def test_a_corrected_name_redoes_that_members_pieces_and_names_the_cell(copy: Path) -> None:
    change(copy, "Membres", "M013", "Nom", "Delvaux-Corrigé")
    answer = build(copy)
    assert ("convocation-pleniere", "M013") in redone(answer)
    assert ("emargement", None) in redone(answer)
    assert ("convocation-pleniere", "M014") not in redone(answer)
    reasons = {r for d in answer["documents"] if d["state"] == "built" for r in d["reasons"]}
    assert any(r.startswith("Membres!") and r.endswith(" a changé") for r in reasons), reasons
    packets = {(p["packet"], p["membre"]) for p in answer["packets"] if p["state"] == "built"}
    assert ("envoi", "M013") in packets
    assert ("convocations", None) in packets
    assert ("envoi", "M014") not in packets


def test_a_faulty_cell_holds_its_letter_and_the_packet_says_so(copy: Path) -> None:
    change(copy, "Membres", "M013", "Titre", "Cheffe-inconnue")
    answer = build(copy)
    assert answer["exit"] == 1
    held = {(d["document"], d["membre"]) for d in answer["documents"] if d["state"] == "held"}
    assert held == {("convocation-pleniere", "M013")}
    states = {(p["packet"], p["membre"]): p["state"] for p in answer["packets"]}
    assert states["envoi", "M013"] == "held"
    assert states["envoi", "M014"] == "unchanged"
    assert states["convocations", None] == "built"
    convocations = next(p for p in answer["packets"] if p["packet"] == "convocations")
    assert "president-M013" not in convocations["signature_fields"]
    folder = copy / "sorties" / "P-2027-02"
    assert not (folder / "documents" / "convocation-pleniere-M013.pdf").exists()
    assert not (folder / "dossiers" / "envoi-M013.pdf").exists()
    first = subprocess.run(
        ["pdftotext", "-l", "2", folder / "dossiers" / "convocations.pdf", "-"],
        check=True,
        capture_output=True,
    )
    assert "Retenu" in first.stdout.decode() or "retenu" in first.stdout.decode()
    assert "COH101" in (folder / "index.html").read_text(encoding="utf-8")


def test_a_row_that_cannot_be_used_is_named_on_the_cover(copy: Path) -> None:
    change(copy, "Membres", "M014", "Identifiant", None)
    answer = build(copy, "--etape", "convocation")
    assert answer["exit"] == 1
    first = subprocess.run(
        ["pdftotext", "-l", "2", copy / "sorties/P-2027-02/dossiers/convocations.pdf", "-"],
        check=True,
        capture_output=True,
    )
    assert "feuille « Membres », ligne 15" in " ".join(first.stdout.decode().replace("\u00a0", " ").split())


def test_one_step_leaves_the_other_steps_outputs(copy: Path) -> None:
    before = {p.name for p in (copy / "sorties/P-2027-02/dossiers").glob("*.pdf")}
    answer = build(copy, "--etape", "consultation")
    assert {p["packet"] for p in answer["packets"]} == {"consultation"}
    assert {p.name for p in (copy / "sorties/P-2027-02/dossiers").glob("*.pdf")} == before
    assert run_json("verify", str(copy / "sorties/P-2027-02"))["exit"] == 0


def test_a_word_file_edited_by_hand_is_kept_beside(copy: Path) -> None:
    edited = copy / "sorties/P-2027-02/documents/ordre-du-jour.docx"
    edited.write_bytes(edited.read_bytes() + b"edited")
    answer = build(copy)
    assert "ENV205" in {f["code"] for f in answer["findings"]}
    kept = edited.with_name("ordre-du-jour (modifié à la main).docx")
    assert kept.read_bytes().endswith(b"edited")
    assert not edited.read_bytes().endswith(b"edited")


def test_a_document_and_a_packet_are_added_without_any_code(copy: Path) -> None:
    word = template("Invitation de {{ destinataire.nom_complet }}, séance du {{ seance.date }}.")
    (copy / "templates_docx" / "invitation.docx").write_bytes(word)
    with (copy / "templates_docx" / "catalogue.toml").open("a", encoding="utf-8") as stream:
        stream.write("""
[[document]]
code = "invitation"
titre = "Invitation"
modele = "invitation.docx"
pour = "prefet"
etapes = ["consultation"]
diffusion = "publique"

[[dossier]]
code = "invitations"
titre = "Invitations"
par = "seance"
etapes = ["consultation"]
lecteurs = "publique"
pieces = ["invitation"]
""")
    answer = build(copy, "--etape", "consultation")
    assert answer["exit"] == 0, answer["findings"]
    assert ("invitation", "M003") in redone(answer)
    assert "invitations" in {p["packet"] for p in answer["packets"]}
    text = subprocess.run(
        ["pdftotext", copy / "sorties/P-2027-02/dossiers/invitations.pdf", "-"],
        check=True,
        capture_output=True,
    ).stdout.decode()
    assert "séance du 4 février 2027" in text.replace("\u00a0", " ")


def rewrite(path: Path, part: str, old: str, new: str) -> None:
    """Put ``new`` for ``old`` in a part of a Word file."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    assert old in parts[part].decode()
    parts[part] = parts[part].decode().replace(old, new).encode()
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)


def test_a_comma_in_a_template_redoes_its_documents_only_and_names_it(copy: Path) -> None:
    rewrite(
        copy / "templates_docx/ordre-du-jour.docx",
        "word/document.xml",
        ">Rapporteur</w:t>",
        ">Rapporteur,</w:t>",
    )
    answer = build(copy)
    assert redone(answer) == {("ordre-du-jour", None), ("projet-ordre-du-jour", None)}
    reasons = [d["reasons"] for d in answer["documents"] if d["state"] == "built"]
    assert reasons == [["modèle modifié : ordre-du-jour.docx"]] * 2
    packets = {p["packet"] for p in answer["packets"] if p["state"] == "built"}
    assert packets == {"consultation", "envoi", "seance"}


def test_an_annex_replaced_redoes_the_packets_that_hold_it_and_nothing_else(copy: Path) -> None:
    (copy / "annexes/bilan-2026.pdf").write_bytes(pdf("Un autre bilan"))
    answer = build(copy)
    assert answer["exit"] == 0, answer["findings"]
    assert redone(answer) == set()
    assert {p["packet"] for p in answer["packets"] if p["state"] == "built"} == {"envoi", "seance"}
    text = subprocess.run(
        ["pdftotext", copy / "sorties/P-2027-02/dossiers/seance.pdf", "-"], check=True, capture_output=True
    )
    assert "Un autre bilan" in text.stdout.decode()


def test_another_libreoffice_redoes_everything_and_says_so(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "soffice"
    other.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo LibreOffice 99.8.7.6 && exit\nexec {shutil.which("soffice")} "$@"\n'
    )
    other.chmod(0o755)
    monkeypatch.setenv("CLSPD_SOFFICE", str(other))
    for arguments in (("--pourquoi",), ("--etape", "consultation")):
        answer = build(copy, *arguments)
        assert answer["exit"] == 0, answer["findings"]
        assert {d["state"] for d in answer["documents"]} == {"built"}
        for document in answer["documents"]:
            assert document["reasons"] == [
                f"convertisseur changé : LibreOffice 99.8.7.6 au lieu de LibreOffice {REAL.version}"
            ]
    assert answer["converter_starts"] >= 1


def test_a_missing_font_is_told_before_the_run_with_what_stands_in(copy: Path) -> None:
    template_file = copy / "templates_docx/ordre-du-jour.docx"
    rewrite(template_file, "word/styles.xml", 'w:ascii="Calibri"', 'w:ascii="Police Absente"')
    for command in (("check",), ("build", "--document", "ordre-du-jour")):
        answer = run_json("-C", str(copy), "--date", TODAY.isoformat(), *command)
        (finding,) = [f for f in answer["findings"] if f["code"] == "ENV105"]
        assert "« Police Absente »" in finding["message"].replace("\u00a0", " ")
        assert answer["exit"] == 0


def test_a_second_build_at_once_says_so_and_the_first_ends_well(copy: Path) -> None:
    change(copy, "Paramètres", "Qualité du signataire", "Valeur", "Le Maire")
    code = "from clspd_docs.cli.main import main; main()"
    command = [sys.executable, "-c", code, "-C", str(copy), "--date", TODAY.isoformat(), "build"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as first:
        while not list((copy / "sorties").glob(".en-cours-*")):
            assert first.poll() is None
            time.sleep(0.01)
        answer = build(copy)
        assert (answer["exit"], [f["code"] for f in answer["findings"]]) == (3, ["ENV204"])
        assert first.poll() is None
    assert first.returncode == 0
    assert run_json("verify", str(copy / "sorties/P-2027-02"))["exit"] == 0
    assert redone(build(copy)) == set()


def test_an_edited_file_of_a_step_that_is_not_built_stays_in_its_place(copy: Path) -> None:
    edited = copy / "sorties/P-2027-02/documents/emargement.docx"
    edited.write_bytes(edited.read_bytes() + b"edited")
    answer = build(copy, "--etape", "consultation")
    assert "ENV205" not in {f["code"] for f in answer["findings"]}
    assert edited.read_bytes().endswith(b"edited")

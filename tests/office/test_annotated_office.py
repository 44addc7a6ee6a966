"""The annotated copy in a real LibreOffice: opened, printed, saved again under both formats."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from builders.classeur import classeur, told
from builders.conseils import FICHIER
from clspd_docs.build.workspace import init
from clspd_docs.findings import Finding
from clspd_docs.registers.annotate import annotated, is_copy, is_untouched
from clspd_docs.registers.book import Book
from clspd_docs.registers.council import council
from clspd_docs.registers.marks import BEGIN, CONDITION
from clspd_docs.registers.read import read
from clspd_docs.registers.sheets import ERRORS_TITLE
from conftest import TODAY, run_json

pytestmark = [pytest.mark.office, pytest.mark.xdist_group("annotated")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the copy of a workbook with faults, and what LibreOffice makes of it."""
    root = tmp_path_factory.mktemp("annote")
    workbook = classeur().sheet("Séances").set("P-2027-02", "Date", "31/02/2027")
    workbook.sheet("Membres").set("M002", "Courriel", "pas un courriel").add_sheet("Vacances", ["à moi"])
    _, findings = workbook.read(root)
    copy = annotated((root / "clspd.xlsx").read_bytes(), findings, FICHIER)
    (root / "copie.xlsx").write_bytes(copy)
    convert(root, "copie.xlsx", "pdf", "pdf")
    convert(root, "copie.xlsx", "ods", "ods")
    convert(root, "ods/copie.ods", "xlsx:Calc MS Excel 2007 XML", "xlsx")
    return root


def convert(root: Path, name: str, form: str, target: str) -> None:
    profile = f"-env:UserInstallation={(root / 'profil').as_uri()}"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        form,
        "--outdir",
        str(root / target),
        str(root / name),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def findings_of(path: Path) -> tuple[Book, list[Finding]]:
    book, findings = read(path, FICHIER)
    return book, findings + council(book)[1]


def test_links_comments_and_marks_survive_libreoffice_and_its_own_format(folder: Path) -> None:
    book: Any = load_workbook(folder / "xlsx" / "copie.xlsx")
    assert book.sheetnames[0] == ERRORS_TITLE
    links = {
        row[2].value: row[2].hyperlink.location
        for row in book[ERRORS_TITLE].iter_rows(min_row=5)
        if row[2].hyperlink
    }
    assert links["E3"].replace("'", "").replace("$", "").endswith("Séances!E3")
    assert BEGIN in book["Séances"]["E3"].comment.text
    conditions = {
        str(block.sqref): rule.formula
        for block in book["Séances"].conditional_formatting
        for rule in block.rules
    }
    assert conditions["E3"] == [CONDITION]


def test_a_copy_saved_by_libreoffice_is_still_known_as_ours_and_as_changed(folder: Path) -> None:
    data = (folder / "xlsx" / "copie.xlsx").read_bytes()
    assert is_copy(data)
    assert not is_untouched(data)
    assert is_untouched((folder / "copie.xlsx").read_bytes())


def test_what_libreoffice_saved_reads_as_the_original(folder: Path) -> None:
    original, copy = findings_of(folder / "clspd.xlsx"), findings_of(folder / "xlsx" / "copie.xlsx")
    assert told(copy[1]) == told(original[1])
    values = [[row.values for rows in book.rows.values() for row in rows] for book, _ in (original, copy)]
    assert values[0] == values[1]


def test_annotating_what_libreoffice_saved_leaves_one_list_and_one_mark(folder: Path) -> None:
    path = folder / "xlsx" / "copie.xlsx"
    again = folder / "encore.xlsx"
    again.write_bytes(annotated(path.read_bytes(), findings_of(path)[1], FICHIER))
    book: Any = load_workbook(again)
    assert [title for title in book.sheetnames if title.startswith(ERRORS_TITLE)] == [ERRORS_TITLE]
    assert book["Séances"]["E3"].comment.text.count(BEGIN) == 1
    rules = [
        r for block in book["Séances"].conditional_formatting for r in block.rules if r.formula == [CONDITION]
    ]
    assert len(rules) == 1


def test_an_ods_workbook_gets_an_xlsx_copy_of_its_values(folder: Path, tmp_path: Path) -> None:
    init(tmp_path / "essai", example=False)
    registers = tmp_path / "essai" / "registers"
    (registers / "clspd.xlsx").unlink()
    original = (folder / "ods" / "copie.ods").read_bytes()
    (registers / "clspd.ods").write_bytes(original)
    answer = run_json("-C", str(tmp_path / "essai"), "--date", TODAY.isoformat(), "check", "--annoter")
    assert answer["annotated"] == "registers/clspd-a-corriger.xlsx"
    assert (registers / "clspd.ods").read_bytes() == original
    book: Any = load_workbook(registers / "clspd-a-corriger.xlsx")
    assert [title for title in book.sheetnames if title.startswith(ERRORS_TITLE)] == [ERRORS_TITLE]
    assert "Corriger le classeur" in book[ERRORS_TITLE]["A2"].value
    assert "REG203" in book["Séances"]["E3"].comment.text
    assert book["Séances"]["F3"].is_date  # the hour, with its format


def test_the_list_is_the_first_page_printed(folder: Path) -> None:
    done = subprocess.run(
        ["pdftotext", "-f", "1", "-l", "1", "-layout", folder / "pdf" / "copie.pdf", "-"],
        check=True,
        capture_output=True,
    )
    text = done.stdout.decode()
    for words in ("Gravité", "E3", "REG203", "31/02/2027", "À faire"):
        assert words in text

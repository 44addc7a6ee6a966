"""The proof on what is really built: what the trace of cells cannot see is found in the pages."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2  # type: ignore[import-untyped]  # it publishes no types
import pytest

from builders.docx import template
from builders.pdf import pdf
from clspd_docs.packets.letters import page_letters, squeezed
from conftest import TODAY, Built, run_json

pytestmark = [pytest.mark.office, pytest.mark.xdist_group("example")]

GROUP_LINE = "Prolonger l’ouverture du gymnase jusqu’à 22 h pendant les vacances."  # D-2026-17
INTERNAL_LINE = (
    "Transmettre chaque trimestre aux membres les chiffres agrégés de la délinquance."  # D-2026-02
)
PUBLIC_LINE = "Approuver les quatre orientations du plan local 2027-2029."  # D-2026-04

ENTRIES = """
[[document]]
code = "note"
titre = "Note"
modele = "note.docx"
pour = "seance"
etapes = ["suites"]
formations = ["plénière"]
diffusion = "{level}"

[[dossier]]
code = "note"
titre = "Note"
par = "seance"
etapes = ["suites"]
formations = ["plénière"]
lecteurs = "{level}"
pieces = ["note"]
"""


@pytest.fixture
def copy(built: Built, tmp_path: Path) -> Path:
    """A copy of the built folder, to be changed."""
    return Path(shutil.copytree(built.root, tmp_path / "copie"))


def add_note(root: Path, text: str, level: str) -> None:
    (root / "templates_docx" / "note.docx").write_bytes(template(text))
    with (root / "templates_docx" / "catalogue.toml").open("a", encoding="utf-8") as stream:
        stream.write(ENTRIES.format(level=level))


def build(root: Path, *arguments: str) -> dict[str, Any]:
    return run_json("-C", str(root), "--date", TODAY.isoformat(), "build", *arguments)


def states(answer: dict[str, Any], kind: str) -> dict[str, str]:
    name = "document" if kind == "documents" else "packet"
    return {each[name]: each["state"] for each in answer[kind]}


def leaks(answer: dict[str, Any]) -> set[tuple[str, str]]:
    return {(f["place"]["sheet"], f["place"]["cell"]) for f in answer["findings"] if f["code"] == "DOS404"}


def cell_of(root: Path, sheet: str, text: str) -> tuple[str, str]:
    grid = openpyxl.load_workbook(root / "registers" / "clspd.xlsx")[sheet]
    return sheet, next(c.coordinate for row in grid.iter_rows() for c in row if c.value == text)


def test_the_example_shows_nothing_to_those_who_may_not_see_it(built: Built) -> None:
    assert leaks(built.answer) == set()


def test_every_page_of_the_example_is_read_as_another_reader_reads_it(built: Built) -> None:
    pages = 0
    for path in built.output.rglob("*.pdf"):
        ours = page_letters(path.read_bytes())
        theirs = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path)]
        assert [sorted(page.body + page.around) for page in ours] == [sorted(squeezed(t)) for t in theirs], (
            path
        )
        pages += len(ours)
    assert pages > 400


def test_what_was_typed_by_hand_in_a_template_is_found_and_holds_its_packet(copy: Path) -> None:
    add_note(copy, f"Pour mémoire : {GROUP_LINE}", "interne")
    minutes = copy / "templates_docx" / "proces-verbal-public.docx"
    minutes.write_bytes(template("Séance du {{ seance.date }}.", INTERNAL_LINE))
    answer = build(copy, "P-2026-06")
    assert answer["exit"] == 1
    assert leaks(answer) == {
        cell_of(copy, "Décisions", GROUP_LINE),
        cell_of(copy, "Décisions", INTERNAL_LINE),
    }
    assert states(answer, "documents") == {
        "ordre-du-jour": "built",
        "proces-verbal": "built",
        "proces-verbal-public": "held",
        "note": "held",
    }
    assert states(answer, "packets") == {"suites": "built", "proces-verbal-public": "held", "note": "held"}
    told = [f["message"] + f["remedy"] for f in answer["findings"] if f["code"] == "DOS404"]
    assert not any("gymnase" in each or "trimestre" in each for each in told)
    folder = copy / "sorties" / "P-2026-06"
    assert not [path for name in ("note", "proces-verbal-public") for path in folder.rglob(f"{name}.*")]


def test_what_becomes_reserved_after_a_build_is_looked_for_in_what_was_published(copy: Path) -> None:
    add_note(copy, PUBLIC_LINE, "publique")
    assert build(copy, "P-2026-06")["exit"] == 0
    assert states(build(copy, "P-2026-06"), "packets")["note"] == "unchanged"
    path = copy / "registers" / "clspd.xlsx"
    book = openpyxl.load_workbook(path)
    cell = cell_of(copy, "Décisions", PUBLIC_LINE)
    grid = book["Décisions"]
    level = next(c.column for c in grid[1] if c.value == "Diffusion")
    grid.cell(grid[cell[1]].row, level).value = "interne"
    book.save(path)
    answer = build(copy, "P-2026-06")
    assert leaks(answer) == {cell}
    assert states(answer, "packets")["note"] == "held"
    assert not (copy / "sorties/P-2026-06/dossiers/note.pdf").exists()


def test_annex_that_quotes_a_group_is_found_in_the_packets_that_hold_it(copy: Path) -> None:
    (copy / "annexes" / "bilan-2026.pdf").write_bytes(pdf("Bilan", GROUP_LINE))
    answer = build(copy, "--etape", "seance")
    assert leaks(answer) == {cell_of(copy, "Décisions", GROUP_LINE)}
    assert states(answer, "packets") == {"seance": "held"}
    assert set(states(answer, "documents").values()) == {"unchanged"}

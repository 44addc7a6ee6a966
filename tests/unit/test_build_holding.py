"""A document is held exactly when it used a cell that has an error."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from builders.docx import template
from clspd_docs.build.holding import blocked
from clspd_docs.build.loading import Loaded, load
from clspd_docs.build.preview import explain_build
from clspd_docs.build.report import Report
from clspd_docs.build.request import Options
from clspd_docs.build.workspace import TEMPLATES, WORKBOOK, Folder, init
from clspd_docs.templates import budget
from clspd_docs.templates.render import Rendered, Template
from conftest import TODAY


def spoiled(root: Path, sheet: str, changes: dict[tuple[str, str], object]) -> Report:
    """Build on paper the example whose cells (identifier in column A, header) were changed."""
    init(root, example=True)
    path = root / WORKBOOK
    book = openpyxl.load_workbook(path)
    grid = book[sheet]
    headers = {str(c.value): number for number, c in enumerate(grid[1], start=1)}
    rows = {str(grid.cell(r, 1).value): r for r in range(2, grid.max_row + 1)}
    for (identifier, header), value in changes.items():
        grid.cell(rows[identifier], headers[header]).value = value  # type: ignore[assignment]
    book.save(path)
    return explain_build(Folder(root), Options(TODAY))


def held(report: Report) -> set[tuple[str, str | None]]:
    return {(d.document, d.membre) for d in report.documents if d.state == "held"}


def test_an_unreadable_name_holds_that_members_papers_and_the_lists_that_print_it(tmp_path: Path) -> None:
    report = spoiled(tmp_path / "x", "Membres", {("M014", "Civilité"): "Mde"})
    found = held(report)
    assert ("convocation-pleniere", "M014") in found
    assert ("emargement", None) in found
    assert ("convocation-pleniere", "M015") not in found
    reasons = next(d.reasons for d in report.documents if d.membre == "M014" and d.state == "held")
    assert "REG204" in reasons[0]
    assert "Membres" in reasons[0]


def test_a_template_that_takes_too_long_is_tried_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    whole = Template.render

    def counted(self: Template, context: Mapping[str, Any]) -> Rendered:
        tried.append(self.name)
        return whole(self, context)

    monkeypatch.setattr(Template, "render", counted)
    monkeypatch.setattr(budget, "MAX_SECONDS", 0.3)
    init(tmp_path / "x", example=True)
    loops = "".join(f"{{% for {name} in conseil.membres %}}" for name in "abcde") + "{% endfor %}" * 5
    path = tmp_path / "x" / TEMPLATES / "coupon-reponse.docx"
    path.write_bytes(template("{{ courrier.adresse|first }}", loops))
    report = explain_build(Folder(tmp_path / "x"), Options(TODAY))
    replies = [document for document in report.documents if document.document == "coupon-reponse"]
    assert len(replies) > 10
    assert {document.state for document in replies} == {"held"}
    assert all("FUS105" in document.reasons[0] for document in replies)
    assert tried.count("coupon-reponse.docx") == 1


def test_an_unreadable_phone_holds_nothing_that_does_not_print_it(tmp_path: Path) -> None:
    report = spoiled(tmp_path / "x", "Membres", {("M014", "Téléphone"): "demander"})
    assert any(f.code == "REG201" for f in report.findings)
    assert held(report) == set()


def test_a_row_without_identifier_holds_the_lists_it_should_be_in(tmp_path: Path) -> None:
    report = spoiled(tmp_path / "x", "Membres", {("M014", "Identifiant"): None})
    assert ("emargement", None) in held(report)
    assert ("convocation-pleniere", "M015") not in held(report)


def test_a_missing_sheet_holds_everything_that_reads_it(tmp_path: Path) -> None:
    root = tmp_path / "x"
    init(root, example=True)
    book = openpyxl.load_workbook(root / WORKBOOK)
    del book["Actions"]
    book.save(root / WORKBOOK)
    found = held(explain_build(Folder(root), Options(TODAY)))
    assert ("plan-local", None) in found
    assert ("ordre-du-jour", None) not in found


def test_a_warning_holds_nothing(loaded: Loaded) -> None:
    assert blocked(f for f in loaded.findings if not f.is_error).spots == {}


@pytest.mark.parametrize("day", [dt.date(2026, 12, 1), dt.date(2036, 12, 1)])
def test_the_example_can_be_prepared_whatever_the_day(tmp_path: Path, day: dt.date) -> None:
    init(tmp_path / "x", example=True)
    report = explain_build(Folder(tmp_path / "x"), Options(day))
    assert {d.seance for d in report.documents} == {"P-2027-02"}
    assert held(report) == set()
    assert load(Folder(tmp_path / "x"), day).conseil.president is not None


def test_a_template_that_shows_a_reserved_decision_is_held(tmp_path: Path) -> None:
    root = tmp_path / "x"
    init(root, example=True)
    word = template("{% for d in conseil.decisions %}{{ d.texte }} ; {% endfor %}")
    (root / "templates_docx" / "ordre-du-jour.docx").write_bytes(word)
    report = explain_build(Folder(root), Options(TODAY))
    assert ("ordre-du-jour", None) in held(report)
    reserved = {f.place.cell for f in report.findings if f.code == "FUS201"}
    decisions = load(Folder(root), TODAY).conseil.decisions
    assert reserved == {d.origine.place("texte").cell for d in decisions if d.diffusion == "groupe"}
    assert reserved


@pytest.mark.parametrize("name", ["../registers/secret.pdf", "/etc/hostname", "absent.pdf"])
def test_an_annex_outside_the_folder_of_annexes_is_never_taken(tmp_path: Path, name: str) -> None:
    root = tmp_path / "x"
    init(root, example=True)
    (tmp_path / "registers").mkdir()
    (tmp_path / "registers" / "secret.pdf").write_bytes((root / "annexes" / "bilan-2026.pdf").read_bytes())
    book = openpyxl.load_workbook(root / WORKBOOK)
    grid = book["Ordre du jour"]
    column = next(number for number, c in enumerate(grid[1], start=1) if c.value == "Pièce jointe")
    for row in range(2, grid.max_row + 1):
        if grid.cell(row, column).value:
            grid.cell(row, column).value = f"../{name}"
    book.save(root / WORKBOOK)
    report = explain_build(Folder(root), Options(TODAY))
    assert "COH501" in {f.code for f in report.findings}

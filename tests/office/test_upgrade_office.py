"""Workbooks that LibreOffice saved are brought up to date, and upgraded ones open in it unchanged."""

from __future__ import annotations

import datetime as dt
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from builders.conseils import FICHIER
from clspd_docs.registers.example import example_rows
from clspd_docs.registers.read import read
from clspd_docs.registers.sheets import LISTS_TITLE, README_TITLE, SHEETS
from clspd_docs.registers.upgrade import Upgrade, upgrade
from clspd_docs.registers.write import workbook_bytes

pytestmark = pytest.mark.office
EXAMPLE = workbook_bytes(example_rows())
KINDS = ("xlsx", "ods", "xls")


def converted(data: bytes, kind: str, folder: Path) -> Path:
    """Save a workbook with LibreOffice, as a secretary would."""
    folder.mkdir(exist_ok=True)
    source = folder / "clspd.xlsx"
    source.write_bytes(data)
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", kind, "--outdir", str(folder / "out"), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / "out" / f"clspd.{kind}"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The example, saved by LibreOffice in each format."""
    root = tmp_path_factory.mktemp("libreoffice")
    return {kind: converted(EXAMPLE, kind, root / kind) for kind in KINDS}


@pytest.fixture(scope="module")
def upgrades(saved: dict[str, Path]) -> dict[str, Upgrade]:
    return {kind: upgrade(path, FICHIER) for kind, path in saved.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_the_secretarys_own_columns_and_sheets_come_through(kind: str, tmp_path: Path) -> None:
    book = load_workbook(BytesIO(EXAMPLE))
    ws = book["Organismes"]
    ws["M1"], ws["M2"], ws["M3"] = "Ma note", "à rappeler", "=1+1"
    ws.insert_rows(1)
    ws["A1"] = "Registre des organismes"
    book.create_sheet("Budget").append(["Poste", 1200.5, dt.date(2026, 3, 1)])
    stream = BytesIO()
    book.save(stream)
    after = book_of(upgrade(converted(stream.getvalue(), kind, tmp_path), FICHIER))
    assert [after["Organismes"][c].value for c in ("A1", "M2", "M3")] == [
        "Registre des organismes",
        "Ma note",
        "à rappeler",
    ]
    assert after["Organismes"]["M4"].value == ("=1+1" if kind == "xlsx" else 2)
    amount, day = after["Budget"]["B1"], after["Budget"]["C1"]
    assert (amount.value, day.value.date()) == (1200.5, dt.date(2026, 3, 1))
    assert day.is_date


def rows_of(path: Path) -> dict[str, list[dict[str, Any]]]:
    book, _ = read(path, FICHIER)
    return {key: [dict(row.values) for row in rows] for key, rows in book.rows.items()}


def book_of(done: Upgrade) -> Workbook:
    return load_workbook(BytesIO(done.data))


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_of_a_workbook_saved_by_libreoffice_is_there_after_the_upgrade(
    kind: str, upgrades: dict[str, Upgrade], tmp_path: Path
) -> None:
    path = tmp_path / "clspd.xlsx"
    path.write_bytes(upgrades[kind].data)
    assert rows_of(path) == example_rows()
    assert [f for f in read(path, FICHIER)[1] if f.is_error] == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_libreoffice_loses_comes_back(kind: str, upgrades: dict[str, Upgrade]) -> None:
    book, model = book_of(upgrades[kind]), load_workbook(BytesIO(EXAMPLE))
    assert len(upgrades[kind].lost) == (kind != "xlsx")
    assert book.sheetnames == [README_TITLE, *(s.title for s in SHEETS), LISTS_TITLE]
    assert set(book.defined_names) >= set(model.defined_names)
    for sheet in SHEETS:
        ws, expected = book[sheet.title], model[sheet.title]
        assert ws.freeze_panes == expected.freeze_panes
        assert {t.ref for t in ws.tables.values()} == {t.ref for t in expected.tables.values()}
        assert len(ws.data_validations.dataValidation) > 0 or not expected.data_validations.dataValidation
        if ws.tables:
            assert all(cell.comment is not None for cell in ws[1])


def test_a_current_workbook_saved_by_libreoffice_only_lacks_its_frozen_headers(
    upgrades: dict[str, Upgrade],
) -> None:
    others = [c for c in upgrades["xlsx"].changes if not c.startswith(("en-têtes figés", "version"))]
    assert others == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_upgraded_workbook_goes_through_libreoffice_without_losing_a_value(
    kind: str, upgrades: dict[str, Upgrade], tmp_path: Path
) -> None:
    path = converted(upgrades[kind].data, "xlsx", tmp_path)
    assert rows_of(path) == example_rows()
    twice = upgrade(path, FICHIER)
    assert all(c.startswith(("en-têtes figés", "version")) for c in twice.changes)

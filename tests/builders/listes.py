"""Lists that a town already has, imported into a working folder made by code."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from clspd_docs.build.report import Report
from clspd_docs.build.workspace import Folder
from clspd_docs.desk.importing import Wish, import_list
from clspd_docs.errors import Stop
from clspd_docs.registers.import_list import Imported

LISTS = Path(__file__).resolve().parents[1] / "cases" / "listes"
NEW = "registers/clspd-avec-{}.xlsx"


def day(text: str) -> dt.datetime:
    """A date as openpyxl gives it."""
    return dt.datetime.fromisoformat(text)


def csv_file(folder: Folder, *lines: str, name: str = "liste.csv", encoding: str = "utf-8") -> Path:
    path = folder.root / name
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def imported(folder: Folder, source: Path, sheet: str = "Membres", **wish: Any) -> tuple[Report, Imported]:
    return import_list(folder, Wish(source, sheet, **wish))


def rows(folder: Folder, name: str, sheet: str = "Membres") -> list[dict[str, Any]]:
    """Return the rows of a sheet of the new workbook, by header; empty cells left out."""
    ws = load_workbook(folder.path(NEW.format(name)))[sheet]
    headers, *lines = ws.iter_rows(values_only=True)
    return [{str(h): v for h, v in zip(headers, line, strict=True) if v is not None} for line in lines]


def codes(report: Report) -> Counter[str]:
    """Count the findings that are neither notes nor columns to fill."""
    return Counter(f.code for f in report.findings if f.code not in {"REG413", "REG411", "REG134", "REG008"})


def stopped(folder: Folder, source: Path, sheet: str = "Membres", **wish: Any) -> tuple[str, int]:
    with pytest.raises(Stop) as stop:
        imported(folder, source, sheet, **wish)
    assert [p.name for p in (folder.root / "registers").iterdir()] == ["clspd.xlsx"]
    return stop.value.finding.code, stop.value.exit_code

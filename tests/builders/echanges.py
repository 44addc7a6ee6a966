"""Whole workbooks out to JSON and CSV and back, in a working folder made by code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from builders.classeur import Classeur
from clspd_docs.build.report import Report
from clspd_docs.build.workspace import WORKBOOK, Folder
from clspd_docs.cli.registers_export import export
from clspd_docs.desk.exchanging import IMPORTED, Format, export_workbook, import_workbook, read_exchange
from clspd_docs.findings import Finding, in_order
from clspd_docs.registers.read import read


def saved(workbook: Classeur, root: Path) -> Folder:
    (root / "registers").mkdir(exist_ok=True)
    workbook.save(root / "registers")
    return Folder(root)


def exported(folder: Folder) -> dict[str, Any]:
    export_workbook(folder, Format.JSON, force=True)
    found = json.loads(folder.path("registers/clspd.json").read_bytes())
    assert isinstance(found, dict)
    return found


def imported(folder: Folder, content: object) -> Report:
    """Import ``content``: bytes, or what JSON writes."""
    source = folder.path("entree.json")
    source.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    target = folder.path(IMPORTED)
    target.unlink(missing_ok=True)
    return import_workbook(folder, source, target)


def faults(folder: Folder, found: object) -> list[Finding]:
    """Return what the import tells of ``found``, in order, without writing the workbook."""
    source = folder.path("entree.json")
    source.write_bytes(json.dumps(found).encode())
    return in_order(read_exchange(folder, source)[1])


def spots(findings: Sequence[Finding]) -> list[tuple[str, str | None]]:
    return [(f.code, f.place.part) for f in findings if f.is_error]


def run_export(folder: Folder, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(export, ["-C", str(folder.root), *arguments])
    return result.exit_code, result.stdout


def values(path: Path) -> dict[str, list[dict[str, Any]]]:
    return {key: [dict(row.values) for row in rows] for key, rows in read(path, WORKBOOK)[0].rows.items()}

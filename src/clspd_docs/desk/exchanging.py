"""The whole workbook out to JSON or CSV, and back into a new workbook; the present workbook is never written."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from clspd_docs.build.files import existing, is_folder, write_all
from clspd_docs.build.report import Report
from clspd_docs.build.workspace import CANNOT_WRITE, Folder
from clspd_docs.desk.template_files import name_in
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.registers.council import council
from clspd_docs.registers.exchange import Content, content_of
from clspd_docs.registers.exchange_csv import csv_files, csv_source
from clspd_docs.registers.exchange_incoming import json_source
from clspd_docs.registers.exchange_json import json_bytes
from clspd_docs.registers.exchange_workbook import content_workbook
from clspd_docs.registers.preflight import bytes_of
from clspd_docs.registers.source import open_source

ALREADY_THERE = Kind(
    "REG149",
    Severity.ERROR,
    "Fichier déjà là",
    "Un fichier différent existe déjà à cet endroit : rien n’a été écrit.",
    "Donner un autre nom, ou déplacer ce fichier ; pour un export, « --force » l’écrase.",
)


class Format(StrEnum):
    """Formats of the export."""

    JSON = "json"
    CSV = "csv"

    @property
    def default_path(self) -> str:
        """Where the export goes, relative to the working folder: a file, or a folder for CSV."""
        return {"json": "registers/clspd.json", "csv": "registers/clspd-csv"}[self.value]


IMPORTED: Final = "registers/clspd-importe.xlsx"


def export_workbook(folder: Folder, to: Format, target: Path | None = None, *, force: bool = False) -> Report:
    """Write the whole workbook at ``target``: a JSON file, or a folder of CSV files, one a sheet.

    Args:
        folder: The working folder.
        to: The format.
        target: Where to write; the format's own place in the working folder when None.
        force: Replace files that differ.

    Returns:
        The findings of the workbook, rows by sheet, and the path written in ``more``.

    Raises:
        Stop: REG149 when another file is there, ENV203 when it cannot be written; what ``open_source`` raises.
    """
    name = folder.workbooks()[0]
    content, _, findings = content_of(open_source(folder.path(name), name))
    path = folder.path(to.default_path) if target is None else target
    if to is Format.JSON:
        _write(folder, {path: json_bytes(content)}, force=force)
    else:
        files = {path / name: data for name, data in csv_files(content).items()}
        foreign = [known for known in path.glob("*.csv") if known not in files]
        if foreign:  # it would come back with the import
            raise Stop(ALREADY_THERE.at(Place(name_in(folder, min(foreign)))), ExitCode.USAGE)
        _write(folder, files, force=force)
    return _report("registers export", content, findings, name_in(folder, path))


def import_workbook(folder: Folder, source: Path, target: Path) -> Report:
    """Make a new workbook at ``target`` from a JSON file, or from a folder of CSV files.

    A value that cannot be read is told, and written as it is: nothing is lost.

    Args:
        folder: The working folder.
        source: A JSON file in the published form, or a folder of CSV files named after the sheets.
        target: An .xlsx file that does not exist yet.

    Returns:
        The faults at their place (``part`` is a JSON pointer; a file, a line and a column for CSV), rows by
        sheet, and the path written in ``more``.

    Raises:
        Stop: REG001 and REG005, REG140 to REG142 when nothing can be read; REG149 when ``target`` holds something
            else; ENV203 when it cannot be written.
    """
    content, findings = read_exchange(folder, source)
    _write(folder, {target: content_workbook(content)}, force=False)
    return _report("registers import", content, findings, name_in(folder, target))


def read_exchange(folder: Folder, source: Path) -> tuple[Content, list[Finding]]:
    """Return what a JSON file, or a folder of CSV files, holds, and its faults; nothing is written.

    Raises:
        Stop: REG001 and REG005, REG140 to REG142 when nothing can be read.
    """
    name = name_in(folder, source)
    if is_folder(source):
        whole, findings = csv_source(source, name)
        content, book, told = content_of(whole)
        findings += told + council(book)[1]
    else:
        incoming = json_source(bytes_of(source, Place(name)), name)
        content, book, told = content_of(incoming.source)
        findings = incoming.told(told + council(book)[1])
    return content, findings


def _report(command: str, content: Content, findings: list[Finding], path: str) -> Report:
    return Report(command, findings, content.counts(), more={"path": path})


def _write(folder: Folder, files: Mapping[Path, bytes], *, force: bool) -> None:
    """Write all the files or none that would replace another one; all on the disk before the first move."""
    try:
        for path, data in files.items():
            if not force and existing(path) not in {None, data}:
                raise Stop(ALREADY_THERE.at(Place(name_in(folder, path))), ExitCode.USAGE)
        for path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
        write_all(files)
    except OSError as error:
        raise Stop(CANNOT_WRITE.at(Place(name_in(folder, path)))) from error

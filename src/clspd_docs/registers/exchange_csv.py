"""The content of a workbook as one CSV file a sheet, as a French Excel opens them, and such a folder as a workbook."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from clspd_docs.domain.french import cle
from clspd_docs.errors import Stop
from clspd_docs.findings import Finding
from clspd_docs.origin import Place
from clspd_docs.registers.cells import show
from clspd_docs.registers.csv_text import csv_grid
from clspd_docs.registers.exchange import Content, Illegible, Line, free_name
from clspd_docs.registers.exchange_json import NOT_OURS, TOO_BIG
from clspd_docs.registers.grid import Grid, Shown
from clspd_docs.registers.preflight import Form, bytes_of
from clspd_docs.registers.schema import Layout, Sheet
from clspd_docs.registers.sheets import SHEETS
from clspd_docs.registers.source import Source
from clspd_docs.registers.write import RECORD_HEADERS

MAX_FILES: Final = 200
MAX_CELLS: Final = 800_000  # of all the files; 5,000 members summoned to 12 sessions are 500,000
_NO_FILE: Final = re.compile(r'[<>"|\x00-\x1f]')
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")  # what a spreadsheet would compute


# --- Out -------------------------------------------------------------------------------------------------


def csv_files(content: Content) -> dict[str, bytes]:
    """Return the CSV files of ``content`` by name; a sheet that is empty and not ours has none."""
    files = {f"{sheet.title}.csv": _file(list(_rows(sheet, content.lines[sheet.key]))) for sheet in SHEETS}
    taken = {cle(name.removesuffix(".csv")) for name in files}
    for title, lines in content.others:
        width = max(map(len, lines), default=0)
        if width:
            rows = [[_text(raw) for raw in line] + [""] * (width - len(line)) for line in lines]
            files[f"{_name(title, taken)}.csv"] = _file(rows)
    return files


def _file(rows: Sequence[Sequence[str]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL).writerows(rows)
    return stream.getvalue().encode("utf-8-sig")


def _name(title: str, taken: set[str]) -> str:
    wanted = _NO_FILE.sub("-", title).rstrip(". ") or "Feuille"
    wanted = f"{wanted}-" if _RESERVED.fullmatch(wanted) else wanted
    return free_name(wanted, taken)


def _rows(sheet: Sheet, lines: Sequence[Line]) -> Iterator[list[str]]:
    own = dict.fromkeys(header for line in lines for header in line.extras)
    headers = [*(column.header for column in sheet.columns), *map(_text, own)]
    rows = [
        [_text(line.values.get(name)) for name in sheet.names]
        + [_text(line.extras.get(header)) for header in own]
        for line in lines
    ]
    if sheet.layout is Layout.TABLE:
        yield from (headers, *rows)
    else:
        yield list(RECORD_HEADERS[:2])
        yield from map(list, zip(headers, rows[0], strict=True))


def _text(value: Any) -> str:
    """Return a value as the secretary types it; a text that would be computed is kept as a text."""
    if isinstance(value, Illegible):
        value = value.raw
    if isinstance(value, tuple):
        text = " ; ".join(map(_text, value))
        return f"{text} ;" if len(value) == 1 and "," in text else text
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else str(value)
    return _typed(value)


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float | Decimal):
        return (f"{value:f}" if isinstance(value, Decimal) else show(value)).replace(".", ",")
    if isinstance(value, dt.time) and value.second:
        return value.isoformat("seconds")
    return show(value)


# --- In --------------------------------------------------------------------------------------------------


def csv_source(folder: Path, file: str) -> tuple[Source, list[Finding]]:
    """Return the CSV files of ``folder`` as one workbook, each a sheet, and what was guessed to read them.

    A file that cannot be read at all is told, and its sheet is missing.

    Raises:
        Stop: REG141 without any CSV file, REG142 with too many; the fault of the first one when none can be read.
    """
    paths = sorted(
        path for path in folder.iterdir() if path.suffix.lower() == ".csv" and path.name[0] not in ".~"
    )
    if not paths:
        raise Stop(NOT_OURS.at(Place(file), detail="le dossier ne contient aucun fichier .csv"))
    if len(paths) > MAX_FILES:
        raise Stop(TOO_BIG.at(Place(file), mesure=f"{len(paths)} fichiers, pour {MAX_FILES} au plus"))
    digest = hashlib.sha256()
    grids: list[Grid] = []
    findings: list[Finding] = []
    stops: list[Stop] = []
    cells = 0
    for tab, path in enumerate(paths):
        name = f"{file}/{path.name}"
        try:
            data = bytes_of(path, Place(name))
            grid, told = csv_grid(data, name)
        except Stop as stop:
            stops.append(stop)
            continue
        cells += sum(map(len, grid.rows.values()))
        if cells > MAX_CELLS:
            raise Stop(TOO_BIG.at(Place(file), mesure=f"{cells} cellules, pour {MAX_CELLS} au plus"))
        digest.update(data)
        findings += told
        grids.append(replace(grid, tab=tab, rows=_unprotected(grid)))
    if not grids:
        raise stops[0]
    findings += [stop.finding for stop in stops]
    return Source(file, digest.hexdigest(), Form.CSV, grids), findings


def _unprotected(grid: Grid) -> Mapping[int, Mapping[int, Shown]]:
    return {
        row: {column: _bare(shown) for column, shown in cells.items()} for row, cells in grid.rows.items()
    }


def _bare(shown: Shown) -> Shown:
    is_protected = shown.value[:1] == "'" and _FORMULA.match(shown.value)
    return Shown(shown.value[1:]) if is_protected else shown

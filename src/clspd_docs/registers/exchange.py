"""The whole content of a workbook, whatever file it comes from: what JSON, CSV and a new workbook are made of.

Formats, colours and comments are left out. A cell that cannot be read keeps what it shows.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from openpyxl.utils import get_column_letter

from clspd_docs.domain.french import cle, insecables
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.registers import case_file
from clspd_docs.registers.book import Book
from clspd_docs.registers.cells import Cell, as_text, in_percent, is_blank, parse, show
from clspd_docs.registers.errors_sheet import legal
from clspd_docs.registers.grid import Grid
from clspd_docs.registers.locate import (
    OWN_TITLES,
    UNKNOWN_COLUMN,
    UNKNOWN_SHEET,
    Located,
    Record,
    Table,
)
from clspd_docs.registers.read import book_of, bounded
from clspd_docs.registers.schema import Column, Layout, Type
from clspd_docs.registers.sheets import SHEETS
from clspd_docs.registers.source import Source
from clspd_docs.registers.write import RECORD_HEADERS

NOT_CARRIED = Kind(
    "REG147",
    Severity.WARNING,
    "Contenu que l’échange ne garde pas",
    "Ne sera pas repris tel quel : {quoi}.",
    "Rien à faire si ce contenu n’est plus utile ; sinon, garder aussi le classeur d’origine.",
    bad="=B2+C2 (la formule)",
    good="12 (sa valeur)",
)
ASIDE = Kind(
    "REG148",
    Severity.NOTE,
    "Contenu à côté du tableau",
    "La feuille contient des cellules hors du tableau : elles sont reprises dans la feuille « {feuille} ».",
    "Rien à faire.",
)

MAX_TEXT: Final = 32_767  # characters that a cell of Excel holds
MAX_EXACT: Final = 999_999_999_999_999  # whole numbers that a cell of Excel holds to the last digit
MAX_SECONDS: Final = 10**10  # longest duration that a cell of Excel holds to the second
FIRST_YEAR: Final = 1900  # where the days of a workbook begin
MAX_GAP: Final = 100  # blank rows kept between two rows of a sheet of the secretary's
MAX_CELLS: Final = 500_000  # of such a sheet, empty ones included
MAX_OWN: Final = 2_000_000  # cells of the columns that are not ours, in one of our sheets
_CARRIED: Final = {UNKNOWN_COLUMN, UNKNOWN_SHEET}  # not read, yet carried
_ASIDE: Final = "{} – hors tableau"
_NO_HEADER: Final = "(sans titre, colonne {})"
_NO_TITLE: Final = re.compile(r"[\\*?:/\[\]\x00-\x1f]")
_NO_CHARACTER: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
_LAST_TITLE: Final = 31  # characters of a sheet's name


@dataclass(frozen=True, slots=True)
class Illegible:
    """A cell that could not be read; ``raw`` is what it shows: a text, a number, a bool, a date, a time."""

    raw: Any


@dataclass(frozen=True, slots=True)
class Line:
    """One record.

    Args:
        values: By field, the filled ones only: a value as the reader gives it, or ``Illegible``.
        extras: The secretary's own columns (or lines) by header, raw; None when the cell is empty.
    """

    values: Mapping[str, Any]
    extras: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """A workbook's content.

    Args:
        lines: By sheet key, for every sheet; a two-column sheet has exactly one line.
        others: Sheets that are not ours: title, and rows of raw values.
    """

    lines: Mapping[str, Sequence[Line]]
    others: Sequence[tuple[str, Sequence[Sequence[Any]]]]

    def counts(self) -> dict[str, int]:
        """Rows of each table, by sheet key, as the reports of the other commands count them."""
        return {sheet.key: len(self.lines[sheet.key]) for sheet in SHEETS if sheet.layout is Layout.TABLE}


def content_of(source: Source) -> tuple[Content, Book, list[Finding]]:
    """Return everything that ``source`` holds, the same as the reader gives it, and all there is to tell.

    That is the reader's findings, and what is not carried. A case file is told (REG190) and left out.
    """
    book, located = book_of(source)
    findings = located.findings
    lines: dict[str, Sequence[Line]] = {}
    for sheet in SHEETS:
        if sheet.key in located.tables:
            lines[sheet.key] = list(_table(located.tables[sheet.key], findings))
        elif sheet.key in located.records:
            lines[sheet.key] = [_record(located.records[sheet.key])]
        else:
            lines[sheet.key] = [Line({}, {})] if sheet.layout is Layout.RECORD else []
    findings += [told for grid in _carried(located) for told in _not_carried(grid)]
    content = Content(lines, _others(located))
    return content, book, bounded([f for f in findings if f.kind not in _CARRIED])


def storable(text: str) -> str:
    """Return the text without what no workbook can hold: halves of a character, control characters."""
    return legal(text.replace("\r\n", "\n").replace("\r", "\n"))


def is_exact(value: Decimal) -> bool:
    """Whether a cell can hold the number as a number; a longer one is kept as a text."""
    return Decimal(f"{float(value):.15g}") == value


def free_title(title: str, taken: set[str]) -> str:
    """Return a name that a new sheet can have, nearest to ``title``, and take it."""
    wanted = _NO_TITLE.sub("-", title).strip("'")[:_LAST_TITLE] or "Feuille"
    found, number = wanted, 1
    while cle(found) in taken:
        number += 1
        end = f" ({number})"
        found = wanted[: _LAST_TITLE - len(end)] + end
    taken.add(cle(found))
    return found


def our_titles() -> set[str]:
    """Return what the names of our own sheets are compared by."""
    return OWN_TITLES | {cle(sheet.title) for sheet in SHEETS}


# --- Cells -----------------------------------------------------------------------------------------------


def _raw(cell: Cell) -> Any:
    """Return what a cell shows: a text, a number, a bool, a date with its hour, a time, a duration, None."""
    raw = cell.raw
    if raw is None:
        return "#N/A" if cell.formula else None  # a formula without value: not available
    if isinstance(raw, bool | int | float):
        return _number(raw)
    if isinstance(raw, dt.date | dt.time | dt.timedelta):
        return _moment(raw)
    return storable(str(raw))


def _moment(raw: dt.date | dt.time | dt.timedelta) -> dt.datetime | dt.time | dt.timedelta | str:
    """Return a date, an hour or a duration to the second; as a text when the days of a workbook cannot hold it."""
    if isinstance(raw, dt.timedelta):
        seconds = round(raw.total_seconds())
        return dt.timedelta(seconds=seconds) if abs(seconds) <= MAX_SECONDS else show(raw)
    if isinstance(raw, dt.date) and raw.year < FIRST_YEAR:
        return show(raw)
    if isinstance(raw, dt.datetime | dt.time):
        return raw.replace(microsecond=0)
    return dt.datetime(raw.year, raw.month, raw.day)  # noqa: DTZ001 - a civil date, as a workbook holds it


def _number(raw: bool | float) -> bool | float | str:  # noqa: FBT001 - what a cell holds
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, int) and abs(raw) > MAX_EXACT:
        try:
            raw = float(raw)
        except OverflowError:
            return "#NUM!"
    if not math.isfinite(raw):
        return "#NUM!"
    return int(raw) if float(raw).is_integer() and abs(raw) <= MAX_EXACT else raw


def _value(column: Column, cell: Cell) -> Any:
    """Return the value of a cell, ``Illegible`` when there is a doubt, None when there is nothing."""
    if is_blank(cell.raw) and not cell.formula:
        return None
    if isinstance(cell.raw, str):
        cell = replace(cell, raw=_NO_CHARACTER.sub("", cell.raw))
    value, finding = parse(column, cell)
    too_long = isinstance(value, int | Decimal) and not -MAX_EXACT <= value <= MAX_EXACT
    if (finding is None or not finding.is_error) and not too_long:
        return None if value == () else value
    raw = _raw(cell)
    is_number = isinstance(raw, int | float) and not isinstance(raw, bool)
    if is_number and column.holds in {Type.INTEGER, Type.NUMBER} and in_percent(cell.number_format):
        raw = _number(float(f"{raw * 100:.15g}"))
    return Illegible(raw)


# --- Our sheets ------------------------------------------------------------------------------------------


def _table(table: Table, findings: list[Finding]) -> Iterator[Line]:
    extras = _own_columns(table)
    if len(extras) * len(table.numbers()) > MAX_OWN:
        quoi = f"{len(extras)} colonnes qui ne sont pas celles du tableau, trop étendues"
        findings.append(NOT_CARRIED.at(table.grid.place(), quoi=quoi))
        extras = {}
    for row in table.numbers():
        values = {
            column.name: value
            for column in table.sheet.columns
            if column.name in table.columns
            and (value := _value(column, table.grid.cell(row, *table.columns[column.name]))) is not None
        }
        own = {header: _raw(table.grid.cell(row, number)) for number, header in extras.items()}
        if values or any(value is not None for value in own.values()):
            yield Line(values, own)


def _own_columns(table: Table) -> dict[int, str]:
    """Return the columns that are not ours by number, each under a header of its own; no case file."""
    headers = table.grid.texts(table.header_row)
    ours = {number for number, _ in table.columns.values()}
    filled = set(headers).union(*(table.grid.rows[row] for row in table.numbers())) - ours
    taken: set[str] = set()
    found: dict[int, str] = {}
    for number in sorted(filled):
        text = " ".join(headers.get(number, "").split())
        if not case_file.is_case_file(text):
            is_double = number in headers and number not in table.extras
            found[number] = free_name(
                text or _NO_HEADER.format(get_column_letter(number)), taken, again=is_double
            )
    return found


def free_name(header: str, taken: set[str], *, again: bool = False) -> str:
    """Return ``header``, taken from now on, followed by a number when it is taken, or when it is one of ours for the second time."""
    found, number = header, 1
    while again or cle(found) in taken:
        number += 1
        found, again = f"{header} ({number})", False
    taken.add(cle(found))
    return found


def _record(record: Record) -> Line:
    grid, values = record.grid, {}
    for column in record.sheet.columns:
        if column.name in record.rows:
            value = _value(column, grid.cell(record.rows[column.name], record.value_column))
            if value is not None:
                values[column.name] = value
    taken: set[str] = set()
    extras = {
        free_name(" ".join(label.split()), taken): _raw(grid.cell(row, record.value_column))
        for row, label in record.extras.items()
    }
    return Line(values, extras)


# --- The rest --------------------------------------------------------------------------------------------


def _carried(located: Located) -> Iterator[Grid]:
    yield from (table.grid for table in located.tables.values())
    yield from (record.grid for record in located.records.values())
    yield from located.others


def _not_carried(grid: Grid) -> Iterator[Finding]:
    formulas = sum(shown.formula for cells in grid.rows.values() for shown in cells.values())
    if formulas:
        quoi = f"{formulas} formule(s), dont la valeur seule est reprise"
        yield NOT_CARRIED.at(grid.place(), quoi=quoi)
    ours = cle(grid.title) in our_titles()
    comments = sum(not (ours and row == 1) for row, _ in grid.comments)  # our headers carry their help
    if comments:
        yield NOT_CARRIED.at(grid.place(), quoi=f"{comments} commentaire(s) de cellule")


def _others(located: Located) -> list[tuple[str, Sequence[Sequence[Any]]]]:
    taken = our_titles()
    found: list[tuple[str, Sequence[Sequence[Any]]]] = []
    for grid in located.others:
        if fault := case_file.in_sheet(grid):
            located.findings.append(fault)
        else:
            found += _sheet(grid, grid.title, taken, located.findings)
    for grid in _leftovers(located):
        title = _ASIDE.format(grid.title)
        located.findings.append(ASIDE.at(grid.place(), feuille=title))
        found += _sheet(grid, title, taken, located.findings)
    return found


def _sheet(
    grid: Grid, title: str, taken: set[str], findings: list[Finding]
) -> Iterator[tuple[str, Sequence[Sequence[Any]]]]:
    if sum(max(cells) for cells in grid.rows.values()) > MAX_CELLS:
        findings.append(NOT_CARRIED.at(grid.place(), quoi="cette feuille, trop étendue"))
        return
    lines: list[list[Any]] = []
    previous = 0
    for number, cells in grid.rows.items():
        lines += [[]] * min(number - previous - 1, MAX_GAP)
        lines.append([_raw(grid.cell(number, column)) for column in range(1, max(cells) + 1)])
        previous = number
    yield free_title(title, taken), lines


def _leftovers(located: Located) -> Iterator[Grid]:
    """Yield what stands in our sheets beside the table: titles above it, notes on its side."""
    for table in located.tables.values():
        above = {row: set(cells) for row, cells in table.grid.rows.items() if row < table.header_row}
        yield from _kept(table.grid, above)
    for record in located.records.values():
        yield from _kept(record.grid, _beside(record))
    for grid in located.headless.values():
        yield from _kept(grid, {row: set(cells) for row, cells in grid.rows.items()})


def _beside(record: Record) -> dict[int, set[int]]:
    ours = {row: insecables(record.sheet.column(name).help) for name, row in record.rows.items()}
    printed = {cle(header) for header in RECORD_HEADERS}
    pair = {record.label_column, record.value_column}
    found: dict[int, set[int]] = {}
    for row in record.grid.rows:
        known = row in ours or row in record.extras
        texts = record.grid.texts(row)
        is_case = case_file.is_case_file(texts.get(record.label_column, ""))
        found[row] = {
            column
            for column, text in texts.items()
            if not is_case
            and not (known and column in pair)
            and cle(text) not in printed
            and cle(text) != cle(ours.get(row, ""))
        }
    return found


def _kept(grid: Grid, spots: Mapping[int, set[int]]) -> Iterator[Grid]:
    rows = {
        row: {column: shown for column, shown in grid.rows[row].items() if column in columns}
        for row, columns in spots.items()
    }
    clear = {
        row: cells
        for row, cells in rows.items()
        if cells and not any(case_file.is_case_file(as_text(shown.value)) for shown in cells.values())
    }
    if clear:
        yield replace(grid, rows=clear)

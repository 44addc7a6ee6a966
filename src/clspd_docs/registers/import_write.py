"""The rows of a list at the end of the present workbook's tables: a new file, the present one untouched.

Everything that the workbook has is kept as ``rewrite`` keeps it; what it cannot keep, ``losses`` tells.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname, range_boundaries
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import TableColumn
from openpyxl.worksheet.worksheet import Worksheet

from clspd_docs.domain.french import cle, insecables
from clspd_docs.registers import workbook_style as style
from clspd_docs.registers.fitting import Fate
from clspd_docs.registers.import_list import Imported, NewRow, Trace
from clspd_docs.registers.locate import Table
from clspd_docs.registers.rewrite import opened, saved
from clspd_docs.registers.schema import Column
from clspd_docs.registers.write import as_shown

IMPORT_TITLE: Final = "Import"
HEADERS: Final = (
    ("Ligne de la liste", 12),
    ("Colonne de la liste", 24),
    ("Ce qui y était écrit", 40),
    ("Devenu", 14),
    ("Où", 40),
    ("Ligne écrite", 24),
    ("À savoir", 60),
)
_FATE: Final = 4
_LINK: Final = 6
_TO_SEE: Final = PatternFill("solid", fgColor="FFE699")
_EXTRA: Final = Column("", "", "", width=24)
_MAX_TEXT: Final = 32_767  # characters of a cell
_LINE: Final = 15  # points
_TALLEST: Final = 400  # points; Excel refuses rows above 409
_REACH: Final = re.compile(r"(?<=\$)\d+$")


def append_rows(data: bytes, imported: Imported, tables: Mapping[str, Table]) -> bytes:
    """Return the workbook ``data`` with the imported rows at the end of their tables, and a sheet « Import ».

    Args:
        data: The present workbook, an .xlsx package that the reader accepts.
        imported: What the list gives.
        tables: Where the tables of the present workbook stand, by sheet key: that of ``imported.sheet``, and
            « organismes » when it gives new ones.
    """
    book = opened(data)
    written = _append(book, tables[imported.sheet.key], imported.rows, imported.extras)
    if imported.bodies:
        _append(book, tables["organismes"], imported.bodies, [])
    title = tables[imported.sheet.key].grid.title
    _write_traces(
        book,
        imported.traces,
        {row.source_row: (title, n) for row, n in zip(imported.rows, written, strict=True)},
    )
    return saved(book, data)


def _append(book: Workbook, table: Table, rows: Sequence[NewRow], extras: Sequence[str]) -> list[int]:
    """Write rows below the last one of the sheet that holds anything; return their numbers."""
    ws = book[table.grid.title]
    first = max(table.grid.rows) + 1
    numbers = {name: number for name, (number, _) in table.columns.items()}
    wide = max(column for cells in table.grid.rows.values() for column in cells)
    missing = [
        c for c in table.sheet.columns if c.name not in numbers and any(c.name in r.values for r in rows)
    ]
    there = {cle(header): number for number, header in table.extras.items()}
    numbers |= {
        header: there[cle(header)] for header in extras if cle(header) in there
    }  # an earlier import's
    wanted = {c.name: c.header for c in missing} | {
        header: header for header in extras if header not in numbers
    }
    for name, header in wanted.items():
        wide += 1
        numbers[name] = wide
        style.header(ws.cell(table.header_row, wide, header), required=False)
        ws.column_dimensions[get_column_letter(wide)].width = _EXTRA.width
    columns = {c.name: c for c in table.sheet.columns}
    widths = [ws.column_dimensions[get_column_letter(number)].width for number in range(1, wide + 1)]
    models: dict[int, Any] = {}
    for row, new in enumerate(rows, first):
        for name in dict.fromkeys((*(n for n in columns if n in numbers), *new.extras)):
            value = new.extras[name] if name in new.extras else new.values.get(name)
            _fill(ws, (row, numbers[name]), columns.get(name, _EXTRA), value, models)
        ws.row_dimensions[row].height = _height([ws.cell(row, n).value for n in range(1, wide + 1)], widths)
    last = first + len(rows) - 1
    _stretch_table(ws, table.header_row, last, wide)
    _stretch_lists(book, ws, last)
    return list(range(first, last + 1))


def _fill(ws: Worksheet, spot: tuple[int, int], column: Column, value: Any, models: dict[int, Any]) -> None:
    """Write a cell; ``models`` keeps the look of each column, since making it again is what takes time."""
    cell: Any = ws.cell(*spot)
    shown = as_shown(value)
    cell.value = shown = shown[:_MAX_TEXT] if isinstance(shown, str) else shown
    if spot[1] not in models:
        style.body(cell, column)
        models[spot[1]] = cell._style  # noqa: SLF001 - no public way to share a style
    cell._style = copy(models[spot[1]])  # noqa: SLF001
    if isinstance(shown, str):
        if shown[:1] in tuple("=+-@"):
            cell.quotePrefix = True
        cell.data_type = "s"  # « =… » is no formula, « #N/A » no error


def _stretch_table(ws: Worksheet, header_row: int, last: int, wide: int) -> None:
    """Make the Excel table of the sheet reach the new rows, and the new columns that touch it."""
    table = next((t for t in ws.tables.values() if range_boundaries(t.ref)[1] == header_row), None)
    if table is None:
        return
    left, top, right, bottom = range_boundaries(table.ref)
    if left is None or top is None or right is None or bottom is None:
        return  # never so: a table is a closed range
    names = [column.name for column in table.tableColumns]
    reach = right
    while reach < wide and isinstance(name := ws.cell(header_row, reach + 1).value, str):
        if name.casefold() in {n.casefold() for n in names}:
            break  # Excel refuses a table with two columns of the same name
        names.append(name)
        reach += 1
        table.tableColumns.append(TableColumn(id=len(names), name=name))
    table.ref = f"{get_column_letter(left)}{top}:{get_column_letter(reach)}{max(bottom, last)}"
    if table.autoFilter is not None:
        table.autoFilter.ref = table.ref


def _stretch_lists(book: Workbook, ws: Worksheet, last: int) -> None:
    """Make dropdowns and lists of identifiers reach the new rows, when the rows go beyond the ready ones."""
    for rule in ws.data_validations.dataValidation:
        reached = max((r.max_row for r in rule.sqref.ranges), default=last)
        for r in list(rule.sqref.ranges):
            if r.max_row == reached < last and r.min_row < r.max_row:
                r.expand(down=last - r.max_row)
    for name in book.defined_names.values():
        text = name.attr_text or ""
        sheet = text.rpartition("!")[0].strip("'").replace("''", "'")
        found = _REACH.search(text)
        if sheet == ws.title and found and int(found[0]) < last:
            name.attr_text = _REACH.sub(str(last), text)


def _write_traces(book: Workbook, traces: Sequence[Trace], written: Mapping[int, tuple[str, int]]) -> None:
    """Add the sheet « Import »: one line for each cell of the list."""
    ws = book.create_sheet(IMPORT_TITLE)  # « Import1 » when an earlier import left one
    for index, (header, width) in enumerate(HEADERS, 1):
        style.header(ws.cell(1, index, header), required=True)
        ws.column_dimensions[get_column_letter(index)].width = width
    ws.row_dimensions[1].height = 34
    widths = [width for _, width in HEADERS]
    models: dict[int, Any] = {}
    for line, trace in enumerate(traces, 2):
        title, row = written.get(trace.row, ("", 0))
        link = f"{title}, ligne {row}" if row else None
        remark = insecables(trace.remark) or None
        values = (
            trace.row,
            trace.header,
            trace.content,
            trace.fate.value,
            trace.target or None,
            link,
            remark,
        )
        for index, value in enumerate(values, 1):
            if value is not None:
                _fill(ws, (line, index), _EXTRA, value, models)
        ws.row_dimensions[line].height = _height(values, widths)
        if row:
            cell = ws.cell(line, _LINK)
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{quote_sheetname(title)}!A{row}")
        if trace.fate is Fate.DOUBTFUL:
            ws.cell(line, _FATE).fill = _TO_SEE
    ws.freeze_panes = "A2"
    ws.auto_filter.ref = f"A1:{get_column_letter(len(HEADERS))}{len(traces) + 1}"
    style.page(ws, sum(widths))


def _height(values: Iterable[object], widths: Iterable[float]) -> float:
    """Return the height of a row, in points; a line feed in a text starts a line of its own."""
    cells = ((str(v).split("\n"), w) for v, w in zip(values, widths, strict=True) if v is not None)
    lines = max(sum(max(1, math.ceil(len(part) / w)) for part in parts) for parts, w in cells)
    return min(_TALLEST, _LINE * lines + 1)

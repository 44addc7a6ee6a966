"""The content of a workbook as a new workbook: our sheets as we make them, then what is the secretary's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from clspd_docs.registers import workbook_style as style
from clspd_docs.registers.exchange import MAX_TEXT, Content, Illegible, Line, is_exact
from clspd_docs.registers.schema import Layout, Sheet
from clspd_docs.registers.sheets import SHEETS
from clspd_docs.registers.write import dateless, new_workbook, table_name

_WIDTH: Final = 24  # characters, of a column that is not ours


def content_workbook(content: Content) -> bytes:
    """Return the .xlsx file of ``content``; the same content always gives the same bytes."""
    rows = {key: [_readable(line) for line in lines] for key, lines in content.lines.items()}
    book = new_workbook(rows)
    for sheet in SHEETS:
        _complete(book[sheet.title], sheet, content.lines[sheet.key])
    for title, lines in content.others:
        ws = book.create_sheet(title)
        for row, raws in enumerate(lines, 1):
            for column, raw in enumerate(raws, 1):
                _put(ws, row, column, raw)
    return dateless(book)


def _readable(line: Line) -> dict[str, object]:
    return {name: _cell(value) for name, value in line.values.items() if not isinstance(value, Illegible)}


def _cell(value: Any) -> Any:
    """Return the value such that its cell reads back equal."""
    if isinstance(value, Decimal) and not is_exact(value):
        return f"{value:f}".replace(".", ",")  # more digits than a number of Excel
    if isinstance(value, tuple) and len(value) == 1 and "," in str(value[0]):
        return f"{value[0]} ;"  # else the comma would separate
    return value


def _complete(ws: Worksheet, sheet: Sheet, lines: Sequence[Line]) -> None:
    """Add what could not be read, as it was, and the columns or lines of the secretary's own."""
    for number, line in enumerate(lines, 2):
        for index, column in enumerate(sheet.columns):
            value = line.values.get(column.name)
            if isinstance(value, Illegible):
                spot = (index + 2, 2) if sheet.layout is Layout.RECORD else (number, index + 1)
                _put(ws, *spot, value.raw)
    if sheet.layout is Layout.RECORD:
        for row, (label, raw) in enumerate(_own(lines), len(sheet.columns) + 2):
            _label(ws, row, 1, label)
            _put(ws, row, 2, raw)
    elif own := dict.fromkeys(header for line in lines for header in line.extras):
        for number, header in enumerate(own, len(sheet.columns) + 1):
            _label(ws, 1, number, header)
            ws.column_dimensions[get_column_letter(number)].width = _WIDTH
            for row, line in enumerate(lines, 2):
                _put(ws, row, number, line.extras.get(header))
        _widen(ws, sheet, len(sheet.columns) + len(own))


def _own(lines: Sequence[Line]) -> Iterator[tuple[str, Any]]:
    for line in lines:
        yield from line.extras.items()


def _widen(ws: Worksheet, sheet: Sheet, last: int) -> None:
    """Stretch the Excel table over the secretary's columns: sorting it keeps the rows whole."""
    table = ws.tables[table_name(sheet)]
    table.ref = (
        f"A1:{get_column_letter(last)}{table.ref.rpartition(':')[2].lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}"
    )
    table.autoFilter, table.tableColumns = None, []  # made anew from the headers when saved


def _label(ws: Worksheet, row: int, column: int, text: str) -> None:
    _put(ws, row, column, text)
    style.header(ws.cell(row, column), required=False)


def _put(ws: Worksheet, row: int, column: int, raw: Any) -> None:
    """Write a raw value so that it shows, and reads back, as it is."""
    if raw is None:
        return
    cell = ws.cell(row, column)
    cell.value = raw[:MAX_TEXT] if isinstance(raw, str) else raw
    if isinstance(raw, str):
        if raw[:1] in tuple("=+-@"):
            cell.data_type = "s"  # a text, not a formula
            cell.quotePrefix = True
    elif isinstance(raw, dt.datetime):
        cell.number_format = "dd/mm/yyyy" if raw.time() == dt.time() else "dd/mm/yyyy hh:mm:ss"
    elif isinstance(raw, dt.time):
        cell.number_format = "hh:mm:ss"
    elif isinstance(raw, dt.timedelta):
        cell.number_format = "[h]:mm:ss"
    else:
        cell.number_format = "General"

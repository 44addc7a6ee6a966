"""The looks of a workbook made from bare values: what an .ods or .xls file gives has no format for us."""

from __future__ import annotations

import datetime as dt
from typing import Final

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from clspd_docs.registers import workbook_style as style
from clspd_docs.registers.locate import Record, Table
from clspd_docs.registers.workbook import cells_of
from clspd_docs.registers.write import HEADER_HEIGHT, RECORD_WIDTHS

_FORMATS: Final = {
    dt.date: "dd/mm/yyyy",
    dt.datetime: "dd/mm/yyyy hh:mm",
    dt.time: "hh:mm",
    dt.timedelta: "[h]:mm:ss",
}


def dress_table(ws: Worksheet, table: Table) -> None:
    """Give the headers and the cells of a table the looks of their columns; the secretary's own stay plain."""
    head, rows = table.header_row, table.numbers()
    for name, (number, _) in table.columns.items():
        column = table.sheet.column(name)
        style.header(ws.cell(head, number), required=column.required)
        style.column(ws, number, column)
        for row in rows:
            style.body(ws.cell(row, number), column)
    for number in table.extras:
        style.header(ws.cell(head, number), required=False)
    filled = (cell.column for cell in ws[head] if cell.value is not None)
    widths = {number: ws.column_dimensions[get_column_letter(number)].width for number in filled}
    for row in rows:
        ws.row_dimensions[row].height = style.height((ws.cell(row, n).value, w) for n, w in widths.items())
    ws.row_dimensions[head].height = HEADER_HEIGHT
    style.page(ws, sum(widths.values()), repeated=f"{head}:{head}")


def dress_record(ws: Worksheet, record: Record) -> None:
    """Give the lines of a two-column sheet their looks."""
    left = record.label_column
    above = min(record.rows.values(), default=2) - 1
    for index, width in enumerate(RECORD_WIDTHS):
        ws.column_dimensions[get_column_letter(left + index)].width = width
        if above in record.grid.rows:
            style.header(ws.cell(above, left + index), required=True)
    for name, row in record.rows.items():
        column = record.sheet.column(name)
        label, value, usage = (ws.cell(row, left + index) for index in range(3))
        style.header(label, required=column.required)
        style.body(value, column)
        style.framed(value)
        style.framed(usage)
        texts = (cell.value for cell in (label, value, usage))
        ws.row_dimensions[row].height = style.height(zip(texts, RECORD_WIDTHS, strict=True))
    style.page(ws, sum(RECORD_WIDTHS))


def dress_dates(ws: Worksheet) -> None:
    """Show dates and hours in the French way; without a format of their own they would become numbers."""
    for cell in cells_of(ws):
        value = cell.value
        kind = dt.date if isinstance(value, dt.datetime) and value.time() == dt.time() else type(value)
        if kind in _FORMATS:
            cell.number_format = _FORMATS[kind]

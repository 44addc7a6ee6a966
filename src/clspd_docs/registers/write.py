"""The workbook out: one sheet for each declaration, « Lisez-moi » first, « Listes » last.

The bytes depend on the rows alone: no date of the day, no order of a set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.packaging.custom import IntProperty
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from clspd_docs.domain.french import cle, insecables
from clspd_docs.registers import workbook_lists as lists
from clspd_docs.registers import workbook_style as style
from clspd_docs.registers.example import Rows, shipped, typed
from clspd_docs.registers.package import packed
from clspd_docs.registers.rewrite import written
from clspd_docs.registers.schema import SCHEMA_PROPERTY, SCHEMA_VERSION, Column, Layout, Sheet
from clspd_docs.registers.sheets import SHEETS
from clspd_docs.registers.sheets_people import POLITESSE
from clspd_docs.registers.workbook_readme import write_readme

RECORD_HEADERS: Final = ("Paramètre", "Valeur", "À quoi cela sert")
HEADER_HEIGHT: Final = 34  # points: two lines
RECORD_WIDTHS: Final = (40, 54, 78)
_WRITTEN_ON: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - a fixed civil date; Excel's properties have no zone

Row = Mapping[str, object]


def blank() -> Rows:
    """Return the rows of a new workbook: default settings, default house rules, the table of titles."""
    rows: dict[str, Sequence[Row]] = {}
    for sheet in SHEETS:
        defaults = {c.name: typed(c, str(c.default)) for c in sheet.columns if c.default is not None}
        rows[sheet.key] = [defaults] if sheet.layout is Layout.RECORD else []
    rows[POLITESSE.key] = shipped(POLITESSE)
    return rows


def write_workbook(path: Path, rows: Rows) -> None:
    """Write the workbook of ``rows`` at ``path``, replacing what is there in one move.

    Args:
        path: An .xlsx file, in a folder that exists.
        rows: By sheet key, then by field; values typed as the reader gives them (text, number, date, time,
            bool, member of a list, tuple of these). A missing sheet or field is left empty.

    Raises:
        OSError: the folder is missing, or the file is open in Excel.
    """
    beside = path.with_name(f"{path.name}.tmp")
    beside.write_bytes(workbook_bytes(rows))
    beside.replace(path)


def workbook_bytes(rows: Rows) -> bytes:
    """Return the .xlsx file of ``rows``; the same rows always give the same content."""
    wb = Workbook()
    wb.properties.title, wb.properties.creator = "Registres du conseil", "clspd-docs"
    wb.properties.created = wb.properties.modified = _WRITTEN_ON
    version = IntProperty(name=SCHEMA_PROPERTY, value=SCHEMA_VERSION)
    wb.custom_doc_props.append(version)  # type: ignore[attr-defined] # missing from types-openpyxl
    write_readme(wb.worksheets[0])
    last_rows = {}
    for sheet in SHEETS:
        content = rows.get(sheet.key, ())
        last_rows[sheet.key] = write_sheet(wb.create_sheet(sheet.title), sheet, content)
    lists.name_identifiers(wb, last_rows)
    lists.write_lists(wb)
    return _dateless(wb)


def write_sheet(ws: Worksheet, sheet: Sheet, content: Sequence[Row]) -> int:
    """Fill an empty sheet; return the last row that is ready for use."""
    last_row = max(lists.READY_ROWS, 2 * len(content))
    if sheet.layout is Layout.RECORD:
        _write_record(ws, sheet, content[0] if content else {})
    else:
        _write_table(ws, sheet, content, last_row)
    return last_row


def _write_table(ws: Worksheet, sheet: Sheet, content: Sequence[Row], last_row: int) -> None:
    for index, column in enumerate(sheet.columns, 1):
        write_header(ws, 1, index, column, last_row)
        for row, record in enumerate(content or [{}], 2):
            _fill(ws.cell(row, index), column, record)
    widths = [style.width(column) for column in sheet.columns]
    for row, cells in enumerate(ws.iter_rows(min_row=2, values_only=True), 2):
        ws.row_dimensions[row].height = style.height(zip(cells, widths, strict=True))
    add_table(ws, sheet, f"A1:{get_column_letter(len(sheet.columns))}{max(len(content), 1) + 1}")
    ws.row_dimensions[1].height = HEADER_HEIGHT
    ws.freeze_panes = "B2" if sheet.has_identifier else "A2"
    style.page(ws, sum(widths))


def write_header(ws: Worksheet, row: int, number: int, column: Column, last_row: int) -> None:
    """Write a column's header with its note; give its cells, down to ``last_row``, their rule and format."""
    cell = ws.cell(row, number, column.header)
    style.header(cell, required=column.required)
    cell.comment = style.comment(column)
    style.column(ws, number, column)
    letter = get_column_letter(number)
    lists.add_rule(ws, column, f"{letter}{row + 1}:{letter}{last_row}")


def add_table(ws: Worksheet, sheet: Sheet, cells: str) -> None:
    """Make an Excel table of the cells; its headers are their first row."""
    assert ws.parent is not None
    taken = {known.casefold() for other in ws.parent.worksheets for known in other.tables}
    name = table_name(sheet)
    while name.casefold() in taken:
        name += "_"
    left, top, right, _ = range_boundaries(cells)
    assert left
    assert right
    # Named here, since openpyxl would walk the whole table to name them.
    columns = [
        TableColumn(id=index, name=str(ws.cell(top or 1, number).value))
        for index, number in enumerate(range(left, right + 1), 1)
    ]
    table = Table(displayName=name, ref=cells, autoFilter=AutoFilter(ref=cells), tableColumns=columns)
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    ws.add_table(table)


def _write_record(ws: Worksheet, sheet: Sheet, record: Row) -> None:
    for index, (text, width) in enumerate(zip(RECORD_HEADERS, RECORD_WIDTHS, strict=True), 1):
        style.header(ws.cell(1, index, text), required=True)
        ws.column_dimensions[get_column_letter(index)].width = width
    for row, column in enumerate(sheet.columns, 2):
        write_line(ws, row, 1, column, record)
    ws.freeze_panes = "B2"
    style.page(ws, sum(RECORD_WIDTHS))


def write_line(ws: Worksheet, row: int, number: int, column: Column, record: Row) -> None:
    """Write one line of a two-column sheet: label in the column ``number``, then value and help."""
    label, value, usage = (ws.cell(row, number + index) for index in range(3))
    label.value, usage.value = column.header, insecables(column.help)
    style.header(label, required=column.required)
    _fill(value, column, record)
    style.framed(value)
    style.framed(usage)
    texts = (cell.value for cell in (label, value, usage))
    ws.row_dimensions[row].height = style.height(zip(texts, RECORD_WIDTHS, strict=True))
    lists.add_rule(ws, column, value.coordinate)


def _fill(cell: style.AnyCell, column: Column, record: Row) -> None:
    value = as_shown(record.get(column.name))
    cell.value = value
    style.body(cell, column)
    if isinstance(value, str) and value[:1] in tuple("=+-@"):
        cell.data_type = "s"  # openpyxl makes a formula of any text that begins with « = »
        cell.quotePrefix = True


def as_shown(value: object) -> str | float | date | time | None:
    """Return ``value`` as its cell shows it: « oui », a number, a date, several values around « ; »."""
    if value is None or value == ():
        return None
    if isinstance(value, tuple):
        return " ; ".join(f"{v:%d/%m/%Y}" if isinstance(v, date) else str(v) for v in value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, str):
        return ILLEGAL_CHARACTERS_RE.sub("", str(value))
    assert isinstance(value, int | float | date | time)
    return value


def table_name(sheet: Sheet) -> str:
    """Return the name of the sheet's Excel table, without accents: « T_Ordre_du_jour »."""
    return "T_" + cle(sheet.title).capitalize().replace(" ", "_")


def _dateless(wb: Workbook) -> bytes:
    """Return the .xlsx file; a row keeps its height, yet grows when more is typed."""
    return packed(
        {
            name: content.replace(b' customHeight="1"', b"") if name.startswith("xl/worksheets/") else content
            for name, content in written(wb).items()
        }
    )

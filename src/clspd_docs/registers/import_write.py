"""The rows of a list at the end of the present workbook's tables: a new file, the present one untouched.

Everything that the workbook has is kept as ``rewrite`` keeps it; what it cannot keep, ``losses`` tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Any, Final, TypeAlias

from openpyxl import Workbook
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname, range_boundaries
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableColumn
from openpyxl.worksheet.worksheet import Worksheet

from clspd_docs.domain.french import cle, insecables
from clspd_docs.errors import Stop
from clspd_docs.findings import Kind, Severity
from clspd_docs.registers import workbook_lists as lists
from clspd_docs.registers import workbook_style as style
from clspd_docs.registers.errors_sheet import legal, write_text
from clspd_docs.registers.fitting import Fate
from clspd_docs.registers.import_list import MAX_TEXT, Imported, NewRow, Trace
from clspd_docs.registers.locate import Table
from clspd_docs.registers.rewrite import opened, saved
from clspd_docs.registers.schema import Column
from clspd_docs.registers.workbook import MAX_COLUMN, MAX_ROW, cells_of
from clspd_docs.registers.write import as_shown

NOT_STRETCHED = Kind(
    "REG428",
    Severity.WARNING,
    "Tableau non étendu",
    "Les lignes sont ajoutées sous le tableau sans l’étendre : {raison}.",
    "Rien à faire pour les documents : les lignes sont lues. Pour trier ou filtrer, étendre le tableau dans Excel.",
)
NO_ROOM = Kind(
    "REG429",
    Severity.ERROR,
    "Plus de place dans la feuille",
    "La feuille n’a plus assez de {quoi} libres pour la liste : rien n’a été écrit.",
    "Effacer ce qui traîne tout en bas ou tout à droite de la feuille, enregistrer, puis recommencer.",
)

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
_STRAY: Final = 100  # empty columns, beyond which a cell is no part of the table
_Area: TypeAlias = tuple[int, int, int, int]
"""Left, top, right, bottom of a range of cells, from 1."""


def append_rows(data: bytes, imported: Imported, tables: Mapping[str, Table]) -> bytes:
    """Return the workbook ``data`` with the imported rows at the end of their tables, and a sheet « Import ».

    Args:
        data: The present workbook, an .xlsx package that the reader accepts.
        imported: What the list gives.
        tables: Where the tables of the present workbook stand, by sheet key: that of ``imported.sheet``, and
            « organismes » when it gives new ones.

    REG428 is added to the findings of ``imported`` when an Excel table could not reach the new rows.

    Raises:
        Stop: REG429 when a sheet has no room left.
    """
    book = opened(data)
    written = _append(book, tables[imported.sheet.key], imported.rows, imported)
    if imported.bodies:
        _append(book, tables["organismes"], imported.bodies, imported)
    title = tables[imported.sheet.key].grid.title
    _write_traces(
        book,
        imported.traces,
        {row.source_row: (title, n) for row, n in zip(imported.rows, written, strict=True)},
    )
    return saved(book, data)


def _append(book: Workbook, table: Table, rows: Sequence[NewRow], imported: Imported) -> list[int]:
    """Write rows below those of the table; return their numbers."""
    ws = book[table.grid.title]
    excel = _excel_table(ws, table)
    areas = _areas(ws, excel)
    first = _first_row(ws, table, len(rows), areas, excel)
    headers = [h for h in imported.extras if any(h in row.extras for row in rows)]
    numbers = _columns(ws, table, rows, headers, areas, excel)
    wide = max(numbers.values())
    columns = {c.name: c for c in table.sheet.columns}
    widths = [ws.column_dimensions[get_column_letter(number)].width for number in range(1, wide + 1)]
    models: dict[int, Any] = {}
    for row, new in enumerate(rows, first):
        for name in dict.fromkeys((*(n for n in columns if n in numbers), *new.extras)):
            value = new.extras[name] if name in new.extras else new.values.get(name)
            _fill(ws, (row, numbers[name]), columns.get(name, _EXTRA), value, models)
        ws.row_dimensions[row].height = style.height(
            (ws.cell(row, n).value, width) for n, width in enumerate(widths, 1)
        )
    last = first + len(rows) - 1
    if excel is not None and (reason := _stretch_table(ws, excel, last, wide, areas)):
        imported.findings.append(NOT_STRETCHED.at(table.grid.place(), raison=reason))
    _stretch_lists(book, ws, table.sheet.key, last)
    return list(range(first, last + 1))


def _area(cells: str) -> _Area:
    left, top, right, bottom = range_boundaries(cells)
    return left or 1, top or 1, right or MAX_COLUMN, bottom or MAX_ROW


def _excel_table(ws: Worksheet, table: Table) -> ExcelTable | None:
    """Return the Excel table that begins at the headers of ours."""
    excel: ExcelTable
    for excel in ws.tables.values():
        left, top, right, _ = _area(excel.ref)
        if top == table.header_row and any(left <= n <= right for n, _ in table.columns.values()):
            return excel
    return None


def _areas(ws: Worksheet, excel: ExcelTable | None) -> list[_Area]:
    """Return where nothing of ours may go: the other Excel tables, and the merged cells."""
    others = [_area(t.ref) for t in ws.tables.values() if t is not excel]
    return others + [(r.min_col, r.min_row, r.max_col, r.max_row) for r in ws.merged_cells.ranges]


def _first_row(
    ws: Worksheet, table: Table, count: int, areas: Sequence[_Area], excel: ExcelTable | None
) -> int:
    """Return the row from which ``count`` rows are free: below all the others, save a stray cell far below."""
    spans = {(cell.row, cell.row) for cell in cells_of(ws) if cell.value is not None}
    spans |= {(top, bottom) for _, top, _, bottom in areas}
    if excel is not None and excel.totalsRowCount:
        spans.add((_area(excel.ref)[3],) * 2)
    end = _end(spans, table.header_row, count + lists.READY_ROWS)
    if end + count > MAX_ROW:
        raise Stop(NO_ROOM.at(table.grid.place(), quoi="lignes"))
    return end + 1


def _end(spans: Iterable[tuple[int, int]], end: int, gap: int) -> int:
    """Return where the spans that follow ``end`` stop; one that is more than ``gap`` away is a stray."""
    for first, last in sorted(spans):
        if first - end > gap:
            break
        end = max(end, last)
    return end


def _columns(
    ws: Worksheet,
    table: Table,
    rows: Sequence[NewRow],
    extras: Sequence[str],
    areas: Sequence[_Area],
    excel: ExcelTable | None,
) -> dict[str, int]:
    """Return the column of each field and of each extra header; those that lack are added at the right."""
    numbers = {name: number for name, (number, _) in table.columns.items()}
    there = {cle(header): number for number, header in table.extras.items()}  # an earlier import's
    wanted = {
        c.name: c.header
        for c in table.sheet.columns
        if c.name not in numbers and any(c.name in r.values for r in rows)
    }
    wanted |= {header: header for header in extras if cle(header) not in there}
    right = max(*numbers.values(), _area(excel.ref)[2] if excel is not None else 1)
    numbers |= {header: there[cle(header)] for header in extras if cle(header) in there}
    spans = {(c.column,) * 2 for c in cells_of(ws) if c.value is not None and c.row >= table.header_row}
    spans |= {(left, far) for left, _, far, bottom in areas if bottom >= table.header_row}
    end = _end(spans, right, len(wanted) + _STRAY)
    if end + len(wanted) > MAX_COLUMN:
        raise Stop(NO_ROOM.at(table.grid.place(), quoi="colonnes"))
    for number, (name, header) in enumerate(wanted.items(), end + 1):
        numbers[name] = number
        cell = ws.cell(table.header_row, number)
        style.header(cell, required=False)
        write_text(cell, legal(header)[:MAX_TEXT])
        ws.column_dimensions[get_column_letter(number)].width = _EXTRA.width
    return numbers


def _fill(ws: Worksheet, spot: tuple[int, int], column: Column, value: Any, models: dict[int, Any]) -> None:
    """Write a cell; ``models`` keeps the look of each column, since making it again is what takes time."""
    cell: Any = ws.cell(*spot)
    shown = as_shown(value)
    if spot[1] not in models:
        style.body(cell, column)
        models[spot[1]] = cell._style  # noqa: SLF001 - no public way to share a style
    if isinstance(shown, str):
        cell._style = copy(models[spot[1]])  # noqa: SLF001
        write_text(cell, legal(shown)[:MAX_TEXT])
    else:
        cell.value = shown
        cell._style = copy(models[spot[1]])  # noqa: SLF001 - a date would bring its own format


def _stretch_table(ws: Worksheet, excel: ExcelTable, last: int, wide: int, areas: Sequence[_Area]) -> str:
    """Make the Excel table reach the new rows, and the new columns that touch it; return why it cannot."""
    if excel.totalsRowCount:
        return "il finit par une ligne de totaux"
    left, top, right, bottom = _area(excel.ref)
    names = {column.name.casefold() for column in excel.tableColumns}
    new: list[str] = []
    while right < wide:
        header: Any = ws.cell(top, right + 1)
        if not isinstance(name := header.value, str) or header.data_type == "f" or name.casefold() in names:
            break  # Excel refuses a table with two columns of the same name
        names.add(name.casefold())
        new.append(name)
        right += 1
    bottom = max(bottom, last)
    if any(a[0] <= right and left <= a[2] and a[1] <= bottom and top <= a[3] for a in areas):
        return "un autre tableau ou des cellules fusionnées sont sur son chemin"
    number = max(column.id for column in excel.tableColumns)
    excel.tableColumns.extend(TableColumn(id=n, name=name) for n, name in enumerate(new, number + 1))
    excel.ref = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"
    if excel.autoFilter is not None:
        excel.autoFilter.ref = excel.ref
    return ""


def _stretch_lists(book: Workbook, ws: Worksheet, key: str, last: int) -> None:
    """Make dropdowns and the list of identifiers reach the new rows, when the rows go beyond the ready ones."""
    for rule in ws.data_validations.dataValidation:
        reached = max((r.max_row for r in rule.sqref.ranges), default=last)
        for r in list(rule.sqref.ranges):
            if r.max_row == reached < last and r.min_row < r.max_row:
                r.expand(down=last - r.max_row)
    name = f"ids_{key}"
    known = lists.target(book, name) if key in lists.REFERRED else None
    if known and known[0] == ws.title and known[3] < last:
        lists.name_cells(book, name, (*known[:3], last))


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
        ws.row_dimensions[line].height = style.height(zip(values, widths, strict=True))
        if row:
            cell = ws.cell(line, _LINK)
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{quote_sheetname(title)}!A{row}")
        if trace.fate is Fate.DOUBTFUL:
            ws.cell(line, _FATE).fill = _TO_SEE
    ws.freeze_panes = "A2"
    ws.auto_filter.ref = f"A1:{get_column_letter(len(HEADERS))}{len(traces) + 1}"
    style.page(ws, sum(widths))

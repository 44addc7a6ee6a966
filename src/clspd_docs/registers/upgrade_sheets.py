"""One sheet of a workbook brought to the present schema, in place.

Nothing that is there moves: a new column goes at the right of the table and a new line below the others. openpyxl
shifts no formula, filter, name or merged cell when it inserts a column, and the reader goes by header, whatever the
order. A column of the workbook's own schema that is absent stays so: the secretary may have removed it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import chain
from typing import Final, TypeAlias

from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableColumn
from openpyxl.worksheet.worksheet import Worksheet

from clspd_docs.domain.french import cle
from clspd_docs.registers import workbook_lists as lists
from clspd_docs.registers import workbook_style as style
from clspd_docs.registers.example import typed
from clspd_docs.registers.locate import Record, Table
from clspd_docs.registers.schema import Column
from clspd_docs.registers.workbook import MAX_COLUMN, MAX_ROW, cells_of
from clspd_docs.registers.write import add_table, write_header, write_line

Change: TypeAlias = tuple[str, str]
"""What is done, in French, and where, when the same is done in several places."""

RESTORED_RULES: Final = "listes et contrôles de saisie rétablis"
_NAMED: Final = 5  # headers that a phrase names; more are counted
_LINE_CELLS: Final = range(3)  # label, value, help


def agree_table(ws: Worksheet, table: Table, schema: int) -> Iterator[Change]:
    """Give a table what the present schema has and it lacks; yield what is done."""
    head, sheet = table.header_row, table.sheet
    numbers = {name: number for name, (number, _) in table.columns.items()}
    yield from _renamed(ws, {(head, number): sheet.column(name) for name, number in numbers.items()})
    for column in sheet.columns:
        if column.name not in numbers and column.since > schema:
            number = numbers[column.name] = _free_column(ws, table, numbers.values())
            _add_column(ws, table, number, column)
            letter = get_column_letter(number)
            yield f"colonne « {column.header} » ajoutée à la feuille « {ws.title} », colonne {letter}", ""
    rules, notes = [], []
    for name, number in numbers.items():
        column = sheet.column(name)
        if _restored_rule(ws, column, number, head + 1, ready_row(table)):
            rules.append(column.header)
        if _restored_note(ws, column, number, head):
            notes.append(column.header)
    yield from _told(ws, RESTORED_RULES, rules)
    yield from _told(ws, "notes d’en-tête rétablies ou mises à jour", notes)
    if _excel_table(ws, head) is None and (cells := _room_for_table(ws, table, numbers.values())):
        add_table(ws, sheet, cells)
        yield "tableaux rétablis", f"« {ws.title} »"
    yield from _frozen(ws, f"{'B' if numbers.get('id') == 1 else 'A'}{head + 1}")


def agree_record(ws: Worksheet, record: Record, schema: int) -> Iterator[Change]:
    """Give a two-column sheet what the present schema has and it lacks; yield what is done."""
    columns, rows = {c.name: c for c in record.sheet.columns}, dict(record.rows)
    yield from _renamed(ws, {(row, record.label_column): columns[name] for name, row in rows.items()})
    for name, column in columns.items():
        if name not in rows and column.since > schema:
            row = rows[name] = _free_row(ws, record, rows.values())
            default = {} if column.default is None else {name: typed(column, str(column.default))}
            write_line(ws, row, record.label_column, column, default)
            yield f"ligne « {column.header} » ajoutée à la feuille « {ws.title} », ligne {row}", ""
    rules = [
        columns[name].header
        for name, row in rows.items()
        if _restored_rule(ws, columns[name], record.value_column, row, row)
    ]
    yield from _told(ws, RESTORED_RULES, rules)
    if rows:
        yield from _frozen(ws, f"{get_column_letter(record.value_column)}{min(rows.values())}")


def ready_row(table: Table) -> int:
    """Return the last row that is ready for use: with a dropdown, and a place in the list of identifiers."""
    return max([table.header_row + lists.READY_ROWS - 1, *table.numbers()])


def _told(ws: Worksheet, what: str, headers: list[str]) -> Iterator[Change]:
    if headers:
        yield what, f"« {ws.title} » ({', '.join(headers) if len(headers) <= _NAMED else len(headers)})"


def _frozen(ws: Worksheet, cell: str) -> Iterator[Change]:
    if ws.freeze_panes is None:
        ws.freeze_panes = cell
        yield "en-têtes figés", f"« {ws.title} »"


# --- Headers of older schemas ----------------------------------------------------------------------------


def _renamed(ws: Worksheet, cells: Mapping[tuple[int, int], Column]) -> Iterator[Change]:
    """Give a header of an older schema its present name, unless a formula calls its column by the old one."""
    for (row, number), column in cells.items():
        cell = ws.cell(row, number)
        old = str(cell.value)
        if cle(old) not in {cle(header) for header in column.formerly} or _is_called(ws, old):
            continue
        cell.value = column.header
        part = _excel_table(ws, row)
        for known in part.tableColumns if part is not None else ():
            if known.name == old:
                known.name = column.header
        yield f"« {old} » renommé « {column.header} » dans la feuille « {ws.title} »", ""


def _is_called(ws: Worksheet, header: str) -> bool:
    """Whether a formula of the workbook calls a column of an Excel table by this header."""
    assert ws.parent is not None
    formulas = (c.value for sheet in ws.parent.worksheets for c in cells_of(sheet) if c.data_type == "f")
    return any(f"[{header}" in str(getattr(formula, "text", formula)) for formula in formulas)


# --- Room for what is new --------------------------------------------------------------------------------


def _free_column(ws: Worksheet, table: Table, taken: Collection[int]) -> int:
    """Return the first column, at the right of those ``taken``, that is empty from the headers down."""
    head, part = table.header_row, _excel_table(ws, table.header_row)
    edge = (range_boundaries(part.ref)[2] or 0) if part is not None else 0
    busy = {number for row, cells in table.grid.rows.items() if row >= head for number in cells}
    return _first_free(
        max([edge, *taken], default=0) + 1,
        MAX_COLUMN,
        lambda number: number in busy or _is_merged(ws, (head, number, MAX_ROW, number)),
    )


def _free_row(ws: Worksheet, record: Record, taken: Collection[int]) -> int:
    """Return the first row, below those ``taken``, whose three cells are empty."""
    left = record.label_column
    busy = {
        row for row, cells in record.grid.rows.items() if any(left + index in cells for index in _LINE_CELLS)
    }
    return _first_free(
        max(taken, default=0) + 1,
        MAX_ROW,
        lambda row: row in busy or _is_merged(ws, (row, left, row, left + len(_LINE_CELLS) - 1)),
    )


def _first_free(start: int, limit: int, is_busy: Callable[[int], bool]) -> int:
    return next(n for n in chain(range(start, limit + 1), range(1, start)) if not is_busy(n))


def _is_merged(ws: Worksheet, cells: tuple[int, int, int, int]) -> bool:
    """Whether a merged range covers one of the cells (top, left, bottom, right)."""
    top, left, bottom, right = cells
    return any(
        area.min_row <= bottom and area.max_row >= top and area.min_col <= right and area.max_col >= left
        for area in ws.merged_cells.ranges
    )


def _add_column(ws: Worksheet, table: Table, number: int, column: Column) -> None:
    _separate(ws, number)
    write_header(ws, table.header_row, number, column, ready_row(table))
    ws.column_dimensions[get_column_letter(number)].hidden = False
    for row in table.numbers():
        style.body(ws.cell(row, number), column)
    part = _excel_table(ws, table.header_row)
    if part is not None and range_boundaries(part.ref)[2] == number - 1:
        part.ref = _widened(part.ref, number)
        if part.autoFilter is not None:
            part.autoFilter.ref = _widened(part.autoFilter.ref, number)
        # A table just made has no columns yet: openpyxl lists them on saving.
        if part.tableColumns:
            identifier = 1 + max(known.id for known in part.tableColumns)
            part.tableColumns.append(TableColumn(id=identifier, name=column.header))


def _widened(ref: str, right: int) -> str:
    left, top, _, bottom = range_boundaries(ref)
    assert left
    return f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"


def _separate(ws: Worksheet, number: int) -> None:
    """Take a column out of the group of equal columns that LibreOffice writes as one."""
    for group in list(ws.column_dimensions.values()):
        group.reindex()
        first, last = group.min or 0, group.max or 0
        if first == last or not first <= number <= last:
            continue
        for start, end in ((first, number - 1), (number, number), (number + 1, last)):
            if start <= end:
                letter = get_column_letter(start)
                part = ColumnDimension(
                    ws, letter, group.width, min=start, max=end, hidden=group.hidden, customWidth=True
                )
                part._style = group._style  # type: ignore[attr-defined] # noqa: SLF001 - formats of the cells to come
                ws.column_dimensions[letter] = part


# --- What helps filling in -------------------------------------------------------------------------------


def _restored_rule(ws: Worksheet, column: Column, number: int, first: int, last: int) -> bool:
    """Give cells of a column the rule that they lack; a rule that is there, ours or not, stays."""
    for rule in ws.data_validations.dataValidation:
        for area in rule.sqref.ranges:
            if area.min_col <= number <= area.max_col and area.min_row <= last and area.max_row >= first:
                return False
    letter = get_column_letter(number)
    return lists.add_rule(
        ws, column, f"{letter}{first}" if first == last else f"{letter}{first}:{letter}{last}"
    )


def _restored_note(ws: Worksheet, column: Column, number: int, head: int) -> bool:
    """Give a header its note when it has none, or one of ours that says something else."""
    cell, note = ws.cell(head, number), style.comment(column)
    if cell.comment is not None and (cell.comment.author != style.AUTHOR or cell.comment.text == note.text):
        return False
    cell.comment = note
    return True


def _excel_table(ws: Worksheet, head: int) -> ExcelTable | None:
    """Return the Excel table whose headers stand in the row ``head``."""
    return next((t for t in ws.tables.values() if range_boundaries(t.ref)[1] == head), None)


def _room_for_table(ws: Worksheet, table: Table, numbers: Collection[int]) -> str | None:
    """Return the cells that an Excel table can be made of; None when Excel would refuse it.

    Its headers must be different texts side by side, nothing merged or filtered may cross it, and no stray cell may
    stand far below.
    """
    head, left = table.header_row, min(numbers)
    texts: list[str] = []
    for cell in ws[head][left - 1 :]:
        if cell.data_type != "s" or not isinstance(cell.value, str) or "\n" in cell.value:
            break
        texts.append(cell.value.casefold())
    rows = table.numbers()
    right, bottom = left + len(texts) - 1, max([head + 1, *rows])
    is_far = bottom - head > lists.READY_ROWS + 2 * len(rows)
    crossed = is_far or ws.tables or ws.auto_filter.ref or _is_merged(ws, (head, left, bottom, right))
    if right < max(numbers) or len(set(texts)) < len(texts) or crossed:
        return None
    return f"{get_column_letter(left)}{head}:{get_column_letter(right)}{bottom}"

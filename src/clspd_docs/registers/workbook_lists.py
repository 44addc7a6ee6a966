"""Dropdowns: the « Listes » sheet, the defined names, and the rule that each column's cells obey.

A dropdown points at a defined name: Excel then keeps it as a plain rule, which other programs preserve. Its
error is a warning, so that pasting still works; the reader checks every cell anyway.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from openpyxl import Workbook
from openpyxl.utils import column_index_from_string, get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from clspd_docs.domain.french import cle, insecables
from clspd_docs.registers import workbook_style as style
from clspd_docs.registers.schema import Column, Type
from clspd_docs.registers.sheets import BY_KEY, LISTS_TITLE, SHEETS
from clspd_docs.registers.workbook import cells_of

YES_NO_NAME: Final = "liste_oui_non"
READY_ROWS: Final = 1000  # rows with a dropdown and a place in the list of identifiers, empty ones included
#: Keys of the sheets that other sheets refer to.
REFERRED: Final = tuple(sorted({c.ref for sheet in SHEETS for c in sheet.columns if c.ref}))
Target: TypeAlias = tuple[str, int, int, int]
"""Cells of one column: title of the sheet, number of the column, first and last row."""
_TARGET: Final = re.compile(
    r"(?P<title>.+)!\$(?P<left>[A-Z]+)\$(?P<first>\d+):\$(?P<right>[A-Z]+)\$(?P<last>\d+)"
)


def list_name(column: Column) -> str | None:
    """Return the defined name of the column's dropdown, or None when it has none."""
    if column.values is not None:
        return "liste" + re.sub(r"(?=[A-Z])", "_", column.values.__name__).lower()
    if column.ref is not None:
        return f"ids_{column.ref}"
    return YES_NO_NAME if column.holds is Type.YES_NO else None


def lists() -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Return the closed lists by defined name: (header in « Listes », allowed values)."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {YES_NO_NAME: ("Oui ou non", ("oui", "non"))}
    for sheet in SHEETS:
        for column in sheet.columns:
            name = list_name(column)
            if name and column.values is not None:
                header = f"{sheet.title} – {column.header}"
                found.setdefault(name, (header, tuple(v.value for v in column.values)))
    return found


def write_lists(wb: Workbook) -> list[str]:
    """Write the closed lists in « Listes », one column a list, and name each column.

    The sheet is added when it is missing. In a sheet that is there, a list keeps its column, and what somebody
    else wrote under a list stays, below it.

    Returns:
        The headers of the lists that were written or named anew.
    """
    there = [ws for ws in wb.worksheets if cle(ws.title) == cle(LISTS_TITLE)]
    ws = there[0] if there else _lists_sheet(wb)
    written = [
        header for name, (header, values) in lists().items() if _write_list(wb, ws, name, (header, *values))
    ]
    if written:
        style.page(ws, sum(d.width for d in ws.column_dimensions.values()))
    return written


def _lists_sheet(wb: Workbook) -> Worksheet:
    ws: Worksheet = wb.create_sheet(LISTS_TITLE)
    ws.freeze_panes = "A2"
    ws.protection.sheet = True
    return ws


def _write_list(wb: Workbook, ws: Worksheet, name: str, texts: tuple[str, ...]) -> bool:
    """Write a list under its header, where its name points at or where its header stands; False when it is there."""
    known = target(wb, name)
    filled = [cell for cell in cells_of(ws) if cell.value is not None]
    headers = {cell.value: cell.column for cell in filled if cell.row == 1}
    if known and known[0] == ws.title:
        number = known[1]
    else:
        number = headers.get(texts[0]) or 1 + max((cell.column for cell in filled), default=0)
    old = {cell.row: cell for cell in filled if cell.column == number}
    is_there = all(row in old and old[row].value == text for row, text in enumerate(texts, 1))
    if is_there and known == (ws.title, number, 2, len(texts)):
        return False
    others = [cell.value for row, cell in sorted(old.items()) if row > 1 and cell.value not in texts]
    for area in [a for a in ws.merged_cells.ranges if a.min_col <= number <= a.max_col]:
        ws.unmerge_cells(str(area))
    for cell in old.values():
        cell.value = None
    style.header(ws.cell(1, number, texts[0]), required=False)
    for row, value in enumerate((*texts[1:], *others), 2):
        style.framed(ws.cell(row, number, value))
    ws.column_dimensions[get_column_letter(number)].width = max(map(len, texts)) + 3
    name_cells(wb, name, (ws.title, number, 2, len(texts)))
    return True


def name_identifiers(wb: Workbook, last_rows: Mapping[str, int]) -> None:
    """Name the identifiers of each sheet that other sheets refer to; ``last_rows`` by sheet key."""
    for key in REFERRED:
        name_cells(
            wb, f"ids_{key}", (BY_KEY[key].title, BY_KEY[key].names.index("id") + 1, 2, last_rows[key])
        )


def target(wb: Workbook, name: str) -> Target | None:
    """Return the cells that a defined name stands for; None when there is no such name, or no such cells."""
    if name not in wb.defined_names:
        return None
    found = _TARGET.fullmatch(wb.defined_names[name].attr_text or "")
    if not found or found["left"] != found["right"]:
        return None
    title = found["title"].strip("'").replace("''", "'")
    return title, column_index_from_string(found["left"]), int(found["first"]), int(found["last"])


def name_cells(wb: Workbook, name: str, cells: Target) -> None:
    """Give a name to cells of one column."""
    title, number, first, last = cells
    letter = get_column_letter(number)
    text = f"{quote_sheetname(title)}!${letter}${first}:${letter}${last}"
    wb.defined_names[name] = DefinedName(name, attr_text=text)


def add_rule(ws: Worksheet, column: Column, cells: str) -> bool:
    """Give the column's rule to its cells; False when any text is good."""
    rule = validation(column)
    if rule is None:
        return False
    rule.add(cells)
    ws.add_data_validation(rule)
    return True


def validation(column: Column) -> DataValidation | None:
    """Return the rule of the column's cells, or None when any text is good.

    Several values in one cell are only offered one by one: no error then.
    """
    name = list_name(column)
    several = column.holds in {Type.CHOICES, Type.REFS}
    if name:
        rule = DataValidation("list", formula1=name)
    elif column.holds is Type.DATE:
        rule = DataValidation("date", operator="between", formula1="36526", formula2="73050")  # 2000 to 2099
    elif column.low is not None:
        rule = DataValidation("decimal", operator="greaterThanOrEqual", formula1=str(column.low))
        if column.high is not None:
            rule.operator, rule.formula2 = "between", str(column.high)
    else:
        return None
    rule.showErrorMessage = not several
    rule.allow_blank = column.ref is None  # else Excel takes the empty rows of the list for « anything goes »
    rule.errorStyle = "warning"
    rule.errorTitle = column.header[:32]
    rule.error = insecables(f"Attendu : {column.holds.value}. Voir la note de l’en-tête.")
    return rule

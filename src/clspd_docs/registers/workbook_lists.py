"""Dropdowns: the « Listes » sheet, the defined names, and the rule that each column's cells obey.

A dropdown points at a defined name: Excel then keeps it as a plain rule, which other programs preserve. Its
error is a warning, so that pasting still works; the reader checks every cell anyway.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from openpyxl import Workbook
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from clspd_docs.domain.french import insecables
from clspd_docs.registers import workbook_style as style
from clspd_docs.registers.schema import Column, Type
from clspd_docs.registers.sheets import BY_KEY, LISTS_TITLE, SHEETS

YES_NO_NAME: Final = "liste_oui_non"


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


def write_lists(wb: Workbook) -> None:
    """Add the « Listes » sheet, one column a list, and name each column."""
    ws = wb.create_sheet(LISTS_TITLE)
    for index, (name, (header, values)) in enumerate(lists().items(), 1):
        letter = get_column_letter(index)
        style.header(ws.cell(1, index, header), required=False)
        for row, value in enumerate(values, 2):
            style.framed(ws.cell(row, index, value))
        ws.column_dimensions[letter].width = max(len(v) for v in (header, *values)) + 3
        _name(wb, name, LISTS_TITLE, letter, len(values) + 1)
    style.page(ws, sum(d.width for d in ws.column_dimensions.values()))
    ws.freeze_panes = "A2"
    ws.protection.sheet = True


def name_identifiers(wb: Workbook, last_rows: Mapping[str, int]) -> None:
    """Name the identifiers of each sheet that other sheets refer to; ``last_rows`` by sheet key."""
    for key in sorted({c.ref for sheet in SHEETS for c in sheet.columns if c.ref}):
        column = BY_KEY[key].names.index("id") + 1
        _name(wb, f"ids_{key}", BY_KEY[key].title, get_column_letter(column), last_rows[key])


def _name(wb: Workbook, name: str, title: str, letter: str, last_row: int) -> None:
    target = f"{quote_sheetname(title)}!${letter}$2:${letter}${last_row}"
    wb.defined_names[name] = DefinedName(name, attr_text=target)


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

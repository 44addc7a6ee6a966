"""Workbooks of schema 1, made from current ones: declared so, and without what came later."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.packaging.custom import IntProperty
from openpyxl.utils import get_column_letter

from builders.classeur import classeur
from clspd_docs.registers.example import example_rows
from clspd_docs.registers.schema import SCHEMA_PROPERTY
from clspd_docs.registers.sheets import BY_KEY, LISTS_TITLE, README_TITLE
from clspd_docs.registers.write import workbook_bytes

EXAMPLE = workbook_bytes(example_rows())
# Columns that came later, each the last of its sheet: « SIRET » with schema 2, « Description de la pièce » with 3.
_LATER = ("organismes", "points")


def declare(book: Workbook, schema: int) -> Workbook:
    """Write the version of the schema in the workbook's properties."""
    properties = book.custom_doc_props  # type: ignore[attr-defined] # missing from types-openpyxl
    if SCHEMA_PROPERTY in properties.names:
        del properties[SCHEMA_PROPERTY]
    properties.append(IntProperty(name=SCHEMA_PROPERTY, value=schema))
    return book


def first_schema(book: Workbook) -> Workbook:
    """Take out of a current workbook the columns that came after schema 1."""
    for key in _LATER:
        ws, last = book[BY_KEY[key].title], len(BY_KEY[key].columns)
        ws.delete_cols(last)
        ws.column_dimensions.pop(get_column_letter(last), None)
        for table in ws.tables.values():
            table.ref = table.ref.replace(get_column_letter(last), get_column_letter(last - 1))
            table.autoFilter.ref = table.ref
            del table.tableColumns[last - 1 :]
    return declare(book, 1)


def old_example() -> Workbook:
    """The shipped example, as schema 1 had it."""
    return first_schema(load_workbook(BytesIO(EXAMPLE)))


def old_small() -> Workbook:
    """The small council of the tests, plain cells, as schema 1 had it."""
    return first_schema(classeur().book)


def cells(book: Workbook) -> dict[tuple[str, int, int], Any]:
    """Every filled cell but those of the two sheets that the program writes."""
    return {
        (ws.title, cell.row, cell.column): getattr(cell.value, "text", cell.value)
        for ws in book.worksheets
        if ws.title not in {README_TITLE, LISTS_TITLE}
        for row in ws.iter_rows()
        for cell in row
        if cell.value is not None
    }

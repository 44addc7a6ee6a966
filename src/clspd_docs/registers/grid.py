"""One sheet of a workbook, whatever file it comes from: its filled cells, by row and column."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from clspd_docs.origin import Place
from clspd_docs.registers.cells import Cell, as_text


@dataclass(frozen=True, slots=True)
class Shown:
    """What a filled cell shows: a text, a number, a bool, a date, a time; None for a formula without value."""

    value: Any
    number_format: str = "General"
    formula: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet.

    Args:
        file: Name of the workbook in messages.
        title: Name of the sheet, as its tab shows it.
        tab: Position of the sheet, from 0.
        rows: The cells that are not empty, by row then column, both from 1, in order.
        hidden: Rows that are hidden or filtered.
        epoch_1904: Serial numbers count from 1904, as old Macintosh workbooks do.
        comments: Text of the comments, by (row, column).
        is_hidden: The sheet does not show.
        merged: The range (« H36:H37 ») that hides each cell but the first of merged ones, by (row, column).
    """

    file: str
    title: str
    tab: int
    rows: Mapping[int, Mapping[int, Shown]]
    hidden: AbstractSet[int] = frozenset()
    epoch_1904: bool = False
    comments: Mapping[tuple[int, int], str] = field(default_factory=dict)
    is_hidden: bool = False
    merged: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def place(self, row: int | None = None, column: int | None = None, header: str | None = None) -> Place:
        """Return the sheet, a row of it or a cell of it, as messages name them."""
        spot = f"{get_column_letter(column)}{row}" if row and column else None
        return Place(self.file, self.title, spot, row, header, tab=self.tab)

    def cell(self, row: int, column: int, header: str | None = None, *, is_line: bool = False) -> Cell:
        """Return the cell at (row, column); ``header`` is the label of its line when ``is_line``."""
        spot = f"{get_column_letter(column)}{row}"
        place = Place(self.file, self.title, spot, row, header, is_line=is_line, tab=self.tab)
        shown = self.rows.get(row, {}).get(column)
        if shown is None:
            return Cell(None, place)
        return Cell(shown.value, place, shown.formula, shown.number_format, self.epoch_1904)

    def texts(self, row: int) -> dict[int, str]:
        """Return the clean text of each filled cell of a row, by column."""
        return {column: as_text(shown.value) for column, shown in self.rows.get(row, {}).items()}

"""Where a value comes from: a cell, a row, a paragraph, a key; and how that is told to a reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A spot that the reader can open.

    Args:
        file: Path relative to the working folder, with forward slashes ("registers/clspd.xlsx").
        sheet: Name of the sheet, as the workbook shows it.
        cell: Address as Excel shows it ("D14").
        row: Row number, counted from 1 as Excel does.
        column: Header of the column, as it reads in the workbook.
        part: Anything that is not a cell: a paragraph of a Word file by its first words, a TOML key.
        is_line: ``column`` is the label of a line, in a sheet that holds one value a line.
        tab: Position of the sheet in the workbook, from 0: findings follow the tabs.
    """

    file: str
    sheet: str | None = None
    cell: str | None = None
    row: int | None = None
    column: str | None = None
    part: str | None = None
    is_line: bool = False
    tab: int = field(default=0, compare=False)

    def french(self) -> str:
        """Return the place as one line of French, coarsest first."""
        words = [self.file]
        if self.sheet:
            words.append(f"feuille « {self.sheet} »")
        if self.cell:
            words.append(f"cellule {self.cell}")
        elif self.row:
            words.append(f"ligne {self.row}")
        if self.column:
            words.append(f"{'ligne' if self.is_line else 'colonne'} « {self.column} »")
        if self.part:
            words.append(self.part)
        return ", ".join(words)

    def as_json(self) -> dict[str, Any]:
        """Return the known coordinates only."""
        keys = ("file", "sheet", "cell", "row", "column", "part")
        return {key: getattr(self, key) for key in keys if getattr(self, key) is not None}

    def sort_key(self) -> tuple[str, int, str, int, int, str, str]:
        """Order of the sentences: file, sheet as the tabs stand, row, column (A..Z before AA), part."""
        letters = "".join(c for c in self.cell or "" if c.isalpha())
        return (self.file, self.tab, self.sheet or "", self.row or 0, len(letters), letters, self.part or "")


@dataclass(frozen=True, slots=True)
class Origin:
    """The row that a domain object was read from.

    ``columns`` maps the field's name in the code to (column letter, header as read); a field that the
    workbook lacks is absent from it. A record of a two-column sheet (Paramètres, Règles) has one row per
    field, given by ``rows``.
    """

    file: str
    sheet: str
    row: int
    columns: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    tab: int = 0

    def place(self, name: str | None = None) -> Place:
        """Return the cell of the field ``name``, or the whole row."""
        row = self.rows.get(name, self.row) if name else self.row
        if name is None or name not in self.columns:
            return Place(self.file, self.sheet, row=row or None, tab=self.tab)
        letter, header = self.columns[name]
        spot, is_line = f"{letter}{row}", bool(self.rows)
        return Place(self.file, self.sheet, spot, row, header, is_line=is_line, tab=self.tab)

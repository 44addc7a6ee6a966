"""Workbooks made by code: the small council of ``conseils.py``, plain cells, damaged in a line by each test.

``classeur().sheet("Membres").set("M002", "Rang protocolaire", "deux").read(tmp_path)`` gives the book and the
findings. Rows are named by the text of their first cell, columns by their header; cells of a two-column sheet
by their label and « Valeur ».
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from builders.conseils import FICHIER, Registres, registres
from clspd_docs.findings import Finding
from clspd_docs.origin import Place
from clspd_docs.registers.book import Book
from clspd_docs.registers.council import council
from clspd_docs.registers.read import read
from clspd_docs.registers.schema import Layout
from clspd_docs.registers.sheets import LISTS_TITLE, README_TITLE, SHEETS
from clspd_docs.registers.write import RECORD_HEADERS, as_shown


class Classeur:
    """A workbook under construction; each method but the last ones returns it, so that calls chain."""

    def __init__(self, rows: Registres | None = None) -> None:
        filled = (rows or registres()).rows
        self.book = Workbook()
        self.book.worksheets[0].title = README_TITLE
        for sheet in SHEETS:
            ws = self.book.create_sheet(sheet.title)
            records = filled[sheet.key]
            if sheet.layout is Layout.RECORD:
                ws.append(list(RECORD_HEADERS[:2]))
                for column in sheet.columns:
                    ws.append([column.header, as_shown(records[0][column.name])])
            else:
                ws.append([column.header for column in sheet.columns])
                for record in records:
                    ws.append([as_shown(record[column.name]) for column in sheet.columns])
        self.book.create_sheet(LISTS_TITLE)
        self.here: Worksheet = self.book[SHEETS[0].title]

    def sheet(self, title: str) -> Classeur:
        """Work on this sheet from now on."""
        self.here = self.book[title]
        return self

    def set(self, row: str | int, header: str, value: Any, number_format: str | None = None) -> Classeur:
        """Type a value in the cell of ``row`` (its first text, or its number) under ``header``."""
        cell = self.here.cell(self._row(row), self._column(header))
        cell.value = value
        if number_format:
            cell.number_format = number_format
        return self

    def blank(self, row: str | int, header: str) -> Classeur:
        """Empty a cell."""
        return self.set(row, header, None)

    def merge(self, header: str, first: str | int, last: str | int) -> Classeur:
        """Merge the cells of a column, from a row to another: what the others hold is lost, as in Excel."""
        column = self._column(header)
        self.here.merge_cells(None, self._row(first), column, self._row(last), column)
        return self

    def blank_row(self, row: str | int) -> Classeur:
        """Empty every cell of a row."""
        for cell in self.here[self._row(row)]:
            cell.value = None
        return self

    def append(self, values: dict[str, Any]) -> Classeur:
        """Add a row by header."""
        number = self.here.max_row + 1
        for header, value in values.items():
            self.set(number, header, value)
        return self

    def name(self, title: str) -> Classeur:
        """Rename the sheet."""
        self.here.title = title
        return self

    def copy(self, title: str) -> Classeur:
        """Add a copy of the sheet under another name."""
        self.book.copy_worksheet(self.here).title = title
        return self

    def remove(self) -> Classeur:
        """Remove the sheet."""
        self.book.remove(self.here)
        return self

    def add_sheet(self, title: str, *rows: list[Any]) -> Classeur:
        """Add a sheet, and go to it."""
        self.here = self.book.create_sheet(title)
        for row in rows:
            self.here.append(row)
        return self

    def header(self, old: str, new: str | None) -> Classeur:
        """Rewrite a header; None blanks it."""
        self.here.cell(1, self._column(old)).value = new
        return self

    def label(self, old: str, new: str | None) -> Classeur:
        """Rewrite the label of a two-column sheet; None blanks it."""
        self.here.cell(self._row(old), 1).value = new
        return self

    def add_column(self, header: str, *values: Any) -> Classeur:
        """Add a column at the right."""
        column = self.here.max_column + 1
        for row, value in enumerate((header, *values), 1):
            self.here.cell(row, column).value = value
        return self

    def insert_column(self) -> Classeur:
        """Insert an empty column before all."""
        self.here.insert_cols(1)
        return self

    def titles(self, *texts: str, merged: bool = True) -> Classeur:
        """Insert title rows above the headers, each merged over the width of the table."""
        width = self.here.max_column
        self.here.insert_rows(1, len(texts))
        for row, text in enumerate(texts, 1):
            self.here.cell(row, 1).value = text
            if merged:
                self.here.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
        return self

    def hide(self, *rows: str | int) -> Classeur:
        """Hide rows."""
        for row in rows:
            self.here.row_dimensions[self._row(row)].hidden = True
        return self

    def comment(self, cell: str, text: str) -> Classeur:
        """Pin a comment to a cell."""
        self.here[cell].comment = Comment(text, "Secrétariat")
        return self

    def save(self, folder: Path, name: str = "clspd.xlsx") -> Path:
        """Write the file."""
        path = folder / name
        self.book.save(path)
        return path

    def read(self, folder: Path) -> tuple[Book, list[Finding]]:
        """Write the file and read it: the book, and the findings of its cells and references."""
        book, findings = read(self.save(folder), FICHIER)
        return book, findings + council(book)[1]

    def _row(self, row: str | int) -> int:
        if isinstance(row, int):
            return row
        return next(r for r in range(1, self.here.max_row + 1) if self.here.cell(r, 1).value == row)

    def _column(self, header: str) -> int:
        cells = ((r, c) for r in range(1, 6) for c in range(1, self.here.max_column + 1))
        return next(c for r, c in cells if self.here.cell(r, c).value == header)


def classeur(rows: Registres | None = None) -> Classeur:
    """Return a workbook of the small council, or of ``rows``, in which there is nothing to say."""
    return Classeur(rows)


def spot(place: Place) -> str:
    """Return a place as the cases write it: « Membres!D5 », « Membres!5 » for a row, « Membres »."""
    return "!".join(str(part) for part in (place.sheet, place.cell or place.row) if part)


def told(findings: list[Finding]) -> list[tuple[str, str]]:
    """Return (code, spot) of each finding, sorted."""
    return sorted((f.code, spot(f.place)) for f in findings)

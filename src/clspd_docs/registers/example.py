"""The invented council that the project ships, kept as one CSV file a sheet (folder ``exemple``).

Its cells are trusted: a value that cannot be read is a fault of the project and raises. What a secretariat
typed is read elsewhere, tolerantly.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from importlib import resources
from typing import Final

from clspd_docs.registers.schema import Column, Layout, Sheet, Type
from clspd_docs.registers.sheets import SHEETS

Rows = Mapping[str, Sequence[Mapping[str, object]]]
"""Rows by sheet key, then by column name; a two-column sheet has one row."""

SEPARATOR: Final = ";"


def example_rows() -> Rows:
    """Return the whole invented council, typed as the columns declare; an empty cell is ``None`` or ``()``."""
    return {sheet.key: shipped(sheet) for sheet in SHEETS}


def shipped(sheet: Sheet) -> list[dict[str, object]]:
    """Return the shipped rows of one sheet, in the order of its file."""
    path = resources.files("clspd_docs.registers") / "exemple" / f"{sheet.key}.csv"
    header, *lines = csv.reader(path.read_text(encoding="utf-8").splitlines())
    if sheet.layout is Layout.RECORD:
        header, lines = [line[0] for line in lines], [[line[1] for line in lines]]
    if header != [column.header for column in sheet.columns]:
        raise ValueError(f"{sheet.key}.csv: headers differ from the columns of the sheet")
    return [{c.name: typed(c, text) for c, text in zip(sheet.columns, line, strict=True)} for line in lines]


def typed(column: Column, text: str) -> object:
    """Return what ``text`` means in ``column``: a date, a number, a tuple...; ``None`` when it is empty.

    Raises:
        ValueError: ``text`` is not what the column holds.
    """
    if column.holds in {Type.CHOICES, Type.REFS, Type.DATES}:
        parts = (part.strip() for part in text.split(SEPARATOR))
        return tuple(_one(column, part) for part in parts if part)
    return _one(column, text) if text else None


def _one(column: Column, text: str) -> object:
    if column.values is not None:
        return column.values(text)
    return _PARSERS.get(column.holds, str)(text)


def _date(text: str) -> date:
    day, month, year = map(int, text.split("/"))
    return date(year, month, day)


def _yes_no(text: str) -> bool:
    return ("non", "oui").index(text) == 1


_PARSERS: Final[Mapping[Type, Callable[[str], object]]] = {
    Type.INTEGER: int,
    Type.NUMBER: lambda text: Decimal(text.replace(",", ".")),
    Type.DATE: _date,
    Type.DATES: _date,
    Type.TIME: time.fromisoformat,
    Type.YES_NO: _yes_no,
}

"""What was read from a workbook: rows of typed values, each knowing its cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clspd_docs.origin import Origin, Place


@dataclass(frozen=True, slots=True)
class Row:
    """One record; ``values`` holds every column, ``None`` (or ``()``) when empty or unreadable."""

    origin: Origin
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook, read.

    ``rows`` has every sheet key; the two record sheets have exactly one row. ``refused`` names the rows that
    could not become a record: rows read plus rows refused is the number of rows that are not empty.
    """

    file: str
    digest: str
    rows: Mapping[str, tuple[Row, ...]]
    refused: tuple[Place, ...] = field(default=())

    def counts(self) -> dict[str, int]:
        """Rows read from each table, by sheet key."""
        return {key: len(rows) for key, rows in self.rows.items() if key not in {"parametres", "regles"}}

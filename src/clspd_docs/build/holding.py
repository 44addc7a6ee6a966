"""What is held: a document that used a cell with an error is not made, and the reasons are named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from clspd_docs.domain.french import cle
from clspd_docs.findings import Finding, in_order
from clspd_docs.registers.sheets import SHEETS

MOST: Final = 20  # reasons told for one document; the report has every finding


@dataclass(frozen=True, slots=True)
class Blocked:
    """Errors by the spot that they spoil: « Membres!F12 », « Membres!* » (which rows), « Membres » (all)."""

    spots: Mapping[str, tuple[Finding, ...]]

    def touching(self, cells: Iterable[str]) -> tuple[Finding, ...]:
        """Return the first errors, in order, that a document which used ``cells`` runs into."""
        hit = self.spots.keys() & {spot for cell in cells for spot in (cell, cell.partition("!")[0])}
        return tuple(in_order(finding for spot in hit for finding in self.spots[spot])[:MOST])


def blocked(findings: Iterable[Finding]) -> Blocked:
    """Return what the errors among ``findings`` spoil.

    A cell spoils itself; when it decides in which collection its row stands (identifiers, references to the
    parent row, status…), it spoils the collection as well. A row that is not used spoils its collection. A
    sheet or a column that is missing spoils the sheet.
    """
    spots: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        place = finding.place
        if not finding.is_error or place.sheet is None:
            continue
        if place.cell:
            spots[f"{place.sheet}!{place.cell}"].append(finding)
            if _places(place.sheet, place.column):
                spots[f"{place.sheet}!*"].append(finding)
        elif place.row and finding.code != "REG103":
            spots[f"{place.sheet}!*"].append(finding)
        else:
            spots[place.sheet].append(finding)
    return Blocked({spot: tuple(in_order(found)[:MOST]) for spot, found in spots.items()})


def _places(title: str, header: str | None) -> bool:
    """Whether the column decides in which collections a row stands; yes when we do not know it."""
    sheet = next((s for s in SHEETS if cle(s.title) == cle(title)), None)
    column = next((c for c in sheet.columns if cle(c.header) == cle(header or "")), None) if sheet else None
    return column.places if column else True

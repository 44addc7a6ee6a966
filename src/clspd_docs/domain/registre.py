"""What every register row shares, and how collections tell from which sheet their rows come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from clspd_docs.origin import Origin


@dataclass(frozen=True, kw_only=True, eq=False)
class Ligne:
    """A row of a register. Two rows are the same object or different: no comparison by content.

    A field is ``None`` when its cell is empty or could not be read; in the second case the cell has a
    finding and every document that uses the field is held.
    """

    origine: Origin


def lignes_de(feuille: str) -> Any:
    """Return the dataclass field of a collection read from the sheet ``feuille``."""
    return field(default=(), metadata={"feuille": feuille})

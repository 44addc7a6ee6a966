"""The identifiers that a sheet's next rows take: M046 after M045, ORG-CCAS for a body of that name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from clspd_docs.domain.french import cle, sans_accents
from clspd_docs.registers.book import Book
from clspd_docs.registers.schema import Sheet

ACRONYM: Final = 5  # letters: a longer word in capitals is a name
_SMALL_WORDS: Final = frozenset("de du des d la le les l et en a au aux pour sur".split())  # noqa: SIM905 - reads better


@dataclass(slots=True)
class Series:
    """The identifiers of a sheet: those taken, and the form of the next ones (« M » and three figures)."""

    taken: set[str]
    prefix: str | None
    width: int
    last: int

    @classmethod
    def of(cls, book: Book, sheet: Sheet) -> Series:
        """Return the series of the sheet; from its help (« M001, M002… ») while it is empty."""
        ids = [str(row.values["id"]) for row in book.rows[sheet.key] if row.values.get("id")]
        if "id" not in sheet.names:
            return cls(set(), None, 0, 0)
        example = re.match(r"([A-Z]+)(\d+)[,…]", sheet.column("id").help)
        found = [m for i in ids if (m := re.fullmatch(r"([A-Za-z]+)(\d+)", i))]
        model = found[-1] if found else None if ids else example
        prefix = model[1] if model else None
        numbers = [int(m[2]) for m in found if m[1] == prefix]
        width = len(model[2]) if model else 0
        return cls({cle(i) for i in ids}, prefix, width, max(numbers, default=0))

    def take(self, identifier: str) -> bool:
        """Reserve an identifier; False when it is taken or is none."""
        if re.search(r"[\s;]", identifier) or cle(identifier) in self.taken:
            return False
        self.taken.add(cle(identifier))
        return True

    def next(self) -> str | None:
        """Return the next identifier; None when the sheet's identifiers follow no series."""
        if self.prefix is None:
            return None
        while True:
            self.last += 1
            given = f"{self.prefix}{self.last:0{self.width}d}"
            if self.take(given):
                return given

    def of_name(self, name: str) -> str:
        """Return « ORG-CCAS » for « Centre communal d’action sociale » or « CCAS », numbered when it is taken."""
        words = re.findall(r"[A-Za-z0-9]+", sans_accents(re.sub(r"\([^)]*\)", "", name)))
        large = [w for w in words if w.lower() not in _SMALL_WORDS] or ["X"]
        acronym = re.search(r"\(([A-Z0-9]{2,10})\)", sans_accents(name))
        if acronym:
            short = acronym[1]
        elif len(large) == 1:
            short = large[0].upper()[:10]
        else:
            short = "".join(
                w if w.isdecimal() or (w.isupper() and len(w) <= ACRONYM) else w[0] for w in large
            )
            short = short.upper()[:10]
        given, number = f"ORG-{short}", 1
        while not self.take(given):
            number += 1
            given = f"ORG-{short}-{number}"
        return given

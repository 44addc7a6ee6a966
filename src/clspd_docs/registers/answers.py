"""How a parser answers when it does not simply return a value: refused, repaired, or read with a doubt."""

from __future__ import annotations

from clspd_docs.findings import Kind, Severity

UNREADABLE = Kind(
    "REG201",
    Severity.ERROR,
    "Valeur illisible",
    "Valeur illisible : il faut {attendu}.",
    "Corriger la cellule, enregistrer le classeur, puis relancer « clspd-docs check ».",
    bad="quatorze",
    good="14",
)


class Refused(Exception):  # noqa: N818 - internal signal of the parsers
    """A value that cannot be read; carries the kind and the facts (``attendu`` is the column's by default)."""

    def __init__(self, kind: Kind = UNREADABLE, **facts: object) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.facts = facts


class Doubted(Exception):  # noqa: N818 - internal signal of the parsers
    """A value read as it stands, with a warning or a note: its kind and its facts."""

    def __init__(self, value: object, kind: Kind, **facts: object) -> None:
        super().__init__(kind.code)
        self.value = value
        self.kind = kind
        self.facts = facts


class Repaired(Exception):  # noqa: N818 - internal signal of the parsers
    """A value read after a repair, to be told in a note."""

    def __init__(self, value: object, correction: str) -> None:
        super().__init__(correction)
        self.value = value
        self.correction = correction

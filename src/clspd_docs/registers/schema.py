"""What a sheet and a column are.

Each is declared once; the blank workbook, the reader, the messages and the documentation all come from the
declaration.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final

SCHEMA_VERSION: Final = 3
SCHEMA_PROPERTY: Final = "clspd_schema"

#: Titles of the sheets that references point to, by key.
REFERRED: Final = {
    "actions": "Actions",
    "axes": "Axes",
    "groupes": "Groupes",
    "membres": "Membres",
    "organismes": "Organismes",
    "politesses": "Politesse",
    "referents": "Référents",
    "seances": "Séances",
}


class Type(Enum):
    """Type of a column's cells; the reader has one parser for each."""

    TEXT = "texte"
    IDENTIFIER = "identifiant"
    INTEGER = "nombre entier"
    NUMBER = "nombre"
    DATE = "date"
    DATES = "dates séparées par des points-virgules"
    TIME = "heure"
    YES_NO = "oui ou non"
    CHOICE = "valeur de la liste"
    CHOICES = "valeurs de la liste, séparées par des points-virgules"
    REF = "identifiant d’une autre feuille"
    REFS = "identifiants d’une autre feuille, séparés par des points-virgules"
    EMAIL = "adresse de courriel"
    PHONE = "numéro de téléphone"
    POSTCODE = "code postal"
    SIRET = "numéro SIRET ou SIREN"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, or one line of a two-column sheet.

    Args:
        name: Field of the domain object.
        header: What the workbook shows.
        help: One French sentence for the comment and the documentation.
        holds: How a cell is read.
        required: An empty cell is an error.
        places: An unreadable cell leaves the row out of a collection, so that every document going
            through that collection is held (identifiers, references to the parent row).
        values: The allowed values of ``CHOICE`` and ``CHOICES``.
        ref: The key of the sheet that ``REF`` and ``REFS`` point to.
        width: Characters.
        default: Value in a blank workbook, as typed.
        low, high: Bounds of a number, included.
        since: Version of the schema that brought the column; an older workbook may lack it.
        formerly: Headers of older versions, read as the present one.
    """

    name: str
    header: str
    help: str
    holds: Type = Type.TEXT
    required: bool = False
    places: bool = False
    values: type[StrEnum] | None = None
    ref: str | None = None
    width: int = 18
    default: str | int | None = None
    low: int | None = None
    high: int | None = None
    since: int = 1
    formerly: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """What a cell must hold, in French, for the messages."""
        if self.values is not None:
            allowed = ", ".join(f"« {v.value} »" for v in self.values)
            many = " (plusieurs : séparer par « ; »)" if self.holds is Type.CHOICES else ""
            return f"une valeur de la liste : {allowed}{many}"
        return {
            Type.DATE: "une date qui existe, entre 1950 et 2099, au format jj/mm/aaaa",
            Type.DATES: "des dates au format jj/mm/aaaa, séparées par « ; »",
            Type.TIME: "une heure, comme 14:30 ou 14 h 30",
            Type.YES_NO: "« oui » ou « non »",
            Type.INTEGER: f"un nombre entier{self._bounds()}",
            Type.NUMBER: f"un nombre{self._bounds()}",
            Type.EMAIL: "une seule adresse, comme nom@exemple.fr",
            Type.PHONE: "un numéro, comme 03 53 01 02 03, 3919 ou +32 2 555 12 12",
            Type.POSTCODE: "un code postal à cinq chiffres",
            Type.SIRET: "un SIRET à 14 chiffres, ou un SIREN à 9 chiffres",
            Type.IDENTIFIER: "un identifiant sans espace, unique dans la feuille",
            Type.REF: f"un identifiant de la feuille « {REFERRED.get(self.ref or '', '')} »",
            Type.REFS: f"des identifiants de la feuille « {REFERRED.get(self.ref or '', '')} », séparés par « ; »",
        }.get(self.holds, f"un texte ({self.help[:1].lower()}{self.help[1:].rstrip('.')})")

    def _bounds(self) -> str:
        if self.low is not None and self.high is not None:
            return f" entre {self.low} et {self.high}"
        return f" d’au moins {self.low}" if self.low is not None else ""


class Layout(Enum):
    """Shape of a sheet."""

    TABLE = "one row per record"
    RECORD = "one line per field: label, value, help"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of the workbook.

    ``key`` names it in the code and in the counts of the JSON report; ``purpose`` is the sentence of
    « Lisez-moi » and of the documentation.
    """

    key: str
    title: str
    purpose: str
    columns: tuple[Column, ...]
    layout: Layout = Layout.TABLE

    def column(self, name: str) -> Column:
        """Return the column of the field ``name``; KeyError when there is none."""
        return next(c for c in self.columns if c.name == name) if name in self.names else _missing(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Fields of the sheet, in order."""
        return tuple(c.name for c in self.columns)

    @property
    def has_identifier(self) -> bool:
        """True when its rows are named by an identifier of their own."""
        return any(c.holds is Type.IDENTIFIER for c in self.columns)


def _missing(name: str) -> Column:
    raise KeyError(name)

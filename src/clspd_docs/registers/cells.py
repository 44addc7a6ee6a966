"""One cell to one value: tolerant of habits, never silent about a doubt.

Each parser takes what openpyxl gives and returns a value or a finding; a repair returns both. The value of a
cell that could not be read is ``None``, and its finding holds every document that uses the cell.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from typing import Any, Final

from clspd_docs.domain.french import JOURS, MOIS, cle
from clspd_docs.domain.listes import Civilite
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.registers import contacts
from clspd_docs.registers.answers import Doubted, Refused, Repaired
from clspd_docs.registers.schema import Column, Type
from clspd_docs.registers.splitting import CIVILITES

EMPTY = Kind(
    "REG202",
    Severity.ERROR,
    "Cellule obligatoire vide",
    "Cellule vide alors qu’elle est obligatoire : {attendu}.",
    "Remplir la cellule.",
    bad="(vide)",
    good="Dupré",
)
NOT_A_DATE = Kind(
    "REG203",
    Severity.ERROR,
    "Date illisible",
    "Date illisible : il faut {attendu}.",
    "Corriger la cellule, enregistrer, puis relancer « clspd-docs check ».",
    bad="31/02/2027",
    good="28/02/2027",
)
NOT_IN_LIST = Kind(
    "REG204",
    Severity.ERROR,
    "Valeur hors de la liste",
    "Valeur inconnue : il faut {attendu}.{suggestion}",
    "Choisir une valeur de la liste déroulante.",
    bad="pléniaire",
    good="plénière",
)
WEEKDAY = Kind(
    "REG205",
    Severity.ERROR,
    "Jour de semaine contredit par la date",
    "Le jour de la semaine ne correspond pas à la date : ce jour-là est un {jour}.",
    "Corriger le jour ou la date.",
    bad="mardi 4 février 2027",
    good="jeudi 4 février 2027",
)
OUT_OF_BOUNDS = Kind(
    "REG206",
    Severity.ERROR,
    "Nombre hors limites",
    "Nombre hors limites : il faut {attendu}.",
    "Corriger la cellule.",
    bad="150",
    good="100",
)
FORMULA = Kind(
    "REG207",
    Severity.ERROR,
    "Formule sans valeur",
    "La cellule contient une formule dont la valeur est absente ou fausse.",
    "Remplacer la formule par sa valeur, ou ouvrir le classeur dans Excel ou LibreOffice et l’enregistrer.",
    bad="=B2&C2 (jamais calculée)",
    good="Dupré",
)
ERROR_VALUE = Kind(
    "REG215",
    Severity.ERROR,
    "Valeur d’erreur du tableur",
    "La cellule contient une valeur d’erreur, que le tableur écrit quand un calcul échoue.",
    "La remplacer par la bonne valeur.",
    bad="#N/A",
    good="Dupré",
)
REPAIRED = Kind(
    "REG208",
    Severity.NOTE,
    "Valeur lue après correction",
    "La valeur a été corrigée à la lecture : {correction}.",
    "Rien à faire si la correction est juste ; sinon, corriger la cellule.",
    bad="353010203 (zéro perdu)",
    good="03 53 01 02 03",
)
TYPED_AS_NUMBER = Kind(
    "REG210",
    Severity.ERROR,
    "Identifiant saisi comme un nombre",
    "La cellule contient un nombre, qui perd son zéro final (1.10 devient 1.1) : il faut un texte.",
    "Mettre la cellule au format « Texte », puis retaper l’identifiant.",
    bad="1,1 (le nombre)",
    good="1.10 (le texte)",
)

# The last one is a carriage return in Excel's spelling.
INVISIBLE: Final = re.compile(
    "[\u200b-\u200f\u2028\u2029\u2060\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|_x000D_"
)
ERRORS: Final = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
MONTHS: Final = {cle(month): number for number, month in enumerate(MOIS, start=1)}
WEEKDAYS: Final = f"(?:le )?(?:({'|'.join(JOURS)}) )?"
YES: Final = {"oui", "o", "x", "vrai", "1", "yes", "true"}
NO: Final = {"non", "n", "faux", "0", "no", "false"}
LARGEST: Final = 1e300  # about what a spreadsheet holds; a damaged one may hold 400 figures, or no number
YEARS: Final = range(1950, 2100)  # a year typed 0207 or 2207 is a slip
CODES: Final = {Type.IDENTIFIER, Type.REF, Type.REFS}
MANY: Final = {Type.CHOICES, Type.REFS, Type.DATES}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as openpyxl gives it, with the place to name in a message."""

    raw: Any
    place: Place
    formula: bool = False
    number_format: str = "General"
    epoch_1904: bool = False


def parse(column: Column, cell: Cell) -> tuple[Any, Finding | None]:
    """Return the value of ``cell`` for ``column`` and its finding, if any.

    An empty cell is ``None`` (``()`` for multiple values), with REG202 when the column is required. A value
    in doubt is kept, with an error.
    """
    empty: Any = () if column.holds in MANY else None
    raw = cell.raw
    if is_error(raw) and not cell.formula:
        return empty, ERROR_VALUE.at(cell.place, value=show(raw))
    if is_error(raw) or (cell.formula and raw is None):
        return empty, FORMULA.at(cell.place, value=show(raw))
    if is_blank(raw):
        return empty, EMPTY.at(cell.place, attendu=column.expected) if column.required else None
    shown = show(raw)
    told: Finding | None = None
    try:
        value = PARSERS[column.holds](column, cell)
    except Repaired as repair:
        value, told = repair.value, REPAIRED.at(cell.place, value=shown, correction=repair.correction)
    except Doubted as doubt:
        value, told = doubt.value, doubt.kind.at(cell.place, value=shown, **doubt.facts)
    except Refused as refusal:
        facts = {"attendu": column.expected, **refusal.facts}
        return empty, refusal.kind.at(cell.place, value=shown, **facts)
    if told is None and column.holds in CODES and isinstance(raw, float) and not raw.is_integer():
        told = TYPED_AS_NUMBER.at(cell.place, value=shown)
    return value, told


class ErrorValue(str):
    """An error value, as the file holds it; Excel goes on inventing some (#FIELD!, #BLOCKED!)."""

    __slots__ = ()


def is_blank(raw: object) -> bool:
    """True when a cell shows nothing: empty, or spaces and invisible characters only."""
    return raw is None or (isinstance(raw, str) and not clean(raw))


def is_error(raw: object) -> bool:
    """True for an Excel error value: one that the file says to be one, or a text that reads as one."""
    return isinstance(raw, ErrorValue) or (isinstance(raw, str) and raw in ERRORS)


def show(raw: object) -> str:
    """Return a cell's content as the secretary knows it, for the text output."""
    if isinstance(raw, dt.date):
        hour = isinstance(raw, dt.datetime) and raw.time() != dt.time()
        return raw.strftime("%d/%m/%Y %H:%M" if hour else "%d/%m/%Y")
    if isinstance(raw, dt.time):
        return raw.strftime("%H:%M")
    if isinstance(raw, dt.timedelta):
        minutes, seconds = divmod(abs(round(raw.total_seconds())), 60)
        return f"{'-' * (raw < dt.timedelta())}{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(raw, bool):
        return "VRAI" if raw else "FAUX"
    if isinstance(raw, float):  # 15 digits, as Excel: 0.3 and not 0.30000000000000004
        return f"{raw:.0f}" if raw.is_integer() else f"{raw:.15g}"
    return "" if raw is None else str(raw)


def clean(text: str) -> str:
    """Return the text composed (NFC), no invisible characters, ordinary spaces, single line feeds."""
    plain = text.isprintable() and "  " not in text and "_x" not in text  # no space but the ordinary one
    if plain and text.strip(" ") == text and unicodedata.is_normalized("NFC", text):
        return text
    text = unicodedata.normalize("NFC", INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    lines = (re.sub(r"[ \t\u00a0\u202f\u2007\u2009]+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(lines).strip("\n")


def as_text(raw: object) -> str:
    """Return any raw value as clean text; a whole number loses its « .0 »."""
    return clean(show(raw))


def split(raw: object) -> list[str]:
    """Return the parts of a multiple value, each once: separated by semicolons, line ends or else commas."""
    text = as_text(raw)
    pattern = r"[;\n]" if re.search(r"[;\n]", text) else ","
    return list(dict.fromkeys(part.strip() for part in re.split(pattern, text) if part.strip()))


def _text(_column: Column, cell: Cell) -> str:
    text = as_text(cell.raw)
    if not isinstance(cell.raw, str):
        if isinstance(cell.raw, int | float) and text.isdecimal():
            return text
        raise Repaired(text, "un nombre ou une date, pris comme un texte")
    if INVISIBLE.search(cell.raw):
        raise Repaired(text, "caractères invisibles retirés")
    return text


def _identifier(_column: Column, cell: Cell) -> str:
    text = as_text(cell.raw)
    if re.search(r"[\s;]", text) or isinstance(cell.raw, bool | dt.date | dt.time | dt.timedelta):
        raise Refused
    return text


def _integer(column: Column, cell: Cell) -> int:
    value = _number(column, cell)
    if value != value.to_integral_value():
        raise Refused
    return int(value)


def _number(column: Column, cell: Cell) -> Decimal:
    raw = cell.raw
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        if not abs(raw) < LARGEST:
            raise Refused
        value = Decimal(f"{raw * 100 if in_percent(cell.number_format) else raw:.15g}")
    elif isinstance(raw, str):
        value = number_of_text(as_text(raw))
    else:
        raise Refused
    if (column.low is not None and value < column.low) or (column.high is not None and value > column.high):
        raise Refused(OUT_OF_BOUNDS)
    return value


def in_percent(number_format: str) -> bool:
    """True when the cell shows 100 times what it holds; a « % » between quotes is only printed."""
    return "%" in re.sub(r'"[^"]*"|\\.', "", number_format)


def number_of_text(text: str) -> Decimal:
    """Return the number written as « 48 000 », « 12,5 » or « 35 % »; Refused otherwise.

    « 48.000 » is refused: forty-eight for some, forty-eight thousand for others.
    """
    text = re.sub(r"[\s€%]", "", text).replace("−", "-")
    in_thousands = re.fullmatch(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+", text)
    if in_thousands or not re.fullmatch(r"[+-]?[0-9]{1,15}([.,][0-9]{1,15})?", text):
        raise Refused
    return Decimal(text.replace(",", "."))


def _date(_column: Column, cell: Cell) -> dt.date:
    raw = cell.raw
    if isinstance(raw, dt.datetime):
        return _plausible(raw.date())
    if isinstance(raw, dt.date):
        return _plausible(raw)
    if isinstance(raw, int | float) and not isinstance(raw, bool) and 20_000 <= raw < 80_000:  # noqa: PLR2004 - 1954 to 2119 as Excel serials
        start = dt.date(1904, 1, 1) if cell.epoch_1904 else dt.date(1899, 12, 30)
        raise Repaired(_plausible(start + dt.timedelta(days=int(raw))), "un nombre, lu comme une date")
    return date_of_text(as_text(raw))


def _plausible(value: dt.date) -> dt.date:
    if value.year not in YEARS:
        raise Refused(NOT_A_DATE)
    return value


def date_of_text(text: str) -> dt.date:
    """Return the date written in one of the usual French forms; Refused otherwise."""
    folded = cle(text)
    numbers = re.fullmatch(rf"{WEEKDAYS}(\d{{1,2}})[/. ](\d{{1,2}})[/. ](\d{{4}}|\d{{2}})", folded)
    words = re.fullmatch(rf"{WEEKDAYS}(\d{{1,2}})(?:er)? ([a-z]+) (\d{{4}})", folded)
    iso = re.fullmatch(r"(\d{4})[- ](\d{1,2})[- ](\d{1,2})(?:[t ]00:00:00)?", text.lower())
    if iso:
        weekday, day, month, year = None, int(iso[3]), int(iso[2]), int(iso[1])
    elif numbers:
        weekday, day, month, year = numbers[1], int(numbers[2]), int(numbers[3]), int(numbers[4])
        year += 2000 if year < 100 else 0  # noqa: PLR2004 - two digits
    elif words and words[3] in MONTHS:
        weekday, day, month, year = words[1], int(words[2]), MONTHS[words[3]], int(words[4])
    else:
        raise Refused(NOT_A_DATE)
    try:
        value = _plausible(dt.date(year, month, day))
    except ValueError as error:
        raise Refused(NOT_A_DATE) from error
    if weekday and weekday != JOURS[value.weekday()]:
        raise Refused(WEEKDAY, jour=JOURS[value.weekday()])
    return value


def _dates(column: Column, cell: Cell) -> tuple[dt.date, ...]:
    if isinstance(cell.raw, dt.date):
        return (_date(column, cell),)
    return tuple(date_of_text(part) for part in split(cell.raw))


def _time(_column: Column, cell: Cell) -> dt.time:
    raw = cell.raw
    if isinstance(raw, dt.datetime):
        if raw.year not in YEARS:  # « 14 » typed in a cell in hours is the 14 January 1900 at midnight
            raise Refused
        return raw.time().replace(second=0, microsecond=0)
    if isinstance(raw, dt.time):
        return raw.replace(second=0, microsecond=0)
    if isinstance(raw, dt.timedelta):
        raw = raw.total_seconds() / 86_400
    if isinstance(raw, float) and 0 <= raw < 1:
        minutes = round(raw * 1440)
        return dt.time(minutes // 60 % 24, minutes % 60)
    found = re.fullmatch(r"(\d{1,2}) ?(?:h|:|heures?) ?(\d{2})?(?::00)?(?: ?min\w*)?", as_text(raw).lower())
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:  # noqa: PLR2004 - hours and minutes
        raise Refused
    return dt.time(int(found[1]), int(found[2] or 0))


def _yes_no(_column: Column, cell: Cell) -> bool:
    if isinstance(cell.raw, bool):
        return cell.raw
    word = cle(as_text(cell.raw))
    if word in YES:
        return True
    if word in NO:
        return False
    raise Refused


@cache
def _by_key(values: type[StrEnum]) -> dict[str, StrEnum]:
    return {cle(v.value): v for v in values}


def choice_of_text(column: Column, text: str) -> StrEnum:
    """Return the allowed value that ``text`` means, whatever its case and accents; Refused otherwise."""
    assert column.values is not None
    by_key, key = _by_key(column.values), cle(text)
    if (found := by_key.get(key)) is not None:
        return found
    words = [k for k in by_key if set(key.split()) <= set(k.split())]  # « social » for « social et santé »
    near = words if len(words) == 1 else get_close_matches(key, by_key, n=1, cutoff=0.6)
    likely: StrEnum | None = CIVILITES.get(text.lower()) if column.values is Civilite else None
    likely = likely or (by_key[near[0]] if near else None)
    hint = f" Vouliez-vous « {likely.value} » ?" if likely else ""
    raise Refused(NOT_IN_LIST, suggestion=hint)


def _choice(column: Column, cell: Cell) -> StrEnum:
    return choice_of_text(column, as_text(cell.raw))


def _choices(column: Column, cell: Cell) -> tuple[StrEnum, ...]:
    return tuple(choice_of_text(column, part) for part in split(cell.raw))


def _ref(_column: Column, cell: Cell) -> str:
    return as_text(cell.raw)


def _refs(_column: Column, cell: Cell) -> tuple[str, ...]:
    return tuple(split(cell.raw))


def _email(_column: Column, cell: Cell) -> str:
    return contacts.email(as_text(cell.raw))


def _phone(_column: Column, cell: Cell) -> str:
    return contacts.phone(as_text(cell.raw))


def _postcode(_column: Column, cell: Cell) -> str:
    return contacts.postcode(
        as_text(cell.raw), is_number=_is_number(cell.raw), number_format=cell.number_format
    )


def _siret(_column: Column, cell: Cell) -> str:
    return contacts.siret(as_text(cell.raw), is_number=_is_number(cell.raw))


def _is_number(raw: object) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool)


PARSERS: Final[dict[Type, Callable[[Column, Cell], Any]]] = {
    Type.TEXT: _text,
    Type.IDENTIFIER: _identifier,
    Type.INTEGER: _integer,
    Type.NUMBER: _number,
    Type.DATE: _date,
    Type.DATES: _dates,
    Type.TIME: _time,
    Type.YES_NO: _yes_no,
    Type.CHOICE: _choice,
    Type.CHOICES: _choices,
    Type.REF: _ref,
    Type.REFS: _refs,
    Type.EMAIL: _email,
    Type.PHONE: _phone,
    Type.POSTCODE: _postcode,
    Type.SIRET: _siret,
}

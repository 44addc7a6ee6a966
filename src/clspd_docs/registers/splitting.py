"""Texts that hold several things, split as a person would: names, postal addresses, lists of e-mails and phones.

Each function returns ``None``, or keeps the whole text, when nothing in the text decides: no guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Final

from clspd_docs.domain.french import cle
from clspd_docs.domain.listes import Civilite

CIVILITES: Final = {
    **dict.fromkeys(("m", "m.", "mr", "mr.", "monsieur"), Civilite.M),
    **dict.fromkeys(("mme", "mme.", "madame", "mlle", "melle", "mademoiselle"), Civilite.MME),
}
_CIVILITE: Final = re.compile(
    r"(M\.|Mr?\.?(?=\s)|Monsieur\b|Mme\b\.?|Madame\b|Mlle\b|Melle\b|Mademoiselle\b)\s*", re.IGNORECASE
)
#: « Me » and « Maître » in small letters only: « MAÎTRE Alain » is a name.
_TITRE: Final = re.compile(
    r"(?:l[ea]\s+)?(Dre?|DR|Pre?|PR|Me|[Mm]a[îi]tre|(?i:docteure?|professeure?))(?:\.\s*|\s+)(?=\S)"
)
_BETWEEN_PERSONS: Final = re.compile(r"\s*(?:[\n;/&+]|\s(?:et|ou)\s)\s*", re.IGNORECASE)
_PARTICLE: Final = re.compile(r"(?:de|du|des|da|di|van|von|le|la|el|ben)|d['’].*", re.IGNORECASE)
_NAME: Final = re.compile(r"[^\W\d_][^\W\d_.'’-]*(?:[.'’-]+[^\W\d_]*)*")


class Order(Enum):
    """What comes first in a full name, when the list says so."""

    UNKNOWN = "capitals alone tell the name"
    FIRST_NAME = "first name, then name"
    NAME = "name, then first name"


@dataclass(frozen=True, slots=True)
class Person:
    """One person's name; ``civilite`` and ``prenom`` are None when the text does not give them.

    ``titre`` is « Dr », « Me » or « Professeure », as the text writes it.
    """

    civilite: Civilite | None
    prenom: str | None
    nom: str
    titre: str = ""


def civility_first(text: str) -> tuple[Civilite | None, str]:
    """Return the civility that begins ``text``, and what follows: « Mme Sauvageot » → (MME, « Sauvageot »)."""
    found = _CIVILITE.match(text)
    if not found or not text[found.end() :]:
        return None, text
    return CIVILITES[found[1].lower()], text[found.end() :]


def before_name(text: str) -> tuple[Civilite | None, str, str]:
    """Return the civility, the title and what follows: « Mme le Dr BOST » → (MME, « Dr », « BOST »)."""
    civilite, rest = civility_first(text)
    found = _TITRE.match(rest)
    return (civilite, found[1], rest[found.end() :]) if found else (civilite, "", rest)


def several_persons(text: str) -> tuple[str, ...]:
    """Return the persons of a cell that names two or more (« M. A et Mme B »); empty when it names one."""
    parts = tuple(part for part in _BETWEEN_PERSONS.split(text) if len(part) > 1)
    if parts[1:]:
        return parts
    starts = [
        m.start() for m in _CIVILITE.finditer(text) if m.start() == 0 or not text[m.start() - 1].isalnum()
    ]
    cuts = [*starts, len(text)]
    found = tuple(text[a:b].strip(" ,-") for a, b in pairwise(cuts))
    return found if len(starts) > 1 else ()


def split_person(text: str, order: Order = Order.UNKNOWN) -> Person | None:
    """Return the parts of one full name; None when nothing tells the name from the first name.

    A word in capitals is the name, a title before it is set apart. Without one, ``order`` decides between two words, or by the particle of
    « Marie de La Tour ».
    """
    civilite, titre, rest = before_name(text)
    words = rest.split()
    if not words or not all(_NAME.fullmatch(word) for word in words):
        return None
    if len(words) == 1:
        told = civilite or (titre and _is_upper(rest))  # « Maître Alain » may be a name and a first name
        return Person(civilite, None, rest, titre) if told else None
    if any(word[0].islower() and not _PARTICLE.fullmatch(word) for word in words):
        return None  # « M. Dupré adjoint »: not a name alone
    found = _by_capitals(words) or _by_order(words, order)
    return Person(civilite, *found, titre) if found else None


def is_full_name(text: str) -> bool:
    """Whether the text is a civility and a name, a first name and a name, or several persons."""
    orders = (Order.FIRST_NAME, Order.NAME)
    return bool(several_persons(text)) or any(split_person(text, order) for order in orders)


def told_order(text: str) -> Order:
    """Return where the capitals of ``text`` put the name; UNKNOWN when they tell nothing."""
    words = before_name(text)[2].split()
    found = _by_capitals(words) if words and not several_persons(text) else None
    if found is None:
        return Order.UNKNOWN
    return Order.FIRST_NAME if words[0] == found[0].split()[0] else Order.NAME


def _by_capitals(words: list[str]) -> tuple[str, str] | None:
    """Return (first name, name) when the words in capitals stand together, at one end."""
    upper = [_is_upper(word) for word in words]
    if all(upper) or not any(upper):
        return None
    first, last = upper.index(True), len(upper) - 1 - upper[::-1].index(True)
    if not all(upper[first : last + 1]):
        return None
    if last == len(words) - 1:
        while first > 1 and _PARTICLE.fullmatch(words[first - 1]) and words[first - 1].islower():
            first -= 1  # « Hélène de SAUVAGEOT »
        return " ".join(words[:first]), " ".join(words[first:])
    if first == 0 or all(_PARTICLE.fullmatch(w) and w.islower() for w in words[:first]):
        return " ".join(words[last + 1 :]), " ".join(words[: last + 1])
    return None


def _is_upper(word: str) -> bool:
    """True for « SAUVAGEOT » and « d’ARVILLAC », not for the initial « H. »."""
    letters = re.sub(r"^[dlDL]['’]|[^\w]", "", word)
    return len(letters) > 1 and letters.isupper()


def _by_order(words: list[str], order: Order) -> tuple[str, str] | None:
    if order is Order.FIRST_NAME and words[0][0].isupper():  # « le Préfet » is a function
        particles = (i for i, w in enumerate(words) if i and _PARTICLE.fullmatch(w) and w[0].islower())
        cut = next(particles, 1 if len(words) == 2 else None)  # noqa: PLR2004 - two words
        return (" ".join(words[:cut]), " ".join(words[cut:])) if cut else None
    two = len(words) == 2 and order is Order.NAME and words[0][0].isupper()  # noqa: PLR2004 - two words
    return (words[1], words[0]) if two else None


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address by the columns of the registers; empty texts for what it lacks."""

    complement: str = ""
    voie: str = ""
    lieu_dit: str = ""
    code_postal: str = ""
    ville: str = ""


_NUMBER: Final = r"\d+\s*(?:bis|ter|quater|[a-d])?\b[\s,]*"
_WAY: Final = (
    r"(?:rue|avenue|av|boulevard|bd|bld|place|pl|allee|chemin|che|route"
    r"|rte|quai|impasse|imp|cours|square|sq|esplanade|passage|sentier|faubourg|fbg|rond point|promenade|mail"
    r"|parvis|montee|traverse|venelle|villa)\b"
)
_STREET: Final = re.compile(rf"(?:{_NUMBER}[^\W\d_]|{_WAY})", re.IGNORECASE)
_NUMBERED_WAY: Final = re.compile(_NUMBER + _WAY, re.IGNORECASE)
_BOX: Final = re.compile(
    r"\b(?:BP|B\.P\.|CS|C\.S\.|TSA)\s*(?:n°\s*)?\d[\d ]*\d|\b(?:BP|CS|TSA)\s*\d+", re.IGNORECASE
)
_TOWN: Final = re.compile(
    r"(?<!\d)(?:F-)?(?P<code>\d{5}|\d{2} \d{3})[\s,–-]+(?P<ville>[^\W\d_][^\n;,]*)$", re.IGNORECASE
)
_COUNTRY: Final = re.compile(r"[\s,;–-]+france\s*$", re.IGNORECASE)
_LINES: Final = re.compile(r"\s*[\n;,]\s*|\s+[-–—]\s+")
_NUMBER_ALONE: Final = re.compile(r"\d+\s*(?:bis|ter|quater)?", re.IGNORECASE)


def split_town(text: str) -> Address | None:
    """Return the postcode and the town of « 72000 Le Mans Cedex 9 » or « Le Mans (72000) »; None otherwise."""
    text = _COUNTRY.sub("", text.replace("\n", " "))
    if found := re.fullmatch(r"(?:F-)?(\d{5}|\d{2} \d{3})[\s,–-]+([^\W\d_].*)", text):
        return Address(code_postal=found[1].replace(" ", ""), ville=found[2])
    if found := re.fullmatch(r"([^\W\d_][^\d(]*?)[\s,–-]*\(?(\d{5})\)?", text):
        return Address(code_postal=found[2], ville=found[1])
    return None


def split_address(text: str) -> Address | None:
    """Return the parts of a postal address written in one cell; None when a part of it has no sure place.

    Its lines are apart by line feeds, commas, semicolons or « - »; it ends with postcode and town, if it has them.
    """
    text = _COUNTRY.sub("", text)
    found = _TOWN.search(text)
    if not found and not re.search(r"\d{4}", _BOX.sub("", text)):
        return split_street(text)  # the town is missing, not misplaced
    if not found or " - " in found["ville"] or " – " in found["ville"]:
        return None
    above = text[: found.start()].strip(" \n,;-–")
    street = split_street(above) if above else Address()
    if street is None:
        return None
    return Address(
        street.complement,
        street.voie,
        street.lieu_dit,
        found["code"].replace(" ", ""),
        found["ville"].strip(),
    )


def has_box(text: str) -> bool:
    """Whether a BP, a CS or a TSA stands in the text."""
    return _BOX.search(text) is not None


def split_street(text: str) -> Address | None:
    """Return the lines above the town: before the street, the street, BP or CS; None when two lines compete."""
    boxes = [m[0].strip() for m in _BOX.finditer(text)]
    lines = [line for line in _LINES.split(_BOX.sub("\n", text)) if line.strip(" -–,")]
    lines = _glued([line.strip(" -–,") for line in lines])
    streets = [i for i, line in enumerate(lines) if _STREET.match(cle(line))]
    if len(boxes) > 1 or len(streets) > 1 or not (streets or boxes):
        return None
    if not streets:
        return Address(complement=", ".join(lines), lieu_dit="".join(boxes))
    before, after = lines[: streets[0]], lines[streets[0] + 1 :]
    if after:
        return None  # a floor, a hamlet, a second service: a person decides
    return Address(", ".join(before), lines[streets[0]], "".join(boxes))


def split_at_number(text: str) -> Address | None:
    """Return « Urgences - 5 place Foch » cut before its number and its way; None when the text is not so made."""
    street = split_street(text)
    is_cut = street and street.complement and street.voie in text and _NUMBERED_WAY.match(cle(street.voie))
    return street if is_cut else None


def has_dash(text: str) -> bool:
    """Whether a dash parts the text in two, other than two numbers (« 12 - 14 rue du Port »)."""
    return re.search(r"(?<![\d\s])\s+[-–—]\s|\s[-–—]\s+(?![\d\s])", text) is not None


def _glued(lines: list[str]) -> list[str]:
    """Put « 12 » back before « rue du Port »: the comma between them is part of the street."""
    glued: list[str] = []
    for line in lines:
        if glued and _NUMBER_ALONE.fullmatch(glued[-1]):
            glued[-1] = f"{glued[-1]}, {line}"
        else:
            glued.append(line)
    return glued


_EMAIL: Final = re.compile(r"[^\s@,;<>()\[\]:/|]+@[^\s@,;<>()\[\]:/|]+\.[^\s@,;<>()\[\]:/|.]{2,}")
_PHONE: Final = re.compile(
    r"(?<!\d)(?:(?:\+|00)33\s?(?:\(0\)\s?)?|0)[1-9](?:[\s.\u00a0-]{0,2}\d{2}){4}(?!\d)"
)
_EMPTY_WORDS: Final = re.compile(r"[\s;,/|<>()\[\]:.&–-]+|\b(?:ou|et|mailto)\b", re.IGNORECASE)


def first_email(text: str) -> tuple[str, str]:
    """Return the first e-mail address of a cell, and what else the cell says; ("", text) without any."""
    return _first(_EMAIL, text)


def first_phone(text: str) -> tuple[str, str]:
    """Return the first ten-figure number of a cell, and what else the cell says; ("", text) without any."""
    return _first(_PHONE, text)


def _first(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    found = pattern.search(text)
    if not found:
        return "", text
    rest = (text[: found.start()] + " " + text[found.end() :]).strip(" \n;,/|<>()[]:&–-")
    rest = re.sub(r"^(?:ou|et)\b\s*", "", rest)
    return found[0], rest if _EMPTY_WORDS.sub("", rest) else ""

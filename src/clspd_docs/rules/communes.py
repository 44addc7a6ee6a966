"""The communes of France: postcodes, names, départements and populations, from a dated list in the package.

The list is a help to check what was typed, never an authority: a commune may be newer than it, CEDEX codes and
the codes of large bodies are not in it. ``tools/make_communes.py`` writes it.
"""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final
from zipfile import ZipFile

from clspd_docs.domain.french import cle

ARCHIVE: Final = "communes.zip"
SOURCE_FILE: Final = "SOURCE.toml"
DEPARTMENTS: Final = "departements.csv"

_SAINTS: Final = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "s": "sur"}
_ARTICLES: Final = {"le", "la", "les", "l"}
_AFTER_NAME: Final = re.compile(r"(?:\bcedex\b.*|\(.*|\b\d+ ?(?:ers?|e|emes?)?(?: arr\w*\.?)?)$")


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune under one of its postcodes.

    ``population`` is the municipal population; None for a merged commune (« commune déléguée » or « associée »),
    whose name still stands in addresses, under all the postcodes of the commune that took it in.
    """

    postcode: str
    insee: str
    name: str
    department: str
    population: int | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where the list comes from; ``millesime`` is the year of its communes and populations."""

    paquet: str
    version: str
    millesime: int
    origine: str
    detail: str
    licence: str
    lu_le: date

    def __str__(self) -> str:
        """« liste des communes de 2026 (INSEE, La Poste) », for messages."""
        return f"liste des communes de {self.millesime} ({self.origine})"

    @property
    def about(self) -> str:
        """What the licence asks to show: year, sources, licence, day of reading; for ``doctor``."""
        package = f"{self.paquet} {self.version}, lu le {self.lu_le:%d/%m/%Y}"
        return f"{self.millesime} – {self.detail} – {self.licence} – {package}"


def communes(postcode: str) -> tuple[Commune, ...]:
    """Return the communes under ``postcode`` (five figures), in the order of their INSEE codes; maybe none."""
    return _of_prefix(prefix(postcode)).get(postcode, ())


def find(name: str, start: str | None = None) -> tuple[Commune, ...]:
    """Return the communes called ``name``, however it is typed: one for each of their postcodes.

    ``start`` keeps the postcodes that share their prefix with it (a postcode, « 72 », « 974 »); without it, the
    whole list is read, in a quarter of a second the first time.
    """
    wanted = town_key(name)
    prefixes = (prefix(start),) if start else _prefixes()
    return tuple(c for key in prefixes for c in around(key) if town_key(c.name) == wanted)


def around(start: str) -> Iterator[Commune]:
    """Yield the communes whose postcode shares its prefix with ``start``, by postcode then INSEE code."""
    for under in _of_prefix(prefix(start)).values():
        yield from under


def prefix(postcode: str) -> str:
    """Return what the file of a postcode is called by: two figures, three overseas (« 72 », « 974 »)."""
    return postcode[: 3 if postcode.startswith(("97", "98")) else 2]


def departments_of(postcode: str) -> frozenset[str]:
    """Return the codes of the départements where ``postcode`` may be: of its communes, else of its prefix."""
    return frozenset(c.department for c in communes(postcode) or around(postcode))


@cache
def departments() -> dict[str, str]:
    """Return the names of the départements and overseas territories by code, without article."""
    return dict(line.split(";") for line in _text(DEPARTMENTS).splitlines())


@cache
def source() -> Source:
    """Return the source and the date of the list, to be shown wherever it is used."""
    return Source(**tomllib.loads(_text(SOURCE_FILE)))


@cache
def town_key(name: str) -> str:
    """Return what a town is compared by: « LE MANS CEDEX 9 », « St Malo », « Paris 12e » are known forms."""
    text = _AFTER_NAME.sub("", cle(name).replace("/", " "))
    words = [_SAINTS.get(word, word) for word in re.findall(r"\w+", text)]
    return " ".join(words[1:] if words[1:] and words[0] in _ARTICLES else words)


@cache
def _archive() -> ZipFile:
    """Return the archive, whole in memory: half a megabyte, no file left open."""
    return ZipFile(io.BytesIO(files("clspd_docs.rules").joinpath(ARCHIVE).read_bytes()))


def _text(name: str) -> str:
    return _archive().read(name).decode("utf-8")


def _prefixes() -> Iterator[str]:
    return (name.removesuffix(".csv") for name in _archive().namelist() if name[0].isdigit())


@cache
def _of_prefix(key: str) -> dict[str, tuple[Commune, ...]]:
    """Return the communes of one file by postcode; none when there is no such file."""
    if f"{key}.csv" not in _archive().namelist():
        return {}
    found: dict[str, list[Commune]] = {}
    for line in _text(f"{key}.csv").splitlines():
        postcode, insee, name, department, people = line.split(";")
        commune = Commune(postcode, insee, name, department, int(people) if people else None)
        found.setdefault(postcode, []).append(commune)
    return {postcode: tuple(under) for postcode, under in found.items()}

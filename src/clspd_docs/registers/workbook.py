"""Open a workbook: checks before anything is inflated, then its values, and its formulas when it has some."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from clspd_docs.errors import Stop
from clspd_docs.findings import Kind, Severity
from clspd_docs.origin import Place

MISSING = Kind(
    "REG001",
    Severity.ERROR,
    "Classeur introuvable",
    "Le classeur n’existe pas à cet endroit.",
    "Vérifier le dossier de travail (option -C), ou créer un classeur neuf avec « clspd-docs init ».",
    bad="registers/clspd.xls",
    good="registers/clspd.xlsx",
)
LOCKED = Kind(
    "REG002",
    Severity.ERROR,
    "Fichier de verrouillage",
    "Ce fichier est la trace d’un classeur ouvert, pas le classeur.",
    "Fermer le classeur dans Excel ou LibreOffice, et indiquer le vrai fichier .xlsx.",
)
ENCRYPTED = Kind(
    "REG003",
    Severity.ERROR,
    "Classeur protégé ou ancien format",
    "Le classeur est protégé par un mot de passe, ou enregistré à l’ancien format .xls.",
    "L’ouvrir, retirer le mot de passe et l’enregistrer au format « Classeur Excel (.xlsx) ».",
)
NOT_A_WORKBOOK = Kind(
    "REG004",
    Severity.ERROR,
    "Ce n’est pas un classeur",
    "Le contenu du fichier n’est pas celui d’un classeur .xlsx.",
    "L’ouvrir dans Excel ou LibreOffice et l’enregistrer au format « Classeur Excel (.xlsx) ».",
)
UNREADABLE_FILE = Kind(
    "REG005",
    Severity.ERROR,
    "Lecture impossible",
    "Le système refuse la lecture du fichier.",
    "Fermer le classeur dans Excel, vérifier les droits sur le dossier, puis recommencer.",
)
TOO_BIG = Kind(
    "REG006",
    Severity.ERROR,
    "Classeur démesuré",
    "Le classeur, une fois décompressé, est démesuré : {mesure}.",
    "Supprimer les lignes vides mises en forme jusqu’au bas de la feuille, ou repartir d’un classeur neuf.",
)
DAMAGED = Kind(
    "REG007",
    Severity.ERROR,
    "Classeur endommagé",
    "Le classeur est endommagé : il ne peut pas être lu jusqu’au bout.",
    "L’ouvrir dans Excel, accepter la réparation, l’enregistrer sous un autre nom et vérifier son contenu.",
)

MAX_BYTES: Final = 128 * 2**20  # packed or not, pictures included
MAX_XML_BYTES: Final = 24 * 2**20  # 10,000 full rows are 7 MiB; a sheet formatted to the bottom, 65 to 88 MiB
MAX_ENTRIES: Final = 2_000
MAX_SPREAD: Final = 200_000  # cells that merged ranges cover: openpyxl makes every one of them
MAX_RATIO: Final = 200  # honest workbooks are 5 to 25; the bomb of the study is 995
RATIO_FROM_BYTES: Final = 2**20
SPREAD: Final = re.compile(
    rb'(?:mergeCell|hyperlink)\s[^>]{0,200}?ref="\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)"'
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A workbook in memory: what cells show, and which hold a formula."""

    digest: str
    values: Any
    formulas: Any


def load(path: Path, file: str) -> Loaded:
    """Return the workbook at ``path``; ``file`` is its name in messages.

    Raises:
        Stop: REG001 to REG007, nothing read.

    Source:
        Limits and traps: study of spreadsheet readers, ARCHITECTURE.md « Lire un classeur ».
    """
    place = Place(file)
    data = _bytes(path, place)
    _preflight(data, place)
    formulas = _open(data, place, data_only=False)
    if not formulas.worksheets:
        raise Stop(DAMAGED.at(place))
    has_formulas = any(c.data_type == "f" for ws in formulas.worksheets for c in cells_of(ws))
    values = _open(data, place, data_only=True) if has_formulas else formulas
    return Loaded(hashlib.sha256(data).hexdigest(), values, formulas)


def cells_of(worksheet: Any) -> Iterator[Any]:
    """Yield the cells that the file holds: a stray value in XFD1048576 does not make a million rows."""
    yield from worksheet._cells.values()  # noqa: SLF001 - every public way walks the empty rows too


def _open(data: bytes, place: Place, *, data_only: bool) -> Any:
    import openpyxl  # noqa: PLC0415 - 0.1 s that --help need not pay

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl would lose on saving; nothing is saved here
            return openpyxl.load_workbook(io.BytesIO(data), data_only=data_only)
    except Exception as error:  # openpyxl raises almost anything on a damaged part
        raise Stop(DAMAGED.at(place)) from error


def _bytes(path: Path, place: Place) -> bytes:
    if path.name.startswith(("~$", ".~lock")):
        raise Stop(LOCKED.at(place))
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Stop(TOO_BIG.at(place, mesure=f"{size // 2**20} Mio"))
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Stop(MISSING.at(place)) from error
    except OSError as error:
        raise Stop(UNREADABLE_FILE.at(place)) from error


def _preflight(data: bytes, place: Place) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Stop(ENCRYPTED.at(place))
    if not data.startswith(b"PK\x03\x04"):
        raise Stop(NOT_A_WORKBOOK.at(place))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_archive(archive, place)
    except Stop:
        raise
    except Exception as error:  # zipfile and its codecs raise almost anything on a damaged archive
        raise Stop(DAMAGED.at(place)) from error


def _check_archive(archive: zipfile.ZipFile, place: Place) -> None:
    # Some servers write workbook2.xml.
    if not any(re.fullmatch(r"xl/workbook\d*\.xml", name) for name in archive.namelist()):
        raise Stop(NOT_A_WORKBOOK.at(place))
    for fault in _excesses(archive):
        raise Stop(TOO_BIG.at(place, mesure=fault))
    for entry in archive.infolist():
        _check_part(archive.read(entry), place)


def _excesses(archive: zipfile.ZipFile) -> Iterator[str]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        yield f"{len(entries)} éléments"
    total = sum(e.file_size for e in entries)
    xml = sum(e.file_size for e in entries if not e.filename.startswith("xl/media/"))
    if total > MAX_BYTES or xml > MAX_XML_BYTES:
        yield f"{total // 2**20} Mio"
    for entry in entries:
        if entry.file_size > RATIO_FROM_BYTES and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            yield f"compression anormale de « {entry.filename} »"


def _check_part(part: bytes, place: Place) -> None:
    """Refuse document types, where entity bombs live, and ranges that would be spread over a whole sheet."""
    if not part.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return
    if b"<!DOCTYPE" in part:
        raise Stop(DAMAGED.at(place))
    ranges = (m.groups() for m in SPREAD.finditer(part))
    spread = sum(
        (abs(_number(right) - _number(left)) + 1) * (abs(int(bottom) - int(top)) + 1)
        for left, top, right, bottom in ranges
    )
    if spread > MAX_SPREAD:
        raise Stop(TOO_BIG.at(place, mesure=f"{spread} cellules fusionnées"))


def _number(letters: bytes) -> int:
    """Return the number of a column given by its letters: 1 for « A »."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number

"""What is checked on the bytes of a workbook, before anything is inflated or parsed."""

from __future__ import annotations

import contextlib
import io
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final
from xml.parsers import expat

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
    "Classeur protégé",
    "Le classeur est protégé par un mot de passe.",
    "L’ouvrir, retirer le mot de passe et l’enregistrer au format « Classeur Excel (.xlsx) ».",
)
NOT_A_WORKBOOK = Kind(
    "REG004",
    Severity.ERROR,
    "Ce n’est pas un classeur",
    "Le fichier n’est pas un classeur : c’est {nature}.",
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
MAX_RATIO: Final = 200  # honest workbooks are 5 to 25; the bomb of the study is 995
RATIO_FROM_BYTES: Final = 2**20
MAX_ELEMENTS: Final = 100_000  # of one name in the whole workbook; openpyxl takes 3 to 60 µs for each
MAX_CELLS: Final = 600_000  # 5,000 members with their attendance and decisions are 310,000
MANY: Final[Mapping[str, int]] = {
    **dict.fromkeys(("c", "v", "f", "is", "t", "si", "table-cell", "p"), MAX_CELLS),
    **dict.fromkeys(("row", "table-row"), 200_000),
}
MAX_SPREAD: Final = 100_000  # cells under merges and links, characters of « sqref »: openpyxl makes each
RANGE: Final = re.compile(r"\$?([A-Z]{1,9})\$?(\d{1,9}):\$?([A-Z]{1,9})\$?(\d{1,9})")


class Form(StrEnum):
    """Formats that can be read."""

    XLSX = "xlsx"
    ODS = "ods"
    XLS = "xls"
    CSV = "csv"
    JSON = "json"


OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP: Final = b"PK\x03\x04"
NATURES: Final = (  # a beginning of file, as a regular expression, and what the secretary calls it
    (rb"\s*$", "un fichier vide"),
    (rb"%PDF", "un document PDF"),
    (rb"(?i)\s*(<!doctype html|<html|<table|<meta)", "une page HTML renommée"),
    (rb"\s*<\?xml", "un fichier XML"),
    (rb"[^\x00]{0,400}[;,\t][^\x00]*$", "un texte ou un export CSV renommé"),
    (rb"[^\x00]*$", "un texte"),
)


def bytes_of(path: Path, place: Place) -> bytes:
    """Return the bytes of the file at ``path``.

    Raises:
        Stop: REG001 (absent), REG002 (a lock file), REG005 (unreadable), REG006 (too big).
    """
    if path.name.startswith(("~$", ".~lock")):
        raise Stop(LOCKED.at(place))
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a folder, a device that never ends
            raise Stop(UNREADABLE_FILE.at(place))
        if status.st_size > MAX_BYTES:
            raise Stop(TOO_BIG.at(place, mesure=f"{status.st_size // 2**20} Mio"))
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Stop(MISSING.at(place)) from error
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise Stop(UNREADABLE_FILE.at(place)) from error


def form_of(data: bytes, place: Place) -> Form:
    """Return the format of a workbook, told by its content.

    Raises:
        Stop: REG003 (encrypted), REG004 (not a workbook), REG006 (a bomb), REG007 (damaged).

    Source:
        Limits and traps: study of spreadsheet readers, ARCHITECTURE.md, « Reading a workbook ».
    """
    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Stop(ENCRYPTED.at(place))
        return Form.XLS
    if not data.startswith(ZIP):
        raise Stop(NOT_A_WORKBOOK.at(place, nature=nature(data)))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _form_of_archive(archive, data, place)
    except Stop:
        raise
    except Exception as error:  # zipfile and its codecs raise almost anything on a damaged archive
        raise Stop(DAMAGED.at(place)) from error


def nature(data: bytes) -> str:
    """Return what a file that is no workbook seems to be, in French."""
    start = data[:1000]
    return next((name for pattern, name in NATURES if re.match(pattern, start)), "un fichier d’un autre type")


def _form_of_archive(archive: zipfile.ZipFile, data: bytes, place: Place) -> Form:
    form = _named(archive, place)
    for fault in _excesses(archive):
        raise Stop(TOO_BIG.at(place, mesure=fault))
    seen: Counter[str] = Counter()
    for entry in archive.infolist():
        if _hides_more(entry, data):
            raise Stop(DAMAGED.at(place))
        _check_part(archive.read(entry), seen, place)
    if form is Form.ODS and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise Stop(ENCRYPTED.at(place))
    return form


def _named(archive: zipfile.ZipFile, place: Place) -> Form:
    """Return the format that the names of the parts tell."""
    names = set(archive.namelist())
    # Some servers write workbook2.xml.
    if any(re.fullmatch(r"xl/workbook\d*\.xml", name) for name in names):
        return Form.XLSX
    if "content.xml" in names and "mimetype" in names:
        if b"opendocument.spreadsheet" in archive.read("mimetype")[:200]:
            return Form.ODS
        raise Stop(NOT_A_WORKBOOK.at(place, nature="un autre document LibreOffice"))
    others = {"word/document.xml": "un document Word", "xl/workbook.bin": "un classeur binaire .xlsb"}
    raise Stop(
        NOT_A_WORKBOOK.at(place, nature=next((w for n, w in others.items() if n in names), "une archive zip"))
    )


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


def _hides_more(entry: zipfile.ZipInfo, data: bytes) -> bool:
    """Whether a part inflates to more than it declares, or is packed as no spreadsheet packs."""
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        return entry.compress_type != zipfile.ZIP_STORED
    names = struct.unpack_from("<HH", data, entry.header_offset + 26)
    begin = entry.header_offset + 30 + sum(names)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    inflater.decompress(data[begin : begin + entry.compress_size], entry.file_size + 1)
    return not inflater.eof and bool(inflater.decompress(inflater.unconsumed_tail, 1))


def _check_part(part: bytes, seen: Counter[str], place: Place) -> None:
    """Count the elements of an XML part into ``seen``, which is that of the whole workbook.

    Refused: document types, where entity bombs live; more elements than any desk needs; ranges that openpyxl
    would spread over a whole sheet. What is not XML to the end is left to the reader.
    """
    spread = 0

    def refuse(*_: object) -> None:
        raise Stop(DAMAGED.at(place))

    def element(tag: str, attributes: dict[str, str]) -> None:
        nonlocal spread
        name = tag.rpartition(":")[2]
        seen[name] += 1
        if seen[name] > MAX_ELEMENTS and seen[name] > MANY.get(name, MAX_ELEMENTS):
            raise Stop(TOO_BIG.at(place, mesure=f"plus de {seen[name] - 1} éléments « {name} »"))
        if name in {"mergeCell", "hyperlink"}:
            spread += _cells(attributes.get("ref", ""))
        elif attributes and "sqref" in attributes:
            spread += len(attributes["sqref"])

    parser = expat.ParserCreate()
    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = refuse
    with contextlib.suppress(expat.ExpatError):
        parser.Parse(part, True)  # noqa: FBT003 - the whole part
    if spread > MAX_SPREAD:
        raise Stop(TOO_BIG.at(place, mesure=f"{spread} cellules fusionnées"))


def _cells(ref: str) -> int:
    """Return how many cells a range covers: 1 for what is no range."""
    found = RANGE.fullmatch(ref)
    if not found:
        return 1
    left, top, right, bottom = found.groups()
    return (abs(_number(right) - _number(left)) + 1) * (abs(int(bottom) - int(top)) + 1)


def _number(letters: str) -> int:
    """Return the number of a column given by its letters: 1 for « A »."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number

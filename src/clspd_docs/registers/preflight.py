"""What is checked on the bytes of a workbook, before anything is inflated or parsed."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final

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
#: What an XML part may hold: a pattern, how many, and its name in the message.
MAX_COUNTS: Final = (
    (b"<", 1_500_000, "balises"),  # 10,000 full rows are 1,200,000
    (b"<row", 100_000, "lignes"),
    (b"mergeCell ", 10_000, "cellules fusionnées"),
)
MAX_SPREAD: Final = 200_000  # cells that merged ranges cover: openpyxl makes every one of them
SPREAD: Final = re.compile(
    rb"""(?:mergeCell|hyperlink)\s[^>]{0,200}?ref\s*=\s*["']\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)["']"""
)
LONG_RANGES: Final = re.compile(rb"""sqref\s*=\s*["'][^"']{100000}""")


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
        Limits and traps: study of spreadsheet readers, ARCHITECTURE.md « Lire un classeur ».
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
    for entry in archive.infolist():
        if _hides_more(entry, data):
            raise Stop(DAMAGED.at(place))
        _check_part(archive.read(entry), place)
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


def _check_part(part: bytes, place: Place) -> None:
    """Refuse document types, where entity bombs live, and what openpyxl would spread over a whole sheet."""
    start = part[:400]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or (b"<" in start and b"\x00" in start):
        raise Stop(DAMAGED.at(place))  # UTF-16: legal XML, that no spreadsheet writes and that hides the rest
    if not start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return
    if b"<!DOCTYPE" in part:
        raise Stop(DAMAGED.at(place))
    for pattern, most, name in MAX_COUNTS:
        if (count := part.count(pattern)) > most:
            raise Stop(TOO_BIG.at(place, mesure=f"{count} {name}"))
    if LONG_RANGES.search(part):
        raise Stop(TOO_BIG.at(place, mesure="une plage de cellules sans fin"))
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

"""One CSV file to one grid: whatever its encoding, its separator and its quotes; every guess is told."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Final

from clspd_docs.errors import Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.registers.cells import is_blank
from clspd_docs.registers.grid import Grid, Shown

EMPTY_FILE = Kind(
    "REG130",
    Severity.ERROR,
    "Fichier vide",
    "Le fichier ne contient aucun texte.",
    "Vérifier que c’est le bon fichier, ou l’exporter de nouveau.",
)
NOT_TEXT = Kind(
    "REG131",
    Severity.ERROR,
    "Ce n’est pas un fichier CSV",
    "Le contenu du fichier n’est pas celui d’un tableau : {nature}.",
    "L’ouvrir dans Excel ou LibreOffice, et l’enregistrer au format « Classeur Excel (.xlsx) ».",
)
TOO_LONG = Kind(
    "REG132",
    Severity.ERROR,
    "Fichier CSV démesuré",
    "Le fichier est démesuré : {mesure}.",
    "Ne garder que les lignes utiles, ou vérifier que c’est le bon fichier.",
)
QUOTES = Kind(
    "REG133",
    Severity.WARNING,
    "Guillemets mal fermés",
    "Des guillemets sont mal fermés dans le fichier : chaque ligne a été lue seule, avec ses guillemets.",
    "Vérifier les lignes qui contiennent des guillemets, ou exporter de nouveau la liste.",
    bad='Dupré;"La "Belle" asso',
    good='Dupré;"La ""Belle"" asso"',
)
ENCODING = Kind(
    "REG134",
    Severity.NOTE,
    "Encodage reconnu",
    "Le fichier n’est pas en UTF-8 : il a été lu comme du texte « {encodage} ».",
    "Rien à faire si les accents sont justes ; sinon, exporter de nouveau la liste en UTF-8.",
)
MOJIBAKE = Kind(
    "REG135",
    Severity.NOTE,
    "Accents rétablis",
    "Les accents de la cellule étaient abîmés : ils ont été rétablis.",
    "Vérifier le texte.",
    bad="HÃ©lÃ¨ne",
    good="Hélène",
)
TOO_WIDE = Kind(
    "REG136",
    Severity.WARNING,
    "Ligne trop longue",
    "La ligne a {nombre} cellules, les autres en ont {attendu} : un séparateur dans un texte a pu décaler"
    " ses cellules.",
    "Vérifier la ligne ; mettre entre guillemets le texte qui contient le séparateur.",
    bad="Dupré;12 ; rue du Port",
    good='Dupré;"12 ; rue du Port"',
)

MAX_BYTES: Final = 32 * 2**20
MAX_CELLS: Final = 500_000  # 5,000 members of 25 columns are 125,000
MAX_COLUMNS: Final = 16_384  # as a workbook
SEPARATORS: Final = ";\t,|"
SNIFFED: Final = 60  # records that choose the separator
ENCODINGS: Final = {"cp1252": "Windows", "mac_roman": "Macintosh", "cp850": "DOS"}
_LOWER: Final = "éèêàâçùûôîïëüœæ"
_USUAL: Final = set(_LOWER + _LOWER.upper() + "ÿŸ’‘“”«»–—…€°²³ºª·•©®§£µ½¼¾×\u00a0\u202f\u00ad")
_BROKEN: Final = re.compile("[ÃÂâÅ][^\x00-\x7fA-Za-zéèêàçùô]")


def csv_grid(data: bytes, file: str) -> tuple[Grid, list[Finding]]:
    """Return the table of a CSV file, every cell a text, and what was guessed to read it.

    Args:
        data: Its bytes.
        file: Its name in messages; the sheet takes the name of the file, as Excel shows it.

    Returns:
        The grid, whose rows are those that Excel would show (a line « sep=; » is none), and the findings.

    Raises:
        Stop: REG130 to REG132.
    """
    place = Place(file)
    if len(data) > MAX_BYTES:
        raise Stop(TOO_LONG.at(place, mesure=f"{len(data) // 2**20} Mio"))
    text, encoding = _decoded(data, place)
    findings = [ENCODING.at(place, encodage=encoding)] if encoding else []
    text, separator = _separator(text)
    try:
        records = _bounded(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), place)
    except csv.Error:
        findings.append(QUOTES.at(place))
        lines = text.splitlines()
        reader = csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)
        try:
            records = _bounded(reader, place)
        except csv.Error as error:
            raise Stop(TOO_LONG.at(place, mesure="une cellule de plus de 131 072 caractères")) from error
    grid = _grid(records, file, findings)
    if not grid.rows:
        raise Stop(EMPTY_FILE.at(place))
    return grid, findings + _too_wide(grid, records)


def mended(text: str) -> str:
    """Return a text whose UTF-8 was once read as Windows text (« Ã© »), put right; else the text itself."""
    for _ in range(2):  # some files went through it twice
        if not _BROKEN.search(text):
            break
        try:
            text = b"".join(_byte(c) for c in text).decode()
        except (UnicodeEncodeError, UnicodeDecodeError):
            break
    return text


def _byte(character: str) -> bytes:
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:  # the five bytes that Windows leaves undefined
        return character.encode("latin-1")


def _decoded(data: bytes, place: Place) -> tuple[str, str]:
    """Return the text, and the French name of its encoding when it is not UTF-8."""
    if not data.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe;,"):
        raise Stop(EMPTY_FILE.at(place))
    if data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
        raise Stop(NOT_TEXT.at(place, nature="c’est une page web ou un fichier XML"))
    if re.match(rb"\s*[{\[]\s*[\"{\[]", data):
        raise Stop(NOT_TEXT.at(place, nature="c’est un fichier JSON"))
    if data.startswith((b"%PDF", b"{\\rtf")):
        raise Stop(NOT_TEXT.at(place, nature="c’est un document PDF ou un texte mis en forme"))
    if wide := _utf_16(data):
        try:
            return data.decode(wide).removeprefix("\ufeff"), "Unicode (UTF-16)"
        except UnicodeDecodeError as error:
            raise Stop(NOT_TEXT.at(place, nature="il est coupé ou endommagé")) from error
    if b"\x00" in data:
        raise Stop(NOT_TEXT.at(place, nature="il contient des octets nuls"))
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        texts = {name: data.decode(name, errors="replace") for name in ENCODINGS}
        best = max(texts, key=lambda name: _likelihood(texts[name]))
        return texts[best], ENCODINGS[best]


def _utf_16(data: bytes) -> str | None:
    """Return the byte order of a UTF-16 text, given by its mark or, without one, by where the zeros stand."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    head = data[:4096]
    if head[1::2].count(0) > 0.8 * len(head[1::2]) and not head[0::2].count(0):
        return "utf-16-le"
    if head[0::2].count(0) > 0.8 * len(head[0::2]) and not head[1::2].count(0):
        return "utf-16-be"
    return None


def _likelihood(text: str) -> int:
    """Return how French the text looks: lower-case accents for, unusual signs and capitals inside words against."""
    accents = sum(text.count(c) for c in _LOWER)
    unusual = sum(number for c, number in Counter(text).items() if not c.isascii() and c not in _USUAL)
    inside = len(re.findall(f"[a-z{_LOWER}][À-ÞŒ]", text))
    return accents - 2 * unusual - 3 * inside


def _separator(text: str) -> tuple[str, str]:
    """Return the text without Excel's « sep= » line, and the separator: that of the widest regular table."""
    if told := re.match(r'"?sep=(.)"?[ \t]*(?:\r\n|\r|\n|$)', text):
        return text[told.end() :], told[1]
    widths = {separator: _width(text, separator) for separator in SEPARATORS}
    return text, max(widths, key=lambda separator: widths[separator])


def _width(text: str, separator: str) -> tuple[bool, float]:
    """Return whether the first record is as wide as most, and their separators times the share of such records."""
    widths: list[int] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            widths += [len(record) - 1] if record else []
            if len(widths) == SNIFFED:
                break
    except csv.Error:  # a quote that swallows the file; the records before it choose
        pass
    counts = Counter(width for width in widths if width)
    if not counts:
        return False, 0.0
    usual, number = counts.most_common(1)[0]
    return widths[0] == usual, usual * number / len(widths)


def _bounded(reader: Iterable[list[str]], place: Place) -> list[list[str]]:
    records, cells = [], 0
    for record in reader:
        cells += len(record)
        if cells > MAX_CELLS or len(record) > MAX_COLUMNS:
            raise Stop(TOO_LONG.at(place, mesure=f"plus de {MAX_CELLS // 1000} 000 cellules"))
        records.append(record)
    return records


def _grid(records: Sequence[Sequence[str]], file: str, findings: list[Finding]) -> Grid:
    rows: dict[int, dict[int, Shown]] = {}
    grid = Grid(file, PurePath(file).stem, 0, rows)
    for number, record in enumerate(records, 1):
        for column, text in enumerate(record, 1):
            if is_blank(text):
                continue
            # Exporters write ="01000" so that Excel keeps the zero.
            kept = re.sub(r'^="([^"]*)"$', r"\1", text)
            right = mended(kept)
            rows.setdefault(number, {})[column] = Shown(right)
            if right != kept:
                findings.append(MOJIBAKE.at(grid.place(number, column), value=kept))
    return grid


def _too_wide(grid: Grid, records: Sequence[Sequence[str]]) -> list[Finding]:
    """Tell the rows that hold something beyond the usual last column."""
    widths = Counter(len(record) for record in records if len(record) > 1)
    if not widths:
        return []
    usual = widths.most_common(1)[0][0]
    return [
        TOO_WIDE.at(grid.place(number), nombre=max(cells), attendu=usual)
        for number, cells in grid.rows.items()
        if max(cells) > usual
    ]

"""A workbook to typed rows: every fault told, no row lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from clspd_docs.domain.french import cle, pluriel, slug
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Origin, Place
from clspd_docs.registers.book import Book, Row
from clspd_docs.registers.cells import EMPTY, MANY, parse
from clspd_docs.registers.grid import Grid
from clspd_docs.registers.locate import Located, Record, Table, locate
from clspd_docs.registers.schema import Layout, Sheet, Type
from clspd_docs.registers.sheets import SHEETS
from clspd_docs.registers.sheets_work import SEANCES
from clspd_docs.registers.source import Source, open_source

HIDDEN_ROWS = Kind(
    "REG109",
    Severity.NOTE,
    "Lignes masquées",
    "Des lignes masquées ou filtrées sont lues comme les autres : {lignes}.",
    "Les afficher pour les relire ; les supprimer si elles ne doivent plus servir.",
)
MERGED = Kind(
    "REG118",
    Severity.ERROR,
    "Cellules fusionnées",
    "La cellule est fusionnée avec d’autres ({etendue}) : ce qui est écrit ne vaut que pour la première.",
    "Défusionner ces cellules, et écrire la valeur dans chacune.",
)
NO_IDENTIFIER = Kind(
    "REG110",
    Severity.ERROR,
    "Ligne sans identifiant",
    "Ligne remplie mais sans identifiant : elle ne peut pas être utilisée.",
    "Donner à la ligne un identifiant qui n’existe pas encore dans la feuille, ou vider la ligne.",
)
DOUBLE_IDENTIFIER = Kind(
    "REG111",
    Severity.ERROR,
    "Identifiant en double",
    "Identifiant déjà utilisé à la ligne {ligne} : cette ligne-ci n’est pas utilisée.",
    "Changer l’un des deux identifiants, ou supprimer la ligne en trop.",
)
SAME_FOLDER = Kind(
    "REG119",
    Severity.ERROR,
    "Identifiants de séance trop proches",
    "Cet identifiant donne le même nom de dossier ({dossier}) que celui de la ligne {ligne} : la séance n’est pas "
    "utilisée.",
    "Changer l’un des deux identifiants : seuls les 60 premiers caractères, les lettres, les chiffres et « _ » comptent.",
    bad="P.2027.02 (avec P-2027-02)",
    good="P-2027-03",
)
TOO_MANY = Kind(
    "REG117",
    Severity.ERROR,
    "Trop de fautes dans une colonne",
    "{nombre} autres cellules de cette colonne ont la même faute ({code}) : elles ne sont pas nommées une à une.",
    "Corriger la colonne d’un bloc, puis relancer « clspd-docs check ».",
)

SHOWN: Final = 10  # hidden rows named
MOST: Final = 500  # errors of one kind told in one column; the rest is told once, and holds the sheet


def read(path: Path, file: str) -> tuple[Book, list[Finding]]:
    """Read the workbook at ``path``, called ``file`` in messages.

    Returns:
        The book, with every sheet key (no row when the sheet is missing), and all the findings.

    Raises:
        Stop: REG001 to REG007 and REG010 when nothing can be read.
    """
    book, located = book_of(open_source(path, file))
    return book, bounded(located.findings)


def book_of(source: Source) -> tuple[Book, Located]:
    """Return the book of ``source``, and where its sheets stand with all there is to tell of them."""
    located = locate(source)
    refused = [grid.place(row) for grid in located.headless.values() for row in grid.rows]
    rows = {sheet.key: tuple(_rows_of(sheet, located, source.file, refused)) for sheet in SHEETS}
    return Book(source.file, source.digest, rows, tuple(refused)), located


def bounded(findings: list[Finding]) -> list[Finding]:
    """Return the findings with, in each column, the first errors of a kind only, and how many more there are."""
    seen: Counter[tuple[str | None, str | None, str]] = Counter()
    kept: list[Finding] = []
    places: dict[tuple[str | None, str | None, str], Place] = {}
    for finding in findings:
        key = (finding.place.sheet, finding.place.column, finding.code)
        if finding.is_error:
            seen[key] += 1
        if seen[key] <= MOST or not finding.is_error:
            kept.append(finding)
        else:
            places[key] = replace(finding.place, cell=None, row=None)
    return kept + [TOO_MANY.at(places[key], nombre=seen[key] - MOST, code=key[2]) for key in places]


def _rows_of(sheet: Sheet, located: Located, file: str, refused: list[Place]) -> Iterator[Row]:
    """Yield the rows of one sheet, adding to the findings of ``located`` and to the rows refused."""
    if sheet.key in located.tables:
        yield from _table(located.tables[sheet.key], located.findings, refused)
    elif sheet.key in located.records:
        yield _record(located.records[sheet.key], located.findings)
    elif sheet.layout is Layout.RECORD:
        yield Row(Origin(file, sheet.title, 0), dict.fromkeys(sheet.names))


def _table(table: Table, findings: list[Finding], refused: list[Place]) -> Iterator[Row]:
    seen: dict[object, int] = {}
    numbers = table.numbers()
    for number in numbers:
        row = Row(table.origin(number), _values(table, number, findings))
        if not table.sheet.has_identifier or _is_named(table.sheet, row, seen, findings):
            yield row
        else:
            refused.append(row.origin.place())
    findings.extend(hidden_rows(table.grid, numbers))


def hidden_rows(grid: Grid, numbers: Iterable[int]) -> Iterator[Finding]:
    """Yield what there is to tell of the rows ``numbers`` that are hidden."""
    if hidden := sorted(grid.hidden & set(numbers)):
        more = f" et {pluriel(len(hidden) - SHOWN, 'autre')}" if hidden[SHOWN:] else ""
        shown = ", ".join(map(str, hidden[:SHOWN])) + more
        yield HIDDEN_ROWS.at(grid.place(hidden[0]), lignes=shown)


def _is_named(sheet: Sheet, row: Row, seen: dict[object, int], findings: list[Finding]) -> bool:
    """Whether the row has an identifier of its own; a missing one was told by its cell or its column."""
    identifier = row.values["id"]
    if identifier is None:
        return False
    first = seen.setdefault(cle(identifier), row.origin.row)
    place = row.origin.place("id")
    if first != row.origin.row:
        findings.append(DOUBLE_IDENTIFIER.at(place, ligne=first))
    elif sheet is SEANCES:  # each has a folder of its own
        folder = slug(identifier)
        first = seen.setdefault((folder.lower(),), row.origin.row)
        if first != row.origin.row:
            findings.append(SAME_FOLDER.at(place, value=identifier, dossier=folder, ligne=first))
    return first == row.origin.row


def _values(table: Table, row: int, findings: list[Finding]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    told: list[Finding] = []
    filled, merged = table.grid.rows[row], table.grid.merged
    for column in table.sheet.columns:
        values[column.name] = () if column.holds in MANY else None
        if column.name not in table.columns:
            continue
        number, header = table.columns[column.name]
        if number not in filled and (row, number) in merged:
            told.append(MERGED.at(table.grid.place(row, number, header), etendue=merged[row, number]))
        elif number in filled or column.required:
            values[column.name], finding = parse(column, table.grid.cell(row, number, header))
            if finding and finding.kind is EMPTY and column.holds is Type.IDENTIFIER:
                finding = NO_IDENTIFIER.at(table.grid.place(row))
            told += [finding] if finding else []
    lacking = [f for f in told if f.kind in {EMPTY, MERGED}]
    if table.sheet.has_identifier and values["id"] is None and len(lacking) > len(filled):
        # A stray line: that it has no identifier is enough.
        told = [f for f in told if f not in lacking[1:] and f.kind is not EMPTY]
    findings += told
    return values


def _record(record: Record, findings: list[Finding]) -> Row:
    values: dict[str, Any] = dict.fromkeys(record.sheet.names)
    for column in record.sheet.columns:
        if column.name in record.rows:
            spot = (record.rows[column.name], record.value_column)
            values[column.name], finding = parse(column, record.grid.cell(*spot, column.header, is_line=True))
            if finding:
                findings.append(finding)
    return Row(record.origin(), values)

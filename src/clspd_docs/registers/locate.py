"""Find the sheets, columns and lines of the schema in a workbook, by name, whatever their order."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Final

from openpyxl.utils import get_column_letter

from clspd_docs.domain.french import cle
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Origin, Place
from clspd_docs.registers import case_file
from clspd_docs.registers.cells import as_text
from clspd_docs.registers.grid import Grid
from clspd_docs.registers.schema import SCHEMA_VERSION, Column, Layout, Sheet
from clspd_docs.registers.sheets import ERRORS_TITLE, ERRORS_TITLE_IF_TAKEN, LISTS_TITLE, README_TITLE, SHEETS
from clspd_docs.registers.source import Source

NO_SHEET = Kind(
    "REG101",
    Severity.ERROR,
    "Feuille absente",
    "La feuille « {feuille} » est absente du classeur.",
    "La rétablir avec « clspd-docs registers upgrade », ou depuis un classeur neuf (« clspd-docs init »).",
)
NO_HEADER = Kind(
    "REG102",
    Severity.ERROR,
    "En-têtes introuvables",
    "Aucune ligne d’en-têtes reconnue dans les vingt premières lignes.",
    "Rétablir la ligne d’en-têtes : {attendu}.",
)
NO_COLUMN = Kind(
    "REG103",
    Severity.ERROR,
    "Colonne obligatoire absente",
    "La colonne « {colonne} » est absente.{inconnues}",
    "Rétablir la colonne, avec cet en-tête exactement.",
)
OPTIONAL_COLUMN = Kind(
    "REG104",
    Severity.WARNING,
    "Colonne ou ligne absente",
    "« {colonne} » est absent de la feuille : les documents seront faits sans.{inconnues}",
    "Rétablir la colonne ou la ligne si elle sert.",
)
DOUBLE_COLUMN = Kind(
    "REG105",
    Severity.ERROR,
    "Intitulé en double",
    "L’intitulé « {colonne} » est présent deux fois (cellules {cellules}).",
    "Supprimer ou renommer l’un des deux.",
)
UNKNOWN_COLUMN = Kind(
    "REG106",
    Severity.NOTE,
    "Colonne ou ligne non lue",
    "Cet intitulé n’est pas connu : ce qu’il annonce n’est pas lu.{suggestion}",
    "Rien à faire s’il est à vous ; sinon, lui rendre le nom attendu.",
)
UNKNOWN_SHEET = Kind(
    "REG107",
    Severity.NOTE,
    "Feuille non lue",
    "Cette feuille n’est pas connue : elle n’est pas lue.",
    "Rien à faire si c’est une feuille à vous.",
)
RENAMED_SHEET = Kind(
    "REG108",
    Severity.NOTE,
    "Feuille renommée",
    "Feuille reconnue à ses en-têtes : elle est lue comme « {feuille} ».",
    "Lui rendre son nom, ou ne rien faire.",
)
LINE_MISSING = Kind(
    "REG112",
    Severity.ERROR,
    "Ligne obligatoire absente",
    "La ligne « {colonne} » est absente de la feuille.",
    "Rétablir la ligne, avec ce libellé exactement.",
)
SHEET_TWICE = Kind(
    "REG113",
    Severity.WARNING,
    "Feuille en double",
    "Cette feuille ressemble à « {feuille} », déjà trouvée ailleurs : elle n’est pas lue.",
    "Garder une seule feuille, ou lui donner le nom exact « {feuille} » pour qu’elle soit lue.",
)
OLDER_SCHEMA = Kind(
    "REG114",
    Severity.WARNING,
    "Classeur d’une version précédente",
    "Ce classeur est d’une version précédente : il lui manque {manque}.",
    "Lancer « clspd-docs registers upgrade », qui garde une copie datée et ne perd rien.",
)

HEADER_ROWS: Final = 20
SHOWN: Final = 5  # headers that are not known, named by their cells
IMPORTED_SUFFIX: Final = "(liste importée)"  # ends the headers that an import adds: known, and not read
OWN_TITLES: Final = {cle(title) for title in (README_TITLE, LISTS_TITLE, ERRORS_TITLE, ERRORS_TITLE_IF_TAKEN)}


@dataclass(frozen=True)
class Table:
    """Where a table stands.

    ``columns`` maps each field found to (column number, header as it reads); ``extras`` maps the number of
    each other column to its header. A double column is in neither; nor is one of ``closed``, a case file.
    """

    sheet: Sheet
    grid: Grid
    header_row: int
    columns: Mapping[str, tuple[int, str]]
    extras: Mapping[int, str]
    closed: Collection[int]

    def numbers(self) -> list[int]:
        """Rows below the headers that are not empty."""
        return [number for number in self.grid.rows if number > self.header_row]

    @cached_property
    def letters(self) -> Mapping[str, tuple[str, str]]:
        """Each field found, with the letter of its column and its header: one mapping for all the rows."""
        return {name: (get_column_letter(number), header) for name, (number, header) in self.columns.items()}

    def origin(self, row: int) -> Origin:
        """Return where a record of the table comes from."""
        return Origin(self.grid.file, self.grid.title, row, self.letters, tab=self.grid.tab)


@dataclass(frozen=True, slots=True)
class Record:
    """Where a two-column sheet stands: the row of each field found, the row of each other label."""

    sheet: Sheet
    grid: Grid
    label_column: int
    rows: Mapping[str, int]
    extras: Mapping[int, str]

    @property
    def value_column(self) -> int:
        """The column at the right of the labels."""
        return self.label_column + 1

    def origin(self) -> Origin:
        """Return where the record comes from."""
        letter = get_column_letter(self.value_column)
        letters = {c.name: (letter, c.header) for c in self.sheet.columns if c.name in self.rows}
        return Origin(self.grid.file, self.grid.title, 0, letters, self.rows, self.grid.tab)


@dataclass(slots=True)
class Located:
    """The parts of a workbook, by sheet key; ``others`` are the sheets that are not ours, case files left out.

    ``headless`` are the tables whose headers were not found.
    """

    tables: dict[str, Table] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    headless: dict[str, Grid] = field(default_factory=dict)
    others: list[Grid] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def locate(source: Source) -> Located:
    """Find every sheet of the schema in ``source``; tell what is missing, double, renamed or not known."""
    located = Located(findings=list(source.findings))
    schema = source.schema or SCHEMA_VERSION
    missing: list[str] = []
    grids = _sheets(source, located)
    for sheet in SHEETS:
        grid = grids.get(sheet.key)
        if grid is None:
            there = Place(source.file, sheet.title, tab=SHEETS.index(sheet) + 1)
            located.findings.append(NO_SHEET.at(there, feuille=sheet.title))
            continue
        present, place = _parts(sheet, grid, located)
        absent = [c for c in sheet.columns if c.name not in present] if place else []
        missing += [f"« {c.header} » ({sheet.title})" for c in absent if c.since > schema]
        located.findings += [
            _absent(sheet, c).at(place, colonne=c.header, inconnues=_strangers(located, sheet))
            for c in absent
            if place and c.since <= schema
        ]
    for grid in grids.values():
        located.findings += case_file.in_comments(grid)
    if missing or schema < SCHEMA_VERSION:
        told = ", ".join(missing) or "ses dernières listes"
        located.findings.append(OLDER_SCHEMA.at(Place(source.file), manque=told))
    return located


def _parts(sheet: Sheet, grid: Grid, located: Located) -> tuple[Collection[str], Place | None]:
    """Place the columns or the lines of a sheet; return the fields found, and where an absent one is told.

    No place when the headers were not found: every column would be told absent.
    """
    if sheet.layout is Layout.RECORD:
        located.records[sheet.key] = record = _record(sheet, grid, located.findings)
        return record.rows.keys(), grid.place()
    row = header_row(sheet, grid)
    if row is None:
        located.headless[sheet.key] = grid
        expected = ", ".join(f"« {c.header} »" for c in sheet.columns if c.required)
        located.findings.append(NO_HEADER.at(grid.place(), attendu=expected))
        return (), None
    located.tables[sheet.key] = table = _table(sheet, grid, row, located.findings)
    return table.columns.keys(), grid.place(row)


def _strangers(located: Located, sheet: Sheet) -> str:
    """Return where headers that are not known stand: the absent one may be there under another name.

    Their cells only: what is taken for headers may be a row of people.
    """
    if (table := located.tables.get(sheet.key)) is None or not table.extras:
        return ""
    spots = [f"{get_column_letter(number)}{table.header_row}" for number in table.extras]
    more = f" et {len(spots) - SHOWN} autres" if len(spots) > SHOWN else ""
    return f" Intitulés non reconnus : {', '.join(spots[:SHOWN])}{more}."


def _absent(sheet: Sheet, column: Column) -> Kind:
    """Return how much the absence of a column or a line matters."""
    if sheet.layout is Layout.RECORD and column.required:
        return LINE_MISSING
    return (
        NO_COLUMN if sheet.layout is Layout.TABLE and (column.required or column.places) else OPTIONAL_COLUMN
    )


def _sheets(source: Source, located: Located) -> dict[str, Grid]:
    """Match the workbook's sheets to the schema: by name, then the rest by their headers."""
    grids = source.grids
    by_name = {cle(g.title): g for g in reversed(grids)} | {g.title: g for g in grids}
    found = {s.key: g for s in SHEETS if (g := by_name.get(s.title) or by_name.get(cle(s.title)))}
    read = {g.title for g in found.values()}
    for grid in grids:
        if grid.title in read or cle(grid.title) in OWN_TITLES:
            continue
        if (fault := case_file.in_sheet(grid)) and case_file.is_case_file(grid.title):
            located.findings.append(fault)
            continue
        like = [s for s in SHEETS if _looks_like(s, grid)]
        sheet = next((s for s in like if s.key not in found), None)
        if sheet is not None:
            found[sheet.key] = grid
            located.findings.append(RENAMED_SHEET.at(grid.place(), feuille=sheet.title))
        elif like:
            located.others.append(grid)
            located.findings.append(SHEET_TWICE.at(grid.place(), feuille=like[0].title))
        elif fault:
            located.findings.append(fault)
        else:
            located.others.append(grid)
            located.findings.append(UNKNOWN_SHEET.at(grid.place()))
    return found


def _label(text: str) -> str:
    """Return what a header or a label is compared by."""
    return cle(re.sub(r"\*|\(facultatif\)", "", text))


def _wanted(sheet: Sheet) -> dict[str, Column]:
    return {cle(header): c for c in sheet.columns for header in (c.header, *c.formerly)}


def _looks_like(sheet: Sheet, grid: Grid) -> bool:
    """True when most headers (or labels) of ``sheet`` stand in ``grid``."""
    if sheet.layout is Layout.RECORD:
        seen = {_label(text) for text in _labels(sheet, grid)[1].values()}
    else:
        row = header_row(sheet, grid)
        seen = {_label(text) for text in grid.texts(row).values()} if row else set()
    wanted = _wanted(sheet)
    return len(wanted.keys() & seen) >= 0.6 * len(sheet.columns)


def header_row(sheet: Sheet, grid: Grid) -> int | None:
    """Return the row, among the first twenty, that holds most of the sheet's headers; None below a quarter."""
    wanted = _wanted(sheet).keys()
    scores = {
        row: len(wanted & {_label(text) for text in grid.texts(row).values()})
        for row in grid.rows
        if row <= HEADER_ROWS
    }
    best = max(scores, key=lambda row: scores[row], default=None)
    # One row of people may well hold two words that are headers too, « organisme » and « courriel ».
    enough = max(min(2, len(sheet.columns)), len(sheet.columns) // 4)
    return best if best and scores[best] >= enough else None


def _labels(sheet: Sheet, grid: Grid) -> tuple[int, dict[int, str]]:
    """Return the column, among the first five, that holds most of the sheet's labels; and its texts by row."""
    texts = {
        column: {row: as_text(cells[column].value) for row, cells in grid.rows.items() if column in cells}
        for column in range(1, 6)
    }
    wanted = _wanted(sheet).keys()
    column = max(texts, key=lambda c: len(wanted & {_label(text) for text in texts[c].values()}))
    return column, texts[column]


def _table(sheet: Sheet, grid: Grid, row: int, findings: list[Finding]) -> Table:
    """Place the columns of a table.

    A double column leaves a doubt on every row: its finding names the whole sheet, which is then held.
    """
    wanted = _wanted(sheet)
    found: dict[str, tuple[int, str]] = {}
    extras: dict[int, str] = {}
    headers = grid.texts(row)
    own = {number: header for number, header in headers.items() if _label(header) not in wanted}
    closed = case_file.in_table(grid, row, own)
    for number, header in headers.items():
        column = wanted.get(_label(header))
        place = grid.place(row, number, header)
        if number in closed:
            findings.append(case_file.CASE_FILE.at(place))
        elif column is None:
            extras[number] = header
            if not header.endswith(IMPORTED_SUFFIX):
                findings.append(_unknown(header, wanted, place))
        elif column.name in found:
            cells = f"{get_column_letter(found[column.name][0])}{row} et {place.cell}"
            whole = Place(grid.file, grid.title, column=header, tab=grid.tab)
            findings.append(DOUBLE_COLUMN.at(whole, colonne=column.header, cellules=cells))
        else:
            found[column.name] = (number, header)
    return Table(sheet, grid, row, found, extras, closed)


def _record(sheet: Sheet, grid: Grid, findings: list[Finding]) -> Record:
    """Place the lines of a two-column sheet: a label, and its value in the next column."""
    label_column, labels = _labels(sheet, grid)
    wanted = _wanted(sheet)
    rows: dict[str, int] = {}
    extras: dict[int, str] = {}
    for number, label in labels.items():
        column = wanted.get(_label(label))
        if column is None:
            if rows and label_column + 1 in grid.rows[number]:
                place = grid.place(number, label_column, label)
                if case_file.is_case_file(label):
                    findings.append(case_file.CASE_FILE.at(place))
                    continue
                findings.append(_unknown(label, wanted, place))
                if label:  # a formula without its value names nothing
                    extras[number] = label
        elif column.name in rows:
            place = grid.cell(rows[column.name], label_column + 1, label, is_line=True).place
            cells = " et ".join(f"{get_column_letter(label_column)}{r}" for r in (place.row, number))
            findings.append(DOUBLE_COLUMN.at(place, colonne=column.header, cellules=cells))
        else:
            rows[column.name] = number
    return Record(sheet, grid, label_column, rows, extras)


def _unknown(header: str, wanted: Mapping[str, Column], place: Place) -> Finding:
    near = get_close_matches(_label(header), wanted, n=1, cutoff=0.75)
    hint = f" Vouliez-vous « {wanted[near[0]].header} » ?" if near else ""
    return UNKNOWN_COLUMN.at(place, suggestion=hint)

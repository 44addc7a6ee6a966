"""A workbook to typed rows: sheets and columns found by name whatever their order, every fault told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from openpyxl.utils import get_column_letter

from clspd_docs.domain.french import cle
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Origin, Place
from clspd_docs.registers.book import Book, Row
from clspd_docs.registers.cells import EMPTY, Cell, as_text, is_blank, parse
from clspd_docs.registers.schema import Column, Layout, Sheet, Type
from clspd_docs.registers.sheets import LISTS_TITLE, README_TITLE, SHEETS
from clspd_docs.registers.workbook import Loaded, cells_of, load

NO_SHEET = Kind(
    "REG101",
    Severity.ERROR,
    "Feuille absente",
    "La feuille « {feuille} » est absente du classeur.",
    "La rétablir, avec ses en-têtes, depuis un classeur neuf (« clspd-docs init »).",
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
    "La colonne « {colonne} » est absente.",
    "Rétablir la colonne, avec cet en-tête exactement.",
)
OPTIONAL_COLUMN = Kind(
    "REG104",
    Severity.WARNING,
    "Colonne ou ligne absente",
    "« {colonne} » est absent de la feuille : les documents seront faits sans.",
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
HIDDEN_ROWS = Kind(
    "REG109",
    Severity.NOTE,
    "Lignes masquées",
    "{nombre} ligne(s) masquée(s) ou filtrée(s) : elles sont lues comme les autres.",
    "Supprimer ces lignes si elles ne doivent plus servir.",
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
CASE_FILE = Kind(
    "REG190",
    Severity.ERROR,
    "Suivi de situations individuelles",
    "Cet intitulé évoque des situations individuelles : rien n’en est lu.",
    "Retirer ces données du classeur. La CNIL demande de ne pas suivre de situations dans un tableur partagé"
    " (note du 7 janvier 2020).",
    bad="Mineurs suivis",
    good="(aucune donnée sur les personnes suivies)",
)

HEADER_ROWS: Final = 20
MAX_ROW: Final = 1_048_576
MAX_COLUMN: Final = 16_384
#: Words, whatever their case, accents and plural, that no column of the schema contains.
CASE_WORDS: Final = (
    "mineur",
    "infraction",
    "auteur des faits",
    "mis en cause",
    "victime nom",
    "date de naissance",
    "situation familiale",
    "famille suivie",
    "antecedent",
)


@dataclass(frozen=True, slots=True)
class Grid:
    """One worksheet. ``rows`` holds the cells that are not empty, by row then column, both from 1, in order."""

    file: str
    title: str
    rows: Mapping[int, Mapping[int, Any]]
    formulas: AbstractSet[tuple[int, int]]
    hidden: AbstractSet[int]
    epoch_1904: bool

    def cell(self, row: int, column: int, header: str | None = None, *, is_line: bool = False) -> Cell:
        """Return the cell at (row, column); ``header`` is the label of its line when ``is_line``."""
        spot = f"{get_column_letter(column)}{row}"
        place = Place(self.file, self.title, spot, row, header, is_line=is_line)
        shown = self.rows[row].get(column)
        if shown is None:
            return Cell(None, place)
        formula = (row, column) in self.formulas
        return Cell(shown.value, place, formula, shown.number_format, self.epoch_1904)

    def texts(self, row: int) -> dict[int, str]:
        """Return the clean text of each filled cell of a row, by column."""
        return {column: as_text(cell.value) for column, cell in self.rows[row].items()}


def _grid(loaded: Loaded, file: str, title: str) -> Grid:
    worksheet = loaded.values[title]
    formulas = {(c.row, c.column) for c in cells_of(loaded.formulas[title]) if c.data_type == "f"}
    rows: dict[int, dict[int, Any]] = {}
    for cell in sorted(cells_of(worksheet), key=lambda c: (c.row, c.column)):
        on_sheet = 1 <= cell.row <= MAX_ROW and cell.column <= MAX_COLUMN
        if on_sheet and (not is_blank(cell.value) or (cell.row, cell.column) in formulas):
            rows.setdefault(cell.row, {})[cell.column] = cell
    hidden = {row for row in rows if worksheet.row_dimensions[row].hidden}
    return Grid(file, title, rows, formulas, hidden, loaded.values.epoch.year == 1904)  # noqa: PLR2004


def read(path: Path, file: str) -> tuple[Book, list[Finding]]:
    """Read the workbook at ``path``, called ``file`` in messages.

    Returns:
        The book, with every sheet key (no row when the sheet is missing), and all the findings.

    Raises:
        Stop: REG001 to REG007 when nothing can be read.
    """
    loaded = load(path, file)
    findings: list[Finding] = []
    rows: dict[str, tuple[Row, ...]] = {}
    refused: list[Place] = []
    grids = _sheets(loaded, file, findings)
    for sheet in SHEETS:
        grid = grids.get(sheet.key)
        if grid is None:
            findings.append(NO_SHEET.at(Place(file, sheet.title), feuille=sheet.title))
            rows[sheet.key] = (_empty_record(sheet, file),) if sheet.layout is Layout.RECORD else ()
        elif sheet.layout is Layout.RECORD:
            rows[sheet.key] = (_record(sheet, grid, findings),)
        else:
            rows[sheet.key] = tuple(_table(sheet, grid, findings, refused))
    return Book(file, loaded.digest, rows, tuple(refused)), findings


def _sheets(loaded: Loaded, file: str, findings: list[Finding]) -> dict[str, Grid]:
    """Match the workbook's sheets to the schema: by name, then the rest by their headers."""
    grids = [_grid(loaded, file, ws.title) for ws in loaded.values.worksheets]
    by_name = {cle(g.title): g for g in reversed(grids)} | {g.title: g for g in grids}
    found = {s.key: g for s in SHEETS if (g := by_name.get(s.title) or by_name.get(cle(s.title)))}
    read = {g.title for g in found.values()}
    for grid in grids:
        place = Place(file, grid.title)
        if grid.title in read or cle(grid.title) in {cle(README_TITLE), cle(LISTS_TITLE)}:
            continue
        if _is_case_file(grid.title):
            findings.append(CASE_FILE.at(place))
            continue
        like = [s for s in SHEETS if _looks_like(s, grid)]
        sheet = next((s for s in like if s.key not in found), None)
        if sheet is not None:
            found[sheet.key] = grid
            findings.append(RENAMED_SHEET.at(place, feuille=sheet.title))
        elif like:
            findings.append(SHEET_TWICE.at(place, feuille=like[0].title))
        else:
            findings.append(UNKNOWN_SHEET.at(place))
    return found


def _label(text: str) -> str:
    """Return what a header or a label is compared by."""
    return cle(re.sub(r"\*|\(facultatif\)", "", text))


def _is_case_file(text: str) -> bool:
    return any(_singular(words) in _singular(text) for words in CASE_WORDS)


def _singular(text: str) -> str:
    return " ".join(word.removesuffix("s") for word in cle(text).split())


def _wanted(sheet: Sheet) -> dict[str, Column]:
    return {cle(c.header): c for c in sheet.columns}


def _looks_like(sheet: Sheet, grid: Grid) -> bool:
    """True when most headers (or labels) of ``sheet`` stand in ``grid``."""
    if sheet.layout is Layout.RECORD:
        seen = {_label(text) for text in _labels(sheet, grid)[1].values()}
    else:
        row = _header_row(sheet, grid)
        seen = {_label(text) for text in grid.texts(row).values()} if row else set()
    wanted = _wanted(sheet)
    return len(wanted.keys() & seen) >= 0.6 * len(wanted)


def _header_row(sheet: Sheet, grid: Grid) -> int | None:
    """Return the row, among the first twenty, that holds most of the sheet's headers; None below two."""
    wanted = _wanted(sheet).keys()
    scores = {
        row: len(wanted & {_label(text) for text in grid.texts(row).values()})
        for row in grid.rows
        if row <= HEADER_ROWS
    }
    best = max(scores, key=lambda row: scores[row], default=None)
    return best if best and scores[best] >= min(2, len(wanted)) else None


def _labels(sheet: Sheet, grid: Grid) -> tuple[int, dict[int, str]]:
    """Return the column, among the first five, that holds most of the sheet's labels; and its texts by row."""
    texts = {
        column: {row: as_text(cells[column].value) for row, cells in grid.rows.items() if column in cells}
        for column in range(1, 6)
    }
    wanted = _wanted(sheet).keys()
    column = max(texts, key=lambda c: len(wanted & {_label(text) for text in texts[c].values()}))
    return column, texts[column]


def _columns(
    sheet: Sheet, grid: Grid, header_row: int, findings: list[Finding]
) -> dict[str, tuple[int, str]]:
    """Return field name → (column number, header as it reads); tell what is missing, double or unknown.

    A double column leaves a doubt on every row: its finding names the whole sheet, which is then held.
    """
    wanted = _wanted(sheet)
    found: dict[str, tuple[int, str]] = {}
    for number, header in grid.texts(header_row).items():
        column = wanted.get(_label(header))
        place = grid.cell(header_row, number, header).place
        if column is None:
            findings.append(_unknown(header, wanted, place))
        elif column.name in found:
            cells = f"{get_column_letter(found[column.name][0])}{header_row} et {place.cell}"
            whole = Place(grid.file, grid.title, column=header)
            findings.append(DOUBLE_COLUMN.at(whole, colonne=column.header, cellules=cells))
        else:
            found[column.name] = (number, header)
    for column in sheet.columns:
        if column.name not in found:
            kind = NO_COLUMN if column.required or column.places else OPTIONAL_COLUMN
            findings.append(kind.at(Place(grid.file, grid.title, row=header_row), colonne=column.header))
    return found


def _unknown(header: str, wanted: Mapping[str, Column], place: Place) -> Finding:
    if _is_case_file(header):
        return CASE_FILE.at(place)
    near = get_close_matches(_label(header), wanted, n=1, cutoff=0.75)
    hint = f" Vouliez-vous « {wanted[near[0]].header} » ?" if near else ""
    return UNKNOWN_COLUMN.at(place, suggestion=hint)


def _table(sheet: Sheet, grid: Grid, findings: list[Finding], refused: list[Place]) -> Iterator[Row]:
    header_row = _header_row(sheet, grid)
    if header_row is None:
        expected = ", ".join(f"« {c.header} »" for c in sheet.columns if c.required)
        findings.append(NO_HEADER.at(Place(grid.file, grid.title), attendu=expected))
        refused += [Place(grid.file, grid.title, row=row) for row in grid.rows]
        return
    columns = _columns(sheet, grid, header_row, findings)
    letters = {name: (get_column_letter(number), header) for name, (number, header) in columns.items()}
    seen: dict[str, int] = {}
    numbers = [number for number in grid.rows if number > header_row]
    for number in numbers:
        origin = Origin(grid.file, grid.title, number, letters)
        row = Row(origin, _values(sheet, grid, number, columns, findings))
        if not sheet.has_identifier or _is_named(row, seen, findings):
            yield row
        else:
            refused.append(origin.place())
    if hidden := len(grid.hidden & set(numbers)):
        findings.append(HIDDEN_ROWS.at(Place(grid.file, grid.title), nombre=hidden))


def _is_named(row: Row, seen: dict[str, int], findings: list[Finding]) -> bool:
    """Whether the row has an identifier of its own; a missing one was told by its cell or its column."""
    identifier = row.values["id"]
    if identifier is None:
        return False
    first = seen.setdefault(cle(identifier), row.origin.row)
    if first != row.origin.row:
        findings.append(DOUBLE_IDENTIFIER.at(row.origin.place("id"), ligne=first))
    return first == row.origin.row


def _values(
    sheet: Sheet, grid: Grid, row: int, columns: dict[str, tuple[int, str]], findings: list[Finding]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in sheet.columns:
        if column.name not in columns:
            values[column.name] = () if column.holds in {Type.CHOICES, Type.REFS, Type.DATES} else None
            continue
        number, header = columns[column.name]
        values[column.name], finding = parse(column, grid.cell(row, number, header))
        if finding and finding.kind is EMPTY and column.holds is Type.IDENTIFIER:
            finding = NO_IDENTIFIER.at(Place(grid.file, grid.title, row=row))
        if finding:
            findings.append(finding)
    return values


def _record(sheet: Sheet, grid: Grid, findings: list[Finding]) -> Row:
    """Read a two-column sheet: a label, and its value in the next column."""
    label_column, labels = _labels(sheet, grid)
    value_column = label_column + 1
    wanted = _wanted(sheet)
    rows: dict[str, int] = {}
    for number, label in labels.items():
        column = wanted.get(_label(label))
        if column is None:
            if rows and value_column in grid.rows[number]:
                findings.append(_unknown(label, wanted, grid.cell(number, label_column, label).place))
        elif column.name in rows:
            place = grid.cell(rows[column.name], value_column, label, is_line=True).place
            cells = " et ".join(f"{get_column_letter(label_column)}{r}" for r in (place.row, number))
            findings.append(DOUBLE_COLUMN.at(place, colonne=column.header, cellules=cells))
        else:
            rows[column.name] = number
    values: dict[str, Any] = dict.fromkeys(sheet.names)
    for column in sheet.columns:
        if column.name not in rows:
            kind = LINE_MISSING if column.required else OPTIONAL_COLUMN
            findings.append(kind.at(Place(grid.file, grid.title), colonne=column.header))
            continue
        cell = grid.cell(rows[column.name], value_column, column.header, is_line=True)
        values[column.name], finding = parse(column, cell)
        if finding:
            findings.append(finding)
    letters = {c.name: (get_column_letter(value_column), c.header) for c in sheet.columns if c.name in rows}
    return Row(Origin(grid.file, grid.title, 0, letters, rows), values)


def _empty_record(sheet: Sheet, file: str) -> Row:
    return Row(Origin(file, sheet.title, 0), dict.fromkeys(sheet.names))

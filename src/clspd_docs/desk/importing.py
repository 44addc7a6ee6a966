"""``registers import``: a list that the town already has, as a new workbook beside the present one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import count
from pathlib import Path
from typing import Any, Final

from clspd_docs.build.files import write_new
from clspd_docs.build.report import Report
from clspd_docs.build.workspace import CANNOT_WRITE, Folder
from clspd_docs.domain.french import cle, liste, slug
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.registers.case_file import CASE_FILE, PERSONAL, is_case_file
from clspd_docs.registers.csv_text import csv_grid
from clspd_docs.registers.fitting import COMPOSITES, Names, fields_of
from clspd_docs.registers.grid import Grid
from clspd_docs.registers.import_list import Imported, import_rows
from clspd_docs.registers.import_write import append_rows
from clspd_docs.registers.locate import Table
from clspd_docs.registers.losses import losses
from clspd_docs.registers.mapping import Proposal, columns_of, header_row, propose, targets_by_name
from clspd_docs.registers.preflight import MISSING, OLE, ZIP, Form, bytes_of
from clspd_docs.registers.read import book_of
from clspd_docs.registers.schema import Layout, Sheet
from clspd_docs.registers.sheets import BY_KEY, SHEETS
from clspd_docs.registers.source import source_of

WHICH_SHEET = Kind(
    "REG416",
    Severity.ERROR,
    "Feuille inconnue",
    "Le classeur n’a pas de tableau « {feuille} ».{suggestion}",
    "Choisir parmi : {choix}.",
    bad="--feuille Membre",
    good="--feuille Membres",
)
WHICH_TAB = Kind(
    "REG417",
    Severity.ERROR,
    "Onglet à choisir",
    "L’onglet à lire n’est pas connu : {raison}. Rien n’a été écrit.",
    "Ajouter --onglet avec l’un de ces noms : {choix}.",
    bad="--onglet Liste",
    good='--onglet "Liste 2026"',
)
BAD_COLUMN = Kind(
    "REG418",
    Severity.ERROR,
    "Correction de colonne incomprise",
    "L’option --colonne ne peut pas être suivie : {raison}.",
    "L’écrire sous la forme « En-tête de la liste=Champ », entre guillemets droits ; {choix}.",
    bad="--colonne Portable",
    good='--colonne "Portable=Téléphone"',
)
LOST = Kind(
    "REG419",
    Severity.WARNING,
    "Ce que le nouveau classeur ne garde pas",
    "Le nouveau classeur ne garde pas {quoi} ; le classeur actuel, lui, n’a pas changé.",
    "Les remettre à la main s’ils servent, ou recopier les lignes ajoutées dans le classeur actuel.",
)
OTHER_FORM = Kind(
    "REG420",
    Severity.ERROR,
    "Classeur à enregistrer en .xlsx",
    "Le classeur est au format .{format} : une liste ne peut y être ajoutée sans risque d’en perdre une partie.",
    "L’enregistrer au format « Classeur Excel (.xlsx) », puis recommencer.",
)
NO_TABLE = Kind(
    "REG421",
    Severity.ERROR,
    "Feuille à rétablir d’abord",
    "La feuille « {feuille} » du classeur est absente, ou sans en-têtes reconnus : rien n’a été écrit.",
    "La rétablir (« clspd-docs check » dit comment), puis recommencer.",
)
NO_ROW = Kind(
    "REG422",
    Severity.ERROR,
    "Liste vide",
    "La liste ne contient aucune ligne à importer.",
    "Vérifier le fichier et l’onglet ; les en-têtes sont cherchés dans les vingt premières lignes.",
)
TOO_MANY = Kind(
    "REG423",
    Severity.ERROR,
    "Liste démesurée",
    "La liste compte {nombre} ; {permis} au plus peuvent être reprises.",
    "Vérifier que c’est le bon fichier, ou ne garder que les lignes et les colonnes utiles.",
)

NO_LIST = Kind(
    "REG425",
    Severity.ERROR,
    "Liste introuvable",
    "Le fichier de la liste n’existe pas à cet endroit.",
    "Vérifier son nom et son dossier ; mettre entre guillemets un nom qui contient des espaces.",
    bad="registers import liste 2026.xlsx",
    good='registers import "liste 2026.xlsx"',
)

MAX_ROWS: Final = 10_000
MAX_COLUMNS: Final = 200
MAX_CELLS: Final = 60_000  # 5,000 members of 12 columns; the sheet « Import » has a line for each


@dataclass(frozen=True, slots=True)
class Wish:
    """What the secretary asked.

    Args:
        source: The list.
        sheet: Title of the sheet that takes it (« Membres »).
        tab: The list's tab, None when it has only one.
        columns: Corrections, « En-tête=Champ » each.
        preview: Nothing is written.
    """

    source: Path
    sheet: str
    tab: str | None = None
    columns: Sequence[str] = ()
    preview: bool = False


def import_list(folder: Folder, wish: Wish) -> tuple[Report, Imported]:
    """Put the list in a new workbook beside the present one, which does not change.

    Returns:
        The report, whose ``more`` holds the mapping, the path of the new workbook (None for a preview) and the
        numbers of rows; and what the list gave, for the text output.

    Raises:
        Stop: REG001 to REG010, REG130 to REG132, REG190, REG416 to REG423, REG429; nothing written.
    """
    sheet = _sheet(wish.sheet)
    grid, findings = _list(wish)
    asked = _asked(wish, sheet, grid)
    present = folder.workbooks()[0]
    data, book, tables = _present(folder, present)
    for key in {sheet.key} | {c.ref for c in sheet.columns if c.ref == "organismes"}:
        if key not in tables:
            title = BY_KEY[key].title
            raise Stop(NO_TABLE.at(Place(present, title), feuille=title))
    names = Names.of(book)
    proposals = propose(sheet, grid, names, asked)
    imported = import_rows(grid, sheet, proposals, book, names)
    if not imported.rows:
        raise Stop(NO_ROW.at(grid.place()))
    if lost := losses(data, whole=True):
        findings.append(LOST.at(Place(present), quoi=liste(lost)))
    new = append_rows(data, imported, tables)  # for a preview too, which tells the same faults
    path = None if wish.preview else _write(folder, present, wish.source, new)
    more = _more(imported, path)
    return Report("registers import", [*findings, *imported.findings], more=more), imported


def _sheet(title: str) -> Sheet:
    tables = {cle(s.title): s for s in SHEETS if s.layout is Layout.TABLE}
    if found := tables.get(cle(title)):
        return found
    near = get_close_matches(cle(title), tables, n=1, cutoff=0.75)
    hint = f" Vouliez-vous « {tables[near[0]].title} » ?" if near else ""
    choices = ", ".join(f"« {s.title} »" for s in tables.values())
    place = Place("--feuille")
    raise Stop(WHICH_SHEET.at(place, feuille=title, suggestion=hint, choix=choices), ExitCode.USAGE)


def _list(wish: Wish) -> tuple[Grid, list[Finding]]:
    """Return the list, as one grid; a case file is not read."""
    place = Place(wish.source.name)
    try:
        data = bytes_of(wish.source, place)
    except Stop as stop:
        raise (Stop(NO_LIST.at(place)) if stop.finding.code == MISSING.code else stop) from None
    grids: Sequence[Grid]
    if data.startswith((ZIP, OLE)):
        source = source_of(data, wish.source.name)
        grids, findings = source.grids, list(source.findings)
    else:
        grid, findings = csv_grid(data, wish.source.name)
        grids = [grid]
    filled = [g for g in grids if g.rows and (wish.tab is None or cle(g.title) == cle(wish.tab))]
    is_there = wish.tab is None or any(cle(g.title) == cle(wish.tab) for g in grids)
    if not filled and is_there:
        raise Stop(NO_ROW.at(place))
    if len(filled) != 1:
        choices = ", ".join(f"« {g.title} »" for g in grids if g.rows)
        reason = "la liste a plusieurs onglets" if is_there else f"la liste n’a pas d’onglet « {wish.tab} »"
        raise Stop(WHICH_TAB.at(place, raison=reason, choix=choices), ExitCode.USAGE)
    grid = filled[0]
    if is_case_file(grid.title):
        raise Stop(CASE_FILE.at(grid.place()))
    rows, width = len(grid.rows), len({column for cells in grid.rows.values() for column in cells})
    cells = sum(len(row) for row in grid.rows.values())
    told = ((rows, MAX_ROWS, "lignes"), (width, MAX_COLUMNS, "colonnes"), (cells, MAX_CELLS, "cellules"))
    for number, most, word in told:
        if number > most:
            raise Stop(TOO_MANY.at(grid.place(), nombre=f"{number} {word}", permis=most))
    return grid, findings


def _asked(wish: Wish, sheet: Sheet, grid: Grid) -> dict[str, str | None]:
    """Return the corrections, by folded header of the list.

    Raises:
        Stop: REG190 when a title above the headers announces individual situations, REG418.
    """
    first = header_row(sheet, grid)
    for row in (r for r in grid.rows if first is not None and r < first):
        for column, text in grid.texts(row).items():
            if is_case_file(text, PERSONAL):
                raise Stop(CASE_FILE.at(grid.place(row, column)))
    headers = columns_of(grid, first)
    known = {cle(h) for h in headers.values()} | {cle(f"Colonne {p}") for p in _letters(headers)}
    targets = targets_by_name(sheet)
    asked: dict[str, str | None] = {}
    for text in wish.columns:
        header, equals, target = (part.strip() for part in text.rpartition("="))
        choices = "en-têtes de la liste : " + ", ".join(f"« {h} »" for h in headers.values())
        reason = ""
        if not equals:
            reason = "il manque le signe « = »"
        elif cle(header) not in known:
            reason = f"la liste n’a pas de colonne « {header} »"
        elif target and cle(target) not in targets:
            reason = f"« {sheet.title} » n’a pas de champ « {target} »"
            labels = [c.header for c in sheet.columns]
            labels += [c.label for t, c in COMPOSITES.items() if t in targets.values()]
            choices = "champs : " + ", ".join(f"« {h} »" for h in labels)
        if reason:
            raise Stop(BAD_COLUMN.at(Place("--colonne"), raison=reason, choix=choices), ExitCode.USAGE)
        asked[cle(header)] = targets[cle(target)] if target else None
    return asked


def _letters(headers: Mapping[int, str]) -> list[str]:
    return [Proposal(number, "", None).letter for number in headers]


def _present(folder: Folder, present: str) -> tuple[bytes, Any, Mapping[str, Table]]:
    """Return the present workbook: its bytes, its rows, where its tables stand."""
    data = bytes_of(folder.path(present), Place(present))
    source = source_of(data, present)
    if source.form is not Form.XLSX:
        raise Stop(OTHER_FORM.at(Place(present), format=source.form.value))
    book, located = book_of(source)
    return data, book, located.tables


def _write(folder: Folder, present: str, source: Path, data: bytes) -> str:
    """Write a new workbook named after the present one and the list; return its path in the folder."""
    beside = Path(present)
    stem = f"{beside.stem}-avec-{slug(source.stem)}"
    try:
        name = write_new(folder.path(present).parent, _names(stem), data)
    except OSError as error:
        raise Stop(CANNOT_WRITE.at(Place(beside.with_name(f"{stem}.xlsx").as_posix()))) from error
    return beside.with_name(name).as_posix()


def _names(stem: str) -> Iterator[str]:
    yield f"{stem}.xlsx"
    yield from (f"{stem}-{number}.xlsx" for number in count(2))


def _more(imported: Imported, path: str | None) -> dict[str, Any]:
    """Return what the JSON answer adds: headers, never contents."""
    return {
        "mapping": [_line(p, imported.sheet) for p in imported.proposals],
        "path": path,
        "rows_read": len(imported.rows) + len(imported.refused),
        "rows_written": len(imported.rows),
        "rows_refused": len(imported.refused),
        "unplaced": [p.header for p in imported.proposals if p.target is None],
    }


def _line(p: Proposal, sheet: Sheet) -> dict[str, Any]:
    fields = fields_of(p.target) if p.target else ()
    return {
        "header": p.header,
        "cell": f"{p.letter}{p.row or ''}",
        "field": p.target,
        "column": ", ".join(sheet.column(name).header for name in fields) or None,
        "why": p.why.value or p.remark,
        "share": round(p.share, 3),
    }

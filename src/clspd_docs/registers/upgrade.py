"""An older workbook to one of the present schema: what is new is added, everything else stays where it is.

The rule is one: the workbook gets what the present schema writes and it lacks. Run on a workbook that another program
saved, it brings back dropdowns, names, notes and frozen headers; run twice, it does nothing the second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.packaging.custom import IntProperty
from openpyxl.worksheet.worksheet import Worksheet

from clspd_docs.domain.french import cle, liste
from clspd_docs.errors import Stop
from clspd_docs.findings import Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.registers import workbook
from clspd_docs.registers import workbook_lists as lists
from clspd_docs.registers.annotate import from_grids, remove_marks
from clspd_docs.registers.cells import as_text
from clspd_docs.registers.grid import Grid, Shown
from clspd_docs.registers.locate import OWN_TITLES, Located, locate
from clspd_docs.registers.losses import losses
from clspd_docs.registers.preflight import Form, bytes_of
from clspd_docs.registers.rewrite import opened, saved
from clspd_docs.registers.schema import SCHEMA_PROPERTY, SCHEMA_VERSION
from clspd_docs.registers.sheets import (
    BY_KEY,
    LISTS_TITLE,
    README_TITLE,
    SHEETS,
)
from clspd_docs.registers.source import Source, source_of
from clspd_docs.registers.upgrade_dress import dress_dates, dress_record, dress_table
from clspd_docs.registers.upgrade_sheets import Change, agree_record, agree_table, ready_row
from clspd_docs.registers.workbook_readme import write_readme
from clspd_docs.registers.write import blank, write_sheet

NOT_WHOLE = Kind(
    "REG161",
    Severity.ERROR,
    "Mise à niveau abandonnée",
    "Le classeur mis à niveau, relu, ne contient pas cette cellule à l’identique : rien n’a été écrit.",
    "Enregistrer le classeur sous un autre nom dans Excel ou LibreOffice, et recommencer avec cette copie.",
)

FIRST_SCHEMA: Final = 1  # of a workbook that does not tell its own
_FORMER: Final = {cle(header) for sheet in SHEETS for column in sheet.columns for header in column.formerly}
_BARE: Final = "les formules (leur résultat est gardé), les mises en forme, les lignes masquées, les commentaires et les images d’un classeur .{}"


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A workbook of the present schema.

    Args:
        data: The .xlsx file.
        digest: SHA-256 of the workbook that it was made from, in hexadecimal.
        form: Format of that one.
        changes: What was done, one French phrase each; none when the workbook was up to date.
        lost: What ``data`` lacks of it, one French phrase each.
    """

    data: bytes
    digest: str
    form: Form
    changes: tuple[str, ...]
    lost: tuple[str, ...]


def upgrade(path: Path, file: str) -> Upgrade:
    """Return the workbook at ``path``, called ``file`` in messages, brought to the present schema.

    Raises:
        Stop: REG001 to REG007 and REG010 when it cannot be read; REG161 when a cell would not be kept.
    """
    original = bytes_of(path, Place(file))
    source = source_of(original, file)
    bare = source.form is not Form.XLSX
    data = from_grids(source.grids) if bare else original
    book = opened(data)
    titles = [ws.title for ws in book.worksheets]
    changes = tuple(_phrases(_agree(book, source, locate(source), bare=bare)))
    result = saved(book, data) if changes else data
    if changes:
        _check_whole(source, titles, result)
    lost = (_BARE.format(source.form.value),) if bare else losses(data, whole=True)
    return Upgrade(result, source.digest, source.form, changes, lost)


def _phrases(changes: Iterable[Change]) -> Iterator[str]:
    places: dict[str, list[str]] = {}
    for what, where in changes:
        places.setdefault(what, []).extend([where] if where else [])
    for what, found in places.items():
        yield f"{what} : {liste(found)}" if found else what


def _agree(book: Workbook, source: Source, located: Located, *, bare: bool) -> Iterator[Change]:
    by_tab, active = list(book.worksheets), book.active
    schema = source.schema or FIRST_SCHEMA
    if remove_marks(book):
        yield "marques de la copie annotée enlevées", ""
    if bare:
        yield f"classeur .{source.form.value} recopié au format .xlsx : valeurs, dates et textes", ""
        _dress(by_tab, located)
    if source.schema != SCHEMA_VERSION:
        _declare(book)
        yield f"version du classeur : {SCHEMA_VERSION}", ""
    sheets: dict[str, Worksheet] = {}
    for sheet in SHEETS:
        key = sheet.key
        if key in located.tables:
            sheets[key] = by_tab[located.tables[key].grid.tab]
            yield from agree_table(sheets[key], located.tables[key], schema)
        elif key in located.records:
            sheets[key] = by_tab[located.records[key].grid.tab]
            yield from agree_record(sheets[key], located.records[key], schema)
        elif key in located.headless:  # which column is which, nobody knows: « check » tells it
            sheets[key] = by_tab[located.headless[key].tab]
        else:
            before = list(sheets.values()) or by_tab[:1]
            sheets[key] = book.create_sheet(sheet.title, book.index(before[-1]) + 1)
            write_sheet(sheets[key], sheet, blank()[key])
            yield "feuilles ajoutées", f"« {sheet.title} »"
    yield from _lists(book, bare=bare)
    yield from _identifiers(book, sheets, located)
    yield from _readme(book, bare=bare)
    _activate(book, active)


def _dress(by_tab: Sequence[Worksheet], located: Located) -> None:
    for table in located.tables.values():
        dress_table(by_tab[table.grid.tab], table)
    for record in located.records.values():
        dress_record(by_tab[record.grid.tab], record)
    for ws in by_tab:
        dress_dates(ws)


def _declare(book: Workbook) -> None:
    properties = book.custom_doc_props  # type: ignore[attr-defined] # missing from types-openpyxl
    if SCHEMA_PROPERTY in properties.names:
        del properties[SCHEMA_PROPERTY]
    properties.append(IntProperty(name=SCHEMA_PROPERTY, value=SCHEMA_VERSION))


def _activate(book: Workbook, active: object) -> None:
    """Show the sheet that was shown, alone: Excel writes in every sheet that is selected."""
    shown = active if active in book.worksheets else book.worksheets[0]
    book.active = shown
    for ws in book.worksheets:
        ws.sheet_view.tabSelected = ws is shown


# --- The sheets that the program writes ------------------------------------------------------------------


def _lists(book: Workbook, *, bare: bool) -> Iterator[Change]:
    closed = lists.lists().values()
    if bare:
        _set_aside(book, LISTS_TITLE, {text for header, values in closed for text in (header, *values)})
    written = lists.write_lists(book)
    if len(written) == len(closed):
        yield f"feuille « {LISTS_TITLE} » récrite", ""
    elif written:
        yield f"listes mises à jour dans la feuille « {LISTS_TITLE} »", ", ".join(written)


def _identifiers(book: Workbook, sheets: dict[str, Worksheet], located: Located) -> Iterator[Change]:
    """Name the identifiers that other sheets refer to, unless the name covers them already."""
    named = []
    for key in lists.REFERRED:
        table, ws = located.tables.get(key), sheets[key]
        if table is None:
            number, first, filled, last = BY_KEY[key].names.index("id") + 1, 2, 2, lists.READY_ROWS
        elif "id" in table.columns:
            number, first, last = table.columns["id"][0], table.header_row + 1, ready_row(table)
            filled = max([first, *table.numbers()])
        else:
            continue
        known = lists.target(book, f"ids_{key}")
        if known is None or known[:3] != (ws.title, number, first) or known[3] < filled:
            lists.name_cells(book, f"ids_{key}", (ws.title, number, first, last))
            named.append(f"« {BY_KEY[key].title} »")
    if named:
        yield "listes d’identifiants rétablies", liste(named)


def _readme(book: Workbook, *, bare: bool) -> Iterator[Change]:
    """Write « Lisez-moi » anew when a sentence of the present one is missing."""
    scratch = Workbook().worksheets[0]
    write_readme(scratch)
    texts, old = _texts(scratch), _sheet(book, README_TITLE)
    if old is not None and texts <= _texts(old) and not bare:
        return
    index = book.index(old) if old is not None else 0
    _set_aside(book, README_TITLE, texts)
    write_readme(book.create_sheet(index=index))
    yield f"feuille « {README_TITLE} » récrite", ""


def _set_aside(book: Workbook, title: str, known: set[str]) -> None:
    """Remove the sheet that is to be written anew; keep it, last and under another name, if somebody wrote in it."""
    old = _sheet(book, title)
    if old is None:
        return
    if old.protection.sheet or _texts(old) <= known:
        book.remove(old)
    else:
        old.title = f"{title} (ancien)"
        book.move_sheet(old, len(book.worksheets))


def _sheet(book: Workbook, title: str) -> Worksheet | None:
    return next((ws for ws in book.worksheets if cle(ws.title) == cle(title)), None)


def _texts(ws: Worksheet) -> set[str]:
    return {as_text(cell.value) for cell in workbook.cells_of(ws) if cell.value is not None}


# --- The proof -------------------------------------------------------------------------------------------


def _check_whole(source: Source, titles: Sequence[str], result: bytes) -> None:
    """Read the result and find in it every cell of ``source``, at its place.

    Left out: « Lisez-moi » and « Listes », which the program writes; headers of older schemas.
    """
    after = {grid.title: grid for grid in workbook.sheets(result, source.file)[0]}
    for grid in source.grids:
        kept = after.get(titles[grid.tab])
        if cle(grid.title) in OWN_TITLES:
            continue
        for row, cells in grid.rows.items():
            for column, shown in cells.items():
                if not _is_kept(shown, kept, row, column):
                    raise Stop(NOT_WHOLE.at(grid.place(row, column)))


def _is_kept(shown: Shown, kept: Grid | None, row: int, column: int) -> bool:
    found = kept.rows.get(row, {}).get(column) if kept is not None else None
    if found is None:
        return False
    return as_text(found.value) == as_text(shown.value) or cle(as_text(shown.value)) in _FORMER

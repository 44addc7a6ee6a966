"""A JSON file as the grids of a workbook, to be read like any other, and its findings at JSON pointers."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Final

from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from clspd_docs.errors import Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.registers import exchange_schema as published
from clspd_docs.registers.answers import UNREADABLE, Refused
from clspd_docs.registers.cells import (
    EMPTY,
    NOT_A_DATE,
    NOT_IN_LIST,
    OUT_OF_BOUNDS,
    REPAIRED,
    choice_of_text,
    is_blank,
)
from clspd_docs.registers.exchange import FIRST_YEAR, MAX_TEXT, Line, free_title, our_titles, storable
from clspd_docs.registers.exchange_json import TOO_BIG, Doubled, Outsized, lines_out, loaded, own_name
from clspd_docs.registers.grid import Grid, Shown
from clspd_docs.registers.preflight import Form
from clspd_docs.registers.read import MORE, MOST, NO_IDENTIFIER, TOO_MANY
from clspd_docs.registers.schema import Column, Layout, Sheet, Type
from clspd_docs.registers.sheets import SHEETS
from clspd_docs.registers.source import Source
from clspd_docs.registers.write import RECORD_HEADERS, blank

_HINTS: Final = 200  # findings after which no nearest name is looked for

SHAPE = Kind(
    "REG143",
    Severity.ERROR,
    "Forme inattendue",
    "À cet endroit du fichier, il faut {attendu}.",
    "Corriger le programme qui a écrit le fichier : docs/registres.schema.json dit la forme attendue.",
    bad='"membres": {"id": "M001"}',
    good='"membres": [{"id": "M001"}]',
)
UNKNOWN_FIELD = Kind(
    "REG144",
    Severity.ERROR,
    "Champ inconnu",
    "Ce champ n’existe pas : son contenu n’est pas repris.{suggestion}",
    "Corriger son nom, ou le ranger dans « autres_colonnes » s’il est propre au secrétariat.",
    bad='"courrriel": "a.dupre@ville.example"',
    good='"courriel": "a.dupre@ville.example"',
)
DOUBLE_KEY = Kind(
    "REG145",
    Severity.ERROR,
    "Champ présent deux fois",
    "Ce champ est présent deux fois dans le même objet : seul le dernier est repris.",
    "Ne garder que le bon.",
    bad='{"nom": "Dupré", "nom": "Durand"}',
    good='{"nom": "Dupré"}',
)
ABSENT = Kind(
    "REG146",
    Severity.WARNING,
    "Feuilles absentes du fichier",
    "Le fichier ne dit rien de : {feuilles}. Ces feuilles sont celles d’un classeur neuf.",
    "Rien à faire si le secrétariat les remplit lui-même ; sinon, les ajouter au fichier.",
)

_INVISIBLE: Final = "caractères qu’une cellule ne peut pas contenir, retirés"
_OWN_VALUE: Final = "un texte, un nombre, un booléen, une date, une heure ou une durée"
MAX_COLUMNS: Final = 16_000  # of the secretary's own, in a sheet
_LONGEST_NAME: Final = 100  # characters of a name told in a message


@dataclass(frozen=True, slots=True)
class Incoming:
    """A JSON file, ready to be read as a workbook.

    Args:
        source: Its grids: every sheet of the schema, headers first, then those of the secretary's.
        findings: What its form gets wrong, at JSON pointers.
        spots: By title of the sheet, its pointer, and the end of the pointer of each column (or line).
    """

    source: Source
    findings: Sequence[Finding]
    spots: Mapping[str, tuple[str, Sequence[str]]]

    def told(self, findings: Sequence[Finding]) -> list[Finding]:
        """Return the reader's findings at their JSON pointers, but for the cells whose form was told already."""
        at = [replace(f, place=self._pointed(f.place)) for f in findings]
        known = {f.place.part for f in self.findings if f.is_error}
        return [*self.findings, *(f for f in at if not (f.is_error and f.place.part in known))]

    def _pointed(self, place: Place) -> Place:
        if place.sheet is None or place.sheet not in self.spots:
            return Place(self.source.file)
        base, ends = self.spots[place.sheet]
        row = (place.row or 0) - 2  # below the header; a pointer counts from 0
        letter = coordinate_from_string(place.cell)[0] if place.cell else ""
        column = column_index_from_string(letter) - 1 if letter else -1
        in_order = place.tab * 2**20 + max(row, 0)  # /membres/10 after /membres/9
        if base.startswith(f"/{published.OTHERS}/"):
            part = f"{base}/lignes/{row + 1}/{column}" if letter else base
        elif len(ends) and base.removeprefix("/") in _RECORDS:
            part = f"{base}/{ends[row]}" if 0 <= row < len(ends) else base
        else:
            part = base if row < 0 else f"{base}/{row}"
            part += f"/{ends[column]}" if row >= 0 and 0 <= column < len(ends) else ""
        return Place(self.source.file, column=place.column if row < 0 else None, part=part, tab=in_order)


_RECORDS: Final = {sheet.key for sheet in SHEETS if sheet.layout is Layout.RECORD}
_KEYS: Final = {*(sheet.key for sheet in SHEETS), published.OTHERS}
_FIELDS: Final = {name for sheet in SHEETS for name in sheet.names}


def json_source(data: bytes, file: str) -> Incoming:
    """Return the JSON file ``data``, called ``file`` in messages, as the grids of a workbook.

    Raises:
        Stop: REG140 (not JSON), REG141 (not registers, or of a later version), REG142 (too big).
    """
    reader = _Reader(file)
    reader.sheets(loaded(data, Place(file)))
    source = Source(file, hashlib.sha256(data).hexdigest(), Form.JSON, reader.grids)
    return Incoming(source, reader.findings, reader.spots)


class _Reader:
    """One pass over the file: grids, and what is wrong in its form."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.told: Counter[tuple[str, str, Kind]] = Counter()
        self.last = ""  # pointer told last
        self.grids: list[Grid] = []
        self.spots: dict[str, tuple[str, Sequence[str]]] = {}

    def tell(self, kind: Kind, pointer: str, value: object = None, **facts: object) -> None:
        """Add a finding at ``pointer``, in the order of the file; the first ones only of a kind in a field."""
        self.last = pointer
        _, key, index, name, *_ = *pointer.split("/"), "", "", ""
        group = (key if key in _KEYS else "", name if name in _FIELDS else "", kind)
        self.told[group] += 1
        if self.told[group] > MOST:
            return
        line = int(index) if index.isdecimal() else 0
        place = Place(self.file, part=pointer, tab=len(self.grids) * 2**20 + line)
        shown = storable(str(value))[:_LONGEST_NAME] if isinstance(value, str | int | float) else None
        self.findings.append(kind.at(place, value=shown, **facts))

    def sheets(self, whole: dict[str, Any]) -> None:
        """Read every sheet."""
        known = ["format", "schema", *(sheet.key for sheet in SHEETS), published.OTHERS]
        self.names(whole, "", known)
        whole = self.completed(whole)
        for sheet in SHEETS:
            if sheet.layout is Layout.RECORD:
                self.record(sheet, whole[sheet.key])
            else:
                self.table(sheet, whole[sheet.key])
        self.others(whole.get(published.OTHERS, []))
        for (key, name, kind), number in self.told.items():
            if number > MOST:
                place = Place(self.file, part=f"/{key}/{name}".rstrip("/"), tab=len(self.grids) * 2**20)
                more = TOO_MANY if kind.severity is Severity.ERROR else MORE
                self.findings.append(more.at(place, nombre=number - MOST, code=kind.code))

    def completed(self, whole: dict[str, Any]) -> dict[str, Any]:
        """Return the file with the sheets that it lacks, as a new workbook has them; tell which."""
        absent = [sheet for sheet in SHEETS if sheet.key not in whole]
        if absent:
            told = ", ".join(f"« {sheet.title} »" for sheet in absent)
            self.findings.append(ABSENT.at(Place(self.file), feuilles=told))
        new = blank()
        return whole | {
            sheet.key: lines_out(sheet, [Line(row, {}) for row in new[sheet.key]]) for sheet in absent
        }

    def names(self, found: dict[str, Any], pointer: str, known: Sequence[str] | None) -> None:
        """Tell the names that come twice, and those that are not known."""
        if isinstance(found, Doubled):
            for name in found.names:
                self.tell(DOUBLE_KEY, f"{pointer}/{_escaped(name)}")
        for name in found:
            if known is not None and name not in known:
                is_first = len(self.findings) < _HINTS
                near = get_close_matches(name[:_LONGEST_NAME], known, n=1, cutoff=0.7) if is_first else []
                hint = f" Vouliez-vous « {near[0]} » ?" if near else ""
                self.tell(UNKNOWN_FIELD, f"{pointer}/{_escaped(name)}", suggestion=hint)

    def objects(self, found: Any, pointer: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
        """Yield index, pointer and content of the objects of a list."""
        if not isinstance(found, list):
            self.tell(SHAPE, pointer, attendu="une liste d’objets")
            return
        for index, one in enumerate(found):
            if isinstance(one, dict):
                yield index, f"{pointer}/{index}", one
            else:
                self.tell(SHAPE, f"{pointer}/{index}", attendu="un objet")

    def own(self, sheet: Sheet, line: dict[str, Any], pointer: str) -> dict[str, Any]:
        """Return the secretary's own columns (or lines) of an object."""
        name = own_name(sheet)
        self.names(line, pointer, [*sheet.names, name])
        found = line.get(name, {})
        if not isinstance(found, dict):
            self.tell(SHAPE, f"{pointer}/{name}", attendu="un objet")
            return {}
        self.names(found, f"{pointer}/{name}", None)
        for header in [header for header in found if is_blank(storable(header))]:
            self.tell(SHAPE, f"{pointer}/{name}/{_escaped(header)}", attendu="un intitulé")
        return {
            header: self.raw(value, f"{pointer}/{name}/{_escaped(header)}")
            for header, value in found.items()
            if not is_blank(storable(header))
        }

    def table(self, sheet: Sheet, found: Any) -> None:
        """Add the grid of a table: headers, then one row a record, whose number tells its index."""
        base = f"/{sheet.key}"
        rows: dict[int, dict[int, Shown]] = {1: {n: Shown(c.header) for n, c in enumerate(sheet.columns, 1)}}
        own: dict[str, int] = {}
        for index, pointer, line in self.objects(found, base):
            cells = self.line(sheet, line, pointer)
            for header, raw in self.own(sheet, line, pointer).items():
                number = own.setdefault(header, len(sheet.columns) + len(own) + 1)
                cells |= {} if raw is None else {number: Shown(raw)}
            if cells:
                rows[index + 2] = dict(sorted(cells.items()))
            elif not self.last.startswith(f"{pointer}/"):
                self.nothing(sheet, pointer)
        if len(own) > MAX_COLUMNS:
            raise Stop(TOO_BIG.at(Place(self.file, part=base), mesure=f"{len(own)} colonnes"))
        rows[1] |= {number: Shown(storable(header)) for header, number in own.items()}
        ends = [*sheet.names, *(f"{own_name(sheet)}/{_escaped(header)}" for header in own)]
        self.add(sheet.title, rows, base, ends)

    def nothing(self, sheet: Sheet, pointer: str) -> None:
        """Tell an object that would leave its row empty."""
        if sheet.has_identifier:
            self.tell(NO_IDENTIFIER, pointer)
        else:
            self.tell(EMPTY, pointer, attendu="au moins un champ rempli")

    def record(self, sheet: Sheet, found: Any) -> None:
        """Add the grid of a two-column sheet."""
        base = f"/{sheet.key}"
        if not isinstance(found, dict):
            self.tell(SHAPE, base, attendu="un objet")
            found = {}
        cells = self.line(sheet, found, base)
        own = self.own(sheet, found, base)
        lines = [(c.header, cells.get(n)) for n, c in enumerate(sheet.columns, 1)]
        lines += [(storable(header), None if raw is None else Shown(raw)) for header, raw in own.items()]
        rows = {1: {n: Shown(header) for n, header in enumerate(RECORD_HEADERS[:2], 1)}}
        for row, (label, shown) in enumerate(lines, 2):
            rows[row] = {1: Shown(label)} | ({} if shown is None else {2: shown})
        ends = [*sheet.names, *(f"{own_name(sheet)}/{_escaped(header)}" for header in own)]
        self.add(sheet.title, rows, base, ends)

    def others(self, found: Any) -> None:
        """Add the grids of the secretary's own sheets."""
        taken = our_titles()
        for _, pointer, sheet in self.objects(found, f"/{published.OTHERS}"):
            self.names(sheet, pointer, ["titre", "lignes"])
            title, lines = sheet.get("titre"), sheet.get("lignes")
            wanted = storable(title) if isinstance(title, str) else ""
            free = free_title(wanted, taken)
            if free != title:
                attendu = "un titre de feuille qui n’est pas déjà pris, de 31 caractères au plus, sans : \\ / ? * [ ]"
                self.tell(SHAPE, f"{pointer}/titre", attendu=attendu)
            if not isinstance(lines, list):
                self.tell(SHAPE, f"{pointer}/lignes", attendu="une liste de lignes")
                lines = []
            rows: dict[int, dict[int, Shown]] = {}
            for row, cells in enumerate(lines, 1):
                if not isinstance(cells, list):
                    self.tell(SHAPE, f"{pointer}/lignes/{row - 1}", attendu="une liste de cellules")
                    continue
                if len(cells) > MAX_COLUMNS:
                    raise Stop(TOO_BIG.at(Place(self.file, part=pointer), mesure=f"{len(cells)} colonnes"))
                raws = [self.raw(one, f"{pointer}/lignes/{row - 1}/{at}") for at, one in enumerate(cells)]
                shown = {at: Shown(raw) for at, raw in enumerate(raws, 1) if not is_blank(raw)}
                rows |= {row: shown} if shown else {}
            self.add(free, rows, pointer, [])

    def add(self, title: str, rows: dict[int, dict[int, Shown]], base: str, ends: Sequence[str]) -> None:
        """Add a grid, and how its cells are told."""
        self.spots[title] = (base, ends)
        self.grids.append(Grid(self.file, title, len(self.grids), rows))

    def line(self, sheet: Sheet, line: dict[str, Any], pointer: str) -> dict[int, Shown]:
        """Return the filled cells of a record, by column number."""
        cells: dict[int, Shown] = {}
        for number, column in enumerate(sheet.columns, 1):
            if column.name not in line:
                continue
            raw = self.cell(column, line[column.name], f"{pointer}/{column.name}")
            if not is_blank(raw):
                cells[number] = Shown(raw)
        return cells

    def cell(self, column: Column, value: Any, pointer: str) -> Any:
        """Return what the cell will hold; tell a value whose form is not that of the published schema."""
        is_empty = value is None or value == [] or (isinstance(value, str) and is_blank(value))
        if is_empty and column.required:
            return None  # told by the reader, as in a workbook
        if not published.conforms(value, published.cell(column)):
            self.fault(column, value, pointer)
        elif isinstance(value, dict):
            return self.raw(value[published.ILLEGIBLE], pointer)
        return self.text(_typed(column, value), pointer)

    def fault(self, column: Column, value: Any, pointer: str) -> None:
        """Tell a value of the wrong form, with the code that its cell would have."""
        kind, facts = UNREADABLE, {"attendu": published.expected(column)}
        words = value if isinstance(value, list) else [value]
        if column.values is not None and all(isinstance(word, str) for word in words):
            kind = NOT_IN_LIST
            facts["suggestion"] = next(filter(None, (_suggestion(column, word) for word in words)), "")
        elif column.holds in {Type.DATE, Type.DATES}:
            kind = NOT_A_DATE
        elif column.holds in {Type.INTEGER, Type.NUMBER} and isinstance(value, int | float | Outsized):
            is_whole = isinstance(value, float) and not value.is_integer() and column.holds is Type.INTEGER
            kind = UNREADABLE if is_whole or isinstance(value, bool) else OUT_OF_BOUNDS
        elif isinstance(value, str) and len(value) > MAX_TEXT:
            return  # told as a text that is too long
        self.tell(kind, pointer, value, **facts)

    def raw(self, value: Any, pointer: str) -> Any:
        """Return a value of the secretary's own cells; tell what a cell cannot hold."""
        if not published.conforms(value, published.RAW) and not (
            type(value) is str and len(value) > MAX_TEXT
        ):
            self.tell(UNREADABLE, pointer, value, attendu=_OWN_VALUE)
            return str(value) if isinstance(value, Outsized) else None
        if not isinstance(value, dict):
            return self.text(value, pointer)
        name, found = next(iter(value.items()))
        if name == published.DURATION:
            return dt.timedelta(seconds=found)
        try:
            return dt.time.fromisoformat(found) if name == published.TIME else _moment(found)
        except ValueError:
            self.tell(NOT_A_DATE, f"{pointer}/{name}", found, attendu="une date ou une heure qui existe")
            return found

    def text(self, value: Any, pointer: str) -> Any:
        """Return the value, a text being such that a cell can hold it; tell what was taken from it."""
        if not isinstance(value, str):
            return value
        if len(value) > MAX_TEXT:
            self.tell(UNREADABLE, pointer, attendu=f"un texte de {MAX_TEXT} caractères au plus")
        kept = storable(value)[:MAX_TEXT]
        if kept != value[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n"):
            self.tell(REPAIRED, pointer, correction=_INVISIBLE)
        return kept


def _escaped(name: str) -> str:
    """Return a name as a JSON pointer writes it."""
    return storable(name)[:_LONGEST_NAME].replace("~", "~0").replace("/", "~1")


def _moment(text: str) -> dt.datetime:
    found = dt.datetime.fromisoformat(text)
    if found.year < FIRST_YEAR:
        raise ValueError(text)
    return found


def _suggestion(column: Column, word: str) -> str:
    try:
        return f" Vouliez-vous « {choice_of_text(column, word).value} » ?"
    except Refused as refusal:
        return str(refusal.facts["suggestion"])


def _typed(column: Column, value: Any) -> Any:
    """Return the value as a cell would hold it: a date, a time, a number, a text; a list in one text."""
    if isinstance(value, list):
        words = [word for word in value if isinstance(word, str)]
        return " ; ".join(words) + (" ;" if len(words) == 1 and "," in words[0] else "")
    if column.holds is Type.NUMBER and type(value) is str:
        return value.replace(".", ",")
    if column.holds is Type.DATE and isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, dict):
        return None
    return str(value) if isinstance(value, Outsized) else value

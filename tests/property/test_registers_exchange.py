"""Workbook to JSON and back loses nothing; nor does JSON to a workbook and back; CSV keeps every value."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from builders.classeur import Classeur
from clspd_docs.build.workspace import WORKBOOK, Folder
from clspd_docs.desk.exchanging import Format, export_workbook, import_workbook
from clspd_docs.errors import Stop
from clspd_docs.registers.exchange import Content, Illegible, Line
from clspd_docs.registers.exchange_json import json_bytes
from clspd_docs.registers.exchange_schema import json_schema
from clspd_docs.registers.read import read
from clspd_docs.registers.schema import Column, Layout, Sheet, Type
from clspd_docs.registers.sheets import SHEETS
from clspd_docs.registers.write import workbook_bytes
from property.test_registers_roundtrip import damaged, damages, few, rows_of, texts, told_in_full

civil = dt.datetime
SCHEMA = jsonschema.Draft202012Validator(json.loads(json_schema()))
RARE = {Type.TEXT, Type.REF, Type.REFS, Type.IDENTIFIER}  # almost any text can be read there

#: What the secretary's own cells show.
raws = (
    texts
    | st.sampled_from(["=1+1", "'=x", "+33", "@a", "#N/A", "a\nb", "01000", "-"])
    | st.integers(-(10**15) + 1, 10**15 - 1)
    | st.floats(allow_nan=False, allow_infinity=False, width=32).filter(lambda x: not x.is_integer())
    | st.booleans()
    | st.none()
    | st.datetimes(civil(1900, 1, 1), civil(9999, 12, 30)).map(lambda d: d.replace(microsecond=0))
    | st.times().map(lambda t: t.replace(microsecond=0))
    | st.integers(0, 10**7).map(lambda s: dt.timedelta(seconds=s))
)
headers = st.sampled_from(["Badge", "Note interne", "2027", "=A1", "Clé du local"])


def folder_of(root: str, data: bytes) -> Folder:
    folder = Folder(Path(root))
    path = folder.path(WORKBOOK)
    path.parent.mkdir()
    path.write_bytes(data)
    return folder


def exported(folder: Folder) -> Any:
    export_workbook(folder, Format.JSON)
    return json.loads(folder.path(Format.JSON.default_path).read_bytes())


def imported(folder: Folder, source: Path, root: str) -> Folder:
    """Import ``source`` as the workbook of another working folder."""
    other = Folder(Path(root))
    told_in_full(list(import_workbook(folder, source, other.path(WORKBOOK)).findings))
    return other


def values(folder: Folder) -> dict[str, list[dict[str, Any]]]:
    book, _ = read(folder.path(WORKBOOK), WORKBOOK)
    return {key: [dict(row.values) for row in rows] for key, rows in book.rows.items()}


def with_own_content(workbook: Classeur, cells: list[Any], raws: list[Any]) -> Classeur:
    workbook.sheet("Membres").add_column("Badge", *cells)
    return workbook.add_sheet("À moi", raws, [], raws[::-1])


@few
@given(damages, st.lists(raws, max_size=4), st.lists(raws, min_size=1, max_size=4))
def test_a_damaged_workbook_goes_through_json_and_comes_back_whole(
    changes: list[Any], cells: list[Any], lines: list[Any]
) -> None:
    workbook = with_own_content(damaged(changes, first_row=2), cells, lines)
    with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory() as there:
        folder = Folder(Path(here))
        folder.path("registers").mkdir()
        workbook.save(folder.path("registers"))
        first = exported(folder)
        assert [error.message for error in SCHEMA.iter_errors(first)] == []
        other = imported(folder, folder.path(Format.JSON.default_path), there)
        assert exported(other) == first
        assert values(other) == values(folder)


def illegible(column: Column) -> st.SearchStrategy[Any]:
    return st.just(Illegible("n’importe quoi")) if column.holds not in RARE else st.nothing()


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """Draw what a JSON file may hold: one sheet filled, own columns and sheets, some cells that cannot be read."""
    sheet, rows = draw(rows_of())
    keys = draw(st.lists(headers, unique=True, max_size=2))
    lines: dict[str, list[Line]] = {
        known.key: [Line({}, {})] if known.layout is Layout.RECORD else [] for known in SHEETS
    }
    lines[sheet.key] = [Line(_hurt(draw, sheet, row), {key: draw(raws) for key in keys}) for row in rows]
    others = draw(
        st.dictionaries(
            st.sampled_from(["Notes", "Budget 2027"]), st.lists(st.lists(raws, max_size=3), max_size=3)
        )
    )
    return Content(
        lines,
        [
            (title, [_trimmed(line) for line in found])
            for title, found in others.items()
            if found and _trimmed(found[-1])
        ],
    )


def _hurt(draw: st.DrawFn, sheet: Sheet, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        column.name: draw(st.just(row[column.name]) | illegible(column))
        for column in sheet.columns
        if row[column.name] not in {None, ()}
    }


def _trimmed(line: list[Any]) -> list[Any]:
    """Leave out the empty cells at the end of a line: they are nothing."""
    while line and line[-1] is None:
        line = line[:-1]
    return line


@few
@given(contents())
def test_json_goes_through_a_workbook_and_comes_back_equal(content: Content) -> None:
    with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory() as there:
        source = Path(here) / "registres.json"
        source.write_bytes(json_bytes(content))
        first = json.loads(source.read_bytes())
        assert [error.message for error in SCHEMA.iter_errors(first)] == []
        assert exported(imported(Folder(Path(here)), source, there)) == first


@few
@given(rows_of())
def test_a_workbook_goes_through_csv_and_its_values_come_back(
    drawn: tuple[Sheet, list[Mapping[str, object]]],
) -> None:
    sheet, rows = drawn
    with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory() as there:
        folder = folder_of(here, workbook_bytes({sheet.key: rows}))
        export_workbook(folder, Format.CSV)
        assert values(imported(folder, folder.path(Format.CSV.default_path), there)) == values(folder)


nested = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "date", "lignes", "nom", "\ud800", "a/b~"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
keys = st.sampled_from([sheet.key for sheet in SHEETS] + ["autres_feuilles", "inconnu"])


@few
@given(st.dictionaries(keys, nested, max_size=4), st.booleans())
def test_no_json_raises_anything_but_stop(found: dict[str, Any], escapes: bool) -> None:
    text = json.dumps({"format": "clspd-docs/registres", "schema": 1, **found}, ensure_ascii=escapes)
    with tempfile.TemporaryDirectory() as here:
        source, target = Path(here) / "registres.json", Path(here) / "clspd.xlsx"
        source.write_bytes(text.encode(errors="surrogatepass"))
        try:
            report = import_workbook(Folder(Path(here)), source, target)
        except Stop as stop:
            told_in_full([stop.finding])
            return
        told_in_full(list(report.findings))
        json.dumps(report.as_json(), ensure_ascii=False).encode()
        assert target.exists()

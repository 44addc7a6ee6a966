"""A written workbook reads back equal; a damaged one never crashes, and no row of it is lost without a name."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.classeur import Classeur, classeur
from builders.conseils import FICHIER, JOUR
from clspd_docs.domain.french import cle
from clspd_docs.errors import Stop
from clspd_docs.findings import Finding, in_order
from clspd_docs.registers.book import Book
from clspd_docs.registers.cells import YEARS, clean, is_error
from clspd_docs.registers.council import council
from clspd_docs.registers.read import read
from clspd_docs.registers.schema import Column, Layout, Sheet, Type
from clspd_docs.registers.sheets import SHEETS
from clspd_docs.registers.write import workbook_bytes
from clspd_docs.rules.checks import check

civil = dt.datetime  # hours without a zone, as a workbook holds them
few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TABLES = [sheet for sheet in SHEETS if sheet.layout is Layout.TABLE]

letters = st.characters(exclude_categories=("Cs", "Cn", "Co", "Cc"))
texts = (
    st.text(letters | st.sampled_from("\n='«»’ \u00a0<&"), min_size=1, max_size=40)
    .map(clean)
    .filter(lambda text: text and clean(text) == text and not is_error(text))
)
names = texts.map(lambda text: "".join(c for c in text if not c.isspace() and c not in ";,")).filter(
    lambda text: text and clean(text) == text and not is_error(text)
)
dates = st.dates(dt.date(YEARS.start, 1, 1), dt.date(YEARS.stop - 1, 12, 31))
digits = st.text("0123456789", min_size=8, max_size=8)


def several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(one, min_size=1, max_size=3, unique=True).map(tuple)


def values(column: Column) -> st.SearchStrategy[Any]:
    """Return what a cell of the column may mean, never empty."""
    low, high = column.low or 0, column.high or 10**9
    if column.values is not None:
        one = st.sampled_from(list(column.values))
        return several(one) if column.holds is Type.CHOICES else one
    return {
        Type.TEXT: texts,
        Type.IDENTIFIER: names,
        Type.INTEGER: st.integers(low, high),
        Type.NUMBER: st.integers(low * 100, high * 100).map(lambda n: Decimal(n) / 100),
        Type.DATE: dates,
        Type.DATES: several(dates),
        Type.TIME: st.times().map(lambda t: t.replace(second=0, microsecond=0)),
        Type.YES_NO: st.booleans(),
        Type.REF: texts,
        Type.REFS: several(names),
        Type.EMAIL: st.emails(),
        Type.PHONE: digits.map(lambda d: f"03 {d[:2]} {d[2:4]} {d[4:6]} {d[6:]}"),
        Type.POSTCODE: digits.map(lambda d: d[:5]),
        Type.SIRET: st.sampled_from(("356000000", "35600000000048", "732829320", "73282932000074")),
    }[column.holds]


@st.composite
def rows_of(draw: st.DrawFn) -> tuple[Sheet, list[Mapping[str, object]]]:
    """Draw a sheet and its rows: identifiers that differ, optional cells sometimes empty."""
    sheet = draw(st.sampled_from(SHEETS))
    empty = {c.name: () if c.holds in {Type.CHOICES, Type.REFS, Type.DATES} else None for c in sheet.columns}
    filled = {c.name: values(c) for c in sheet.columns if c.required}
    optional = {c.name: values(c) for c in sheet.columns if not c.required}
    record = st.fixed_dictionaries(filled, optional=optional).map(lambda found: empty | found)
    size = 1 if sheet.layout is Layout.RECORD else 5
    unique = (lambda row: cle(row["id"])) if sheet.has_identifier else None
    # A row of a sheet without identifier must not be wholly empty, or it is no row.
    return sheet, draw(st.lists(record, min_size=size % 5, max_size=size, unique_by=unique))


def read_bytes(data: bytes) -> tuple[Book, list[Finding]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clspd.xlsx"
        path.write_bytes(data)
        return read(path, FICHIER)


@few
@given(rows_of())
def test_a_written_workbook_reads_back_equal(drawn: tuple[Sheet, list[Mapping[str, object]]]) -> None:
    sheet, rows = drawn
    book, findings = read_bytes(workbook_bytes({sheet.key: rows}))
    assert [f for f in findings if f.place.sheet == sheet.title] == []
    assert [dict(row.values) for row in book.rows[sheet.key]] == rows


# --- Damage --------------------------------------------------------------------------------------------

anything = (
    texts
    | st.sampled_from(
        ["", " ", "=A1", "#REF!", "1e999", "31/02/2027", "P-2026-06", "M001 ; M002", "oui", "x" * 3000]
    )
    | st.integers(-(2**40), 2**40)
    | st.floats()
    | st.booleans()
    | st.none()
    | st.datetimes(civil(1900, 3, 1), civil(9999, 1, 1))
    | st.times()
    | st.timedeltas(dt.timedelta(0), dt.timedelta(days=40))
)
formats = st.sampled_from(["General", "@", "0%", "dd/mm/yyyy", "[h]:mm", "00000"])
spots = st.tuples(st.sampled_from(SHEETS), st.integers(1, 12), st.integers(1, 30))


def is_typable(value: object) -> bool:
    return not isinstance(value, float) or (value == value and abs(value) < 1e300)  # noqa: PLR0124 - not a number


damages = st.lists(st.tuples(spots, anything.filter(is_typable), formats), min_size=1, max_size=40)


def damaged(changes: list[Any], first_row: int) -> Classeur:
    workbook = classeur()
    for (sheet, row, column), value, number_format in changes:
        cell = workbook.book[sheet.title].cell(row + first_row - 1, column)
        cell.value, cell.number_format = value, number_format
    return workbook


def told_in_full(findings: list[Finding]) -> None:
    for finding in in_order(findings):
        assert finding.message
        assert finding.remedy
        assert finding.as_json()["place"]["file"]
        assert finding.place.french()


@few
@given(damages)
def test_rows_read_and_rows_refused_are_the_rows_that_are_not_empty(changes: list[Any]) -> None:
    workbook = damaged(changes, first_row=2)
    with tempfile.TemporaryDirectory() as folder:
        book, findings = workbook.read(Path(folder))
    for sheet in TABLES:
        filled = [
            row
            for row, cells in enumerate(workbook.book[sheet.title].iter_rows(min_row=2, values_only=True), 2)
            if any(cell is not None and clean(str(cell)) for cell in cells)
        ]
        refused = [place.row for place in book.refused if place.sheet == sheet.title]
        assert {r.origin.row for r in book.rows[sheet.key]}.isdisjoint(refused)
        assert {r.origin.row for r in book.rows[sheet.key]}.union(refused) == set(filled)
    errors = {f.place.row for f in findings if f.is_error}
    assert {place.row for place in book.refused} <= errors


@few
@given(damages)
def test_no_damage_in_cells_or_headers_crashes(changes: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        book, findings = damaged(changes, first_row=1).read(Path(folder))
    conseil, _ = council(book)
    told_in_full(findings + check(conseil, JOUR))


@few
@given(st.data())
def test_no_damage_in_the_file_raises_anything_but_stop(data: st.DataObject) -> None:
    stream, source = io.BytesIO(), io.BytesIO()
    classeur().book.save(source)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(stream, "w") as new:
        hurt = data.draw(st.sampled_from([n for n in old.namelist() if n.endswith((".xml", ".rels"))]))
        for name in old.namelist():
            part = bytearray(old.read(name))
            for _ in range(data.draw(st.integers(1, 6)) if name == hurt else 0):
                start = data.draw(st.integers(0, max(len(part) - 1, 0)))
                part[start : start + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=8))
            new.writestr(name, bytes(part))
    try:
        book, findings = read_bytes(stream.getvalue())
    except Stop as stop:
        told_in_full([stop.finding])
        return
    conseil, dangling = council(book)
    told_in_full(findings + dangling + check(conseil, JOUR))

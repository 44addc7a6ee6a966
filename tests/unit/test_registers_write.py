"""The workbook written is stable, complete, and usable in Excel and LibreOffice."""

from __future__ import annotations

import subprocess
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from clspd_docs.registers import workbook_lists as lists
from clspd_docs.registers.example import Rows, example_rows
from clspd_docs.registers.schema import SCHEMA_PROPERTY, SCHEMA_VERSION, Layout, Sheet, Type
from clspd_docs.registers.sheets import BY_KEY, LISTS_TITLE, README_TITLE, SHEETS
from clspd_docs.registers.write import as_shown, blank, table_name, workbook_bytes, write_workbook

REPOSITORY = Path(__file__).parents[2]
TABLES = [sheet for sheet in SHEETS if sheet.layout is Layout.TABLE]


@pytest.fixture(scope="module")
def example() -> bytes:
    return workbook_bytes(example_rows())


@pytest.fixture(scope="module")
def book(example: bytes) -> Workbook:
    return load_workbook(BytesIO(example))


def written(rows: Rows) -> Workbook:
    return load_workbook(BytesIO(workbook_bytes(rows)))


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def expected_cells(sheet: Sheet, rows: Rows) -> Iterator[tuple[int, int, object]]:
    """Yield (row, column, value) of every cell that the secretariat fills in."""
    for r, record in enumerate(rows[sheet.key]):
        for c, column in enumerate(sheet.columns):
            value = as_shown(record.get(column.name))
            yield (c + 2, 2, value) if sheet.layout is Layout.RECORD else (r + 2, c + 1, value)


def same(read: object, sent: object) -> bool:
    if isinstance(read, datetime) and isinstance(sent, date):
        return read.date() == sent
    return read == sent


def assert_holds(book: Workbook, rows: Rows) -> None:
    for sheet in SHEETS:
        ws = book[sheet.title]
        for row, column, value in expected_cells(sheet, rows):
            assert same(ws.cell(row, column).value, value), (sheet.title, row, column)


# Compared part by part: two builds of zlib may pack the same content differently.
def test_the_example_of_the_repository_is_what_the_code_writes(example: bytes) -> None:
    assert parts((REPOSITORY / "registers/clspd.xlsx").read_bytes()) == parts(example)


def test_the_blank_workbook_of_the_repository_is_what_the_code_writes() -> None:
    shipped = (REPOSITORY / "registers/clspd-vierge.xlsx").read_bytes()
    assert parts(shipped) == parts(workbook_bytes(blank()))


def test_the_same_rows_always_give_the_same_bytes(example: bytes) -> None:
    assert workbook_bytes(example_rows()) == example
    with zipfile.ZipFile(BytesIO(example)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_every_value_is_in_its_cell(book: Workbook) -> None:
    assert_holds(book, example_rows())


def test_openpyxl_reads_the_workbook_without_a_warning(example: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_workbook(BytesIO(example))


def test_the_workbook_tells_its_schema(book: Workbook) -> None:
    assert book.custom_doc_props[SCHEMA_PROPERTY].value == SCHEMA_VERSION  # type: ignore[attr-defined] # missing from types-openpyxl


def test_the_tabs_are_the_declared_sheets_between_lisez_moi_and_listes(book: Workbook) -> None:
    assert book.sheetnames == [README_TITLE, *(s.title for s in SHEETS), LISTS_TITLE]


@pytest.mark.parametrize("sheet", TABLES, ids=lambda s: s.key)
def test_a_sheet_holds_one_table_over_its_rows(book: Workbook, sheet: Sheet) -> None:
    ws = book[sheet.title]
    (table,) = ws.tables.values()
    assert table.displayName == table_name(sheet)
    assert table_name(sheet).isascii()
    last = get_column_letter(len(sheet.columns))
    assert table.ref == f"A1:{last}{len(example_rows()[sheet.key]) + 1}"
    assert [cell.value for cell in ws[1]] == [c.header for c in sheet.columns]
    assert ws.freeze_panes in {"A2", "B2"}
    assert not ws.protection.sheet


@pytest.mark.parametrize("sheet", TABLES, ids=lambda s: s.key)
def test_a_header_says_in_a_note_what_its_column_expects(book: Workbook, sheet: Sheet) -> None:
    for cell, column in zip(book[sheet.title][1], sheet.columns, strict=True):
        assert cell.comment is not None
        assert ("À remplir" if column.required else "Facultatif") in cell.comment.text


def test_a_blank_table_has_one_empty_row_ready() -> None:
    ws = written(blank())["Membres"]
    assert ws.tables["T_Membres"].ref == f"A1:{get_column_letter(ws.max_column)}2"
    assert all(cell.value is None for cell in ws[2])


def test_a_blank_workbook_carries_the_defaults_and_the_titles() -> None:
    rows = blank()
    assert_holds(written(rows), rows)
    assert rows["regles"][0]["delai_pleniere"] == 15
    assert "collectivite" not in rows["parametres"][0]
    assert "Préfet" in {row["id"] for row in rows["politesses"]}


def _rules(ws: Worksheet) -> Iterator[tuple[str, str]]:
    for rule in ws.data_validations.dataValidation:
        if rule.type == "list":
            for cells in str(rule.sqref).split():
                yield cells, str(rule.formula1)


def test_every_dropdown_points_at_a_name_that_holds_its_values(book: Workbook) -> None:
    for sheet in SHEETS:
        offered = dict(_rules(book[sheet.title]))
        for index, column in enumerate(sheet.columns, 1):
            name = lists.list_name(column)
            letter = get_column_letter(index)
            cells = f"B{index + 1}" if sheet.layout is Layout.RECORD else f"{letter}2:{letter}1000"
            assert offered.get(cells) == name, (sheet.title, column.header)
            if name is None:
                continue
            ((title, target),) = book.defined_names[name].destinations
            left, first, right, last = range_boundaries(target.replace("$", ""))
            assert (left, first) == (right, 2)
            found = [book[title].cell(row, left).value for row in range(first, last + 1)]  # type: ignore[arg-type, operator] # never a whole column
            if column.ref:
                ids = [row["id"] for row in example_rows()[column.ref]]
                assert found == ids + [None] * (len(found) - len(ids))
                assert title == BY_KEY[column.ref].title
            else:
                values = ["oui", "non"] if column.values is None else [v.value for v in column.values]
                assert found == values


def test_a_dropdown_warns_and_never_forbids(book: Workbook) -> None:
    for sheet in SHEETS:
        for rule in book[sheet.title].data_validations.dataValidation:
            assert rule.errorStyle == "warning"
            assert len(rule.errorTitle or "") <= 32
            assert len(rule.error or "") <= 225


def test_identifiers_phones_and_postcodes_stay_text_in_rows_to_come(book: Workbook) -> None:
    text = {Type.IDENTIFIER, Type.REF, Type.REFS, Type.PHONE, Type.POSTCODE}
    for sheet in TABLES:
        for index, column in enumerate(sheet.columns, 1):
            kept = book[sheet.title].column_dimensions[get_column_letter(index)].number_format
            assert (
                kept == "@" if column.holds in text else kept in {"@", "General", "0", "dd/mm/yyyy", "hh:mm"}
            )


@pytest.mark.parametrize("typed", ["=1+1", "+33 3 53 01 10 00", "-12", "@SUM(A1)"])
def test_a_text_that_looks_like_a_formula_stays_text(typed: str) -> None:
    cell = written({"organismes": [{"id": "ORG-X", "nom": typed}]})["Organismes"]["B2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (typed, "s", True)


def test_a_control_character_is_left_out() -> None:
    assert written({"organismes": [{"nom": "Dupré\x0b & Fils"}]})["Organismes"]["B2"].value == "Dupré & Fils"


def test_no_cell_holds_a_formula(book: Workbook) -> None:
    assert not any(c.data_type == "f" for ws in book.worksheets for row in ws.iter_rows() for c in row)


def test_lisez_moi_names_every_sheet_and_refuses_individual_situations(book: Workbook) -> None:
    text = " ".join(str(c.value) for row in book[README_TITLE].iter_rows() for c in row if c.value)
    assert all(sheet.title in text for sheet in SHEETS)
    assert "Aucune situation individuelle dans ce classeur" in text
    assert "CNIL" in text


def test_the_file_is_replaced_in_one_move(tmp_path: Path) -> None:
    path = tmp_path / "clspd.xlsx"
    path.write_bytes(b"old")
    write_workbook(path, blank())
    assert [p.name for p in tmp_path.iterdir()] == ["clspd.xlsx"]
    assert path.read_bytes() == workbook_bytes(blank())


@pytest.mark.office
def test_every_value_survives_a_save_in_libreoffice(example: bytes, tmp_path: Path) -> None:
    source = tmp_path / "clspd.xlsx"
    source.write_bytes(example)
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "xlsx", "--outdir", str(tmp_path / "out"), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert (tmp_path / "out").exists(), "LibreOffice lacks Calc: install libreoffice-calc-nogui"
    saved = load_workbook(tmp_path / "out/clspd.xlsx")
    assert_holds(saved, example_rows())
    assert set(lists.lists()) <= set(saved.defined_names)

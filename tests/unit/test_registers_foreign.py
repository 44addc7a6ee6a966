"""Workbooks of other formats: .ods and .xls by a child process that a hostile file can only stop."""

from __future__ import annotations

import io
import zipfile
from datetime import time
from pathlib import Path

import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from builders.conseils import FICHIER
from clspd_docs.errors import Stop
from clspd_docs.origin import Place
from clspd_docs.registers import foreign
from clspd_docs.registers.preflight import Form
from clspd_docs.registers.source import open_source


def ods(folder: Path, *rows: list[tuple[str, str]]) -> Path:
    """Write an .ods of one sheet; each cell is (type, value)."""
    document = OpenDocumentSpreadsheet()
    table = Table(name="Séances")
    document.spreadsheet.addElement(table)
    for cells in rows:
        line = TableRow()
        table.addElement(line)
        for kind, value in cells:
            attributes = {"string": {}, "float": {"value": value}, "boolean": {"booleanvalue": value}}
            attributes |= {"date": {"datevalue": value}, "time": {"timevalue": value}}
            cell = TableCell(valuetype=kind, **attributes[kind])
            if kind == "string":
                cell.addElement(P(text=value))
            line.addElement(cell)
    path = folder / "clspd.ods"
    document.save(str(path))
    return path


def test_an_ods_gives_the_same_values_as_a_workbook(tmp_path: Path) -> None:
    path = ods(
        tmp_path,
        [("string", "Identifiant"), ("string", "Date"), ("string", "Heure"), ("string", "Rang")],
        [("string", "P-1"), ("date", "2027-02-04"), ("time", "PT14H30M00S"), ("float", "12")],
    )
    source = open_source(path, FICHIER)
    assert source.form is Form.ODS
    assert [f.code for f in source.findings] == ["REG008"]
    grid = source.grids[0]
    assert grid.title == "Séances"
    assert grid.texts(1) == {1: "Identifiant", 2: "Date", 3: "Heure", 4: "Rang"}
    assert grid.texts(2)[2] == "04/02/2027"
    hours = grid.rows[2][3].value
    assert hours == time(14, 30) or hours.total_seconds() == 14.5 * 3600
    assert grid.cell(2, 4).place == Place(FICHIER, "Séances", "D2", 2)


def test_an_encrypted_ods_is_told(tmp_path: Path) -> None:
    path = tmp_path / "clspd.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", b"\x00")
        archive.writestr("META-INF/manifest.xml", "<manifest:encryption-data/>")
    with pytest.raises(Stop) as stop:
        open_source(path, FICHIER)
    assert stop.value.finding.code == "REG003"


def test_a_text_document_is_no_workbook(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<office/>")
    path = tmp_path / "clspd.ods"
    path.write_bytes(stream.getvalue())
    with pytest.raises(Stop) as stop:
        open_source(path, FICHIER)
    assert stop.value.finding.code == "REG004"
    assert "un autre document LibreOffice" in stop.value.finding.message


def test_a_cell_far_away_stops_the_child_alone(tmp_path: Path) -> None:
    # A value beyond a million rows of repeated cells: the library would ask for hundreds of gigabytes.
    path = ods(tmp_path, [("string", "Identifiant")])
    data = _content(
        path,
        b"</table:table-row></table:table>",
        b"</table:table-row>"
        b'<table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>'
        b'<table:table-row><table:table-cell table:number-columns-repeated="16383"/>'
        b'<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
        b"</table:table-row></table:table>",
    )
    path.write_bytes(data)
    with pytest.raises(Stop) as stop:
        open_source(path, FICHIER)
    assert stop.value.finding.code in {"REG006", "REG007"}


def test_a_child_that_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "TIMEOUT", 0.001)
    with pytest.raises(Stop) as stop:
        open_source(ods(tmp_path, [("string", "Identifiant")]), FICHIER)
    assert stop.value.finding.code == "REG006"


@pytest.mark.parametrize("text", ["PT99999999999999999H0M0S", "PT" + "9" * 5000 + "H00M00S", "PTxHyMzS"])
def test_a_text_that_is_no_duration_stays_a_text(tmp_path: Path, text: str) -> None:
    assert open_source(ods(tmp_path, [("string", text)]), FICHIER).grids[0].texts(1) == {1: text}


def test_a_few_bytes_that_give_a_million_cells_are_refused(tmp_path: Path) -> None:
    path = ods(tmp_path, [("string", "x" * 10)])
    cell = b'<table:table-cell office:value-type="string"'
    data = _content(
        path, cell, b'<table:table-cell table:number-columns-repeated="1000" office:value-type="string"'
    )
    path.write_bytes(data)
    path.write_bytes(
        _content(path, b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1000">')
    )
    with pytest.raises(Stop) as stop:
        open_source(path, FICHIER)
    assert stop.value.finding.code == "REG006"


def _content(path: Path, before: bytes, after: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "content.xml":
                assert before in part
                part = part.replace(before, after)
            new.writestr(name, part)
    return stream.getvalue()

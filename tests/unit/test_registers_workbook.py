"""A file that is no sound workbook stops the run with its own code, whatever is wrong with it."""

from __future__ import annotations

import io
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from builders.classeur import classeur, told
from builders.conseils import FICHIER
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.origin import Place
from clspd_docs.registers import preflight, workbook
from clspd_docs.registers.read import read
from clspd_docs.registers.source import open_source as load

SHEET = "xl/worksheets/sheet2.xml"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return classeur().save(tmp_path_factory.mktemp("sain")).read_bytes()


def stopped(path: Path) -> str:
    with pytest.raises(Stop) as stop:
        load(path, FICHIER)
    assert stop.value.exit_code is ExitCode.NOTHING_READ
    assert stop.value.finding.place.french() == FICHIER
    assert stop.value.finding.message
    assert stop.value.finding.remedy
    return stop.value.finding.code


def file(folder: Path, data: bytes, name: str = "clspd.xlsx") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def remade(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """Return the archive with each part changed."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return stream.getvalue()


def in_sheet(data: bytes, before: bytes, added: bytes) -> bytes:
    """Return the archive with XML added to one sheet before a tag."""
    return remade(data, lambda n, part: part.replace(before, added + before, 1) if n == SHEET else part)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert stopped(tmp_path / "clspd.xlsx") == "REG001"


@pytest.mark.parametrize("name", ["~$clspd.xlsx", ".~lock.clspd.xlsx#"])
def test_the_lock_of_an_open_workbook_is_not_the_workbook(tmp_path: Path, name: str) -> None:
    assert stopped(file(tmp_path, b"\x00" * 165, name)) == "REG002"


def test_an_encrypted_workbook_is_told_by_its_bytes(tmp_path: Path) -> None:
    data = preflight.OLE + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(1000)
    assert stopped(file(tmp_path, data)) == "REG003"


def test_an_old_workbook_that_cannot_be_read_is_damaged(tmp_path: Path) -> None:
    assert stopped(file(tmp_path, preflight.OLE + bytes(2000))) == "REG007"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK",
        b"PK\x05\x06" + b"\x00" * 18,
        "Identifiant;Nom\nM001;Dupré\n".encode(),
        b"<html><table><tr><td>M001</td></tr></table></html>",
    ],
    ids=["empty", "two bytes", "empty archive", "renamed csv", "renamed web page"],
)
def test_what_is_no_archive_is_no_workbook(tmp_path: Path, data: bytes) -> None:
    assert stopped(file(tmp_path, data)) == "REG004"


def test_an_archive_without_a_workbook_is_no_workbook(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("content.xml", "<office/>")
    assert stopped(file(tmp_path, stream.getvalue())) == "REG004"


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "clspd.xlsx").mkdir()
    assert stopped(tmp_path / "clspd.xlsx") == "REG005"


def test_a_file_that_the_system_refuses_is_told(
    tmp_path: Path, sound: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path) -> bytes:
        raise PermissionError

    path = file(tmp_path, sound)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert stopped(path) == "REG005"


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_archive_is_damaged(tmp_path: Path, sound: bytes, part: float) -> None:
    assert stopped(file(tmp_path, sound[: int(len(sound) * part)])) == "REG007"


def test_a_damaged_stream_is_damaged(tmp_path: Path, sound: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        entry = archive.getinfo(SHEET)
    start = entry.header_offset + 30 + len(SHEET)
    noise = bytes(byte ^ 0xFF for byte in sound[start : start + 40])
    assert stopped(file(tmp_path, sound[:start] + noise + sound[start + 40 :])) == "REG007"


def test_xml_cut_short_is_damaged(tmp_path: Path, sound: bytes) -> None:
    data = remade(sound, lambda name, part: part[:-200] if name == SHEET else part)
    assert stopped(file(tmp_path, data)) == "REG007"


def test_a_workbook_without_a_sheet_is_damaged(tmp_path: Path, sound: bytes) -> None:
    data = remade(sound, lambda name, part: b"<nothing/>" if name == "xl/workbook.xml" else part)
    assert stopped(file(tmp_path, data)) == "REG007"


def test_a_bomb_is_refused_before_it_is_inflated(tmp_path: Path, sound: bytes) -> None:
    data = remade(sound, lambda name, part: part + b" " * 2**23 if name == SHEET else part)
    assert len(data) < 2**17
    start = time.perf_counter()
    assert stopped(file(tmp_path, data)) == "REG006"
    assert time.perf_counter() - start < 0.5


def test_a_sheet_formatted_to_its_last_row_is_refused(tmp_path: Path, sound: bytes) -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (r, r) for r in range(100, 700_000))
    data = in_sheet(sound, b"</sheetData>", rows)
    assert stopped(file(tmp_path, data)) == "REG006"


def test_pictures_do_not_count_as_sheets(
    tmp_path: Path, sound: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "MAX_XML_BYTES", 2**20)
    stream = io.BytesIO(sound)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/media/image1.png", bytes(2**20))
    load(file(tmp_path, stream.getvalue()), FICHIER)


def test_a_huge_file_is_refused_unread(tmp_path: Path, sound: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "MAX_BYTES", 1000)
    assert stopped(file(tmp_path, sound)) == "REG006"


def test_an_archive_of_a_thousand_parts_is_refused(tmp_path: Path, sound: bytes) -> None:
    stream = io.BytesIO(sound)
    with zipfile.ZipFile(stream, "a") as archive:
        for number in range(preflight.MAX_ENTRIES):
            archive.writestr(f"xl/theme/{number}.xml", "<a/>")
    assert stopped(file(tmp_path, stream.getvalue())) == "REG006"


@pytest.mark.parametrize(
    ("before", "xml"),
    [
        (b"<pageMargins", b'<mergeCells count="1"><mergeCell ref="A1:C1048576"/></mergeCells>'),
        (b"<pageMargins", b'<hyperlinks><hyperlink ref="A2:A1048576" location="x"/></hyperlinks>'),
    ],
    ids=["merged", "linked"],
)
def test_whole_columns_merged_or_linked_are_refused(
    tmp_path: Path, sound: bytes, before: bytes, xml: bytes
) -> None:
    assert stopped(file(tmp_path, in_sheet(sound, before, xml))) == "REG006"


@pytest.mark.parametrize("ahead", [b"", b"<!-- " + b"x" * 5000 + b" -->"], ids=["at once", "far away"])
def test_a_document_type_is_refused_wherever_it_stands(tmp_path: Path, sound: bytes, ahead: bytes) -> None:
    bomb = ahead + b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    data = remade(sound, lambda name, part: bomb + part if name == SHEET else part)
    assert stopped(file(tmp_path, data)) == "REG007"


def test_an_entity_in_another_encoding_is_refused(tmp_path: Path, sound: bytes) -> None:
    xml = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "ha">]><worksheet>&a;</worksheet>'
    data = remade(sound, lambda name, part: xml.encode("utf-16") if name == SHEET else part)
    assert stopped(file(tmp_path, data)) == "REG007"


def test_a_text_that_speaks_of_document_types_is_read(tmp_path: Path) -> None:
    book, findings = classeur().sheet("Axes").set("A1", "Constat", "Le mot <!DOCTYPE html>").read(tmp_path)
    assert findings == []
    assert book.rows["axes"][0].values["constat"] == "Le mot <!DOCTYPE html>"


def test_a_value_in_the_last_cell_of_a_sheet_costs_nothing(tmp_path: Path) -> None:
    damaged = classeur().sheet("Membres")
    damaged.here["XFD1048576"] = "perdu"
    start = time.perf_counter()
    book, findings = damaged.read(tmp_path)
    assert time.perf_counter() - start < 1
    assert ("REG110", "Membres!1048576") in told(findings)
    assert book.counts()["membres"] == 6
    assert [place.row for place in book.refused] == [1048576]


def test_a_workbook_part_under_another_number_is_read(tmp_path: Path, sound: bytes) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sound)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            part = old.read(name).replace(b"xl/workbook.xml", b"xl/workbook22.xml")
            new.writestr(
                name.replace("xl/workbook.xml", "xl/workbook22.xml").replace(
                    "workbook.xml.rels", "workbook22.xml.rels"
                ),
                part,
            )
    book, findings = read(file(tmp_path, stream.getvalue()), FICHIER)
    assert findings == []
    assert book.counts()["membres"] == 6


def test_the_content_decides_not_the_name(tmp_path: Path, sound: bytes) -> None:
    load(file(tmp_path, sound, "registres-copie.xlsm"), FICHIER)


def test_what_openpyxl_would_lose_on_saving_is_not_our_readers_concern(tmp_path: Path, sound: bytes) -> None:
    extension = (
        b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
        b'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"/></extLst>'
    )
    data = in_sheet(sound, b"</worksheet>", extension)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load(file(tmp_path, data), FICHIER)


def test_values_are_loaded_apart_only_when_there_are_formulas(
    tmp_path: Path, sound: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[bool] = []
    opened = workbook._open

    def counted(data: bytes, place: Place, *, data_only: bool) -> object:
        loads.append(data_only)
        return opened(data, place, data_only=data_only)

    monkeypatch.setattr(workbook, "_open", counted)
    load(file(tmp_path, sound), FICHIER)
    assert loads == [False]
    load(classeur().sheet("Axes").set("A1", "Constat", "=A1").save(tmp_path), FICHIER)
    assert loads == [False, False, True]


def test_a_formula_is_read_by_its_value(tmp_path: Path) -> None:
    path = classeur().sheet("Axes").set("A1", "Constat", "=B2").save(tmp_path)
    computed = remade(
        path.read_bytes(),
        lambda _, part: part.replace(b"<f>B2</f><v />", b"<f>B2</f><v>12</v>").replace(
            b"<f>B2</f><v></v>", b"<f>B2</f><v>12</v>"
        ),
    )
    book, findings = read(file(tmp_path, computed), FICHIER)
    assert findings == []
    assert book.rows["axes"][0].values["constat"] == "12"


def test_an_empty_workbook_has_no_sheet_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "vide.xlsx"
    Workbook().save(path)
    book, findings = read(path, FICHIER)
    assert {f.code for f in findings} == {"REG101", "REG107"}
    assert not any(book.counts().values())


def test_the_digest_is_that_of_the_bytes(tmp_path: Path, sound: bytes) -> None:
    first = load(file(tmp_path, sound), FICHIER).digest
    assert load(file(tmp_path, sound), FICHIER).digest == first
    assert (
        load(classeur().sheet("Axes").set("A1", "Intitulé", "Autre").save(tmp_path), FICHIER).digest != first
    )

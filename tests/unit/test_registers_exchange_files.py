"""Exports as files: CSV, what is never overwritten, the command line."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from builders.classeur import classeur
from builders.echanges import exported, imported, run_export, saved, values
from clspd_docs.build.workspace import WORKBOOK, Folder
from clspd_docs.desk.exchanging import IMPORTED, Format, export_workbook, import_workbook
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.registers.sheets import SHEETS


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A working folder with the small council."""
    return saved(classeur(), tmp_path)


# --- CSV -----------------------------------------------------------------------------------------------


def test_csv_files_are_those_that_a_french_excel_opens(folder: Folder) -> None:
    export_workbook(folder, Format.CSV)
    names = {path.name for path in folder.path("registers/clspd-csv").iterdir()}
    assert names == {f"{sheet.title}.csv" for sheet in SHEETS}
    data = folder.path("registers/clspd-csv/Séances.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    header, *lines = data.decode("utf-8-sig").split("\r\n")
    assert header.startswith('"Identifiant";"Formation"')
    assert '"04/02/2027"' in "".join(lines)


def test_csv_comes_back_with_its_values_and_own_columns(tmp_path: Path) -> None:
    workbook = classeur().sheet("Membres").add_column("Badge", "=1+1", "'+33", "B, 3")
    workbook.here["A1"].parent.cell(2, workbook.here.max_column).data_type = "s"
    folder = saved(workbook.add_sheet("À moi", ["seule, une"], ["valeur, deux"]), tmp_path)
    export_workbook(folder, Format.CSV)
    report = import_workbook(folder, folder.path("registers/clspd-csv"), folder.path(IMPORTED))
    assert report.exit is ExitCode.DONE
    assert values(folder.path(IMPORTED)) == values(folder.path(WORKBOOK))
    first = exported(folder)
    folder.path(IMPORTED).replace(folder.path(WORKBOOK))
    assert exported(folder) == first


def test_a_fault_in_csv_is_told_with_its_file_its_line_and_its_column(folder: Folder) -> None:
    export_workbook(folder, Format.CSV)
    path = folder.path("registers/clspd-csv/Séances.csv")
    path.write_bytes(path.read_bytes().replace(b"04/02/2027", b"31/02/2027"))
    folder.path("registers/clspd-csv/Axes.csv").write_bytes(b"")
    report = import_workbook(folder, folder.path("registers/clspd-csv"), folder.path(IMPORTED))
    places = {f.code: f.place for f in report.findings if f.code in {"REG203", "REG130"}}
    assert (places["REG203"].file, places["REG203"].row) == ("registers/clspd-csv/Séances.csv", 3)
    assert places["REG203"].column == "Date"
    assert places["REG130"].file == "registers/clspd-csv/Axes.csv"


def test_a_folder_without_csv_stops(folder: Folder) -> None:
    with pytest.raises(Stop) as stop:
        import_workbook(folder, folder.path("registers"), folder.path(IMPORTED))
    assert stop.value.finding.code == "REG141"


# --- Files are never overwritten -----------------------------------------------------------------------


def test_an_export_that_differs_is_kept_without_force(folder: Folder) -> None:
    for form, name in ((Format.JSON, "registers/clspd.json"), (Format.CSV, "registers/clspd-csv/Axes.csv")):
        export_workbook(folder, form)
        export_workbook(folder, form)  # the same again
        folder.path(name).write_text("autre chose", encoding="utf-8")
        with pytest.raises(Stop) as stop:
            export_workbook(folder, form)
        assert (stop.value.finding.code, stop.value.finding.place.file) == ("REG149", name)
        assert folder.path(name).read_text(encoding="utf-8") == "autre chose"
        export_workbook(folder, form, force=True)
        assert folder.path(name).read_text(encoding="utf-8") != "autre chose"


def test_a_csv_of_another_export_stops_even_with_force(folder: Folder) -> None:
    export_workbook(folder, Format.CSV)
    folder.path("registers/clspd-csv/Budget.csv").write_text("a;b", encoding="utf-8")
    with pytest.raises(Stop, match=r"REG149 registers/clspd-csv/Budget\.csv"):
        export_workbook(folder, Format.CSV, force=True)


def test_own_values_that_come_back_as_texts_are_told_at_the_export(tmp_path: Path) -> None:
    workbook = classeur().sheet("Membres").add_column("Poids", 0.3).add_column("Venu", True)
    workbook.sheet("Axes").add_column("Vu", dt.datetime.fromisoformat("2026-01-02T03:04:05")).add_column(
        "Note", "rien"
    )
    folder = saved(workbook.add_sheet("Budget", ["Total", 3]), tmp_path)
    report = export_workbook(folder, Format.CSV)
    told = {f.place.sheet: f.message for f in report.findings if f.code == "REG147"}
    assert told.keys() == {"Membres", "Axes", "Budget"}
    assert "les nombres et les valeurs VRAI et FAUX de vos" in told["Membres"]
    assert "les dates, heures et durées" in told["Axes"]
    assert "02/01/2026 03:04:05" in folder.path("registers/clspd-csv/Axes.csv").read_text(
        encoding="utf-8-sig"
    )
    assert not [f for f in export_workbook(folder, Format.JSON).findings if f.code == "REG147"]


def test_own_sheets_come_back_from_csv_in_their_order(tmp_path: Path) -> None:
    workbook = classeur()
    for title in ("Zones", "Élus", "Budget"):
        workbook.add_sheet(title, ["Nom du lieu"], [title])
    folder = saved(workbook, tmp_path)
    export_workbook(folder, Format.CSV)
    import_workbook(folder, folder.path("registers/clspd-csv"), folder.path(IMPORTED))
    assert load_workbook(folder.path(IMPORTED)).sheetnames[-3:] == ["Zones", "Élus", "Budget"]


def test_an_import_never_replaces_a_workbook(folder: Folder) -> None:
    exported(folder)
    before = folder.path(WORKBOOK).read_bytes()
    with pytest.raises(Stop, match="REG149"):
        import_workbook(folder, folder.path("registers/clspd.json"), folder.path(WORKBOOK))
    assert folder.path(WORKBOOK).read_bytes() == before


def test_what_is_already_there_is_told_before_the_file_is_read(folder: Folder) -> None:
    with pytest.raises(Stop, match="REG149"):
        import_workbook(folder, folder.path("absent.json"), folder.path(WORKBOOK))


def test_a_full_disk_or_a_closed_folder_is_told(folder: Folder) -> None:
    folder.path("registers/clspd.json").mkdir()
    with pytest.raises(Stop, match="ENV203"):
        export_workbook(folder, Format.JSON, force=True)


def test_the_same_workbook_gives_the_same_bytes(folder: Folder) -> None:
    found = exported(folder)
    imported(folder, found)
    first = folder.path(IMPORTED).read_bytes()
    imported(folder, found)
    assert folder.path(IMPORTED).read_bytes() == first


# --- Command line --------------------------------------------------------------------------------------


def test_the_export_says_that_it_holds_personal_data(folder: Folder) -> None:
    code, output = run_export(folder)
    assert code == 0
    assert "données personnelles" in output
    assert "registers/clspd.json" in output


def test_the_export_answers_in_json_with_its_path(folder: Folder) -> None:
    _, output = run_export(folder, "--format", "csv", "--json")
    answer = json.loads(output)
    assert (answer["command"], answer["path"], answer["exit"]) == (
        "registers export",
        "registers/clspd-csv",
        0,
    )
    assert answer["counts"]["membres"] > 0


@pytest.mark.parametrize(("form", "name"), [("json", "classeur.xlsx"), ("csv", "classeur.xlsx")])
def test_a_workbook_is_never_the_target_of_an_export(form: str, name: str, folder: Folder) -> None:
    path = folder.path(name)
    path.write_bytes(b"PK")
    code, _ = run_export(folder, "--format", form, "--force", str(path))
    assert code == 2
    assert path.read_bytes() == b"PK"

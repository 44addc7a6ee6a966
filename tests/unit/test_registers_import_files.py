"""Lists as files: formats, what cannot be done, the command, hostile lists and workbooks."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table as ExcelTable

from builders.listes import LISTS, NEW, codes, csv_file, day, imported, rows, stopped
from clspd_docs.build.workspace import Folder
from clspd_docs.cli.registers_import import import_
from clspd_docs.desk.exchanging import Format, export_workbook
from clspd_docs.errors import Stop

# --- Formats ---------------------------------------------------------------------------------------------


def test_a_utf_16_export_reads_like_the_others(folder: Folder) -> None:
    text = (LISTS / "annuaire-partage.csv").read_text(encoding="utf-8").replace('"', "")
    text = text.replace("1, place", "1 place").replace(",", "\t")
    source = csv_file(folder, text, name="unicode.txt", encoding="utf-16")
    report, _ = imported(folder, source)
    assert report.more["rows_written"] == 4
    assert rows(folder, "unicode")[-4]["Nom"] == "ZIDI"


def test_an_ods_list_reads_with_its_dates_and_numbers(folder: Folder) -> None:
    document = OpenDocumentSpreadsheet()
    table = Table(name="Élus")
    document.spreadsheet.addElement(table)
    for line in (["Élu", "CP", "Désigné le"], ["Mme Zoé ROY", 1000, dt.date(2026, 4, 2)]):
        row = TableRow()
        for value in line:
            if isinstance(value, dt.date):
                cell = TableCell(valuetype="date", datevalue=value.isoformat())
            elif isinstance(value, int):
                cell = TableCell(valuetype="float", value=value)
            else:
                cell = TableCell(valuetype="string")
            cell.addElement(P(text=str(value)))
            row.addElement(cell)
        table.addElement(row)
    path = folder.root / "elus.ods"
    document.save(path)
    report, _ = imported(folder, path)
    new = rows(folder, "elus")[-1]
    assert (new["Prénom"], new["Code postal"], new["Désigné le"]) == ("Zoé", "01000", day("2026-04-02"))
    assert report.more["rows_written"] == 1


def xlsx(folder: Folder, **tabs: list[list[Any]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, lines in tabs.items():
        ws = book.create_sheet(title)
        for line in lines:
            ws.append(line)
    path = folder.root / "liste.xlsx"
    book.save(path)
    return path


def test_a_workbook_of_several_tabs_asks_which(folder: Folder) -> None:
    lines: list[list[Any]] = [["Nom", "Prénom"], ["ROY", "Zoé"]]
    source = xlsx(folder, Anciens=[["Nom", "Prénom"], ["LO", "Ana"]], Actuels=lines, Vide=[])
    for tab, reason in (
        (None, "la liste a plusieurs onglets"),
        ("Futurs", "la liste n’a pas d’onglet « Futurs »"),
    ):
        with pytest.raises(Stop) as stop:
            imported(folder, source, tab=tab)
        assert (stop.value.finding.code, stop.value.exit_code) == ("REG417", 2)
        assert dict(stop.value.finding.facts)["raison"] == reason
    assert stopped(folder, source, tab="vide") == ("REG422", 3)
    imported(folder, source, tab="actuels")
    assert rows(folder, "liste")[-1]["Nom"] == "ROY"


def test_an_xlsx_keeps_dates_numbers_and_formulas_honest(folder: Folder) -> None:
    source = xlsx(
        folder,
        Liste=[
            ["Nom", "Prénom", "Code postal", "Téléphone", "Désigné le", "Mail"],
            ["ROY", "Zoé", 1000, 353011037, day("2026-04-02"), "=B2"],
        ],
    )
    report, _ = imported(folder, source)
    new = rows(folder, "liste")[-1]
    assert (new["Code postal"], new["Téléphone"]) == ("01000", "03 53 01 10 37")
    assert (new["Désigné le"], new.get("Courriel")) == (day("2026-04-02"), None)
    assert [f.place.cell for f in report.findings if f.code == "REG207"] == ["F2"]


def test_hidden_rows_are_taken_and_comments_are_told(folder: Folder) -> None:
    source = xlsx(folder, Liste=[["Nom", "Prénom"], ["ROY", "Zoé"], ["LO", "Ana"]])
    book = load_workbook(source)
    book["Liste"].row_dimensions[3].hidden = True
    book["Liste"]["A2"].comment = Comment("à rappeler", "moi")
    book.save(source)
    report, _ = imported(folder, source)
    assert codes(report) == {"REG109": 1, "REG426": 1}
    assert report.more["rows_written"] == 2


# --- What cannot be done ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "wish", "answer"),
    [
        (["Nom;Prénom", "ROY;Zoé"], {"sheet": "Membre"}, ("REG416", 2)),
        (["Nom;Prénom", "ROY;Zoé"], {"sheet": "Paramètres"}, ("REG416", 2)),
        (["Nom;Prénom", "ROY;Zoé"], {"columns": ("Nom",)}, ("REG418", 2)),
        (["Nom;Prénom", "ROY;Zoé"], {"columns": ("Zut=Nom",)}, ("REG418", 2)),
        (["Nom;Prénom", "ROY;Zoé"], {"columns": ("Nom=Zut",)}, ("REG418", 2)),
        (["Nom;Prénom"], {}, ("REG422", 3)),
        ([";".join("abc" for _ in range(300)), "x"], {}, ("REG423", 3)),
        (["Nom;Prénom", *(f"N{n};P" for n in range(10_001))], {}, ("REG423", 3)),
        ([""], {}, ("REG130", 3)),
    ],
)  # fmt: skip
def test_a_wish_that_cannot_be_followed_writes_nothing(
    folder: Folder, lines: list[str], wish: dict[str, Any], answer: tuple[str, int]
) -> None:
    assert stopped(folder, csv_file(folder, *lines), **wish) == answer


@pytest.mark.parametrize(
    ("asked", "suggested"), [("Membre", "« Membres »"), ("referent", "« Référents »"), ("Machin", "")]
)
def test_a_sheet_is_suggested_when_its_name_is_near(folder: Folder, asked: str, suggested: str) -> None:
    with pytest.raises(Stop) as stop:
        imported(folder, csv_file(folder, "Nom", "ROY"), asked)
    hint = dict(stop.value.finding.facts)["suggestion"]
    assert hint == (f" Vouliez-vous {suggested} ?" if suggested else "")


def test_a_list_that_is_not_there_is_said_so(folder: Folder) -> None:
    assert stopped(folder, folder.root / "absente.csv") == ("REG425", 3)


def test_a_workbook_in_another_format_is_not_appended_to(folder: Folder) -> None:
    source = csv_file(folder, "Nom;Prénom", "ROY;Zoé")
    document = OpenDocumentSpreadsheet()
    table, row, cell = Table(name="Membres"), TableRow(), TableCell(valuetype="string")
    cell.addElement(P(text="Nom"))
    row.addElement(cell)
    table.addElement(row)
    document.spreadsheet.addElement(table)
    folder.path("registers/clspd.xlsx").unlink()
    document.save(folder.path("registers/clspd.ods"))
    with pytest.raises(Stop) as stop:
        imported(folder, source)
    assert stop.value.finding.code == "REG420"


def test_a_correction_is_followed(folder: Folder) -> None:
    source = csv_file(folder, "Contact;Portable;Fixe", "Zoé Roy;06 39 98 10 01;03 53 01 10 01")
    imported(folder, source, columns=("Contact=Prénom Nom", "Portable=Téléphone", "Fixe="))
    new = rows(folder, "liste")[-1]
    assert (new["Prénom"], new["Nom"], new["Téléphone"]) == ("Zoé", "Roy", "06 39 98 10 01")
    assert new["Fixe (liste importée)"] == "03 53 01 10 01"


# --- The command -----------------------------------------------------------------------------------------


def command(folder: Folder, *arguments: str) -> tuple[int, str]:
    given = [*arguments, "-C", str(folder.root)]
    result = CliRunner().invoke(import_, given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_the_text_shows_columns_and_doubts_and_no_sample(folder: Folder) -> None:
    code, text = command(folder, str(LISTS / "cabinet.csv"), "--feuille", "Membres", "--apercu")
    assert code == 0
    assert "« NOM Prénom » → « Civilité » + « Prénom » + « Nom »" in text
    assert "Plusieurs personnes dans une cellule" in text
    assert "7\u00a0lues, 5\u00a0reprises, 2\u00a0écartées" in text
    assert "Aperçu : rien n’a été écrit." in text
    assert "par exemple" not in text
    assert (
        "par exemple"
        in command(folder, str(LISTS / "cabinet.csv"), "--feuille", "Membres", "--apercu", "-v")[1]
    )


def test_a_title_above_the_headers_is_no_example_of_a_column(folder: Folder) -> None:
    source = csv_file(folder, "Annuaire;", "Nom;Prénom", "ROY;Zoé")
    text = command(folder, str(source), "--feuille", "Membres", "--apercu", "-v")[1]
    assert "par exemple : ROY" in text
    assert "par exemple : Annuaire" not in text


def test_json_tells_headers_and_never_contents(folder: Folder) -> None:
    code, text = command(folder, str(LISTS / "cabinet.csv"), "--feuille", "Membres", "--json")
    answer = json.loads(text)
    assert (code, answer["command"], answer["path"]) == (0, "registers import", NEW.format("cabinet"))
    assert answer["mapping"][1] == {
        "header": "NOM Prénom",
        "cell": "B4",
        "field": "nom_prenom",
        "column": "Civilité, Prénom, Nom",
        "why": "en-tête",
        "share": 0.8,
    }
    assert answer["unplaced"] == ["Observations"]
    for content in ("ARNAUD", "caf.example", "Marie-Curie", "Castelnoy", "inviter"):
        assert content not in text


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("liste.csv",), "--feuille Membres"),
        (("clspd.json", "--feuille", "Membres"), "classeur entier"),
        (("clspd.json", "--apercu"), "vont avec"),
    ],
)
def test_options_that_disagree_are_a_usage_error(
    folder: Folder, arguments: tuple[str, ...], word: str
) -> None:
    code, text = command(folder, *arguments)
    assert code == 2
    assert word in text


def test_a_whole_workbook_comes_back_from_its_export(folder: Folder) -> None:
    export_workbook(folder, Format.JSON)
    code, text = command(folder, str(folder.path("registers/clspd.json")))
    assert code == 0
    assert "Nouveau classeur : registers/clspd-importe.xlsx" in text


# --- Hostile lists, hostile workbooks --------------------------------------------------------------------


def spoiled(folder: Folder, change: Callable[[Any, Any], None]) -> Any:
    """Change the sheet « Membres » and its Excel table, import one row, return the new sheet and the report."""
    path = folder.path("registers/clspd.xlsx")
    book = load_workbook(path)
    change(book["Membres"], next(iter(book["Membres"].tables.values())))
    book.save(path)
    report, _ = imported(folder, csv_file(folder, "Nom;Prénom;Truc", "ROY;Zoé;t1"))
    return load_workbook(folder.path(NEW.format("liste")))["Membres"], report


def spot(ws: Any, text: str) -> tuple[int, int]:
    return next((c.row, c.column) for c in ws._cells.values() if c.value == text)


def test_a_header_that_begins_with_an_equals_sign_is_no_formula(folder: Folder) -> None:
    imported(folder, csv_file(folder, 'Nom;Prénom;=HYPERLINK("http://x")', "ROY;Zoé;t"))
    row = next(load_workbook(folder.path(NEW.format("liste")))["Membres"].iter_rows(max_row=1))
    assert (row[-1].value, row[-1].data_type, row[-1].quotePrefix) == (
        '=HYPERLINK("http://x") (liste importée)', "s", True,
    )  # fmt: skip


def test_names_of_the_secretary_stay_and_the_list_of_identifiers_grows(folder: Folder) -> None:
    def change(ws: Any, _table: Any) -> None:
        ws["A1200"] = "M900"
        ws.parent.defined_names["mes_noms"] = DefinedName("mes_noms", attr_text="Membres!$D$2:$D$4")
        ws.parent.defined_names["ids_moi"] = DefinedName("ids_moi", attr_text="Membres!$A$2:$A$4")
        ws["A600"] = "M901"

    ws, _ = spoiled(folder, change)
    told = {name: ws.parent.defined_names[name].attr_text for name in ("mes_noms", "ids_moi", "ids_membres")}
    assert told == {
        "mes_noms": "Membres!$D$2:$D$4",
        "ids_moi": "Membres!$A$2:$A$4",
        "ids_membres": "'Membres'!$A$2:$A$1201",
    }


def test_two_columns_never_share_an_extra_one(folder: Folder) -> None:
    imported(folder, csv_file(folder, "Nom;Prénom;Zut;Zut (E);Zut", "ROY;Zoé;u;v;w"))
    new = rows(folder, "liste")[-1]
    assert [new[f"{h} (liste importée)"] for h in ("Zut", "Zut (E)", "Zut (E) (E)")] == ["u", "v", "w"]


@pytest.mark.parametrize("stray", ["A1048576", "AD1048575", "XFD3"])
def test_a_stray_cell_at_the_edge_of_the_sheet_does_not_move_the_table(folder: Folder, stray: str) -> None:
    def change(ws: Any, _table: Any) -> None:
        ws[stray] = "note"

    ws, _ = spoiled(folder, change)
    assert spot(ws, "Zoé")[0] < 20
    assert spot(ws, "t1")[1] < 40
    assert ws[stray].value == "note"


def test_a_sheet_without_room_is_told_and_nothing_is_written(folder: Folder) -> None:
    path = folder.path("registers/clspd.xlsx")
    book = load_workbook(path)
    for row in (*range(900, 1_048_570, 900), 1_048_570):
        book["Membres"].cell(row, 30, "note")
    book.save(path)
    source = csv_file(folder, "Nom;Prénom", *(f"ROY;Zoé{n}" for n in range(25)))
    assert stopped(folder, source) == ("REG429", 3)
    assert stopped(folder, source, preview=True) == ("REG429", 3)


def test_columns_of_the_excel_table_keep_identifiers_that_differ(folder: Folder) -> None:
    def change(_ws: Any, table: Any) -> None:
        for column in table.tableColumns:
            column.id *= 2

    ws, report = spoiled(folder, change)
    numbers = [c.id for c in next(iter(ws.tables.values())).tableColumns]
    assert len(numbers) == len(set(numbers))
    assert "REG428" not in codes(report)


def totals(ws: Any, table: Any) -> None:
    _, _, letters = table.ref.partition(":")
    ws.cell(int("".join(filter(str.isdigit, letters))), 1, "Total")
    table.totalsRowCount = 1


def merged(ws: Any, _table: Any) -> None:
    ws.merge_cells("A60:F62")


def other_table(ws: Any, _table: Any) -> None:
    ws["B60"], ws["C60"] = "u", "v"
    ws.add_table(ExcelTable(displayName="Mienne", ref="B60:C70"))


@pytest.mark.parametrize(("change", "below"), [(totals, 2), (merged, 63), (other_table, 71)])
def test_the_excel_table_is_not_stretched_over_what_stands_below(
    folder: Folder, change: Callable[[Any, Any], None], below: int
) -> None:
    before = load_workbook(folder.path("registers/clspd.xlsx"))["Membres"].tables["T_Membres"].ref
    ws, report = spoiled(folder, change)
    assert ws.tables["T_Membres"].ref == before
    assert spot(ws, "Zoé")[0] >= below
    assert codes(report)["REG428"] == 1


def test_a_text_longer_than_a_cell_is_told_as_cut(folder: Folder) -> None:
    report, given = imported(folder, csv_file(folder, "Nom;Prénom;Truc", f"ROY;Zoé;{'x' * 32_770}"))
    assert [(f.place.cell, f.message[-27:]) for f in report.findings if f.code == "REG427"] == [
        ("C2", "les 3 derniers sont coupés.")
    ]
    assert "coupé : il manque les 3 derniers caractères" in given.traces[-1].remark
    assert len(rows(folder, "liste")[-1]["Truc (liste importée)"]) == 32_767


def test_the_identifier_of_an_added_body_is_no_part_of_the_message(folder: Folder) -> None:
    report, _ = imported(folder, csv_file(folder, "Nom;Prénom;Organisme", "ROY;Zoé;SECRETX"))
    (told,) = (f for f in report.findings if f.code == "REG408")
    assert "SECRETX" not in json.dumps(told.as_json())
    assert "ORG-SECRETX" in str(told.value)

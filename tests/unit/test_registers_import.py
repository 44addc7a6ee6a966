"""A list that the town already has becomes rows of the workbook: nothing lost, nothing guessed in silence."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
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

from builders.conseils import registres
from clspd_docs.build.exchanging import Format, export_workbook
from clspd_docs.build.importing import Wish, import_list
from clspd_docs.build.report import Report
from clspd_docs.build.workspace import Folder
from clspd_docs.cli.registers_import import import_
from clspd_docs.errors import Stop
from clspd_docs.registers.import_list import ABOVE, Imported
from clspd_docs.registers.read import read
from clspd_docs.registers.write import workbook_bytes

LISTS = Path(__file__).resolve().parents[1] / "cases" / "listes"
NEW = "registers/clspd-avec-{}.xlsx"


@pytest.fixture(scope="module")
def workbook() -> bytes:
    """The small council, written as the product writes it."""
    return workbook_bytes(registres().rows)


@pytest.fixture
def folder(tmp_path: Path, workbook: bytes) -> Folder:
    """A working folder with the small council."""
    (tmp_path / "registers").mkdir()
    (tmp_path / "registers" / "clspd.xlsx").write_bytes(workbook)
    return Folder(tmp_path)


def day(text: str) -> dt.datetime:
    """A date as openpyxl gives it."""
    return dt.datetime.fromisoformat(text)


def csv_file(folder: Folder, *lines: str, name: str = "liste.csv", encoding: str = "utf-8") -> Path:
    path = folder.root / name
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def imported(folder: Folder, source: Path, sheet: str = "Membres", **wish: Any) -> tuple[Report, Imported]:
    return import_list(folder, Wish(source, sheet, **wish))


def rows(folder: Folder, name: str, sheet: str = "Membres") -> list[dict[str, Any]]:
    """Return the rows of a sheet of the new workbook, by header; empty cells left out."""
    ws = load_workbook(folder.path(NEW.format(name)))[sheet]
    headers, *lines = ws.iter_rows(values_only=True)
    return [{str(h): v for h, v in zip(headers, line, strict=True) if v is not None} for line in lines]


def codes(report: Report) -> Counter[str]:
    """Count the findings that are neither notes nor columns to fill."""
    return Counter(f.code for f in report.findings if f.code not in {"REG413", "REG411", "REG134", "REG008"})


def stopped(folder: Folder, source: Path, sheet: str = "Membres", **wish: Any) -> tuple[str, int]:
    with pytest.raises(Stop) as stop:
        imported(folder, source, sheet, **wish)
    assert [p.name for p in (folder.root / "registers").iterdir()] == ["clspd.xlsx"]
    return stop.value.finding.code, stop.value.exit_code


# --- Three lists, as a newcomer would --------------------------------------------------------------------


def test_the_list_of_the_cabinet_is_taken_whole(folder: Folder) -> None:
    """Titles above, one address in a column, headers again, a total, Windows text."""
    report, _ = imported(folder, LISTS / "cabinet.csv")
    assert {p["header"]: p["field"] for p in report.more["mapping"]} == {
        "Institution": "organisme",
        "NOM Prénom": "nom_prenom",
        "Qualité": "fonction",
        "Adresse": "adresse",
        "Tél.": "telephone",
        "Mél": "courriel",
        "Observations": None,
    }
    assert [report.more[k] for k in ("rows_read", "rows_written", "rows_refused")] == [7, 5, 2]
    assert codes(report) == {
        "REG402": 1, "REG403": 1, "REG405": 1, "REG406": 2, "REG408": 3, "REG412": 2, "REG424": 1,
    }  # fmt: skip
    new = rows(folder, "cabinet")[-5:]
    assert new[0] == {
        "Identifiant": "M007",
        "Civilité": "Mme",
        "Prénom": "Claire",
        "Nom": "ARNAUD-LEFÈVRE",
        "Fonction": "Sous-préfète",
        "Organisme": "ORG-PREF",
        "Courriel": "claire.arnaud@prefecture.example",
        "Téléphone": "03 53 01 10 11",
        "Adresse – voie": "14, rue de la Préfecture",
        "Adresse – BP ou CS": "CS 70501",
        "Code postal": "99010",
        "Ville": "Castelnoy Cedex",
    }
    assert (new[1]["Téléphone"], new[1]["Tél. (liste importée)"]) == ("03 53 01 12 40", "06 39 98 12 40")
    assert (new[3]["Nom"], new[3].get("Prénom")) == ("M. et Mme PETIT", None)
    assert new[3]["Observations (liste importée)"] == "ne plus inviter"
    assert new[4]["Mél (liste importée)"] == "contact@ecoute99.example"
    bodies = rows(folder, "cabinet", "Organismes")[-3:]
    assert [(b["Identifiant"], b["Nom"]) for b in bodies] == [
        ("ORG-CMC", "Collège Marie-Curie"),
        ("ORG-BOH", "Bailleur Ourcelle Habitat"),
        ("ORG-AE99", "Association Écoute 99"),
    ]


def test_the_shared_directory_keeps_both_names_of_a_cell(folder: Folder) -> None:
    """Two persons in a cell, dates as text, a postcode without its zero."""
    report, given = imported(folder, LISTS / "annuaire-partage.csv")
    new = rows(folder, "annuaire-partage")[-4:]
    assert new[1]["Nom"] == "Mme Lou FABRE / M. Paul NOËL"
    both = next(t for t in given.traces if t.row == 3 and t.header == "Identité")
    assert both.remark == "plusieurs personnes : « Mme Lou FABRE » et « M. Paul NOËL »"
    assert [row["Désigné le"] for row in new] == [
        day("2026-04-02"),
        day("2026-04-12"),
        day("2026-05-06"),
        "31/02/2026",
    ]
    assert [row.get("Portable (liste importée)") for row in new] == [
        "06 39 98 21 01", None, "639982103", "06 39 98 21 04",
    ]  # fmt: skip
    doubts = {
        (f.code, f.place.cell) for f in report.findings if f.code in {"REG403", "REG404", "REG405", "REG410"}
    }
    assert doubts == {
        ("REG403", "D3"),
        ("REG404", "D5"),
        ("REG405", "F5"),
        ("REG410", "A5"),
        ("REG410", "H5"),
    }


def test_the_structures_go_to_the_bodies_and_the_known_one_is_told(folder: Folder) -> None:
    report, _ = imported(folder, LISTS / "structures.csv", "organismes")
    new = rows(folder, "structures", "Organismes")[-2:]
    assert (new[0]["Identifiant"], new[0]["Type"], new[0]["Code postal"]) == (
        "ORG-MA",
        "association",
        "99000",
    )
    assert (new[1]["Identifiant"], new[1]["Type"]) == ("ORG-CAF-2", "social et santé")
    assert [f.facts for f in report.findings if f.code == "REG407"] == [
        (("ligne", "la ligne 5 du classeur (ORG-CAF)"), ("raison", "même nom"))
    ]
    assert (
        rows(folder, "structures", "Organismes")[-2]["Nom du directeur (liste importée)"] == "Mme Élise CARON"
    )


def test_a_list_without_headers_is_placed_by_contents_and_said_so(folder: Folder) -> None:
    report, _ = imported(folder, LISTS / "sans-entetes.csv", "Référents")
    assert codes(report)["REG401"] == 4
    assert [r["Identifiant"] for r in rows(folder, "sans-entetes", "Référents")] == [
        "R01",
        "R02",
        "R03",
        "R04",
    ]


# --- Nothing lost ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["cabinet", "annuaire-partage", "structures", "sans-entetes"])
def test_every_cell_of_the_list_is_accounted_for(folder: Folder, name: str) -> None:
    sheet = {"structures": "Organismes", "sans-entetes": "Référents"}.get(name, "Membres")
    report, given = imported(folder, LISTS / f"{name}.csv", sheet)
    ws = load_workbook(folder.path(NEW.format(name)))["Import"]
    told = [[cell.value for cell in row] for row in ws.iter_rows(min_row=2)]
    assert len(told) == len(given.traces)
    above = {t.row for t in given.traces if t.remark == ABOVE}
    assert {t.row for t in given.traces} - above == {r.source_row for r in given.rows} | given.refused.keys()
    assert {line[3] for line in told} <= {"placé", "réparé", "à vérifier", "gardé à part", "non importé"}
    links = [ws.cell(n, 6).hyperlink for n, line in enumerate(told, 2) if line[3] != "non importé"]
    assert all(link is not None and link.location is not None for link in links)
    assert report.more["rows_read"] == len(given.rows) + len(given.refused)


@pytest.mark.parametrize("name", ["cabinet", "annuaire-partage"])
def test_the_new_workbook_reads_with_one_more_row_for_each_of_the_list(folder: Folder, name: str) -> None:
    report, _ = imported(folder, LISTS / f"{name}.csv")
    before, _ = read(folder.path("registers/clspd.xlsx"), "clspd.xlsx")
    after, findings = read(folder.path(NEW.format(name)), "nouveau.xlsx")
    assert len(after.rows["membres"]) == len(before.rows["membres"]) + report.more["rows_written"]
    assert after.refused == ()
    assert {k: v for k, v in after.counts().items() if k not in {"membres", "organismes"}} == {
        k: v for k, v in before.counts().items() if k not in {"membres", "organismes"}
    }
    empty = {(f.place.sheet, f.place.column) for f in findings if f.code == "REG202"}
    assert ("Membres", "Qualité") in empty


def test_the_present_workbook_does_not_change_by_a_byte(folder: Folder) -> None:
    path = folder.path("registers/clspd.xlsx")
    before = hashlib.sha256(path.read_bytes()).digest()
    imported(folder, LISTS / "cabinet.csv")
    assert hashlib.sha256(path.read_bytes()).digest() == before


def test_a_preview_writes_nothing(folder: Folder) -> None:
    report, _ = imported(folder, LISTS / "cabinet.csv", preview=True)
    assert report.more["path"] is None
    assert [p.name for p in (folder.root / "registers").iterdir()] == ["clspd.xlsx"]


def test_a_second_import_takes_another_name(folder: Folder) -> None:
    paths = [imported(folder, LISTS / "cabinet.csv")[0].more["path"] for _ in range(2)]
    assert paths == ["registers/clspd-avec-cabinet.xlsx", "registers/clspd-avec-cabinet-2.xlsx"]


def test_the_secretary_s_own_columns_and_sheets_stay(folder: Folder) -> None:
    path = folder.path("registers/clspd.xlsx")
    book = load_workbook(path)
    book.create_sheet("Mes notes")["B2"] = "à garder"
    ws = book["Membres"]
    wide = ws.max_column + 2
    ws.cell(1, wide, "Étage")
    ws.cell(3, wide, "2e")
    book.save(path)
    imported(folder, csv_file(folder, "Nom;Prénom;Étage", "ROY;Zoé;1er"))
    new = load_workbook(folder.path(NEW.format("liste")))
    assert new["Mes notes"]["B2"].value == "à garder"
    ws = new["Membres"]
    assert (ws.cell(3, wide).value, ws.cell(1, wide + 1).value) == ("2e", "Étage (liste importée)")
    assert ws.cell(8, wide + 1).value == "1er"


def test_the_table_and_its_dropdowns_reach_the_new_rows(folder: Folder) -> None:
    lines = [f"NOM{n};Zoé;zoe{n}@v{n}.example;note" for n in range(1200)]
    imported(folder, csv_file(folder, "Nom;Prénom;Mail;Divers", *lines))
    book = load_workbook(folder.path(NEW.format("liste")))
    ws = book["Membres"]
    table = ws.tables["T_Membres"]
    assert table.ref.endswith("1207")
    assert [c.name for c in table.tableColumns][-1] == "Divers (liste importée)"
    assert table.autoFilter is None or table.autoFilter.ref == table.ref
    reaches = {max(r.max_row for r in rule.sqref.ranges) for rule in ws.data_validations.dataValidation}
    assert reaches == {1207}
    assert str(book.defined_names["ids_membres"].attr_text).endswith("$1207")
    assert ws["A1207"].value == "M1206"


def test_a_second_list_fills_the_extra_columns_of_the_first(folder: Folder) -> None:
    imported(folder, csv_file(folder, "Nom;Prénom;Divers", "ROY;Zoé;un"))
    folder.path(NEW.format("liste")).replace(folder.path("registers/clspd.xlsx"))
    imported(folder, csv_file(folder, "Nom;Prénom;DIVERS", "LO;Ana;deux"))
    assert [r.get("Divers (liste importée)") for r in rows(folder, "liste")[-2:]] == ["un", "deux"]
    book = load_workbook(folder.path(NEW.format("liste")))
    headers = [c.value for c in book["Membres"][1]]
    assert [c.name for c in book["Membres"].tables["T_Membres"].tableColumns] == headers
    assert {"Import", "Import1"} <= set(book.sheetnames)


def test_texts_that_look_like_formulas_or_errors_stay_texts(folder: Folder) -> None:
    imported(folder, csv_file(folder, "Nom;Prénom;Fonction;Divers", "=1+1;@Zoé;-chef;#N/A"))
    ws = load_workbook(folder.path(NEW.format("liste")))["Membres"]
    cells = [c for c in ws[8] if c.value is not None]
    assert {c.data_type for c in cells} == {"s"}
    assert {"=1+1", "@Zoé", "-chef", "#N/A"} <= {c.value for c in cells}


# --- Identifiers, references, duplicates -----------------------------------------------------------------


def test_identifiers_of_the_list_are_kept_when_free_and_put_apart_when_taken(folder: Folder) -> None:
    report, _ = imported(
        folder, csv_file(folder, "Identifiant;Nom;Prénom", "M002;ROY;Zoé", "M050;PETIT;Luc", ";LO;Ana")
    )
    new = rows(folder, "liste")[-3:]
    assert [r["Identifiant"] for r in new] == ["M007", "M050", "M008"]
    assert new[0]["Identifiant (liste importée)"] == "M002"
    assert report.more["rows_written"] == 3


def test_persons_who_are_already_there_are_told_not_merged(folder: Folder) -> None:
    report, _ = imported(
        folder,
        csv_file(
            folder,
            "Nom;Prénom;Mail",
            "SAUVAGEOT;HELENE;h@v.example",
            "HEBRARD;B.;Direction@caf.example",
            "ROY;Zoé;z@v.example",
            "Roy;Zoé;",
        ),
    )
    told = [(f.place.row, dict(f.facts)["ligne"]) for f in report.findings if f.code == "REG407"]
    assert told == [
        (2, "la ligne 2 du classeur (M001)"),
        (3, "la ligne 5 du classeur (M004)"),
        (5, "la ligne 4 de la liste"),
    ]
    assert report.more["rows_written"] == 4


def test_titles_above_the_headers_are_told_on_the_import_sheet(folder: Folder) -> None:
    source = csv_file(
        folder, "Annuaire, export du 12/11/2026;", "Source : cabinet;v2", "Nom;Prénom", "ROY;Zoé"
    )
    imported(folder, source)
    ws = load_workbook(folder.path(NEW.format("liste")))["Import"]
    told = [row[:4] + row[6:] for row in ws.iter_rows(min_row=2, max_row=4, values_only=True)]
    assert told == [
        (1, "Colonne A", "Annuaire, export du 12/11/2026", "non importé", ABOVE),
        (2, "Colonne A", "Source : cabinet", "non importé", ABOVE),
        (2, "Colonne B", "v2", "non importé", ABOVE),
    ]


def test_every_cell_that_names_a_body_just_added_is_to_be_verified(folder: Folder) -> None:
    source = csv_file(folder, "Nom;Structure", "ROY;Emmaüs", "LO;EMMAUS", "PI;CAF")
    _, given = imported(folder, source)
    assert [t.fate.value for t in given.traces if t.header == "Structure"] == ["à vérifier"] * 2 + ["réparé"]


def test_the_title_of_a_person_is_kept_apart_and_told(folder: Folder) -> None:
    report, _ = imported(folder, csv_file(folder, "Contact", "Dr PETIT Alain", "Claire BOST"))
    new = rows(folder, "liste")[-2]
    assert (new["Prénom"], new["Nom"], new["Contact (liste importée)"]) == ("Alain", "PETIT", "Dr")
    told = [f.value for f in report.findings if f.code == "REG411"]
    assert told[0] == "Dr PETIT Alain → réparti : Alain | PETIT ; titre gardé à part : « Dr »"


def test_a_value_that_resembles_an_allowed_one_brings_it_to_mind(folder: Folder) -> None:
    source = csv_file(folder, "Nom;Type", "Emmaüs;asociation", "Relais;association")
    report, given = imported(folder, source, "Organismes")
    hint = "Vouliez-vous « association » ?"
    assert next(t.remark for t in given.traces if t.header == "Type").endswith(hint)
    assert next(dict(f.facts)["suggestion"] for f in report.findings if f.code == "REG410") == f" {hint}"


def test_a_body_that_comes_twice_is_added_once(folder: Folder) -> None:
    imported(
        folder, csv_file(folder, "Nom;Prénom;Structure", "ROY;Zoé;Emmaüs", "LO;Ana;EMMAUS", "PI;Luc;CAF")
    )
    assert [r["Organisme"] for r in rows(folder, "liste")[-3:]] == ["ORG-EMMAUS", "ORG-EMMAUS", "ORG-CAF"]
    assert len(rows(folder, "liste", "Organismes")) == 5


def test_actions_refer_to_bodies_by_name_and_keep_their_numbers(folder: Folder) -> None:
    lines = csv_file(
        folder,
        "N°,Axe,Action,Pilote,Partenaires,Échéance,Budget,Statut",
        '2.1,Agir plus tôt auprès des jeunes,Chantiers,CAF,"Ville de Montbrun ; Emmaüs",30 juin 2027,12 000 €,en cours',
    )
    report, _ = imported(folder, lines, "Actions")
    new = rows(folder, "liste", "Actions")[-1]
    assert (new["N°"], new["Axe"], new["Chef de file"]) == ("2.1", "A1", "ORG-CAF")
    assert new["Partenaires"] == "ORG-VILLE ; ORG-EMMAUS"
    assert (new["Échéance"], new["Budget (€)"]) == (day("2027-06-30"), 12000)
    assert codes(report) == {"REG408": 1}


def test_a_row_of_one_cell_is_taken_and_told(folder: Folder) -> None:
    report, _ = imported(
        folder, csv_file(folder, "Nom;Prénom;Mail", "Collège des élus;;", "ROY;Zoé;z@v.example")
    )
    assert [f.place.row for f in report.findings if f.code == "REG414"] == [2]
    assert report.more["rows_written"] == 2


def test_two_columns_that_disagree_keep_both_values(folder: Folder) -> None:
    report, _ = imported(folder, csv_file(folder, "Civilité;Contact", "M.;Mme Zoé ROY"))
    new = rows(folder, "liste")[-1]
    assert (new["Civilité"], new["Contact (liste importée)"]) == ("M.", "Mme")
    assert codes(report)["REG415"] == 1


def test_individual_situations_are_neither_read_nor_shown(folder: Folder) -> None:
    report, given = imported(folder, csv_file(folder, "Nom;Prénom;Date de naissance", "ROY;Zoé;01/02/2012"))
    assert codes(report) == {"REG190": 1}
    assert report.exit == 1
    assert "2012" not in repr(given)
    book = load_workbook(folder.path(NEW.format("liste")))
    assert not any("2012" in str(c.value) for ws in (book["Import"], book["Membres"]) for r in ws for c in r)


def test_a_title_about_individual_situations_stops_all(folder: Folder) -> None:
    source = csv_file(folder, "Suivi des mineurs;", "Nom;Prénom", "ROY;Zoé")
    assert stopped(folder, source)[0] == "REG190"


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

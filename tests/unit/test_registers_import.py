"""A list that the town already has becomes rows of the workbook: nothing lost, nothing guessed in silence."""

from __future__ import annotations

import hashlib

import pytest
from openpyxl import load_workbook

from builders.listes import LISTS, NEW, codes, csv_file, day, imported, rows, stopped
from clspd_docs.build.workspace import Folder
from clspd_docs.registers.import_list import ABOVE
from clspd_docs.registers.read import read

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

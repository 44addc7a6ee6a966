"""Lists as a newcomer brings them: names without capitals, section titles, words of the trade."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from builders.listes import NEW, codes, csv_file, imported, rows
from clspd_docs.build.workspace import Folder
from clspd_docs.cli.common import Common
from clspd_docs.cli.registers_import import import_
from clspd_docs.cli.show import show_findings
from clspd_docs.registers.fitting import Fate
from clspd_docs.registers.read import read

NAMES = ("Mme Élodie Lefèvre-Brûlé", "M. Jean Petit", "Mme Nadia Robert", "M. Pierre Laurent")

# --- Names and first names -------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["Nom et prénom", "Nom Prénom", "NOM Prénom", "Nom - prénom", "Contact"])
def test_a_header_proves_no_order_and_the_whole_name_is_kept_beside_its_civility(
    folder: Folder, header: str
) -> None:
    report, _ = imported(folder, csv_file(folder, header, *NAMES, encoding="cp1252"))
    new = rows(folder, "liste")[-4:]
    assert [(r["Civilité"], r.get("Prénom"), r["Nom"]) for r in new] == [
        ("Mme", None, "Élodie Lefèvre-Brûlé"),
        ("M.", None, "Jean Petit"),
        ("Mme", None, "Nadia Robert"),
        ("M.", None, "Pierre Laurent"),
    ]
    assert codes(report) == {"REG404": 4}
    told = next(f for f in report.findings if f.code == "REG404")
    assert f'--colonne "{header}=Prénom Nom"' in told.remedy


def test_the_secretary_tells_the_order_that_the_header_does_not_prove(folder: Folder) -> None:
    source = csv_file(folder, "Nom et prénom", *NAMES)
    report, _ = imported(folder, source, columns=("Nom et prénom=Prénom Nom",))
    new = rows(folder, "liste")[-4:]
    assert [(r["Prénom"], r["Nom"]) for r in new[:2]] == [("Élodie", "Lefèvre-Brûlé"), ("Jean", "Petit")]
    assert codes(report) == {}
    turned = csv_file(folder, "Contact", "Mme Robert Nadia", name="autre.csv")
    imported(folder, turned, columns=("Contact=Nom Prénom",))
    assert [rows(folder, "autre")[-1][h] for h in ("Prénom", "Nom")] == ["Nadia", "Robert"]


def test_capitals_in_most_of_the_column_prove_the_order_that_its_header_says(folder: Folder) -> None:
    imported(folder, csv_file(folder, "Nom et prénom", "ROY Zoé", "LO Ana", "Petit Luc"))
    assert [r.get("Prénom") for r in rows(folder, "liste")[-3:]] == ["Zoé", "Ana", "Luc"]
    few = csv_file(folder, "Nom et prénom", *NAMES, "ROY Zoé", name="mixte.csv")
    imported(folder, few)
    assert [r.get("Prénom") for r in rows(folder, "mixte")[-5:]] == [None, None, None, None, "Zoé"]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("Docteur Zoë Müller", (None, "Zoë Müller", "Docteur")),
        ("Mme le Dr Zoë Müller", ("Mme", "Zoë Müller", "Dr")),
        ("Maître Alain", (None, "Maître Alain", None)),
        ("Mme Maître Alain", ("Mme", "Alain", "Maître")),
        ("M. Jean-François d’Estrées, chef de service", ("M.", "Jean-François d’Estrées, chef de service", None)),
        ("M. le Préfet", ("M.", "le Préfet", None)),
    ],
)  # fmt: skip
def test_what_is_certain_before_a_name_is_set_apart_and_nothing_is_lost(
    folder: Folder, text: str, cells: tuple[str | None, str, str | None]
) -> None:
    _, given = imported(folder, csv_file(folder, '"Nom et prénom"', f'"{text}"', "M. Jean Petit"))
    new = rows(folder, "liste")[-2]
    assert (new.get("Civilité"), new["Nom"], new.get("Nom et prénom (liste importée)")) == cells
    assert given.traces[0].content == text
    assert (given.traces[0].fate is Fate.DOUBTFUL) == (text != "Mme Maître Alain")


# --- Section titles --------------------------------------------------------------------------------------

SECTIONS = (
    "Nom;Prénom;Mail",
    "ÉLUS;;",
    "ROY;Zoé;z@v.example",
    "Représentants de l’État;;",
    "LO;Ana;a@v.example",
    "PI;Luc;l@v.example",
)


def test_a_section_title_is_not_a_member_and_is_told(folder: Folder) -> None:
    report, given = imported(folder, csv_file(folder, *SECTIONS))
    assert [r["Nom"] for r in rows(folder, "liste")[-3:]] == ["ROY", "LO", "PI"]
    told = [(f.place.row, f.value) for f in report.findings if f.code == "REG430"]
    assert told == [(2, "ÉLUS"), (4, "Représentants de l’État")]
    assert [(t.row, t.content, t.fate) for t in given.traces if t.row in {2, 4}] == [
        (2, "ÉLUS", Fate.LEFT),
        (4, "Représentants de l’État", Fate.LEFT),
    ]
    assert [report.more[k] for k in ("rows_read", "rows_written", "rows_refused")] == [5, 3, 2]


def test_a_lone_cell_that_names_someone_stays_a_member(folder: Folder) -> None:
    lone = ("Mme Élodie Robert;;", "Dr Petit;;", "ROY Zoé;;", ";;z@v.example")
    full = tuple(f"NOM{n};Ana;a{n}@v.example" for n in range(4))
    report, _ = imported(folder, csv_file(folder, "Nom;Prénom;Mail", *lone, *full))
    assert (report.more["rows_written"], codes(report)["REG414"], codes(report)["REG430"]) == (8, 4, 0)


# --- Channels, streets -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("mail", "courriel"),
        ("Email", "courriel"),
        ("e-mail", "courriel"),
        ("mél", "courriel"),
        ("RAR", "recommandé"),
        ("LRAR", "recommandé"),
        ("LR/AR", "recommandé"),
        ("A.R.", "recommandé"),
        ("Lettre recommandée", "recommandé"),
        ("Poste", "courrier"),
    ],
)
def test_another_word_for_a_channel_is_repaired(folder: Folder, text: str, channel: str) -> None:
    report, _ = imported(folder, csv_file(folder, "Nom;Prénom;Convoqué par", f"ROY;Zoé;{text}"))
    assert rows(folder, "liste")[-1]["Canal"] == channel
    assert [f.value for f in report.findings if f.code == "REG411"] == [
        f"{text} → « {text} » écrit « {channel} »"
    ]


def test_two_channels_in_a_cell_are_not_chosen_between(folder: Folder) -> None:
    source = csv_file(folder, "Nom;Prénom;Canal", "ROY;Zoé;mail ou courrier", "LO;Ana;courrier")
    report, _ = imported(folder, source)
    assert rows(folder, "liste")[-2]["Canal"] == "mail ou courrier"
    assert codes(report) == {"REG410": 1}


@pytest.mark.parametrize(
    ("text", "complement", "street", "told"),
    [
        ("Service des urgences - 5 place d’Arsonval", "Service des urgences", "5 place d’Arsonval", {}),
        ("Résidence Foch, 5 bis rue du Port", "Résidence Foch", "5 bis rue du Port", {}),
        ("12 - 14 rue du Port", None, "12 - 14 rue du Port", {}),
        ("12, rue du Port", None, "12, rue du Port", {}),
        ("5 rue du Port, 2e étage", None, "5 rue du Port, 2e étage", {}),
        ("Service des sports - place Foch", None, "Service des sports - place Foch", {"REG405": 1}),
        ("Bât. A - 12 - 14 rue du Port", None, "Bât. A - 12 - 14 rue du Port", {"REG405": 1}),
        ("5 rue du Port - 2e étage", None, "5 rue du Port - 2e étage", {"REG405": 1}),
    ],
)
def test_a_street_after_a_complement_is_cut_at_its_number_or_told(
    folder: Folder, text: str, complement: str | None, street: str, told: dict[str, int]
) -> None:
    line = f'ROY;Zoé;"{text}";72000;Le Mans'
    report, _ = imported(folder, csv_file(folder, "Nom;Prénom;Adresse;CP;Ville", line))
    new = rows(folder, "liste")[-1]
    assert (new.get("Adresse – complément"), new["Adresse – voie"]) == (complement, street)
    assert codes(report) == told


# --- After the import ------------------------------------------------------------------------------------


def test_the_sheet_really_written_is_named_and_the_next_steps_are_numbered(folder: Folder) -> None:
    present, new = folder.path("registers/clspd.xlsx"), folder.path(NEW.format("liste"))
    source = csv_file(folder, "Nom;Prénom;Divers", "ROY;Zoé;un", "LO;Ana;")
    for title in ("Import", "Import1", "Import2"):
        text = (
            CliRunner().invoke(import_, [str(source), "--feuille", "Membres", "-C", str(folder.root)]).output
        )
        assert f"  1. Ouvrir le nouveau classeur ; sa feuille «\u00a0{title}\u00a0»" in text.replace(
            "\u00a0;", " ;"
        )
        assert "  4. Lancer «\u00a0clspd-docs check\u00a0»" in text
        new.replace(present)


def test_the_columns_that_an_import_adds_are_no_stranger_to_the_next_check(folder: Folder) -> None:
    imported(folder, csv_file(folder, "Nom;Prénom;Divers;Étage", "ROY;Zoé;un;2e"))
    _, findings = read(folder.path(NEW.format("liste")), "nouveau.xlsx")
    assert [f.place.column for f in findings if f.code == "REG106"] == []


def test_the_same_empty_cell_of_nineteen_members_is_told_once_a_column(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    names = (f"NOM{n};Zoé;Emmaüs" for n in range(19))
    given = [str(csv_file(folder, "Nom;Prénom;Organisme", *names)), "--feuille", "Membres"]
    text = CliRunner().invoke(import_, [*given, "-C", str(folder.root)]).output
    assert "  2. Compléter dans la feuille «\u00a0Organismes\u00a0»\u00a0: 1\u00a0organisme ajouté" in text
    _, findings = read(folder.path(NEW.format("liste")), "nouveau.xlsx")
    show_findings(findings, Common())
    told = capsys.readouterr().out
    assert told.count("colonne « Qualité »") == told.count("colonne « Qualité », 19 cellules") == 1
    assert "Cellules : B8, B9, B10, B11, B12, B13 et 13\u00a0autres" in told

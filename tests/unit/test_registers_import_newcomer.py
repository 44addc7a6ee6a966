"""Lists as a newcomer brings them: names without capitals, section titles, words of the trade."""

from __future__ import annotations

import pytest

from builders.listes import codes, csv_file, imported, rows
from clspd_docs.build.workspace import Folder
from clspd_docs.registers.fitting import Fate

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

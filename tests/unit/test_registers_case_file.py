"""What is a case file, and what only speaks of minors, offences or follow-up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from builders.classeur import classeur
from clspd_docs.registers.case_file import is_case_file

CASES: dict[str, list[Sequence[Any]]] = {
    "Suivi jeunes": [
        ("Nom", "Prénom", "DDN", "Faits", "Éducateur"),
        ("Durand", "Léo", "03/02/2010", "vol", "M. X"),
    ],
    "Cellule de veille": [("Jeune", "Né le", "Situation", "Signalé par"), ("Durand Léo", "", "", "collège")],
    "GPO": [("Nom et prénom", "Infraction"), ("Durand Léo", "vol")],
    "Rappels à l’ordre": [("Date", "Mineur concerné", "Mesure"), ("3 mars", "Léo D.", "rappel")],
    "Décrochage": [("Élève", "Absentéisme", "Établissement"), ("Léo D.", "fort", "collège")],
    "Accompagnement parental": [("Famille", "Adresse", "Suivi"), ("Durand", "3 rue du Port", "")],
    "Victimes": [("Victime", "Faits", "Plainte"), ("Mme Durand", "menaces", "oui")],
    "Commission": [("NOM", "PRÉNOM", "Situation", "Orientation"), ("Durand", "Léo", "", "")],
    "Divers": [("Identité du jeune", "École"), ("Léo D.", "Jaurès")],
    "Tableau": [("Jeunes", "Faits reprochés"), ("Léo D., Tom F.", "vol")],
    "Naissances": [("Nom", "Date de naissance"), ("Durand", 2010)],
    "Avec titre": [("Cellule du 3 mars",), (), ("Individu", "Antécédents"), ("Léo D.", "deux")],
    "Mineurs suivis": [("Ligne", "Note"), ("1", "x")],
    "Fiches individuelles": [("A", "B")],
}
NO_CASE: dict[str, list[Sequence[Any]]] = {
    "Statistiques": [("Année", "Mineurs", "Majeurs"), (2025, 12, 30)],
    "Mis en cause": [("Année", "Mineurs mis en cause", "Victimes"), (2025, 12, 3), (2026, 9, 1)],
    "Délinquance": [("Secteur", "Faits", "Plaintes", "Gardes à vue"), ("Centre", 12, 4, 1)],
    "Infractions 2025": [("Infraction", "Nombre", "Évolution"), ("Vols", 12, "+3 %")],
    "Par école": [("École", "Élève", "Signalements"), ("Jaurès", 120, 2)],
    "Travaux mineurs": [("Lieu", "Travaux mineurs", "Suivi"), ("gymnase", "peinture", "fait")],
    "Groupe de veille": [("Date", "Lieu", "Ordre du jour"), ("3 mars", "mairie", "bilan")],
    "Contacts": [("Nom", "Prénom", "Organisme", "Suivi", "Mesure"), ("Durand", "Léa", "PJJ", "", "")],
    "Invités": [("Nom", "Prénom", "Adresse", "Suivi"), ("Durand", "Léa", "3 rue du Port", "")],
    "Caméras": [("Nom", "Situation", "Mesures"), ("Port", "quai nord", "2 m")],
    "Publics": [("Action", "Jeunes", "Familles", "Mesure"), ("Forum", "x", "", "fiche 3")],
    "Budget des mesures": [("Mesure", "Suivi", "Montant"), ("Forum", "fait", 300)],
    "Indicateurs": [("Indicateur", "Valeur"), ("Nombre de mineurs suivis par la PJJ", 12)],
    "Éducateurs": [("Nom", "Éducateur", "Quartier"), ("Durand", "oui", "Port")],
}


def codes(workbook: Any, folder: Path) -> list[str]:
    return [f.code for f in workbook.read(folder)[1] if f.code in {"REG190", "REG107"}]


@pytest.mark.parametrize("title", CASES)
def test_a_sheet_of_individual_situations_is_an_error(title: str, tmp_path: Path) -> None:
    assert codes(classeur().add_sheet(title, *map(list, CASES[title])), tmp_path) == ["REG190"]


@pytest.mark.parametrize("title", NO_CASE)
def test_a_sheet_of_figures_actions_or_contacts_is_not_read_and_nothing_more(
    title: str, tmp_path: Path
) -> None:
    assert codes(classeur().add_sheet(title, *map(list, NO_CASE[title])), tmp_path) == ["REG107"]


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Mineurs suivis", ["Léo D."]),
        ("Nom du jeune", ["Léo D."]),
        ("Né(e) le", ["2010"]),
        ("Famille suivie", []),
    ],
)
def test_a_column_of_ours_that_names_people_followed_is_an_error(
    header: str, values: list[Any], tmp_path: Path
) -> None:
    assert codes(classeur().sheet("Actions").add_column(header, *values), tmp_path) == ["REG190"]


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Mineurs concernés (nombre)", [12]),
        ("Mineurs suivis", [12, 3]),
        ("Nombre de mineurs suivis", []),
        ("Suivi", []),
    ],
)
def test_a_column_of_ours_that_counts_is_none(header: str, values: list[Any], tmp_path: Path) -> None:
    assert codes(classeur().sheet("Actions").add_column(header, *values), tmp_path) == []


def test_two_columns_added_beside_each_other_make_a_case_file(tmp_path: Path) -> None:
    workbook = classeur().sheet("Actions").add_column("Jeune", "Léo D.").add_column("Faits", "vol")
    assert codes(workbook, tmp_path) == ["REG190", "REG190"]


@pytest.mark.parametrize(
    "text",
    [
        "Nom de la victime : Mme D.",
        "Léo D., né le 3 février 2010",
        "placé en garde à vue",
        "date de naissance ?",
    ],
)
def test_a_comment_about_a_person_is_an_error(text: str, tmp_path: Path) -> None:
    assert is_case_file(text)
    assert codes(classeur().sheet("Actions").comment("D2", text), tmp_path) == ["REG190"]


@pytest.mark.parametrize(
    "text",
    [
        "Public : mineurs de 12 à 16 ans",
        "Nombre de mineurs mis en cause : voir l’observatoire",
        "On ne le convoque pas ; suivi par la police municipale",
        "Aide aux victimes, travail avec les familles et les jeunes du quartier",
    ],
)
def test_a_comment_about_a_public_is_none(text: str, tmp_path: Path) -> None:
    assert codes(classeur().sheet("Actions").comment("D2", text), tmp_path) == []

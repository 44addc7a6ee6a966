"""Postcode, town, département, population, address block: told when it is sure, silent otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builders.classeur import spot
from builders.conseils import JOUR, Registres, registres
from clspd_docs.documents.contexts import Courrier
from clspd_docs.domain import listes as li
from clspd_docs.domain.french import adresse_majuscules, sans_accents
from clspd_docs.findings import Finding
from clspd_docs.registers.council import council
from clspd_docs.registers.read import read
from clspd_docs.rules.addresses import block, check_addresses
from clspd_docs.rules.communes import around

ROOT = Path(__file__).parents[2]
SARTHE = {
    "code_postal": "72000",
    "ville": "Le Mans",
    "collectivite": "Le Mans",
    "departement": "la Sarthe",
    "population": 146249,
}


def found(rows: Registres) -> list[Finding]:
    return list(check_addresses(rows.conseil()))


def told(rows: Registres) -> list[str]:
    return [f"{f.code} {spot(f.place)}" for f in found(rows)]


def at(code: str | None, town: str | None) -> Registres:
    return registres().change("organismes", "ORG-CAF", code_postal=code, ville=town)


def settings(**values: Any) -> Registres:
    return registres().change("parametres", 0, **{**SARTHE, **values})


def message(rows: Registres) -> str:
    (finding,) = found(rows)
    return finding.message.replace("\u00a0", " ")


# --- Postcode and town -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "town"),
    [
        ("72000", "Le Mans"),
        ("72000", "MANS"),
        ("72000", None),
        (None, "Le Mans"),
        ("72039", "Le Mans Cedex 9"),
        ("75775", "PARIS CEDEX 16"),
        ("75012", "Paris 12e"),
        ("75116", "Paris"),
        ("69003", "Lyon 3ème arrondissement"),
        ("95926", "Roissy CDG Cedex"),
        ("59650", "Villeneuve d'Ascq"),
        ("97400", "St Denis"),
        ("91000", "Évry"),
        ("51000", "Châlons"),
        ("98000", "Monaco"),
        ("00300", "Armées"),
        ("99341", "Évrigny-les-Forges Cedex"),
    ],
)
def test_nothing_is_said_of_an_address_that_may_be_right(code: str | None, town: str | None) -> None:
    assert told(at(code, town)) == []


@pytest.mark.parametrize(
    ("code", "town", "expected", "says"),
    [
        ("72001", "Le Mans", "COH421 Organismes!J5", "Ceux du Mans sont 72000 et 72100."),
        ("72301", "Sablé s/ Sarte", "COH421 Organismes!J5", "Celui de Sablé-sur-Sarthe est 72300."),
        ("13000", "Marseille", "COH421 Organismes!J5", "sont 13001, 13002, 13003 et 13 autres."),
        ("72999", None, "COH421 Organismes!J5", "(INSEE, La Poste)."),
        ("72000", "Le Mand", "COH422 Organismes!K5", "celui du Mans : vouliez-vous « Le Mans » ?"),
        (
            "72000",
            "Sablé-sur-Sarthe",
            "COH422 Organismes!J5",
            "ce code postal est celui du Mans ; celui de Sablé-sur-Sarthe est 72300.",
        ),
        ("72000", "Bordeaux", "COH422 Organismes!J5", "ceux de Bordeaux sont 33000,"),
        ("33042", "Le Mans Cedex", "COH422 Organismes!J5", "ne commence pas comme ceux de sa ville"),
        ("97490", "Sainte-Clotilde", "COH423 Organismes!K5", "ce code postal est celui de Saint-Denis."),
        ("72300", "Zzz", "COH423 Organismes!K5", "autres communes."),
    ],
)
def test_a_doubtful_address_is_told_with_what_the_list_knows(
    code: str, town: str | None, expected: str, says: str
) -> None:
    rows = at(code, town)
    assert told(rows) == [expected]
    assert "liste des communes de 2026 (INSEE, La Poste)" in message(rows)
    assert says in message(rows)


def test_the_addresses_of_the_council_and_of_active_members_are_checked() -> None:
    wrong = {"code_postal": "72000", "ville": "Bordeaux"}
    assert told(registres().change("membres", "M004", **wrong)) == ["COH422 Membres!B5"]
    gone = registres().change("membres", "M004", **wrong, statut=li.StatutPersonne.SORTI)
    assert told(gone) == []
    assert "COH422 Paramètres!B18" in told(settings(ville="Bordeaux"))


def abbreviated(name: str) -> str:
    return re.sub(r"\bSaint\b", "St", re.sub(r"\bSainte\b", "Ste", name))


@pytest.mark.parametrize(
    "spell",
    [
        str,
        lambda name: sans_accents(name).upper().replace("-", " ").replace("’", " "),
        lambda name: abbreviated(name) + " Cedex 01",
    ],
)
def test_every_commune_agrees_with_its_postcode_in_the_usual_spellings(spell: Callable[[str], str]) -> None:
    rows = registres()
    for index, commune in enumerate(c for key in ("72", "974", "20", "75", "61") for c in around(key)):
        rows.add("organismes", id=f"O{index}", code_postal=commune.postcode, ville=spell(commune.name))
    assert [line for line in told(rows) if "COH306" not in line] == []  # long names are long lines


# --- Département and population ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"departement": "Sarthe"},
        {"departement": "Département de la Sarthe"},
        {"code_postal": "72039", "ville": "Le Mans Cedex 9"},
        {"code_postal": "67000", "ville": "Strasbourg", "departement": "l’Alsace", "population": None},
        {"code_postal": "20200", "ville": "Bastia", "departement": "la Corse", "population": None},
        {"code_postal": "21000", "ville": "Dijon", "departement": "la Côte-d’Or", "population": None},
        {"code_postal": "97400", "ville": "Saint-Denis", "departement": "La Réunion", "population": None},
        {"code_postal": "99100", "ville": "Montbrun", "departement": "la Haute-Ourcelle", "population": 1},
        {"departement": None},
        {"code_postal": None, "population": 1},
    ],
)
def test_nothing_is_said_of_a_council_that_the_list_knows_or_cannot_know(values: dict[str, Any]) -> None:
    assert told(settings(**values)) == []


@pytest.mark.parametrize("text", ["le Loiret", "la Sarhte", "la Haute-Ourcelle"])
def test_another_departement_than_that_of_the_postcode_is_told(text: str) -> None:
    assert told(settings(departement=text)) == ["COH424 Paramètres!B12"]
    assert message(settings(departement=text)).endswith("celui d’un autre département : Sarthe (72).")


def test_a_population_far_from_the_list_is_a_note_that_changes_nothing() -> None:
    rows = settings(population=120_000)
    assert told(rows) == ["COH425 Paramètres!B7"]
    assert "donne 146 249 habitants au Mans : la cellule s’en écarte de 18 %." in message(rows)
    assert rows.conseil().parametres.population == 120_000
    assert told(settings(population=143_000)) == []


def test_a_population_across_the_legal_threshold_is_a_warning() -> None:
    (commune,) = {c for c in around("72") if c.name == "Arnage"}
    across = 5_000 if (commune.population or 0) > 5_000 else 5_001
    rows = settings(code_postal="72230", ville="Arnage", collectivite="Arnage", population=across)
    assert told(rows) == ["COH426 Paramètres!B7"]
    assert "« plus de 5 000 »" in message(rows)


@pytest.mark.parametrize(
    "values",
    [
        {"type_instance": li.TypeInstance.CISPD},
        {"forme": li.FormeCollectivite.COMMUNAUTE_COMMUNES},
        {"collectivite": "Une ville inventée"},
    ],
)
def test_a_population_is_not_guessed_for_a_group_of_communes_or_an_unknown_name(
    values: dict[str, Any],
) -> None:
    assert told(settings(population=10, **values)) == []


# --- The address block ---------------------------------------------------------------------------------------


def tall() -> Registres:
    return registres().change("organismes", "ORG-PREF", adresse_complement="Bâtiment B")


def test_a_block_of_seven_lines_is_told_at_the_line_that_can_go() -> None:
    assert told(tall()) == ["COH427 Organismes!G3"]
    assert "compte 7 lignes" in message(tall())


def test_a_deputy_gets_no_letter_and_the_same_text_twice_is_one_line() -> None:
    rows = tall().change("membres", "M002", fonction="Préfecture de la Haute-Ourcelle")
    assert told(rows) == []
    assert told(tall().change("membres", "M002", suppleant_de="M001")) == []


def test_the_lines_that_are_counted_are_those_that_the_letters_print() -> None:
    conseil = tall().change("membres", "M004", code_postal="99000", ville="Castelnoy").conseil()
    chair = conseil.membres[0]
    for membre in conseil.membres:
        courrier = Courrier(
            parametres=conseil.parametres,
            regles=conseil.regles,
            seance=conseil.seances[0],
            signataire=chair,
            destinataire=membre,
            jour=JOUR,
        )
        printed = [adresse_majuscules(line) for line in courrier.adresse]
        assert [adresse_majuscules(line) for line in block(membre)] == printed


# --- The example ---------------------------------------------------------------------------------------------


def test_nothing_is_said_of_the_example() -> None:
    book, _ = read(ROOT / "registers" / "clspd.xlsx", "registers/clspd.xlsx")
    assert list(check_addresses(council(book)[0])) == []

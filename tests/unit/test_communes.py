"""The packed list of communes: found by postcode and by name, dated, small, made the same twice."""

from __future__ import annotations

import json
import runpy
import time
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from clspd_docs.rules.communes import (
    ARCHIVE,
    around,
    communes,
    departments,
    departments_of,
    find,
    prefix,
    source,
    town_key,
)

TOOL = runpy.run_path(str(Path(__file__).parents[2] / "tools/make_communes.py"))


def test_a_postcode_gives_its_communes_with_their_population() -> None:
    (le_mans,) = communes("72000")
    assert (le_mans.name, le_mans.insee, le_mans.department) == ("Le Mans", "72181", "72")
    assert 100_000 < (le_mans.population or 0) < 200_000
    assert len(communes("72300")) > 5
    assert communes("99000") == communes("00000") == communes("72999") == ()


def test_a_merged_commune_keeps_its_name_without_population() -> None:
    population = {c.name: c.population for c in communes("61500")}
    assert population["Sées"]
    assert None in {c.population for code in ("14310", "49110", "61310") for c in communes(code)}


def test_overseas_and_corsica_are_there() -> None:
    assert {c.name for c in find("Saint-Denis", "974")} == {"Saint-Denis"}
    assert departments_of("97400") == {"974"}
    assert departments_of("20200") == {"2B"}
    assert departments_of("20999") == {"2A", "2B"}
    assert departments_of("98800") == {"988"}
    assert prefix("97400") == "974"
    assert departments()["2A"] == "Corse-du-Sud"


def test_a_postcode_may_lie_in_another_departement_than_its_beginning_says() -> None:
    assert [c for c in around("01") if c.department != "01"]


@pytest.mark.parametrize(
    ("typed", "same_as"),
    [
        ("LE MANS CEDEX 9", "Le Mans"),
        ("le Mans Cédex", "Le Mans"),
        ("St-Malo", "Saint-Malo"),
        ("STE FOY LES LYON", "Sainte-Foy-lès-Lyon"),
        ("Chalon s/ Saône", "Chalon-sur-Saône"),
        ("L'HAY LES ROSES", "L’Haÿ-les-Roses"),
        ("Paris 1er", "Paris"),
        ("PARIS 12", "Paris"),
        ("Lyon 3ème arrondissement", "Lyon"),
        ("Marseille 16e Arr.", "Marseille"),
        ("La Rochelle (Charente-Maritime)", "La Rochelle"),
    ],
)
def test_a_town_is_known_however_it_is_typed(typed: str, same_as: str) -> None:
    assert town_key(typed) == town_key(same_as)


def test_a_name_is_found_in_its_region_or_everywhere() -> None:
    assert {c.postcode for c in find("Le Mans", "72039")} == {"72000", "72100"}
    assert find("Le Mans", "33") == ()
    assert {c.department for c in find("St Denis")} >= {"93", "974"}
    assert len({c.postcode for c in find("Paris")}) == 21


def test_the_list_says_its_source_its_year_and_its_licence() -> None:
    assert str(source()) == "liste des communes de 2026 (INSEE, La Poste)"
    assert source().about == (
        "2026 – Code officiel géographique et populations de référence (INSEE), codes postaux (La Poste)"
        " – Licence Ouverte 2.0 – @etalab/decoupage-administratif 6.0.0, lu le 24/11/2026"
    )


def test_the_list_is_small_and_a_postcode_is_found_at_once() -> None:
    assert len(files("clspd_docs.rules").joinpath(ARCHIVE).read_bytes()) < 700_000
    communes("72000")
    start = time.process_time()
    for _ in range(1000):
        communes("72300")
    assert time.process_time() - start < 0.2


# --- The tool --------------------------------------------------------------------------------------------


def commune(code: str, name: str, kind: str = "commune-actuelle", **more: Any) -> dict[str, Any]:
    return {"code": code, "nom": name, "type": kind, "departement": code[:2], **more}


def package(folder: Path, *towns: dict[str, Any]) -> Path:
    (folder / "data").mkdir()
    (folder / "data" / "communes.json").write_text(json.dumps(towns), encoding="utf-8")
    (folder / "data" / "departements.json").write_text('[{"code": "72", "nom": "Sarthe"}]', encoding="utf-8")
    (folder / "package.json").write_text('{"name": "@a/b", "version": "6.1.0"}', encoding="utf-8")
    return folder


def test_the_tool_writes_one_line_for_each_name_under_each_postcode(tmp_path: Path) -> None:
    made = TOOL["members"](
        package(
            tmp_path,
            commune("72181", "Le Mans", codesPostaux=["72100", "72000"], population=146249),
            commune("72001", "L'Aigné", codesPostaux=["72650"], population=12),
            commune("72001", "L'Aigné", "commune-deleguee", chefLieu="72001"),
            commune("72002", "Vieux", "commune-associee", chefLieu="72001"),
            commune("75101", "Paris 1er Arrondissement", "arrondissement-municipal", codesPostaux=["75001"]),
            commune("98411", "Crozet"),
            commune("97411", "Saint-Denis", codesPostaux=["97400"], population=155634)
            | {"departement": "974"},
        ),
        date(2026, 11, 24),
    )
    assert made["72.csv"] == (
        "72000;72181;Le Mans;72;146249\n"
        "72100;72181;Le Mans;72;146249\n"
        "72650;72001;L’Aigné;72;12\n"
        "72650;72002;Vieux;72;\n"
    )
    assert made["974.csv"] == "97400;97411;Saint-Denis;974;155634\n"
    assert made["departements.csv"] == "72;Sarthe\n"
    assert "millesime = 2026" in made["SOURCE.toml"]
    assert "lu_le = 2026-11-24" in made["SOURCE.toml"]
    assert set(made) == {"72.csv", "974.csv", "departements.csv", "SOURCE.toml"}

"""Rows become a council: references resolved, collections in protocol order, and no gap ever crashes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.classeur import classeur, told
from builders.conseils import FICHIER, JOUR, registres
from clspd_docs.domain.conseil import Conseil
from clspd_docs.domain.listes import StatutPersonne
from clspd_docs.registers.council import council
from clspd_docs.registers.read import read
from clspd_docs.registers.schema import Layout, Sheet
from clspd_docs.registers.sheets import SHEETS
from clspd_docs.rules.checks import check

EXAMPLE = Path(__file__).parents[2] / "registers" / "clspd.xlsx"
TABLES = [sheet for sheet in SHEETS if sheet.layout is Layout.TABLE]


def example() -> Conseil:
    book, _ = read(EXAMPLE, FICHIER)
    conseil, findings = council(book)
    assert findings == []
    return conseil


def test_the_example_resolves_every_reference() -> None:
    conseil = example()
    assert conseil.president is not None
    assert conseil.president.politesse is not None
    assert all(m.organisme or m.adresse_de is m for m in conseil.titulaires)
    assert all(a.chef_de_file and a.referents for a in conseil.actions)
    assert all(s.groupe for s in conseil.seances if s.formation == "groupe de travail")
    assert sum(len(axe.actions) for axe in conseil.axes) == len(conseil.actions)
    assert sum(len(s.points) for s in conseil.seances) == len(conseil.points)
    assert sum(len(p.decisions) for p in conseil.points) == len(conseil.decisions)
    assert sum(len(a.indicateurs) for a in conseil.actions) == len(conseil.indicateurs)


def test_a_reference_is_the_object_itself() -> None:
    conseil = registres().conseil()
    assert conseil.membres[3].organisme is conseil.organismes[3]
    assert conseil.presences[0].membre is conseil.president
    assert conseil.actions[0].referents == (conseil.referents[1], conseil.referents[0])
    assert conseil.seances[3].groupe is conseil.groupes[0]
    assert conseil.groupes[0].animateur is conseil.membres[3]
    assert conseil.axes[0].actions == conseil.actions


def test_members_come_in_protocol_order_and_the_unranked_last() -> None:
    rows = registres().change("membres", "M001", rang=None).change("membres", "M004", rang=1)
    assert [m.id for m in rows.conseil().membres] == ["M004", "M002", "M003", "M005", "M006", "M001"]


def test_attendance_follows_the_protocol_and_items_their_rank() -> None:
    rows = registres()
    rows.rows["presences"].reverse()
    rows.rows["points"].reverse()
    conseil = rows.conseil()
    seance = conseil.seances[0]
    assert [p.membre.id for p in seance.presences if p.membre] == ["M001", "M002", "M003", "M004"]
    assert [p.rang for p in seance.points] == [1, 2]


def test_a_group_has_its_active_members_only() -> None:
    conseil = registres().change("membres", "M003", statut=StatutPersonne.SORTI).conseil()
    assert [m.id for m in conseil.groupes[0].membres] == ["M004"]


def test_a_reference_that_leads_nowhere_is_none_and_told_at_its_cell() -> None:
    conseil, findings = registres().change("membres", "M004", organisme="ORG-XXX").council()
    assert conseil.membres[3].organisme is None
    assert told(findings) == [("COH101", "Membres!K5")]
    assert findings[0].value == "ORG-XXX"
    assert "ORG-XXX" not in findings[0].message


@pytest.mark.parametrize(
    ("text", "near"), [("ORG-CAFF", "ORG-CAF"), ("org prefe", "ORG-PREF"), ("zzz", None)]
)
def test_the_nearest_identifier_is_proposed(text: str, near: str | None) -> None:
    _, (finding,) = registres().change("membres", "M004", organisme=text).council()
    assert (f"Vouliez-vous « {near} » ?" in finding.message) is (near is not None)


@pytest.mark.parametrize(
    "text", ["caisse d'allocations  familiales", "Caisse d’allocations familiales", "caf"]
)
def test_a_body_is_found_by_its_name_or_acronym_and_a_note_says_so(text: str) -> None:
    conseil, findings = registres().change("membres", "M004", organisme=text).council()
    assert conseil.membres[3].organisme is conseil.organismes[3]
    assert [f.code for f in findings] == ["COH102"]


def test_a_name_and_an_acronym_that_read_alike_are_one_name() -> None:
    rows = registres().change("organismes", "ORG-CAF", nom="C.A.F", sigle="c.a.f")
    conseil, findings = rows.change("membres", "M004", organisme="C.A.F").council()
    assert conseil.membres[3].organisme is conseil.organismes[3]
    assert [f.code for f in findings] == ["COH102"]


def test_an_identifier_comes_before_a_name() -> None:
    rows = registres().change("organismes", "ORG-VILLE", nom="ORG-CAF")
    assert rows.conseil().membres[3].organisme is not None
    assert rows.conseil().membres[3].organisme.id == "ORG-CAF"  # type: ignore[union-attr] # said just above


def test_one_bad_reference_among_several_leaves_the_others() -> None:
    conseil, findings = registres().change("actions", "1.1", referents=("R99", "R02")).council()
    assert [r.id for r in conseil.actions[0].referents] == ["R02"]
    assert told(findings) == [("COH101", "Actions!J2")]


def test_a_row_whose_parent_is_unknown_belongs_to_nobody() -> None:
    conseil, findings = registres().change("points", 0, seance="P-2030").council()
    assert len(conseil.points) == 5
    assert [p.rang for p in conseil.seances[0].points] == [2]
    assert [f.code for f in findings] == ["COH101"]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda s: s.key)
def test_a_missing_sheet_never_crashes(sheet: Sheet, tmp_path: Path) -> None:
    book, findings = classeur().sheet(sheet.title).remove().read(tmp_path)
    conseil, _ = council(book)
    assert ("REG101", sheet.title) in told(findings)
    check(conseil, JOUR)


@pytest.mark.parametrize("number", range(max(len(sheet.columns) for sheet in TABLES)))
def test_a_missing_column_never_crashes(number: int, tmp_path: Path) -> None:
    workbook, expected = classeur(), []
    for sheet in TABLES:
        if number < len(sheet.columns):
            column = sheet.columns[number]
            workbook.sheet(sheet.title).header(column.header, "")
            code = "REG103" if column.required or column.places else "REG104"
            expected.append((code, f"{sheet.title}!1"))
    book, findings = workbook.read(tmp_path)
    check(council(book)[0], JOUR)
    assert [t for t in told(findings) if t[0] in {"REG103", "REG104"}] == sorted(expected)


def test_columns_that_are_all_double_never_crash(tmp_path: Path) -> None:
    workbook = classeur()
    for sheet in TABLES:
        for column in sheet.columns:
            workbook.sheet(sheet.title).add_column(column.header, "x")
    book, findings = workbook.read(tmp_path)
    conseil, _ = council(book)
    check(conseil, JOUR)
    assert told(findings) == sorted(("REG105", sheet.title) for sheet in TABLES for _ in sheet.columns)
    assert [m.nom for m in conseil.membres] == [m.nom for m in registres().conseil().membres]


def test_no_row_at_all_makes_an_empty_council() -> None:
    rows = registres()
    for sheet in TABLES:
        rows.drop(sheet.key)
    conseil = rows.conseil()
    assert conseil.president is None
    assert conseil.titulaires == ()
    assert conseil.majorite == 1
    assert {f.code for f in check(conseil, JOUR)} == {"LEG201"}


def test_sessions_and_groups_are_found_by_identifier() -> None:
    conseil = registres().conseil()
    assert conseil.seance("P-2027-02") is conseil.seances[1]
    assert conseil.groupe("G1") is conseil.groupes[0]
    assert conseil.seance(None) is None
    assert conseil.groupe("G9") is None

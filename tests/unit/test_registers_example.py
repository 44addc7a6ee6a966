"""The invented council is rich, coherent, and well typed in French."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Any

import pytest

from clspd_docs.domain import listes as li
from clspd_docs.registers.example import example_rows, typed
from clspd_docs.registers.schema import Column, Layout, Type
from clspd_docs.registers.sheets import BY_KEY, SHEETS

Row = Mapping[str, Any]
ROWS: Mapping[str, list[Row]] = example_rows()  # type: ignore[assignment] # the cells are Any here
TODAY = date(2026, 12, 1)


def by_id(key: str) -> dict[str, Row]:
    return {row["id"]: row for row in ROWS[key]}


def active_seats() -> list[Row]:
    held = {li.StatutPersonne.ACTIF, li.StatutPersonne.VACANT}
    return [m for m in ROWS["membres"] if m["statut"] in held and not m["suppleant_de"]]


def cells() -> Iterator[tuple[str, Column, Any]]:
    for sheet in SHEETS:
        for row in ROWS[sheet.key]:
            for column in sheet.columns:
                yield sheet.key, column, row[column.name]


def texts() -> Iterator[tuple[str, str, str]]:
    return ((key, column.name, value) for key, column, value in cells() if isinstance(value, str))


def test_the_council_has_the_figures_announced() -> None:
    counts = {key: len(rows) for key, rows in ROWS.items()}
    assert counts["membres"] == 45
    assert counts["referents"] == 30
    assert counts["groupes"] == 5
    assert counts["axes"] == 4
    assert counts["actions"] == 25
    assert counts["indicateurs"] == 55
    assert counts["seances"] == 7
    assert counts["organismes"] == 36
    assert len({a["objectif"] for a in ROWS["actions"]}) == 9
    assert len(ROWS["decisions"]) >= 14
    assert Counter(f for m in active_seats() for f in m["formations"]) == {"plénière": 37, "restreinte": 12}
    assert sum(1 for m in ROWS["membres"] if m["suppleant_de"]) == 5


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("membres", "qualite"),
        ("membres", "college"),
        ("membres", "canal"),
        ("membres", "statut"),
        ("organismes", "type"),
        ("groupes", "type"),
        ("groupes", "initiative"),
        ("actions", "statut"),
        ("actions", "priorite"),
        ("indicateurs", "type"),
        ("seances", "formation"),
        ("points", "nature"),
        ("points", "diffusion"),
        ("presences", "statut"),
        ("decisions", "nature"),
        ("decisions", "statut"),
        ("decisions", "diffusion"),
    ],
)
def test_every_value_of_the_list_is_shown_once_at_least(key: str, name: str) -> None:
    values = BY_KEY[key].column(name).values
    assert values is not None
    assert {row[name] for row in ROWS[key]} == set(values)


def test_every_identifier_and_every_protocol_rank_is_unique() -> None:
    for sheet in SHEETS:
        if sheet.has_identifier:
            assert len(by_id(sheet.key)) == len(ROWS[sheet.key])
    assert sorted(m["rang"] for m in ROWS["membres"]) == list(range(1, 46))


def test_every_reference_points_at_a_row() -> None:
    for key, column, value in cells():
        if column.ref and value:
            named = {value} if isinstance(value, str) else set(value)
            assert named <= by_id(column.ref).keys(), (key, column.name, value)


def test_every_required_cell_is_filled() -> None:
    assert [(key, column.name) for key, column, value in cells() if column.required and value is None] == []


def test_every_number_is_within_its_bounds() -> None:
    for key, column, value in cells():
        if value is not None and column.low is not None:
            assert column.low <= value <= (column.high or value), (key, column.name, value)


def test_every_text_is_typed_as_french_typography_asks() -> None:
    faults = re.compile("['\"\u00a0\u202f]|  |\\.\\.\\.|^\\s|\\s$| ,| \\.|[^ («][;?!»]|«[^ ]|[^ 0-9s]:(?!/)")
    assert [(key, name, text) for key, name, text in texts() if faults.search(text)] == []


def test_no_text_names_a_person_followed() -> None:
    personal = re.compile(r"\b(M\.|Mme|monsieur|madame)\s+[A-Z]", re.IGNORECASE)
    told = {"synthese", "constat", "description", "dernier_point", "texte", "resultat", "ambition", "libelle"}
    assert [text for _, name, text in texts() if name in told and personal.search(text)] == []


def test_addresses_numbers_and_mails_are_invented() -> None:
    for key, column, value in cells():
        if value is None:
            continue
        if column.holds is Type.EMAIL:
            assert value.endswith(".example"), (key, value)
        if column.holds is Type.PHONE:
            assert value.startswith(("03 53 01 ", "06 39 98 ")), (key, value)
        if column.holds is Type.POSTCODE:
            assert value.startswith("99"), (key, value)


def test_every_postal_line_holds_in_38_characters_and_every_function_in_60() -> None:
    for row in (*ROWS["organismes"], *ROWS["membres"], *ROWS["parametres"]):
        for name in ("adresse_complement", "adresse_voie", "adresse_lieu_dit"):
            assert len(row[name] or "") <= 38, row[name]
        assert len(f"{row['code_postal']} {row['ville']}") <= 38
    assert all(len(p["fonction"]) <= 60 for p in (*ROWS["membres"], *ROWS["referents"]))


def test_every_active_seat_can_be_written_to_in_six_lines() -> None:
    organismes = by_id("organismes")
    for membre in active_seats():
        place = membre if membre["ville"] else organismes[membre["organisme"]]
        lines = (membre["nom"], membre["fonction"], membre["organisme"])
        lines += tuple(place[n] for n in ("adresse_complement", "adresse_voie", "adresse_lieu_dit", "ville"))
        assert place["code_postal"]
        assert place["ville"]
        assert sum(1 for line in lines if line) <= 6, membre["id"]
        assert membre["courriel"] or membre["canal"] in {li.Canal.COURRIER, li.Canal.RECOMMANDE}


def test_every_seat_was_designated_as_the_law_asks() -> None:
    organismes = by_id("organismes")
    for m in active_seats():
        if m["qualite"] is li.Qualite.DESIGNE_ORG:
            assert organismes[m["organisme"]]["accord_le"], m["id"]
        if m["qualite"] is li.Qualite.DESIGNE_ETAT:
            assert m["designe_le"], m["id"]
        if m["qualite"] is li.Qualite.DESIGNE_PARL:
            assert m["demande_le"], m["id"]


def test_every_partner_of_an_open_action_has_a_referent() -> None:
    served = {r["organisme"] for r in ROWS["referents"] if r["statut"] is li.StatutPersonne.ACTIF}
    for action in ROWS["actions"]:
        if action["statut"] not in {li.StatutAction.REALISEE, li.StatutAction.ABANDONNEE}:
            assert {action["chef_de_file"], *action["partenaires"]} <= served, action["id"]
        assert action["chef_de_file"] not in action["partenaires"]
        leads = {by_id("referents")[r]["organisme"] for r in action["referents"]}
        assert action["chef_de_file"] in leads, action["id"]


def test_the_plan_and_the_rules_are_still_drafts() -> None:
    assert ROWS["parametres"][0]["plan_valide_le"] is None
    assert ROWS["regles"][0]["adopte_le"] is None


def test_some_members_of_the_first_group_lack_its_present_charter() -> None:
    version = by_id("groupes")["G1"]["charte_version"]
    signed = {c["membre"] for c in ROWS["chartes"] if c["groupe"] == "G1" and c["version"] == version}
    members = {m["id"] for m in active_seats() if "G1" in m["groupes"]}
    assert members - signed == {"M022", "M029", "M035"}
    assert {p["membre"] for p in ROWS["presences"] if p["seance"] == "G1-2026-10"} == members & signed


def test_attendance_of_a_held_session_covers_everyone_summoned_once() -> None:
    for seance, formation in (("P-2026-06", "plénière"), ("R-2026-09", "restreinte")):
        summoned = [m["id"] for m in active_seats() if formation in m["formations"]]
        assert [p["membre"] for p in ROWS["presences"] if p["seance"] == seance] == summoned
    for presence in ROWS["presences"]:
        represented = presence["statut"] is li.StatutPresence.REPRESENTE
        named = (presence["representant"], presence["representant_qualite"], presence["designation_le"])
        assert all(named) if represented else not any(named)


def test_agendas_are_numbered_from_one_and_fit_the_time_planned() -> None:
    seances = by_id("seances")
    assert {p["seance"] for p in ROWS["points"]} == set(seances)
    for key, items in groupby(ROWS["points"], key=lambda p: p["seance"]):
        points = list(items)
        start, end = seances[key]["heure"], seances[key]["fin_prevue"]
        minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
        assert [p["rang"] for p in points] == list(range(1, len(points) + 1))
        assert sum(p["duree"] for p in points) <= minutes, key
        held = seances[key]["statut"] is li.StatutSeance.TENUE
        assert all(bool(p["synthese"] and p["resultat"]) is held for p in points), key


def test_a_decision_belongs_to_an_item_and_is_never_more_public_than_it() -> None:
    levels = list(li.Diffusion)
    points = {(p["seance"], p["rang"]): p for p in ROWS["points"]}
    for decision in ROWS["decisions"]:
        point = points[decision["seance"], decision["point"]]
        assert levels.index(decision["diffusion"]) >= levels.index(point["diffusion"]), decision["id"]


def test_the_next_session_is_the_plenary_of_february() -> None:
    coming = [s for s in ROWS["seances"] if s["date"] >= TODAY and s["statut"].a_venir]
    assert min(coming, key=lambda s: s["date"])["id"] == "P-2027-02"
    assert {s["date"].strftime("%w") for s in ROWS["seances"]} == {"4"}  # every one on a Thursday


def test_a_value_that_a_column_cannot_hold_is_refused() -> None:
    for column in (c for sheet in SHEETS for c in sheet.columns):
        if column.values or column.holds in {Type.DATE, Type.TIME, Type.YES_NO, Type.INTEGER, Type.DATES}:
            with pytest.raises(ValueError):
                typed(column, "n’importe quoi")


def test_a_two_column_sheet_is_one_row() -> None:
    assert all(len(ROWS[s.key]) == 1 for s in SHEETS if s.layout is Layout.RECORD)

"""What the drawings show: counted from the registers, told in whole sentences, traced like any field."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from builders.conseils import JOUR, Registres, registres
from clspd_docs.documents.contexts import Plan
from clspd_docs.documents.drawings import Drawings, actions_by_axis, governance, progress
from clspd_docs.documents.view import Trace
from clspd_docs.domain import listes as li
from clspd_docs.domain.drawings import BarChart, Diagram, Tone

NB = "\u00a0"


def plan(rows: Registres, trace: Trace | None = None) -> Any:
    made = Plan(conseil=rows.conseil(), jour=JOUR)
    return made if trace is None else trace.view(made)


def work(*actions: dict[str, Any], indicators: tuple[dict[str, Any], ...] = ()) -> Registres:
    """Return a council whose only axis, A1, has these actions, and the first of them these indicators."""
    rows = registres().drop("axes").drop("actions").drop("indicateurs")
    rows.add("axes", id="A1", intitule="Les jeunes")
    for rank, action in enumerate(actions, start=1):
        rows.add("actions", id=f"1.{rank}", axe="A1", intitule="Agir", chef_de_file="ORG-VILLE", **action)
    for rank, indicator in enumerate(indicators, start=1):
        rows.add("indicateurs", id=f"I{rank}", action="1.1", **indicator)
    return rows


def measured(**values: Any) -> BarChart:
    """Return the chart of one indicator."""
    indicator = {"libelle": "Halls traités", **{k: Decimal(v) for k, v in values.items() if v is not None}}
    chart = progress(plan(work({}, indicators=(indicator,))).axes)
    assert isinstance(chart, BarChart)
    return chart


# --- The governance ----------------------------------------------------------------------------------


def test_the_governance_shows_who_leads_each_formation_and_group() -> None:
    rows = registres()
    for member in rows.rows["membres"]:
        member["formations"] = (li.Formation.PLENIERE,)
    rows.change("membres", "M001", formations=(li.Formation.PLENIERE, li.Formation.RESTREINTE))
    rows.change("regles", 0, frequence_restreinte="une fois par trimestre")
    conseil = rows.conseil()
    diagram = governance(Plan(conseil=conseil, jour=JOUR))
    seats = len([m for m in conseil.titulaires if m.qualite != li.Qualite.INVITE])
    assert conseil.president is not None
    plenary, restricted = diagram.chain
    chair = conseil.president.nom_complet.replace(" ", NB, 1)
    assert plenary.title == "Formation plénière"
    assert plenary.lines == (f"Présidence{NB}: {chair}", f"{seats}{NB}membres")
    assert restricted.lines == ("Une fois par trimestre", f"1{NB}membre")
    groups = Plan(conseil=conseil, jour=JOUR).groupes
    assert [box.title for box in diagram.leaves] == [g.intitule for g in groups]
    assert all(box.lines[0].startswith(f"Animation{NB}: ") for box in diagram.leaves)


def test_a_formation_without_members_and_a_finished_group_are_not_shown() -> None:
    rows = registres()
    for member in rows.rows["membres"]:
        member["formations"] = (li.Formation.PLENIERE,)
    for group in rows.rows["groupes"]:
        group["fin"] = JOUR - dt.timedelta(days=1)
    diagram = governance(plan(rows))
    assert [box.title for box in diagram.chain] == ["Formation plénière"]
    assert diagram.leaves == ()
    assert diagram.leaves_title == ""


def test_guests_and_deputies_are_not_counted() -> None:
    rows = registres()
    before = governance(plan(rows)).chain[0].lines[-1]
    for identifier, values in (
        ("M098", {"qualite": li.Qualite.INVITE}),
        ("M099", {"qualite": li.Qualite.DROIT, "suppleant_de": "M001"}),
    ):
        rows.add(
            "membres",
            id=identifier,
            rang=98,
            formations=(li.Formation.PLENIERE,),
            statut=li.StatutPersonne.ACTIF,
            canal=li.Canal.COURRIER,
            fonction="Directrice",
            **values,
        )
    assert governance(plan(rows)).chain[0].lines[-1] == before


def test_a_group_without_leader_says_so() -> None:
    rows = registres()
    rows.rows["groupes"][0].update(animateur=None, fin=None, intitule="Jeunes et numérique")
    box = governance(plan(rows)).leaves[0]
    assert box.title == "Jeunes et numérique"
    assert box.lines[0] == f"Animation{NB}: à désigner"


def test_the_governance_is_told_in_one_sentence() -> None:
    diagram = governance(plan(registres()))
    assert diagram.sentence.startswith(f"De haut en bas{NB}: formation plénière (présidence{NB}: ")
    assert diagram.sentence.endswith(".")
    assert all(f"«{NB}{box.title}{NB}»" in diagram.sentence for box in diagram.leaves)


# --- The actions -------------------------------------------------------------------------------------


def test_actions_are_counted_by_axis_and_state_and_late_ones_apart() -> None:
    past = JOUR - dt.timedelta(days=1)
    chart = actions_by_axis(
        plan(
            work(
                {"statut": li.StatutAction.REALISEE, "echeance": past},
                {"statut": li.StatutAction.EN_COURS, "echeance": past},
                {"statut": li.StatutAction.EN_COURS},
                {"statut": li.StatutAction.EN_COURS},
                {},
            )
        )
    )
    assert isinstance(chart, BarChart)
    assert chart.labels == ("Axe 1 – Les jeunes",)
    assert [(s.label, s.tone, s.values) for s in chart.series] == [
        ("Réalisée", Tone.DONE, (1,)),
        ("En cours", Tone.GOING, (2,)),
        ("En retard", Tone.LATE, (1,)),
        ("Sans état", Tone.OTHER, (1,)),
    ]
    assert chart.sentence.replace(NB, " ") == (
        "1 axe, 5 actions (1 réalisée, 2 en cours, 1 en retard et 1 sans état). Axe 1 – Les jeunes : 5 actions "
        "(1 réalisée, 2 en cours, 1 en retard et 1 sans état)."
    )


def test_a_plan_without_action_says_so() -> None:
    said = Drawings(plan(work()))["actions-par-axe"]
    assert isinstance(said, Diagram)
    assert [box.title for box in said.chain] == [said.sentence] == ["Aucune action n’est inscrite au plan."]


# --- The indicators ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "target", "value", "percent"),
    [
        ("0", "8", "6", 75),
        (None, "8", "6", 75),  # no first value: from zero
        ("31", "20", "27", 36),  # a figure that has to fall
        ("0", "40", "41", 100),  # beyond the target
        ("10", "20", "5", 0),  # gone backwards
        ("0", "3", "2", 66),  # never rounded up to what is not reached
        ("20", "20", "20", 100),  # to be kept, and kept
        ("20", "20", "19", 0),
    ],
)
def test_progress_goes_from_the_first_value_to_the_target(
    start: str | None, target: str, value: str, percent: int
) -> None:
    chart = measured(valeur_initiale=start, cible=target, valeur=value)
    assert [v for s in chart.series for v in s.values if v is not None] == [percent]
    assert chart.series[0].tone is (Tone.DONE if percent == 100 else Tone.GOING)


def test_an_indicator_shows_its_value_and_its_target() -> None:
    chart = measured(valeur_initiale="0", cible="1500", valeur="6")
    assert chart.labels == (f"1.1 Halls traités{NB}:",)
    assert [note.replace("\u202f", NB) for note in chart.notes] == [f"6{NB}(cible{NB}:{NB}1{NB}500)"]
    assert "aucun à la cible" in chart.sentence


@pytest.mark.parametrize("missing", ["cible", "valeur"])
def test_an_indicator_without_target_or_value_is_left_out(missing: str) -> None:
    values = {"libelle": "Halls", "cible": Decimal(8), "valeur": Decimal(6)} | {missing: None}
    said = progress(plan(work({}, indicators=(values,))).axes)
    assert isinstance(said, Diagram)
    assert said.sentence.startswith("Aucun indicateur")


def test_a_long_chart_is_summed_up_rather_than_told_value_by_value() -> None:
    one = {"libelle": "Halls", "cible": Decimal(8), "valeur": Decimal(6)}
    short = progress(plan(work({}, indicators=(one,) * 15)).axes)
    long = progress(plan(work({}, indicators=(one,) * 16)).axes)
    assert short.sentence.count("Halls") == 15
    assert long.sentence.count("Halls") == 0
    assert f"16{NB}indicateurs" in long.sentence


# --- By name, and traced -----------------------------------------------------------------------------


def test_drawings_are_found_by_name_and_those_of_an_axis_by_its_code() -> None:
    drawings = Drawings(plan(work({})))
    assert list(drawings) == ["gouvernance", "actions-par-axe", "indicateurs", "indicateurs-A1"]
    assert len(drawings) == 4
    assert drawings.get("indicateurs-A9") is None
    assert drawings.get("gouvernence") is None
    assert list(Drawings(None)) == []
    assert Drawings(None).get("gouvernance") is None


def test_only_a_drawing_that_is_asked_for_leaves_a_trace() -> None:
    trace = Trace()
    drawings = Drawings(plan(work({"statut": li.StatutAction.EN_COURS}), trace))
    assert trace.cells == {}
    assert drawings["actions-par-axe"].sentence
    sheets = {spot.partition("!")[0] for spot in trace.cells}
    assert sheets == {"Axes", "Actions"}
    assert {"Axes!*", "Actions!*"} <= trace.cells.keys()

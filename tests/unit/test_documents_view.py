"""A document's trace names exactly the cells that it used, by digests that tell a change and nothing more."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import Any

import pytest

from builders.conseils import JOUR, Registres, registres
from clspd_docs.documents.contexts import Emargement, Plan, lignes_postales
from clspd_docs.documents.view import Trace, View
from clspd_docs.domain import listes as li
from clspd_docs.domain.registre import Ligne
from clspd_docs.origin import Origin
from clspd_docs.registers.sheets import BY_KEY


def cell(rows: Registres, key: str, which: str | int, name: str) -> str:
    """Return « Membres!F5 », as the trace writes it."""
    row = rows.rows[key].index(rows.row(key, which)) + 2
    column = BY_KEY[key].names.index(name)
    return f"{BY_KEY[key].title}!{chr(65 + column % 26)}{row}"


def used(view: Any, *path: str) -> Any:
    for name in path:
        view = getattr(view, name)
    return view


@pytest.fixture
def rows() -> Registres:
    return registres()


def trace_of(rows: Registres, read: Any) -> dict[str, str]:
    """Return the trace of ``read`` applied to the view of the council."""
    trace = Trace()
    read(trace.view(rows.conseil()))
    return trace.cells


def test_a_field_notes_its_cell_and_no_other(rows: Registres) -> None:
    trace = Trace()
    member = trace.view(rows.conseil().membres[3])
    assert member.nom == "Hébrard"
    assert trace.cells.keys() == {cell(rows, "membres", "M004", "nom")}


def test_a_computed_field_notes_the_cells_behind_it(rows: Registres) -> None:
    trace = Trace()
    assert trace.view(rows.conseil().membres[3]).nom_complet == "M. Benoît Hébrard"
    behind = {cell(rows, "membres", "M004", name) for name in ("civilite", "prenom", "nom")}
    assert trace.cells.keys() == behind


def test_a_function_of_a_view_notes_the_cells_that_it_reads(rows: Registres) -> None:
    trace = Trace()
    body = trace.view(rows.conseil().organismes[3])
    assert lignes_postales(body) == ("14 RUE DE LA PREFECTURE", "CS 70501", "99010 CASTELNOY CEDEX")
    names = ("adresse_complement", "adresse_voie", "adresse_lieu_dit", "code_postal", "ville")
    assert trace.cells.keys() == {cell(rows, "organismes", "ORG-CAF", name) for name in names}


def test_a_reference_notes_its_own_cell_then_what_is_read_behind_it(rows: Registres) -> None:
    trace = Trace()
    assert used(trace.view(rows.conseil().membres[3]), "organisme", "sigle") == "CAF"
    assert trace.cells.keys() == {
        cell(rows, "membres", "M004", "organisme"),
        cell(rows, "organismes", "ORG-CAF", "sigle"),
    }


def test_a_setting_notes_its_line(rows: Registres) -> None:
    trace = Trace()
    assert used(trace.view(rows.conseil()), "parametres", "plan_valide") is False
    line = BY_KEY["parametres"].names.index("plan_valide_le") + 2
    assert trace.cells.keys() == {f"Paramètres!B{line}"}


def test_a_collection_notes_which_rows_it_has(rows: Registres) -> None:
    cells = trace_of(rows, lambda conseil: [m.nom for m in conseil.groupes[0].membres])
    assert cells.keys() == {
        "Groupes!*",
        "Membres!*",
        cell(rows, "membres", "M003", "nom"),
        cell(rows, "membres", "M004", "nom"),
    }


@pytest.mark.parametrize(
    ("path", "sheet"),
    [
        ("membres", "Membres"),
        ("referents", "Référents"),
        ("organismes", "Organismes"),
        ("politesses", "Politesse"),
        ("groupes", "Groupes"),
        ("axes", "Axes"),
        ("actions", "Actions"),
        ("indicateurs", "Indicateurs"),
        ("seances", "Séances"),
        ("points", "Ordre du jour"),
        ("presences", "Présences"),
        ("decisions", "Décisions"),
        ("chartes", "Chartes signées"),
    ],
)
def test_every_collection_of_the_council_tells_its_sheet(rows: Registres, path: str, sheet: str) -> None:
    assert trace_of(rows, lambda conseil: getattr(conseil, path)).keys() == {f"{sheet}!*"}


def test_several_references_note_one_cell_and_not_the_rows_behind_it(rows: Registres) -> None:
    def read(conseil: Any) -> list[str]:
        return [r.nom for r in conseil.actions[0].referents]

    before = trace_of(rows, read)
    here = cell(rows, "actions", "1.1", "referents")
    assert before.keys() == {
        "Actions!*",
        here,
        cell(rows, "referents", "R01", "nom"),
        cell(rows, "referents", "R02", "nom"),
    }
    assert trace_of(rows.change("referents", "R01", telephone="03 53 01 10 42"), read) == before
    after = trace_of(rows.change("actions", "1.1", referents=("R01",)), read)
    assert after[here] != before[here]


def test_a_changed_cell_changes_its_digest_alone(rows: Registres) -> None:
    def read(conseil: Any) -> list[object]:
        return [(m.nom, m.rang, m.formations, m.organisme, m.statut) for m in conseil.membres]

    before = trace_of(rows, read)
    assert trace_of(registres(), read) == before
    changes: list[tuple[str, object]] = [
        ("nom", "Hébrart"),
        ("formations", ()),
        ("organisme", "ORG-VILLE"),
        ("statut", li.StatutPersonne.VACANT),
    ]
    for name, value in changes:
        changed = registres().change("membres", "M004", **{name: value})
        after = trace_of(changed, read)
        assert {k for k in before if before[k] != after[k]} == {cell(changed, "membres", "M004", name)}


def test_two_collections_of_one_sheet_share_a_digest_that_either_changes(rows: Registres) -> None:
    def read(conseil: Any) -> list[object]:
        return [i.libelle for a in conseil.actions for i in a.indicateurs]

    before = trace_of(rows, read)["Indicateurs!*"]
    for action in ("1.1", "1.2"):
        more = registres().add(
            "indicateurs", **{**rows.row("indicateurs", "I01"), "id": "I02", "action": action}
        )
        assert trace_of(more, read)["Indicateurs!*"] != before


def test_reading_a_collection_again_changes_nothing(rows: Registres) -> None:
    def read(conseil: Any) -> list[object]:
        return [conseil.membres, conseil.titulaires, conseil.president]

    assert trace_of(rows, read)["Membres!*"] == trace_of(rows, lambda conseil: conseil.membres)["Membres!*"]


def test_the_order_of_a_collection_is_part_of_it(rows: Registres) -> None:
    def read(conseil: Any) -> object:
        return conseil.membres

    before = trace_of(rows, read)
    assert trace_of(rows.change("membres", "M002", rang=9), read) != before


def test_the_trace_holds_digests_and_no_content(rows: Registres) -> None:
    cells = trace_of(rows, lambda conseil: [m.courriel for m in conseil.membres])
    assert all(re.fullmatch(r"[0-9a-f]{16}", digest) for digest in cells.values())
    assert "caf.example" not in str(cells)


def test_a_field_whose_column_is_missing_is_noted_by_its_row() -> None:
    @dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
    class Fiche(Ligne):
        nom: str | None = None

    trace = Trace()
    assert trace.view(Fiche(origine=Origin("x.xlsx", "Fiches", 7))).nom is None
    assert trace.cells.keys() == {"Fiches!7:nom"}


def test_who_is_on_the_attendance_sheet_of_a_group_depends_on_the_charters(rows: Registres) -> None:
    conseil = rows.conseil()
    trace = Trace()
    sheet = trace.view(Emargement(conseil=conseil, seance=conseil.seances[3]))
    assert [m.id for m in sheet.convoques] == ["M003"]
    assert {"Chartes signées!*", cell(rows, "chartes", 0, "signee_le")} <= trace.cells.keys()
    assert cell(rows, "groupes", "G1", "charte_version") in trace.cells


def test_a_late_action_depends_on_its_deadline_and_state(rows: Registres) -> None:
    trace = Trace()
    late = trace.view(Plan(conseil=rows.conseil(), jour=dt.date(2027, 7, 1))).en_retard
    assert [f.action.id for f in late] == ["1.1", "1.2"]
    assert {
        cell(rows, "actions", a, n) for a in ("1.1", "1.2") for n in ("echeance", "statut")
    } <= trace.cells.keys()


@pytest.mark.parametrize(
    "name", ["__dict__", "__init_subclass__x", "_fields", "__wrapped__", "origine", "inconnu", "__globals__"]
)
def test_what_is_no_field_is_refused(rows: Registres, name: str) -> None:
    trace = Trace()
    with pytest.raises(AttributeError):
        getattr(trace.view(rows.conseil().membres[0]), name)
    assert trace.cells == {}


def test_a_view_cannot_be_written_to(rows: Registres) -> None:
    with pytest.raises(AttributeError):
        Trace().view(rows.conseil().membres[0]).nom = "Autre"


def test_a_method_runs_on_views(rows: Registres) -> None:
    trace = Trace()
    seance = trace.view(rows.conseil().seances[0])
    (presence,) = seance.presences_au_statut(li.StatutPresence.REPRESENTE)
    assert isinstance(presence, View)
    assert presence.membre.nom == "Nguyen"
    assert cell(rows, "presences", 2, "membre") in trace.cells


def test_values_that_are_no_record_are_seen_as_they_are() -> None:
    trace = Trace()
    for value in (None, 3, "texte", JOUR, li.Diffusion.INTERNE, li.Diffusion, ["liste"], {"cle": 1}):
        assert trace.view(value) is value
    assert trace.view(("a", JOUR)) == ("a", JOUR)


def test_two_views_of_one_record_are_equal(rows: Registres) -> None:
    conseil, trace = rows.conseil(), Trace()
    first, again, other = (trace.view(conseil.membres[i]) for i in (0, 0, 1))
    assert first == again
    assert hash(first) == hash(again)
    assert first != other
    assert first != conseil.membres[0]
    assert trace.view(first) is first


def test_a_view_lists_its_fields_and_computed_fields(rows: Registres) -> None:
    names = dir(Trace().view(rows.conseil().membres[0]))
    assert {"nom", "rang", "nom_complet", "est_actif", "adresse_voie"} <= set(names)
    assert not {n for n in names if n.startswith("_")}
    assert "origine" not in names

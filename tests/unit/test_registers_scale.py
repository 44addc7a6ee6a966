"""The cost of a council grows with its rows, not with their square: function calls are counted, not seconds."""

from __future__ import annotations

import cProfile
import datetime as dt
import pstats
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from builders.conseils import FICHIER, JOUR, Registres, registres
from clspd_docs.build.holding import MOST, blocked
from clspd_docs.build.workspace import CATALOGUE, shipped
from clspd_docs.documents.catalogue import read_catalogue
from clspd_docs.documents.contexts import Charte, Emargement
from clspd_docs.documents.plan import find_session, plan_session
from clspd_docs.documents.view import Trace
from clspd_docs.domain import listes as li
from clspd_docs.domain.conseil import Conseil
from clspd_docs.origin import Place
from clspd_docs.registers.council import council
from clspd_docs.rules.checks import check
from clspd_docs.rules.people import NO_CIVILITY

SMALL: Final = 150
GROWTH: Final = 2.2  # twice the rows, and what does not grow


def crowd(members: int, **values: Any) -> Registres:
    """Return the small council with more members, deputies, charters, attendance and decisions in proportion."""
    rows = registres()
    model = dict(rows.row("membres", "M004"))
    for n in range(members):
        deputy = {"suppleant_de": f"X{n - 1}", "formations": ()} if n % 10 == 9 else {}
        rows.add("membres", **{**model, "id": f"X{n}", "nom": f"Durand{n}", "rang": 100, **deputy, **values})
        rows.add("chartes", membre=f"X{n}", groupe="G1", version="v2", signee_le=dt.date(2026, 7, 2))
        rows.add("presences", seance="P-2026-06", membre=f"X{n}", statut=li.StatutPresence.PRESENT)
        rows.add("decisions", **{**rows.row("decisions", 0), "id": f"D{n}", "diffusion": li.Diffusion.GROUPE})
    return rows


def calls(act: Callable[[], object]) -> int:
    """Return how many functions ``act`` calls."""
    profile = cProfile.Profile()
    profile.runcall(act)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined] # missing from the stubs


def grows(work: Callable[[Registres], Callable[[], object]], **values: Any) -> float:
    """Return how the calls grow when the members double; the first run of all only warms the caches."""
    calls(work(crowd(10, **values)))
    few, many = (calls(work(crowd(size, **values))) for size in (SMALL, 2 * SMALL))
    return many / few


def conseil_of(rows: Registres) -> Conseil:
    return council(rows.book())[0]


def test_references_are_resolved_in_proportion() -> None:
    assert grows(lambda rows: partial(council, rows.book())) < GROWTH


def test_wrong_references_are_told_in_proportion() -> None:
    assert grows(lambda rows: partial(council, rows.book()), organisme="ORG-CAFF") < GROWTH


def test_rules_are_checked_in_proportion() -> None:
    assert grows(lambda rows: partial(check, conseil_of(rows), JOUR)) < GROWTH


def test_a_session_is_planned_in_proportion() -> None:
    catalogue, _ = read_catalogue(shipped() / CATALOGUE, CATALOGUE)

    def work(rows: Registres) -> Callable[[], object]:
        conseil = conseil_of(rows)
        seance = find_session(conseil, "P-2027-02")
        assert seance is not None
        return lambda: plan_session(conseil, seance, catalogue, jour=JOUR)

    assert grows(work) < GROWTH


def test_papers_of_the_whole_session_are_read_in_proportion() -> None:
    def work(rows: Registres) -> Callable[[], object]:
        conseil = conseil_of(rows)

        def read() -> object:
            trace = Trace()
            sheet = trace.view(Emargement(conseil=conseil, seance=conseil.seances[1]))
            charte = trace.view(Charte(conseil=conseil, groupe=conseil.groupes[0]))
            lines = [line.suppleants for college in sheet.colleges for line in college.lignes]
            return lines, charte.signatures, trace.cells

        return read

    assert grows(work) < GROWTH


def test_a_document_names_the_first_reasons_only() -> None:
    places = [Place(FICHIER, "Membres", f"C{row}", row, "Qualité") for row in range(2, 500)]
    told = blocked([NO_CIVILITY.at(place) for place in places]).touching(["Membres!*", "Membres!C7"])
    assert [f.place.row for f in told] == list(range(2, 2 + MOST))

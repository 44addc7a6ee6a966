"""The French calendar."""

from __future__ import annotations

from datetime import date

import pytest

from clspd_docs.domain.calendar import dernier_jour_ouvre, jours_feries, moins_jours, moins_jours_francs


def test_the_eleven_holidays_of_2026() -> None:
    assert {d.isoformat(): name for d, name in jours_feries(2026).items()} == {
        "2026-01-01": "jour de l’An",
        "2026-04-06": "lundi de Pâques",
        "2026-05-01": "fête du Travail",
        "2026-05-08": "victoire de 1945",
        "2026-05-14": "Ascension",
        "2026-05-25": "lundi de Pentecôte",
        "2026-07-14": "fête nationale",
        "2026-08-15": "Assomption",
        "2026-11-01": "Toussaint",
        "2026-11-11": "armistice de 1918",
        "2026-12-25": "Noël",
    }


@pytest.mark.parametrize(
    "monday",
    [
        "1961-04-03",
        "2000-04-24",
        "2008-03-24",
        "2011-04-25",
        "2024-04-01",
        "2025-04-21",
        "2027-03-29",
        "2038-04-26",
    ],
)
def test_easter_monday_is_that_of_the_almanac(monday: str) -> None:
    day = date.fromisoformat(monday)
    assert jours_feries(day.year)[day] == "lundi de Pâques"


def test_a_year_has_ten_holidays_when_ascension_falls_on_one_of_may() -> None:
    assert len(jours_feries(2008)) == 10
    assert len(jours_feries(2027)) == 11


@pytest.mark.parametrize(
    ("departement", "days"),
    [
        ("67", {"2026-04-03", "2026-12-26"}),
        ("974", {"2026-12-20"}),
        ("977", {"2026-10-09"}),
        ("978", {"2026-05-27"}),
        ("35", set()),
    ],
)
def test_some_departements_have_holidays_of_their_own(departement: str, days: set[str]) -> None:
    local = jours_feries(2026, departement).keys() - jours_feries(2026).keys()
    assert {d.isoformat() for d in local} == days


@pytest.mark.parametrize(
    ("d", "departement", "expected"),
    [
        ("2026-06-18", None, "2026-06-18"),
        ("2026-06-14", None, "2026-06-12"),
        ("2026-05-25", None, "2026-05-22"),
        ("2026-04-06", None, "2026-04-03"),
        ("2026-04-06", "57", "2026-04-02"),
        ("2028-01-01", None, "2027-12-31"),
    ],
)
def test_the_last_working_day_skips_weekends_and_holidays(
    d: str, departement: str | None, expected: str
) -> None:
    assert dernier_jour_ouvre(date.fromisoformat(d), departement).isoformat() == expected


def test_neither_the_sending_day_nor_the_meeting_day_is_a_jour_franc() -> None:
    assert moins_jours_francs(date(2026, 6, 18), 5) == date(2026, 6, 12)
    assert moins_jours_francs(date(2026, 12, 1), 5) == date(2026, 11, 25)
    assert moins_jours(date(2026, 6, 18), 15) == date(2026, 6, 3)

"""The law and the house rules, checked over the whole council."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from clspd_docs.domain.conseil import Conseil
from clspd_docs.domain.french import jour as en_francais
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.rules.addresses import check_addresses
from clspd_docs.rules.attendance import check_attendance
from clspd_docs.rules.people import check_people
from clspd_docs.rules.work import check_work

DATED_AHEAD = Kind(
    "COH314",
    Severity.WARNING,
    "Date à venir",
    "Cette date est celle d’un fait accompli, et elle est à venir : le contrôle est fait au {jour}.",
    "Corriger la date ; si le fait n’a pas encore eu lieu, vider la cellule.",
    bad="16/04/2062",
    good="16/04/2026",
)


def check(conseil: Conseil, jour: dt.date) -> list[Finding]:
    """Return every finding of every check, as of the day ``jour``; each check only yields, never raises."""
    return [
        *check_people(conseil, jour),
        *check_work(conseil, jour),
        *check_attendance(conseil, jour),
        *check_addresses(conseil),
        *_dated_ahead(conseil, jour),
    ]


def _dated_ahead(conseil: Conseil, jour: dt.date) -> Iterator[Finding]:
    """Facts that are past once noted, dated after ``jour``; what may be planned (a sending, a signature) is not."""
    consultation = (
        "prefet_consulte_le",
        "prefet_reponse_le",
        "procureur_consulte_le",
        "procureur_reponse_le",
    )
    for rows, names in (
        ((conseil.parametres,), ("plan_valide_le",)),
        ((conseil.regles,), ("adopte_le",)),
        (conseil.organismes, ("accord_le",)),
        (conseil.membres, ("designe_le", "demande_le")),
        (conseil.referents, ("designe_le",)),
        (conseil.chartes, ("signee_le",)),
        (conseil.indicateurs, ("releve_le",)),
        (conseil.seances, consultation),
        (conseil.presences, ("designation_le",)),
    ):
        for row in rows:
            for name in names:
                date: dt.date | None = getattr(row, name)
                if date and date > jour:
                    place = row.origine.place(name)
                    yield DATED_AHEAD.at(place, value=f"{date:%d/%m/%Y}", jour=en_francais(jour))

"""Checks on who sits at the sessions: attendance, mandates, signed charters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from clspd_docs.domain.conseil import Conseil
from clspd_docs.domain.french import liste, pluriel
from clspd_docs.domain.listes import (
    Formation,
    Qualite,
    StatutPersonne,
    StatutPresence,
    StatutSeance,
    TypeOrganisme,
)
from clspd_docs.domain.personnes import Membre
from clspd_docs.domain.seances import Presence, Seance
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.rules.legal import legal

TWICE_PRESENT = Kind(
    "COH408",
    Severity.ERROR,
    "Présence en double",
    "Le membre figure deux fois à la même séance (ligne {ligne}).",
    "Supprimer l’une des deux lignes.",
)
NO_MINUTES = Kind(
    "COH411",
    Severity.WARNING,
    "Séance tenue sans présences",
    "La séance est tenue et aucune présence n’est saisie.",
    "Saisir les présences dans la feuille « Présences ».",
)
MISSING_PRESENCE = Kind(
    "COH413",
    Severity.WARNING,
    "Présences incomplètes",
    "La séance est tenue, et il manque {nombre} à ses présences ({lignes} de la feuille « Membres »).",
    "Compléter la feuille « Présences » (présent, représenté, excusé ou absent) avant de diffuser le procès-verbal.",
)
NO_STAND_IN = Kind(
    "COH414",
    Severity.WARNING,
    "Représentant non nommé",
    "Le membre est représenté, mais ni le représentant ni le pouvoir ne sont indiqués.",
    "Indiquer le représentant, ou le membre qui a reçu le pouvoir.",
)
NOT_SUMMONED = Kind(
    "COH430",
    Severity.WARNING,
    "Présence d’un membre non convoqué",
    "Ce membre n’est pas de ceux que la séance convoque : {raison}.",
    "Corriger le membre ou la séance, choisir le statut « invité », ou compléter la fiche du membre.",
)
LEFT_BEFORE = Kind(
    "COH436",
    Severity.WARNING,
    "Présence après la fin du mandat",
    "Le mandat de ce membre était terminé le jour de la séance.",
    "Corriger la présence, ou la fin du mandat.",
)
NOT_YET = Kind(
    "COH431",
    Severity.WARNING,
    "Présence à une séance à venir",
    "Un membre est noté « {statut} » à une séance qui n’a pas encore eu lieu.",
    "Corriger la séance ou le statut ; avant la séance, seuls « excusé », « représenté » et « invité » ont un sens.",
)
ENDING = Kind(
    "COH434",
    Severity.WARNING,
    "Mandat terminé avant la séance",
    "Le mandat prend fin avant la séance « {seance} », qui convoque ce membre.",
    "Renouveler le mandat, ou demander la désignation d’un successeur.",
)
POINTLESS = Kind(
    "COH435",
    Severity.WARNING,
    "Charte signée sans objet",
    "{raison} : cette signature ne sert à convoquer personne.",
    "Vérifier le groupe de la ligne.",
)
RIGHT_MEMBERS = Kind(
    "LEG202",
    Severity.WARNING,
    "Membre de droit absent",
    "Plénière tenue sans {qui}, ni représentant désigné : la réunion annuelle avec les membres de droit reste à tenir ({article}).",
    "Prévoir une réunion en leur présence, ou saisir le représentant et la date de sa désignation.",
)
UNDATED = Kind(
    "LEG203",
    Severity.WARNING,
    "Représentant sans désignation",
    "Le représentant d’un membre de droit doit être spécialement désigné, et la date de l’écrit manque ({article}).",
    "Demander l’écrit, et en saisir la date.",
)

A_YEAR: Final = dt.timedelta(days=365)


def check_attendance(conseil: Conseil, jour: dt.date) -> Iterator[Finding]:
    """Yield what is wrong or doubtful about who sits at the sessions, on the day ``jour``."""
    for seance in conseil.seances:
        yield from _attendance(seance, jour)
        yield from _presences(conseil, seance)
        yield from _strangers(seance, jour)
    yield from _ending(conseil, jour)
    yield from _charters(conseil)


def _attendance(seance: Seance, jour: dt.date) -> Iterator[Finding]:
    seen: dict[str, Presence] = {}
    for presence in seance.presences:
        if presence.membre is None:
            continue
        first = seen.setdefault(presence.membre.id, presence)
        if first is not presence:
            yield TWICE_PRESENT.at(presence.origine.place("membre"), ligne=first.origine.row)
    if seance.statut != StatutSeance.TENUE:
        return
    if not seance.presences:
        yield NO_MINUTES.at(seance.origine.place("statut"))
    elif seance.formation == Formation.PLENIERE and seance.date and jour - seance.date <= A_YEAR:
        yield from _right_members(seance)


def _right_members(seance: Seance) -> Iterator[Finding]:
    """Whether the yearly meeting was held with the members of right (CSI art. L. 132-4, last paragraph)."""
    article = legal().articles["l132_4"].court
    is_known = all(p.membre for p in seance.presences)  # else the row may be theirs: COH101 is enough
    there = {StatutPresence.PRESENT, StatutPresence.REPRESENTE}
    for body, who in (
        (TypeOrganisme.ETAT, "le préfet"),
        (TypeOrganisme.JUSTICE, "le procureur de la République"),
    ):
        mine = [
            p
            for p in seance.presences
            if p.membre
            and p.membre.qualite == Qualite.DROIT
            and p.membre.organisme
            and p.membre.organisme.type == body
        ]
        if is_known and not any(p.statut in there for p in mine):
            yield RIGHT_MEMBERS.at(seance.origine.place("statut"), qui=who, article=article)
        for presence in mine:
            if presence.statut == StatutPresence.REPRESENTE and not presence.designation_le:
                yield UNDATED.at(presence.origine.place("designation_le"), article=article)


def _presences(conseil: Conseil, seance: Seance) -> Iterator[Finding]:
    """What is missing from the attendance of a held session, until its minutes are approved."""
    if seance.statut != StatutSeance.TENUE or seance.pv_approuve or not seance.presences:
        return
    there = {p.membre.id for p in seance.presences if p.membre}
    seats = (m for m in conseil.convoques(seance) if m.compte_pour_la_majorite and not _came_after(m, seance))
    missing = [m for m in seats if m.statut == StatutPersonne.ACTIF and m.id not in there]
    # A row whose member is not known (COH101) may be that of any one of them.
    if (sure := len(missing) - sum(p.membre is None for p in seance.presences)) > 0:
        lines = liste([str(m.origine.row) for m in missing])
        among = "parmi les lignes" if sure < len(missing) else "ligne" if sure == 1 else "lignes"
        yield MISSING_PRESENCE.at(
            seance.origine.place("statut"), nombre=pluriel(sure, "convoqué"), lignes=f"{among} {lines}"
        )
    for presence in seance.presences:
        alone = not presence.representant and presence.pouvoir_a is None
        if presence.statut == StatutPresence.REPRESENTE and alone:
            yield NO_STAND_IN.at(presence.origine.place("representant"))


def _strangers(seance: Seance, jour: dt.date) -> Iterator[Finding]:
    """Attendances that cannot be, until the minutes are approved: afterwards members come and go."""
    is_coming = seance.statut is not None and seance.statut.a_venir
    for presence in seance.presences:
        membre = presence.membre
        if membre is None or presence.statut in {StatutPresence.INVITE, None} or seance.pv_approuve:
            continue
        if reason := _not_of(seance, membre):
            yield NOT_SUMMONED.at(presence.origine.place("membre"), raison=reason)
        if (end := _end(membre)) and seance.date and end < seance.date:
            yield LEFT_BEFORE.at(presence.origine.place("membre"))
        came = presence.statut in {StatutPresence.PRESENT, StatutPresence.ABSENT}
        if came and is_coming and seance.date and seance.date > jour:
            yield NOT_YET.at(presence.origine.place("statut"), statut=str(presence.statut))


def _not_of(seance: Seance, membre: Membre) -> str:
    """Return why a session does not summon ``membre``; empty when it does, or may: a deputy, a charter."""
    if membre.est_suppleant or seance.formation is None:
        return ""
    if seance.formation != Formation.GROUPE:
        return "" if seance.formation in membre.formations else "sa fiche ne porte pas cette formation"
    of_group = seance.groupe is None or membre in seance.groupe.membres
    return "" if of_group else "il n’est pas du groupe"


def _ending(conseil: Conseil, jour: dt.date) -> Iterator[Finding]:
    """Mandates that are still good today, and no longer on the day of a session to come."""
    told: set[str] = set()
    coming = [s for s in conseil.seances if s.date and s.date >= jour and s.statut and s.statut.a_venir]
    for seance in sorted(coming, key=lambda s: (s.date or jour, s.id)):
        for membre in conseil.convoques(seance):
            end = _end(membre)
            if end and jour <= end < (seance.date or jour) and membre.id not in told:
                told.add(membre.id)
                place = membre.origine.place("mandat_fin")
                yield ENDING.at(place, value=f"{end:%d/%m/%Y}", seance=seance.id)


def _end(membre: Membre) -> dt.date | None:
    """Return the end of the mandate; None for one that ends before it starts, told as such."""
    start, end = membre.mandat_debut, membre.mandat_fin
    return None if start and end and end < start else end


def _charters(conseil: Conseil) -> Iterator[Finding]:
    """Signatures in the wrong group: the right one then lacks them, and its member is not summoned."""
    for charte in conseil.chartes:
        groupe = conseil.groupe(charte.groupe)
        if groupe is None or charte.membre is None:
            continue
        if not (groupe.charte_requise or groupe.charte_version):
            yield POINTLESS.at(charte.origine.place("groupe"), raison="Ce groupe n’exige pas de charte")
        elif charte.membre.est_actif and charte.membre not in groupe.membres:
            yield POINTLESS.at(charte.origine.place("groupe"), raison="Le membre n’est pas de ce groupe")


def _came_after(membre: Membre, seance: Seance) -> bool:
    """True when the member's mandate, or designation, is later than the session."""
    start = membre.mandat_debut or membre.designe_le
    return start is not None and seance.date is not None and start > seance.date

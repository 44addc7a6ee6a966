"""Checks on sessions, agenda, attendance, decisions and the plan."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Final

from clspd_docs.domain.calendar import jours_feries, moins_jours
from clspd_docs.domain.conseil import Conseil
from clspd_docs.domain.french import pluriel
from clspd_docs.domain.listes import (
    Diffusion,
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
from clspd_docs.origin import Place
from clspd_docs.rules.legal import legal

NO_GROUP = Kind(
    "COH401",
    Severity.ERROR,
    "Groupe absent",
    "Séance de groupe de travail sans groupe.",
    "Choisir le code du groupe.",
)
PAST = Kind(
    "COH402",
    Severity.WARNING,
    "Séance passée",
    "La date est passée et la séance n’est ni tenue, ni annulée, ni reportée.",
    "Mettre à jour le statut de la séance.",
)
DAY_OFF = Kind(
    "COH403",
    Severity.WARNING,
    "Séance un jour chômé",
    "La séance tombe {jour}.",
    "Vérifier la date.",
)
LATE_SUMMONS = Kind(
    "COH404",
    Severity.WARNING,
    "Délai de convocation dépassé",
    "Il reste moins de {delai} jours avant la séance, délai que fixe votre règlement intérieur, et elle n’est pas convoquée.",
    "Convoquer sans attendre, saisir la date d’envoi, ou reporter la séance.",
)
SAME_RANK = Kind(
    "COH405",
    Severity.ERROR,
    "Rang en double",
    "Deux points de la séance « {seance} » ont le rang {rang}.",
    "Renuméroter les points.",
)
GROUP_ITEM = Kind(
    "COH406",
    Severity.ERROR,
    "Point réservé à un groupe",
    "Un point réservé à un groupe figure à l’ordre du jour d’une séance qui n’est pas celle d’un groupe.",
    "Retirer le point, ou changer sa diffusion.",
)
NO_ITEM = Kind(
    "COH407",
    Severity.ERROR,
    "Décision sans point",
    "La séance n’a pas de point de rang {rang} : la décision serait perdue.",
    "Corriger le rang, ou ajouter le point à l’ordre du jour.",
)
TWICE_PRESENT = Kind(
    "COH408",
    Severity.ERROR,
    "Présence en double",
    "Le membre figure deux fois à la même séance (ligne {ligne}).",
    "Supprimer l’une des deux lignes.",
)
REVERSED = Kind(
    "COH409",
    Severity.ERROR,
    "Dates inversées",
    "L’échéance est antérieure au début.",
    "Corriger l’une des deux dates.",
)
NO_REFERENT = Kind(
    "COH410",
    Severity.WARNING,
    "Chef de file sans référent",
    "L’organisme chef de file n’a pas de référent actif.",
    "Demander à l’organisme de désigner un référent.",
)
NO_MINUTES = Kind(
    "COH411",
    Severity.WARNING,
    "Séance tenue sans présences",
    "La séance est tenue et aucune présence n’est saisie.",
    "Saisir les présences dans la feuille « Présences ».",
)
NO_AGENDA = Kind(
    "COH412",
    Severity.WARNING,
    "Ordre du jour vide",
    "La séance est à venir et son ordre du jour n’a aucun point.",
    "Saisir ses points dans la feuille « Ordre du jour » avant d’envoyer quoi que ce soit.",
)
MISSING_PRESENCE = Kind(
    "COH413",
    Severity.WARNING,
    "Présences incomplètes",
    "La séance est tenue, et il manque {nombre} à ses présences.",
    "Compléter la feuille « Présences » (présent, représenté, excusé ou absent) avant de diffuser le procès-verbal.",
)
NO_STAND_IN = Kind(
    "COH414",
    Severity.WARNING,
    "Représentant non nommé",
    "Le membre est représenté, mais ni le représentant ni le pouvoir ne sont indiqués.",
    "Indiquer le représentant, ou le membre qui a reçu le pouvoir.",
)
ENDS_BEFORE = Kind(
    "COH415",
    Severity.ERROR,
    "Heures inversées",
    "La fin de la séance précède son début.",
    "Corriger l’une des deux heures.",
)
LATE_REPLY = Kind(
    "COH416",
    Severity.ERROR,
    "Date de réponse impossible",
    "La réponse à la consultation est attendue après la séance.",
    "Corriger la date.",
)
PAST_REPLY = Kind(
    "COH417",
    Severity.WARNING,
    "Date de réponse passée",
    "La date de réponse à la consultation est passée, et aucune consultation n’est notée comme envoyée.",
    "Saisir la date d’envoi des consultations, ou repousser la date de réponse.",
)
SENT_AFTER = Kind(
    "COH418",
    Severity.ERROR,
    "Date de convocation impossible",
    "La séance est notée convoquée après sa date.",
    "Corriger la date.",
)
YEARLY = Kind(
    "LEG201",
    Severity.WARNING,
    "Plénière de l’année",
    "Aucune plénière tenue ou prévue sur une période de douze mois ({article}).",
    "Programmer une séance plénière.",
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

WEEKEND: Final = 5
A_YEAR: Final = dt.timedelta(days=365)


def check_work(conseil: Conseil, jour: dt.date) -> Iterator[Finding]:
    """Yield what is wrong or doubtful about the work on the day ``jour``."""
    for seance in conseil.seances:
        yield from _session(conseil, seance, jour)
        yield from _agenda(seance)
        yield from _attendance(seance, jour)
        yield from _presences(conseil, seance)
        yield from _times(seance, jour)
    yield from _yearly(conseil, jour)
    with_referent = {r.organisme.id for r in conseil.referents if r.organisme and r.statut == "actif"}
    for action in conseil.actions:
        if action.debut and action.echeance and action.echeance < action.debut:
            found = f"{action.echeance:%d/%m/%Y}"
            yield REVERSED.at(action.origine.place("echeance"), value=found)
        if action.chef_de_file and not action.est_close and action.chef_de_file.id not in with_referent:
            yield NO_REFERENT.at(action.origine.place("chef_de_file"))


def _session(conseil: Conseil, seance: Seance, jour: dt.date) -> Iterator[Finding]:
    if seance.formation == Formation.GROUPE and seance.groupe is None:
        yield NO_GROUP.at(seance.origine.place("groupe"))
    coming = seance.statut is not None and seance.statut.a_venir
    if seance.date is None or seance.formation is None or not coming:
        return
    if seance.date < jour:
        yield PAST.at(seance.origine.place("statut"))
        return
    if seance.date.weekday() >= WEEKEND:
        yield DAY_OFF.at(seance.origine.place("date"), jour="un samedi ou un dimanche")
    elif seance.date in (holidays := jours_feries(seance.date.year)):
        yield DAY_OFF.at(seance.origine.place("date"), jour=f"un jour férié ({holidays[seance.date]})")
    delai = conseil.regles.delai(seance)
    if delai is not None and not seance.convoquee_le and moins_jours(seance.date, delai) < jour:
        yield LATE_SUMMONS.at(seance.origine.place("convoquee_le"), delai=delai)


def _agenda(seance: Seance) -> Iterator[Finding]:
    ranks = Counter(p.rang for p in seance.points if p.rang is not None)
    if not seance.points and seance.statut is not None and seance.statut.a_venir:
        yield NO_AGENDA.at(seance.origine.place("id"))
    for point in seance.points:
        if point.rang is not None and ranks[point.rang] > 1:
            place, found = point.origine.place("rang"), str(point.rang)
            yield SAME_RANK.at(place, value=found, seance=seance.id, rang=point.rang)
        if point.diffusion == Diffusion.GROUPE and seance.formation not in {Formation.GROUPE, None}:
            yield GROUP_ITEM.at(point.origine.place("diffusion"))
    for decision in seance.decisions:
        if decision.point is not None and decision.point not in ranks:
            yield NO_ITEM.at(decision.origine.place("point"), rang=decision.point)


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
        yield MISSING_PRESENCE.at(seance.origine.place("statut"), nombre=pluriel(sure, "convoqué"))
    for presence in seance.presences:
        alone = not presence.representant and presence.pouvoir_a is None
        if presence.statut == StatutPresence.REPRESENTE and alone:
            yield NO_STAND_IN.at(presence.origine.place("representant"))


def _came_after(membre: Membre, seance: Seance) -> bool:
    """True when the member's mandate, or designation, is later than the session."""
    start = membre.mandat_debut or membre.designe_le
    return start is not None and seance.date is not None and start > seance.date


def _times(seance: Seance, jour: dt.date) -> Iterator[Finding]:
    for start, end in (("heure", "fin_prevue"), ("ouverture", "cloture")):
        first, last = getattr(seance, start), getattr(seance, end)
        if first and last and last <= first:
            yield ENDS_BEFORE.at(seance.origine.place(end), value=f"{last:%H:%M}")
    if seance.convoquee_le and seance.date and seance.convoquee_le > seance.date:
        yield SENT_AFTER.at(seance.origine.place("convoquee_le"), value=f"{seance.convoquee_le:%d/%m/%Y}")
    coming = seance.statut is not None and seance.statut.a_venir
    if not coming or seance.reponse_avant is None or seance.date is None:
        return
    if seance.reponse_avant >= seance.date:
        yield LATE_REPLY.at(seance.origine.place("reponse_avant"))
    elif seance.reponse_avant < jour <= seance.date and not (
        seance.prefet_consulte_le or seance.procureur_consulte_le
    ):
        yield PAST_REPLY.at(seance.origine.place("reponse_avant"))


def _yearly(conseil: Conseil, jour: dt.date) -> Iterator[Finding]:
    """At least one plenary a year (CSI art. D. 132-9): none held in the last year, none to come in time."""
    plenaries = [s for s in conseil.seances if s.formation == Formation.PLENIERE and s.date and s.statut]
    held = max((s.date for s in plenaries if s.date and s.statut == StatutSeance.TENUE), default=None)
    due = (held or jour) + dt.timedelta(days=365 * legal().seuils["mois_entre_plenieres"] // 12)
    coming = any(s.date and s.statut and s.statut.a_venir and jour <= s.date <= due for s in plenaries)
    if not coming and (held is None or jour > due):
        yield YEARLY.at(
            Place(conseil.regles.origine.file, "Séances"), article=legal().articles["d132_9"].court
        )

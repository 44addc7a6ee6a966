"""Checks on sessions, agenda, attendance, decisions and the plan."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Final

from clspd_docs.domain.calendar import jours_feries, moins_jours
from clspd_docs.domain.conseil import Conseil
from clspd_docs.domain.listes import (
    Diffusion,
    Formation,
    StatutSeance,
)
from clspd_docs.domain.seances import Seance
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
NO_AGENDA = Kind(
    "COH412",
    Severity.WARNING,
    "Ordre du jour vide",
    "La séance est à venir et son ordre du jour n’a aucun point.",
    "Saisir ses points dans la feuille « Ordre du jour » avant d’envoyer quoi que ce soit.",
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
EARLY_REPLY = Kind(
    "COH432",
    Severity.ERROR,
    "Réponse avant la consultation",
    "La réponse est datée d’avant la consultation.",
    "Corriger l’une des deux dates.",
)
EARLY_DUE = Kind(
    "COH433",
    Severity.ERROR,
    "Échéance avant la séance",
    "L’échéance de la décision est antérieure à la séance qui l’a prise.",
    "Corriger la date.",
)
YEARLY = Kind(
    "LEG201",
    Severity.WARNING,
    "Plénière de l’année",
    "Aucune plénière tenue ou prévue sur une période de douze mois ({article}).",
    "Programmer une séance plénière.",
)

WEEKEND: Final = 5


def check_work(conseil: Conseil, jour: dt.date) -> Iterator[Finding]:
    """Yield what is wrong or doubtful about the work on the day ``jour``."""
    for seance in conseil.seances:
        yield from _session(conseil, seance, jour)
        yield from _agenda(seance)
        yield from _times(seance, jour)
        yield from _order(seance)
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


def _order(seance: Seance) -> Iterator[Finding]:
    """What is dated before what it follows."""
    for who in ("prefet", "procureur"):
        asked, answered = getattr(seance, f"{who}_consulte_le"), getattr(seance, f"{who}_reponse_le")
        if asked and answered and answered < asked:
            place = seance.origine.place(f"{who}_reponse_le")
            yield EARLY_REPLY.at(place, value=f"{answered:%d/%m/%Y}")
    for decision in seance.decisions:
        if decision.echeance and seance.date and decision.echeance < seance.date:
            place = decision.origine.place("echeance")
            yield EARLY_DUE.at(place, value=f"{decision.echeance:%d/%m/%Y}")


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

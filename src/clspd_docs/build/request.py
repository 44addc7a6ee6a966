"""What the user asked of a build, and the sessions and plans that follow from it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from clspd_docs.build.loading import Loaded
from clspd_docs.documents.catalogue import Etape
from clspd_docs.documents.plan import SessionPlan, find_session, plan_session
from clspd_docs.domain.seances import Seance, next_to_come
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place

NO_SESSION = Kind(
    "COH601",
    Severity.ERROR,
    "Aucune séance à préparer",
    "Le classeur ne contient aucune séance à préparer.",
    "Ajouter une ligne à la feuille « Séances », ou indiquer l’identifiant d’une séance passée.",
)
UNKNOWN_SESSION = Kind(
    "COH602",
    Severity.ERROR,
    "Séance inconnue",
    "Aucune séance ne porte l’identifiant « {seance} ». Identifiants connus : {connus}.",
    "Corriger l’identifiant.",
    bad="P-2027-2",
    good="P-2027-02",
)
PAST_SESSION = Kind(
    "COH603",
    Severity.WARNING,
    "Séance dont la date est passée",
    "Aucune séance n’est à venir : « {seance} », la première qui n’est ni tenue ni annulée, est préparée.",
    "Mettre à jour la feuille « Séances ».",
)
NOTHING_TO_DO = Kind(
    "COH604",
    Severity.WARNING,
    "Rien à préparer",
    "La séance « {seance} » est {statut} : rien n’est à préparer.",
    "Indiquer une étape (--etape) pour préparer quand même.",
)
NO_DATE = Kind(
    "COH606",
    Severity.WARNING,
    "Séance sans date lisible",
    "La séance « {seance} » n’a pas de date lisible : elle n’a pas pu être choisie d’office.",
    "Corriger sa date, ou indiquer son identifiant : « clspd-docs build {seance} ».",
)
UNKNOWN_DOCUMENT = Kind(
    "COH605",
    Severity.ERROR,
    "Document inconnu",
    "Le catalogue n’a pas de document « {code} ». Codes connus : {connus}.",
    "Corriger le code.",
)


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked.

    Args:
        jour: « Today ».
        seances: Identifiers; empty for the next session to come.
        steps: Steps; None for those that make sense for each session.
        document: Code of a single document; None for all.
        force: Make again what has not changed.
        workers: How many LibreOffice at most; None for one for each processor.
    """

    jour: dt.date
    seances: tuple[str, ...] = ()
    steps: tuple[Etape, ...] | None = None
    document: str | None = None
    force: bool = False
    workers: int | None = None


def plan_sessions(loaded: Loaded, options: Options) -> tuple[list[SessionPlan], list[Finding]]:
    """Return what to make, session by session, with all the findings so far.

    Raises:
        Stop: COH601, COH602, COH605 when there is no such session or document.
    """
    findings = list(loaded.findings)
    codes = loaded.catalogue.documents
    if options.document is not None and options.document not in codes:
        fault = UNKNOWN_DOCUMENT.at(
            Place(loaded.catalogue.file), code=options.document, connus=", ".join(codes)
        )
        raise Stop(fault, ExitCode.USAGE)
    plans = []
    for seance in _chosen(loaded, options, findings):
        one = plan_session(
            loaded.conseil,
            seance,
            loaded.catalogue,
            jour=options.jour,
            steps=options.steps,
            only=options.document,
        )
        if not one.documents and not one.findings:
            place = seance.origine.place("statut")
            findings.append(NOTHING_TO_DO.at(place, seance=seance.id, statut=seance.statut))
        findings += one.findings
        plans.append(one)
    return plans, findings


def _chosen(loaded: Loaded, options: Options, findings: list[Finding]) -> list[Seance]:
    conseil = loaded.conseil
    place = Place(loaded.book.file, "Séances")
    chosen = []
    for wanted in options.seances:
        found = find_session(conseil, wanted)
        if found is None:
            known = ", ".join(s.id for s in conseil.seances) or "aucun"
            raise Stop(UNKNOWN_SESSION.at(place, seance=wanted, connus=known), ExitCode.USAGE)
        chosen.append(found)
    if chosen:
        return list(dict.fromkeys(chosen))
    findings += [
        NO_DATE.at(s.origine.place("date"), seance=s.id)
        for s in conseil.seances
        if s.date is None and s.statut and s.statut.a_venir
    ]
    coming = next_to_come(conseil.seances, options.jour)
    if coming is None:
        coming = next_to_come(conseil.seances, dt.date.min)
        if coming is None:
            raise Stop(NO_SESSION.at(place), ExitCode.FAULTS)
        findings.append(PAST_SESSION.at(coming.origine.place("date"), seance=coming.id))
    return [coming]

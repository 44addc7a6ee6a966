"""What has to be made for a session: one job a document, one job a packet. Nothing is written here."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import Any, Final, TypeVar

from clspd_docs.documents.catalogue import ANNEXES, Catalogue, DocumentEntry, DossierEntry, Etape, Pour
from clspd_docs.documents.contexts import (
    Charte,
    Courrier,
    Dossier,
    Emargement,
    FicheAction,
    Plan,
    ProcesVerbal,
    niveaux_de,
    readers_of,
)
from clspd_docs.documents.postage import is_taken
from clspd_docs.documents.view import Trace
from clspd_docs.domain.conseil import Conseil
from clspd_docs.domain.french import cle, liste, pluriel, slug
from clspd_docs.domain.listes import Diffusion, Qualite, StatutSeance, TypeOrganisme
from clspd_docs.domain.personnes import Membre
from clspd_docs.domain.seances import Seance
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.rules.legal import legal

NO_RECIPIENT = Kind(
    "COH201",
    Severity.ERROR,
    "Destinataire introuvable",
    "Aucun membre actif ne correspond à « {pour} » : {attendu}.",
    "Compléter la feuille « Membres ».",
)
NO_CHAIR = Kind(
    "COH202",
    Severity.ERROR,
    "Président introuvable",
    "Aucun membre actif n’a la qualité « président » : personne ne peut signer.",
    "Indiquer la qualité « président » pour une ligne de la feuille « Membres ».",
)
NO_SUMMONED = Kind(
    "COH203",
    Severity.WARNING,
    "Aucun destinataire",
    "La séance « {seance} » n’a aucun destinataire.",
    "Vérifier la colonne « Formations » des membres ou, pour un groupe, ses membres et les chartes signées.",
)
NO_CHARTER = Kind(
    "COH204",
    Severity.NOTE,
    "Membres non convoqués, faute de charte",
    "Pas de convocation à la séance « {seance} » pour {nombre} du groupe, faute de charte signée dans sa version en "
    "vigueur (feuille « Membres », {lignes}).",
    "Faire signer la charte et saisir la date dans « Chartes signées ». La couverture des convocations en donne la liste.",
)
BAD_PATH = Kind(
    "MOD210",
    Severity.ERROR,
    "Champ inconnu dans le catalogue",
    "Le champ « {champ} » n’existe pas ici.",
    "Corriger la ligne « si » ou « projet_sauf ».",
    bad="regles.adoptee",
    good="regles.adopte",
)

VAGUE: Final = 25  # characters of a function without a name
EXPECTED: Final = {
    Pour.PREFET: "un membre de droit dont l’organisme est de type « État »",
    Pour.PROCUREUR: "un membre de droit dont l’organisme est de type « justice »",
}


@dataclass(frozen=True, slots=True)
class DocumentJob:
    """One document to make. ``key`` is unique in the session, and names the files."""

    key: str
    entry: DocumentEntry
    seance: Seance
    recipient: Any = None

    @property
    def title(self) -> str:
        """Title in an outline or a contents page: with the recipient when there is one."""
        name = label(self.recipient)
        return f"{self.entry.titre} – {name}" if name else self.entry.titre

    @property
    def owner(self) -> str:
        """Suffix of its signature fields."""
        return str(self.recipient.id) if self.recipient is not None else self.entry.code


@dataclass(frozen=True, slots=True)
class DossierJob:
    """One packet to make, from the documents of ``pieces`` (keys) in order; ``annexes`` stands for itself."""

    key: str
    entry: DossierEntry
    seance: Seance
    pieces: tuple[str, ...]
    recipient: Any = None
    volume: str = ""

    @property
    def title(self) -> str:
        """Title of the packet, with its recipient when there is one, and « volume 1 sur 3 »."""
        return " – ".join(filter(None, (self.entry.titre, label(self.recipient), self.volume)))


J = TypeVar("J", DocumentJob, DossierJob)


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """Everything to make for one session, in order, and what stands in the way."""

    seance: Seance
    documents: tuple[DocumentJob, ...]
    dossiers: tuple[DossierJob, ...]
    findings: tuple[Finding, ...]


def label(recipient: Any) -> str:
    """Return how a recipient is called in a title; empty for a document of the whole session."""
    if recipient is None:
        return ""
    if isinstance(recipient, Membre):
        name, body = recipient.nom_complet, recipient.organisme
        # « Directeur général » does not say of what; « Proviseur du lycée Louise-Michel » does.
        vague = not recipient.est_nommee and len(name) <= VAGUE
        return f"{name}, {body.nom_court}" if body and vague else name
    return str(
        getattr(recipient, "intitule", None) or getattr(recipient, "nom_complet", None) or recipient.id
    )


def default_steps(seance: Seance) -> tuple[Etape, ...]:
    """Return the steps that make sense for the session as it stands."""
    if seance.statut == StatutSeance.TENUE:
        return (Etape.SUITES,)
    if seance.statut is not None and seance.statut.a_venir:
        return (Etape.CONSULTATION, Etape.CONVOCATION, Etape.SEANCE, Etape.ANNUEL)
    return ()


def plan_session(
    conseil: Conseil,
    seance: Seance,
    catalogue: Catalogue,
    *,
    jour: dt.date,
    steps: Iterable[Etape] | None = None,
    only: str | None = None,
) -> SessionPlan:
    """Return what to make for ``seance``.

    Args:
        conseil: The registers.
        seance: The session.
        catalogue: Documents and packets.
        jour: « Today ».
        steps: Steps to make; None for those that make sense (``default_steps``).
        only: Code of a single document: then no packet.
    """
    wanted = set(default_steps(seance) if steps is None else steps)
    findings: list[Finding] = []
    if conseil.president is None:
        findings.append(NO_CHAIR.at(Place(conseil.parametres.origine.file, "Membres")))
        return SessionPlan(seance, (), (), tuple(findings))
    dossiers = [] if only else [d for d in catalogue.dossiers.values() if _concerns(d, seance, wanted)]
    in_packets = {piece for d in dossiers for piece in d.pieces}
    documents: list[DocumentJob] = []
    for entry in catalogue.documents.values():
        chosen = entry.code == only if only else entry.code in in_packets or bool(wanted & set(entry.etapes))
        if chosen and seance.formation in entry.formations:
            documents += _document_jobs(conseil, seance, entry, jour, catalogue.file, findings)
    documents = numbered(documents)
    jobs = [job for entry in dossiers for job in _dossier_jobs(conseil, seance, entry, documents, jour)]
    return SessionPlan(seance, tuple(documents), tuple(numbered(jobs)), tuple(dict.fromkeys(findings)))


def numbered(jobs: Iterable[J]) -> list[J]:
    """Return the jobs with keys that differ, whatever the case: « M-1 » and « M.1 » name the same file."""
    taken: set[str] = set()
    found = []
    for job in jobs:
        names = chain([job.key], (f"{job.key}_{number}" for number in count(2)))
        key = next(name for name in names if name.lower() not in taken)
        taken.add(key.lower())
        found.append(replace(job, key=key))
    return found


def _concerns(entry: DossierEntry, seance: Seance, steps: set[Etape]) -> bool:
    return seance.formation in entry.formations and bool(steps & set(entry.etapes))


def recipients(conseil: Conseil, seance: Seance, pour: Pour, jour: dt.date) -> tuple[Any, ...]:
    """Return for whom one document each is made, in order; ``(None,)`` stands for the session.

    The chair, who signs the summons, is not written to.
    """
    if pour is Pour.DESTINATAIRE:
        chair = conseil.president
        return tuple(m for m in conseil.convoques(seance) if m is not chair)
    if pour in EXPECTED:
        body = TypeOrganisme.ETAT if pour is Pour.PREFET else TypeOrganisme.JUSTICE
        found = (m for m in conseil.titulaires if m.qualite == Qualite.DROIT and m.organisme)
        return tuple(m for m in found if m.organisme and m.organisme.type == body)[:1]
    if pour is Pour.GROUPE:
        return tuple(g for g in conseil.groupes if g.fin is None or g.fin >= jour)
    if pour is Pour.ACTION:
        return conseil.actions
    if pour is Pour.REFERENT:
        return tuple(r for r in conseil.referents if r.statut == "actif")
    return (None,)


def _document_jobs(
    conseil: Conseil, seance: Seance, entry: DocumentEntry, jour: dt.date, file: str, findings: list[Finding]
) -> list[DocumentJob]:
    found = recipients(conseil, seance, entry.pour, jour)
    place = Place(conseil.parametres.origine.file, "Membres")
    if not found and entry.pour in EXPECTED:
        findings.append(NO_RECIPIENT.at(place, pour=entry.titre, attendu=EXPECTED[entry.pour]))
    elif not found and entry.pour is Pour.DESTINATAIRE:
        findings.append(NO_SUMMONED.at(place, seance=seance.id))
    elif entry.pour is Pour.DESTINATAIRE and (without := conseil.sans_charte(seance)):
        lines = ("ligne " if len(without) == 1 else "lignes ") + liste(str(m.origine.row) for m in without)
        facts = {"seance": seance.id, "nombre": pluriel(len(without), "membre"), "lignes": lines}
        findings.append(NO_CHARTER.at(place, **facts))
    jobs = []
    for recipient in found:
        key = entry.code if recipient is None else f"{entry.code}-{slug(recipient.id)}"
        job = DocumentJob(key, entry, seance, recipient)
        try:
            wanted = all(truth(path, roots(conseil, job)) for path in entry.si)
            is_draft(conseil, job)
        except AttributeError as error:
            findings.append(BAD_PATH.at(Place(file, part=f"document « {entry.code} »"), champ=str(error)))
            return []
        if wanted:
            jobs.append(job)
    return jobs


def _dossier_jobs(
    conseil: Conseil, seance: Seance, entry: DossierEntry, documents: list[DocumentJob], jour: dt.date
) -> list[DossierJob]:
    """Return the packets of one entry; a recipient without any paper of their own gets none."""
    found = recipients(conseil, seance, entry.par, jour)
    for_all = found == (None,)  # the session's own packet: it takes everybody's papers
    keys: dict[tuple[str, Any], list[str]] = defaultdict(list)
    for document in documents:
        if is_taken(entry, document.recipient):
            keys[document.entry.code, None if for_all else document.recipient].append(document.key)
    jobs = []
    for recipient in found:
        pieces: list[str] = []
        for code in entry.pieces:
            common = [] if for_all else keys[code, None]
            pieces += [ANNEXES] if code == ANNEXES else common + keys[code, recipient]
        if any(keys[code, recipient] for code in entry.pieces):
            key = entry.code if recipient is None else f"{entry.code}-{slug(recipient.id)}"
            jobs.append(DossierJob(key, entry, seance, tuple(pieces), recipient))
    return jobs


def roots(conseil: Conseil, job: DocumentJob) -> dict[str, Any]:
    """Return the objects that a dotted path of the catalogue may start from."""
    found: dict[str, Any] = {
        "conseil": conseil,
        "parametres": conseil.parametres,
        "regles": conseil.regles,
        "seance": job.seance,
    }
    if job.recipient is not None:
        name = {Pour.GROUPE: "groupe", Pour.ACTION: "action", Pour.REFERENT: "referent"}.get(job.entry.pour)
        found[name or "destinataire"] = job.recipient
    return found


def truth(path: str, names: Mapping[str, Any]) -> bool:
    """Return whether the field at the dotted ``path`` is true; « non x » negates; an empty step is false.

    Raises:
        AttributeError: with the path, when it leads nowhere.
    """
    negated = path.startswith("non ")
    first, *rest = path.removeprefix("non ").strip().split(".")
    if first not in names:
        raise AttributeError(path)
    value = names[first]
    for name in rest:
        if value is None:
            break
        if name.startswith("_") or not hasattr(value, name) or callable(getattr(value, name)):
            raise AttributeError(path)
        value = getattr(value, name)
    return bool(value) is not negated


def is_draft(conseil: Conseil, job: DocumentJob) -> bool:
    """True when the document carries the PROJET mark."""
    return job.entry.projet_sauf is not None and not truth(job.entry.projet_sauf, roots(conseil, job))


def level_of(job: DocumentJob) -> Diffusion:
    """Return the level of the document's readers: anyone, or those of the session's formation."""
    if job.entry.diffusion is Diffusion.PUBLIQUE:
        return Diffusion.PUBLIQUE
    return readers_of(job.seance.formation)


def readers_of_packet(job: DossierJob) -> Diffusion:
    """Return the level of the packet's readers; ``lecteurs = "groupe"`` of a group's session alone is a group."""
    if job.entry.lecteurs is Diffusion.PUBLIQUE:
        return Diffusion.PUBLIQUE
    return readers_of(job.seance.formation)


def context(conseil: Conseil, job: DocumentJob, jour: dt.date, trace: Trace) -> dict[str, Any]:
    """Return what the job's template may name: views that note in ``trace`` every cell read."""
    signataire, seance = conseil.president, job.seance
    assert signataire is not None, "plan_session makes no job without a chair"
    names: dict[str, Any] = {
        **roots(conseil, job),
        "signataire": signataire,
        "emargement": Emargement(conseil=conseil, seance=seance),
        "pv": ProcesVerbal(conseil=conseil, seance=seance, niveaux=niveaux_de(level_of(job))),
        "plan": Plan(conseil=conseil, jour=jour),
    }
    if job.entry.pour is Pour.GROUPE:
        names["charte"] = Charte(conseil=conseil, groupe=job.recipient)
    elif job.entry.pour is Pour.ACTION:
        names["fiche"] = FicheAction(action=job.recipient, jour=jour)
    elif isinstance(job.recipient, Membre):
        names["courrier"] = Courrier(
            parametres=conseil.parametres,
            regles=conseil.regles,
            seance=seance,
            signataire=signataire,
            destinataire=job.recipient,
            jour=jour,
        )
    views = {name: trace.view(value) for name, value in names.items()}
    for path in (*job.entry.si, job.entry.projet_sauf):
        if path:  # the cells that decide whether it exists, and as a draft or not, are its own
            truth(path, views)
    return {
        **views,
        **plain_names(jour),
        "document": {"code": job.entry.code, "titre": job.entry.titre},
    }


def plain_names(jour: dt.date) -> dict[str, Any]:
    """Return the names that come from no register."""
    return {"aujourdhui": jour, "loi": legal().loi}


def dossier_context(
    conseil: Conseil, job: DossierJob, dossier: Dossier, jour: dt.date, trace: Trace
) -> dict[str, Any]:
    """Return what a cover or contents template may name; that of summonses tells who gets none."""
    if job.recipient is None and Etape.CONVOCATION in job.entry.etapes:
        dossier = replace(dossier, sans_charte=conseil.sans_charte(job.seance))
    names = {
        "conseil": conseil,
        "parametres": conseil.parametres,
        "regles": conseil.regles,
        "seance": job.seance,
        "signataire": conseil.president,
        "dossier": dossier,
    }
    return {
        **{name: trace.view(value) for name, value in names.items()},
        **plain_names(jour),
        "document": {"code": job.entry.code, "titre": job.entry.titre},
    }


def find_session(conseil: Conseil, wanted: str) -> Seance | None:
    """Return the session whose identifier is ``wanted``, whatever its case."""
    return next((s for s in conseil.seances if cle(s.id) == cle(wanted)), None)

"""Sessions, agenda, attendance, decisions, working groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from clspd_docs.domain.listes import (
    Diffusion,
    Formation,
    Initiative,
    Motif,
    NatureDecision,
    NaturePoint,
    StatutDecision,
    StatutPresence,
    StatutProcesVerbal,
    StatutSeance,
    TypeGroupe,
)
from clspd_docs.domain.personnes import Membre, Organisme
from clspd_docs.domain.registre import Ligne, lignes_de


@dataclass(frozen=True, kw_only=True, eq=False)
class Groupe(Ligne):
    """A working and information-exchange group (CSI art. L132-5)."""

    id: str
    intitule: str | None = None
    type: TypeGroupe | None = None
    initiative: Initiative | None = None
    animateur: Membre | None = None
    frequence: str | None = None
    charte_requise: bool | None = None
    charte_version: str | None = None
    cree_le: dt.date | None = None
    fin: dt.date | None = None
    membres: tuple[Membre, ...] = lignes_de("Membres")


@dataclass(frozen=True, kw_only=True, eq=False)
class Decision(Ligne):
    """A decision, opinion or orientation recorded at a session."""

    id: str
    seance: str | None = None
    point: int | None = None
    texte: str | None = None
    nature: NatureDecision | None = None
    pilote: Organisme | None = None
    echeance: dt.date | None = None
    statut: StatutDecision | None = None
    diffusion: Diffusion | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Point(Ligne):
    """An item of the agenda."""

    seance: str | None = None
    rang: int | None = None
    titre: str | None = None
    rapporteur: str | None = None
    nature: NaturePoint | None = None
    duree: int | None = None
    piece: str | None = None
    piece_description: str | None = None
    diffusion: Diffusion | None = None
    synthese: str | None = None
    resultat: str | None = None
    decisions: tuple[Decision, ...] = lignes_de("Décisions")


@dataclass(frozen=True, kw_only=True, eq=False)
class Presence(Ligne):
    """Attendance of one member at one session."""

    seance: str | None = None
    membre: Membre | None = None
    statut: StatutPresence | None = None
    representant: str | None = None
    representant_qualite: str | None = None
    designation_le: dt.date | None = None
    pouvoir_a: Membre | None = None
    arrivee: dt.time | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Seance(Ligne):
    """A session of one formation."""

    id: str
    formation: Formation | None = None
    groupe: Groupe | None = None
    numero: int | None = None
    date: dt.date | None = None
    heure: dt.time | None = None
    fin_prevue: dt.time | None = None
    lieu: str | None = None
    lieu_adresse: str | None = None
    visio: bool | None = None
    motif: Motif | None = None
    statut: StatutSeance | None = None
    autres_dates: tuple[dt.date, ...] = ()
    reponse_avant: dt.date | None = None
    prefet_consulte_le: dt.date | None = None
    prefet_reponse_le: dt.date | None = None
    procureur_consulte_le: dt.date | None = None
    procureur_reponse_le: dt.date | None = None
    convoquee_le: dt.date | None = None
    president: Membre | None = None
    secretaire: str | None = None
    ouverture: dt.time | None = None
    cloture: dt.time | None = None
    prochaine: str | None = None
    pv_statut: StatutProcesVerbal | None = None
    delinquance_presentee: bool | None = None
    fipd_presente: bool | None = None
    convention_pm_evaluee: bool | None = None
    points: tuple[Point, ...] = lignes_de("Ordre du jour")
    presences: tuple[Presence, ...] = lignes_de("Présences")
    decisions: tuple[Decision, ...] = lignes_de("Décisions")

    @property
    def est_consultee(self) -> bool:
        """True once the préfet and the procureur were consulted: the agenda is no longer a draft."""
        return self.statut not in {StatutSeance.PREVUE, None}

    @property
    def pv_approuve(self) -> bool:
        """True when the minutes were approved at a later session."""
        return self.pv_statut is StatutProcesVerbal.APPROUVE

    @property
    def points_publics(self) -> tuple[Point, ...]:
        """Items that a public paper may show, in order."""
        return tuple(p for p in self.points if p.diffusion == Diffusion.PUBLIQUE)

    def presences_au_statut(self, *statuts: StatutPresence) -> tuple[Presence, ...]:
        """Attendance rows with one of ``statuts``, in protocol order."""
        return tuple(p for p in self.presences if p.statut in statuts)

    @property
    def presents(self) -> tuple[Presence, ...]:
        """Members present."""
        return self.presences_au_statut(StatutPresence.PRESENT)

    @property
    def representes(self) -> tuple[Presence, ...]:
        """Members represented."""
        return self.presences_au_statut(StatutPresence.REPRESENTE)

    @property
    def excuses(self) -> tuple[Presence, ...]:
        """Members excused."""
        return self.presences_au_statut(StatutPresence.EXCUSE)

    @property
    def absents(self) -> tuple[Presence, ...]:
        """Members absent without excuse."""
        return self.presences_au_statut(StatutPresence.ABSENT)

    @property
    def invites(self) -> tuple[Presence, ...]:
        """Guests."""
        return self.presences_au_statut(StatutPresence.INVITE)


def next_to_come(seances: Iterable[Seance], jour: dt.date) -> Seance | None:
    """Return the first session from ``jour`` on that is still to be held, or None."""
    coming = [s for s in seances if s.date and s.date >= jour and s.statut and s.statut.a_venir]
    return min(coming, key=lambda s: (s.date, s.heure or dt.time.min, s.id)) if coming else None

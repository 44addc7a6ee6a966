"""The local plan: axes, actions, indicators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clspd_docs.domain.listes import Financeur, Priorite, StatutAction, TypeIndicateur
from clspd_docs.domain.personnes import Organisme, Referent
from clspd_docs.domain.registre import Ligne, lignes_de


@dataclass(frozen=True, kw_only=True, eq=False)
class Indicateur(Ligne):
    """One aggregated figure followed for an action; never about a person."""

    id: str
    action: str | None = None
    libelle: str | None = None
    type: TypeIndicateur | None = None
    unite: str | None = None
    source: str | None = None
    valeur_initiale: Decimal | None = None
    cible: Decimal | None = None
    valeur: Decimal | None = None
    releve_le: date | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Action(Ligne):
    """A fiche-action: exactly one lead (« chef de file »), designated in agreement with the partners."""

    id: str
    axe: str | None = None
    objectif: str | None = None
    intitule: str | None = None
    constat: str | None = None
    description: str | None = None
    public: str | None = None
    territoire: str | None = None
    chef_de_file: Organisme | None = None
    referents: tuple[Referent, ...] = ()
    partenaires: tuple[Organisme, ...] = ()
    debut: date | None = None
    echeance: date | None = None
    statut: StatutAction | None = None
    priorite: Priorite | None = None
    budget: Decimal | None = None
    financeurs: tuple[Financeur, ...] = ()
    avancement: int | None = None
    dernier_point: str | None = None
    mission_le: date | None = None
    indicateurs: tuple[Indicateur, ...] = lignes_de("Indicateurs")

    @property
    def est_close(self) -> bool:
        """True when nothing more is awaited of it."""
        return self.statut in {StatutAction.REALISEE, StatutAction.ABANDONNEE}

    def en_retard(self, jour: date) -> bool:
        """True when the deadline is past on ``jour`` and the action is not closed."""
        return self.echeance is not None and not self.est_close and self.echeance < jour


@dataclass(frozen=True, kw_only=True, eq=False)
class Axe(Ligne):
    """An axis of the plan."""

    id: str
    intitule: str | None = None
    constat: str | None = None
    ambition: str | None = None
    actions: tuple[Action, ...] = lignes_de("Actions")

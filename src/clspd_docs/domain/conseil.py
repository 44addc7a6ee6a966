"""The council: its settings, its house rules, its registers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clspd_docs.domain.french import de
from clspd_docs.domain.listes import (
    Formation,
    FormeCollectivite,
    Majorite,
    Motif,
    Qualite,
    Quorum,
    TypeInstance,
)
from clspd_docs.domain.personnes import (
    Adressable,
    CharteSignee,
    Membre,
    Organisme,
    Politesse,
    Referent,
)
from clspd_docs.domain.plan import Action, Axe, Indicateur
from clspd_docs.domain.registre import Ligne, lignes_de
from clspd_docs.domain.seances import Decision, Groupe, Point, Presence, Seance


@dataclass(frozen=True, kw_only=True, eq=False)
class Parametres(Adressable):
    """Sheet « Paramètres »: one value a line."""

    type_instance: TypeInstance | None = None
    sigle: str | None = None
    nom_instance: str | None = None
    forme: FormeCollectivite | None = None
    collectivite: str | None = None
    population: int | None = None
    qpv: bool | None = None
    qpv_noms: str | None = None
    epci_competent: bool | None = None
    epci_nom: str | None = None
    departement: str | None = None
    tribunal: str | None = None
    service: str | None = None
    telephone: str | None = None
    courriel: str | None = None
    site: str | None = None
    suivi_par: str | None = None
    suivi_qualite: str | None = None
    suivi_telephone: str | None = None
    suivi_courriel: str | None = None
    logo: str | None = None
    logo_texte: str | None = None
    titre_signataire: str | None = None
    reference: str | None = None
    arrete_numero: str | None = None
    arrete_date: date | None = None
    mandat_debut: date | None = None
    mandat_fin: date | None = None
    pm_trois_postes: bool | None = None
    fipd: bool | None = None
    plan_titre: str | None = None
    plan_periode: str | None = None
    plan_valide_le: date | None = None
    dpo: str | None = None

    @property
    def auteur(self) -> str:
        """« Ville d’Évrigny-les-Forges »."""
        return f"{self.forme or ''} {de(self.collectivite)}".strip() if self.collectivite else ""

    @property
    def plan_valide(self) -> bool:
        """True when the plenary has validated the plan."""
        return self.plan_valide_le is not None


@dataclass(frozen=True, kw_only=True, eq=False)
class Regles(Ligne):
    """Sheet « Règles »: the choices of the règlement intérieur. None of them is a rule of law."""

    adopte_le: date | None = None
    delai_pleniere: int | None = None
    delai_restreinte: int | None = None
    delai_groupe: int | None = None
    delai_urgence: int | None = None
    delai_documents: int | None = None
    delai_coupon: int | None = None
    delai_reponse_consultation: int | None = None
    quorum: Quorum | None = None
    seconde_convocation: bool | None = None
    majorite: Majorite | None = None
    voix_preponderante: bool | None = None
    pouvoirs_max: int | None = None
    visio: bool | None = None
    invites: bool | None = None
    frequence_restreinte: str | None = None
    frequence_groupes: str | None = None
    delai_pv: int | None = None
    vice_presidence: str | None = None

    @property
    def adopte(self) -> bool:
        """True when the plenary has voted the règlement intérieur."""
        return self.adopte_le is not None

    def delai(self, seance: Seance) -> int | None:
        """Days between the sending of a summons and the session: the urgent ones, or its formation's."""
        if seance.motif == Motif.URGENCE:
            return self.delai_urgence
        return {
            Formation.PLENIERE: self.delai_pleniere,
            Formation.RESTREINTE: self.delai_restreinte,
            Formation.GROUPE: self.delai_groupe,
            None: None,
        }[seance.formation]


@dataclass(frozen=True, kw_only=True, eq=False)
class Conseil:
    """The whole workbook, typed. Every collection is in protocol or register order, and may be empty."""

    parametres: Parametres
    regles: Regles
    politesses: tuple[Politesse, ...] = lignes_de("Politesse")
    organismes: tuple[Organisme, ...] = lignes_de("Organismes")
    membres: tuple[Membre, ...] = lignes_de("Membres")
    referents: tuple[Referent, ...] = lignes_de("Référents")
    groupes: tuple[Groupe, ...] = lignes_de("Groupes")
    axes: tuple[Axe, ...] = lignes_de("Axes")
    actions: tuple[Action, ...] = lignes_de("Actions")
    indicateurs: tuple[Indicateur, ...] = lignes_de("Indicateurs")
    seances: tuple[Seance, ...] = lignes_de("Séances")
    points: tuple[Point, ...] = lignes_de("Ordre du jour")
    presences: tuple[Presence, ...] = lignes_de("Présences")
    decisions: tuple[Decision, ...] = lignes_de("Décisions")
    chartes: tuple[CharteSignee, ...] = lignes_de("Chartes signées")

    @property
    def president(self) -> Membre | None:
        """The active chair, or None; a second one is a finding."""
        chairs = (m for m in self.membres if m.qualite == Qualite.PRESIDENT)
        return next((m for m in chairs if m.est_actif and not m.est_suppleant), None)

    @property
    def titulaires(self) -> tuple[Membre, ...]:
        """Active seats, deputies left out, in protocol order."""
        return tuple(m for m in self.membres if m.est_actif and not m.est_suppleant)

    def suppleants(self) -> dict[str, list[Membre]]:
        """Active deputies, by the identifier of the member for whom they stand in."""
        deputies: dict[str, list[Membre]] = {}
        for membre in self.membres:
            if membre.suppleant_de is not None and membre.est_actif:
                deputies.setdefault(membre.suppleant_de, []).append(membre)
        return deputies

    def seance(self, identifiant: str | None) -> Seance | None:
        """Return the session with this identifier, or None."""
        return next((s for s in self.seances if s.id == identifiant), None)

    def groupe(self, identifiant: str | None) -> Groupe | None:
        """Return the working group with this code, or None."""
        return next((g for g in self.groupes if g.id == identifiant), None)

    def signatures(self, groupe: Groupe) -> dict[str, date]:
        """Return when each member, by identifier, signed the group's charter in its present version."""
        signed: dict[str, date] = {}
        for charte in self.chartes:
            present = charte.groupe == groupe.id and charte.version == groupe.charte_version
            if present and charte.membre is not None and charte.signee_le:
                signed.setdefault(charte.membre.id, charte.signee_le)
        return signed

    def convoques(self, seance: Seance) -> tuple[Membre, ...]:
        """Members summoned to ``seance``, in protocol order.

        Plenary and restricted sessions: the active seats of that formation. A working group: its members,
        without those who have not signed its charter when it requires one.
        """
        if seance.formation != Formation.GROUPE:
            return tuple(m for m in self.titulaires if seance.formation in m.formations)
        without = self.sans_charte(seance)
        return tuple(m for m in seance.groupe.membres if m not in without) if seance.groupe else ()

    def sans_charte(self, seance: Seance) -> tuple[Membre, ...]:
        """Members of the group that meets who are not summoned: they have not signed its present charter."""
        groupe = seance.groupe
        if seance.formation != Formation.GROUPE or groupe is None or not groupe.charte_requise:
            return ()
        signed = self.signatures(groupe)
        return tuple(m for m in groupe.membres if m.id not in signed)

    @property
    def majorite(self) -> int:
        """Members whose joint request makes a plenary due by right (reading of CSI art. D132-9)."""
        return sum(m.compte_pour_la_majorite for m in self.membres) // 2 + 1

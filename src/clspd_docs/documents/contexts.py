"""What a template can name: the fields beside the registers themselves.

Each class here is a plain record whose properties are computed on views (see ``view.py``), so that the cells
behind a computed text are traced too. Names are French: they are typed in Word by the secretariat.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from clspd_docs.domain.calendar import dernier_jour_ouvre, moins_jours
from clspd_docs.domain.conseil import Conseil, Parametres, Regles
from clspd_docs.domain.french import adresse_majuscules
from clspd_docs.domain.listes import Diffusion, Formation, Quorum, StatutPresence, TypeOrganisme
from clspd_docs.domain.personnes import Adressable, Membre, Referent
from clspd_docs.domain.plan import Action, Axe
from clspd_docs.domain.seances import Decision, Groupe, Point, Presence, Seance


def lignes_postales(adresse: Adressable) -> tuple[str, ...]:
    """Return the postal lines below the name: complement, street, BP or CS, postcode and town.

    Source:
        NF Z 10-011 as summed up by La Poste: empty lines left out, the last three in unaccented capitals.
    """
    ville = f"{adresse.code_postal or ''} {adresse.ville or ''}".strip()
    last = (adresse.adresse_voie, adresse.adresse_lieu_dit, ville)
    first = (adresse.adresse_complement,) if adresse.adresse_complement else ()
    return first + tuple(adresse_majuscules(ligne) for ligne in last if ligne)


def adresse_postale(membre: Membre) -> tuple[str, ...]:
    """Return the address of a letter, top to bottom: person, function, body, postal lines; no empty line."""
    identite = (membre.nom_long, membre.fonction) if membre.est_nommee else (membre.fonction,)
    lignes = (*identite, membre.nom_organisme, *lignes_postales(membre.adresse_de))
    return tuple(dict.fromkeys(ligne for ligne in lignes if ligne))


@dataclass(frozen=True, kw_only=True, eq=False)
class Courrier:
    """A letter to one member about one session; or the letterhead alone when there is no recipient."""

    parametres: Parametres
    regles: Regles
    seance: Seance
    signataire: Membre
    destinataire: Membre
    jour: dt.date

    @property
    def reference(self) -> str:
        """« CLSPD/P-2027-02/M012 »."""
        return "/".join(x for x in (self.parametres.reference, self.seance.id, self.destinataire.id) if x)

    @property
    def appel(self) -> str:
        """How the recipient is addressed, without comma; repeated identically in the closing.

        A person's own form comes first; then the title's form for a man or a woman (a woman who signs does
        not write « Mon Colonel »); then the form for an unnamed holder.
        """
        membre, titre = self.destinataire, self.destinataire.politesse
        if membre.appel_particulier:
            return membre.appel_particulier
        if titre is None:
            return {"F": "Madame", "M": "Monsieur"}.get(membre.genre, "Madame, Monsieur")
        if not membre.est_nommee or not membre.genre:
            return titre.appel_sans_nom or ""
        if membre.genre == "F":
            return titre.appel_femme or ""
        if self.signataire.genre == "F" and titre.appel_homme_par_femme:
            return titre.appel_homme_par_femme
        return titre.appel_homme or ""

    @property
    def formule(self) -> str:
        """The whole closing sentence."""
        titre = self.destinataire.politesse
        formule = (titre.formule if titre else None) or "l’expression de ma considération distinguée"
        return f"Je vous prie d’agréer, {self.appel}, {formule}."

    @property
    def adresse(self) -> tuple[str, ...]:
        """Address block, top to bottom: person, function, body, postal lines; no empty line."""
        return adresse_postale(self.destinataire)

    @property
    def date(self) -> dt.date:
        """Date printed on a summons: the recorded sending, else the day it is due, but not before today."""
        if self.seance.convoquee_le:
            return self.seance.convoquee_le
        return max(limite_convocation(self.seance, self.regles) or self.jour, self.jour)

    @property
    def retour_avant(self) -> dt.date | None:
        """Last working day on which the reply form may come back, by the house rules."""
        seance, delai = self.seance, self.regles.delai_coupon
        return (
            dernier_jour_ouvre(moins_jours(seance.date, delai)) if seance.date and delai is not None else None
        )

    @property
    def date_consultation(self) -> dt.date:
        """Date printed on a consultation: the recorded sending, else early enough for the reply."""
        seance, delai = self.seance, self.regles.delai_reponse_consultation
        body = self.destinataire.organisme
        is_justice = body is not None and body.type == TypeOrganisme.JUSTICE
        envoyee = seance.procureur_consulte_le if is_justice else seance.prefet_consulte_le
        if envoyee:
            return envoyee
        due = moins_jours(seance.reponse_avant, delai) if seance.reponse_avant and delai else self.jour
        return max(due, self.jour)


def limite_convocation(seance: Seance, regles: Regles) -> dt.date | None:
    """Return the last working day on which the summons can leave, by the house rules; None without a date."""
    delai = regles.delai(seance)
    if seance.date is None or delai is None:
        return None
    return dernier_jour_ouvre(moins_jours(seance.date, delai))


@dataclass(frozen=True, kw_only=True, eq=False)
class LigneEmargement:
    """One line of the attendance sheet: a seat and its deputies."""

    membre: Membre
    suppleants: tuple[Membre, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class CollegeEmargement:
    """The lines of one college, in protocol order."""

    intitule: str
    lignes: tuple[LigneEmargement, ...]

    @property
    def nombre(self) -> int:
        """Number of seats."""
        return len(self.lignes)


@dataclass(frozen=True, kw_only=True, eq=False)
class Emargement:
    """The attendance sheet, by college; guests last."""

    conseil: Conseil
    seance: Seance

    @property
    def convoques(self) -> tuple[Membre, ...]:
        """Seats summoned, in protocol order."""
        return self.conseil.convoques(self.seance)

    @property
    def colleges(self) -> tuple[CollegeEmargement, ...]:
        """Colleges in the protocol order of their first member."""
        lignes: dict[str, list[LigneEmargement]] = {}
        deputies = self.conseil.suppleants()
        for membre in self.convoques:
            ligne = LigneEmargement(membre=membre, suppleants=tuple(deputies.get(membre.id, ())))
            lignes.setdefault(str(membre.college or "Autres"), []).append(ligne)
        return tuple(CollegeEmargement(intitule=k, lignes=tuple(v)) for k, v in lignes.items())

    @property
    def nombre(self) -> int:
        """Number of seats summoned."""
        return len(self.convoques)


@dataclass(frozen=True, kw_only=True, eq=False)
class PointRendu:
    """An agenda item as a paper may show it: with the decisions that its readers may see."""

    numero: int
    point: Point
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class ProcesVerbal:
    """The minutes of a session, cut to a level of diffusion.

    ``niveaux`` are the levels that its readers may see; an item or a decision of another level is left out.
    """

    conseil: Conseil
    seance: Seance
    niveaux: tuple[Diffusion, ...]

    @property
    def points(self) -> tuple[PointRendu, ...]:
        """The items that may be shown, with their number in the agenda."""
        visible = (p for p in self.seance.points if p.diffusion in self.niveaux)
        return tuple(
            PointRendu(
                numero=point.rang or 0,
                point=point,
                decisions=tuple(d for d in point.decisions if d.diffusion in self.niveaux),
            )
            for point in visible
        )

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Every decision that may be shown, in the order of the register."""
        return tuple(d for d in self.seance.decisions if d.diffusion in self.niveaux)

    @property
    def prochaine(self) -> Seance | None:
        """The next session, when the register names it."""
        return self.conseil.seance(self.seance.prochaine)

    @property
    def nombre_presents(self) -> int:
        """Members who count for a majority, present or represented: neither guests nor associates."""
        there = (*self.seance.presents, *self.seance.representes)
        return sum(p.membre.compte_pour_la_majorite for p in there if p.membre)

    @property
    def nombre_membres(self) -> int:
        """Members of the formation who count for a majority, present or not."""
        return sum(p.membre.compte_pour_la_majorite for p in self.presences_votantes if p.membre)

    @property
    def quorum_atteint(self) -> bool:
        """Whether the quorum of the house rules was met; true when they ask for none."""
        part = {Quorum.TIERS: 3, Quorum.MOITIE: 2}.get(self.conseil.regles.quorum or Quorum.AUCUN)
        return part is None or self.nombre_presents * part >= self.nombre_membres

    @property
    def presences_votantes(self) -> tuple[Presence, ...]:
        """Attendance of everyone but guests."""
        return tuple(p for p in self.seance.presences if p.statut != StatutPresence.INVITE)


@dataclass(frozen=True, kw_only=True, eq=False)
class FicheAction:
    """An action as the plan and the follow-up table show it on a given day."""

    action: Action
    jour: dt.date

    @property
    def en_retard(self) -> bool:
        """True when the deadline is past and the action is not closed."""
        return self.action.en_retard(self.jour)

    @property
    def etat(self) -> str:
        """« en cours », or « en retard » when the deadline is past."""
        return "en retard" if self.en_retard else str(self.action.statut or "")


@dataclass(frozen=True, kw_only=True, eq=False)
class ObjectifPlan:
    """An aim of an axis, with its actions as cards."""

    intitule: str
    fiches: tuple[FicheAction, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class AxePlan:
    """An axis with its actions as cards, as a whole and by aim."""

    axe: Axe
    jour: dt.date

    @property
    def fiches(self) -> tuple[FicheAction, ...]:
        """Every action of the axis, in the order of the register."""
        return tuple(FicheAction(action=a, jour=self.jour) for a in self.axe.actions)

    @property
    def objectifs(self) -> tuple[ObjectifPlan, ...]:
        """The actions by aim, in the order in which the aims first appear."""
        groups: dict[str, list[FicheAction]] = {}
        for fiche in self.fiches:
            groups.setdefault(fiche.action.objectif or "", []).append(fiche)
        return tuple(ObjectifPlan(intitule=k, fiches=tuple(v)) for k, v in groups.items())


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """The local plan on a given day."""

    conseil: Conseil
    jour: dt.date

    @property
    def axes(self) -> tuple[AxePlan, ...]:
        """The axes, in the order of the register."""
        return tuple(AxePlan(axe=a, jour=self.jour) for a in self.conseil.axes)

    @property
    def referents(self) -> tuple[Referent, ...]:
        """Active correspondents."""
        return tuple(r for r in self.conseil.referents if r.statut == "actif")

    @property
    def groupes(self) -> tuple[Groupe, ...]:
        """Working groups still at work, in the order of the register."""
        return tuple(g for g in self.conseil.groupes if g.fin is None or g.fin >= self.jour)

    @property
    def en_retard(self) -> tuple[FicheAction, ...]:
        """Late actions."""
        return tuple(f for axe in self.axes for f in axe.fiches if f.en_retard)


@dataclass(frozen=True, kw_only=True, eq=False)
class Signature:
    """One line of the charter's signature page."""

    membre: Membre
    signee_le: dt.date | None

    @property
    def signee(self) -> bool:
        """True when the member signed the present version."""
        return self.signee_le is not None


@dataclass(frozen=True, kw_only=True, eq=False)
class Charte:
    """The deontological charter of one group."""

    conseil: Conseil
    groupe: Groupe

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """Every member of the group, signed or not, in protocol order."""
        signed = self.conseil.signatures(self.groupe)
        return tuple(Signature(membre=m, signee_le=signed.get(m.id)) for m in self.groupe.membres)


@dataclass(frozen=True, kw_only=True, eq=False)
class PieceDossier:
    """One line of a packet's contents page. ``cle`` is the target of its link (« packet:CLE »)."""

    cle: str
    titre: str
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Dossier:
    """A packet as its cover and contents pages show it."""

    titre: str
    objet: str
    pieces: tuple[PieceDossier, ...]
    pages: int
    retenues: tuple[str, ...]
    destinataire: Membre | None = None

    @property
    def nombre(self) -> int:
        """Number of pieces."""
        return len(self.pieces)


def niveaux_de(lecteurs: Diffusion) -> tuple[Diffusion, ...]:
    """Return the levels of diffusion that readers of the level ``lecteurs`` may see.

    ``publique`` sees public lines; ``interne`` (the members) also internal ones; ``groupe`` sees all.
    """
    order = (Diffusion.PUBLIQUE, Diffusion.INTERNE, Diffusion.GROUPE)
    return order[: order.index(lecteurs) + 1]


def may_see(row: Point | Decision, seance: str, readers: Diffusion) -> bool:
    """Whether ``readers`` of the papers of ``seance`` may see a row that has a level of diffusion.

    They see what their level allows of their own session; of other sessions, never what stays in a group.
    """
    if row.seance == seance:
        return row.diffusion in niveaux_de(readers)
    return row.diffusion in niveaux_de(min(readers, Diffusion.INTERNE, key=list(Diffusion).index))


def readers_of(formation: Formation | None) -> Diffusion:
    """Return the level of the papers of a session: a group's stay in the group."""
    return Diffusion.GROUPE if formation == Formation.GROUPE else Diffusion.INTERNE

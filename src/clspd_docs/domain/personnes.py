"""Partners, members and the people the council writes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clspd_docs.domain.listes import (
    Canal,
    Civilite,
    College,
    Formation,
    Qualite,
    StatutPersonne,
    TypeOrganisme,
)
from clspd_docs.domain.registre import Ligne


@dataclass(frozen=True, kw_only=True, eq=False)
class Adressable(Ligne):
    """A row with a postal address in the parts of the French standard (NF Z 10-011)."""

    adresse_complement: str | None = None
    adresse_voie: str | None = None
    adresse_lieu_dit: str | None = None
    code_postal: str | None = None
    ville: str | None = None

    @property
    def a_une_adresse(self) -> bool:
        """True when the letter can be posted: a locality and a postcode."""
        return bool(self.code_postal and self.ville)


@dataclass(frozen=True, kw_only=True, eq=False)
class Personne(Ligne):
    """A named person, or a function whose holder is not known yet."""

    civilite: Civilite | None = None
    prenom: str | None = None
    nom: str | None = None
    fonction: str | None = None

    @property
    def genre(self) -> str:
        """``F``, ``M``, or an empty text when the civility is not filled in."""
        return {Civilite.MME: "F", Civilite.M: "M"}[self.civilite] if self.civilite else ""

    @property
    def est_nommee(self) -> bool:
        """True when a name is known."""
        return bool(self.nom)

    @property
    def civilite_longue(self) -> str:
        """« Madame », « Monsieur », or an empty text."""
        return {"F": "Madame", "M": "Monsieur", "": ""}[self.genre]

    @property
    def identite(self) -> str:
        """« Élodie Martin »: first name and name, or the function of an unnamed person."""
        if not self.nom:
            return self.fonction or ""
        return " ".join(x for x in (self.prenom, self.nom) if x)

    @property
    def nom_complet(self) -> str:
        """« Mme Élodie Martin », or the function of an unnamed person."""
        return f"{self.civilite} {self.identite}" if self.civilite and self.nom else self.identite

    @property
    def nom_long(self) -> str:
        """« Madame Élodie Martin », or the function of an unnamed person."""
        return f"{self.civilite_longue} {self.identite}" if self.civilite and self.nom else self.identite


@dataclass(frozen=True, kw_only=True, eq=False)
class Organisme(Adressable):
    """A partner body; listed in the council only after its head agreed (CSI art. L132-4)."""

    id: str
    nom: str | None = None
    sigle: str | None = None
    type: TypeOrganisme | None = None
    responsable: str | None = None
    accord_le: date | None = None
    siret: str | None = None

    @property
    def nom_court(self) -> str:
        """The acronym when there is one."""
        return self.sigle or self.nom or ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Politesse(Ligne):
    """How one title is addressed; the table is the secretariat's to change."""

    id: str
    appel_homme: str | None = None
    appel_femme: str | None = None
    appel_sans_nom: str | None = None
    appel_homme_par_femme: str | None = None
    formule: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Membre(Personne, Adressable):
    """A member, associate or guest of the council."""

    id: str
    qualite: Qualite | None = None
    college: College | None = None
    rang: int | None = None
    organisme: Organisme | None = None
    politesse: Politesse | None = None
    appel_particulier: str | None = None
    formations: tuple[Formation, ...] = ()
    groupes: tuple[str, ...] = ()
    suppleant_de: str | None = None
    designe_le: date | None = None
    acte: str | None = None
    demande_le: date | None = None
    mandat_debut: date | None = None
    mandat_fin: date | None = None
    statut: StatutPersonne | None = None
    canal: Canal | None = None
    courriel: str | None = None
    telephone: str | None = None
    copie_a: str | None = None

    @property
    def est_actif(self) -> bool:
        """True when the seat is held: the person, or the function when it is vacant."""
        return self.statut in {StatutPersonne.ACTIF, StatutPersonne.VACANT}

    @property
    def est_suppleant(self) -> bool:
        """True for a deputy, who is named beside the member and not summoned."""
        return self.suppleant_de is not None

    @property
    def compte_pour_la_majorite(self) -> bool:
        """False for associates and guests (CSI art. L132-4; reading of D132-9)."""
        return (
            self.est_actif
            and not self.est_suppleant
            and self.qualite
            not in {
                Qualite.ASSOCIE,
                Qualite.INVITE,
            }
        )

    @property
    def adresse_de(self) -> Adressable:
        """Who gives the postal address: the member's own row when filled in, else the body's."""
        if self.a_une_adresse or self.organisme is None:
            return self
        return self.organisme

    @property
    def nom_organisme(self) -> str:
        """Name of the body, empty for a qualified person."""
        return (self.organisme.nom or "") if self.organisme else ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Referent(Personne):
    """The correspondent whom a partner names inside its services, mentioned by name in the plan."""

    id: str
    organisme: Organisme | None = None
    suppleant: str | None = None
    domaines: str | None = None
    territoire: str | None = None
    designe_le: date | None = None
    designe_par: str | None = None
    statut: StatutPersonne | None = None
    courriel: str | None = None
    telephone: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class CharteSignee(Ligne):
    """One signature of the deontological charter by one member, for one group."""

    membre: Membre | None = None
    groupe: str | None = None
    version: str | None = None
    signee_le: date | None = None

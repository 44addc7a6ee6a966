"""Closed lists of the registers. The value is what the workbook shows and what a document prints."""

from __future__ import annotations

from enum import StrEnum


class TypeInstance(StrEnum):
    """Kind of council (CSI art. L132-4 and L132-13)."""

    CLSPD = "CLSPD"
    CISPD = "CISPD"


class FormeCollectivite(StrEnum):
    """Who holds the council; printed in the letterhead before the name."""

    VILLE = "Ville"
    COMMUNE = "Commune"
    COMMUNAUTE_COMMUNES = "Communauté de communes"
    COMMUNAUTE_AGGLOMERATION = "Communauté d’agglomération"
    COMMUNAUTE_URBAINE = "Communauté urbaine"
    METROPOLE = "Métropole"

    @property
    def genre(self) -> str:
        """Grammatical gender: every form of the list is feminine."""
        return "F"


class Civilite(StrEnum):
    """The only source of grammatical gender; never guessed from a first name."""

    M = "M."
    MME = "Mme"


class Qualite(StrEnum):
    """Class of membership (CSI art. L. 132-4 and D. 132-8)."""

    PRESIDENT = "président"
    DROIT = "membre de droit"
    DROIT_DECRET = "membre de droit (décret)"
    DESIGNE_ETAT = "service de l’État"
    DESIGNE_PARL = "parlementaire"
    DESIGNE_ORG = "organisme"
    ASSOCIE = "associé"
    INVITE = "invité"


class College(StrEnum):
    """Sort key of attendance sheets and minutes; habit, not law."""

    ELUS = "Élus"
    ETAT_JUSTICE = "État et justice"
    DEPARTEMENT = "Département"
    SECURITE = "Sécurité"
    EDUCATION = "Éducation"
    SOCIAL_SANTE = "Action sociale et santé"
    LOGEMENT = "Logement"
    TRANSPORTS = "Transports"
    AIDE_VICTIMES = "Aide aux victimes"
    ECONOMIE = "Activités économiques"
    ASSOCIATIONS = "Associations"
    QUALIFIES = "Personnes qualifiées"


class StatutPersonne(StrEnum):
    """State of a mandate; only ``ACTIF`` is written to, ``VACANT`` is shown by function."""

    ACTIF = "actif"
    VACANT = "vacant"
    SUSPENDU = "suspendu"
    SORTI = "sorti"


class Canal(StrEnum):
    """How a letter leaves."""

    COURRIEL = "courriel"
    COURRIER = "courrier"
    RECOMMANDE = "recommandé"
    PLATEFORME = "plateforme"
    REMISE = "remise en main propre"


class TypeOrganisme(StrEnum):
    """Kind of partner."""

    ETAT = "État"
    JUSTICE = "justice"
    POLICE_NATIONALE = "police nationale"
    GENDARMERIE = "gendarmerie"
    POLICE_MUNICIPALE = "police municipale"
    COLLECTIVITE = "collectivité"
    EDUCATION = "éducation"
    DEPARTEMENT = "département"
    BAILLEUR = "bailleur"
    TRANSPORTEUR = "transporteur"
    ASSOCIATION = "association"
    SOCIAL_SANTE = "social et santé"
    ECONOMIE = "économie"


class Formation(StrEnum):
    """Formation of the council (CSI art. D132-9, L132-5)."""

    PLENIERE = "plénière"
    RESTREINTE = "restreinte"
    GROUPE = "groupe de travail"


class TypeGroupe(StrEnum):
    """Kind of working group (CSI art. L132-5)."""

    TERRITORIAL = "territorial"
    THEMATIQUE = "thématique"
    PEINES = "exécution des peines et récidive"
    ELUS = "violences faites aux élus"


class Initiative(StrEnum):
    """Who asked for a working group."""

    CONSEIL = "conseil"
    MAIRE = "maire"
    PREFET = "préfet"
    JUSTICE = "autorité judiciaire"


class StatutAction(StrEnum):
    """State of an action; lateness is computed, never typed."""

    A_LANCER = "à lancer"
    EN_COURS = "en cours"
    REALISEE = "réalisée"
    REPORTEE = "reportée"
    ABANDONNEE = "abandonnée"


class Priorite(StrEnum):
    """Priority of an action."""

    HAUTE = "haute"
    NORMALE = "normale"
    BASSE = "basse"


class Financeur(StrEnum):
    """Who pays."""

    VILLE = "ville"
    FIPD = "FIPD"
    DEPARTEMENT = "département"
    ETAT = "État"
    CAF = "CAF"
    AUTRE = "autre"


class TypeIndicateur(StrEnum):
    """Kind of indicator; aggregated figures only."""

    REALISATION = "réalisation"
    RESULTAT = "résultat"
    CONTEXTE = "contexte"


class Motif(StrEnum):
    """Why a session is held (CSI art. D132-9 for the two requests of right)."""

    ANNUELLE = "annuelle"
    ORDINAIRE = "ordinaire"
    DEMANDE_PREFET = "demande du préfet"
    DEMANDE_MAJORITE = "demande de la majorité des membres"
    URGENCE = "urgence"


class StatutSeance(StrEnum):
    """Life of a session."""

    PREVUE = "prévue"
    CONSULTEE = "consultée"
    CONVOQUEE = "convoquée"
    TENUE = "tenue"
    ANNULEE = "annulée"
    REPORTEE = "reportée"

    @property
    def a_venir(self) -> bool:
        """True while papers for the session are still to be made."""
        return self in {StatutSeance.PREVUE, StatutSeance.CONSULTEE, StatutSeance.CONVOQUEE}


class StatutProcesVerbal(StrEnum):
    """Life of the minutes; anything but ``APPROUVE`` is marked PROJET."""

    BROUILLON = "brouillon"
    DIFFUSE = "diffusé"
    APPROUVE = "approuvé"


class NaturePoint(StrEnum):
    """What is asked of the council on an agenda item."""

    INFORMATION = "information"
    ECHANGE = "échange"
    AVIS = "avis"
    VALIDATION = "validation"
    ELECTION = "élection"


class Diffusion(StrEnum):
    """Who may read: ``PUBLIQUE`` anyone, ``INTERNE`` the members, ``GROUPE`` the members of one group."""

    PUBLIQUE = "publique"
    INTERNE = "interne"
    GROUPE = "groupe"


class StatutPresence(StrEnum):
    """Attendance of one member."""

    PRESENT = "présent"
    REPRESENTE = "représenté"
    EXCUSE = "excusé"
    ABSENT = "absent"
    INVITE = "invité"


class NatureDecision(StrEnum):
    """Nature of a decision."""

    AVIS = "avis"
    ORIENTATION = "orientation"
    ACTION = "action"
    DESIGNATION = "désignation"
    VALIDATION = "validation"


class StatutDecision(StrEnum):
    """State of a decision."""

    A_FAIRE = "à faire"
    EN_COURS = "en cours"
    FAITE = "faite"
    ABANDONNEE = "abandonnée"


class Quorum(StrEnum):
    """House rule; the code has none (CSI silent; CRPA R133-10 binds other commissions)."""

    AUCUN = "aucun"
    TIERS = "le tiers des membres"
    MOITIE = "la moitié des membres"


class Majorite(StrEnum):
    """House rule on how an opinion is given."""

    PRESENTS = "majorité des membres présents ou représentés"
    EXPRIMES = "majorité des suffrages exprimés"
    CONSENSUS = "consensus"

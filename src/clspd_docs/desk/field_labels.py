"""What each object of a template is called, and what its computed fields are, in French.

The fields of a register are told by the headers of the workbook; only the others stand here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from clspd_docs.desk.template_names import shape_of
from clspd_docs.documents import contexts as c
from clspd_docs.domain.conseil import Conseil, Parametres, Regles
from clspd_docs.domain.personnes import (
    Adressable,
    CharteSignee,
    Membre,
    Organisme,
    Personne,
    Politesse,
    Referent,
)
from clspd_docs.domain.plan import Action, Axe, Indicateur
from clspd_docs.domain.seances import Decision, Groupe, Point, Presence, Seance
from clspd_docs.templates.lint_fields import Shape

TITLES: Final[Mapping[type[Any], str]] = {
    Parametres: "Les paramètres",
    Regles: "Les règles",
    Conseil: "Le conseil",
    Seance: "Une séance",
    Point: "Un point de l’ordre du jour",
    Presence: "Une présence",
    Decision: "Une décision",
    Groupe: "Un groupe",
    Membre: "Un membre",
    Personne: "Une personne",
    Adressable: "Une adresse",
    Organisme: "Un organisme",
    Politesse: "Une politesse",
    Referent: "Un référent",
    CharteSignee: "Une charte signée",
    Axe: "Un axe",
    Action: "Une action",
    Indicateur: "Un indicateur",
    c.Courrier: "Le courrier",
    c.Emargement: "L’émargement",
    c.CollegeEmargement: "Un collège de l’émargement",
    c.LigneEmargement: "Une ligne d’émargement",
    c.ProcesVerbal: "Le procès-verbal",
    c.PointRendu: "Un point du procès-verbal",
    c.Plan: "Le plan",
    c.AxePlan: "Un axe du plan",
    c.ObjectifPlan: "Un objectif",
    c.FicheAction: "Une fiche",
    c.Charte: "La charte",
    c.Signature: "Une signature",
    c.Dossier: "Le dossier",
    c.PieceDossier: "Une pièce du dossier",
}
"""The sections of the guide on templates and of the list of fields, by class."""

_MADE_OF: Final = "ce dont la pièce est faite"
LABELS: Final[Mapping[type[Any], Mapping[str, str]]] = {
    Parametres: {"auteur": "la forme et le nom de la collectivité", "plan_valide": "le plan est validé"},
    Regles: {"adopte": "le règlement intérieur est adopté"},
    Conseil: {
        "parametres": "la feuille « Paramètres »",
        "regles": "la feuille « Règles »",
        "president": "le membre qui préside",
        "titulaires": "les sièges en activité, sans les suppléants",
        "majorite": "combien de membres peuvent, ensemble, demander une plénière",
    },
    Adressable: {"a_une_adresse": "le code postal et la ville sont remplis"},
    Personne: {
        "genre": "F, M, ou vide",
        "est_nommee": "le nom est connu",
        "identite": "prénom et nom ; la fonction quand le nom n’est pas connu",
        "nom_complet": "civilité, prénom et nom",
        "nom_long": "la même chose, civilité en toutes lettres",
        "civilite_longue": "Madame, Monsieur, ou vide",
    },
    Organisme: {"nom_court": "le sigle s’il y en a un, sinon le nom"},
    Membre: {
        "nom_organisme": "le nom de son organisme ; vide pour une personne qualifiée",
        "adresse_de": "où écrire : sa propre adresse, sinon celle de l’organisme",
        "est_actif": "le siège est tenu, même vacant",
        "est_suppleant": "c’est un suppléant",
        "compte_pour_la_majorite": "non pour un associé ou un invité",
    },
    Action: {"indicateurs": "ses indicateurs", "est_close": "elle est réalisée ou abandonnée"},
    Axe: {"actions": "ses actions"},
    Groupe: {"membres": "les membres du groupe"},
    Point: {"decisions": "les décisions prises sur ce point"},
    Seance: {
        "points": "les points de l’ordre du jour",
        "points_publics": "ceux dont la diffusion est publique",
        "presences": "les présences",
        "presents": "les membres présents",
        "representes": "les membres représentés",
        "excuses": "les membres excusés",
        "absents": "les membres absents",
        "invites": "les invités",
        "decisions": "les décisions de la séance",
        "est_consultee": "le préfet et le procureur sont consultés",
        "pv_approuve": "le procès-verbal est approuvé",
    },
    c.Courrier: {
        "reference": "la référence de la lettre",
        "adresse": "le bloc d’adresse, ligne par ligne",
        "appel": "l’appel, sans virgule",
        "formule": "la phrase de politesse entière, qui reprend l’appel",
        "date": "la date d’une convocation",
        "date_consultation": "la date d’une consultation",
        "retour_avant": "le dernier jour ouvré pour renvoyer le coupon-réponse",
        "jour": "la date du jour",
        **dict.fromkeys(("parametres", "regles", "seance", "signataire", "destinataire"), _MADE_OF),
    },
    c.Emargement: {
        "colleges": "les collèges, dans l’ordre protocolaire",
        "convoques": "les membres convoqués",
        "nombre": "combien ils sont",
        **dict.fromkeys(("conseil", "seance"), _MADE_OF),
    },
    c.CollegeEmargement: {
        "intitule": "le nom du collège",
        "lignes": "une ligne par siège",
        "nombre": "combien de sièges",
    },
    c.LigneEmargement: {"membre": "le membre", "suppleants": "ses suppléants"},
    c.ProcesVerbal: {
        "points": "les points que ses lecteurs peuvent voir",
        "decisions": "les décisions que ses lecteurs peuvent voir",
        "prochaine": "la séance suivante, ou vide",
        "nombre_presents": "combien de membres qui comptent étaient présents ou représentés",
        "nombre_membres": "combien de membres comptent pour la majorité",
        "presences_votantes": "les présences, sans les invités",
        "quorum_atteint": "le quorum des règles est atteint, ou il n’y en a pas",
        "niveaux": "les diffusions montrées",
        **dict.fromkeys(("conseil", "seance"), _MADE_OF),
    },
    c.PointRendu: {
        "numero": "son rang",
        "point": "le point de l’ordre du jour",
        "decisions": "ses décisions que l’on peut montrer",
    },
    c.Plan: {
        "axes": "les axes du plan",
        "en_retard": "les fiches en retard",
        "groupes": "les groupes en activité",
        "referents": "les référents actifs",
        "conseil": _MADE_OF,
        "jour": "la date du jour",
    },
    c.AxePlan: {
        "axe": "l’axe",
        "fiches": "ses fiches",
        "objectifs": "ses objectifs, chacun avec ses fiches",
        "jour": "la date du jour",
    },
    c.ObjectifPlan: {"intitule": "l’objectif, colonne « Objectif » des actions", "fiches": "ses fiches"},
    c.FicheAction: {
        "action": "l’action",
        "etat": "son statut, ou « en retard »",
        "en_retard": "l’échéance est passée et l’action n’est pas close",
        "jour": "la date du jour",
    },
    c.Charte: {
        "groupe": "le groupe",
        "signatures": "une ligne de signature par membre du groupe",
        "conseil": _MADE_OF,
    },
    c.Signature: {
        "membre": "le membre",
        "signee_le": "quand il a signé cette version, ou vide",
        "signee": "il l’a signée",
    },
    c.Dossier: {
        "titre": "le titre, avec le destinataire s’il y en a un",
        "objet": "le titre seul",
        "pieces": "les pièces",
        "nombre": "combien de pièces",
        "pages": "combien de pages",
        "retenues": "les titres des pièces qui manquent, parce qu’elles sont retenues",
        "destinataire": "le destinataire, ou vide",
        "sans_charte": "les membres du groupe qui ne sont pas convoqués, faute de charte signée",
    },
    c.PieceDossier: {
        "cle": "la cible de son lien (packet:CLE)",
        "titre": "son titre",
        "page": "sa première page",
        "pages": "combien de pages",
    },
}


@cache
def classes_by_shape() -> Mapping[Shape, type[Any]]:
    """Return the classes of ``TITLES`` by the shape that the checks know them by."""
    classes: Any = TITLES
    return {shape_of(cls): cls for cls in classes}

"""Checks on members, partners, groups and correspondents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final

from clspd_docs.domain.conseil import Conseil, Parametres
from clspd_docs.domain.french import cle, nombre
from clspd_docs.domain.listes import Canal, Qualite, TypeInstance
from clspd_docs.domain.personnes import Membre
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.rules.legal import legal

SECOND_CHAIR = Kind(
    "COH301",
    Severity.ERROR,
    "Deux présidents",
    "Un autre membre actif a déjà la qualité « président » (ligne {ligne}).",
    "N’en garder qu’un actif.",
)
NO_CIVILITY = Kind(
    "COH302",
    Severity.ERROR,
    "Nom sans civilité",
    "Un nom est donné sans civilité : la lettre ne peut pas être accordée.",
    "Choisir « M. » ou « Mme », ou effacer le nom pour écrire à la fonction.",
    bad="(vide)",
    good="Mme",
)
EXPIRED = Kind(
    "COH303",
    Severity.WARNING,
    "Mandat expiré",
    "Le mandat est terminé et le membre est toujours actif.",
    "Renouveler le mandat, ou passer le statut à « sorti ».",
)
NO_EMAIL = Kind(
    "COH304",
    Severity.WARNING,
    "Courriel absent",
    "La convocation part par courriel, mais l’adresse de courriel est vide.",
    "Compléter le courriel, ou choisir un autre canal.",
)
NO_ADDRESS = Kind(
    "COH305",
    Severity.ERROR,
    "Adresse postale absente",
    "La convocation part par la poste, mais ni le membre ni son organisme n’ont d’adresse complète.",
    "Compléter l’adresse du membre ou de son organisme.",
)
SELF_DEPUTY = Kind(
    "COH307",
    Severity.ERROR,
    "Suppléance impossible",
    "Un membre ne peut suppléer ni lui-même, ni un autre suppléant.",
    "Indiquer l’identifiant du titulaire.",
)
TWICE = Kind(
    "COH308",
    Severity.WARNING,
    "Personne en double",
    "La même personne figure déjà à la ligne {ligne}, au même titre.",
    "Supprimer l’une des deux lignes, si c’est bien la même personne.",
)
NO_CHARTER_VERSION = Kind(
    "COH309",
    Severity.ERROR,
    "Version de charte absente",
    "Le groupe exige la charte, mais la version en vigueur est vide.",
    "Indiquer la version de la charte.",
    bad="(vide)",
    good="2026-1",
)
NO_NAME = Kind(
    "COH310",
    Severity.ERROR,
    "Prénom sans nom",
    "Un prénom est donné sans nom.",
    "Compléter le nom, ou effacer le prénom pour écrire à la fonction.",
    bad="(vide)",
    good="Dupré",
)
OTHER_KIND = Kind(
    "COH311",
    Severity.WARNING,
    "Sigle et type d’instance différents",
    "Le sigle ne va pas avec le type d’instance choisi ({type}).",
    "Corriger le sigle et le nom complet de l’instance, ou le type.",
    bad="CLSPD (pour un CISPD)",
    good="CISPD",
)
OTHER_GENDER = Kind(
    "COH312",
    Severity.WARNING,
    "Qualité du signataire à accorder",
    "La qualité du signataire n’est pas au même genre que la civilité du président.",
    "Écrire « Le Maire », « Le Président » pour un homme, « La Maire », « La Présidente » pour une femme.",
)
REVERSED_MANDATE = Kind(
    "COH313",
    Severity.ERROR,
    "Mandat inversé",
    "La fin du mandat précède son début.",
    "Corriger l’une des deux dates.",
)
NO_BODY = Kind(
    "COH315",
    Severity.WARNING,
    "Organisme du membre absent",
    "Le membre siège au titre d’un organisme, et cet organisme n’est pas indiqué.",
    "Choisir l’organisme, ou corriger la qualité du membre.",
    bad="(vide)",
    good="ORG-CAF",
)
NO_SEAT = Kind(
    "COH316",
    Severity.WARNING,
    "Membre que rien ne convoque",
    "Ce membre actif n’est d’aucune formation ni d’aucun groupe : aucune séance ne le convoquera.",
    "Indiquer ses formations, ou ses groupes.",
    bad="(vide)",
    good="plénière",
)
NO_AGREEMENT = Kind(
    "LEG101",
    Severity.WARNING,
    "Accord de l’organisme non daté",
    "L’organisme siège au conseil, mais l’accord de son responsable n’est pas daté ({article}).",
    "Demander l’accord écrit du responsable et en saisir la date.",
)
NO_REQUEST = Kind(
    "LEG102",
    Severity.WARNING,
    "Demande du parlementaire non datée",
    "Un parlementaire est associé à sa demande, et la date de cette demande est vide ({article}).",
    "Saisir la date de la demande, ou passer le statut à « sorti ».",
)
NO_DESIGNATION = Kind(
    "LEG103",
    Severity.WARNING,
    "Désignation par le préfet non datée",
    "Un service de l’État siège sans date de désignation par le préfet ({article}).",
    "Saisir la date de l’acte de désignation.",
)
OLD_TITLE = Kind(
    "LEG104",
    Severity.WARNING,
    "Titre disparu",
    "Ce titre n’existe plus : {remplacement}.",
    "Corriger la fonction.",
    bad="Directeur départemental de la sécurité publique",
    good="Directeur départemental de la police nationale",
)

_DDPN: Final = "la direction départementale de la sécurité publique est devenue la DDPN ou la DIPN en 2024"
OPTIONAL = Kind(
    "LEG105",
    Severity.NOTE,
    "Conseil facultatif",
    "La commune ne dépasse pas {seuil} habitants et n’a pas de quartier prioritaire : la loi n’impose pas de "
    "conseil ({article}).",
    "Vérifier la population et le quartier prioritaire ; un conseil peut toujours être créé.",
)

OLD_TITLES: Final = {
    "ddsp": _DDPN,
    "departemental de la securite publique": _DDPN,
    "departementale de la securite publique": _DDPN,
    "conseil general": "le conseil général est devenu le conseil départemental en 2015",
}


def check_people(conseil: Conseil, jour: dt.date) -> Iterator[Finding]:
    """Yield what is wrong or doubtful about people on the day ``jour``."""
    yield from _threshold(conseil)
    yield from _settings(conseil)
    yield from _mandate(conseil.parametres, jour)
    yield from _chairs(conseil)
    yield from _twice(conseil)
    by_id = {membre.id: membre for membre in conseil.membres}
    for membre in conseil.membres:
        if membre.prenom and not membre.nom:
            yield NO_NAME.at(membre.origine.place("nom"))
        if membre.nom and not membre.civilite:
            yield NO_CIVILITY.at(membre.origine.place("civilite"))
        yield from _mandate(membre, jour)
        if membre.est_actif:
            yield from _channel(membre)
            yield from _standing(membre, by_id)
            yield from _seat(membre)
    for groupe in conseil.groupes:
        if groupe.charte_requise and not groupe.charte_version:
            yield NO_CHARTER_VERSION.at(groupe.origine.place("charte_version"))


def _threshold(conseil: Conseil) -> Iterator[Finding]:
    """Whether the law asks for a council: « plus de 5 000 habitants », or a priority district (art. L. 132-4)."""
    parametres, limit = conseil.parametres, legal().seuils["clspd_plus_de"]
    small = parametres.population is not None and parametres.population <= limit and parametres.qpv is False
    if small and parametres.type_instance == TypeInstance.CLSPD:
        place, article = parametres.origine.place("population"), legal().articles["l132_4"].court
        yield OPTIONAL.at(place, seuil=nombre(limit), article=article)


def _settings(conseil: Conseil) -> Iterator[Finding]:
    """Settings that contradict each other or the chair."""
    parametres, chair = conseil.parametres, conseil.president
    kind, others = parametres.type_instance, {t.value for t in TypeInstance}
    if kind and parametres.sigle and any(o in parametres.sigle for o in others - {kind.value}):
        yield OTHER_KIND.at(parametres.origine.place("sigle"), type=kind.value)
    wrong = {"F": "le ", "M": "la "}.get(chair.genre if chair else "")
    if wrong and (parametres.titre_signataire or "").lower().startswith(wrong):
        yield OTHER_GENDER.at(parametres.origine.place("titre_signataire"))


def _chairs(conseil: Conseil) -> Iterator[Finding]:
    chairs = [m for m in conseil.titulaires if m.qualite == Qualite.PRESIDENT]
    for membre in chairs[1:]:
        yield SECOND_CHAIR.at(membre.origine.place("qualite"), ligne=chairs[0].origine.row)


def _twice(conseil: Conseil) -> Iterator[Finding]:
    seen: dict[tuple[str, ...], Membre] = {}
    for membre in conseil.membres:
        person = (cle(membre.nom or ""), cle(membre.prenom or ""), cle(membre.fonction or ""))
        if membre.nom and membre.est_actif and (first := seen.setdefault(person, membre)) is not membre:
            yield TWICE.at(membre.origine.place("nom"), ligne=first.origine.row)


def _mandate(holder: Membre | Parametres, jour: dt.date) -> Iterator[Finding]:
    """A mandate that ends before it starts; that of an active member, once it is over."""
    start, end = holder.mandat_debut, holder.mandat_fin
    if end is None:
        return
    place, found = holder.origine.place("mandat_fin"), f"{end:%d/%m/%Y}"
    if start and end < start:
        yield REVERSED_MANDATE.at(place, value=found)
    elif isinstance(holder, Membre) and holder.est_actif and end < jour:
        yield EXPIRED.at(place, value=found)


def _channel(membre: Membre) -> Iterator[Finding]:
    if membre.est_suppleant:
        return
    has_column = "courriel" in membre.origine.columns  # else the column is told, once (REG104)
    if membre.canal == Canal.COURRIEL and not membre.courriel and has_column:
        yield NO_EMAIL.at(membre.origine.place("courriel"))
    if membre.canal in {Canal.COURRIER, Canal.RECOMMANDE} and not membre.adresse_de.a_une_adresse:
        yield NO_ADDRESS.at(membre.origine.place("ville"))


def _standing(membre: Membre, by_id: Mapping[str, Membre]) -> Iterator[Finding]:
    """What the law asks before a person sits (CSI art. L. 132-4)."""
    article = legal().articles["l132_4"].court
    if membre.qualite == Qualite.DESIGNE_ORG:
        if membre.organisme is None:
            yield NO_BODY.at(membre.origine.place("organisme"))
        elif membre.organisme.accord_le is None:
            yield NO_AGREEMENT.at(membre.organisme.origine.place("accord_le"), article=article)
    if membre.qualite == Qualite.DESIGNE_PARL and not membre.demande_le:
        yield NO_REQUEST.at(membre.origine.place("demande_le"), article=article)
    if membre.qualite == Qualite.DESIGNE_ETAT and not membre.designe_le:
        yield NO_DESIGNATION.at(membre.origine.place("designe_le"), article=article)
    for old, new in OLD_TITLES.items():
        if old in cle(membre.fonction or ""):
            yield OLD_TITLE.at(membre.origine.place("fonction"), value=membre.fonction, remplacement=new)
            break
    if membre.suppleant_de is not None:
        titulaire = by_id.get(membre.suppleant_de)
        if titulaire is None or titulaire is membre or titulaire.est_suppleant:
            yield SELF_DEPUTY.at(membre.origine.place("suppleant_de"))


def _seat(membre: Membre) -> Iterator[Finding]:
    """Whether some session will summon the member; a guest is asked when needed."""
    is_guest = membre.qualite in {Qualite.INVITE, Qualite.ASSOCIE}
    if not (membre.formations or membre.groupes or membre.est_suppleant or is_guest):
        yield NO_SEAT.at(membre.origine.place("formations"))

"""Sheets about people and the bodies they come from."""

from __future__ import annotations

from typing import Final

from clspd_docs.domain import listes as li
from clspd_docs.registers.schema import Column, Sheet, Type
from clspd_docs.registers.sheets_council import ADRESSE

PERSONNE: Final = (
    Column(
        "civilite",
        "Civilité",
        "Sert à accorder les lettres ; vide si le titulaire n’est pas connu.",
        Type.CHOICE,
        values=li.Civilite,
        width=9,
    ),
    Column("prenom", "Prénom", "Comme il doit être imprimé.", width=16),
    Column("nom", "Nom", "Comme il doit être imprimé ; vide pour écrire à la fonction.", width=20),
)

POLITESSE: Final = Sheet(
    "politesses",
    "Politesse",
    "Appels et formules par titre ; l’appel est repris à l’identique dans la formule.",
    (
        Column(
            "id",
            "Titre",
            "Repris dans la colonne « Titre » des membres.",
            Type.IDENTIFIER,
            required=True,
            places=True,
            width=26,
        ),
        Column("appel_homme", "Appel (homme)", "Sans virgule.", required=True, width=38),
        Column("appel_femme", "Appel (femme)", "Sans virgule.", required=True, width=38),
        Column(
            "appel_sans_nom",
            "Appel (sans nom)",
            "Quand le titulaire n’est pas connu.",
            required=True,
            width=38,
        ),
        Column(
            "appel_homme_par_femme",
            "Appel (homme, signé par une femme)",
            "Grades militaires : une femme n’écrit pas « Mon Colonel ».",
            width=30,
        ),
        Column("formule", "Formule", "« l’expression de ma haute considération ».", required=True, width=44),
    ),
)

ORGANISMES: Final = Sheet(
    "organismes",
    "Organismes",
    "Les services et partenaires, avec leur adresse.",
    (
        Column(
            "id",
            "Identifiant",
            "Court, sans espace : ORG-CAF.",
            Type.IDENTIFIER,
            required=True,
            places=True,
            width=14,
        ),
        Column("nom", "Nom", "Nom complet, comme il doit être imprimé.", required=True, width=44),
        Column("sigle", "Sigle", "S’il y en a un.", width=12),
        Column(
            "type",
            "Type",
            "Nature du partenaire.",
            Type.CHOICE,
            required=True,
            values=li.TypeOrganisme,
            width=18,
        ),
        Column("responsable", "Responsable", "Qui donne l’accord de l’organisme.", width=30),
        Column(
            "accord_le",
            "Accord du responsable le",
            "Exigé avant de figurer au conseil (CSI, art. L. 132-4).",
            Type.DATE,
            width=14,
        ),
        *ADRESSE,
        Column(
            "siret",
            "SIRET",
            "Numéro SIRET ou SIREN, pour les conventions et les subventions.",
            Type.SIRET,
            width=17,
            since=2,
        ),
    ),
)

MEMBRES: Final = Sheet(
    "membres",
    "Membres",
    "Une ligne par siège : membres de droit, désignés, associés, invités, suppléants.",
    (
        Column(
            "id",
            "Identifiant",
            "M001, M002… ; ne le changez plus ensuite.",
            Type.IDENTIFIER,
            required=True,
            places=True,
            width=12,
        ),
        Column(
            "qualite",
            "Qualité",
            "À quel titre la personne siège.",
            Type.CHOICE,
            required=True,
            places=True,
            values=li.Qualite,
            width=22,
        ),
        Column(
            "college",
            "Collège",
            "Sert à ranger la feuille d’émargement.",
            Type.CHOICE,
            required=True,
            places=True,
            values=li.College,
            width=22,
        ),
        Column(
            "rang",
            "Rang protocolaire",
            "1 pour le président ; ordre des listes.",
            Type.INTEGER,
            required=True,
            low=1,
            high=999,
            width=11,
        ),
        *PERSONNE,
        Column("fonction", "Fonction", "Comme elle doit être imprimée.", required=True, width=40),
        Column(
            "politesse",
            "Titre",
            "Ligne de la feuille « Politesse » qui donne l’appel et la formule.",
            Type.REF,
            required=True,
            ref="politesses",
            width=24,
        ),
        Column(
            "appel_particulier",
            "Appel particulier",
            "Remplace l’appel du titre : « Chère Madame ».",
            width=22,
        ),
        Column(
            "organisme",
            "Organisme",
            "Identifiant de la feuille « Organismes ».",
            Type.REF,
            ref="organismes",
            width=16,
        ),
        Column(
            "formations",
            "Formations",
            "plénière ; restreinte.",
            Type.CHOICES,
            places=True,
            values=li.Formation,
            width=24,
        ),
        Column(
            "groupes",
            "Groupes",
            "Codes des groupes de travail, séparés par « ; ».",
            Type.REFS,
            places=True,
            ref="groupes",
            width=16,
        ),
        Column(
            "suppleant_de",
            "Suppléant de",
            "Identifiant du membre suppléé.",
            Type.REF,
            places=True,
            ref="membres",
            width=13,
        ),
        Column(
            "statut",
            "Statut",
            "actif, vacant, suspendu ou sorti.",
            Type.CHOICE,
            required=True,
            places=True,
            values=li.StatutPersonne,
            width=11,
            default="actif",
        ),
        Column(
            "designe_le", "Désigné le", "Date de l’acte ou de la lettre de désignation.", Type.DATE, width=12
        ),
        Column("acte", "Acte de désignation", "Référence de l’acte.", width=38),
        Column(
            "demande_le",
            "Demande reçue le",
            "Pour un parlementaire (CSI, art. L. 132-4).",
            Type.DATE,
            width=12,
        ),
        Column(
            "mandat_debut", "Début de mandat", "Premier jour du mandat, s’il est limité.", Type.DATE, width=12
        ),
        Column(
            "mandat_fin",
            "Fin de mandat",
            "Dernier jour : passé cette date, « check » le signale.",
            Type.DATE,
            width=12,
        ),
        Column(
            "canal",
            "Canal",
            "Comment part la convocation.",
            Type.CHOICE,
            required=True,
            values=li.Canal,
            width=16,
        ),
        Column("courriel", "Courriel", "Adresse professionnelle.", Type.EMAIL, width=42),
        Column("telephone", "Téléphone", "Numéro professionnel.", Type.PHONE, width=16),
        Column("copie_a", "Copie à", "Imprimé en bas de la lettre.", width=24),
        *ADRESSE,
    ),
)

REFERENTS: Final = Sheet(
    "referents",
    "Référents",
    "Les correspondants que chaque partenaire désigne dans ses services.",
    (
        Column("id", "Identifiant", "R01, R02…", Type.IDENTIFIER, required=True, places=True, width=12),
        Column(
            "organisme",
            "Organisme",
            "Identifiant de la feuille « Organismes ».",
            Type.REF,
            required=True,
            places=True,
            ref="organismes",
            width=16,
        ),
        *PERSONNE,
        Column("fonction", "Fonction", "Comme elle doit être imprimée.", required=True, width=36),
        Column(
            "suppleant", "Suppléant", "Identifiant d’un autre référent.", Type.REF, ref="referents", width=12
        ),
        Column("domaines", "Domaines", "Ce que le référent suit.", width=34),
        Column("territoire", "Territoire", "Quartier, commune ou bassin que le référent suit.", width=22),
        Column("designe_le", "Désigné le", "Date de la lettre qui le désigne.", Type.DATE, width=12),
        Column("designe_par", "Désigné par", "Qui a signé la désignation.", width=28),
        Column(
            "statut",
            "Statut",
            "actif, vacant, suspendu ou sorti.",
            Type.CHOICE,
            required=True,
            places=True,
            values=li.StatutPersonne,
            width=11,
            default="actif",
        ),
        Column("courriel", "Courriel", "Adresse professionnelle.", Type.EMAIL, width=42),
        Column("telephone", "Téléphone", "Numéro professionnel.", Type.PHONE, width=16),
    ),
)

CHARTES: Final = Sheet(
    "chartes",
    "Chartes signées",
    "Qui a signé la charte déontologique, pour quel groupe et dans quelle version.",
    (
        Column(
            "membre",
            "Membre",
            "Identifiant du membre.",
            Type.REF,
            required=True,
            places=True,
            ref="membres",
            width=12,
        ),
        Column(
            "groupe",
            "Groupe",
            "Code du groupe.",
            Type.REF,
            required=True,
            places=True,
            ref="groupes",
            width=12,
        ),
        Column("version", "Version", "Version signée.", required=True, places=True, width=10),
        Column(
            "signee_le",
            "Signée le",
            "Date portée sur la page de signatures.",
            Type.DATE,
            required=True,
            places=True,
            width=12,
        ),
    ),
)

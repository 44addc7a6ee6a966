"""A small council in memory: valid, complete, and changed in a line by each test.

``registres().change("membres", "M002", nom=None).conseil()`` gives the council of the changed rows, without a
workbook in between. ``classeur.py`` writes the same rows into a file.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from clspd_docs.domain import listes as li
from clspd_docs.domain.conseil import Conseil
from clspd_docs.findings import Finding
from clspd_docs.origin import Origin
from clspd_docs.registers.book import Book, Row
from clspd_docs.registers.council import council
from clspd_docs.registers.schema import Layout, Type
from clspd_docs.registers.sheets import BY_KEY, SHEETS
from clspd_docs.registers.write import blank

JOUR = dt.date(2026, 12, 1)
FICHIER = "registers/clspd.xlsx"
MANY = {Type.CHOICES, Type.REFS, Type.DATES}

Ligne = dict[str, Any]


class Registres:
    """Rows by sheet key, typed as the reader gives them; every method but the last two returns it."""

    def __init__(self) -> None:
        small = _small()
        self.rows: dict[str, list[Ligne]] = {
            sheet.key: [_whole(sheet.key, row) for row in small[sheet.key]] for sheet in SHEETS
        }

    def row(self, key: str, which: str | int = 0) -> Ligne:
        """Return a row: by its identifier, or its index when its sheet has none."""
        rows = self.rows[key]
        return rows[which] if isinstance(which, int) else next(r for r in rows if r["id"] == which)

    def change(self, key: str, which: str | int = 0, **values: Any) -> Registres:
        """Change fields of one row."""
        assert values.keys() <= set(BY_KEY[key].names), values
        self.row(key, which).update(values)
        return self

    def add(self, key: str, **values: Any) -> Registres:
        """Add a row; its other fields are empty."""
        self.rows[key].append(_whole(key, values))
        return self

    def drop(self, key: str, *which: str | int) -> Registres:
        """Drop rows; all of them when none is named."""
        gone = [id(self.row(key, w)) for w in which]
        self.rows[key] = [r for r in self.rows[key] if gone and id(r) not in gone]
        return self

    def book(self) -> Book:
        """Return the rows as the reader would give them."""
        rows = {}
        for sheet in SHEETS:
            letters = {c.name: (chr(65 + i % 26), c.header) for i, c in enumerate(sheet.columns)}
            lines = {c.name: i for i, c in enumerate(sheet.columns, 2)}
            record = sheet.layout is Layout.RECORD
            if record:
                letters = {c.name: ("B", c.header) for c in sheet.columns}
            rows[sheet.key] = tuple(
                Row(
                    Origin(FICHIER, sheet.title, 0 if record else n, letters, lines if record else {}),
                    dict(r),
                )
                for n, r in enumerate(self.rows[sheet.key], 2)
            )
        return Book(FICHIER, "0" * 64, rows)

    def council(self) -> tuple[Conseil, list[Finding]]:
        """Return the council, and what its references get wrong."""
        return council(self.book())

    def conseil(self) -> Conseil:
        """Return the council, whose references all lead somewhere."""
        conseil, findings = self.council()
        assert findings == []
        return conseil


def registres() -> Registres:
    """Return the rows of the small council, to be changed at will."""
    return Registres()


def _whole(key: str, values: Ligne) -> Ligne:
    empty: Ligne = {c.name: () if c.holds in MANY else None for c in BY_KEY[key].columns}
    return empty | values


def _membre(identifier: str, qualite: li.Qualite, college: li.College, **values: Any) -> Ligne:
    defaults: Ligne = {
        "id": identifier,
        "qualite": qualite,
        "college": college,
        "rang": int(identifier[1:]),
        "formations": (li.Formation.PLENIERE,),
        "statut": li.StatutPersonne.ACTIF,
        "canal": li.Canal.COURRIER,
    }
    return defaults | values


def _small() -> dict[str, list[Ligne]]:
    return {
        "parametres": [_parametres()],
        "regles": [dict(blank()["regles"][0])],
        "politesses": _politesses(),
        "organismes": _organismes(),
        "membres": _membres(),
        "referents": [_referent("R01", "ORG-VILLE", "Kerviel"), _referent("R02", "ORG-CAF", "Salaün")],
        **_travail(),
        **_seances(),
    }


def _parametres() -> Ligne:
    return {
        "type_instance": li.TypeInstance.CLSPD,
        "sigle": "CLSPD",
        "nom_instance": "conseil local de sécurité et de prévention de la délinquance",
        "forme": li.FormeCollectivite.VILLE,
        "collectivite": "Montbrun",
        "population": 12000,
        "qpv": False,
        "departement": "la Haute-Ourcelle",
        "tribunal": "Castelnoy",
        "adresse_voie": "1, place de la Mairie",
        "code_postal": "99100",
        "ville": "Montbrun",
        "suivi_par": "Mme Maëlle Kerviel",
        "suivi_qualite": "coordonnatrice du CLSPD",
        "suivi_courriel": "m.kerviel@montbrun.example",
        "titre_signataire": "La Maire",
        "reference": "CLSPD",
    }


def _politesses() -> list[Ligne]:
    haute = "l’expression de ma haute considération"
    titres = (
        ("Maire", "Monsieur le Maire", "Madame la Maire", None, haute),
        ("Préfet", "Monsieur le Préfet", "Madame la Préfète", None, haute),
        ("Procureur", "Monsieur le Procureur", "Madame la Procureure", None, haute),
        ("Colonel", "Mon Colonel", "Colonel", "Colonel", haute),
        ("Directeur", "Monsieur le Directeur", "Madame la Directrice", None, "mes salutations distinguées"),
    )
    return [
        {
            "id": titre,
            "appel_homme": homme,
            "appel_femme": femme,
            "appel_sans_nom": "Madame, Monsieur",
            "appel_homme_par_femme": par_femme,
            "formule": formule,
        }
        for titre, homme, femme, par_femme, formule in titres
    ]


def _organismes() -> list[Ligne]:
    bodies = (
        ("ORG-VILLE", "Ville de Montbrun", None, li.TypeOrganisme.COLLECTIVITE),
        ("ORG-PREF", "Préfecture de la Haute-Ourcelle", None, li.TypeOrganisme.ETAT),
        ("ORG-PARQUET", "Parquet de Castelnoy", None, li.TypeOrganisme.JUSTICE),
        ("ORG-CAF", "Caisse d’allocations familiales", "CAF", li.TypeOrganisme.SOCIAL_SANTE),
    )
    return [
        {
            "id": identifier,
            "nom": nom,
            "sigle": sigle,
            "type": kind,
            "accord_le": dt.date(2026, 4, 20) if sigle else None,
            "adresse_voie": "14, rue de la Préfecture",
            "adresse_lieu_dit": "CS 70501",
            "code_postal": "99010",
            "ville": "Castelnoy Cedex",
        }
        for identifier, nom, sigle, kind in bodies
    ]


def _membres() -> list[Ligne]:
    etat, elus = li.College.ETAT_JUSTICE, li.College.ELUS
    everywhere = (li.Formation.PLENIERE, li.Formation.RESTREINTE)
    return [
        _membre(
            "M001",
            li.Qualite.PRESIDENT,
            elus,
            civilite=li.Civilite.MME,
            prenom="Hélène",
            nom="Sauvageot",
            fonction="Maire de Montbrun",
            politesse="Maire",
            organisme="ORG-VILLE",
            formations=everywhere,
            canal=li.Canal.REMISE,
        ),
        _membre(
            "M002",
            li.Qualite.DROIT,
            etat,
            civilite=li.Civilite.MME,
            prenom="Solène",
            nom="d’Arvillac",
            fonction="Préfète de la Haute-Ourcelle",
            politesse="Préfet",
            organisme="ORG-PREF",
            formations=everywhere,
        ),
        _membre(
            "M003",
            li.Qualite.DROIT,
            etat,
            civilite=li.Civilite.M,
            prenom="Gaël",
            nom="Nguyen",
            fonction="Procureur de la République",
            politesse="Procureur",
            organisme="ORG-PARQUET",
            groupes=("G1",),
        ),
        _membre(
            "M004",
            li.Qualite.DESIGNE_ORG,
            li.College.SOCIAL_SANTE,
            civilite=li.Civilite.M,
            prenom="Benoît",
            nom="Hébrard",
            fonction="Directeur",
            politesse="Directeur",
            organisme="ORG-CAF",
            groupes=("G1",),
            canal=li.Canal.COURRIEL,
            courriel="direction@caf.example",
            telephone="03 53 01 12 88",
        ),
        _membre(
            "M005",
            li.Qualite.DESIGNE_ETAT,
            li.College.SECURITE,
            fonction="Commandant du groupement de gendarmerie",
            politesse="Colonel",
            organisme="ORG-PREF",
            statut=li.StatutPersonne.VACANT,
            designe_le=dt.date(2026, 4, 30),
        ),
        _membre(
            "M006",
            li.Qualite.DROIT,
            etat,
            civilite=li.Civilite.MME,
            prenom="Inès",
            nom="Œuvrard",
            fonction="Vice-procureure de la République",
            politesse="Procureur",
            organisme="ORG-PARQUET",
            formations=(),
            suppleant_de="M003",
        ),
    ]


def _referent(identifier: str, organisme: str, nom: str) -> Ligne:
    return {
        "id": identifier,
        "organisme": organisme,
        "civilite": li.Civilite.MME,
        "prenom": "Maëlle",
        "nom": nom,
        "fonction": "Chargée de mission",
        "statut": li.StatutPersonne.ACTIF,
    }


def _travail() -> dict[str, list[Ligne]]:
    return {
        "groupes": [
            {
                "id": "G1",
                "intitule": "Tranquillité des halls",
                "type": li.TypeGroupe.THEMATIQUE,
                "initiative": li.Initiative.CONSEIL,
                "animateur": "M004",
                "charte_requise": True,
                "charte_version": "v2",
            }
        ],
        "chartes": [
            {"membre": "M003", "groupe": "G1", "version": "v2", "signee_le": dt.date(2026, 7, 2)},
            {"membre": "M004", "groupe": "G1", "version": "v1", "signee_le": dt.date(2023, 9, 12)},
        ],
        "axes": [{"id": "A1", "intitule": "Agir plus tôt auprès des jeunes"}],
        "actions": [_action("1.1", "Accueillir les exclus"), _action("1.2", "Réunir la cellule de veille")],
        "indicateurs": [
            {
                "id": "I01",
                "action": "1.1",
                "libelle": "Jeunes accueillis",
                "type": li.TypeIndicateur.REALISATION,
            }
        ],
    }


def _action(identifier: str, intitule: str) -> Ligne:
    return {
        "id": identifier,
        "axe": "A1",
        "objectif": "Prévenir le décrochage",
        "intitule": intitule,
        "description": "Un accueil de jour reçoit les élèves.",
        "public": "Collégiens",
        "territoire": "Toute la ville",
        "chef_de_file": "ORG-CAF",
        "referents": ("R02", "R01"),
        "partenaires": ("ORG-VILLE",),
        "debut": dt.date(2026, 9, 1),
        "echeance": dt.date(2027, 6, 30),
        "statut": li.StatutAction.EN_COURS,
    }


def _seance(identifier: str, formation: li.Formation, jour: dt.date, **values: Any) -> Ligne:
    defaults: Ligne = {
        "id": identifier,
        "formation": formation,
        "date": jour,
        "heure": dt.time(14, 30),
        "lieu": "salle du conseil",
        "motif": li.Motif.ORDINAIRE,
        "statut": li.StatutSeance.PREVUE,
    }
    return defaults | values


def _seances() -> dict[str, list[Ligne]]:
    present, represente = li.StatutPresence.PRESENT, li.StatutPresence.REPRESENTE
    publique, interne, groupe = li.Diffusion.PUBLIQUE, li.Diffusion.INTERNE, li.Diffusion.GROUPE
    return {
        "seances": [
            _seance(
                "P-2026-06",
                li.Formation.PLENIERE,
                dt.date(2026, 6, 18),
                statut=li.StatutSeance.TENUE,
                president="M001",
                prochaine="P-2027-02",
            ),
            _seance(
                "P-2027-02",
                li.Formation.PLENIERE,
                dt.date(2027, 2, 4),
                autres_dates=(dt.date(2027, 2, 2), dt.date(2027, 2, 11)),
                reponse_avant=dt.date(2027, 1, 5),
            ),
            _seance("R-2027-03", li.Formation.RESTREINTE, dt.date(2027, 3, 11)),
            _seance("G1-2027-03", li.Formation.GROUPE, dt.date(2027, 3, 18), groupe="G1"),
        ],
        "points": [
            _point("P-2026-06", 1, "Bilan", publique, piece="bilan.pdf"),
            _point("P-2026-06", 2, "Chiffres de la délinquance", interne),
            _point("P-2027-02", 1, "Vote du règlement intérieur", publique),
            _point("R-2027-03", 1, "Lettres de mission", interne),
            _point("G1-2027-03", 1, "Halls à reprendre", groupe),
        ],
        "presences": [
            {"seance": "P-2026-06", "membre": "M001", "statut": present},
            {"seance": "P-2026-06", "membre": "M002", "statut": present},
            {
                "seance": "P-2026-06",
                "membre": "M003",
                "statut": represente,
                "representant": "Mme Inès Œuvrard",
                "representant_qualite": "vice-procureure",
                "designation_le": dt.date(2026, 4, 24),
            },
            {"seance": "P-2026-06", "membre": "M004", "statut": li.StatutPresence.EXCUSE},
        ],
        "decisions": [
            _decision("D-2026-01", 1, "Publier le bilan.", publique),
            _decision("D-2026-02", 2, "Transmettre les chiffres chaque trimestre.", interne),
        ],
    }


def _point(seance: str, rang: int, titre: str, diffusion: li.Diffusion, **values: Any) -> Ligne:
    defaults: Ligne = {
        "seance": seance,
        "rang": rang,
        "titre": titre,
        "nature": li.NaturePoint.ECHANGE,
        "diffusion": diffusion,
    }
    return defaults | values


def _decision(identifier: str, point: int, texte: str, diffusion: li.Diffusion) -> Ligne:
    return {
        "id": identifier,
        "seance": "P-2026-06",
        "point": point,
        "texte": texte,
        "nature": li.NatureDecision.ACTION,
        "pilote": "ORG-VILLE",
        "statut": li.StatutDecision.A_FAIRE,
        "diffusion": diffusion,
    }

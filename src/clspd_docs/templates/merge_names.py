"""Which field of ours a field of an address list means: « Prénom », « Code_postal », « Adresse_1 »."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from clspd_docs.domain.french import sans_accents

_LETTER: Final = "destinataire"
_NEAR: Final = 0.84
_NOTHING: Final = ""

# What lists call a thing, squeezed (« codepostal ») → our path; a « ? » after it asks a person to check.
_SYNONYMS: Final[Mapping[str, str]] = {
    "destinataire.nom": "nom nomdefamille nomfamille lastname surname name nomdestinataire nomusage",
    "destinataire.prenom": "prenom prenoms firstname givenname prenomdestinataire",
    "destinataire.civilite": "civilite civ mmem genre sexe",
    "destinataire.civilite?": "titre title",
    "destinataire.civilite_longue": "civilitelongue monsieurmadame",
    "destinataire.nom_complet": "nomcomplet nomprenom prenomnom fullname identite",
    "destinataire.nom_complet?": "destinataire contact beneficiaire",
    "destinataire.fonction": "fonction qualite poste emploi jobtitle profession qualitedestinataire",
    "destinataire.nom_organisme": "organisme societe entreprise structure etablissement institution company"
    " raisonsociale nomorganisme nomsociete organisation nomdelasociete association",
    "destinataire.nom_organisme?": "service administration",
    "destinataire.adresse_de.adresse_voie": "adresse adresse1 adresseligne1 lignedadresse1 ligneadresse1 rue"
    " voie address address1 adr adr1 adressepostale adressevoie numeroetvoie",
    "destinataire.adresse_de.adresse_complement": "adresse2 adresseligne2 lignedadresse2 ligneadresse2 complement"
    " complementadresse complementdadresse address2 adr2 batiment",
    "destinataire.adresse_de.adresse_lieu_dit": "adresse3 adresseligne3 lignedadresse3 lieudit bp boitepostale cs"
    " cedex bpcs adr3",
    "destinataire.adresse_de.code_postal": "cp codepostal codep postalcode zip zipcode code",
    "destinataire.adresse_de.ville": "ville commune localite city bureaudistributeur villedestinataire",
    "destinataire.courriel": "courriel email mail emel adressemail adressedemessagerie messagerie adresseemail"
    " adressecourriel adresseelectronique",
    "destinataire.telephone": "telephone tel telephoneprofessionnel telephonepersonnel portable mobile phone"
    " telbureau numerodetelephone",
    "courrier.appel": "appel politesse formuledappel formuleappel appellation salutation",
    "courrier.formule": "formule formuledepolitesse formulepolitesse formulefinale",
    "courrier.reference": "reference ref nosref nosreferences reference1 refcourrier",
    "courrier.date": "datecourrier datelettre dateenvoi datedenvoi dateducourrier dateconvocation",
    "courrier.retour_avant": "datelimite retouravant datedereponse datelimitereponse reponseavant dateretour",
    "seance.date?": "date jour",
    "seance.date": "dateseance datedelaseance datereunion datedereunion dateclspd datedelareunion datepleniere",
    "seance.heure": "heure heureseance heurereunion horaire heuredelaseance heuredereunion heuredebut",
    "seance.fin_prevue": "heurefin fin finprevue heuredefin",
    "seance.lieu": "lieu salle lieuseance lieureunion lieudelaseance lieudereunion",
    "seance.lieu_adresse": "adresselieu adressedulieu adressesalle adressereunion",
    "seance.numero": "numeroseance nseance numerodelaseance",
    "seance.formation": "formation typeseance typedeseance",
    "seance.groupe.intitule": "groupe groupedetravail nomgroupe",
    "document.titre?": "objet sujet subject",
    "signataire.nom_complet": "signataire president maire nomdumaire nommaire presidente nomsignataire",
    "parametres.titre_signataire": "qualitesignataire titresignataire fonctionsignataire",
    "parametres.suivi_par": "affairesuiviepar suivipar dossiersuivipar",
    "parametres.collectivite": "collectivite mairie nomcommune nomdelacommune",
    "aujourdhui?": "datedujour today dateactuelle",
}
# Often empty in a register: a merge leaves a blank there, and so must we.
_MAY_BE_EMPTY: Final = frozenset(
    {
        *("adresse_complement", "adresse_lieu_dit", "adresse_voie", "courriel", "telephone", "prenom"),
        *("fonction", "civilite", "nom", "suivi_par", "lieu_adresse", "fin_prevue"),
    }
)
_DOUBT: Final = "le sens de ce nom est supposé"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name of a list means.

    ``doubt`` says in French why a person should check, empty when it is sure; ``python`` is the class of the
    value when it is known.
    """

    path: str
    python: type | None
    doubt: str = ""

    @property
    def may_be_empty(self) -> bool:
        """True when a blank is usual."""
        return self.path.rpartition(".")[2] in _MAY_BE_EMPTY


def squeezed(name: str) -> str:
    """Return « codepostal » for « Code_postal » or « CODE POSTAL »."""
    return re.sub(r"[^a-z0-9]", "", sans_accents(name).lower())


class Lexicon:
    """The fields that a template may name, found by what a list calls them."""

    def __init__(self, paths: Mapping[str, type | None], headers: Mapping[str, str]) -> None:
        """Keep the names.

        Args:
            paths: Every simple field by its path (« destinataire.nom »), with the class of its value.
            headers: Path by header of the workbook (« Désigné le » → « destinataire.designe_le »).
        """
        self._paths = paths
        self._known: dict[str, str] = {}
        for path in sorted(paths, key=lambda path: (path.count("."), len(path))):
            self._known.setdefault(squeezed(path), path)
        for header, path in headers.items():
            self._known.setdefault(squeezed(header), path)
        for path, names in _SYNONYMS.items():
            self._known.update({name: path for name in names.split() if path.rstrip("?") in paths})

    def find(self, name: str) -> Meaning | None:
        """Return what ``name`` means, or None when nothing is near enough."""
        key = re.sub(r"^m(?=\d)", "", squeezed(name))
        found, doubt = self._known.get(key), _NOTHING
        if found is None:
            near = difflib.get_close_matches(key, self._known, 1, _NEAR) if len(key) > 3 else []  # noqa: PLR2004 - shorter names look like too many
            if not near:
                return None
            found, doubt = self._known[near[0]], "le nom n’est que ressemblant"
        if found.endswith("?"):
            found, doubt = found.removesuffix("?"), doubt or _DOUBT
        return Meaning(found, self._paths[found], doubt)

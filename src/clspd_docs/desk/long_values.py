"""The longest plausible council: what a template must bear without text lost or pages broken."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from itertools import cycle, islice
from typing import Any, Final

from clspd_docs.domain.conseil import Conseil, Parametres
from clspd_docs.domain.personnes import Adressable, Membre, Organisme, Personne, Politesse
from clspd_docs.domain.plan import Action, Axe, Indicateur
from clspd_docs.domain.seances import Decision, Groupe, Point, Presence, Seance
from clspd_docs.origin import Origin

_TOWN: Final = "Saint-Rémy-en-Bouzemont-Saint-Genest"
_PERSON: Final = "Mme Marie-Bernadette Delacroix-Fontanges de Saint-Hilaire"
_OFFICE: Final = "Directrice académique adjointe des services de l’éducation nationale, chargée des établissements du premier degré"
_BODY: Final = (
    "Direction départementale de l’emploi, du travail, des solidarités et de la protection des populations"
)
# An address of eight printed lines, of which three at the 38 characters that the post allows, even where the
# example has none: the post allows six, and a window holds eight.
_FILLED: Final[Mapping[type[Any], Mapping[str, str]]] = {
    Adressable: {
        "adresse_complement": "Cité administrative, bât. C, 3e étage",
        "adresse_voie": "124 bis, avenue du Maréchal-Lefebvre",
        "adresse_lieu_dit": "BP 12345 – zone du Moulin-Saint-Pierre",
        "ville": _TOWN,
    },
    Personne: {
        "prenom": "Marie-Bernadette",
        "nom": "Delacroix-Fontanges",
        "fonction": "Inspectrice d’académie, directrice adjointe",
    },
    Organisme: {"nom": _BODY, "responsable": f"La {_OFFICE[:1].lower()}{_OFFICE[1:]}"},
    Membre: {"copie_a": f"{_PERSON}, sous-préfète, directrice de cabinet de la préfète"},
    Parametres: {
        "collectivite": _TOWN,
        "service": "Direction de la tranquillité publique, de la prévention et de la médiation sociale",
        "suivi_par": _PERSON,
        "suivi_qualite": "coordonnatrice du conseil local de sécurité et de prévention de la délinquance",
    },
    Politesse: {
        "formule": "l’expression de ma très haute considération et de mes sentiments les plus dévoués"
    },
    Seance: {
        "lieu": "grande salle des délibérations du conseil municipal, hôtel de ville, deuxième étage",
        "lieu_adresse": f"124 bis, avenue du Maréchal-Lefebvre, 99340 {_TOWN}",
        "secretaire": _PERSON,
    },
    Presence: {"representant": _PERSON, "representant_qualite": _OFFICE},
    Point: {
        "titre": "Présentation, débat et avis sur le bilan de l’année écoulée des actions de prévention de la"
        " délinquance des jeunes, et sur les orientations proposées pour les trois années à venir",
        "rapporteur": f"{_PERSON}, {_OFFICE[:1].lower()}{_OFFICE[1:]}",
    },
}
_TWICE: Final[Mapping[type[Any], tuple[str, ...]]] = {
    Point: ("synthese", "resultat"),
    Decision: ("texte",),
    Groupe: ("intitule", "frequence"),
    Axe: ("intitule", "constat", "ambition"),
    Action: ("objectif", "intitule", "constat", "description", "public", "territoire", "dernier_point"),
    Indicateur: ("libelle", "source"),
}
_LISTS: Final[Mapping[type[Any], Mapping[str, int]]] = {
    Seance: {"points": 40, "decisions": 40},
    Point: {"decisions": 3},
    Action: {"partenaires": 12, "referents": 4, "indicateurs": 8},
}


def lengthened(conseil: Conseil) -> Conseil:
    """Return a copy of the council with long names, three-line addresses, 40 agenda points, long texts."""
    copied = _Lengthener().copy(conseil)
    assert isinstance(copied, Conseil), "a copy is of the kind of its original"
    return copied


class _Lengthener:
    """Copies objects once each, so that what was the same object stays the same."""

    def __init__(self) -> None:
        self._copies: dict[Any, Any] = {}

    def copy(self, value: Any) -> Any:
        """Return the copy of an object, of a tuple of objects; any other value as it is."""
        if isinstance(value, tuple):
            return tuple(self.copy(item) for item in value)
        if not dataclasses.is_dataclass(value) or isinstance(value, (type, Origin)):
            return value
        if value not in self._copies:
            cls = type(value)
            fields = {
                field.name: self.copy(getattr(value, field.name)) for field in dataclasses.fields(value)
            }
            self._copies[value] = dataclasses.replace(value, **_long(cls, fields))
        return self._copies[value]


def _long(cls: type[Any], fields: dict[str, Any]) -> dict[str, Any]:
    for parent in reversed(cls.__mro__):
        texts = _FILLED.get(parent, {})
        # A seat without a name stays so: a letter to a function is another case, not a short one.
        fields |= {n: text for n, text in texts.items() if not (parent is Personne and fields[n] is None)}
    for name in _TWICE.get(cls, ()):
        if fields[name]:
            fields[name] = f"{fields[name]} {fields[name]}"
    for name, number in _LISTS.get(cls, {}).items():
        fields[name] = tuple(
            dataclasses.replace(item, rang=rank) if isinstance(item, Point) else item
            for rank, item in enumerate(islice(cycle(fields[name]), number), 1)
        )
    return fields

"""What each document can give to its template: names and the shape of their fields, read from the types.

The names are those of ``documents.plan.context``; a test compares the two on every document of the example.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from clspd_docs.documents.catalogue import Catalogue, Pour
from clspd_docs.documents.contexts import (
    Charte,
    Courrier,
    Dossier,
    Emargement,
    FicheAction,
    Plan,
    ProcesVerbal,
)
from clspd_docs.domain.conseil import Conseil, Parametres, Regles
from clspd_docs.domain.personnes import Membre, Referent
from clspd_docs.domain.plan import Action
from clspd_docs.domain.seances import Groupe, Seance
from clspd_docs.rules.legal import Loi, legal
from clspd_docs.templates.lint_fields import ANY, TEXT, Names, Shape, Sort

DOSSIER: Final = "dossier"
_EVERYWHERE: Final[Mapping[str, type]] = {
    "conseil": Conseil,
    "parametres": Parametres,
    "regles": Regles,
    "seance": Seance,
    "signataire": Membre,
    "aujourdhui": dt.date,
    "loi": Loi,
}
_OF_DOCUMENTS: Final[Mapping[str, type]] = {"emargement": Emargement, "pv": ProcesVerbal, "plan": Plan}
_LETTER: Final[Mapping[str, type]] = {"destinataire": Membre, "courrier": Courrier}
OWN: Final[Mapping[str, Mapping[str, type]]] = {
    Pour.SEANCE: {},
    Pour.DESTINATAIRE: _LETTER,
    Pour.PREFET: _LETTER,
    Pour.PROCUREUR: _LETTER,
    Pour.GROUPE: {"groupe": Groupe, "charte": Charte},
    Pour.ACTION: {"action": Action, "fiche": FicheAction},
    Pour.REFERENT: {"referent": Referent},
    DOSSIER: {"dossier": Dossier},
}


def names_of(pour: str) -> Names:
    """Return the names of a document made for ``pour``, or of the front pages of a packet (« dossier »)."""
    types = {**_EVERYWHERE, **({} if pour == DOSSIER else _OF_DOCUMENTS), **OWN[pour]}
    titles = Shape(Sort.RECORD, lambda: {"code": TEXT, "titre": TEXT})
    elsewhere = {
        name: f"il existe pour « {' », « '.join(p for p, own in OWN.items() if name in own)} »"
        for own in OWN.values()
        for name in own
        if name not in types
    }
    if pour == DOSSIER:
        elsewhere |= dict.fromkeys(_OF_DOCUMENTS, "il existe dans les documents, pas dans les dossiers")
    roots = {name: shape_of(kind) for name, kind in types.items()}
    return Names(str(pour), {**roots, "document": titles}, elsewhere)


@cache
def any_names() -> Names:
    """Return the names of every document at once, for a template that the catalogue does not name."""
    return Names("", {name: shape for pour in OWN for name, shape in names_of(pour).roots.items()})


def uses_of(catalogue: Catalogue, template: str) -> list[tuple[str, str]]:
    """Return (title, pour) of what the catalogue makes with a template; « dossier » for front pages."""
    found = [(d.titre, str(d.pour)) for d in catalogue.documents.values() if d.modele == template]
    found += [
        (d.titre, DOSSIER) for d in catalogue.dossiers.values() if template in {d.couverture, d.sommaire}
    ]
    return found


@cache
def shape_of(annotation: Any) -> Shape:
    """Return the shape of what an annotation describes; « inconnu » when it may be many things."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in {Union, UnionType}:
        kinds = [kind for kind in arguments if kind is not type(None)]
        shape = shape_of(kinds[0]) if len(kinds) == 1 else ANY
    elif origin is tuple:
        shape = Shape(Sort.LIST, item=shape_of(arguments[0]))
    elif annotation is Loi:
        shape = Shape(Sort.RECORD, lambda: dict.fromkeys(legal().articles, TEXT))
    elif not isinstance(annotation, type):
        shape = ANY
    elif dataclasses.is_dataclass(annotation):
        shape = Shape(Sort.RECORD, lambda: fields_of(annotation))
    elif issubclass(annotation, (str, int, float, Decimal, dt.date, dt.time, Enum)):
        shape = Shape(Sort.TEXT, python=annotation)
    else:
        shape = ANY
    return shape


@cache
def fields_of(cls: type) -> Mapping[str, Shape]:
    """Return the fields of a record, computed ones included: those that a view shows (``documents.view``)."""
    hints = get_type_hints(cls)
    found = {f.name: hints[f.name] for f in dataclasses.fields(cls) if f.name != "origine"}
    for name in dir(cls):
        member = getattr(cls, name, None)
        if not name.startswith("_") and isinstance(member, property) and member.fget is not None:
            found[name] = get_type_hints(member.fget).get("return", Any)
    return {name: shape_of(annotation) for name, annotation in found.items()}

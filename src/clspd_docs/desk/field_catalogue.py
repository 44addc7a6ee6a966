"""The catalogue of fields: for each kind of document, the tags that it may hold, with all that helps to choose."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from clspd_docs.desk.example import instances
from clspd_docs.desk.field_labels import LABELS, TITLES, classes_by_shape
from clspd_docs.desk.template_names import fields_of, shape_of
from clspd_docs.documents import contexts as c
from clspd_docs.domain.conseil import Conseil, Parametres, Regles
from clspd_docs.domain.french import liste, pluriel
from clspd_docs.domain.personnes import (
    Adressable,
    CharteSignee,
    Membre,
    Organisme,
    Politesse,
    Referent,
)
from clspd_docs.domain.plan import Action, Axe, Indicateur
from clspd_docs.domain.registre import Ligne
from clspd_docs.domain.seances import Decision, Groupe, Point, Presence, Seance
from clspd_docs.registers.sheets import BY_KEY
from clspd_docs.rules.legal import legal
from clspd_docs.templates.filters import BlankError, NotTextError, french_text
from clspd_docs.templates.lint_fields import Shape, Sort

_EXAMPLE_SHOWN: Final = 70
_CHOICES_SHOWN: Final = 6
_USES_SHOWN: Final = 2
_SHEET_OF: Final[Mapping[type[Ligne], str]] = {
    Parametres: "parametres",
    Regles: "regles",
    Politesse: "politesses",
    Organisme: "organismes",
    Membre: "membres",
    Referent: "referents",
    Groupe: "groupes",
    CharteSignee: "chartes",
    Axe: "axes",
    Action: "actions",
    Indicateur: "indicateurs",
    Seance: "seances",
    Point: "points",
    Presence: "presences",
    Decision: "decisions",
}


@dataclass(frozen=True, slots=True)
class Root:
    """A section to be: the object ``path`` of class ``cls``; ``loop`` is the list that it is one turn of."""

    path: str
    cls: type[Any]
    loop: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """The documents that have some names, as the catalogue's line « pour » tells them."""

    title: str
    roots: tuple[Root, ...]


FAMILIES: Final = (
    Family(
        "Dans tous les documents",
        (
            Root("seance", Seance),
            Root("signataire", Membre),
            Root("parametres", Parametres),
            Root("regles", Regles),
            Root("conseil", Conseil),
        ),
    ),
    Family(
        "Dans une lettre (pour : destinataire, prefet, procureur)",
        (Root("destinataire", Membre), Root("courrier", c.Courrier)),
    ),
    Family(
        "Dans tous les documents, sauf la couverture et le sommaire d’un dossier",
        (Root("emargement", c.Emargement), Root("pv", c.ProcesVerbal), Root("plan", c.Plan)),
    ),
    Family("Pour un groupe (pour : groupe)", (Root("groupe", Groupe), Root("charte", c.Charte))),
    Family("Pour une action (pour : action)", (Root("action", Action), Root("fiche", c.FicheAction))),
    Family("Pour un référent (pour : referent)", (Root("referent", Referent),)),
    Family("Dans la couverture et le sommaire d’un dossier", (Root("dossier", c.Dossier),)),
    Family(
        "Dans une boucle, ou au bout d’un autre champ",
        (
            Root("point", Point, "seance.points"),
            Root("presence", Presence, "seance.presences"),
            Root("decision", Decision, "pv.decisions"),
            Root("rendu", c.PointRendu, "pv.points"),
            Root("college", c.CollegeEmargement, "emargement.colleges"),
            Root("ligne", c.LigneEmargement, "college.lignes"),
            Root("destinataire.organisme", Organisme),
            Root("destinataire.adresse_de", Adressable),
            Root("destinataire.politesse", Politesse),
            Root("axe", c.AxePlan, "plan.axes"),
            Root("objectif", c.ObjectifPlan, "axe.objectifs"),
            Root("axe.axe", Axe),
            Root("indicateur", Indicateur, "action.indicateurs"),
            Root("signature", c.Signature, "charte.signatures"),
            Root("signee", CharteSignee, "conseil.chartes"),
            Root("piece", c.PieceDossier, "dossier.pieces"),
        ),
    ),
)
_TURNS: Final = {
    **{root.cls: root.path for family in FAMILIES for root in family.roots if root.loop},
    Membre: "membre",
    Referent: "referent",
    Organisme: "organisme",
    Groupe: "groupe",
    Politesse: "politesse",
    Action: "action",
    Axe: "axe",
    Seance: "une_seance",
    c.FicheAction: "fiche",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One field: its tag ready to paste, and what helps to choose it."""

    path: str
    tag: str
    label: str
    kind: str
    example: str
    filters: tuple[str, ...]
    uses: str


@dataclass(frozen=True, slots=True)
class Section:
    """The fields of one object. ``how`` says where it comes from, and the loop to write around its tags."""

    title: str
    how: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """The sections of a family of documents."""

    title: str
    sections: tuple[Section, ...]


def chapters(uses: Mapping[str, Counter[str]]) -> list[Chapter]:
    """Return the catalogue; ``uses`` counts, for each template, the tags that read « Membre.nom »."""
    found = [
        Chapter(family.title, tuple(_section(root, uses) for root in family.roots)) for family in FAMILIES
    ]
    first = found[0]
    return [Chapter(first.title, (_plain(uses), *first.sections, _law(uses))), *found[1:]]


def label_of(cls: type[Any], name: str) -> str:
    """Return what a field is, in French: its label, or the header of its column.

    Raises:
        KeyError: Nobody has said what it is.
    """
    for parent in cls.__mro__:
        if name in LABELS.get(parent, {}):
            return LABELS[parent][name]
    if cls is Adressable:
        return label_of(Organisme, name)
    if cls is Conseil:
        return f"toutes les lignes de la feuille « {BY_KEY[name].title} »"
    column = BY_KEY[_SHEET_OF[cls]].column(name)
    told = column.help.rstrip(".")
    return f"« {column.header} » : {told[:1].lower() if told[1:2].islower() else told[:1]}{told[1:]}"


# --- Sections ----------------------------------------------------------------------------------------


def _section(root: Root, uses: Mapping[str, Counter[str]]) -> Section:
    cls: Any = root.cls
    names = fields_of(cls)
    columns = BY_KEY[_SHEET_OF[root.cls]].names if root.cls in _SHEET_OF else ()
    ordered = dict.fromkeys((*columns, *names))
    entries = tuple(_entry(root, name, names[name], uses) for name in ordered)
    if root.loop:
        how = f"À l’intérieur d’une boucle, qui s’ouvre par {{%p for {root.path} in {root.loop} %}} et se ferme par {{%p endfor %}}."
    elif "." in root.path:
        how = "Ces champs suivent tout champ qui mène là : il suffit de changer ce qui précède le dernier point."
    else:
        how = f"Le nom à écrire devant le point est « {root.path} »."
    return Section(f"{TITLES[root.cls]} – {root.path}", how, entries)


def _entry(root: Root, name: str, shape: Shape, uses: Mapping[str, Counter[str]]) -> Entry:
    path = f"{root.path}.{name}"
    return Entry(
        path=path,
        tag=_tag(path, shape),
        label=label_of(root.cls, name),
        kind=_kind(shape),
        example=_example(_examples_for(root), name, shape),
        filters=_filters(shape),
        uses=_uses(f"{root.cls.__name__}.{name}" if root.loop or "." in root.path else path, uses),
    )


def _plain(uses: Mapping[str, Counter[str]]) -> Section:
    """Return the names that are no object."""
    day = shape_of(dt.date)
    texts = shape_of(str)
    return Section(
        "Le jour et le document",
        "Ces noms s’écrivent tels quels.",
        (
            Entry(
                "aujourdhui",
                "{{ aujourdhui }}",
                "la date du jour",
                _kind(day),
                "8 janvier 2027",
                _filters(day),
                _uses("aujourdhui", uses),
            ),
            Entry(
                "document.titre",
                "{{ document.titre }}",
                "le titre du document dans le catalogue",
                _kind(texts),
                "Convocation à la séance plénière",
                _filters(texts),
                _uses("document.titre", uses),
            ),
            Entry(
                "document.code",
                "{{ document.code }}",
                "le code du document dans le catalogue",
                _kind(texts),
                "convocation-pleniere",
                _filters(texts),
                _uses("document.code", uses),
            ),
        ),
    )


def _law(uses: Mapping[str, Counter[str]]) -> Section:
    entries = (
        Entry(
            f"loi.{key}",
            f"{{{{ loi.{key} }}}}",
            article.objet,
            "texte",
            article.cite,
            (),
            _uses(f"loi.{key}", uses),
        )
        for key, article in legal().articles.items()
    )
    return Section("Les textes cités – loi", "Le nom à écrire devant le point est « loi ».", tuple(entries))


def _tag(path: str, shape: Shape) -> str:
    """Return a tag that works when it is pasted: a choice for yes or no, a loop for a list."""
    if shape.sort is Sort.LIST:
        item = shape.item or shape
        if item.sort is Sort.RECORD:
            return f"{{%p for {_TURNS[_class_of(item)]} in {path} %}}"
        return f"{{{{ {path}|liste }}}}"
    if shape.sort is Sort.RECORD:
        return f"{{{{ {path}.{_name_field(shape)} }}}}"
    if shape.python is bool:
        return f"{{% if {path} %}}…{{% endif %}}"
    return f"{{{{ {path} }}}}"


def _name_field(shape: Shape) -> str:
    """Return the field that names a record best."""
    names = shape.fields()
    return next(
        (
            n
            for n in ("nom_complet", "intitule", "nom", "titre", "id", "sigle", "ville", "quorum")
            if n in names
        ),
        next(name for name, one in names.items() if one.sort is Sort.TEXT),
    )


def _class_of(shape: Shape) -> type[Any]:
    return classes_by_shape()[shape]


def _kind(shape: Shape) -> str:
    """Return the type in French; the values of a short list of choices."""
    if shape.sort is Sort.LIST:
        item = shape.item or shape
        return (
            f"liste : {TITLES[_class_of(item)].lower()} par ligne"
            if item.sort is Sort.RECORD
            else "liste de valeurs"
        )
    if shape.sort is Sort.RECORD:
        return f"fiche : {TITLES[_class_of(shape)].lower()}"
    python = shape.python or str
    if issubclass(python, Enum):
        values = [f"« {one.value} »" for one in python]
        more = "…" if len(values) > _CHOICES_SHOWN else ""
        return f"choix : {', '.join(values[:_CHOICES_SHOWN])}{more}"
    names = (
        (bool, "oui ou non"),
        ((int, float, Decimal), "nombre"),
        (dt.date, "date"),
        (dt.time, "heure"),
    )
    return next((name for kind, name in names if issubclass(python, kind)), "texte")


def _filters(shape: Shape) -> tuple[str, ...]:
    """Return the filters that suit a field."""
    if shape.sort is Sort.LIST:
        record = (shape.item or shape).sort is Sort.RECORD
        return ("map", "selectattr", "sort", "length") if record else ("liste", "join", "length")
    if shape.sort is Sort.RECORD:
        return ()
    python = shape.python or str
    suited: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (bool, ()),
        (Enum, ("majuscule", "upper", "ou")),
        ((int, float, Decimal), ("nombre", "pluriel", "en_lettres", "ou")),
        (dt.date, ("date_longue", "date_en_lettres", "periode", "ou")),
        (dt.time, ("heure_en_lettres", "ou")),
    )
    found = next((names for kind, names in suited if issubclass(python, kind)), None)
    return ("majuscule", "upper", "de", "a", "ou", "ou_vide") if found is None else found


def _example(examples: Iterable[Any], name: str, shape: Shape) -> str:
    """Return the first value that one of the examples prints for the field; a dash when none has one."""
    for one in examples:
        value = getattr(one, name)
        if shape.sort is Sort.LIST and value:
            texts = [t for t in map(_printed, value) if t]
            return _cut(liste(texts)) if texts else pluriel(len(value), "ligne")
        if shape.sort is Sort.RECORD and value is not None:
            value = getattr(value, _name_field(shape))
        text = _printed(value)
        if text:
            return _cut(text)
    return "–"


def _examples_for(root: Root) -> Iterable[Any]:
    """Return the objects of the example council that may stand at this place."""
    found = instances()
    if root.path == "signataire":
        return (found[Conseil][0].president, *found[Membre])
    return found.get(root.cls) or [
        o for kind, objects in found.items() if issubclass(kind, root.cls) for o in objects
    ]


def _printed(value: object) -> str:
    try:
        return french_text(value).strip()
    except (BlankError, NotTextError):
        return ""


def _cut(text: str) -> str:
    words = " ".join(text.split(" "))
    return words if len(words) <= _EXAMPLE_SHOWN else f"{words[: _EXAMPLE_SHOWN - 1].rstrip()}…"


def _uses(key: str, uses: Mapping[str, Counter[str]]) -> str:
    """Return « convocation-pleniere (2), coupon-reponse (1) et 3 autres »."""
    found = sorted(
        ((count[key], name) for name, count in uses.items() if count[key]), key=lambda u: (-u[0], u[1])
    )
    shown = [f"{name.removesuffix('.docx')} ({number})" for number, name in found[:_USES_SHOWN]]
    more = len(found) - len(shown)
    return ", ".join(shown) + (f" et {pluriel(more, 'autre')}" if more else "")


def listed(chapters: Iterable[Chapter]) -> Iterator[Entry]:
    """Yield every entry of the catalogue."""
    for chapter in chapters:
        for section in chapter.sections:
            yield from section.entries

"""Fields compared with what a document can give: unknown names, lists printed whole, loops on a simple value.

The shapes of the fields come from the caller: this room does not know the registers.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, nodes

from clspd_docs.domain.french import liste
from clspd_docs.findings import Kind, Severity
from clspd_docs.templates.explain import UNKNOWN, WHOLE_OBJECT, suggestion
from clspd_docs.templates.lint_fixes import hyphened, source_of
from clspd_docs.templates.lint_scan import Fault, PartScan, TypedTag
from clspd_docs.templates.tags import OPENING

NOT_A_LIST: Final = Kind(
    "MOD180",
    Severity.ERROR,
    "Boucle sur ce qui n’est pas une liste",
    "La boucle {balise} répète « {champ} », qui n’est pas une liste.{suggestion}",
    "Répéter une liste (« seance.points », « plan.axes »…), ou écrire le champ tout seul.",
    bad="{%p for p in seance.titre %}",
    good="{%p for p in seance.points %}",
)
WRONG_FILTER: Final = Kind(
    "MOD181",
    Severity.ERROR,
    "Filtre qui ne convient pas au champ",
    "Le filtre « {filtre} » de la balise {balise} attend {attendu}, et « {champ} » n’en est pas.",
    "Ôter le filtre, ou choisir le champ qui convient.",
    bad="{{ destinataire.nom|date_longue }}",
    good="{{ seance.date|date_longue }}",
)
LOOP_OVER: Final = Kind(
    "MOD182",
    Severity.ERROR,
    "Nom d’une boucle employé hors d’elle",
    "La balise {balise} emploie « {champ} », qui n’existe que dans la boucle, avant « endfor ».",
    "Mettre la balise dans la boucle, ou désigner le champ par son nom entier.",
)


ABSENT: Final = Kind(
    "MOD183",
    Severity.ERROR,
    "Champ d’un autre document",
    "La balise {balise} emploie « {champ} », qui n’existe pas dans un document fait pour « {pour} » : {ailleurs}.",
    "Ôter la balise, ou changer la ligne « pour » du document dans le catalogue.",
    bad="{{ destinataire.nom }} dans un document « pour = seance »",
    good="{{ seance.date }}",
)


class Sort(StrEnum):
    """What a field is, for a template."""

    TEXT = "une valeur simple"
    LIST = "une liste"
    RECORD = "une fiche"
    ANY = "inconnu"


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What a field holds.

    Args:
        sort: Which of the four.
        fields: Gives the fields of a record by name, when asked.
        item: What a list holds.
        python: Class of a simple value, when it is known.
    """

    sort: Sort
    fields: Callable[[], Mapping[str, Shape]] = dict
    item: Shape | None = None
    python: type | None = None


ANY: Final = Shape(Sort.ANY)
TEXT: Final = Shape(Sort.TEXT)
_PAIR: Final = ("grouper", "list")
_ITEM_FILTERS: Final = frozenset({"first", "last", "min", "max"})
_SAME_FILTERS: Final = frozenset(
    {"select", "reject", "selectattr", "rejectattr", "sort", "unique", "list", "ou", "ou_vide", "default"}
)
_DAY: Final = (dt.date, dt.datetime)
_EXPECTED: Final[dict[str, tuple[tuple[type, ...], str]]] = {
    "jour": (_DAY, "une date"),
    "date_longue": (_DAY, "une date"),
    "date_en_lettres": (_DAY, "une date"),
    "heure": ((dt.time, dt.datetime), "une heure"),
    "heure_en_lettres": ((dt.time, dt.datetime), "une heure"),
}
_SIMPLE: Final = (nodes.Const, nodes.Concat, nodes.Compare, nodes.Not, nodes.Test)
_PARSER: Final = Environment(autoescape=False)  # noqa: S701 - it reads tags, and renders nothing


NEVER: Final = Kind(
    "MOD188",
    Severity.ERROR,
    "Comparaison qui n’est jamais vraie",
    "« {valeur} » n’est pas une valeur de la liste à laquelle la balise {balise} la compare.{suggestion}",
    "Corriger le texte entre guillemets : majuscules, accents et apostrophes comptent.",
    bad='{%p if destinataire.qualite == "Membre de droit" %}',
    good='{%p if destinataire.qualite == "membre de droit" %}',
)


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """The names that a document has. ``elsewhere`` says of those that it lacks which documents have them."""

    pour: str
    roots: Mapping[str, Shape]
    elsewhere: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Scope:
    """The names bound where the walk stands; ``block`` is the word that opened it."""

    block: str
    names: dict[str, Shape] = field(default_factory=dict)


class FieldCheck:
    """Walks the tags of a part in order, and notes what its fields cannot be."""

    def __init__(self, part: PartScan, names: Names) -> None:
        self._part, self._names, self._roots = part, names, names.roots
        self._scopes = [_Scope("")]
        self._ended: set[str] = set()
        self._faults: list[Fault] = []
        self._tag: TypedTag

    def run(self) -> list[Fault]:
        """Return FUS101, FUS104 and MOD180 to MOD183, in the order of the tags."""
        for tag in self._part.meant:
            if not tag.is_comment:
                self._tag = tag
                self._statement(tag)
        return self._faults

    def _statement(self, tag: TypedTag) -> None:
        word = tag.word
        if word.startswith("end"):
            if len(self._scopes) > 1 and word == f"end{self._scopes[-1].block}":
                self._ended |= self._scopes.pop().names.keys()
            return
        if word in OPENING:
            self._scopes.append(_Scope(word))
        with suppress(RecursionError):  # told as a fault of writing: the sandbox goes as deep
            for node in _parsed(tag):
                self._node(node)

    def _node(self, node: nodes.Node) -> None:
        match node:
            case nodes.Output():
                for child in node.nodes:
                    if not isinstance(child, nodes.TemplateData):
                        self._printed(child)
            case nodes.For():
                self._loop(node)
            case nodes.If():
                self._shape(node.test)
            case nodes.Assign():
                self._bind(self._scope_of_set().names, node.target, self._shape(node.node))
            case nodes.With():
                for target, value in zip(node.targets, node.values, strict=True):
                    self._bind(self._scopes[-1].names, target, self._shape(value))

    def _scope_of_set(self) -> _Scope:
        """Return where ``set`` binds: an « if » has no names of its own."""
        return next(scope for scope in reversed(self._scopes) if scope.block != "if")

    def _printed(self, node: nodes.Expr) -> None:
        if isinstance(node, nodes.Tuple):
            return  # a comma for a point: told as a fault of writing
        shape = self._shape(node)
        if shape.sort in {Sort.LIST, Sort.RECORD}:
            self._say(WHOLE_OBJECT)

    def _loop(self, node: nodes.For) -> None:
        scope = self._scopes.pop()
        shape = self._shape(node.iter)
        self._scopes.append(scope)
        if shape.sort in {Sort.TEXT, Sort.RECORD}:
            lists = [name for name, one in _fields(shape).items() if one.sort is Sort.LIST]
            near = f" Vouliez-vous « {_path(node.iter)}.{lists[0]} » ?" if lists else ""
            self._say(NOT_A_LIST, champ=_path(node.iter), suggestion=near)
        scope.names["loop"] = ANY
        self._bind(scope.names, node.target, (shape.item or ANY) if shape.sort is Sort.LIST else ANY)
        if node.test is not None:
            self._shape(node.test)

    def _bind(self, names: dict[str, Shape], target: nodes.Node, shape: Shape) -> None:
        if isinstance(target, nodes.Name):
            names[target.name] = shape
        elif isinstance(target, nodes.Tuple):
            parts = _fields(shape)
            known = [parts.get(name, ANY) for name in _PAIR] if len(target.items) == len(_PAIR) else []
            for index, item in enumerate(target.items):
                self._bind(names, item, known[index] if known else ANY)

    def _shape(self, node: nodes.Node | None) -> Shape:
        """Return the shape of an expression, having noted what is wrong inside it."""
        match node:
            case None:
                shape = ANY
            case nodes.Name():
                shape = self._named(node)
            case nodes.Getattr():
                shape = self._field(node, node.attr)
            case nodes.Getitem():
                shape = self._item(node)
            case nodes.Filter():
                shape = self._filtered(node)
            case _:
                shape = self._computed(node)
        return shape

    def _item(self, node: nodes.Getitem) -> Shape:
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self._field(node, node.arg.value)
        base = self._shape(node.node)
        if isinstance(node.arg, nodes.Slice):
            return base
        return (base.item or ANY) if base.sort is Sort.LIST else ANY

    def _hyphened(self, node: nodes.Node) -> bool:
        """True for a field typed with hyphens, which Jinja reads as a subtraction: it is told."""
        path = _path(node)
        base = self._roots.get(path.partition(".")[0]) if re.fullmatch(r"[\w.]+-[\w-]+", path) else None
        name = path.replace("-", "_")
        for step in name.split(".")[1:] if base is not None else ():
            base = _fields(base).get(step) if base is not None else None
        if base is None or "." not in name:
            return False
        self._say(UNKNOWN, champ=path, suggestion=f" Vouliez-vous « {name} » ?")
        return True

    def _computed(self, node: nodes.Node) -> Shape:
        """Return the shape of what is no path: a choice, a comparison, a calculation."""
        if isinstance(node, nodes.Sub) and self._hyphened(node):
            return ANY
        if isinstance(node, nodes.Compare):
            return self._compared(node)
        if isinstance(node, nodes.Test) and node.name in {"defined", "undefined"}:
            return TEXT  # it asks whether the name is there
        shapes = [self._shape(child) for child in node.iter_child_nodes()]
        if isinstance(node, (nodes.And, nodes.Or, nodes.CondExpr)):
            chosen = shapes[1:] if isinstance(node, nodes.CondExpr) else shapes
            return chosen[0] if len({shape.sort for shape in chosen}) == 1 else ANY
        return TEXT if isinstance(node, _SIMPLE) else ANY

    def _compared(self, node: nodes.Compare) -> Shape:
        """Note what is compared with a choice and is none of its values: the comparison would never hold."""
        left, side = self._shape(node.expr), node.expr
        for operand in node.ops:
            right = self._shape(operand.expr)
            self._chosen(left, operand.expr)
            self._chosen(right, side)
            left, side = right, operand.expr
        return TEXT

    def _chosen(self, shape: Shape, typed: nodes.Expr) -> None:
        kind = shape.python or (shape.item.python if shape.item else None)
        if kind is None or not issubclass(kind, StrEnum):
            return
        values = [each.value for each in kind]
        for each in typed.items if isinstance(typed, (nodes.List, nodes.Tuple)) else [typed]:
            text = each.value if isinstance(each, nodes.Const) else None
            if isinstance(text, str) and text not in {*values, ""}:
                near = difflib.get_close_matches(text.casefold(), values, 1, 0.6)
                told = f" Vouliez-vous « {near[0]} » ?" if near else f" Valeurs permises : {liste(values)}."
                self._say(NEVER, valeur=text, suggestion=told)

    def _named(self, node: nodes.Name) -> Shape:
        for scope in reversed(self._scopes):
            if node.name in scope.names:
                return scope.names[node.name]
        if node.name in self._roots:
            return self._roots[node.name]
        if node.name in self._ended:
            self._say(LOOP_OVER, champ=node.name)
        elif node.name in self._names.elsewhere:
            where = self._names.elsewhere[node.name]
            self._say(ABSENT, champ=node.name, pour=self._names.pour, ailleurs=where)
        else:
            known = {**self._roots, **{name: ANY for scope in self._scopes for name in scope.names}}
            self._say(UNKNOWN, champ=node.name, suggestion=suggestion(node.name, known))
        return ANY

    def _field(self, node: nodes.Getattr | nodes.Getitem, name: str) -> Shape:
        base, path = self._shape(node.node), _path(node.node)
        if base.sort is Sort.ANY:
            return ANY
        if base.sort is Sort.LIST:
            near = f" « {path} » est une liste : la répéter par « {{% for … in {path} %}} »."
            self._say(UNKNOWN, champ=f"{path}.{name}", suggestion=near)
            return ANY
        known = _fields(base)
        if name in known:
            return known[name]
        near = suggestion(name, known, f"{path}.") or self._near_path(base, name, path)
        if not near and not known:
            near = f" « {path} » est une valeur simple : elle n’a pas de champs."
        self._say(UNKNOWN, champ=f"{path}.{name}", suggestion=near)
        return ANY

    def _near_path(self, base: Shape, name: str, path: str) -> str:
        """Return where the name is, one step further: « membre.courriel » is « membre.organisme.courriel »."""
        for step, shape in _fields(base).items():
            if shape.sort is Sort.RECORD and difflib.get_close_matches(name, _fields(shape), 1, 0.9):
                return f" Vouliez-vous « {path}.{step}.{name} » ?"
        return ""

    def _filtered(self, node: nodes.Filter) -> Shape:
        value = self._shape(node.node)
        for child in (*node.args, *(keyword.value for keyword in node.kwargs)):
            self._shape(child)
        item = (value.item or ANY) if value.sort is Sort.LIST else ANY
        attribute = self._attribute(node, item)
        if node.name in _EXPECTED and value.sort is Sort.TEXT and value.python is not None:
            types, expected = _EXPECTED[node.name]
            if not issubclass(value.python, types):
                self._say(WRONG_FILTER, filtre=node.name, attendu=expected, champ=_path(node.node))
        if node.name in _ITEM_FILTERS:
            return item
        if node.name in _SAME_FILTERS:
            return value
        if node.name == "map":
            return Shape(Sort.LIST, item=attribute)
        if node.name == "batch":
            return Shape(Sort.LIST, item=value)
        if node.name == "groupby":
            pair = {"grouper": attribute, "list": value}
            return Shape(Sort.LIST, item=Shape(Sort.RECORD, lambda: pair))
        return ANY if node.name == "sum" else TEXT

    def _attribute(self, node: nodes.Filter, item: Shape) -> Shape:
        """Return the shape of the field that ``map``, ``sort``, ``groupby``… read in each item."""
        named = [keyword.value for keyword in node.kwargs if keyword.key == "attribute"]
        if node.name in {"selectattr", "rejectattr", "groupby"}:
            named += node.args[:1]
        if not named or not isinstance(named[0], nodes.Const) or not isinstance(named[0].value, str):
            return ANY
        shape = item
        for step in named[0].value.split("."):
            known = _fields(shape)
            if shape.sort is Sort.ANY or not known:
                return ANY
            if step not in known:
                self._say(UNKNOWN, champ=named[0].value, suggestion=suggestion(step, known))
                return ANY
            shape = known[step]
        return shape

    def _say(self, kind: Kind, **facts: str) -> None:
        self._faults.append(self._part.of_tag(kind, self._tag, **facts))


def _parsed(tag: TypedTag) -> list[nodes.Node]:
    """Return the nodes of a tag alone; none when it cannot be read, which is told elsewhere."""
    body = tag.body
    for name in hyphened(body):  # told as an unknown filter: what it is used on is looked at
        body = body.replace(name, name.replace("-", "_"))
    try:
        return list(_PARSER.parse(source_of(tag.typed[1], body)).body)
    except (TemplateSyntaxError, RecursionError):
        return []


def _fields(shape: Shape) -> Mapping[str, Shape]:
    """Return the fields of a record, and those that a date or a value of a list of choices has by itself."""
    if shape.sort is Sort.RECORD:
        return shape.fields()
    kind = shape.python
    if kind is None or not issubclass(kind, (dt.date, dt.time, Enum)):
        return {}
    own = {name: member for parent in kind.__mro__ for name, member in vars(parent).items()}
    named = {name: TEXT for name in ("name", "value") if issubclass(kind, Enum)}
    return {name: ANY for name, member in own.items() if name[0] != "_" and not callable(member)} | named


def _path(node: nodes.Node | None) -> str:
    """Return an expression as the author typed it, when it is a path; « cette valeur » otherwise."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{_path(node.node)}.{node.attr}"
        case nodes.Sub():
            return f"{_path(node.left)}-{_path(node.right)}"
        case nodes.Getitem():
            return f"{_path(node.node)}[…]"
        case nodes.Filter():
            return _path(node.node)
    return "cette valeur"


def field_faults(parts: Iterable[PartScan], names: Names) -> Iterator[Fault]:
    """Yield what the fields of the parts cannot be, given the names that a document has."""
    for part in parts:
        yield from FieldCheck(part, names).run()

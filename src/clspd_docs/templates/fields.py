"""Which fields a template reads, as dotted paths: « membre.nom », « seance.points[].titre »."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from jinja2 import nodes

_ATTRIBUTE_FILTERS: Final = frozenset(
    {"map", "selectattr", "rejectattr", "groupby", "sort", "join", "sum", "unique"}
)
_ITEM_FILTERS: Final = frozenset({"first", "last", "min", "max"})
_OTHER_VALUES: Final = frozenset({"map", "groupby", "batch", "length", "count"})
_GROUP: Final = "|groupby"  # ends the path of one group: its « list » is the list itself
_Scope = dict[str, str | None]


def read_fields(tree: nodes.Node) -> set[str]:
    """Return the paths that the syntax tree reads; « [] » stands for each item of a list.

    A name bound by a loop or by ``set`` is replaced by the path it stands for; one that stands for a
    computed value is left out, its own sources being there.
    """
    found: set[str] = set()
    _walk(tree, {"loop": None}, found)
    return found


def _walk(node: nodes.Node, scope: _Scope, found: set[str]) -> None:
    """Add what ``node`` reads; ``scope`` gains the names it binds."""
    match node:
        case nodes.For():
            _walk(node.iter, scope, found)
            _walk_all([node.test, *node.body], scope | _turn(node.target, node.iter, scope), found)
            _walk_all(node.else_, scope, found)
        case nodes.Assign():
            _walk(node.node, scope, found)
            scope.update(_bound(node.target, _path(node.node, scope), ""))
        case nodes.With():
            _walk_all(node.values, scope, found)
            inner = dict(scope)
            for target, value in zip(node.targets, node.values, strict=True):
                inner.update(_bound(target, _path(value, scope), ""))
            _walk_all(node.body, inner, found)
        case nodes.Name() | nodes.Getattr() | nodes.Getitem():
            _read(node, scope, found)
        case nodes.Filter():
            _filtered(node, scope, found)
        case _:
            _walk_all(node.iter_child_nodes(), scope, found)


def _walk_all(children: Iterable[nodes.Node | None], scope: _Scope, found: set[str]) -> None:
    for child in children:
        if child is not None:
            _walk(child, scope, found)


def _read(node: nodes.Expr, scope: _Scope, found: set[str]) -> None:
    path = _path(node, scope)
    if path is not None:
        found.add(path.removesuffix(_GROUP))
    while isinstance(node, (nodes.Getattr, nodes.Getitem)):
        if isinstance(node, nodes.Getitem):
            _walk(node.arg, scope, found)
        node = node.node
    if path is None and not isinstance(node, nodes.Name):
        _walk(node, scope, found)


def _filtered(node: nodes.Filter, scope: _Scope, found: set[str]) -> None:
    """``points|map(attribute='titre')`` reads points[].titre."""
    for child in node.iter_child_nodes():
        _walk(child, scope, found)
    base = _path(node.node, scope)
    names = [k.value for k in node.kwargs if k.key == "attribute"]
    if node.name in {"selectattr", "rejectattr", "groupby"}:
        names += node.args[:1]
    if base is not None and node.name in _ATTRIBUTE_FILTERS:
        found.update(f"{base}[].{name.value}" for name in names if isinstance(name, nodes.Const))


def _bound(target: nodes.Node, path: str | None, suffix: str) -> _Scope:
    """Return what the names of ``target`` stand for: several at once are parts of a computed value."""
    if isinstance(target, nodes.Name):
        return {target.name: None if path is None else path + suffix}
    return {name.name: None for name in target.find_all(nodes.Name)}


def _turn(target: nodes.Node, values: nodes.Node, scope: _Scope) -> _Scope:
    """Return what the names of a loop stand for in each turn."""
    path = _path(values, scope)
    if isinstance(values, nodes.Filter) and values.node is not None and values.name in {"batch", "groupby"}:
        path = _path(values.node, scope)
        if values.name == "batch" or path is None:
            return _bound(target, path, "")
        if isinstance(target, nodes.Tuple):  # for college, membres in tous|groupby('college')
            return _bound(target.items[0], None, "") | _bound(target.items[-1], path, "")
        return _bound(target, path, _GROUP)
    return _bound(target, path, "[]")


def _path(node: nodes.Node | None, scope: _Scope) -> str | None:
    """Return the dotted path that an expression reads, or ``None`` when it computes something else."""
    path = None
    match node:
        case nodes.Name():
            path = scope.get(node.name, node.name)
        case nodes.Getattr():
            base = _path(node.node, scope)
            if base is not None and base.endswith(_GROUP):
                path = base.removesuffix(_GROUP) if node.attr == "list" else None
            elif base is not None:
                path = f"{base}.{node.attr}"
        case nodes.Getitem():
            path = _item_path(_path(node.node, scope), node.arg)
        case nodes.Filter() if node.name not in _OTHER_VALUES:
            base = _path(node.node, scope)
            path = f"{base}[]" if base is not None and node.name in _ITEM_FILTERS else base
    return path


def _item_path(base: str | None, argument: nodes.Node) -> str | None:
    if base is None or isinstance(argument, nodes.Slice):
        return base
    if isinstance(argument, nodes.Const) and isinstance(argument.value, str):
        return f"{base}.{argument.value}"
    return f"{base}[]"

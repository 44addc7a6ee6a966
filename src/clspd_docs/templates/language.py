"""What a tag may say: Jinja's syntax in a sandbox without calls, where each value prints in French or stops.

The rules are held twice: on the syntax tree when a template is compiled (an allow-list of constructions,
so that the message names the tag), and on the values when it runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any, Final, NoReturn

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import TemplateRuntimeError
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer

from clspd_docs.templates.budget import MAX_NUMBER, budget_of, counted, counting
from clspd_docs.templates.filters import (
    COUNTED,
    ESCAPED,
    FILTERS,
    JOINED,
    MAX_TEXT,
    PRINTED,
    WANTED_BLANK,
    TooMuchError,
)


class RefusedTagError(TemplateSyntaxError):
    """A construction that no template may hold, found when compiling."""


class UnknownFilterError(TemplateSyntaxError):
    """A filter that is not in the list, found when compiling; its message is the name."""


class UnknownFieldError(TemplateRuntimeError):
    """A name that the context, or an object, does not have."""

    def __init__(self, name: str, owner: object) -> None:
        super().__init__(name)
        self.name, self.owner = name, owner


class _Unknown(StrictUndefined):
    """Jinja's strict undefined, which keeps the object and the name for a suggestion."""

    __slots__ = ()

    def __init__(
        self, hint: str | None = None, obj: Any = missing, name: Any = None, exc: Any = None
    ) -> None:
        def error(message: str) -> Exception:
            return UnknownFieldError(str(name), obj) if name is not None else TemplateRuntimeError(message)

        super().__init__(hint, obj, name, exc or error)  # type: ignore[arg-type]  # Jinja only calls it


COMMA: Final = "values with a comma between them"  # the message of the refusal
_OUTPUTS: Final = frozenset({PRINTED, ESCAPED})  # what they give is counted with the text of the document
_COUNTED: Final = {name: f if name in _OUTPUTS else counting(f) for name, f in FILTERS.items()} | {
    COUNTED: counted
}
_LOOP_CALLS: Final = frozenset({"cycle", "changed"})
_REFUSED_TYPES: Final = (GeneratorType, CoroutineType, AsyncGeneratorType)


_RECORDS: Final[dict[type, bool]] = {}


def _is_record(kind: type) -> bool:
    """True for a type whose attributes are fields: neither a mapping, nor what Python runs by."""
    if kind not in _RECORDS:
        _RECORDS[kind] = not issubclass(kind, (Mapping, LoopContext, *_REFUSED_TYPES))
    return _RECORDS[kind]


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment that every tag is compiled and run in; it holds no state between two renders.

    Every output goes through one filter (``_Rules.visit_Output``), which escapes it for XML: Jinja's own
    escaping, slower, has nothing left to do.

    Args:
        escaped: False for a text that is no XML.
    """

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, *, escaped: bool = True) -> None:
        # Jinja’s optimizer takes the square of the depth of an expression.
        super().__init__(autoescape=False, undefined=_Unknown, cache_size=0, optimized=False)
        self.globals.clear()
        self.filters = dict(_COUNTED)
        if escaped:
            self.filters[PRINTED] = FILTERS[ESCAPED]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _Rules().visit(tree)
        tree.set_environment(self)
        return tree

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a public field of ``obj``; a method is not a field."""
        if _is_record(type(obj)) and attribute[:1] != "_":
            value = getattr(obj, attribute, missing)
            return self.undefined(obj=obj, name=attribute) if value is missing or callable(value) else value
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if attribute.startswith("_") or isinstance(obj, _REFUSED_TYPES):
            return self.undefined(obj=obj, name=attribute)
        return getattr(obj, attribute, self.undefined(obj=obj, name=attribute))  # of the loop

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return ``obj[argument]``; a name on anything but a mapping is a field."""
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        try:
            return obj[argument]
        except (TypeError, LookupError):
            return self.undefined(obj=obj, name=argument)

    def is_safe_callable(self, obj: Any) -> bool:
        """Only the helpers of a loop are called."""
        return isinstance(getattr(obj, "__self__", None), LoopContext)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Compute within bounds: « 'a' * 10**9 » and « 10**9**9 » are refused."""
        if operator in {"*", "%", "**"} and not (_is_number(left) and _is_number(right)):
            raise TypeError(f"« {operator} » ne s’emploie qu’entre deux nombres")
        result = super().call_binop(context, operator, left, right)
        if hasattr(result, "__len__") and len(result) > MAX_TEXT:
            raise TooMuchError
        return budget_of(context).spend(result)

    def call_test(
        self,
        name: str,
        value: Any,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        context: Context | None = None,
        eval_ctx: EvalContext | None = None,
    ) -> Any:
        """Test an item of a list, within the time of the document."""
        if context is not None:
            budget_of(context).look()
        return super().call_test(name, value, args, kwargs, context, eval_ctx)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


_ALLOWED: Final = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.Assign, nodes.With),
    *(nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Const, nodes.List, nodes.Tuple),
    *(nodes.Dict, nodes.Pair, nodes.Keyword, nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Compare),
    *(nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos, nodes.Add, nodes.Sub),
    *(nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Concat),
)
# What people try, and how the message calls it; the class name for the rest.
_CONSTRUCTIONS: Final[dict[type[nodes.Node], str]] = {
    nodes.Call: "appel « ( ) »",
    nodes.Macro: "macro",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "import",
    nodes.Extends: "extends",
    nodes.Block: "block",
    nodes.Pow: "puissance « ** »",
    nodes.AssignBlock: "set … endset",
    nodes.FilterBlock: "filter … endfilter",
    nodes.Scope: "autoescape",
}


def _refuse(what: str, lineno: int) -> NoReturn:
    raise RefusedTagError(what, lineno)


class _Rules(NodeTransformer):
    """Refuse what is not allowed; make each output a printed value, each turn of a loop a breath."""

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        if not isinstance(node, _ALLOWED):
            lines = [node.lineno, *(child.lineno for child in node.find_all(nodes.Node))]
            _refuse(_CONSTRUCTIONS.get(type(node), type(node).__name__.lower()), next(filter(None, lines), 1))
        return super().generic_visit(node, *args, **kwargs)

    def visit_Const(self, node: nodes.Const) -> nodes.Node:  # noqa: N802 - Jinja's naming
        if _is_number(node.value) and abs(node.value) > MAX_NUMBER:
            _refuse(f"un nombre de plus de {len(str(MAX_NUMBER)) - 1} chiffres", node.lineno)
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja's naming
        called = node.node
        if not (
            isinstance(called, nodes.Getattr)
            and isinstance(called.node, nodes.Name)
            and called.node.name == "loop"
            and called.attr in _LOOP_CALLS
            and not (node.dyn_args or node.dyn_kwargs)
        ):
            _refuse(_CONSTRUCTIONS[nodes.Call], node.lineno)
        node.args = [self.visit(arg) for arg in node.args]
        return node

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:  # noqa: N802 - Jinja's naming
        if node.attr.startswith("_"):
            _refuse(f"« {node.attr} »", node.lineno)
        return self.generic_visit(node)

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:  # noqa: N802 - Jinja's naming
        if node.name.startswith("_") or node.node is None:
            _refuse(f"« {node.name} »", node.lineno)
        if node.name not in FILTERS:
            raise UnknownFilterError(node.name, node.lineno)
        return self.generic_visit(node)

    def visit_Test(self, node: nodes.Test) -> nodes.Node:  # noqa: N802 - Jinja's naming
        if node.name not in TESTS:
            _refuse(f"is {node.name}", node.lineno)
        return self._visit_made(node)

    def _visit_made(self, node: nodes.Expr) -> nodes.Node:
        """Count what an expression makes, or looks through, in the budget of the document."""
        self.generic_visit(node)
        return _filter(node, COUNTED, [])

    visit_Compare = visit_List = visit_Dict = _visit_made  # noqa: N815 - Jinja's naming

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802 - Jinja's naming
        return self._visit_made(node) if node.ctx == "load" else self.generic_visit(node)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802 - Jinja's naming
        return self._visit_made(node) if isinstance(node.arg, nodes.Slice) else self.generic_visit(node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - Jinja's naming
        self.generic_visit(node)
        return _filter(nodes.List(node.nodes, lineno=node.lineno), JOINED, [])

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - Jinja's naming
        if node.recursive:
            _refuse("boucle « recursive »", node.lineno)
        self.generic_visit(node)
        # An empty output in each turn gives control back to the budget, even from a loop that prints nothing.
        node.body.insert(0, nodes.Output([nodes.TemplateData("")], lineno=node.lineno))
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802 - Jinja's naming
        for index, child in enumerate(node.nodes):
            if isinstance(child, nodes.Tuple):
                raise TemplateSyntaxError(COMMA, child.lineno)
            if not isinstance(child, nodes.TemplateData):
                arguments = [nodes.Const(child.lineno), nodes.Const(_must_be_filled(child))]
                node.nodes[index] = _filter(self.visit(child), PRINTED, arguments)
        return node


def _filter(value: nodes.Expr, name: str, arguments: Sequence[nodes.Expr]) -> nodes.Filter:
    return nodes.Filter(value, name, list(arguments), [], None, None, lineno=value.lineno)


def _must_be_filled(expression: nodes.Expr) -> bool:
    """True for a field, filtered or not, whose blank nobody asked for (« |ou_vide » asks)."""
    node: nodes.Expr | None = expression
    while isinstance(node, nodes.Filter):
        if node.name in WANTED_BLANK:
            return False
        node = node.node
    return isinstance(node, (nodes.Name, nodes.Getattr, nodes.Getitem))

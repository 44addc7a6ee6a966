"""What a value becomes in a document: French text by type, and the filters that a tag may use.

A filter is here or it does not exist. Those that could make a huge text from a small template are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sized
from dataclasses import replace
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from functools import lru_cache, wraps
from typing import Any, Final

from jinja2 import pass_context, pass_environment
from jinja2.environment import Environment
from jinja2.exceptions import TemplateRuntimeError
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.filters import make_attrgetter, make_multi_attrgetter
from jinja2.runtime import Context, Undefined
from markupsafe import escape

from clspd_docs.domain import french
from clspd_docs.templates.values import Picture, RichText, mark

MAX_TEXT: Final = 1_000_000  # characters of one value; a long report holds 200 000
_MAX_BATCH: Final = 1_000
_MAX_DECIMALS: Final = 10
_FOUR_DIGITS: Final = 10_000

# Names that no tag can type: a filter beginning with « _ » is refused, a variable holds no space.
PRINTED: Final = "_printed"
ESCAPED: Final = "_escaped"
JOINED: Final = "_joined"
COUNTED: Final = "_counted"
BLANKS: Final = "blank lines"
INSERTS: Final = "rich values"
WANTED_BLANK: Final = frozenset({"ou", "ou_vide", "default"})


class BlankError(TemplateRuntimeError):
    """An empty value where a text is needed."""


class TooMuchError(TemplateRuntimeError):
    """A value or a document out of its bounds."""


class NotTextError(TemplateRuntimeError):
    """A list or an object printed whole."""


_ODD: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_LINE_END: Final = re.compile("\r\n?|[\x0b\x85\u2028\u2029]")


def clean(text: str) -> str:
    r"""Return ``text`` with ``\n`` as its only line end and without what no Word file may hold."""
    if not _ODD.search(text):
        return text
    return _ODD.sub("", _LINE_END.sub("\n", text))


@lru_cache(maxsize=4096)  # a session's texts come back in each of its letters
def _typeset(text: str) -> str:
    return french.insecables(clean(text))


@lru_cache(maxsize=4096)
def _typeset_for_xml(text: str) -> str:
    return str(escape(_typeset(text)))


def french_text(value: object) -> str:
    """Return ``value`` as a document prints it.

    A year or a number of four digits is written without its space (« 2026 »): ``nombre`` writes it apart.

    Raises:
        BlankError: ``value`` is ``None``.
        NotTextError: ``value`` is a list, an object, bytes: no sentence holds that.
        UnknownFieldError: ``value`` is what Jinja gives for a name that does not exist.
    """
    match value:
        case Enum():
            text = french_text(value.value)
        case str():
            text = _typeset(value)
        case bool():
            text = "oui" if value else "non"
        case int():
            text = str(value) if 0 <= value < _FOUR_DIGITS else french.nombre(value)
        case float() | Decimal():
            text = french.nombre(value)
        case datetime():
            text = f"{french.jour(value)} à {french.heure(value)}"
        case date():
            text = french.jour(value)
        case time():
            text = french.heure(value)
        case Undefined():
            text = str(value)  # says itself which name is unknown
        case _:
            raise BlankError if value is None else NotTextError
    return text


@pass_context
def _printed(context: Context, value: object, line: int, must_be_filled: bool) -> str:  # noqa: FBT001 - Jinja
    """Return the text of an output; a blank field is noted with its line, so that all are told at once."""
    if value is not None:
        text = french_text(value)
        if text.strip() or not must_be_filled:
            return text
    context.parent[BLANKS].append(line)
    return ""


@pass_context
def _escaped(context: Context, value: object, line: int, must_be_filled: bool) -> str:  # noqa: FBT001 - Jinja
    """Return the same, escaped for XML."""
    if type(value) is str and not value.isspace() and value:
        return _typeset_for_xml(value)
    if isinstance(value, RichText):
        value = RichText(tuple(replace(f, text=_typeset(f.text)) for f in value.fragments))
    if isinstance(value, (RichText, Picture)):
        context.parent[INSERTS].append(value)
        return mark(len(context.parent[INSERTS]) - 1)
    return str(escape(_printed(context, value, line, must_be_filled)))


def _joined(values: Iterable[object]) -> str:
    return _bounded("".join(french_text(value) for value in values))


def _bounded(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise TooMuchError
    return text


def _is_blank(value: object) -> bool:
    if type(value) is str:
        return not value or value.isspace()
    return value is None or (isinstance(value, Sized) and not len(value)) or str(value).isspace()


def ou(value: object, texte: str = "") -> object:
    """Return ``value``, or ``texte`` when it is empty; a name that does not exist is still refused."""
    return texte if _is_blank(value) else value


def ou_vide(value: object) -> object:
    """Return ``value``, or nothing when it is empty: the author wants the blank."""
    return ou(value)


@pass_environment
def _join(env: Environment, values: Iterable[object], d: str = "", attribute: str | None = None) -> str:
    if attribute is not None:
        values = map(make_attrgetter(env, attribute), values)
    texts = [french_text(value) for value in values]
    if sum(map(len, texts)) + len(d) * len(texts) > MAX_TEXT:
        raise TooMuchError
    return d.join(texts)


def _replace(text: str, old: str, new: str) -> str:
    if len(text) + text.count(old) * len(new) > MAX_TEXT:
        raise TooMuchError
    return text.replace(old, new)


def _batch(values: Iterable[object], size: int, fill: object = None) -> object:
    if not 0 < size <= _MAX_BATCH:
        raise TooMuchError
    return JINJA_FILTERS["batch"](values, size, fill)


@pass_environment
def _sum(env: Environment, values: Iterable[Any], attribute: str | None = None) -> object:
    """Return the sum of numbers; Jinja's own joins lists too, in the square of their length."""
    return sum(values if attribute is None else map(make_attrgetter(env, attribute), values))


def _round(value: float | Decimal, decimals: int = 0) -> Decimal:
    if abs(decimals) > _MAX_DECIMALS:
        raise TooMuchError
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _int(value: float | Decimal | str) -> int:
    try:
        return int(value)
    except ValueError:
        raise ValueError(f"nombre entier attendu, reçu « {value} »") from None


def _alphabetical(value: object) -> object:
    return french.cle(value) if isinstance(value, str) else value


@pass_environment
def _sort(
    env: Environment, values: Iterable[Any], attribute: str | None = None, *, reverse: bool = False
) -> list[Any]:
    """Return the values in French alphabetical order: « Élodie » before « Zoé »."""
    return sorted(
        values, key=make_multi_attrgetter(env, attribute, postprocess=_alphabetical), reverse=reverse
    )


def _on_text(function: Callable[..., str]) -> Callable[..., str]:
    """Make ``function`` take any printable value, and refuse an empty one."""

    @wraps(function)
    def of_text(value: object, *args: Any, **kwargs: Any) -> str:
        return function(french_text(value), *args, **kwargs)

    return of_text


def _on_value(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make ``function`` refuse an empty value, as itself would do in English."""

    @wraps(function)
    def of_value(value: object, *args: Any, **kwargs: Any) -> Any:
        if value is None:
            raise BlankError
        return function(value, *args, **kwargs)

    return of_value


def _liste(values: Iterable[object], et: str = "et") -> str:
    return _bounded(french.liste((french_text(v) for v in values if v is not None), et))


def _date_longue(value: date) -> str:
    return french.jour(value, semaine=True)


_TEXT_FILTERS: Final = (
    *(french.de, french.a, french.le, french.du, french.que, french.accord),
    *(french.insecables, french.majuscule, french.minuscule, french.adresse_majuscules),
)
_VALUE_FILTERS: Final = (
    *(french.jour, french.heure, french.periode, french.date_en_lettres, french.heure_en_lettres),
    *(french.nombre, french.euros, french.ordinal, french.en_lettres, french.pluriel),
)
# Harmless filters of Jinja, taken as they are: they choose, count and order, and make no text.
_FROM_JINJA: Final = (
    *("length", "count", "first", "last", "list", "map", "select", "reject", "selectattr", "rejectattr"),
    *("groupby", "unique", "min", "max", "abs"),
)

FILTERS: Final[dict[str, Callable[..., Any]]] = {
    PRINTED: _printed,
    ESCAPED: _escaped,
    JOINED: _joined,
    **{name: JINJA_FILTERS[name] for name in _FROM_JINJA},
    **{function.__name__: _on_text(function) for function in _TEXT_FILTERS},
    **{function.__name__: _on_value(function) for function in _VALUE_FILTERS},
    "date_longue": _on_value(_date_longue),
    "liste": _on_value(_liste),
    "ou": ou,
    "ou_vide": ou_vide,
    "default": ou,
    "upper": _on_text(str.upper),
    "lower": _on_text(str.lower),
    "trim": _on_text(str.strip),
    "replace": _on_text(_replace),
    "join": _join,
    "batch": _batch,
    "sum": _sum,
    "round": _on_value(_round),
    "int": _on_value(_int),
    "sort": _sort,
}

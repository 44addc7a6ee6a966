"""Tags whose braces are damaged: a space between two of them, one that is missing or too many, and what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from clspd_docs.templates.lint_fixes import STATEMENTS, corrected
from clspd_docs.templates.tags import split

_LIKE: Final = re.compile(r"(\{\s*[{%]|\{)([^{}]{0,300}?)([%}]\s*\}|\})")
_WHOLE: Final = frozenset({"{{", "{%", "}}", "%}"})
# Tags stand as one sign followed by another, so that two which touch stay two.
_HEAD, _TAIL = "\ue000", "\ue001"
_ESCAPED: Final = re.compile(r"\{_[{%]|[}%]_\}")
_BRACE: Final = re.compile("[{}]")
_ONE_TAG: Final = re.compile(rf"\s*{_HEAD}{_TAIL}+\s*")
_TOUCHED: Final = re.compile(
    rf"(?<![{{}}%#])[{{}}]\s*({_HEAD}{_TAIL}+)|({_HEAD}{_TAIL}+)\s*[{{}}](?![{{}}%#])"
)


@dataclass(frozen=True, slots=True)
class Broken:
    """A tag with damaged braces, at these characters of its text; ``meant`` is what to type.

    ``spaced`` is true when spaces are all that parts the braces.
    """

    start: int
    end: int
    meant: str
    spaced: bool


def broken_tags(text: str) -> Iterator[Broken]:
    """Yield the damaged tags of a paragraph: those with two braces on one side at least, be they apart."""
    for match in _LIKE.finditer(text):
        first, body, last = match[1], match[2], match[3]
        opening, closing = re.sub(r"\s", "", first), re.sub(r"\s", "", last)
        if (first in _WHOLE and last in _WHOLE and opening[1] == _facing(closing[0])) or not body.strip():
            continue
        both = len(opening) == len(closing) == 2  # noqa: PLR2004 - the two signs of each side
        if not both and first not in _WHOLE and last not in _WHOLE:
            continue
        spaced = both and opening[1] == _facing(closing[0])
        statement = opening[1] == "%" if spaced else _word(body) in STATEMENTS
        left, right = ("{%", "%}") if statement else ("{{", "}}")
        inner = " ".join(body.split())
        lead = "" if statement and re.match(r"(p|tr|tc) ", inner) else " "
        yield Broken(match.start(), match.end(), corrected(f"{left}{lead}{inner} {right}"), spaced)


def touched(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Yield the rank of each tag that a brace of no use touches, be there spaces between.

    Braces that go together around something else than one tag are text (« { a, {{ b }} } »), and those that
    docxtpl prints (« {_{ ») as well.

    Args:
        text: The text of a paragraph.
        spans: The characters that each of its tags takes, in order.
    """
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], _HEAD, _TAIL * (end - start - 1)]
        at = end
    signs = list(_ESCAPED.sub("___", "".join([*parts, text[at:]])))
    masked, opened = "".join(signs), list[int]()
    for brace in _BRACE.finditer(masked):
        if brace[0] == "{":
            opened.append(brace.start())
        elif opened:
            first, last = opened.pop(), brace.start()
            if not _ONE_TAG.fullmatch(masked, first + 1, last):
                signs[first] = signs[last] = " "
    ranks = {start: rank for rank, (start, _) in enumerate(spans)}
    for match in _TOUCHED.finditer("".join(signs)):
        yield ranks[match.start(match.lastindex or 0)]


def _facing(sign: str) -> str:
    return "{" if sign == "}" else sign


def _word(body: str) -> str:
    words = split(f"{{%{body.strip()}%}}")[1].split()
    return words[0].lower() if words else ""

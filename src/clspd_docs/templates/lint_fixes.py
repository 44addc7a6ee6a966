"""What a damaged tag was meant to be: the marks of Word's automatic correction undone, when nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from jinja2 import TemplateSyntaxError

from clspd_docs.templates.filters import FILTERS
from clspd_docs.templates.language import Sandbox, UnknownFilterError
from clspd_docs.templates.tags import OPENING, plain_quotes, split

DOCXTPL_WORDS: Final = frozenset({"colspan", "cellbg", "vm", "hm"})
_ENDS: Final = frozenset({"else", *(f"end{word}" for word in OPENING)})
STATEMENTS: Final = frozenset({*OPENING, *_ENDS, "elif", "set"})
_KEYWORDS: Final = frozenset({*STATEMENTS, "in", "and", "or", "not", "is"})
_STRINGS: Final = re.compile(r"""("[^"]*"|'[^']*')""")
INVISIBLE: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
WIDE: Final = "\u00a0\u2007\u2009\u202f"  # spaces that docxtpl does not take for one after a prefix
_OUTSIDE: Final = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "…": "...", **dict.fromkeys(WIDE, " "), **dict.fromkeys(INVISIBLE, "")}
)
_HYPHENED: Final = re.compile(r"\|\s*(([^\W\d]\w*)(?:-[^\W\d]\w*)+)")
_FRENCH: Final = re.compile(r"«\s*([^«»\"]*?)\s*»")
_PREFIX_APART: Final = re.compile(
    rf"^(\{{%[-+]?)\s+(p|tr|tc)\s+(?=(?:{'|'.join(STATEMENTS)})\b)", re.IGNORECASE
)


def outside_strings(tag: str) -> str:
    """Return what the tag holds outside its quoted texts."""
    return _STRINGS.sub("", plain_quotes(tag))


def corrected(typed: str) -> str:
    """Return the tag without the marks of automatic correction, or as typed when that does not make it sound.

    Undone: « » and curly quotes around texts, long dashes, ellipses, no-break and invisible spaces outside of
    texts, a capital on a keyword, a space before « p » or « tr », « = » for « == » in a condition.
    """
    tag = straightened(typed)
    return tag if tag != typed and is_sound(tag) else typed


def straightened(typed: str) -> str:
    """Return the same, sound or not: what a person is told to type."""
    tag = _PREFIX_APART.sub(lambda m: f"{m[1]}{m[2].lower()} ", quoted(typed))
    tag = _each(tag, lambda text: re.sub(r"(?<![\w.|])[A-Za-z]+\b", _lower_keyword, text))
    return tag if is_sound(tag) else _compared(tag)


def quoted(typed: str) -> str:
    """Return the tag with straight quotes, dashes and spaces, and all else as typed."""
    tag = _straight(typed)
    if re.search("[«»]", outside_strings(tag)):
        tag = _straight(re.sub(r"«\s*|\s*»", '"', typed))
    return tag


def _compared(tag: str) -> str:
    """Return the condition with « == » for each « = » outside of texts and of the arguments of filters."""
    if split(tag)[1].split(" ")[0] not in {"if", "elif"}:
        return tag
    depth, parts = 0, []
    for n, part in enumerate(_STRINGS.split(tag)):
        for piece in (part,) if n % 2 else re.split(r"([()]|(?<![=!<>])=(?!=))", part):
            depth += (piece == "(") - (piece == ")")
            parts.append("==" if piece == "=" and not depth else piece)
    return "".join(parts)


def _straight(tag: str) -> str:
    tag = tag.translate({ord("“"): '"', ord("”"): '"'})
    tag = _each(tag, lambda text: _FRENCH.sub(r'"\1"', text))
    return _each(plain_quotes(tag), lambda text: text.translate(_OUTSIDE))


def _each(tag: str, change: Callable[[str], str]) -> str:
    """Apply ``change`` to what stands outside the quoted texts."""
    return "".join(part if n % 2 else change(part) for n, part in enumerate(_STRINGS.split(tag)))


def _lower_keyword(match: re.Match[str]) -> str:
    return match[0].lower() if match[0].lower() in _KEYWORDS else match[0]


def is_sound(typed: str) -> bool:
    """True when the tag, alone, is well written."""
    prefix, body = split(typed)
    wide = prefix and typed[2:].lstrip("-+")[len(prefix)] in WIDE
    return not wide and syntax_error(typed[1], body) is None


def syntax_error(kind: str, body: str) -> Exception | None:
    """Return why a tag cannot be read, or None; « else » and the ends of blocks are the matter of the blocks.

    Args:
        kind: The second character of the tag, « { » or « % ».
        body: The tag without its braces and prefix.
    """
    if _word(kind, body) in DOCXTPL_WORDS or body in _ENDS:
        return None
    filter_name = next(hyphened(body), None)
    if filter_name:
        return UnknownFilterError(filter_name, 1)
    return _parse_error(source_of(kind, body))


def source_of(kind: str, body: str) -> str:
    """Return a Jinja template that holds this tag and what closes it; « else » and the ends of blocks apart."""
    word = _word(kind, body)
    source = f"{{{{ {body} }}}}" if kind == "{" else f"{{% {body} %}}"
    if word in OPENING:
        source += f"{{% end{word} %}}"
    if word == "elif":
        source = f"{{% if {body.removeprefix(word)} %}}{{% endif %}}"
    return plain_quotes(source)


def hyphened(body: str) -> Iterator[str]:
    """Yield the filters typed with hyphens (« en-lettres »), which Jinja reads as a subtraction."""
    for match in _HYPHENED.finditer(_STRINGS.sub("", body)):
        if match[2] not in FILTERS or match[1].replace("-", "_") in FILTERS:
            yield match[1]


def _word(kind: str, body: str) -> str:
    return body.split(maxsplit=1)[0] if kind == "%" and body else ""


@lru_cache(maxsize=4096)
def _parse_error(source: str) -> Exception | None:
    """Return why a tag cannot be parsed, or None; the same tags stand in many templates."""
    try:
        Sandbox().parse(source)
    except (TemplateSyntaxError, RecursionError) as error:
        return error
    return None

"""Tags as the secretary typed them in Word, each with the first words of its paragraph."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from clspd_docs.origin import Place
from clspd_docs.templates.parts import q

# Bounded, so that a text full of braces costs no more than its length.
TAG: Final = re.compile(r"\{\{.{0,1000}?\}\}|\{%.{0,1000}?%\}|\{#.{0,1000}?#\}", re.DOTALL)
LONE_BRACES: Final = re.compile(r"\{[{%#]|[%#}]\}")
OPENING: Final = frozenset({"for", "if", "with"})
_PREFIX: Final = re.compile(r"(tr|tc|p|r)\s")
_STRAIGHT: Final = str.maketrans("‘’“”", "''\"\"")
_STRAIGHT_DOUBLE: Final = str.maketrans("“”", '""')
_QUOTED: Final = re.compile(r"""("[^"]*"|'[^']*')""")

# What stands for a character inside a paragraph; Word may put any of them in the middle of a tag.
_TEXT: Final = q("w:t")
_INLINE: Final = {q("w:br"): "\n", q("w:cr"): "\n", q("w:tab"): "\t", q("w:noBreakHyphen"): "\u2011"}
_SEPARATE: Final = (q("w:delText"), q("w:instrText"))
_NOT_TYPED: Final = re.compile("[\n\t\u2011]")


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag.

    ``typed`` is what Word shows (« {%tr for p in points %} »), ``prefix`` its docxtpl prefix (« tr »),
    ``body`` the rest (« for p in points »), ``where`` its place as Word shows it, ``holder`` that of its spot.
    """

    typed: str
    prefix: str
    body: str
    where: str
    holder: etree._Element

    @property
    def is_output(self) -> bool:
        """True for ``{{ ... }}``."""
        return self.typed.startswith("{{")

    @property
    def is_statement(self) -> bool:
        """True for ``{% ... %}``."""
        return self.typed.startswith("{%")

    @property
    def is_comment(self) -> bool:
        """True for ``{# ... #}``."""
        return self.typed.startswith("{#")

    @property
    def word(self) -> str:
        """First word of a statement (« for », « endif »), empty for the others."""
        return self.body.split()[0] if self.is_statement and self.body else ""

    @property
    def shown(self) -> str:
        """The tag as findings quote it."""
        return f"« {self.typed} »"

    def place(self, file: str) -> Place:
        """Return the place as findings tell it."""
        return Place(file, part=self.where)


def split(typed: str) -> tuple[str, str]:
    """Return (prefix, body) of a tag: « {%tr for x in l %} » → (« tr », « for x in l »)."""
    inner = typed[2:-2].strip("-+")
    match = _PREFIX.match(inner)
    return (match[1], inner[match.end() :].strip()) if match else ("", inner.strip())


def key_of(typed: str) -> tuple[str, str]:
    """Return what docxtpl leaves of a tag: its kind and its body, without spaces and with straight quotes."""
    return typed[1], re.sub(r"\s+", "", split(typed)[1].translate(_STRAIGHT))


def plain_quotes(tag: str) -> str:
    """Return the tag with straight quotes around its texts; their insides stay as typed (« "l’élu" »)."""
    pieces = _QUOTED.split(tag.translate(_STRAIGHT_DOUBLE))
    return "".join(piece if n % 2 else piece.translate(_STRAIGHT) for n, piece in enumerate(pieces))


@dataclass(frozen=True, slots=True)
class Spot:
    """A paragraph and its own text, or another element that holds text: deleted text, field code, picture."""

    holder: etree._Element
    text: str


def spots(root: etree._Element) -> Iterator[Spot]:
    """Yield the paragraphs in document order; a text box's paragraphs are its own, not its host's.

    Deleted text, field codes and alternative texts come after, each as one element and its text.
    """
    texts: dict[etree._Element, list[str]] = {p: [] for p in root.iter(q("w:p"))}
    for node in root.iter(_TEXT, *_INLINE):
        holder = next(node.iterancestors(q("w:p")), None)
        if holder is not None:
            texts[holder].append(_INLINE.get(str(node.tag)) or node.text or "")
    for holder, pieces in texts.items():
        yield Spot(holder, "".join(pieces))
    for node in root.iter(*_SEPARATE):
        yield Spot(node, node.text or "")
    for picture in root.iter(q("wp:docPr")):
        yield Spot(picture, picture.get("descr") or "")


def tags_of(root: etree._Element, where: Callable[[etree._Element], str]) -> list[Tag]:
    """Return the tags of one part, in the order of :func:`spots`; ``where`` tells the place of an element."""
    found: list[Tag] = []
    for spot in spots(root):
        matches = [_NOT_TYPED.sub("", match[0]) for match in TAG.finditer(spot.text)]
        place = where(spot.holder) if matches else ""
        found += [Tag(typed, *split(typed), place, spot.holder) for typed in matches]
    return found


def is_fallback(holder: etree._Element) -> bool:
    """True inside the second copy that Word keeps of a text box for its old versions."""
    return next(holder.iterancestors(q("mc:Fallback")), None) is not None


def last_open(tags: Iterable[Tag]) -> Tag | None:
    """Return the innermost block that is never closed."""
    opened: list[Tag] = []
    for tag in tags:
        if tag.word in OPENING:
            opened.append(tag)
        elif tag.word.startswith("end") and opened:
            opened.pop()
    return opened[-1] if opened else None


def by_key(tags: list[Tag]) -> dict[tuple[str, str], list[Tag]]:
    """Return the tags grouped by what docxtpl leaves of them, each group in order."""
    groups: dict[tuple[str, str], list[Tag]] = defaultdict(list)
    for tag in tags:
        groups[key_of(tag.typed)].append(tag)
    return groups

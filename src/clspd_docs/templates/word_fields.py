"""The fields of Word: the code of each, whole, however many runs it is cut into; and those that no document may hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from clspd_docs.findings import Kind, Severity
from clspd_docs.templates.parts import parse, q

MOVING_FIELD: Final = Kind(
    "MOD146",
    Severity.ERROR,
    "Champ qui change tout seul",
    "Le champ Word « {champ} » serait recalculé ou relu à chaque conversion : le document changerait.",
    "Le remplacer par une balise ; pour une date, celle du classeur : « {{{{ seance.date }}}} ».",
)

_MOVING: Final = frozenset(
    {"DATE", "TIME", "SAVEDATE", "PRINTDATE", "CREATEDATE", "EDITTIME", "DDE", "DDEAUTO"}
    | {"INCLUDETEXT", "INCLUDEPICTURE", "INCLUDE", "IMPORT", "LINK", "DATABASE"}
)
_MARK: Final = q("w:fldChar")
_SIMPLE: Final = q("w:fldSimple")
_CODE: Final = q("w:instrText")
_NODES: Final = (_MARK, _SIMPLE, _CODE, q("w:t"))
_GONE: Final = (q("w:del"), q("w:moveFrom"))
_NAME: Final = re.compile(r'\s*"?([^\s"\\]+)')


@dataclass(slots=True)
class WordField:
    """A field: its code as it is typed, and the element that a fault of it speaks of.

    ``is_long``: it goes on over several paragraphs, or is never closed.
    """

    element: etree._Element
    code: str
    in_code: bool = True
    is_long: bool = False

    @property
    def name(self) -> str:
        """What the field does, in capitals (« DATE »); empty when the code is."""
        match = _NAME.match(self.code)
        return match[1].upper() if match else ""

    @property
    def is_moving(self) -> bool:
        """True for a field that a converter computes or reads anew."""
        return self.name in _MOVING


def word_fields(root: etree._Element) -> Iterator[WordField]:
    """Yield each field of a part, those inside others first.

    What a field inside a code shows is a part of that code, as a text typed there is. A code outside any mark is
    a field by itself. What a tracked change takes away is not read.
    """
    opened: list[WordField] = []
    starts: list[etree._Element | None] = []
    for node in root.iter(*_NODES):
        if node.tag == _SIMPLE:
            yield WordField(node, node.get(q("w:instr")) or "")
            continue
        if (not opened and node.tag not in (_CODE, _MARK)) or _is_gone(node):
            continue
        mark = node.get(q("w:fldCharType")) if node.tag == _MARK else None
        if mark == "begin":
            opened.append(WordField(node, "", is_long=True))
            starts.append(_paragraph(node))
        elif mark == "separate" and opened:
            opened[-1].in_code = False
        elif mark == "end" and opened:
            opened[-1].is_long = _paragraph(node) is not starts.pop()
            yield opened.pop()
        elif mark is None:
            around = next((field for field in reversed(opened) if field.in_code), None)
            if around is not None:
                around.element = around.element if around.code else node
                around.code += node.text or ""
            elif node.tag == _CODE:
                yield WordField(node, node.text or "")
    yield from opened


def _is_gone(node: etree._Element) -> bool:
    return next(node.iterancestors(*_GONE), None) is not None


def _paragraph(node: etree._Element) -> etree._Element | None:
    return next(node.iterancestors(q("w:p")), None)


def may_move(root: etree._Element, prefixes: Collection[str]) -> bool:
    """True when the documents may have a moving field: one is there, or the merge may make one.

    A tag makes one from within a code, or when the run or the paragraphs that its prefix takes away hold the marks
    of a field.
    """
    fields = list(word_fields(root))
    long = any(prefixes) and any(field.is_long for field in fields)
    return long or ("r" in prefixes and bool(fields)) or any(f.is_moving or "{" in f.code for f in fields)


def moving_in(xml: str) -> list[str]:
    """Return the names of the moving fields of a part, once merged."""
    return [field.name for field in word_fields(parse(xml.encode())) if field.is_moving]

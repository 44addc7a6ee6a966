"""The numbered lists of spliced documents: each letter counts from its own beginning."""

from __future__ import annotations

from copy import deepcopy
from typing import Final

from lxml import etree

from clspd_docs.templates.parts import NS, parse, q, serialise

_VAL: Final = q("w:val")
_UNCOUNTED: Final = {"bullet", "none"}


class Lists:
    """The numberings of the template, to which each letter adds its own copies.

    Args:
        numbering: The part of numberings; None when the template has none.
        styles: The part of styles.
    """

    def __init__(self, numbering: bytes | None, styles: bytes | None) -> None:
        self._root = None if numbering is None else parse(numbering)
        self._abstracts: dict[str, etree._Element] = {}
        self._numbers: dict[str, etree._Element] = {}
        if self._root is not None:
            self._abstracts = {_id(e, "w:abstractNumId"): e for e in self._root.findall("w:abstractNum", NS)}
            self._numbers = {_id(e, "w:numId"): e for e in self._root.findall("w:num", NS)}
        self._next = 1 + max((int(key) for key in (*self._abstracts, *self._numbers)), default=0)
        self._styles = {} if styles is None else numbered_styles(parse(styles))
        self._counted_styles = {
            style
            for style, number in self._styles.items()
            if number in self._numbers and self._counts(number)
        }
        self._letters = 0

    def restart(self, body: etree._Element) -> str:
        """Make the lists of ``body`` its own; return why that is impossible, or ""."""
        self._letters += 1
        own: dict[str, str] = {}
        for paragraph in body.iter(q("w:p")):
            style = paragraph.find("w:pPr/w:pStyle", NS)
            number = paragraph.find("w:pPr/w:numPr/w:numId", NS)
            if number is None:
                name = "" if style is None else style.get(_VAL, "")
                if name in self._counted_styles:
                    return "il a des paragraphes numérotés par leur style"
                continue
            key = number.get(_VAL, "")
            if key in self._numbers and self._counts(key) and self._letters > 1:
                if key not in own:
                    own[key] = self._copy(key)
                number.set(_VAL, own[key])
        return ""

    def part(self) -> bytes | None:
        """Return the part with the copies; None when there is none."""
        return None if self._root is None else serialise(self._root)

    def _counts(self, number: str) -> bool:
        """True when a level of the numbering shows a number, so that one letter would go on from another."""
        abstract = self._abstract(number)
        if abstract is None or abstract.find("w:numStyleLink", NS) is not None:
            return True
        levels = [*abstract.iter(q("w:numFmt")), *self._numbers[number].iter(q("w:numFmt"))]
        return any(level.get(_VAL) not in _UNCOUNTED for level in levels)

    def _abstract(self, number: str) -> etree._Element | None:
        link = self._numbers[number].find("w:abstractNumId", NS)
        return None if link is None else self._abstracts.get(link.get(_VAL, ""))

    def _copy(self, number: str) -> str:
        """Return the number of a new list like ``number``, of a definition of its own."""
        assert self._root is not None
        abstract, made = self._abstract(number), deepcopy(self._numbers[number])
        if abstract is not None:
            twin = deepcopy(abstract)
            twin.set(q("w:abstractNumId"), str(self._next))
            for name in ("w:nsid", "w:tmpl", "w:name", "w:styleLink"):
                for element in twin.findall(name, NS):
                    twin.remove(element)
            for link in twin.findall("w:lvl/w:pStyle", NS):  # a style belongs to one definition
                level = link.getparent()
                assert level is not None
                level.remove(link)
            abstract.addnext(twin)
            made.find("w:abstractNumId", NS).set(_VAL, str(self._next))  # type: ignore[union-attr]  # ``_abstract`` found it
        made.set(q("w:numId"), str(self._next))
        self._numbers[number].addnext(made)
        self._next += 1
        return str(self._next - 1)


def _id(element: etree._Element, name: str) -> str:
    return element.get(q(name)) or "0"


def numbered_styles(root: etree._Element) -> dict[str, str]:
    """Return the list of each paragraph style that has one, itself or by the style it is based on.

    The default style is also under "": a paragraph that names none has it.
    """
    styles = {style.get(q("w:styleId"), ""): style for style in root.findall("w:style", NS)}
    found: dict[str, str] = {}
    for name, style in styles.items():
        ancestor: etree._Element | None = style
        for _ in range(len(styles)):
            if ancestor is None:
                break
            number = ancestor.find("w:pPr/w:numPr/w:numId", NS)
            if number is not None:
                found[name] = number.get(_VAL, "")
                break
            base = ancestor.find("w:basedOn", NS)
            ancestor = None if base is None else styles.get(base.get(_VAL, ""))
        if name in found and style.get(q("w:default")) == "1" and style.get(q("w:type")) == "paragraph":
            found[""] = found[name]
    return found

"""The characters of a paragraph and the XML that holds them: a tag may lie over many runs."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from clspd_docs.templates.parts import SPACE, q

_TEXT: Final = q("w:t")
_INLINE: Final = (q("w:br"), q("w:cr"), q("w:tab"), q("w:noBreakHyphen"))


@dataclass(frozen=True, slots=True)
class Piece:
    """An element that shows text: a ``w:t``, or what stands for one character; ``start`` in its paragraph."""

    node: etree._Element
    start: int

    @property
    def end(self) -> int:
        """Where the next piece starts."""
        return self.start + (len(self.node.text or "") if self.node.tag == _TEXT else 1)


def pieces(paragraph: etree._Element, start: int = 0, end: int | None = None) -> list[Piece]:
    """Return the pieces of the paragraph's own text that hold a character from ``start`` to ``end``."""
    found, at = [], 0
    for node in paragraph.iter(_TEXT, *_INLINE):
        if next(node.iterancestors(q("w:p")), None) is paragraph:
            piece = Piece(node, at)
            at = piece.end
            if piece.end > start and (end is None or piece.start < end):
                found.append(piece)
    return found


def container(node: etree._Element) -> etree._Element | None:
    """Return what holds the run of ``node``: its paragraph, a link, a content control."""
    run = next(node.iterancestors(q("w:r")), None)
    return run.getparent() if run is not None else None


def rewrite(paragraph: etree._Element, start: int, end: int, text: str) -> None:
    """Put ``text`` where the characters from ``start`` to ``end`` were, in the run of the first of them."""
    first, *others = pieces(paragraph, start, end)
    tail = (first.node.text or "")[end - first.start :]
    _set(first.node, (first.node.text or "")[: start - first.start] + text + tail)
    for piece in others:
        if piece.node.tag == _TEXT and piece.end > end:
            _set(piece.node, (piece.node.text or "")[end - piece.start :])
        else:
            _remove(piece.node)


def _set(node: etree._Element, text: str) -> None:
    node.text = text
    node.set(SPACE, "preserve")


def _remove(node: etree._Element) -> None:
    """Take the element away, then its run and its link when they show nothing more."""
    parent = node.getparent()
    if parent is None:
        return
    parent.remove(node)
    empty = all(child.tag == q("w:rPr") for child in parent)
    if empty and parent.tag in {q("w:r"), q("w:hyperlink"), q("w:smartTag")}:
        _remove(parent)


def isolate(paragraph: etree._Element, start: int, end: int) -> Sequence[etree._Element]:
    """Return the runs that hold exactly the characters from ``start`` to ``end``, split where need be."""
    for at in (start, end):
        for piece in pieces(paragraph, at, at + 1):
            if piece.start < at:
                _split(piece.node, at - piece.start)
    runs = (next(piece.node.iterancestors(q("w:r")), None) for piece in pieces(paragraph, start, end))
    return list(dict.fromkeys(run for run in runs if run is not None))


def _split(node: etree._Element, at: int) -> None:
    """Split a run inside its text ``node``: what follows goes into a run of the same form."""
    run = node.getparent()
    if run is None or node.tag != _TEXT:
        return
    second = etree.Element(q("w:r"), run.attrib, run.nsmap)
    properties = run.find(q("w:rPr"))
    if properties is not None:
        second.append(copy.deepcopy(properties))
    rest = etree.SubElement(second, _TEXT)
    following = list(node.itersiblings())
    text = node.text or ""
    _set(node, text[:at])
    _set(rest, text[at:])
    second.extend(following)
    run.addnext(second)

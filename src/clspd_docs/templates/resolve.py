"""What a template holds for the people who write it, and no document may hold: tracked changes, comments.

Changes are accepted, as Word's « Accepter toutes les modifications » does; comments and their marks go.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Final

from lxml import etree

from clspd_docs.templates.parts import CONTENT_TYPES, NS, parse, q, rels_of, serialise, target_of, text_parts

_MARKS: Final = (
    b"<w:ins",
    b"<w:del",
    b"<w:move",
    b"Change",
    b"<w:comment",
    b"<w:cellIns",
    b"<w:cellDel",
    b"<w:cellMerge",
)
_KEPT: Final = (q("w:ins"), q("w:moveTo"))
_GONE: Final = (q("w:del"), q("w:moveFrom"))
_MARKERS: Final = tuple(
    q(f"w:{name}")
    for name in (
        *("moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart", "moveToRangeEnd"),
        *("customXmlInsRangeStart", "customXmlInsRangeEnd", "customXmlDelRangeStart", "customXmlDelRangeEnd"),
        *("customXmlMoveFromRangeStart", "customXmlMoveFromRangeEnd"),
        *("customXmlMoveToRangeStart", "customXmlMoveToRangeEnd"),
        *(
            "rPrChange",
            "pPrChange",
            "tblPrChange",
            "tblPrExChange",
            "trPrChange",
            "tcPrChange",
            "tblGridChange",
        ),
        *("sectPrChange", "numberingChange", "cellIns", "cellMerge"),
        *("commentRangeStart", "commentRangeEnd"),
    )
)
_COMMENT_PARTS: Final = frozenset(
    {"comments", "commentsExtended", "commentsIds", "commentsExtensible", "people"}
)


def resolved(members: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the members with every tracked change accepted and no comment."""
    kept = dict(members)
    for part in text_parts(members):
        raw = kept[part.name]
        if any(mark in raw for mark in _MARKS):
            root = parse(raw)
            _accept(root)
            kept[part.name] = serialise(root)
    _drop_comments(kept)
    return kept


def _accept(root: etree._Element) -> None:
    for run in list(root.iter(q("w:r"))):
        if run.find("w:commentReference", NS) is not None:
            _remove(run)
    for row in list(root.iterfind(".//w:trPr/w:del/../..", NS)):
        _remove(row)
    for cell in list(root.iterfind(".//w:tcPr/w:cellDel/../..", NS)):
        _remove(cell)
    joined = [p for p in root.iter(q("w:p")) if p.find("w:pPr/w:rPr/w:del", NS) is not None]
    for element in list(root.iter(*_GONE, *_MARKERS)):
        _remove(element)
    for element in list(root.iter(*_KEPT)):
        _unwrap(element)
    for paragraph in reversed(joined):
        _join(paragraph)
    for table in [t for t in root.iter(q("w:tbl")) if next(t.iter(q("w:tr")), None) is None]:
        _remove(table)


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _unwrap(element: etree._Element) -> None:
    """Put the children of ``element`` in its place; a mark without children only goes."""
    for child in list(element):
        element.addprevious(child)
    _remove(element)


def _join(paragraph: etree._Element) -> None:
    """Join a paragraph whose end was deleted with the next one, whose properties stay."""
    following = paragraph.getnext()
    if following is None or following.tag != q("w:p"):
        if following is not None and not any(child.tag == q("w:r") for child in paragraph):
            _remove(paragraph)
        return
    properties = following.find("w:pPr", NS)
    at = 0 if properties is None else 1
    for offset, child in enumerate([child for child in paragraph if child.tag != q("w:pPr")]):
        following.insert(at + offset, child)
    _remove(paragraph)


def _drop_comments(members: dict[str, bytes]) -> None:
    """Take the parts of comments out of the package."""
    for part in text_parts(members):
        name = rels_of(part.name)
        if b"/comments" not in members.get(name, b"") and b"/people" not in members.get(name, b""):
            continue
        relations = parse(members[name])
        for link in list(relations):
            if (link.get("Type") or "").rpartition("/")[2] in _COMMENT_PARTS:
                target = target_of(posixpath.dirname(part.name), link)
                relations.remove(link)
                members.pop(target, None)
                members.pop(rels_of(target), None)
        members[name] = serialise(relations)
    types = parse(members[CONTENT_TYPES])
    lost = [
        o for o in types.iter(q("ct:Override")) if (o.get("PartName") or "").removeprefix("/") not in members
    ]
    for override in lost:
        types.remove(override)
    if lost:
        members[CONTENT_TYPES] = serialise(types)

"""The text-bearing parts of a Word file: how they are parsed, which they are, how a reader calls them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from lxml import etree

CONTENT_TYPES: Final = "[Content_Types].xml"
MAX_ELEMENTS: Final = (
    1_000_000  # of a package: a tree of that size takes 200 MB; a plan of 25 pages has 15 000
)
DECLARATION: Final = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
NS: Final = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "ct": "http://schemas.openxmlformats.org/package/2006/content-types",
    "rel": "http://schemas.openxmlformats.org/package/2006/relationships",
    "cp": "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
}
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
MAIN_TYPE: Final = f"{_WORD}document.main+xml"
# Content type → what a reader calls the part; the order is that of the findings and of the text.
_LABELS: Final = {
    MAIN_TYPE: "corps",
    f"{_WORD}header+xml": "en-tête",
    f"{_WORD}footer+xml": "pied de page",
    f"{_WORD}footnotes+xml": "note",
    f"{_WORD}endnotes+xml": "note",
}


@dataclass(frozen=True, slots=True)
class TextPart:
    """One part that holds paragraphs: its member name in the zip and its French name."""

    name: str
    label: str


@cache
def q(name: str) -> str:
    """Return ``w:tbl`` as lxml spells it, ``{namespace}tbl``."""
    prefix, _, local = name.partition(":")
    return f"{{{NS[prefix]}}}{local}"


def parse(raw: bytes) -> etree._Element:
    """Return the root of ``raw``; no entity is resolved, nothing outside is read.

    Raises:
        lxml.etree.XMLSyntaxError: ``raw`` is not well formed.
    """
    # A fresh parser each time: lxml serialises the threads that share one.
    parser = etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(raw, parser)


def serialise(root: etree._Element) -> bytes:
    """Return ``root`` as a part of a Word file."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


def content_types(members: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield (member name, content type) of the parts that the package declares one by one."""
    for override in parse(members[CONTENT_TYPES]).iter(q("ct:Override")):
        yield (override.get("PartName") or "").removeprefix("/"), override.get("ContentType") or ""


def name_of(members: Mapping[str, bytes], ending: str) -> str | None:
    """Return the name of the first member whose content type ends so (« styles+xml »)."""
    found = (name for name, kind in content_types(members) if kind.rpartition(".")[2] == ending)
    return next((name for name in found if name in members), None)


def member_of(members: Mapping[str, bytes], ending: str) -> bytes | None:
    """Return that member itself."""
    return members.get(name_of(members, ending) or "")


def text_parts(members: Mapping[str, bytes]) -> list[TextPart]:
    """Return the parts with paragraphs that are there: body, headers, footers, notes; by name within each."""
    found = [(kind, name) for name, kind in content_types(members) if kind in _LABELS and name in members]
    order = list(_LABELS)
    return [
        TextPart(name, _LABELS[kind]) for kind, name in sorted(found, key=lambda f: (order.index(f[0]), f[1]))
    ]


def core_part(members: Mapping[str, bytes]) -> str | None:
    """Return the member that holds the title and the dates of the document, if there is one."""
    return name_of(members, "core-properties+xml")


def rels_of(name: str) -> str:
    """Return the member that holds the relationships of the part ``name``."""
    folder, _, file = name.rpartition("/")
    return f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels"


def target_of(folder: str, link: etree._Element) -> str:
    """Return the member that a relationship of a part of ``folder`` leads to."""
    return posixpath.normpath(posixpath.join("/", folder, link.get("Target") or "")).lstrip("/")

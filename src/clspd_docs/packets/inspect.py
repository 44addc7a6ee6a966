"""What a PDF holds, read back by a library that wrote none of it (pypdf)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pypdf
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, Destination, DictionaryObject

from clspd_docs.errors import Stop
from clspd_docs.findings import Kind, Severity
from clspd_docs.origin import Place

UNREADABLE: Final = Kind(
    code="DOS301",
    severity=Severity.ERROR,
    title="PDF illisible",
    sentence="Ce fichier ne peut pas être lu comme un PDF : il est absent, abîmé ou protégé.",
    remedy="Relancer « clspd-docs build » pour le refaire, ou vérifier le chemin donné.",
)

_PDFA: Final = "http://www.aiim.org/pdfa/ns/id/"
_PDFUA: Final = "http://www.aiim.org/pdfua/ns/id/"
_MAX_PAGES: Final = 20_000
# What pypdf answers to files that are cut, mixed up or made to harm.
_UNEXPECTED: Final = (
    *(PyPdfError, OSError, AttributeError, LookupError, TypeError, ValueError),
    *(RuntimeError, AssertionError, ArithmeticError),
)


@dataclass(frozen=True, slots=True)
class SignatureField:
    """A signature field: its page counts from 1, 0 when no page shows it."""

    name: str
    page: int
    signed: bool


@dataclass(frozen=True, slots=True)
class OutlineItem:
    """One line of the outline: its page counts from 1 (0 without target), its level from 1."""

    title: str
    page: int
    level: int


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """What the file holds and says of itself; ``pdfa`` is its part and level ("2B"), or none."""

    pages: int
    title: str
    lang: str
    pdfa: str | None
    pdfua: bool
    tagged: bool
    signature_fields: tuple[SignatureField, ...]
    outline: tuple[OutlineItem, ...]


def inspect(source: Path | bytes) -> PdfFacts:
    """Return the facts of the PDF at a path, or in memory.

    Raises:
        Stop: DOS301, the file cannot be read.
    """
    with reading(source) as reader:
        root = reader.root_object
        return PdfFacts(
            pages=len(reader.pages),
            title=str(reader.metadata.title or "") if reader.metadata else "",
            lang=str(root.get("/Lang", "")),
            pdfa=_claim(reader, _PDFA, "part") + _claim(reader, _PDFA, "conformance") or None,
            pdfua=_claim(reader, _PDFUA, "part") == "1",
            tagged="/StructTreeRoot" in root,
            signature_fields=tuple(_signature_fields(reader)),
            outline=tuple(_outline(reader, reader.outline, 1)),
        )


def page_count(source: Path | bytes) -> int:
    """Return the number of pages.

    Raises:
        Stop: DOS301, the file cannot be read.
    """
    with reading(source) as reader:
        return len(reader.pages)


def page_texts(source: Path | bytes) -> list[str]:
    """Return the text of each page; slow (about 10 ms a page).

    Raises:
        Stop: DOS301, the file cannot be read.
    """
    with reading(source) as reader:
        return [page.extract_text() for page in reader.pages]


def attachments(source: Path | bytes) -> dict[str, bytes]:
    """Return the files attached to a PDF, by name.

    Raises:
        Stop: DOS301, the file cannot be read.
    """
    with reading(source) as reader:
        return {name: data for name, (data, *_) in reader.attachments.items()}


@contextmanager
def reading(source: Path | bytes) -> Iterator[PdfReader]:
    """Open a PDF for reading, within limits; what goes wrong with its bytes in the block stops the run.

    Raises:
        Stop: DOS301, the file cannot be read.
    """
    name = source.name if isinstance(source, Path) else "dossier.pdf"
    try:
        data = source.read_bytes() if isinstance(source, Path) else source
        with pypdf.apply_configuration(page_tree_maximum_entries=_MAX_PAGES):
            yield PdfReader(io.BytesIO(data))
    except _UNEXPECTED as error:
        raise Stop(UNREADABLE.at(Place(name))) from error


def _claim(reader: PdfReader, namespace: str, name: str) -> str:
    xmp = reader.xmp_metadata
    node = next(iter(xmp.get_element("", namespace, name)), None) if xmp else None
    if node is None:
        return ""
    value = node.nodeValue if node.nodeValue is not None else node.firstChild and node.firstChild.nodeValue
    return str(value or "").strip()


def _signature_fields(reader: PdfReader) -> Iterator[SignatureField]:
    shown = {}
    for number, page in enumerate(reader.pages, 1):
        for annotation in _list(page.get("/Annots")):
            if isinstance(annotation, DictionaryObject) and annotation.get("/Subtype") == "/Widget":
                shown[_name(annotation)] = number
    form = reader.root_object.get("/AcroForm", DictionaryObject()).get_object()
    for field in _terminal_fields(_list(form.get("/Fields"))):
        if field.get("/FT") == "/Sig":
            name = _name(field)
            yield SignatureField(name, shown.get(name, 0), "/V" in field)


def _terminal_fields(fields: list[Any]) -> Iterator[DictionaryObject]:
    for field in fields:
        below = [kid for kid in _list(field.get("/Kids")) if "/T" in kid]
        if below:
            yield from _terminal_fields(below)
        else:
            yield field


def _name(field: DictionaryObject) -> str:
    """Return the full name of a field: those of its parents before its own, with dots."""
    names: list[str] = []
    node: Any = field
    while isinstance(node, DictionaryObject) and len(names) < 32:  # noqa: PLR2004 - a loop of parents
        if "/T" in node:
            names.append(str(node["/T"]))
        node = node.get("/Parent")
        node = node.get_object() if node is not None else None
    return ".".join(reversed(names))


def _outline(reader: PdfReader, items: list[Any], level: int) -> Iterator[OutlineItem]:
    for item in items:
        if isinstance(item, list):
            yield from _outline(reader, item, level + 1)
        elif isinstance(item, Destination):
            page = reader.get_destination_page_number(item)
            yield OutlineItem(str(item.title), 0 if page is None else page + 1, level)


def _list(value: Any) -> list[Any]:
    value = value.get_object() if value is not None else None
    return [item.get_object() for item in value] if isinstance(value, ArrayObject) else []

"""Placeholder pictures: « image:NOM|Texte de remplacement » becomes the picture given under that name.

The placeholder is an ordinary picture of the template; its alternative text says what replaces it. « sig:… »
is left alone: it marks, down to the PDF, where somebody signs.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import Final

from docx.image.exceptions import InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError
from docx.image.image import Image
from lxml import etree

from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.templates.explain import suggestion
from clspd_docs.templates.parts import NS, TextPart, parse, q, serialise
from clspd_docs.templates.structure import MISPLACED
from clspd_docs.templates.values import INSERT, Insert, RichText, drawing, marks, rich_runs

MARK: Final = "image:"
_EXTENSIONS: Final = {"image/png": "png", "image/jpeg": "jpeg"}
_IMAGE_REL: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"

UNKNOWN_PICTURE: Final = Kind(
    "FUS106",
    Severity.ERROR,
    "Image inconnue",
    "Aucune image ne s’appelle « {nom} ».{suggestion}",
    "Corriger le texte de remplacement de l’image dans Word : la seule image connue est « logo ».",
    bad="image:logos|Logo de la ville",
    good="image:logo|Logo de la ville",
)
UNREADABLE_PICTURE: Final = Kind(
    "FUS107",
    Severity.ERROR,
    "Image illisible",
    "L’image « {nom} » ne peut pas être lue.",
    "Fournir un fichier PNG ou JPEG : l’ouvrir dans un logiciel d’images et l’enregistrer à ce format.",
)


@dataclass(slots=True)
class Media:
    """The members that pictures add to a document; one per picture, however often it is shown."""

    members: dict[str, bytes] = field(default_factory=dict)

    def add(self, blob: bytes, extension: str) -> str:
        """Return the member name of ``blob``, named by its content so that two renders are equal."""
        name = _name(blob, extension)
        self.members[name] = blob
        return name


@lru_cache(maxsize=64)  # the same pictures come back in each letter
def _name(blob: bytes, extension: str) -> str:
    return f"word/media/{hashlib.sha256(blob).hexdigest()[:16]}.{extension}"


def has_placeholders(root: etree._Element) -> bool:
    """True when one picture of the part is to be replaced."""
    return bool(_placeholders(root))


def with_picture_types(raw: bytes) -> bytes:
    """Return ``[Content_Types].xml`` declaring the two formats of pictures."""
    root = parse(raw)
    known = {(default.get("Extension") or "").lower() for default in root.iter(q("ct:Default"))}
    for kind, extension in _EXTENSIONS.items():
        if extension not in known:
            root.insert(0, root.makeelement(q("ct:Default"), {"Extension": extension, "ContentType": kind}))
    return serialise(root)


class Relations:
    """The relationships of one part of a document, to which its pictures are added."""

    def __init__(self, raw: bytes, part: TextPart, media: Media) -> None:
        """Take the relationships as ``open_relations`` gives them."""
        self._raw = raw
        self._added: dict[str, str] = {}
        self._folder = posixpath.dirname(part.name) or "."
        self._media = media

    @property
    def is_needed(self) -> bool:
        """True when the part has relationships."""
        return b"Target=" in self._raw or bool(self._added)

    def to(self, blob: bytes) -> tuple[str, float] | None:
        """Return the id of the relationship to a picture and its width over its height; None when unreadable."""
        size = _size(blob)
        if size is None:
            return None
        width, height, extension = size
        return self._id(posixpath.relpath(self._media.add(blob, extension), self._folder)), width / height

    def part(self) -> bytes:
        """Return the relationships as a member."""
        links = (
            f'<Relationship xmlns="{NS["rel"]}" Id="{rel_id}" Type="{_IMAGE_REL}" Target="{target}"/>'
            for target, rel_id in self._added.items()
        )
        end = self._raw.rindex(b"</")
        return self._raw[:end] + "".join(links).encode() + self._raw[end:]

    def _id(self, target: str) -> str:
        if target not in self._added:
            prefix = "rIdImage"
            while prefix.encode() in self._raw:  # a document of ours that became a template
                prefix += "N"
            self._added[target] = f"{prefix}{len(self._added) + 1}"
        return self._added[target]


def open_relations(raw: bytes | None) -> bytes:
    """Return the relationships of a part of a template, written so that others can be added at their end."""
    root = parse(raw) if raw else etree.Element(q("rel:Relationships"), nsmap={None: NS["rel"]})
    if not len(root):
        root.text = ""  # an end tag of its own
    return serialise(root)


class Placeholders:
    """The placeholder pictures of one part of a template."""

    def __init__(self, root: etree._Element, part: TextPart, file: str) -> None:
        self._place = Place(file, part=f"{part.label}, texte de remplacement d’une image")
        prefixes = "|".join(sorted({re.escape(p.prefix or "") for p in _placeholders(root)}))
        # An inline or anchored drawing that holds no other.
        self._drawing = re.compile(
            rf"<((?:{prefixes}):(?:inline|anchor))\b(?:(?!<(?:{prefixes}):(?:inline|anchor)\b).)*?</\1>",
            re.DOTALL,
        )
        # The prefixes that a drawing may use: those declared around it.
        declared = {prefix: uri for p in _placeholders(root) for prefix, uri in _around(p).items() if prefix}
        names = (f' xmlns:{prefix}="{escape(uri)}"' for prefix, uri in declared.items())
        self._start = f"<x{''.join(names)}>"
        self._declared = [f' xmlns:{prefix}="{uri}"' for prefix, uri in declared.items()]

    def fill(self, xml: str, images: Mapping[str, bytes], relations: Relations) -> tuple[str, list[Finding]]:
        """Return a rendered part with its pictures, and the findings: FUS106, FUS107.

        A picture keeps the width of its placeholder, its height follows its own proportions; when that is more
        than the placeholder's height, it takes this height and is narrower. The top left corner does not move.

        Args:
            xml: The rendered part.
            images: PNG or JPEG by name.
            relations: Those of the part; they gain the pictures used.
        """
        findings: list[Finding] = []

        def replaced(match: re.Match[str]) -> str:
            if MARK not in match[0]:
                return match[0]
            wrapper = etree.fromstring(f"{self._start}{match[0]}</x>")
            faults = [self._replace(p, relations, images) for p in _placeholders(wrapper)]
            findings.extend(fault for fault in faults if fault is not None)
            start, _, rest = etree.tostring(wrapper[0], encoding="unicode").partition(">")
            for declaration in self._declared:
                start = start.replace(declaration, "")
            return f"{start}>{rest}"

        return self._drawing.sub(replaced, xml), findings

    def _replace(
        self, properties: etree._Element, relations: Relations, images: Mapping[str, bytes]
    ) -> Finding | None:
        """Point one drawing to its picture; return what prevents it."""
        name, _, alternative = (properties.get("descr") or "").removeprefix(MARK).partition("|")
        name = name.strip()
        blob = images.get(name)
        if not blob:
            return UNKNOWN_PICTURE.at(self._place, nom=name, suggestion=suggestion(name, images))
        found = relations.to(blob)
        if found is None:
            return UNREADABLE_PICTURE.at(self._place, nom=name)
        holder = properties.getparent()
        assert holder is not None, "it is inside a drawing"
        _show(holder, found[0], alternative.strip(), found[1])
        return None


def insert(
    root: etree._Element, values: Sequence[Insert], relations: Relations, place: Place
) -> list[Finding]:
    """Put the rich texts and the pictures of ``values`` where their marks stand; return FUS107 and FUS111."""
    findings: list[Finding] = []
    for number, run in marks(root):
        value = values[number]
        if isinstance(value, RichText):
            for made in reversed(rich_runs(value, run)):
                run.addnext(made)
            continue
        found = relations.to(value.blob)
        if found is None:
            findings.append(UNREADABLE_PICTURE.at(place, nom=value.alternative))
        else:
            run.addnext(drawing(value, found[1], found[0]))
    if next(root.iter(q(INSERT)), None) is not None:
        findings.append(MISPLACED.at(place))
    return findings


def _around(element: etree._Element) -> dict[str | None, str]:
    parent = element.getparent()
    outside = parent.getparent() if parent is not None else None
    return dict(outside.nsmap) if outside is not None else {}


def _placeholders(root: etree._Element) -> list[etree._Element]:
    """Return the properties of the placeholder pictures."""
    return [p for p in root.iter(q("wp:docPr")) if (p.get("descr") or "").startswith(MARK)]


@lru_cache(maxsize=64)  # the same pictures come back in each letter
def _size(blob: bytes) -> tuple[int, int, str] | None:
    """Return (width, height, extension) in pixels, or ``None`` when it is not a picture Word shows."""
    try:
        image = Image.from_blob(blob)
        width, height, extension = image.px_width, image.px_height, _EXTENSIONS[image.content_type]
    except (
        *(UnrecognizedImageError, InvalidImageStreamError, UnexpectedEndOfFileError),
        *(KeyError, ValueError, AttributeError, TypeError, struct.error),
    ):
        return (
            None  # python-docx reads the headers of a damaged file as far as it can, then fails in many ways
        )
    return (width, height, extension) if width > 0 and height > 0 else None


def _show(holder: etree._Element, rel_id: str, alternative: str, ratio: float) -> None:
    """Point the drawing ``holder`` (inline or anchored) to another picture, in the same box."""
    for properties in (*holder.iter(q("wp:docPr")), *holder.iter(q("pic:cNvPr"))):
        properties.set("descr", alternative)
    for blip in holder.iter(q("a:blip")):
        for child in list(blip):  # effects, and the drawn (SVG) twin that Word would prefer
            blip.remove(child)
        blip.set(q("r:embed"), rel_id)
    for crop in list(holder.iter(q("a:srcRect"))):
        crop.attrib.clear()
    for box in (*holder.iterchildren(q("wp:extent")), *holder.iter(q("a:ext"))):
        size = [box.get(name) or "" for name in ("cx", "cy")]
        if all(map(str.isdecimal, size)):  # another « a:ext » names an extension and has no size
            width, height = map(int, size)
            fitted = round(width / ratio)
            box.set("cx", str(width if fitted <= height else max(1, round(height * ratio))))
            box.set("cy", str(max(1, min(fitted, height))))

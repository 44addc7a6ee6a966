"""Placeholder pictures: « image:NOM|Texte de remplacement » becomes the picture given under that name.

The placeholder is an ordinary picture of the template; its alternative text says what replaces it. « sig:… »
is left alone: it marks, down to the PDF, where somebody signs.
"""

from __future__ import annotations

import hashlib
import posixpath
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from docx.image.exceptions import InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError
from docx.image.image import Image
from lxml import etree

from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.templates.explain import suggestion
from clspd_docs.templates.parts import NS, TextPart, parse, q, serialise

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
        name = f"word/media/{hashlib.sha256(blob).hexdigest()[:16]}.{extension}"
        self.members[name] = blob
        return name


def has_placeholders(root: etree._Element) -> bool:
    """True when one picture of the part is to be replaced."""
    return any((p.get("descr") or "").startswith(MARK) for p in root.iter(q("wp:docPr")))


def with_picture_types(raw: bytes) -> bytes:
    """Return ``[Content_Types].xml`` declaring the two formats of pictures."""
    root = parse(raw)
    known = {(default.get("Extension") or "").lower() for default in root.iter(q("ct:Default"))}
    for kind, extension in _EXTENSIONS.items():
        if extension not in known:
            root.insert(0, root.makeelement(q("ct:Default"), {"Extension": extension, "ContentType": kind}))
    return serialise(root)


def place_pictures(
    root: etree._Element,
    part: TextPart,
    rels: bytes | None,
    images: Mapping[str, bytes],
    file: str,
    media: Media,
) -> tuple[bytes, list[Finding]]:
    """Replace the placeholders of ``root`` in place.

    A picture keeps the width of its placeholder, its height follows its own proportions; when that is more
    than the placeholder's height, it takes this height and is narrower. The top left corner does not move.

    Args:
        root: The rendered part.
        part: Its name and label.
        rels: Its relationships, as they are in the template.
        images: PNG or JPEG by name.
        file: Name of the template in findings.
        media: Receives the pictures used.

    Returns:
        The relationships with the new pictures, and the findings: FUS106, FUS107.
    """
    relations = parse(rels) if rels else etree.Element(q("rel:Relationships"), nsmap={None: NS["rel"]})
    findings: list[Finding] = []
    place = Place(file, part=f"{part.label}, texte de remplacement d’une image")
    for holder, name, alternative in list(_placeholders(root)):
        blob = images.get(name)
        if not blob:
            findings.append(UNKNOWN_PICTURE.at(place, nom=name, suggestion=suggestion(name, images)))
            continue
        size = _size(blob)
        if size is None:
            findings.append(UNREADABLE_PICTURE.at(place, nom=name))
            continue
        width, height, extension = size
        target = posixpath.relpath(media.add(blob, extension), posixpath.dirname(part.name) or ".")
        _show(holder, _relate(relations, target), alternative, width / height)
    return serialise(relations), findings


def _placeholders(root: etree._Element) -> Iterator[tuple[etree._Element, str, str]]:
    for properties in root.iter(q("wp:docPr")):
        text = properties.get("descr") or ""
        holder = properties.getparent()
        if text.startswith(MARK) and holder is not None:
            name, _, alternative = text.removeprefix(MARK).partition("|")
            yield holder, name.strip(), alternative.strip()


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


def _relate(relations: etree._Element, target: str) -> str:
    """Return the id of the relationship to ``target``, added when it is not there yet."""
    for link in relations:
        if link.get("Target") == target and link.get("Type") == _IMAGE_REL:
            return link.get("Id") or ""
    taken = {link.get("Id") for link in relations}
    number = next(n for n in range(1, len(taken) + 2) if f"rIdImage{n}" not in taken)
    attributes = {"Id": f"rIdImage{number}", "Type": _IMAGE_REL, "Target": target}
    etree.SubElement(relations, q("rel:Relationship"), attributes)
    return attributes["Id"]


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

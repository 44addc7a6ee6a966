"""A mail-merge document as a package: read within the limits of templates, rid of its data source and macros."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lxml import etree

from clspd_docs.errors import Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.templates.package import DAMAGED, MACROS, OUTSIDE, WORD_TEMPLATE, open_template, refusal
from clspd_docs.templates.parts import (
    CONTENT_TYPES,
    MAIN_TYPE,
    NS,
    parse,
    q,
    rels_of,
    serialise,
    target_of,
    text_parts,
)

SOURCE_DROPPED: Final = Kind(
    "MOD306",
    Severity.NOTE,
    "Lien vers la liste d’adresses ôté",
    "Le document était relié à une liste d’adresses : ce lien n’est pas repris.",
    "Rien à faire : les données viennent du classeur.",
)
MACROS_DROPPED: Final = Kind(
    "MOD307",
    Severity.NOTE,
    "Macros ôtées",
    "Le document contenait des macros ou des contrôles actifs : ils ne sont pas repris.",
    "Rien à faire, sauf si une macro écrivait une partie du texte : l’écrire avec des balises.",
)
TYPE_CHANGED: Final = Kind(
    "MOD308",
    Severity.NOTE,
    "Format changé en .docx",
    "Le fichier était au format {format} : l’importation est un document .docx.",
    "Rien à faire.",
)

_CURABLE: Final = frozenset({MACROS.code, OUTSIDE.code, WORD_TEMPLATE.code})
_SOURCES: Final = frozenset(
    {"mailMergeSource", "mailMergeHeaderSource", "recipientData", "mailMergeRecipientData"}
)
_ACTIVE: Final = frozenset(
    {
        "vbaProject",
        "wordVbaData",
        "keyMapCustomizations",
        "attachedToolbars",
        "control",
        "activeXControlBinary",
    }
)
_FORMATS: Final = {
    "application/vnd.ms-word.document.macroEnabled.main+xml": ".docm",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml": ".dotm",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml": ".dotx",
}


def open_merge(path: Path, file: str) -> tuple[dict[str, bytes], list[Finding]]:
    """Return the members of the document at ``path`` as a plain .docx, and what was left out.

    Raises:
        Stop: MOD101 to MOD111, what ``open_template`` refuses and that cannot be left out without loss.
    """
    opened = open_template(path, file)
    if opened.template is not None:
        members, notes = dict(opened.template.members), list(opened.findings)
    elif opened.findings[0].code in _CURABLE:  # the limits of size were held before these are met
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
        notes = []
    else:
        raise Stop(opened.findings[0])
    try:
        notes += [kind.at(Place(file), **facts) for kind, facts in _cured(members)]
    except etree.XMLSyntaxError:
        raise Stop(DAMAGED.at(Place(file), cause="un de ses éléments est mal formé")) from None
    refused = refusal(members, file)
    if (
        refused is not None and refused.kind is not OUTSIDE
    ):  # a picture linked to the outside: the lint tells it
        raise Stop(refused)
    return members, notes


def _cured(members: dict[str, bytes]) -> Iterator[tuple[Kind, dict[str, str]]]:
    """Take away what a template cannot hold; yield what was there."""
    form = _plain_type(members)
    if form:
        yield TYPE_CHANGED, {"format": form}
    if _without_links(members, _ACTIVE):
        yield MACROS_DROPPED, {}
    linked = _without_links(members, _SOURCES)
    if _without_merge_settings(members) or linked:
        yield SOURCE_DROPPED, {}
    _without_lost_types(members)


def _plain_type(members: dict[str, bytes]) -> str:
    """Make the main part that of a document; return the ending of what it was, or nothing."""
    types = parse(members[CONTENT_TYPES])
    for override in types.iter(q("ct:Override")):
        form = _FORMATS.get(override.get("ContentType") or "", "")
        if form:
            override.set("ContentType", MAIN_TYPE)
            members[CONTENT_TYPES] = serialise(types)
            return form
    return ""


def _without_links(members: dict[str, bytes], genres: frozenset[str]) -> bool:
    """Drop the relationships of these kinds, their parts and what refers to them."""
    found = False
    for name in [name for name in members if name.endswith(".rels")]:
        if name not in members:
            continue  # the relationships of a part that has just gone
        root = parse(members[name])
        gone = [
            link
            for link in root.iter(q("rel:Relationship"))
            if (link.get("Type") or "").rpartition("/")[2] in genres
        ]
        for link in gone:
            root.remove(link)
            if link.get("TargetMode") != "External":
                _drop_part(members, target_of(posixpath.dirname(posixpath.dirname(name)), link))
        if gone:
            found = True
            members[name] = serialise(root)
            _without_controls(members, {link.get("Id") for link in gone})
    return found


def _drop_part(members: dict[str, bytes], name: str) -> None:
    """Drop a part and those that it leads to, be it to itself."""
    members.pop(name, None)
    raw = members.pop(rels_of(name), None)
    for link in parse(raw).iter(q("rel:Relationship")) if raw else ():
        if link.get("TargetMode") != "External":
            _drop_part(members, target_of(posixpath.dirname(name), link))


def _without_controls(members: dict[str, bytes], identifiers: set[str | None]) -> None:
    """Take away the active controls; their picture stays."""
    for part in text_parts(members):
        root = parse(members[part.name])
        controls = [c for c in root.iter(q("w:control")) if c.get(q("r:id")) in identifiers]
        for control in controls:
            parent = control.getparent()
            if parent is not None:
                parent.remove(control)
        if controls:
            members[part.name] = serialise(root)


def _without_merge_settings(members: dict[str, bytes]) -> bool:
    """Take away the link to the address list, which makes Word ask a question on opening."""
    found = False
    for name in [n for n in members if n.endswith("settings.xml")]:
        root = parse(members[name])
        for merge in root.findall("w:mailMerge", NS):
            root.remove(merge)
            members[name] = serialise(root)
            found = True
    return found


def _without_lost_types(members: dict[str, bytes]) -> None:
    """Forget the declared types of the parts that went, and that of macros."""
    types = parse(members[CONTENT_TYPES])
    for declared in list(types):
        name = (declared.get("PartName") or "").removeprefix("/")
        lost = declared.tag == q("ct:Override") and name not in members
        if lost or "vbaProject" in (declared.get("ContentType") or ""):
            types.remove(declared)
    members[CONTENT_TYPES] = serialise(types)

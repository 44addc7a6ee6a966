"""Opening a Word template safely: limits against zip bombs, refusals in French, nothing fetched from outside.

What it returns can be rendered without looking at the file again; what its tags say is checked elsewhere
(``lint.py``), on the template returned.
"""

from __future__ import annotations

import hashlib
import io
import posixpath
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lxml import etree

from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.templates.parts import (
    CONTENT_TYPES,
    MAIN_TYPE,
    MAX_ELEMENTS,
    NS,
    content_types,
    parse,
    q,
    rels_of,
    serialise,
    text_parts,
)
from clspd_docs.templates.render import Template

_MIB: Final = 1 << 20
MAX_FILE: Final = 50 * _MIB
MAX_INFLATED: Final = 200 * _MIB
MAX_MEMBERS: Final = 1_000
MAX_RATIO: Final = 200  # XML of Word deflates 10 to 60 times; checked above one MiB only
MAX_XML: Final = 20 * _MIB
MAX_TAGS: Final = 5_000  # a plan of 25 pages has 200

_SAVE_AS: Final = (
    "Ouvrir le fichier dans Word, l’enregistrer au format « Document Word (.docx) », puis relancer."
)

MISSING: Final = Kind(
    "MOD101",
    Severity.ERROR,
    "Modèle illisible",
    "Le fichier du modèle ne peut pas être lu : {cause}.",
    "Vérifier le nom du fichier et son dossier ; le fermer s’il est ouvert dans Word.",
)
LOCK_FILE: Final = Kind(
    "MOD102",
    Severity.ERROR,
    "Fichier temporaire de Word",
    "Ce fichier est la marque que Word pose pendant qu’un document est ouvert ; ce n’est pas un modèle.",
    "Indiquer le document lui-même, sans « ~$ » ; fermer Word si le fichier reste.",
)
NOT_DOCX: Final = Kind(
    "MOD103",
    Severity.ERROR,
    "Modèle qui n’est pas un fichier .docx",
    "Le modèle doit être un document Word .docx ; ce fichier est {format}.",
    _SAVE_AS,
)
ENCRYPTED: Final = Kind(
    "MOD104",
    Severity.ERROR,
    "Modèle protégé par un mot de passe",
    "Le modèle est protégé par un mot de passe.",
    "Dans Word : Fichier, Informations, Protéger le document ; effacer le mot de passe, enregistrer.",
)
DAMAGED: Final = Kind(
    "MOD105",
    Severity.ERROR,
    "Modèle abîmé",
    "Le fichier est abîmé : {cause}.",
    "Reprendre une copie saine du modèle, ou l’ouvrir dans Word, accepter la réparation et l’enregistrer.",
)
TOO_BIG: Final = Kind(
    "MOD106",
    Severity.ERROR,
    "Modèle trop gros",
    "Le fichier dépasse ce qu’un modèle peut contenir : {cause}.",
    "Alléger le modèle (images moins lourdes), ou le recréer à partir d’un document vide.",
)
MACROS: Final = Kind(
    "MOD107",
    Severity.ERROR,
    "Modèle avec des macros",
    "Le modèle contient des macros ou des contrôles actifs.",
    _SAVE_AS,
)
WORD_TEMPLATE: Final = Kind(
    "MOD108",
    Severity.ERROR,
    "Modèle au format .dotx",
    "Ce fichier est un modèle au sens de Word (.dotx), que le logiciel ne lit pas.",
    _SAVE_AS,
)
OUTSIDE: Final = Kind(
    "MOD109",
    Severity.ERROR,
    "Contenu extérieur au modèle",
    "Le modèle va chercher ou insère un contenu extérieur ({genre}) : il pourrait changer sans qu’on le voie.",
    "Incorporer ce contenu dans le document (pour une image : la supprimer, puis Insertion, Images).",
)
DOCTYPE: Final = Kind(
    "MOD110",
    Severity.ERROR,
    "Définition de type dans le modèle",
    "Le fichier contient une définition (DOCTYPE) que Word n’écrit jamais : il est refusé.",
    "Reprendre une copie saine du modèle, ou recréer le document dans Word.",
)
STRICT: Final = Kind(
    "MOD111",
    Severity.ERROR,
    "Modèle au format Open XML strict",
    "Le modèle est enregistré au format « Document Open XML Strict », que le logiciel ne lit pas.",
    _SAVE_AS,
)
ATTACHED: Final = Kind(
    "MOD112",
    Severity.NOTE,
    "Modèle attaché ignoré",
    "Le document est attaché à un autre modèle de Word ; ce lien n’est pas repris.",
    "Rien à faire : la mise en forme du document est conservée.",
)

LOST_LINK: Final = Kind(
    "MOD113",
    Severity.NOTE,
    "Lien sans objet ignoré",
    "Le fichier désigne un élément qu’il ne contient pas, et que rien n’y montre ; ce lien n’est pas repris.",
    "Rien à faire : le document reste le même.",
)
LOST_CONTENT: Final = Kind(
    "MOD114",
    Severity.ERROR,
    "Contenu qui manque dans le fichier",
    "Le document montre ce que le fichier ne contient pas ({genre}) : il y aurait un vide à la place.",
    "Dans Word, supprimer ce qui ne s’affiche plus (croix rouge, cadre vide), l’insérer de nouveau, enregistrer.",
)


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening gave: the template, or ``None`` with at least one error among the findings."""

    template: Template | None
    findings: tuple[Finding, ...] = ()


class _RefusedError(Exception):
    """Carries a finding to ``open_template``, never further."""

    def __init__(self, kind: Kind, **facts: str) -> None:
        super().__init__(kind.code)
        self.kind, self.facts = kind, facts


def open_template(path: Path, place_file: str) -> Opened:
    """Return the template at ``path``, or why it is refused; nothing is raised for a fault of the file.

    Args:
        path: The Word file.
        place_file: How findings name it: its path relative to the working folder.

    Returns:
        A template ready to render and to lint; notes may come with it (MOD112, MOD113). Errors: MOD101 to MOD111,
        MOD114.
    """
    place = Place(place_file)
    try:
        raw = _read(path)
        members = _inflate(raw)
        notes = _check_package(members)
    except _RefusedError as refused:
        return Opened(None, (refused.kind.at(place, **refused.facts),))
    template = Template(path.name, place_file, hashlib.sha256(raw).hexdigest(), members)
    return Opened(template, tuple(kind.at(place) for kind in notes))


def refusal(members: Mapping[str, bytes], place_file: str) -> Finding | None:
    """Return why these members make no template, as ``open_template`` does; None when they do."""
    try:
        _check_package(dict(members))
    except _RefusedError as refused:
        return refused.kind.at(Place(place_file), **refused.facts)
    return None


def _read(path: Path) -> bytes:
    if path.name.startswith("~$"):
        raise _RefusedError(LOCK_FILE)
    try:
        status = path.stat()
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):  # a pipe never ends
            raise _RefusedError(MISSING, cause="ce n’est pas un fichier ordinaire")
        size = status.st_size
        if size > MAX_FILE:
            raise _RefusedError(TOO_BIG, cause=f"{size // _MIB} Mo, au lieu de {MAX_FILE // _MIB} au plus")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise _RefusedError(MISSING, cause="il n’existe pas") from None
    except IsADirectoryError:
        raise _RefusedError(MISSING, cause="c’est un dossier") from None
    except OSError:
        raise _RefusedError(MISSING, cause="il est ouvert ailleurs, ou l’accès est refusé") from None
    _check_format(raw)
    return raw


def _check_format(raw: bytes) -> None:
    """Refuse by their first bytes what people take for a .docx."""
    if raw.startswith(b"PK"):
        return
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in raw:
            raise _RefusedError(ENCRYPTED)
        raise _RefusedError(NOT_DOCX, format="un ancien document Word (.doc)")
    known = {b"%PDF": "un PDF", b"{\\rtf": "un document RTF", b"<": "une page web ou du texte balisé"}
    for start, name in known.items():
        if raw.lstrip().startswith(start):
            raise _RefusedError(NOT_DOCX, format=name)
    raise _RefusedError(NOT_DOCX, format="d’un autre format" if raw else "vide")


def _inflate(raw: bytes) -> dict[str, bytes]:
    """Return every member of the zip, within the limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            infos = archive.infolist()
            _check_directory(infos)
            return {info.filename: _member(archive, info) for info in infos if not info.is_dir()}
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OSError, zlib.error):
        raise _RefusedError(DAMAGED, cause="l’archive est incomplète ou illisible") from None


def _check_directory(infos: list[zipfile.ZipInfo]) -> None:
    names = [info.filename for info in infos]
    if len(names) > MAX_MEMBERS:
        raise _RefusedError(TOO_BIG, cause=f"plus de {MAX_MEMBERS} éléments")
    if len({name.lower() for name in names}) < len(names):
        raise _RefusedError(DAMAGED, cause="deux éléments portent le même nom")
    if any(name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names):
        raise _RefusedError(DAMAGED, cause="un élément porte un nom interdit")
    if any(info.flag_bits & 1 for info in infos):
        raise _RefusedError(ENCRYPTED)
    if sum(info.file_size for info in infos) > MAX_INFLATED:
        raise _RefusedError(TOO_BIG, cause="contenu démesuré une fois décompressé")
    for info in infos:
        if info.file_size > _MIB and info.file_size > MAX_RATIO * info.compress_size:
            raise _RefusedError(TOO_BIG, cause="contenu compressé de façon anormale")


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return the member, having read no more than its declared size."""
    is_xml = info.filename.lower().endswith((".xml", ".rels"))
    if is_xml and info.file_size > MAX_XML:
        raise _RefusedError(TOO_BIG, cause="texte démesuré")
    with archive.open(info) as stream:
        data = stream.read(info.file_size + 1)
    if len(data) != info.file_size:
        raise _RefusedError(DAMAGED, cause="un élément n’a pas la taille annoncée")
    if is_xml and any("<!DOCTYPE".encode(code) in data for code in ("ascii", "utf-16-le", "utf-16-be")):
        raise _RefusedError(DOCTYPE)
    return data


def _check_package(members: dict[str, bytes]) -> list[Kind]:
    """Refuse what is not a plain Word document, drop the attached template, return the notes to give."""
    if members.get("mimetype", b"").startswith(b"application/vnd.oasis"):
        raise _RefusedError(NOT_DOCX, format="un document LibreOffice (.odt)")
    _check_quantity(members)
    if CONTENT_TYPES not in members:
        raise _RefusedError(NOT_DOCX, format="une archive d’un autre genre")
    try:
        kinds = {kind: name for name, kind in content_types(members)}
        _check_kinds(kinds, members)
        for name, raw in members.items():
            if name.endswith((".xml", ".rels")) and parse(raw).getroottree().docinfo.doctype:
                raise _RefusedError(DOCTYPE)
        return _check_links(members)
    except etree.XMLSyntaxError:
        raise _RefusedError(DAMAGED, cause="un de ses éléments est mal formé") from None


def _check_quantity(members: dict[str, bytes]) -> None:
    """Refuse what would take too long to read, however small the file is."""
    texts = [raw for name, raw in members.items() if name.endswith((".xml", ".rels"))]
    if sum(raw.count(b"<") for raw in texts) > 2 * MAX_ELEMENTS:
        raise _RefusedError(TOO_BIG, cause="plus d’un million d’éléments")
    if sum(raw.count(b"{") for raw in texts) > 2 * MAX_TAGS:
        raise _RefusedError(TOO_BIG, cause=f"plus de {MAX_TAGS} balises")


def _check_kinds(kinds: dict[str, str], members: dict[str, bytes]) -> None:
    names = " ".join(members).lower()
    if any("macroEnabled" in kind for kind in kinds) or "vbaproject" in names or "/activex" in names:
        raise _RefusedError(MACROS)
    if any(kind.endswith("template.main+xml") for kind in kinds):
        raise _RefusedError(WORD_TEMPLATE)
    if MAIN_TYPE not in kinds:
        raise _RefusedError(NOT_DOCX, format="un fichier Office d’un autre genre")
    main = members.get(kinds[MAIN_TYPE])
    if main is None:
        raise _RefusedError(DAMAGED, cause="le texte du document manque")
    root = parse(main)
    if root.tag != q("w:document"):
        raise _RefusedError(
            STRICT if "purl.oclc.org" in str(root.tag) else DAMAGED, cause="le texte du document manque"
        )
    if root.find("w:body", NS) is None:
        raise _RefusedError(DAMAGED, cause="le texte du document manque")


# Kinds of relationship that bring content in, even from inside the package (LibreOffice follows them).
_BROUGHT_IN: Final = {
    "image": "image liée",
    "oleObject": "objet lié",
    "aFChunk": "document inséré",
    "subDocument": "sous-document",
    "mailMergeSource": "fichier d’adresses de publipostage",
    "mailMergeHeaderSource": "fichier d’adresses de publipostage",
}


_OUTSIDE: Final = re.compile(
    r"[\w+.-]+:|//|\\\\"
)  # « http: », « file: », « C: », a share: whatever the mode says


def _check_links(members: dict[str, bytes]) -> list[Kind]:
    """Refuse what comes from outside and what is shown but missing; drop the other links to nothing.

    After this, every link leads to a part of a declared type, or to the outside as a hyperlink.
    """
    notes = []
    for name in [name for name in members if name.endswith(".rels")]:
        root = parse(members[name])
        for link in list(root.iter(q("rel:Relationship"))):
            genre = _genre(link)
            mode = (link.get("TargetMode") or "").lower()
            external = mode == "external" or bool(_OUTSIDE.match(link.get("Target") or ""))
            if genre == "attachedTemplate":
                _drop_attached(members, name, root, link)
                notes.append(ATTACHED)
            elif genre == "hyperlink" and (external or _target(name, link) not in members):
                link.set("TargetMode", "External")
                members[name] = serialise(root)
            elif external or genre in {"aFChunk", "subDocument"}:
                raise _RefusedError(OUTSIDE, genre=_BROUGHT_IN.get(genre, "fichier lié"))
            elif _target(name, link) not in members:
                root.remove(link)
                members[name] = serialise(root)
                notes.append(LOST_LINK)
    _check_ends(members)
    return list(dict.fromkeys(notes))


def _genre(link: etree._Element) -> str:
    """Return the kind of a relationship: « image »."""
    return (link.get("Type") or "").rpartition("/")[2]


def _target(rels_name: str, link: etree._Element) -> str:
    """Return the member that a relationship inside the package leads to."""
    folder = posixpath.dirname(posixpath.dirname(rels_name))
    return posixpath.normpath(posixpath.join("/", folder, link.get("Target") or "")).lstrip("/")


def _check_ends(members: dict[str, bytes]) -> None:
    """Refuse a link to a part without a type, a package without a way to its text, a reference to no link."""
    declared = {
        (o.get("PartName") or "").lower() for o in parse(members[CONTENT_TYPES]).iter(q("ct:Override"))
    }
    endings = {
        (d.get("Extension") or "").lower() for d in parse(members[CONTENT_TYPES]).iter(q("ct:Default"))
    }
    links = {
        name: list(parse(raw).iter(q("rel:Relationship")))
        for name, raw in members.items()
        if name.endswith(".rels")
    }
    inside = [
        (_genre(link), _target(name, link).lower())
        for name, found in links.items()
        for link in found
        if link.get("TargetMode") != "External"
    ]
    if any(f"/{target}" not in declared and target.rpartition(".")[2] not in endings for _, target in inside):
        raise _RefusedError(DAMAGED, cause="un de ses éléments n’a pas de genre déclaré")
    texts = text_parts(members)
    if ("officeDocument", texts[0].name.lower()) not in inside:
        raise _RefusedError(DAMAGED, cause="le texte du document manque")
    for part in texts:
        known = {"", *(link.get("Id") for link in links.get(rels_of(part.name), ()))}
        for reference in parse(members[part.name]).xpath("//@r:*", namespaces=NS):
            shown = etree.QName(reference.getparent()).localname
            if reference not in known and shown not in _LINKS:
                genre = _SHOWN.get(shown, "élément")
                raise _RefusedError(LOST_CONTENT, genre=genre)


_LINKS: Final = frozenset({"hyperlink", "hlinkClick", "hlinkHover"})  # their text stays
_SHOWN: Final = {
    "blip": "image",
    "imagedata": "image",
    "headerReference": "en-tête",
    "footerReference": "pied de page",
    "chart": "graphique",
    "OLEObject": "objet incorporé",
}


def _drop_attached(
    members: dict[str, bytes], rels_name: str, rels: etree._Element, link: etree._Element
) -> None:
    rels.remove(link)
    members[rels_name] = serialise(rels)
    settings_name = rels_name.replace("_rels/", "").removesuffix(".rels")
    if settings_name in members:
        settings = parse(members[settings_name])
        for element in settings.findall("w:attachedTemplate", NS):
            settings.remove(element)
        members[settings_name] = serialise(settings)

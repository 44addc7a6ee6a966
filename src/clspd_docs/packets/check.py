"""The self-check of a finished packet: what the writer says against what another library reads.

``faults`` is quick and runs after every assembly; ``text_faults`` reads all the text and is for rehearsals
and tests.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.packets.assemble import first_pages
from clspd_docs.packets.inspect import PdfFacts, attachments, inspect, page_texts, reading
from clspd_docs.packets.signature_boxes import TAG
from clspd_docs.packets.spec import PDFA, PDFA3, PDFUA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clspd_docs.packets.spec import Packet, PacketSpec, PlacedPart

_OURS: Final = (
    "Ne pas envoyer ce dossier, et signaler le défaut avec le fichier : c’est une erreur du programme."
)

WRONG_PAGES: Final = Kind(
    code="DOS302",
    severity=Severity.ERROR,
    title="Pages du dossier mal comptées",
    sentence="Le dossier n’a pas les pages prévues : {ecart}.",
    remedy=_OURS,
)
WRONG_FIELDS: Final = Kind(
    code="DOS303",
    severity=Severity.ERROR,
    title="Champs de signature inattendus",
    sentence="Les champs de signature lus dans le dossier ne sont pas ceux qui étaient prévus : {ecart}.",
    remedy=_OURS,
)
LEFT_OVER: Final = Kind(
    code="DOS304",
    severity=Severity.ERROR,
    title="Champ de modèle resté dans le texte",
    sentence="Le texte du dossier contient « {mot} », qui vient du modèle ou d’une valeur vide.",
    remedy="Corriger le modèle dans Word (accolades, nom du champ) ou remplir la cellule du classeur, puis "
    "relancer « clspd-docs check ».",
    bad="Madame {{ membre.nom,",
    good="Madame {{ membre.nom }},",
)
WRONG_CONTENTS: Final = Kind(
    code="DOS305",
    severity=Severity.ERROR,
    title="Sommaire faux",
    sentence="Le sommaire n’indique pas la page {page} en face d’une pièce qui commence à cette page.",
    remedy="Relancer « clspd-docs build --force ». Si cela revient, vérifier dans le modèle du sommaire que "
    "chaque ligne se termine par le numéro de page.",
)
WRONG_CLAIMS: Final = Kind(
    code="DOS306",
    severity=Severity.ERROR,
    title="Annonces du dossier perdues",
    sentence="Le dossier ne dit pas de lui-même ce qui était prévu : {ecart}.",
    remedy=_OURS,
)

_LEVELS: Final = {"2B": PDFA, "3B": PDFA3}
_TOKENS: Final = re.compile(r"\{\{|\}\}|\{%|%\}|\bNone\b|\bnan\b")


def faults(spec: PacketSpec, packet: Packet) -> list[Finding]:
    """Return what a second reader finds otherwise than ``packet`` says; empty for a sound packet.

    Codes: DOS302 (pages), DOS303 (signature fields), DOS306 (title, language, claims).

    Raises:
        Stop: DOS301, the packet cannot be read back.
    """
    facts = inspect(packet.pdf)
    place = Place(spec.file)
    checks = (
        (WRONG_PAGES, _pages(spec, packet, facts)),
        (WRONG_FIELDS, _fields(packet, facts)),
        (WRONG_CLAIMS, _claims(spec, packet, facts)),
    )
    return [kind.at(place, ecart=what) for kind, what in checks if what]


def text_faults(spec: PacketSpec, packet: Packet) -> list[Finding]:
    """Return, per page, what a template left in the text (DOS304): braces, « None », « nan »."""
    return [
        LEFT_OVER.at(Place(spec.file, part=f"page {number}"), mot=token)
        for number, text in enumerate(page_texts(packet.pdf), 1)
        for token in sorted(set(_TOKENS.findall(text)))
    ]


def contents_faults(spec: PacketSpec, packet: Packet, contents: PlacedPart) -> list[Finding]:
    """Return the links of the contents part whose line does not print the page they lead to (DOS305).

    The numbers that end the lines of the contents must hold the targets of its links, in the same order.
    """
    with reading(packet.pdf) as reader:
        numbers = {page.indirect_reference: number for number, page in enumerate(reader.pages, 1)}
        pages = reader.pages[contents.first_page - 1 : contents.first_page - 1 + contents.pages]
        text = "\n".join(page.extract_text() for page in pages)
        targets = [target for page in pages for target in _targets(page, numbers)]
    printed = iter([int(number) for number in re.findall(r"(\d+)\s*$", text, re.MULTILINE)])
    missing = next((target for target in targets if target not in printed), None)
    place = Place(spec.file, part=f"page {contents.first_page}")
    return [] if missing is None else [WRONG_CONTENTS.at(place, page=missing)]


def _pages(spec: PacketSpec, packet: Packet, facts: PdfFacts) -> str:
    starts = first_pages([part.pages for part in packet.parts], recto=spec.recto)
    last = packet.parts[-1]
    if facts.pages != packet.pages or packet.pages != last.first_page - 1 + last.pages:
        return f"{facts.pages} pages lues, {packet.pages} prévues"
    if starts != [part.first_page for part in packet.parts]:
        return "une pièce ne commence pas à sa page"
    if len(packet.parts) > 1:
        marks = {(item.title, item.page) for item in facts.outline}
        if any((part.title, part.first_page) not in marks for part in packet.parts):
            return "un signet ne mène pas à sa pièce"
    return ""


def _fields(packet: Packet, facts: PdfFacts) -> str:
    names = [field.name for field in facts.signature_fields]
    if len(set(names)) < len(names):
        return "un nom sert deux fois"
    if sorted(names) != sorted(packet.signature_fields):
        return f"{len(names)} lus, {len(packet.signature_fields)} prévus"
    if any(field.page == 0 for field in facts.signature_fields):
        return "un champ n’est sur aucune page"
    return _tags(packet)


def _tags(packet: Packet) -> str:
    """Return what is wrong with the tags for i-parapheur, each of which has a line of its own."""
    if not packet.tag_pages:
        return ""
    with reading(packet.pdf) as reader:
        for number, expected in Counter(packet.tag_pages).items():
            lines = [line.strip() for line in reader.pages[number - 1].extract_text().splitlines()]
            if lines.count(TAG) != expected:
                return f"{lines.count(TAG)} balises i-parapheur lues page {number}, {expected} prévues"
    return ""


def _claims(spec: PacketSpec, packet: Packet, facts: PdfFacts) -> str:
    if (facts.title, facts.lang) != (spec.title, spec.lang):
        return "titre ou langue"
    claims = (_LEVELS.get(facts.pdfa or ""), PDFUA if facts.pdfua else None)
    if tuple(filter(None, claims)) != packet.claims:
        return "PDF/A ou PDF/UA"
    if spec.attachment and attachments(packet.pdf).get(spec.attachment.name) != spec.attachment.data:
        return "le fichier joint"
    return ""


def _targets(page: DictionaryObject, numbers: Mapping[IndirectObject | None, int]) -> list[int]:
    """Return the pages that the links of ``page`` lead to, from top to bottom; a link on two lines counts once."""
    found = []
    for reference in page.get("/Annots", ArrayObject()):
        annotation = reference.get_object()
        target = annotation.get("/Dest")
        if annotation.get("/Subtype") == "/Link" and isinstance(target, ArrayObject):
            found.append((-float(annotation["/Rect"][3]), numbers[target[0].indirect_reference]))
    in_order = [number for _, number in sorted(found)]
    return [number for before, number in pairwise([0, *in_order]) if number != before]

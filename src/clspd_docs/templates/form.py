"""The form of a template: what an accessible PDF (PDF/UA) and a stable rendering ask of the Word file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from lxml import etree

from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.templates.parts import NS, TextPart, content_types, core_part, parse, q, text_parts
from clspd_docs.templates.tags import Spot, spots

LANGUAGE: Final = Kind(
    "MOD140",
    Severity.WARNING,
    "Langue du modèle",
    "La langue du modèle n’est pas le français : une synthèse vocale lirait mal les documents.",
    "Dans Word : Ctrl+A, Révision, Langue, Définir la langue de vérification, Français (France), Par défaut.",
)
NO_TITLE: Final = Kind(
    "MOD141",
    Severity.WARNING,
    "Modèle sans titre",
    "La propriété « Titre » du modèle est vide : les PDF n’auraient pas de titre.",
    "Dans Word : Fichier, Informations, Titre ; on peut y mettre des balises.",
)
NO_ALTERNATIVE: Final = Kind(
    "MOD142",
    Severity.WARNING,
    "Image sans texte de remplacement",
    "Une image n’a pas de texte de remplacement et n’est pas marquée comme décorative.",
    "Dans Word : clic droit sur l’image, Modifier le texte de remplacement.",
)
HEADING_JUMP: Final = Kind(
    "MOD143",
    Severity.WARNING,
    "Niveau de titre sauté",
    "Ce titre est de niveau {niveau} alors que le niveau {manquant} manque avant lui.",
    "Employer les styles Titre 1, Titre 2… dans l’ordre.",
)
NO_HEADER_ROW: Final = Kind(
    "MOD144",
    Severity.WARNING,
    "Tableau sans ligne d’en-tête",
    "La première ligne du tableau n’est pas marquée comme ligne d’en-tête.",
    "Dans Word : se placer dans la première ligne, Disposition, Répéter les lignes d’en-tête ; "
    "si ce n’en est pas une, décocher « Ligne d’en-tête » dans l’onglet Création de tableau.",
)
SYMBOL_BULLETS: Final = Kind(
    "MOD145",
    Severity.WARNING,
    "Puces en police de symboles",
    "Des puces emploient la police « {police} » : un lecteur d’écran et une recherche ne les lisent pas.",
    "Dans Word : Puces, Définir une puce, Symbole ; choisir « • » ou « – » dans la police du texte.",
)
MOVING_FIELD: Final = Kind(
    "MOD146",
    Severity.ERROR,
    "Champ qui change tout seul",
    "Le champ Word « {champ} » serait recalculé ou relu à chaque conversion : le document changerait.",
    "Le remplacer par une balise ; pour une date, celle du classeur : « {{{{ seance.date }}}} ».",
)

_MOVING: Final = frozenset(
    {"DATE", "TIME", "DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "LINK", "DATABASE"}
)
_SYMBOLS: Final = re.compile(r"symbol|wingdings|webdings", re.IGNORECASE)
_DECORATIVE: Final = etree.XPath(".//*[local-name()='decorative'][@val='1' or @val='true']")
# A header row is there, or the table says that it has none (a form: names on the left, values on the right).
_HEADER_ROW: Final = etree.XPath(
    "w:tr[1]/w:trPr/w:tblHeader | w:tblPr/w:tblLook[@w:firstRow='0']", namespaces=NS
)


def form_faults(members: Mapping[str, bytes], file: str) -> Iterator[Finding]:
    """Yield MOD140 to MOD146 for the members of a template."""
    by_kind = {kind.rpartition(".")[2]: name for name, kind in content_types(members)}
    styles = members.get(by_kind.get("styles+xml", ""))
    yield from _document_faults(members, styles, members.get(by_kind.get("numbering+xml", "")), file)
    levels = _heading_levels(styles)
    for part in text_parts(members):
        root = parse(members[part.name])
        here = list(spots(part.label, root))
        yield from _part_faults(root, part, here, file)
        if part.label == "corps":
            yield from _heading_faults(here, levels, file)


def _document_faults(
    members: Mapping[str, bytes], styles: bytes | None, numbering: bytes | None, file: str
) -> Iterator[Finding]:
    language = parse(styles).find("w:docDefaults/w:rPrDefault/w:rPr/w:lang", NS) if styles else None
    if language is None or (language.get(q("w:val")) or "").lower() != "fr-fr":
        yield LANGUAGE.at(Place(file))
    core = core_part(members)
    if not core or not (parse(members[core]).findtext("dc:title", "", NS) or "").strip():
        yield NO_TITLE.at(Place(file))
    fonts = parse(numbering).iterfind(".//w:lvl/w:rPr/w:rFonts", NS) if numbering else ()
    for name in sorted({font.get(q("w:ascii")) or "" for font in fonts}):
        if _SYMBOLS.match(name):
            yield SYMBOL_BULLETS.at(Place(file), police=name)


def _part_faults(root: etree._Element, part: TextPart, here: Sequence[Spot], file: str) -> Iterator[Finding]:
    by_holder = {spot.holder: spot for spot in here}

    def place(node: etree._Element) -> Place:
        spot = by_holder.get(next(node.iterancestors(q("w:p")), node))
        return Place(file, part=spot.where if spot else part.label)

    for picture in root.iter(q("wp:docPr")):
        if not (picture.get("descr") or "").strip() and not _DECORATIVE(picture):
            yield NO_ALTERNATIVE.at(place(picture))
    for number, table in enumerate(root.iter(q("w:tbl")), 1):
        if len(table.findall("w:tr", NS)) > 1 and not _HEADER_ROW(table):
            yield NO_HEADER_ROW.at(Place(file, part=f"{part.label}, tableau {number}"))
    instructions = [(node, node.text or "") for node in root.iter(q("w:instrText"))]
    instructions += [(node, node.get(q("w:instr")) or "") for node in root.iter(q("w:fldSimple"))]
    for node, text in instructions:
        word = (text.split() or [""])[0].upper()
        if word in _MOVING:
            yield MOVING_FIELD.at(place(node), champ=word)


def _heading_levels(styles: bytes | None) -> dict[str, int]:
    """Return the heading level of each paragraph style that is one, from 1."""
    levels = {}
    for style in parse(styles).iterfind("w:style", NS) if styles else ():
        name = style.find("w:name", NS)
        match = (
            re.fullmatch(r"heading (\d)", (name.get(q("w:val")) or "").lower()) if name is not None else None
        )
        if match:
            levels[style.get(q("w:styleId")) or ""] = int(match[1])
    return levels


def _heading_faults(here: Sequence[Spot], levels: dict[str, int], file: str) -> Iterator[Finding]:
    before = 0
    for spot in here:
        style = spot.holder.find("w:pPr/w:pStyle", NS)
        level = levels.get(style.get(q("w:val")) or "", 0) if style is not None else 0
        if level > before + 1:
            yield HEADING_JUMP.at(Place(file, part=spot.where), niveau=level, manquant=before + 1)
        before = level or before

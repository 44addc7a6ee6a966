"""What an accessible PDF (PDF/UA) asks of the Word file: language, title, headings, tables, pictures, lists, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from clspd_docs.findings import Kind, Severity
from clspd_docs.templates.lint_scan import Fault, PartScan, Scan
from clspd_docs.templates.parts import NS, core_part, parse, q
from clspd_docs.templates.tags import TAG, is_fallback

LANGUAGE = Kind(
    "MOD140",
    Severity.WARNING,
    "Langue du modèle",
    "La langue du modèle n’est pas le français : une synthèse vocale lirait mal les documents.",
    "Dans Word : Ctrl+A, Révision, Langue, Définir la langue de vérification, Français (France), Par défaut.",
)
NO_TITLE = Kind(
    "MOD141",
    Severity.WARNING,
    "Modèle sans titre",
    "La propriété « Titre » du modèle est vide : les PDF n’auraient pas de titre.",
    "Dans Word : Fichier, Informations, Titre ; on peut y mettre des balises.",
)
NO_ALTERNATIVE = Kind(
    "MOD142",
    Severity.WARNING,
    "Image sans texte de remplacement",
    "Une image n’a pas de texte de remplacement et n’est pas marquée comme décorative.",
    "Dans Word : clic droit sur l’image, Modifier le texte de remplacement.",
)
HEADING_JUMP = Kind(
    "MOD143",
    Severity.WARNING,
    "Niveau de titre sauté",
    "Ce titre est de niveau {niveau} alors que le niveau {manquant} manque avant lui.",
    "Employer les styles Titre 1, Titre 2… dans l’ordre.",
)
NO_HEADER_ROW = Kind(
    "MOD144",
    Severity.WARNING,
    "Tableau sans ligne d’en-tête",
    "La première ligne du tableau n’est pas marquée comme ligne d’en-tête.",
    "Dans Word : se placer dans la première ligne, Disposition, Répéter les lignes d’en-tête ; "
    "si ce n’en est pas une, décocher « Ligne d’en-tête » dans l’onglet Création de tableau.",
)
SYMBOL_BULLETS = Kind(
    "MOD145",
    Severity.WARNING,
    "Puces en police de symboles",
    "Des puces emploient la police « {police} » : un lecteur d’écran et une recherche ne les lisent pas.",
    "Dans Word : Puces, Définir une puce, Symbole ; choisir « • » ou « – » dans la police du texte.",
)
TYPED_BULLET: Final = Kind(
    "MOD170",
    Severity.WARNING,
    "Puce tapée à la main",
    "Cette ligne commence par « {puce} » tapé à la main : un lecteur d’écran n’y voit pas une liste.",
    "Dans Word : effacer le signe, puis Accueil, Puces (ou Numérotation).",
)
EMPTY_LINES: Final = Kind(
    "MOD171",
    Severity.NOTE,
    "Lignes vides pour faire de l’espace",
    "{nombre} lignes vides se suivent : un lecteur d’écran les annonce une à une.",
    "Les supprimer ; dans Word : Mise en page, Espacement avant et après le paragraphe.",
)
LINK_TEXT: Final = Kind(
    "MOD172",
    Severity.NOTE,
    "Lien dont le texte ne dit rien",
    "Le texte du lien, « {texte} », ne dit pas où il mène.",
    "Écrire ce que le lecteur y trouvera : « règlement intérieur (PDF) ».",
    bad="cliquez ici",
    good="règlement intérieur",
)
BARE_ADDRESS: Final = Kind(
    "MOD173",
    Severity.NOTE,
    "Adresse web en toutes lettres",
    "L’adresse « {texte} » est un lien sans nom : un lecteur d’écran l’épelle.",
    "Si le document n’est pas fait pour le papier, donner un texte au lien : Ctrl+K, Texte à afficher.",
)
FAKE_HEADING: Final = Kind(
    "MOD174",
    Severity.NOTE,
    "Titre fait à la main",
    "Cette ligne courte, toute en gras, ressemble à un titre, et n’en est pas un pour un lecteur d’écran.",
    "S’il s’agit d’un titre, lui donner le style Titre 1, Titre 2, etc.",
)

_SYMBOLS: Final = re.compile(r"symbol|wingdings|webdings", re.IGNORECASE)
_DECORATIVE: Final = etree.XPath(".//*[local-name()='decorative'][@val='1' or @val='true']")
# A header row is there, or the table says that it has none (a form: names on the left, values on the right).
_HEADER_ROW: Final = etree.XPath(
    "w:tr[1]/w:trPr/w:tblHeader | w:tblPr/w:tblLook[@w:firstRow='0']", namespaces=NS
)
_BULLET: Final = re.compile(r"\s*([-–—•·●▪■◦○➢→*\uf0b7\uf0a7])[ \u00a0\t]+\S")
_VAGUE: Final = re.compile(
    r"\W*(cliqu\w+( (ici|sur ce lien))?|ici|lien|ce lien|en savoir plus|lire la suite|voir|plus)\W*",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"\s*(https?://\S+|www\.\S+)\s*", re.IGNORECASE)
_UNSEEN: Final = frozenset(
    q(f"w:{name}")
    for name in (
        *("r", "rPr", "t", "bookmarkStart", "bookmarkEnd", "proofErr"),
        *("commentRangeStart", "commentRangeEnd", "commentReference"),
    )
)
_MANY: Final = 3  # empty lines in a row
_BODY: Final = "corps"


def accessibility_faults(scan: Scan) -> Iterator[Fault]:
    """Yield MOD140 to MOD145 and MOD170 to MOD174."""
    yield from _document_faults(scan)
    for part in scan.parts:
        yield from _pictures(part)
        yield from _tables(part)
        yield from _lines(part)
        yield from _links(part)
        if part.label == _BODY:
            yield from _headings(part)


def _document_faults(scan: Scan) -> Iterator[Fault]:
    if language_of(scan.member("styles+xml")) != "fr-fr":
        yield scan.whole(LANGUAGE)
    core = core_part(scan.members)
    if not core or not (parse(scan.members[core]).findtext("dc:title", "", NS) or "").strip():
        yield scan.whole(NO_TITLE)
    numbering = scan.member("numbering+xml")
    fonts = parse(numbering).iterfind(".//w:lvl/w:rPr/w:rFonts", NS) if numbering else ()
    for name in sorted({font.get(q("w:ascii")) or "" for font in fonts}):
        if _SYMBOLS.match(name):
            yield scan.whole(SYMBOL_BULLETS, police=name)


def language_of(styles: bytes | None) -> str:
    """Return the language of the text by default, in lower case."""
    language = parse(styles).find("w:docDefaults/w:rPrDefault/w:rPr/w:lang", NS) if styles else None
    return (language.get(q("w:val")) or "").lower() if language is not None else ""


def _pictures(part: PartScan) -> Iterator[Fault]:
    for picture in part.root.iter(q("wp:docPr")):
        if not (picture.get("descr") or "").strip() and not _DECORATIVE(picture):
            yield part.at(NO_ALTERNATIVE, picture)


def lacks_header(table: etree._Element) -> bool:
    """True for a table of several rows whose first is not marked as its header."""
    return len(table.findall("w:tr", NS)) > 1 and not _HEADER_ROW(table)


def _tables(part: PartScan) -> Iterator[Fault]:
    for table in part.root.iter(q("w:tbl")):
        if lacks_header(table) and not is_fallback(table):
            yield part.at(NO_HEADER_ROW, table, "")


def _lines(part: PartScan) -> Iterator[Fault]:
    """Yield bullets typed by hand, empty lines in a row, and headings made by hand."""
    empty: list[etree._Element] = []
    for spot in part.spots:
        line = spot.holder
        if line.tag != q("w:p") or is_fallback(line):
            continue
        bullet = _BULLET.match(spot.text)
        if bullet and line.find("w:pPr/w:numPr", NS) is None:
            yield part.at(TYPED_BULLET, line, spot.text, puce=bullet[1])
        if _is_empty(line, spot.text):
            empty = [*empty, line] if empty and line.getprevious() is empty[-1] else [line]
            continue
        if len(empty) >= _MANY:
            yield part.at(EMPTY_LINES, empty[0], nombre=str(len(empty)))
        empty = []
        if part.label == _BODY and _is_fake_heading(part, line, spot.text):
            yield part.at(FAKE_HEADING, line, spot.text)


def _is_empty(line: etree._Element, text: str) -> bool:
    """True for a paragraph without text, picture or field; a bookmark or a comment shows nothing."""
    return not text.strip() and all(
        child.tag in _UNSEEN for run in line for child in (run, *run) if run.tag != q("w:pPr")
    )


def _is_fake_heading(part: PartScan, line: etree._Element, text: str) -> bool:
    """True for a short line, bold or underlined from end to end by hand, outside of tables, without its own style."""
    parent = line.getparent()
    words = text.split()
    styled = line.find("w:pPr/w:pStyle", NS) is not None
    if parent is None or parent.tag != q("w:body") or styled or part.places.level(line):
        return False
    if not 1 < len(words) <= 10 or text.rstrip()[-1] in ".,;:?!" or TAG.search(text):  # noqa: PLR2004 - a title's length
        return False
    runs = [run for run in line.iter(q("w:r")) if run.find("w:t", NS) is not None]
    return bool(runs) and all(_is_on(run.find("w:rPr/w:b", NS)) for run in runs)


def _is_on(mark: etree._Element | None) -> bool:
    return mark is not None and mark.get(q("w:val")) not in {"0", "false", "off"}


def _links(part: PartScan) -> Iterator[Fault]:
    for link in part.root.iter(q("w:hyperlink")):
        text = "".join(t.text or "" for t in link.iter(q("w:t")))
        if link.get(q("w:anchor")) or is_fallback(link):
            continue
        if _VAGUE.fullmatch(text):
            yield part.at(LINK_TEXT, link, texte=text.strip())
        elif _ADDRESS.fullmatch(text):
            yield part.at(BARE_ADDRESS, link, texte=text.strip())


def _headings(part: PartScan) -> Iterator[Fault]:
    before = 0
    for spot in part.spots:
        level = part.places.level(spot.holder) if not is_fallback(spot.holder) else 0
        if level > before + 1:
            yield part.at(HEADING_JUMP, spot.holder, niveau=str(level), manquant=str(before + 1))
        before = level or before

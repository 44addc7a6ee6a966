"""What Word leaves in a template besides its text: fields, comments, tracked changes, controls, old copies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote

from lxml import etree

from clspd_docs.findings import Kind, Severity
from clspd_docs.templates.lint_scan import TRACKED, Fault, PartScan, Scan
from clspd_docs.templates.parts import NS, parse, q
from clspd_docs.templates.tags import LONE_BRACES, TAG, is_fallback
from clspd_docs.templates.word_fields import MOVING_FIELD, word_fields

AUTHOR: Final = "clspd-docs"  # of the comments of an annotated copy

CHANGES: Final = Kind(
    "MOD137",
    Severity.WARNING,
    "Suivi des modifications",
    "Les modifications suivies seront acceptées dans les documents : ce qui est ajouté y sera, ce qui est supprimé "
    "n’y sera pas.",
    "Pour en décider vous-même, dans Word : Révision, accepter ou refuser chaque modification ; enregistrer.",
)
NOT_FILLED: Final = Kind(
    "MOD160",
    Severity.ERROR,
    "Balise dans un endroit qui n’est pas rempli",
    "La balise « {texte} » est dans {endroit}, que le logiciel ne remplit pas : elle serait laissée telle quelle.",
    "Déplacer la balise dans le texte du document.",
)
COMMENTS: Final = Kind(
    "MOD161",
    Severity.NOTE,
    "Commentaires laissés",
    "Ce commentaire de Word reste dans le modèle : les documents ne l’auront pas.",
    "Rien à faire ; s’il ne sert plus, le supprimer dans Word (Révision, Supprimer).",
)
HIDDEN: Final = Kind(
    "MOD162",
    Severity.WARNING,
    "Texte masqué",
    "Un texte masqué est dans le modèle : il ne s’imprime pas, mais reste lisible dans les documents Word.",
    "Dans Word : Ctrl+A, Police, décocher « Masqué » ; supprimer ensuite le texte s’il ne sert pas.",
)
CONTROL: Final = Kind(
    "MOD163",
    Severity.WARNING,
    "Contrôle de contenu",
    "Un contrôle de contenu {defaut}.",
    "Dans Word : clic droit sur le contrôle, Supprimer le contrôle de contenu ; taper une balise à sa place.",
)
MERGE_FIELD: Final = Kind(
    "MOD164",
    Severity.ERROR,
    "Champ de publipostage de Word",
    "Le champ de publipostage « {champ} » ne serait pas rempli : son ancien texte resterait.",
    "Le remplacer par une balise « {{{{ … }}}} ».",
    bad="«Nom» (MERGEFIELD Nom)",
    good="{{ destinataire.nom }}",
)
DESK_FIELD: Final = Kind(
    "MOD165",
    Severity.WARNING,
    "Champ propre au poste de travail",
    "Le champ Word « {champ} » dirait le nom d’un fichier ou d’un poste de travail, pas celui du document.",
    "Le remplacer par un texte ou par une balise.",
)
EMBEDDED: Final = Kind(
    "MOD166",
    Severity.WARNING,
    "Objet incorporé",
    "Un objet d’un autre logiciel (tableur, diaporama…) est incorporé : le PDF n’en montre qu’une image.",
    "Coller le tableau dans Word, ou insérer une image avec un texte de remplacement.",
)
OLD_COPY: Final = Kind(
    "MOD167",
    Severity.ERROR,
    "Zone de texte en deux versions",
    "Word garde de cette zone de texte une copie pour ses anciennes versions ; elle dit autre chose : {balises}.",
    "Dans Word : copier le texte de la zone, la supprimer, en insérer une nouvelle et y coller le texte.",
)
FONT: Final = Kind(
    "MOD168",
    Severity.WARNING,
    "Police peu répandue",
    "La police « {police} » n’a pas de jumelle libre : sur un autre ordinateur, lignes et pages se couperaient "
    "autrement.",
    "Choisir Calibri, Cambria, Arial, Times New Roman ou Courier New.",
)

_MERGE: Final = frozenset(
    {"MERGEFIELD", "NEXT", "NEXTIF", "SKIPIF", "MERGEREC", "MERGESEQ", "ADDRESSBLOCK", "GREETINGLINE"}
)
_DESK: Final = frozenset({"FILENAME", "USERNAME", "USERINITIALS", "USERADDRESS", "LASTSAVEDBY", "TEMPLATE"})
_KINDS: Final = dict.fromkeys(_MERGE, MERGE_FIELD) | dict.fromkeys(_DESK, DESK_FIELD)
_ELSEWHERE: Final = (
    (re.compile(r"docProps/(custom|app)\.xml"), "une propriété personnalisée"),
    (re.compile(r"word/charts/chart\d*\.xml"), "un graphique"),
    (re.compile(r"word/diagrams/data\d*\.xml"), "un graphique SmartArt"),
)
_FONTS: Final = re.compile(
    r"(calibri|carlito|cambria|caladea|arial|arial narrow|arimo|liberation (sans|serif|mono)( narrow)?"
    r"|times( new roman)?|tinos|courier( new)?|cousine|symbol|opensymbol|wingdings.*|webdings)",
    re.IGNORECASE,
)


def word_faults(scan: Scan) -> Iterator[Fault]:
    """Yield MOD137, MOD146 and MOD160 to MOD168."""
    for part in scan.parts:
        tracked = next(part.root.iter(*TRACKED), None)
        if tracked is not None:
            yield part.at(CHANGES, tracked)
        yield from _fields(part)
        yield from _text(part)
        yield from _objects(part)
        yield from _old_copies(part)
    yield from _elsewhere(scan)
    yield from _comments(scan)
    yield from _fonts(scan)


def _fields(part: PartScan) -> Iterator[Fault]:
    told = set()
    for field in word_fields(part.root):
        words, word = field.code.split(), field.name
        kind = MOVING_FIELD if field.is_moving else _KINDS.get(word)
        name = words[1].strip('"') if word == "MERGEFIELD" and len(words) > 1 else word
        # The old copy of a text box says the same, or is to be told.
        if kind is not None and not (is_fallback(field.element) and (kind, name) in told):
            told.add((kind, name))
            yield part.at(kind, field.element, champ=name)


def _text(part: PartScan) -> Iterator[Fault]:
    """Yield hidden text, once a paragraph, and content controls that hold no text of ours."""
    hidden: dict[etree._Element, str] = {}
    for mark in part.root.iterfind(".//w:r/w:rPr/w:vanish", NS):
        run = next(mark.iterancestors(q("w:r")))
        text = "".join(t.text or "" for t in run.iter(q("w:t")))
        if mark.get(q("w:val")) not in {"0", "false", "off"} and text.strip() and not is_fallback(run):
            hidden.setdefault(next(run.iterancestors(q("w:p")), run), text)
    for paragraph in hidden:
        yield part.at(HIDDEN, paragraph)
    for control in part.root.iter(q("w:sdt")):
        bound = control.find("w:sdtPr/w:dataBinding", NS)
        # One bound to a property of the document shows what the merge writes there.
        if (
            bound is not None
            and "Properties" not in (bound.get(q("w:xpath")) or "")
            and TAG.search(_all_text(control))
        ):
            defect = "est lié à une donnée cachée du fichier : Word remplacerait la balise à l’ouverture"
        elif control.find("w:sdtPr/w:showingPlcHdr", NS) is not None:
            defect = "montre encore son texte d’invite (« Cliquez ici pour… »), qui serait imprimé"
        else:
            continue
        inside = next(control.iter(q("w:p")), None)
        yield part.at(CONTROL, control if inside is None else inside, defaut=defect)


def _objects(part: PartScan) -> Iterator[Fault]:
    for node in part.root.iter(q("w:object")):
        if not is_fallback(node):
            yield part.at(EMBEDDED, node)


def _old_copies(part: PartScan) -> Iterator[Fault]:
    """Yield the text boxes whose old copy holds tags that the new one does not."""
    for choice in part.root.iter(q("mc:AlternateContent")):
        copies = [choice.find(f"mc:{name}", NS) for name in ("Choice", "Fallback")]
        new, old = ({m[0] for m in TAG.finditer(_all_text(copy))} for copy in copies)
        if old - new:
            tags = ", ".join(f"« {tag} »" for tag in sorted(old - new))
            yield part.at(OLD_COPY, choice, balises=tags)


def _all_text(element: etree._Element | None) -> str:
    return "".join(t.text or "" for t in element.iter(q("w:t"))) if element is not None else ""


def _elsewhere(scan: Scan) -> Iterator[Fault]:
    """Yield the tags of the parts that no merge fills, and of the addresses of links."""
    for name, raw in scan.members.items():
        place = next((told for pattern, told in _ELSEWHERE if pattern.fullmatch(name)), None)
        if place and b"{" in raw:
            text = "".join(str(t) for t in parse(raw).itertext())
            for match in TAG.finditer(text):
                yield scan.whole(NOT_FILLED, texte=match[0], endroit=place)
        elif name.endswith(".rels") and (b"%7B" in raw or b"{" in raw):
            for link in parse(raw).iter(q("rel:Relationship")):
                target = unquote(link.get("Target") or "")
                if TAG.search(target) or LONE_BRACES.search(target):
                    yield scan.whole(NOT_FILLED, texte=target, endroit="l’adresse d’un lien")


def _comments(scan: Scan) -> Iterator[Fault]:
    raw = scan.member("comments+xml")
    others = (
        [c for c in parse(raw).iterfind("w:comment", NS) if c.get(q("w:author")) != AUTHOR] if raw else []
    )
    if not others:
        return
    numbers = {comment.get(q("w:id")) for comment in others}
    for part in scan.parts:
        for mark in part.root.iter(q("w:commentReference")):
            if mark.get(q("w:id")) in numbers:
                yield part.at(COMMENTS, mark)


def _fonts(scan: Scan) -> Iterator[Fault]:
    """Yield the fonts of the text that few machines have: those of runs, and of the styles in use."""
    used = {mark.get(q("w:val")) for part in scan.parts for mark in part.root.iter(*_STYLE_MARKS)}
    raw = scan.member("styles+xml")
    styles = parse(raw) if raw else None
    names: dict[str, None] = {}
    if styles is not None:
        defaults = styles.iterfind("w:docDefaults//w:rFonts", NS)
        chosen = (
            font
            for style in styles.iterfind("w:style", NS)
            if style.get(q("w:styleId")) in used or style.get(q("w:default")) == "1"
            for font in style.iterfind(".//w:rFonts", NS)
        )
        names |= dict.fromkeys(_families([*defaults, *chosen]))
    for part in scan.parts:
        names |= dict.fromkeys(_families(part.root.iterfind(".//w:r/w:rPr/w:rFonts", NS)))
    for name in names:
        if not _FONTS.fullmatch(name):
            yield scan.whole(FONT, police=name)


_STYLE_MARKS: Final = (q("w:pStyle"), q("w:rStyle"), q("w:tblStyle"))


def _families(fonts: Iterable[etree._Element]) -> Iterator[str]:
    for font in fonts:
        for attribute in ("w:ascii", "w:hAnsi"):
            name = (font.get(q(attribute)) or "").strip()
            if name:
                yield name

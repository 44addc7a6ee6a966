"""The corrected copy of a template: what can be repaired without guessing, and the list of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.templates.accessibility import lacks_header, language_of
from clspd_docs.templates.lint_fixes import corrected, outside_strings
from clspd_docs.templates.lint_places import own_text
from clspd_docs.templates.lint_runs import container, pieces, rewrite
from clspd_docs.templates.lint_scan import BrokenTag, PartScan, Scan, TypedTag, is_paragraph, scan
from clspd_docs.templates.parts import NS, name_of, parse, q, serialise
from clspd_docs.templates.tags import is_fallback

TAG_REPAIRED: Final = Kind(
    "MOD190",
    Severity.NOTE,
    "Balise corrigée",
    "La balise « {avant} » est devenue « {apres} ».",
    "Rien à faire : la copie est corrigée.",
)
TAG_JOINED: Final = Kind(
    "MOD191",
    Severity.NOTE,
    "Balise recollée",
    "La balise « {balise} », que Word avait coupée en {nombre} morceaux, est d’un seul tenant.",
    "Rien à faire : la copie est corrigée.",
)
HEADER_SET: Final = Kind(
    "MOD192",
    Severity.NOTE,
    "Ligne d’en-tête marquée",
    "La première ligne du tableau est marquée comme ligne d’en-tête.",
    "Vérifier que cette ligne est bien celle des titres de colonnes.",
)
LANGUAGE_SET: Final = Kind(
    "MOD193",
    Severity.NOTE,
    "Langue mise au français",
    "La langue du modèle est maintenant le français (France).",
    "Rien à faire : la copie est corrigée.",
)

_LANGUAGE: Final = "fr-FR"
_OPEN: Final = (q("w:p"), q("w:hyperlink"), q("w:smartTag"))  # a tag may leave these without harm


def repaired(members: Mapping[str, bytes], file: str) -> tuple[dict[str, bytes], list[Finding]]:
    """Return the members of the corrected copy, and what was repaired: MOD190 to MOD193, none when nothing was.

    A misspelt name is never changed: that one is for a person to decide.
    """
    template, changed = scan(members, file), dict(members)
    findings: list[Finding] = []
    for part in template.parts:
        found = [*_tags(part), *_tables(part)]
        if found:
            changed[part.name] = serialise(part.root)
        findings += found
    findings += _language(template, changed)
    return changed, findings


def _tags(part: PartScan) -> Iterator[Finding]:
    spaced = (tag for tag in part.broken if tag.spaced)
    tags = [tag for tag in (*part.tags, *part.old_tags, *spaced) if is_paragraph(tag.holder)]
    for tag in sorted(
        tags, key=lambda tag: -tag.start
    ):  # from the end: the characters before keep their places
        finding = _tag(part, tag)
        if finding is not None and not is_fallback(tag.holder):
            yield finding


def _tag(part: PartScan, tag: TypedTag) -> Finding | None:
    held = pieces(tag.holder, tag.start, tag.end)
    holders = [container(piece.node) for piece in held]
    apart = any(holder is not holders[0] for holder in holders)
    if apart and not all(holder is not None and holder.tag in _OPEN for holder in holders):
        return None
    before = tag.written if isinstance(tag, BrokenTag) else tag.typed
    typed = corrected(tag.typed) if not tag.is_comment else tag.typed
    if (typed == before and len(held) == 1) or _is_two(tag):
        return None
    place = part.places.place(part.file, tag.holder, own_text(tag.holder))
    rewrite(tag.holder, tag.start, tag.end, typed)
    if typed != before:
        return TAG_REPAIRED.at(place, avant=before, apres=typed)
    return TAG_JOINED.at(place, balise=typed, nombre=len(held))


def _is_two(tag: TypedTag) -> bool:
    """True for what runs on to the end of the next tag, its own being lost: there is no one tag to mend."""
    return not tag.is_comment and "{" in outside_strings(tag.typed)[2:]


def _tables(part: PartScan) -> Iterator[Finding]:
    """Mark the first row of the tables that lack a header, unless the row is one of our tags."""
    tagged = {next(tag.holder.iterancestors(q("w:tr")), None) for tag in part.tags if tag.prefix == "tr"}
    for table in part.root.iter(q("w:tbl")):
        row = table.find("w:tr", NS)
        if row is None or row in tagged or not lacks_header(table):
            continue
        properties = row.find("w:trPr", NS)
        if properties is None:
            properties = etree.Element(q("w:trPr"))
            row.insert(1 if row.find("w:tblPrEx", NS) is not None else 0, properties)
        etree.SubElement(properties, q("w:tblHeader"))
        if not is_fallback(table):
            yield HEADER_SET.at(part.places.place(part.file, table, ""))


def _language(template: Scan, changed: dict[str, bytes]) -> Iterator[Finding]:
    raw = template.member("styles+xml")
    if raw is None or language_of(raw) == _LANGUAGE.lower():
        return
    root = parse(raw)
    properties = root
    for name in ("w:docDefaults", "w:rPrDefault", "w:rPr"):
        child = properties.find(name, NS)
        if child is None:
            child = etree.Element(q(name))
            properties.insert(0, child)
        properties = child
    language = properties.find("w:lang", NS)
    if language is None:
        language = etree.SubElement(properties, q("w:lang"))
    language.set(q("w:val"), _LANGUAGE)
    changed[name_of(changed, "styles+xml") or ""] = serialise(root)
    yield LANGUAGE_SET.at(Place(template.file))

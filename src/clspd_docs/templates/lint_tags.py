"""Faults of the tags one by one: how each is written, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from lxml import etree

from clspd_docs.findings import Kind, Severity
from clspd_docs.templates.engine import LONE, RICH_PREFIX
from clspd_docs.templates.explain import REFUSED
from clspd_docs.templates.lint_braces import touched
from clspd_docs.templates.lint_fixes import (
    DOCXTPL_WORDS,
    INVISIBLE,
    WIDE,
    corrected,
    is_sound,
    outside_strings,
    quoted,
    straightened,
    syntax_error,
)
from clspd_docs.templates.lint_runs import container, pieces
from clspd_docs.templates.lint_scan import TRACKED, Fault, PartScan, TypedTag, is_paragraph, without
from clspd_docs.templates.parts import q
from clspd_docs.templates.tags import LONE_BRACES, TAG, Spot, is_fallback, plain_quotes, split

SINGLE_BRACES: Final = Kind(
    "MOD134",
    Severity.WARNING,
    "Accolades simples",
    "« {texte} » ne sera pas rempli : il faut deux accolades collées de chaque côté.",
    "Écrire « {correction} » s’il s’agit d’une balise.",
    bad="{ destinataire.nom }",
    good="{{ destinataire.nom }}",
)
BROKEN_BRACES: Final = Kind(
    "MOD139",
    Severity.ERROR,
    "Accolades séparées ou incomplètes",
    "La balise {balise} ne peut pas être lue : {cause}.",
    "Écrire « {correction} ».",
    bad="{ { seance.date } } ou {{ seance.date }",
    good="{{ seance.date }}",
)
EXTRA_BRACE: Final = Kind(
    "MOD125",
    Severity.ERROR,
    "Accolade de trop",
    "Une accolade seule touche la balise {balise} : elle serait imprimée.",
    "Écrire « {correction} », et effacer l’accolade de trop.",
    bad="{{ seance.lieu }} }",
    good="{{ seance.lieu }}",
)
FRENCH_QUOTES: Final = Kind(
    "MOD135",
    Severity.ERROR,
    "Guillemets français dans une balise",
    "La balise {balise} emploie des guillemets français autour d’un texte : la correction automatique les a mis.",
    "Écrire « {correction} », avec des guillemets droits (dans Word, Ctrl+Z juste après la correction).",
    bad="{{ destinataire.fonction|ou(« néant ») }}",
    good='{{ destinataire.fonction|ou("néant") }}',
)
CURLY_QUOTES: Final = Kind(
    "MOD136",
    Severity.NOTE,
    "Guillemets courbes dans une balise",
    "La balise {balise} emploie « {signe} » autour d’un texte ; il est lu comme un guillemet droit.",
    'Rien à faire si le résultat convient ; les guillemets droits "…" sont plus sûrs.',
)
AUTOCORRECTED: Final = Kind(
    "MOD150",
    Severity.ERROR,
    "Signe mis par Word dans une balise",
    "La balise {balise} contient {signe}, que Word a mis de lui-même : elle ne peut pas être lue.",
    "Écrire {correction} (dans Word, Ctrl+Z juste après la correction).",
    bad="{% if seance.duree – 30 %}",
    good="{% if seance.duree - 30 %}",
)
STRADDLING: Final = Kind(
    "MOD151",
    Severity.ERROR,
    "Balise à cheval sur un lien",
    "La balise {balise} commence dans {dedans} et finit ailleurs : le document serait abîmé.",
    "Effacer la balise entière et la taper de nouveau ; pour ôter un lien : clic droit, Supprimer le lien.",
)
TYPED_FIELD: Final = Kind(
    "MOD152",
    Severity.WARNING,
    "Champ de publipostage tapé à la main",
    "« {texte} » ressemble à un champ de publipostage ; il sera imprimé tel quel.",
    "Écrire une balise « {{{{ … }}}} » avec le nom du champ.",
    bad="«Nom»",
    good="{{ destinataire.nom }}",
)
PREFIX_SIGN: Final = Kind(
    "MOD153",
    Severity.ERROR,
    "Signe refusé dans une balise de ligne",
    "La balise {balise} contient « {signe} » : avec le préfixe « {prefixe} », ce signe la coupe en deux.",
    "Calculer la valeur avant, par « {{% set … %}} », et n’employer que son nom dans la balise.",
    bad="{%p if loop.index % 2 %}",
    good="{% set pair = loop.index % 2 %} puis {%p if pair %}",
)
OUTSIDE_TABLE: Final = Kind(
    "MOD154",
    Severity.ERROR,
    "Balise de tableau hors d’un tableau",
    "La balise {balise} n’est pas dans un tableau : « {prefixe} » agit sur une rangée ou une cellule.",
    "Hors d’un tableau, employer le préfixe « p » : « {{%p … %}} ».",
    bad="{%tr for m in membres %} (dans un paragraphe)",
    good="{%p for m in membres %}",
)

_SINGLE: Final = re.compile(r"(?<!_)\{\s*\{?\s*([\w.]{2,}(?:\|[\w.]+)?)\s*\}?\s*\}(?!_)")
_TYPED_FIELD: Final = re.compile(r"«[^\W\d][\w-]{1,40}»|\{\s*MERGEFIELD\s[^{}]{1,80}\}", re.IGNORECASE)
_SIGNS: Final = {
    **dict.fromkeys(INVISIBLE, "un signe invisible"),
    **dict.fromkeys(WIDE, "une espace insécable"),
}
_INSIDE: Final = {
    q("w:hyperlink"): "un lien",
    q("w:sdtContent"): "un contrôle de contenu",
    q("w:smartTag"): "une balise active de Word",
}


def tag_faults(part: PartScan) -> Iterator[Fault]:
    """Yield MOD120 to MOD125, MOD134 to MOD136, MOD139 and MOD150 to MOD154."""
    for tag in part.tags:
        if not tag.is_comment:
            if not _extra(tag):
                yield from _written(part, tag)
            yield from _placed(part, tag)
    broken: dict[etree._Element, list[TypedTag]] = {}
    for tag in part.broken:
        broken.setdefault(tag.holder, []).append(tag)
        if not is_fallback(tag.holder):
            cause = "une espace sépare ses accolades" if tag.spaced else "une accolade ou un signe % y manque"
            yield part.of_tag(
                BROKEN_BRACES, tag, balise=f"« {tag.written} »", cause=cause, correction=tag.typed
            )
    meant: dict[etree._Element, list[TypedTag]] = {}
    for tag in part.meant:
        meant.setdefault(tag.holder, []).append(tag)
    for spot in part.spots:
        if not is_fallback(spot.holder):
            yield from extra_braces(part, spot.text, meant.get(spot.holder, ()))
            yield from _loose(part, spot, without(spot.text, broken.get(spot.holder, ())))


def extra_braces(part: PartScan, text: str, tags: Sequence[TypedTag]) -> Iterator[Fault]:
    """Yield MOD125 for the tags of a text that a brace touches."""
    ordered = sorted(tags, key=lambda tag: tag.start)
    for rank in touched(text, [(tag.start + _extra(tag), tag.end) for tag in ordered]):
        tag = ordered[rank]
        yield part.of_tag(EXTRA_BRACE, tag, correction=tag.typed[_extra(tag) :])


def _extra(tag: TypedTag) -> int:
    """Return 1 for a tag with a brace too many at its beginning: « {{{ nom }} »."""
    return int(tag.typed.startswith("{{{") and not is_sound(tag.typed) and is_sound(tag.typed[1:]))


def _written(part: PartScan, tag: TypedTag) -> Iterator[Fault]:
    """Yield the faults of what was typed: the first cause only, since the others follow from it."""
    outside = outside_strings(tag.typed)
    inner = re.search(r"\{[{%#]", outside[2:])
    if inner:  # its own end is missing: the tag goes on to that of the next one
        yield part.of_tag(LONE, tag, accolades=tag.typed[:2])
        return
    if re.search("[«»]", outside):
        yield part.of_tag(FRENCH_QUOTES, tag, correction=straightened(tag.typed))
        error = syntax_error(tag.typed[1], split(quoted(tag.typed))[1])
        if error and tag.word in {"if", "elif"} and "got '='" in str(error):
            yield part.of_error(error, tag)
        return
    if tag.is_output and tag.prefix:
        yield part.of_tag(RICH_PREFIX, tag)
    if tag.word == "raw":
        yield part.of_tag(REFUSED, tag, quoi="raw")
        return
    after = tag.typed[2:].lstrip("-+")[len(tag.prefix)]
    error = syntax_error(tag.typed[1], tag.body)
    odd = re.search(f"[–—−…{INVISIBLE}]", outside) if error else None
    if tag.prefix and after in WIDE:
        yield part.of_tag(AUTOCORRECTED, tag, signe=_SIGNS[after], correction=f"« {corrected(tag.typed)} »")
    elif odd and corrected(tag.typed) != tag.typed:
        told = _SIGNS.get(odd[0], f"« {odd[0]} »")
        yield part.of_tag(AUTOCORRECTED, tag, signe=told, correction=f"« {corrected(tag.typed)} »")
    elif error:
        yield part.of_error(error, tag)
    if not error and plain_quotes(tag.typed) != tag.typed:
        curly = re.search("[‘’“”]", tag.typed)
        yield part.of_tag(CURLY_QUOTES, tag, signe=curly[0] if curly else "")


def _placed(part: PartScan, tag: TypedTag) -> Iterator[Fault]:
    inner = re.search("[%}]", tag.body) if tag.prefix else None
    if inner:
        yield part.of_tag(PREFIX_SIGN, tag, signe=inner[0], prefixe=tag.prefix)
    acting = tag.prefix if tag.prefix in {"tr", "tc"} else tag.word if tag.word in DOCXTPL_WORDS else ""
    if acting and next(tag.holder.iterancestors(q("w:tr")), None) is None:
        yield part.of_tag(OUTSIDE_TABLE, tag, prefixe=acting)
    if is_paragraph(tag.holder) and next(tag.holder.iter(*_INSIDE), None) is not None:
        held = [_kept_in(piece.node) for piece in pieces(tag.holder, tag.start, tag.end)]
        if any(one is not held[0] for one in held):
            odd = next((one for one in held if one is not None and one.tag in _INSIDE), None)
            yield part.of_tag(
                STRADDLING, tag, dedans=_INSIDE[str(odd.tag)] if odd is not None else "un champ"
            )


def _kept_in(node: etree._Element) -> etree._Element | None:
    """Return what holds the run of ``node`` once the tracked changes are accepted."""
    holder = container(node)
    while holder is not None and holder.tag in TRACKED:
        holder = holder.getparent()
    return holder


def _loose(part: PartScan, spot: Spot, text: str) -> Iterator[Fault]:
    """Yield what looks like a tag and is none, in ``text``: that of one paragraph, without its damaged tags."""
    bare = " ".join(TAG.sub("", text).split())
    lone = LONE_BRACES.search(bare)
    if lone:
        yield part.at(LONE, spot.holder, spot.text, accolades=lone[0])
        return
    for match in _SINGLE.finditer(bare):
        yield part.at(
            SINGLE_BRACES, spot.holder, spot.text, texte=match[0], correction=f"{{{{ {match[1]} }}}}"
        )
    if not any("MERGEFIELD" in (node.text or "") for node in spot.holder.iter(q("w:instrText"))):
        for match in _TYPED_FIELD.finditer(bare):
            yield part.at(TYPED_FIELD, spot.holder, spot.text, texte=match[0])

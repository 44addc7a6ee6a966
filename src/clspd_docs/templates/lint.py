"""What can be said of a template before any merge: its tags one by one, then its fitness for an accessible PDF.

Fields are not compared with the data here: a template is judged alone. Its faults of merging (unknown field,
blank) come from ``Template.render``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from jinja2 import TemplateSyntaxError
from lxml import etree

from clspd_docs.findings import Finding, Kind, Severity, in_order
from clspd_docs.origin import Place
from clspd_docs.templates.engine import lone_braces, refused_tags
from clspd_docs.templates.explain import explain
from clspd_docs.templates.form import form_faults
from clspd_docs.templates.language import Sandbox
from clspd_docs.templates.parts import NS, core_part, parse, q, text_parts
from clspd_docs.templates.properties import PROPERTIES, property_texts
from clspd_docs.templates.render import Template
from clspd_docs.templates.tags import (
    LONE_BRACES,
    OPENING,
    TAG,
    Tag,
    is_fallback,
    plain_quotes,
    spots,
    tags_of,
)

NOT_CLOSED: Final = Kind(
    "MOD130",
    Severity.ERROR,
    "Bloc sans fin",
    "Le bloc ouvert par la balise {balise} n’est jamais fermé : il manque « {fin} ».",
    "Ajouter la balise de fin dans le modèle, à l’endroit où le bloc s’arrête.",
    bad="{%p if destinataire.est_actif %} … (fin du document)",
    good="{%p if destinataire.est_actif %} … {%p endif %}",
)
NOT_OPENED: Final = Kind(
    "MOD131",
    Severity.ERROR,
    "Fin de bloc sans début",
    "La balise {balise} ne correspond à aucun bloc ouvert avant elle.",
    "Ajouter la balise de début, ou supprimer celle-ci.",
)
CROSSED: Final = Kind(
    "MOD132",
    Severity.ERROR,
    "Blocs mal emboîtés",
    "La balise {balise} ferme le bloc ouvert par {debut} : le mot ou le préfixe (p, tr…) n’est pas le même.",
    "Fermer un bloc par la même sorte de balise : « {{%tr for … %}} » par « {{%tr endfor %}} ».",
    bad="{%tr for m in membres %} … {% endfor %}",
    good="{%tr for m in membres %} … {%tr endfor %}",
)
LOST_TEXT: Final = Kind(
    "MOD133",
    Severity.ERROR,
    "Texte qui disparaîtrait",
    "À côté de la balise {balise}, un texte de la même ligne ou de la même rangée disparaîtrait.",
    "Mettre la balise seule sur sa ligne (p) ou seule dans une rangée du tableau (tr).",
    bad="{%p if destinataire.est_actif %} Madame, Monsieur,",
    good="{%p if destinataire.est_actif %}",
)
SINGLE_BRACES: Final = Kind(
    "MOD134",
    Severity.WARNING,
    "Accolades simples",
    "« {texte} » ne sera pas rempli : il faut deux accolades collées de chaque côté.",
    "Écrire « {{{{ … }}}} » s’il s’agit d’une balise.",
    bad="{ destinataire.nom }",
    good="{{ destinataire.nom }}",
)
FRENCH_QUOTES: Final = Kind(
    "MOD135",
    Severity.ERROR,
    "Guillemets français dans une balise",
    "La balise {balise} emploie « {signe} » autour d’un texte : la correction automatique de Word l’a mis.",
    'Dans une balise, mettre des guillemets droits "…" (dans Word, Ctrl+Z juste après la correction).',
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
TRACKED: Final = Kind(
    "MOD137",
    Severity.ERROR,
    "Suivi des modifications",
    "Le modèle garde des modifications suivies : le texte supprimé paraîtrait, barré, dans les documents.",
    "Dans Word : Révision, Accepter toutes les modifications et arrêter le suivi ; enregistrer.",
)

SPREAD: Final = Kind(
    "MOD138",
    Severity.WARNING,
    "Bloc à cheval sur plusieurs paragraphes",
    "Le bloc ouvert par la balise {balise} se ferme dans un autre paragraphe : ceux-ci pourraient se coller.",
    "Mettre le début et la fin chacun seul sur sa ligne, avec le préfixe p : « {{%p if … %}} », « {{%p endif %}} ».",
)

_MIDDLE: Final = frozenset({"else", "elif"})
_DOCXTPL: Final = frozenset({"colspan", "cellbg", "vm", "hm"})
_REMOVED: Final = {"p": q("w:p"), "tr": q("w:tr"), "tc": q("w:tc")}  # what docxtpl takes away with the tag
_SINGLE: Final = re.compile(r"\{\s*\{?\s*[\w.]{2,}\s*\}?\s*\}")
_TRACKED: Final = etree.XPath("//w:ins | //w:del | //w:moveFrom | //w:moveTo", namespaces=NS)


def lint(template: Template) -> list[Finding]:
    """Return the faults of a template, in order: of its tags (MOD120 to MOD138), of its form (MOD140 to MOD146)."""
    file = template.place_file
    findings: list[Finding] = []
    for part in text_parts(template.members):
        root = parse(template.members[part.name])
        tags = tags_of(part.label, root)
        findings += refused_tags(root, tags, file, part.label)
        findings += _faults([tag for tag in tags if not is_fallback(tag.holder)], file)
        findings += _single_braces(root, file, part.label)
        if _TRACKED(root):
            findings.append(TRACKED.at(Place(file, part=part.label)))
    core = core_part(template.members)
    for _, text, tags in property_texts(template.members[core]) if core else ():
        findings += lone_braces(text, Place(file, part=PROPERTIES))
        findings += _faults(tags, file)
    return in_order([*findings, *form_faults(template.members, file)])


def _faults(tags: list[Tag], file: str) -> Iterator[Finding]:
    for tag in (tag for tag in tags if not tag.is_comment):
        yield from _quote_faults(tag, file)
        yield from _syntax_faults(tag, file)
        if _loses_text(tag):
            yield LOST_TEXT.at(tag.place(file), balise=tag.shown)
    yield from _block_faults(tags, file)


def _quote_faults(tag: Tag, file: str) -> Iterator[Finding]:
    french = re.search("[«»]", re.sub(r"\"[^\"]*\"|'[^']*'", "", plain_quotes(tag.typed)))
    if french:
        yield FRENCH_QUOTES.at(tag.place(file), balise=tag.shown, signe=french[0])
    elif plain_quotes(tag.typed) != tag.typed:
        curly = re.search("[‘’“”]", tag.typed)
        yield CURLY_QUOTES.at(tag.place(file), balise=tag.shown, signe=curly[0] if curly else "")


def _syntax_faults(tag: Tag, file: str) -> Iterator[Finding]:
    """Parse the tag alone; a missing end, or « else » without « if », is the matter of the blocks."""
    word = tag.word
    if word in _DOCXTPL or word == "else" or word.startswith("end"):
        return
    source = f"{{{{ {tag.body} }}}}" if tag.is_output else f"{{% {tag.body} %}}"
    if word in OPENING:
        source += f"{{% end{word} %}}"
    if word == "elif":
        source = f"{{% if {tag.body.removeprefix(word)} %}}{{% endif %}}"
    error = _parse_error(plain_quotes(source))
    if error and not (isinstance(error, TemplateSyntaxError) and re.search("[«»]", tag.typed)):
        yield explain(error, tag, file, tag.where)


@lru_cache(maxsize=4096)
def _parse_error(source: str) -> Exception | None:
    """Return why a tag cannot be parsed, or None; the same tags stand in many templates."""
    try:
        Sandbox().parse(source)
    except (TemplateSyntaxError, RecursionError) as error:
        return error
    return None


def _loses_text(tag: Tag) -> bool:
    """True when docxtpl would take away more than the tag."""
    if tag.prefix not in _REMOVED:
        return False
    removed = next(
        (e for e in (tag.holder, *tag.holder.iterancestors()) if e.tag == _REMOVED[tag.prefix]), None
    )
    text = "".join(t.text or "" for t in removed.iter(q("w:t"))) if removed is not None else ""
    return bool(text.replace(tag.typed, "", 1).strip())


def _block_faults(tags: list[Tag], file: str) -> Iterator[Finding]:
    """Match each end with its start, in the order in which Jinja meets them."""
    opened: list[Tag] = []
    for tag in (tag for tag in tags if tag.is_statement):
        if tag.word in OPENING:
            opened.append(tag)
        elif tag.word in _MIDDLE or tag.word.startswith("end"):
            if not opened:
                yield NOT_OPENED.at(tag.place(file), balise=tag.shown)
                continue
            start = opened[-1] if tag.word in _MIDDLE else opened.pop()
            wrong_word = tag.word not in _MIDDLE and tag.word != f"end{start.word}"
            if wrong_word or tag.prefix != start.prefix:
                yield CROSSED.at(tag.place(file), balise=tag.shown, debut=start.shown)
            elif not tag.prefix and tag.holder is not start.holder:
                yield SPREAD.at(start.place(file), balise=start.shown)
    for start in opened:
        end = f"{{%{start.prefix and start.prefix + ' '}end{start.word} %}}"
        yield NOT_CLOSED.at(start.place(file), balise=start.shown, fin=end)


def _single_braces(root: etree._Element, file: str, label: str) -> Iterator[Finding]:
    for spot in spots(label, root):
        bare = " ".join(TAG.sub("", spot.text).split())
        for match in () if LONE_BRACES.search(bare) else _SINGLE.finditer(bare):
            yield SINGLE_BRACES.at(Place(file, part=spot.where), texte=match[0])

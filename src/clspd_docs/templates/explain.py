"""What went wrong with a tag, told in French: the one place where an exception of a template becomes a finding."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from jinja2 import TemplateSyntaxError
from jinja2.utils import missing

from clspd_docs.domain.french import sans_accents
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.templates.filters import FILTERS, BlankError, NotTextError, TooMuchError
from clspd_docs.templates.language import COMMA, RefusedTagError, UnknownFieldError, UnknownFilterError
from clspd_docs.templates.tags import Tag

_IN_WORD: Final = "Corriger la balise dans Word, enregistrer le modèle, puis relancer."

SYNTAX: Final = Kind(
    "MOD120",
    Severity.ERROR,
    "Balise mal écrite",
    "La balise {balise} est mal écrite.{detail}",
    _IN_WORD,
    bad="{{ destinataire.nom |}}",
    good="{{ destinataire.nom }}",
)
UNKNOWN_FILTER: Final = Kind(
    "MOD121",
    Severity.ERROR,
    "Filtre inconnu",
    "Le filtre « {nom} » de la balise {balise} n’existe pas.{suggestion}",
    _IN_WORD,
    bad="{{ seance.date|dat_longue }}",
    good="{{ seance.date|date_longue }}",
)
REFUSED: Final = Kind(
    "MOD122",
    Severity.ERROR,
    "Balise refusée",
    "La balise {balise} emploie ce qu’un modèle n’a pas le droit d’employer : {quoi}.",
    "Un modèle lit des champs, les met en forme par des filtres, choisit (if) et répète (for), rien d’autre.",
    bad="{{ destinataire.nom.upper() }}",
    good="{{ destinataire.nom|upper }}",
)
UNKNOWN: Final = Kind(
    "FUS101",
    Severity.ERROR,
    "Champ inconnu",
    "Le champ « {champ} » de la balise {balise} n’existe pas.{suggestion}",
    "Corriger le modèle dans Word, ou demander l’ajout du champ.",
    bad="{{ destinataire.prenon }}",
    good="{{ destinataire.prenom }}",
)
EMPTY: Final = Kind(
    "FUS102",
    Severity.ERROR,
    "Champ vide",
    "La balise {balise} n’a rien à écrire : ce qu’elle demande est vide.",
    "Remplir la cellule du classeur ; si le vide est voulu, écrire « |ou_vide » dans la balise.",
    bad="{{ seance.lieu_adresse }}",
    good="{{ seance.lieu_adresse|ou_vide }}",
)
NOT_COMPUTED: Final = Kind(
    "FUS103",
    Severity.ERROR,
    "Balise impossible à calculer",
    "La balise {balise} ne peut pas être calculée : {cause}.",
    "Vérifier dans le modèle ce que la balise demande, et dans le classeur la valeur qu’elle lit.",
)
WHOLE_OBJECT: Final = Kind(
    "FUS104",
    Severity.ERROR,
    "Liste ou fiche écrite en entier",
    "La balise {balise} désigne une liste ou une fiche entière, pas un texte.",
    "Désigner un de ses champs (« .nom »), ou répéter la liste par « {{% for … %}} ».",
    bad="{{ membre }}",
    good="{{ destinataire.nom }}",
)
OVER_BUDGET: Final = Kind(
    "FUS105",
    Severity.ERROR,
    "Document démesuré",
    "Le document dépasse la taille ou le temps permis, à la balise {balise}.",
    "Chercher dans le modèle des boucles mises les unes dans les autres.",
)


_KEYWORDS: Final = {"si": "if", "sinon": "else", "finsi": "endif", "pour": "for", "finpour": "endfor"}
_WORDS: Final = ("if", "elif", "else", "endif", "for", "endfor", "set", "with", "endwith")
_SHORTEST: Final = 3  # letters of a name that others may be near to
# Jinja's message → what it says in French, after the sentence.
_SYNTAX_DETAILS: Final = (
    (r"unexpected char '(.+?)'", " Le caractère « {0} » n’y a pas sa place."),
    (r"innermost block that needs to be closed is '(\w+)'", " Il manque « end{0} »."),
    (r"unknown tag '(end\w+|else|elif)'", " « {0} » est seul : aucun bloc n’est ouvert avant lui."),
    (r"unknown tag '(\w+)'", " Le mot « {0} » n’existe pas.{1}"),
    (r"got '([^']+)'", " « {0} » n’y est pas attendu."),
)
_CAUSES: Final = (
    (ZeroDivisionError, "division par zéro"),
    (ValueError, "une valeur ne convient pas"),
    (ArithmeticError, "un calcul ne donne pas de nombre"),
    ((TypeError, AttributeError), "une valeur n’est pas du genre attendu (texte, nombre, date, liste)"),
)


def explain(
    error: Exception, tag: Tag | None, file: str, label: str, context: Mapping[str, Any] | None = None
) -> Finding:
    """Return the finding for what compiling or running ``tag`` raised.

    The facts hold the text of the template and names of fields, never a value of the register; what a filter
    says of a value is in ``Finding.value``.
    """
    place = tag.place(file) if tag else Place(file, part=label)
    shown = tag.shown if tag else "de cette partie"
    kind, facts = _kind_and_facts(error, tag, context or {})
    return kind.at(place, balise=shown, **facts)


def _kind_and_facts(
    error: Exception, tag: Tag | None, context: Mapping[str, Any]
) -> tuple[Kind, dict[str, Any]]:
    facts: dict[str, Any] = {}
    match error:
        case RefusedTagError():
            kind, facts = REFUSED, {"quoi": error.message}
        case UnknownFilterError():
            near = suggestion(
                str(error.message).replace("-", "_"), (name for name in FILTERS if not name.startswith("_"))
            )
            kind, facts = UNKNOWN_FILTER, {"nom": error.message, "suggestion": near}
        case TemplateSyntaxError() | SyntaxError() | RecursionError():
            kind, facts = SYNTAX, {"detail": _syntax_detail(error, tag)}
        case UnknownFieldError() if error.owner is not None:
            names = context if error.owner is missing else fields_of(error.owner)
            path = re.search(rf"[\w.]*\b{re.escape(error.name)}\b", tag.body) if tag else None
            before = path[0].removesuffix(error.name) if path else ""
            facts = {
                "champ": path[0] if path else "demandé",
                "suggestion": suggestion(error.name, names, before),
            }
            kind = UNKNOWN
        case BlankError() | UnknownFieldError():
            kind = EMPTY
        case NotTextError():
            kind = WHOLE_OBJECT
        case TooMuchError() | MemoryError():
            kind = OVER_BUDGET
        case _:
            causes = [cause for family, cause in _CAUSES if isinstance(error, family)]
            kind, facts = NOT_COMPUTED, {"cause": causes[0] if causes else "elle échoue"}
            facts["value"] = str(error) if type(error) is ValueError else None
    return kind, facts


def _syntax_detail(error: Exception, tag: Tag | None) -> str:
    message = str(error.message) if isinstance(error, TemplateSyntaxError) else ""
    if message == COMMA:
        path = re.match(r"[\w.]+(?:\s*,\s*[\w.]+)+", tag.body) if tag else None
        typed = re.sub(r"\s*,\s*", ".", path[0]) if path else ""
        return f" Écrire un point, pas une virgule : « {typed} »." if typed else ""
    for pattern, sentence in _SYNTAX_DETAILS:
        match = re.search(pattern, message)
        if match:
            if match[1] == "=" and tag is not None and tag.word in {"if", "elif"}:
                return " « = » n’y est pas attendu : écrire « == »."
            return sentence.format(match[1], _keyword(match[1], tag)) + _one_name(tag)
    return ""


def _keyword(word: str, tag: Tag | None) -> str:
    """Return what to write for a first word that is none of ours."""
    if tag is not None and word in {"p", "tr", "tc"} and not tag.prefix:
        return f" Coller le préfixe au signe : « {{%{word} … %}} », sans espace avant « {word} »."
    near = near_keyword(word)
    return f" Vouliez-vous « {near} » ?" if near else ""


def near_keyword(word: str) -> str:
    """Return the keyword that a first word was meant to be (« Si » → « if »), empty when none is near."""
    near = difflib.get_close_matches(word.lower(), _WORDS, 1, 0.7)
    return _KEYWORDS.get(word.lower()) or next(iter(near), "")


def _one_name(tag: Tag | None) -> str:
    """Return how to write, as one name, a field typed in several words: « date de séance »."""
    if tag is None or not tag.is_output or not re.fullmatch(r"[^\W\d][\w.]*(?:[ ’'-]+\w+)+", tag.body):
        return ""
    name = re.sub("[ ’'-]+", "_", sans_accents(tag.body))
    return f" Un nom de champ n’a ni espace ni apostrophe : « {name} » ?"


def suggestion(name: str, names: Iterable[str], before: str = "") -> str:
    """Return « Vouliez-vous « nom » ? » with a space before, or nothing when no name is near.

    ``before`` is put in front of the name (« membre. »).
    """
    if len(name) < _SHORTEST:
        return ""
    by_lower = {known.lower(): known for known in names if known.isidentifier()}
    near = difflib.get_close_matches(name.lower(), by_lower, 1, 0.6)
    return f" Vouliez-vous « {before}{by_lower[near[0]]} » ?" if near else ""


def fields_of(owner: object) -> list[str]:
    """Return the public fields of an object; those of a mapping are data, and are not told."""
    if isinstance(owner, Mapping):
        return []
    kind = type(owner)
    return [name for name in dir(owner) if name[0] != "_" and not callable(getattr(kind, name, None))]

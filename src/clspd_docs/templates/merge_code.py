"""The code of a Word merge field, « MERGEFIELD Nom », in the words of our templates.

A field inside another's code is one private character, so that codes stay plain texts.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Final

from clspd_docs.templates.merge_names import Lexicon, Meaning, squeezed

FIRST_MARK: Final = 0xE000
MARK: Final = re.compile("[\ue000-\uefff]")
_TOKEN: Final = re.compile(
    r'"(?P<quoted>[^"]*)"|(?P<switch>\\[^\s"\w]|\\\w\b)|(?P<sign><>|<=|>=|=|<|>)|[^\s"<>=]+'
)
_QUOTES: Final = str.maketrans("“”„", '"""')
_FORMS: Final = {
    "upper": ("upper", ""),
    "lower": ("lower", ""),
    "firstcap": ("majuscule", ""),
    "caps": ("majuscule", "seule la première lettre est mise en majuscule"),
    "cardtext": ("en_lettres", ""),
    "ordinal": ("ordinal", ""),
}
_NO_FORM: Final = frozenset({"mergeformat", "charformat", "mergeformatinet"})
_NUMBERS: Final = (int, float, Decimal)
_DAYS: Final = (dt.date, dt.time)
_OPERATORS: Final = {"=": "==", "<>": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_TITLES: Final = {
    **dict.fromkeys(("mme", "madame", "f", "feminin", "femme", "mlle", "mademoiselle"), "F"),
    **dict.fromkeys(("m", "mr", "monsieur", "h", "masculin", "homme"), "M"),
}
_NEXT: Final = frozenset({"NEXT", "NEXTIF", "SKIPIF"})
_REFUSED: Final = {
    "=": "un calcul n’a pas d’équivalent",
    "MERGEREC": "le numéro de l’enregistrement n’a pas d’équivalent",
    "MERGESEQ": "le numéro de l’enregistrement n’a pas d’équivalent",
    "ASK": "une question posée pendant la fusion n’a pas d’équivalent",
    "FILLIN": "une question posée pendant la fusion n’a pas d’équivalent",
    "SET": "un signet n’a pas d’équivalent",
    "DOCVARIABLE": "une variable du document n’a pas d’équivalent",
    "COMPARE": "une comparaison seule n’a pas d’équivalent",
    "QUOTE": "un texte calculé n’a pas d’équivalent",
    "MACROBUTTON": "un bouton n’a pas d’équivalent",
}


class UntranslatedError(Exception):
    """A code without equivalent; the message says why, in French."""


class UnknownNameError(UntranslatedError):
    """A field of a list that none of ours is near to; the message is its name."""


class NextRecordError(UntranslatedError):
    """« NEXT »: several records on one page."""


@dataclass(frozen=True, slots=True)
class Translation:
    """What a code becomes: text for the document, and the expression alone when a condition may use it."""

    text: str
    doubts: tuple[str, ...] = ()
    meaning: Meaning | None = None


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    quoted: bool = False


@dataclass(slots=True)
class _Code:
    """A code cut into words and switches."""

    words: list[_Word] = field(default_factory=list)
    switches: dict[str, list[str]] = field(default_factory=dict)


def first_word(code: str) -> str:
    """Return the name of a field in capitals: « MERGEFIELD », « IF », « = »."""
    stripped = code.strip()
    return "=" if stripped.startswith("=") else (stripped.split() or [""])[0].upper()


def is_merge(code: str) -> bool:
    """True for the fields of a merge; those that Word or the converter fills stay as they are."""
    word = first_word(code)
    return word in {"MERGEFIELD", "IF", "DATE", "TIME", "ADDRESSBLOCK", "GREETINGLINE"} | _NEXT or (
        word in _REFUSED and (word not in {"=", "SET", "QUOTE"} or bool(MARK.search(code)))
    )


def shown_code(code: str, inner: Sequence[str]) -> str:
    """Return the code as a reader may see it, the fields inside it by their own text."""
    name = re.fullmatch(
        r'\s*MERGEFIELD\s+(?:"([^"]*)"|(\S+)).*', code.translate(_QUOTES), re.DOTALL | re.IGNORECASE
    )
    text = (name[1] or name[2]) if name else " ".join(code.split())
    return MARK.sub(lambda mark: inner[ord(mark[0]) - FIRST_MARK], text)


def translate(code: str, inner: Sequence[Translation | None], lexicon: Lexicon) -> Translation:
    """Return what a code becomes.

    Args:
        code: Its text, fields inside it as private characters.
        inner: Their translations, in order; None for those that have none.
        lexicon: Our fields by the names of lists.

    Raises:
        UnknownNameError, NextRecordError, UntranslatedError: It has no equivalent.
    """
    word, cut = first_word(code), _cut(code)
    if word in _NEXT:
        raise NextRecordError(word)
    if word == "MERGEFIELD":
        return _merged(cut, lexicon)
    if word == "IF":
        return _choice(cut, inner, lexicon)
    if word in {"DATE", "TIME"}:
        return _today(word, cut)
    if word == "ADDRESSBLOCK":
        return Translation('{{ courrier.adresse|join("\\n") }}')
    if word == "GREETINGLINE":
        return Translation(
            "{{ courrier.appel }},", ("l’appel vient de la feuille « Politesse », avec une virgule",)
        )
    raise UntranslatedError(_REFUSED.get(word, f"« {word} » n’a pas d’équivalent"))


def _cut(code: str) -> _Code:
    """Cut a code; each switch takes the word that follows it."""
    cut, waiting = _Code(), ""
    text = re.sub(r"«\s?([^«»]*?)\s?»", r'"\1"', code.translate(_QUOTES))
    for match in _TOKEN.finditer(text):
        if match["switch"]:
            waiting = match["switch"][1].lower()
            cut.switches.setdefault(waiting, [])
        elif waiting and waiting not in "mv":
            cut.switches[waiting].append(match["quoted"] if match["quoted"] is not None else match[0])
            waiting = ""
        else:
            waiting = ""
            cut.words.append(
                _Word(match["quoted"], quoted=True) if match["quoted"] is not None else _Word(match[0])
            )
    cut.words = cut.words[1:]
    return cut


def _merged(cut: _Code, lexicon: Lexicon) -> Translation:
    """Return « {{ destinataire.nom|upper }} », within its condition when texts stand around it."""
    name = " ".join(word.text for word in cut.words)
    meaning = lexicon.find(name)
    if meaning is None:
        raise UnknownNameError(name)
    filters, doubts = _filters(cut.switches, meaning)
    before, after = (" ".join(cut.switches.get(letter, ())) for letter in "bf")
    blank = (
        "|ou_vide" if meaning.may_be_empty and not (before or after) and meaning.python not in _DAYS else ""
    )
    text = f"{{{{ {meaning.path}{blank}{''.join(f'|{f}' for f in filters)} }}}}"
    if before or after:
        text = f"{{% if {meaning.path} %}}{before}{text}{after}{{% endif %}}"
    return Translation(text, tuple(filter(None, (meaning.doubt, *doubts))), meaning)


def _filters(switches: Mapping[str, Sequence[str]], meaning: Meaning) -> tuple[list[str], list[str]]:
    """Return the filters that the switches of a field ask for, and the doubts."""
    found: list[str] = []
    doubts: list[str] = []
    for picture in switches.get("@", ()):
        _dated(picture, meaning.python, found, doubts)
    for picture in switches.get("#", ()):
        _numbered(picture, meaning.python, found, doubts)
    for form in switches.get("*", ()):
        name, doubt = _FORMS.get(form.lower(), ("", ""))
        if name:
            found.append(name)
        elif form.lower() not in _NO_FORM:
            doubt = f"la forme « \\* {form} » n’a pas d’équivalent"
        doubts.append(doubt)
    return found, doubts


def _dated(picture: str, python: type | None, found: list[str], doubts: list[str]) -> None:
    """Add the filter of a date picture (« dddd d MMMM yyyy »)."""
    if python is not None and not issubclass(python, _DAYS):
        doubts.append(f"la forme « \\@ {picture} » est celle d’une date, et ce champ n’en est pas une")
        return
    name, doubt = date_filter(picture)
    if python is not None and issubclass(python, dt.time) != (name == "heure"):
        doubts.append(f"la forme « \\@ {picture} » ne convient pas à ce champ")
        return
    found.append(name)
    doubts.append(doubt)


def date_filter(picture: str) -> tuple[str, str]:
    """Return the filter of a date or hour picture, and the doubt when ours reads otherwise."""
    bare = re.sub(r"'[^']*'", "", picture)
    has_day, has_hour = bool(re.search("[dMyaAj]", bare)), bool(re.search("[Hh]", bare))
    if has_hour and not has_day:
        return "heure", ""
    name = "date_longue" if re.search("dddd|jjjj", bare) else "jour"
    if has_hour:
        return name, f"l’heure de la forme « {picture} » n’est pas reprise"
    usual = re.search("MMMM", bare) and re.search("[dj]", bare) and re.search("[ya]", bare)
    return name, "" if usual else f"la forme « {picture} » devient « 4 février 2027 »"


def _numbered(picture: str, python: type | None, found: list[str], doubts: list[str]) -> None:
    """Add the filter of a number picture (« # ##0,00 € »)."""
    if python is not None and not issubclass(python, _NUMBERS):
        if not re.fullmatch("0+", picture):  # « 00000 » keeps the zeros of a postcode, which is a text here
            doubts.append(f"la forme « \\# {picture} » est celle d’un nombre, et ce champ n’en est pas un")
        return
    if "€" in picture:
        found.append("euros")
        return
    decimals = re.search(r"[,.]([0#x]+)\D*$", picture)
    grouped = decimals and len(decimals[1]) == len("000") and set(decimals[1]) <= set("#0") and "#" in picture
    found.append(f"nombre({0 if grouped or not decimals else len(decimals[1])})")
    if re.search(r"[^\s#0x,.+-]", picture):
        doubts.append(f"ce qui entoure le nombre dans la forme « {picture} » est à écrire à côté")


def _today(word: str, cut: _Code) -> Translation:
    name = next((date_filter(picture)[0] for picture in cut.switches.get("@", ())), "jour")
    if word == "TIME" or name == "heure":
        raise UntranslatedError("l’heure du moment changerait à chaque ouverture")
    doubt = "la date du moment devient celle de la fabrication ; pour une lettre, « {{ courrier.date }} »"
    return Translation(f"{{{{ aujourdhui{'|date_longue' if name == 'date_longue' else ''} }}}}", (doubt,))


# --- Conditions --------------------------------------------------------------------------------------


def _choice(cut: _Code, inner: Sequence[Translation | None], lexicon: Lexicon) -> Translation:
    """Return « {% if … %}…{% else %}…{% endif %} »."""
    if len(cut.words) < 4 or cut.words[1].text not in _OPERATORS or cut.words[1].quoted:  # noqa: PLR2004 - value, sign, value, text
        raise UntranslatedError("la condition n’est pas de la forme « valeur = valeur »")
    left, sign, right, yes, *rest = cut.words
    doubts: list[str] = []
    meaning = _operand(left, inner, lexicon, doubts)
    condition = _condition(meaning, sign.text, _literal(right), doubts)
    then = _branch(yes.text, inner, doubts)
    other = _branch(rest[0].text, inner, doubts) if rest else ""
    otherwise = f"{{% else %}}{other}" if other else ""
    return Translation(f"{{% if {condition} %}}{then}{otherwise}{{% endif %}}", tuple(dict.fromkeys(doubts)))


def _operand(
    word: _Word, inner: Sequence[Translation | None], lexicon: Lexicon, doubts: list[str]
) -> Meaning:
    """Return the field that a condition compares."""
    if MARK.fullmatch(word.text):
        told = inner[ord(word.text) - FIRST_MARK]
        if told is None or told.meaning is None:
            raise UntranslatedError("le champ que la condition compare n’a pas d’équivalent")
        if told.meaning.doubt:
            doubts.append(told.meaning.doubt)
        return told.meaning
    meaning = None if word.quoted or MARK.search(word.text) else lexicon.find(word.text)
    if meaning is None:
        raise UntranslatedError("ce que la condition compare n’est pas un champ")
    doubts.append("le nom comparé est pris pour un champ")
    return meaning


def _literal(word: _Word) -> str:
    if MARK.search(word.text):
        raise UntranslatedError("la condition compare deux champs")
    return word.text


def _condition(meaning: Meaning, sign: str, value: str, doubts: list[str]) -> str:
    """Return the condition in our words."""
    path, python, equal = meaning.path, meaning.python, sign == "="
    if value == "" and sign in {"=", "<>"}:
        return f"not {path}" if equal else path
    if re.search(r"[*?]", value):
        raise UntranslatedError("la condition compare avec un caractère de remplacement")
    if path.endswith(("civilite", "civilite_longue")) and squeezed(value) in _TITLES and sign in {"=", "<>"}:
        return f'{path.rpartition(".")[0]}.genre {_OPERATORS[sign]} "{_TITLES[squeezed(value)]}"'
    if python is bool and squeezed(value) in {"oui", "non", "1", "0", "vrai", "faux"}:
        wanted = (squeezed(value) in {"oui", "1", "vrai"}) == equal
        return path if wanted else f"not {path}"
    if python is not None and issubclass(python, _DAYS):
        raise UntranslatedError("la condition compare une date ou une heure à un texte")
    number = re.fullmatch(r"-?\d+(?:[.,]\d+)?", value)
    if number and python is not None and issubclass(python, _NUMBERS):
        return f"{path} {_OPERATORS[sign]} {value.replace(',', '.')}"
    if sign not in {"=", "<>"}:
        raise UntranslatedError("la condition compare des textes par ordre de grandeur")
    return f'{path} {_OPERATORS[sign]} "{_choice_of(python, value, doubts)}"'


def _choice_of(python: type | None, value: str, doubts: list[str]) -> str:
    """Return the value as the registers write it, when they have a list of them."""
    if python is None or not issubclass(python, Enum):
        return value
    for one in python:
        if squeezed(str(one.value)) == squeezed(value):
            return str(one.value)
    known = ", ".join(f"« {one.value} »" for one in python)
    doubts.append(f"« {value} » n’est pas une valeur de ce champ ({known})")
    return value


def _branch(text: str, inner: Sequence[Translation | None], doubts: list[str]) -> str:
    def told(mark: re.Match[str]) -> str:
        found = inner[ord(mark[0]) - FIRST_MARK]
        if found is None:
            raise UntranslatedError("un champ qu’il contient n’a pas d’équivalent")
        doubts.extend(found.doubts)
        return found.text

    return MARK.sub(told, text)

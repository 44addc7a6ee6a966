"""French as administrations write it: dates, hours, numbers, lists, gender, elision, typography, file names.

Every function takes and returns plain text; the no-break space is always U+00A0, since Liberation Sans,
Liberation Serif and Caladea have no U+202F. Public holidays and jours francs are in ``calendar.py``.
What French grammar leaves to usage (the feminine of « directeur », the plural of a compound) is never
guessed: the function raises ``ValueError``, in French, and says how to give it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

NBSP: Final = "\u00a0"

JOURS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MOIS: Final = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)

# --- Dates and hours ---------------------------------------------------------------------------------


def _quantieme(d: date) -> str:
    return "1er" if d.day == 1 else str(d.day)


def jour(d: date, semaine: bool = False) -> str:  # noqa: FBT001, FBT002 - a template writes jour(True)
    """Return « 1er décembre 2026 », or « mardi 1er décembre 2026 » with ``semaine``."""
    text = f"{_quantieme(d)}{NBSP}{MOIS[d.month - 1]} {d.year}"
    return f"{JOURS[d.weekday()]} {text}" if semaine else text


def heure(t: time | datetime) -> str:
    """Return « 14 h 30 » or « 9 h »; seconds are left out."""
    return f"{t.hour}{NBSP}h" + (f"{NBSP}{t.minute:02d}" if t.minute else "")


def periode(a: date, b: date) -> str:
    """Return « du 1er au 3 décembre 2026 », without what both ends share; « le … » when they are one day.

    Raises:
        ValueError: ``b`` is before ``a``.
    """
    if b < a:
        raise ValueError(f"la période finit le {jour(b)}, avant de commencer le {jour(a)}")
    if a == b:
        return f"le {jour(a)}"
    if a.year != b.year:
        debut = jour(a)
    elif a.month != b.month:
        debut = f"{_quantieme(a)}{NBSP}{MOIS[a.month - 1]}"
    else:
        debut = _quantieme(a)
    return f"du {debut} au {jour(b)}"


def date_en_lettres(d: date) -> str:
    """Return « le premier décembre deux mille vingt-six », as acts open."""
    quantieme = "premier" if d.day == 1 else en_lettres(d.day)
    return f"le {quantieme} {MOIS[d.month - 1]} {en_lettres(d.year)}"


def heure_en_lettres(t: time | datetime) -> str:
    """Return « quatorze heures trente » or « une heure »; seconds are left out."""
    words = f"{en_lettres(t.hour, 'F')} {'heure' if t.hour < _PLURIEL else 'heures'}"
    return f"{words} {en_lettres(t.minute, 'F')}" if t.minute else words


# --- Numbers -----------------------------------------------------------------------------------------

_PLURIEL: Final = 2  # « 1,9 million » but « 2 millions »

_UNITES: Final = (
    *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
    *("onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"),
)
_DIZAINES: Final = ("", "", "vingt", "trente", "quarante", "cinquante", "soixante", "", "quatre-vingt")


def nombre(n: float | Decimal, dec: int | None = None) -> str:
    """Return « 12 345,5 »: thousands apart, decimal comma, « − » (U+2212) before a negative.

    Args:
        n: A finite number.
        dec: Decimals kept, halves rounded away from zero; all the significant ones when ``None``.

    Raises:
        ValueError: ``n`` is infinite or not a number.
    """
    value = Decimal(str(n))
    if not value.is_finite():
        raise ValueError(f"nombre attendu, reçu « {n} »")
    if dec is not None:
        value = value.quantize(Decimal(1).scaleb(-dec), ROUND_HALF_UP)
    entier, _, decimales = f"{abs(value):f}".partition(".")
    if dec is None:
        decimales = decimales.rstrip("0")
    text = f"{int(entier):,}".replace(",", NBSP) + (f",{decimales}" if decimales else "")
    return f"\u2212{text}" if value < 0 else text


def euros(n: float | Decimal) -> str:
    """Return « 12 000 € » or « 1 234,50 € »: cents only when there are some."""
    cents = Decimal(str(n)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return nombre(cents, 0 if cents == int(cents) else 2) + NBSP + "€"


def ordinal(n: int, genre: str = "M") -> str:
    """Return « 1er », « 1re », « 2e »."""
    return ("1re" if _is_feminine(genre) else "1er") if n == 1 else f"{n}e"


def _below_100(n: int) -> str:
    if n < len(_UNITES):
        return _UNITES[n]
    dizaine, unite = divmod(n, 10)
    if dizaine in (7, 9):  # soixante-dix, quatre-vingt-dix
        dizaine, unite = dizaine - 1, unite + 10
    word = _DIZAINES[dizaine]
    if word == "quatre-vingt":
        return f"{word}-{_UNITES[unite]}" if unite else f"{word}s"
    if unite in (1, 11):
        return f"{word} et {_UNITES[unite]}"
    return f"{word}-{_UNITES[unite]}" if unite else word


def _below_1000(n: int) -> str:
    centaines, reste = divmod(n, 100)
    if not centaines:
        return _below_100(reste)
    cent = "cent" if centaines == 1 else f"{_UNITES[centaines]} cent"
    if reste:
        return f"{cent} {_below_100(reste)}"
    return cent if centaines == 1 else f"{cent}s"


def en_lettres(n: int, genre: str = "M") -> str:
    """Return the cardinal in words, traditional spelling: « deux mille vingt-six », « vingt et un ».

    Args:
        n: 0 to 999 999.
        genre: « F » before a feminine noun: « vingt et une heures ».

    Raises:
        ValueError: ``n`` is out of these bounds.
    """
    if n not in range(1_000_000):
        raise ValueError(f"nombre en lettres : attendu de 0 à 999 999, reçu {n}")
    milliers, reste = divmod(n, 1000)
    if milliers == 0:
        text = _below_1000(reste)
    else:  # « quatre-vingt mille », « deux cent mille »: no s before mille
        mille = (
            re.sub(r"(vingt|cent)s$", r"\1", _below_1000(milliers)) + " mille" if milliers > 1 else "mille"
        )
        text = f"{mille} {_below_1000(reste)}" if reste else mille
    return f"{text}e" if _is_feminine(genre) and re.search(r"\bun$", text) else text


# --- Lists, number, gender ---------------------------------------------------------------------------


def liste(xs: Iterable[object], et: str = "et") -> str:
    """Return « A, B et C »; empty values are left out, and nothing gives an empty text."""
    words = [str(x) for x in xs if x not in (None, "")]
    if not words[1:]:
        return "".join(words)
    return f"{', '.join(words[:-1])} {et} {words[-1]}"


_PLURIELS: Final = dict(
    **{mot: f"{mot}s" for mot in ("bal", "bleu", "carnaval", "festival", "pneu", "récital")},
    **{mot: f"{mot}x" for mot in ("bijou", "caillou", "chou", "genou", "hibou", "joujou", "pou")},
    bail="baux",
    travail="travaux",
    vitrail="vitraux",
)


def pluriel(n: float | Decimal, mot: str, pl: str | None = None) -> str:
    """Return « 1 action », « 0 action », « 12 actions »: the plural begins at 2.

    Raises:
        ValueError: ``mot`` is several words and ``pl`` does not say their plural.
    """
    if pl is None:
        if " " in mot.replace(NBSP, " "):
            raise ValueError(
                f"pluriel de « {mot} » inconnu : donnez-le en troisième, pluriel(n, mot, 'mots')"
            )
        pl = _plural_word(mot)
    return f"{nombre(n)}{NBSP}{mot if -_PLURIEL < n < _PLURIEL else pl}"


def _plural_word(mot: str) -> str:
    if mot in _PLURIELS:
        return _PLURIELS[mot]
    if mot.endswith(("s", "x", "z")):
        return mot
    if mot.endswith("al"):
        return f"{mot[:-2]}aux"
    return mot + ("x" if mot.endswith(("au", "eu", "œu")) else "s")


def _is_feminine(genre: str) -> bool:
    if genre not in ("M", "F"):
        raise ValueError(f"genre attendu « M » ou « F », reçu « {genre} »")
    return genre == "F"


# Endings whose feminine only usage tells (directeur/procureur, préfet/substitut, bref/chef).
_UNSURE: Final = ("eur", "et", "ot", "eau", "ou", "ief", "ix")
_FEMININS: Final = (("if", "ive"), ("eux", "euse"), ("er", "ère"), ("el", "elle"), ("en", "enne"), ("e", "e"))
_FEMININS_EN_E: Final = ("é", "i", "u", "al", "il", "an", "in", "ais", "ois", "is", "us", "t", "d", "ir")


def accord(mot: str, genre: str, feminin: str | None = None) -> str:
    """Return ``mot`` (masculine) in the gender asked: « convoqué » → « convoquée ».

    Raises:
        ValueError: the feminine is not regular (« directeur ») or ``mot`` is several words, and
            ``feminin`` does not give it.
    """
    if not _is_feminine(genre):
        return mot
    if feminin:
        return feminin
    if not mot.endswith(_UNSURE) and " " not in mot:
        for fin, feminine in _FEMININS:
            if mot.endswith(fin):
                return mot.removesuffix(fin) + feminine
        if mot.endswith(_FEMININS_EN_E):
            return f"{mot}e"
    raise ValueError(
        f"féminin de « {mot} » inconnu : donnez-le, par exemple "
        "{{ 'directeur'|accord(membre.genre, 'directrice') }}"
    )


# --- Elision and articles ----------------------------------------------------------------------------

# Aspirated h, among the words met in names of places, bodies and offices (usage of the towns); unaccented.
_H_ASPIRE: Final = frozenset(
    """hache haguenau haie hainaut haine hall halle halles halte hameau hameaux handball handicap handicape
    handicapee handicapees handicapes hangar harcelement harnes hasard haut haute hautes hauteur hauteurs
    hauts havre hay hayange haye hem heros hierarchie hlm hoenheim hollande hongrie honfleur hors houilles
    huit huitaine huitieme huningue hussard""".split()  # noqa: SIM905 - a word list reads better unquoted
)
_Y_ELIDED: Final = frozenset({"y", "yeu", "yeux", "yonne", "york"})
_VOWEL_NOT_ELIDED: Final = frozenset({"oui", "onze", "onzieme"})

_ARTICLE: Final = re.compile(r"(?P<contracts>les?)\s+(?=\S)|(?:la\s+|l['’])(?=\S)", re.IGNORECASE)
_CONTRACTED: Final = {"le": ("du", "au"), "les": ("des", "aux")}


def _elides(text: str) -> bool:
    """True when « de » becomes « d’ » before ``text``; figures never elide (« de 11 »)."""
    match = re.match(r"[\s«\"“'’(]*([^\W\d_]+)", unicodedata.normalize("NFC", text))
    if match is None:
        return False
    bare = sans_accents(match[1]).lower()
    if bare.startswith("y"):  # d’Yvetot, but de Yerres
        return bare in _Y_ELIDED or bare[1:2] not in tuple("aeiou")
    if bare.startswith("h"):
        return bare not in _H_ASPIRE
    return bare.startswith(tuple("aeiou")) and bare not in _VOWEL_NOT_ELIDED


def de(x: str) -> str:
    """Return ``x`` after « de »: d’Arles, de Lyon, du Havre, des Ulis, de La Rochelle, du Loiret, de l’Ain.

    ``x`` may carry its article, as a town's name (« Le Havre ») or a département's (« le Loiret »).
    """
    match = _ARTICLE.match(x)
    if match and match["contracts"]:
        return f"{_CONTRACTED[match['contracts'].lower()][0]} {x[match.end() :]}"
    return f"d’{x}" if not match and _elides(x) else f"de {x}"


def a(x: str) -> str:
    """Return ``x`` after « à »: à Lyon, au Havre, aux Ulis, à La Rochelle, à l’élue."""
    match = _ARTICLE.match(x)
    if match and match["contracts"]:
        return f"{_CONTRACTED[match['contracts'].lower()][1]} {x[match.end() :]}"
    return f"à {x}"


def le(x: str, genre: str = "M") -> str:
    """Return ``x`` after its article: le maire, la préfète, l’élue; as it is when it already has one."""
    article = "la" if _is_feminine(genre) else "le"
    if _ARTICLE.match(x):
        return x
    return f"l’{x}" if _elides(x) else f"{article} {x}"


def du(x: str, genre: str = "M") -> str:
    """Return ``x`` after « de » and its article: du maire, de la préfète, de l’élue, des Yvelines."""
    return de(le(x, genre))


def que(x: str) -> str:
    """Return ``x`` after « que »: qu’il, que la maire."""
    return f"qu’{x}" if _elides(x) else f"que {x}"


# --- Typography --------------------------------------------------------------------------------------

_BLANK: Final = "[ \u00a0\u202f]"
_UNITS: Final = (
    "h|min|ans?|mois|jours?|semaines?|heures?|minutes?|k?m|m²|kg|euros?|habitants?|millions?|milliards?"
)
_STREETS: Final = (
    "rue|ruelle|avenue|boulevard|place|placette|allées?|chemin|route|impasse|quai|cours|square|passage|"
    "esplanade|faubourg|sente|sentier|montée|promenade|parvis|rond-point"
)
_INSECABLES: Final = re.compile(
    rf"""
      (?P<keep>(?<!\S)\S*(?:@|://|www\.)\S*)                           # an address is never touched
    | (?<=\S){_BLANK}+(?=[;:!?»])
    | (?<=[\w)%€…])(?=[;:!?]+(?![^\s»)]))                               # « Objet: » lacks its space
    | (?<=\S)(?=») | (?<=«){_BLANK}*(?=\S)
    | (?:(?<=\d)|(?<=\b1er)){_BLANK}+(?=(?:{"|".join(MOIS)})\b)
    | (?<=\d){_BLANK}+(?=[€%‰°]|(?:{_UNITS})\b)
    | (?<=\bh){_BLANK}+(?=\d\d\b)                                     # 14 h 30
    | (?:(?<=\b\d)|(?<=\b\d\d)|(?<=\b\d\d\d)){_BLANK}(?=\d\d\d\b)    # 12 000
    | (?<=[Nn]°){_BLANK}*(?=\d)
    | (?<=\b\d{{5}}){_BLANK}+(?=[A-ZÀ-ÝŒ][’'a-zà-ÿœ])                 # 59000 Lille, but no postal line
    | (?<=\d){_BLANK}+(?=(?:bis|ter|quater)\b)
    | (?:(?<=\d)|(?<=\d,)|(?<=\bbis)|(?<=\bbis,)|(?<=\bter)|(?<=\bter,)){_BLANK}+(?=(?:{_STREETS})\b)
    | (?:(?<=\bM\.)|(?<=\bMM\.)|(?<=\bMme)|(?<=\bMmes)){_BLANK}+(?=\w)
    | (?:(?<=\b[Aa]rt\.)|(?<=\bal\.)|(?<=\bp\.)|(?<=\b[LRD]\.)){_BLANK}+(?=[\dLRD])
    """,
    re.VERBOSE,
)


def insecables(s: str) -> str:
    """Return ``s`` with its no-break spaces: before « ; : ! ? », inside quotes, « 14 h 30 », « M. Petit »...

    An address holds together too, « 1, rue », « 59000 Lille », but not in the capitals of a postal line.
    Applying it twice changes nothing more. Web and e-mail addresses and hours written 14:30 stay as they are.
    """
    return _INSECABLES.sub(lambda m: m[0] if m["keep"] or m[0] == "\u202f" else NBSP, s)


def majuscule(s: str) -> str:
    """Return ``s`` with its first letter in upper case, accent kept; the rest is not touched."""
    return s[:1].upper() + s[1:]


_INITIAL: Final = re.compile(r"(?!(?:Mme|Mlle|Me|Dr|Pr)\b)[^\W\d_](?=[’'a-zà-ÿœ])")


def minuscule(s: str) -> str:
    """Return ``s`` as a sentence goes on with it, « Maire de Lyon » → « maire de Lyon ».

    An acronym (« DDSP ») and a title (« Mme ») keep their capital; a proper name that comes first loses it.
    """
    return s[:1].lower() + s[1:] if _INITIAL.match(s) else s


def sans_accents(s: str) -> str:
    """Return ``s`` without accents, ligatures undone: « Cœur d’été » → « Coeur d’ete »."""
    if s.isascii():
        return s
    for ligature, letters in (("œ", "oe"), ("Œ", "OE"), ("æ", "ae"), ("Æ", "AE")):
        s = s.replace(ligature, letters)
    return "".join(c for c in unicodedata.normalize("NFKD", s) if not unicodedata.combining(c))


_SEPARATORS: Final = re.compile(r"[\s\-‐–—'’ʼ]+")


@lru_cache(maxsize=16_384)  # the same headers, identifiers and allowed values, over and over
def cle(s: str) -> str:
    """Return what ``s`` is compared by: no accents, no case, one space for hyphens and apostrophes."""
    return _SEPARATORS.sub(" ", sans_accents(sans_accents(s).casefold())).strip()


_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def slug(s: str, limite: int = 60) -> str:
    """Return ``s`` as a file name without extension, good on every system; its case is kept.

    Only ASCII letters, figures, « _ » and « - », at most ``limite`` characters, never empty
    (« sans-nom »), never a device name of Windows (« CON » becomes « _CON »).
    """
    text = re.sub(r"[^A-Za-z0-9_]+", "-", sans_accents(s)).strip("-")[:limite].rstrip("-")
    return f"_{text}" if _RESERVED.fullmatch(text) else text or "sans-nom"


def adresse_majuscules(s: str) -> str:
    """Return ``s`` as the last three lines of a postal address: « 1, rue de l’Été » → « 1 RUE DE L ETE ».

    Source:
        NF Z 10-011: capitals without accents, letters and figures only.
    """
    return re.sub(r"[^A-Z0-9]+", " ", sans_accents(s).upper()).strip()

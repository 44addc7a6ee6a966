"""E-mail addresses, phone numbers, postcodes and SIRET numbers: one text to its value, as printed.

The two libraries (phone plans, syntax of addresses) are imported at the first cell that needs them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from clspd_docs.domain.french import liste, pluriel
from clspd_docs.findings import Kind, Severity
from clspd_docs.registers.answers import Doubted, Refused, Repaired

SEVERAL = Kind(
    "REG209",
    Severity.ERROR,
    "Plusieurs valeurs dans une cellule",
    "Plusieurs valeurs dans une cellule qui n’en attend qu’une : {detail}.",
    "N’en garder qu’une ici ; noter les autres dans une colonne à vous, que le programme ne lit pas.",
    bad="a@ville.example / b@ville.example",
    good="a@ville.example",
)
UNASSIGNED = Kind(
    "REG211",
    Severity.WARNING,
    "Numéro de téléphone douteux",
    "Ce numéro n’est dans aucune série de numéros en service ({pays}).",
    "Vérifier le numéro ; s’il est juste, ne rien changer : il est imprimé tel quel.",
    bad="07 00 12 34 56",
    good="03 53 01 02 03",
)
OTHER_DOMAIN = Kind(
    "REG212",
    Severity.WARNING,
    "Faute de frappe probable dans une adresse de courriel",
    "Le nom de domaine, après l’arobase, semble mal écrit. Vouliez-vous « {domaine} » ?",
    "Corriger l’adresse ; si elle est juste, ne rien changer.",
    bad="secretariat@gmial.com",
    good="secretariat@gmail.com",
)
WRONG_KEY = Kind(
    "REG213",
    Severity.ERROR,
    "Numéro SIRET ou SIREN faux",
    "Ce numéro ne peut pas exister : sa clé de contrôle est fausse. Un chiffre est faux, ou deux sont intervertis.",
    "Recopier le numéro depuis un avis de situation SIRENE, ou vider la cellule.",
    bad="732 829 321",
    good="732 829 320",
)
DAMAGED = Kind(
    "REG214",
    Severity.ERROR,
    "Numéro abîmé par le tableur",
    "Le tableur a pris ce numéro pour un nombre : des chiffres sont perdus.",
    "Mettre la cellule au format « Texte », puis retaper le numéro en entier.",
    bad="2,1E+13",
    good="732 829 320 00074",
)

PHONE: Final = "un numéro comme 03 53 01 02 03, 3919 ou +32 2 555 12 12"
EMAIL: Final = "une seule adresse, comme nom@exemple.fr"
SIRET: Final = "un SIRET à 14 chiffres, ou un SIREN à 9 chiffres"

#: Regions of the French numbering plan, then those that have their own; « 0262… » is right under RE only.
NATIONAL: Final = ("FR", "RE", "GP", "MQ", "GF", "YT", "PM", "BL", "MF")
OTHER_PLANS: Final = {"NC": "Nouvelle-Calédonie", "PF": "Polynésie française", "WF": "Wallis-et-Futuna"}
NATIONAL_CODES: Final = {33, 262, 508, 590, 594, 596}
#: Numbers that the French regulator keeps for fiction (ARCEP), unknown to phone plans.
FICTION: Final = ("019900", "026191", "035301", "046571", "053649", "063998")
NATIONAL_LENGTH: Final = 10

#: Providers that people use most, and bodies of the State; a domain that nearly is one of them is a slip.
USUAL: Final = (
    *("gmail.com", "orange.fr", "wanadoo.fr", "laposte.net", "hotmail.com", "hotmail.fr", "outlook.com"),
    *("outlook.fr", "yahoo.com", "yahoo.fr", "icloud.com", "protonmail.com", "club-internet.fr"),
    *("numericable.fr", "interieur.gouv.fr", "gendarmerie.interieur.gouv.fr", "justice.gouv.fr"),
)
NEIGHBOURS: Final = {"mail.com", "email.com", "ymail.com"}  # real, and one letter away
SLIPS: Final = {"gmail.fr": "gmail.com", "wanadoo.com": "wanadoo.fr"}
ENDINGS: Final = {"f": "fr", "rf": "fr", "ffr": "fr", "frr": "fr", "con": "com", "cmo": "com", "ocm": "com"}

# --- Phones ------------------------------------------------------------------------------------------


def phone(text: str) -> str:
    """Return a phone number as it is printed: « 03 53 01 02 03 », « 3919 », « +32 2 555 12 12 ».

    A number is right when it is in service in any French region, whatever the council's: « 02 62 40 12 34 »
    may stand in the workbook of a mainland town.
    """
    text = text.strip(" ;,|/\n")
    parts = re.split(r"\s*(?:[;,|\n/]|\bou\b|\bet\b)\s*", text)
    if len(parts) > 1 and any(_reads(part, _phone) and len(part) > 2 for part in parts):  # noqa: PLR2004 - « 03/53/01… »
        raise Refused(SEVERAL, detail=_which(parts, _phone))
    digits = re.sub(r"[^0-9]", "", text)
    if re.fullmatch(r"(0[1-9]\d{8}){2,}", digits):
        raise Refused(SEVERAL, detail=_which(re.findall(r"\d{10}", digits), _phone))
    return _phone(text)


def _phone(text: str) -> str:
    """Return one number; Refused, Doubted or Repaired as the parsers are."""
    text = re.sub(r"[‐‑–]", "-", text).replace("(0)", "")
    digits = re.sub(r"[^0-9]", "", text)
    if re.search(r"[^0-9\s.()+/-]", text):
        raise Refused(attendu=PHONE)
    if "+" in text or digits.startswith("00"):
        return _international(digits.removeprefix("00"))
    if re.fullmatch(r"33[1-9]\d{8}", digits):
        return _national("0" + digits[2:])
    if re.fullmatch(r"[1-9]\d{8}", digits):  # the leading zero lost by the spreadsheet
        raise Repaired(_national("0" + digits), "zéro initial rétabli")
    if re.fullmatch(r"0[1-9]\d{8}", digits):
        return _national(digits)
    return _short(text, digits)


def _national(digits: str) -> str:
    """Return the ten figures in pairs; Doubted when no French region has the number in service."""
    import phonenumbers as plans  # noqa: PLC0415

    spaced = " ".join(digits[i : i + 2] for i in range(0, NATIONAL_LENGTH, 2))
    known = digits.startswith(FICTION) or any(
        plans.is_valid_number(plans.parse(digits, region)) for region in NATIONAL
    )
    if not known:
        raise Doubted(spaced, UNASSIGNED, pays="France et outre-mer")
    return spaced


def _international(digits: str) -> str:
    import phonenumbers as plans  # noqa: PLC0415

    try:
        number = plans.parse("+" + digits, None)
    except plans.NumberParseException as error:
        raise Refused(attendu=PHONE) from error
    national = f"0{number.national_number}"
    if number.country_code in NATIONAL_CODES and len(national) == NATIONAL_LENGTH:
        return _national(national)
    if not plans.is_possible_number(number):
        raise Refused(attendu=PHONE)
    printed = _abroad(number)
    if not plans.is_valid_number(number):
        raise Doubted(printed, UNASSIGNED, pays=f"indicatif +{number.country_code}")
    return printed


def _abroad(number: Any) -> str:
    """Return a number of another plan: « +32 2 555 12 12 »."""
    import phonenumbers as plans  # noqa: PLC0415

    return plans.format_number(number, plans.PhoneNumberFormat.INTERNATIONAL).replace(".", " ")


def _short(text: str, digits: str) -> str:
    """Return a short number as it stands; a local number of the Pacific gets its country code."""
    import phonenumbers as plans  # noqa: PLC0415

    if 2 <= len(digits) <= 6 and plans.is_valid_short_number_for_region(plans.parse(digits, "FR"), "FR"):  # noqa: PLR2004 - « 17 » to « 118 218 »
        return text
    if len(digits) in {6, 8}:
        numbers = {region: plans.parse(digits, region) for region in OTHER_PLANS}
        own = [region for region, number in numbers.items() if plans.is_valid_number(number)]
        if len(own) == 1:
            raise Repaired(_abroad(numbers[own[0]]), f"indicatif ajouté ({OTHER_PLANS[own[0]]})")
    count = f" ; celui-ci a {pluriel(len(digits), 'chiffre')}" if len(digits) != NATIONAL_LENGTH else ""
    raise Refused(attendu=PHONE + count)


# --- E-mail addresses --------------------------------------------------------------------------------


def email(text: str) -> str:
    """Return the one address of ``text``; « mailto: » and « Nom <a@b> » are taken off, with a note."""
    pieces = re.split(r"[\s;,/|<>()\"]+", text)
    found = list(dict.fromkeys(_bare(piece) for piece in pieces if "@" in piece))
    if len(found) > 1:
        raise Refused(SEVERAL, detail=_which(found, _email))
    wrapped = re.fullmatch(
        r"(?i)[^<>@]*<\s*[^<>\s]+\s*>[;,]?|\S+ ?<\s*mailto:[^<>\s]+\s*>|\S+[;,]|mailto:\S+", text
    )
    if not found or not wrapped:
        return _email(text)
    address = _email(found[0])
    raise Repaired(address, "l’adresse seule a été gardée")


def _bare(piece: str) -> str:
    link = re.fullmatch(r"mailto:([^?]*)(?:\?.*)?", piece, re.IGNORECASE)
    return link[1] if link else piece


def _email(text: str) -> str:
    """Return one address as it stands; Refused with what is wrong, Doubted when its domain looks misspelt."""
    import email_validator  # noqa: PLC0415

    if fault := _email_fault(text):
        raise Refused(attendu=f"{EMAIL} ; {fault}")
    domain = text.rpartition("@")[2].casefold()
    if meant := _usual_domain(domain):
        raise Doubted(text, OTHER_DOMAIN, domaine=meant)
    try:
        email_validator.validate_email(text, check_deliverability=False, strict=True)
    except email_validator.EmailNotValidError as error:
        raise Refused(attendu=f"{EMAIL} ; celle-ci n’a pas la forme d’une adresse d’Internet") from error
    return text


def _email_fault(text: str) -> str | None:
    """Return the usual fault of ``text``, in French; None when there is none of them."""
    domain = text.rpartition("@")[2]
    faults = (
        ("@" not in text, "l’arobase (@) manque"),
        (text.count("@") > 1, "il y a deux arobases (@)"),
        (" " in text or "\n" in text, "elle contient une espace"),
        ("," in text, "une virgule est à la place d’un point"),
        (text.endswith("."), "elle finit par un point"),
        (".." in text, "deux points se suivent"),
        (text.startswith("@"), "il manque ce qui précède l’arobase"),
        ("@." in text or ".@" in text or text.startswith("."), "un point est mal placé"),
        ("." not in domain, "il manque la fin du nom de domaine (.fr, .com…)"),
    )
    return next((fault for is_so, fault in faults if is_so), None)


@cache
def _usual_domain(domain: str) -> str | None:
    """Return the domain that ``domain`` was likely meant to be; None when it looks right."""
    name, _, ending = domain.rpartition(".")
    if domain in USUAL or domain in NEIGHBOURS:
        return None
    if domain in SLIPS:
        return SLIPS[domain]
    near = get_close_matches(domain, USUAL, n=1, cutoff=0.88)  # one slip: gmial.com, laposte.ne, not yahoo.it
    if near:
        return near[0]
    return f"{name}.{ENDINGS[ending]}" if ending in ENDINGS else None


# --- Postcodes and SIRET numbers ---------------------------------------------------------------------


def postcode(text: str, *, is_number: bool, number_format: str) -> str:
    """Return the five figures; the zero that a number has lost is put back."""
    digits = text.replace(" ", "")
    if is_number and re.fullmatch(r"[0-9]{4}", digits):
        if number_format == "00000":
            return "0" + digits
        raise Repaired("0" + digits, "zéro initial rétabli")
    if prefixed := re.fullmatch(r"(?:F|FR)-?([0-9]{5})", digits, re.IGNORECASE):
        raise Repaired(prefixed[1], "indicatif du pays retiré")
    if not re.fullmatch(r"[0-9]{5}", digits):
        raise Refused
    return digits


def siret(text: str, *, is_number: bool) -> str:
    """Return the figures of a SIRET (14) or a SIREN (9), whose key is right.

    A number of the spreadsheet is read when it is whole; one that lost figures is refused.
    """
    digits = re.sub(r"[\s.-]", "", text)
    if re.fullmatch(r"\d+(?:[.,]\d+)?e\+?\d+", text, re.IGNORECASE):
        raise Refused(DAMAGED)
    if not re.fullmatch(r"[0-9]+", digits):
        raise Refused(attendu=SIRET)
    if is_number and len(digits) != 9 and (len(digits) < 14 or digits.endswith("00000")):  # noqa: PLR2004
        raise Refused(DAMAGED)  # zeros lost in front, or « 2,1E+13 »
    if len(digits) not in {9, 14}:
        raise Refused(attendu=f"{SIRET} ; celui-ci en a {len(digits)}")
    if not _has_right_key(digits):
        raise Refused(WRONG_KEY)
    return digits


def _has_right_key(digits: str) -> bool:
    """Luhn's key, by INSEE's rule; the offices of La Poste (SIREN 356000000) have a plain sum instead."""
    if len(digits) > 9:  # noqa: PLR2004 - a SIRET begins with a SIREN
        if digits.startswith("356000000") and sum(map(int, digits)) % 5 == 0:
            return True
        if not _has_right_key(digits[:9]):
            return False
    doubled = (int(figure) * (1 + index % 2) for index, figure in enumerate(reversed(digits)))
    return int(digits) > 0 and sum(sum(divmod(n, 10)) for n in doubled) % 10 == 0


# --- Several values in one cell ----------------------------------------------------------------------


def _reads(text: str, one: Callable[[str], Any]) -> bool:
    """True when ``one`` reads the text, were it with a doubt or a repair."""
    try:
        one(text)
    except (Doubted, Repaired):
        return True
    except Refused:
        return False
    return True


def _which(parts: list[str], one: Callable[[str], Any]) -> str:
    """Return which of the values are right, by their order: what they are is not told."""
    right = ["la 1re" if n == 1 else f"la {n}e" for n, part in enumerate(parts, 1) if _reads(part, one)]
    if not right:
        return "aucune n’est juste"
    if len(right) == len(parts):
        return f"{liste(right)} sont justes"
    return f"{liste(right)} sont justes, pas les autres" if right[1:] else f"seule {right[0]} est juste"

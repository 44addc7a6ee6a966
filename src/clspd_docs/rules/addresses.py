"""Checks on addresses, and on what the list of communes knows of the council.

The list may be out of date and lacks CEDEX codes: nothing here is an error, and nothing is said unless it is
sure. Codes in 99 belong to no commune (INSEE's code for abroad): invented councils use them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Final

from clspd_docs.domain.conseil import Conseil, Parametres
from clspd_docs.domain.french import a, adresse_majuscules, cle, de, liste, nombre, pluriel
from clspd_docs.domain.listes import FormeCollectivite, TypeInstance
from clspd_docs.domain.personnes import Adressable, Membre
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.rules.communes import (
    Commune,
    around,
    communes,
    departments,
    departments_of,
    find,
    source,
    town_key,
)
from clspd_docs.rules.legal import legal

LONG_LINE = Kind(
    "COH306",
    Severity.WARNING,
    "Ligne d’adresse trop longue",
    "La ligne imprimée compte {longueur} caractères, {excedent} de trop : la norme postale (NF Z 10-011) en admet 38.",
    "Abréger la ligne.",
)
UNKNOWN_POSTCODE = Kind(
    "COH421",
    Severity.WARNING,
    "Code postal inconnu",
    "Code postal inconnu de la {source}.{suggestion}",
    "Corriger le code ; si c’est un code CEDEX, écrire « Cedex » après la ville ; s’il est juste, ne rien changer.",
    bad="72001 Le Mans",
    good="72000 Le Mans",
)
OTHER_TOWN = Kind(
    "COH422",
    Severity.WARNING,
    "Code postal et ville en désaccord",
    "D’après la {source}, {constat}",
    "Corriger le code postal ou la ville ; si l’adresse est juste, ne rien changer.",
    bad="72000 Sablé-sur-Sarthe",
    good="72300 Sablé-sur-Sarthe",
)
UNKNOWN_TOWN = Kind(
    "COH423",
    Severity.NOTE,
    "Ville inconnue à ce code postal",
    "La {source} n’a pas de commune de ce nom ; ce code postal est celui {communes}.",
    "Vérifier la ville ; un lieu-dit ou une ancienne commune peut être juste.",
    bad="72000 Le Vieux-Mans",
    good="72000 Le Mans",
)
OTHER_DEPARTMENT = Kind(
    "COH424",
    Severity.WARNING,
    "Département et code postal en désaccord",
    "D’après la {source}, le code postal du conseil est celui d’un autre département : {departements}.",
    "Corriger le département ou le code postal.",
    bad="le Loiret (avec le code postal 72000)",
    good="la Sarthe",
)
OTHER_POPULATION = Kind(
    "COH425",
    Severity.NOTE,
    "Population différente de la liste des communes",
    "La {source} donne {population} habitants {commune} : la cellule s’en écarte de {ecart} %.",
    "Vérifier le chiffre INSEE en vigueur. C’est celui de la cellule qui est utilisé.",
)
OTHER_SIDE = Kind(
    "COH426",
    Severity.WARNING,
    "Population de l’autre côté du seuil légal",
    "La {source} donne {population} habitants {commune} : le seuil légal ({article}) est « plus de {seuil} », et la"
    " cellule est de l’autre côté.",
    "Vérifier le chiffre INSEE en vigueur. C’est celui de la cellule qui est utilisé.",
)
TOO_MANY_LINES = Kind(
    "COH427",
    Severity.WARNING,
    "Adresse trop haute",
    "Le bloc d’adresse des lettres compte {lignes} lignes ; la norme postale (NF Z 10-011) en admet 6.",
    "Vider cette cellule, ou réunir deux lignes : le complément et la boîte postale, par exemple.",
)

MAX_LINE: Final = 38  # characters
MAX_LINES: Final = 6
SHOWN: Final = 3
TOLERANCE: Final = 0.05
#: Abroad and invented (99), Monaco (980), armies (00): real codes may be there, and the list has none.
NOT_LISTED: Final = ("99", "980", "00")
#: What a council may call its département, beside the name.
COLLECTIVITES: Final = {
    "alsace": {"67", "68"},
    "collectivite europeenne d alsace": {"67", "68"},
    "corse": {"2A", "2B"},
    "metropole de lyon": {"69"},
    "grand lyon": {"69"},
    "ville de paris": {"75"},
}
_BEFORE_NAME: Final = re.compile(r"^(?:departement )?(?:de |d )?(?:le |la |les |l |du |des )?")


def check_addresses(conseil: Conseil) -> Iterator[Finding]:
    """Yield what is doubtful in the addresses of the council, of its partners and of its active members."""
    active = [m for m in conseil.membres if m.est_actif]
    for adresse in (conseil.parametres, *conseil.organismes, *active):
        yield from _town(adresse)
        yield from _long_lines(adresse)
    for membre in active:
        if not membre.est_suppleant:
            yield from _lines(membre)
    yield from _department(conseil.parametres)
    yield from _population(conseil.parametres)


# --- Postcode and town -------------------------------------------------------------------------------


def _town(adresse: Adressable) -> Iterator[Finding]:
    """Yield the disagreement of a postcode with its town, or with the list."""
    code, town = adresse.code_postal, adresse.ville or ""
    if not code or code.startswith(NOT_LISTED):
        return
    here, at = communes(code), adresse.origine.place
    if not here:
        if "cedex" in cle(town):
            yield from _cedex(adresse, code, town)
        else:
            hint = _codes(_nearest(town, code))
            suggestion = f" {hint[0].upper()}{hint[1:]}." if hint else ""
            yield UNKNOWN_POSTCODE.at(at("code_postal"), value=code, source=source(), suggestion=suggestion)
        return
    key = town_key(town)
    if not key or any(_agree(key, town_key(c.name)) for c in here):
        return
    owners = f"ce code postal est celui {_towns(here)}"
    by_key = {town_key(c.name): c.name for c in here}
    if near := get_close_matches(key, by_key, n=1, cutoff=0.75):
        fact = f"{owners} : vouliez-vous « {by_key[near[0]]} » ?"
        yield OTHER_TOWN.at(at("ville"), value=town, source=source(), constat=fact)
    elif elsewhere := find(town, code) or find(town):
        fact = f"{owners} ; {_codes(elsewhere)}."
        yield OTHER_TOWN.at(at("code_postal"), value=f"{code} {town}", source=source(), constat=fact)
    else:
        yield UNKNOWN_TOWN.at(at("ville"), value=town, source=source(), communes=_towns(here))


def _cedex(adresse: Adressable, code: str, town: str) -> Iterator[Finding]:
    """Yield a CEDEX code that begins as no code of its town: all that can be told, the list has none of them."""
    if not find(town, code) and (elsewhere := find(town)):
        place = adresse.origine.place("code_postal")
        fact = f"ce code CEDEX ne commence pas comme ceux de sa ville ; {_codes(elsewhere)}."
        yield OTHER_TOWN.at(place, value=f"{code} {town}", source=source(), constat=fact)


def _agree(typed: str, listed: str) -> bool:
    """True when one name is the other, begins it, or stands in it (« Paris La Défense », « Châlons »)."""
    return typed == listed or f" {listed} " in f" {typed} " or listed.startswith(f"{typed} ")


def _nearest(town: str, code: str) -> tuple[Commune, ...]:
    """Return the communes that ``town`` names: of the postcode's region first, then anywhere, then alike."""
    if found := find(town, code) or find(town):
        return found
    by_key = {town_key(c.name): c.name for c in around(code)}
    near = get_close_matches(town_key(town), by_key, n=1, cutoff=0.8)
    return find(by_key[near[0]], code) if near else ()


def _codes(found: Iterable[Commune]) -> str:
    """Return « celui de Sablé-sur-Sarthe est 72300 », « ceux du Mans sont 72000 et 72100 », or nothing."""
    largest = sorted(found, key=lambda c: -(c.population or 0))
    codes = list(dict.fromkeys(c.postcode for c in largest))
    if not codes:
        return ""
    more = [f"{len(codes) - SHOWN} autres"] if len(codes) > SHOWN + 1 else []
    shown = liste([*(codes[:SHOWN] if more else codes), *more])
    verb = "celui {} est" if len(codes) == 1 else "ceux {} sont"
    return f"{verb.format(de(largest[0].name))} {shown}"


def _towns(here: Iterable[Commune]) -> str:
    """Return « du Mans », « d’Allonnes et de Pruillé », « de A, de B, de C et de 8 autres communes »."""
    names = [c.name for c in sorted(here, key=lambda c: -(c.population or 0)) if c.population is not None]
    more = len(names) - SHOWN
    if more <= 1:
        return liste(de(name) for name in names)
    return liste([*(de(name) for name in names[:SHOWN]), f"de {pluriel(more, 'autre', 'autres')} communes"])


# --- The council's own: département and population ---------------------------------------------------


def _department(parametres: Parametres) -> Iterator[Finding]:
    """Yield a département that is not the one of the council's postcode."""
    code, text = parametres.code_postal, parametres.departement
    if not code or not text or code.startswith(NOT_LISTED):
        return
    possible = departments_of(code)
    if possible and not possible & _department_codes(text):
        names = liste((f"{departments()[d]} ({d})" for d in sorted(possible)), et="ou")
        yield OTHER_DEPARTMENT.at(
            parametres.origine.place("departement"), value=text, source=source(), departements=names
        )


def _department_codes(text: str) -> set[str]:
    """Return the codes that « la Sarthe », « Sarthe » or « département de la Sarthe » means; maybe none."""
    known = {_BEFORE_NAME.sub("", cle(name)): {code} for code, name in departments().items()}
    return ({**known, **COLLECTIVITES}).get(_BEFORE_NAME.sub("", cle(text)), set())


def _population(parametres: Parametres) -> Iterator[Finding]:
    """Yield a population far from the list's, or across the threshold; nothing for a group of communes."""
    typed, name, code = parametres.population, parametres.collectivite, parametres.code_postal
    is_commune = parametres.type_instance == TypeInstance.CLSPD and parametres.forme in {
        FormeCollectivite.VILLE,
        FormeCollectivite.COMMUNE,
    }
    if not is_commune or typed is None or not name or not code or code.startswith(NOT_LISTED):
        return
    listed = {
        c.insee: c for c in find(name, code) if c.population and (c.postcode == code or not communes(code))
    }
    if len(listed) != 1:
        return
    commune = next(iter(listed.values()))
    population, limit = commune.population or 0, legal().seuils["clspd_plus_de"]
    at = parametres.origine.place("population")
    facts = {"source": source(), "population": nombre(population), "commune": a(commune.name)}
    if (typed > limit) is not (population > limit):
        article = legal().articles["l132_4"].court
        yield OTHER_SIDE.at(at, value=nombre(typed), **facts, seuil=nombre(limit), article=article)
    elif (gap := abs(typed - population) / population) > TOLERANCE:
        yield OTHER_POPULATION.at(at, value=nombre(typed), **facts, ecart=round(100 * gap))


# --- What the letters print --------------------------------------------------------------------------


def block(membre: Membre) -> tuple[str, ...]:
    """Return the texts that make the lines of the address block, top to bottom (``Courrier.adresse``)."""
    adresse = membre.adresse_de
    person = (membre.nom_long,) if membre.est_nommee else ()
    town = f"{adresse.code_postal or ''} {adresse.ville or ''}".strip()
    street = (adresse.adresse_complement, adresse.adresse_voie, adresse.adresse_lieu_dit, town)
    texts = (*person, membre.fonction, membre.nom_organisme, *street)
    return tuple(dict.fromkeys(text for text in texts if text))


def _lines(membre: Membre) -> Iterator[Finding]:
    """Yield the one line too many: seven is name, function, body, and the four lines of the address."""
    if (count := len(block(membre))) > MAX_LINES:
        adresse = membre.adresse_de
        text = adresse.adresse_complement
        yield TOO_MANY_LINES.at(adresse.origine.place("adresse_complement"), value=text, lignes=count)


def _long_lines(adresse: Adressable) -> Iterator[Finding]:
    """Yield the lines of the address over 38 characters, as letters print them."""
    for name in ("adresse_complement", "adresse_voie", "adresse_lieu_dit", "ville"):
        text = getattr(adresse, name) or ""
        printed = text if name == "adresse_complement" else adresse_majuscules(text)
        length = len(printed) + (6 if name == "ville" else 0)  # « 99120 » and a space
        if length > MAX_LINE:
            place, excess = adresse.origine.place(name), length - MAX_LINE
            yield LONG_LINE.at(place, value=text, longueur=length, excedent=excess)

"""One cell of somebody else's list to what our columns hold: as it is, repaired, or in doubt; never dropped.

A target is a field of our sheet, or one of the ``COMPOSITES``: several of its fields written in one cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final

from clspd_docs.domain.french import cle
from clspd_docs.domain.listes import Canal, Civilite
from clspd_docs.registers import splitting
from clspd_docs.registers.book import Book
from clspd_docs.registers.cells import REPAIRED, Cell, as_text, is_blank, parse, show, split
from clspd_docs.registers.schema import Column, Sheet, Type
from clspd_docs.registers.splitting import Address, Order, Person


class Fate(StrEnum):
    """What became of a cell; the value is what the « Import » sheet shows."""

    PLACED = "placé"
    REPAIRED = "réparé"
    DOUBTFUL = "à vérifier"
    APART = "gardé à part"
    LEFT = "non importé"


class Doubt(StrEnum):
    """Why a cell is in doubt."""

    VALUE = "valeur"
    PERSON = "nom et prénom"
    PERSONS = "plusieurs personnes"
    ADDRESS = "adresse"
    SEVERAL = "plusieurs valeurs"
    REFERENCE = "référence"
    CLASH = "deux valeurs"
    LIKELY = "nom abrégé"


@dataclass(frozen=True, slots=True)
class Fit:
    """What a cell gives.

    Args:
        values: By field, typed as the reader gives them; a text that does not fit is written as it is.
        fate: What became of the cell.
        remark: What was repaired or is in doubt, in French; it may quote the cell.
        doubt: Why it is in doubt.
        rest: What is to be kept in an extra column.
        unknown: Names that the sheet referred to does not have, among ``values``.
        suggestion: The allowed value that a text in doubt resembles, as a sentence with a space before it.
    """

    values: Mapping[str, Any]
    fate: Fate = Fate.PLACED
    remark: str = ""
    doubt: Doubt | None = None
    rest: str = ""
    unknown: tuple[str, ...] = ()
    suggestion: str = ""

    @property
    def is_sure(self) -> bool:
        """True when the cell reads as its column expects; several values, or a name cut short, do too."""
        return self.doubt in {None, Doubt.SEVERAL, Doubt.LIKELY}


@dataclass(frozen=True, slots=True)
class Composite:
    """Several fields of ours in one column of theirs. ``label`` is what ``--colonne`` accepts."""

    label: str
    fields: tuple[str, ...]
    order: Order = Order.UNKNOWN


_PERSON: Final = ("civilite", "prenom", "nom")
_ADDRESS: Final = ("adresse_complement", "adresse_voie", "adresse_lieu_dit", "code_postal", "ville")
COMPOSITES: Final[Mapping[str, Composite]] = {
    "personne": Composite("Personne", _PERSON),
    "prenom_nom": Composite("Prénom Nom", _PERSON, Order.FIRST_NAME),
    "nom_prenom": Composite("Nom Prénom", _PERSON, Order.NAME),
    "adresse": Composite("Adresse complète", _ADDRESS),
    "cp_ville": Composite("Code postal et ville", _ADDRESS[3:]),
}
#: The fields that must be free for the composite to take a column.
CORE: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("personne", "prenom_nom", "nom_prenom"), _PERSON[1:]),
    "adresse": ("adresse_voie", *_ADDRESS[3:]),
    "cp_ville": _ADDRESS[3:],
}


def fields_of(target: str) -> tuple[str, ...]:
    """Return the fields that a target fills."""
    return COMPOSITES[target].fields if target in COMPOSITES else (target,)


def exists(target: str, sheet: Sheet) -> bool:
    """Whether the sheet has every field of the target."""
    return set(fields_of(target)) <= set(sheet.names)


@dataclass(slots=True)
class Names:
    """What rows are called, by sheet key: folded name or identifier → identifier.

    ``known`` grows with the rows that the import adds; ``first`` holds those of the present workbook only.
    """

    known: dict[str, dict[str, str]] = field(default_factory=dict)
    first: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, book: Book) -> Names:
        """Return the names of every row that has an identifier; a name that two rows share is none."""
        names = cls()
        for key, rows in book.rows.items():
            found: dict[str, set[str]] = {}
            for row in rows:
                if identifier := row.values.get("id"):
                    for name in _names_of(row.values):
                        found.setdefault(cle(name), set()).add(identifier)
            names.known[key] = {name: next(iter(ids)) for name, ids in found.items() if len(ids) == 1}
            names.first[key] = tuple(names.known[key])
            names.known[key] |= {cle(r.values["id"]): r.values["id"] for r in rows if r.values.get("id")}
        return names

    def find(self, key: str, text: str) -> str | None:
        """Return the identifier that ``text`` names: an identifier, a name, an acronym, « Name (ACRONYM) »."""
        known = self.known.get(key, {})
        bare, acronym = re.sub(r"\s*\([^()]*\)$", "", text), re.search(r"\(([^()]+)\)$", text)
        name = splitting.before_name(text)[2]
        tried = (text, bare, name, acronym[1] if acronym else "")
        return next((known[cle(t)] for t in tried if t and cle(t) in known), None)

    def likely(self, key: str, text: str) -> str | None:
        """Return the only identifier whose name goes on after ``text`` (« Préfecture » de la Haute-Ourcelle)."""
        start = cle(text) + " "
        found = {self.known[key][name] for name in self.first.get(key, ()) if name.startswith(start)}
        return found.pop() if len(found) == 1 else None

    def near(self, key: str, text: str) -> str | None:
        """Return the identifier of the row of the present workbook whose name is almost ``text``."""
        found = get_close_matches(cle(text), self.first.get(key, ()), n=1, cutoff=0.85)
        return self.known[key][found[0]] if found else None

    def add(self, key: str, name: str, identifier: str) -> None:
        """Remember a row that the import adds."""
        self.known.setdefault(key, {})[cle(name)] = identifier


def _names_of(values: Mapping[str, Any]) -> Iterator[str]:
    if values.get("nom") and values.get("prenom"):
        yield f"{values['prenom']} {values['nom']}"
        yield f"{values['nom']} {values['prenom']}"
    elif values.get("nom"):
        yield values["nom"]
    yield from (values[name] for name in ("sigle", "intitule") if values.get(name))


def fit(target: str, sheet: Sheet, cell: Cell, names: Names) -> Fit:
    """Return what a filled cell gives to ``target``, a field of ``sheet`` or a composite."""
    if cell.raw is None:  # a formula that was never computed
        return Fit({}, Fate.DOUBTFUL, doubt=Doubt.VALUE)
    if target in COMPOSITES:
        return _composite(target, as_text(cell.raw))
    column = replace(sheet.column(target), required=False)
    if target in {"nom", "prenom"} and "civilite" in sheet.names:
        return _name(target, as_text(cell.raw))
    if target == "adresse_voie" and "adresse_lieu_dit" in sheet.names:
        return _street(as_text(cell.raw))
    if column.holds in {Type.REF, Type.REFS}:
        return _reference(column, as_text(cell.raw), names)
    return _SPECIAL.get(column.holds, _plain)(column, cell)


def _plain(column: Column, cell: Cell) -> Fit:
    """Read the cell as the reader of our workbook does."""
    value, finding = parse(column, cell)
    text = as_text(cell.raw)
    if finding is None:
        return Fit({column.name: value})
    if finding.kind is REPAIRED:
        return Fit({column.name: value}, Fate.REPAIRED, dict(finding.facts)["correction"])
    kept = text if isinstance(cell.raw, str) else cell.raw
    hint = dict(finding.facts).get("suggestion", "")
    remark = f"attendu : {column.expected}" + (f".{hint}" if hint else "")
    return Fit({column.name: kept}, Fate.DOUBTFUL, remark, Doubt.VALUE, suggestion=hint)


#: Other words for a channel, without accent, case or punctuation.
_CHANNELS: Final[Mapping[str, Canal]] = {
    **dict.fromkeys(("mail", "email", "e mail", "mel", "par mail", "par courriel"), Canal.COURRIEL),
    **dict.fromkeys(
        ("poste", "par la poste", "lettre", "lettre simple", "courrier simple", "courrier postal"),
        Canal.COURRIER,
    ),
    **dict.fromkeys(("ar", "rar", "lrar", "lr ar", "lr avec ar", "lettre recommandee"), Canal.RECOMMANDE),
    **dict.fromkeys(("recommande ar", "recommande avec ar", "courrier recommande"), Canal.RECOMMANDE),
    **dict.fromkeys(("main propre", "en main propre", "remise en mains propres"), Canal.REMISE),
}


def _choice(column: Column, cell: Cell) -> Fit:
    text = as_text(cell.raw)
    known: Civilite | Canal | None = None
    if column.values is Civilite:
        known = splitting.CIVILITES.get(text.lower())
    elif column.values is Canal:
        known = _CHANNELS.get(" ".join(re.findall(r"\w+", cle(text).replace(".", ""))))
    if known is None:
        return _plain(column, cell)
    if known.value == text:
        return Fit({column.name: known})
    return Fit({column.name: known}, Fate.REPAIRED, f"« {text} » écrit « {known} »")


def _postcode(column: Column, cell: Cell) -> Fit:
    text = as_text(cell.raw).replace(" ", "")
    if re.fullmatch(r"[1-9]\d{3}", text):  # a zero lost before the list was written as text
        return _plain(column, replace(cell, raw=int(text), number_format="General"))
    return _plain(column, cell)


def _email(column: Column, cell: Cell) -> Fit:
    first, rest = splitting.first_email(as_text(cell.raw))
    return _first_of(column, cell, first, rest, "adresse")


def _phone(column: Column, cell: Cell) -> Fit:
    first, rest = splitting.first_phone(as_text(cell.raw))
    return _first_of(column, cell, first, rest, "numéro")


def _first_of(column: Column, cell: Cell, first: str, rest: str, word: str) -> Fit:
    """Place the first of several values; the others are kept apart."""
    if not first or first == as_text(cell.raw):
        return _plain(column, cell)
    placed = _plain(column, replace(cell, raw=first))
    if placed.doubt:
        return _plain(column, cell)
    if not rest:
        return replace(
            placed, fate=Fate.REPAIRED, remark=placed.remark or f"seul{_e(word)} {word} de la cellule"
        )
    remark = f"premi{'ère' if word == 'adresse' else 'er'} {word} placé{_e(word)} ; le reste est gardé à part : « {rest} »"
    return Fit(placed.values, Fate.DOUBTFUL, remark, Doubt.SEVERAL, rest)


def _e(word: str) -> str:
    return "e" if word == "adresse" else ""


_SPECIAL: Final = {
    Type.CHOICE: _choice,
    Type.POSTCODE: _postcode,
    Type.EMAIL: _email,
    Type.PHONE: _phone,
}


def _reference(column: Column, text: str, names: Names) -> Fit:
    """Write identifiers instead of names; a name that nobody has is kept, and told."""
    assert column.ref is not None
    parts = split(text) if column.holds is Type.REFS else [text.replace("\n", " ")]
    found = {part: names.find(column.ref, part) for part in parts}
    likely = {p: i for p in parts if found[p] is None and (i := names.likely(column.ref, p))}
    values = tuple(found[part] or likely.get(part) or part for part in parts)
    value: Any = values if column.holds is Type.REFS else values[0]
    unknown = tuple(part for part in parts if found[part] is None and part not in likely)
    if unknown:
        remark = f"nom inconnu dans la feuille visée : {', '.join(f'« {u} »' for u in unknown)}"
        return Fit({column.name: value}, Fate.DOUBTFUL, remark, Doubt.REFERENCE, unknown=unknown)
    if list(values) == parts:
        return Fit({column.name: value})
    remark = f"nom remplacé par l’identifiant : {' ; '.join(values)}"
    if likely:
        return Fit({column.name: value}, Fate.DOUBTFUL, f"nom abrégé ; {remark}", Doubt.LIKELY)
    return Fit({column.name: value}, Fate.REPAIRED, remark)


def _composite(target: str, text: str) -> Fit:
    if target in {"adresse", "cp_ville"}:
        address = splitting.split_address(text) if target == "adresse" else splitting.split_town(text)
        if address is None:
            whole = "adresse_voie" if target == "adresse" else "ville"
            return Fit(
                {whole: text.replace("\n", ", ")},
                Fate.DOUBTFUL,
                "adresse à répartir à la main",
                Doubt.ADDRESS,
            )
        return _split(_address_values(address), text)
    if persons := splitting.several_persons(text):
        return _persons("nom", text, persons)
    line = text.replace("\n", " ")
    person = splitting.split_person(line, COMPOSITES[target].order)
    return _split(_person_values(person), text, person.titre) if person else _whole_name(line)


def _whole_name(text: str) -> Fit:
    """Set apart what is certain, civility and title; the first name stays with the name, to be split by hand."""
    civilite, titre, name = splitting.before_name(text)
    if titre and " " not in name:  # « Maître Alain » may be a name and a first name
        titre, name = "", splitting.civility_first(text)[1]
    remark = "nom et prénom à séparer à la main"
    remark += f" ; civilité : {civilite}" if civilite else ""
    remark += _kept_title(titre)
    values: dict[str, Any] = {"nom": name, "civilite": civilite} if civilite else {"nom": name}
    return Fit(values, Fate.DOUBTFUL, remark, Doubt.PERSON, titre)


def _kept_title(titre: str) -> str:
    return f" ; titre gardé à part : « {titre} »" if titre else ""


def _split(values: Mapping[str, str], text: str, titre: str = "") -> Fit:
    """Tell the parts of a text; the title of a person has no column of ours, and is kept apart."""
    if list(values.values()) == [text]:
        return Fit(values)
    remark = "réparti : " + " | ".join(str(v) for v in values.values()) + _kept_title(titre)
    return Fit(values, Fate.REPAIRED, remark, rest=titre)


def _person_values(person: Person) -> dict[str, Any]:
    values = zip(_PERSON, (person.civilite, person.prenom, person.nom), strict=True)
    return {name: value for name, value in values if value}


def _address_values(address: Address) -> dict[str, Any]:
    parts = (address.complement, address.voie, address.lieu_dit, address.code_postal, address.ville)
    return {name: value for name, value in zip(_ADDRESS, parts, strict=True) if value}


def _persons(name: str, text: str, persons: tuple[str, ...]) -> Fit:
    told = " et ".join(f"« {person} »" for person in persons)
    kept = text.replace("\n", " / ")
    return Fit({name: kept}, Fate.DOUBTFUL, f"plusieurs personnes : {told}", Doubt.PERSONS)


def _name(name: str, text: str) -> Fit:
    """Read a column that holds the name alone, or the first name: civility and title before it are set apart."""
    if persons := splitting.several_persons(text):
        return _persons(name, text, persons)
    civilite, titre, rest = splitting.before_name(text)
    if civilite or titre:
        return _split({"civilite": civilite, name: rest} if civilite else {name: rest}, text, titre)
    return Fit({name: text.replace("\n", " ")})


def _street(text: str) -> Fit:
    """Read the lines above the town; one line is kept as it is, unless a BP, a CS or a second part stands in it."""
    is_one_line = "\n" not in text and not splitting.has_box(text)
    street = splitting.split_at_number(text) if is_one_line else splitting.split_street(text)
    if street is None and is_one_line and not splitting.has_dash(text):
        return Fit({"adresse_voie": text})
    if street is None:
        remark = "adresse à répartir à la main"
        return Fit({"adresse_voie": text.replace("\n", ", ")}, Fate.DOUBTFUL, remark, Doubt.ADDRESS)
    return _split(_address_values(street), text)


def content(cell: Cell) -> str:
    """Return a cell's content as the « Import » sheet shows it."""
    return "" if is_blank(cell.raw) else show(cell.raw)

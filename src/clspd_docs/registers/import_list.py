"""The rows of somebody else's list as rows of our workbook: nothing lost, nothing guessed in silence.

One row of the list gives one row of ours, or is refused by name. What happens to each cell is a ``Trace``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from openpyxl.utils import get_column_letter

from clspd_docs.domain.french import cle, liste
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.registers.book import Book, Row
from clspd_docs.registers.case_file import CASE_FILE
from clspd_docs.registers.cells import FORMULA
from clspd_docs.registers.fitting import Doubt, Fate, Fit, Names, content, fields_of, fit
from clspd_docs.registers.grid import Grid
from clspd_docs.registers.identifiers import Series
from clspd_docs.registers.mapping import FEW, Proposal, Why, header_row, label, refusal, rows_below
from clspd_docs.registers.read import hidden_rows
from clspd_docs.registers.schema import Sheet
from clspd_docs.registers.sheets import BY_KEY

PLACED_BY_GUESS = Kind(
    "REG401",
    Severity.WARNING,
    "Colonne placée sans certitude",
    "Colonne placée dans « {champ} » d’après son {raison}.",
    "Vérifier. Pour corriger : option « --colonne » avec « En-tête=Autre champ » ; avec « En-tête= » pour la garder à part.",
)
NOT_PLACED = Kind(
    "REG402",
    Severity.WARNING,
    "Colonne non placée",
    "Colonne non placée ({raison}) : elle est gardée à droite du tableau.",
    "Rien à faire si elle ne sert pas aux documents ; sinon, option « --colonne » avec « En-tête=Champ ».",
)
DOUBTS: Final[Mapping[Doubt, Kind]] = {
    Doubt.PERSONS: Kind(
        "REG403",
        Severity.WARNING,
        "Plusieurs personnes dans une cellule",
        "La cellule nomme plusieurs personnes : une seule ligne est écrite, avec les noms tels quels.",
        "Dans le nouveau classeur, garder une personne sur la ligne et ajouter une ligne pour chaque autre siège.",
        bad="M. Paul ARNAUD et Mme Claire BOST",
        good="M. | Paul | ARNAUD",
    ),
    Doubt.PERSON: Kind(
        "REG404",
        Severity.WARNING,
        "Nom et prénom à séparer",
        "Rien ne dit où finit le prénom : tout le texte est écrit dans « Nom ».",
        "Séparer à la main ; ou, si toute la colonne suit le même ordre, option « --colonne » avec"
        " « En-tête=Prénom Nom » (ou « Nom Prénom »).",
        bad="Claire Martin",
        good="Claire MARTIN",
    ),
    Doubt.ADDRESS: Kind(
        "REG405",
        Severity.WARNING,
        "Adresse à répartir",
        "L’adresse n’a pas pu être répartie : elle est écrite telle quelle dans « {champ} ».",
        "La répartir à la main entre complément, voie, BP ou CS, code postal et ville.",
        bad="Place Foch, 2e étage, Le Mans",
        good="Place Foch, 72000 Le Mans",
    ),
    Doubt.SEVERAL: Kind(
        "REG406",
        Severity.WARNING,
        "Plusieurs valeurs dans une cellule",
        "La cellule en dit plus que « {champ} » n’attend : la première valeur est placée, le reste est gardé à part.",
        "Vérifier que la bonne valeur est placée.",
        bad="03 53 01 10 37 / 06 39 98 20 53",
        good="03 53 01 10 37",
    ),
    Doubt.REFERENCE: Kind(
        "REG409",
        Severity.WARNING,
        "Nom inconnu",
        "Ce nom n’existe pas dans la feuille « {feuille} » : il est écrit tel quel dans « {champ} ».",
        "Le remplacer par l’identifiant de la bonne ligne, ou ajouter la ligne.",
    ),
    Doubt.LIKELY: Kind(
        "REG424",
        Severity.WARNING,
        "Nom abrégé",
        "Un seul nom de la feuille « {feuille} » commence ainsi : son identifiant est écrit dans « {champ} ».",
        "Vérifier que c’est bien lui.",
        bad="Préfecture",
        good="Préfecture de la Haute-Ourcelle",
    ),
    Doubt.VALUE: Kind(
        "REG410",
        Severity.WARNING,
        "Valeur à corriger",
        "La valeur ne convient pas à « {champ} » : elle est écrite telle quelle. Attendu : {attendu}.{suggestion}",
        "La corriger dans le nouveau classeur ; « clspd-docs check » montrera la cellule.",
        bad="élu",
        good="président",
    ),
    Doubt.CLASH: Kind(
        "REG415",
        Severity.WARNING,
        "Deux valeurs pour une même cellule",
        "« {champ} » est déjà rempli, autrement, par une autre colonne de la liste : cette valeur-ci est gardée à part.",
        "Vérifier laquelle est juste.",
        bad="M. (colonne « Civilité ») et « Mme Claire BOST »",
        good="Mme (colonne « Civilité ») et « Mme Claire BOST »",
    ),
}
ALREADY_THERE = Kind(
    "REG407",
    Severity.WARNING,
    "Déjà dans le classeur ou dans la liste",
    "La ligne ressemble à {ligne} : {raison}. Elle est ajoutée quand même, rien n’est fusionné.",
    "Comparer les deux lignes et n’en garder qu’une.",
)
NEW_BODY = Kind(
    "REG408",
    Severity.WARNING,
    "Organisme ajouté",
    "Organisme absent du classeur : ajouté à la feuille « Organismes ».{proche}",
    "Compléter son type et son adresse ; si c’est un organisme déjà connu, remplacer l’identifiant et supprimer la ligne.",
)
MENDED = Kind(
    "REG411",
    Severity.NOTE,
    "Valeur réparée ou répartie",
    "La valeur a été réparée, ou répartie entre plusieurs colonnes.",
    "Vérifier dans la feuille « Import » du nouveau classeur.",
)
REFUSED = Kind(
    "REG412",
    Severity.NOTE,
    "Ligne non importée",
    "La ligne n’est pas importée : {raison}.",
    "Rien à faire si c’est juste ; sinon, la recopier à la main.",
)
TO_FILL = Kind(
    "REG413",
    Severity.WARNING,
    "Cellules obligatoires à remplir",
    "« {champ} » est obligatoire, et reste vide sur {nombre} ligne(s) ajoutée(s).",
    "La remplir dans le nouveau classeur ; « clspd-docs check » montrera chaque cellule.",
)
LONE_CELL = Kind(
    "REG414",
    Severity.WARNING,
    "Ligne d’une seule cellule",
    "La ligne n’a qu’une cellule remplie : titre de rubrique ou note ? Elle est importée comme les autres.",
    "Supprimer la ligne du nouveau classeur si ce n’est pas une inscription.",
)

COMMENTS = Kind(
    "REG426",
    Severity.WARNING,
    "Commentaires non repris",
    "La liste porte {nombre} commentaire(s) de cellule : ils ne sont pas repris.",
    "Les relire dans la liste, et recopier à la main ceux qui servent.",
)
CUT = Kind(
    "REG427",
    Severity.WARNING,
    "Texte trop long pour une cellule",
    "Excel n’accepte que 32 767 caractères dans une cellule : les {nombre} derniers sont coupés.",
    "Recopier la fin depuis la liste, dans une autre cellule, si elle sert.",
)

MAX_TEXT: Final = 32_767  # characters of a cell
SUFFIX: Final = "(liste importée)"
ABOVE: Final = "non repris (au-dessus des en-têtes)"


@dataclass(frozen=True, slots=True)
class Trace:
    """What became of one cell of the list.

    Args:
        row, column: Where it stands in the list, from 1.
        header: Its column's header.
        content: What it shows.
        fate: What became of it.
        target: Where it went: headers of ours, or that of the extra column.
        remark: What was repaired or is in doubt.
    """

    row: int
    column: int
    header: str
    content: str
    fate: Fate
    target: str = ""
    remark: str = ""


@dataclass(slots=True)
class NewRow:
    """A row to add: values by field, typed or as the list wrote them; texts of the extra columns, by header."""

    source_row: int
    values: dict[str, Any] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Imported:
    """What a list gives: rows read = ``rows`` + ``refused``.

    ``refused`` gives the reason by row of the list; ``bodies`` are rows for « Organismes »; ``empty`` counts, by
    header, the cells that must be filled and are not.
    """

    sheet: Sheet
    proposals: Sequence[Proposal]
    rows: list[NewRow] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    bodies: list[NewRow] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    empty: dict[str, int] = field(default_factory=dict)

    @property
    def extras(self) -> list[str]:
        """Headers of the extra columns that hold something, in the order of the list."""
        used = {header for row in self.rows for header in row.extras}
        return [h for p in self.proposals if (h := extra_header(p)) in used]


def extra_header(proposal: Proposal) -> str:
    """Return the header of the extra column that keeps what a column of the list could not place."""
    return f"{proposal.header} {SUFFIX}"


def import_rows(
    grid: Grid, sheet: Sheet, proposals: Sequence[Proposal], book: Book, names: Names
) -> Imported:
    """Return the rows of ``grid`` as rows of ``sheet``.

    Args:
        grid: The list.
        sheet: A table of ours.
        proposals: Where its columns go (``mapping.propose``).
        book: The present workbook: identifiers that are taken, persons who are already there.
        names: What its rows are called; the bodies that the import adds are added to it.
    """
    reader = _Reader(grid, sheet, _distinct(proposals), book, names)
    reader.read_all()
    return reader.done


def _distinct(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Return the proposals with headers that differ: two columns « Tél » become « Tél » and « Tél (D) »."""
    seen: set[str] = set()
    told: list[Proposal] = []
    for p in proposals:
        header = p.header
        while cle(header) in seen:
            header = f"{header} ({p.letter})"
        seen.add(cle(header))
        told.append(replace(p, header=header))
    return told


class _Reader:
    def __init__(
        self, grid: Grid, sheet: Sheet, proposals: Sequence[Proposal], book: Book, names: Names
    ) -> None:
        self.grid, self.sheet, self.proposals, self.book, self.names = grid, sheet, proposals, book, names
        self.done = Imported(sheet, proposals)
        self.header = header_row(sheet, grid)
        self.series = Series.of(book, sheet)
        self.bodies = Series.of(book, BY_KEY["organismes"])
        self.added: set[str] = set()  # bodies
        self.seen = _Seen(sheet, book)

    def read_all(self) -> None:
        self.done.findings += [*self._of_columns(), *self._of_sheet()]
        for row in (r for r in self.grid.rows if self.header and r < self.header):
            self._trace_left(row, ABOVE)
        for row in rows_below(self.grid, self.header):
            if reason := refusal(self.grid, row, self.header):
                self.done.refused[row] = reason
                self.done.findings.append(REFUSED.at(self.grid.place(row), raison=reason))
                self._trace_left(row, reason)
            else:
                self.done.rows.append(self._row(row))
        for column in self.sheet.columns:
            empty = sum(column.name not in row.values for row in self.done.rows)
            if column.required and empty:
                self.done.empty[column.header] = empty
                self.done.findings.append(TO_FILL.at(self.grid.place(), champ=column.header, nombre=empty))

    def _of_sheet(self) -> Iterator[Finding]:
        yield from hidden_rows(self.grid, rows_below(self.grid, self.header))
        if self.grid.comments:
            yield COMMENTS.at(self.grid.place(), nombre=len(self.grid.comments))

    def _of_columns(self) -> Iterator[Finding]:
        for p in self.proposals:
            place = (
                self.grid.place(p.row, p.number, p.header) if p.row else self.grid.place(None, None, p.header)
            )
            if p.is_case_file:
                yield CASE_FILE.at(place)
            elif p.target is None and p.why is not Why.ASKED:
                yield NOT_PLACED.at(place, raison=p.remark)
            elif p.target and p.why in {Why.NEAR, Why.CONTENTS}:
                yield PLACED_BY_GUESS.at(place, champ=label(p.target, self.sheet), raison=p.why.value)

    def _trace_left(self, row: int, reason: str) -> None:
        """Tell the cells of a row that is not imported; a title above the headers belongs to no header."""
        headers = {p.number: p for p in self.proposals}
        for column in self.grid.rows[row]:
            proposal = headers.get(column)
            is_closed = proposal is not None and proposal.is_case_file
            shown = "(non lu)" if is_closed else content(self.grid.cell(row, column))
            told = self._with_cut(row, column, shown, reason)
            header = (
                proposal.header if proposal and reason != ABOVE else f"Colonne {get_column_letter(column)}"
            )
            self.done.traces.append(Trace(row, column, header, shown, Fate.LEFT, "", told))

    def _row(self, row: int) -> NewRow:
        new = NewRow(row)
        cells = self.grid.rows[row]
        for p in self.proposals:
            if p.number in cells:
                self._cell(new, p)
        if len(cells) == 1 and len(self.proposals) >= FEW:
            self.done.findings.append(LONE_CELL.at(self.grid.place(row)))
        self._name_row(new)
        for reason, where in self.seen.like(new.values, row):
            self.done.findings.append(ALREADY_THERE.at(self.grid.place(row), ligne=where, raison=reason))
        return new

    def _cell(self, new: NewRow, p: Proposal) -> None:
        cell = self.grid.cell(new.source_row, p.number, p.header)
        shown = content(cell)
        if p.is_case_file:
            self._trace(new, p, "(non lu)", Fate.LEFT, "", "situations individuelles")
            return
        if cell.raw is None:
            self._trace(new, p, "(formule)", Fate.LEFT, "", "formule sans valeur enregistrée")
            self.done.findings.append(FORMULA.at(cell.place))
            return
        if p.target is None:
            new.extras[extra_header(p)] = shown
            self._trace(new, p, shown, Fate.APART, extra_header(p), p.remark)
            return
        found = fit(p.target, self.sheet, cell, self.names)
        if p.target == "id" and not (found.is_sure and self.series.take(str(found.values["id"]))):
            new.extras[extra_header(p)] = shown
            self._trace(
                new,
                p,
                shown,
                Fate.APART,
                extra_header(p),
                "identifiant déjà pris, ou qui ne peut pas en être un",
            )
            return
        found = self._with_bodies(found, new, p)
        clash = {
            name: value
            for name, value in found.values.items()
            if name in new.values and cle(str(new.values[name])) != cle(str(value))
        }
        for name, value in found.values.items():
            new.values.setdefault(name, value)
        rest = " ; ".join(str(v) for v in (*clash.values(), found.rest) if v)
        if rest:
            new.extras[extra_header(p)] = rest
        fate = Fate.DOUBTFUL if clash else found.fate
        remark = " ; ".join(r for r in (found.remark, f"gardé à part : « {rest} »" if clash else "") if r)
        where = liste([self.sheet.column(n).header for n in found.values])
        self._trace(new, p, shown, fate, where, remark)
        self._tell(new, p, found, shown, clash)

    def _tell(self, new: NewRow, p: Proposal, found: Fit, shown: str, clash: Mapping[str, Any]) -> None:
        place = self.grid.place(new.source_row, p.number, p.header)
        column = self.sheet.column(next(iter(found.values), fields_of(p.target or "")[0]))
        facts = {"champ": column.header, "attendu": column.expected, "suggestion": found.suggestion}
        if column.ref:
            facts["feuille"] = BY_KEY[column.ref].title
        if found.doubt:
            self.done.findings.append(DOUBTS[found.doubt].at(place, value=shown, **facts))
        elif found.fate is Fate.REPAIRED:
            self.done.findings.append(MENDED.at(place, value=f"{shown} → {found.remark}"))
        for name in clash:
            told = DOUBTS[Doubt.CLASH].at(place, value=shown, champ=self.sheet.column(name).header)
            self.done.findings.append(told)

    def _trace(self, new: NewRow, p: Proposal, shown: str, fate: Fate, target: str, remark: str) -> None:
        told = self._with_cut(new.source_row, p.number, shown, remark)
        self.done.traces.append(Trace(new.source_row, p.number, p.header, shown, fate, target, told))

    def _with_cut(self, row: int, column: int, shown: str, remark: str) -> str:
        """Return the remark, with what is cut of a text that no cell can hold."""
        number = len(shown) - MAX_TEXT
        if number <= 0:
            return remark
        self.done.findings.append(CUT.at(self.grid.place(row, column), nombre=number))
        return " ; ".join(filter(None, (remark, f"coupé : il manque les {number} derniers caractères")))

    def _with_bodies(self, found: Fit, new: NewRow, p: Proposal) -> Fit:
        """Add the bodies that « Organismes » lacks, and refer to them; a cell that names one is to be verified."""
        name = next(iter(found.values), "")
        if not name or self.sheet.column(name).ref != "organismes":
            return found
        given = {text: self._body(text, new, p) for text in found.unknown}
        value = found.values[name]
        many = isinstance(value, tuple)
        values = tuple(given.get(v, v) for v in (value if many else (value,)))
        added = [v for v in values if v in self.added]
        if not added:
            return found
        remark = f"organisme ajouté à la feuille « Organismes » : {', '.join(added)}"
        doubt = None if found.unknown else found.doubt
        return Fit({name: values if many else values[0]}, Fate.DOUBTFUL, remark, doubt)

    def _body(self, text: str, new: NewRow, p: Proposal) -> str:
        near = self.names.near("organismes", text)
        identifier = self.bodies.of_name(text)
        self.names.add("organismes", text, identifier)
        self.added.add(identifier)
        self.done.bodies.append(NewRow(new.source_row, {"id": identifier, "nom": text}))
        proche = f" Il ressemble à {near}." if near else ""
        place = self.grid.place(new.source_row, p.number, p.header)
        self.done.findings.append(NEW_BODY.at(place, value=f"{text} → {identifier}", proche=proche))
        return identifier

    def _name_row(self, new: NewRow) -> None:
        """Give the row the next identifier of the series, when the list gave it none."""
        if "id" in self.sheet.names and "id" not in new.values:
            is_body = self.sheet.key == "organismes"
            given = self.series.of_name(str(new.values.get("nom", ""))) if is_body else self.series.next()
            if given:
                new.values["id"] = given


class _Seen:
    """Persons and bodies that are already there, to tell those that come twice."""

    def __init__(self, sheet: Sheet, book: Book) -> None:
        self.keys: dict[tuple[str, str], str] = {}
        for row in book.rows[sheet.key]:
            for _, key in _marks(row.values):
                self.keys.setdefault(key, _called(row))

    def like(self, values: Mapping[str, Any], row: int) -> Iterator[tuple[str, str]]:
        """Yield (what is the same, which row), once a row; then remember this one."""
        told = set()
        for reason, key in _marks(values):
            where = self.keys.setdefault(key, f"la ligne {row} de la liste")
            if where != f"la ligne {row} de la liste" and where not in told:
                told.add(where)
                yield reason, where


def _marks(values: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    if values.get("nom") and "prenom" in values and values["prenom"]:
        yield "même prénom et même nom", ("nom", cle(f"{values['prenom']} {values['nom']}"))
    if values.get("courriel"):
        yield "même courriel", ("courriel", str(values["courriel"]).lower())
    if "prenom" not in values and values.get("nom"):
        yield "même nom", ("nom", cle(str(values["nom"])))
    if values.get("sigle"):
        yield "même sigle", ("sigle", cle(str(values["sigle"])))
    if values.get("intitule"):
        yield "même intitulé", ("intitule", cle(str(values["intitule"])))


def _called(row: Row) -> str:
    identifier = row.values.get("id")
    return f"la ligne {row.origin.row} du classeur" + (f" ({identifier})" if identifier else "")

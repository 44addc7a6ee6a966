"""Which column of somebody else's list goes in which column of ours: by header, by near header, by contents.

Nothing is decided in silence: each ``Proposal`` says why, and how many of its cells read well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from openpyxl.utils import get_column_letter

from clspd_docs.domain.french import cle
from clspd_docs.registers import case_file, splitting
from clspd_docs.registers.cells import as_text
from clspd_docs.registers.fitting import COMPOSITES, CORE, Names, exists, fields_of, fit
from clspd_docs.registers.grid import Grid
from clspd_docs.registers.schema import Sheet, Type
from clspd_docs.registers.splitting import Order

HEADER_ROWS: Final = 20
SAMPLE: Final = 200  # cells of a column that decide
ENOUGH: Final = 0.5  # share of cells that must read well for a header to be believed
EVIDENT: Final = 0.8  # the same for contents alone
NEAR: Final = 0.84
FEW: Final = 3  # columns: a narrower list has rows of one cell
MAX_HEADER: Final = 120  # characters; Excel allows 255 in a table
AT_YOUR_WISH: Final = "à votre demande"


class Why(StrEnum):
    """What placed a column; the value is what the report shows."""

    ASKED = "demandé"
    HEADER = "en-tête"
    NEAR = "en-tête proche"
    CONTENTS = "contenu"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where one column of the list goes.

    Args:
        number: Its position in the list, from 1.
        header: Its header; « Colonne D » when it has none.
        row: Row of the header, None in a list without headers.
        target: Field of our sheet or composite; None when the column is kept apart.
        why: What decided.
        share: Part of its filled cells that read as the target expects, from 0 to 1.
        filled: Filled cells.
        remark: Why it is not placed, or what it looks like, in French; never the content of a cell.
        is_case_file: It announces individual situations: nothing of it is read.
    """

    number: int
    header: str
    row: int | None
    target: str | None = None
    why: Why = Why.NONE
    share: float = 0.0
    filled: int = 0
    remark: str = ""
    is_case_file: bool = False

    @property
    def letter(self) -> str:
        """The column as the list shows it."""
        return get_column_letter(self.number)


# Targets in order of preference ← headers of other people's lists, folded. The headers of our sheet come first.
_HEADERS: Final[Mapping[tuple[str, ...], str]] = {
    ("personne", "nom"): "nom; nom de famille; nom usuel; nom d usage; patronyme",
    ("prenom",): "prenom; prenoms",
    ("civilite",): "civilite; civ; m mme; mr mme; titre de civilite; genre",
    ("nom_prenom", "personne"): "nom prenom; nom et prenom; nom prenoms; civilite nom prenom",
    ("prenom_nom", "personne"): "prenom nom; prenom et nom; civilite prenom nom",
    (
        "personne",
    ): "personne; identite; contact; interlocuteur; representant; titulaire; membre; elu; nom complet;"
    " participant; correspondant; referent; responsable; designation du membre",
    (
        "courriel",
    ): "courriel; mail; e mail; email; mel; adresse mail; adresse e mail; adresse email; messagerie;"
    " adresse electronique; adresse de messagerie; adresse courriel; courrier electronique; courriel mail",
    (
        "telephone",
    ): "telephone; tel; tel fixe; telephone fixe; fixe; portable; mobile; gsm; tel portable; standard;"
    " telephone portable; tel mobile; numero de telephone; ligne directe; telephone mobile; coordonnees telephoniques",
    ("fonction",): "fonction; poste; emploi; fonction occupee; role; intitule du poste; profession",
    ("qualite", "fonction"): "qualite; qualites; en qualite de",
    ("politesse", "civilite", "fonction"): "titre",
    (
        "organisme",
        "nom",
    ): "organisme; structure; service; institution; partenaire; organisation; etablissement;"
    " employeur; administration; entite; association; societe; organisme de rattachement; collectivite;"
    " organisme represente; denomination; raison sociale; nom de la structure; nom de l organisme; nom association",
    ("college", "type"): "college; categorie; famille; nature",
    ("type",): "type; type de structure; type organisme; secteur d activite",
    (
        "adresse",
        "adresse_voie",
    ): "adresse; adresse postale; adresse complete; coordonnees; coordonnees postales;"
    " adresse professionnelle; adresse de correspondance; adresse du siege; siege",
    (
        "adresse_voie",
    ): "rue; voie; adresse 1; ligne 1; numero et rue; adresse rue; numero et voie; libelle voie",
    ("adresse_complement",): "complement; complement adresse; adresse 2; batiment; complement d adresse",
    ("adresse_lieu_dit",): "bp; cs; boite postale; lieu dit; bp cs; adresse 3",
    ("cp_ville", "code_postal"): "cp ville; code postal ville; cp commune; code postal commune; cp et ville",
    ("code_postal",): "code postal; cp; c p; code post",
    ("cp_ville", "ville"): "ville; commune; localite; bureau distributeur; ville cedex",
    ("sigle",): "sigle; acronyme; abreviation",
    ("siret",): "siret; siren; numero siret; n siret",
    ("formations",): "formation; formations; instance; instances",
    ("groupes",): "groupe; groupes; groupe de travail; groupes de travail; gt",
    ("designe_le",): "designe le; date de designation; nomme le; date de nomination; date designation; date",
    ("acte",): "acte; deliberation; arrete; reference de l acte; acte de nomination",
    ("statut",): "statut; etat; situation; etat d avancement",
    ("canal",): "canal; mode d envoi; envoi; mode de convocation; mode de transmission",
    ("intitule",): "intitule; action; titre; libelle; nom de l action; titre de l action; fiche action",
    ("chef_de_file",): "chef de file; pilote; porteur; structure porteuse; pilote de l action; responsable",
    ("partenaires",): "partenaires; partenaires associes",
    ("echeance",): "echeance; date limite; date de fin; fin prevue; delai; calendrier",
    ("debut",): "debut; date de debut; demarrage; lancement",
    ("budget",): "budget; cout; montant; budget previsionnel; budget total; cout total",
    ("avancement",): "avancement; taux d avancement; pourcentage",
    ("public",): "public; public vise; public cible; beneficiaires",
    ("territoire",): "territoire; secteur; quartier; perimetre; lieu",
    ("domaines",): "domaines; domaine; thematique; thematiques; theme",
    ("date",): "date; jour; date de la seance; date de la reunion",
    ("heure",): "heure; horaire; heure de debut",
    ("lieu",): "lieu; salle; lieu de la seance",
}
_FILLERS: Final = frozenset(
    "de du des d la le les l un une et ou professionnel professionnelle pro no n numero".split()  # noqa: SIM905 - reads better
)
#: Types whose contents are recognised without a header.
_SPEAKING: Final = {Type.EMAIL, Type.PHONE, Type.POSTCODE, Type.CHOICE, Type.CHOICES, Type.SIRET}


def folded(header: str) -> str:
    """Return what a header is compared by: no accent, case, plural, punctuation or little word."""
    words = re.sub(r"[^a-z0-9%]+", " ", cle(header)).split()
    words = [w.removesuffix("s") if len(w) > 3 else w for w in words]  # noqa: PLR2004 - « gps » is no plural
    return " ".join([w for w in words if w not in _FILLERS] or words)


def wanted(sheet: Sheet) -> dict[str, tuple[str, ...]]:
    """Return folded header → targets of ``sheet``, the preferred one first."""
    found: dict[str, tuple[str, ...]] = {}
    for targets, headers in _HEADERS.items():
        there = tuple(target for target in targets if exists(target, sheet))
        for header in headers.split(";") if there else ():
            found.setdefault(folded(header), there)
    for column in sheet.columns:
        for header in (column.header, *column.formerly):
            others = found.get(folded(header), ())
            first = (column.name,) if column.name not in {"nom", "ville"} else ()
            found[folded(header)] = tuple(dict.fromkeys((*first, *others, column.name)))
    found |= {folded(c.label): (t,) for t, c in COMPOSITES.items() if exists(t, sheet) and t != "personne"}
    return found


def targets_by_name(sheet: Sheet) -> dict[str, str]:
    """Return what ``--colonne`` accepts at the right of « = », folded → target."""
    labels = {target: c.label for target, c in COMPOSITES.items() if exists(target, sheet)}
    names = {cle(label): target for target, label in labels.items()} | {cle(t): t for t in labels}
    return (
        names | {cle(c.header): c.name for c in sheet.columns} | {cle(c.name): c.name for c in sheet.columns}
    )


def label(target: str, sheet: Sheet) -> str:
    """Return the name of a target for people: a header of ours, or « Adresse complète »."""
    return COMPOSITES[target].label if target in COMPOSITES else sheet.column(target).header


def header_row(sheet: Sheet, grid: Grid) -> int | None:
    """Return the row of the headers among the first twenty that are not empty; None when the list has none.

    It is the row that holds the most known headers; else the first of the widest rows, when its cells look like
    headers: short texts, no e-mail, no figures alone.
    """
    rows = list(grid.rows)[:HEADER_ROWS]
    known = wanted(sheet).keys()
    scores = {row: len(known & {folded(text) for text in grid.texts(row).values()}) for row in rows}
    best = max(rows, key=lambda row: scores[row])
    width = max(len(grid.rows[row]) for row in rows)
    if scores[best] >= min(2, width):
        return best
    widest = next((row for row in rows if len(grid.rows[row]) == width), rows[0])
    return widest if len(rows) > 1 and all(_is_title(t) for t in grid.texts(widest).values()) else None


def _is_title(text: str) -> bool:
    return len(text) <= 60 and "@" not in text and not re.search(r"\d{4}", text)  # noqa: PLR2004 - characters


def propose(sheet: Sheet, grid: Grid, names: Names, asked: Mapping[str, str | None]) -> list[Proposal]:
    """Return where each column of the list goes, in the order of the list.

    Args:
        sheet: Ours.
        grid: The list.
        names: Of the present workbook, for the columns that refer to other sheets.
        asked: ``cle`` of a header (or of « colonne D ») → target, or None to keep the column apart.
    """
    mapper = _Mapper(sheet, grid, names, header_row(sheet, grid))
    mapper.place_asked(asked)
    mapper.place_by_header()
    mapper.place_by_contents()
    return mapper.proposals()


def columns_of(grid: Grid, header: int | None) -> dict[int, str]:
    """Return the columns of the list: position → header, « Colonne D » for want of one."""
    rows = [row for row in grid.rows if header is None or row >= header]
    texts = grid.texts(header) if header else {}
    numbers = sorted({column for row in rows for column in grid.rows[row]})
    return {
        n: " ".join(texts.get(n, f"Colonne {get_column_letter(n)}").split())[:MAX_HEADER] for n in numbers
    }


def rows_below(grid: Grid, header: int | None) -> list[int]:
    """Return the rows of the list that are below its headers."""
    return [row for row in grid.rows if header is None or row > header]


def refusal(grid: Grid, row: int, header: int | None) -> str:
    """Return why a row is no record: headers again, a total; empty when it is one."""
    texts = {column: cle(text) for column, text in grid.texts(row).items()}
    titles = {column: cle(text) for column, text in grid.texts(header).items()} if header else {}
    same = sum(titles.get(column) == text for column, text in texts.items())
    if same > 1 and same >= 0.6 * len(texts):
        return "elle répète les en-têtes"
    first = next(iter(texts.values()))
    total = re.match(r"(?:sous )?total(?: general)?\b|nombre total\b|effectif\b", first)
    if total and len(texts) < max(FEW, len(titles)) and not any("@" in t for t in texts.values()):
        return "c’est un total"
    return ""


class _Mapper:
    def __init__(self, sheet: Sheet, grid: Grid, names: Names, header: int | None) -> None:
        self.sheet, self.grid, self.names, self.header = sheet, grid, names, header
        self.headers = columns_of(grid, header)
        self.known = wanted(sheet)
        self.placed: dict[int, tuple[str, Why, float]] = {}
        self.apart: dict[int, str] = {}
        self.owners: dict[str, int] = {}
        self.closed = {n for n, text in self.headers.items() if case_file.is_case_file(text)}
        self.ranks = {key: rank for rank, key in enumerate(self.known)}
        below = [row for row in rows_below(grid, header) if not refusal(grid, row, header)]
        self.rows = {n: [row for row in below if n in grid.rows[row]] for n in self.headers}

    def open(self) -> list[int]:
        """Columns that still have no place."""
        done = self.placed.keys() | self.apart.keys() | self.closed
        return [n for n in self.headers if n not in done and self.rows[n]]

    def place_asked(self, asked: Mapping[str, str | None]) -> None:
        for number, header in self.headers.items():
            keys = (cle(header), cle(f"Colonne {get_column_letter(number)}"))
            key = next((k for k in keys if k in asked), None)
            if key is None or number in self.closed:
                continue
            target = asked[key]
            if target is None or not self._take(number, target, Why.ASKED):
                self.apart[number] = AT_YOUR_WISH if target is None else self._taken(target)

    def place_by_header(self) -> None:
        """Exact headers first, near ones next; inside each, single fields before composites."""
        has_first_name = any(self.known.get(folded(self.headers[n])) == ("prenom",) for n in self.open())
        for why in (Why.HEADER, Why.NEAR):
            candidates = {n: found for n in self.open() if (found := self._candidates(n, why))}
            for number, targets in sorted(candidates.items(), key=self._order):
                told = [t for t in targets if not (_is_person(t) and has_first_name)]
                self._by_header(number, told or targets, why)

    def _order(self, candidate: tuple[int, tuple[str, ...]]) -> tuple[bool, int, int]:
        """Single fields first; then the better header (« Fixe » before « Portable »); then as the list stands."""
        number, targets = candidate
        return targets[0] in COMPOSITES, self.ranks.get(folded(self.headers[number]), len(self.ranks)), number

    def _by_header(self, number: int, targets: Sequence[str], why: Why) -> None:
        """Take the first target that the contents do not contradict."""
        for target in targets:
            share = self.share(number, target)
            if _is_person(target) and not self._names_hold(number, target):
                continue
            if share < ENOUGH and not self._holds_text(target):
                self.apart.setdefault(number, "l’en-tête promet autre chose que le contenu")
            elif self._take(number, target, why):
                self.apart.pop(number, None)
                return
            else:
                self.apart[number] = self._taken(target)
                if target not in COMPOSITES:  # « Adresse » beside « Ville » is still a street
                    return

    def place_by_contents(self) -> None:
        for number in self.headers.keys() - self.placed.keys() - self.closed:
            if self.apart.get(number) == AT_YOUR_WISH or len(self.rows[number]) < 2:  # noqa: PLR2004 - one cell proves nothing
                continue
            found = [t for t in self._speaking() if self.share(number, t) >= EVIDENT]
            if len(found) == 1 and self._take(number, found[0], Why.CONTENTS):
                self.apart.pop(number, None)

    def proposals(self) -> list[Proposal]:
        """Return one proposal a column that holds something, or has a header of a case file."""
        found = []
        for number, header in self.headers.items():
            filled = len(self.rows[number])
            if number in self.closed:
                found.append(Proposal(number, header, self.header, filled=filled, is_case_file=True))
            elif number in self.placed:
                target, why, share = self.placed[number]
                found.append(Proposal(number, header, self.header, target, why, share, filled))
            elif filled:
                remark = self.apart.get(number) or self._looks(number)
                found.append(Proposal(number, header, self.header, filled=filled, remark=remark))
        return found

    def share(self, number: int, target: str) -> float:
        """Return the part of the filled cells of a column that read well as ``target``."""
        rows = self.rows[number][:SAMPLE]
        sure = sum(fit(target, self.sheet, self.grid.cell(r, number), self.names).is_sure for r in rows)
        return sure / len(rows) if rows else 0.0

    def _take(self, number: int, target: str, why: Why) -> bool:
        core = CORE.get(target, (target,))
        if any(f in self.owners for f in core):
            return False
        for name in fields_of(target):
            self.owners.setdefault(name, number)
        self.placed[number] = (target, why, self.share(number, target))
        return True

    def _taken(self, target: str) -> str:
        owner = next(self.owners[f] for f in CORE.get(target, (target,)) if f in self.owners)
        return f"déjà rempli par la colonne « {self.headers[owner]} »"

    def _candidates(self, number: int, why: Why) -> tuple[str, ...]:
        key = folded(self.headers[number])
        if self.header is None:
            return ()
        if why is Why.HEADER:
            return self.known.get(key, ())
        near = get_close_matches(key, self.known, n=1, cutoff=NEAR)
        return self.known[near[0]] if near else ()

    def _holds_text(self, target: str) -> bool:
        """Whether anything is good for the target: texts, names to split by hand, bodies that may be new."""
        if target in COMPOSITES:
            return _is_person(target)
        column = self.sheet.column(target)
        return column.holds is Type.TEXT or column.ref == "organismes"

    def _names_hold(self, number: int, target: str) -> bool:
        """Whether the column is made of full names; or, when its header says their order, none contradicts it."""
        order, texts = COMPOSITES[target].order, list(self._texts(number))
        if order is Order.UNKNOWN:
            return sum(splitting.is_full_name(t) for t in texts) >= ENOUGH * len(texts)
        return {splitting.told_order(t) for t in texts} <= {order, Order.UNKNOWN}

    def _texts(self, number: int) -> Iterator[str]:
        return (as_text(self.grid.rows[row][number].value) for row in self.rows[number][:SAMPLE])

    def _speaking(self) -> list[str]:
        """Return the free targets that contents can show by themselves."""
        targets = [c.name for c in self.sheet.columns if c.holds in _SPEAKING or c.ref == "organismes"]
        targets += [t for t in ("personne", "adresse", "cp_ville") if exists(t, self.sheet)]
        return [t for t in targets if not any(f in self.owners for f in CORE.get(t, (t,)))]

    def _looks(self, number: int) -> str:
        """Return what an unplaced column looks like, to help the secretary."""
        dates = [c.name for c in self.sheet.columns if c.holds is Type.DATE]
        if dates and self.share(number, dates[0]) >= EVIDENT:
            return "en-tête inconnu ; le contenu est fait de dates"
        return "en-tête inconnu" if self.header else "contenu non reconnu"


def _is_person(target: str) -> bool:
    return target in COMPOSITES and "nom" in CORE[target]

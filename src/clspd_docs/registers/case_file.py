"""Never a case file: what looks like the follow-up of individual situations is told, and not read further.

Statistics, actions and groups speak of minors and offences too. What makes a case file is a text that names one
person's situation (« nom du jeune », « mis en cause »), or a row of headers where a person (« Nom », « Jeune ») stands
beside a situation (« Né le », « Faits »). What is counted is no case file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from clspd_docs.domain.french import cle
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.registers.cells import as_text
from clspd_docs.registers.grid import Grid

CASE_FILE = Kind(
    "REG190",
    Severity.ERROR,
    "Suivi de situations individuelles",
    "Cet intitulé ou ce commentaire évoque des situations individuelles : rien n’en est lu.",
    "Retirer ces données du classeur. La CNIL demande de ne pas suivre de situations dans un tableur partagé"
    " (note du 7 janvier 2020).",
    bad="Mineurs suivis",
    good="(aucune donnée sur les personnes suivies)",
)

_WHO: Final = "(?:mineur|jeune|enfant|eleve|famille|parent|victime|auteur|adolescent|collegien|lyceen)"
#: What announces one person's situation wherever it stands: folded, without the « s » of plurals.
_ALONE: Final = re.compile(
    rf"\b(?:(?:nom|prenom|identite|initiale|adresse|domicile) (?:et prenom )?(?:de la |de l |du |de |d ){_WHO}"
    rf"|{_WHO} (?:suivi|suivie|signale|signalee|mi en cause|mise en cause)"
    r"|(?:suivi|liste|fiche) (?:de la |de l |du |de |d )?(?:mineur|famille)"
    r"|auteur de fait|victime nom|date de naissance|ne le \d|nee le \d|ddn"
    r"|(?:situation|suivi|fiche|dossier) (?:familiale|individuel|individuelle|nominatif|nominative)"
    r"|fait reproche|garde a vue|antecedent (?:judiciaire|penal)|connu de service de police)\b"
)
_COUNTED: Final = re.compile(
    r"\b(?:nombre|nb|nbre|total|effectif|part|taux|pourcentage|moyenne|statistique|indicateur)\b"
)
_NEAR: Final = 30  # characters around the words that announce a situation, where what is counted is told

# Whole headers: a name alone is that of an official as well, « jeunes » may be a public.
_NAME: Final = re.compile(
    r"noms?|prenoms?|noms?(?: et)? prenoms?|prenoms?(?: et)? noms?|nom de famille|identite|initiales"
)
_PERSON: Final = re.compile(
    r"(?:jeune|mineur|eleve|enfant|famille|victime|individu|adolescent|collegien|lyceen)(?: concernee?)?"
)
_PERHAPS: Final = re.compile(f"{_NAME.pattern}|{_WHO}s|auteur|parent|personne|usager|beneficiaire|interesse")
_SITUATION: Final = re.compile(
    r"nee?(?:\(e\))? le|ddn|(?:date de )?naissance|date naiss\.?|faits?(?: commis| reproches)?|infractions?(?: commises?)?"
    r"|delits?|plaintes?|signale(?:ment)? par|antecedents?|comportement|descolarise|absenteisme|problematique"
    r"|gardes? a vue|mesure (?:educative|judiciaire|penale)|suites judiciaires|casier"
)
_PERHAPS_SITUATION: Final = re.compile(
    r"situation|suivi|mesures?|sanctions?|educateur(?: referent)?|signalements?|orientation|adresse|domicile"
)
_BIRTH: Final = re.compile(r"naissance|\bnee?\b|\bddn\b")
_OFFICE: Final = re.compile(
    r"fonctions?|qualite|titre|mandat|organisme|structure|service|association|college"
)
_FEW: Final = 2  # headers of a table; doubtful ones that make a case file together
FIRST_ROWS: Final = 20


def is_case_file(text: str) -> bool:
    """Whether a title, a header or a comment announces individual situations by itself."""
    folded = " ".join(word.removesuffix("s") for word in re.findall(r"\w+", cle(text)))
    return any(
        not _COUNTED.search(folded[max(0, m.start() - _NEAR) : m.end() + _NEAR])
        for m in _ALONE.finditer(folded)
    ) or bool(re.fullmatch(r"nee? (?:e )?le", folded))


def closed(headers: Mapping[int, str]) -> set[int]:
    """Return which columns follow individual situations, by number, from the headers that stand beside each other."""
    folded = {number: cle(text) for number, text in headers.items()}
    found = {n for n, text in headers.items() if is_case_file(text) or folded[n] == "mis en cause"}
    people = {n for n, text in folded.items() if _PERSON.fullmatch(text)}
    perhaps = {n for n, text in folded.items() if _PERHAPS.fullmatch(text)}
    situations = {n for n, text in folded.items() if _SITUATION.fullmatch(text)}
    doubts = {n for n, text in folded.items() if _PERHAPS_SITUATION.fullmatch(text)}
    named = any("prenom" in folded[n] for n in perhaps)
    is_official = any(_OFFICE.fullmatch(text) for text in folded.values())
    several = len([n for n in doubts if folded[n] not in {"adresse", "domicile"}]) >= _FEW
    if (
        (people and situations | doubts)
        or (perhaps and situations)
        or (named and several and not is_official)
    ):
        return found | people | perhaps | situations | doubts
    return found


def in_headers(grid: Grid) -> Finding | None:
    """Return the finding of a sheet that is not ours, by the headers of its first rows."""
    for row in (row for row in grid.rows if row <= FIRST_ROWS):
        texts = grid.texts(row)
        if len(texts) >= _FEW and (columns := in_table(grid, row, texts)):
            return CASE_FILE.at(grid.place(row, min(columns)))
    return None


def in_sheet(grid: Grid) -> Finding | None:
    """Return the finding of a sheet that is not ours, by its title or its headers."""
    return CASE_FILE.at(grid.place()) if is_case_file(grid.title) else in_headers(grid)


def in_table(grid: Grid, row: int, headers: Mapping[int, str]) -> set[int]:
    """Return which columns follow individual situations, given the headers of a row; what is counted does not."""
    doubts = closed(headers)
    counted = {n for n in doubts if not _BIRTH.search(cle(headers[n])) and _is_counted(grid, row, n)}
    return closed({n: text for n, text in headers.items() if n not in counted}) if counted else doubts


def in_comments(grid: Grid) -> Iterator[Finding]:
    """Yield a finding for each comment that announces individual situations."""
    for (row, column), text in grid.comments.items():
        if is_case_file(text):
            yield CASE_FILE.at(grid.place(row, column))


def _is_counted(grid: Grid, row: int, column: int) -> bool:
    """Whether all that stands below a header is a number: a column of statistics."""
    below = [cells[column].value for number, cells in grid.rows.items() if number > row and column in cells]
    return bool(below) and all(re.fullmatch(r"[\d\s.,%-]+", as_text(value)) for value in below)

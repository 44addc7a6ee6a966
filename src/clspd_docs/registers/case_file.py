"""Never a case file: what looks like the follow-up of individual situations is told, and not read further."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from clspd_docs.domain.french import cle
from clspd_docs.findings import Finding, Kind, Severity
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

#: Words, whatever their case, accents and plural, that no column of the schema contains.
PERSONAL: Final = (
    "mineur",
    "auteur des faits",
    "mis en cause",
    "victime nom",
    "nom de la victime",
    "nom de l enfant",
    "nom du jeune",
    "nom du parent",
    "adresse de la famille",
    "adresse du parent",
    "date de naissance",
    "situation familiale",
    "situation individuelle",
    "suivi individuel",
    "famille suivie",
    "fait reproche",
    "garde a vue",
)
#: Words of a title or a header only: a sheet of statistics may well count offences.
TITLES: Final = (*PERSONAL, "infraction", "antecedent")
FIRST_ROWS: Final = 20


def is_case_file(text: str, words: tuple[str, ...] = TITLES) -> bool:
    """Whether a title, a header or a comment announces individual situations."""
    folded = _singular(text)
    return any(_singular(word) in folded for word in words)


def in_sheet(grid: Grid) -> Finding | None:
    """Return the finding of a sheet that is not ours, by its title or the headers of its first rows."""
    if is_case_file(grid.title):
        return CASE_FILE.at(grid.place())
    for row in (row for row in grid.rows if row <= FIRST_ROWS):
        texts = grid.texts(row)
        for column, text in texts.items():
            if len(texts) > 1 and is_case_file(text, PERSONAL):
                return CASE_FILE.at(grid.place(row, column))
    return None


def in_comments(grid: Grid) -> Iterator[Finding]:
    """Yield a finding for each comment that announces individual situations."""
    for (row, column), text in grid.comments.items():
        if is_case_file(text, PERSONAL):
            yield CASE_FILE.at(grid.place(row, column))


def _singular(text: str) -> str:
    return " ".join(word.removesuffix("s") for word in cle(text).split())

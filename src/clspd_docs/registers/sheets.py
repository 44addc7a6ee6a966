"""The sheets of the workbook, in the order of their tabs."""

from __future__ import annotations

from typing import Final

from clspd_docs.registers import sheets_council as council
from clspd_docs.registers import sheets_people as people
from clspd_docs.registers import sheets_work as work
from clspd_docs.registers.schema import Sheet

SHEETS: Final[tuple[Sheet, ...]] = (
    council.PARAMETRES,
    people.ORGANISMES,
    people.MEMBRES,
    people.REFERENTS,
    work.GROUPES,
    people.CHARTES,
    work.AXES,
    work.ACTIONS,
    work.INDICATEURS,
    work.SEANCES,
    work.POINTS,
    work.PRESENCES,
    work.DECISIONS,
    council.REGLES,
    people.POLITESSE,
)
BY_KEY: Final = {sheet.key: sheet for sheet in SHEETS}
README_TITLE: Final = "Lisez-moi"
LISTS_TITLE: Final = "Listes"
ERRORS_TITLE: Final = "Erreurs"  # the first sheet of an annotated copy
ERRORS_TITLE_IF_TAKEN: Final = "Erreurs (clspd-docs)"

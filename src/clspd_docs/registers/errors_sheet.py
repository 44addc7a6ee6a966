"""The sheet « Erreurs » of an annotated copy: every finding, with a link to its cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from clspd_docs.domain.constats import bilan
from clspd_docs.domain.french import cle, insecables, liste, majuscule
from clspd_docs.findings import Finding, Severity
from clspd_docs.registers import workbook_style as style
from clspd_docs.registers.sheets import ERRORS_TITLE, ERRORS_TITLE_IF_TAKEN

HEADERS: Final = ("Gravité", "Feuille", "Cellule", "Colonne", "Constat", "Trouvé", "À faire", "Code")
OTHER_HEADERS: Final = ("Gravité", "Fichier", "", "Endroit", "Constat", "Trouvé", "À faire", "Code")
TITLE: Final = "Ce que « clspd-docs check » a trouvé"
_FIRST: Final = 5  # row of the first finding, under the title, two sentences and the headers
_WIDTHS: Final = (11, 18, 12, 22, 46, 24, 46, 9)
_DENSITY: Final = 1.1  # letters in the width of a figure, on average
_LONGEST: Final = 300  # characters of a cell that are shown
_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COLOURS: Final = {  # background, text; 4.5 to 1 at least
    Severity.ERROR: ("F8C9C4", "7A1414"),
    Severity.WARNING: ("FFE699", "5C4300"),
    Severity.NOTE: ("DCE9F7", "1F3864"),
}
_FRAMES: Final = {
    Severity.ERROR: Side(style="thin"),
    Severity.WARNING: Side(style="dashed"),
    Severity.NOTE: Side(style="dotted"),
}

TWO_WAYS: Final = (
    "Deux façons de faire. Corriger le classeur « {file} » avec cette copie à côté. Ou bien corriger cette copie, "
    "puis l’enregistrer à la place du classeur, sous son nom : la feuille « Erreurs », les couleurs et les notes y "
    "sont sans effet. Puis relancer « clspd-docs check »."
)
ONE_WAY: Final = (
    "Cette copie ne contient pas : {losses}. Corriger le classeur « {file} » lui-même, avec cette copie à côté, puis "
    "relancer « clspd-docs check »."
)
LEGEND: Final = (
    "Un clic dans la colonne « Cellule » mène à la cellule ; son fond est rouge pour une erreur (ce qui s’en sert est "
    "retenu), jaune pour une alerte, bleu pour une remarque. Passer la souris dessus pour lire ce qui ne va pas."
)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a finding leads to.

    Args:
        text: What the column « Cellule » shows.
        address: The cell, with its sheet; None when there is nothing to go to.
        first: What to do before going there: a sentence, or nothing.
    """

    text: str
    address: str | None = None
    first: str = ""


NOWHERE: Final = Target("")


def mark_style(severity: Severity) -> DifferentialStyle:
    """Return how a cell is coloured: background, text and a frame that tells the severities apart in grey."""
    (back, front), side = _COLOURS[severity], _FRAMES[severity]
    return DifferentialStyle(
        font=Font(color=front, bold=severity is Severity.ERROR),
        fill=PatternFill(bgColor=back, fill_type="solid"),
        border=Border(left=side, right=side, top=side, bottom=side),
    )


def write_errors(
    book: Workbook,
    findings: Sequence[Finding],
    file: str,
    losses: Sequence[str],
    target: Callable[[Finding], Target],
) -> None:
    """Insert the sheet as the first one, and open the workbook on it.

    Args:
        book: The copy; a sheet « Erreurs » that is somebody's own stays beside ours.
        findings: All of them, in the order of the rows.
        file: Name of the workbook; findings of other files stand in a second block.
        losses: What the copy lacks.
        target: Gives where a finding leads to.
    """
    taken = cle(ERRORS_TITLE) in {cle(title) for title in book.sheetnames}
    ws = book.create_sheet(ERRORS_TITLE_IF_TAKEN if taken else ERRORS_TITLE, 0)
    ws.sheet_properties.tabColor = _COLOURS[Severity.ERROR][1]
    ws.sheet_view.showGridLines = False
    for index, width in enumerate(_WIDTHS, 1):
        ws.column_dimensions[get_column_letter(index)].width = width
    how = ONE_WAY.format(losses=liste(losses), file=file) if losses else TWO_WAYS.format(file=file)
    _line(ws, 1, f"{TITLE} : {bilan(findings)}", style.TITLE_FONT)
    _line(ws, 2, how)
    _line(ws, 3, LEGEND)
    _headers(ws, _FIRST - 1, HEADERS)
    ws.freeze_panes = f"A{_FIRST}"
    row = _FIRST
    for finding in (f for f in findings if f.place.file == file):
        to, place = target(finding), finding.place
        _finding(ws, row, finding, (place.sheet or "(classeur)", to.text, place.column or ""), to)
        row += 1
    if row > _FIRST:
        ws.auto_filter.ref = f"A{_FIRST - 1}:{get_column_letter(len(HEADERS))}{row - 1}"
    else:
        _line(ws, row, "Aucun constat dans le classeur : rien à y corriger.")
        row += 1
    _write_others(ws, row + 1, [f for f in findings if f.place.file != file])
    style.page(ws, 180, repeated=f"{_FIRST - 1}:{_FIRST - 1}")
    for sheet in book.worksheets:  # two selected tabs would be typed in together
        sheet.sheet_view.tabSelected = sheet is ws
    book.active = 0


def is_errors_sheet(ws: Worksheet) -> bool:
    """Whether the sheet is one that ``write_errors`` made."""
    return ws.title in {ERRORS_TITLE, ERRORS_TITLE_IF_TAKEN} and cle(str(ws["A1"].value)).startswith(
        cle(TITLE)
    )


def legal(text: str) -> str:
    """Return ``text`` without what XML cannot hold."""
    return _ILLEGAL.sub("", text)


def _write_others(ws: Worksheet, row: int, findings: Sequence[Finding]) -> None:
    if not findings:
        return
    title = "Dans les autres fichiers (modèles, catalogue, pièces) : à corriger là-bas"
    _line(ws, row, title, style.HEADING_FONT)
    _headers(ws, row + 1, OTHER_HEADERS)
    for number, finding in enumerate(findings, row + 2):
        place = finding.place
        spots = (place.sheet and f"feuille « {place.sheet} »", place.cell, place.column, place.part)
        _finding(ws, number, finding, (place.file, "", ", ".join(filter(None, spots))))


def _headers(ws: Worksheet, row: int, texts: Sequence[str]) -> None:
    for index, text in enumerate(texts, 1):
        cell = ws.cell(row, index, text)
        style.header(cell, required=True)
    ws.row_dimensions[row].height = 22


def _finding(
    ws: Worksheet, row: int, finding: Finding, spot: tuple[str, str, str], to: Target = NOWHERE
) -> None:
    severity, found = finding.kind.severity, finding.value or ""
    texts = (
        majuscule(severity.french),
        *spot,
        insecables(finding.message),
        found if len(found) <= _LONGEST else f"{found[:_LONGEST]}…",
        insecables(f"{to.first} {finding.remedy}".strip()),
        finding.code,
    )
    for index, text in enumerate(texts, 1):
        cell = ws.cell(row, index)
        style.framed(cell)
        write_text(cell, text)
    back, front = _COLOURS[severity]
    ws.cell(row, 1).fill = PatternFill("solid", fgColor=back)
    ws.cell(row, 1).font = Font(name=style.FONT, size=11, bold=True, color=front)
    if to.address is not None:
        cell = ws.cell(row, 3)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=to.address)
        cell.font = style.LINK_FONT
    ws.row_dimensions[row].height = style.height(
        (text, width * _DENSITY) for text, width in zip(texts, _WIDTHS, strict=True)
    )


def write_text(cell: style.AnyCell, text: str) -> None:
    """Write a text as a text, whatever it begins with, without what XML cannot hold."""
    cell.value = text = legal(text)
    cell.data_type = "s"  # openpyxl makes a formula of « =… » and an error of « #N/A »
    if text[:1] in tuple("=+-@"):
        cell.quotePrefix = True


def _line(ws: Worksheet, row: int, text: str, font: Font = style.BODY_FONT) -> None:
    ws.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(_WIDTHS))
    cell = ws.cell(row, 1)
    write_text(cell, insecables(text))
    cell.font, cell.alignment = font, Alignment(vertical="center", wrap_text=True)
    ws.row_dimensions[row].height = max(
        style.height([(text, sum(_WIDTHS) * _DENSITY)]) + 3, 1.6 * (font.size or 11)
    )

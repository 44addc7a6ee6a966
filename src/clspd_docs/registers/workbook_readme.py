"""The « Lisez-moi » sheet: what to fill in, in which order, and what never belongs here."""

from __future__ import annotations

from typing import Final

from openpyxl.styles import Font
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from clspd_docs.domain.french import insecables
from clspd_docs.registers import workbook_style as style
from clspd_docs.registers.schema import Layout, Sheet
from clspd_docs.registers.sheets import README_TITLE, SHEETS

_WIDTHS: Final = (34, 58, 58)
_INTRODUCTION: Final = (
    "Tout ce que le secrétariat du conseil décide tient dans ce classeur. Les lettres, l’ordre du jour, le "
    "procès-verbal, le plan local et les dossiers à signer en sont tirés. L’outil le lit et ne le modifie jamais."
)
_PRIVACY: Final = (
    "La CNIL demande d’éviter les tableurs collectifs et les commentaires libres pour suivre des situations "
    "individuelles (note du 7 janvier 2020). Elles se traitent ailleurs, entre professionnels habilités, et "
    "s’effacent au plus tard trois mois après la fin du suivi. N’ajoutez donc ni feuille, ni colonne, ni note sur "
    "une personne suivie : ici ne figurent que des fonctions, des coordonnées professionnelles et des chiffres "
    "agrégés."
)
_FIRST: Final = (
    "Paramètres : le nom, l’adresse et le signataire du conseil.",
    "Organismes, puis Membres : qui siège, à quel titre, à quelle adresse.",
    "Séances, puis Ordre du jour : la prochaine réunion. Les premières lettres peuvent être produites.",
    "Le reste se remplit au fil de l’année : plan, présences, décisions, chartes.",
)
_HABITS: Final = (
    "Ajoutez une ligne juste sous la dernière : le tableau s’agrandit de lui-même.",
    "Plusieurs valeurs dans une cellule se séparent par « ; ».",
    "Un identifiant déjà utilisé ne se change plus : d’autres feuilles y renvoient.",
    "Les dates s’écrivent jj/mm/aaaa et les heures 14:30.",
    "Passez la souris sur un en-tête pour savoir ce que la colonne attend.",
)
_COMMANDS: Final = (
    ("clspd-docs check", "relit le classeur et signale chaque cellule à corriger"),
    ("clspd-docs build", "produit les documents et les dossiers de la prochaine séance"),
    (
        "clspd-docs verify DOSSIER",
        "contrôle un dossier PDF, ou tous ceux d’une séance : sorties/P-2027-02",
    ),
)


def write_readme(ws: Worksheet) -> None:
    """Fill the sheet, named « Lisez-moi »; locked without password, so that it is not changed by mistake."""
    ws.title = README_TITLE
    ws.sheet_view.showGridLines = False
    for letter, width in zip("ABC", _WIDTHS, strict=True):
        ws.column_dimensions[letter].width = width
    _line(ws, "Registres du conseil", style.TITLE_FONT)
    _line(ws, _INTRODUCTION)
    _heading(ws, "Aucune situation individuelle dans ce classeur")
    _line(ws, _PRIVACY)
    _heading(ws, "Par où commencer")
    for number, text in enumerate(_FIRST, 1):
        _line(ws, f"{number}. {text}")
    _heading(ws, "Les trois commandes")
    for command, text in _COMMANDS:
        ws.append([command, insecables(text)])
        ws.cell(ws.max_row, 1).font = style.COMMAND_FONT
        ws.cell(ws.max_row, 2).font = style.BODY_FONT
    _heading(ws, "Les habitudes à prendre")
    for text in _HABITS:
        _line(ws, f"– {text}")
    _heading(ws, "Les feuilles")
    _write_index(ws)
    ws.protection.sheet = True
    style.page(ws, sum(_WIDTHS), repeated=None)


def _write_index(ws: Worksheet) -> None:
    ws.append(["Feuille", "À quoi elle sert", "Colonnes à remplir (en-tête foncé)"])
    for cell in ws[ws.max_row]:
        style.header(cell, required=True)
    for sheet in SHEETS:
        ws.append([sheet.title, insecables(sheet.purpose), _required(sheet)])
        row = ws.max_row
        for cell in ws[row]:
            style.framed(cell)
        texts = zip((c.value for c in ws[row]), _WIDTHS, strict=True)
        ws.row_dimensions[row].height = style.height(texts)
        link = ws.cell(row, 1)
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{sheet.title}'!A1")
        link.font = style.LINK_FONT


def _required(sheet: Sheet) -> str:
    if sheet.layout is Layout.RECORD:
        return "Les lignes à en-tête foncé"
    return ", ".join(c.header for c in sheet.columns if c.required)


def _heading(ws: Worksheet, text: str) -> None:
    ws.append([])
    _line(ws, text, style.HEADING_FONT)


def _line(ws: Worksheet, text: str, font: Font = style.BODY_FONT) -> None:
    ws.append([insecables(text)])
    row = ws.max_row
    ws.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(_WIDTHS))
    cell = ws.cell(row, 1)
    cell.font, cell.alignment = font, style.WRAPPED
    ws.row_dimensions[row].height = max(style.height([(text, sum(_WIDTHS))]), 1.4 * (font.size or 11))

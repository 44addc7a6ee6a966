"""How the workbook looks: colours, number formats, header comments, page set-up.

What a sheet holds and which lists it offers is in ``write.py`` and ``workbook_lists.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, TypeAlias

from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from clspd_docs.domain.french import insecables
from clspd_docs.registers.schema import Column, Type

AnyCell: TypeAlias = Cell | MergedCell

AUTHOR: Final = "clspd-docs"  # of the notes over the headers
FONT: Final = "Calibri"
DARK: Final = "1F3864"
PALE: Final = "D9E2F3"
TITLE_FONT: Final = Font(name=FONT, size=16, bold=True, color=DARK)
HEADING_FONT: Final = Font(name=FONT, size=12, bold=True, color=DARK)
BODY_FONT: Final = Font(name=FONT, size=11)
LINK_FONT: Final = Font(name=FONT, size=11, color="1F4E9E", underline="single")
COMMAND_FONT: Final = Font(name="Consolas", size=11, bold=True)
WRAPPED: Final = Alignment(horizontal="left", vertical="top", wrap_text=True)
_AMOUNT: Final = Alignment(horizontal="right", vertical="top", indent=1)

_SIDE: Final = Side(style="thin", color="BFC7D5")
_BORDER: Final = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_RULE: Final = Border(bottom=Side(style="hair", color="BFC7D5"))
_REQUIRED: Final = (Font(name=FONT, bold=True, color="FFFFFF"), PatternFill("solid", fgColor=DARK))
_OPTIONAL: Final = (Font(name=FONT, bold=True, color=DARK), PatternFill("solid", fgColor=PALE))

_LONG: Final = 40  # characters; a wider column holds sentences
_A3_FROM: Final = 180  # characters; a wider sheet is printed on A3
_PAGE: Final = 250  # characters; a still wider one on several pages, side by side
_LINE: Final = 15  # points
_TALLEST: Final = 400  # points; Excel refuses rows above 409
_FORMATS: Final = {
    Type.DATE: "dd/mm/yyyy",
    Type.TIME: "hh:mm",
    Type.INTEGER: "0",
    Type.NUMBER: "General",
}


def number_format(column: Column) -> str:
    """Return the Excel format of the column's cells; text, but for numbers, dates and long sentences.

    Text keeps « 01000 », « 1.1 » and « 03 53 01 10 00 » as typed. A sentence stays « General », since some
    versions of Excel show # signs for a text-formatted cell of more than 255 characters.
    """
    sentence = column.holds is Type.TEXT and column.width >= _LONG
    return "General" if sentence else _FORMATS.get(column.holds, "@")


def header(cell: AnyCell, *, required: bool) -> None:
    """Colour a header: dark when the column must be filled in, pale otherwise."""
    cell.font, cell.fill = _REQUIRED if required else _OPTIONAL
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    cell.border = _BORDER


def body(cell: AnyCell, column: Column) -> None:
    """Give a cell the format of its column."""
    cell.number_format = number_format(column)
    cell.font, cell.border = BODY_FONT, _RULE
    cell.alignment = _AMOUNT if column.holds is Type.NUMBER else WRAPPED


def framed(cell: AnyCell) -> None:
    """Frame a cell that stands outside an Excel table."""
    cell.font, cell.border, cell.alignment = BODY_FONT, _BORDER, WRAPPED


def height(cells: Iterable[tuple[object, float]]) -> float:
    """Return the height, in points, of a row whose cells are (content, width in characters).

    A line feed in a text starts a line of its own.
    """
    lines = (
        sum(max(1, math.ceil(len(part) / width)) for part in str(content).split("\n"))
        for content, width in cells
        if content is not None
    )
    return min(_TALLEST, _LINE * max(1, *lines, 1) + 1)


def help_text(column: Column) -> str:
    """Return what the column is for, what a cell must hold, and whether it may stay empty."""
    words = [column.help] if column.help else []
    if column.holds is not Type.TEXT:
        words.append(f"Attendu : {column.expected}.")
    words.append("À remplir." if column.required else "Facultatif.")
    return insecables(" ".join(words))


def comment(column: Column) -> Comment:
    """Return the note that hovers over a header."""
    text = help_text(column)
    return Comment(text, AUTHOR, width=300, height=40 + 18 * (len(text) // 38 + 1))


def width(column: Column) -> float:
    """Return the width in characters: as declared, or what the header needs on two lines with its button."""
    longest_word = max(len(word) for word in column.header.split())
    return max(column.width, len(column.header) / 2 + 4, longest_word + 3)


def column(ws: Worksheet, number: int, of: Column) -> None:
    """Set the width of a column, and the formats that the rows to come will take."""
    dimension = ws.column_dimensions[get_column_letter(number)]
    dimension.width = width(of)
    dimension.number_format = number_format(of)
    dimension.alignment = _AMOUNT if of.holds is Type.NUMBER else WRAPPED
    dimension.font = BODY_FONT


def page(ws: Worksheet, total: float, repeated: str | None = "1:1") -> None:
    """Set landscape pages: headers repeated, sheet and page number at the foot.

    Args:
        ws: The sheet.
        total: Its width in characters. Up to 250 it fits one page; wider, it goes on beside, at a size that
            can be read, with its first column repeated.
        repeated: The rows at the top of every page.
    """
    ws.page_setup.orientation = "landscape"
    ws.page_setup.paperSize = 8 if total > _A3_FROM else 9  # A3, A4 (ECMA-376, 18.3.1.63)
    ws.page_setup.fitToWidth, ws.page_setup.fitToHeight = math.ceil(total / _PAGE), 0
    ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if repeated:
        ws.print_title_rows = repeated
    if total > _PAGE:
        ws.print_title_cols = "A:A"
    ws.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6, header=0.3, footer=0.3)
    footer = ws.oddFooter
    footer.left.text, footer.right.text = "&A", "&P / &N"  # type: ignore[union-attr] # always there

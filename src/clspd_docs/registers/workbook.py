"""An .xlsx or .xlsm workbook, by openpyxl: its values, and its formulas when it has some."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from functools import cache
from itertools import islice, product
from types import FunctionType
from typing import Any

from openpyxl.utils import range_boundaries

from clspd_docs.errors import Stop
from clspd_docs.origin import Place
from clspd_docs.registers.cells import ErrorValue, is_blank
from clspd_docs.registers.grid import Grid, Shown
from clspd_docs.registers.marks import without_marks
from clspd_docs.registers.preflight import DAMAGED
from clspd_docs.registers.schema import SCHEMA_PROPERTY

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384


def sheets(data: bytes, file: str) -> tuple[list[Grid], int | None]:
    """Return the sheets of a checked workbook, and the version of the schema that it declares.

    Raises:
        Stop: REG007 when openpyxl cannot read it to the end.
    """
    place = Place(file)
    formulas = _open(data, place, data_only=False)
    if not formulas.worksheets:
        raise Stop(DAMAGED.at(place))
    spots = {
        ws.title: {(c.row, c.column) for c in cells_of(ws) if c.data_type == "f"}
        for ws in formulas.worksheets
    }
    values = _open(data, place, data_only=True) if any(spots.values()) else formulas
    is_1904 = values.epoch.year == 1904  # noqa: PLR2004 - the other calendar of Excel
    grids = [
        _grid(worksheet, file, tab, spots[worksheet.title], is_1904)
        for tab, worksheet in enumerate(values.worksheets)
    ]
    return grids, _schema(values)


def cells_of(worksheet: Any) -> Iterator[Any]:
    """Yield the cells that the file holds: a stray value in XFD1048576 does not make a million rows."""
    yield from worksheet._cells.values()  # noqa: SLF001 - every public way walks the empty rows too


def _grid(worksheet: Any, file: str, tab: int, formulas: set[tuple[int, int]], is_1904: bool) -> Grid:  # noqa: FBT001
    rows: dict[int, dict[int, Shown]] = {}
    comments: dict[tuple[int, int], str] = {}
    formats: dict[int, str] = {}
    for cell in sorted(cells_of(worksheet), key=lambda c: (c.row, c.column)):
        if not (1 <= cell.row <= MAX_ROW and cell.column <= MAX_COLUMN):
            continue
        spot = (cell.row, cell.column)
        if not is_blank(cell.value) or spot in formulas:
            number = getattr(cell._style, "numFmtId", 0)  # noqa: SLF001 - asking openpyxl for each cell's format is slow
            if number not in formats:
                formats[number] = _format(cell)
            value = ErrorValue(cell.value) if cell.data_type == "e" else cell.value
            shown = Shown(value, formats[number], spot in formulas)
            rows.setdefault(cell.row, {})[cell.column] = shown
        comment = getattr(cell, "comment", None)
        if comment is not None and (text := without_marks(str(comment.text))):
            comments[spot] = text
    hidden = {row for row in rows if worksheet.row_dimensions[row].hidden}
    is_hidden = worksheet.sheet_state != "visible"
    merged = {spot: ref for ref in getattr(worksheet, "merges", ()) for spot in _covered(ref)}
    return Grid(file, worksheet.title, tab, rows, hidden, is_1904, comments, is_hidden, merged)


def _covered(ref: str) -> Iterator[tuple[int, int]]:
    """Yield the cells of a range but its first; how many they may be in all, ``preflight`` bounds."""
    left, top, right, bottom = range_boundaries(ref)
    cells = product(range(top or 1, (bottom or 0) + 1), range(left or 1, (right or 0) + 1))
    yield from islice(cells, 1, None)


def _format(cell: Any) -> str:
    try:
        return str(cell.number_format)
    except IndexError:  # a format that the styles do not hold
        return "General"


def _schema(workbook: Any) -> int | None:
    """Return the version of the schema that the workbook was made for; None when it does not say."""
    for known in workbook.custom_doc_props.props:
        if known.name == SCHEMA_PROPERTY:
            text = str(known.value).removesuffix(".0")  # LibreOffice makes a real of it
            return int(text) if text.isdecimal() and len(text) < 5 else None  # noqa: PLR2004 - no version is so long
    return None


def _open(data: bytes, place: Place, *, data_only: bool) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl would lose on saving; nothing is saved here
            reader = _plain_reader()(io.BytesIO(data), data_only=data_only)
            reader.read()
            return reader.wb
    except Exception as error:  # openpyxl raises almost anything on a damaged part
        raise Stop(DAMAGED.at(place)) from error


@cache
def _plain_reader() -> Any:
    """Return openpyxl's reader, but for merges and links.

    A merge would erase the values that it hides (LibreOffice may keep them), and make every cell that it
    covers. The method is openpyxl's own, run with another class of sheets: nothing is changed for other readers.
    """
    from openpyxl.reader import excel  # noqa: PLC0415 - 0.1 s that --help need not pay
    from openpyxl.worksheet._reader import WorksheetReader  # noqa: PLC0415

    class Plain(WorksheetReader):
        def bind_merged_cells(self) -> None:
            found = self.parser.merged_cells
            self.ws.merges = [merge.ref for merge in found.mergeCell] if found else []  # type: ignore[attr-defined]  # ours

        def bind_hyperlinks(self) -> None:
            pass

    class Reader(excel.ExcelReader):
        read_worksheets = FunctionType(
            excel.ExcelReader.read_worksheets.__code__, {**vars(excel), "WorksheetReader": Plain}
        )

    return Reader

"""A copy of the workbook that shows its findings: coloured cells, comments, and a first sheet that lists them.

The marks are laid over the cells (conditional formats, a block in the comments) and come off again: the copy may be
corrected and saved as the workbook, and annotating it once more replaces the old marks.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.formatting.formatting import ConditionalFormatting, ConditionalFormattingList
from openpyxl.formatting.rule import Rule
from openpyxl.packaging.custom import StringProperty
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from clspd_docs.domain.french import insecables, majuscule
from clspd_docs.findings import Finding, Severity, in_order
from clspd_docs.registers.cells import is_blank
from clspd_docs.registers.errors_sheet import Target, is_errors_sheet, legal, mark_style, write_errors
from clspd_docs.registers.grid import Grid
from clspd_docs.registers.losses import losses
from clspd_docs.registers.marks import CONDITION, with_mark, without_marks
from clspd_docs.registers.package import packed, unpacked
from clspd_docs.registers.rewrite import fit, opened, saved, written
from clspd_docs.registers.workbook import cells_of

OTHER_FORMAT: Final = "les formules et les mises en forme de l’original"
_SHOW_SHEET: Final = "Feuille masquée : l’afficher d’abord (clic droit sur un onglet, « Afficher »)."
_SHOW_ROW: Final = (
    "Ligne masquée : l’afficher d’abord (retirer le filtre, ou sélectionner autour et « Afficher »)."
)
_PROPERTY: Final = "clspd_copie_annotee"  # digest of the copy as we wrote it
_CUSTOM: Final = "docProps/custom.xml"
_UNSEALED: Final = "0" * 64
_RANGES: Final = 500  # cells of one conditional format
_TITLE_LENGTH: Final = 31  # Excel's limit


def annotated(data: bytes, findings: Iterable[Finding], file: str, lacks: Sequence[str] = ()) -> bytes:
    """Return the .xlsx copy of a workbook in which each finding shows.

    Args:
        data: An .xlsx or .xlsm package that the reader accepts; macros are left out.
        findings: All those of the run; those of other files than ``file`` are listed after the others.
        file: Name of the workbook in the findings.
        lacks: What ``data`` itself already lacks of the original.
    """
    lost = (*lacks, *losses(data, whole=True))
    book = opened(data)
    remove_marks(book)
    ranked = sorted(in_order(findings), key=lambda f: list(Severity).index(f.kind.severity))
    copy = _Copy(book)
    spots: dict[Cell, list[Finding]] = defaultdict(list)
    for finding in ranked:
        if finding.place.file == file and (cell := copy.cell(finding)) is not None:
            spots[cell].append(finding)
    for ws in book.worksheets:
        _colour(ws, {cell: found for cell, found in spots.items() if cell.parent is ws})
    for cell, found in spots.items():
        _comment(cell, found)
    write_errors(book, ranked, file, lost, copy.target)
    book.custom_doc_props.append(StringProperty(name=_PROPERTY, value=_UNSEALED))  # type: ignore[attr-defined] # missing from types-openpyxl
    return _sealed(saved(book, data))


def is_copy(data: bytes) -> bool:
    """Whether ``data`` is an annotated copy, corrected since or not."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _PROPERTY.encode() in archive.read(_CUSTOM)
    except Exception:  # noqa: BLE001 - whatever zipfile raises on a file that is no archive
        return False


def is_untouched(copy: bytes) -> bool:
    """Whether nobody has saved this annotated copy since it was written."""
    parts = unpacked(copy)
    return _digest(parts).encode() in parts[_CUSTOM]


def from_grids(grids: Sequence[Grid]) -> bytes:
    """Return an .xlsx workbook of what these sheets show: values and number formats."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.created = book.properties.modified = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - same grids, same bytes
    for grid in grids:
        ws = book.create_sheet(_title(grid.title))
        ws.sheet_state = "hidden" if grid.is_hidden else "visible"
        if grid.epoch_1904:
            book.epoch = CALENDAR_MAC_1904
        widths: dict[int, int] = defaultdict(lambda: 10)
        for row, cells in grid.rows.items():
            for column, shown in cells.items():
                cell = ws.cell(row, column)
                cell.value = legal(shown.value) if isinstance(shown.value, str) else shown.value
                if isinstance(shown.value, str):
                    cell.data_type = "s"
                if shown.number_format != "General":
                    cell.number_format = shown.number_format
                widths[column] = max(widths[column], min(40, len(str(shown.value)) + 2))
        for column, width in widths.items():
            ws.column_dimensions[get_column_letter(column)].width = width
    return packed(written(book))


class _Copy:
    """The sheets of the copy, and where a finding stands in them."""

    def __init__(self, book: Workbook) -> None:
        self.sheets = {ws.title: ws for ws in book.worksheets}
        self.left = {
            ws.title: min((cell.column for cell in cells_of(ws) if not is_blank(cell.value)), default=1)
            for ws in book.worksheets
        }

    def sheet(self, finding: Finding) -> Worksheet | None:
        """Return the sheet of a finding; None when the workbook lacks it."""
        title = finding.place.sheet or ""
        return self.sheets.get(title) or self.sheets.get(_title(title))

    def cell(self, finding: Finding) -> Cell | None:
        """Return the cell to mark: that of the finding, or the first one of its row."""
        ws, place = self.sheet(finding), finding.place
        if ws is None or not (place.cell or place.row):
            return None
        cell = ws[place.cell] if place.cell else ws.cell(place.row or 1, self.left[ws.title])
        if isinstance(cell, MergedCell):
            area = next(area for area in ws.merged_cells.ranges if cell.coordinate in area)
            cell = ws.cell(area.min_row, area.min_col)
        assert isinstance(cell, Cell)
        return cell

    def target(self, finding: Finding) -> Target:
        """Return where a finding leads to: its cell, the first one of its row, or the top of its sheet."""
        ws, place = self.sheet(finding), finding.place
        if ws is None:
            return Target("(absente)") if place.sheet else Target("")
        cell = self.cell(finding)
        spot = cell.coordinate if cell is not None else "A1"
        text = place.cell or (f"ligne {place.row}" if place.row else "la feuille")
        first = _SHOW_SHEET if ws.sheet_state != "visible" else ""
        if place.row and ws.row_dimensions[place.row].hidden:
            first = f"{first} {_SHOW_ROW}".strip()
        title = ws.title.replace("'", "''")
        return Target(text, f"'{title}'!{spot}", first)


def _title(title: str) -> str:
    """Return a sheet's title as Excel accepts it."""
    return re.sub(r"[\\*?:/\[\]]", "_", title)[:_TITLE_LENGTH]


def remove_marks(book: Workbook) -> bool:
    """Undo what an earlier copy shows, and what would keep a hidden sheet from being shown; True for a copy."""
    is_marked = _PROPERTY in book.custom_doc_props.names  # type: ignore[attr-defined] # missing from types-openpyxl
    if is_marked:
        del book.custom_doc_props[_PROPERTY]  # type: ignore[attr-defined] # missing from types-openpyxl
    for ws in book.worksheets:
        if is_errors_sheet(ws):
            book.remove(ws)
            continue
        if ws.sheet_state == "veryHidden":
            ws.sheet_state = "hidden"
        kept = ConditionalFormattingList()
        for block in ws.conditional_formatting:
            for rule in list(block.rules):
                if CONDITION not in rule.formula:
                    kept.add(block, rule)
        ws.conditional_formatting = kept
        for cell in cells_of(ws):
            if cell.comment is not None:
                _say(cell, without_marks(cell.comment.text))
    return is_marked


def _colour(ws: Worksheet, spots: Mapping[Cell, Sequence[Finding]]) -> None:
    """Lay a conditional format over the cells; the worst of their findings gives the colour."""
    rules = sorted(
        (rule for block in ws.conditional_formatting for rule in block.rules), key=lambda r: r.priority
    )
    for priority, rule in enumerate(rules, len(Severity) + 1):
        rule.priority = priority
    for priority, severity in enumerate(Severity, 1):
        cells = [cell.coordinate for cell, found in spots.items() if found[0].kind.severity is severity]
        for start in range(0, len(cells), _RANGES):
            rule = Rule("expression", dxf=mark_style(severity), priority=priority, formula=[CONDITION])
            area = ConditionalFormatting(" ".join(cells[start : start + _RANGES]))
            ws.conditional_formatting.add(area, rule)


def _comment(cell: Cell, findings: Sequence[Finding]) -> None:
    blocks = [
        f"{majuscule(f.kind.severity.french)} {f.code} : {f.message}\nÀ faire : {f.remedy}" for f in findings
    ]
    before = cell.comment.text if cell.comment is not None else ""
    _say(cell, with_mark(before, legal(insecables("\n\n".join(blocks)))))


def _say(cell: Cell, text: str) -> None:
    """Give the cell this comment, under the name of who wrote the one it had; none when the text is empty."""
    author = cell.comment.author if cell.comment is not None else "clspd-docs"
    cell.comment = None
    if text:
        cell.comment = Comment(text, author or "clspd-docs")
        fit(cell.comment)


def _digest(parts: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(parts.keys() - {_CUSTOM}):
        digest.update(f"{name}\0{len(parts[name])}\0".encode())
        digest.update(parts[name])
    return digest.hexdigest()


def _sealed(data: bytes) -> bytes:
    parts = unpacked(data)
    parts[_CUSTOM] = parts[_CUSTOM].replace(_UNSEALED.encode(), _digest(parts).encode())
    return packed(parts)

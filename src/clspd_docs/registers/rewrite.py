"""Load a workbook that somebody else made, and save it again with all that openpyxl can keep, and a little more.

What is lost all the same, ``losses`` tells.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import to_excel
from openpyxl.writer.excel import ExcelWriter

from clspd_docs.registers.package import Package, packed, unpacked
from clspd_docs.registers.workbook import cells_of

_ROW: Final = re.compile(rb'<(?:\w+:)?row\b[^>]*?\sr="(\d+)"[^>]*>')
_FORMULA: Final = re.compile(rb'<c r="(\w+)"([^>]*)>(<f(?:[^>]*/>|.*?</f>))<v\s*(?:/>|></v>)</c>', re.DOTALL)
_APP: Final = "docProps/app.xml"
_FIRM: Final = re.compile(rb"<(Company|Manager)>[^<]+</\1>")
_COMMENT_WIDTH: Final = 380  # pixels
_COMMENT_LINE: Final = (52, 17)  # characters, pixels


def opened(data: bytes) -> Workbook:
    """Return the workbook to be changed, then given to ``saved``: macros left out, all else kept if it can be.

    Args:
        data: An .xlsx or .xlsm package that the reader accepts.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is lost is told by ``losses``
        book = load_workbook(io.BytesIO(data), rich_text=True)
    book.template = False
    for ws in book.worksheets:
        images = ws._images  # type: ignore[attr-defined]  # noqa: SLF001 - no public way to drop a picture
        images[:] = [image for image in images if _can_be_written(image)]
        for cell in cells_of(ws):
            if cell.comment is not None:
                fit(cell.comment)
    return book


def saved(book: Workbook, data: bytes) -> bytes:
    """Return the .xlsx file of ``book``, which ``opened(data)`` gave; the same changes give the same bytes.

    Sheets are recognised by their title. Formulas that stand where they stood keep the results that ``data``
    has, and rows that grew with their text still do.
    """
    values = _results(book, data) if _has_formulas(book) else {}
    fixed = _fixed_heights(data)
    parts = written(book)
    parts[_APP] = parts[_APP].replace(b"</Properties>", _firm(data) + b"</Properties>")
    for number, ws in enumerate(book.worksheets, 1):
        name = f"xl/worksheets/sheet{number}.xml"
        content = _ROW.sub(_loosened(fixed.get(ws.title, frozenset())), parts[name])
        if ws.title in values:
            content = _FORMULA.sub(_with_result(values[ws.title], book), content)
        parts[name] = content
    return packed(parts)


def written(book: Workbook) -> dict[str, bytes]:
    """Return the parts of the workbook as openpyxl writes them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        ExcelWriter(book, archive).save()
    return unpacked(stream.getvalue())


def fit(comment: Any) -> None:
    """Size a comment's box to its text: openpyxl forgets the size that it had."""
    characters, pixels = _COMMENT_LINE
    lines = sum(len(line) // characters + 1 for line in comment.text.splitlines())
    comment.width, comment.height = _COMMENT_WIDTH, min(700, 24 + pixels * max(lines, 1))


def _firm(data: bytes) -> bytes:
    """Return the company and the manager that the file's properties name; openpyxl forgets them."""
    return b"".join(m[0] for m in _FIRM.finditer(unpacked(data).get(_APP, b"")))


def _can_be_written(image: Any) -> bool:
    try:
        content = image._data()  # noqa: SLF001 - what saving calls, which closes the picture
    except Exception:  # noqa: BLE001 - whatever the picture's decoder raises
        return False
    image.ref = io.BytesIO(content)
    if image.format not in {"gif", "jpeg", "png"}:  # any other was turned into a PNG
        image.format = "png"
    return True


def _has_formulas(book: Workbook) -> bool:
    return any(cell.data_type == "f" for ws in book.worksheets for cell in cells_of(ws))


def _results(book: Workbook, data: bytes) -> dict[str, dict[str, Any]]:
    """Return, by title of the sheet and address, what the formulas that have not changed gave."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before, shown = (load_workbook(io.BytesIO(data), data_only=only) for only in (False, True))
    return {
        ws.title: {
            cell.coordinate: shown[ws.title][cell.coordinate]
            for cell in cells_of(ws)
            if cell.data_type == "f" and _formula(before[ws.title][cell.coordinate]) == _formula(cell)
        }
        for ws in book.worksheets
        if ws.title in before.sheetnames
    }


def _formula(cell: Any) -> str:
    return str(getattr(cell.value, "text", cell.value))  # that of several cells is an object


def _fixed_heights(data: bytes) -> dict[str, frozenset[bytes]]:
    """Return, by title of the sheet, the numbers of the rows whose height somebody chose."""
    package = Package(unpacked(data))
    return {
        title: frozenset(m[1] for m in _ROW.finditer(package.parts[part]) if b'customHeight="1"' in m[0])
        for title, part in package.sheets()
    }


def _loosened(fixed: frozenset[bytes]) -> Callable[[re.Match[bytes]], bytes]:
    """Give back to the rows that are not ``fixed`` the right to grow: openpyxl fixes all that have a height."""
    return lambda m: m[0] if m[1] in fixed else m[0].replace(b' customHeight="1"', b"")


def _with_result(results: Mapping[str, Any], book: Workbook) -> Callable[[re.Match[bytes]], bytes]:
    def filled(m: re.Match[bytes]) -> bytes:
        cell = results.get(m[1].decode())
        if cell is None or cell.value is None:
            return m[0]
        value, kind = cell.value, {"b": b' t="b"', "e": b' t="e"', "s": b' t="str"'}.get(cell.data_type, b"")
        if isinstance(value, bool):
            text = str(int(value))
        elif isinstance(value, dt.date | dt.time | dt.timedelta):
            text = str(to_excel(value, book.epoch))  # type: ignore[no-untyped-call] # missing from types-openpyxl
        else:
            text = str(value)
        return b'<c r="%b"%b%b>%b<v>%b</v></c>' % (m[1], m[2], kind, m[3], escape(text, quote=False).encode())

    return filled

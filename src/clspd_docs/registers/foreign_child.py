"""The child process of ``foreign``: a workbook on standard input, its cells as JSON on standard output.

Alone because the library aborts the process on some files, and asks for hundreds of gigabytes on others.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from typing import Any, Final

MAX_MEMORY: Final = 2**30  # bytes of address space
MAX_CELLS: Final = 2_000_000  # of the rectangle that a sheet covers
MAX_FILLED: Final = 300_000  # 10,000 full rows
MAX_TEXT: Final = 2**25  # characters


def main() -> None:
    """Read, answer, leave."""
    _bound_memory()
    data = sys.stdin.buffer.read()
    sys.stdout.buffer.write(json.dumps(_answer(data)).encode())


def _bound_memory() -> None:
    try:
        import resource  # noqa: PLC0415 - absent from Windows, where only the time is bounded
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(data: bytes) -> dict[str, Any]:
    import python_calamine as calamine  # noqa: PLC0415 - only here

    try:
        workbook = calamine.load_workbook(io.BytesIO(data))
        sheets: list[dict[str, Any]] = []
        filled = text = 0
        for meta in workbook.sheets_metadata:
            if meta.typ is not calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = workbook.get_sheet_by_name(meta.name)
            if sheet.total_height * sheet.total_width > MAX_CELLS:
                return {"fault": "size"}
            hidden = meta.visible is not calamine.SheetVisibleEnum.Visible
            cells = _cells(sheet)
            filled += len(cells)
            text += sum(len(value) for *_, value in cells if isinstance(value, str))
            if filled > MAX_FILLED or text > MAX_TEXT:
                return {"fault": "size"}
            sheets.append({"title": meta.name, "hidden": hidden, "cells": cells})
    except calamine.PasswordError:
        return {"fault": "password"}
    except (calamine.CalamineError, MemoryError, ValueError, OverflowError):
        return {"fault": "damaged"}
    return {"sheets": sheets}


def _cells(sheet: Any) -> list[tuple[int, int, str, Any]]:
    top, left = sheet.start or (0, 0)
    return [
        (top + row, left + column, *_tagged(value))
        for row, values in enumerate(sheet.to_python(), 1)
        for column, value in enumerate(values, 1)
        if value != ""
    ]


def _tagged(value: Any) -> tuple[str, Any]:
    """Return the kind of a value and its JSON form."""
    if isinstance(value, dt.datetime):
        return "dt", value.isoformat()
    if isinstance(value, dt.date):
        return "d", value.isoformat()
    if isinstance(value, dt.time):
        return "t", value.isoformat()
    if isinstance(value, dt.timedelta):
        return "s", value.total_seconds()
    return "v", value


if __name__ == "__main__":
    main()

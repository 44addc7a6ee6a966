"""An .ods or .xls workbook, by calamine in a child process: a hostile file can only stop the child."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from clspd_docs.errors import Stop
from clspd_docs.origin import Place
from clspd_docs.registers.cells import is_blank
from clspd_docs.registers.grid import Grid, Shown
from clspd_docs.registers.preflight import DAMAGED, ENCRYPTED, TOO_BIG

MAX_COLUMN: Final = 16_384
TIMEOUT: Final = 20  # seconds; 10,000 rows take 0.1
#: How LibreOffice writes an hour of a day or a duration, which calamine gives as it is.
DURATION: Final = re.compile(r"PT(\d{1,4})H(\d{1,2})M(\d{1,2})S")
VALUES: Final[Mapping[str, Callable[[Any], Any]]] = {
    "v": lambda value: _duration(value) if isinstance(value, str) else value,
    "d": dt.date.fromisoformat,
    "dt": dt.datetime.fromisoformat,
    "t": dt.time.fromisoformat,
    "s": lambda seconds: dt.timedelta(seconds=seconds),
}


def sheets(data: bytes, file: str) -> tuple[list[Grid], int | None]:
    """Return the sheets of an .ods or .xls workbook; no schema: these formats do not carry it to us.

    Raises:
        Stop: REG003 (encrypted), REG006 (too big for the child), REG007 (damaged).
    """
    place = Place(file)
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-m", "clspd_docs.registers.foreign_child"],
            input=data,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Stop(TOO_BIG.at(place, mesure=f"plus de {TIMEOUT} secondes de lecture")) from error
    if child.returncode != 0:  # an abort of the library, or memory refused by the system
        raise Stop(DAMAGED.at(place))
    answer = json.loads(child.stdout)
    if "fault" in answer:
        faults = {"password": ENCRYPTED.at(place), "size": TOO_BIG.at(place, mesure="trop de cellules")}
        raise Stop(faults.get(answer["fault"], DAMAGED.at(place)))
    if any(column > MAX_COLUMN for sheet in answer["sheets"] for _, column, *_ in sheet["cells"]):
        raise Stop(DAMAGED.at(place))  # beyond the last column that a spreadsheet has
    grids = [
        Grid(file, sheet["title"], tab, _rows(sheet["cells"]), is_hidden=sheet["hidden"])
        for tab, sheet in enumerate(answer["sheets"])
    ]
    if not grids:
        raise Stop(DAMAGED.at(place))
    return grids, None


def _duration(text: str) -> object:
    found = DURATION.fullmatch(text)
    return (
        dt.timedelta(**dict(zip(("hours", "minutes", "seconds"), map(int, found.groups()), strict=True)))
        if found
        else text
    )


def _rows(cells: list[tuple[int, int, str, Any]]) -> dict[int, dict[int, Shown]]:
    rows: dict[int, dict[int, Shown]] = {}
    for row, column, kind, raw in cells:
        try:
            value = VALUES[kind](raw)
        except (ValueError, OverflowError):  # a date that no calendar has: told as an unreadable cell
            value = str(raw)
        if not is_blank(value):
            rows.setdefault(row, {})[column] = Shown(value)
    return rows

"""The content of a workbook as a JSON file, and a JSON file as plain values, whatever is in it."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from clspd_docs.errors import Stop
from clspd_docs.findings import Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.registers import exchange_schema as published
from clspd_docs.registers.answers import Refused
from clspd_docs.registers.exchange import Content, Illegible, Line, is_exact
from clspd_docs.registers.schema import SCHEMA_VERSION, Layout, Sheet
from clspd_docs.registers.sheets import SHEETS

NOT_JSON = Kind(
    "REG140",
    Severity.ERROR,
    "JSON illisible",
    "Le fichier n’est pas du JSON correct : {detail}.",
    "Demander au programme qui l’a écrit de suivre la norme (RFC 8259), en UTF-8.",
    bad='{"membres": [NaN]}',
    good='{"membres": []}',
)
NOT_OURS = Kind(
    "REG141",
    Severity.ERROR,
    "Ce n’est pas un fichier de registres",
    "Le contenu n’est pas celui de registres exportés : {detail}.",
    "Vérifier que c’est le bon fichier ; la page « registres-json » de la documentation en montre un.",
    bad='{"membres": []}',
    good='{"format": "clspd-docs/registres", "schema": 3, "membres": []}',
)
TOO_BIG = Kind(
    "REG142",
    Severity.ERROR,
    "Fichier de registres démesuré",
    "Le fichier est démesuré : {mesure}.",
    "Vérifier que c’est le bon fichier.",
)

MAX_BYTES: Final = 16 * 2**20
MAX_LINES: Final = 70_000  # of a file; 5,000 members summoned to 12 sessions are 65,000
MAX_COMMAS: Final = 800_000  # the same council has 500,000
MAX_OWN_SHEETS: Final = 200
_LONGEST_NUMBER: Final = 17  # digits that a cell can hold


# --- Out -------------------------------------------------------------------------------------------------


def json_bytes(content: Content) -> bytes:
    """Return the JSON file of ``content``: the same content always gives the same bytes."""
    whole: dict[str, Any] = {"format": published.FORMAT, "schema": SCHEMA_VERSION}
    for sheet in SHEETS:
        whole[sheet.key] = lines_out(sheet, content.lines[sheet.key])
    whole[published.OTHERS] = [
        {"titre": title, "lignes": [[_raw_out(raw) for raw in line] for line in lines]}
        for title, lines in content.others
    ]
    return (json.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def lines_out(sheet: Sheet, lines: Sequence[Line]) -> Any:
    """Return the object of a two-column sheet, or the objects of a table."""
    found = [_line(sheet, line) for line in lines]
    return found[0] if sheet.layout is Layout.RECORD else found


def _line(sheet: Sheet, line: Line) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column in sheet.columns:
        value = line.values.get(column.name, Illegible("") if column.required else None)
        if isinstance(value, Illegible):
            found[column.name] = {published.ILLEGIBLE: _raw_out(value.raw)}
        elif value not in {None, ()}:
            found[column.name] = _out(value)
    own = {
        header: _raw_out(raw)
        for header, raw in line.extras.items()
        if raw is not None or sheet.layout is Layout.TABLE  # a line without a value says nothing
    }
    if own:
        found[own_name(sheet)] = own
    return found


def own_name(sheet: Sheet) -> str:
    """Return the field that holds the secretary's own columns, or lines."""
    return published.OWN_LINES if sheet.layout is Layout.RECORD else published.OWN_COLUMNS


def _out(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_out(one) for one in value]
    if isinstance(value, Decimal):
        if value == value.to_integral_value():
            return int(value)
        return float(value) if is_exact(value) else f"{value:f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return value.isoformat("minutes")
    return value if isinstance(value, bool | int) else str(value)


def _raw_out(raw: Any) -> Any:
    if isinstance(raw, dt.datetime):
        text = raw.date().isoformat() if raw.time() == dt.time() else raw.isoformat("T", "seconds")
        return {published.DATE: text}
    if isinstance(raw, dt.time):
        return {published.TIME: raw.isoformat("seconds")}
    if isinstance(raw, dt.timedelta):
        return {published.DURATION: round(raw.total_seconds())}
    return float(f"{raw:.15g}") if isinstance(raw, float) else raw  # the digits that a cell of Excel holds


# --- In --------------------------------------------------------------------------------------------------


class Doubled(dict[str, Any]):
    """An object of the file in which names come twice."""

    names: tuple[str, ...] = ()


class Outsized(str):
    """A number that no cell can hold, as the file writes it."""

    __slots__ = ()


def loaded(data: bytes, place: Place) -> dict[str, Any]:
    """Return the object that the file holds, said to be registers of a version that we know.

    Raises:
        Stop: REG140 (not JSON), REG141 (not registers, or of a later version), REG142 (too big).
    """
    if len(data) > MAX_BYTES:
        raise Stop(TOO_BIG.at(place, mesure=f"{len(data) // 2**20} Mio, pour {MAX_BYTES // 2**20} au plus"))
    if (commas := data.count(b",")) > MAX_COMMAS:
        raise Stop(TOO_BIG.at(place, mesure=f"{commas} valeurs, pour {MAX_COMMAS} au plus"))
    try:
        whole = json.loads(
            data.decode("utf-8-sig"),
            parse_float=_float,
            parse_int=_int,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as error:
        raise Stop(NOT_JSON.at(place, detail="il n’est pas écrit en UTF-8")) from error
    except json.JSONDecodeError as error:
        detail = f"ligne {error.lineno}, caractère {error.colno}"
        raise Stop(NOT_JSON.at(place, detail=detail)) from error
    except RecursionError as error:
        raise Stop(NOT_JSON.at(place, detail="ses objets sont imbriqués sans fin")) from error
    except Refused as error:
        raise Stop(NOT_JSON.at(place, detail=str(error.facts["detail"]))) from error
    return _ours(whole, place)


def _ours(whole: Any, place: Place) -> dict[str, Any]:
    if not isinstance(whole, dict) or whole.get("format") != published.FORMAT:
        detail = f"son champ « format » n’est pas « {published.FORMAT} »"
        raise Stop(NOT_OURS.at(place, detail=detail))
    version = whole.get("schema")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise Stop(NOT_OURS.at(place, detail="son champ « schema » n’est pas un numéro de version"))
    if version > SCHEMA_VERSION:
        detail = f"il vient d’une version plus récente (schéma {version}, connu : {SCHEMA_VERSION})"
        raise Stop(NOT_OURS.at(place, detail=detail))
    own = whole.get(published.OTHERS)
    sheets = own if isinstance(own, list) else []
    if len(sheets) > MAX_OWN_SHEETS:
        raise Stop(TOO_BIG.at(place, mesure=f"{len(sheets)} feuilles, pour {MAX_OWN_SHEETS} au plus"))
    tables = [*whole.values(), *(sheet.get("lignes") for sheet in sheets if isinstance(sheet, dict))]
    lines = sum(len(lines) for lines in tables if isinstance(lines, list))
    if lines > MAX_LINES:
        raise Stop(TOO_BIG.at(place, mesure=f"{lines} lignes, pour {MAX_LINES} au plus"))
    return whole


def _float(text: str) -> float | Outsized:
    value = float(text)
    return value if math.isfinite(value) else Outsized(text)


def _int(text: str) -> int | Outsized:
    return int(text) if len(text) <= _LONGEST_NUMBER else Outsized(text)


def _constant(text: str) -> None:
    raise Refused(detail=f"« {text} » n’y est pas un nombre")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    doubled, seen = Doubled(found), set()
    doubled.names = tuple(dict.fromkeys(name for name, _ in pairs if name in seen or seen.add(name)))  # type: ignore[func-returns-value] # add() answers None
    return doubled

"""The JSON form of the registers: one fragment of JSON Schema for each column, which the importer obeys too."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from clspd_docs.registers.exchange import MAX_EXACT, MAX_SECONDS, MAX_TEXT
from clspd_docs.registers.schema import SCHEMA_VERSION, Column, Layout, Sheet, Type
from clspd_docs.registers.sheets import SHEETS

Schema = Mapping[str, Any]

FORMAT: Final = "clspd-docs/registres"
OTHERS: Final = "autres_feuilles"
OWN_COLUMNS: Final = "autres_colonnes"
OWN_LINES: Final = "autres_lignes"
ILLEGIBLE: Final = "illisible"
DATE: Final = "date"
TIME: Final = "heure"
DURATION: Final = "duree"

_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ITEM: Final = r"^[^;\n]*[^;\s][^;\n]*$"
_NUMBER: Final = {"type": "number", "minimum": -MAX_EXACT, "maximum": MAX_EXACT}
_FORMS: Final[Mapping[Type, Schema]] = {
    Type.IDENTIFIER: {"type": "string", "pattern": r"^[^\s;]+$"},
    Type.REFS: {"type": "array", "items": {"type": "string", "pattern": _ITEM, "maxLength": MAX_TEXT}},
    Type.DATE: {"type": "string", "format": "date", "pattern": f"^{_DAY}$"},
    Type.DATES: {"type": "array", "items": {"type": "string", "format": "date", "pattern": f"^{_DAY}$"}},
    Type.TIME: {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$"},
    Type.YES_NO: {"type": "boolean"},
    Type.POSTCODE: {"type": "string", "pattern": "^[0-9]{5}$"},
}
_EXPECTED: Final[Mapping[Type, str]] = {
    Type.DATE: "une date qui existe, écrite comme « 2027-02-04 »",
    Type.DATES: "une liste de dates, écrites comme « 2027-02-04 »",
    Type.TIME: "une heure, écrite comme « 14:30 »",
    Type.YES_NO: "true ou false, sans guillemets",
    Type.REFS: "une liste d’identifiants qui existent",
}


def form(column: Column) -> Schema:
    """Return what a readable value of the column is in JSON."""
    if column.values is not None:
        one = {"enum": [value.value for value in column.values]}
        found: dict[str, Any] = {"type": "array", "items": one} if column.holds is Type.CHOICES else one
    elif column.holds in {Type.INTEGER, Type.NUMBER}:
        found = dict(_NUMBER)
        found |= {"minimum": column.low} if column.low is not None else {}
        found |= {"maximum": column.high} if column.high is not None else {}
        if column.holds is Type.INTEGER:
            return found | {"type": "integer"}
        long = {"type": "string", "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"}
        return {"anyOf": [found, long]}
    else:
        found = {"type": "string", **_FORMS.get(column.holds, {})}
    if column.required and found.get("type") == "array":
        found |= {"minItems": 1}
    elif found.get("type") == "string":
        found |= {"maxLength": MAX_TEXT}
        if column.required:
            found.setdefault("pattern", r"\S")
    return found


def cell(column: Column) -> Schema:
    """Return what the JSON may hold for the column: a value, what cannot be read, nothing when it may be empty."""
    nothing = [] if column.required else [{"type": "null"}]
    return {
        "title": column.header,
        "description": column.help,
        "anyOf": [form(column), {"$ref": "#/$defs/illisible"}, *nothing],
    }


def expected(column: Column) -> str:
    """Return what the JSON must hold for the column, in French, for the messages."""
    if column.holds is Type.CHOICES and column.values is not None:
        return "une liste de valeurs parmi : " + ", ".join(f"« {value.value} »" for value in column.values)
    return _EXPECTED.get(column.holds, column.expected)


def _object(properties: Schema, required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _one(key: str, of: Schema) -> Schema:
    return _object({key: of}, [key])


_RAW: Final[Schema] = {
    "description": "Ce que montre une cellule : texte, nombre, booléen, date, heure, durée en secondes.",
    "anyOf": [
        {"type": ["number", "boolean", "null"]},
        {"type": "string", "maxLength": MAX_TEXT},
        _one(DATE, {"type": "string", "pattern": f"^{_DAY}(T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}})?$"}),
        _one(TIME, {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}:[0-9]{2}$"}),
        _one(DURATION, {"type": "integer", "minimum": -MAX_SECONDS, "maximum": MAX_SECONDS}),
    ],
}
RAW: Final[Schema] = {"$ref": "#/$defs/brut"}
OWN: Final[Schema] = {"$ref": "#/$defs/autres"}
OTHER: Final[Schema] = {"$ref": "#/$defs/feuille"}
DEFINITIONS: Final[Mapping[str, Schema]] = {
    "brut": _RAW,
    "illisible": {
        "description": "Une cellule du classeur qui n’a pas pu être lue, telle qu’elle s’affiche ; « » quand une"
        " cellule obligatoire est vide. Un autre programme n’en a pas besoin.",
        **_one(ILLEGIBLE, RAW),
    },
    "autres": {
        "description": "Les colonnes ou les lignes propres au secrétariat, par intitulé.",
        "type": "object",
        "additionalProperties": RAW,
    },
    "feuille": {
        "description": "Une feuille propre au secrétariat, ligne par ligne.",
        **_object(
            {
                "titre": {"type": "string", "pattern": r"^[^\\*?:/\[\]]{1,31}$"},
                "lignes": {"type": "array", "items": {"type": "array", "items": RAW}},
            },
            ["titre", "lignes"],
        ),
    },
}


def _sheet(sheet: Sheet) -> Schema:
    own = OWN_LINES if sheet.layout is Layout.RECORD else OWN_COLUMNS
    properties = {column.name: cell(column) for column in sheet.columns} | {own: OWN}
    line = _object(properties, [column.name for column in sheet.columns if column.required])
    told = {"title": sheet.title, "description": sheet.purpose}
    return {**told, **line} if sheet.layout is Layout.RECORD else {**told, "type": "array", "items": line}


def json_schema() -> str:
    """Return docs/registres.schema.json, the same on every run."""
    known = {
        "format": {"const": FORMAT},
        "schema": {"type": "integer", "minimum": 1, "maximum": SCHEMA_VERSION},
        **{sheet.key: _sheet(sheet) for sheet in SHEETS},
        OTHERS: {"type": "array", "items": OTHER},
    }
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:clspd-docs:registres:{SCHEMA_VERSION}",
        "title": "Registres d’un conseil, lus et écrits par clspd-docs",
        "description": "Page écrite par le programme (python tools/make_docs.py) : ne pas la modifier à la main.",
        **_object(known, ["format", "schema"]),
        "$defs": DEFINITIONS,
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


# --- The few words of JSON Schema used above ---------------------------------------------------------------

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}


def conforms(value: object, schema: Schema) -> bool:
    """Whether ``value``, a cell of a JSON file, is what a fragment made in this module allows."""
    if "$ref" in schema:
        return conforms(value, DEFINITIONS[schema["$ref"].rsplit("/", 1)[1]])
    if "anyOf" in schema:
        return any(conforms(value, one) for one in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return any(_is_of(value, name) for name in types) and _is_within(value, schema)


def _is_of(value: object, name: str) -> bool:
    if name in {"number", "integer"}:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and (name == "number" or float(value).is_integer())  # type: ignore[arg-type] # a number
    # A number that no cell can hold is a text of its own class: it is no text of the file.
    return type(value) in _TYPES[name] or (name == "object" and isinstance(value, dict))


def _is_within(value: Any, schema: Schema) -> bool:
    if isinstance(value, str):
        pattern = re.sub(r"\$$", r"\\Z", schema.get("pattern", ""))  # « $ » lets a line feed follow
        return len(value) <= schema.get("maxLength", len(value)) and bool(re.search(pattern, value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    if isinstance(value, list):
        return len(value) >= schema.get("minItems", 0) and all(
            conforms(one, schema["items"]) for one in value
        )
    if isinstance(value, dict):
        known = schema.get("properties", {})
        if schema.get("additionalProperties") is False and not value.keys() <= known.keys():
            return False
        return all(
            name in value and conforms(value[name], known[name]) for name in schema.get("required", ())
        )
    return True

"""A sheet and its domain class hold the same fields; every kind of finding is declared once, in good French."""

from __future__ import annotations

import ast
import dataclasses
import pkgutil
import re
import string
import sys
from pathlib import Path

import pytest

import clspd_docs
from clspd_docs.cli.kinds import declared_kinds
from clspd_docs.documents.view import View
from clspd_docs.domain.conseil import Conseil, Parametres, Regles
from clspd_docs.domain.french import cle
from clspd_docs.domain.personnes import CharteSignee, Membre, Organisme, Politesse, Referent
from clspd_docs.domain.plan import Action, Axe, Indicateur
from clspd_docs.domain.registre import Ligne
from clspd_docs.domain.seances import Decision, Groupe, Point, Presence, Seance
from clspd_docs.findings import Kind
from clspd_docs.registers.schema import REFERRED, Layout, Sheet, Type
from clspd_docs.registers.sheets import BY_KEY, LISTS_TITLE, README_TITLE, SHEETS

CLASSES: dict[str, type[Ligne]] = {
    "parametres": Parametres,
    "regles": Regles,
    "politesses": Politesse,
    "organismes": Organisme,
    "membres": Membre,
    "referents": Referent,
    "groupes": Groupe,
    "chartes": CharteSignee,
    "axes": Axe,
    "actions": Action,
    "indicateurs": Indicateur,
    "seances": Seance,
    "points": Point,
    "presences": Presence,
    "decisions": Decision,
}
every_sheet = pytest.mark.parametrize("sheet", SHEETS, ids=lambda s: s.key)


# --- Sheets ----------------------------------------------------------------------------------------------


def test_every_sheet_has_a_class_and_every_class_a_sheet() -> None:
    assert CLASSES.keys() == BY_KEY.keys()
    assert len(BY_KEY) == len(SHEETS)
    collections = {
        f.name: f.metadata["feuille"] for f in dataclasses.fields(Conseil) if "feuille" in f.metadata
    }
    assert collections == {s.key: s.title for s in SHEETS if s.layout is Layout.TABLE}


@every_sheet
def test_the_fields_of_a_sheet_are_those_of_its_class_without_collections(sheet: Sheet) -> None:
    fields = dataclasses.fields(CLASSES[sheet.key])
    own = {f.name for f in fields if "feuille" not in f.metadata} - {"origine"}
    assert set(sheet.names) == own
    assert len(sheet.names) == len(own)


@every_sheet
def test_a_collection_names_a_sheet_that_exists(sheet: Sheet) -> None:
    titles = {s.title for s in SHEETS}
    for field in dataclasses.fields(CLASSES[sheet.key]):
        assert field.metadata.get("feuille", sheet.title) in titles


@every_sheet
def test_no_two_headers_read_alike(sheet: Sheet) -> None:
    assert len({cle(c.header) for c in sheet.columns}) == len(sheet.columns)


def test_a_reference_is_named_by_the_title_of_its_sheet() -> None:
    referred = {c.ref for sheet in SHEETS for c in sheet.columns if c.ref}
    assert {key: BY_KEY[key].title for key in referred} == REFERRED


def test_no_two_titles_of_sheets_read_alike() -> None:
    titles = [*(s.title for s in SHEETS), README_TITLE, LISTS_TITLE]
    assert len({cle(title) for title in titles}) == len(titles)
    assert all(len(title) <= 31 for title in titles)  # Excel's limit


@every_sheet
def test_every_column_says_what_it_is_for(sheet: Sheet) -> None:
    assert sheet.purpose.endswith(".")
    for column in sheet.columns:
        assert column.header == column.header.strip()
        assert column.help, column.header
        assert column.expected, column.header
        assert not typography(column.help), (column.header, typography(column.help))
        assert not typography(column.header.replace("-", "–")), column.header


@every_sheet
def test_a_column_is_declared_as_its_type_asks(sheet: Sheet) -> None:
    for column in sheet.columns:
        assert (column.values is not None) == (column.holds in {Type.CHOICE, Type.CHOICES}), column.header
        assert (column.ref is not None) == (column.holds in {Type.REF, Type.REFS}), column.header
        assert column.ref is None or BY_KEY[column.ref].has_identifier, column.header
        if column.holds is Type.IDENTIFIER:
            assert column.name == "id"
            assert column.required
            assert column.places
    many = {c.name for c in sheet.columns if c.holds in {Type.CHOICES, Type.REFS, Type.DATES}}
    assert sheet.layout is Layout.TABLE or not many


@every_sheet
def test_a_column_is_found_by_its_field(sheet: Sheet) -> None:
    assert [sheet.column(name) for name in sheet.names] == list(sheet.columns)
    with pytest.raises(KeyError):
        sheet.column("inconnu")


def test_no_field_hides_behind_the_view_of_its_record() -> None:
    reserved = {name for name in dir(View) if not name.startswith("__")}
    for cls in CLASSES.values():
        assert not reserved & {f.name for f in dataclasses.fields(cls)}


# --- Kinds of findings -----------------------------------------------------------------------------------

FAMILIES = "REG|COH|LEG|MOD|FUS|PDF|DOS|ENV"
# A code declared twice raises as its module is imported: reading them all is the proof that none is.
KINDS = [k for k in declared_kinds().values() if not k.code.startswith("TST")]  # other tests declare some
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.code)


def typography(text: str) -> list[str]:
    """Return what French typography refuses in ``text``: straight quotes, missing or double spaces."""
    text = re.sub(r"«([ \u00a0])[^»]*([ \u00a0])»", r"«\1x\2»", text)  # what is quoted may be a command
    text = text.replace('"…"', "x").replace("https://", "x")
    text = re.sub(r"\{\w*\}", "x", text.replace("{suggestion}", ""))
    faults = {
        "straight apostrophe": r"'",
        "straight quote": r'"',
        "double space": r"[ \u00a0\u202f]{2}",
        "no space before ; ! ? »": r"[^ \u00a0\u202f][;!?»]",
        "no space before :": r"[^ \u00a0\u202f\d]:(?!\d)",
        "no space after «": r"«[^ \u00a0\u202f]",
        "space before , or .": r"[ \u00a0\u202f][,.](?!\w)",
        "three points": r"\.\.\.",
        "space at an end": r"^\s|\s$",
    }
    return [name for name, pattern in faults.items() if re.search(pattern, text)]


@every_kind
def test_a_kind_has_a_code_of_a_family_and_speaks_french_typographically(kind: Kind) -> None:
    assert re.fullmatch(rf"(?:{FAMILIES})\d{{3}}", kind.code)
    for text in (kind.title, kind.sentence, kind.remedy):
        assert text
        assert not typography(text), (text, typography(text))
    assert not kind.title.endswith(".")
    assert not kind.title[:1].islower()
    assert kind.remedy.endswith((".", "}", "»")), kind.remedy


@every_kind
def test_a_kind_is_a_pattern_of_named_facts(kind: Kind) -> None:
    for text in (kind.sentence, kind.remedy):
        for _, fact, _, _ in string.Formatter().parse(text):
            assert fact is None or re.fullmatch(r"[a-z_]+", fact), fact


def test_every_sentence_gets_its_facts_where_it_is_told() -> None:
    """Only where the kind is named and its facts are spelled out; the others are computed."""
    facts = {
        f"{module.name}:{call.lineno} {kind.code}": (_facts(kind), {k.arg for k in call.keywords} - {"value"})
        for module in pkgutil.walk_packages(clspd_docs.__path__, "clspd_docs.")
        for loaded in [sys.modules.get(module.name)]
        if loaded is not None and loaded.__file__
        for call in ast.walk(ast.parse(Path(loaded.__file__).read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "at"
        if isinstance(call.func.value, ast.Name) and all(k.arg for k in call.keywords)
        for kind in [getattr(loaded, call.func.value.id, None)]
        if isinstance(kind, Kind)
    }
    assert len(facts) > 200
    assert {where: found for where, found in facts.items() if found[0] != found[1]} == {}


def _facts(kind: Kind) -> set[str]:
    parsed = [*string.Formatter().parse(kind.sentence), *string.Formatter().parse(kind.remedy)]
    return {fact for _, fact, _, _ in parsed if fact}


@every_kind
def test_an_example_of_the_fault_comes_with_one_of_the_right_form(kind: Kind) -> None:
    assert bool(kind.bad) == bool(kind.good)


def test_every_kind_of_a_cell_shows_both_forms() -> None:
    assert [k.code for k in KINDS if k.code.startswith("REG2") and not k.bad] == []

"""``registers upgrade``: what is new comes in, nothing that is there goes or moves."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from builders.classeur import Classeur, classeur
from builders.conseils import FICHIER
from builders.schema_1 import EXAMPLE, cells, first_schema, old_example, old_small
from clspd_docs.domain.french import cle
from clspd_docs.errors import Stop
from clspd_docs.findings import Finding
from clspd_docs.registers import locate
from clspd_docs.registers import upgrade as module
from clspd_docs.registers.example import example_rows
from clspd_docs.registers.read import read
from clspd_docs.registers.schema import Column, Sheet
from clspd_docs.registers.sheets import LISTS_TITLE, README_TITLE, SHEETS
from clspd_docs.registers.upgrade import Upgrade, upgrade
from clspd_docs.registers.workbook_lists import target


def upgraded(book: Workbook, folder: Path) -> tuple[Upgrade, Workbook]:
    path = folder / "clspd.xlsx"
    book.save(path)
    done = upgrade(path, FICHIER)
    return done, load_workbook(BytesIO(done.data))


def again(data: bytes, folder: Path) -> Upgrade:
    path = folder / "encore.xlsx"
    path.write_bytes(data)
    return upgrade(path, FICHIER)


def rules_over(ws: Worksheet, cell: str) -> list[str]:
    return [str(r.formula1) for r in ws.data_validations.dataValidation if cell in r.sqref]


# --- What is new -----------------------------------------------------------------------------------------


def test_the_example_of_schema_1_gets_its_later_columns_and_keeps_every_row(tmp_path: Path) -> None:
    done, book = upgraded(old_example(), tmp_path)
    assert done.changes == (
        "version du classeur : 3",
        "colonne « SIRET » ajoutée à la feuille « Organismes », colonne L",
        "colonne « Description de la pièce » ajoutée à la feuille « Ordre du jour », colonne K",
    )
    assert done.lost == ()
    ws = book["Organismes"]
    table = ws.tables["T_Organismes"]
    assert table.ref == table.autoFilter.ref == f"A1:L{len(example_rows()['organismes']) + 1}"
    assert [column.name for column in table.tableColumns] == [cell.value for cell in ws[1]]
    assert ws["L1"].comment.text.startswith("Numéro SIRET")
    assert ws.column_dimensions["L"].number_format == ws["L5"].number_format == "@"
    (tmp_path / "clspd.xlsx").write_bytes(done.data)
    read_again, findings = read(tmp_path / "clspd.xlsx", FICHIER)
    assert findings == []
    for sheet in SHEETS:
        expected = [{**row, "siret": None} if "siret" in row else row for row in example_rows()[sheet.key]]
        assert [dict(row.values) for row in read_again.rows[sheet.key]] == expected


def test_a_workbook_of_the_present_schema_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "clspd.xlsx"
    path.write_bytes(EXAMPLE)
    done = upgrade(path, FICHIER)
    assert (done.changes, done.data) == ((), EXAMPLE)


@pytest.mark.parametrize("made", [old_example, old_small], ids=["example", "bare"])
def test_a_second_upgrade_finds_nothing_to_do(made: Callable[[], Workbook], tmp_path: Path) -> None:
    done, _ = upgraded(made(), tmp_path)
    assert again(done.data, tmp_path).changes == ()


def test_a_bare_workbook_gets_everything_that_helps_filling_in(tmp_path: Path) -> None:
    _, book = upgraded(old_small(), tmp_path)
    ws = book["Membres"]
    assert rules_over(ws, "B900") == ["liste_qualite"]
    assert target(book, "ids_membres") == ("Membres", 1, 2, 1000)
    assert ws.freeze_panes == "B2"
    assert ws["B1"].comment is not None
    assert list(ws.tables) == ["T_Membres"]
    assert book.sheetnames[0] == README_TITLE
    assert book[README_TITLE].protection.sheet


def test_a_missing_sheet_comes_back_in_its_place_with_its_lists(tmp_path: Path) -> None:
    old = old_example()
    old.remove(old["Groupes"])
    done, book = upgraded(old, tmp_path)
    assert "feuilles ajoutées : « Groupes »" in done.changes
    assert book.sheetnames == [README_TITLE, *(s.title for s in SHEETS), LISTS_TITLE]
    assert target(book, "ids_groupes") == ("Groupes", 1, 2, 1000)


def test_one_sheet_only_stays_selected(tmp_path: Path) -> None:
    old = old_example()
    old.remove(old["Groupes"])
    old.active = old["Séances"]
    _, book = upgraded(old, tmp_path)
    assert [ws.title for ws in book.worksheets if ws.sheet_view.tabSelected] == ["Séances"]


def test_an_optional_column_that_somebody_removed_stays_away(tmp_path: Path) -> None:
    old = first_schema(classeur().sheet("Référents").header("Domaines", None).book)
    done, book = upgraded(old, tmp_path)
    assert "Domaines" not in [cell.value for cell in book["Référents"][1]]
    assert not any("Domaines" in change for change in done.changes)


# --- What changes from one schema to the next, beyond today's --------------------------------------------


@pytest.fixture
def schema_2(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[Column], Column]], None]:
    """Pretend that columns of a sheet changed in schema 2."""

    def change(key: str, how: Callable[[Column], Column]) -> None:
        sheets: tuple[Sheet, ...] = tuple(
            replace(s, columns=tuple(how(c) for c in s.columns)) if s.key == key else s for s in SHEETS
        )
        for where in (locate, module):
            monkeypatch.setattr(where, "SHEETS", sheets)
        former = {cle(h) for s in sheets for c in s.columns for h in c.formerly}
        monkeypatch.setattr(module, "_FORMER", former)

    return change


def test_a_header_of_an_older_schema_takes_its_present_name(schema_2: Any, tmp_path: Path) -> None:
    schema_2(
        "organismes",
        lambda c: replace(c, header="Dénomination", formerly=("Nom",)) if c.name == "nom" else c,
    )
    done, book = upgraded(old_example(), tmp_path)
    assert "« Nom » renommé « Dénomination » dans la feuille « Organismes »" in done.changes
    ws = book["Organismes"]
    assert ws["B1"].value == ws.tables["T_Organismes"].tableColumns[1].name == "Dénomination"


def test_a_header_that_a_formula_calls_keeps_its_old_name(schema_2: Any, tmp_path: Path) -> None:
    schema_2(
        "organismes",
        lambda c: replace(c, header="Dénomination", formerly=("Nom",)) if c.name == "nom" else c,
    )
    old = old_example()
    old.create_sheet("Mes comptes")["A1"] = "=COUNTA(T_Organismes[Nom])"
    _, book = upgraded(old, tmp_path)
    assert book["Organismes"]["B1"].value == "Nom"


def test_a_new_line_comes_below_the_others_with_its_default(schema_2: Any, tmp_path: Path) -> None:
    schema_2("regles", lambda c: replace(c, since=2) if c.name == "delai_pleniere" else c)
    old = old_example()
    ws = old["Règles"]
    row = next(
        r for r in range(1, 40) if str(ws.cell(r, 1).value).startswith("Délai de convocation – plénière")
    )
    ws.delete_rows(row)
    ws.cell(ws.max_row + 1, 1, "Mes notes")
    done, book = upgraded(old, tmp_path)
    line = [cell.value for cell in book["Règles"][ws.max_row + 1]]
    assert line[:2] == ["Délai de convocation – plénière", 15]
    assert book["Règles"].cell(ws.max_row, 1).value == "Mes notes"
    assert any(f"feuille « Règles », ligne {ws.max_row + 1}" in change for change in done.changes)
    assert rules_over(book["Règles"], f"B{ws.max_row + 1}") == ["1"]


def test_a_list_gets_its_new_values_and_what_was_written_under_it_stays(tmp_path: Path) -> None:
    old = old_example()
    title, column, first, last = target(old, "liste_qualite") or ("", 0, 0, 0)
    ws = old[title]
    newest = ws.cell(last, column).value
    ws.cell(last, column).value = "à moi"
    done, book = upgraded(old, tmp_path)
    assert "listes mises à jour dans la feuille « Listes » : Membres – Qualité" in done.changes
    assert target(book, "liste_qualite") == (title, column, first, last)
    assert [book[title].cell(row, column).value for row in (last, last + 1)] == [newest, "à moi"]
    assert again(done.data, tmp_path).changes == ()


@pytest.mark.parametrize("locked", [True, False])
def test_an_outdated_lisez_moi_is_kept_only_if_somebody_could_write_in_it(
    locked: bool, tmp_path: Path
) -> None:
    old = old_example()
    ws = old[README_TITLE]
    ws["A1"], ws.protection.sheet = "Mes consignes", locked
    done, book = upgraded(old, tmp_path)
    assert "feuille « Lisez-moi » récrite" in done.changes
    assert book[README_TITLE]["A1"].value == "Registres du conseil"
    assert book.sheetnames[0] == README_TITLE
    kept = "Lisez-moi (ancien)" in book.sheetnames
    assert kept is not locked
    assert not kept or book["Lisez-moi (ancien)"]["A1"].value == "Mes consignes"


# --- What is the secretary's -----------------------------------------------------------------------------


def test_everything_that_the_secretary_added_or_formatted_survives(tmp_path: Path) -> None:
    old = old_example()
    ws = old["Organismes"]
    ws["M1"], ws["M2"], ws["M3"] = "Ma note", "à rappeler", "=B2&C2"
    ws["B2"].fill = PatternFill("solid", fgColor="FFFF00")
    ws["B3"].comment = Comment("Vu le 3.", "Secrétariat")
    ws.column_dimensions["B"].width = 61
    ws.column_dimensions["E"].hidden = ws.row_dimensions[4].hidden = True
    ws.conditional_formatting.add("B2:B40", FormulaRule(["B2=1"]))  # type: ignore[no-untyped-call] # missing from types-openpyxl
    mine = DataValidation("list", formula1='"rouge,vert"')
    mine.add("M2:M40")
    ws.add_data_validation(mine)
    ws.freeze_panes, ws.print_area = "C5", "A1:F40"
    old.defined_names["ma_zone"] = DefinedName("ma_zone", attr_text="Organismes!$B$2:$B$9")
    own = old.create_sheet("Budget", 3)
    own.append(["Poste", 1200.5, dt.date(2026, 3, 1)])
    own.merge_cells("A3:C3")
    done, book = upgraded(old, tmp_path)
    assert done.lost == ()
    ws = book["Organismes"]
    assert [ws[c].value for c in ("L1", "M1", "M2", "M3")] == ["SIRET", "Ma note", "à rappeler", "=B2&C2"]
    assert ws["B2"].fill.fgColor.rgb == "00FFFF00"
    assert (ws["B3"].comment.text, ws["B3"].comment.author) == ("Vu le 3.", "Secrétariat")
    assert ws.column_dimensions["B"].width == 61
    assert ws.column_dimensions["E"].hidden
    assert ws.row_dimensions[4].hidden
    assert [str(area.sqref) for area in ws.conditional_formatting] == ["B2:B40"]
    assert rules_over(ws, "M3") == ['"rouge,vert"']
    assert (ws.freeze_panes, ws.print_area) == ("C5", "'Organismes'!$A$1:$F$40")
    assert book.defined_names["ma_zone"].attr_text == "Organismes!$B$2:$B$9"
    assert book.sheetnames[3] == "Budget"
    assert [cell.value for cell in book["Budget"][1]] == ["Poste", 1200.5, dt.datetime(2026, 3, 1)]  # noqa: DTZ001
    assert str(book["Budget"].merged_cells) == "A3:C3"


def test_a_new_column_goes_beyond_the_secretarys_own_and_the_table_only_grows_over_what_touches_it(
    tmp_path: Path,
) -> None:
    old = old_example()
    old["Organismes"]["L1"], old["Organismes"]["L7"] = "Ma note", "à rappeler"
    done, book = upgraded(old, tmp_path)
    assert "colonne « SIRET » ajoutée à la feuille « Organismes », colonne M" in done.changes
    assert book["Organismes"].tables["T_Organismes"].ref.startswith("A1:K")
    assert book["Organismes"]["L7"].value == "à rappeler"


def test_a_new_column_leaves_the_group_of_columns_where_it_stands(tmp_path: Path) -> None:
    """LibreOffice writes neighbours of the same width as one group."""
    old = old_example()
    group = old["Organismes"].column_dimensions["K"]
    group.min, group.max, group.width, group.hidden = 11, 20, 7, True
    _, book = upgraded(old, tmp_path)
    ws = book["Organismes"]
    found = [(d.min, d.max, d.width, d.hidden) for d in map(ws.column_dimensions.__getitem__, "KLM")]
    assert found == [(11, 11, 7, True), (12, 12, 17, False), (13, 20, 7, True)]


def test_a_stray_cell_at_the_end_of_the_sheet_costs_no_time(tmp_path: Path) -> None:
    old = old_small()
    old["Membres"]["XFD1048576"] = "perdu"
    start = time.perf_counter()
    _, book = upgraded(old, tmp_path)
    assert time.perf_counter() - start < 10
    assert book["Membres"]["XFD1048576"].value == "perdu"


def test_a_header_note_rewritten_by_the_secretary_stays_and_one_of_an_older_schema_does_not(
    tmp_path: Path,
) -> None:
    old = old_example()
    ws = old["Membres"]
    ws["A1"].comment, ws["B1"].comment = (
        Comment("La mienne.", "Secrétariat"),
        Comment("Vieille.", "clspd-docs"),
    )
    done, book = upgraded(old, tmp_path)
    assert "notes d’en-tête rétablies ou mises à jour : « Membres » (Qualité)" in done.changes
    assert book["Membres"]["A1"].comment.text == "La mienne."
    assert book["Membres"]["B1"].comment.text.startswith("À quel titre")


def test_the_results_of_formulas_are_kept(tmp_path: Path) -> None:
    """openpyxl forgets them: a formula under a known header would then be an error of « check »."""
    path = tmp_path / "clspd.xlsx"
    old = old_example()
    old["Organismes"]["C2"] = '=UPPER("caf")'
    old.save(path)
    path.write_bytes(with_result(path.read_bytes(), b"CAF"))
    before, _ = read(path, FICHIER)
    path.write_bytes(upgrade(path, FICHIER).data)
    after, findings = read(path, FICHIER)
    assert (
        after.rows["organismes"][0].values["sigle"] == before.rows["organismes"][0].values["sigle"] == "CAF"
    )
    assert [f.code for f in findings if f.is_error] == []


def with_result(data: bytes, result: bytes) -> bytes:
    from clspd_docs.registers.package import packed, unpacked  # noqa: PLC0415

    parts = unpacked(data)
    for name, part in parts.items():
        if b"UPPER" in part:
            start, end = part.index(b"<f>UPPER"), part.index(b"</c>", part.index(b"<f>UPPER"))
            formula = part[start : part.index(b"</f>", start) + 4]
            head = part.rindex(b"<c ", 0, start)
            cell = part[head:start].replace(b"<c ", b'<c t="str" ') + formula + b"<v>" + result + b"</v>"
            parts[name] = part[:head] + cell + part[end:]
    return packed(parts)


# --- Nothing is lost, whatever the state of the workbook -------------------------------------------------

TITLES = [sheet.title for sheet in SHEETS]
TABLES = [sheet.title for sheet in SHEETS if sheet.key not in {"parametres", "regles"}]
values = st.sampled_from(
    ["texte", " ", "=1+1", '=B2&"x"', "#N/A", 12, 3.5, True, dt.datetime(2027, 2, 4), dt.time(14, 30), "M001"]  # noqa: DTZ001
)


def move_column(c: Classeur) -> None:
    """Put the last column before all others."""
    ws = c.here
    last = ws.max_column
    ws.insert_cols(1)
    for row in range(1, ws.max_row + 1):
        ws.cell(row, 1).value, ws.cell(row, last + 1).value = ws.cell(row, last + 1).value, None


def twice(c: Classeur) -> None:
    c.add_column(str(c.here.cell(1, 1).value), "double")


DAMAGES: dict[str, Callable[[Classeur], Any]] = {
    "titles": lambda c: c.titles("Registre", "2026"),
    "own column": lambda c: c.add_column("À moi", "un", "=A2", 3),
    "own column without header": lambda c: c.here.cell(3, c.here.max_column + 1, "perdu"),
    "far away": lambda c: c.here.cell(60, 40, "loin"),
    "moved": move_column,
    "twice": twice,
    "hidden": lambda c: c.hide(2),
    "blank row": lambda c: c.here.insert_rows(3),
    "headers lost": lambda c: [c.here.cell(1, n, "?") for n in range(1, c.here.max_column + 1)],
    "header lost": lambda c: c.here.cell(1, 2, "?"),
    "renamed": lambda c: c.name(f"{c.here.title} 2026"),
    "copied": lambda c: c.copy("Copie"),
    "own sheet": lambda c: c.add_sheet("À nous", ["a", 1], ["=A1", None]),
    "removed": lambda c: c.remove(),
    "filtered": lambda c: setattr(c.here.auto_filter, "ref", "A1:C4"),
    "merged below": lambda c: c.here.merge_cells("A9:N11"),
}
damages = st.lists(
    st.tuples(
        st.sampled_from(TITLES),
        st.sampled_from(sorted(DAMAGES)) | st.tuples(st.integers(1, 9), st.integers(1, 16), values),
    ),
    max_size=6,
)


def damaged(changes: list[Any]) -> Workbook:
    workbook = classeur()
    first_schema(workbook.book)
    for title, how in changes:
        if title not in workbook.book.sheetnames:
            continue
        workbook.sheet(title)
        if isinstance(how, str):
            DAMAGES[how](workbook)
        else:
            row, column, value = how
            if type(workbook.here.cell(row, column)).__name__ == "Cell":
                workbook.here.cell(row, column).value = value
    return workbook.book


def spots(findings: list[Finding]) -> set[tuple[Any, ...]]:
    return {(f.code, f.place.sheet, f.place.cell, f.place.row, f.place.column, f.facts) for f in findings}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damages)
def test_no_cell_is_lost_and_check_says_the_same_but_for_what_is_healed(changes: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        book = damaged(changes)
        path = folder / "clspd.xlsx"
        book.save(path)
        before = load_workbook(path)
        _, told = read(path, FICHIER)
        done = upgrade(path, FICHIER)
        assert done.lost == ()
        after = load_workbook(BytesIO(done.data))
        kept = cells(after)
        assert {spot: kept.get(spot) for spot in cells(before)} == cells(before)
        path.write_bytes(done.data)
        _, told_after = read(path, FICHIER)
        added = set(after.sheetnames) - set(before.sheetnames)
        healed = {"REG101", "REG114"}
        assert {s for s in spots(told_after) if s[1] not in added} == {
            s for s in spots(told) if s[0] not in healed or (s[0] == "REG101" and s[1] not in added)
        }
        assert again(done.data, folder).changes == ()


def test_a_cell_that_would_not_be_kept_stops_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(book: Workbook, _data: bytes) -> bytes:
        book["Membres"]["G4"] = None
        stream = BytesIO()
        book.save(stream)
        return stream.getvalue()

    monkeypatch.setattr(module, "saved", careless)
    with pytest.raises(Stop) as stop:
        upgraded(old_example(), tmp_path)
    assert (stop.value.finding.code, stop.value.finding.place.cell) == ("REG161", "G4")

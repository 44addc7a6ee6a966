"""The annotated copy shows every finding, changes nothing else, and can be worked in."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font, PatternFill

from builders.classeur import Classeur, classeur, told
from builders.conseils import FICHIER
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.registers.annotate import annotated, from_grids, is_copy, is_untouched
from clspd_docs.registers.council import council
from clspd_docs.registers.errors_sheet import mark_style
from clspd_docs.registers.marks import BEGIN, CONDITION, END, with_mark, without_marks
from clspd_docs.registers.package import packed, unpacked
from clspd_docs.registers.read import read
from clspd_docs.registers.sheets import ERRORS_TITLE, ERRORS_TITLE_IF_TAKEN
from clspd_docs.registers.workbook import sheets

CASES = Path(__file__).parents[1] / "cases" / "registres"
KINDS = {
    severity: Kind(f"TST90{number}", severity, "Essai", "La valeur « {x} » étonne.", "Corriger la cellule.")
    for number, severity in enumerate(Severity)
}


def finding(
    spot: str, severity: Severity = Severity.ERROR, value: str | None = None, x: str = "?"
) -> Finding:
    """Return a finding at « Membres!B3 », « Membres!3 », « Membres » or, empty, at the workbook."""
    sheet, _, cell = spot.partition("!")
    row = int("".join(c for c in cell if c.isdigit()) or 0) or None
    place = Place(FICHIER, sheet or None, None if cell.isdigit() else cell or None, row)
    return KINDS[severity].at(place, value=value, x=x)


def bytes_of(workbook: Classeur | Workbook) -> bytes:
    stream = io.BytesIO()
    (workbook.book if isinstance(workbook, Classeur) else workbook).save(stream)
    return stream.getvalue()


def copy_of(workbook: Classeur | Workbook, *findings: Finding) -> Any:
    return load_workbook(io.BytesIO(annotated(bytes_of(workbook), findings, FICHIER)))


def marks(book: Any, title: str) -> dict[str, int]:
    """Return the cells of a sheet that we colour, and the rank of the rule: 1 for an error."""
    return {
        cell: rule.priority
        for block in book[title].conditional_formatting
        for rule in block.rules
        if rule.formula == [CONDITION]
        for cell in str(block.sqref).split()
    }


def listed(book: Any) -> list[list[Any]]:
    """Return the rows of « Erreurs » below its headers."""
    rows = [[cell.value for cell in row] for row in book[ERRORS_TITLE].iter_rows()]
    return rows[next(n for n, row in enumerate(rows) if row[0] == "Gravité") + 1 :]


# --- What shows ----------------------------------------------------------------------------------------


def test_a_cell_is_coloured_by_its_worst_finding_and_explained_in_a_comment() -> None:
    found = [finding("Membres!C3", Severity.NOTE, x="a"), finding("Membres!C3", Severity.WARNING, x="b")]
    book = copy_of(classeur(), *found, finding("Membres!D4"))
    assert marks(book, "Membres") == {"D4": 1, "C3": 2}
    text = book["Membres"]["C3"].comment.text
    for words in ("Alerte TST901", "Remarque TST902", "« b » étonne", "À faire : Corriger la cellule."):
        assert words.replace("« b »", "«\xa0b\xa0»").replace(" :", "\xa0:") in text
    assert text.index("TST901") < text.index("TST902")


def test_the_first_sheet_lists_errors_first_then_in_the_order_of_the_places() -> None:
    found = [finding("Membres!C9", Severity.NOTE), finding("Membres!D4"), finding("Membres!B10"), finding("")]
    book = copy_of(classeur(), *found, finding("Membres", Severity.WARNING))
    assert book.sheetnames[0] == ERRORS_TITLE
    assert [row[:3] for row in listed(book)] == [
        ["Erreur", "(classeur)", None],
        ["Erreur", "Membres", "D4"],
        ["Erreur", "Membres", "B10"],
        ["Alerte", "Membres", "la feuille"],
        ["Remarque", "Membres", "C9"],
    ]


def test_each_place_has_a_link_that_exists_in_the_copy() -> None:
    workbook = classeur().add_sheet("L'été!", ["a"])
    book = copy_of(
        workbook,
        finding("Membres!D4"),
        finding("Membres!5"),
        finding("Séances"),
        finding("L'été!!A1"),
        finding("Partie!B2"),
    )
    links = {
        row[2].value: row[2].hyperlink and row[2].hyperlink.location
        for row in book[ERRORS_TITLE].iter_rows(min_row=5)
    }
    assert links["D4"] == "'Membres'!D4"
    assert links["ligne 5"] == "'Membres'!A5"
    assert links["la feuille"] == "'Séances'!A1"
    assert links["(absente)"] is None
    assert book["Membres"]["A5"].comment is not None


def test_findings_of_other_files_stand_in_a_second_block() -> None:
    other = KINDS[Severity.ERROR].at(Place("templates_docx/convocation.docx", part="paragraphe 3"), x="?")
    book = copy_of(classeur(), other)
    rows = listed(book)
    assert "rien à y corriger" in rows[0][0]
    assert rows[-1][1:4] == ["templates_docx/convocation.docx", None, "paragraphe 3"]


def test_without_any_finding_the_copy_says_so() -> None:
    book = copy_of(classeur())
    assert "aucun constat" in book[ERRORS_TITLE]["A1"].value
    assert book[ERRORS_TITLE].auto_filter.ref is None


def test_the_list_can_be_filtered_printed_and_keeps_its_headers_in_sight() -> None:
    ws = copy_of(classeur(), finding("Membres!D4"), finding("Membres!D5"))[ERRORS_TITLE]
    assert (ws.freeze_panes, ws.auto_filter.ref, ws.print_title_rows) == ("A5", "A4:H6", "$4:$4")
    assert (ws.page_setup.orientation, ws.page_setup.fitToWidth) == ("landscape", 1)


def test_a_hidden_row_or_sheet_is_told_and_stays_hidden() -> None:
    workbook = classeur().sheet("Membres").hide(4)
    workbook.book["Séances"].sheet_state = "veryHidden"
    book = copy_of(workbook, finding("Membres!C4"), finding("Séances!B2"))
    rows = {row[2]: row[6] for row in listed(book)}
    assert rows["C4"].startswith("Ligne masquée")
    assert rows["B2"].startswith("Feuille masquée")
    assert book["Séances"].sheet_state == "hidden"  # « Afficher » of Excel offers it again
    assert book["Membres"].row_dimensions[4].hidden


def test_only_the_list_is_selected_when_the_copy_opens() -> None:
    book = copy_of(classeur(), finding("Membres!D4"))
    assert book.active.title == ERRORS_TITLE
    assert [ws.title for ws in book.worksheets if ws.sheet_view.tabSelected] == [ERRORS_TITLE]


def test_colours_are_legible() -> None:
    def light(colour: str) -> float:
        parts = (int(colour[i : i + 2], 16) / 255 for i in (2, 4, 6))  # after the alpha
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for severity in Severity:
        looks: Any = mark_style(severity)
        assert (light(looks.fill.bgColor.rgb) + 0.05) / (light(looks.font.color.rgb) + 0.05) >= 4.5
    frames: list[Any] = [mark_style(severity).border for severity in Severity]
    assert len({frame.left.style for frame in frames}) == 3  # told apart without colour


# --- What must not happen ------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["=1+1", "+33", "-5", "@SOMME(A1)", "#N/A", "a\x00\x1b\ufffeb\ud800"])
def test_a_value_that_was_found_is_never_a_formula_nor_breaks_the_file(value: str) -> None:
    book = copy_of(classeur(), finding("Membres!D4", value=value, x=value))
    cell = book[ERRORS_TITLE]["F5"]
    assert cell.data_type == "s"
    assert cell.value == ("ab" if "\x00" in value else value)
    assert cell.quotePrefix is (value[0] in "=+-@")


def test_merged_and_far_and_absent_cells_do_no_harm() -> None:
    workbook = classeur().sheet("Membres").titles("Liste", "Suite")
    found = [finding(f"Membres!{spot}") for spot in ("C1", "XFD1048576", "A900000")]
    book = copy_of(workbook, *found, finding("Nulle part!B2"), finding("Membres!1048576"))
    assert set(marks(book, "Membres")) == {"A1", "XFD1048576", "A900000", "A1048576"}
    assert BEGIN in book["Membres"]["A1"].comment.text


def test_what_the_secretary_made_survives() -> None:
    workbook = classeur().add_sheet("Vacances", ["a"]).add_column("Notes", "x")
    ws = workbook.book["Membres"]
    ws["B2"].font, ws["B2"].fill = Font(name="Georgia", italic=True), PatternFill("solid", fgColor="00FF00")
    ws["B2"].comment = Comment("Vu avec Zoé", "Zoé")
    ws.column_dimensions["B"].width = 33
    ws.conditional_formatting.add("A1:C9", FormulaRule(["$A1=1"], fill=PatternFill(bgColor="0000FF")))  # type: ignore[no-untyped-call] # not typed
    ws.freeze_panes = "C2"
    book = copy_of(workbook, finding("Membres!B2"))
    copy = book["Membres"]
    assert (copy["B2"].font.name, copy["B2"].font.i, copy["B2"].fill.fgColor.rgb) == (
        "Georgia",
        True,
        "0000FF00",
    )
    assert copy["B2"].comment.text.startswith("Vu avec Zoé\n")
    assert copy["B2"].comment.author == "Zoé"
    assert (copy.column_dimensions["B"].width, copy.freeze_panes) == (33, "C2")
    rules = {rule.formula[0]: rule.priority for block in copy.conditional_formatting for rule in block.rules}
    assert rules == {CONDITION: 1, "$A1=1": 4}
    assert book["Vacances"]["A1"].value == "a"


def test_macros_are_left_out_and_told() -> None:
    data = packed(unpacked(bytes_of(classeur())) | {"xl/vbaProject.bin": b"x"})
    copy = annotated(data, [], FICHIER)
    assert "xl/vbaProject.bin" not in unpacked(copy)
    how = load_workbook(io.BytesIO(copy))[ERRORS_TITLE]["A2"].value
    assert "ne contient pas\xa0: les macros" in how
    assert "à la place" not in how


def test_without_loss_both_ways_of_working_are_offered() -> None:
    how = copy_of(classeur())[ERRORS_TITLE]["A2"].value
    assert "à côté" in how
    assert "à la place du classeur" in how
    assert FICHIER in how


def test_a_sheet_of_that_name_that_is_not_ours_stays() -> None:
    book = copy_of(classeur().add_sheet(ERRORS_TITLE, ["les miennes"]))
    assert book[ERRORS_TITLE]["A1"].value == "les miennes"
    assert book.sheetnames[0] == ERRORS_TITLE_IF_TAKEN


# --- Once more -----------------------------------------------------------------------------------------


def test_annotating_a_copy_replaces_its_marks() -> None:
    workbook = classeur()
    workbook.book["Membres"]["B2"].comment = Comment("Vu avec Zoé", "Zoé")
    found = [finding("Membres!B2"), finding("Membres!C3", Severity.NOTE), finding("Séances")]
    once = annotated(bytes_of(workbook), found, FICHIER)
    assert annotated(once, found, FICHIER) == once
    cured = load_workbook(io.BytesIO(annotated(once, [], FICHIER)))
    assert marks(cured, "Membres") == {}
    assert cured["Membres"]["B2"].comment.text == "Vu avec Zoé"
    assert cured["Membres"]["C3"].comment is None
    assert cured.sheetnames.count(ERRORS_TITLE) == 1


def test_a_copy_is_known_even_when_it_was_corrected_since() -> None:
    copy = annotated(bytes_of(classeur()), [], FICHIER)
    assert is_copy(copy)
    assert is_untouched(copy)
    book = load_workbook(io.BytesIO(copy))
    book["Membres"]["B2"] = "corrigé"
    assert is_copy(bytes_of(book))
    assert not is_untouched(bytes_of(book))
    assert not is_copy(bytes_of(classeur()))
    assert not is_copy(b"autre chose")


def test_the_properties_of_the_workbook_stay() -> None:
    workbook = classeur()
    properties: Any = workbook.book
    properties.custom_doc_props.append(StringProperty(name="Service", value="Sécurité"))
    assert copy_of(workbook).custom_doc_props["Service"].value == "Sécurité"


@pytest.mark.parametrize("comment", ["", "Aide de l’en-tête", "Deux\nlignes"])
def test_our_words_come_off_a_comment(comment: str) -> None:
    marked = with_mark(comment, "Erreur : a\n\nErreur : b")
    assert without_marks(marked) == comment
    assert with_mark(marked, "c") == with_mark(comment, "c")
    assert without_marks(f"{marked}\nAjouté après") == f"{comment}\nAjouté après".strip()
    assert without_marks(marked.replace(END, "")) == comment


def _cases() -> list[Any]:
    found = [
        pytest.param(case["gestes"], id=f"{path.stem}: {case['nom']}")
        for path in sorted(CASES.glob("*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["cas"]
    ]
    return found[::8]  # all of them were tried; these keep the run short


@pytest.mark.parametrize("gestures", _cases())
def test_reading_the_copy_gives_the_same_findings_and_values(
    gestures: list[list[Any]], tmp_path: Path
) -> None:
    workbook = classeur()
    for verb, *arguments in gestures:
        getattr(workbook, verb)(*arguments)
    book, findings = workbook.read(tmp_path)
    (tmp_path / "copie.xlsx").write_bytes(
        annotated((tmp_path / "clspd.xlsx").read_bytes(), findings, FICHIER)
    )
    again, others = read(tmp_path / "copie.xlsx", FICHIER)
    assert told(others + council(again)[1]) == told(findings)
    values = [[row.values for rows in b.rows.values() for row in rows] for b in (book, again)]
    assert values[0] == values[1]


def test_a_workbook_of_another_format_is_rebuilt_from_what_its_sheets_show() -> None:
    grids, _ = sheets(bytes_of(classeur().sheet("Membres").set("M002", "Nom", "=Durand")), FICHIER)
    again, _ = sheets(from_grids(grids), FICHIER)
    assert [g.title for g in again] == [g.title for g in grids]
    shown = [{spot: c.value for r in g.rows.values() for spot, c in r.items()} for g in grids]
    assert [{spot: c.value for r in g.rows.values() for spot, c in r.items()} for g in again] == shown
    assert from_grids(grids) == from_grids(grids)

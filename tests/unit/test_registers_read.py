"""What the reader gives: typed rows, each knowing its cells; nothing lost, nothing read silently wrong."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from builders.classeur import classeur, told
from builders.conseils import FICHIER, registres
from clspd_docs.build.holding import blocked
from clspd_docs.domain import listes as li
from clspd_docs.domain.french import cle
from clspd_docs.origin import Place
from clspd_docs.registers.case_file import PERSONAL, TITLES, is_case_file
from clspd_docs.registers.cells import Cell as RawCell
from clspd_docs.registers.cells import clean, date_of_text, is_blank, parse, show, split
from clspd_docs.registers.example import example_rows
from clspd_docs.registers.read import read
from clspd_docs.registers.schema import Column, Layout, Type
from clspd_docs.registers.sheets import SHEETS

EXAMPLE = Path(__file__).parents[2] / "registers" / "clspd.xlsx"
at = dt.datetime  # civil hours, as a workbook holds them
HERE = Place(FICHIER, "Membres", "A2", 2, "Essai")


def test_the_example_is_read_as_it_was_written() -> None:
    book, findings = read(EXAMPLE, FICHIER)
    assert findings == []
    assert book.refused == ()
    assert {key: [dict(row.values) for row in rows] for key, rows in book.rows.items()} == example_rows()


def test_the_blank_workbook_only_lacks_what_must_be_filled_in() -> None:
    book, findings = read(EXAMPLE.with_name("clspd-vierge.xlsx"), FICHIER)
    assert {(f.code, f.place.sheet) for f in findings} == {("REG202", "Paramètres")}
    assert book.counts()["politesses"] > 20
    assert sum(book.counts().values()) == book.counts()["politesses"]


def test_every_sheet_has_its_key_even_when_nothing_is_left(tmp_path: Path) -> None:
    workbook = classeur()
    for sheet in SHEETS:
        workbook.sheet(sheet.title).remove()
    book, findings = workbook.read(tmp_path)
    assert book.rows.keys() == {sheet.key for sheet in SHEETS}
    assert told(findings) == sorted(("REG101", sheet.title) for sheet in SHEETS)


def test_a_row_knows_its_cells_wherever_its_table_stands(tmp_path: Path) -> None:
    workbook = classeur().sheet("Référents").titles("Les référents").insert_column()
    book, findings = workbook.read(tmp_path)
    assert findings == []
    origin = book.rows["referents"][1].origin
    assert origin.place("nom") == Place(FICHIER, "Référents", "F4", 4, "Nom")
    assert origin.place() == Place(FICHIER, "Référents", row=4)


def test_a_setting_knows_its_line(tmp_path: Path) -> None:
    book, _ = classeur().sheet("Paramètres").titles("Notre conseil").read(tmp_path)
    place = book.rows["parametres"][0].origin.place("population")
    assert place == Place(FICHIER, "Paramètres", "B8", 8, "Population municipale", is_line=True)


@pytest.mark.parametrize("error", ["#N/A", "#FIELD!", "#GETTING_DATA", "#AVENIR!"])
def test_an_error_value_is_told_whatever_excel_calls_it(error: str, tmp_path: Path) -> None:
    workbook = classeur().sheet("Membres").set("M004", "Fonction", error)
    next(cell for cell in workbook.here[5] if cell.value == error).data_type = "e"
    book, findings = workbook.read(tmp_path)
    assert [f.code for f in findings] == ["REG215"]
    assert book.rows["membres"][3].values["fonction"] is None


def test_columns_in_reverse_order_are_read_alike(tmp_path: Path) -> None:
    workbook = classeur()
    straight, _ = workbook.read(tmp_path)
    for sheet in SHEETS:
        if sheet.layout is Layout.TABLE:
            rows = [
                [cell.value for cell in row][::-1] for row in workbook.sheet(sheet.title).here.iter_rows()
            ]
            for number, row in enumerate(rows, 1):
                for column, value in enumerate(row, 1):
                    cell = workbook.here.cell(number, column)
                    cell.value, cell.number_format = value, "General"
    book, findings = workbook.read(tmp_path)
    assert [f for f in findings if f.code != "REG208"] == []  # dates without a format are numbers
    assert [dict(r.values) for r in book.rows["membres"]] == [
        dict(r.values) for r in straight.rows["membres"]
    ]


def test_rows_in_another_order_are_read_in_theirs(tmp_path: Path) -> None:
    rows = registres()
    rows.rows["axes"].append({**rows.row("axes", "A1"), "id": "A2"})
    rows.rows["axes"].reverse()
    book, _ = classeur(rows).read(tmp_path)
    assert [row.values["id"] for row in book.rows["axes"]] == ["A2", "A1"]


def test_dates_of_a_workbook_that_counts_from_1904_are_the_same_days(tmp_path: Path) -> None:
    workbook = classeur()
    workbook.book.epoch = CALENDAR_MAC_1904
    book, findings = workbook.read(tmp_path)
    assert findings == []
    assert book.rows["seances"][1].values["date"] == dt.date(2027, 2, 4)
    workbook.sheet("Séances").set("P-2027-02", "Date", 44960, "General")
    book, findings = workbook.read(tmp_path)
    assert told(findings) == [("REG208", "Séances!E3")]
    assert book.rows["seances"][1].values["date"] == dt.date(2027, 2, 4)


def test_hidden_sheets_are_read(tmp_path: Path) -> None:
    workbook = classeur().sheet("Politesse")
    workbook.here.sheet_state = "veryHidden"
    book, findings = workbook.read(tmp_path)
    assert findings == []
    assert book.counts()["politesses"] == 5


def test_a_cell_merged_over_two_rows_is_told_where_it_is_empty(tmp_path: Path) -> None:
    workbook = classeur().sheet("Ordre du jour").blank(3, "Séance")
    workbook.here.merge_cells("A2:A3")
    _, findings = workbook.read(tmp_path)
    assert told(findings) == [("REG118", "Ordre du jour!A3")]


def test_a_required_text_says_what_it_is_for(tmp_path: Path) -> None:
    (finding,) = classeur().sheet("Membres").blank("M002", "Fonction").read(tmp_path)[1]
    assert finding.message == (
        "Cellule vide alors qu’elle est obligatoire : un texte (comme elle doit être imprimée)."
    )


def test_the_value_found_stays_out_of_json(tmp_path: Path) -> None:
    (finding,) = classeur().sheet("Membres").set("M004", "Courriel", "secret").read(tmp_path)[1]
    assert finding.value == "secret"
    assert "secret" not in str(finding.as_json())


def test_counts_leave_the_two_record_sheets_out(tmp_path: Path) -> None:
    book, _ = classeur().read(tmp_path)
    assert "parametres" not in book.counts()
    assert "regles" not in book.counts()
    assert book.counts()["membres"] == 6


def test_no_header_of_ours_evokes_individual_situations() -> None:
    assert [c.header for s in SHEETS for c in s.columns if is_case_file(c.header)] == []
    assert [c.help for s in SHEETS for c in s.columns if is_case_file(c.help, PERSONAL)] == []
    assert [s.title for s in SHEETS if is_case_file(s.title)] == []
    for words in TITLES:
        assert is_case_file(f"Liste : {words.upper()}s")


def test_a_column_all_wrong_is_told_in_bounds_and_holds_its_sheet(tmp_path: Path) -> None:
    damaged = classeur().sheet("Membres")
    for number in range(600):
        damaged.append({"Identifiant": f"X{number}", "Collège": "(faux)"})
    findings = damaged.read(tmp_path)[1]
    assert len([f for f in findings if f.code == "REG204" and f.place.column == "Collège"]) == 500
    more = next(f for f in findings if f.code == "REG117" and f.place.column == "Collège")
    assert "100 autres cellules" in more.message.replace("\u00a0", " ")
    assert more.place.cell is None
    assert "Membres" in blocked(findings).spots


# --- One cell ------------------------------------------------------------------------------------------


def read_cell(holds: Type, raw: object, **column: object) -> object:
    value, finding = parse(Column("x", "Essai", "Aide.", holds, **column), RawCell(raw, HERE))  # type: ignore[arg-type]
    assert finding is None, finding
    return value


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("14:30", dt.time(14, 30)),
        ("14h30", dt.time(14, 30)),
        ("14 H", dt.time(14)),
        ("9 h 05", dt.time(9, 5)),
        ("9 heures", dt.time(9)),
        ("14 h 30 min", dt.time(14, 30)),
        (dt.time(14, 30, 12), dt.time(14, 30)),
        (dt.timedelta(hours=14, minutes=30), dt.time(14, 30)),
        (at(2027, 2, 4, 14, 30), dt.time(14, 30)),
        (0.0, dt.time(0)),
    ],
)
def test_an_hour_is_read_however_it_is_typed(raw: object, expected: dt.time) -> None:
    assert read_cell(Type.TIME, raw) == expected


@pytest.mark.parametrize(
    "raw",
    ["24:00", "14:60", "14.30", "midi", 14, 1.5, dt.timedelta(hours=30), at(1900, 1, 14), True],
)
def test_an_hour_in_doubt_is_refused(raw: object) -> None:
    value, finding = parse(Column("x", "Essai", "Aide.", Type.TIME), RawCell(raw, HERE))
    assert value is None
    assert finding is not None
    assert finding.code == "REG201"


@pytest.mark.parametrize(
    "text",
    [
        "4/2/2027",
        "04/02/2027",
        "04.02.2027",
        "04 02 2027",
        "2027-02-04 00:00:00",
        "4 FÉVRIER 2027",
        "Jeudi 4 février 2027",
    ],
)
def test_a_date_is_read_however_it_is_written(text: str) -> None:
    assert date_of_text(text) == dt.date(2027, 2, 4)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (12, Decimal(12)),
        (12.5, Decimal("12.5")),
        ("12,5", Decimal("12.5")),
        ("−3", Decimal(-3)),
        ("1 250", Decimal(1250)),
    ],
)
def test_a_number_is_read_however_it_is_typed(raw: object, expected: Decimal) -> None:
    assert read_cell(Type.NUMBER, raw) == expected


@pytest.mark.parametrize(
    "raw", [True, dt.date(2027, 2, 4), "NaN", "inf", float("inf"), "1_000", "12..5", "1" * 40]
)
def test_what_is_no_plain_number_is_refused(raw: object) -> None:
    value, finding = parse(Column("x", "Essai", "Aide.", Type.NUMBER), RawCell(raw, HERE))
    assert value is None
    assert finding is not None
    assert finding.code == "REG201"


def test_a_bound_is_included() -> None:
    assert read_cell(Type.INTEGER, 0, low=0, high=100) == 0
    assert read_cell(Type.INTEGER, 100, low=0, high=100) == 100


@pytest.mark.parametrize("word", ["oui", "OUI", "o", "x", "vrai", 1, 1.0, True])
def test_yes_is_read_however_it_is_typed(word: object) -> None:
    assert read_cell(Type.YES_NO, word) is True


@pytest.mark.parametrize("word", ["non", "Non", "n", "faux", 0, False])
def test_no_is_read_however_it_is_typed(word: object) -> None:
    assert read_cell(Type.YES_NO, word) is False


def test_the_nearest_value_of_a_list_is_proposed() -> None:
    column = Column("x", "Essai", "Aide.", Type.CHOICE, values=li.Qualite)
    _, finding = parse(column, RawCell("service de l'Etat ", HERE))
    assert finding is None
    _, finding = parse(column, RawCell("membre de droi", HERE))
    assert finding is not None
    assert finding.message.endswith("Vouliez-vous « membre de droit » ?")


def test_no_two_values_of_a_list_read_alike() -> None:
    for column in (c for s in SHEETS for c in s.columns if c.values):
        assert column.values is not None
        assert len({cle(v.value) for v in column.values}) == len(column.values)


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("a ; b;c", ["a", "b", "c"]),
        ("a\nb", ["a", "b"]),
        ("a, b", ["a", "b"]),
        ("a, b ; c", ["a, b", "c"]),
        (" ; ", []),
        ("a ; a", ["a"]),
    ],
)
def test_several_values_are_separated_as_people_do(raw: str, parts: list[str]) -> None:
    assert split(raw) == parts


def test_a_text_is_composed_and_its_spaces_made_ordinary() -> None:
    assert clean("E\u0301lodie\u00a0 d’Arvillac\u202f\r\n Suite\u200b ") == "Élodie d’Arvillac\nSuite"
    assert clean("e\u200b\u0301") == "é"
    assert is_blank("\u00a0\u200b\n")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (at(2027, 2, 4), "04/02/2027"),
        (at(2027, 2, 4, 14, 30), "04/02/2027 14:30"),
        (dt.date(2027, 2, 4), "04/02/2027"),
        (dt.time(14, 30), "14:30"),
        (12.0, "12"),
        (0.1 + 0.2, "0.3"),
        (True, "VRAI"),
        (None, ""),
    ],
)
def test_a_cell_is_shown_as_excel_shows_it(raw: object, shown: str) -> None:
    assert show(raw) == shown


def test_a_header_that_is_not_known_is_named_by_its_cell_alone(tmp_path: Path) -> None:
    """What is taken for headers may be a row of people: a message never quotes it."""
    findings = classeur().sheet("Membres").header("Courriel", "Berthe Kerviel").read(tmp_path)[1]
    absent = next(f for f in findings if f.code == "REG104")
    assert "Intitulés non reconnus" in absent.message
    assert "V1" in absent.message
    assert "Kerviel" not in absent.message

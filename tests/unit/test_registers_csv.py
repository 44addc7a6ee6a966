"""CSV files as people export them: any encoding, any separator, quotes in any state."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clspd_docs.errors import Stop
from clspd_docs.registers.csv_text import csv_grid, mended

TABLE = "Nom;Prénom;Fonction\r\nSAUVAGEOT;Hélène;élue déléguée\r\nROY;Zoé;trésorière\r\n"
ROWS = [["Nom", "Prénom", "Fonction"], ["SAUVAGEOT", "Hélène", "élue déléguée"], ["ROY", "Zoé", "trésorière"]]


def read(data: bytes) -> tuple[list[list[str]], list[str]]:
    """Return the rows of the grid, and the codes of its findings."""
    grid, findings = csv_grid(data, "liste.csv")
    rows = [[shown.value for shown in cells.values()] for cells in grid.rows.values()]
    return rows, [f.code for f in findings]


def stopped(data: bytes) -> str:
    """Return the code that refuses the file."""
    with pytest.raises(Stop) as stop:
        csv_grid(data, "liste.csv")
    return stop.value.finding.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_is_read_without_a_word(encoding: str) -> None:
    assert read(TABLE.encode(encoding)) == (ROWS, [])


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850", "utf-16", "utf-16-le", "utf-16-be"])
def test_another_encoding_is_recognised_and_told(encoding: str) -> None:
    assert read(TABLE.encode(encoding)) == (ROWS, ["REG134"])


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_the_one_that_makes_a_table(separator: str) -> None:
    text = TABLE.replace(";", separator).replace("élue déléguée", '"élue, déléguée ; conseil|ère"')
    rows, codes = read(text.encode())
    assert (len(rows), {len(row) for row in rows}, codes) == (3, {3}, [])


def test_a_comma_inside_addresses_does_not_beat_the_semicolon() -> None:
    text = "Nom;Adresse\n" + "ROY;3, rue du Port, 72000 Le Mans\n" * 5
    assert read(text.encode())[0][1] == ["ROY", "3, rue du Port, 72000 Le Mans"]


def test_the_sep_line_of_excel_is_obeyed_and_is_no_row() -> None:
    grid, _ = csv_grid(b"sep=,\r\nNom,Mail\r\nROY,a;b\r\n", "liste.csv")
    assert [c.value for c in grid.rows[1].values()] == ["Nom", "Mail"]


def test_old_macintosh_line_ends_make_rows() -> None:
    assert read(TABLE.replace("\r\n", "\r").encode("mac_roman"))[0] == ROWS


def test_a_quoted_cell_may_hold_lines_quotes_and_separators() -> None:
    rows, codes = read(b'Nom;Adresse\n"ROY ""Z""";"3 rue; B\n72000 Le Mans"\n')
    assert (rows[1], codes) == (['ROY "Z"', "3 rue; B\n72000 Le Mans"], [])


def test_an_unclosed_quote_swallows_no_row() -> None:
    rows, codes = read(b'Nom;Mail\n"ROY;a@b.fr\nPETIT;c@d.fr\n')
    assert rows == [["Nom", "Mail"], ['"ROY', "a@b.fr"], ["PETIT", "c@d.fr"]]
    assert codes == ["REG133"]


def test_the_trick_that_keeps_a_zero_is_undone() -> None:
    assert read(b'CP;Ville\n="01000";Bourg\n')[0][1] == ["01000", "Bourg"]


@pytest.mark.parametrize("word", ["Hélène", "à Évry", "garçon", "cœur", "l’été", "Noël", "forêt"])
def test_mangled_accents_are_put_right(word: str) -> None:
    once = word.encode().decode("latin-1") if "\x8f" in word else word.encode().decode("cp1252", "replace")
    if "\ufffd" not in once:
        assert mended(once) == word
        twice = once.encode().decode("cp1252", "replace")
        assert "\ufffd" in twice or mended(twice) == word


def test_mangled_accents_are_told_with_their_cell() -> None:
    grid, findings = csv_grid("Nom\nHÃ©lÃ¨ne\n".encode(), "liste.csv")
    assert grid.rows[2][1].value == "Hélène"
    assert [(f.code, f.place.cell, f.value) for f in findings] == [("REG135", "A2", "HÃ©lÃ¨ne")]


@given(st.text())
def test_a_text_in_good_french_is_never_changed(text: str) -> None:
    kept = "".join(c for c in text if c not in "ÃÂâÅ")
    assert mended(kept) == kept


def test_a_row_pushed_beyond_the_others_is_told() -> None:
    grid, findings = csv_grid(b"Nom;Rue\nROY;3 rue A\nPETIT;12 ; rue B\nLE;4 rue C\n", "liste.csv")
    assert [(f.code, f.place.row) for f in findings] == [("REG136", 3)]
    assert grid.rows[3][3].value == " rue B"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "REG130"),
        (b"\r\n;;;\r\n", "REG130"),
        (b"\xef\xbb\xbf", "REG130"),
        (b"Nom;Mail\nA\x00B;c@d.fr\n", "REG131"),
        (bytes(range(256)) * 50, "REG131"),
        (b"<html><table>", "REG131"),
        (b"%PDF-1.7 text", "REG131"),
        (b'{\n "feuilles": [1, 2]}', "REG131"),
        (TABLE.encode("utf-16")[:-1], "REG131"),
        (b"x" * (33 * 2**20), "REG132"),
        (b"a;b;c;d\n" * 200_000, "REG132"),
        (b"Nom;Mail\n" + b"x" * 200_000 + b";a@b.fr\n", "REG132"),
    ],
    ids=[
        "empty",
        "blank",
        "mark-only",
        "nul",
        "binary",
        "html",
        "pdf",
        "json",
        "cut",
        "heavy",
        "cells",
        "long-cell",
    ],
)
def test_a_file_that_is_no_table_is_refused_by_name_and_at_once(data: bytes, code: str) -> None:
    start = time.perf_counter()
    assert stopped(data) == code
    assert time.perf_counter() - start < 5


@given(st.binary(max_size=300))
def test_any_bytes_give_a_grid_or_a_named_refusal(data: bytes) -> None:
    told = None
    try:
        grid, _ = csv_grid(data, "liste.csv")
        assert grid.rows
        assert grid.title == "liste"
    except Stop as stop:
        told = stop.finding.code
    assert told in {None, "REG130", "REG131", "REG132"}

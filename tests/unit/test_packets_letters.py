"""The letters of a PDF, however its pages write them; ``tests/office`` compares them with another reader's."""

from __future__ import annotations

import time

import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from builders.pdf import Builder, opened, pdf, saved
from clspd_docs.packets.letters import Letters, annex_letters, page_letters, squeezed


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("Été  2026 :\u00a0l’œuvre", "ete2026loeuvre"),
        ("e\u0301te\u0301", "ete"),
        ("\ufb01che ef\ufb01cace", "ficheefficace"),
        ("pré-\nvention, pré\u00advention", "preventionprevention"),
        ("« 1\u202f200 € »", "1200"),
        ("snake_case", "snakecase"),
    ],
)
def test_squeezing_keeps_letters_and_digits_alone(text: str, letters: str) -> None:
    assert squeezed(text) == letters


def written(content: str) -> Letters:
    builder = Builder()
    builder.page(content=content)
    return page_letters(builder.bytes())[0]


@pytest.mark.parametrize(
    "content",
    [
        "BT /F1 11 Tf (Convocation) Tj ET",
        "BT /F1 11 Tf [(Con) -20 (vo) 3.5 (cation)] TJ ET",
        "BT /F1 11 Tf <436f6e766f6361 74696f6e> Tj ET",
        "BT /F1 11 Tf [<436f6e>-20<766f636174696f6e>]TJ ET",
        "BT /F1 11 Tf (Con\\166oca\\\ntion) Tj ET",
        "BT /F1 11 Tf (Con\\(v\\)o\\\\ca) Tj (ti(o(n))) Tj ET",
        "/P<</MCID 0/ActualText<FEFF0058>>>BDC BT /F1 11 Tf (Convocation) Tj ET EMC",
        "q BT /F1 11 Tf ET q Q BT (Convocation) Tj ET Q",
        "BT /F1 11 Tf (Con) Tj ET BI /W 1 /H 1 /BPC 8 /CS /G ID (( EI BT /F1 9 Tf (vocation) Tj ET",
    ],
)
def test_letters_are_read_whatever_the_way_they_are_written(content: str) -> None:
    assert written(content) == Letters("convocation", "")


@pytest.mark.parametrize(
    "mark", ["/Artifact BMC", "/Artifact <</Type /Pagination>> BDC", "/Artifact /MC0 BDC"]
)
def test_headers_and_footers_are_read_apart(mark: str) -> None:
    content = f"{mark} BT /F1 9 Tf (Haut) Tj /Span BMC (de page) Tj EMC ET EMC BT /F1 9 Tf (Texte) Tj ET"
    assert written(content) == Letters("texte", "hautdepage")


def test_what_a_form_draws_is_read_and_a_form_that_draws_itself_ends() -> None:
    builder = Builder()
    page = builder.page(content="BT /F1 9 Tf (a) Tj ET /Fm Do")
    form = builder.pdf.make_stream(b"BT /F1 9 Tf (b) Tj ET /Fm Do", Type=Name.XObject, Subtype=Name.Form)
    form.Resources = Dictionary(Font=page.obj.Resources.Font, XObject=Dictionary(Fm=form))
    page.obj.Resources.XObject = Dictionary(Fm=form)
    assert page_letters(builder.bytes()) == [Letters("abbbbbbbb", "")]


def without_encoding() -> Pdf:
    source = opened(pdf("Convocation"))
    del source.pages[0].obj.Resources.Font.F1.Encoding
    return source


def test_file_whose_font_does_not_say_its_letters_is_left_to_another_reader() -> None:
    assert page_letters(saved(without_encoding())) == [Letters("convocation", "")]


def test_annex_is_read_as_far_as_its_fonts_say_and_never_left_to_another_reader() -> None:
    assert annex_letters(opened(pdf("Un", "Deux"))) == ["un", "deux"]
    assert annex_letters(without_encoding()) == [""]


def test_known_pages_are_taken_as_they_are() -> None:
    assert page_letters(pdf("Un", "Deux"), {1: Letters("autre", "")})[1].body == "autre"


@pytest.mark.parametrize("piece", ["<<", "(a", "((", "<41", "/Artifact <<", "BI x ID ", "[<41"])
def test_content_that_never_closes_is_read_in_bounded_time(piece: str) -> None:
    source = opened(pdf("a"))
    source.pages[0].obj.Contents = source.make_stream(piece.encode() * 100_000)
    start = time.perf_counter()
    annex_letters(source)
    assert time.perf_counter() - start < 10


def test_content_in_several_streams_is_one() -> None:
    source = opened(pdf("a"))
    parts = [source.make_stream(part) for part in (b"BT /F1 9 Tf", b"(Bonjour) Tj ET")]
    source.pages[0].obj.Contents = Array(parts)
    assert page_letters(saved(source)) == [Letters("bonjour", "")]

"""The copy room's batch, the address in the window, the labels."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace

import pypdf
import pytest

from builders.pdf import Builder, opened, pdf
from clspd_docs.origin import Place
from clspd_docs.packets.check import faults
from clspd_docs.packets.envelopes import WINDOWS, window_faults
from clspd_docs.packets.labels import SHEETS, labels
from clspd_docs.packets.printing import Batch, Count, Mail, copy_room
from clspd_docs.packets.spec import PacketSpec, Part
from clspd_docs.packets.text_places import MM, lines

SPEC = PacketSpec(
    "Convocations", "CLSPD", "", dt.datetime(2027, 1, 20, 12, tzinfo=dt.UTC), numbering="{page}"
)
PLACE = Place("registers/clspd.xlsx", "Membres", "D14", 14)
POST, HAND = "Courrier simple", "Remise en main propre"
ADDRESS = ("Madame Anne Petit", "12 RUE DES TILLEULS", "99340 EVRIGNY")


def mail(key: str, channel: str, *address: str, pages: int = 1) -> Mail:
    return Mail(Part(key, f"Lettre {key}", pdf(*[f"lettre {key}"] * pages)), channel, address)


def texts(data: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def batch() -> Batch:
    mails = [
        mail("a", HAND),
        mail("b", POST, "M. B", "3 RUE HAUTE", "99340 EVRIGNY", pages=3),
        mail("c", POST, "M. C", "1 RUE BASSE", "99340 EVRIGNY"),
        mail("d", POST, "M. D", "9 RUE HAUTE", "99000 CASTELNOY"),
        mail("e", POST),
    ]
    return copy_room(SPEC, mails, [POST, "Lettre recommandée", HAND])


def test_letters_stand_by_channel_then_postcode_town_and_street() -> None:
    keys = [part.key for part in batch().packet.parts]
    assert keys == ["bon-de-tirage", "separation-1", "d", "c", "b", "e", "separation-2", "a"]


def test_every_letter_and_sheet_starts_on_the_front_and_leaves_unmarked() -> None:
    made = batch().packet
    assert all(part.first_page % 2 for part in made.parts)
    shown = texts(made.pdf)
    assert [shown[part.first_page - 1].strip() for part in made.parts if part.key in "abcde"] == [
        f"lettre {key}" for key in "dcbea"
    ]
    assert faults(replace(SPEC, numbering="", recto=True), made) == []
    assert [
        item.title for item in pypdf.PdfReader(io.BytesIO(made.pdf)).outline if not isinstance(item, list)
    ] == [
        "Bon de tirage",
        POST,
        HAND,
    ]


def test_counts_of_the_first_sheet_are_those_of_the_letters() -> None:
    made = batch()
    assert made.counts == (Count(POST, 4, 6, 5), Count(HAND, 1, 1, 1))
    first = texts(made.packet.pdf)[0].replace("\xa0", " ")
    assert "Courrier simple : 4 plis, 6 pages, 5 feuilles recto verso" in first
    assert "En tout : 5 plis, 7 pages, 6 feuilles recto verso" in first
    assert "Plus 3 feuilles" in first


def test_channel_that_nobody_ordered_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError):
        copy_room(SPEC, [mail("a", "Pigeon")], [POST])


def letter(*placed: tuple[str, float, float]) -> bytes:
    """Return a letter with texts of 10 points at mm from the top left corner."""
    builder = Builder()
    drawn = "".join(
        f"BT /F1 10 Tf 1 0 0 1 {x * MM:.2f} {842 - y * MM:.2f} Tm ({text}) Tj ET\n" for text, x, y in placed
    )
    page = builder.page(content=f"/P<</MCID 0>>BDC\n{drawn}EMC\n")
    font = page.obj.Resources.Font.F1
    font.FirstChar, font.Widths = 32, [500] * 95
    return builder.bytes()


def written(*others: tuple[str, float, float], left: float = 110, top: float = 55) -> bytes:
    return letter(*((text, left, top + 5 * number) for number, text in enumerate(ADDRESS)), *others)


def found(data: bytes, window: str = "DL") -> list[str]:
    told = window_faults(data, ADDRESS, WINDOWS[window], PLACE)
    assert not any("{" in finding.message + finding.remedy for finding in told)
    return [finding.code for finding in told]


def test_address_that_the_window_shows_wherever_the_letter_lies_is_right() -> None:
    letterhead = ("Mairie", 25.0, 15.0)
    same_words_elsewhere = ("99340 EVRIGNY", 25.0, 20.0)
    assert found(written(letterhead, same_words_elsewhere)) == []
    assert found(written(letterhead, top=58), "C5") == ["DOS221"]
    assert found(written(letterhead, top=60), "C5") == []


@pytest.mark.parametrize(("left", "top"), [(98, 55), (160, 55), (110, 46), (110, 70)])
def test_address_that_an_edge_may_hide_is_told(left: float, top: float) -> None:
    assert found(written(left=left, top=top)) == ["DOS221"]


def test_other_text_that_may_be_seen_is_told_with_its_place() -> None:
    assert found(written(("Objet : mise en demeure", 95.0, 85.0))) == ["DOS222"]
    assert found(written(("Objet : mise en demeure", 95.0, 96.0))) == []


def test_address_that_is_not_printed_is_told() -> None:
    assert found(letter(("Madame Anne Petit", 110.0, 55.0))) == ["DOS223"]


def test_runs_of_one_line_are_read_together_and_columns_apart() -> None:
    content = (
        "q 1 0 0 1 10 20 cm BT /F1 10 Tf 100 700 Td [(Ma) -200 (dame)] TJ 12 TL T* (dessous) Tj ET Q "
        "BT 12 TL /F1 10 Tf 1 0 0 1 400 720 Tm (droite) Tj 3 Tc 120 Tz (loin) ' ET"
    )
    builder = Builder()
    page = builder.page(content=content)
    page.obj.Resources.Font.F1.FirstChar, page.obj.Resources.Font.F1.Widths = 32, [500] * 95
    with opened(builder.bytes()) as made:
        shown = lines(made.pages[0])
    assert [line.text for line in shown] == ["Madame", "droite", "dessous", "loin"]
    assert [round(line.left * MM) for line in shown] == [110, 400, 110, 400]
    assert shown[0].right * MM == pytest.approx(110 + 6 * 5 + 2)
    assert shown[3].right * MM == pytest.approx(400 + 4 * (5 + 3) * 1.2)


@pytest.mark.parametrize("name", SHEETS)
def test_labels_fill_the_sheet_inside_their_edges(name: str) -> None:
    sheet = SHEETS[name]
    by_sheet = sheet.columns * sheet.rows
    long = ("Service départemental à la jeunesse, à l’engagement et aux sports", *ADDRESS)
    data = labels("Étiquettes", [long] * (by_sheet + 1), sheet, skipped=2)
    with opened(data) as made:
        pages = [lines(page) for page in made.pages]
    assert [len(page) for page in pages] == [(by_sheet - 2) * 5, 3 * 5]
    for line in pages[0]:
        column = round((line.left - sheet.left - 3) / sheet.step_x)
        left = sheet.left + column * sheet.step_x
        row = int((line.top - sheet.top) / sheet.step_y)
        assert left + 2.9 < line.left < line.right < left + sheet.width - 2.9
        assert sheet.top + row * sheet.step_y < line.top < line.bottom < sheet.top + (row + 1) * sheet.step_y
    assert sheet.left + sheet.step_x * (sheet.columns - 1) + sheet.width < 210
    assert sheet.top + sheet.step_y * sheet.rows < 297


def test_no_address_makes_no_sheet_of_labels() -> None:
    with pytest.raises(ValueError):
        labels("Étiquettes", [], SHEETS["L7160"])

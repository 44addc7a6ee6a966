"""Real letters in their envelopes, and sheets for the copy room judged by veraPDF."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]  # it publishes no types
import pytest

from builders.pdf import opened
from clspd_docs.origin import Place
from clspd_docs.packets.envelopes import WINDOWS, window_faults
from clspd_docs.packets.labels import SHEETS, labels
from clspd_docs.packets.printing import Mail, copy_room
from clspd_docs.packets.spec import PacketSpec, Part
from clspd_docs.packets.text_places import MM, Line, lines
from conftest import Built
from office.verapdf import failures

pytestmark = pytest.mark.office

SPEC = PacketSpec("Convocations", "CLSPD", "", dt.datetime(2027, 1, 20, 12, tzinfo=dt.UTC))


@pytest.fixture(scope="module")
def letters(built: Built) -> dict[str, bytes]:
    paths = sorted((built.output / "documents").glob("convocation-pleniere-*.pdf"))[:6]
    assert len(paths) == 6
    return {path.stem: path.read_bytes() for path in paths}


def first_lines(letter: bytes) -> list[Line]:
    with opened(letter) as pdf:
        return lines(pdf.pages[0])


def address(letter: bytes) -> tuple[str, ...]:
    return tuple(line.text for line in first_lines(letter) if 105 < line.left < 115 and 45 < line.top < 86)


def test_lines_stand_where_another_library_sees_them(letters: dict[str, bytes]) -> None:
    letter = letters[min(letters)]
    page = pypdfium2.PdfDocument(letter)[0]
    reader, high = page.get_textpage(), page.get_height()
    for line in first_lines(letter):
        box = (line.left * MM, high - line.bottom * MM, line.right * MM, high - line.top * MM)
        seen = reader.get_text_bounded(*box)
        assert "".join(line.text.split()) in "".join(seen.split())


def test_addresses_of_the_shipped_letter_show_in_the_window(letters: dict[str, bytes]) -> None:
    for letter in letters.values():
        lines_ = address(letter)
        assert len(lines_) >= 4
        for name in ("DL", "C6/5"):
            codes = {each.code for each in window_faults(letter, lines_, WINDOWS[name], Place("a"))}
            assert codes <= {"DOS221", "DOS222"}


def test_batch_and_labels_pass_both_norms(letters: dict[str, bytes], tmp_path: Path) -> None:
    mails = [
        Mail(Part(key, key, data, owner=key[-4:]), ("Courrier", "Recommandé")[number % 2], address(data))
        for number, (key, data) in enumerate(letters.items())
    ]
    batch = copy_room(SPEC, mails, ["Recommandé", "Courrier"])
    assert batch.packet.claims == ("PDF/A-2b", "PDF/UA-1")
    made = {
        "tirage": batch.packet.pdf,
        "etiquettes": labels("Étiquettes", [mail.address for mail in mails], SHEETS["L7160"]),
    }
    for name, data in made.items():
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(data)
        assert {flavour: failures(path, flavour) for flavour in ("2b", "ua1")} == {"2b": {}, "ua1": {}}, name
    assert len(opened(io.BytesIO(made["etiquettes"]).getvalue()).pages) == 1

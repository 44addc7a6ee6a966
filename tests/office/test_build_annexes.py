"""Annexes of every kind on their way into the packet of a session, with a real LibreOffice."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from PIL import Image
from pypdf import PdfReader

from builders.docx import template
from builders.pdf import pdf
from conftest import TODAY, Built, run_json
from office.verapdf import failures

pytestmark = [pytest.mark.office, pytest.mark.xdist_group("example")]

PACKET = "sorties/P-2027-02/dossiers/seance.pdf"


@pytest.fixture
def copy(built: Built, tmp_path: Path) -> Path:
    """A copy of the built folder, to be changed."""
    return Path(shutil.copytree(built.root, tmp_path / "copie"))


def build(root: Path) -> dict[str, Any]:
    return run_json("-C", str(root), "--date", TODAY.isoformat(), "build", "--etape", "seance")


def give(root: Path, name: str, data: bytes, description: str | None = None) -> None:
    """Replace the example's annex by ``data``."""
    (root / "annexes" / "bilan-2026.pdf").unlink()
    (root / "annexes" / name).write_bytes(data)
    path = root / "registers" / "clspd.xlsx"
    book = openpyxl.load_workbook(path)
    grid = book["Ordre du jour"]
    columns = {str(cell.value): number for number, cell in enumerate(grid[1], 1)}
    row = next(r for r in range(2, grid.max_row + 1) if grid.cell(r, columns["Pièce jointe"]).value)
    grid.cell(row, columns["Pièce jointe"]).value = name
    grid.cell(row, columns["Description de la pièce"]).value = description
    book.save(path)


def codes(answer: dict[str, Any]) -> list[str]:
    return sorted(f["code"] for f in answer["findings"] if f["code"].startswith(("DOS", "PDF")))


def packet(answer: dict[str, Any]) -> dict[str, Any]:
    (found,) = answer["packets"]
    assert isinstance(found, dict)
    return found


def paper(*, picture: bool = False) -> bytes:
    made = docx.Document()
    made.add_heading("Bilan du dispositif", 1)
    made.add_paragraph("Un texte de l’annexe, écrit dans Word.")
    if picture:
        image = io.BytesIO()
        Image.new("RGB", (40, 40), "blue").save(image, "PNG")
        image.seek(0)
        made.add_picture(image)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def test_word_file_is_converted_once_and_its_packet_passes_both_norms(copy: Path) -> None:
    give(copy, "bilan.docx", paper())
    answer = build(copy)
    assert (answer["exit"], codes(answer)) == (0, [])
    assert packet(answer)["claims"] == ["PDF/A-2b", "PDF/UA-1"]
    assert {failures(copy / PACKET, flavour) == {} for flavour in ("2b", "ua1")} == {True}
    first = packet(answer)["parts"][-1]["first_page"]
    assert "écrit dans Word" in PdfReader(copy / PACKET).pages[first - 1].extract_text().replace(
        "\u00a0", " "
    )
    again = build(copy)
    assert (again["converter_starts"], packet(again)["state"]) == (0, "unchanged")


def test_word_file_with_a_picture_that_nobody_described_lowers_the_claim(copy: Path) -> None:
    give(copy, "bilan.docx", paper(picture=True))
    answer = build(copy)
    assert "DOS215" in codes(answer)
    assert packet(answer)["claims"] == ["PDF/A-2b"]


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def tracked() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template("a"))) as before, zipfile.ZipFile(buffer, "w") as after:
        for each in before.namelist():
            data = before.read(each)
            mark = b'<w:ins w:id="1" w:author="x"><w:r><w:t>b</w:t></w:r></w:ins></w:p>'
            after.writestr(each, data.replace(b"</w:p>", mark, 1) if each == "word/document.xml" else data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "made",
    [
        tracked,
        lambda: with_member(template("a"), "word/vbaProject.bin", b"x"),
        lambda: with_member(template("a"), "word/media/a.bin", bytes(150_000_000)),
        lambda: template("a")[:-200] + b"word/document.xml",
    ],
    ids=["tracked changes", "macros", "bomb", "cut short"],
)
def test_word_file_that_cannot_be_trusted_holds_the_packet_and_is_not_opened(
    copy: Path, made: Callable[[], bytes]
) -> None:
    give(copy, "bilan.docx", made())
    answer = build(copy)
    assert packet(answer)["state"] == "held"
    assert set(codes(answer)) <= {"DOS214", "DOS209", "DOS202"}
    assert codes(answer) != []
    assert answer["converter_starts"] == 0


def test_image_is_described_by_the_register(copy: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (300, 200), "green").save(buffer, "PNG")
    give(copy, "carte.png", buffer.getvalue(), "Carte : les six points de collecte sont au nord.")
    answer = build(copy)
    assert (answer["exit"], codes(answer)) == (0, [])
    assert packet(answer)["claims"] == ["PDF/A-2b", "PDF/UA-1"]
    assert failures(copy / PACKET, "ua1") == {}


def test_pages_without_tags_are_told_or_presented_as_pictures_as_the_catalogue_says(copy: Path) -> None:
    scan = PdfReader(io.BytesIO(pdf("Bilan", tagged=False)))
    assert "/StructTreeRoot" not in scan.root_object
    give(copy, "scan.pdf", pdf("Bilan", tagged=False))
    assert "DOS210" in codes(build(copy))
    catalogue = copy / "templates_docx" / "catalogue.toml"
    text = catalogue.read_text(encoding="utf-8")
    line = 'code = "seance"\n'
    assert line in text
    catalogue.write_text(text.replace(line, f'{line}annexes_sans_balises = "images"\n'), encoding="utf-8")
    assert {"DOS211", "DOS212"} & set(codes(build(copy)))

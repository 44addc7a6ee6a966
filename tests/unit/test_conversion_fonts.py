from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Pt

from clspd_docs.conversion import fonts
from clspd_docs.conversion.find import OfficeProgram
from clspd_docs.conversion.fonts import docx_families, missing_fonts


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with two fonts."""

    def installed(program: OfficeProgram | None) -> Iterator[str]:
        assert program is None
        yield from ("Carlito", "DejaVu Sans")

    monkeypatch.setattr(fonts, "_installed", installed)
    monkeypatch.setattr(fonts, "_stand_in", lambda _: "DejaVu Sans")


@pytest.mark.usefixtures("machine")
def test_an_absent_family_is_reported_with_its_stand_in() -> None:
    (finding,) = missing_fonts(["Marianne", "DejaVu Sans", "Marianne"])
    assert (finding.code, finding.is_error) == ("ENV105", False)
    assert "Marianne" in finding.message
    assert "DejaVu Sans" in finding.message
    assert "Marianne" in finding.place.french()


@pytest.mark.usefixtures("machine")
def test_a_twin_of_the_same_widths_is_as_good_either_way() -> None:
    assert missing_fonts(["Calibri", "Carlito"]) == []
    assert [dict(f.facts)["police"] for f in missing_fonts(["Caladea", "Cambria"])] == ["Caladea", "Cambria"]


def test_the_fonts_of_this_machine_are_listed() -> None:
    (finding,) = missing_fonts(["Aucune Police De Ce Nom"])
    assert dict(finding.facts)["remplacante"]


def test_the_fonts_that_libreoffice_brings_are_present(tmp_path: Path) -> None:
    folder = tmp_path / "share" / "fonts" / "truetype"
    folder.mkdir(parents=True)
    (folder / "MaPolice-BoldItalic.ttf").touch()
    program = OfficeProgram(tmp_path / "program" / "soffice", "25.2", "")
    assert missing_fonts(["Ma Police", "Wingdings"], program) == []
    assert len(missing_fonts(["Ma Police"])) == 1


def test_the_families_of_the_text_are_found(tmp_path: Path) -> None:
    """Runs, headers, tables and used styles count; unused styles and Eastern fonts do not."""
    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.name = "Carlito"
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "MS Mincho")
    for style, family in (
        ("Quote", "Unused"),
        ("Title", "Marianne & Cie"),
        ("Subtitle", "Base of a heading"),
    ):
        document.styles[style].font.name = family
        for slot in ("w:asciiTheme", "w:hAnsiTheme"):  # they would win
            document.styles[style].element.rPr.rFonts.attrib.pop(qn(slot), None)
    document.styles["Heading 2"].base_style = document.styles["Subtitle"]
    document.add_paragraph("Titre", style="Title")
    document.add_paragraph("Sous-titre", style="Heading 2")
    document.add_paragraph().add_run("mot").font.name = "Run Font"
    document.sections[0].header.paragraphs[0].add_run("en-tête").font.name = "Header Font"
    document.add_paragraph().add_run("petit").font.size = Pt(8)
    document.save(str(tmp_path / "a.docx"))

    found = docx_families(tmp_path / "a.docx")

    expected = {"Carlito", "Marianne & Cie", "Base of a heading", "Run Font", "Header Font"}
    assert found >= expected
    assert found.isdisjoint({"Unused", "MS Mincho"})
    assert found - expected <= {"Calibri", "Cambria"}  # of the theme, through headings and defaults


def test_a_file_that_is_not_word_asks_for_no_font(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_text("<html>", encoding="utf-8")
    assert docx_families(tmp_path / "a.docx") == frozenset()
    assert docx_families(tmp_path / "absent.docx") == frozenset()

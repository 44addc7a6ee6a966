"""Native drawings through a real LibreOffice: vectors, whole texts, one figure with its alternative text."""

from __future__ import annotations

import datetime as dt
import io
import re
import subprocess
import zipfile
from pathlib import Path

import pikepdf
import pytest
from lxml import etree

from builders.docx import Docx
from clspd_docs.conversion.engine import Job
from clspd_docs.conversion.find import find_office
from clspd_docs.conversion.libreoffice import LibreOffice
from clspd_docs.desk.example import example_council
from clspd_docs.documents.contexts import Plan
from clspd_docs.documents.drawings import Drawings
from clspd_docs.domain.drawings import BarChart, Diagram
from clspd_docs.origin import Place
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.figures import describe
from clspd_docs.packets.spec import PDFA, PDFUA, Packet, PacketSpec, Part
from clspd_docs.packets.structure import as_list, elements
from clspd_docs.templates.drawings import drawn, place_drawings, with_chart_types
from clspd_docs.templates.parts import CONTENT_TYPES, parse
from office.verapdf import failures

pytestmark = pytest.mark.office

JOUR = dt.date(2026, 12, 1)
NAMES = ("gouvernance", "actions-par-axe", "indicateurs-A1", "indicateurs-A3")
BODY, LINKS = "word/document.xml", "word/_rels/document.xml.rels"


def drawings() -> Drawings:
    return Drawings(Plan(conseil=example_council(), jour=JOUR))


def document() -> bytes:
    """Return a Word file that shows each drawing, a paragraph before and after."""
    docx = Docx().title("Essai des dessins").heading("Les dessins").paragraph("Texte d’avant.")
    for name in NAMES:
        docx.picture(f"dessin:{name}|Le dessin {name}", 16, 15).paragraph(f"Texte après {name}.")
    with zipfile.ZipFile(io.BytesIO(docx.build())) as package:
        members = {name: package.read(name) for name in package.namelist()}
    placed = place_drawings(
        etree.tostring(parse(members[BODY]), encoding="unicode"), drawings(), Place("x.docx")
    )
    assert placed.findings == []
    members |= placed.members
    members[BODY] = placed.xml.encode()
    members[LINKS] = placed.relations(members[LINKS])
    members[CONTENT_TYPES] = with_chart_types(members[CONTENT_TYPES], placed.members)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, raw in members.items():
            package.writestr(name, raw)
    return stream.getvalue()


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The PDF of :func:`document`, its drawings described."""
    folder = tmp_path_factory.mktemp("dessins")
    docx, pdf = folder / "x.docx", folder / "x.pdf"
    docx.write_bytes(document())
    with LibreOffice(find_office()) as office:
        (result,) = office.convert([Job("x", "x.docx", docx, pdf)])
    assert result.finding is None
    describe(pdf, drawn(docx.read_bytes()))
    return pdf


@pytest.fixture(scope="module")
def packet(described: Path) -> Packet:
    spec = PacketSpec("Essai", "Ville", "", dt.datetime(2026, 12, 1, tzinfo=dt.UTC))
    return assemble(spec, [Part("x", "Essai", described.read_bytes())])


def words(text: str) -> str:
    """Return the letters and figures of a text: lines and spaces are the converter's."""
    return re.sub(r"[\s\u00a0\u202f]+", "", text)


def test_drawings_stay_vectors(described: Path) -> None:
    done = subprocess.run(["pdfimages", "-list", described], check=True, capture_output=True)
    assert len(done.stdout.splitlines()) == 2  # the two lines of the header


def test_every_text_of_a_drawing_can_be_read_in_the_pdf(described: Path) -> None:
    done = subprocess.run(["pdftotext", "-raw", described, "-"], check=True, capture_output=True)
    shown = words(done.stdout.decode())
    for name in NAMES:
        drawing = drawings()[name]
        if isinstance(drawing, Diagram):
            boxes = (*drawing.chain, *drawing.leaves)
            texts = [drawing.leaves_title, *(text for box in boxes for text in (box.title, *box.lines))]
        else:
            texts = [*drawing.labels, *drawing.notes, *(series.label for series in drawing.series)]
        assert [text for text in texts if words(text) not in shown] == []


def test_each_drawing_is_one_figure_with_its_text_where_it_is_read(packet: Packet) -> None:
    with pikepdf.open(io.BytesIO(packet.pdf)) as pdf:
        found = list(elements(as_list(pdf.Root.StructTreeRoot.K)))
        figures = [element for element in found if element.get("/S") == pikepdf.Name.Figure]
        assert [str(figure.Alt) for figure in figures] == [
            f"Le dessin {name}. {drawings()[name].sentence}" for name in NAMES
        ]
        # Between the paragraphs that stand around it, not at the end of the page.
        shapes = [element for element in found if element.get("/S") == pikepdf.Name.Span and "/A" in element]
        assert all(shape.P.is_same_object_as(figures[0]) for shape in shapes)
        siblings = as_list(figures[0].P.P.K)
        place = next(i for i, kid in enumerate(siblings) if kid.is_same_object_as(figures[0].P))
        assert 0 < place < len(siblings) - 1


def test_a_document_with_drawings_is_an_accessible_archive(packet: Packet, tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(packet.pdf)
    assert packet.findings == ()
    assert packet.claims == (PDFA, PDFUA)
    assert failures(tmp_path / "x.pdf", "ua1") == {}
    assert failures(tmp_path / "x.pdf", "2b") == {}


def test_a_pdf_described_again_or_without_drawings_is_left_as_it_is(described: Path, tmp_path: Path) -> None:
    copy = tmp_path / "x.pdf"
    copy.write_bytes(described.read_bytes())
    describe(copy, ())
    assert copy.read_bytes() == described.read_bytes()
    describe(copy, drawn(document()))
    with pikepdf.open(copy) as once, pikepdf.open(described) as twice:
        trees = [
            [str(e.get("/Alt", e.S)) for e in elements(as_list(pdf.Root.StructTreeRoot.K))]
            for pdf in (once, twice)
        ]
    assert trees[0] == trees[1]


def test_a_chart_of_the_example_shows_every_action() -> None:
    chart = drawings()["actions-par-axe"]
    assert isinstance(chart, BarChart)
    total = sum(value or 0 for series in chart.series for value in series.values)
    assert total == len(example_council().actions)

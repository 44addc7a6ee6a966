"""Many letters in one conversion, cut apart: nothing of them tells that they were not converted alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pypdfium2  # type: ignore[import-untyped]  # it publishes no types
import pytest
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm
from PIL import Image, ImageChops

from clspd_docs.build.holding import blocked
from clspd_docs.build.loading import Loaded
from clspd_docs.build.produce import Made, Studio
from clspd_docs.conversion.engine import Job
from clspd_docs.conversion.find import find_office
from clspd_docs.conversion.libreoffice import LibreOffice
from clspd_docs.documents.plan import find_session, plan_session
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.spec import PDFA, PDFUA, Packet, PacketSpec, Part
from clspd_docs.packets.split import Cut, split
from clspd_docs.packets.structure import as_list
from clspd_docs.templates.splice import Spliced, splice
from conftest import TODAY
from office.verapdf import failures

pytestmark = pytest.mark.office

Convert = Callable[..., bytes]
NAMES = ("Anne Durand", "Zoé Lefèvre", "Œdipe Ÿ. d’Haÿ", "Bilal Kacem")


@pytest.fixture(scope="module")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Convert]:
    """Convert a Word file with one LibreOffice for the whole module."""
    folder = tmp_path_factory.mktemp("fusion")
    with LibreOffice(find_office()) as office:

        def one(data: bytes, *, merged: bool = False) -> bytes:
            path = folder / "x.docx"
            path.write_bytes(data)
            (result,) = office.convert([Job("x", "x.docx", path, folder / "x.pdf", merged=merged)])
            assert result.finding is None
            return result.job.pdf.read_bytes()

        yield one


def merged(convert: Convert, letters: list[bytes]) -> list[bytes]:
    spliced = splice(letters)
    assert isinstance(spliced, Spliced), spliced
    cuts = [Cut(letter.start, letter.end, letter.title) for letter in spliced.letters]
    return split(convert(spliced.docx, merged=True), cuts)


def finished(pdf: bytes) -> Packet:
    spec = PacketSpec("Titre", "CLSPD", "", dt.datetime(2027, 1, 4, tzinfo=dt.UTC))
    return assemble(spec, [Part("lettre", "Lettre", pdf, owner="M001")])


def texts(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]


def images(pdf: bytes) -> list[Image.Image]:
    return [page.render(scale=2).to_pil().convert("RGB") for page in pypdfium2.PdfDocument(pdf)]


def tags(pdf: bytes) -> list[Any]:
    """Every tag with its depth, page, alternative text and attributes; every mark by its number."""
    with pikepdf.open(io.BytesIO(pdf)) as source:
        pages = {page.obj.objgen: number for number, page in enumerate(source.pages)}
        found: list[Any] = []

        def walk(node: Any, depth: int) -> None:
            if not isinstance(node, pikepdf.Dictionary):
                found.append((depth, int(node)))
            elif "/S" in node:
                page = node.get("/Pg")
                number = None if page is None else pages[page.objgen]
                found.append((depth, str(node.S), number, str(node.get("/Alt")), str(node.get("/A"))))
                for kid in as_list(node.get("/K")):
                    walk(kid, depth + 1)
            else:
                found.append((depth, node.get("/MCID"), str(node.get("/Type"))))

        for top in as_list(source.Root.StructTreeRoot.K):
            walk(top, 0)
        return found


def described(pdf: bytes) -> dict[str, Any]:
    with pikepdf.open(io.BytesIO(pdf)) as source:
        outline: list[tuple[str, int]] = []
        with source.open_outline() as opened:
            waiting = [(0, item) for item in opened.root][::-1]
            while waiting:
                depth, item = waiting.pop()
                outline.append((item.title, depth))
                waiting += [(depth + 1, child) for child in item.children][::-1]
        links = [
            (str(each.A.URI), [round(float(x), 1) for x in each.Rect], "/StructParent" in each)
            for page in source.pages
            for each in as_list(page.obj.get("/Annots"))
        ]
        return {
            "outline": outline,
            "links": links,
            "title": str(source.docinfo.get("/Title", "")),
            "lang": str(source.Root.Lang),
            "producer": str(source.docinfo.Producer),
        }


def assert_the_same(alone: bytes, cut: bytes) -> None:
    assert described(cut) == described(alone)
    one, other = finished(alone), finished(cut)
    assert other.claims == one.claims == (PDFA, PDFUA)
    assert other.signature_fields == one.signature_fields
    assert texts(other.pdf) == texts(one.pdf)
    assert tags(other.pdf) == tags(one.pdf)
    for left, right in zip(images(one.pdf), images(other.pdf), strict=True):
        assert ImageChops.difference(left, right).getbbox() is None


def assert_conforms(pdf: bytes, folder: Path) -> None:
    file = folder / "fini.pdf"
    file.write_bytes(finished(pdf).pdf)
    assert failures(file, "2b") == {}
    assert failures(file, "ua1") == {}


@pytest.mark.parametrize(
    ("seance", "code"),
    [
        ("P-2027-02", "convocation-pleniere"),
        ("P-2027-02", "coupon-reponse"),
        ("R-2027-03", "convocation-restreinte"),
        ("G1-2027-03", "convocation-groupe"),
    ],
)
def test_shipped_letters_are_those_converted_alone(
    loaded: Loaded, convert: Convert, tmp_path: Path, seance: str, code: str
) -> None:
    found = find_session(loaded.conseil, seance)
    assert found is not None
    plan = plan_session(loaded.conseil, found, loaded.catalogue, jour=TODAY, only=code)
    studio = Studio(loaded, blocked(()), TODAY)
    made = [one for job in plan.documents[:6] if isinstance(one := studio.make(job), Made)]
    assert len(made) > 2
    cut = merged(convert, [one.docx for one in made])
    for one, pdf in zip(made, cut, strict=True):
        assert_the_same(convert(one.docx), pdf)
    assert_conforms(cut[1], tmp_path)


def field(code: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> '
        f'{code} </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def paragraph(inside: str, properties: str = "") -> Any:
    return parse_xml(f"<w:p {nsdecls('w')}><w:pPr>{properties}</w:pPr>{inside}</w:p>")


def before_section(made: Document, element: Any) -> None:
    made.element.body.insert(len(made.element.body) - 1, element)


def letter(number: int) -> Document:
    """A letter of 1 to 4 pages with all that may be: lists, tables, pictures, links, headings, edges."""
    made = docx.Document()
    name = NAMES[number]
    made.core_properties.title = f"Lettre à {name} & Cie"
    for each in made.styles.element.iter(qn("w:lang")):
        each.set(qn("w:val"), "fr-FR")
    made.styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER)
    section = made.sections[0]
    section.header.paragraphs[0].text = f"Dossier de {name}"
    words = [f"<w:r><w:t xml:space='preserve'>{text}</w:t></w:r>" for text in ("page ", " sur ")]
    edge = paragraph(words[0] + field("PAGE") + words[1] + field("NUMPAGES"))
    section.footer.paragraphs[0]._p.getparent().append(edge)
    made.add_heading(f"Objet : {name}", 1)
    made.add_heading("Détail", 2)
    picture(made, name, 40 + 50 * number)
    linked(made, "https://www.example.org/")
    for i in range(3):
        before_section(
            made,
            paragraph(
                f"<w:r><w:t>Point {i} de {name}</w:t></w:r>",
                '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="77"/></w:numPr>',
            ),
        )
    numbered(made)
    table = made.add_table(1 + 30 * number, 2, style="Table Grid")
    table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    for i, row in enumerate(table.rows):
        row.cells[0].text = f"Ligne {i}"
        row.cells[1].text = "texte " * (i % 7)
    made.add_paragraph("Puce", style="List Bullet")
    made.add_paragraph()
    return made


def picture(made: Document, alternative: str, shade: int) -> None:
    file = io.BytesIO()
    Image.new("RGB", (30, 10), (shade, 90, 60)).save(file, "PNG")
    made.add_picture(file, width=Cm(3))
    list(made.element.iter(qn("wp:docPr")))[-1].set("descr", f"Photo de {alternative}")


def linked(made: Document, url: str) -> None:
    line = made.add_paragraph("Voir ")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    target = line.part.relate_to(url, kind, is_external=True)
    link: Any = parse_xml(
        f'<w:hyperlink {nsdecls("w", "r")} r:id="{target}"><w:r><w:t>ce site</w:t></w:r></w:hyperlink>'
    )
    line._p.append(link)


def numbered(made: Document) -> None:
    """Declare the list 77: « 1) », « 2) »…"""
    root = made.part.numbering_part.element
    level = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1)"/>'
        '<w:pPr><w:ind w:left="720" w:hanging="360"/></w:pPr></w:lvl>'
    )
    root.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{level}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))


def plain(made: Document) -> None:
    """Nothing more."""


def with_a_first_page_of_its_own(made: Document) -> None:
    made.sections[0].different_first_page_header_footer = True
    made.sections[0].first_page_header.paragraphs[0].text = "En-tête de la première page"


def with_left_and_right_pages(made: Document) -> None:
    made.settings.odd_and_even_pages_header_footer = True
    made.settings.element.append(parse_xml(f"<w:mirrorMargins {nsdecls('w')}/>"))
    made.sections[0].left_margin = Cm(4)
    made.sections[0].even_page_header.paragraphs[0].text = "En-tête de gauche"


def landscape(made: Document) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = section.page_height, section.page_width


def beginning_with_a_table(made: Document) -> None:
    table = made.add_table(1, 2)
    table.rows[0].cells[0].text = "Mairie"
    made.element.body.insert(0, table._tbl)


def beginning_with_a_table_and_ending_with_a_text(made: Document) -> None:
    beginning_with_a_table(made)
    made.add_paragraph("Hélène Sauvageot")


def beginning_with_a_page_break(made: Document) -> None:
    made.paragraphs[0].paragraph_format.page_break_before = True


def ending_with_a_paragraph_kept_with_the_next(made: Document) -> None:
    last = made.add_paragraph("Fin")
    last.paragraph_format.keep_with_next = True
    last.paragraph_format.space_after = Cm(5)


def bytes_of(made: Document) -> bytes:
    """Save; the picture bears its own name, as a rendered one does."""
    file, renamed = io.BytesIO(), io.BytesIO()
    made.save(file)
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(renamed, "w") as after:
        name = hashlib.sha256(before.read("word/media/image1.png")).hexdigest()[:16].encode()
        for each in before.namelist():
            data = before.read(each)
            if each.endswith(".rels"):
                data = data.replace(b"media/image1.png", b"media/" + name + b".png")
            after.writestr(each.replace("media/image1.png", f"media/{name.decode()}.png"), data)
    return renamed.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        *(plain, with_a_first_page_of_its_own, with_left_and_right_pages, landscape, beginning_with_a_table),
        *(beginning_with_a_table_and_ending_with_a_text, beginning_with_a_page_break),
        ending_with_a_paragraph_kept_with_the_next,
    ],
    ids=lambda f: f.__name__,
)
def test_letters_of_one_to_four_pages_are_those_converted_alone(
    convert: Convert, tmp_path: Path, change: Callable[[Document], None]
) -> None:
    letters = []
    for number in (1, 3, 0, 2, 0, 1):
        made = letter(number)
        change(made)
        letters.append(bytes_of(made))
    cut = merged(convert, letters)
    counts = [len(texts(pdf)) for pdf in cut]
    assert min(counts) == 1
    assert max(counts) > 2
    for one, pdf in zip(letters, cut, strict=True):
        assert_the_same(convert(one), pdf)
    assert any(f"sur {counts[1]}" in page for page in texts(cut[1]))
    for pdf in cut[:3]:
        assert_conforms(pdf, tmp_path)

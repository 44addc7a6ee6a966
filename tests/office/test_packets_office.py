"""Packets made of real exports of LibreOffice, judged by veraPDF."""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import pypdf
import pypdfium2  # type: ignore[import-untyped]  # it publishes no types
import pytest
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm
from PIL import Image

from builders.pdf import opened, pdf
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.check import contents_faults, faults, text_faults
from clspd_docs.packets.spec import Packet, PacketSpec, Part
from clspd_docs.packets.structure import as_list, box, elements
from office.verapdf import failures

pytestmark = pytest.mark.office

EXPORT = {
    "SelectPdfVersion": {"type": "long", "value": "2"},
    "PDFUACompliance": {"type": "boolean", "value": "true"},
    "UseTaggedPDF": {"type": "boolean", "value": "true"},
    "ExportBookmarks": {"type": "boolean", "value": "true"},
}
SPEC = PacketSpec(
    "Dossier de la plénière",
    "CLSPD de Saint-Exemple",
    "Plénière du 12 février 2027",
    dt.datetime(2027, 1, 4, 9, tzinfo=dt.UTC),
    numbering="Plénière – page {page} sur {pages}",
    recto=True,
    file="dossiers/pleniere.pdf",
)
# key -> title, pages, as the contents page announces them: parts start on odd pages
PIECES = {"sommaire": "Sommaire", "lettre-M001": "Lettre à Mme Durand", "lettre-M002": "Lettre à M. Petit"}
PIECES |= {"plan": "Plan d’action", "notice": "Notice"}
STARTS = {"lettre-M001": 3, "lettre-M002": 5, "plan": 7, "notice": 9}
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


def xml(text: str) -> Any:
    return parse_xml(text)


def word(title: str, lang: str = "fr-FR") -> Document:
    made = docx.Document()
    made.core_properties.title = title
    for each in made.styles.element.iter(qn("w:lang")):
        each.set(qn("w:val"), lang)
    made.styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER)
    made.add_heading(title, 1)
    return made


def picture(made: Document, alternative: str, width: float, shade: int) -> None:
    file = io.BytesIO()
    Image.new("RGB", (30, 10), (shade, shade, shade)).save(file, "PNG")
    made.add_picture(file, width=Cm(width))
    list(made.element.iter(qn("wp:docPr")))[-1].set("descr", alternative)


def contents() -> Document:
    made = word("Sommaire")
    for key, page in STARTS.items():
        line = made.add_paragraph()
        target = line.part.relate_to(f"packet:{key}", LINK, is_external=True)
        style = '<w:rPr><w:rStyle w:val="Hyperlink"/></w:rPr>'
        line._p.append(
            xml(
                f'<w:hyperlink {nsdecls("w", "r")} r:id="{target}" w:history="1"><w:r>{style}<w:t>{PIECES[key]}</w:t>'
                f"</w:r><w:r>{style}<w:tab/><w:t>{page}</w:t></w:r></w:hyperlink>"
            )
        )
    return made


def letter(title: str) -> Document:
    made = word(title)
    picture(made, "Logo de la commune", 3, 60)
    made.add_paragraph("Vous êtes conviée à la plénière du conseil local.")
    made.add_paragraph("Point à l’ordre du jour", style="List Bullet")
    picture(made, "sig:president|Signature de la présidente", 6, 245)
    made.sections[0].footer.paragraphs[0].text = "Mairie de Saint-Exemple"
    return made


def plan() -> Document:
    made = word("Plan d’action")
    bordered = made.add_paragraph("Un paragraphe encadré, que LibreOffice 7.4 dessine hors de toute balise.")
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="8" w:space="1"/>' for side in ("top", "left", "bottom", "right")
    )
    bordered._p.get_or_add_pPr().append(xml(f"<w:pBdr {nsdecls('w')}>{sides}</w:pBdr>"))
    table = made.add_table(2, 2, style="Table Grid")
    table.rows[0]._tr.get_or_add_trPr().append(xml(f"<w:tblHeader {nsdecls('w')}/>"))
    for cell, text in zip(table._cells, ("Axe", "Pilote", "Prévention", "Mme Durand"), strict=True):
        cell.text = text
    made.add_heading("Axe 1", 2)
    made.add_paragraph("Texte.").add_run().add_break(WD_BREAK.PAGE)
    made.add_heading("Axe 2", 2)
    picture(made, "sig:prefet|Signature du préfet", 5, 240)
    return made


def convert(folder: Path) -> dict[str, bytes]:
    words = {key: letter(title) for key, title in PIECES.items() if key.startswith("lettre")}
    words |= {"sommaire": contents(), "plan": plan(), "notice": word("Notice", lang="en-GB")}
    for key, made in words.items():
        made.save(str(folder / f"{key}.docx"))
    subprocess.run(
        ["soffice", "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profil').as_uri()}"]
        + ["--convert-to", f"pdf:writer_pdf_Export:{json.dumps(EXPORT)}", "--outdir", str(folder)]
        + [str(folder / f"{key}.docx") for key in words],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return {key: (folder / f"{key}.pdf").read_bytes() for key in words}


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return convert(tmp_path_factory.mktemp("exports"))


def bound(exports: dict[str, bytes], spec: PacketSpec = SPEC) -> Packet:
    parts = [
        Part(key, title, exports[key], draft=key == "plan", owner=key.removeprefix("lettre-"))
        for key, title in PIECES.items()
    ]
    return assemble(spec, parts)


@pytest.fixture(scope="session")
def packet(exports: dict[str, bytes]) -> Packet:
    return bound(exports)


@pytest.fixture
def judged(tmp_path: Path) -> Callable[[bytes], dict[str, dict[str, str]]]:
    def judge(data: bytes) -> dict[str, dict[str, str]]:
        path = tmp_path / "juge.pdf"
        path.write_bytes(data)
        return {flavour: failures(path, flavour) for flavour in ("2b", "ua1")}

    return judge


Judge = Callable[[bytes], dict[str, dict[str, str]]]


def test_stamped_packet_with_signature_fields_and_drafts_passes_both_norms(
    packet: Packet, judged: Judge
) -> None:
    assert packet.signature_fields == ("president-M001", "president-M002", "prefet-plan")
    assert packet.claims == ("PDF/A-2b", "PDF/UA-1")
    assert packet.findings == ()
    assert judged(packet.pdf) == {"2b": {}, "ua1": {}}


def test_single_document_passes_both_norms(exports: dict[str, bytes], judged: Judge) -> None:
    single = PacketSpec("Lettre", "CLSPD", "", SPEC.when)
    made = assemble(single, [Part("lettre", "Lettre", exports["lettre-M001"], owner="M001")])
    assert made.signature_fields == ("president-M001",)
    assert judged(made.pdf) == {"2b": {}, "ua1": {}}


def test_judge_refuses_a_file_that_only_claims(judged: Judge) -> None:
    found = judged(pdf("Une police qui n’est pas dans le fichier".replace("’", " ")))
    assert "6.2.11.4.1-1" in found["2b"]
    assert found["ua1"]


def test_packet_is_sound_for_qpdf_and_for_a_second_reader(packet: Packet) -> None:
    with opened(packet.pdf) as result:
        assert result.check_pdf_syntax() == []
    assert faults(SPEC, packet) == []
    assert text_faults(SPEC, packet) == []


def test_contents_page_prints_and_links_the_true_first_pages(packet: Packet) -> None:
    assert {part.key: part.first_page for part in packet.parts} == {"sommaire": 1, **STARTS}
    assert contents_faults(SPEC, packet, packet.parts[0]) == []
    with opened(packet.pdf) as result:
        links = sorted(result.pages[0].obj.Annots, key=lambda link: -float(link.Rect[3]))
        told = [str(link.Contents) for link in links]
        targets = [result.pages.index(link.Dest[0]) + 1 for link in links]
    assert told == [f"{PIECES[key]}, page {page}" for key, page in STARTS.items()]
    assert targets == list(STARTS.values())


def test_fields_stand_exactly_on_the_pictures_of_the_template(
    exports: dict[str, bytes], packet: Packet
) -> None:
    with opened(exports["plan"]) as source, opened(packet.pdf) as result:
        tags = elements(as_list(source.Root.StructTreeRoot.K))
        (expected,) = [box(tag) for tag in tags if str(tag.get("/Alt", "")).startswith("sig:")]
        field = next(field for field in result.Root.AcroForm.Fields if str(field.T) == "prefet-plan")
        assert [float(value) for value in field.Rect] == pytest.approx(expected, abs=0.1)
        assert field.P.objgen == result.pages[7].obj.objgen


def test_every_picture_belongs_to_the_figure_that_describes_it(packet: Packet) -> None:
    with opened(packet.pdf) as result:
        figures = [tag for tag in elements(as_list(result.Root.StructTreeRoot.K)) if str(tag.S) == "/Figure"]
        assert len(figures) == 5
        assert all("/K" in figure for figure in figures)


def test_part_in_english_is_read_in_english(packet: Packet) -> None:
    with opened(packet.pdf) as result:
        languages = [str(part.get("/Lang", "")) for part in result.Root.StructTreeRoot.K[0].K]
    assert languages == ["", "", "", "", "en-GB"]


def test_second_export_of_the_same_words_gives_the_same_packet(
    packet: Packet, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert bound(convert(tmp_path_factory.mktemp("encore"))).pdf == packet.pdf


def images(data: bytes) -> Iterator[bytes]:
    """Yield the pages as pictures, without the boxes of the form."""
    document = pypdfium2.PdfDocument(data)
    for page in document:
        yield page.render(scale=60 / 72, draw_annots=False, may_draw_forms=False).to_pil().tobytes()
    document.close()


def test_pages_look_as_they_did_before_the_assembly(exports: dict[str, bytes]) -> None:
    parts = [Part(key, title, exports[key]) for key, title in PIECES.items()]
    joined = assemble(PacketSpec("Dossier", "CLSPD", "", SPEC.when), parts)
    before = [image for key in PIECES for image in images(exports[key])]
    assert list(images(joined.pdf)) == before


def test_text_of_the_pages_is_unchanged_but_for_the_stamps(exports: dict[str, bytes], packet: Packet) -> None:
    after = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(packet.pdf)).pages]
    for part in packet.parts:
        before = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(exports[part.key])).pages]
        for number, text in enumerate(before, part.first_page):
            assert after[number - 1].startswith(text.strip())
            assert f"Plénière – page {number} sur {packet.pages}" in after[number - 1]

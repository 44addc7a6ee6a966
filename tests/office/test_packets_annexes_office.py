"""Annexes of several kinds in a packet, judged by veraPDF and by the eye of a renderer."""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
from pathlib import Path

import docx
import pypdfium2  # type: ignore[import-untyped]  # it publishes no types
import pytest
from docx.enum.text import WD_BREAK
from PIL import Image, ImageDraw

from builders.pdf import pdf
from clspd_docs.origin import Place
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.intake import Annex, intake
from clspd_docs.packets.spec import Packet, PacketSpec, Part
from office.verapdf import failures

pytestmark = pytest.mark.office

PLACE = Place("registers/clspd.xlsx", "Ordre du jour", "F7", 7, "Pièce")
SPEC = PacketSpec(
    "Dossier", "CLSPD", "", dt.datetime(2027, 1, 4, 9, tzinfo=dt.UTC), numbering="{page}/{pages}"
)


@pytest.fixture(scope="module")
def untagged(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A two-page PDF/A-2b without tags, as a scanner's software or an old program makes them."""
    folder = tmp_path_factory.mktemp("annexe")
    made = docx.Document()
    made.core_properties.title = "Bilan"
    made.add_heading("Bilan de la vidéoprotection", 1)
    made.add_paragraph("Texte qui n’est pas balisé.").add_run().add_break(WD_BREAK.PAGE)
    made.add_paragraph("Seconde page.")
    made.save(str(folder / "bilan.docx"))
    options = {
        "SelectPdfVersion": {"type": "long", "value": "0"},
        "UseTaggedPDF": {"type": "boolean", "value": "false"},
    }
    subprocess.run(
        [
            *(
                "soffice",
                "--headless",
                "--norestore",
                f"-env:UserInstallation={(folder / 'profil').as_uri()}",
            ),
            *("--convert-to", f"pdf:writer_pdf_Export:{json.dumps(options)}", "--outdir", str(folder)),
            str(folder / "bilan.docx"),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return (folder / "bilan.pdf").read_bytes()


def entered(tmp_path: Path, data: bytes, *, alternative: str = "", as_pictures: bool = False) -> Annex:
    path = tmp_path / "annexe"
    path.write_bytes(data)
    got = intake(path, PLACE, title="Bilan", alternative=alternative, as_pictures=as_pictures)
    assert isinstance(got, Annex)
    return got


def packet(*annexes: Annex) -> Packet:
    return assemble(SPEC, [Part(f"annexe-{n}", f"Annexe {n}", each.pdf) for n, each in enumerate(annexes, 1)])


def judged(tmp_path: Path, data: bytes, flavour: str) -> dict[str, str]:
    path = tmp_path / "juge.pdf"
    path.write_bytes(data)
    return failures(path, flavour)


def picture(kind: str) -> bytes:
    image = Image.new("RGB", (1200, 800), "white")
    ImageDraw.Draw(image).ellipse((300, 100, 900, 700), fill=(20, 60, 160))
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def test_described_images_make_a_packet_that_passes_both_norms(tmp_path: Path) -> None:
    annexes = [entered(tmp_path, picture(kind), alternative="Un disque bleu.") for kind in ("PNG", "JPEG")]
    made = packet(*annexes)
    assert made.claims == ("PDF/A-2b", "PDF/UA-1")
    assert (judged(tmp_path, made.pdf, "2b"), judged(tmp_path, made.pdf, "ua1")) == ({}, {})
    page = pypdfium2.PdfDocument(made.pdf)[0].render(scale=1).to_pil()
    assert page.getpixel((page.width // 2, page.height // 2)) == (20, 60, 160)
    assert page.getpixel((5, 5)) == (255, 255, 255)


def test_image_without_description_lowers_the_claim(tmp_path: Path) -> None:
    made = packet(entered(tmp_path, picture("JPEG")))
    assert made.claims == ("PDF/A-2b",)
    assert judged(tmp_path, made.pdf, "2b") == {}


def test_pages_presented_as_pictures_pass_the_norm_and_look_the_same(tmp_path: Path, untagged: bytes) -> None:
    plain = entered(tmp_path, untagged)
    assert [finding.code for finding in plain.findings] == ["DOS210"]
    assert packet(plain).claims == ()
    wrapped = entered(tmp_path, untagged, as_pictures=True)
    assert [finding.code for finding in wrapped.findings] == ["DOS211"]
    made = packet(wrapped)
    assert made.claims == ("PDF/UA-1",)
    assert judged(tmp_path, made.pdf, "ua1") == {}
    before, after = (pypdfium2.PdfDocument(each) for each in (untagged, wrapped.pdf))
    assert [page.render().to_pil().tobytes() for page in after] == [
        page.render().to_pil().tobytes() for page in before
    ]
    assert "pas balisé" in after[0].get_textpage().get_text_range()


def test_file_that_only_claims_still_lowers_nothing_it_has(tmp_path: Path) -> None:
    assert packet(entered(tmp_path, pdf("a", claims=()))).claims == ()

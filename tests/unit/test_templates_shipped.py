"""The Word templates that are shipped: written by the tools, sound, and placed as an envelope asks."""

from __future__ import annotations

import datetime as dt
import io
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any, cast

import pytest
from lxml import etree
from pypdf import PdfReader

from clspd_docs.build.loading import Loaded
from clspd_docs.conversion.engine import Job
from clspd_docs.conversion.find import find_office
from clspd_docs.conversion.libreoffice import LibreOffice
from clspd_docs.documents.contexts import Dossier, PieceDossier
from clspd_docs.documents.drawings import Drawings
from clspd_docs.documents.plan import context, dossier_context, plan_session
from clspd_docs.documents.view import Trace
from clspd_docs.templates.lint import lint
from clspd_docs.templates.package import open_template
from clspd_docs.templates.render import Template
from clspd_docs.templates.tags import TAG

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tools.make_templates import TEMPLATES  # noqa: E402 - the tools are no package of src: the path comes first

FOLDER = ROOT / "templates_docx"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
JOUR = dt.date(2026, 12, 1)
every_template = pytest.mark.parametrize("name", sorted(TEMPLATES))


def opened(name: str) -> Template:
    found = open_template(FOLDER / name, name)
    assert found.template is not None, found.findings
    return found.template


def members(raw: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        return [(entry.filename, package.read(entry)) for entry in package.infolist()]


def parts(name: str) -> list[etree._Element]:
    return [
        etree.fromstring(raw)
        for member, raw in members((FOLDER / name).read_bytes())
        if member.endswith(".xml")
    ]


@every_template
def test_a_template_is_what_the_tools_write(name: str) -> None:
    # Member by member, byte for byte: how well zlib compresses depends on its version.
    assert members(TEMPLATES[name]()) == members((FOLDER / name).read_bytes())


@every_template
def test_a_template_is_written_twice_with_the_same_bytes(name: str) -> None:
    assert TEMPLATES[name]() == TEMPLATES[name]()


def test_the_tools_write_exactly_the_templates_that_the_catalogue_names() -> None:
    catalogue = tomllib.loads((FOLDER / "catalogue.toml").read_text(encoding="utf-8"))
    named = {entry["modele"] for entry in catalogue["document"]}
    named |= {
        entry[role] for entry in catalogue["dossier"] for role in ("couverture", "sommaire") if role in entry
    }
    assert set(TEMPLATES) == named == {path.name for path in FOLDER.glob("*.docx")}


@every_template
def test_a_template_gives_the_checks_nothing_to_say(name: str) -> None:
    # Language, title, alternative texts, header rows, order of headings, tags balanced: MOD120 to MOD146.
    assert lint(opened(name)) == []


@every_template
def test_a_template_opens_without_a_finding(name: str) -> None:
    assert open_template(FOLDER / name, name).findings == ()


@every_template
def test_a_template_has_no_paragraph_border(name: str) -> None:
    # LibreOffice 7.4 neither tags them nor marks them as decoration: the PDF would not be PDF/UA.
    assert not [border for part in parts(name) for border in part.iter(f"{W}pBdr")]


@every_template
def test_word_never_underlines_a_tag(name: str) -> None:
    for part in parts(name):
        for run in part.iter(f"{W}r"):
            text = "".join(t.text or "" for t in run.iter(f"{W}t"))
            assert not TAG.search(text) or run.find(f"{W}rPr/{W}noProof") is not None, text


@every_template
def test_every_style_used_is_defined(name: str) -> None:
    defined = {style.get(f"{W}styleId") for part in parts(name) for style in part.iter(f"{W}style")}
    kinds = ("pStyle", "rStyle", "tblStyle", "basedOn", "next")
    used = {mark.get(f"{W}val") for part in parts(name) for kind in kinds for mark in part.iter(f"{W}{kind}")}
    assert used <= defined


@every_template
def test_no_style_bears_the_name_of_a_pdf_tag(name: str) -> None:
    # LibreOffice tags a paragraph with its style's name, and PDF/UA forbids to give « Note » another meaning.
    reserved = {
        "Document",
        "Part",
        "Art",
        "Sect",
        "Div",
        "Index",
        "Private",
        "Span",
        "Quote",
        "Note",
        "Reference",
    }
    reserved |= {"Code", "Link", "Figure", "Formula", "Form", "Table", "Label", "Caption", "P", "H", "L"}
    names = {mark.get(f"{W}val") for part in parts(name) for mark in part.iterfind(f".//{W}style/{W}name")}
    assert not names & reserved


@every_template
def test_rows_fill_the_columns_of_their_table(name: str) -> None:
    for part in parts(name):
        for table in part.iter(f"{W}tbl"):
            columns = len(table.findall(f"{W}tblGrid/{W}gridCol"))
            for row in table.findall(f"{W}tr"):
                spans = [cell.find(f"{W}tcPr/{W}gridSpan") for cell in row.findall(f"{W}tc")]
                assert sum(1 if s is None else int(s.get(f"{W}val", "1")) for s in spans) == columns


@pytest.fixture(scope="module")
def pages(loaded: Loaded, tmp_path_factory: pytest.TempPathFactory) -> dict[str, PdfReader]:
    """A summons and a contents page of the example, as PDF."""
    folder = tmp_path_factory.mktemp("modeles")
    conseil, images = loaded.conseil, {"logo": (FOLDER / "images/logo.png").read_bytes()}
    seance = conseil.seance("P-2027-02")
    assert seance is not None
    plan = plan_session(conseil, seance, loaded.catalogue, jour=JOUR)
    letter = next(
        j for j in plan.documents if j.entry.modele == "convocation-pleniere.docx" and j.owner == "M006"
    )
    packet = next(j for j in plan.dossiers if j.entry.sommaire)
    pieces = tuple(PieceDossier(cle=f"piece-{n}", titre=f"Pièce {n}", page=n + 2, pages=1) for n in range(3))
    dossier = Dossier(titre="Dossier", objet="Dossier", pieces=pieces, pages=5, retenues=("Plan local",))
    contexts = {
        "convocation-pleniere.docx": context(conseil, letter, JOUR, Trace()),
        "sommaire.docx": dossier_context(conseil, packet, dossier, JOUR, Trace()),
    }
    jobs = []
    for name, names in contexts.items():
        rendered = opened(name).render({**names, "images": images, "dessins": Drawings(names.get("plan"))})
        assert rendered.docx is not None, rendered.findings
        (folder / name).write_bytes(rendered.docx)
        jobs.append(Job(name, name, folder / name, folder / f"{name}.pdf"))
    with LibreOffice(find_office()) as office:
        assert all(done.finding is None for done in office.convert(jobs))
    return {name: PdfReader(folder / f"{name}.pdf") for name in contexts}


@pytest.mark.office
def test_only_the_address_stands_in_the_window_of_the_envelope(pages: dict[str, PdfReader]) -> None:
    seen: list[str] = []

    def visit(text: str, _cm: object, matrix: list[float], _font: object, _size: float) -> None:
        millimetres = 25.4 / 72
        left, top = matrix[4] * millimetres, 297 - matrix[5] * millimetres
        if left >= 100 and 45 <= top <= 88 and text.strip():
            seen.append(text.strip())
            assert left == pytest.approx(110, abs=0.5)
            assert top >= 50

    pages["convocation-pleniere.docx"].pages[0].extract_text(visitor_text=visit)
    assert " ".join(seen).startswith("Monsieur Gaël N’Guyen Procureur de la République Parquet")
    assert " ".join(seen).endswith("99010 CASTELNOY CEDEX")


@pytest.mark.office
def test_each_line_of_the_contents_page_links_to_its_piece(pages: dict[str, PdfReader]) -> None:
    page = pages["sommaire.docx"].pages[0]
    targets = {a.get_object()["/A"]["/URI"] for a in cast("Any", page["/Annots"])}
    assert targets == {"packet:piece-0", "packet:piece-1", "packet:piece-2"}
    text = page.extract_text()
    assert all(f"Pièce {n}" in text for n in range(3))
    assert "Pièces retenues" in text
    assert "Plan local" in text

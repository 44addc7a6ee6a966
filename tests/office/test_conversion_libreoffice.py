"""The engine around the real LibreOffice."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import docx
import pypdf
import pytest
from docx.enum.section import WD_SECTION
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from clspd_docs.conversion import guard, office_profile
from clspd_docs.conversion.engine import Converted, Job
from clspd_docs.conversion.find import OfficeProgram, find_office
from clspd_docs.conversion.libreoffice import LibreOffice

pytestmark = pytest.mark.office

SOURCES = Path(__file__).parents[2] / "src"
PICTURE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"


@pytest.fixture(scope="module")
def program() -> OfficeProgram:
    return find_office()


@pytest.fixture(scope="module")
def office(program: OfficeProgram) -> Iterator[LibreOffice]:
    """One LibreOffice for the tests that only convert."""
    with LibreOffice(program) as engine:
        yield engine


def letter(path: Path, *lines: str) -> Path:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(path))
    return path


def job_of(path: Path, *, update_contents: bool = False) -> Job:
    return Job(path.stem, f"documents/{path.name}", path, path.with_suffix(".pdf"), update_contents)


def text_of(pdf: Path) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages)


def convert(office: LibreOffice, path: Path, *, update_contents: bool = False) -> Converted:
    (result,) = office.convert([job_of(path, update_contents=update_contents)])
    assert result.finding is None
    assert result.pages == len(pypdf.PdfReader(result.job.pdf).pages)
    return result


def test_twenty_letters_are_converted_by_one_start_and_a_corrupt_one_is_named(
    program: OfficeProgram, tmp_path: Path
) -> None:
    paths = [letter(tmp_path / f"convocation-M{i:03d}.docx", f"Séance n° {i}") for i in range(20)]
    with zipfile.ZipFile(paths[10]) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(paths[10], "w") as package:
        for name, data in parts.items():
            package.writestr(name, data[: len(data) // 2] if name == "word/document.xml" else data)

    with LibreOffice(program) as engine:
        results = list(engine.convert(map(job_of, paths)))
        assert engine.starts == 1

    assert [result.job.docx for result in results] == paths
    failed = [result for result in results if result.finding]
    assert [(r.job.docx, r.finding.code, r.finding.place.file) for r in failed if r.finding] == [
        (paths[10], "PDF105", "documents/convocation-M010.docx")
    ]
    assert not failed[0].job.pdf.exists()
    for i, result in enumerate(results):
        if not result.finding:
            assert result.pages == 1
            assert f"Séance n° {i}" in text_of(result.job.pdf)


def test_the_pdf_claims_pdfa_and_pdfua_is_tagged_and_has_an_outline(
    office: LibreOffice, tmp_path: Path
) -> None:
    document = docx.Document()
    document.core_properties.title = "Procès-verbal"
    document.add_heading("Ouverture", 1)
    document.save(str(tmp_path / "pv.docx"))
    pdf = convert(office, tmp_path / "pv.docx").job.pdf
    assert [getattr(item, "title", None) for item in pypdf.PdfReader(pdf).outline] == ["Ouverture"]
    data = pdf.read_bytes()  # the XMP of a PDF/A is never compressed
    assert b"<pdfaid:part>2<" in data
    assert b"<pdfuaid:part>1<" in data
    assert b"/Marked true" in data


def test_accents_and_signs_survive_in_the_text_and_in_the_names_of_files(
    office: LibreOffice, tmp_path: Path
) -> None:
    folder = tmp_path / "Séance du 1er #2 – 100 % à l’été, d'accord"
    folder.mkdir()
    text = "Œuvrer à Noël : « ça coûte 12 345,67 € » — Peña, Müller & l’Hôte <élu>"
    result = convert(office, letter(folder / "pièce n° 1.docx", text))
    assert text in text_of(result.job.pdf).replace("\n", " ")


def field(code: str, shown: str) -> str:
    return (
        f'<w:p {nsdecls("w")}><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{code}</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{shown}</w:t></w:r>'
        f'<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )


def test_the_contents_are_updated_when_asked_and_only_then(office: LibreOffice, tmp_path: Path) -> None:
    """A hundred entries: the contents themselves take pages, which moves every heading they list."""
    document = docx.Document()
    document.element.body.insert(0, parse_xml(field(r'TOC \o "1-1" \h', "À mettre à jour")))
    for i in range(100):
        document.add_heading(f"Action {i:03d}", 1)
        document.add_paragraph("texte " * 100)
    document.save(str(tmp_path / "plan.docx"))

    assert "À mettre à jour" in text_of(convert(office, tmp_path / "plan.docx").job.pdf)

    result = convert(office, tmp_path / "plan.docx", update_contents=True)
    pages = [page.extract_text() for page in pypdf.PdfReader(result.job.pdf).pages]
    for i in (0, 37, 99):
        printed = next(n for n, page in enumerate(pages, 1) if f"Action {i:03d}\ntexte" in page)
        entry = next(
            line for page in pages for line in page.splitlines() if line.startswith(f"Action {i:03d}.")
        )
        assert entry.rpartition(".")[2].strip() == str(printed)


def test_no_form_field_and_no_comment_reaches_the_pdf(office: LibreOffice, tmp_path: Path) -> None:
    document = docx.Document()
    run = document.add_paragraph().add_run("Nom et qualité")
    document.add_comment(run, "À relire avant envoi", author="Secrétariat", initials="S")
    control = (
        f'<w:sdt {nsdecls("w")}><w:sdtPr><w:alias w:val="Nom"/><w:text/></w:sdtPr>'
        "<w:sdtContent><w:p><w:r><w:t>à compléter</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    document.element.body.insert(1, parse_xml(control))
    document.save(str(tmp_path / "reponse.docx"))
    pdf = pypdf.PdfReader(convert(office, tmp_path / "reponse.docx").job.pdf)
    assert "à compléter" in pdf.pages[0].extract_text()
    assert "/AcroForm" not in pdf.root_object
    assert "/Annots" not in pdf.pages[0]


def test_a_blank_page_before_an_odd_page_is_kept(office: LibreOffice, tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("page 1")
    document.add_section(WD_SECTION.ODD_PAGE)
    document.add_paragraph("page 3")
    document.save(str(tmp_path / "impair.docx"))
    assert convert(office, tmp_path / "impair.docx").pages == 3


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """The address of a local web server, and the requests that it got."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            seen.append(str(self.rfile.readline()))
            self.close_connection = True

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=httpd.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_port}", seen
    httpd.shutdown()
    httpd.server_close()


def linked(path: Path, url: str) -> Path:
    """A letter with a linked image, an attached template, and fields that include a text and a picture."""
    document = docx.Document()
    document.add_paragraph("Texte de la lettre")
    buffer = io.BytesIO(PIXEL)
    document.add_picture(buffer)
    (blip,) = document.element.body.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}blip")
    embed = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
    del blip.attrib[f"{embed}embed"]
    blip.set(f"{embed}link", document.part.relate_to(f"{url}/image.png", PICTURE, is_external=True))
    template = PICTURE.replace("image", "attachedTemplate")
    rel = document.part._settings_part.relate_to(f"{url}/modele.dotx", template, is_external=True)
    document.settings.element.insert(0, parse_xml(f'<w:attachedTemplate {nsdecls("w", "r")} r:id="{rel}"/>'))
    for code in (f"INCLUDEPICTURE {url}/champ.png", f"INCLUDETEXT {url}/texte.docx"):
        document.element.body.insert(0, parse_xml(field(code, "…")))
    document.save(str(path))
    return path


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)


def test_nothing_that_a_document_links_to_is_fetched(
    office: LibreOffice, tmp_path: Path, server: tuple[str, list[str]]
) -> None:
    url, seen = server
    result = convert(office, linked(tmp_path / "lien.docx", url), update_contents=True)
    assert "Texte de la lettre" in text_of(result.job.pdf)
    assert not seen


def test_the_test_above_sees_what_an_unguarded_profile_fetches(
    program: OfficeProgram, tmp_path: Path, server: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, seen = server
    unguarded = tuple(row for row in office_profile._SETTINGS if row[1] != "BlockUntrustedRefererLinks")
    monkeypatch.setattr(office_profile, "_SETTINGS", unguarded)
    with LibreOffice(program) as engine:
        convert(engine, linked(tmp_path / "lien.docx", url), update_contents=True)
    assert any("image.png" in request for request in seen)


def test_a_killed_libreoffice_is_replaced_and_every_letter_delivered(
    program: OfficeProgram, tmp_path: Path
) -> None:
    paths = [letter(tmp_path / f"lettre-{i}.docx", f"Lettre {i}") for i in range(6)]
    before = set(living("soffice.bin", f"clspd-office-{os.getpid()}-"))  # the one that this module shares
    with LibreOffice(program) as engine:
        results = engine.convert(map(job_of, paths))
        next(results)
        mine = set(living("soffice.bin", f"clspd-office-{os.getpid()}-")) - before
        for pid in mine:
            os.kill(pid, signal.SIGKILL)
        assert all(result.finding is None for result in results)
        assert engine.starts == 2


def test_what_a_libreoffice_killed_while_it_wrote_left_beside_the_pdf_keeps_nobody_out(
    office: LibreOffice, tmp_path: Path
) -> None:
    lock = tmp_path / ".~lock.lettre.pdf#"
    lock.write_text(",root,machine,24.11.2026 18:59,file:///tmp/clspd-office-1-x/profile/;", encoding="utf-8")
    assert convert(office, letter(tmp_path / "lettre.docx", "Madame,")).pages == 1
    assert not lock.exists()


def test_close_leaves_no_process_and_no_file(program: OfficeProgram, tmp_path: Path) -> None:
    before = leftovers(os.getpid())  # of the LibreOffice that this module shares
    with LibreOffice(program) as engine:
        convert(engine, letter(tmp_path / "lettre.docx", "Madame,"))
        assert len(leftovers(os.getpid())) > len(before)
    assert leftovers(os.getpid()) == before


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "converting"])
def test_libreoffice_ends_when_its_owner_is_killed(tmp_path: Path, busy: bool) -> None:
    letter(tmp_path / "lettre.docx", "Madame,", *(["texte " * 500] * (400 if busy else 1)))
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from clspd_docs.conversion.engine import Job\n"
        "from clspd_docs.conversion.find import find_office\n"
        "from clspd_docs.conversion.libreoffice import LibreOffice\n"
        "docx = Path(sys.argv[1])\n"
        "jobs = (Job('l', 'l', docx, docx.with_suffix('.pdf')) for _ in range(int(sys.argv[2])))\n"
        "for result in LibreOffice(find_office()).convert(jobs):\n"
        "    print(result.pages, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "lettre.docx"), "100" if busy else "1"],
        env=os.environ | {"PYTHONPATH": str(SOURCES)},
        stdout=subprocess.PIPE,
    ) as owner:
        assert owner.stdout
        assert int(owner.stdout.readline()) > 0
        (folder,) = Path(tempfile.gettempdir()).glob(f"clspd-office-{owner.pid}-*")
        socket = guard._socket(folder.resolve() / "profile", os.getuid())
        assert socket.exists()
        assert living("soffice.bin", folder.name)
        owner.kill()
    until(lambda: not leftovers(owner.pid), seconds=5)
    assert leftovers(owner.pid) == []
    assert not socket.exists()


def until(condition: Callable[[], bool], *, seconds: float) -> None:
    limit = time.monotonic() + seconds
    while not condition() and time.monotonic() < limit:
        time.sleep(0.02)


def living(*words: str) -> list[int]:
    """Processes whose command line holds all the ``words``."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes()
        except OSError:
            continue  # ended meanwhile
        if all(word.encode() in line for word in words):
            found.append(int(folder.name))
    return found


def leftovers(owner: int) -> list[str]:
    """Processes and folders of the LibreOffices that the process ``owner`` started."""
    folders = sorted(str(path) for path in Path(tempfile.gettempdir()).glob(f"clspd-office-{owner}-*"))
    return [*map(str, living(f"clspd-office-{owner}-")), *folders]

"""The preview engine, with the real library: marked pages, bad documents named, nothing left behind."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader

from builders.conversion import MakeJob
from builders.docx import Docx
from clspd_docs.conversion import apercu
from clspd_docs.conversion.apercu import Apercu, asked_apercu, find_apercu
from clspd_docs.conversion.apercu_child import MARK
from clspd_docs.conversion.engine import Converted, Engine, Job
from clspd_docs.errors import ExitCode, Stop

pytestmark = pytest.mark.usefixtures("temporary")

STAND_IN = """
import json, sys, time
for line in sys.stdin.buffer:
    docx, pdf = json.loads(line)
    if "crash" in docx: sys.exit(139)
    if "hang" in docx: time.sleep(60)
    open(pdf, "wb").write(b"%PDF-1.7 %%EOF")
    print(1, flush=True)
"""


@pytest.fixture
def job(tmp_path: Path) -> MakeJob:
    def make(name: str, data: bytes | None = None) -> Job:
        docx = tmp_path / f"{name}.docx"
        docx.write_bytes(Docx(f"Lettre à Élise {name}").build() if data is None else data)
        return Job(name, f"documents/{name}.docx", docx, tmp_path / "out" / f"{name}.pdf")

    return make


def codes(results: list[Converted]) -> list[str]:
    return [result.finding.code if result.finding else "" for result in results]


def pages(pdf: Path) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf.read_bytes())).pages]


def test_every_page_bears_the_mark(job: MakeJob, temporary: Path) -> None:
    many = Docx(*(f"Paragraphe {i}" for i in range(120))).build()
    engine: Engine = Apercu(find_apercu())
    with engine:
        results = list(engine.convert([job("a"), job("long", many)]))
        assert codes(results) == ["", ""]
        assert engine.starts == 1
    assert results[1].pages == len(pages(results[1].job.pdf)) > 1
    for result in results:
        assert all(MARK in text for text in pages(result.job.pdf))
    assert "Élise" in pages(results[0].job.pdf)[0]
    assert not list(temporary.iterdir())


def test_the_same_document_gives_the_same_bytes(job: MakeJob) -> None:
    one, two = job("a"), job("b", Docx("Lettre à Élise a").build())
    with Apercu(find_apercu()) as engine:
        list(engine.convert([one]))
    with Apercu(find_apercu()) as engine:
        list(engine.convert([two]))
    assert one.pdf.read_bytes() == two.pdf.read_bytes()


def test_a_document_that_the_library_cannot_read_is_named(job: MakeJob) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", "<w:document")
    with Apercu(find_apercu()) as engine:
        results = list(engine.convert([job("bad", buffer.getvalue()), job("good")]))
    assert codes(results) == ["PDF105", ""]


@pytest.mark.parametrize(("name", "code"), [("crash", "PDF107"), ("hang", "PDF106")])
def test_a_document_that_makes_it_fall_or_hang_is_named_and_the_others_are_delivered(
    job: MakeJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: str
) -> None:
    script = tmp_path / "enfant.py"
    script.write_text(STAND_IN, encoding="utf-8")
    monkeypatch.setattr(Apercu, "command", (sys.executable, "-S", str(script)))
    with Apercu("1", timeout_seconds=0.5) as engine:
        results = list(engine.convert([job("before"), job(name), job("after")]))
        assert engine.starts == 3
    assert codes(results) == ["", code, ""]


def test_asking_for_the_preview_without_its_extra_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apercu, "find_apercu", lambda: "")
    with pytest.raises(Stop) as stop:
        asked_apercu()
    assert (stop.value.finding.code, stop.value.exit_code) == ("ENV109", ExitCode.PROGRAM_MISSING)

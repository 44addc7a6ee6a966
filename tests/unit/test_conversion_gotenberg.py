"""The Gotenberg engine against a stand-in server that checks the request: no Gotenberg was ever run here."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.conversion import MakeJob
from clspd_docs.conversion.engine import Converted, Engine, Job
from clspd_docs.conversion.gotenberg import Gotenberg, Server, find_gotenberg
from clspd_docs.errors import ExitCode, Stop
from fakes.gotenberg import PDF, Stub, serving


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as found:
        yield found


def engine(stub: Stub, *, workers: int = 1, seconds: float = 10) -> Gotenberg:
    return Gotenberg(find_gotenberg(stub.url), workers=workers, timeout_seconds=seconds)


def codes(results: list[Converted]) -> list[str]:
    return [result.finding.code if result.finding else "" for result in results]


def test_the_server_tells_its_version(stub: Stub) -> None:
    found: Engine = engine(stub)
    assert (found.name, found.version, found.starts, found.merges) == ("Gotenberg", "8.21.1", 0, False)


def test_the_form_asks_for_an_archivable_and_accessible_pdf(stub: Stub, job: MakeJob) -> None:
    one = job("convocation-M012", update_contents=True)
    assert codes(list(engine(stub).convert([one]))) == [""]
    assert one.pdf.read_bytes() == PDF
    (form,) = stub.forms
    assert form.pop("files") == one.docx.read_bytes()
    assert form == {
        "pdfa": b"PDF/A-2b",
        "pdfua": b"true",
        "exportBookmarks": b"true",
        "losslessImageCompression": b"false",
        "reduceImageResolution": b"false",
        "updateIndexes": b"true",
    }
    assert stub.files == ["document.docx"]  # no file name tells whom a letter is for


def test_results_come_in_the_order_of_the_jobs_whatever_goes_on_at_once(stub: Stub, job: MakeJob) -> None:
    names = [f"lettre-{i}" for i in range(9)]
    results = list(engine(stub, workers=3).convert(map(job, names)))
    assert [result.job.key for result in results] == names
    assert 1 < stub.most_at_once <= 3


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ([400], "PDF105"),
        ([503, 200], ""),
        ([503, 503], "PDF106"),
        ([500, 500], "PDF107"),
        (["mute", 200], ""),
        (["mute", "mute"], "PDF106"),
    ],
)
def test_what_may_pass_is_tried_again_and_a_bad_document_is_named(
    stub: Stub, job: MakeJob, answers: list[int | str], code: str
) -> None:
    stub.answers = list(answers)
    results = list(engine(stub, seconds=0.5).convert([job("bad"), job("good")]))
    assert codes(results) == [code, ""]
    assert results[0].job.pdf.exists() == (not code)
    assert len(stub.forms) == len(answers) + 1


def test_an_answer_that_is_no_pdf_is_refused(stub: Stub, job: MakeJob) -> None:
    stub.body = b"<html>"
    one = job("lettre")
    assert codes(list(engine(stub).convert([one]))) == ["PDF108"]
    assert not one.pdf.exists()


def test_a_file_that_is_not_word_is_not_sent(stub: Stub, tmp_path: Path) -> None:
    page = tmp_path / "page.docx"
    page.write_text("<html>", encoding="utf-8")
    assert codes(list(engine(stub).convert([Job("page", "page.docx", page, tmp_path / "page.pdf")]))) == [
        "PDF101"
    ]
    assert not stub.forms


@pytest.mark.parametrize("status", [302, 401, 404])
def test_a_server_that_wants_something_else_stops_the_run_and_is_not_followed(
    stub: Stub, job: MakeJob, status: int
) -> None:
    stub.answers = [status]
    with pytest.raises(Stop) as stop:
        list(engine(stub).convert([job("lettre")]))
    assert (stop.value.finding.code, stop.value.exit_code) == ("ENV108", ExitCode.PROGRAM_MISSING)
    assert str(status) in stop.value.finding.message


def test_a_server_that_is_gone_stops_the_run(job: MakeJob) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(Stop) as stop:
        find_gotenberg(url)
    assert (stop.value.finding.code, stop.value.exit_code) == ("ENV108", ExitCode.PROGRAM_MISSING)
    with pytest.raises(Stop) as stop:
        list(Gotenberg(Server(url, "8"), workers=1).convert([job("lettre")]))
    assert stop.value.finding.code == "ENV108"


def test_another_server_is_not_taken_for_a_gotenberg(stub: Stub) -> None:
    stub.version = "<html>Bienvenue</html>"
    with pytest.raises(Stop) as stop:
        find_gotenberg(stub.url)
    assert stop.value.finding.code == "ENV108"

"""The engine around a stand-in program that is slow, silent, crashes or lies: no LibreOffice needed."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from builders.conversion import MakeJob, codes
from clspd_docs.conversion import worker
from clspd_docs.conversion.engine import Converted, Engine, Job
from clspd_docs.conversion.find import OfficeProgram
from clspd_docs.conversion.libreoffice import LibreOffice
from clspd_docs.conversion.worker import Guard, sweep
from clspd_docs.errors import ExitCode, Stop

pytestmark = pytest.mark.usefixtures("temporary")


def test_results_come_in_the_order_of_the_jobs_from_one_start(program: OfficeProgram, job: MakeJob) -> None:
    names = ["slow-1", *(f"plain-{i}" for i in range(30)), "slow-2", "plain-last"]
    with LibreOffice(program) as office:
        results = list(office.convert(job(name) for name in names))
        assert [result.job.key for result in results] == names
        assert all(result.pages == 1 and result.milliseconds == 7 for result in results)
        assert all(result.job.pdf.read_bytes().startswith(b"%PDF-") for result in results)
        assert office.starts == 1


def test_two_calls_share_one_start(program: OfficeProgram, job: MakeJob) -> None:
    with LibreOffice(program) as office:
        assert not codes(list(office.convert([])))
        assert office.starts == 0
        office.start()
        for name in ("a", "b"):
            assert codes(list(office.convert([job(name)]))) == {name: ""}
        assert office.starts == 1


def test_jobs_are_made_while_earlier_ones_convert(program: OfficeProgram, job: MakeJob) -> None:
    made: list[str] = []

    def jobs() -> Iterator[Job]:
        for i in range(20):
            made.append(f"plain-{i}")
            yield job(f"plain-{i}")

    with LibreOffice(program) as office:
        results = office.convert(jobs())
        assert not made  # nothing is read before the first answer is asked for
        next(results)
        assert len(made) < 20
        assert len(list(results)) == 19


def test_update_contents_reaches_the_program(
    program: OfficeProgram, job: MakeJob, journal: Callable[[], list[str]]
) -> None:
    with LibreOffice(program) as office:
        list(office.convert([job("plan", update_contents=True), job("lettre")]))
    assert journal() == ["start", "plan.docx 1", "lettre.docx 0"]


@pytest.mark.parametrize(
    ("name", "code", "starts"),
    [
        ("refused", "PDF105", 1),
        ("hang", "PDF106", 3),
        ("crash", "PDF107", 3),
        ("empty", "PDF108", 1),
        ("absent", "PDF108", 1),
        ("hangonce", "", 2),
        ("crashonce", "", 2),
    ],
)
def test_a_bad_document_is_named_and_the_others_are_delivered(
    program: OfficeProgram, job: MakeJob, name: str, code: str, starts: int
) -> None:
    jobs = [job("before"), job(name), job("after"), job("last")]
    jobs[1].pdf.parent.mkdir(exist_ok=True)
    jobs[1].pdf.write_bytes(b"%PDF-1.7 of yesterday %%EOF")
    with LibreOffice(program, timeout_seconds=0.3) as office:
        results = list(office.convert(jobs))
        assert office.starts == starts
    assert codes(results) == {"before": "", name: code, "after": "", "last": ""}
    assert [result.job.pdf.exists() for result in results] == [True, not code, True, True]
    if finding := results[1].finding:
        assert finding.place.file == f"documents/{name}.docx"
        assert finding.message
        assert finding.remedy


def test_a_file_that_is_not_word_is_named_without_starting_the_program(
    program: OfficeProgram, tmp_path: Path
) -> None:
    page = tmp_path / "page.docx"
    page.write_text("<html>", encoding="utf-8")
    with LibreOffice(program) as office:
        assert codes(list(office.convert([Job("page", "page.docx", page, tmp_path / "page.pdf")]))) == {
            "page": "PDF101"
        }
        assert office.starts == 0


def test_three_lost_documents_in_a_row_stop_the_run(program: OfficeProgram, job: MakeJob) -> None:
    names = ["plain-1", "crash-1", "crash-2", "plain-2", "crash-3", "crash-4", "crash-5", "plain-3"]
    results: list[Converted] = []
    with LibreOffice(program) as office, pytest.raises(Stop) as stop:
        results.extend(office.convert(map(job, names)))
    assert stop.value.finding.code == "ENV104"
    assert stop.value.exit_code is ExitCode.PROGRAM_MISSING
    assert "documents/crash-5.docx" in stop.value.finding.message


@pytest.mark.parametrize("how", ["dies", "mute"])
def test_a_program_that_does_not_start_stops_the_run(
    program: OfficeProgram, job: MakeJob, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setenv("FAKE_OFFICE", how)
    with LibreOffice(program, start_seconds=0.2) as office, pytest.raises(Stop) as stop:
        list(office.convert([job("plain")]))
    assert stop.value.finding.code == "ENV103"
    assert stop.value.exit_code is ExitCode.PROGRAM_MISSING
    assert office.starts == 2


def test_a_program_that_the_system_refuses_to_run_stops_the_run(
    program: OfficeProgram, temporary: Path
) -> None:
    program.path.chmod(0o644)
    with LibreOffice(program) as office, pytest.raises(Stop) as stop:
        office.start()
    assert stop.value.finding.code == "ENV103"
    assert not list(temporary.iterdir())


def test_the_time_out_counts_from_the_answer_before(program: OfficeProgram, job: MakeJob) -> None:
    with LibreOffice(program, timeout_seconds=0.5) as office:  # six documents take 1.2 s
        assert set(codes(list(office.convert(job(f"slow-{i}") for i in range(6)))).values()) == {""}
        assert office.starts == 1


def test_close_leaves_no_process_and_no_file(program: OfficeProgram, job: MakeJob, temporary: Path) -> None:
    with LibreOffice(program) as office:
        list(office.convert([job("crashonce"), job("plain")]))
        assert [folder.name.split("-")[:3] for folder in temporary.iterdir()] == [
            ["clspd", "office", str(os.getpid())]
        ]
        assert processes(temporary)
        office.close()
        assert not processes(temporary)
        assert not list(temporary.iterdir())


def test_answers_given_up_half_way_end_the_program(
    program: OfficeProgram, job: MakeJob, temporary: Path
) -> None:
    with LibreOffice(program) as office:
        results = office.convert(job(f"slow-{i}") for i in range(8))
        next(results)
        results.close()  # type: ignore[attr-defined] # a generator, as every caller's for loop closes it
        assert not list(temporary.iterdir())
        assert codes(list(office.convert([job("plain")]))) == {"plain": ""}
        assert office.starts == 2


def test_a_fault_of_the_caller_comes_through_and_ends_the_program(
    program: OfficeProgram, job: MakeJob, temporary: Path
) -> None:
    def jobs() -> Iterator[Job]:
        yield job("plain")
        raise LookupError

    with LibreOffice(program) as office, pytest.raises(LookupError):
        list(office.convert(jobs()))
    assert not list(temporary.iterdir())


def test_a_forked_child_does_not_keep_the_program_alive(
    program: OfficeProgram, job: MakeJob, temporary: Path
) -> None:
    """The owner dies with a live forked child, as a pool of renderers is: the guard still sees it."""
    owner = os.fork()
    if owner == 0:
        office = LibreOffice(program)
        list(office.convert([job("plain")]))
        if os.fork() == 0:
            time.sleep(3)
        os._exit(0)
    os.waitpid(owner, 0)
    limit = time.monotonic() + 2
    while processes(temporary) and time.monotonic() < limit:
        time.sleep(0.02)
    assert not processes(temporary)
    assert not list(temporary.iterdir())


def test_the_folder_of_a_dead_owner_is_swept(temporary: Path) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    ours = temporary / f"clspd-office-{os.getpid()}-abc"
    for folder in (temporary / f"clspd-office-{child}-abc", ours, temporary / "clspd-office-else"):
        (folder / "spool").mkdir(parents=True)
    sweep()
    assert sorted(temporary.iterdir()) == sorted([ours, temporary / "clspd-office-else"])


def test_libreoffice_is_an_engine(program: OfficeProgram) -> None:
    engine: Engine = LibreOffice(program)
    assert (engine.name, engine.version, engine.starts) == ("LibreOffice", "99.1.2.3", 0)
    engine.close()


def test_a_letter_that_was_slow_among_others_is_tried_once_more(program: OfficeProgram, job: MakeJob) -> None:
    with LibreOffice(program, timeout_seconds=0.3) as office:
        results = list(office.convert([replace(job("hang"), slow=True), job("plain")]))
        assert codes(results) == {"hang": "PDF106", "plain": ""}
        assert office.starts == 2


def test_a_guard_killed_at_once_fails_nothing_and_leaves_nothing(
    program: OfficeProgram, job: MakeJob, monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    class Killed(Guard):
        def __init__(self, folder: Path) -> None:
            super().__init__(folder)
            self._process.kill()
            self._process.wait()

    monkeypatch.setattr(worker, "Guard", Killed)
    with LibreOffice(program) as office:
        assert codes(list(office.convert([job("plain")]))) == {"plain": ""}
    assert not processes(temporary)
    assert not list(temporary.iterdir())


def test_the_next_build_ends_a_libreoffice_whose_guard_was_killed_before_its_owner(
    program: OfficeProgram, job: MakeJob, temporary: Path
) -> None:
    """Were there nothing to convert: the engine is made, and that is enough."""
    owner = os.fork()
    if owner == 0:
        office = LibreOffice(program)
        list(office.convert([job("plain")]))
        assert office._worker
        office._worker._guard._process.kill()
        os._exit(0)
    os.waitpid(owner, 0)
    assert processes(temporary)
    assert list(temporary.iterdir())
    LibreOffice(program).close()
    assert not processes(temporary)
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("name", ["refused", "empty", "crash"])
def test_on_a_full_disk_no_document_is_blamed(
    program: OfficeProgram, job: MakeJob, monkeypatch: pytest.MonkeyPatch, temporary: Path, name: str
) -> None:
    usage = shutil.disk_usage(temporary)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=4096))
    with LibreOffice(program) as office, pytest.raises(OSError, match="No space left"):
        list(office.convert([job("plain"), job(name)]))
    assert not list(temporary.iterdir())


def test_a_full_temporary_folder_is_not_taken_for_a_program_that_does_not_start(
    program: OfficeProgram, job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: str) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with LibreOffice(program) as office, pytest.raises(OSError, match="No space left"):
        list(office.convert([job("plain")]))


def processes(folder: Path) -> list[str]:
    """Command lines of the living processes that name ``folder``."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue  # ended meanwhile
        if str(folder) in words:
            found.append(words)
    return found

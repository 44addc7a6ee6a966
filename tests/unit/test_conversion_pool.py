"""Several stand-ins at once: jobs go to whoever is free, answers come in order, nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builders.conversion import MakeJob, codes
from clspd_docs.conversion import libreoffice
from clspd_docs.conversion.engine import Engine, Job
from clspd_docs.conversion.find import OfficeProgram
from clspd_docs.conversion.pool import Pool, worker_count
from clspd_docs.conversion.worker import sweep
from clspd_docs.errors import Stop

pytestmark = pytest.mark.usefixtures("temporary")

SOURCES = Path(__file__).parents[2] / "src"


def test_results_come_in_the_order_of_the_jobs_whoever_is_first(program: OfficeProgram, job: MakeJob) -> None:
    names = ["slow-1", *(f"plain-{i}" for i in range(12)), "slow-2", "slow-3", "plain-last"]
    with Pool(program, workers=3) as pool:
        results = list(pool.convert(job(name) for name in names))
        assert [result.job.key for result in results] == names
        assert all(result.job.pdf.read_bytes().startswith(b"%PDF-") for result in results)
        assert pool.starts == 3


def test_a_slow_document_does_not_keep_the_others_waiting(
    program: OfficeProgram, job: MakeJob, journal: Callable[[], list[str]]
) -> None:
    with Pool(program, workers=2) as pool:
        list(pool.convert([job("slow-1"), *(job(f"plain-{i}") for i in range(9))]))
    after = [line for line in journal() if line.startswith("plain")]
    assert len(after) == 9


def test_one_document_starts_one_program_and_none_starts_none(program: OfficeProgram, job: MakeJob) -> None:
    with Pool(program, workers=4) as pool:
        assert not list(pool.convert([]))
        assert pool.starts == 0
        pool.start()
        assert codes(list(pool.convert([job("a")]))) == {"a": ""}
        assert codes(list(pool.convert([job("b")]))) == {"b": ""}
        assert pool.starts == 1


def test_jobs_are_read_as_there_is_room_for_them(program: OfficeProgram, job: MakeJob) -> None:
    made: list[str] = []

    def jobs() -> Iterator[Job]:
        for i in range(30):
            made.append(f"plain-{i}")
            yield job(f"plain-{i}")

    with Pool(program, workers=2) as pool:
        results = pool.convert(jobs())
        next(results)
        assert len(made) < 30
        assert len(list(results)) == 29


@pytest.mark.parametrize(("name", "code"), [("hang", "PDF106"), ("crash", "PDF107"), ("crashonce", "")])
def test_a_bad_document_is_named_and_the_others_are_delivered(
    program: OfficeProgram, job: MakeJob, name: str, code: str
) -> None:
    names = ["a", "b", name, *(f"plain-{i}" for i in range(6))]
    with Pool(program, workers=2, timeout_seconds=0.3) as pool:
        assert codes(list(pool.convert(map(job, names)))) == dict.fromkeys(names, "") | {name: code}


def test_a_file_of_many_letters_is_not_tried_again(
    program: OfficeProgram, job: MakeJob, journal: Callable[[], list[str]]
) -> None:
    jobs = [
        job("crash-1", merged=True),
        job("crash-2", merged=True),
        job("crash-3", merged=True),
        job("plain"),
    ]
    with Pool(program, workers=1) as pool:
        found = codes(list(pool.convert(jobs)))
    assert found == {"crash-1": "PDF107", "crash-2": "PDF107", "crash-3": "PDF107", "plain": ""}
    assert [line for line in journal() if "crash" in line] == [
        "crash-1.docx 0",
        "crash-2.docx 0",
        "crash-3.docx 0",
    ]


def test_a_program_that_does_not_start_stops_the_run_and_leaves_nothing(
    program: OfficeProgram, job: MakeJob, monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    monkeypatch.setenv("FAKE_OFFICE", "dies")
    with Pool(program, workers=2, start_seconds=0.2) as pool, pytest.raises(Stop) as stop:
        list(pool.convert(job(f"plain-{i}") for i in range(5)))
    assert stop.value.finding.code == "ENV103"
    assert not list(temporary.iterdir())


def test_a_program_is_replaced_after_many_pages(
    program: OfficeProgram, job: MakeJob, monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    monkeypatch.setattr(libreoffice, "_PAGES_BEFORE_RENEWAL", 3)
    with Pool(program, workers=1) as pool:
        for i in range(3):
            assert set(codes(list(pool.convert(job(f"plain-{i}-{j}") for j in range(4)))).values()) == {""}
        assert pool.starts == 3
        assert len(list(temporary.iterdir())) == 1


def test_answers_given_up_half_way_end_every_program(
    program: OfficeProgram, job: MakeJob, temporary: Path
) -> None:
    with Pool(program, workers=2) as pool:
        results = pool.convert(job(f"slow-{i}") for i in range(8))
        next(results)
        results.close()  # type: ignore[attr-defined] # a generator, as every caller's for loop closes it
        assert not list(temporary.iterdir())


def test_close_leaves_no_process_and_no_file(program: OfficeProgram, job: MakeJob, temporary: Path) -> None:
    with Pool(program, workers=3) as pool:
        list(pool.convert(job(f"slow-{i}") for i in range(9)))
        assert len(list(temporary.iterdir())) == 3
    assert not list(temporary.iterdir())
    assert not processes(temporary)


def test_every_program_ends_when_the_owner_is_killed(
    program: OfficeProgram, job: MakeJob, temporary: Path
) -> None:
    """« kill -9 » of the build: the guards end what it started, the next build sweeps what they could not."""
    for i in range(8):
        job(f"slow-{i}")
    script = (
        "import sys, tempfile\n"
        "from pathlib import Path\n"
        "from clspd_docs.conversion.engine import Job\n"
        "from clspd_docs.conversion.find import OfficeProgram\n"
        "from clspd_docs.conversion.pool import Pool\n"
        "folder = Path(sys.argv[1])\n"
        "files = sorted(folder.glob('slow-*.docx')) * 9\n"
        "jobs = (Job(str(i), str(i), f, folder / f'{i}.pdf') for i, f in enumerate(files))\n"
        "for _ in Pool(OfficeProgram(folder / 'soffice', '9', ''), workers=2).convert(jobs):\n"
        "    print('one', flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(program.path.parent)],
        env=os.environ | {"PYTHONPATH": str(SOURCES), "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
    ) as owner:
        assert owner.stdout
        assert owner.stdout.readline()
        assert len(list(temporary.iterdir())) == 2
        owner.send_signal(signal.SIGKILL)
    limit = time.monotonic() + 5
    while (processes(temporary) or any(temporary.iterdir())) and time.monotonic() < limit:
        time.sleep(0.02)
    sweep()
    assert not processes(temporary)
    assert not list(temporary.iterdir())


def test_the_number_of_programs_is_that_asked_for_or_that_of_the_processors() -> None:
    assert worker_count(3) == 3
    assert 1 <= worker_count() <= max(1, os.cpu_count() or 1)


def test_the_pool_is_an_engine(program: OfficeProgram) -> None:
    engine: Engine = Pool(program, workers=2)
    assert (engine.name, engine.version, engine.starts) == ("LibreOffice", "99.1.2.3", 0)
    engine.close()


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

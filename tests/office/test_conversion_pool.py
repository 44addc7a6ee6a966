"""Two real LibreOffice at once, and a build that is killed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import docx
import pypdf
import pytest

from clspd_docs.build.workspace import init
from clspd_docs.conversion.engine import Job
from clspd_docs.conversion.find import find_office
from clspd_docs.conversion.pool import Pool
from conftest import TODAY, run_json

pytestmark = pytest.mark.office

SOURCES = Path(__file__).parents[2] / "src"


def left_by(pid: int) -> list[str]:
    """Folders and command lines of living processes that bear the name of an owner."""
    mark = f"clspd-office-{pid}-"
    found = [path.name for path in Path(tempfile.gettempdir()).glob(f"{mark}*")]
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue  # ended meanwhile
        if mark in words:
            found.append(words)
    return found


def test_two_libreoffice_convert_at_once_and_leave_nothing(tmp_path: Path) -> None:
    jobs = []
    for i in range(12):
        path = tmp_path / f"lettre-{i}.docx"
        made = docx.Document()
        made.add_paragraph(f"Lettre numéro {i}")
        made.save(str(path))
        jobs.append(Job(path.stem, path.name, path, path.with_suffix(".pdf")))
    before = left_by(os.getpid())
    with Pool(find_office(), workers=2) as pool:
        results = list(pool.convert(jobs))
        assert pool.starts == 2
    assert left_by(os.getpid()) == before
    assert [result.job.key for result in results] == [job.key for job in jobs]
    for i, result in enumerate(results):
        assert result.finding is None
        assert f"Lettre numéro {i}" in pypdf.PdfReader(result.job.pdf).pages[0].extract_text()


@pytest.mark.parametrize("delay", [0.0, 0.4, 1.5])
def test_a_killed_build_leaves_nothing_and_the_next_one_completes(tmp_path: Path, delay: float) -> None:
    root = tmp_path / "essai"
    init(root, example=True)
    wanted = ["-C", str(root), "--date", TODAY.isoformat(), "build", "--document", "coupon-reponse"]
    command = [sys.executable, "-c", "from clspd_docs.cli.main import main; main()", *wanted]
    with subprocess.Popen(
        command, env=os.environ | {"PYTHONPATH": str(SOURCES)}, stdout=subprocess.DEVNULL
    ) as killed:
        while not left_by(killed.pid):
            assert killed.poll() is None
            time.sleep(0.01)
        time.sleep(delay)
        killed.kill()
    limit = time.monotonic() + 10
    while left_by(killed.pid) and time.monotonic() < limit:
        time.sleep(0.05)
    assert not [
        line for line in left_by(killed.pid) if " " in line
    ]  # processes; a folder may wait for the next

    answer = run_json(*wanted)
    assert answer["exit"] == 0
    assert len(answer["documents"]) == 36
    assert {path.name for path in (root / "sorties").iterdir()} <= {
        "P-2027-02",
        ".annexes",
        ".cache",
        ".verrou",
    }
    assert not left_by(killed.pid)
    assert run_json(*wanted)["converter_starts"] == 0

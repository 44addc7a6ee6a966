"""PDFs made side by side, in other processes."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from builders.pdf import pdf
from clspd_docs.build.manifest import file_sha256
from clspd_docs.build.press import FEW, PdfOrder, Press, press
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.packets.spec import PacketSpec, Part

MANY = FEW + 1
SPEC = PacketSpec("Lettres", "CLSPD", "", dt.datetime(2027, 1, 4, tzinfo=dt.UTC))


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "lettre.pdf"
    path.write_bytes(pdf("Bonjour"))
    return path


def orders(letter: Path, number: int = MANY) -> list[PdfOrder]:
    parts = (Part("un", "Un", letter), Part("deux", "Deux", letter))
    return [PdfOrder(SPEC, parts, letter.parent / "fait" / f"{n}.pdf", read_back=True) for n in range(number)]


def test_other_processes_make_the_same_bytes_as_this_one(letter: Path) -> None:
    here = press(PdfOrder(SPEC, orders(letter)[0].parts, letter.with_name("ici.pdf"), read_back=True))
    with Press(2) as two:
        made = list(two.run(orders(letter)))
    assert made == [here] * MANY
    assert here.wrong == () and here.packet.pages == 2  # noqa: PT018 - one PDF
    assert {file_sha256(order.target) for order in orders(letter)} == {here.pdf_sha256}


def test_a_part_that_cannot_be_read_stops_the_run_from_another_process_too(letter: Path) -> None:
    letter.write_bytes(b"rien")
    with Press(2) as two, pytest.raises(Stop, match="DOS101") as told:
        list(two.run(orders(letter)))
    assert told.value.exit_code is ExitCode.PROGRAM_MISSING


def test_a_stop_goes_from_one_process_to_another_whole(letter: Path) -> None:
    letter.write_bytes(b"rien")
    with pytest.raises(Stop) as told:
        press(orders(letter)[0])
    again = pickle.loads(pickle.dumps(told.value))
    assert (again.finding, again.exit_code, str(again)) == (
        told.value.finding,
        told.value.exit_code,
        str(told.value),
    )


def test_a_process_that_falls_leaves_the_rest_to_this_one(letter: Path) -> None:
    with Press(2) as two:
        made = two.run(orders(letter, 3 * MANY))
        first = next(made)
        pool = two._processes()
        for process in list(pool._processes.values()):
            process.kill()
        assert [first, *made] == [first] * (3 * MANY)


def test_few_pdfs_start_no_process(letter: Path) -> None:
    with Press(2) as two:
        assert len(list(two.run(orders(letter, FEW)))) == FEW
        assert two._pool is None


def test_the_processes_end_with_a_build_that_is_killed(letter: Path) -> None:
    script = letter.with_name("tuer.py")
    script.write_text(
        "import sys, time\n"
        "from pathlib import Path\n"
        "from unit.test_build_press import MANY, orders\n"
        "from clspd_docs.build.press import Press\n"
        "if __name__ == '__main__':\n"
        "    press = Press(2)\n"
        "    next(press.run(orders(Path(sys.argv[1]))))\n"
        "    print(*press._pool._processes, flush=True)\n"
        "    time.sleep(60)\n",
        encoding="utf-8",
    )
    tests = Path(__file__).parents[1]
    paths = os.pathsep.join([str(tests), *sys.path])
    build = subprocess.Popen(
        [sys.executable, script, letter], stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": paths}
    )
    with build:
        assert build.stdout is not None
        workers = [int(pid) for pid in build.stdout.readline().split()]
        assert len(workers) == 2
        build.send_signal(signal.SIGKILL)
    end = time.monotonic() + 20
    while any(map(is_running, workers)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(is_running, workers))


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

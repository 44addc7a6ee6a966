"""Workbooks damaged by chance: the contract's exit codes, no row lost, nothing quoted, the same answer twice.

A short run of ``tools/fuzz_registers.py``, which goes on to ten thousand with the same rules.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from builders.fuzz import case, filled_rows, own_seeds, parts_of, zipped
from builders.fuzz_cells import CELLS
from builders.fuzz_xml import XML

ROOT: Final = Path(__file__).resolve().parents[2]
COUNT: Final = 200


@pytest.mark.timeout(120)
def test_no_damaged_workbook_breaks_a_rule(tmp_path: Path) -> None:
    program = str(ROOT / "tools" / "fuzz_registers.py")
    run = subprocess.run(
        [sys.executable, program, "--count", str(COUNT), "--seed", "7", "--work", str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests")))},
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{COUNT} workbooks" in run.stdout


def test_the_same_numbers_give_the_same_file() -> None:
    seeds = own_seeds(ROOT / "registers")
    for number in range(20):
        assert case(seeds, 3, number) == case(seeds, 3, number)


def test_every_kind_of_change_is_drawn() -> None:
    seeds = own_seeds(ROOT / "registers")[:2]
    drawn = {name for number in range(400) for name in case(seeds, 5, number).how.split()}
    assert {change.__name__ for change in (*XML, *CELLS)} <= drawn


def test_the_second_opinion_sees_the_rows_of_a_sound_workbook() -> None:
    small = own_seeds(ROOT / "registers")[0]
    assert filled_rows(small.data)["Membres"] == set(range(1, 8))
    assert filled_rows(zipped(parts_of(small.data))) == filled_rows(small.data)

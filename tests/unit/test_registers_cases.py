"""Each defect of the catalogue tests/cases/registres is told at its cell, and nothing else is."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from builders.classeur import Classeur, classeur, told

CASES = Path(__file__).parents[1] / "cases" / "registres"


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['nom']}")
        for path in sorted(CASES.glob("*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["cas"]
    ]


def _damaged(case: dict[str, Any]) -> Classeur:
    workbook = classeur()
    for verb, *arguments in case["gestes"]:
        getattr(workbook, verb)(*arguments)
    return workbook


def test_an_untouched_workbook_gives_nothing_to_say(tmp_path: Path) -> None:
    assert classeur().read(tmp_path)[1] == []


@pytest.mark.parametrize("case", _cases())
def test_a_defect_is_told_at_its_cell_and_nothing_else_is(case: dict[str, Any], tmp_path: Path) -> None:
    book, findings = _damaged(case).read(tmp_path)
    assert [f"{code} {spot}" for code, spot in told(findings)] == sorted(case["attendu"])
    for finding in findings:
        assert finding.message
        assert finding.remedy
        # JSON and logs carry the message: never what the cell holds.
        assert len(finding.value or "") <= 3 or str(finding.value) not in finding.message
    if "lu" in case:
        key, index, name, value = case["lu"]
        assert str(book.rows[key][index].values[name]) == value

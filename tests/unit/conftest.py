"""Fixtures shared by the unit tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from builders.conseils import registres
from clspd_docs.build.workspace import Folder
from clspd_docs.registers.write import workbook_bytes


@cache
def _workbook() -> bytes:
    return workbook_bytes(registres().rows)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A working folder with the small council, written as the product writes it."""
    (tmp_path / "registers").mkdir()
    (tmp_path / "registers" / "clspd.xlsx").write_bytes(_workbook())
    return Folder(tmp_path)

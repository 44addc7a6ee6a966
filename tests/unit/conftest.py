"""Fixtures shared by the unit tests."""

from __future__ import annotations

import sys
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from builders.conseils import registres
from builders.conversion import FAKE, MakeJob
from clspd_docs.build.workspace import Folder
from clspd_docs.conversion.engine import Job
from clspd_docs.conversion.find import OfficeProgram
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


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of the test's own: what a converter leaves there is seen."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def program(tmp_path: Path) -> OfficeProgram:
    """A stand-in for LibreOffice."""
    path = tmp_path / "soffice"
    path.write_text(f"#!{sys.executable} -S\n{FAKE.read_text('utf-8')}", encoding="utf-8")
    path.chmod(0o755)
    return OfficeProgram(path, "99.1.2.3", "")


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """What the stand-in was asked, line by line."""
    file = tmp_path / "journal"
    file.touch()
    monkeypatch.setenv("FAKE_OFFICE_JOURNAL", str(file))
    return lambda: file.read_text("utf-8").splitlines()


@pytest.fixture
def job(tmp_path: Path) -> MakeJob:
    """Make a job of a Word file that holds its own name."""

    def make(name: str, *, update_contents: bool = False, merged: bool = False) -> Job:
        docx = tmp_path / f"{name}.docx"
        with zipfile.ZipFile(docx, "w") as package:
            package.writestr("[Content_Types].xml", f"<Types>{name}</Types>")
        pdf = tmp_path / "out" / f"{name}.pdf"
        return Job(name, f"documents/{name}.docx", docx, pdf, update_contents, merged)

    return make

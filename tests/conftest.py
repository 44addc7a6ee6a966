"""Fixtures shared by all tests: the example council, once read, once built."""

from __future__ import annotations

import datetime as dt
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from builders.merge import rendering
from clspd_docs.build.loading import Loaded, load
from clspd_docs.build.workspace import Folder, init
from clspd_docs.cli.main import cli

TODAY = dt.date(2026, 12, 1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden/*.txt")


def run_cli(*arguments: str) -> tuple[int, str]:
    """Run the command line in this process; return its exit code and its standard output."""
    result = CliRunner().invoke(cli, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def run_json(*arguments: str) -> dict[str, Any]:
    """Run the command line with --json; return its one object."""
    _, output = run_cli(*arguments, "--json")
    answer = json.loads(output)
    assert isinstance(answer, dict)
    return answer


@dataclass(frozen=True, slots=True)
class Built:
    """The example's next session, built once by the command line."""

    root: Path
    answer: dict[str, Any]
    seconds: float

    @property
    def output(self) -> Path:
        return self.root / "sorties" / "P-2027-02"


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The example council, read, as of the demonstration's day."""
    root = tmp_path_factory.mktemp("lu") / "essai"
    init(root, example=True)
    return load(Folder(root), TODAY)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The example's next session, built with a real LibreOffice."""
    root = tmp_path_factory.mktemp("construit") / "essai"
    init(root, example=True)
    start = time.perf_counter()
    answer = run_json("-C", str(root), "--date", TODAY.isoformat(), "build")
    return Built(root, answer, time.perf_counter() - start)


@pytest.fixture
def render(tmp_path: Path) -> Any:
    """Render a template with a small context: see ``builders.merge``."""
    return rendering(tmp_path)

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from clspd_docs.conversion import find
from clspd_docs.conversion.find import VARIABLE, find_office
from clspd_docs.errors import ExitCode, Stop

FAKE = Path(__file__).parents[1] / "fakes" / "office.py"
REGISTRY = '<prop oor:name="ooSetupVersionAboutBox">\n        <value>25.2.3.2</value>\n      </prop>'


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without LibreOffice at the usual places."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(find, "_candidates", lambda: iter(()))


def stand_in(folder: Path) -> Path:
    path = folder / "soffice"
    path.write_text(f"#!{sys.executable} -S\n{FAKE.read_text('utf-8')}", encoding="utf-8")
    path.chmod(0o755)
    return path


def installation(
    folder: Path, *, settings: str = "share/registry/main.xcd", rc: str = "program/versionrc"
) -> Path:
    """An installation whose program would fail if it were run."""
    program = folder / "program" / "soffice"
    for path, text in (
        (program, "#!/bin/false\n"),
        (folder / settings, REGISTRY),
        (folder / rc, "[Version]\nAllLanguages=fr\nbuildid=abc123\nVendor=x\n"),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    return program


def test_the_version_is_read_without_starting_the_program(tmp_path: Path) -> None:
    program = find_office(str(installation(tmp_path)))
    assert (program.version, program.build_id) == ("25.2.3.2", "abc123")


def test_the_version_is_read_through_a_link_in_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = tmp_path / "bin" / "soffice"
    link.parent.mkdir()
    link.symlink_to(installation(tmp_path / "lib"))
    monkeypatch.setattr(find, "_candidates", lambda: iter([str(tmp_path / "absent"), str(link)]))
    program = find_office()
    assert (program.path, program.version, program.build_id) == (link, "25.2.3.2", "abc123")


def test_the_layout_of_macos_is_read(tmp_path: Path) -> None:
    settings = "Resources/registry/main.xcd"
    program = find_office(str(installation(tmp_path, settings=settings, rc="Resources/versionrc")))
    assert (program.version, program.build_id) == ("25.2.3.2", "abc123")


def test_a_program_without_its_settings_beside_it_is_asked_for_its_version(tmp_path: Path) -> None:
    program = find_office(str(stand_in(tmp_path)))
    assert (program.version, program.build_id) == ("99.1.2.3", "")


def test_the_variable_wins_over_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = stand_in(tmp_path)
    monkeypatch.setenv(VARIABLE, str(chosen))
    assert find_office("/nowhere/soffice").path == chosen


@pytest.mark.parametrize("setting", ["/nowhere/soffice", "/bin/true", "no-such-program", "/"])
def test_a_setting_that_is_not_libreoffice_is_named(setting: str) -> None:
    with pytest.raises(Stop) as stop:
        find_office(setting)
    assert stop.value.exit_code is ExitCode.PROGRAM_MISSING
    assert stop.value.finding.code == "ENV102"
    assert setting in stop.value.finding.message
    assert "clspd-docs.toml" in stop.value.finding.remedy


def test_no_libreoffice_says_how_to_get_one() -> None:
    with pytest.raises(Stop) as stop:
        find_office()
    assert stop.value.exit_code is ExitCode.PROGRAM_MISSING
    assert stop.value.finding.code == "ENV101"
    for words in ("apt install libreoffice-writer", "Windows", "[conversion]", "soffice ="):
        assert words in stop.value.finding.remedy

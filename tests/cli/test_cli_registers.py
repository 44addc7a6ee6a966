"""``clspd-docs registers upgrade`` as a user types it: exit codes, French sentences, one JSON object."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from builders.schema_1 import declare, old_small
from clspd_docs.cli.registers import registers
from clspd_docs.domain.french import insecables
from clspd_docs.registers.schema import SCHEMA_VERSION


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder whose workbook is of schema 1."""
    return with_schema(tmp_path, 1)


def with_schema(root: Path, schema: int) -> Path:
    (root / "registers").mkdir()
    declare(old_small(), schema).save(root / "registers/clspd.xlsx")
    return root


def typed(folder: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(registers, ["-C", str(folder), *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def answer(folder: Path, *arguments: str) -> dict[str, object]:
    found = json.loads(typed(folder, *arguments, "--json")[1])
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("arguments", [["--help"], ["upgrade", "--help"]])
def test_help_is_french(arguments: list[str], tmp_path: Path) -> None:
    code, output = typed(tmp_path, *arguments)
    assert code == 0
    assert "Affiche cette aide." in output


def test_the_group_has_its_three_commands() -> None:
    assert sorted(registers.commands) == ["export", "import", "upgrade"]


def test_upgrade_lists_what_it_did_and_where_the_copy_is(folder: Path) -> None:
    code, output = typed(folder, "--date", "2026-11-24", "upgrade")
    assert code == 0
    assert insecables("– colonne « SIRET » ajoutée à la feuille « Organismes », colonne L") in output
    (backup,) = [p for p in (folder / "registers").iterdir() if p.name != "clspd.xlsx"]
    assert backup.name.startswith("clspd 2026-11-24 ")
    assert f"registers/{backup.name}" in output


def test_upgrade_says_when_there_is_nothing_to_do(folder: Path) -> None:
    typed(folder, "upgrade")
    before = sorted((folder / "registers").iterdir())
    code, output = typed(folder, "upgrade")
    assert (code, output) == (
        0,
        insecables("Le classeur registers/clspd.xlsx est à jour : rien n’a été écrit.\n"),
    )
    assert sorted((folder / "registers").iterdir()) == before


def test_a_preview_says_what_would_change_and_writes_nothing(folder: Path) -> None:
    before = (folder / "registers/clspd.xlsx").read_bytes()
    code, output = typed(folder, "upgrade", "--apercu")
    assert code == 0
    assert output.startswith("Ce qui changerait")
    assert "rien n’a été écrit" in output
    assert (folder / "registers/clspd.xlsx").read_bytes() == before
    assert len(list((folder / "registers").iterdir())) == 1


def test_neuf_says_what_to_do_with_the_new_workbook(folder: Path) -> None:
    code, output = typed(folder, "upgrade", "--neuf")
    assert code == 0
    assert "Nouveau classeur" in output
    assert "Ranger clspd.xlsx dans un autre dossier." in output
    assert (folder / "registers/clspd-v3.xlsx").exists()


def test_json_holds_the_changes_and_the_paths(folder: Path) -> None:
    found = answer(folder, "--date", "2026-11-24", "upgrade")
    assert (found["command"], found["ok"], found["exit"]) == ("registers upgrade", True, 0)
    assert found["path"] == "registers/clspd.xlsx"
    assert str(found["backup"]).startswith("registers/clspd 2026-11-24 ")
    assert f"version du classeur : {SCHEMA_VERSION}" in str(found["changes"])


def test_a_workbook_of_a_newer_program_is_refused_with_exit_3(tmp_path: Path) -> None:
    found = answer(with_schema(tmp_path, SCHEMA_VERSION + 1), "upgrade")
    assert (found["ok"], found["exit"]) == (False, 3)
    assert [f["code"] for f in found["findings"]] == ["REG010"]  # type: ignore[attr-defined] # a list of objects


def test_a_folder_without_workbook_is_refused_with_exit_3(tmp_path: Path) -> None:
    code, output = typed(tmp_path, "upgrade")
    assert code == 3
    assert "REG001" in output


def test_asking_for_help_does_not_load_openpyxl() -> None:
    code = "import sys, clspd_docs.cli.registers; sys.exit('openpyxl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

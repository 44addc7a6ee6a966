"""The commands as a user types them: exit codes, French sentences, no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import TODAY, run_cli, run_json


def typed(*arguments: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a process of its own."""
    code = "from clspd_docs.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **env},
    )


def test_help_is_french_and_names_every_command() -> None:
    code, output = run_cli("--help")
    assert code == 0
    for word in ("Usage", "Commandes", "init", "check", "build", "verify", "explain", "doctor"):
        assert word in output


@pytest.mark.parametrize("command", ["init", "check", "build", "verify", "explain", "doctor"])
def test_each_command_has_french_help(command: str) -> None:
    code, output = run_cli(command, "--help")
    assert code == 0
    assert "Affiche cette aide." in output


def test_wrong_usage_is_told_in_french_with_exit_2() -> None:
    done = typed("chek")
    assert done.returncode == 2
    assert "Vouliez-vous dire 'check'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_without_workbook_is_refused_with_exit_3(tmp_path: Path) -> None:
    answer = run_json("-C", str(tmp_path), "check")
    assert answer["exit"] == 3
    assert [f["code"] for f in answer["findings"]] == ["REG001"]


def test_json_is_the_only_thing_on_stdout(tmp_path: Path) -> None:
    done = typed("-C", str(tmp_path), "check", "--json")
    assert json.loads(done.stdout)["command"] == "check"


def test_wrong_usage_is_json_too_when_asked(tmp_path: Path) -> None:
    done = typed("-C", str(tmp_path), "build", "--etape", "jamais", "--json")
    assert done.returncode == 2
    answer = json.loads(done.stdout)
    assert (answer["ok"], answer["exit"], answer["findings"]) == (False, 2, [])
    assert "jamais" in answer["message"]


def test_the_example_checks_without_any_finding(tmp_path: Path) -> None:
    folder = tmp_path / "essai"
    assert run_cli("init", str(folder), "--exemple")[0] == 0
    answer = run_json("-C", str(folder), "--date", TODAY.isoformat(), "check")
    assert answer["findings"] == []
    assert answer["exit"] == 0
    assert answer["counts"]["membres"] == 45


def test_init_never_overwrites(tmp_path: Path) -> None:
    folder = tmp_path / "essai"
    run_cli("init", str(folder))
    mark = folder / "registers" / "clspd.xlsx"
    before = mark.read_bytes()
    answer = run_json("init", str(folder), "--exemple")
    assert answer["exit"] == 2
    assert answer["findings"][0]["code"] == "ENV202"
    assert mark.read_bytes() == before


def test_a_blank_folder_says_what_to_fill_and_builds_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "vierge"
    run_cli("init", str(folder))
    code, output = run_cli("-C", str(folder), "check")
    assert code == 1
    assert "feuille « Paramètres »" in output
    assert "« Membres » ne contient encore aucune ligne" in output
    answer = run_json("-C", str(folder), "build")
    assert answer["exit"] == 1
    assert "COH601" in {f["code"] for f in answer["findings"]}
    assert not (folder / "sorties").exists()


def test_an_unknown_session_or_document_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "essai"
    run_cli("init", str(folder), "--exemple")
    answer = run_json("-C", str(folder), "build", "P-2099-01")
    assert (answer["exit"], answer["findings"][0]["code"]) == (2, "COH602")
    answer = run_json("-C", str(folder), "build", "--document", "convocation")
    assert (answer["exit"], answer["findings"][0]["code"]) == (2, "COH605")


def test_a_missing_converter_gives_exit_4_and_says_what_to_install(tmp_path: Path) -> None:
    folder = tmp_path / "essai"
    run_cli("init", str(folder), "--exemple")
    (folder / "clspd-docs.toml").write_text(
        '[conversion]\nsoffice = "/nulle/part/soffice"\n', encoding="utf-8"
    )
    done = typed("-C", str(folder), "--date", TODAY.isoformat(), "build")
    assert done.returncode == 4
    assert "LibreOffice" in done.stdout
    assert not list((folder / "sorties").rglob("*.pdf")) if (folder / "sorties").exists() else True


def test_our_own_fault_gives_exit_5_without_a_traceback(tmp_path: Path) -> None:
    code = (
        "import clspd_docs.build.preview as p\n"
        "def broken(*a): raise KeyError('Mme Secret')\n"
        "p.check = broken\n"
        "from clspd_docs.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "check"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        encoding="utf-8",
    )
    assert done.returncode == 5
    assert "Traceback" not in done.stderr + done.stdout
    report = (tmp_path / "clspd-docs-erreur.txt").read_text(encoding="utf-8")
    assert "Secret" not in report + done.stderr


def test_explain_shows_a_kind_and_suggests_for_a_wrong_code() -> None:
    code, output = run_cli("explain", "reg203")
    assert code == 0
    assert "Date illisible" in output
    code, _ = run_cli("explain", "REG2O3")
    assert code == 2


def test_doctor_names_the_converter_and_the_templates(tmp_path: Path) -> None:
    folder = tmp_path / "essai"
    run_cli("init", str(folder), "--exemple")
    code, output = run_cli("-C", str(folder), "doctor")
    assert code == 0
    assert "LibreOffice : " in output
    assert "introuvable" not in output


def test_verify_refuses_what_is_neither_a_packet_nor_a_folder(tmp_path: Path) -> None:
    answer = run_json("verify", str(tmp_path))
    assert (answer["exit"], answer["findings"][0]["code"]) == (3, "DOS501")

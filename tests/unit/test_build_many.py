"""Several councils at once: each answers for itself, in any executor, in the order asked; none stops the others."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from builders.classeur import Classeur
from builders.conseils import registres
from clspd_docs.build import cluster as clusters
from clspd_docs.build import many
from clspd_docs.build.cluster import cluster
from clspd_docs.build.many import Council, ManyReport, build_council, build_many, in_shard
from clspd_docs.build.report import Report
from clspd_docs.build.request import Options
from clspd_docs.build.workspace import CANNOT_WRITE, SETTINGS, WORKBOOK, Folder, init
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.origin import Place
from conftest import TODAY, run_cli, run_json

FAKE = Path(__file__).parents[1] / "fakes" / "office.py"
OPTIONS = Options(TODAY)
SECRET = "a cell’s content"


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Options]]:
    """Replace the building of one council: what it does is told by the folder's name."""
    seen: list[tuple[str, Options]] = []

    def build(folder: Folder, options: Options, _progress: Any) -> Report:
        name = folder.root.name
        seen.append((name, options))
        if name.startswith("lent"):
            time.sleep(0.1)
        if name.startswith("plein"):
            raise Stop(CANNOT_WRITE.at(Place("sorties")))
        if name.startswith("bogue"):
            raise ZeroDivisionError(SECRET)
        return Report("build", counts={"membres": len(name)})

    monkeypatch.setattr(many, "build", build)
    return seen


def exits(report: ManyReport) -> dict[str, int]:
    return {Path(council.folder).name: int(council.exit) for council in report.councils}


def test_councils_come_in_the_order_asked_whichever_is_done_first(
    stand_in: list[tuple[str, Options]], tmp_path: Path
) -> None:
    folders = [tmp_path / name for name in ("lent", "b", "a", "c")]
    done: list[str] = []
    with ThreadPoolExecutor(4) as executor:
        report = build_many(folders, OPTIONS, executor, progress=done.append)
    assert [council.folder for council in report.councils] == [str(folder) for folder in folders]
    assert sorted(done) == ["a", "b", "c", "lent"]
    assert done[-1] == "lent"
    assert {options.workers for _, options in stand_in} == {1}  # one LibreOffice for each


@pytest.mark.usefixtures("stand_in")
def test_the_answer_does_not_depend_on_the_order(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "plein", "b", "lent")]
    with ThreadPoolExecutor(2) as executor:
        one = build_many(folders, OPTIONS, executor)
        two = build_many(folders[::-1], OPTIONS, executor)
    assert one.councils == two.councils[::-1]


@pytest.mark.usefixtures("stand_in")
def test_a_council_that_fails_stops_no_other_and_the_worst_exit_is_that_of_all(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "plein", "bogue", "b")]
    (tmp_path / "bogue").mkdir()
    with ThreadPoolExecutor(2) as executor:
        report = build_many(folders, OPTIONS, executor)
    assert exits(report) == {"a": 0, "plein": 3, "bogue": 5, "b": 0}
    assert report.exit is ExitCode.OUR_BUG
    told = report.councils[2].answer["message"]
    assert "ZeroDivisionError" in told
    left = (tmp_path / "bogue" / "clspd-docs-erreur.txt").read_text(encoding="utf-8")
    assert "test_build_many.py" in left
    assert SECRET not in left + told


def test_a_folder_named_twice_is_built_once(stand_in: list[tuple[str, Options]], tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as executor:
        report = build_many([tmp_path / "a", tmp_path / "b" / ".." / "a"], OPTIONS, executor)
    assert [name for name, _ in stand_in] == ["a"]
    assert [council.folder for council in report.councils] == [str(tmp_path / "a")]


def test_an_executor_that_loses_a_council_is_told_for_that_one_alone(tmp_path: Path) -> None:
    class Losing(ThreadPoolExecutor):
        def submit(self, *args: Any, **_: Any) -> Future[Any]:
            future: Future[Any] = Future()
            if args[1].endswith("perdu"):
                future.set_exception(MemoryError())
            else:
                future.set_result(Report("build").as_json())
            return future

    with Losing() as executor:
        report = build_many([tmp_path / "a", tmp_path / "perdu"], OPTIONS, executor)
    assert exits(report) == {"a": 0, "perdu": 4}
    assert [finding["code"] for finding in report.councils[1].answer["findings"]] == ["ENV211"]


def test_no_council_at_all_is_done() -> None:
    assert build_many([], OPTIONS).exit is ExitCode.DONE


def test_the_whole_answer_is_one_contract_object_with_one_for_each_council() -> None:
    council = Council("ici/la", Report("build", exit_code=ExitCode.FAULTS).as_json())
    answer = ManyReport((council,)).as_report().as_json()
    assert (answer["schema"], answer["command"], answer["ok"], answer["exit"]) == (1, "build", False, 1)
    assert [each["folder"] for each in answer["councils"]] == ["ici/la"]
    assert answer["councils"][0].keys() >= {"schema", "exit", "findings", "counts", "documents", "packets"}
    assert json.dumps(answer)


def test_processes_of_this_machine_survive_a_council_that_kills_its_own(tmp_path: Path) -> None:
    """One has no LibreOffice that starts, one has no workbook, one has a LibreOffice that kills who starts it."""
    killer = "import os, sys\nif '--version' in sys.argv:\n    print('LibreOffice 9.9')\nelse:\n    os.kill(os.getppid(), 9)\n"
    dies = f"import os\nos.environ['FAKE_OFFICE'] = 'dies'\n{FAKE.read_text('utf-8').replace('from __future__ import annotations', '')}"
    for name, code in (("meurtrier", killer), ("muet", dies)):
        folder = tmp_path / name
        init(folder, example=False)
        Classeur(registres()).book.save(folder / WORKBOOK)
        program = folder / "soffice"
        program.write_text(f"#!{sys.executable} -S\n{code}", encoding="utf-8")
        program.chmod(0o755)
        (folder / SETTINGS).write_text(f'[conversion]\nsoffice = "{program}"\n', encoding="utf-8")
    (tmp_path / "vide").mkdir()
    folders = [tmp_path / name for name in ("meurtrier", "muet", "vide")]
    report = build_many(folders, Options(TODAY, document="ordre-du-jour"), workers=2)
    assert exits(report) == {"meurtrier": 4, "muet": 4, "vide": 3}
    codes = [{finding["code"] for finding in each.answer["findings"]} for each in report.councils]
    assert codes[0] == {"ENV211"}
    assert "ENV103" in codes[1]
    assert codes[2] == {"REG001"}


def test_the_answer_of_a_council_holds_no_content_of_a_cell(tmp_path: Path) -> None:
    init(tmp_path / "c", example=False)
    Classeur(registres().change("membres", "M004", courriel="secret sans arobase")).book.save(
        tmp_path / "c" / WORKBOOK
    )
    (tmp_path / "c" / SETTINGS).write_text('[conversion]\nsoffice = "/nulle/part"\n', encoding="utf-8")
    answer = build_council(str(tmp_path / "c"), Options(dt.date(2026, 12, 1)))
    assert answer["exit"] == 4
    assert "secret" not in json.dumps(answer)


# --- Shards ------------------------------------------------------------------------------------------


def test_every_folder_is_in_one_shard_whatever_the_others() -> None:
    folders = [Path(f"/villes/{name}") for name in ("montbrun", "castelnoy", "évrac", *map(str, range(200)))]
    shards = [[folder for folder in folders if in_shard(folder, number, 16)] for number in range(1, 17)]
    assert sorted(folder for shard in shards for folder in shard) == sorted(folders)
    assert all(2 <= len(shard) <= 30 for shard in shards)


def test_a_shard_follows_from_the_name_alone_the_same_for_ever() -> None:
    number = next(n for n in range(1, 17) if in_shard(Path("/a/évrac"), n, 16))
    assert number == 6
    assert in_shard(Path("/b/e\u0301vrac"), number, 16)  # as macOS writes it


# --- The command line --------------------------------------------------------------------------------


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, stand_in: list[tuple[str, Options]]) -> list[tuple[str, Options]]:
    """Build in this process instead of others."""
    monkeypatch.setattr(many, "_processes", ThreadPoolExecutor)
    return stand_in


def test_folders_are_named_on_the_line_or_in_a_list(here: list[tuple[str, Options]], tmp_path: Path) -> None:
    liste = tmp_path / "liste.txt"
    liste.write_text("\ufeff# nos villes\nb\n\n  c  \n", encoding="utf-8")
    answer = run_json("-C", str(tmp_path / "a"), "-C", str(tmp_path / "d"), "build", "--liste", str(liste))
    assert [Path(each["folder"]).name for each in answer["councils"]] == ["a", "d", "b", "c"]
    assert Path(answer["councils"][2]["folder"]) == tmp_path / "b"
    assert len(here) == 4


@pytest.mark.usefixtures("here")
def test_the_table_and_the_faults_are_for_reading(tmp_path: Path) -> None:
    code, output = run_cli("-C", str(tmp_path / "a"), "build", "--ouvriers", "2")
    assert code == 0
    assert "Dossier de travail" in output
    code, output = run_cli("build", "-C", str(tmp_path / "a"), "-C", str(tmp_path / "plein"))
    assert code == 3
    lines = output.splitlines()
    assert str(tmp_path / "plein") in lines
    assert any("[ENV203]" in line for line in lines)
    assert any(
        line.startswith(str(tmp_path / "plein")) and line.endswith("rien n’a pu être lu ou écrit")
        for line in lines
    )
    assert lines[-1].replace("\xa0", " ") == "Bilan : fait : 1 ; rien n’a pu être lu ou écrit : 1."


def test_a_cluster_that_cannot_be_used_is_told_on_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "find_spec", lambda _: None)
    arguments = ("-C", str(tmp_path), "build", "--grappe", "tcp://127.0.0.1:1")
    code, output = run_cli(*arguments)
    assert code == 4
    assert "[ENV212]" in output
    answer = run_json(*arguments)
    assert (answer["exit"], [finding["code"] for finding in answer["findings"]]) == (4, ["ENV212"])


def test_a_shard_builds_its_folders_only(here: list[tuple[str, Options]], tmp_path: Path) -> None:
    names = [f"ville-{i}" for i in range(8)]
    liste = tmp_path / "liste.txt"
    liste.write_text("\n".join(names), encoding="utf-8")
    for number in (1, 2, 3):
        run_json("build", "--liste", str(liste), "--lot", f"{number}/3")
    assert sorted(name for name, _ in here) == sorted(names)


def test_a_single_folder_is_built_as_before(tmp_path: Path) -> None:
    answer = run_json("-C", str(tmp_path), "build")
    assert "councils" not in answer
    assert [finding["code"] for finding in answer["findings"]] == ["REG001"]


def test_the_folder_named_after_the_command_is_the_one(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    answer = run_json("-C", str(tmp_path / "a"), "check", "-C", str(tmp_path / "b"))
    assert answer["exit"] == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", "-C", "a", "-C", "b"), "« build » seul en prend plusieurs"),
        (("build", "--lot", "0/3"), "écrire par exemple 3/16"),
        (("build", "--lot", "4/3"), "écrire par exemple 3/16"),
        (("build", "-C", "a", "-C", "b", "--pourquoi"), "pour un seul dossier de travail"),
        (("build", "--ouvriers", "2", "--jobs", "2"), "pour un seul dossier de travail"),
        (("build", "--liste", os.devnull + "-absent"), "Fichier introuvable"),
    ],
)
def test_wrong_usage_is_told(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from clspd_docs.cli import main as program  # noqa: PLC0415 - the whole program, as typed

    sys.argv[1:] = arguments
    with pytest.raises(SystemExit) as left:
        program.main()
    assert left.value.code == 2
    assert words in capsys.readouterr().err.replace("\xa0", " ")


# --- The cluster -------------------------------------------------------------------------------------


def test_a_cluster_without_the_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "find_spec", lambda _: None)
    with pytest.raises(Stop) as stop, cluster("tcp://127.0.0.1:1"):
        pass
    assert (stop.value.finding.code, stop.value.exit_code) == ("ENV212", ExitCode.PROGRAM_MISSING)


@pytest.fixture
def scheduler() -> Iterator[str]:
    """A real scheduler with two workers, as threads of this process."""
    distributed: Any = importlib.import_module("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
    ) as local:
        yield local.scheduler_address


def test_a_cluster_gives_the_same_answer_as_this_machine(
    stand_in: list[tuple[str, Options]], scheduler: str, tmp_path: Path
) -> None:
    folders = [tmp_path / name for name in ("lent", "plein", "b")]
    with cluster(scheduler) as executor:
        far = build_many(folders, OPTIONS, executor)
    with ThreadPoolExecutor(2) as executor:
        assert far == build_many(folders, OPTIONS, executor)
    assert exits(far) == {"lent": 0, "plein": 3, "b": 0}
    assert len(stand_in) == 6


def test_a_cluster_of_another_version_is_told(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "tool_version", lambda: threading.current_thread().name)
    with pytest.raises(Stop) as stop, cluster(scheduler):
        pass
    assert (stop.value.finding.code, stop.value.exit_code) == ("ENV214", ExitCode.PROGRAM_MISSING)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "n’importe quoi"])
def test_a_cluster_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(clusters, "_SECONDS", 0.5)
    with pytest.raises(Stop) as stop, cluster(address):
        pass
    assert (stop.value.finding.code, stop.value.exit_code) == ("ENV213", ExitCode.PROGRAM_MISSING)

"""The Word engine on a stand-in for COM: no Word was ever run by these tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builders.conversion import MakeJob, codes
from clspd_docs.conversion import word
from clspd_docs.conversion.engine import Engine
from clspd_docs.conversion.word import Word, WordProgram, asked_word, find_word
from clspd_docs.errors import ExitCode, Stop
from fakes.word import FIRST_PID, Desk, install

PROGRAM = WordProgram("16.0.1")


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, temporary: Path) -> Desk:  # noqa: ARG001 - for its effect
    found = Desk()
    install(found, monkeypatch)
    return found


def told(desk: Desk, verb: str) -> list[tuple[Any, ...]]:
    return [arguments for each, arguments in desk.told if each == verb]


def test_one_word_serves_the_whole_batch_and_is_left_politely(
    desk: Desk, job: MakeJob, tmp_path: Path
) -> None:
    engine: Engine = Word(PROGRAM)
    with engine:
        results = list(engine.convert(job(f"plain-{i}") for i in range(5)))
        assert [result.pages for result in results] == [3] * 5
        assert engine.starts == len(desk.words) == 1
    assert desk.words[0].has_quit
    assert not desk.killed
    assert not list((tmp_path / "tmp").iterdir())


def test_word_is_told_to_ask_nothing_and_to_run_nothing(desk: Desk, job: MakeJob) -> None:
    with Word(PROGRAM) as engine:
        list(engine.convert([job("plain")]))
        fake: Any = desk.words[0]
        assert (fake.Visible, fake.DisplayAlerts, fake.AutomationSecurity) == (False, 0, 3)
        links = [fake.Options.UpdateLinksAtOpen]
    links.append(fake.Options.UpdateLinksAtOpen)
    assert links == [False, True]  # the desk's own setting is given back
    (opened,) = told(desk, "Open")
    assert opened[1:] == (False, True, False, "?")  # no question, read-only, not among the recent files


def test_the_export_is_tagged_has_an_outline_and_is_pdf_a(desk: Desk, job: MakeJob) -> None:
    one = job("plain")
    with Word(PROGRAM) as engine:
        list(engine.convert([one]))
    assert told(desk, "Export") == [
        (str(one.pdf), 17, False, 0, 0, 1, 1, 0, True, True, 1, True, True, True),
    ]
    assert told(desk, "Close") == [(0,)]


def test_fields_are_updated_when_there_are_contents_to_fill(desk: Desk, job: MakeJob) -> None:
    with Word(PROGRAM) as engine:
        list(engine.convert([job("lettre")]))
        assert not told(desk, "Update")
        list(engine.convert([job("plan", update_contents=True)]))
    assert len(told(desk, "Update")) == 3  # two stories, one table of contents


@pytest.mark.parametrize(
    ("name", "code", "killed"),
    [
        ("refused", "PDF105", 0),
        ("empty", "PDF108", 0),
        ("crash", "PDF107", 2),
        ("hang", "PDF106", 4),
        ("crashonce", "", 1),
        ("hangonce", "", 2),
    ],
)
def test_a_bad_document_is_named_and_the_others_are_delivered(
    desk: Desk, job: MakeJob, name: str, code: str, killed: int
) -> None:
    jobs = [job("before"), job(name), job("after")]
    with Word(PROGRAM, timeout_seconds=0.2) as engine:
        results = list(engine.convert(jobs))
    assert codes(results) == {"before": "", name: code, "after": ""}
    assert [result.job.pdf.exists() for result in results] == [True, not code, True]
    assert len(desk.killed) == killed  # by the watchdog, then when what is left of it is cleared
    assert set(desk.killed) <= {FIRST_PID, FIRST_PID + 1}


def test_three_lost_documents_in_a_row_stop_the_run(desk: Desk, job: MakeJob) -> None:
    with Word(PROGRAM) as engine, pytest.raises(Stop) as stop:
        list(engine.convert(job(f"crash-{i}") for i in range(5)))
    assert (stop.value.finding.code, stop.value.exit_code) == ("ENV104", ExitCode.PROGRAM_MISSING)
    assert "Word" in stop.value.finding.message
    assert len(desk.words) == 6


def test_the_word_that_somebody_uses_is_neither_used_nor_killed(desk: Desk, job: MakeJob) -> None:
    desk.is_open_by_user = True
    with Word(PROGRAM) as engine, pytest.raises(Stop) as stop:
        list(engine.convert([job("plain")]))
    assert stop.value.finding.code == "ENV107"
    assert (desk.killed, desk.words[0].has_quit, desk.told) == ([], False, [])


@pytest.mark.parametrize("how", ["refuses_start", "fails_after_start"])
def test_a_word_that_does_not_start_stops_the_run_and_does_not_stay(
    desk: Desk, job: MakeJob, how: str, tmp_path: Path
) -> None:
    setattr(desk, how, True)
    with Word(PROGRAM) as engine, pytest.raises(Stop) as stop:
        list(engine.convert([job("plain")]))
    assert (stop.value.finding.code, stop.value.exit_code) == ("ENV107", ExitCode.PROGRAM_MISSING)
    assert all(each.has_quit for each in desk.words)
    assert not list((tmp_path / "tmp").iterdir())


def test_word_is_found_in_the_registry_with_its_build(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"CurVer": "Word.Application.16", "Configuration": "16.0.17328.20184"}
    monkeypatch.setattr(word, "_registry", lambda _root, key, _name: values.get(key.split("\\")[-1], ""))
    monkeypatch.setattr(word, "find_spec", lambda _name: object())
    assert find_word() == WordProgram("16.0.17328.20184")
    del values["Configuration"]
    assert asked_word() == WordProgram("16")
    monkeypatch.setattr(word, "find_spec", lambda _name: None)
    assert "complément « word »" in find_word().fault.replace("\xa0", " ")


def test_asking_for_word_where_there_is_none_says_so() -> None:
    with pytest.raises(Stop) as stop:
        asked_word()
    assert (stop.value.finding.code, stop.value.exit_code) == ("ENV106", ExitCode.PROGRAM_MISSING)

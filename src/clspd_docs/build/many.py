"""Several councils, each built apart in any ``concurrent.futures.Executor``; none stops the others."""

from __future__ import annotations

import hashlib
import multiprocessing
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from clspd_docs.build.bug import our_bug
from clspd_docs.build.pipeline import build
from clspd_docs.build.report import Report
from clspd_docs.build.request import Options
from clspd_docs.build.workspace import Folder
from clspd_docs.conversion.pool import worker_count
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Kind, Severity
from clspd_docs.origin import Place

LOST = Kind(
    "ENV211",
    Severity.ERROR,
    "Préparation interrompue net",
    "Le programme qui préparait ce dossier s’est arrêté net ({cause}) : mémoire insuffisante, ou ouvrier arrêté.",
    "Relancer la commande pour ce seul dossier, ou avec moins d’ouvriers (option --ouvriers).",
)

Answer = Mapping[str, Any]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Council:
    """One council: its folder as the caller named it, and the object that ``build --json`` gives of it."""

    folder: str
    answer: Answer

    @property
    def exit(self) -> ExitCode:
        """The exit code that its own build would have."""
        return ExitCode(self.answer["exit"])


@dataclass(frozen=True, slots=True)
class ManyReport:
    """What became of each council, in the order of the folders, whichever was the first to be done."""

    councils: tuple[Council, ...]

    @property
    def exit(self) -> ExitCode:
        """The worst exit code, done without any council."""
        return max((council.exit for council in self.councils), default=ExitCode.DONE)

    def as_report(self) -> Report:
        """Return the contract's object for the whole: ``councils`` holds one more for each folder."""
        councils = [{"folder": council.folder, **council.answer} for council in self.councils]
        return Report("build", exit_code=self.exit, more={"councils": councils})


def build_council(folder: str, options: Options) -> Answer:
    """Build one council, here; return what ``build --json`` gives of it, whatever goes wrong.

    Nothing but this goes from one machine to another: no name of a person, no content of a cell.
    """
    try:
        return build(Folder(Path(folder)), options, lambda _: None).as_json()
    except Stop as stop:
        return _told(stop)
    except Exception as error:  # noqa: BLE001 - our own fault in one council stops no other; it is told
        return Report(
            "build", exit_code=ExitCode.OUR_BUG, more={"message": our_bug(error, Path(folder))}
        ).as_json()


def build_many(
    folders: Sequence[Path],
    options: Options,
    executor: Executor | None = None,
    *,
    workers: int | None = None,
    progress: Progress = lambda _: None,
) -> ManyReport:
    """Build the councils of ``folders``, each with one converter of its own.

    Args:
        folders: Working folders, that the executor's machines see under the same path; one named twice is
            built once.
        options: The same for all.
        executor: Where; None for processes of this machine.
        workers: How many of these, when there is no executor; None for one for each processor.
        progress: Called with the folder's name when a council is done.
    """
    options = replace(options, workers=1)
    named = {str(folder.absolute().resolve()): str(folder) for folder in reversed(folders)}
    paths = list(reversed(named))
    if executor is not None:
        answers, lost = _gather(executor, paths, options, progress)
    else:
        with _processes(min(worker_count(workers), len(paths) or 1)) as pool:
            answers, lost = _gather(pool, paths, options, progress)
        for path in lost:  # a process that falls takes the others' councils along: each is tried alone
            with _processes(1) as pool:
                again, lost_again = _gather(pool, [path], options, progress)
            answers |= again
            lost |= lost_again
    for path in lost.keys() - answers.keys():
        finding = LOST.at(Place(named[path]), cause=type(lost[path]).__name__)
        answers[path] = _told(Stop(finding, ExitCode.PROGRAM_MISSING))
    return ManyReport(tuple(Council(named[path], answers[path]) for path in paths))


def in_shard(folder: Path, number: int, total: int) -> bool:
    """True when ``folder`` belongs to the shard ``number`` of ``total``, counted from 1.

    Its name alone decides: the same on every machine, whatever the other folders.
    """
    name = unicodedata.normalize("NFC", folder.absolute().name)
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % total == number - 1


def _processes(workers: int) -> ProcessPoolExecutor:
    """Return processes of this machine, started afresh as Windows does."""
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"))


def _gather(
    executor: Executor, paths: Sequence[str], options: Options, progress: Progress
) -> tuple[dict[str, Answer], dict[str, BaseException]]:
    """Return the answer for each path, and the fault of the executor for those without."""
    answers: dict[str, Answer] = {}
    lost: dict[str, BaseException] = {}
    futures: dict[Future[Answer], str] = {}
    try:
        for path in paths:
            try:
                futures[executor.submit(build_council, path, options)] = path
            except BrokenExecutor as error:
                lost[path] = error
        for future in as_completed(futures):
            path = futures[future]
            fault = future.exception()
            if fault is None:
                answers[path] = future.result()
                progress(Path(path).name)
            else:
                lost[path] = fault
    finally:
        for future in futures:
            future.cancel()
    return answers, lost


def _told(stop: Stop) -> Answer:
    return Report("build", [stop.finding], exit_code=stop.exit_code).as_json()

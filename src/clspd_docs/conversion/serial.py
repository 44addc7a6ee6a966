"""An engine that converts one document after the other, under a watchdog; Word and the preview are such."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from clspd_docs.conversion import guard
from clspd_docs.conversion.checks import (
    CRASHED,
    KEEPS_FAILING,
    LOST_IN_A_ROW,
    REFUSED,
    TOO_SLOW,
    TRIES,
    docx_fault,
    pdf_fault,
    target_fault,
)
from clspd_docs.conversion.engine import Closing, Converted, Job
from clspd_docs.conversion.worker import PREFIX, Guard, sweep
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Kind
from clspd_docs.origin import Place

ENGINE: Final = Place("clspd-docs.toml", part="[conversion] moteur")


class RefusedError(Exception):
    """The program says that it cannot convert this document."""


class LostError(Exception):
    """The program is gone: it fell, or the watchdog ended it."""


class Watchdog:
    """Kills the process ``pid`` when the block takes more than ``seconds``; ``bit`` then is True."""

    def __init__(self, seconds: float, pid: int) -> None:
        self.bit = False
        self._pid = pid
        self._timer = threading.Timer(seconds, self._bite)
        self._timer.daemon = True

    def _bite(self) -> None:
        self.bit = True
        guard.kill_tree(self._pid)

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()


class OneByOne(Closing):
    """A converter program driven one document at a time, as an ``Engine``.

    It is started with the first document; ended with its owner, were it by "kill -9"; and replaced when it
    falls or hangs. A document that makes it do so twice is reported alone. A subclass says how the program is
    started (``_launch``), told to convert (``_export``) and left (``_leave``).
    """

    name: str
    merges = False

    def __init__(self, version: str, *, timeout_seconds: float) -> None:
        sweep()  # here, for a build that has nothing to convert cleans as well
        self.version = version
        self.starts = 0
        self._timeout_seconds = timeout_seconds
        self._pid: int | None = None
        self._folder: Path | None = None
        self._guard: Guard | None = None
        self._lost_in_a_row = 0

    def start(self) -> None:
        """Do nothing: the program starts with the first document, in the thread that will drive it."""

    def convert(self, jobs: Iterable[Job]) -> Iterator[Converted]:
        """Yield what became of each job, in order.

        Codes PDF101 to PDF108 name the document that failed; the others are converted all the same.

        Raises:
            Stop: The program does not start, or ENV104: it is lost on 3 documents in a row.
        """
        for job in jobs:
            fault = docx_fault(job) or target_fault(job)
            yield self._converted(job) if fault is None else Converted(job, 0, 0, fault)

    def close(self) -> None:
        """End the program; may be called twice."""
        if self._pid is not None:
            with suppress(LostError):
                self._leave()
                self._pid = None  # it ends by itself: killed now, it would complain at its next start
            self._drop()

    def _launch(self) -> int:
        """Start the program; return its process id.

        Raises:
            Stop: It does not start.
        """
        raise NotImplementedError

    def _export(self, job: Job) -> int:
        """Make ``job.pdf``; return its number of pages.

        Raises:
            RefusedError: The document cannot be converted.
            LostError: The program is gone.
        """
        raise NotImplementedError

    def _leave(self) -> None:
        """Ask the program to end.

        Raises:
            LostError: It is gone already.
        """
        raise NotImplementedError

    def _running(self) -> int:
        if self._pid is None:
            self._folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")).resolve()
            self._guard = Guard(self._folder)
            try:
                self._pid = self._launch()
            except BaseException:
                self._drop()
                raise
            self._guard.watch(self._pid)
            self.starts += 1
        return self._pid

    def _drop(self) -> None:
        """Kill the program and delete its folder."""
        if self._pid is not None:
            guard.kill_tree(self._pid)
        assert self._folder is not None
        assert self._guard is not None
        guard.erase(self._folder)
        self._guard.dismiss()
        self._pid = self._folder = self._guard = None

    def _converted(self, job: Job) -> Converted:
        lost = CRASHED
        for _ in range(TRIES):
            pid, begun = self._running(), time.monotonic()
            with Watchdog(self._timeout_seconds, pid) as dog:
                try:
                    pages = self._export(job)
                except RefusedError:
                    return self._failed(job, REFUSED)
                except LostError:
                    pages = 0
            if pages:
                self._lost_in_a_row = 0
                fault = pdf_fault(job, self.name, pages)
                took = round(1000 * (time.monotonic() - begun))
                return self._failed(job, fault.kind) if fault else Converted(job, pages, took)
            lost = TOO_SLOW if dog.bit else CRASHED
            self._drop()
        self._lost_in_a_row += 1
        if self._lost_in_a_row >= LOST_IN_A_ROW:
            finding = KEEPS_FAILING.at(ENGINE, programme=self.name, nombre=LOST_IN_A_ROW, nom=job.name)
            raise Stop(finding, ExitCode.PROGRAM_MISSING)
        return self._failed(job, lost)

    def _failed(self, job: Job, kind: Kind) -> Converted:
        with suppress(OSError):
            job.pdf.unlink(missing_ok=True)
        fault = kind.at(Place(job.name), programme=self.name, secondes=f"{self._timeout_seconds:g}")
        return Converted(job, 0, 0, fault)

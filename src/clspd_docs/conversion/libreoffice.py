"""LibreOffice as an engine: started once, fed ahead, watched document by document.

Several orders wait in LibreOffice's spool while it converts, so that it never waits for the next one; an
answer that does not come in time, or a process that ends, is put down to the oldest order without answer:
that document is tried once more in a fresh LibreOffice, then reported alone.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

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
from clspd_docs.conversion.find import SETTING, OfficeProgram
from clspd_docs.conversion.worker import Worker, sweep
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place

NO_START = Kind(
    "ENV103",
    Severity.ERROR,
    "LibreOffice ne démarre pas",
    "LibreOffice ({programme}) ne démarre pas, ou ne répond pas au bout de {secondes} s.",
    "Ouvrir LibreOffice une fois à la main ; s’il ne s’ouvre pas, le réinstaller. Sous Linux, une version "
    "« snap » ou « flatpak » n’a pas accès aux fichiers de travail : installer le paquet libreoffice-writer.",
)

_AHEAD: Final = 8  # orders waiting in the spool; more would only put more files on the disk
POLL_SECONDS: Final = 0.002
_ROOM: Final = 2**20  # bytes free on the disk, less than some PDFs take
_PAGES_BEFORE_RENEWAL: Final = 3_000  # what a document leaves in memory is small, but stays

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Task:
    """A job on its way: ``turn`` is its number in the spool of the present worker."""

    job: Job
    turn: int = 0
    lost: int = 0
    result: Converted | None = None


class LibreOffice(Closing):
    """One running LibreOffice, as an ``Engine``; a pool feeds several by ``take`` and ``turn``.

    Args:
        program: From ``find_office``.
        timeout_seconds: Time that one document may take each time it is tried: twice.
        start_seconds: Time that LibreOffice may take to start (0.1 s, but far more from a cold disk).
    """

    name = "LibreOffice"
    merges = True

    def __init__(
        self, program: OfficeProgram, *, timeout_seconds: float = 60, start_seconds: float = 60
    ) -> None:
        sweep()  # here, for a build that has nothing to convert cleans as well
        self.version = program.version
        self.starts = 0
        self._program = program
        self._timeout_seconds = timeout_seconds
        self._start_seconds = start_seconds
        self._worker: Worker | None = None
        self._tasks: deque[_Task] = deque()
        self._since = 0.0  # the clock of what is awaited: the start, then each answer in turn
        self._failed_starts = 0
        self._lost_in_a_row = 0
        self._pages = 0

    def start(self) -> None:
        """Launch LibreOffice without waiting for it.

        Raises:
            Stop: ENV103 when the system refuses to run the program.
        """
        self._running()

    def convert(self, jobs: Iterable[Job]) -> Iterator[Converted]:
        """Yield what became of each job, in order, at most 8 jobs behind what is read of ``jobs``.

        Codes PDF101 to PDF108 name the document that failed; the others are converted all the same.

        Raises:
            Stop: ENV103 when LibreOffice does not start, ENV104 when it fails on 3 documents in a row.
            OSError: The disk is full.
        """
        source, more = iter(jobs), True
        try:
            while more or self.waiting:
                if result := self.turn():
                    yield result
                elif more and self.waiting < _AHEAD:
                    job = next(source, None)
                    more = job is not None
                    if job:
                        self.take(job)
                else:
                    time.sleep(POLL_SECONDS)
        finally:
            self.abandon()

    @property
    def waiting(self) -> int:
        """How many jobs were taken and have not come back from ``turn``."""
        return len(self._tasks)

    def take(self, job: Job) -> None:
        """Accept one job more; LibreOffice starts with the first.

        Raises:
            Stop: ENV103 when the system refuses to run the program.
        """
        if self._pages > _PAGES_BEFORE_RENEWAL and not self._tasks:
            self._drop_worker()
        task = _Task(job)
        fault = docx_fault(job) or target_fault(job)
        if fault:
            task.result = Converted(job, 0, 0, fault)
        else:
            self._send(task)
        self._tasks.append(task)

    def turn(self) -> Converted | None:
        """Return what became of the oldest job taken, None while it is being converted; never waits.

        Raises:
            Stop: As ``convert``.
        """
        if not self._tasks:
            return None
        self._watch()
        result = self._settled(self._tasks[0])
        if result:
            self._tasks.popleft()
            self._pages += result.pages
        return result

    def abandon(self) -> None:
        """Give up the jobs taken: what waits in the spool is no longer wanted."""
        if self._tasks:
            self._tasks.clear()
            self._drop_worker()

    def close(self) -> None:
        """End LibreOffice and delete its folder."""
        self._drop_worker()

    def _running(self) -> Worker:
        if self._worker is None:
            try:
                self._worker = Worker(self._program)
            except OSError as error:
                if error.errno == errno.ENOSPC:
                    raise
                raise self._no_start() from error
            self.starts += 1
            self._pages = 0
            self._since = time.monotonic()
        return self._worker

    def _drop_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker:
            worker.stop()

    def _send(self, task: _Task) -> None:
        worker = self._running()
        _lock(task.job.pdf).unlink(missing_ok=True)
        if not any(other.result is None for other in self._tasks):
            self._since = time.monotonic()
        task.turn = worker.send(task.job)

    def _settled(self, task: _Task) -> Converted | None:
        """Return the task's result once there is one."""
        if task.result is None and self._worker and (answer := self._worker.answer(task.turn)):
            task.result = self._result(task.job, answer)
            self._since = time.monotonic()
            self._lost_in_a_row = 0
        return task.result

    def _result(self, job: Job, answer: list[str]) -> Converted:
        match answer:
            case ["done", pages, milliseconds]:
                fault = pdf_fault(job, self.name, int(pages))
                if fault is None:
                    return Converted(job, int(pages), int(milliseconds))
            case _:
                _log.info("%s: %s", job.name, " ".join(answer))
                fault = REFUSED.at(Place(job.name), programme=self.name)
        return self._failed(job, fault)

    def _failed(self, job: Job, fault: Finding) -> Converted:
        if shutil.disk_usage(job.pdf.parent).free < _ROOM:  # then the document is not to blame
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with suppress(OSError):
            job.pdf.unlink(missing_ok=True)
        return Converted(job, 0, 0, fault)

    def _watch(self) -> None:
        """Notice that LibreOffice ended or is silent for too long; then go on with a fresh one."""
        worker = self._worker
        if worker is None:
            return
        ended = worker.has_ended  # before the answer is looked for: what it answered, it answered by now
        if self._settled(self._tasks[0]):
            return
        now, ready = time.monotonic(), worker.ready_at()
        if ready is None:
            if ended or now - self._since > self._start_seconds:
                self._start_failed(worker)
            return
        self._failed_starts = 0
        if ended:
            self._head_lost(CRASHED)
        elif now - max(ready, self._since) > self._timeout_seconds:
            self._head_lost(TOO_SLOW)

    def _start_failed(self, worker: Worker) -> None:
        _log.info("LibreOffice does not start: %s", worker.last_words())
        self._drop_worker()
        self._failed_starts += 1
        if self._failed_starts >= TRIES:
            raise self._no_start()
        self._send_again()

    def _head_lost(self, kind: Kind) -> None:
        self._drop_worker()
        head = self._tasks[0]
        head.lost += 1
        if head.lost >= TRIES or head.job.merged or (head.job.slow and kind is TOO_SLOW):
            place = Place(head.job.name)
            fault = kind.at(place, programme=self.name, secondes=f"{self._timeout_seconds:g}")
            head.result = self._failed(head.job, fault)
            self._lost_in_a_row += not head.job.merged
            if self._lost_in_a_row >= LOST_IN_A_ROW:
                finding = KEEPS_FAILING.at(
                    SETTING, programme=self.name, nombre=LOST_IN_A_ROW, nom=head.job.name
                )
                raise Stop(finding, ExitCode.PROGRAM_MISSING)
        self._send_again()

    def _send_again(self) -> None:
        for task in self._tasks:
            if task.result is None:
                self._send(task)

    def _no_start(self) -> Stop:
        finding = NO_START.at(SETTING, programme=self._program.path, secondes=f"{self._start_seconds:g}")
        return Stop(finding, ExitCode.PROGRAM_MISSING)


def _lock(path: Path) -> Path:
    """Return the file by which LibreOffice says that it has ``path`` open; killed, it leaves it to the next one."""
    return path.with_name(f".~lock.{path.name}#")

"""Several LibreOffice as one engine: each job goes to the one that has the least to do.

Each has a profile, a spool, temporary files and a guard of its own (``worker.py``), and retries its own
documents (``libreoffice.py``). One more is started only when those that run have enough to do.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from clspd_docs.conversion.engine import Closing, Converted, Job
from clspd_docs.conversion.find import OfficeProgram
from clspd_docs.conversion.libreoffice import POLL_SECONDS, LibreOffice

_AHEAD: Final = 2  # jobs of one LibreOffice: one in hand, one to go on with
_MOST: Final = 8  # beyond, the program that feeds them is what they wait for; each takes 200 MB


def worker_count(asked: int | None = None) -> int:
    """Return how many LibreOffice to run: ``asked``, or one for each processor that this process may use."""
    if asked is not None:
        return max(1, asked)
    available = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        available = len(os.sched_getaffinity(0))
    return min(available, _MOST)


class Pool(Closing):
    """The LibreOffice of this machine, several times, as an ``Engine``.

    Args:
        program: From ``find_office``.
        workers: At most how many run at once.
        timeout_seconds: Time that one document may take each time it is tried: twice.
        start_seconds: Time that one LibreOffice may take to start.
    """

    name = LibreOffice.name
    merges = LibreOffice.merges

    def __init__(
        self, program: OfficeProgram, *, workers: int, timeout_seconds: float = 60, start_seconds: float = 60
    ) -> None:
        self.version = program.version
        self._offices = [
            LibreOffice(program, timeout_seconds=timeout_seconds, start_seconds=start_seconds)
            for _ in range(workers)
        ]

    @property
    def starts(self) -> int:
        """How many times LibreOffice was started, all together."""
        return sum(office.starts for office in self._offices)

    def start(self) -> None:
        """Launch the first LibreOffice without waiting for it.

        Raises:
            Stop: ENV103 when the system refuses to run the program.
        """
        self._offices[0].start()

    def convert(self, jobs: Iterable[Job]) -> Iterator[Converted]:
        """Yield what became of each job, in their order, whichever LibreOffice was the first to end.

        Codes PDF101 to PDF108 name the document that failed; the others are converted all the same.

        Raises:
            Stop: ENV103 when LibreOffice does not start, ENV104 when one fails on 3 documents in a row.
        """
        source, more = iter(jobs), True
        turns: deque[LibreOffice] = deque()  # who has the first job not yet yielded, who has the second…
        done: dict[LibreOffice, deque[Converted]] = {office: deque() for office in self._offices}
        try:
            while more or turns:
                for office in self._offices:
                    while result := office.turn():
                        done[office].append(result)
                free = self._free() if more else None
                if turns and done[turns[0]]:
                    yield done[turns.popleft()].popleft()
                elif free is not None:
                    job = next(source, None)
                    more = job is not None
                    if job:
                        free.take(job)
                        turns.append(free)
                else:
                    time.sleep(POLL_SECONDS)
        finally:
            for office in self._offices:
                office.abandon()

    def close(self) -> None:
        """End every LibreOffice and delete its folder."""
        for office in self._offices:
            office.close()

    def _free(self) -> LibreOffice | None:
        """Return the LibreOffice to give the next job: the idlest of those started, else a new one."""
        started = [office for office in self._offices if office.starts]
        idlest = min(started, key=lambda office: office.waiting, default=None)
        if idlest is None or idlest.waiting >= _AHEAD:
            idlest = next((office for office in self._offices if not office.starts), None)
        return idlest

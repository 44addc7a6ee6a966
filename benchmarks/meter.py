"""What a command costs: wall, processor and peak memory of all its processes, as Linux counts them."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall and processor seconds, peak MiB of resident memory (pages that processes share count in each)."""

    wall: float
    cpu: float
    mib: float

    def __add__(self, other: Cost) -> Cost:
        """One after the other."""
        return Cost(self.wall + other.wall, self.cpu + other.cpu, max(self.mib, other.mib))

    def __sub__(self, other: Cost) -> Cost:
        """Without what was there before."""
        return Cost(self.wall - other.wall, self.cpu - other.cpu, self.mib)

    def __mul__(self, times: float) -> Cost:
        """As many times, with the same memory."""
        return Cost(self.wall * times, self.cpu * times, self.mib)


def median_cost(costs: list[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(*(median(getattr(cost, name) for cost in costs) for name in ("wall", "cpu", "mib")))


def command(arguments: list[str], environment: Mapping[str, str] | None = None) -> tuple[Cost, str]:
    """Run a command to its end; return its cost and what it printed."""
    with Meter() as meter:
        done = subprocess.run(
            arguments, capture_output=True, text=True, check=False, env={**os.environ, **(environment or {})}
        )
    if done.returncode not in {0, 1}:
        raise SystemExit(f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return meter.cost, done.stdout


def cost_of(work: Callable[[], object]) -> Cost:
    """Return what ``work`` costs, here and in the processes that it starts."""
    with Meter() as meter:
        work()
    return meter.cost


@dataclass
class Meter:
    """Watches the processes under this one, 25 times a second, from ``with`` to its end.

    Short of what a process uses between the last look at it and its end.
    """

    cost: Cost = field(default_factory=lambda: Cost(0, 0, 0))
    _ticks: dict[tuple[int, str], int] = field(default_factory=dict)
    _peak: int = 0

    def __enter__(self) -> Self:
        """Begin."""
        self._ended = threading.Event()
        self._look()
        self._before = dict(self._ticks)
        self._own, self._children = time.process_time(), _ended_children()
        self._start = time.perf_counter()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End: ``cost`` is known."""
        wall = time.perf_counter() - self._start
        self._look()
        self._ended.set()
        self._thread.join()
        ended = _ended_children() - self._children
        own = time.process_time() - self._own - self._spent
        ticks = sum(used - self._before.get(key, 0) for key, used in self._ticks.items())
        self.cost = Cost(wall, own + max(ticks / TICKS, ended), self._peak * PAGE / 2**20)

    def _watch(self) -> None:
        while not self._ended.wait(0.04):
            self._look()
        self._spent = time.thread_time()

    def _look(self) -> None:
        resident = 0
        for pid in _below(os.getpid()):
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # ended meanwhile
            self._ticks[pid, fields[19]] = int(fields[11]) + int(fields[12])
            resident += int(fields[21])
        self._peak = max(self._peak, resident)


def _ended_children() -> float:
    """Return the processor seconds of the processes waited for: many are too short to be looked at."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _below(pid: int) -> Iterator[int]:
    """Yield the processes started by ``pid``, and by these."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in map(int, children):
            yield child
            yield from _below(child)

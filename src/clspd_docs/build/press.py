"""PDFs assembled and read back, many at a time: on every processor, in processes of this machine.

What they are made of and what they become are files, so that a build of thousands of letters fits in memory.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from clspd_docs.build.manifest import sha256
from clspd_docs.conversion.engine import Closing
from clspd_docs.findings import Finding
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.check import contents_faults, faults
from clspd_docs.packets.spec import Packet, PacketSpec, Part

FEW: Final = 24  # PDFs that are made here: they take less time than other processes to start
_CHUNK: Final = 4  # handed over at once


@dataclass(frozen=True, slots=True)
class PdfOrder:
    """One PDF to make.

    Args:
        spec: How it is named and bound.
        parts: Of what.
        target: Where it goes.
        read_back: Have another library read it.
        contents: Key of its contents page, whose numbers are then read as well; "" for none.
    """

    spec: PacketSpec
    parts: tuple[Part, ...]
    target: Path
    read_back: bool = False
    contents: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A PDF made: the packet without its bytes, which are in the file, and what the second reader says of it."""

    packet: Packet
    pdf_sha256: str
    pdf_bytes: int
    wrong: tuple[Finding, ...]


class Press(Closing):
    """The processes, which start with the first long series; ``workers`` of them at most."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def run(self, orders: Sequence[PdfOrder]) -> Iterator[Pressed]:
        """Yield what becomes of each of ``orders``, in their order.

        Raises:
            Stop: DOS101 or DOS301, a part or a packet that cannot be read.
            OSError: A file cannot be read or written.
        """
        done = 0
        if self._workers > 1 and len(orders) > FEW:
            try:
                for pressed in self._processes().map(press, orders, chunksize=_CHUNK):
                    yield pressed
                    done += 1
            except BrokenExecutor:  # one fell, for want of memory: the rest is made here
                self.close()
        yield from map(press, orders[done:])

    def _processes(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")  # afresh, as Windows does
            self._pool = ProcessPoolExecutor(self._workers, context, initializer=_depend_on_parent)
        return self._pool

    def close(self) -> None:
        """End the processes."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)


def press(order: PdfOrder, make: Callable[[PacketSpec, Sequence[Part]], Packet] = assemble) -> Pressed:
    """Make one PDF, here."""
    packet = make(order.spec, order.parts)
    wrong = [*faults(order.spec, packet)] if order.read_back else []
    contents = next((part for part in packet.parts if part.key == order.contents), None)
    if order.read_back and contents is not None:
        wrong += contents_faults(order.spec, packet, contents)
    order.target.parent.mkdir(parents=True, exist_ok=True)
    order.target.write_bytes(packet.pdf)
    return Pressed(replace(packet, pdf=b""), sha256(packet.pdf), len(packet.pdf), tuple(wrong))


def _depend_on_parent() -> None:
    """Leave Ctrl-C to the parent, and end when it does, even killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()

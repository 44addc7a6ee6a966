"""Separate, finished PDFs of many letters of the shipped summons: alone or together, by one or several LibreOffice.

Usage: python benchmarks/letters.py [--letters 200] [--rounds 3]. Medians of rounds that take turns, in one run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from clspd_docs.build import together
from clspd_docs.build.holding import blocked
from clspd_docs.build.loading import load
from clspd_docs.build.produce import Made, Studio
from clspd_docs.build.together import Order, convert
from clspd_docs.build.workspace import Folder, init
from clspd_docs.conversion.find import find_office
from clspd_docs.conversion.pool import Pool, worker_count
from clspd_docs.documents.plan import find_session, plan_session
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.spec import PacketSpec, Part

TODAY = dt.date(2026, 12, 1)
SESSION = "P-2027-02"
CODE = "convocation-pleniere"
TICKS = os.sysconf("SC_CLK_TCK")


def letters(root: Path, number: int) -> list[Order]:
    """Return ``number`` orders: the example's members, again from the first when there are not enough."""
    loaded = load(Folder(root), TODAY)
    seance = find_session(loaded.conseil, SESSION)
    assert seance is not None
    plan = plan_session(loaded.conseil, seance, loaded.catalogue, jour=TODAY, only=CODE)
    studio = Studio(loaded, blocked(()), TODAY)
    made = [each for each in map(studio.make, plan.documents) if isinstance(each, Made)]
    return [
        Order(f"lettre-{i:04d}", "lettre", each.docx, each.job.entry.modele)
        for i, each in enumerate(islice(cycle(made), number))
    ]


def office_seconds() -> float:
    """Return the processor time of the LibreOffice of this process, as Linux counts it."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"clspd-office-{os.getpid()}-".encode() in (folder / "cmdline").read_bytes():
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                total += int(fields[11]) + int(fields[12])
        except OSError:
            continue  # ended meanwhile
    return total / TICKS


def once(orders: list[Order], most: int, workers: int) -> tuple[float, float]:
    """Return the wall and the processor seconds from Word files to finished PDFs."""
    together.MOST = most  # type: ignore[misc]  # what is measured
    began, spent, done = time.perf_counter(), time.process_time(), 0
    with tempfile.TemporaryDirectory() as work, Pool(find_office(), workers=workers) as pool:
        for pdf, key in _converted(pool, orders, Path(work)):
            spec = PacketSpec("Convocation", "CLSPD", "", dt.datetime(2027, 1, 4, tzinfo=dt.UTC))
            packet = assemble(spec, [Part(key, "Convocation", pdf, owner=key)])
            done += len(packet.claims) == 2  # noqa: PLR2004 - PDF/A and PDF/UA
        spent = time.process_time() - spent + office_seconds()
    assert done == len(orders)
    return time.perf_counter() - began, spent


def _converted(pool: Pool, orders: list[Order], work: Path) -> Iterator[tuple[bytes, str]]:
    for delivery in convert(pool, orders, work):
        assert delivery.finding is None
        yield delivery.pdf.read_bytes(), delivery.key


def main() -> None:
    """Print a table and a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "essai"
        init(root, example=True)
        orders = letters(root, asked.letters)
    ways = {
        f"{'together' if most > 1 else 'one by one'}, {workers} LibreOffice": (most, workers)
        for most in (1, together.MOST)
        for workers in sorted({1, worker_count()})
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(asked.rounds):
        for name, (most, workers) in ways.items():
            taken[name].append(once(orders, most, workers))
    found = {name: tuple(map(median, zip(*rounds, strict=True))) for name, rounds in taken.items()}
    print(f"{platform.machine()}, {os.cpu_count()} processors, LibreOffice {find_office().version}")
    print(
        f"| {len(orders)} letters, finished apart | wall s | processor s | ms a letter |\n|---|---|---|---|"
    )
    for name, (wall, spent) in found.items():
        print(f"| {name} | {wall:.2f} | {spent:.2f} | {1000 * wall / len(orders):.0f} |")
    print(json.dumps(found))


if __name__ == "__main__":
    main()

"""Kill builds at random moments (SIGKILL), and tell which left something broken or behind.

A round corrects a cell, starts a real build, and kills the build, one of its guards, one of its LibreOffice
processes, or the guards and then the build. Some builds are killed while they publish. Then:
what is published is whole (every digest of the manifest, no other file); a build that was not the one killed
ends well; the next build completes; no process, temporary file or half-made folder is left after it.

Usage: PYTHONPATH=src:tests python tools/kill_builds.py [--count 100] [--seed 1] [--example-every 4]
Every round is of a small council, but for one in so many, which is of the example. Linux only (/proc).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import openpyxl

from builders.classeur import Classeur
from builders.conseils import registres
from clspd_docs.build.manifest import MANIFEST, file_sha256, read_manifest
from clspd_docs.build.publish import OLD, WORK
from clspd_docs.build.workspace import OUTPUT, WORKBOOK, init
from clspd_docs.conversion import guard

SOURCES: Final = Path(__file__).resolve().parents[1] / "src"
SESSION: Final = "P-2027-02"
TARGETS: Final = ("build", "publishing", "office", "guard", "guards, then build", "build")
ALONE: Final = {"office", "guard"}
"""Targets after which the build goes on."""
GRACE_SECONDS: Final = 10.0
"""What the guards may take to end what a killed build left."""
LONGEST_SECONDS: Final = 300.0


@dataclass(slots=True)
class Council:
    """A working folder, its own temporary folder, and how long its last build took."""

    root: Path
    temporary: Path
    seconds: float = 0.0
    workers: set[Path] = field(default_factory=set)
    """Folders of LibreOffice seen so far."""

    def change(self, number: int) -> None:
        """Correct the cell that every letter shows."""
        path = self.root / WORKBOOK
        book = openpyxl.load_workbook(path)
        row = next(r for r in book["Paramètres"].iter_rows() if r[0].value == "Qualité du signataire")
        row[1].value = f"Le Maire n° {number}"
        book.save(path)

    def start(self) -> subprocess.Popen[bytes]:
        """Start a build."""
        code = "from clspd_docs.cli.main import main; main()"
        command = [sys.executable, "-c", code, "-C", str(self.root), "--date", "2026-12-01", "build"]
        variables = {"TMPDIR": str(self.temporary), "PYTHONPATH": str(SOURCES)}
        return subprocess.Popen(
            command, env=os.environ | variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def build(self) -> list[str]:
        """Build to the end; return what is wrong."""
        start = time.monotonic()
        with self.start() as process:
            faults = ended_badly(process)
        self.seconds = time.monotonic() - start
        return faults

    def processes(self) -> dict[int, str]:
        """Return the living processes that a build of this council started, by number: their command lines."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if str(self.temporary).encode() in (folder / "environ").read_bytes():
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # ended meanwhile, or another user's
        return found

    def see_workers(self) -> None:
        """Note the folders of LibreOffice that are there, whose sockets must go as well."""
        self.workers.update(path.resolve() for path in self.temporary.iterdir())

    def left(self) -> Iterator[str]:
        """Yield what should be gone: processes, temporary files, sockets, half-made work."""
        yield from (f"process {words}" for words in self.processes().values())
        yield from (f"temporary {path.name}" for path in self.temporary.iterdir())
        for folder in self.workers:
            socket = guard._socket(folder / "profile", os.getuid())  # noqa: SLF001 - LibreOffice names it, not us
            if socket.exists():
                yield f"socket {socket.name}"
        for path in (self.root / OUTPUT).rglob("*"):
            if path.suffix == ".part" or path.name.startswith((WORK, OLD)):
                yield f"half-made {path.relative_to(self.root)}"

    def torn(self) -> Iterator[str]:
        """Yield what is not whole in what is published."""
        for folder in (self.root / OUTPUT).glob("[!.]*"):
            manifest = read_manifest(folder)
            if manifest is None:
                yield f"no manifest in {folder.name}"
                continue
            listed = manifest.files()
            files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
            yield from (f"not listed: {name}" for name in files - listed.keys() - {MANIFEST, "index.html"})
            yield from (
                f"not whole: {name}" for name, sha in listed.items() if file_sha256(folder / name) != sha
            )
        if not (self.root / OUTPUT / SESSION).is_dir():
            yield "the session's folder is not there"


def ended_badly(process: subprocess.Popen[bytes]) -> list[str]:
    """Wait for a build; return what it said when it did not end well."""
    try:
        words, _ = process.communicate(timeout=LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return ["a build does not end"]
    return [f"exit {process.returncode}: {words.decode()[-600:]}"] if process.returncode else []


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for the condition; return whether it came true."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(0.005)
    return True


def victims(council: Council, target: str, build: int, chance: random.Random) -> list[int]:
    """Return the processes to kill, in order; none as long as there is no such process."""
    processes = council.processes()
    guards = [pid for pid, words in processes.items() if "guard.py" in words]
    offices = [pid for pid, words in processes.items() if "soffice.bin" in words or "oosplash" in words]
    match target:
        case "guard":
            return [chance.choice(guards)] if guards else []
        case "office":
            return [chance.choice(offices)] if offices else []
        case "guards, then build":
            return [*guards, build] if guards else []
        case _:
            return [build]


def kill(council: Council, process: subprocess.Popen[bytes], target: str, chance: random.Random) -> bool:
    """Kill ``target`` at a random moment; False when the build ended before."""

    def due() -> bool:
        council.see_workers()
        now = time.monotonic() - start > moment
        is_publishing = target != "publishing" or (council.root / OUTPUT / f"{WORK}{SESSION}").exists()
        return process.poll() is not None or (now and is_publishing)

    start = time.monotonic()
    moment = 0.0 if target == "publishing" else chance.uniform(0, council.seconds)
    until(due, LONGEST_SECONDS)
    if target == "publishing":
        time.sleep(chance.uniform(0, 0.1))
    found: list[int] = []
    while not found and process.poll() is None:
        found = victims(council, target, process.pid, chance)
    council.see_workers()
    if process.poll() is not None:
        return False
    for pid in found:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
    return True


def killed(council: Council, target: str, chance: random.Random) -> list[str] | None:
    """Kill a build of ``council``; return what is wrong then, None when the build ended before."""
    with council.start() as process:
        if not kill(council, process, target, chance):
            process.communicate()
            return None
        faults = ended_badly(process) if target in ALONE else []
        if target in ALONE:
            faults += council.left()
        else:
            process.communicate()
    if target in {"build", "publishing"} and not until(lambda: not council.processes(), GRACE_SECONDS):
        faults += [f"orphan {words}" for words in council.processes().values()]
    faults += council.torn()
    return [f"{target}, killed: {words}" for words in faults]


def one_round(council: Council, number: int, target: str, chance: random.Random) -> list[str]:
    """Kill one build, run the next; return what is wrong."""
    faults: list[str] | None = None
    while faults is None:
        council.change(number)
        number += 1_000_000
        faults = killed(council, target, chance)
    after = council.build()
    until(lambda: not council.processes(), GRACE_SECONDS if target == "guards, then build" else 0)
    after += [*council.torn(), *council.left()]
    return faults + [f"{target}, next build: {words}" for words in after]


def made(root: Path, *, example: bool) -> Council:
    """Make a council and build it once."""
    init(root / "essai", example=example)
    if not example:
        rows = registres()
        rows.row("points")["piece"] = None  # the annex that it names is not there
        Classeur(rows).book.save(root / "essai" / WORKBOOK)
    (root / "tmp").mkdir()
    council = Council(root / "essai", root / "tmp")
    if faults := council.build():
        sys.exit("\n".join(faults))
    return council


def rounds(work: Path, count: int, seed: int, example_every: int) -> Iterator[tuple[str, list[str]]]:
    """Yield the target and the faults of each round; ``example_every`` 0 leaves the example out."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    small = made(work / "petit", example=False)
    example = made(work / "exemple", example=True) if example_every else small
    for number in range(count):
        target = TARGETS[number % len(TARGETS)]
        council = example if example_every and number % example_every == example_every - 1 else small
        yield target, one_round(council, number, target, chance)


def main() -> None:
    """Print each fault, then a table and a JSON line; leave with 1 on a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--example-every", type=int, default=4, metavar="N")
    asked = parser.parse_args()
    done: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kill-builds-") as work:
        for target, faults in rounds(Path(work), asked.count, asked.seed, asked.example_every):
            done[target] += 1
            failed[target] += bool(faults)
            print(f"{done.total()} {target}: {'; '.join(faults) or 'whole'}", flush=True)
    print("| killed | rounds | with a fault |\n|---|---|---|")
    for target, number in done.items():
        print(f"| {target} | {number} | {failed[target]} |")
    seconds = round(time.monotonic() - start)
    print(
        json.dumps({"rounds": done.total(), "faults": failed.total(), "seed": asked.seed, "seconds": seconds})
    )
    sys.exit(bool(failed.total()))


if __name__ == "__main__":
    main()

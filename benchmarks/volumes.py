"""Thousands of letters in one packet, or in volumes: time and peak memory, each way alone in a process.

The letter is one of the example, converted by LibreOffice and tagged; its copies differ by their title.
Usage: python benchmarks/volumes.py [--letters 5000] [--pages 500]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from clspd_docs.build.pipeline import build
from clspd_docs.build.request import Options
from clspd_docs.build.volumes import shares
from clspd_docs.build.workspace import Folder, init
from clspd_docs.documents.catalogue import Etape
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.inspect import page_count
from clspd_docs.packets.spec import PacketSpec, Part

TODAY = dt.date(2026, 12, 1)
SPEC = PacketSpec(
    "Convocations",
    "CLSPD",
    "",
    dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC),
    numbering="page {page} sur {pages}",
)


def letters(root: Path) -> list[Path]:
    """Return the raw PDFs of the example's summons, as LibreOffice made them."""
    init(root, example=True)
    build(Folder(root), Options(TODAY, steps=(Etape.CONVOCATION,)), lambda _: None)
    return sorted((root / "sorties" / ".cache").glob("*.pdf"))


def join(files: list[Path], number: int, most: int, target: Path) -> dict[str, float]:
    """Assemble ``number`` letters in volumes of ``most`` pages (0: one packet); return what it took."""
    start = time.perf_counter()
    pages = [page_count(path) for path in files]
    counts = [pages[at % len(files)] for at in range(number)]
    size = 0
    for volume, share in enumerate(shares(counts, most)):
        parts = [
            Part(f"p{at}", f"Lettre {at}", files[at % len(files)].read_bytes(), owner=f"M{at}")
            for at in range(number)[share]
        ]
        packet = assemble(SPEC, parts)
        (target / f"{volume}.pdf").write_bytes(packet.pdf)
        size += len(packet.pdf)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": time.perf_counter() - start, "peak_mib": peak, "mib": size / 2**20}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=5000)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--alone", nargs=3, metavar=("FOLDER", "LETTERS", "PAGES"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        folder, number, most = Path(asked.alone[0]), int(asked.alone[1]), int(asked.alone[2])
        with tempfile.TemporaryDirectory() as target:
            print(json.dumps(join(sorted(folder.glob("*.pdf")), number, most, Path(target))))
        return
    with tempfile.TemporaryDirectory() as work:
        files = letters(Path(work) / "essai")
        print("| letters | pages a volume | seconds | peak MiB | output MiB |\n|---|---|---|---|---|")
        for number in (asked.letters // 10, asked.letters):
            for most in (0, asked.pages):
                command = [sys.executable, __file__, "--alone", str(files[0].parent), str(number), str(most)]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                told = json.loads(done.stdout)
                numbers = " | ".join(f"{told[key]:.1f}" for key in ("seconds", "peak_mib", "mib"))
                print(f"| {number} | {most or 'one'} | {numbers} |", flush=True)


if __name__ == "__main__":
    main()

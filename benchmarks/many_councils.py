"""Many councils, built on two local workers, then on a dask scheduler with two workers here: the same bytes?

Each council is one of tests/builders, with its own names. Every published file is compared, and the JSON.
Usage: python benchmarks/many_councils.py [--councils N] [--members N] [--workers N]
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from builders.classeur import Classeur
from builders.conseils import registres
from clspd_docs.build.cluster import cluster
from clspd_docs.build.many import ManyReport, build_many
from clspd_docs.build.request import Options
from clspd_docs.build.workspace import WORKBOOK, init
from clspd_docs.conversion.find import find_office
from clspd_docs.domain import listes as li

TODAY = dt.date(2026, 12, 1)
NAMES = ("Aubrac", "Belliard", "Castan", "Delorme", "Évrard", "Fabre", "Gaudin", "Huon", "Izard", "Joly")


def make_council(root: Path, number: int, members: int) -> Path:
    """Make the working folder of the council ``number``, of ``members`` members; return it."""
    rows = registres()
    rows.row("parametres")["collectivite"] = f"Montbrun-{number}"
    rows.row("points")["piece"] = None  # the annex that it names is not there
    for rank in range(len(rows.rows["membres"]) + 1, members + 1):
        rows.add(
            "membres",
            id=f"M{rank:03d}",
            qualite=li.Qualite.DESIGNE_ORG,
            college=li.College.SOCIAL_SANTE,
            rang=rank,
            formations=(li.Formation.PLENIERE,),
            statut=li.StatutPersonne.ACTIF,
            canal=li.Canal.COURRIER,
            civilite=li.Civilite.M,
            prenom=NAMES[rank % 7],
            nom=f"{NAMES[(rank + number) % 10]}-{NAMES[rank % 10]}",
            fonction="Directeur",
            politesse="Directeur",
            organisme="ORG-CAF",
        )
    init(root, example=False)
    Classeur(rows).book.save(root / WORKBOOK)
    return root


@contextmanager
def dask(workers: int) -> Iterator[str]:
    """Run a scheduler and its workers on this machine; give its address."""
    python = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    with tempfile.TemporaryDirectory() as folder:
        processes = [
            subprocess.Popen(
                [*python, "--host", "127.0.0.1", "--port", "0", "--no-dashboard"],
                stderr=subprocess.PIPE,
                cwd=folder,
            )
        ]
        try:
            errors = processes[0].stderr
            assert errors is not None
            address = next(found[1] for line in errors if (found := re.search(rb"at: +(tcp://\S+)", line)))
            worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1"]
            processes += [
                subprocess.Popen([*worker, "--no-dashboard"], stderr=subprocess.DEVNULL, cwd=folder)
                for _ in range(workers)
            ]
            yield address.decode()
        finally:
            for process in reversed(processes):
                process.terminate()
                process.communicate()


def published(root: Path) -> dict[str, str]:
    """Return the digest of every published file of the councils; their caches hold the converter's own dates."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.glob("*/sorties/**/*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(root).parts)
    }


def told(report: ManyReport, root: Path) -> str:
    """Return the JSON of the whole, without the folder that holds the councils."""
    return json.dumps(report.as_report().as_json(), ensure_ascii=False, sort_keys=True).replace(str(root), "")


def main() -> None:
    """Print a table and a JSON line; leave with 1 when anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--councils", type=int, default=100, metavar="N")
    parser.add_argument("--members", type=int, default=40, metavar="N")
    parser.add_argument("--workers", type=int, default=2, metavar="N")
    asked = parser.parse_args()
    options = Options(TODAY)
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        local, far = Path(folder) / "local", Path(folder) / "grappe"
        folders = [make_council(local / f"conseil-{n:03d}", n, asked.members) for n in range(asked.councils)]
        shutil.copytree(local, far)
        start = time.perf_counter()
        here = build_many(folders, options, workers=asked.workers)
        seconds["local processes"] = time.perf_counter() - start
        with dask(asked.workers) as address, cluster(address) as executor:
            start = time.perf_counter()
            # The other way round: what is made must not depend on the order either.
            there = build_many([far / f.name for f in reversed(folders)], options, executor)
            seconds["dask.distributed"] = time.perf_counter() - start
        there = ManyReport(tuple(reversed(there.councils)))
        files, others = published(local), published(far)
        differing = sorted(
            name for name in files.keys() | others.keys() if files.get(name) != others.get(name)
        )
        same_answer = told(here, local) == told(there, far)
    print(f"{platform.machine()}, Python {platform.python_version()}, LibreOffice {find_office().version}")
    print(
        f"{asked.councils} councils of {asked.members} members, {asked.workers} workers; exit {here.exit:d}"
    )
    print("| where | seconds | seconds a council |\n|---|---|---|")
    for where, taken in seconds.items():
        print(f"| {where} | {taken:.1f} | {taken / asked.councils:.2f} |")
    print(f"{len(files)} published files, {len(differing)} differ; the same JSON: {same_answer}")
    print(
        json.dumps(
            {"seconds": seconds, "files": len(files), "differing": differing[:10], "json": same_answer}
        )
    )
    sys.exit(bool(differing) or not same_answer)


if __name__ == "__main__":
    main()

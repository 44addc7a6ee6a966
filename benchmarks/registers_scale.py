"""Registers of 45, 500 and 5,000 members, read and checked: beside openpyxl alone, each in a fresh process.

Usage: python benchmarks/registers_scale.py [--members 45 500 5000] [--runs 3]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

from clspd_docs.build.workspace import WORKBOOK, Folder, init
from clspd_docs.domain.listes import Canal, Civilite, Qualite, StatutPresence, StatutSeance
from clspd_docs.registers.example import example_rows
from clspd_docs.registers.write import write_workbook

TODAY: Final = dt.date(2026, 12, 1)
ACTIONS: Final = 300
DEPUTY: Final = 10  # one added member in ten stands in for another
HELD: Final = ("P-2026-06", "P-2025-02", "P-2025-09")  # one member, three lines of attendance
Rows = dict[str, list[dict[str, Any]]]


def rows(members: int) -> Rows:
    """Return the example's council, grown: 300 actions, 12 sessions, the rest in proportion to the members."""
    book = with_members(members)
    book["actions"] = [
        {**model, "id": f"{model['id']}.{n}", "intitule": f"{model['intitule']} ({n})"}
        for n, model in enumerate(islice(cycle(book["actions"]), ACTIONS), 1)
    ]
    for n, line in enumerate(
        book["indicateurs"]
    ):  # as many as in the example: each axis has one chart of them
        line["action"] = book["actions"][n % ACTIONS]["id"]
    _add_sessions(book)
    return book


def with_members(members: int) -> Rows:
    """Return the example's council with so many members, and bodies in proportion."""
    book: Rows = {key: [dict(row) for row in lines] for key, lines in example_rows().items()}
    plain = [m for m in book["membres"] if m["qualite"] is Qualite.DESIGNE_ORG and not m["suppleant_de"]]
    book["organismes"] += [
        {**body, "id": f"{body['id']}-{n}", "nom": f"{body['nom']} {n}", "sigle": None, "siret": None}
        for n, body in enumerate(islice(cycle(list(book["organismes"])), members // 4), 1)
    ]
    for body in book["organismes"]:
        body["accord_le"] = body["accord_le"] or TODAY
    for n, model in enumerate(islice(cycle(plain), max(members - len(book["membres"]), 0)), 1):
        member: dict[str, Any] = {
            "id": f"X{n:04}",
            "nom": f"{model['nom'] or 'Durand'}-{n}",
            "civilite": Civilite.MME,
        }
        member |= {"rang": 100 + n % 900, "canal": Canal.REMISE, "mandat_fin": None}
        member["organisme"] = book["organismes"][n % len(book["organismes"])]["id"]
        if n % DEPUTY == 0:
            member |= {"suppleant_de": f"X{n - 1:04}", "formations": ()}
        book["membres"].append({**model, **member})
    return book


def _add_sessions(book: Rows) -> None:
    held = next(s for s in book["seances"] if s["id"] == HELD[0])
    past = [
        *((HELD[1], dt.date(2025, 2, 6)), (HELD[2], dt.date(2025, 9, 18))),
        *((f"P-2024-{n:02}", dt.date(2024, n, 12)) for n in (3, 6, 11)),
    ]
    book["seances"] += [
        {
            **held,
            "id": name,
            "date": day,
            "statut": StatutSeance.TENUE,
            "prochaine": None,
            "convoquee_le": None,
        }
        for name, day in past
    ]
    point = next(p for p in book["points"] if p["seance"] == HELD[0])
    book["points"] += [{**point, "seance": name, "piece": None} for name, _ in past]
    there = {row["membre"] for row in book["presences"] if row["seance"] == HELD[0]}
    book["presences"] += [
        {"seance": name, "membre": m["id"], "statut": StatutPresence.PRESENT}
        for name in HELD
        for m in book["membres"]
        if name != HELD[0] or m["id"] not in there
    ]
    decision = next(d for d in book["decisions"] if d["seance"] == HELD[0])
    book["decisions"] += [
        {**decision, "id": f"D-{n:05}", "seance": name, "point": point["rang"], "texte": f"Décision {n}."}
        for n, name in enumerate(islice(cycle([name for name, _ in past]), len(book["membres"]) // 3), 1)
    ]


def openpyxl_alone(root: Path) -> None:
    """Load the workbook once, whole."""
    import openpyxl  # noqa: PLC0415 - each kind of work imports its own

    openpyxl.load_workbook(root / WORKBOOK)


def our_read(root: Path) -> None:
    """Read it into typed rows."""
    from clspd_docs.registers.read import read  # noqa: PLC0415 - the same

    read(root / WORKBOOK, WORKBOOK)


def our_rules(root: Path) -> None:
    """Read it, resolve its references, apply every rule."""
    from clspd_docs.registers.council import council  # noqa: PLC0415 - the same
    from clspd_docs.registers.read import read  # noqa: PLC0415 - the same
    from clspd_docs.rules.checks import check  # noqa: PLC0415 - the same

    check(council(read(root / WORKBOOK, WORKBOOK)[0])[0], TODAY)


def our_check(root: Path) -> None:
    """The command: the same, the templates, and every letter of the next session merged."""
    from clspd_docs.build.preview import check  # noqa: PLC0415 - the same

    report = check(Folder(root), TODAY)
    assert report.exit == 0, [f.as_json() for f in report.findings if f.is_error][:3]


WORK: Final[dict[str, Callable[[Path], None]]] = {
    "openpyxl, one load": openpyxl_alone,
    "our read": our_read,
    "our read, references, rules": our_rules,
    "check (and the letters)": our_check,
}


def measure(name: str, root: Path) -> None:
    """Do one piece of work in this process, and print what it cost; its imports are not counted in the times."""
    WORK[name](root.with_name("petit"))
    wall, cpu = time.perf_counter(), time.process_time()
    WORK[name](root)
    cost = {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "peak_mib": peak_mib(),
    }
    print(json.dumps(cost))


def peak_mib() -> float:
    """Return the peak of this process alone; ``getrusage`` would count the parent's memory before the exec."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def median_of(name: str, root: Path, runs: int) -> dict[str, float]:
    """Return the medians of fresh processes."""
    command = [sys.executable, __file__, "--measure", name, str(root)]
    answers = [
        json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(runs)
    ]
    return {key: statistics.median(answer[key] for answer in answers) for key in answers[0]}


def main() -> None:
    """Print a table and a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, nargs="+", default=[45, 500, 5_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--measure", nargs=2, metavar=("WORK", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure[0], Path(options.measure[1]))
        return
    results = []
    print(f"{platform.machine()}, Python {platform.python_version()}, medians of {options.runs}")
    print("| members | rows | work | wall s | CPU s | CPU / openpyxl | µs a row | peak MiB |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        init(Path(folder) / "petit", example=True)
        for members in options.members:
            book = rows(members)
            total = sum(map(len, book.values()))
            root = Path(folder) / str(members)
            init(root, example=True)
            write_workbook(root / WORKBOOK, book)
            alone = None
            for name in WORK:
                cost = median_of(name, root, options.runs)
                alone = alone or cost
                print(
                    f"| {members} | {total} | {name} | {cost['wall']:.2f} | {cost['cpu']:.2f} "
                    f"| {cost['cpu'] / alone['cpu']:.2f} | {cost['cpu'] / total * 1e6:.0f} "
                    f"| {cost['peak_mib']:.0f} |",
                    flush=True,
                )
                results.append({"members": members, "rows": total, "work": name, **cost})
    print(json.dumps(results))


if __name__ == "__main__":
    main()

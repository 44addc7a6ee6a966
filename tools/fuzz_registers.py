"""Check thousands of damaged workbooks, each in a process of its own, and tell which broke a rule.

The rules: an exit code of the contract (0, 1, 3) and no exception but ``Stop``; at most 20 seconds and 1 GiB;
every finding with a sentence, a remedy and a place; nothing that a cell holds in the JSON answer; no row
lost; the same answer twice, and in another process.

Usage: PYTHONPATH=src:tests python tools/fuzz_registers.py --count 10000 --seed 1 [--office] [--work FOLDER]
A run that was stopped goes on where it was; ``--only N`` runs one case here, and keeps its file.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from builders.fuzz import Case, Seed, case, filled_rows, own_seeds, seed
from builders.fuzz_cells import MARK
from clspd_docs.build import loading, preview
from clspd_docs.build.report import Report
from clspd_docs.build.workspace import Folder, init
from clspd_docs.errors import Stop
from clspd_docs.registers import read as reading
from clspd_docs.registers.cells import is_blank

TODAY: Final = dt.date(2026, 12, 1)
CONTRACT: Final = {0, 1, 3}
MAX_SECONDS: Final = 20.0
MAX_MIB: Final = 1024
WORKERS: Final = 2
TWICE: Final = 20  # one case in so many is run twice, and by both workers
NAMES: Final = (
    "Sauvageot",
    "Arvillac",
    "Hébrard",
    "direction@caf.example",
    "03 53 01 12 88",
)  # of the small council
"""What no answer may quote."""
LAST: Final[dict[str, Any]] = {}
"""What the reader found at the last run."""


# --- One case, in its own process ----------------------------------------------------------------------


def answer(folder: Folder) -> Report:
    """Return what ``check`` answers, as the command line does."""
    try:
        return preview.check(folder, TODAY)
    except Stop as stop:
        return Report("check", [stop.finding], exit_code=stop.exit_code)


def judge(folder: Folder, one: Case, *, twice: bool) -> dict[str, Any]:
    """Return what became of a case: its exit code, the codes of its findings, the rules that it broke."""
    report = answer(folder)
    text = json.dumps(report.as_json(), ensure_ascii=False, sort_keys=True)
    faults = list(_faults(report, text))
    if twice and json.dumps(answer(folder).as_json(), ensure_ascii=False, sort_keys=True) != text:
        faults.append("another answer the second time")
    if report.exit != 3:
        faults += _lost_rows(one)
    codes = Counter(finding.code for finding in report.findings)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return {"exit": int(report.exit), "codes": codes, "faults": faults, "digest": digest}


def _faults(report: Report, text: str) -> Iterator[str]:
    if int(report.exit) not in CONTRACT:
        yield f"exit {int(report.exit)}"
    if report.exit == 3 and len(report.findings) != 1:
        yield "stopped without one sentence"
    text = re.sub(r'"column": "[^"]*"', "", text)  # a header is told as it reads
    for quoted in (MARK, *NAMES):
        if quoted in text:
            at = text.index(quoted)
            yield f"the JSON quotes a cell: {text[max(at - 200, 0) : at + 40]}"
    for finding in report.findings:
        line = finding.as_json()
        told = (line["message"], line["remedy"], line["place"].get("file"), finding.place.french())
        if not all(told) or any("{" in words and "{{" not in words for words in told[:2]):
            yield f"{finding.code} is not told in full"


def _lost_rows(one: Case) -> Iterator[str]:
    """Compare the rows read and refused with the rows that show something, by our own reading and another."""
    book, _ = LAST["read"]
    other = _second_opinion(one)
    for key, table in LAST["locate"].tables.items():
        title = table.grid.title
        refused = [place.row for place in book.refused if place.sheet == title]
        rows = [row.origin.row for row in book.rows[key]] + refused
        ours = {n for n, cells in table.grid.rows.items() if n > table.header_row if _filled(cells)}
        if sorted(rows, key=int) != sorted(ours):
            yield f"rows of « {key} » lost or doubled"
        theirs = {n for n in other.get(title, ours) if table.header_row < n <= 1_048_576}
        if not theirs <= ours:
            yield f"rows of « {key} » that another reading finds: {sorted(theirs - ours)[:5]}"


def _filled(cells: Any) -> bool:
    return any(shown.formula or not is_blank(shown.value) for shown in cells.values())


def _second_opinion(one: Case) -> dict[str, set[int]]:
    if not one.is_marked:
        return {}
    try:
        return filled_rows(one.data)
    except Exception:  # noqa: BLE001 - the other reading gives up on it: no opinion
        return {}


# --- A worker: warm, one fork a case -------------------------------------------------------------------


def listen() -> None:
    """Keep what the reader found at the last run; open and compile each template once, they are not damaged."""
    opened: dict[str, Any] = {}
    first, read, locate = loading.open_checked, reading.read, vars(reading)["locate"]

    def open_once(path: Path, *more: Any) -> Any:
        if path.name not in opened:
            opened[path.name] = first(path, *more)
        return opened[path.name]

    def keep(name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def kept(*arguments: Any) -> Any:
            LAST[name] = act(*arguments)
            return LAST[name]

        return kept

    vars(loading).update(open_checked=open_once, read=keep("read", read))
    vars(reading).update(locate=keep("locate", locate))


def run_one(folder: Folder, one: Case, *, twice: bool) -> dict[str, Any]:
    """Run a case in a forked child, watched; return its outcome, with seconds and peak memory."""
    file = f"registers/clspd{one.suffix}"
    for old in folder.path("registers").iterdir():
        old.unlink()
    folder.path(file).write_bytes(one.data)
    reader, writer = os.pipe()
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        _in_child(folder, one, writer, twice=twice)
    os.close(writer)
    killed = _watch(child, start)
    with os.fdopen(reader, "rb") as stream:
        told = stream.read()
    _, status, usage = os.wait4(child, 0)
    outcome = (
        json.loads(told) if told and not killed else {"exit": None, "codes": {}, "faults": [], "digest": ""}
    )
    if killed or not told:
        outcome["faults"].append(killed or f"the process died, status {status}")
    seconds = (time.perf_counter() - start) / (2 if twice else 1)
    return {"how": one.how, **outcome, "seconds": round(seconds, 3), "mib": usage.ru_maxrss // 1024}


def _in_child(folder: Folder, one: Case, writer: int, *, twice: bool) -> None:
    try:
        outcome = judge(folder, one, twice=twice)
    except BaseException as error:  # noqa: BLE001 - this is what is looked for
        frames = traceback.extract_tb(error.__traceback__)[-3:]
        where = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
        outcome = {
            "exit": None,
            "codes": {},
            "digest": "",
            "faults": [f"{type(error).__name__}: {error} at {where}"[:400]],
        }
    data = json.dumps(outcome).encode()
    while data:
        data = data[os.write(writer, data) :]
    os._exit(0)


def _watch(child: int, start: float) -> str:
    """Wait for the child to answer; kill it over the limits, and say which."""
    handle = os.pidfd_open(child)
    try:
        while not select.select([handle], [], [], 0.1)[0]:
            pages = int(Path(f"/proc/{child}/statm").read_text(encoding="ascii").split()[1])
            over = ["over 1 GiB"] if pages * os.sysconf("SC_PAGE_SIZE") > MAX_MIB * 2**20 else []
            over += ["over 20 s"] if time.perf_counter() - start > 2 * MAX_SECONDS else []
            if over:
                os.kill(child, 9)
                return over[0]
    finally:
        os.close(handle)
    return ""


def work(index: int, count: int, start: int, folder: Path) -> None:
    """Run every case of the worker ``index`` that has no result yet."""
    warnings.simplefilter("ignore")
    listen()
    seeds = _seeds(folder)
    root = folder / f"dossier-{index}"
    if not root.exists():
        init(root, example=True)
    home = Folder(root)
    results = folder / f"results-{start}-{index}.jsonl"
    done = {json.loads(line)["n"] for line in results.open(encoding="utf-8")} if results.exists() else set()
    for one in seeds:  # warm: templates compiled, modules imported
        run_here(home, Case(one.name, one.data, one.suffix, is_marked=False))
    with results.open("a", encoding="utf-8") as stream:
        for number in range(count):
            twice = number % TWICE == 0
            if number in done or (number % WORKERS != index and not twice):
                continue
            outcome = run_one(home, case(seeds, start, number), twice=twice)
            stream.write(json.dumps({"n": number, **outcome}, ensure_ascii=False) + "\n")
            stream.flush()


def run_here(folder: Folder, one: Case) -> Report:
    """Run a case in this process."""
    for old in folder.path("registers").iterdir():
        old.unlink()
    folder.path(f"registers/clspd{one.suffix}").write_bytes(one.data)
    return answer(folder)


# --- The run -------------------------------------------------------------------------------------------


def _seeds(folder: Path) -> list[Seed]:
    saved = sorted((folder / "seeds").glob("*.*"))
    registers = Path(__file__).resolve().parents[1] / "registers"
    return own_seeds(registers) + [seed(f"office-{p.name}", p.read_bytes(), p.suffix) for p in saved]


def save_with_office(folder: Path) -> None:
    """Save the seeds from LibreOffice too, as .xlsx, .ods and .xls."""
    target = folder / "seeds"
    if target.exists():
        return
    with tempfile.TemporaryDirectory() as name:
        for one in own_seeds(Path(__file__).resolve().parents[1] / "registers")[:2]:
            source = Path(name) / f"{one.name}.xlsx"
            source.write_bytes(one.data)
            for kind in ("xlsx", "ods", "xls"):
                profile = f"-env:UserInstallation={(Path(name) / 'profile').as_uri()}"
                command = [
                    "soffice",
                    profile,
                    "--headless",
                    "--convert-to",
                    kind,
                    "--outdir",
                    f"{name}/out",
                    source,
                ]
                subprocess.run(command, check=True, capture_output=True)
        shutil.copytree(f"{name}/out", target)


def results_of(folder: Path, start: int) -> list[dict[str, Any]]:
    """Return every outcome of a run."""
    files = sorted(folder.glob(f"results-{start}-*.jsonl"))
    return [json.loads(line) for path in files for line in path.open(encoding="utf-8")]


def differing(results: list[dict[str, Any]]) -> list[int]:
    """Return the cases that two processes answered differently."""
    digests: dict[int, set[str]] = {}
    for one in results:
        digests.setdefault(one["n"], set()).add(one["digest"])
    return [number for number, found in digests.items() if len(found) > 1]


def show(results: list[dict[str, Any]]) -> bool:
    """Print the totals; True when no rule was broken."""
    codes: Counter[str] = Counter()
    faults: dict[str, list[int]] = {}
    for one in results:
        codes.update(one["codes"].keys())
        for fault in one["faults"]:
            faults.setdefault(fault, []).append(one["n"])
    for number in differing(results):
        faults.setdefault("two processes answer differently", []).append(number)
    slow, fat = max(results, key=lambda r: r["seconds"]), max(results, key=lambda r: r["mib"])
    print(
        f"{len({r['n'] for r in results})} workbooks, exit codes {dict(Counter(r['exit'] for r in results))}"
    )
    print(f"findings, by workbooks that have them: {dict(codes.most_common())}")
    late = [r["n"] for r in results if r["seconds"] > MAX_SECONDS]
    print(f"worst time {slow['seconds']} s (case {slow['n']}: {slow['how']}); over 20 s: {late}")
    print(f"mean time {sum(r['seconds'] for r in results) / len(results):.3f} s")
    print(f"worst memory {fat['mib']} MiB (case {fat['n']}: {fat['how']})")
    for fault, cases in sorted(faults.items(), key=lambda f: -len(f[1])):
        print(f"BROKEN, {len(cases)} times (cases {cases[:5]}): {fault}")
    return not faults and not late


def main() -> None:
    """Run what has not run yet, then print the totals; exit 1 when a rule was broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--office", action="store_true", help="start from workbooks saved by LibreOffice too")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "fuzz-registers")
    parser.add_argument("--only", type=int, metavar="N")
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    if options.office:
        save_with_office(options.work)
    if options.worker is not None:
        work(options.worker, options.count, options.seed, options.work)
        return
    if options.only is not None:
        listen()
        one = case(_seeds(options.work), options.seed, options.only)
        root = options.work / f"case-{options.seed}-{options.only}"
        if not root.exists():
            init(root, example=True)
        print(one.how, root)
        report = run_here(Folder(root), one)
        print(json.dumps(judge(Folder(root), one, twice=True), indent=1))
        print(json.dumps(report.as_json()["findings"][:20], ensure_ascii=False, indent=1))
        return
    arguments = [*sys.argv, "--worker"]
    workers = [subprocess.Popen([sys.executable, *arguments, str(index)]) for index in range(WORKERS)]
    failed = [worker.wait() for worker in workers]
    sound = show(results_of(options.work, options.seed))
    sys.exit(0 if sound and not any(failed) else 1)


if __name__ == "__main__":
    main()

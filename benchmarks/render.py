"""One letter and the 25-page plan, rendered by four engines side by side in one run: CPU time and memory a document.

The shipped templates, the example's registers: what the templates read of them, copied into plain objects, so that
no engine pays for the trace of cells; « …, registers » is with the real ones, traced (and, of its memory, the reading
of the workbook). The drawings of the plan, which no other engine makes, are left as the pictures that mark their
place; the last line tells what they add.
docxtpl and rust-docxtpl get our filters in a plain Jinja environment with autoescape, opened anew for each
document, as their own examples do. docx-mailmerge2 fills a twin of the letter, each tag outside a block being
a MERGEFIELD; it has no loops and no conditions.

Usage: python benchmarks/render.py [--rounds 5] [--peers FOLDER]
FOLDER keeps the environments of the peers, installed from the package index by pip; by default they are made anew.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import importlib
import io
import json
import os
import pickle
import platform
import re
import subprocess
import sys
import tempfile
import time
import venv
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from xml.sax.saxutils import quoteattr

TODAY: Final = dt.date(2026, 12, 1)
SESSION: Final = "P-2027-02"
LETTER: Final = "convocation-pleniere.docx"
PLAN: Final = "plan-local.docx"
PEERS: Final = {"rust-docxtpl": "rust-docxtpl", "docx-mailmerge2": "docx-mailmerge2"}
ENGINES: Final = (
    "docxtpl",
    "docx-mailmerge2",
    "rust-docxtpl",
    "clspd-docs",
    "docxtpl, registers",
    "clspd-docs, registers",
    "clspd-docs, registers and drawings",
)
COUNTS: Final = {
    "docxtpl": (40, 3),
    "clspd-docs": (400, 30),
    "clspd-docs, registers": (200, 15),
    "clspd-docs, registers and drawings": (0, 15),
}
ROOT: Final = Path(__file__).parents[1]
LOGO: Final = ROOT / "templates_docx/images/logo.png"
Make = Callable[[int], bytes]


# --- What is rendered -----------------------------------------------------------------------------------


def registers() -> tuple[Any, dict[str, list[Any]]]:
    """Return the loaded example and the jobs of its session, by template."""
    from clspd_docs.build.loading import load  # noqa: PLC0415 - the peers' children have none of this
    from clspd_docs.build.workspace import Folder, init  # noqa: PLC0415
    from clspd_docs.documents.plan import plan_session  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "essai"
        init(root, example=True)
        loaded = load(Folder(root), TODAY)
    seance = loaded.conseil.seance(SESSION)
    assert seance is not None
    plan = plan_session(loaded.conseil, seance, loaded.catalogue, jour=TODAY)
    jobs = {n: [job for job in plan.documents if job.entry.modele == n] for n in (LETTER, PLAN)}
    return loaded, jobs


class Recorder:
    """A view of a register that keeps what is read from it; ``plain`` makes of that an object without a view."""

    def __init__(self, view: Any, known: dict[Any, Recorder]) -> None:
        self._view, self._known = view, known

    def __getattr__(self, name: str) -> Any:
        value = recorded(getattr(self._view, name), self._known)
        self.__dict__[name] = value
        return value

    def __dir__(self) -> list[str]:
        return dir(self._view)


def recorded(value: Any, known: dict[Any, Recorder]) -> Any:
    """Return ``value`` with its views recorded; one row is one object."""
    if isinstance(value, (tuple, list)):
        return [recorded(item, known) for item in value]
    if type(value).__name__ != "View":
        return value
    return known.setdefault(value, Recorder(value, known))


def plain(value: Any, made: dict[int, SimpleNamespace]) -> Any:
    """Return what was recorded, as plain objects."""
    if isinstance(value, list):
        return [plain(item, made) for item in value]
    if not isinstance(value, Recorder):
        return value
    if id(value) not in made:
        made[id(value)] = space = SimpleNamespace()
        read = ((name, item) for name, item in vars(value).items() if name[0] != "_")
        space.__dict__.update({name: plain(item, made) for name, item in read})
    return made[id(value)]


def write_work(work: Path) -> None:
    """Write what the children read: templates, plain contexts, the letter's MERGEFIELD twin with its values."""
    from clspd_docs.documents.plan import context  # noqa: PLC0415
    from clspd_docs.documents.view import Trace  # noqa: PLC0415
    from clspd_docs.templates.package import open_template  # noqa: PLC0415

    loaded, jobs = registers()
    for name in (LETTER, PLAN):
        without_drawings(ROOT / "templates_docx" / name, work / name)
        template = open_template(work / name, name).template
        assert template is not None
        contexts = []
        for job in jobs[name]:
            known: dict[Any, Recorder] = {}
            names = context(loaded.conseil, job, TODAY, Trace())
            read = {root: recorded(value, known) for root, value in names.items()}
            rendered = template.render({**read, "images": {"logo": LOGO.read_bytes()}})
            assert rendered.docx is not None, [finding.message for finding in rendered.findings]
            made: dict[int, SimpleNamespace] = {}
            contexts.append({root: plain(value, made) for root, value in read.items()})
        (work / f"{name}.pickle").write_bytes(pickle.dumps(contexts))
    values = merge_twin(work / "letter-mergefields.docx")
    (work / "mergefields.json").write_text(json.dumps(values), encoding="utf-8")


def without_drawings(source: Path, target: Path) -> None:
    """Copy a template whose pictures mark the place of no drawing."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info, old.read(info).replace(b'"dessin:', b'"dessin '), zipfile.ZIP_DEFLATED)


def merge_twin(path: Path) -> dict[str, str]:
    """Write the letter with a MERGEFIELD for each output tag, block tags taken out; return a text for each field."""
    values: dict[str, str] = {}

    def field(_: re.Match[str]) -> str:
        name = f"f{len(values)}"
        values[name] = f"valeur {len(values)} du champ & « autres »"
        instruction = quoteattr(f" MERGEFIELD {name} ")
        return f"</w:t></w:r><w:fldSimple w:instr={instruction}><w:r><w:t>«{name}»</w:t></w:r></w:fldSimple><w:r><w:t>"

    with zipfile.ZipFile(ROOT / "templates_docx" / LETTER) as source, zipfile.ZipFile(path, "w") as target:
        for info in source.infolist():
            raw = source.read(info)
            if re.fullmatch(r"word/(document|header\d|footer\d)\.xml", info.filename):
                text = re.sub(r"\{%.*?%\}", "", raw.decode())
                in_text = re.compile(r"(?<=>)([^<>]*)(?=</w:t>)")
                raw = in_text.sub(lambda m: re.sub(r"\{\{.*?\}\}", field, m[0]), text).encode()
            target.writestr(info, raw, zipfile.ZIP_DEFLATED)
    return values


# --- One engine, in a process of its own ----------------------------------------------------------------


def contexts(name: str, work: Path, *, traced: bool) -> Callable[[int], Mapping[str, Any]]:
    """Return what gives the fields of each document: plain objects, or the registers themselves."""
    if traced:
        from clspd_docs.documents.plan import context  # noqa: PLC0415
        from clspd_docs.documents.view import Trace  # noqa: PLC0415

        loaded, jobs = registers()
        return lambda index: context(loaded.conseil, jobs[name][index % len(jobs[name])], TODAY, Trace())
    plain_ones = pickle.loads((work / f"{name}.pickle").read_bytes())  # noqa: S301 - written by this run
    return lambda index: plain_ones[index % len(plain_ones)]


def docxtpl(path: Path, names: Callable[[int], Mapping[str, Any]]) -> Make:
    """Return docxtpl's way, or that of its Rust twin, which bears the same name."""
    from clspd_docs.templates.filters import FILTERS  # noqa: PLC0415

    engine, jinja = importlib.import_module("docxtpl"), importlib.import_module("jinja2")
    environment = jinja.Environment(autoescape=True)
    environment.filters.update(FILTERS)

    def make(index: int) -> bytes:
        template = engine.DocxTemplate(str(path))
        template.render(names(index), environment)
        stream = io.BytesIO()
        template.save(stream)
        return stream.getvalue()

    return make


def mailmerge(work: Path) -> Make:
    """Return docx-mailmerge2's way, on the letter's twin."""
    engine = importlib.import_module("mailmerge")
    values = json.loads((work / "mergefields.json").read_text(encoding="utf-8"))

    def make(_: int) -> bytes:
        stream = io.BytesIO()
        with engine.MailMerge(str(work / "letter-mergefields.docx")) as document:
            document.merge(**values)
            document.write(stream)
        return stream.getvalue()

    return make


def ours(path: Path, names: Callable[[int], Mapping[str, Any]]) -> Make:
    """Return ours: opened once."""
    from clspd_docs.documents.drawings import Drawings  # noqa: PLC0415
    from clspd_docs.templates.package import open_template  # noqa: PLC0415

    template = open_template(path, path.name).template
    assert template is not None
    images = {"logo": LOGO.read_bytes()}
    fixed = dt.datetime(2027, 2, 4, tzinfo=dt.UTC)

    def make(index: int) -> bytes:
        fields = names(index)
        shown = {"images": images, "dessins": Drawings(fields.get("plan")), "fixe_le": fixed}
        rendered = template.render({**fields, **shown})
        assert rendered.docx is not None, [finding.message for finding in rendered.findings]
        return rendered.docx

    return make


def child(engine: str, name: str, count: int, work: Path) -> None:
    """Render ``count`` documents; print CPU milliseconds a document, peak memory, size."""
    if engine == "docx-mailmerge2":
        make = mailmerge(work)
    else:
        fields = contexts(name, work, traced="registers" in engine)
        path = (ROOT / "templates_docx" if engine.endswith("drawings") else work) / name
        make = (ours if engine.startswith("clspd-docs") else docxtpl)(path, fields)
    for index in range(3):
        size = len(make(index))
    gc.collect()
    start = time.process_time()
    for index in range(count):
        make(index)
    spent = (time.process_time() - start) * 1000 / count
    status = Path("/proc/self/status").read_text(encoding="ascii")  # getrusage would count the parent's
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) // 1024
    print(json.dumps({"ms": round(spent, 3), "mib": peak, "bytes": size}))


# --- The run ---------------------------------------------------------------------------------------------


def peers(folder: Path) -> dict[str, Path]:
    """Return the interpreter of each engine; a peer that cannot be installed is told and left out."""
    found = {name: Path(sys.executable) for name in ENGINES if name not in PEERS}
    for name, package in PEERS.items():
        python = folder / name / "bin" / "python"
        if not python.exists():
            venv.create(folder / name, with_pip=True)
        command: list[str | Path] = [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            package,
        ]
        if subprocess.run(command, check=False, capture_output=True).returncode == 0:
            found[name] = python
        else:
            print(f"{name}: not installable here", file=sys.stderr)
    return found


def measure(rounds: int, interpreters: Mapping[str, Path], work: Path) -> dict[str, dict[str, Any]]:
    """Return the best round of each engine and template, rounds interleaved."""
    best: dict[str, dict[str, Any]] = {}
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    for _ in range(rounds):
        for which, name in enumerate((LETTER, PLAN)):
            for engine in ENGINES:
                count = COUNTS.get(engine, COUNTS["docxtpl"])[which]
                if engine not in interpreters or (engine == "docx-mailmerge2" and name == PLAN) or not count:
                    continue
                command: list[str | Path] = [
                    interpreters[engine],
                    __file__,
                    "--child",
                    engine,
                    name,
                    str(count),
                    str(work),
                ]
                done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
                if done.returncode:
                    print(f"{engine}, {name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
                    continue
                told = json.loads(done.stdout)
                kept = best.setdefault(f"{engine}|{name}", told)
                kept.update(ms=min(kept["ms"], told["ms"]), mib=max(kept["mib"], told["mib"]))
    return best


def main() -> None:
    """Print a table and a JSON line."""
    if "--child" in sys.argv:
        engine, name, count, shared = sys.argv[sys.argv.index("--child") + 1 :]
        child(engine, name, int(count), Path(shared))
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        write_work(work)
        best = measure(options.rounds, peers(options.peers or work), work)
    print(
        f"{platform.machine()}, Python {platform.python_version()}, best of {options.rounds} rounds, CPU time"
    )
    print("| template | engine | ms | docxtpl / this | peak MiB |\n|---|---|---|---|---|")
    for key, told in best.items():
        engine, name = key.split("|")
        same = "docxtpl, registers" if "registers" in engine else "docxtpl"  # on the same fields
        ratio = best[f"{same}|{name}"]["ms"] / told["ms"]
        print(f"| {name} | {engine} | {told['ms']:.2f} | {ratio:.1f} | {told['mib']} |")
    print(json.dumps(best))


if __name__ == "__main__":
    main()

"""A session of 300 recipients, whole and by stages: this program beside the habits, on the same work, in one run.

A letter and a reply form for each recipient, the agenda, the plan of about 25 pages, minutes, a packet for each
recipient and each signer: the example's council, grown. The habits make the same Word files with docxtpl and join with
plain programs: no tags, no signature field, no cover, no contents page, nothing read back.
The habits' documents for recipients are made for a sample, whose cost is scaled (« ≈ »); the rest is made whole. A
converter that is started once has its start counted once.

Usage: python benchmarks/whole.py [--recipients 300] [--sample 20] [--rounds 3] [--scale 40 300 1000]
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import openpyxl
import pikepdf
from docxtpl import DocxTemplate
from meter import Cost, command, cost_of, median_cost
from peers import install, unoserver
from pypdf import PdfWriter
from registers_scale import with_members

from clspd_docs.build import pipeline, session
from clspd_docs.build.bind import Bindery
from clspd_docs.build.holding import blocked
from clspd_docs.build.loading import load
from clspd_docs.build.produce import Studio
from clspd_docs.build.request import Options
from clspd_docs.build.workspace import TEMPLATES, WORKBOOK, Folder, init
from clspd_docs.conversion.find import find_office
from clspd_docs.documents.catalogue import Etape
from clspd_docs.documents.plan import DocumentJob, SessionPlan, context, find_session, plan_session
from clspd_docs.documents.view import Trace
from clspd_docs.registers.write import write_workbook
from clspd_docs.templates.language import Sandbox

TODAY: Final = dt.date(2026, 12, 1)
SESSION: Final = "P-2027-02"
STEPS: Final = tuple(Etape)
OURS: Final = (sys.executable, "-c", "from clspd_docs.cli.main import main; main()")
Costs = dict[str, Cost]


# --- The work -------------------------------------------------------------------------------------------


def council(root: Path, recipients: int) -> SessionPlan:
    """Make the working folder of a council whose plenary has so many recipients; return its plan."""
    init(root, example=True)
    members = recipients
    for _ in range(12):
        write_workbook(root / WORKBOOK, with_members(members))
        plan = planned(root)
        found = len({job.recipient.id for job in plan.dossiers if job.entry.par == "destinataire"})
        if found == recipients:
            return plan
        members += recipients - found
    raise SystemExit(f"no council of {recipients} recipients: {found}")


def planned(root: Path) -> SessionPlan:
    """Return everything to make for the session."""
    loaded = load(Folder(root), TODAY)
    seance = find_session(loaded.conseil, SESSION)
    assert seance is not None
    return plan_session(loaded.conseil, seance, loaded.catalogue, jour=TODAY, steps=STEPS)


# --- This program ---------------------------------------------------------------------------------------


def build(root: Path) -> Cost:
    """Run the command."""
    steps = [word for step in STEPS for word in ("--etape", step.value)]
    return ours("-C", str(root), "--date", TODAY.isoformat(), "build", *steps, SESSION)


def ours(*words: str) -> Cost:
    """Run one of our commands."""
    return command([*OURS, *words])[0]


def first_build(root: Path) -> Cost:
    """Build with nothing there."""
    shutil.rmtree(root / "sorties", ignore_errors=True)
    return build(root)


def after_correction(root: Path, number: int) -> Cost:
    """Build once a member has another name."""
    book = openpyxl.load_workbook(root / WORKBOOK)
    book["Membres"]["G14"].value = f"Martin-Corrigé-{number}"
    book.save(root / WORKBOOK)
    return build(root)


def stages(root: Path) -> Costs:
    """Return the cost of each stage of a first build, in this process; what a stage calls counts in it alone."""
    shutil.rmtree(root / "sorties", ignore_errors=True)
    spent: Costs = {}

    def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            kept: list[Any] = []
            spent[name] = cost_of(lambda: kept.append(work(*arguments)))
            return kept[0]

        return run

    places: list[tuple[Any, str, str]] = [
        (pipeline, "load", "read, check, open templates"),
        (session, "produce", "render and convert"),
        (session, "_finish_documents", "finish documents"),
        (Bindery, "bind", "bind packets, read back"),
        (session, "publish", "publish"),
    ]
    before = [getattr(place, name) for place, name, _ in places]
    for (place, name, what), work in zip(places, before, strict=True):
        setattr(place, name, timed(what, work))
    try:
        report = pipeline.build(Folder(root), Options(TODAY, (SESSION,), STEPS), lambda _: None)
    finally:
        for (place, name, _), work in zip(places, before, strict=True):
            setattr(place, name, work)
    assert report.documents
    return spent


# --- The habits -----------------------------------------------------------------------------------------


class Habit:
    """The Word files of the sample, and what converting and joining them costs with the tools at hand."""

    def __init__(self, root: Path, plan: SessionPlan, sample: int, work: Path) -> None:
        groups: dict[str, list[DocumentJob]] = defaultdict(list)
        for job in plan.documents:
            groups[job.entry.code if job.recipient is not None else ""].append(job)
        self.common = groups.pop("")
        for code in [code for code, jobs in groups.items() if len(jobs) <= sample]:
            self.common += groups.pop(code)
        self.sampled = [job for jobs in groups.values() for job in jobs[:sample]]
        self.times = sum(map(len, groups.values())) / max(len(self.sampled), 1)
        self.root, self.plan, self.work = root, plan, work
        self.loaded = load(Folder(root), TODAY)
        self.studio, self.sandbox = Studio(self.loaded, blocked(()), TODAY), Sandbox()
        self.office = find_office()

    def scaled(self, work: Callable[[list[DocumentJob]], object]) -> Cost:
        """Return what ``work`` costs for all documents."""
        return cost_of(lambda: work(self.common)) + cost_of(lambda: work(self.sampled)) * self.times

    def started_once(self, work: Callable[[list[DocumentJob]], object]) -> Cost:
        """The same for a converter that is started once."""
        start = cost_of(lambda: work(self.sampled[:1]))
        sampled = cost_of(lambda: work(self.sampled)) - start
        return cost_of(lambda: work(self.common)) + sampled * (
            self.times * len(self.sampled) / (len(self.sampled) - 1)
        )

    def docx(self, job: DocumentJob) -> Path:
        """Where the Word file of a document goes."""
        return self.work / f"{job.key}.docx"

    def render(self, jobs: list[DocumentJob]) -> None:
        """docxtpl, opened anew for each document."""
        for job in jobs:
            names: dict[str, Any] = context(self.loaded.conseil, job, TODAY, Trace())
            template = DocxTemplate(self.root / TEMPLATES / job.entry.modele)
            template.render(names | {"images": self.studio.images}, self.sandbox)
            template.save(self.docx(job))

    def soffice(self, *files: Path) -> None:
        """Start LibreOffice on some files; its profile is kept, which is the habit at its best."""
        profile = f"-env:UserInstallation={(self.work / 'profile').as_uri()}"
        arguments = [str(self.office.path), profile, "--headless", "--convert-to", "pdf", "--outdir"]
        subprocess.run([*arguments, str(self.work), *map(str, files)], check=True, capture_output=True)

    def one_a_file(self, jobs: list[DocumentJob]) -> None:
        """One LibreOffice a file."""
        for job in jobs:
            self.soffice(self.docx(job))

    def one_batch(self, jobs: list[DocumentJob]) -> None:
        """One LibreOffice for all."""
        self.soffice(*map(self.docx, jobs))

    def server(self, variables: dict[str, str]) -> Callable[[list[DocumentJob]], None]:
        """unoserver, asked for one file after the other."""

        def convert(jobs: list[DocumentJob]) -> None:
            with unoserver(variables) as proxy:
                for job in jobs:
                    docx = self.docx(job)
                    proxy.convert(str(docx), None, str(docx.with_suffix(".pdf")), "pdf")

        return convert

    def packets(self) -> Iterator[list[Path]]:
        """Yield the PDFs of each packet; one of the sample stands for those that were not made."""
        stand_in: dict[str, Iterator[DocumentJob]] = {}
        for job in self.sampled:
            stand_in.setdefault(job.entry.code, cycle([j for j in self.sampled if j.entry is job.entry]))
        made = {job.key for job in (*self.common, *self.sampled)}
        jobs = {job.key: job for job in self.plan.documents}
        for dossier in self.plan.dossiers:
            pieces = [jobs[key] for key in dossier.pieces if key in jobs]
            chosen = [job if job.key in made else next(stand_in[job.entry.code]) for job in pieces]
            yield [self.docx(job).with_suffix(".pdf") for job in chosen]


def append(files: list[Path], _: Path) -> None:
    writer = PdfWriter()
    for path in files:
        writer.append(io.BytesIO(path.read_bytes()))
    writer.write(io.BytesIO())


def extend(files: list[Path], out: Path) -> None:
    sources = [pikepdf.open(path) for path in files]
    with pikepdf.Pdf.new() as pdf:
        for source in sources:
            pdf.pages.extend(source.pages)
        pdf.save(out)


def pdfunite(files: list[Path], out: Path) -> None:
    subprocess.run(["pdfunite", *files, out], check=True)


def qpdf(files: list[Path], out: Path) -> None:
    subprocess.run(["qpdf", "--empty", "--pages", *files, "--", out], check=True)


def join_all(join: Callable[[list[Path], Path], None], packets: list[list[Path]], out: Path) -> None:
    for files in packets:
        join(files, out)


JOINS: Final = {"pypdf append": append, "pikepdf": extend, "pdfunite": pdfunite, "qpdf": qpdf}


def habits(root: Path, plan: SessionPlan, sample: int) -> Costs:
    """Return the cost of each step of the habits."""
    with tempfile.TemporaryDirectory() as folder:
        habit = Habit(root, plan, sample, Path(folder))
        found = {"docxtpl": habit.scaled(habit.render)}
        habit.soffice(habit.docx(habit.common[0]))  # makes the profile
        found["one soffice a file"] = habit.scaled(habit.one_a_file)
        found["one soffice, one batch"] = habit.started_once(habit.one_batch)
        variables = install(Path(folder) / "pip")
        if variables is not None:
            try:
                found["unoserver"] = habit.started_once(habit.server(variables))
            except (OSError, xmlrpc.client.Error) as error:
                print(f"unoserver: {error}", file=sys.stderr)
        packets = list(habit.packets())
        for name, join in JOINS.items():
            if join in {pdfunite, qpdf} and shutil.which(name) is None:
                continue
            found[f"join: {name}"] = cost_of(partial(join_all, join, packets, Path(folder) / "dossier"))
    return found


# --- The table ------------------------------------------------------------------------------------------


def side_by_side(root: Path, plan: SessionPlan, asked: argparse.Namespace) -> Costs:
    """Return every cost on the one council."""
    steps = habits(root, plan, asked.sample)
    join = steps["join: pypdf append"]
    wholes = {
        f"≈ docxtpl, {name}, pypdf append": steps["docxtpl"] + steps[name] + join
        for name in ("one soffice a file", "one soffice, one batch", "unoserver")
        if name in steps
    }
    rounds = range(asked.rounds)
    mine = {"clspd-docs, first build": median_cost([first_build(root) for _ in rounds])}
    mine["clspd-docs, nothing changed"] = median_cost([build(root) for _ in rounds])
    mine["clspd-docs, one member changed"] = median_cost([after_correction(root, n) for n in rounds])
    parts = {f"stage: {name}": cost for name, cost in stages(root).items()}
    return {**steps, **wholes, **mine, **parts}


def scaling(recipients: int) -> Costs:
    """Return the cost of a first build, and of one with nothing changed, for so many recipients."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "essai"
        council(root, recipients)
        return {
            f"{recipients} recipients, first build": first_build(root),
            f"{recipients} recipients, nothing changed": build(root),
        }


def show(costs: Costs, base: Cost) -> None:
    """Print the rows of the table."""
    for name, cost in costs.items():
        ratio = base.cpu / cost.cpu
        print(f"| {name} | {cost.wall:.2f} | {cost.cpu:.2f} | {ratio:.1f} | {cost.mib:.0f} |", flush=True)


def small_commands() -> Costs:
    """Return the cost of ``--help``, and of ``check`` on the example."""
    with tempfile.TemporaryDirectory() as folder:
        init(Path(folder) / "essai", example=True)
        check = ["-C", f"{folder}/essai", "--date", TODAY.isoformat(), "check"]
        return {
            "clspd-docs --help": median_cost([ours("--help") for _ in range(5)]),
            "clspd-docs check, the example": median_cost([ours(*check) for _ in range(5)]),
        }


def machine() -> dict[str, str]:
    """Return what the figures depend on."""
    model = next(line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line)
    libraries = ("docxtpl", "pypdf", "pikepdf", "lxml")
    return {
        "processor": f"{model.partition(': ')[2]}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "libreoffice": find_office().version,
        **{name: version(name) for name in libraries},
        "load average": f"{os.getloadavg()[0]:.1f}",
    }


def main() -> None:
    """Print a table and a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=300)
    parser.add_argument("--sample", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=int, nargs="*", default=[40, 300, 1_000])
    asked = parser.parse_args()
    print(json.dumps(machine(), ensure_ascii=False))
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "essai"
        plan = council(root, asked.recipients)
        print(
            f"{asked.recipients} recipients: {len(plan.documents)} documents, {len(plan.dossiers)} packets; "
            f"sample of {asked.sample} for each kind, medians of {asked.rounds}"
        )
        costs = side_by_side(root, plan, asked)
    base = costs["≈ docxtpl, one soffice a file, pypdf append"]
    print("| what | wall s | CPU s | habit / this (CPU) | peak MiB |\n|---|---|---|---|---|")
    show(costs, base)
    for found in (small_commands(), *map(scaling, asked.scale)):
        show(found, base)
        costs |= found
    print(json.dumps({name: asdict(cost) for name, cost in costs.items()}, ensure_ascii=False))
    print(f"load average {os.getloadavg()[0]:.1f} at the end, {time.perf_counter() - began:.0f} s in all")


if __name__ == "__main__":
    main()

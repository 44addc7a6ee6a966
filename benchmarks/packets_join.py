"""Joining the example's letters: this program beside the tools at hand, each alone in a process, on the same parts.

The parts: 200 summons to invented people and five documents of the session, converted one by one ("alone") or
many at a time and cut apart again ("cut"), as a build does.
Usage: python benchmarks/packets_join.py [--times N] [--runs N]    N times the letters: 5 gives 1,005 parts.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import platform
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from clspd_docs.build.holding import blocked
from clspd_docs.build.loading import load
from clspd_docs.build.produce import Made, Studio, has_contents
from clspd_docs.build.together import Order, convert
from clspd_docs.build.workspace import Folder, init
from clspd_docs.conversion.engine import Job
from clspd_docs.conversion.find import find_office
from clspd_docs.conversion.pool import Pool
from clspd_docs.documents.plan import DocumentJob, find_session, plan_session

TODAY = dt.date(2026, 12, 1)
SESSION, LETTER, LETTERS, OTHERS = "P-2027-02", "convocation-pleniere", 200, 5
FIRST = (
    "Élodie",
    "Karim",
    "Zoé",
    "Maëlle",
    "Qasim",
    "Wassila",
    "Hugues",
    "Xavier",
    "Fatou",
    "Kévin",
    "Jean-Yves",
)
START, END = (
    ("Ma", "Du", "Vé", "Kœ", "Fro", "Lœ", "Gru", "Ça", "Wi"),
    ("rtin", "fèvre", "chter", "kpolo", "bœuf", "zzini"),
)


def parts(root: Path, work: Path) -> None:
    """Write the parts as ``work``/alone/*.pdf and ``work``/cut/*.pdf, the letters numbered first."""
    made = list(_made(root))
    letters = made[:LETTERS]
    for way in ("alone", "cut"):
        (work / way).mkdir()
    with Pool(find_office(), workers=2) as engine:
        jobs = []
        for name, document, update in made:
            docx = work / "alone" / f"{name}.docx"
            docx.write_bytes(document.docx)
            jobs.append(Job(name, name, docx, docx.with_suffix(".pdf"), update))
        for result in engine.convert(jobs):
            assert result.finding is None, result.finding
        orders = [
            Order(name, name, document.docx, document.job.entry.modele) for name, document, _ in letters
        ]
        for delivery in convert(engine, orders, work / "cut"):
            assert delivery.finding is None, delivery.finding
    for path in (work / "cut").glob("*+.pdf"):
        path.unlink()
    for name, _, _ in made[LETTERS:]:
        shutil.copy(work / "alone" / f"{name}.pdf", work / "cut")


def _made(root: Path) -> Iterator[tuple[str, Made, bool]]:
    """Yield the Word files: letters to people who differ, then documents of the session."""
    loaded = load(Folder(root), TODAY)
    seance = find_session(loaded.conseil, SESSION)
    assert seance is not None
    plan = plan_session(loaded.conseil, seance, loaded.catalogue, jour=TODAY)
    studio, chance = Studio(loaded, blocked(()), TODAY), random.Random(7)  # noqa: S311 - names, not secrets

    def name() -> str:
        return chance.choice(START) + chance.choice(END)

    models = [job for job in plan.documents if job.entry.code == LETTER]
    jobs: list[DocumentJob] = []
    for number in range(LETTERS):
        job = models[number % len(models)]
        person = replace(
            job.recipient, nom=f"{name()}-{name()}", prenom=chance.choice(FIRST), id=f"M{number:03}"
        )
        jobs.append(replace(job, key=f"lettre-{number:03}", recipient=person))
    others = [job for job in plan.documents if job.recipient is None][:OTHERS]
    for job in [*jobs, *(replace(job, key=f"piece-{job.key}") for job in others)]:
        made = studio.make(job)
        assert isinstance(made, Made), made
        yield job.key, made, has_contents(loaded.templates[job.entry.modele])


def ours(files: list[Path]) -> bytes:
    from clspd_docs.packets.assemble import assemble  # noqa: PLC0415 - each way loads what it needs
    from clspd_docs.packets.spec import PacketSpec, Part  # noqa: PLC0415

    spec = PacketSpec(
        "Essai", "CLSPD", "", dt.datetime(2027, 1, 4, tzinfo=dt.UTC), numbering="{page} / {pages}"
    )
    keyed = [(f"{path.stem}-{number}", path) for number, path in enumerate(files)]
    return assemble(spec, [Part(key, key, path.read_bytes(), owner=key) for key, path in keyed]).pdf


def append(files: list[Path]) -> bytes:
    from pypdf import PdfWriter  # noqa: PLC0415

    writer, buffer = PdfWriter(), io.BytesIO()
    for path in files:
        writer.append(io.BytesIO(path.read_bytes()))
    writer.write(buffer)
    return buffer.getvalue()


def append_compressed(files: list[Path]) -> bytes:
    from pypdf import PdfWriter  # noqa: PLC0415

    writer, buffer = PdfWriter(), io.BytesIO()
    for path in files:
        writer.append(io.BytesIO(path.read_bytes()))
    writer.compress_identical_objects()
    writer.write(buffer)
    return buffer.getvalue()


def extend(files: list[Path]) -> bytes:
    import pikepdf  # noqa: PLC0415

    sources, buffer = [pikepdf.open(path) for path in files], io.BytesIO()
    with pikepdf.Pdf.new() as pdf:
        for source in sources:
            pdf.pages.extend(source.pages)
        pdf.save(buffer)
    return buffer.getvalue()


def _program(*command: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.pdf"
        subprocess.run([*command, str(out)], check=True)
        return out.read_bytes()


def qpdf(files: list[Path]) -> bytes:
    return _program("qpdf", "--empty", "--pages", *map(str, files), "--")


def pdfunite(files: list[Path]) -> bytes:
    return _program("pdfunite", *map(str, files))


def pdfbox(files: list[Path]) -> bytes:
    jars = ":".join(f"/usr/share/java/{name}.jar" for name in ("pdfbox2", "fontbox2", "commons-logging"))
    tools = "/usr/share/java/pdfbox2-tools.jar"
    return _program(
        "java", "-cp", f"{jars}:{tools}", "org.apache.pdfbox.tools.PDFBox", "PDFMerger", *map(str, files)
    )


WAYS: dict[str, Callable[[list[Path]], bytes]] = {
    "pypdf append": append,
    "pypdf append, identical objects joined": append_compressed,
    "pikepdf pages.extend": extend,
    "qpdf --pages": qpdf,
    "pdfunite": pdfunite,
    "PDFBox PDFMerger": pdfbox,
    "clspd-docs (tags, fields, stamps, PDF/A, PDF/UA)": ours,
}
NEEDS = {
    "qpdf --pages": "qpdf",
    "pdfunite": "pdfunite",
    "PDFBox PDFMerger": "/usr/share/java/pdfbox2-tools.jar",
}


def one(way: str, folder: Path, times: int) -> None:
    """Print the figures of one way, as JSON."""
    files = sorted(folder.glob("lettre-*.pdf")) * times + sorted(folder.glob("piece-*.pdf"))
    WAYS[way](files[-2:])  # what is loaded once a process is not what is measured
    start, spent = time.perf_counter(), _processor()
    made = WAYS[way](files)
    figures = {
        "seconds": time.perf_counter() - start,
        "processor": _processor() - spent,
        "kB": len(made) // 1000,
        "MB": max(
            resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        // 1024,
        "parts": len(files),
        "tags": _tagged(made),
    }
    print(json.dumps(figures))


def _processor() -> float:
    """Return the processor seconds used so far, by this process and by the programs that it ran."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _tagged(made: bytes) -> bool:
    import pikepdf  # noqa: PLC0415

    with pikepdf.open(io.BytesIO(made)) as pdf:
        return "/StructTreeRoot" in pdf.Root


def main() -> None:
    """Print a table for each kind of parts, and a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", nargs=2, default=None, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        one(asked.one[0], Path(asked.one[1]), asked.times)
        return
    with tempfile.TemporaryDirectory() as folder:
        root, work = Path(folder) / "essai", Path(folder) / "parts"
        init(root, example=True)
        work.mkdir()
        parts(root, work)
        print(f"{platform.machine()}, Python {platform.python_version()}, best of {asked.runs}")
        found: dict[str, Any] = {}
        for kind in ("alone", "cut"):
            print(f"\n| {kind} | seconds | processor | MB | kB | tags |\n|---|---|---|---|---|---|")
            for way in WAYS:
                if way in NEEDS and not (shutil.which(NEEDS[way]) or Path(NEEDS[way]).is_file()):
                    continue
                command = [
                    sys.executable,
                    __file__,
                    "--times",
                    str(asked.times),
                    "--one",
                    way,
                    str(work / kind),
                ]
                runs = [
                    json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
                    for _ in range(asked.runs)
                ]
                best = min(runs, key=lambda run: float(run["processor"]))
                seconds = min(run["seconds"] for run in runs)
                found[f"{way}, {kind}"] = {**best, "seconds": seconds}
                print(
                    f"| {way}, {best['parts']} parts | {seconds:.2f} | {best['processor']:.2f} | {best['MB']} "
                    f"| {best['kB']} | {'yes' if best['tags'] else 'no'} |"
                )
        print(json.dumps(found))


if __name__ == "__main__":
    main()

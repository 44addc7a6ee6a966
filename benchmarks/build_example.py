"""The example's next plenary, whole: this program beside the habit, on the same documents, in one run.

The habit: docxtpl for each document, one soffice process a file, pypdf's plain append for each packet.
Usage: python benchmarks/build_example.py [--habit N]   N documents of the habit are really made (default: all).
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import platform
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import openpyxl
from docxtpl import DocxTemplate
from pypdf import PdfWriter

from clspd_docs.build.holding import blocked
from clspd_docs.build.loading import load
from clspd_docs.build.pipeline import build
from clspd_docs.build.produce import Studio
from clspd_docs.build.request import Options
from clspd_docs.build.workspace import TEMPLATES, Folder, init
from clspd_docs.conversion.find import find_office
from clspd_docs.documents.plan import context, find_session, plan_session
from clspd_docs.documents.view import Trace
from clspd_docs.templates.language import Sandbox

TODAY = dt.date(2026, 12, 1)
SESSION = "P-2027-02"


def ours(root: Path) -> dict[str, float]:
    """Return the wall seconds of a first build, a second one, and one after a corrected cell."""
    folder, options = Folder(root), Options(TODAY)
    times: dict[str, float] = {}
    for name in ("first build", "nothing changed"):
        start = time.perf_counter()
        report = build(folder, options, lambda _: None)
        times[name] = time.perf_counter() - start
        assert report.exit == 0
    path = root / "registers" / "clspd.xlsx"
    book = openpyxl.load_workbook(path)
    book["Membres"]["G14"].value = "Martin-Corrigé"
    book.save(path)
    start = time.perf_counter()
    report = build(folder, options, lambda _: None)
    times["one name corrected"] = time.perf_counter() - start
    times["documents redone"] = sum(d.state == "built" for d in report.documents)
    return times


def habit(root: Path, limit: int | None) -> dict[str, float]:
    """Return the wall seconds of the habit's three steps, for the same documents and packets."""
    loaded = load(Folder(root), TODAY)
    seance = find_session(loaded.conseil, SESSION)
    assert seance is not None
    plan = plan_session(loaded.conseil, seance, loaded.catalogue, jour=TODAY)
    jobs = plan.documents[:limit]
    studio, sandbox = Studio(loaded, blocked(()), TODAY), Sandbox()
    program = find_office().path
    render = convert = join = 0.0
    with tempfile.TemporaryDirectory() as work:
        done: dict[str, Path] = {}
        for job in jobs:
            names: dict[str, Any] = context(loaded.conseil, job, TODAY, Trace()) | {"images": studio.images}
            start = time.perf_counter()
            template = DocxTemplate(root / TEMPLATES / job.entry.modele)
            template.render(names, sandbox)
            docx = Path(work) / f"{job.key}.docx"
            template.save(docx)
            render += time.perf_counter() - start
            start = time.perf_counter()
            command: list[str | Path] = [
                str(program),
                f"-env:UserInstallation={(Path(work) / 'profile').as_uri()}",
                "--headless",
            ]
            subprocess.run(
                [*command, "--convert-to", "pdf", "--outdir", work, docx], check=True, capture_output=True
            )
            convert += time.perf_counter() - start
            done[job.key] = docx.with_suffix(".pdf")
        start = time.perf_counter()
        for dossier in plan.dossiers:
            writer = PdfWriter()
            for key in dossier.pieces:
                if key in done:
                    writer.append(io.BytesIO(done[key].read_bytes()))
            writer.write(io.BytesIO())
        join = time.perf_counter() - start
    scale = len(plan.documents) / len(jobs)
    return {"render": render * scale, "convert": convert * scale, "join": join, "documents made": len(jobs)}


def main() -> None:
    """Print a table and a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--habit", type=int, default=None, metavar="N")
    limit = parser.parse_args().habit
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "essai"
        init(root, example=True)
        slow = habit(root, limit)
        fast = ours(root)
    total = slow["render"] + slow["convert"] + slow["join"]
    rows = [
        ("habit: docxtpl", slow["render"]),
        ("habit: one soffice a file", slow["convert"]),
        ("habit: pypdf append (no tags, no cover, no contents)", slow["join"]),
        ("habit, whole", total),
        ("clspd-docs, first build", fast["first build"]),
        ("clspd-docs, nothing changed", fast["nothing changed"]),
        ("clspd-docs, one name corrected", fast["one name corrected"]),
    ]
    print(f"{platform.machine()}, Python {platform.python_version()}, LibreOffice {find_office().version}")
    print("| what | seconds | habit / this |\n|---|---|---|")
    for name, seconds in rows:
        print(f"| {name} | {seconds:.2f} | {total / seconds:.1f} |")
    print(json.dumps({"habit": slow, "clspd-docs": fast}))


if __name__ == "__main__":
    main()

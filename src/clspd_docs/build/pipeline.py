"""``build``: read, choose, plan, make, publish; the order of the steps, on one screen."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from clspd_docs.build.converter import converter, fonts_lacking
from clspd_docs.build.holding import blocked
from clspd_docs.build.loading import load
from clspd_docs.build.press import Press
from clspd_docs.build.produce import Cache, Studio, Workshop
from clspd_docs.build.proof import Proof
from clspd_docs.build.publish import WORK, lock, refused
from clspd_docs.build.report import Report
from clspd_docs.build.request import Options, plan_sessions
from clspd_docs.build.session import build_session
from clspd_docs.build.workspace import OUTPUT, Folder
from clspd_docs.conversion.checks import TRIES
from clspd_docs.conversion.choose import Choice
from clspd_docs.conversion.pool import worker_count
from clspd_docs.documents.plan import SessionPlan

Progress = Callable[[str], None]


def build(folder: Folder, options: Options, progress: Progress) -> Report:
    """Build the documents and packets of the sessions asked for, and publish them.

    Returns:
        The report: every finding, every document and packet with its state.

    Raises:
        Stop: When nothing can be read, when the converter is missing, when the output cannot be written.
    """
    loaded = load(folder, options.jour)
    plans, findings = plan_sessions(loaded, options)
    choice = converter(folder)
    findings += [*choice.findings, *fonts_lacking(folder, loaded.templates)]
    studio = Studio(loaded, blocked(findings), options.jour)
    report = Report("build", findings, loaded.book.counts())
    try:
        return _build(folder, plans, studio, options, report, choice, progress)
    except OSError as error:  # disk full, file held open: what was published before is untouched
        raise refused(folder.output, OUTPUT, error) from error


def _build(
    folder: Folder,
    plans: list[SessionPlan],
    studio: Studio,
    options: Options,
    report: Report,
    choice: Choice,
    progress: Progress,
) -> Report:
    workers, patience = worker_count(options.workers), folder.settings().delai_secondes / TRIES
    with (
        lock(folder.output),
        tempfile.TemporaryDirectory(prefix=WORK, dir=folder.output) as work,
        choice.open(workers, patience) as engine,
        Press(workers) as press,
    ):
        cache = Cache(folder.output / ".cache", f"{engine.name} {engine.version}", ignored=options.force)
        proof = Proof(studio.loaded.conseil, studio.loaded.book)
        shop = Workshop(studio, engine, cache, Path(work), progress, proof, press, choice.is_preview)
        for one in plans:
            result = build_session(shop, one, options)
            report = report.with_session(result.findings, result.documents, result.packets)
        cache.prune()
        return replace(report, more={"converter": choice.as_json(), "converter_starts": engine.starts})

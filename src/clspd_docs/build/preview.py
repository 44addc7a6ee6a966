"""``check`` and ``build --pourquoi``: everything but the conversion and the writing."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Final

from clspd_docs.build.converter import converter, fonts_lacking
from clspd_docs.build.holding import blocked
from clspd_docs.build.loading import load
from clspd_docs.build.manifest import read_manifest
from clspd_docs.build.produce import Made, Studio
from clspd_docs.build.publish import session_folder
from clspd_docs.build.reasons import general_reasons, is_intact, sentences, why
from clspd_docs.build.report import DocumentLine, Report
from clspd_docs.build.request import Options, plan_sessions
from clspd_docs.build.signed import kept, signatures
from clspd_docs.build.together import refusal
from clspd_docs.build.workspace import Folder
from clspd_docs.domain.seances import next_to_come
from clspd_docs.errors import Stop
from clspd_docs.findings import Finding

SAMPLES: Final = 2  # documents of one template, to learn whether they can be converted together


def check(folder: Folder, jour: dt.date) -> Report:
    """Read everything and merge the next session's documents without writing any: every fault at once.

    Raises:
        Stop: When nothing can be read.
    """
    loaded = load(folder, jour)
    fonts = fonts_lacking(folder, loaded.templates)
    coming = next_to_come(loaded.conseil.seances, jour)
    if coming is None:
        return Report("check", [*loaded.findings, *fonts], loaded.book.counts())
    plans, findings = plan_sessions(loaded, Options(jour, (coming.id,)))
    studio = Studio(loaded, blocked(findings), jour)
    held: dict[Finding, None] = {}  # an error is told once, however many letters it holds
    for made in (studio.make(job) for one in plans for job in one.documents):
        if not isinstance(made, Made):
            held |= dict.fromkeys(made)
    return Report("check", [*findings, *fonts, *held], loaded.book.counts())


def explain_build(folder: Folder, options: Options) -> Report:
    """Tell which documents would be made again, and why; nothing is converted or written.

    A note (PDF201) is added for each template whose documents are converted one by one, and why.

    Raises:
        Stop: When nothing can be read.
    """
    loaded = load(folder, options.jour)
    plans, findings = plan_sessions(loaded, options)
    studio = Studio(loaded, blocked(findings), options.jour)
    report = Report("build", findings, loaded.book.counts(), more={"preview": True})
    mark = _converter_mark(folder)
    for one in plans:
        target = session_folder(folder.output, one.seance.id)
        previous = read_manifest(target)
        old = {} if previous is None else {d.key: d for d in previous.documents}
        general = general_reasons(previous, mark)
        lines: list[DocumentLine] = []
        held: list[Finding] = []
        samples: defaultdict[str, list[bytes]] = defaultdict(list)
        for job in one.documents:
            made, before = studio.make(job), old.get(job.key)
            if isinstance(made, Made):
                intact = before is None or is_intact(target, before)
                signed = () if before is None or intact or options.force else signatures(target / before.path)
                reasons = why(made, before, studio, intact=intact or bool(signed), general=general)
                if before is not None and signed:
                    held.append(kept(target, before.path, signed, reasons))
                    reasons = ()
                state = "built" if reasons else "unchanged"
                if len(samples[job.entry.modele]) < SAMPLES:
                    samples[job.entry.modele].append(made.docx)
            else:
                held += made
                reasons, state = sentences(made), "held"
            membre = str(job.recipient.id) if job.recipient is not None else None
            lines.append(
                DocumentLine(job.entry.code, one.seance.id, membre, job.title, state, reasons=reasons)
            )
        slow = [refusal(modele, docs) for modele, docs in samples.items() if len(docs) == SAMPLES]
        report = report.with_session([*held, *filter(None, slow)], lines, [])
    return report


def _converter_mark(folder: Folder) -> str | None:
    """Return the converter as the manifests name it; None when there is none."""
    try:
        choice = converter(folder)
    except Stop:  # the build tells
        return None
    return f"{choice.name} {choice.version}"

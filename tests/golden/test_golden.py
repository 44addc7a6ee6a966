"""The text of every kind of document, as lines, compared with the one that was read and approved."""

from __future__ import annotations

from pathlib import Path

import pytest

from clspd_docs.build.holding import blocked
from clspd_docs.build.loading import Loaded
from clspd_docs.build.produce import Made, Studio
from clspd_docs.documents.catalogue import Etape
from clspd_docs.documents.plan import DocumentJob, plan_session
from clspd_docs.templates.docx_text import lines
from conftest import TODAY

GOLDEN = Path(__file__).parent
SESSIONS = ("P-2027-02", "P-2026-06", "R-2027-03", "R-2026-09", "G1-2027-03", "G1-2026-10")


def first_jobs(loaded: Loaded) -> dict[str, DocumentJob]:
    """One job of each kind of document and session: the first, and for letters a vacant seat as well."""
    jobs: dict[str, DocumentJob] = {}
    for name in SESSIONS:
        seance = loaded.conseil.seance(name)
        assert seance is not None
        plan = plan_session(loaded.conseil, seance, loaded.catalogue, jour=TODAY, steps=tuple(Etape))
        for job in plan.documents:
            jobs.setdefault(f"{name}_{job.entry.code}", job)
            if getattr(job.recipient, "nom", "x") is None:
                jobs.setdefault(f"{name}_{job.entry.code}_sans-nom", job)
    return jobs


def test_every_document_reads_as_approved(loaded: Loaded, request: pytest.FixtureRequest) -> None:
    studio = Studio(loaded, blocked(loaded.findings), TODAY)
    update = request.config.getoption("--update-golden")
    texts: dict[str, str] = {}
    for name, job in first_jobs(loaded).items():
        made = studio.make(job)
        assert isinstance(made, Made), (name, made)
        texts[name] = "\n".join(lines(made.docx)) + "\n"
    if update:
        for path in GOLDEN.glob("*.txt"):
            path.unlink()
        for name, text in texts.items():
            (GOLDEN / f"{name}.txt").write_text(text, encoding="utf-8")
    approved = {path.stem: path.read_text(encoding="utf-8") for path in GOLDEN.glob("*.txt")}
    assert sorted(approved) == sorted(texts)
    different = [name for name in texts if texts[name] != approved[name]]
    assert not different, f"read the difference, then run pytest tests/golden --update-golden: {different}"
    assert texts == approved

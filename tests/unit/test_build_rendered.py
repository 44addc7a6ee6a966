"""Word files that are taken again instead of rendered: never one that would come out otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from clspd_docs.build.holding import blocked
from clspd_docs.build.loading import load
from clspd_docs.build.manifest import DocumentRecord, Manifest
from clspd_docs.build.produce import Made, Studio
from clspd_docs.build.rendered import LastRendering, inputs
from clspd_docs.build.workspace import init
from clspd_docs.documents.plan import DocumentJob, find_session, plan_session
from clspd_docs.origin import Place
from clspd_docs.rules.people import SECOND_CHAIR

TODAY = dt.date(2026, 12, 1)


@dataclass
class Case:
    """A build of one document: what a next one would look at."""

    target: Path
    studio: Studio
    job: DocumentJob
    made: Made
    manifest: Manifest

    def again(self, studio: Studio | None = None) -> Made | None:
        return LastRendering(self.target, self.manifest, studio or self.studio).of(self.job)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    root = tmp_path_factory.mktemp("conseil")
    loaded = load(init(root / "essai", example=True), TODAY)
    studio = Studio(loaded, blocked(()), TODAY)
    seance = find_session(loaded.conseil, "P-2027-02")
    assert seance is not None
    plan = plan_session(loaded.conseil, seance, loaded.catalogue, jour=TODAY, only="ordre-du-jour")
    job = plan.documents[0]
    made = studio.make(job)
    assert isinstance(made, Made)
    template = loaded.templates[job.entry.modele]
    record = DocumentRecord(
        key=job.key,
        code=job.entry.code,
        title=job.title,
        docx=f"documents/{job.key}.docx",
        path=f"documents/{job.key}.pdf",
        membre=None,
        pages=1,
        template=template.name,
        template_sha256=template.digest,
        docx_sha256=made.docx_sha256,
        pdf_sha256="",
        fingerprint="",
        draft=made.draft,
        signature_fields=(),
        cells=made.cells,
        made_on="2026-12-01",
        inputs=inputs(studio),
    )
    (root / "documents").mkdir()
    (root / record.docx).write_bytes(made.docx)
    manifest = Manifest(
        seance="P-2027-02",
        jour="2026-12-01",
        tool="",
        converter="",
        workbook_sha256=loaded.book.digest,
        documents=(record,),
    )
    return Case(root, studio, job, made, manifest)


def test_nothing_changed_and_the_document_is_the_one_that_rendering_gives(case: Case) -> None:
    assert case.again() == case.made


CHANGES: dict[str, Callable[[Studio], Studio]] = {
    "another workbook": lambda s: Studio(
        replace(s.loaded, book=replace(s.loaded.book, digest="autre")), s.blocked, s.jour
    ),
    "another day": lambda s: Studio(s.loaded, s.blocked, dt.date(2026, 12, 2)),
    "another catalogue": lambda s: Studio(
        replace(s.loaded, catalogue=replace(s.loaded.catalogue, documents={})), s.blocked, s.jour
    ),
    "a new error": lambda s: Studio(
        s.loaded, blocked([SECOND_CHAIR.at(Place("c.xlsx", "Membres", cell="F12"))]), s.jour
    ),
    "no template": lambda s: Studio(replace(s.loaded, templates={}), s.blocked, s.jour),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_of_what_it_was_made_from_has_it_rendered(
    case: Case, change: Callable[[Studio], Studio]
) -> None:
    assert case.again(change(case.studio)) is None


def test_another_logo_has_it_rendered(case: Case) -> None:
    studio = Studio(case.studio.loaded, case.studio.blocked, TODAY)
    studio.images = {"logo": b"autre"}
    assert case.again(studio) is None


def test_another_version_of_its_template_has_it_rendered(case: Case) -> None:
    loaded = case.studio.loaded
    name = case.job.entry.modele
    template = loaded.templates[name]
    changed = type(template)(template.name, template.place_file, "autre", template.members)
    studio = Studio(
        replace(loaded, templates={**loaded.templates, name: changed}), case.studio.blocked, TODAY
    )
    assert case.again(studio) is None


def test_a_word_file_edited_by_hand_is_not_taken_for_ours(case: Case) -> None:
    path = case.target / case.manifest.documents[0].docx
    try:
        path.write_bytes(case.made.docx + b"\0")
        assert case.again() is None
        path.unlink()
        assert case.again() is None
    finally:
        path.write_bytes(case.made.docx)


def test_the_records_of_an_older_program_have_no_digest_and_are_rendered(case: Case) -> None:
    record = replace(case.manifest.documents[0], inputs="")
    old = replace(case.manifest, documents=(record,))
    assert LastRendering(case.target, old, case.studio).of(case.job) is None


@pytest.mark.parametrize(
    "older", [{"docx_sha256": "ancien"}, {"draft": True}, {"cells": {"Membres!F12": "ancien"}}], ids=str
)
def test_the_record_of_an_older_word_file_which_a_signed_pdf_keeps_is_not_noted_as_of_today(
    case: Case, older: dict[str, Any]
) -> None:
    record = case.manifest.documents[0]
    last = LastRendering(case.target, case.manifest, case.studio)
    assert last.noted(replace(record, inputs=""), case.made) == record
    assert last.noted(replace(record, **older), case.made).inputs == ""

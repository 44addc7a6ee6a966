"""A document's PDF, finished: dates, title, language, signature fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from clspd_docs.build.manifest import DocumentRecord, fingerprint
from clspd_docs.build.press import PdfOrder, Pressed
from clspd_docs.build.printed import envelope_faults
from clspd_docs.build.produce import Cache, Made, Workshop
from clspd_docs.build.settings import document_settings
from clspd_docs.findings import Finding
from clspd_docs.packets.spec import PacketSpec, Part
from clspd_docs.version import tool_version

FINISHED: Final = "finis"  # folder, in that of the build, of the PDFs to be published


@dataclass(frozen=True, slots=True)
class Finished:
    """A document's record, its PDF, and what the assembly found."""

    record: DocumentRecord
    pdf: Path
    findings: tuple[Finding, ...]


def document_fingerprint(made: Made, cache: Cache, author: str) -> str:
    """Return the digest of all that the finished PDF depends on, but for the day it is made."""
    job = made.job
    named = (made.docx_sha256, job.title, job.seance.id, made.draft, job.owner, document_settings(job.entry))
    return fingerprint(tool_version(), cache.converter, author, *named)


def finish(made: Iterable[Made], shop: Workshop) -> Iterator[Finished]:
    """Yield each document of ``made`` finished, PDF/A-2b and PDF/UA-1, in their order."""
    documents = list(made)
    orders = [_order(each, shop) for each in documents]
    for each, order, done in zip(documents, orders, shop.press.run(orders), strict=True):
        seen = envelope_faults(each.job, order.target)
        yield Finished(_record(each, order.spec, done, shop), order.target, (*done.packet.findings, *seen))


def _order(made: Made, shop: Workshop) -> PdfOrder:
    job, studio = made.job, shop.studio
    parametres = studio.loaded.conseil.parametres
    assert made.raw is not None
    spec = PacketSpec(
        title=f"{job.title} – {job.seance.id}",
        author=parametres.auteur,
        subject=job.entry.titre,
        when=dt.datetime.combine(studio.jour, dt.time(12), tzinfo=dt.UTC),
        file=f"documents/{job.key}.pdf",
    )
    part = Part(job.key, job.title, made.raw, made.draft, job.owner, signature=job.entry.signature)
    return PdfOrder(spec, (part,), shop.work / FINISHED / spec.file)


def _record(made: Made, spec: PacketSpec, done: Pressed, shop: Workshop) -> DocumentRecord:
    job, template = made.job, shop.studio.loaded.templates[made.job.entry.modele]
    return DocumentRecord(
        key=job.key,
        code=job.entry.code,
        title=job.title,
        docx=f"documents/{job.key}.docx",
        path=spec.file,
        membre=str(job.recipient.id) if job.recipient is not None else None,
        pages=done.packet.pages,
        template=template.name,
        template_sha256=template.digest,
        docx_sha256=made.docx_sha256,
        pdf_sha256=done.pdf_sha256,
        pdf_bytes=done.pdf_bytes,
        fingerprint=document_fingerprint(made, shop.cache, spec.author),
        draft=made.draft,
        signature_fields=done.packet.signature_fields,
        cells=dict(sorted(made.cells.items())),
        made_on=shop.studio.jour.isoformat(),
        settings=document_settings(job.entry),
    )

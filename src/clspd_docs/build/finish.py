"""A document's PDF, finished: dates, title, language, signature fields."""

from __future__ import annotations

import datetime as dt

from clspd_docs.build.manifest import DocumentRecord, fingerprint, sha256
from clspd_docs.build.printed import envelope_faults
from clspd_docs.build.produce import Cache, Made, Studio
from clspd_docs.build.settings import document_settings
from clspd_docs.findings import Finding
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.spec import PacketSpec, Part
from clspd_docs.version import tool_version


def document_fingerprint(made: Made, cache: Cache) -> str:
    """Return the digest of all that the finished PDF depends on, but for the day it is made."""
    job = made.job
    named = (made.docx_sha256, job.title, made.draft, job.owner, document_settings(job.entry))
    return fingerprint(tool_version(), cache.converter, *named)


def finish(
    made: Made, studio: Studio, cache: Cache, today: str
) -> tuple[DocumentRecord, bytes, tuple[Finding, ...]]:
    """Return the record of a document, its PDF (PDF/A-2b and PDF/UA-1), and what the assembly found."""
    job, parametres = made.job, studio.loaded.conseil.parametres
    assert made.raw is not None
    spec = PacketSpec(
        title=f"{job.title} – {job.seance.id}",
        author=parametres.auteur,
        subject=job.entry.titre,
        when=dt.datetime.combine(studio.jour, dt.time(12), tzinfo=dt.UTC),
        file=f"documents/{job.key}.pdf",
    )
    pdf = made.raw.read_bytes()
    packet = assemble(
        spec, [Part(job.key, job.title, pdf, made.draft, job.owner, signature=job.entry.signature)]
    )
    template = studio.loaded.templates[job.entry.modele]
    record = DocumentRecord(
        key=job.key,
        code=job.entry.code,
        title=job.title,
        docx=f"documents/{job.key}.docx",
        path=spec.file,
        membre=str(job.recipient.id) if job.recipient is not None else None,
        pages=packet.pages,
        template=template.name,
        template_sha256=template.digest,
        docx_sha256=made.docx_sha256,
        pdf_sha256=sha256(packet.pdf),
        pdf_bytes=len(packet.pdf),
        fingerprint=document_fingerprint(made, cache),
        draft=made.draft,
        signature_fields=packet.signature_fields,
        cells=dict(sorted(made.cells.items())),
        made_on=today,
        settings=document_settings(job.entry),
    )
    return record, packet.pdf, (*packet.findings, *envelope_faults(job, packet.pdf))

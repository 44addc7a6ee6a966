"""One session, built: what is made, taken over, held, and published as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from clspd_docs.build.bind import Bindery, Bound
from clspd_docs.build.finish import document_fingerprint, finish
from clspd_docs.build.manifest import (
    DocumentRecord,
    HeldRecord,
    Manifest,
    PacketRecord,
    chained,
    file_sha256,
    read_manifest,
)
from clspd_docs.build.page import index_page
from clspd_docs.build.produce import Made, Output, Studio, Workshop, produce
from clspd_docs.build.publish import publish, session_folder
from clspd_docs.build.reasons import general_reasons, is_intact, sentences, why
from clspd_docs.build.rendered import LastRendering
from clspd_docs.build.report import DocumentLine, PacketLine
from clspd_docs.build.request import Options
from clspd_docs.build.signed import kept, signatures
from clspd_docs.build.signing import UNTOLD, without_signatures, without_signed
from clspd_docs.build.workspace import CATALOGUE, OUTPUT
from clspd_docs.documents.plan import DocumentJob, DossierJob, SessionPlan, default_steps, level_of
from clspd_docs.findings import Finding
from clspd_docs.version import tool_version


@dataclass(slots=True)
class Result:
    """The outcome for one session, growing as it is built; ``fresh`` is what the publication writes."""

    records: dict[str, DocumentRecord] = field(default_factory=dict)
    fresh: dict[str, Path | bytes] = field(default_factory=dict)
    documents: list[DocumentLine] = field(default_factory=list)
    packets: list[PacketLine] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def build_session(shop: Workshop, plan: SessionPlan, options: Options) -> Result:
    """Make, bind and publish the session of ``plan``.

    Raises:
        Stop: The converter itself fails, or the output cannot be written; the previous output is then whole.
    """
    studio, output_folder = shop.studio, shop.studio.loaded.folder.output
    target = session_folder(output_folder, plan.seance.id)
    previous = read_manifest(target)
    shop = replace(shop, work=shop.work / target.name)
    shop.work.mkdir()
    last = LastRendering(target, None if options.force else previous, studio)
    output, result = produce(shop, plan, last.of), Result()
    _finish_documents(shop, plan, output, previous, target, result)
    result.records = {key: last.noted(record, output.made[key]) for key, record in result.records.items()}
    before = {p.key: p for p in previous.packets} if previous else {}
    intact = {k: file_sha256(target / p.path) == p.pdf_sha256 for k, p in before.items()}
    signed = {k: _signatures(shop, target / before[k].path) for k, is_ours in intact.items() if not is_ours}
    signed = {k: fields for k, fields in signed.items() if fields}
    intact |= dict.fromkeys(signed, True)
    bound = Bindery(shop, plan, output, result.records).bind(before, intact, studio.jour.isoformat())
    bound = without_signed(bound, before, signed, target)
    if shop.is_preview:
        bound = without_signatures(bound, plan, output, studio)
    result.findings += bound.findings
    _tell_held(plan, output, bound, result)
    result.packets = [_packet_line(r, plan, bound) for r in bound.records] + _held_packets(plan, bound)
    now = Manifest(
        seance=plan.seance.id,
        jour=studio.jour.isoformat(),
        tool=tool_version(),
        converter=shop.cache.converter,
        workbook_sha256=studio.loaded.book.digest,
        documents=tuple(result.records.values()),
        packets=bound.records,
        held=_held_records(plan, output, bound),
        **_sources(studio, plan, result.records, bound),
    )
    manifest = chained(_merged(now, previous, studio, plan, options), previous, target)
    page = index_page(studio.loaded.conseil, plan.seance, manifest)
    fresh = {**result.fresh, **bound.fresh, "index.html": page.encode()}
    result.findings += publish(output_folder, manifest, fresh, previous)
    if shop.is_preview:
        result.findings = [f for f in result.findings if f.code not in UNTOLD]
    return result


def _finish_documents(
    shop: Workshop, plan: SessionPlan, output: Output, previous: Manifest | None, target: Path, result: Result
) -> None:
    """Take over each document that has not changed and whose files are intact; finish the others."""
    old = {d.key: d for d in previous.documents} if previous else {}
    general = general_reasons(previous, shop.cache.converter)
    intact = {k: is_intact(target, old[k]) for k in output.made if k in old}
    signed = {k: _signatures(shop, target / old[k].path) for k, is_ours in intact.items() if not is_ours}
    signed = {k: fields for k, fields in signed.items() if fields}
    same = {k for k, is_ours in intact.items() if is_ours and _is_same(output.made[k], old[k], shop)}
    finished = finish((made for k, made in output.made.items() if k not in signed.keys() | same), shop)
    for key, made in output.made.items():
        if key in signed:
            _keep_signed(made, old[key], signed[key], shop, plan, target, result)
            continue
        done = None if key in same else next(finished)
        record, pdf = (done.record, done.pdf) if done else (old[key], target / old[key].path)
        readers = level_of(made.job)
        proved = shop.proof.mark(plan.seance.id, readers)
        if done or record.proved != proved:  # new, or what it must not show has changed since
            leaks = shop.proof.faults(pdf, plan.seance.id, readers, record.path)
            if leaks:
                output.held[key] = leaks
                continue
        result.records[key] = replace(record, proved=proved)
        if done is None:
            result.documents.append(_document_line(record, plan, "unchanged", ()))
            continue
        result.findings += done.findings
        result.fresh |= {record.path: pdf, record.docx: made.docx}
        reasons = why(made, old.get(key), shop.studio, intact=intact.get(key, False), general=general)
        result.documents.append(_document_line(record, plan, "built", reasons or ("demandé",)))


def _is_same(made: Made, before: DocumentRecord, shop: Workshop) -> bool:
    """True when the finished PDF would be the one of the last build."""
    return (
        before.fingerprint
        == document_fingerprint(made, shop.cache, shop.studio.loaded.conseil.parametres.auteur)
        and not shop.cache.ignored
    )


def _signatures(shop: Workshop, path: Path) -> tuple[str, ...]:
    """Return the signatures that a published file got since, and that this build may not undo."""
    return () if shop.cache.ignored else signatures(path)


def _keep_signed(
    made: Made,
    before: DocumentRecord,
    fields: tuple[str, ...],
    shop: Workshop,
    plan: SessionPlan,
    target: Path,
    result: Result,
) -> None:
    """Take over a document whose PDF is signed, whatever has changed since; its Word file is given back."""
    reasons = why(made, before, shop.studio, intact=True)
    if file_sha256(target / before.docx) != before.docx_sha256:
        result.fresh[before.docx] = made.docx
        before = replace(before, docx_sha256=made.docx_sha256)
    result.records[before.key] = before
    result.documents.append(_document_line(before, plan, "unchanged", ()))
    result.findings.append(kept(target, before.path, fields, reasons))


def _sources(
    studio: Studio, plan: SessionPlan, documents: Mapping[str, DocumentRecord], bound: Bound
) -> dict[str, Any]:
    """Return the digests of the files that the session was made from, for its manifest."""
    names = {d.template for d in documents.values()} | {name for p in bound.records for name in p.templates}
    loaded = studio.loaded
    annexes = {f"annexe-{p.rang}": p.piece for p in plan.seance.points if p.piece}
    return {
        "templates": {name: loaded.templates[name].digest for name in sorted(names)},
        "annexes": {
            annexes[key]: digest for packet in bound.records for key, digest in sorted(packet.annexes.items())
        },
        "catalogue_sha256": file_sha256(loaded.folder.path(CATALOGUE)) or "",
    }


def _merged(
    now: Manifest, previous: Manifest | None, studio: Studio, plan: SessionPlan, options: Options
) -> Manifest:
    """Return the manifest with the outputs of the last build that this one did not look at."""
    if previous is None:
        return now
    planned = {j.key for j in plan.documents} | {j.key for j in plan.dossiers}
    pieces = {point.piece for point in plan.seance.points}

    def stays(record: DocumentRecord | PacketRecord | HeldRecord) -> bool:
        return record.key not in planned and not _in_scope(record.code, studio, plan, options)

    return replace(
        now,
        documents=now.documents + tuple(d for d in previous.documents if stays(d)),
        packets=now.packets + tuple(p for p in previous.packets if stays(p)),
        held=now.held + tuple(h for h in previous.held if stays(h)),
        templates=previous.templates | now.templates,
        annexes={k: v for k, v in (previous.annexes | now.annexes).items() if k in pieces},
    )


def _in_scope(code: str, studio: Studio, plan: SessionPlan, options: Options) -> bool:
    """True when this build decides on the outputs of the catalogue's entry ``code``."""
    if options.document is not None:
        return code == options.document
    catalogue = studio.loaded.catalogue
    entry = catalogue.documents.get(code) or catalogue.dossiers.get(code)
    steps = set(default_steps(plan.seance) if options.steps is None else options.steps)
    return entry is None or bool(steps & set(entry.etapes))


def _document_line(
    record: DocumentRecord, plan: SessionPlan, state: str, reasons: tuple[str, ...]
) -> DocumentLine:
    base = f"{OUTPUT}/{session_folder(Path(), plan.seance.id).name}"
    return DocumentLine(
        record.code,
        plan.seance.id,
        record.membre,
        record.title,
        state,
        f"{base}/{record.path}",
        f"{base}/{record.docx}",
        record.pages,
        reasons,
    )


def _packet_line(record: PacketRecord, plan: SessionPlan, bound: Bound) -> PacketLine:
    base = f"{OUTPUT}/{session_folder(Path(), plan.seance.id).name}"
    parts = tuple({"title": p.title, "first_page": p.first_page, "pages": p.pages} for p in record.parts)
    reasons = bound.reasons.get(record.key, ())
    return PacketLine(
        record.code,
        plan.seance.id,
        record.membre,
        record.title,
        "built" if reasons else "unchanged",
        f"{base}/{record.path}",
        record.pages,
        parts,
        record.signature_fields,
        record.claims,
        reasons,
    )


def _held_packets(plan: SessionPlan, bound: Bound) -> list[PacketLine]:
    return [
        PacketLine(
            j.entry.code,
            plan.seance.id,
            _id(j.recipient),
            j.title,
            "held",
            reasons=sentences(bound.held[j.key]),
        )
        for j in bound.jobs
        if j.key in bound.held
    ]


def _tell_held(plan: SessionPlan, output: Output, bound: Bound, result: Result) -> None:
    for job in plan.documents:
        if job.key in output.held:
            reasons = output.held[job.key]
            result.findings += reasons
            result.documents.append(
                DocumentLine(
                    job.entry.code,
                    plan.seance.id,
                    _id(job.recipient),
                    job.title,
                    "held",
                    reasons=sentences(reasons),
                )
            )
    for reasons in bound.held.values():
        result.findings += reasons


def _held_records(plan: SessionPlan, output: Output, bound: Bound) -> tuple[HeldRecord, ...]:
    held = {**output.held, **bound.held}
    jobs: list[DocumentJob | DossierJob] = [*plan.documents, *bound.jobs]
    return tuple(
        HeldRecord(key=j.key, code=j.entry.code, title=j.title, reasons=sentences(held[j.key]))
        for j in jobs
        if j.key in held
    )


def _id(recipient: object) -> str | None:
    return str(getattr(recipient, "id", None)) if recipient is not None else None

"""Why something is made again, or held, in French sentences; without the content of cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from clspd_docs.build.manifest import DocumentRecord, Manifest, file_sha256
from clspd_docs.build.produce import Made, Studio
from clspd_docs.build.settings import changed_settings, document_settings
from clspd_docs.findings import Finding
from clspd_docs.version import tool_version


def why(
    made: Made, before: DocumentRecord | None, studio: Studio, *, intact: bool, general: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return, in French, the reasons for which a document is made again; none when it is unchanged.

    ``general`` are the reasons that concern every document of the session.
    """
    if before is None:
        return ("nouveau document",)
    reasons = []
    if before.docx_sha256 != made.docx_sha256:
        template = studio.loaded.templates[made.job.entry.modele]
        if before.template_sha256 != template.digest:
            reasons.append(f"modèle modifié : {template.name}")
        reasons += changed_cells(before.cells, made.cells)
        if not reasons and not general:
            reasons.append("logo ou date du jour")
    if before.draft != made.draft:
        reasons.append("mention PROJET ajoutée" if made.draft else "mention PROJET retirée")
    if before.title != made.job.title:
        reasons.append("titre modifié dans le catalogue")
    reasons += changed_settings(before.settings, document_settings(made.job.entry))
    reasons += general
    if not intact:
        reasons.append("fichier absent ou modifié à la main")
    return tuple(reasons)


def general_reasons(previous: Manifest | None, converter: str | None = None) -> tuple[str, ...]:
    """Return what concerns every document since the last build: another converter, another program."""
    reasons = []
    if previous is not None and converter is not None and previous.converter != converter:
        reasons.append(f"convertisseur changé : {converter} au lieu de {previous.converter}")
    if previous is not None and previous.tool != tool_version():
        reasons.append("nouvelle version du programme")
    return tuple(reasons)


def changed_cells(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return a sentence for each cell, or list of rows, that both builds used and that changed.

    A cell used by one build only tells nothing: its use follows from another change.
    """
    changed = sorted(cell for cell in before.keys() & now.keys() if before[cell] != now[cell])
    return [
        f"liste des lignes de « {cell.removesuffix('!*')} » modifiée"
        if cell.endswith("!*")
        else f"{cell} a changé"
        for cell in changed
    ]


def is_intact(target: Path, record: DocumentRecord) -> bool:
    """True when both files of the record are there, as they were published."""
    return (
        file_sha256(target / record.path) == record.pdf_sha256
        and file_sha256(target / record.docx) == record.docx_sha256
    )


def sentences(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return one line a finding: code, place, sentence; without the content of cells."""
    return tuple(f"{f.code} – {f.place.french()} : {f.message}" for f in findings)

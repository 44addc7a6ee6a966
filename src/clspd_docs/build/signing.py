"""What signatures forbid: signing a preview, and replacing a packet that is signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from clspd_docs.build.bind import Bound
from clspd_docs.build.manifest import PacketRecord
from clspd_docs.build.produce import Output, Studio
from clspd_docs.build.publish import session_folder
from clspd_docs.build.signed import kept
from clspd_docs.build.workspace import OUTPUT
from clspd_docs.documents.plan import SessionPlan
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.packets.assemble import NOT_PDFA, NOT_PDFUA
from clspd_docs.templates.render import Template

ONLY_PREVIEWS = Kind(
    "PDF202",
    Severity.ERROR,
    "Dossier à signer retenu",
    "Ce dossier est à signer, et cet ordinateur ne sait faire que des PDF d’aperçu.",
    "Installer LibreOffice (https://fr.libreoffice.org), puis relancer la commande.",
)

# What lacks in every preview, and is told once by ENV110.
UNTOLD: Final = frozenset({NOT_PDFA.code, NOT_PDFUA.code})
_ANCHOR: Final = b'descr="sig:'


def is_signed(template: Template) -> bool:
    """True when the template has a place for a signature."""
    return _ANCHOR in template.members.get("word/document.xml", b"")


def without_signatures(bound: Bound, plan: SessionPlan, output: Output, studio: Studio) -> Bound:
    """Return ``bound`` with every packet that has a place for a signature held (PDF202), whatever else holds it.

    The place is known from the template: a preview has no tags, where a PDF shows it.
    """
    signed = {
        key for key, made in output.made.items() if is_signed(studio.loaded.templates[made.job.entry.modele])
    }
    keys = {job.key for job in bound.jobs if any(key in signed for key in job.pieces)}
    keys |= {record.key for record in bound.records if record.signature_fields}
    folder = session_folder(Path(), plan.seance.id).name
    held: dict[str, tuple[Finding, ...]] = {
        key: (ONLY_PREVIEWS.at(Place(f"{OUTPUT}/{folder}/dossiers/{key}.pdf")),) for key in sorted(keys)
    }
    gone = {record.path for record in bound.records if record.key in held}
    return replace(
        bound,
        records=tuple(record for record in bound.records if record.key not in held),
        fresh={path: pdf for path, pdf in bound.fresh.items() if path not in gone},
        held={**bound.held, **held},
    )


def without_signed(
    bound: Bound, before: Mapping[str, PacketRecord], signed: Mapping[str, tuple[str, ...]], target: Path
) -> Bound:
    """Return ``bound`` with each signed packet as it was, and a finding for it.

    Args:
        bound: The packets, made again when what they are made of has changed.
        before: Records of the last build, by key.
        signed: Signatures of the published packets, by key; those that may not be replaced.
        target: The session's folder.
    """
    made = {record.key: record for record in bound.records}
    stays = {key for key in signed if key in made}
    fresh = {path: pdf for path, pdf in bound.fresh.items() if path not in {made[key].path for key in stays}}
    told = [
        kept(target, made[key].path, signed[key], bound.reasons.get(key, ())) for key in made if key in stays
    ]
    return replace(
        bound,
        records=tuple(before[record.key] if record.key in stays else record for record in bound.records),
        fresh=fresh,
        findings=(*bound.findings, *told),
        reasons={key: why for key, why in bound.reasons.items() if key not in stays},
    )

"""What a packet tells, inside itself, of how it was made: digests of the workbook, templates, pieces and annexes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from clspd_docs.build.manifest import SCHEMA, DocumentRecord
from clspd_docs.build.produce import Studio
from clspd_docs.documents.plan import DossierJob
from clspd_docs.packets.spec import Attachment
from clspd_docs.version import tool_version

NAME: Final = "preuve.json"


class Bindable(Protocol):
    """A piece of a packet, as the bindery holds it."""

    key: str
    title: str
    docx_sha256: str
    source: str


def proof(
    job: DossierJob,
    studio: Studio,
    converter: str,
    front: Mapping[str, tuple[str, Bindable]],
    pieces: Sequence[Bindable],
    documents: Mapping[str, DocumentRecord],
) -> Attachment:
    """Return the file to attach to a packet.

    It tells of no other packet, and of no cell: the digest of a short value would give it away.

    Args:
        job: The packet.
        studio: The registers and templates that it is made from.
        converter: Name and version of what made the PDFs.
        front: Template and piece of the cover and of the contents, by role.
        pieces: In the order of the packet.
        documents: Records of the documents as published, by key.
    """
    content = {
        "schema": SCHEMA,
        "tool": tool_version(),
        "converter": converter,
        "made_on": studio.jour.isoformat(),
        "seance": job.seance.id,
        "packet": job.entry.code,
        "title": job.title,
        "workbook": {"path": studio.loaded.book.file, "sha256": studio.loaded.book.digest},
        "pieces": [
            *(_made(piece, name, studio) for name, piece in front.values()),
            *(_piece(piece, documents.get(piece.key)) for piece in pieces),
        ],
    }
    data = json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"
    return Attachment(NAME, data, "Empreintes de ce dont le dossier est fait")


def _made(piece: Bindable, template: str, studio: Studio) -> dict[str, str]:
    digest = studio.loaded.templates[template].digest
    return _line(piece, template=template, template_sha256=digest, docx_sha256=piece.docx_sha256)


def _piece(piece: Bindable, record: DocumentRecord | None) -> dict[str, str]:
    if record is None:
        return _line(piece, annex_sha256=piece.source)
    return _line(
        piece,
        template=record.template,
        template_sha256=record.template_sha256,
        docx_sha256=record.docx_sha256,
        pdf_sha256=record.pdf_sha256,
    )


def _line(piece: Bindable, **digests: str) -> dict[str, str]:
    return {"key": piece.key, "title": piece.title, **digests}


def read_proof(files: Mapping[str, bytes]) -> dict[str, Any] | None:
    """Return what a packet tells of itself among its attached ``files``; None when it does not."""
    try:
        content = json.loads(files[NAME])
    except (KeyError, ValueError, RecursionError):
        return None
    return content if _is_ours(content) else None


def _is_ours(content: Any) -> bool:
    """True when a file of this name is one that ``proof`` wrote: anybody may attach one."""
    if not isinstance(content, dict):
        return False
    workbook, pieces = content.get("workbook"), content.get("pieces")
    return (
        all(isinstance(content.get(name), str) for name in ("tool", "converter", "made_on"))
        and isinstance(workbook, dict)
        and {"path", "sha256"} <= workbook.keys()
        and isinstance(pieces, list)
        and all(isinstance(piece, dict) and "title" in piece for piece in pieces)
    )

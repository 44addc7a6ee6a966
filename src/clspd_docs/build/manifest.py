"""manifeste.json: what was published, from what, so that the next build redoes only what must be."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

MANIFEST: Final = "manifeste.json"
SCHEMA: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecord:
    """One document as published. Paths are relative to the session's folder, with forward slashes.

    ``inputs``: digest of what the Word file was made from when it was last looked at (``build/rendered.py``).
    ``settings``: the lines of the catalogue that shape its PDF.
    ``proved``: digest of the reserved texts that its pages were searched for; "" when there was none.
    ``pdf_bytes``: length of the PDF, to tell what a signature added to it from what an edit changed.
    """

    key: str
    code: str
    title: str
    docx: str
    path: str
    membre: str | None
    pages: int
    template: str
    template_sha256: str
    docx_sha256: str
    pdf_sha256: str
    fingerprint: str
    draft: bool
    signature_fields: tuple[str, ...]
    cells: dict[str, str]
    made_on: str
    settings: dict[str, str] = field(default_factory=dict)
    proved: str = ""
    pdf_bytes: int = 0
    inputs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRecord:
    """One piece of a packet: its pages in the packet count from 1."""

    key: str
    title: str
    first_page: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketRecord:
    """One packet as published.

    ``front``: digests of the Word files of its cover and contents; ``annexes``: digest of the file of each
    annex as it came, by the key of its piece; ``templates``: those of its cover and contents; ``settings``: the
    lines of the catalogue that shape it; ``boxes``: places to sign that are no field.
    """

    key: str
    code: str
    title: str
    path: str
    membre: str | None
    pages: int
    parts: tuple[PartRecord, ...]
    signature_fields: tuple[str, ...]
    claims: tuple[str, ...]
    pdf_sha256: str
    fingerprint: str
    held_pieces: tuple[str, ...]
    front: tuple[str, ...]
    made_on: str
    annexes: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    boxes: int = 0
    proved: str = ""
    pdf_bytes: int = 0
    templates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRecord:
    """Something that was not made, and why (sentences without the content of cells)."""

    key: str
    code: str
    title: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The whole file. ``documents`` and ``packets`` are in the order of the plan.

    ``templates`` and ``annexes`` hold the SHA-256 of the files used, by name. ``previous`` is that of the manifest
    before this one, and ``rank`` how many there were, this one counted: see ``chained``.
    """

    seance: str
    jour: str
    tool: str
    converter: str
    workbook_sha256: str
    documents: tuple[DocumentRecord, ...] = ()
    packets: tuple[PacketRecord, ...] = ()
    held: tuple[HeldRecord, ...] = ()
    templates: dict[str, str] = field(default_factory=dict)
    annexes: dict[str, str] = field(default_factory=dict)
    catalogue_sha256: str = ""
    previous: str = ""
    rank: int = 1
    schema: int = field(default=SCHEMA)

    def files(self) -> dict[str, str]:
        """Return the SHA-256 of every published file, by its path relative to the session's folder."""
        hashes = {d.docx: d.docx_sha256 for d in self.documents}
        hashes |= {d.path: d.pdf_sha256 for d in self.documents}
        return hashes | {p.path: p.pdf_sha256 for p in self.packets}

    def sizes(self) -> dict[str, int]:
        """Return the length of every published PDF, by its path; that of an older build is not known."""
        records: tuple[DocumentRecord | PacketRecord, ...] = (*self.documents, *self.packets)
        return {record.path: record.pdf_bytes for record in records if record.pdf_bytes}

    def text(self) -> str:
        """Return the file's text: sorted within records, readable, the same for the same content."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=1) + "\n"


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a session's folder; None when there is none that can be read."""
    try:
        data = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if data.get("schema") != SCHEMA:
            return None
        found = Manifest(
            **{
                **data,
                "documents": tuple(DocumentRecord(**_tuples(d)) for d in data["documents"]),
                "packets": tuple(
                    PacketRecord(**{**_tuples(p), "parts": tuple(PartRecord(**x) for x in p["parts"])})
                    for p in data["packets"]
                ),
                "held": tuple(HeldRecord(**_tuples(h)) for h in data["held"]),
            }
        )
        dt.date.fromisoformat(found.jour)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return found if _is_sound(found) else None


_CLASSES: Final[dict[str, tuple[type, ...]]] = {
    "str": (str,),
    "str | None": (str, type(None)),
    "int": (int,),
    "bool": (bool,),
}


def _is_sound(record: Any) -> bool:
    """Whether each field of a record, and of those that it holds, is what its class says: files get edited."""
    for each in dataclasses.fields(record):
        value, kind = getattr(record, each.name), str(each.type)
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
        expected = _CLASSES.get(kind, (dict,) if kind.startswith("dict") else (tuple,))
        if not isinstance(value, expected):
            return False
        if any(
            not _is_sound(one) if dataclasses.is_dataclass(one) else not isinstance(one, str)
            for one in inside
        ):
            return False
    return True


def chained(now: Manifest, before: Manifest | None, folder: Path) -> Manifest:
    """Return ``now`` tied to the manifest ``before`` it, which ``folder`` holds.

    A build that changed nothing but the day is no new link: it keeps that of the build before it.
    """
    if before is None:
        return now
    same = dataclasses.replace(now, jour=before.jour, previous=before.previous, rank=before.rank)
    if same == before:
        return dataclasses.replace(now, previous=before.previous, rank=before.rank)
    return dataclasses.replace(now, previous=file_sha256(folder / MANIFEST) or "", rank=before.rank + 1)


def _tuples(record: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in record.items()}


def sha256(data: bytes) -> str:
    """Return the SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def file_sha256(path: Path) -> str | None:
    """Return the SHA-256 of a file, or None when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def fingerprint(*parts: object) -> str:
    """Return one digest of named inputs."""
    return sha256("\x1f".join(str(p) for p in parts).encode())

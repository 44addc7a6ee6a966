"""What a command did, as the contract's JSON and as numbers for the text output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from clspd_docs.errors import ExitCode
from clspd_docs.findings import Finding, in_order

SCHEMA: Final = 1
STATES: Final = {"built": "fait", "unchanged": "inchangé", "held": "retenu"}


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One document: its files relative to the working folder (none when held), and its state."""

    document: str
    seance: str
    membre: str | None
    title: str
    state: str
    path: str | None = None
    docx: str | None = None
    pages: int = 0
    reasons: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the line of the report; the title, which may name somebody, stays out."""
        line = {name: getattr(self, name) for name in self.__slots__ if name != "title"}
        return {**line, "reasons": list(self.reasons)}


@dataclass(frozen=True, slots=True)
class PacketLine:
    """One packet: pieces with their first page (from 1) and number of pages."""

    packet: str
    seance: str
    membre: str | None
    title: str
    state: str
    path: str | None = None
    pages: int = 0
    parts: tuple[Mapping[str, Any], ...] = ()
    signature_fields: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the line of the report; titles, which may name somebody, stay out of it but for the pieces'."""
        line = {name: getattr(self, name) for name in self.__slots__ if name != "title"}
        sequences = ("parts", "signature_fields", "claims", "reasons")
        return {**line, **{name: list(line[name]) for name in sequences}}


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a command; ``more`` holds what only one command answers."""

    command: str
    findings: Sequence[Finding] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    documents: Sequence[DocumentLine] = ()
    packets: Sequence[PacketLine] = ()
    exit_code: ExitCode | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def with_session(
        self, findings: Sequence[Finding], documents: Sequence[DocumentLine], packets: Sequence[PacketLine]
    ) -> Report:
        """Return the report with what became of one more session."""
        return replace(
            self,
            findings=[*self.findings, *findings],
            documents=[*self.documents, *documents],
            packets=[*self.packets, *packets],
        )

    @property
    def exit(self) -> ExitCode:
        """The exit code: given, or 1 with at least one error, or 0."""
        if self.exit_code is not None:
            return self.exit_code
        return ExitCode.FAULTS if any(f.is_error for f in self.findings) else ExitCode.DONE

    def as_json(self) -> dict[str, Any]:
        """Return the object that ``--json`` prints."""
        return {
            "schema": SCHEMA,
            "command": self.command,
            "ok": self.exit is ExitCode.DONE,
            "exit": int(self.exit),
            "findings": [f.as_json() for f in in_order(self.findings)],
            "counts": dict(self.counts),
            "documents": [d.as_json() for d in self.documents],
            "packets": [p.as_json() for p in self.packets],
            **self.more,
        }

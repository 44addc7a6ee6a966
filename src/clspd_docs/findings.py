"""Faults as values. A kind is declared where it is detected; a finding is one case of it, at a place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from clspd_docs.origin import Place


class Severity(StrEnum):
    """How much a finding stops: an error holds what it touches, a warning and a note hold nothing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def french(self) -> str:
        """The word printed for the secretary."""
        return {"error": "erreur", "warning": "alerte", "note": "remarque"}[self.value]


_REGISTRY: Final[dict[str, Kind]] = {}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault: what ``explain CODE`` prints and what a finding says.

    ``sentence`` and ``remedy`` are ``str.format`` patterns over the facts passed by the call site. Facts
    are never the content of a cell: that goes in ``Finding.value``, which JSON and logs leave out.
    """

    code: str
    severity: Severity
    title: str
    sentence: str
    remedy: str
    bad: str = ""
    good: str = ""

    def __post_init__(self) -> None:
        if self.code in _REGISTRY:
            raise ValueError(f"code {self.code} declared twice")
        _REGISTRY[self.code] = self

    def at(self, place: Place, *, value: str | None = None, **facts: object) -> Finding:
        """Return the finding of this kind at ``place``; ``value`` is what the cell holds."""
        return Finding(self, place, value, tuple(sorted((k, str(v)) for k, v in facts.items())))


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: its kind, its place, the facts of its sentence, and the content (for eyes only)."""

    kind: Kind
    place: Place
    value: str | None = None
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def code(self) -> str:
        """Stable code, never reused."""
        return self.kind.code

    @property
    def is_error(self) -> bool:
        """True when what it touches is held."""
        return self.kind.severity is Severity.ERROR

    @property
    def message(self) -> str:
        """The French sentence, without the content of the cell."""
        return self.kind.sentence.format(**dict(self.facts))

    @property
    def remedy(self) -> str:
        """What to do, in French."""
        return self.kind.remedy.format(**dict(self.facts))

    def as_json(self) -> dict[str, Any]:
        """Return the finding as the command contract states it."""
        return {
            "code": self.code,
            "severity": self.kind.severity.value,
            "message": self.message,
            "remedy": self.remedy,
            "place": self.place.as_json(),
        }


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings without repetition, sorted by place then code: the same on every run."""
    return sorted(set(findings), key=lambda f: (f.place.sort_key(), f.code, f.facts, f.value or ""))


def all_kinds() -> dict[str, Kind]:
    """Return the kinds declared by the modules imported so far, by code."""
    return dict(sorted(_REGISTRY.items()))

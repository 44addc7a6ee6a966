"""The lines of the catalogue that shape a PDF beside its template: what they are, and how a change is told."""

from __future__ import annotations

from collections.abc import Mapping

from clspd_docs.documents.catalogue import DocumentEntry, DossierEntry


def document_settings(entry: DocumentEntry) -> dict[str, str]:
    """Return the lines of a document's block that shape its PDF, by name."""
    return _lines(signature=entry.signature, enveloppe=entry.enveloppe)


def packet_settings(entry: DossierEntry) -> dict[str, str]:
    """Return the lines of a packet's block that shape its PDF, by name; not those that it does not have."""
    printed = {"tirage": entry.tirage, "etiquettes": entry.etiquettes}
    return _lines(signature=entry.signature, **printed, preuve=entry.preuve)


def changed_settings(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return a sentence for each line of the catalogue that changed since the last build."""
    names = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    return [f"ligne « {name} » modifiée dans le catalogue" for name in names]


def _lines(**values: object) -> dict[str, str]:
    return {name: str(value) for name, value in values.items() if value}

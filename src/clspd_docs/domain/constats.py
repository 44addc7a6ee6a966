"""Findings in French words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from clspd_docs.domain.french import liste, pluriel
from clspd_docs.findings import Finding, Severity, in_order


def bilan(findings: Iterable[Finding]) -> str:
    """Return « 2 erreurs, 1 alerte et 3 remarques », or « aucun constat »."""
    count = Counter(f.kind.severity for f in in_order(findings))
    return liste(pluriel(count[s], s.french) for s in Severity if count[s]) or "aucun constat"

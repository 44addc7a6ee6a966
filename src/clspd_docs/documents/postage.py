"""Which letters leave on paper, by which channel, to which address: for the copy room and the sheets of labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from clspd_docs.documents.catalogue import DossierEntry
from clspd_docs.domain.listes import Canal

UNKNOWN: Final = "envoi à préciser"
# In the order of the batch. A letter whose channel is not known is printed: left out, nobody would miss it.
PRINTED: Final = (Canal.RECOMMANDE, Canal.COURRIER, Canal.REMISE, UNKNOWN)
POSTED: Final = (Canal.RECOMMANDE, Canal.COURRIER, UNKNOWN)


def channel(recipient: Any) -> str:
    """Return how a letter to ``recipient`` leaves."""
    return getattr(recipient, "canal", None) or UNKNOWN


def is_taken(entry: DossierEntry, recipient: Any) -> bool:
    """True unless ``entry`` is for the copy room, or for labels, and the letter to ``recipient`` leaves otherwise."""
    if entry.tirage:
        return channel(recipient) in PRINTED
    return not entry.etiquettes or channel(recipient) in POSTED


def not_printed(recipients: Iterable[Any]) -> str:
    """Return the line of the count sheet about the letters that leave without paper; empty when all are printed."""
    others = Counter(channel(each) for each in recipients if channel(each) not in PRINTED)
    told = ", ".join(f"{name} ({count})" for name, count in sorted(others.items()))
    return f"Ne s’impriment pas : {told}." if told else ""

"""A packet too long to be signed, sent or printed in one go: cut between its pieces."""

from __future__ import annotations

from collections.abc import Sequence


def shares(pages: Sequence[int], most: int) -> list[slice]:
    """Return which pieces go together, in order, so that no volume has more than ``most`` pages.

    A piece is never cut: one that has more than ``most`` pages is a volume of its own.

    Args:
        pages: Of each piece.
        most: Pages of a volume; 0 for a single one.
    """
    if most <= 0:
        return [slice(0, len(pages))]
    found: list[slice] = []
    start = held = 0
    for at, count in enumerate(pages):
        if at > start and held + count > most:
            found.append(slice(start, at))
            start, held = at, 0
        held += count
    return [*found, slice(start, len(pages))]

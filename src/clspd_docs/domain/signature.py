"""How a paper is signed: a choice of the catalogue that decides what its PDF carries."""

from __future__ import annotations

from enum import StrEnum


class Signature(StrEnum):
    """What stands where the template has a place for a signature."""

    CHAMPS = "champs"  # an empty PDF signature field
    I_PARAPHEUR = "i-parapheur"  # the text tag by which i-parapheur places its own
    PAPIER = "papier"  # a box to sign by hand

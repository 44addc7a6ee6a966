"""The guard after the merge: what Word would call damaged, or would lose, is refused before anybody opens it."""

from __future__ import annotations

from typing import Final

from lxml import etree

from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.templates.parts import NS

EMPTY_CELL: Final = Kind(
    "FUS108",
    Severity.ERROR,
    "Cellule sans paragraphe",
    "Une cellule de tableau se retrouve vide de tout paragraphe : Word dirait le fichier endommagé.",
    "Dans le modèle, ajouter une ligne vide à la fin de la cellule, après la balise « {{%p … %}} ».",
)
EMPTY_TABLE: Final = Kind(
    "FUS109",
    Severity.ERROR,
    "Tableau sans ligne",
    "Un tableau se retrouve sans aucune ligne : la liste qu’il répète est vide.",
    "Dans le modèle, garder une ligne d’en-tête, ou entourer le tableau de « {{%p if … %}} ».",
)
EMPTY_PART: Final = Kind(
    "FUS110",
    Severity.ERROR,
    "Partie sans paragraphe",
    "Une partie du document se retrouve vide de tout paragraphe.",
    "Dans le modèle, garder au moins une ligne, même vide, hors de la condition.",
)
MISPLACED: Final = Kind(
    "FUS111",
    Severity.ERROR,
    "Texte hors de sa place",
    "Les balises ont laissé du texte ou une mise en forme hors de sa place : Word les perdrait.",
    "Dans le modèle, mettre chaque balise « {{%p … %}} » ou « {{%tr … %}} » seule sur sa ligne ou dans sa rangée.",
)

_CHECKS: Final = tuple(
    (kind, etree.XPath(path, namespaces=NS))
    for kind, path in (
        (EMPTY_CELL, "//w:tc[not(*[last()][self::w:p])]"),
        (EMPTY_TABLE, "//w:tbl[not(.//w:tr)]"),
        (EMPTY_PART, "/w:hdr[not(*)] | /w:ftr[not(*)] | //w:footnote[not(*)] | //w:txbxContent[not(*)]"),
        (MISPLACED, "//w:t/* | //w:r/w:r | //w:r/w:p | //w:p/w:p | //w:tbl/w:p | //w:tr/w:p"),
        (
            MISPLACED,
            "//*[self::w:body or self::w:p or self::w:r or self::w:tr or self::w:tc]/text()[normalize-space()]",
        ),
    )
)


def structure_faults(root: etree._Element, place: Place) -> list[Finding]:
    """Return what is out of shape in a rendered part, one finding per kind: FUS108 to FUS111.

    The place is the part only: its words are now those of the register.
    """
    return list({kind: kind.at(place) for kind, check in _CHECKS if check(root)}.values())

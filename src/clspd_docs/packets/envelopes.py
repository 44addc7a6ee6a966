"""The address in the window of the envelope: measured on the page that goes into it, not assumed.

A folded letter slides in its envelope. An address is right when the window shows all of it wherever the letter
lies; another text is wrong when the window may show it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pikepdf

from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.packets.text_places import Line, lines

HIDDEN: Final = Kind(
    code="DOS221",
    severity=Severity.WARNING,
    title="Adresse hors de la fenêtre de l’enveloppe",
    sentence="La ligne {ligne} de l’adresse peut être cachée par le bord de la fenêtre ({enveloppe}) : elle va de "
    "{gauche} à {droite} mm du bord gauche et de {haut} à {bas} mm du haut de la page, la fenêtre ne montre à coup "
    "sûr que de {gauche_sure} à {droite_sure} mm et de {haut_sure} à {bas_sure} mm.",
    remedy="Raccourcir la ligne dans le classeur, ou déplacer le bloc d’adresse dans le modèle Word.",
)
SEEN: Final = Kind(
    code="DOS222",
    severity=Severity.NOTE,
    title="Texte visible dans la fenêtre de l’enveloppe",
    sentence="Un texte qui n’est pas l’adresse peut se voir par la fenêtre ({enveloppe}), à {haut} mm du haut et "
    "{gauche} mm du bord gauche de la page.",
    remedy="Dans le modèle Word, éloigner ce texte du bloc d’adresse : la fenêtre peut montrer de {gauche_vue} à "
    "{droite_vue} mm du bord gauche et de {haut_vue} à {bas_vue} mm du haut.",
)
ABSENT: Final = Kind(
    code="DOS223",
    severity=Severity.WARNING,
    title="Adresse absente de la première page",
    sentence="La ligne {ligne} de l’adresse ne se lit pas d’un seul tenant sur la première page de la lettre : elle ne "
    "peut pas partir dans une enveloppe à fenêtre.",
    remedy="Raccourcir la ligne dans le classeur si elle passe sur deux lignes, vérifier que le modèle Word imprime "
    "l’adresse, ou poster la lettre avec une étiquette.",
)


@dataclass(frozen=True, slots=True)
class Window:
    """An envelope and its window, in mm.

    Args:
        name: As messages call it.
        width: Of the envelope.
        height: Of the envelope.
        right: White between the window and the right edge.
        bottom: White between the window and the bottom edge.
        folded: Height of the folded letter; A4 is 210 wide.
        wide: Of the window.
        high: Of the window.
    """

    name: str
    width: float
    height: float
    right: float
    bottom: float
    folded: float
    wide: float = 100
    high: float = 45

    @property
    def sure(self) -> Line:
        """What of the page is seen wherever the letter lies, as a box."""
        left, top, right, bottom = self._box()
        return Line("", left, top, right - (self.width - 210), bottom - (self.height - self.folded))

    @property
    def possible(self) -> Line:
        """What of the page may be seen."""
        left, top, right, bottom = self._box()
        return Line("", left - (self.width - 210), top - (self.height - self.folded), right, bottom)

    def _box(self) -> tuple[float, float, float, float]:
        right, bottom = self.width - self.right, self.height - self.bottom
        return right - self.wide, bottom - self.high, right, bottom


# Window of 45 x 100 mm, 20 mm from the right edge: the French usage that the layout of letters of NF Z 11-001
# (1982, withdrawn) was made for, DL and C6/5 with 20 mm below. C5 has 60 mm below in makers' catalogues. No
# standard in force fixes them: measure one of the envelopes in use.
WINDOWS: Final = {
    "DL": Window("DL, 110 × 220 mm", 220, 110, 20, 20, 99),
    "C6/5": Window("C6/5, 114 × 229 mm", 229, 114, 20, 20, 99),
    "C5": Window("C5, 162 × 229 mm", 229, 162, 20, 60, 148.5),
}


def window_faults(letter: bytes, address: Sequence[str], window: Window, place: Place) -> list[Finding]:
    """Return what is wrong with the address of a letter behind ``window``; empty when it can be posted.

    Args:
        letter: The finished PDF; its first page is looked at.
        address: The lines that must be seen, from top to bottom.
        window: One of ``WINDOWS``.
        place: Where the finding is shown: the recipient's row.

    Returns:
        DOS223 for the first line that the page does not have, DOS221 for the first that may be hidden, DOS222
        for the first other text that may be seen.
    """
    with pikepdf.open(io.BytesIO(letter)) as pdf:
        shown = lines(pdf.pages[0])
    possible, sure = window.possible, window.sure
    seen = [line for line in shown if _meets(line, possible)]
    for number, wanted in enumerate(address, 1):
        # The first page may bear the same words elsewhere, in the letterhead or in the text.
        found = next((line for line in [*seen, *shown] if _plain(line.text) == _plain(wanted)), None)
        if found is None:
            return [ABSENT.at(place, ligne=number)]
        if not _holds(sure, found):
            return [
                HIDDEN.at(place, ligne=number, enveloppe=window.name, **_told(found), **_told(sure, "_sure"))
            ]
        if found in seen:
            seen.remove(found)
    return [
        SEEN.at(place, enveloppe=window.name, **_told(line), **_told(possible, "_vue")) for line in seen[:1]
    ]


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("\u2019", "'").casefold()


def _holds(box: Line, line: Line) -> bool:
    return (
        box.left <= line.left
        and line.right <= box.right
        and box.top <= line.top
        and line.bottom <= box.bottom
    )


def _meets(line: Line, box: Line) -> bool:
    return line.left < box.right and line.right > box.left and line.top < box.bottom and line.bottom > box.top


def _told(box: Line, suffix: str = "") -> dict[str, str]:
    values = {"gauche": box.left, "droite": box.right, "haut": box.top, "bas": box.bottom}
    return {f"{name}{suffix}": f"{value:.0f}" for name, value in values.items()}

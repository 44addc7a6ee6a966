"""How wide a text is in Calibri, so that boxes and labels are drawn large enough.

The widths are those of Carlito (SIL OFL), whose every advance equals Calibri's. They stand here, and are not asked
from a font of the machine: the same registers must give the same bytes on every desk, with or without the font.
"""

from __future__ import annotations

import unicodedata
from typing import Final

# Hundredths of the font size → the characters that wide, regular weight.
_ADVANCES: Final = {
    22: "'",
    23: " il\u00a0\u202f",
    24: "j",
    25: ",.I’‘·",
    27: ":;",
    30: "()`",
    31: "-[]f{}",
    32: "J",
    33: "!t",
    35: "r°",
    39: "/\\s",
    40: '"z',
    42: "Lc",
    43: "x",
    45: "kvy",
    46: "?FS|",
    47: "Zg",
    48: "a",
    49: "ETY",
    50: "#*+<=>^_e~–•",
    51: "$0123456789«»€",
    52: "KPX",
    53: "Cbdhnopqu",
    54: "BR",
    57: "V",
    58: "A",
    62: "DH",
    63: "G",
    64: "U",
    65: "N",
    66: "O",
    67: "Q",
    68: "&",
    71: "…%w",
    77: "Ææ",
    80: "m",
    85: "Mœ",
    89: "Œ@W",
    91: "—",
}
_WIDTH: Final = {char: width / 100 for width, chars in _ADVANCES.items() for char in chars}
_WIDEST: Final = 1.0  # for a character that is not in the table
_BOLD: Final = 1.05  # no text of the registers was found more than 3 % wider in bold


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of ``text`` in points, at a font of ``size`` points; an accent adds nothing."""
    letters = (char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    return sum(_WIDTH.get(char, _WIDEST) for char in letters) * size * (_BOLD if bold else 1)


def wrap(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """Return the lines of ``text`` in ``room`` points, cut at its spaces; a longer word is cut where it must."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width(longer, size, bold=bold) <= room:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for char in word:
            if lines[-1] and width(lines[-1] + char, size, bold=bold) > room:
                lines.append("")
            lines[-1] += char
    return lines

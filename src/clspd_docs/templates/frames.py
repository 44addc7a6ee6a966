"""The frames of a Word file that stand at a fixed place of the page, such as the one behind an envelope's window."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Final

from lxml import etree

from clspd_docs.templates.lint_places import own_text
from clspd_docs.templates.parts import CONTENT_TYPES, MAIN_TYPE, NS, content_types, parse, q

_MM: Final = 25.4 / 1440  # of a twentieth of a point
_SIZES: Final = ("x", "y", "w", "h")


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of the body: its place in millimetres from the top left of the page, and its text."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


def frames(docx: bytes) -> list[Frame]:
    """Return the frames of the body whose place and size are given from the edges of the page."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        types = {CONTENT_TYPES: archive.read(CONTENT_TYPES)}
        main = archive.read(next(name for name, kind in content_types(types) if kind == MAIN_TYPE))
    texts: dict[tuple[float, ...], list[str]] = {}
    for paragraph in parse(main).iter(q("w:p")):
        place = _place(paragraph.find("w:pPr/w:framePr", NS))
        if place is not None:
            texts.setdefault(place, []).append(own_text(paragraph))
    return [Frame(x, y, x + w, y + h, "\n".join(found)) for (x, y, w, h), found in texts.items()]


def _place(frame: etree._Element | None) -> tuple[float, ...] | None:
    """Return left, top, width and height in millimetres; None for what is placed otherwise."""
    if frame is None or {frame.get(q("w:hAnchor")), frame.get(q("w:vAnchor"))} != {"page"}:
        return None
    sizes = [frame.get(q(f"w:{name}")) or "" for name in _SIZES]
    return tuple(int(size) * _MM for size in sizes) if all(map(str.isdecimal, sizes)) else None

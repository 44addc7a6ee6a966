"""The parts of a workbook's file, and how they name each other (ECMA-376, part 2)."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from openpyxl.xml.functions import fromstring

_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Return the package of these parts, without any date of the day."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """Return the parts of a package, by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a workbook, and how they name each other."""

    parts: Mapping[str, bytes]

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Return relation id → (last word of its type, name of the part) for the part ``name``."""
        folder, base = posixpath.split(name)
        rels = self.parts.get(f"{folder}/_rels/{base}.rels")
        if rels is None:
            return {}
        return {
            r.get("Id", ""): (
                posixpath.basename(r.get("Type", "")),
                posixpath.normpath(posixpath.join("/", folder, r.get("Target", ""))).lstrip("/"),
            )
            for r in fromstring(rels)
        }

    def sheets(self) -> Iterator[tuple[str, str]]:
        """Yield (title, name of the part) of each sheet, in the order of the tabs."""
        name = next(n for n in self.parts if re.fullmatch(r"xl/workbook\d*\.xml", n))
        related = self.related(name)
        for node in fromstring(self.parts[name]).iter():
            if local_name(node) == "sheet":
                target = next(
                    (related[v] for k, v in node.items() if k.endswith("}id") and v in related), None
                )
                if target is not None and target[1] in self.parts:
                    yield node.get("name", ""), target[1]


def local_name(node: Any) -> str:
    """Return an element's name without its namespace; a comment of the XML has none."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""

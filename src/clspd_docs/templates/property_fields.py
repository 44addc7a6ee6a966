"""Word fields that show a property of the document: their text is that property, tags included, not an old result.

Word shows the result it kept until somebody updates the fields; LibreOffice never renews DOCPROPERTY.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from clspd_docs.templates.parts import NS, SPACE, core_part, parse, q

_CORE: Final = {
    "TITLE": "dc:title",
    "SUBJECT": "dc:subject",
    "AUTHOR": "dc:creator",
    "KEYWORDS": "cp:keywords",
    "COMMENTS": "dc:description",
    "CATEGORY": "cp:category",
}
_OWN_FIELDS: Final = frozenset(_CORE) - {"CATEGORY"}  # those that have a field of their own name
_CUSTOM: Final = "docProps/custom.xml"


def properties_of(members: Mapping[str, bytes]) -> dict[str, str]:
    """Return the text of each property by its name in capitals; tags are as typed."""
    core = core_part(members)
    root = parse(members[core]) if core else None
    found = {
        name: root.findtext(path, "", NS) or ""
        for name, path in _CORE.items()
        if root is not None and root.find(path, NS) is not None
    }
    for one in parse(members[_CUSTOM]) if _CUSTOM in members else ():
        found[(one.get("name") or "").upper()] = "".join(map(str, one.itertext()))
    return found


def write_properties(root: etree._Element, properties: Mapping[str, str]) -> None:
    """Make the fields of ``root`` that show one of ``properties`` hold its text."""
    for code, runs in (*_simple(root), *_complex(root)):
        words = code.split()
        name = words[0].upper() if words else ""
        if name == "DOCPROPERTY" and len(words) > 1:
            quoted = code.split('"')
            name = (quoted[1] if len(quoted) > 2 else words[1]).upper()  # noqa: PLR2004 - a pair of quotes
        elif name not in _OWN_FIELDS:
            continue
        texts = [text for run in runs for text in run.iter(q("w:t"))]
        if name in properties and texts:
            for text in texts:
                text.text = ""
            texts[0].text = properties[name]
            texts[0].set(SPACE, "preserve")


def _simple(root: etree._Element) -> Iterator[tuple[str, list[etree._Element]]]:
    for field in root.iter(q("w:fldSimple")):
        yield field.get(q("w:instr")) or "", list(field.iter(q("w:r")))


def _complex(root: etree._Element) -> Iterator[tuple[str, list[etree._Element]]]:
    """Yield (code, runs of the result) of the fields made of marks; one inside another is left alone."""
    code, depth, shown = "", 0, False
    result: list[etree._Element] = []
    for run in root.iter(q("w:r")):
        mark = run.find("w:fldChar", NS)
        kind = mark.get(q("w:fldCharType")) if mark is not None else None
        if kind == "begin":
            depth += 1
            code, result, shown = ("", [], False) if depth == 1 else (code, [], shown)
        elif kind == "separate":
            shown = True
        elif kind == "end":
            if depth == 1:
                yield code, result
            depth = max(depth - 1, 0)
        elif depth == 1 and shown:
            result.append(run)
        elif depth == 1:
            code += "".join(text.text or "" for text in run.iter(q("w:instrText")))

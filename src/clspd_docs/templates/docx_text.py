"""The text of a Word file as lines, for golden tests and for searching what a document must not hold."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping

from lxml import etree

from clspd_docs.templates.parts import NS, core_part, member_of, parse, q, text_parts
from clspd_docs.templates.tags import is_fallback

_BREAKS = {q("w:br"): " / ", q("w:cr"): " / ", q("w:tab"): " → ", q("w:noBreakHyphen"): "-"}


def lines(docx: bytes) -> list[str]:
    """Return every text of ``docx``, one line each: properties, body, headers, footers, notes.

    A paragraph reads « Normal | Madame, », a row « tableau | N° ¦ Point », an alternative text « image | Logo »,
    a property « propriété title | Convocation »; outside the body the part comes first: « en-tête | Normal |
    Ville ». A line break is « / », a tab « → ». An empty paragraph gives no line.
    """
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        members = {
            name: archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))
        }
    core = core_part(members)
    found = [
        f"propriété {etree.QName(element).localname} | {element.text.strip()}"
        for element in (parse(members[core]) if core else ())
        if element.text and element.text.strip()
    ]
    styles = _style_names(members)
    for part in text_parts(members):
        prefix = "" if part.label == "corps" else f"{part.label} | "
        found += [prefix + line for line in _blocks(parse(members[part.name]), styles)]
    return found


def _style_names(members: Mapping[str, bytes]) -> dict[str, str]:
    """Return the name of each style by its id; the paragraph style by default is under the empty id."""
    raw, names = member_of(members, "styles+xml"), {}
    for style in parse(raw).iterfind("w:style", NS) if raw else ():
        label = style.find("w:name", NS)
        if label is not None:
            names[style.get(q("w:styleId")) or ""] = label.get(q("w:val")) or ""
            if style.get(q("w:default")) == "1" and style.get(q("w:type")) == "paragraph":
                names[""] = label.get(q("w:val")) or ""
    return names


def _blocks(parent: etree._Element, styles: Mapping[str, str]) -> Iterator[str]:
    for child in parent:
        if child.tag == q("w:p"):
            text = _text(child)
            if text:
                style = child.find("w:pPr/w:pStyle", NS)
                identifier = (style.get(q("w:val")) or "") if style is not None else ""
                yield f"{styles.get(identifier, identifier or 'Normal')} | {text}"
            yield from _inside(child, styles)
        elif child.tag == q("w:tbl"):
            for row in child.iter(q("w:tr")):
                yield "tableau | " + " ¦ ".join(_cell(cell) for cell in row.iterfind("w:tc", NS))
            yield from _inside(child, styles)
        else:
            yield from _blocks(child, styles)


def _inside(block: etree._Element, styles: Mapping[str, str]) -> Iterator[str]:
    """Yield the alternative texts and the text boxes of a block."""
    for node in block.iter(q("wp:docPr"), q("w:txbxContent")):
        if is_fallback(node):
            continue
        if node.tag == q("w:txbxContent"):
            yield from _blocks(node, styles)
        elif node.get("descr"):
            yield f"image | {node.get('descr')}"


def _cell(cell: etree._Element) -> str:
    own = (p for p in cell.iter(q("w:p")) if next(p.iterancestors(q("w:tc"), q("w:txbxContent"))) is cell)
    return " / ".join(filter(None, map(_text, own)))


def _text(paragraph: etree._Element) -> str:
    """Return the paragraph's own text, deleted text included: a reader of the file would find it."""
    nodes = paragraph.iter(q("w:t"), q("w:delText"), *_BREAKS)
    own = (node for node in nodes if next(node.iterancestors(q("w:p"))) is paragraph)
    return "".join(_BREAKS.get(str(node.tag)) or node.text or "" for node in own).strip()

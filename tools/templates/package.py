"""A .docx from its texts: parts, relationships, pictures, fixed dates.

The same texts and pictures give the same members, byte for byte.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree
from tools.templates.styles import MARGIN, W, numbering_xml, styles_xml, twips

FOLDER: Final = Path(__file__).parent.parent.parent / "templates_docx"
IMAGES: Final = FOLDER / "images"
WRITTEN: Final = (
    "2026-11-02T08:00:00Z"  # in the properties of each template; the program puts its own on a document
)
ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)

_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_NAMESPACES: Final = (
    f'xmlns:w="{W}" xmlns:r="{_OFFICE}/relationships" xmlns:wp="{_DRAWING}/wordprocessingDrawing" '
    f'xmlns:a="{_DRAWING}/main" xmlns:pic="{_DRAWING}/picture"'
)
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class Section:
    """Pages of one orientation: their paragraphs and tables."""

    body: str
    landscape: bool = False


def write(
    title: str, sections: Sequence[Section], footers: Mapping[str, str], *, header: str, cover: bool
) -> bytes:
    """Return a .docx.

    Args:
        title: dc:title of the properties.
        sections: The body.
        footers: Content of the footers, by their paragraph style: « Pieddepage » and « PiedPaysage ».
        header: Content of the first page's header, or an empty text.
        cover: The first page has no footer.
    """
    parts = {"footer1": ("ftr", footers["Pieddepage"])}
    if any(s.landscape for s in sections):
        parts["footer2"] = ("ftr", footers["PiedPaysage"])
    if header:
        parts["header1"] = ("hdr", header)
    if header and not cover:
        parts["footer3"] = parts["footer2" if sections[0].landscape else "footer1"]
    first = [("header", "header1"), ("footer", "footer3")]
    firsts = [f'<w:{kind}Reference w:type="first" r:id="{part}"/>' for kind, part in first if part in parts]
    if header or cover:
        firsts.append("<w:titlePg/>")
    body = "".join(_pages(s, firsts if s is sections[0] else [], last=s is sections[-1]) for s in sections)
    texts = {
        "document": _part("document", f"<w:body>{body}</w:body>"),
        "styles": styles_xml(),
        "numbering": numbering_xml(),
        "settings": _SETTINGS,
        **{name: _part(kind, content) for name, (kind, content) in parts.items()},
    }
    return _zip(title, texts)


_SETTINGS: Final = (
    f'<w:settings xmlns:w="{W}"><w:zoom w:percent="100"/><w:defaultTabStop w:val="708"/>'
    '<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode" '
    'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    '<w:themeFontLang w:val="fr-FR"/><w:decimalSymbol w:val=","/><w:listSeparator w:val=";"/></w:settings>'
)


def _pages(section: Section, firsts: Sequence[str], *, last: bool) -> str:
    """Return the body of a section with its page setup; the last one's setup closes the document."""
    width, height = (297, 210) if section.landscape else (210, 297)
    orient = ' w:orient="landscape"' if section.landscape else ""
    margin = twips(MARGIN)
    setup = (
        f'<w:sectPr><w:footerReference w:type="default" r:id="{"footer2" if section.landscape else "footer1"}"/>'
        f'{"".join(firsts[:-1])}<w:pgSz w:w="{twips(width)}" w:h="{twips(height)}"{orient}/>'
        f'<w:pgMar w:top="{twips(22)}" w:right="{margin}" w:bottom="{twips(22)}" w:left="{margin}" '
        f'w:header="{twips(12)}" w:footer="{twips(12)}" w:gutter="0"/>{"".join(firsts[-1:])}</w:sectPr>'
    )
    after = '<w:p><w:pPr><w:pStyle w:val="Saut"/></w:pPr></w:p>'  # Word wants a paragraph after a table
    if last:
        return section.body + (after if section.body.endswith("</w:tbl>") else "") + setup
    return f'{section.body}<w:p><w:pPr><w:pStyle w:val="Saut"/>{setup}</w:pPr></w:p>'


def _part(kind: str, content: str) -> str:
    """Return a part: drawings numbered, cells as wide as their columns."""
    numbers = count(1)
    numbered = re.sub(r'(?<=<wp:docPr id=")0', lambda _: str(next(numbers)), content)
    root = etree.fromstring(f"<w:{kind} {_NAMESPACES}>{numbered}</w:{kind}>")
    for table in root.iter(f"{{{W}}}tbl"):
        _set_widths(table)
    return etree.tostring(root, encoding="unicode")


def _set_widths(table: etree._Element) -> None:
    """Give each cell the width of its columns; a row of one cell spans the whole table."""
    q = f"{{{W}}}"
    widths = [int(c.get(f"{q}w", "0")) for c in table.iterfind(f"{q}tblGrid/{q}gridCol")]
    for row in table.iterfind(f"{q}tr"):
        cells = row.findall(f"{q}tc")
        column = 0
        for cell in cells:
            properties = cell.find(f"{q}tcPr")
            if properties is None:
                properties = etree.Element(f"{q}tcPr")
                cell.insert(0, properties)
            span = properties.find(f"{q}gridSpan")
            if span is None and len(cells) == 1 < len(widths):
                span = etree.Element(f"{q}gridSpan", {f"{q}val": str(len(widths))})
                properties.insert(0, span)
            wide = int(span.get(f"{q}val", "1")) if span is not None else 1
            width = etree.Element(
                f"{q}tcW", {f"{q}w": str(sum(widths[column : column + wide])), f"{q}type": "dxa"}
            )
            properties.insert(0, width)
            column += wide
        if column != len(widths):
            raise ValueError(
                f"{column} cells in a row of {len(widths)} columns: {''.join(row.itertext())[:60]}"
            )


def _relationships(rows: Sequence[tuple[str, str, str]]) -> str:
    """Return a .rels part of rows (id, type, target)."""
    inside = "".join(f'<Relationship Id="{i}" Type="{kind}" Target="{target}"/>' for i, kind, target in rows)
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _pictures_of(text: str) -> list[str]:
    return sorted(set(re.findall(r'r:embed="(\w+)"', text)))


def _zip(title: str, texts: Mapping[str, str]) -> bytes:
    kinds = {name: name.rstrip("0123456789") for name in texts}
    pictures = sorted({image for text in texts.values() for image in _pictures_of(text)})
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(kinds),
        "_rels/.rels": _relationships(
            (
                ("rId1", f"{_OFFICE}/relationships/officeDocument", "word/document.xml"),
                ("rId2", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            )
        ),
        "docProps/core.xml": _core(title),
    }
    for name, text in texts.items():
        members[f"word/{name}.xml"] = text
        rows = [(i, f"{_OFFICE}/relationships/image", f"media/{i}.png") for i in _pictures_of(text)]
        if name == "document":
            rows += [
                (n, f"{_OFFICE}/relationships/{kind}", f"{n}.xml") for n, kind in kinds.items() if n != name
            ]
        if rows:
            members[f"word/_rels/{name}.xml.rels"] = _relationships(rows)
    members |= {f"word/media/{i}.png": (IMAGES / f"{i}.png").read_bytes() for i in pictures}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            package.writestr(
                entry, content if isinstance(content, bytes) else (_DECLARATION + content).encode()
            )
    return out.getvalue()


def _content_types(kinds: Mapping[str, str]) -> str:
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_TYPE}.{"document.main" if kind == "document" else kind}+xml"/>'
        for name, kind in kinds.items()
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="png" ContentType="image/png"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
    )


def _core(title: str) -> str:
    dates = "".join(
        f'<dcterms:{d} xsi:type="dcterms:W3CDTF">{WRITTEN}</dcterms:{d}>' for d in ("created", "modified")
    )
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title>{dates}<dc:language>fr-FR</dc:language></cp:coreProperties>"
    )

"""Word files made by code: small, complete, with the parts a template may have.

``template("{{ membre.nom }}")`` gives the bytes of a document of one paragraph; :class:`Docx` gives the rest.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

_NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
EMU_PER_CM = 360_000


def run(text: str, properties: str = "") -> str:
    """Return one run of text, spaces kept."""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(text: str = "", style: str | None = None, *, inside: str = "") -> str:
    """Return a paragraph; ``inside`` is XML put after the text."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{run(text) if text else ''}{inside}</w:p>"


def cell(*texts: str) -> str:
    """Return a table cell of one paragraph per text."""
    return f'<w:tc><w:tcPr><w:tcW w:w="2000" w:type="dxa"/></w:tcPr>{"".join(map(paragraph, texts))}</w:tc>'


def table(*rows: Sequence[str], header: bool = True) -> str:
    """Return a table; the first row is its header row."""
    grid = "".join('<w:gridCol w:w="2000"/>' for _ in rows[0])
    marked = "<w:trPr><w:tblHeader/></w:trPr>" if header else ""
    lines = [
        f"<w:tr>{marked if index == 0 else ''}{''.join(map(cell, row))}</w:tr>"
        for index, row in enumerate(rows)
    ]
    return f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(lines)}</w:tbl>'


def drawing(rel_id: str, alt: str, width_cm: float, height_cm: float, number: int = 1) -> str:
    """Return an inline picture, in a run."""
    cx, cy = round(width_cm * EMU_PER_CM), round(height_cm * EMU_PER_CM)
    return (
        f'<w:r><w:drawing><wp:inline><wp:extent cx="{cx}" cy="{cy}"/>'
        f'<wp:docPr id="{number}" name="Image {number}" descr={quoteattr(alt)}/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr id="{number}" name="image.png"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{rel_id}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def png(width: int = 4, height: int = 2, grey: int = 200) -> bytes:
    """Return a plain grey PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\x00" + bytes([grey]) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


class Docx:
    """A Word file under construction; each method returns it, so that calls chain."""

    def __init__(self, *paragraphs: str) -> None:
        self.body: list[str] = []
        self.members: dict[str, bytes] = {}
        self._types: list[tuple[str, str]] = []
        self._rels: dict[str, list[tuple[str, str, str]]] = {"word/document.xml": []}
        self._headers: list[str] = []
        self._title = "Essai"
        self._language = "fr-FR"
        for text in paragraphs:
            self.paragraph(text)

    def xml(self, xml: str) -> Docx:
        """Add XML to the body as it is."""
        self.body.append(xml)
        return self

    def paragraph(self, text: str = "", style: str | None = None, *, inside: str = "") -> Docx:
        """Add a paragraph."""
        return self.xml(paragraph(text, style, inside=inside))

    def heading(self, text: str, level: int = 1) -> Docx:
        """Add a heading of ``level`` 1 to 3."""
        return self.paragraph(text, f"Titre{level}")

    def table(self, *rows: Sequence[str], header: bool = True) -> Docx:
        """Add a table."""
        return self.xml(table(*rows, header=header))

    def section(self) -> Docx:
        """End a section here."""
        return self.xml("<w:p><w:pPr><w:sectPr/></w:pPr></w:p>")

    def picture(
        self, alt: str, width_cm: float = 4, height_cm: float = 2, *, blob: bytes | None = None
    ) -> Docx:
        """Add a picture in a paragraph of its own."""
        rel_id = self._media("word/document.xml", blob or png())
        return self.xml(f"<w:p>{drawing(rel_id, alt, width_cm, height_cm)}</w:p>")

    def header(self, text: str = "", *, alt: str | None = None) -> Docx:
        """Give the document a header, with a picture when ``alt`` is given."""
        return self._edge("header", text, alt)

    def footer(self, text: str = "", *, alt: str | None = None) -> Docx:
        """Give the document a footer."""
        return self._edge("footer", text, alt)

    def footnote(self, text: str) -> Docx:
        """Add a paragraph that calls a footnote, and the only note of the document."""
        note = f'<w:footnote w:id="2">{paragraph(text)}</w:footnote>'
        self._part("footnotes.xml", f"<w:footnotes {_NS}>{note}</w:footnotes>", "footnotes")
        return self.paragraph("Voir la note.", inside='<w:r><w:footnoteReference w:id="2"/></w:r>')

    def title(self, title: str) -> Docx:
        """Set the title property."""
        self._title = title
        return self

    def language(self, language: str) -> Docx:
        """Set the language of the styles."""
        self._language = language
        return self

    def link(self, kind: str, target: str, *, external: bool = True, part: str = "word/document.xml") -> Docx:
        """Add a relationship of ``kind`` (« image », « attachedTemplate »)."""
        mode = '" TargetMode="External' if external else ""
        self._rels.setdefault(part, []).append((f"rIdX{len(self._rels[part])}", kind, target + mode))
        return self

    def member(self, name: str, raw: bytes, content_type: str = "") -> Docx:
        """Add a member to the package."""
        self.members[name] = raw
        if content_type:
            self._types.append((name, content_type))
        return self

    def bullets(self, font: str) -> Docx:
        """Declare a list whose bullet is in ``font``."""
        level = (
            '<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="\uf0b7"/>'
            f'<w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}"/></w:rPr></w:lvl>'
        )
        xml = f'<w:numbering {_NS}><w:abstractNum w:abstractNumId="0">{level}</w:abstractNum></w:numbering>'
        return self._part("numbering.xml", xml, "numbering")

    def build(self) -> bytes:
        """Return the bytes of the file."""
        section = "".join(self._headers)
        body = f"{''.join(self.body)}<w:sectPr>{section}</w:sectPr>"
        members = {
            "[Content_Types].xml": self._content_types(),
            "_rels/.rels": _rels(
                [
                    ("rId1", "officeDocument", "word/document.xml"),
                    ("rId2", "metadata/core-properties", "docProps/core.xml"),
                ]
            ).replace(
                f"{_OFFICE}/metadata", "http://schemas.openxmlformats.org/package/2006/relationships/metadata"
            ),
            "word/document.xml": f"{_HEAD}<w:document {_NS}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": _styles(self._language),
            "docProps/core.xml": _core(self._title),
        }
        self._rels["word/document.xml"].insert(0, ("rIdStyles", "styles", "styles.xml"))
        for part, links in self._rels.items():
            folder, _, name = part.rpartition("/")
            members[f"{folder}/_rels/{name}.rels"] = _rels(links)
        self._rels["word/document.xml"].pop(0)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, xml in members.items():
                if name not in self.members:
                    archive.writestr(name, xml)
            for name, raw in self.members.items():
                archive.writestr(name, raw)
        return stream.getvalue()

    def _edge(self, kind: str, text: str, alt: str | None) -> Docx:
        part = f"word/{kind}1.xml"
        picture = drawing(self._media(part, png()), alt, 4, 2) if alt is not None else ""
        tag = "w:hdr" if kind == "header" else "w:ftr"
        self._part(f"{kind}1.xml", f"<{tag} {_NS}>{paragraph(text, inside=picture)}</{tag}>", kind)
        self._headers.append(f'<w:{kind}Reference w:type="default" r:id="rId{kind}1.xml"/>')
        return self

    def _part(self, name: str, xml: str, kind: str) -> Docx:
        self._rels["word/document.xml"].append((f"rId{name}", kind, name))
        return self.member(f"word/{name}", (_HEAD + xml).encode(), f"{_WORD}.{kind}+xml")

    def _media(self, part: str, blob: bytes) -> str:
        links = self._rels.setdefault(part, [])
        rel_id = f"rIdMedia{len(links)}"
        name = f"media/{part.rpartition('/')[2]}{len(links)}.png"
        links.append((rel_id, "image", name))
        self.members[f"word/{name}"] = blob
        return rel_id

    def _content_types(self) -> str:
        overrides = [
            ("word/document.xml", f"{_WORD}.document.main+xml"),
            ("word/styles.xml", f"{_WORD}.styles+xml"),
            ("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
            *self._types,
        ]
        lines = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides)
        return (
            f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>{lines}</Types>'
        )


def template(*paragraphs: str) -> bytes:
    """Return a document of these paragraphs."""
    return Docx(*paragraphs).build()


def _rels(links: list[tuple[str, str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="{rel_id}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for rel_id, kind, target in links
    )
    return f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{lines}</Relationships>'


def _styles(language: str) -> str:
    headings = "".join(
        f'<w:style w:type="paragraph" w:styleId="Titre{n}"><w:name w:val="heading {n}"/>'
        f'<w:pPr><w:outlineLvl w:val="{n - 1}"/></w:pPr></w:style>'
        for n in (1, 2, 3)
    )
    return (
        f'{_HEAD}<w:styles {_NS}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Liberation Sans" '
        f'w:hAnsi="Liberation Sans"/><w:lang w:val="{language}"/></w:rPr></w:rPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        f"{headings}</w:styles>"
    )


def _core(title: str) -> str:
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>Secrétariat</dc:creator>"
        '<dcterms:created xsi:type="dcterms:W3CDTF">2020-01-01T00:00:00Z</dcterms:created>'
        '<dcterms:modified xsi:type="dcterms:W3CDTF">2020-01-01T00:00:00Z</dcterms:modified></cp:coreProperties>'
    )

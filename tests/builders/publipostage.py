"""Mail-merge documents of Word as code: fields simple and complex, nested, split over runs, bound controls."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

from builders.docx import Docx, paragraph, run


def mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def code(text: str, properties: str = "") -> str:
    return f'<w:r>{properties}<w:instrText xml:space="preserve">{escape(text)}</w:instrText></w:r>'


def complex_field(*pieces: str, shown: str = "", properties: str = "") -> str:
    """Return a field; a piece that begins with « < » is XML (a field in the code), the others are code."""
    inside = "".join(piece if piece.startswith("<") else code(piece) for piece in pieces)
    return f"{mark('begin')}{inside}{mark('separate')}{run(shown, properties)}{mark('end')}"


def merge(name: str, switches: str = "", properties: str = "") -> str:
    """Return « MERGEFIELD name », shown as Word shows it."""
    return complex_field(f" MERGEFIELD {name} {switches} ", shown=f"«{name}»", properties=properties)


def simple_field(instruction: str, shown: str) -> str:
    return f"<w:fldSimple w:instr={quoteattr(instruction)}>{run(shown)}</w:fldSimple>"


def line(*pieces: str) -> str:
    """Return a paragraph of texts and of XML."""
    return paragraph(inside="".join(p if p.startswith("<") else run(p) for p in pieces))


def control(name: str, shown: str, *, bound: bool = True, more: str = "") -> str:
    """Return a content control of a run, bound to an element of that name."""
    binding = f'<w:dataBinding w:xpath="/lettre[1]/{name}[1]" w:storeItemID="{{0}}"/>' if bound else ""
    properties = f'<w:alias w:val="{name}"/><w:tag w:val="{name}"/>{binding}{more}'
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{run(shown)}</w:sdtContent></w:sdt>"


def with_source(document: Docx) -> Docx:
    """Link the document to an address list, as Word does."""
    settings = (
        '<w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:mailMerge>'
        '<w:mainDocumentType w:val="formLetters"/><w:dataSource r:id="rIdX0"/></w:mailMerge></w:settings>'
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"
    document.link("settings", "settings.xml", external=False)
    document.link("mailMergeSource", "file:///C:/liste.xlsx", part="word/settings.xml")
    return document.member("word/settings.xml", settings.encode(), kind)


def retyped(raw: bytes, content_type: str, *, macros: bool = False) -> bytes:
    """Return the file with another main type, as a .dotx or a .docm has."""
    plain = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "[Content_Types].xml":
                data = data.replace(plain.encode(), content_type.encode())
            if macros and name == "word/_rels/document.xml.rels":
                link = (
                    '<Relationship Id="rIdVba" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject"'
                    ' Target="vbaProject.bin"/></Relationships>'
                )
                data = data.replace(b"</Relationships>", link.encode())
            new.writestr(name, data)
        if macros:
            new.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0 macro")
    return stream.getvalue()

"""PDFs made by code: small, tagged, with what a part of a packet may have.

``pdf("Bonjour")`` gives the bytes of a one-page file that claims PDF/A-2b and PDF/UA-1 (it is not: its font
is not embedded); :class:`Builder` gives the rest.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, OutlineItem, Page, Pdf, String

A4 = (595.0, 842.0)

_XMP = (
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{}</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
_CLAIMS = {
    "2b": '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" pdfaid:part="2" '
    'pdfaid:conformance="B"/>',
    "1b": '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
    "<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>",
    "ua1": '<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">'
    "<pdfuaid:part>1</pdfuaid:part></rdf:Description>",
}


def pdf(*texts: str, claims: tuple[str, ...] = ("2b", "ua1"), tagged: bool = True) -> bytes:
    """Return a file of one page per text."""
    builder = Builder(claims=claims, tagged=tagged)
    for text in texts or ("Page",):
        builder.page(text)
    return builder.bytes()


@dataclass
class Builder:
    """A PDF in the making; ``bytes`` ends it."""

    title: str = "Essai"
    lang: str = "fr-FR"
    claims: tuple[str, ...] = ("2b", "ua1")
    tagged: bool = True
    producer: str = "essai"
    colours: str = "RGB"
    roles: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pdf = Pdf.new()
        self.root = self.pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        self.document = self.element(Name.Document, self.root)
        self.parents: list[Object | int] = []

    def element(self, role: Name, parent: Object, **entries: Any) -> Object:
        """Return a new structure element at the end of ``parent``."""
        made = self.pdf.make_indirect(Dictionary(Type=Name.StructElem, S=role, P=parent, **entries))
        if "/K" not in parent:
            parent.K = Array()
        parent.K.append(made)
        return made

    def page(
        self,
        text: str = "",
        *,
        size: tuple[float, float] = A4,
        origin: tuple[float, float] = (0, 0),
        rotate: int = 0,
        role: Name = Name.P,
        content: str | None = None,
    ) -> Page:
        """Add a page with one paragraph, tagged."""
        page = self.pdf.add_blank_page(page_size=size)
        x, y = origin
        page.obj.MediaBox = Array([x, y, x + size[0], y + size[1]])
        if rotate:
            page.obj.Rotate = rotate
        font = Dictionary(
            Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding
        )
        page.obj.Resources = Dictionary(Font=Dictionary(F1=self.pdf.make_indirect(font)))
        shown = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        drawn = f"BT /F1 11 Tf {x + 50} {y + size[1] - 80} Td ({shown}) Tj ET"
        body = content if content is not None else f"{role}<</MCID 0>>BDC\n{drawn}\nEMC\n"
        page.obj.Contents = self.pdf.make_stream(body.encode("cp1252"))
        if self.tagged:
            paragraph = self.element(role, self.document, Pg=page.obj, K=0)
            page.obj.StructParents = self._register(Array([paragraph]))
        return page

    def anchor(self, page: Page, alt: str, rect: tuple[float, ...] | None = (100, 100, 260, 160)) -> Object:
        """Add a figure with the alternative text ``alt`` on ``page``."""
        figure = self.element(Name.Figure, self.document, Pg=page.obj, Alt=String(alt))
        if rect:
            figure.A = Dictionary(O=Name.Layout, BBox=Array(list(rect)))
        return figure

    def link(self, page: Page, uri: str, top: float = 700, contents: str = "") -> Object:
        """Add a tagged link to ``uri`` on ``page``."""
        action = Dictionary(S=Name.URI, URI=String(uri))
        made = self.pdf.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Link, Rect=Array([50, top - 12, 300, top]), A=action, F=4
            )
        )
        if contents:
            made.Contents = String(contents)
        if self.tagged:
            made.StructParent = self._tie(page, made, Name.Link)
        self._annotate(page, made)
        return made

    def text_field(self, page: Page, name: str, kind: Name = Name.Tx) -> Object:
        """Add a tagged field to ``page``."""
        made = self.pdf.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=kind, T=String(name), Rect=Array([50, 300, 200, 320])
            )
        )
        made.StructParent = self._tie(page, made, Name.Form)
        self._annotate(page, made)
        if "/AcroForm" not in self.pdf.Root:
            self.pdf.Root.AcroForm = self.pdf.make_indirect(Dictionary(Fields=Array()))
        self.pdf.Root.AcroForm.Fields.append(made)
        return made

    def heading(self, title: str, page_number: int) -> None:
        """Add an outline item to the page (counted from 0)."""
        with self.pdf.open_outline() as outline:
            outline.root.append(OutlineItem(title, page_number))

    def bytes(self) -> bytes:
        """Return the finished file."""
        root = self.pdf.Root
        if self.tagged:
            self.root.ParentTree = self.pdf.make_indirect(Dictionary(Nums=Array(self.parents)))
            if self.roles:
                self.root.RoleMap = Dictionary(
                    {f"/{name}": Name(f"/{role}") for name, role in self.roles.items()}
                )
            root.StructTreeRoot = self.root
            root.MarkInfo = Dictionary(Marked=True)
        root.Lang = String(self.lang)
        blocks = "".join(_CLAIMS[claim] for claim in self.claims)
        root.Metadata = self.pdf.make_stream(
            _XMP.format(blocks).encode(), Type=Name.Metadata, Subtype=Name.XML
        )
        if self.colours:
            icc = bytes(16) + self.colours.ljust(4).encode() + bytes(108)
            profile = self.pdf.make_stream(icc, N=4 if self.colours == "CMYK" else 3)
            intent = Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier=String(self.colours),
                DestOutputProfile=profile,
            )
            root.OutputIntents = Array([intent])
        self.pdf.docinfo["/Title"] = String(self.title)
        self.pdf.docinfo["/Producer"] = String(self.producer)
        return saved(self.pdf)

    def _register(self, value: Object) -> int:
        key = len(self.parents) // 2
        self.parents += [key, value]
        return key

    def _tie(self, page: Page, annotation: Object, role: Name) -> int:
        element = self.element(role, self.document, Pg=page.obj)
        element.K = Dictionary(Type=Name.OBJR, Obj=annotation, Pg=page.obj)
        return self._register(element)

    def _annotate(self, page: Page, annotation: Object) -> None:
        if "/Annots" not in page.obj:
            page.obj.Annots = Array()
        page.obj.Annots.append(annotation)


def saved(pdf: Pdf, **options: object) -> bytes:
    """Return the bytes of ``pdf``; ``options`` are those of pikepdf's save."""
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id="encryption" not in options, **options)  # type: ignore[arg-type]  # any of them
    return buffer.getvalue()


def opened(data: bytes) -> Pdf:
    """Return the PDF in ``data``, to be looked at."""
    return pikepdf.open(io.BytesIO(data))

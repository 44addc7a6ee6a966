"""« APERÇU » across each page of a Word file, and at the head of its title."""

from __future__ import annotations

import io
from typing import Final

import docx
from docx.oxml import parse_xml
from docx.section import Section, _Header

MARK: Final = "APERÇU"
_SHAPE: Final = (
    '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:o="urn:schemas-microsoft-com:office:office"><w:rPr><w:noProof/></w:rPr><w:pict>'
    '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"'
    ' path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>'
    '<v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>'
    '<v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
    '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
    '<v:shape id="Apercu{number}" o:spid="_x0000_s{number}" type="#_x0000_t136" alt="' + MARK + '"'
    ' style="position:absolute;margin-left:0;margin-top:0;width:400pt;height:110pt;rotation:315;z-index:-251658752;'
    "mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;"
    'mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#c0c0c0" stroked="f">'
    '<v:fill opacity=".4"/><v:textpath style="font-family:&quot;Calibri&quot;;font-size:1pt" string="'
    + MARK
    + '"/>'
    "</v:shape></w:pict></w:r>"
)
_FIRST_ID: Final = 9001  # far from the shapes that a template may hold


def marked(raw: bytes) -> bytes:
    """Return the document with the mark behind the text of each page."""
    document = docx.Document(io.BytesIO(raw))
    number = _FIRST_ID
    done: set[str] = set()
    both = document.settings.odd_and_even_pages_header_footer
    for section in document.sections:
        for header in _headers(section, both=both):
            if header.is_linked_to_previous:
                if section is not document.sections[0] and done:
                    continue  # it shows that of the section before
                header.is_linked_to_previous = False
            if header.part.partname in done:
                continue
            done.add(header.part.partname)
            paragraph = header.paragraphs[0] if header.paragraphs else header.add_paragraph()
            shape = parse_xml(_SHAPE.replace("{number}", str(number)))
            paragraph._p.append(shape)  # type: ignore[arg-type]  # noqa: SLF001 - a run; no door to shapes
            number += 1
    properties = document.core_properties
    properties.title = f"{MARK} – {properties.title}" if properties.title else MARK
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _headers(section: Section, *, both: bool) -> list[_Header]:
    found = [section.header]
    if section.different_first_page_header_footer:
        found.append(section.first_page_header)
    if both:
        found.append(section.even_page_header)
    return found

"""What a PDF says of itself: title, language, dates, PDF/A and PDF/UA claims, output intent.

The XMP packet is written here in full: LibreOffice 7.4 leaves out the extension schema that PDF/A asks for
when the PDF/UA mark is there, so its own packet cannot be kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from clspd_docs.packets.spec import PDFA, PDFA3, PDFUA

if TYPE_CHECKING:
    from collections.abc import Collection

    from clspd_docs.packets.spec import PacketSpec

_PRODUCER: Final = "clspd-docs"
_ICC_DATE, _ICC_SPACE, _ICC_ID = slice(24, 36), slice(16, 20), slice(84, 100)
_FIXED_DATE: Final = bytes.fromhex("07d000010001000000000000")  # 2000-01-01T00:00:00

_RDF: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
{blocks}
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""

_DUBLIN_CORE: Final = """<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>{lang}</rdf:li></rdf:Bag></dc:language>
</rdf:Description>"""

_SUBJECT: Final = """<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
</rdf:Description>"""

_DATES: Final = """<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/"><xmp:CreatorTool>{producer}</xmp:CreatorTool>
<xmp:CreateDate>{when}</xmp:CreateDate><xmp:ModifyDate>{when}</xmp:ModifyDate>
<xmp:MetadataDate>{when}</xmp:MetadataDate><pdf:Producer>{producer}</pdf:Producer></rdf:Description>"""

_PDFA_CLAIM: Final = """<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>{part}</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>"""

_PDFUA_CLAIM: Final = """<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""


@dataclass(frozen=True, slots=True)
class Claims:
    """What one part says of itself.

    ``pdfa`` is true for PDF/A-2 and PDF/A-3 of any level: each meets 2b once joined, since attached files
    do not follow. PDF/A-1 has other rules and does not count. ``colours`` is the colour space of its
    output intent ("RGB"), "" without one.
    """

    pdfa: bool
    pdfua: bool
    colours: str


def claims_of(source: Pdf) -> Claims:
    """Return what ``source`` claims in its XMP packet; PDF/UA also takes tags that are said to be there."""
    packet = source.Root.get("/Metadata")
    xmp = packet.read_bytes() if isinstance(packet, Stream) else b""
    marked = source.Root.get("/MarkInfo", Dictionary()).get("/Marked", False)
    tagged = "/StructTreeRoot" in source.Root and bool(marked)
    intent = _output_intent(source)
    return Claims(
        pdfa=_part_number(xmp, b"pdfaid") in (2, 3),
        pdfua=tagged and _part_number(xmp, b"pdfuaid") == 1,
        colours="" if intent is None else _icc_space(intent.DestOutputProfile.read_bytes()),
    )


def keep_output_intent(pdf: Pdf, source: Pdf) -> None:
    """Give ``pdf`` the output intent of ``source`` unless it has one, without its time of making.

    LibreOffice writes the time of the export into the header of its sRGB profile.
    """
    intent = _output_intent(source)
    if intent is None or "/OutputIntents" in pdf.Root:
        return
    profile = intent.DestOutputProfile
    icc = bytearray(profile.read_bytes())
    icc[_ICC_DATE], icc[_ICC_ID] = _FIXED_DATE, bytes(16)
    kept = Dictionary(Type=Name.OutputIntent, S=Name.GTS_PDFA1)
    for key in ("/OutputConditionIdentifier", "/OutputCondition", "/RegistryName", "/Info"):
        if key in intent:
            kept[key] = String(str(intent[key]))
    kept.DestOutputProfile = pdf.make_stream(bytes(icc), N=int(profile.N))
    pdf.Root.OutputIntents = Array([pdf.make_indirect(kept)])


def give_screen_colours(pdf: Pdf) -> None:
    """Say of ``pdf``, which this program draws, that its colours are those of a screen (sRGB)."""
    from PIL import ImageCms  # noqa: PLC0415 - most packets bring theirs

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with Pdf.new() as source:
        intent = Dictionary(
            OutputConditionIdentifier=String("sRGB IEC61966-2.1"),
            DestOutputProfile=source.make_stream(profile, N=3),
        )
        source.Root.OutputIntents = Array([intent])
        keep_output_intent(pdf, source)


def describe(pdf: Pdf, spec: PacketSpec, claims: Collection[str]) -> None:
    """Write title, author, dates, language and ``claims`` into ``pdf``."""
    root = pdf.Root
    root.Lang = String(spec.lang)
    if "/StructTreeRoot" in root:
        root.MarkInfo = Dictionary(Marked=True)
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    root.Metadata = pdf.make_stream(_xmp(spec, claims), Type=Name.Metadata, Subtype=Name.XML)
    when = f"{_utc(spec.when):D:%Y%m%d%H%M%SZ}"
    entries = {
        "/Title": spec.title,
        "/Author": spec.author,
        "/Subject": spec.subject,
        "/Creator": _PRODUCER,
        "/Producer": _PRODUCER,
        "/CreationDate": when,
        "/ModDate": when,
    }
    for key, value in entries.items():
        if value:
            pdf.docinfo[key] = String(value)


def _xmp(spec: PacketSpec, claims: Collection[str]) -> bytes:
    blocks = [
        *(_PDFA_CLAIM.format(part=part) for claim, part in ((PDFA, 2), (PDFA3, 3)) if claim in claims),
        _DUBLIN_CORE.format(title=escape(spec.title), author=escape(spec.author), lang=escape(spec.lang)),
        _SUBJECT.format(subject=escape(spec.subject)) if spec.subject else "",
        _PDFUA_CLAIM if PDFUA in claims else "",
        _DATES.format(producer=_PRODUCER, when=f"{_utc(spec.when):%Y-%m-%dT%H:%M:%SZ}"),
    ]
    return _RDF.format(blocks="\n".join(filter(None, blocks))).encode()


def _utc(when: datetime) -> datetime:
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def _part_number(xmp: bytes, prefix: bytes) -> int:
    """Return the value of ``prefix:part``, written as an element or as an attribute; 0 without one."""
    found = re.search(prefix + rb":part\s*(?:=\s*[\"']|>)\s*(\d+)", xmp)
    return int(found[1]) if found else 0


def _output_intent(source: Pdf) -> Object | None:
    for intent in source.Root.get("/OutputIntents", Array()):
        if isinstance(intent, Dictionary) and isinstance(intent.get("/DestOutputProfile"), Stream):
            return intent
    return None


def _icc_space(icc: bytes | bytearray) -> str:
    return icc[_ICC_SPACE].decode("latin1").strip()

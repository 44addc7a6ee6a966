"""A file inside a packet, as PDF/A-3 wants it: named, described, and bound to the document."""

from __future__ import annotations

from datetime import datetime

from pikepdf import Array, Dictionary, Name, Pdf, String

from clspd_docs.packets.spec import Attachment


def attach(pdf: Pdf, attachment: Attachment, when: datetime) -> None:
    """Attach a file to ``pdf``, which has none of this name; the same arguments give the same bytes.

    Source: ISO 19005-3, 6.8: MIME type, /AFRelationship, and the file among those associated with the document.
    """
    stream = pdf.make_stream(
        attachment.data,
        Type=Name.EmbeddedFile,
        Subtype=Name("/application/json"),
        Params=Dictionary(Size=len(attachment.data), ModDate=String(f"{when:D:%Y%m%d%H%M%SZ}")),
    )
    specification = pdf.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=String(attachment.name),
            UF=String(attachment.name),
            Desc=String(attachment.description),
            AFRelationship=Name.Supplement,
            EF=Dictionary(F=stream, UF=stream),
        )
    )
    if "/Names" not in pdf.Root:
        pdf.Root.Names = Dictionary()
    pdf.Root.Names.EmbeddedFiles = Dictionary(Names=Array([String(attachment.name), specification]))
    pdf.Root.AF = Array([specification])

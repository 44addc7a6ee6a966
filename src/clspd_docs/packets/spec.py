"""What goes into a packet and what comes out: plain records, no PDF library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clspd_docs.domain.signature import Signature
from clspd_docs.findings import Finding
from clspd_docs.origin import Place

PDFA = "PDF/A-2b"
PDFA3 = "PDF/A-3b"  # the same with a file attached
PDFUA = "PDF/UA-1"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A JSON file to attach; ``description`` is what readers show of it."""

    name: str
    data: bytes
    description: str


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a packet.

    Args:
        key: Unique in the packet, ASCII; a contents page links to it as "packet:KEY".
        title: What the outline shows, and the title of its part in the structure tree.
        pdf: LibreOffice's export (PDF/A-2b with the PDF/UA flag), or an annex that ``intake`` let in: bytes or file.
        draft: Its pages carry the « PROJET » mark.
        owner: Suffix of its signature fields: a recipient ("M012") or the code of a document.
        group: Title of the outline item that it stands under; "" is the top level.
        signature: What its anchors of signature become.
    """

    key: str
    title: str
    pdf: bytes | Path
    draft: bool = False
    owner: str = ""
    group: str = ""
    signature: Signature = Signature.CHAMPS


@dataclass(frozen=True, slots=True)
class PacketSpec:
    """How a packet is named, numbered and bound.

    Args:
        title: Title of the file, shown by the reader instead of its name.
        author: The council or the town.
        subject: One line; "" leaves it out.
        when: Date of the file, given by the caller so that the same inputs give the same bytes; a time
            without zone is read as UTC.
        lang: Language of the packet; a part in another one says so.
        numbering: Stamp of each page, such as "Convocations – page {page} sur {pages}"; "" for none.
        recto: Each part starts on an odd page; blank pages fill in.
        file: The packet's path in the working folder, for the places of findings.
        attachment: A file that goes with it, which makes it PDF/A-3.
    """

    title: str
    author: str
    subject: str
    when: datetime
    lang: str = "fr-FR"
    numbering: str = ""
    recto: bool = False
    file: str = "dossier.pdf"
    attachment: Attachment | None = None

    def place(self, part: Part) -> Place:
        """Return the spot of ``part``, by its key: a title may hold somebody's name."""
        return Place(self.file, part=f"pièce {part.key}")


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """Where a part stands: ``first_page`` counts from 1; ``pages`` leaves out the blank page after it."""

    key: str
    title: str
    first_page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Packet:
    """A finished packet.

    ``claims`` holds what the file says of itself ("PDF/A-2b" or "PDF/A-3b", "PDF/UA-1"); a claim that is missing has its
    reason among ``findings`` (DOS104, DOS105), with the faults that the templates caused (DOS102, DOS103).
    ``tag_pages`` holds the page, from 1, of each tag for i-parapheur; ``paper_places`` counts the boxes to sign
    by hand.
    """

    pdf: bytes
    pages: int
    parts: tuple[PlacedPart, ...]
    signature_fields: tuple[str, ...]
    claims: tuple[str, ...]
    findings: tuple[Finding, ...]
    tag_pages: tuple[int, ...] = ()
    paper_places: int = 0

"""Several PDFs, or one, into a finished packet: tagged, archivable, numbered, ready to be signed."""

from __future__ import annotations

import io
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pikepdf
from pikepdf import Dictionary, Name, ObjectStreamMode, Page, Pdf

from clspd_docs.domain.signature import Signature
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Finding, Kind, Severity, in_order
from clspd_docs.origin import Place
from clspd_docs.packets import content, metadata, navigation, stamps
from clspd_docs.packets.attachment import attach
from clspd_docs.packets.sharing import Sharing
from clspd_docs.packets.signatures import Fields
from clspd_docs.packets.spec import PDFA, PDFA3, PDFUA, Packet, Part, PlacedPart
from clspd_docs.packets.structure import StructureTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clspd_docs.packets.spec import PacketSpec

UNREADABLE_PART: Final = Kind(
    code="DOS101",
    severity=Severity.ERROR,
    title="Pièce illisible",
    sentence="La pièce « {piece} » n’est pas un PDF lisible : le dossier ne peut pas être assemblé.",
    remedy="Relancer « clspd-docs build --force ». Si cela revient, ouvrir la pièce seule pour voir ce qu’elle "
    "contient, et vérifier le convertisseur avec « clspd-docs doctor ».",
)
NOT_PDFA: Final = Kind(
    code="DOS104",
    severity=Severity.WARNING,
    title="PDF sans l’annonce PDF/A",
    sentence="Le fichier n’annonce pas le format d’archivage PDF/A : {raison}.",
    remedy="Enregistrer la pièce en PDF/A-2b (Word : « Exporter », options, « Conforme à PDF/A »), ou la laisser "
    "ainsi si le dossier n’est pas à archiver.",
)
NOT_PDFUA: Final = Kind(
    code="DOS105",
    severity=Severity.WARNING,
    title="PDF sans l’annonce d’accessibilité",
    sentence="Le fichier n’annonce pas l’accessibilité PDF/UA : {raison}.",
    remedy="Fournir une version balisée de la pièce (exportée de Word ou de LibreOffice avec ses titres et ses "
    "textes de remplacement), ou tenir une version accessible à disposition.",
)

_MAPPED: Final = 500  # parts read from a file each; most systems allow a program about 1,000


def first_pages(page_counts: Sequence[int], *, recto: bool) -> list[int]:
    """Return the first page, counted from 1, of parts that have ``page_counts`` pages.

    The caller numbers a contents page with it before assembly; ``assemble`` places the parts by it.
    """
    starts, pages = [], 0
    for count in page_counts:
        starts.append(pages + 1 + (pages % 2 if recto else 0))
        pages = starts[-1] - 1 + count
    return starts


def assemble(spec: PacketSpec, parts: Sequence[Part]) -> Packet:
    """Join ``parts`` in their order into one PDF, with their tags; one part alone is finished the same way.

    The same arguments give the same bytes. Nothing is claimed that a part does not claim.

    Args:
        spec: Title, date, numbering.
        parts: At least one, each with its own key.

    Returns:
        The packet; its findings are DOS102 (link to no part), DOS103 (signature without box), DOS104 and
        DOS105 (claims that a part lowers).

    Raises:
        Stop: DOS101, a part that is not a readable PDF.
        ValueError: No part, or a key twice.
    """
    if not parts or len({part.key for part in parts}) < len(parts):
        raise ValueError("a packet needs parts, each with its own key")
    with ExitStack() as stack:
        sources = [
            stack.enter_context(_open(spec, part, is_mapped=number < _MAPPED))
            for number, part in enumerate(parts)
        ]
        pdf = stack.enter_context(Pdf.new())
        return _Assembly(spec, parts, sources, pdf).run()


def _open(spec: PacketSpec, part: Part, *, is_mapped: bool) -> Pdf:
    try:
        source = mapped(part.pdf) if is_mapped else pikepdf.open(io.BytesIO(_bytes(part.pdf)))
        readable = len(source.pages) > 0
    except pikepdf.PikepdfError as error:
        raise Stop(UNREADABLE_PART.at(spec.place(part), piece=part.key), ExitCode.PROGRAM_MISSING) from error
    if not readable:
        source.close()
        raise Stop(UNREADABLE_PART.at(spec.place(part), piece=part.key), ExitCode.PROGRAM_MISSING)
    return source


def mapped(data: bytes | Path) -> Pdf:
    """Open bytes from a file without a name: qpdf asks Python for every few bytes of what is in memory."""
    if isinstance(data, Path):
        with data.open("rb", buffering=0) as file:
            return pikepdf.open(file, access_mode=pikepdf.AccessMode.mmap_only)
    with tempfile.TemporaryFile(buffering=0) as file:
        file.write(data)
        return pikepdf.open(file, access_mode=pikepdf.AccessMode.mmap_only)


def _bytes(data: bytes | Path) -> bytes:
    return data.read_bytes() if isinstance(data, Path) else data


class _Assembly:
    """One packet in the making; the steps stand in ``run``."""

    def __init__(self, spec: PacketSpec, parts: Sequence[Part], sources: Sequence[Pdf], pdf: Pdf) -> None:
        counts = [len(source.pages) for source in sources]
        starts = first_pages(counts, recto=spec.recto)
        self.spec, self.pdf, self.parts, self.sources = spec, pdf, parts, sources
        self.placed = tuple(
            PlacedPart(part.key, part.title, start, count)
            for part, start, count in zip(parts, starts, counts, strict=True)
        )
        self.tree = StructureTree(pdf, spec.lang)
        self.fields = Fields(pdf, self.tree)
        self.outline = navigation.Outline(pdf)
        self.sharing = Sharing()
        self.colours = ""
        self.findings: list[Finding] = []

    def run(self) -> Packet:
        """Return the finished packet."""
        for part, source, placed in zip(self.parts, self.sources, self.placed, strict=True):
            self._take(part, source, placed)
        self._link()
        self.fields.finish()
        self.tree.finish()
        self.outline.finish()
        if len(self.parts) > 1:
            navigation.number_pages(self.pdf)
        stamps.stamp(self.pdf, self.spec.numbering, self._drafts())
        claims = self._claims()
        metadata.describe(self.pdf, self.spec, claims)
        if self.spec.attachment is not None:
            attach(self.pdf, self.spec.attachment, self.spec.when)
        for page in self.pdf.pages:  # all of them: a time stamp put on later adds an annotation to the first
            page.obj.Tabs = Name.S
        return self._packet(claims)

    def _take(self, part: Part, source: Pdf, placed: PlacedPart) -> None:
        while len(self.pdf.pages) < placed.first_page - 1:
            size = stamps.sheet(self.pdf.pages[-1])
            self.pdf.add_blank_page(page_size=(size.width, size.height))
        form = source.Root.get("/AcroForm")
        if isinstance(form, Dictionary):
            form = source.make_indirect(form)
            del source.Root.AcroForm  # its fields are joined by Fields
        set_aside = self.sharing.set_aside(source)
        self.pdf.add_pages_from(source)
        pages = self._pages(placed)
        self.sharing.give(pages, set_aside)
        found = self.tree.adopt(source, part, pages)
        whole = not content.is_from_libreoffice(source) or content.repair(self.pdf, self.tree, pages, found)
        self._weigh_claims(part, source, is_whole=whole)
        if isinstance(form, Dictionary):
            self.fields.adopt(form, part.key)
        self.outline.adopt(part, pages[0])
        metadata.keep_output_intent(self.pdf, source)
        self.findings += self.fields.sign_here(part, found, pages, self.spec.place(part))

    def _weigh_claims(self, part: Part, source: Pdf, *, is_whole: bool) -> None:
        """Note what ``part`` takes away from the claims of the packet."""
        claims = metadata.claims_of(source)
        self.colours = self.colours or claims.colours
        if not claims.pdfa:
            self._lower(NOT_PDFA, part, "ne l’annonce pas")
        elif claims.colours not in {"", self.colours}:
            self._lower(NOT_PDFA, part, "a d’autres couleurs de sortie que les pièces qui la précèdent")
        if not claims.pdfua:
            self._lower(NOT_PDFUA, part, "ne l’annonce pas")
        elif not is_whole:
            self._lower(NOT_PDFUA, part, "contient un texte ou une image hors de toute balise")

    def _lower(self, kind: Kind, part: Part, reason: str) -> None:
        self.findings.append(kind.at(self.spec.place(part), raison=f"la pièce « {part.key} » {reason}"))

    def _claims(self) -> tuple[str, ...]:
        """Return what the packet may say of itself."""
        kinds = {finding.kind for finding in self.findings}
        if NOT_PDFA not in kinds and not self.colours:
            reason = "aucune pièce n’apporte de profil de couleurs"
            self.findings.append(NOT_PDFA.at(Place(self.spec.file), raison=reason))
            kinds.add(NOT_PDFA)
        archive = PDFA3 if self.spec.attachment else PDFA
        return tuple(claim for claim, lost in ((archive, NOT_PDFA), (PDFUA, NOT_PDFUA)) if lost not in kinds)

    def _link(self) -> None:
        targets = {placed.key: (placed, self._pages(placed)[0]) for placed in self.placed}
        for part, placed in zip(self.parts, self.placed, strict=True):
            self.findings += navigation.link(self._pages(placed), targets, self.spec.place(part))

    def _drafts(self) -> set[int]:
        return {
            index
            for part, placed in zip(self.parts, self.placed, strict=True)
            if part.draft
            for index in self._range(placed)
        }

    def _pages(self, placed: PlacedPart) -> list[Page]:
        return [self.pdf.pages[index] for index in self._range(placed)]

    @staticmethod
    def _range(placed: PlacedPart) -> range:
        return range(placed.first_page - 1, placed.first_page - 1 + placed.pages)

    def _packet(self, claims: tuple[str, ...]) -> Packet:
        buffer = io.BytesIO()
        self.pdf.save(
            buffer,
            min_version="1.7",
            object_stream_mode=ObjectStreamMode.generate,
            deterministic_id=True,
        )
        pages = {page.obj.objgen: number for number, page in enumerate(self.pdf.pages, 1)}
        tagged = [box for box in self.fields.boxes if box.target is Signature.I_PARAPHEUR]
        return Packet(
            pdf=buffer.getvalue(),
            pages=len(self.pdf.pages),
            parts=self.placed,
            signature_fields=tuple(self.fields.signatures),
            claims=claims,
            findings=tuple(in_order(self.findings)),
            tag_pages=tuple(pages[box.page.obj.objgen] for box in tagged),
            paper_places=len(self.fields.boxes) - len(tagged),
        )

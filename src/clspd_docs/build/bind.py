"""The packets of a session: pieces in order, cover and contents with true pages, then one PDF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

from clspd_docs.build.annexes import Enclosures
from clspd_docs.build.attached import proof
from clspd_docs.build.finish import FINISHED, document_fingerprint
from clspd_docs.build.manifest import DocumentRecord, PacketRecord, PartRecord, fingerprint, sha256
from clspd_docs.build.press import PdfOrder, Pressed, press
from clspd_docs.build.printed import bound, is_printed, printing
from clspd_docs.build.produce import Made, Output, Workshop
from clspd_docs.build.publish import session_folder
from clspd_docs.build.settings import changed_settings, packet_settings
from clspd_docs.build.together import Order, convert
from clspd_docs.build.volumes import shares
from clspd_docs.build.workspace import OUTPUT
from clspd_docs.documents.catalogue import ANNEXES
from clspd_docs.documents.contexts import Dossier, PieceDossier
from clspd_docs.documents.plan import DossierJob, SessionPlan, dossier_context, numbered, readers_of_packet
from clspd_docs.documents.view import Trace
from clspd_docs.domain.french import NBSP, pluriel
from clspd_docs.domain.signature import Signature
from clspd_docs.findings import Finding, Kind, Severity, in_order
from clspd_docs.origin import Place
from clspd_docs.packets.assemble import first_pages
from clspd_docs.packets.inspect import page_count
from clspd_docs.packets.letters import Letters
from clspd_docs.packets.spec import Attachment, PacketSpec, Part

INCOMPLETE = Kind(
    "DOS402",
    Severity.WARNING,
    "Dossier incomplet",
    "Le dossier est incomplet, {nombre} à débloquer ; sa première page en donne la liste.",
    "Corriger ce qui les retient, puis relancer « clspd-docs build ».",
)
UNSTABLE = Kind(
    "DOS403",
    Severity.ERROR,
    "Sommaire instable",
    "Les numéros de page du sommaire ne se stabilisent pas.",
    "Simplifier le modèle du sommaire.",
)

COVER: Final = "couverture"
CONTENTS: Final = "sommaire"
ROUNDS: Final = 4


@dataclass(slots=True)
class Piece:
    """One piece of a packet, ready: what is shown of it, its finished PDF, its pages.

    ``source``: digest of the file that an annex came as; ``letters``: those of its pages.
    """

    key: str
    title: str
    pdf: bytes | Path
    pages: int
    draft: bool = False
    owner: str = ""
    docx: bytes = b""
    docx_sha256: str = ""
    source: str = ""
    signature: Signature = Signature.CHAMPS
    letters: tuple[str, ...] = ()


@dataclass(slots=True)
class Binding:
    """A packet being made: its pieces, then the rendered cover and contents."""

    job: DossierJob
    pieces: list[Piece]
    missing: list[str]
    front: dict[str, Piece] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)

    def template(self, role: str) -> str:
        """Template of the cover, or of the contents."""
        entry = self.job.entry
        return (entry.couverture if role == COVER else entry.sommaire) or ""

    def starts(self) -> list[int]:
        """First page of each piece, after the cover and the contents."""
        counts = [p.pages for p in (*self.front.values(), *self.pieces)]
        return first_pages(counts, recto=self.job.entry.recto)[len(self.front) :]


@dataclass(frozen=True, slots=True)
class Bound:
    """What became of the packets: records in the order of the plan, new contents, what is held.

    ``jobs``: a packet of several volumes is as many jobs.
    """

    records: tuple[PacketRecord, ...]
    fresh: Mapping[str, Path]
    held: Mapping[str, tuple[Finding, ...]]
    findings: tuple[Finding, ...]
    reasons: Mapping[str, tuple[str, ...]]
    jobs: tuple[DossierJob, ...]


class Bindery:
    """Makes the packets of one session."""

    def __init__(
        self, shop: Workshop, plan: SessionPlan, output: Output, documents: Mapping[str, DocumentRecord]
    ) -> None:
        self.studio, self.engine, self.cache, self.work = shop.studio, shop.engine, shop.cache, shop.work
        self.proof, self.press = shop.proof, shop.press
        self.plan, self.output, self.documents = plan, output, documents
        self.findings: list[Finding] = []
        self.held: dict[str, tuple[Finding, ...]] = {}
        self.jobs = {job.key: job for job in plan.documents}
        self.enclosures = Enclosures(shop, plan)
        self.files: dict[bytes, Path] = {}

    def bind(self, previous: Mapping[str, PacketRecord], intact: Mapping[str, bool], today: str) -> Bound:
        """Make every packet, or take it over when nothing that it is made of has changed.

        Args:
            previous: Records of the last build, by key.
            intact: Whether the published file of a key is there and untouched.
            today: Date written in the records of what is made now.
        """
        volumes = {
            job.key: in_volumes(b) if (b := self._gather(job)) is not None else []
            for job in self.plan.dossiers
        }
        bindings = [volume for each in volumes.values() for volume in each]
        for binding, job in zip(bindings, numbered(b.job for b in bindings), strict=True):
            binding.job = job  # a volume may bear the name of another packet
        self._fronts(bindings, previous)
        records: list[PacketRecord] = []
        fresh: dict[str, Path] = {}
        reasons: dict[str, tuple[str, ...]] = {}
        marks = {b.job.key: self._fingerprint(b) for b in bindings if b.job.key not in self.held}
        stands = {k for k, m in marks.items() if intact.get(k) and previous[k].fingerprint == m}
        stands = set() if self.cache.ignored else stands
        pressed = self._pressed([b for b in bindings if b.job.key in marks.keys() - stands])
        for binding in bindings:
            key = binding.job.key
            if key in stands:
                if leaks := self._leaks(binding, previous[key]):
                    self.held[key] = leaks
                else:
                    records.append(replace(previous[key], proved=self._proved(binding)))
            elif key in marks:
                order, done = next(pressed)
                record = self._record(binding, marks[key], today, done)
                if wrong := done.wrong or self._leaks(binding, record, order.target):
                    self.held[key] = wrong
                    continue
                records.append(record)
                fresh[record.path] = order.target
                self.findings += done.packet.findings
                reasons[key] = _why(previous.get(key), record, intact)
        self.findings += self.enclosures.findings
        jobs = [j for job in self.plan.dossiers for j in [v.job for v in volumes[job.key]] or [job]]
        return Bound(tuple(records), fresh, self.held, tuple(self.findings), reasons, tuple(jobs))

    def _pressed(self, bindings: Sequence[Binding]) -> Iterator[tuple[PdfOrder, Pressed]]:
        """Yield what becomes of each packet, in order; one to print is made here, of letters and their recipients."""
        orders = [self._order(binding) for binding in bindings]
        together = zip(bindings, orders, strict=True)
        joined = self.press.run([order for each, order in together if not is_printed(each.job.entry)])
        for each, order in zip(bindings, orders, strict=True):
            if is_printed(each.job.entry):
                make = partial(bound, each.job, documents=self.plan.documents, missing=each.missing)
                yield order, press(order, make)
            else:
                yield order, next(joined)

    def _proved(self, binding: Binding) -> str:
        return self.proof.mark(binding.job.seance.id, readers_of_packet(binding.job))

    def _leaks(self, binding: Binding, record: PacketRecord, pdf: Path | None = None) -> tuple[Finding, ...]:
        """Return what the packet shows to readers who may not see it.

        Without ``pdf``, the published packet is read, and only when what it must not show has changed since.
        """
        job = binding.job
        if pdf is None:
            if record.proved == self._proved(binding):
                return ()
            folder = session_folder(self.studio.loaded.folder.output, job.seance.id)
            pdf = folder / record.path
        letters = {piece.key: piece.letters for piece in binding.pieces if piece.letters}
        known = {
            part.first_page - 1 + at: Letters(text, "")
            for part in record.parts
            for at, text in enumerate(letters.get(part.key, ()))
        }
        return self.proof.faults(pdf, job.seance.id, readers_of_packet(job), record.path, known)

    def _gather(self, job: DossierJob) -> Binding | None:
        """Return the pieces of a packet; None when a piece that it cannot do without is held.

        A packet of the whole session goes on without the letter of one recipient, and names it.
        """
        binding = Binding(job, [], [])
        for key in job.pieces:
            if key == ANNEXES:
                if not self._add_annexes(binding):
                    return None
            elif key in self.documents:
                record, made = self.documents[key], self.output.made[key]
                assert made.raw is not None
                binding.pieces.append(
                    Piece(
                        key,
                        record.title,
                        made.raw,
                        self._pages(record, made),
                        made.draft,
                        made.job.owner,
                        docx_sha256=made.docx_sha256,
                        signature=job.entry.signed(made.job.entry),
                    )
                )
            elif job.recipient is None and self.jobs[key].recipient is not None:
                binding.missing.append(self.jobs[key].title)
            else:
                self.held[job.key] = self.output.held[key]
                return None
        if not binding.pieces:
            reasons = (f for key in job.pieces for f in self.output.held.get(key, ()))
            self.held[job.key] = tuple(in_order(reasons))
            return None
        if job.recipient is None and any(k in self.jobs and self.jobs[k].recipient for k in job.pieces):
            # A row that cannot be used may be somebody to write to: the cover says so.
            lost = self.studio.blocked.touching(["Membres!*"])
            binding.missing += dict.fromkeys(finding.place.french() for finding in lost)
        if binding.missing:
            place = Place(f"{OUTPUT}/{session_folder(Path(), job.seance.id).name}/dossiers/{job.key}.pdf")
            self.findings.append(INCOMPLETE.at(place, nombre=pluriel(len(binding.missing), "pièce")))
        return binding

    def _pages(self, record: DocumentRecord, made: Made) -> int:
        """Return the pages of a document; its record may be that of an earlier version, kept because it is signed."""
        is_this = record.fingerprint == document_fingerprint(
            made, self.cache, self.studio.loaded.conseil.parametres.auteur
        )
        return record.pages if is_this or made.raw is None else page_count(made.raw)

    def _place(self, job: DossierJob) -> Place:
        return Place(self.studio.loaded.catalogue.file, part=f"dossier « {job.entry.code} »")

    def _add_annexes(self, binding: Binding) -> bool:
        entry = binding.job.entry
        for enclosure in self.enclosures.of(readers_of_packet(binding.job), entry.annexes_sans_balises):
            annex = enclosure.annex
            if isinstance(annex, Finding):
                self.held[binding.job.key] = (annex,)
                return False
            piece = Piece(
                enclosure.key,
                enclosure.title,
                annex.pdf,
                annex.pages,
                docx_sha256=enclosure.docx_sha256,
                source=annex.digest,
                letters=annex.letters,
            )
            binding.pieces.append(piece)
        return True

    def _fronts(self, bindings: Sequence[Binding], previous: Mapping[str, PacketRecord]) -> None:
        """Make covers and contents pages, again until the length of each is the one that was announced.

        The first guess is the length of the last build.
        """
        waiting = [b for b in bindings if b.job.entry.couverture or b.job.entry.sommaire]
        for binding in waiting:
            before = previous.get(binding.job.key)
            lengths = {part.key: part.pages for part in before.parts} if before else {}
            for role, name in ((COVER, binding.job.entry.couverture), (CONTENTS, binding.job.entry.sommaire)):
                if name:
                    binding.front[role] = Piece(role, role.capitalize(), b"", lengths.get(role, 1))
        for _ in range(ROUNDS):
            announced = {id(b): [p.pages for p in b.front.values()] for b in waiting}
            self._convert_fronts(waiting)
            waiting = [b for b in waiting if b.job.key not in self.held]
            waiting = [b for b in waiting if announced[id(b)] != [p.pages for p in b.front.values()]]
            if not waiting:
                return
        for binding in waiting:
            self.held[binding.job.key] = (UNSTABLE.at(self._place(binding.job)),)

    def _convert_fronts(self, bindings: Sequence[Binding]) -> None:
        """Render the covers and contents with the pages known so far, convert them, count their pages."""
        rendered = [
            (b, role, piece) for b in bindings if self._render_fronts(b) for role, piece in b.front.items()
        ]
        digests = {f"{b.job.key}-{role}": piece.docx_sha256 for b, role, piece in rendered}
        orders = [
            Order(f"{b.job.key}-{role}", f"dossiers/{b.job.key}-{role}", piece.docx, b.template(role))
            for b, role, piece in sorted(rendered, key=lambda each: each[1])
            if not self.cache.has(self.cache.path(piece.docx_sha256))
        ]
        failed: dict[str, Finding] = {}
        for delivery in convert(self.engine, orders, self.work):
            if delivery.finding is not None:
                failed[digests[delivery.key]] = delivery.finding
            else:
                self.cache.keep(delivery.pdf, digests[delivery.key])
        for binding, _, piece in rendered:
            if piece.docx_sha256 in failed:
                self.held[binding.job.key] = (failed[piece.docx_sha256],)
            else:
                piece.pdf = self.cache.path(piece.docx_sha256)
                piece.pages = page_count(piece.pdf)

    def _render_fronts(self, binding: Binding) -> bool:
        """Make the Word files of a cover and a contents page; False, and the packet is held, on a fault."""
        trace = Trace()
        shown = self._shown(binding)
        names = dossier_context(self.studio.loaded.conseil, binding.job, shown, self.studio.jour, trace)
        for role, piece in binding.front.items():
            rendered = self.studio.render(binding.template(role), names, self.plan.seance.date)
            reasons = self.studio.blocked.touching(trace.cells)
            if rendered.docx is None or reasons:
                self.held[binding.job.key] = reasons or rendered.findings
                return False
            piece.docx, piece.docx_sha256 = rendered.docx, sha256(rendered.docx)
        return True

    def _shown(self, binding: Binding) -> Dossier:
        """Return the packet as its cover and contents show it, with the pages known so far."""
        starts = binding.starts()
        rows = tuple(
            PieceDossier(cle=p.key, titre=p.title, page=start, pages=p.pages)
            for p, start in zip(binding.pieces, starts, strict=True)
        )
        last = binding.pieces[-1]
        return Dossier(
            titre=binding.job.title,
            objet=" – ".join(filter(None, (binding.job.entry.titre, binding.job.volume))),
            pieces=rows,
            pages=starts[-1] + last.pages - 1,
            retenues=tuple(binding.missing),
            destinataire=binding.job.recipient if binding.job.entry.par == "destinataire" else None,
        )

    def _spec(self, binding: Binding) -> PacketSpec:
        parametres, job = self.studio.loaded.conseil.parametres, binding.job
        return PacketSpec(
            title=f"{job.title} – {job.seance.id}",
            author=parametres.auteur,
            subject=job.entry.titre,
            when=dt.datetime.combine(self.studio.jour, dt.time(12), tzinfo=dt.UTC),
            numbering=job.entry.numerotation,
            recto=job.entry.recto or job.entry.tirage,
            file=f"dossiers/{job.key}.pdf",
            attachment=self._proof(binding) if job.entry.preuve else None,
        )

    def _proof(self, binding: Binding) -> Attachment:
        front = {role: (binding.template(role), piece) for role, piece in binding.front.items()}
        converter, documents = self.cache.converter, self.documents
        return proof(binding.job, self.studio, converter, front, binding.pieces, documents)

    def _fingerprint(self, binding: Binding) -> str:
        """Digest of everything in the packet but the date: a packet is not redone because a day went by."""
        spec = self._spec(binding)
        front = [p.docx_sha256 for p in binding.front.values()]
        pieces = [(p.key, p.title, _digest(p), p.draft, p.owner, p.signature) for p in binding.pieces]
        named = (
            spec.title,
            spec.author,
            spec.subject,
            spec.numbering,
            spec.recto,
            packet_settings(binding.job.entry),
        )
        printed = printing(binding.job, self.plan.documents, binding.missing)
        return fingerprint(self.cache.converter, named, front, pieces, *printed)

    def _file(self, piece: Piece) -> Path:
        """Return the file of the piece's PDF; an annex, which many packets share, is written once."""
        if isinstance(piece.pdf, Path):
            return piece.pdf
        if piece.pdf not in self.files:
            path = self.work / "annexes" / f"{len(self.files)}.pdf"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(piece.pdf)
            self.files[piece.pdf] = path
        return self.files[piece.pdf]

    def _order(self, binding: Binding) -> PdfOrder:
        spec, pieces = self._spec(binding), (*binding.front.values(), *binding.pieces)
        parts = tuple(
            Part(p.key, p.title, self._file(p), p.draft, p.owner, signature=p.signature) for p in pieces
        )
        contents = CONTENTS if CONTENTS in binding.front else ""
        return PdfOrder(spec, parts, self.work / FINISHED / spec.file, read_back=True, contents=contents)

    def _record(self, binding: Binding, mark: str, today: str, pressed: Pressed) -> PacketRecord:
        spec, job, packet = self._spec(binding), binding.job, pressed.packet
        return PacketRecord(
            key=job.key,
            code=job.entry.code,
            title=job.title,
            path=spec.file,
            membre=str(job.recipient.id) if job.recipient is not None else None,
            pages=packet.pages,
            parts=tuple(
                PartRecord(key=p.key, title=p.title, first_page=p.first_page, pages=p.pages)
                for p in packet.parts
            ),
            signature_fields=packet.signature_fields,
            claims=packet.claims,
            pdf_sha256=pressed.pdf_sha256,
            pdf_bytes=pressed.pdf_bytes,
            templates=tuple(binding.template(role) for role in binding.front),
            fingerprint=mark,
            held_pieces=tuple(binding.missing),
            front=tuple(p.docx_sha256 for p in binding.front.values()),
            made_on=today,
            annexes={p.key: p.source for p in binding.pieces if p.source},
            settings=packet_settings(job.entry),
            boxes=len(packet.tag_pages) + packet.paper_places,
            proved=self._proved(binding),
        )


def in_volumes(binding: Binding) -> list[Binding]:
    """Return the packet as the volumes that its catalogue asks for, each with its own name, cover and contents."""
    job, pieces = binding.job, binding.pieces
    turned = job.entry.recto or job.entry.tirage
    found = shares([piece.pages + piece.pages % 2 * turned for piece in pieces], job.entry.volume)
    if len(found) == 1:
        return [binding]
    width, volumes = len(str(len(found))), []
    for number, share in enumerate(found, 1):
        one = replace(
            job,
            key=f"{job.key}-{number:0{width}d}",
            pieces=tuple(piece.key for piece in pieces[share]),
            volume=f"volume{NBSP}{number}{NBSP}sur{NBSP}{len(found)}",
        )
        volumes.append(Binding(one, pieces[share], binding.missing))
    return volumes


def _digest(piece: Piece) -> str:
    """Return the digest of what a piece is made from.

    Of what LibreOffice makes, the Word file tells more than the PDF, which holds the time of the day.
    """
    if piece.docx_sha256 or isinstance(piece.pdf, Path):
        return piece.docx_sha256
    return sha256(piece.pdf)


def _why(before: PacketRecord | None, now: PacketRecord, intact: Mapping[str, bool]) -> tuple[str, ...]:
    """Reasons, in French, for which a packet was made again."""
    if before is None:
        return ("nouveau dossier",)
    if before.fingerprint == now.fingerprint:
        return ("fichier absent ou modifié à la main",) if not intact.get(now.key) else ("demandé",)
    old, new = {p.key for p in before.parts}, {p.key for p in now.parts}
    annexes = [
        key for key in before.annexes.keys() & now.annexes.keys() if before.annexes[key] != now.annexes[key]
    ]
    changes = [f"fichier de l’{key} modifié" for key in sorted(annexes)]
    changes += [f"pièce ajoutée : {k}" for k in sorted(new - old)] + [
        f"pièce retirée : {k}" for k in sorted(old - new)
    ]
    changes += changed_settings(before.settings, now.settings)
    return tuple(changes) or ("une pièce a changé",)

"""The documents of a session: rendered, held or converted, one after the other as a stream.

Word files are rendered anew at every build, which costs about a millisecond each: their bytes are the proof
that nothing changed. A PDF is made again only when the bytes of its Word file, or the converter, changed.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from clspd_docs.build.holding import Blocked
from clspd_docs.build.loading import Loaded
from clspd_docs.build.manifest import file_sha256, fingerprint, read_manifest, sha256
from clspd_docs.build.together import Order, convert
from clspd_docs.build.workspace import TEMPLATES
from clspd_docs.conversion.engine import Engine
from clspd_docs.documents.contexts import may_see
from clspd_docs.documents.drawings import Drawings
from clspd_docs.documents.plan import DocumentJob, SessionPlan, context, is_draft, level_of
from clspd_docs.documents.view import Trace
from clspd_docs.domain.conseil import Conseil
from clspd_docs.domain.seances import Decision, Point
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.templates.drawings import drawn
from clspd_docs.templates.explain import OVER_BUDGET
from clspd_docs.templates.render import Rendered, Template

if TYPE_CHECKING:
    from clspd_docs.build.press import Press  # pikepdf, which `check` needs not

RESERVED = Kind(
    "FUS201",
    Severity.ERROR,
    "Texte réservé dans un document plus ouvert",
    "Le modèle « {modele} » utilise ce texte, réservé à un cercle plus étroit que ses lecteurs.",
    "Corriger le modèle (utiliser « pv.points » et « pv.decisions »), ou la diffusion de la ligne.",
)
NO_TEMPLATE = Kind(
    "FUS202",
    Severity.ERROR,
    "Document sans modèle utilisable",
    "Le modèle « {modele} » manque ou ne peut pas être lu.",
    "Corriger le modèle : voir les constats qui le nomment.",
)

if TYPE_CHECKING:
    from clspd_docs.build.proof import Proof  # pikepdf, which `check` needs not

TRANSPARENT: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c63f8ffff3f030008fc02fea79aa0a00000000049454e44ae426082"
)


@dataclass(slots=True)
class Made:
    """A document that can be published. ``raw`` is the converter's PDF, before it is finished."""

    job: DocumentJob
    docx: bytes
    docx_sha256: str
    cells: dict[str, str]
    draft: bool
    raw: Path | None = None


@dataclass(slots=True)
class Output:
    """What became of the documents: made or held, by key, in the order of the plan."""

    made: dict[str, Made] = field(default_factory=dict)
    held: dict[str, tuple[Finding, ...]] = field(default_factory=dict)


class Cache:
    """PDFs by the digest of the Word file and of the converter; shared by the sessions of a folder."""

    def __init__(self, folder: Path, converter: str, *, ignored: bool = False) -> None:
        self.folder = folder
        self.converter = converter
        self.ignored = ignored

    def path(self, docx_sha256: str) -> Path:
        """Return where the PDF of these Word bytes is, or goes."""
        return self.folder / f"{fingerprint(docx_sha256, self.converter)[:40]}.pdf"

    def has(self, path: Path) -> bool:
        """True when the PDF need not be made again: it is there, and whole."""
        if self.ignored or not path.is_file():
            return False
        with path.open("rb") as stream:
            head = stream.read(5)
            stream.seek(max(path.stat().st_size - 1024, 0))
            return head == b"%PDF-" and b"%%EOF" in stream.read()

    def keep(self, pdf: Path, docx_sha256: str) -> None:
        """Move a fresh PDF into the cache, whole or not at all."""
        target = self.path(docx_sha256)
        partial = target.with_suffix(".part")
        shutil.move(pdf, partial)
        partial.replace(target)

    @property
    def annexes(self) -> Path:
        """Folder of the annexes as they enter packets, by the digest of the file that came."""
        return self.folder.parent / ".annexes"

    def prune(self) -> None:
        """Delete what no published session uses any more: it holds people's names."""
        used: set[Path] = set()
        annexes: set[str] = set()
        for folder in self.folder.parent.iterdir():
            manifest = read_manifest(folder)
            if manifest is not None:
                used |= {self.path(d.docx_sha256) for d in manifest.documents}
                used |= {self.path(digest) for p in manifest.packets for digest in p.front}
                annexes |= {digest for p in manifest.packets for digest in p.annexes.values()}
        for digest in tuple(annexes):  # a Word file: its PDF, and what is known of it
            if converted := file_sha256(self.path(digest)):
                used.add(self.path(digest))
                annexes.add(converted)
        for path in self.folder.glob("*"):
            if path not in used:
                path.unlink(missing_ok=True)
        from clspd_docs.packets.intake import forget  # noqa: PLC0415 - pikepdf, which `check` needs not

        forget(self.annexes, annexes)


def images(loaded: Loaded) -> dict[str, bytes]:
    """Return the pictures that templates may place; without a logo, a transparent one."""
    logo = loaded.conseil.parametres.logo
    if not logo:
        return {"logo": TRANSPARENT}
    return {"logo": loaded.folder.path(logo).read_bytes()} if loaded.folder.holds(logo) else {}


class Studio:
    """Renders the documents of one build: the registers, the pictures, what is blocked."""

    def __init__(self, loaded: Loaded, blocked: Blocked, jour: dt.date) -> None:
        self.loaded = loaded
        self.blocked = blocked
        self.jour = jour
        self.images = images(loaded)
        self.texts = guarded(loaded.conseil)
        self._too_much: dict[
            str, Rendered
        ] = {}  # by template: one that went over its budget is not tried again

    def render(self, name: str, names: Mapping[str, Any], seance_date: dt.date | None) -> Rendered:
        """Render the template ``name``; a template that cannot be used is a finding."""
        if name in self._too_much:
            return self._too_much[name]
        template = self.loaded.templates.get(name)
        if template is None:
            file = f"{TEMPLATES}/{name}"
            causes = tuple(f for f in self.loaded.findings if f.is_error and f.place.file == file)
            missing = NO_TEMPLATE.at(Place(self.loaded.catalogue.file), modele=name)
            return Rendered(None, causes or (missing,))
        fixed = dt.datetime.combine(seance_date or self.jour, dt.time())
        shown = {"images": self.images, "dessins": Drawings(names.get("plan"))}
        rendered = template.render({**names, **shown, "fixe_le": fixed})
        over = tuple(finding for finding in rendered.findings if finding.kind is OVER_BUDGET)
        if over:
            self._too_much[name] = Rendered(None, over)
        return rendered

    def make(self, job: DocumentJob) -> Made | tuple[Finding, ...]:
        """Return the document, or why it is held."""
        trace = Trace()
        names = context(self.loaded.conseil, job, self.jour, trace)
        rendered = self.render(job.entry.modele, names, job.seance.date)
        # A cell with an error is the cause; what the merge says of it would only repeat it.
        cells = trace.cells
        reasons = self.blocked.touching(cells) or tuple(f for f in rendered.findings if f.is_error)
        if rendered.docx is None or reasons:
            return reasons or rendered.findings
        leaks = tuple(leaked(self.texts, job, cells))
        if leaks:
            return leaks
        draft = is_draft(self.loaded.conseil, job)
        return Made(job, rendered.docx, sha256(rendered.docx), cells, draft)


def guarded(conseil: Conseil) -> dict[str, tuple[Point | Decision, Place]]:
    """Return the texts of the registers that have a level of diffusion, by cell: their row and their place."""
    points = [(point, name) for point in conseil.points for name in ("synthese", "resultat")]
    texts: list[tuple[Point | Decision, str]] = [*points, *((d, "texte") for d in conseil.decisions)]
    places = ((row, row.origine.place(name)) for row, name in texts if row.diffusion is not None)
    return {f"{place.sheet}!{place.cell}": (row, place) for row, place in places}


def leaked(
    texts: Mapping[str, tuple[Point | Decision, Place]], job: DocumentJob, cells: Iterable[str]
) -> Iterator[Finding]:
    """Yield each of ``texts`` that the document used although its readers may not see it."""
    for row, place in (texts[cell] for cell in cells if cell in texts):
        if not may_see(row, job.seance.id, level_of(job)):
            yield RESERVED.at(place, modele=job.entry.modele)


def has_contents(template: Template) -> bool:
    """True when the template has a table of contents, which only the converter can fill."""
    return b"TOC \\" in template.members.get("word/document.xml", b"")


@dataclass(frozen=True, slots=True)
class Workshop:
    """What the sessions of one build share.

    ``work`` is a folder that goes with the build; ``is_preview``: the engine's PDFs are not to be signed.
    """

    studio: Studio
    engine: Engine
    cache: Cache
    work: Path
    progress: Callable[[str], None]
    proof: Proof
    press: Press
    is_preview: bool = False


def produce(
    shop: Workshop, plan: SessionPlan, last: Callable[[DocumentJob], Made | None] = lambda _: None
) -> Output:
    """Make every document of ``plan``; those that ``last`` gives need not be rendered.

    The converter works on some documents while the next are rendered. A document that fails alone is held.

    Raises:
        Stop: The converter itself fails.
    """
    output = Output()
    shop.cache.folder.mkdir(parents=True, exist_ok=True)

    def orders() -> Iterator[Order]:
        for job in plan.documents:
            made = last(job) or shop.studio.make(job)
            if not isinstance(made, Made):
                output.held[job.key] = made
                continue
            output.made[job.key] = made
            made.raw = shop.cache.path(made.docx_sha256)
            if shop.cache.has(made.raw):
                shop.progress(job.key)
                continue
            update = has_contents(shop.studio.loaded.templates[job.entry.modele])
            yield Order(job.key, f"documents/{job.key}.docx", made.docx, job.entry.modele, update)

    from clspd_docs.packets.figures import describe  # noqa: PLC0415 - pikepdf, which `check` needs not

    for delivery in convert(shop.engine, orders(), shop.work):
        key = delivery.key
        if delivery.finding is not None:
            output.held[key] = (delivery.finding,)
            del output.made[key]
        else:
            describe(delivery.pdf, drawn(output.made[key].docx))
            shop.cache.keep(delivery.pdf, output.made[key].docx_sha256)
        shop.progress(key)
    return output

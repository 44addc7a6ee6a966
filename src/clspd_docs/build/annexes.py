"""The annexes of a session's agenda: converted or let in, and handed to the packets whose readers may see them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from clspd_docs.build.loading import NO_ANNEX
from clspd_docs.build.manifest import file_sha256
from clspd_docs.build.produce import Workshop
from clspd_docs.build.workspace import ANNEXES
from clspd_docs.conversion.engine import Job
from clspd_docs.documents.catalogue import SansBalises
from clspd_docs.documents.contexts import niveaux_de
from clspd_docs.documents.plan import SessionPlan
from clspd_docs.domain.listes import Diffusion
from clspd_docs.domain.seances import Point
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.packets.annex_files import is_docx
from clspd_docs.packets.intake import Annex, intake
from clspd_docs.templates.package import open_template

BAD_WORD = Kind(
    "DOS214",
    Severity.ERROR,
    "Annexe Word refusée",
    "Ce document Word ne peut pas être joint : {raison}.",
    "L’ouvrir dans Word, corriger, l’enregistrer au format « Document Word (.docx) » ; ou l’exporter en PDF (options "
    "« PDF/A » et « balises de structure ») et joindre ce PDF.",
    bad="bilan.docx, avec des modifications suivies",
    good="bilan.docx, toutes modifications acceptées",
)

# Why a Word file is not opened, by the code that a template in its place would get.
_REASONS: Final = {
    "MOD104": "il est protégé par un mot de passe",
    "MOD106": "il est trop gros, ou son contenu est démesuré une fois décompressé",
    "MOD107": "il contient des macros ou des contrôles actifs",
    "MOD109": "il va chercher ou insère un contenu extérieur, qui pourrait changer sans qu’on le voie",
}
_DAMAGED: Final = "il est abîmé, ou n’est pas un document Word (.docx)"
_TRACKED: Final = "il contient des modifications suivies, qui seraient imprimées"
_MARKS: Final = (b"<w:ins ", b"<w:del ", b"<w:moveFrom ", b"<w:moveTo ")


@dataclass(frozen=True, slots=True)
class Enclosure:
    """One annex: the key and the title of its piece, who may see it, and its file or why there is none.

    ``docx_sha256``: digest of the Word file that it was converted from, or "".
    """

    key: str
    title: str
    level: Diffusion
    annex: Annex | Finding
    docx_sha256: str = ""


@dataclass(slots=True)
class Enclosures:
    """The annexes of one session, in the order of its agenda; each is read once for each way to present it."""

    shop: Workshop
    plan: SessionPlan
    findings: dict[Finding, None] = field(default_factory=dict)
    _every: dict[SansBalises, list[Enclosure]] = field(default_factory=dict)

    def of(self, readers: Diffusion, sans_balises: SansBalises) -> list[Enclosure]:
        """Return what readers of that level may see; ``findings`` then tells what became of them.

        An annex that is refused is told by what it holds.
        """
        if sans_balises not in self._every:
            points = [point for point in self.plan.seance.points if point.piece]
            self._every[sans_balises] = [_enclosure(self.shop, each, sans_balises) for each in points]
        found = [each for each in self._every[sans_balises] if each.level in niveaux_de(readers)]
        for each in found:
            if isinstance(each.annex, Annex):
                self.findings |= dict.fromkeys(each.annex.findings)
        return found


def _enclosure(shop: Workshop, point: Point, sans_balises: SansBalises) -> Enclosure:
    title = f"Pièce jointe au point {point.rang} – {point.titre}"
    made = Enclosure(
        f"annexe-{point.rang}",
        title,
        point.diffusion or Diffusion.GROUPE,
        NO_ANNEX.at(point.origine.place("piece"), value=point.piece),
    )
    folder, name = shop.studio.loaded.folder, f"{ANNEXES}/{point.piece}"
    if not folder.holds(name):
        return made
    path, place = folder.path(name), point.origine.place("piece")
    digest = ""
    if is_docx(path):
        digest = file_sha256(path) or ""
        refused = _convert(shop, point, digest)
        if refused is not None:
            return replace(made, annex=refused)
        path = shop.cache.path(digest)
    got = intake(
        path,
        place,
        title=point.titre or "",
        alternative=point.piece_description or "",
        as_pictures=sans_balises is SansBalises.IMAGES,
        kept=shop.cache.annexes,
    )
    if digest and isinstance(got, Annex):
        got = replace(got, digest=digest)
    return replace(made, annex=got, docx_sha256=digest)


def _convert(shop: Workshop, point: Point, digest: str) -> Finding | None:
    """Have the Word file of ``point`` in the cache as a PDF, or return why it cannot be."""
    pdf = shop.cache.path(digest)
    if shop.cache.has(pdf):
        return None
    name = f"{ANNEXES}/{point.piece}"
    path, place = shop.studio.loaded.folder.path(name), point.origine.place("piece")
    opened = open_template(path, name)
    if opened.template is None:
        return BAD_WORD.at(place, raison=_REASONS.get(opened.findings[0].code, _DAMAGED))
    if any(mark in opened.template.members.get("word/document.xml", b"") for mark in _MARKS):
        return BAD_WORD.at(place, raison=_TRACKED)
    job = Job(name, name, path, shop.work / f"annexe-{point.rang}.pdf")
    (done,) = shop.engine.convert([job])
    if done.finding is not None:
        return done.finding
    shop.cache.keep(job.pdf, digest)
    return None

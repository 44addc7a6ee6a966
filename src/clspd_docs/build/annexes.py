"""The annexes of a session's agenda: read once, handed to the packets whose readers may see them."""

from __future__ import annotations

from dataclasses import dataclass

from clspd_docs.build.loading import NO_ANNEX
from clspd_docs.build.produce import Workshop
from clspd_docs.build.workspace import ANNEXES
from clspd_docs.documents.contexts import niveaux_de
from clspd_docs.documents.plan import SessionPlan
from clspd_docs.domain.listes import Diffusion
from clspd_docs.domain.seances import Point
from clspd_docs.findings import Finding
from clspd_docs.packets.intake import Annex, intake


@dataclass(frozen=True, slots=True)
class Enclosure:
    """One annex: the key and the title of its piece, who may see it, and its file or why there is none."""

    key: str
    title: str
    level: Diffusion
    annex: Annex | Finding


@dataclass(frozen=True, slots=True)
class Enclosures:
    """The annexes of one session, in the order of its agenda."""

    every: tuple[Enclosure, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is to be told of those that were let in; one that is refused is told by what it holds."""
        return tuple(f for each in self.every if isinstance(each.annex, Annex) for f in each.annex.findings)

    def of(self, readers: Diffusion) -> tuple[Enclosure, ...]:
        """Return what readers of that level may see."""
        return tuple(each for each in self.every if each.level in niveaux_de(readers))


def enclosed(shop: Workshop, plan: SessionPlan) -> Enclosures:
    """Read each annex that the agenda of the session names."""
    return Enclosures(tuple(_enclosure(shop, point) for point in plan.seance.points if point.piece))


def _enclosure(shop: Workshop, point: Point) -> Enclosure:
    place = point.origine.place("piece")
    folder, name = shop.studio.loaded.folder, f"{ANNEXES}/{point.piece}"
    got: Annex | Finding = NO_ANNEX.at(place, value=point.piece)
    if folder.holds(name):
        got = intake(folder.path(name), place, title=point.titre or "", kept=shop.cache.annexes)
    title = f"Pièce jointe au point {point.rang} – {point.titre}"
    return Enclosure(f"annexe-{point.rang}", title, point.diffusion or Diffusion.GROUPE, got)

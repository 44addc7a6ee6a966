"""What became, since a build, of what it was made from: cells, templates, annexes, catalogue. Nothing is written."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Final

from clspd_docs.build.holding import blocked
from clspd_docs.build.loading import Loaded, load
from clspd_docs.build.manifest import Manifest, file_sha256
from clspd_docs.build.produce import Made, Studio
from clspd_docs.build.request import Options, plan_sessions
from clspd_docs.build.workspace import ANNEXES, CATALOGUE, TEMPLATES, Folder
from clspd_docs.documents.catalogue import Etape
from clspd_docs.domain.french import pluriel
from clspd_docs.errors import Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place

CELL = Kind(
    "DOS507",
    Severity.NOTE,
    "Cellule modifiée depuis la fabrication",
    "Ce qui se lit ici a changé depuis la fabrication : {nombre} en dépendent.",
    "Si ces documents ne sont pas encore partis, relancer « clspd-docs build » ; sinon, rien à faire.",
)
FILE = Kind(
    "DOS508",
    Severity.NOTE,
    "Modèle ou annexe modifiés depuis la fabrication",
    "Ce fichier a changé, ou n’est plus là, depuis la fabrication : {nombre} en dépendent.",
    "Si ces papiers ne sont pas encore partis, relancer « clspd-docs build » ; sinon, rien à faire.",
)
UNUSED = Kind(
    "DOS509",
    Severity.NOTE,
    "Classeur modifié sans effet",
    "Le classeur a changé depuis la fabrication, mais aucune des cellules dont ces documents se servent.",
    "Rien à faire.",
)

_PAPERS: Final = ("document ou dossier", "documents ou dossiers")


def differences(folder: Folder, manifest: Manifest) -> list[Finding]:
    """Return DOS507 to DOS509: how the sources in ``folder`` differ from those of the build of ``manifest``.

    The registers are read as of the day of the build. What cannot be read any more is not compared.
    """
    found = [*_files(folder, manifest)]
    try:
        loaded = load(folder, dt.date.fromisoformat(manifest.jour))
        if loaded.book.digest != manifest.workbook_sha256:
            found += [*_cells(loaded, manifest)] or [UNUSED.at(Place(loaded.book.file))]
    except Stop:
        pass
    return found


def _files(folder: Folder, manifest: Manifest) -> Iterator[Finding]:
    """Yield DOS508 for each template, for the catalogue and for each annex that is no longer the same."""
    papers = Counter(document.template for document in manifest.documents)
    for packet in manifest.packets:
        papers.update(packet.templates)
        papers.update(packet.annexes.values())
    known = {f"{TEMPLATES}/{name}": (digest, papers[name]) for name, digest in manifest.templates.items()}
    everything = len(manifest.documents) + len(manifest.packets)
    known[CATALOGUE] = (manifest.catalogue_sha256, everything)
    known |= {f"{ANNEXES}/{name}": (digest, papers[digest]) for name, digest in manifest.annexes.items()}
    for name, (digest, number) in known.items():
        if digest and file_sha256(folder.path(name)) != digest:
            yield FILE.at(Place(name), nombre=pluriel(number, *_PAPERS))


def _cells(loaded: Loaded, manifest: Manifest) -> Iterator[Finding]:
    """Yield DOS507 for each cell, or list of rows, that the documents of ``manifest`` used and that changed."""
    jour = dt.date.fromisoformat(manifest.jour)
    plans, findings = plan_sessions(loaded, Options(jour, (manifest.seance,), tuple(Etape)))
    studio, old = Studio(loaded, blocked(findings), jour), {d.key: d.cells for d in manifest.documents}
    changed: Counter[str] = Counter()
    for job in (job for plan in plans for job in plan.documents if job.key in old):
        made, before = studio.make(job), old[job.key]
        if isinstance(made, Made):
            changed.update(
                cell for cell in before.keys() & made.cells.keys() if before[cell] != made.cells[cell]
            )
        else:
            changed.update({f"{f.place.sheet}!{f.place.cell}" for f in made if f.place.cell})
    for spot, number in sorted(changed.items()):
        sheet, _, cell = spot.partition("!")
        place = Place(loaded.book.file, sheet, None if cell == "*" else cell)
        yield CELL.at(place, nombre=pluriel(number, "document"))

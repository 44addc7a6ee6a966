"""Everything that is read before anything is made: registers, rules, catalogue, templates."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from clspd_docs.build.workspace import ANNEXES, CATALOGUE, TEMPLATES, Folder
from clspd_docs.documents.catalogue import Catalogue, read_catalogue
from clspd_docs.domain.conseil import Conseil
from clspd_docs.findings import Finding, Kind, Severity, in_order
from clspd_docs.origin import Place
from clspd_docs.registers.book import Book
from clspd_docs.registers.council import council
from clspd_docs.registers.read import read
from clspd_docs.registers.sheets import BY_KEY
from clspd_docs.rules.checks import check
from clspd_docs.templates.lint import lint
from clspd_docs.templates.package import open_template
from clspd_docs.templates.render import Template

NO_ANNEX = Kind(
    "COH501",
    Severity.ERROR,
    "Pièce jointe introuvable",
    "Le fichier n’existe pas dans le dossier « annexes ».",
    "Y déposer le fichier, ou corriger son nom.",
    bad="bilan.pdf (absent)",
    good="bilan-2026.pdf",
)
NO_LOGO = Kind(
    "COH502",
    Severity.ERROR,
    "Logo introuvable",
    "Le fichier du logo n’existe pas dans le dossier de travail.",
    "Corriger le chemin, ou vider la cellule pour imprimer sans logo.",
)
EMPTY_REGISTERS = Kind(
    "REG120",
    Severity.WARNING,
    "Registre vide",
    "La feuille « {feuille} » ne contient encore aucune ligne. {usage}",
    "La remplir ; la feuille « Lisez-moi » donne l’ordre.",
)

OTHER_WORKBOOK = Kind(
    "REG009",
    Severity.WARNING,
    "Un second classeur",
    "Ce classeur n’est pas lu : c’est « {lu} » qui l’est.",
    "Ne garder qu’un classeur dans ce dossier ; ranger l’autre ailleurs.",
    bad="registers/clspd.ods à côté de registers/clspd.xlsx",
    good="registers/clspd.xlsx seul",
)

# What the tools for authors end the names of their copies with, and the number that follows when it was taken.
ANNOTATED, CORRECTED = "-a-corriger", "-corrige"
COPY: Final = re.compile(rf"(?:{ANNOTATED}|{CORRECTED})(?:-\d+)?$")
NEEDED: Final = ("organismes", "membres", "seances", "points")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read. ``findings`` are all of them, in order; ``templates`` are those that can be used."""

    folder: Folder
    book: Book
    conseil: Conseil
    catalogue: Catalogue
    templates: Mapping[str, Template]
    findings: tuple[Finding, ...]


def load(folder: Folder, jour: dt.date) -> Loaded:
    """Read the whole working folder, as of the day ``jour``.

    Raises:
        Stop: When the workbook or the catalogue cannot be read at all.
    """
    workbook, *others = folder.workbooks()
    book, findings = read(folder.path(workbook), workbook)
    findings += [OTHER_WORKBOOK.at(Place(name), lu=workbook) for name in others]
    conseil, dangling = council(book)
    findings += dangling
    # A cell that could not be read is told once: no rule adds that it is empty.
    told = {(f.place.sheet, f.place.cell) for f in findings if f.is_error and f.place.cell}
    findings += [f for f in check(conseil, jour) if (f.place.sheet, f.place.cell) not in told]
    findings += _files(folder, conseil)
    findings += [
        EMPTY_REGISTERS.at(
            Place(book.file, BY_KEY[key].title), feuille=BY_KEY[key].title, usage=BY_KEY[key].purpose
        )
        for key in NEEDED
        if not book.rows[key]
    ]
    catalogue, faults = read_catalogue(folder.path(CATALOGUE), CATALOGUE)
    findings += faults
    templates: dict[str, Template] = {}
    for name in catalogue.templates():
        path = folder.path(f"{TEMPLATES}/{name}")
        if path.is_file():
            template, problems = open_checked(path)
            findings += problems
            if template is not None:
                templates[name] = template
    return Loaded(folder, book, conseil, catalogue, templates, tuple(in_order(findings)))


def templates_in(source: Path) -> list[Path]:
    """Return the templates of a folder by name, without the copies that the tools for authors put beside them."""
    return [
        path
        for path in sorted(source.glob("*.docx"))
        if not path.name.startswith("~$") and not COPY.search(path.stem)
    ]


def open_checked(path: Path) -> tuple[Template | None, list[Finding]]:
    """Open and lint one template; None when it cannot be used: a fault in it would lose or show text."""
    opened = open_template(path, f"{TEMPLATES}/{path.name}")
    findings = list(opened.findings)
    if opened.template is not None:
        findings += lint(opened.template)
    sound = not any(f.is_error for f in findings)
    return (opened.template if sound else None), findings


def _files(folder: Folder, conseil: Conseil) -> list[Finding]:
    """Files that the registers name and that are not there."""
    missing = [
        NO_ANNEX.at(point.origine.place("piece"), value=point.piece)
        for point in conseil.points
        if point.piece and not folder.holds(f"{ANNEXES}/{point.piece}")
    ]
    logo = conseil.parametres.logo
    if logo and not folder.holds(logo):
        missing.append(NO_LOGO.at(conseil.parametres.origine.place("logo"), value=logo))
    return missing

"""``doctor``: what this machine has, what is missing, what to do."""

from __future__ import annotations

import os
import platform
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from clspd_docs.build.converter import converter
from clspd_docs.build.loading import open_checked, templates_in
from clspd_docs.build.workspace import CATALOGUE, TEMPLATES, Folder
from clspd_docs.conversion.apercu import find_apercu
from clspd_docs.conversion.fonts import docx_families, missing_fonts
from clspd_docs.conversion.word import find_word
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.rules.communes import source
from clspd_docs.version import tool_version

NOT_WRITABLE = Kind(
    "ENV206",
    Severity.ERROR,
    "Dossier protégé en écriture",
    "Le dossier de travail n’est pas accessible en écriture.",
    "Choisir un dossier où l’on peut écrire, hors du bureau synchronisé si possible.",
)
OPEN_ELSEWHERE = Kind(
    "ENV207",
    Severity.NOTE,
    "Classeur ouvert",
    "Le classeur est ouvert dans Excel ou LibreOffice.",
    "L’enregistrer avant de lancer « clspd-docs » : seul ce qui est enregistré est lu.",
)
NO_FOLDER = Kind(
    "ENV208",
    Severity.NOTE,
    "Pas de dossier de travail ici",
    "Il n’y a pas de classeur dans ce dossier.",
    "Se placer dans un dossier de travail (option -C), ou en créer un avec « clspd-docs init ».",
)


@dataclass(frozen=True, slots=True)
class Checkup:
    """What was seen, as label → value, and the findings; ``exit_code`` is 4 when no converter is found."""

    facts: dict[str, str]
    findings: tuple[Finding, ...]
    exit_code: ExitCode | None


def checkup(folder: Folder) -> Checkup:
    """Look at the machine and at the working folder; no name of a person comes out."""
    facts = {
        "Programme": tool_version(),
        "Python": platform.python_version(),
        "Système": f"{platform.system()} {platform.release()}",
        "Encodage": str(sys.stdout.encoding),
        "Fuseau horaire": time.tzname[0],
        "Dossier de travail": str(folder.root.resolve()),
    }
    findings: list[Finding] = []
    exit_code = None
    try:
        choice = converter(folder)
        facts["Convertisseur utilisé"] = f"{choice.name} {choice.version} ({choice.why})"
        findings += choice.findings
        if choice.program:
            facts["LibreOffice"] = f"{choice.program.version} – {choice.program.path}"
        families = {f for path in templates_in(folder.path(TEMPLATES)) for f in docx_families(path)}
        findings += missing_fonts(families, choice.program)
        facts["Polices des modèles"] = ", ".join(sorted(families)) or "aucune"
    except Stop as stop:
        facts["Convertisseur utilisé"] = "aucun"
        findings.append(stop.finding)
        exit_code = stop.exit_code
    word = find_word()
    facts["Word"] = word.fault or word.version
    facts["Aperçu"] = find_apercu() or "complément « apercu » non installé"
    facts["Liste des communes"] = source().about
    findings += _folder(folder, facts)
    return Checkup(facts, tuple(findings), exit_code)


def _folder(folder: Folder, facts: dict[str, str]) -> list[Finding]:
    workbook = folder.workbooks()[0]
    if not folder.path(workbook).is_file():
        return [NO_FOLDER.at(Place(workbook))]
    findings: list[Finding] = []
    if not os.access(folder.root, os.W_OK):
        findings.append(NOT_WRITABLE.at(Place(str(folder.root))))
    name = Path(workbook).name
    if any((folder.root / "registers" / lock).exists() for lock in (f"~${name}", f".~lock.{name}#")):
        findings.append(OPEN_ELSEWHERE.at(Place(workbook)))
    found = [open_checked(path) for path in templates_in(folder.path(TEMPLATES))]
    sound = sum(
        1 for template, faults in found if template is not None and not any(f.is_error for f in faults)
    )
    facts["Modèles"] = f"{sound} utilisables sur {len(found)} ; catalogue : {CATALOGUE}"
    return findings

"""The working folder: where everything is, what a new one holds, and the machine's settings."""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from clspd_docs.errors import ExitCode, Stop, toml_detail
from clspd_docs.findings import Kind, Severity
from clspd_docs.origin import Place

BAD_SETTINGS = Kind(
    "ENV201",
    Severity.ERROR,
    "Réglages illisibles",
    "Le fichier de réglages n’est pas correct : {detail}.",
    "Corriger le fichier, ou le supprimer pour revenir aux réglages par défaut.",
)
NOT_EMPTY = Kind(
    "ENV202",
    Severity.ERROR,
    "Dossier déjà utilisé",
    "Ce dossier contient déjà « {nom} » : rien n’a été écrit.",
    "Choisir un autre dossier, ou un dossier vide.",
)
CANNOT_WRITE = Kind(
    "ENV203",
    Severity.ERROR,
    "Écriture impossible",
    "Le système refuse l’écriture à cet endroit.",
    "Vérifier les droits sur le dossier et la place libre, fermer les fichiers ouverts, puis recommencer.",
)

SETTINGS: Final = "clspd-docs.toml"
WORKBOOK: Final = "registers/clspd.xlsx"
OTHER_WORKBOOKS: Final = ("registers/clspd.xlsm", "registers/clspd.ods", "registers/clspd.xls")
TEMPLATES: Final = "templates_docx"
CATALOGUE: Final = "templates_docx/catalogue.toml"
ANNEXES: Final = "annexes"
OUTPUT: Final = "sorties"
BLANK_WORKBOOK: Final = "registers/clspd-vierge.xlsx"

SETTINGS_TEXT: Final = """\
# Réglages de cette machine. Tout ce que le secrétariat décide est dans le classeur, pas ici.
# [conversion]
# soffice = "C:/Program Files/LibreOffice/program/soffice.exe"   # si LibreOffice n’est pas trouvé
# delai_secondes = 60                                            # temps accordé à un document
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """Machine matters only. ``soffice``: path of LibreOffice, None to look for it."""

    soffice: str | None = None
    delai_secondes: float = 60.0


@dataclass(frozen=True, slots=True)
class Folder:
    """A working folder."""

    root: Path

    def path(self, relative: str) -> Path:
        """Return the path of something named relative to the folder."""
        return self.root / relative

    def holds(self, relative: str) -> bool:
        """True when the path is that of a file inside the folder; a register cannot point outside of it."""
        path = self.path(relative)
        try:
            return path.is_file() and path.resolve().is_relative_to(self.root.resolve())
        except (OSError, ValueError):  # a name that no file can have
            return False

    def workbooks(self) -> tuple[str, ...]:
        """Return the workbooks that are there, relative to the folder: the first one is read."""
        names = (WORKBOOK, *OTHER_WORKBOOKS)
        return tuple(name for name in names if self.path(name).exists()) or (WORKBOOK,)

    @property
    def output(self) -> Path:
        """Where the results are published."""
        return self.root / OUTPUT

    def settings(self) -> Settings:
        """Return the machine's settings; the defaults without a file.

        Raises:
            Stop: ENV201 when the file cannot be understood.
        """
        path = self.path(SETTINGS)
        if not path.is_file():
            return Settings()
        try:
            data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            detail = toml_detail(error)
            raise Stop(BAD_SETTINGS.at(Place(SETTINGS), detail=detail), ExitCode.USAGE) from error
        section = data.get("conversion", {})
        known = {field.name for field in fields(Settings)}
        for name in section.keys() - known:
            detail = f"réglage inconnu « {name} »"
            raise Stop(BAD_SETTINGS.at(Place(SETTINGS), detail=detail), ExitCode.USAGE)
        return Settings(**section)


def shipped() -> Path:
    """Return the folder of the shipped templates and workbooks: in the wheel, or the checkout's root."""
    packaged = Path(str(files("clspd_docs").joinpath("shipped")))
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[3]


def init(root: Path, *, example: bool) -> Folder:
    """Make a new working folder at ``root``; nothing that exists is overwritten.

    Raises:
        Stop: ENV202 when something of ours is already there, ENV203 when the folder cannot be written.
    """
    for name in (SETTINGS, WORKBOOK, TEMPLATES):
        if (root / name).exists():
            raise Stop(NOT_EMPTY.at(Place(str(root)), nom=name), ExitCode.USAGE)
    source = shipped()
    try:
        root.mkdir(parents=True, exist_ok=True)
        (root / "registers").mkdir(exist_ok=True)
        shutil.copytree(source / TEMPLATES, root / TEMPLATES)
        shutil.copyfile(source / (WORKBOOK if example else BLANK_WORKBOOK), root / WORKBOOK)
        if example:
            shutil.copytree(source / ANNEXES, root / ANNEXES)
        else:
            (root / ANNEXES).mkdir(exist_ok=True)
        (root / SETTINGS).write_text(SETTINGS_TEXT, encoding="utf-8")
    except OSError as error:
        raise Stop(CANNOT_WRITE.at(Place(str(root)))) from error
    return Folder(root)

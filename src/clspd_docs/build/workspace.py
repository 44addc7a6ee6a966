"""The working folder: where everything is, what a new one holds, and the machine's settings."""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from clspd_docs.build.files import exists, is_file
from clspd_docs.conversion.engine import Moteur
from clspd_docs.errors import ExitCode, Stop, toml_detail
from clspd_docs.findings import Kind, Severity
from clspd_docs.origin import Place

BAD_SETTINGS = Kind(
    "ENV201",
    Severity.ERROR,
    "Réglages illisibles",
    "Le fichier de réglages n’est pas correct : {detail}.",
    "Corriger le fichier, ou le supprimer pour revenir aux réglages par défaut.",
)
NOT_EMPTY = Kind(
    "ENV202",
    Severity.ERROR,
    "Dossier déjà utilisé",
    "Ce dossier contient déjà « {nom} » : rien n’a été écrit.",
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
# moteur = "auto"    # ou "libreoffice", "word" (Windows), "gotenberg" (un serveur), "apercu" (à relire seulement)
# url = "https://gotenberg.mairie.example"                       # adresse du serveur, avec moteur = "gotenberg"
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """Machine matters only.

    Args:
        soffice: Path of LibreOffice, None to look for it.
        delai_secondes: Time that one document may take.
        moteur: Which converter: a value of ``Moteur``.
        url: Address of the Gotenberg server; empty for none.
    """

    soffice: str | None = None
    delai_secondes: float = 60.0
    moteur: str = Moteur.AUTO
    url: str = ""


def _settings_fault(section: Any) -> str:
    """Return what is wrong with the section « conversion », in French; empty when nothing is."""
    if not isinstance(section, dict):
        return "« conversion » doit être une section"
    unknown = sorted(section.keys() - {field.name for field in fields(Settings)})
    seconds, moteur = section.get("delai_secondes", 1), section.get("moteur", Moteur.AUTO)
    faults = (
        (unknown, f"réglage inconnu « {', '.join(unknown)} »"),
        (not isinstance(section.get("soffice", ""), str), "« soffice » doit être un texte entre guillemets"),
        (
            not isinstance(seconds, int | float) or not seconds > 0,
            "« delai_secondes » doit être un nombre de secondes",
        ),
        (moteur not in list(Moteur), f"« moteur » doit être l’un de {', '.join(Moteur)}"),
        (
            moteur == Moteur.GOTENBERG and not _is_address(section.get("url")),
            'avec moteur = "gotenberg", « url » doit être une adresse http:// ou https://',
        ),
    )
    return next((words for is_wrong, words in faults if is_wrong), "")


def _is_address(url: object) -> bool:
    """True of the address of a server; a name and a password have no place in it."""
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        return (
            parts is not None
            and parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and (parts.port != 0 and parts.username is None and not parts.query)
        )
    except ValueError:
        return False


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
        return tuple(name for name in names if exists(self.path(name))) or (WORKBOOK,)

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
        if not is_file(path):
            return Settings()
        try:
            data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            detail = toml_detail(error)
            raise Stop(BAD_SETTINGS.at(Place(SETTINGS), detail=detail), ExitCode.USAGE) from error
        except OSError as error:
            detail = "le système refuse sa lecture"
            raise Stop(BAD_SETTINGS.at(Place(SETTINGS), detail=detail), ExitCode.USAGE) from error
        section = data.get("conversion", {})
        if fault := _settings_fault(section):
            raise Stop(BAD_SETTINGS.at(Place(SETTINGS), detail=fault), ExitCode.USAGE)
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
        if exists(root / name):
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

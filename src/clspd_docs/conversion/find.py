"""Where LibreOffice is on this machine, and which one, without starting it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place

VARIABLE: Final = "CLSPD_SOFFICE"
SETTING: Final = Place("clspd-docs.toml", part="[conversion] soffice")

_INSTALL: Final = (
    "Debian ou Ubuntu : « sudo apt install libreoffice-writer » ; Windows et macOS : "
    "https://fr.libreoffice.org. S’il est installé ailleurs que d’habitude, donner son "
    'emplacement dans clspd-docs.toml, section [conversion] : soffice = "…"'
)
MISSING = Kind(
    "ENV101",
    Severity.ERROR,
    "LibreOffice introuvable",
    "LibreOffice, qui transforme les documents Word en PDF, n’a pas été trouvé sur cet ordinateur.",
    f"Installer LibreOffice, puis relancer la commande. {_INSTALL}. En attendant, le complément « apercu » du "
    'programme (« pip install "clspd-docs[apercu]" ») donne des PDF à relire, pas à signer.',
)
NOT_THERE = Kind(
    "ENV102",
    Severity.ERROR,
    "Emplacement de LibreOffice inexact",
    "Le programme indiqué pour LibreOffice n’existe pas ou n’est pas LibreOffice : {programme}.",
    "Corriger l’emplacement ({source}), ou l’enlever : LibreOffice est alors cherché aux endroits habituels.",
    bad='soffice = "C:/LibreOffice/soffice.exe"',
    good='soffice = "C:/Program Files/LibreOffice/program/soffice.exe"',
)

_PROBE_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class OfficeProgram:
    """A LibreOffice that can be started.

    Args:
        path: The program (``soffice``).
        version: As its About box gives it ("7.4.7.2").
        build_id: What the installation calls itself; empty when it does not say.
    """

    path: Path
    version: str
    build_id: str


def find_office(setting: str | None = None) -> OfficeProgram:
    """Return the LibreOffice to use: CLSPD_SOFFICE, else ``setting``, else PATH, else the usual folders.

    Args:
        setting: ``soffice`` of clspd-docs.toml: a path, or a name to look for in PATH.

    Raises:
        Stop: ENV101 when there is none, ENV102 when the one asked for is not LibreOffice
            (exit code PROGRAM_MISSING).
    """
    variable = os.environ.get(VARIABLE)
    asked, source = (variable, VARIABLE) if variable else (setting, "clspd-docs.toml")
    if asked:
        path = shutil.which(os.path.expanduser(asked))  # noqa: PTH111 - on Windows which() takes no Path
        version = _version(path) if path else None
        if path is None or version is None:
            raise _stop(NOT_THERE.at(SETTING, programme=asked, source=source))
        return OfficeProgram(Path(path), version, _build_id(Path(path)))
    for candidate in _candidates():
        path = shutil.which(candidate)
        version = _version(path) if path else None
        if path and version:
            return OfficeProgram(Path(path), version, _build_id(Path(path)))
    raise _stop(MISSING.at(SETTING))


def _stop(finding: Finding) -> Stop:
    return Stop(finding, ExitCode.PROGRAM_MISSING)


def _candidates() -> Iterator[str]:
    """Yield names for PATH, then full paths."""
    yield "soffice"
    yield "libreoffice"
    if sys.platform == "win32":
        for variable in ("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"):
            root = Path(os.environ.get(variable, "C:/Program Files"))
            for folder in (root, root / "Programs"):
                yield str(folder / "LibreOffice" / "program" / "soffice.exe")
    elif sys.platform == "darwin":
        for folder in (Path("/Applications"), Path.home() / "Applications"):
            yield str(folder / "LibreOffice.app" / "Contents" / "MacOS" / "soffice")
    else:
        for folder in (Path("/usr/lib/libreoffice"), Path("/usr/lib64/libreoffice")):
            yield str(folder / "program" / "soffice")
        for folder in sorted(Path("/opt").glob("libreoffice*"), reverse=True):
            yield str(folder / "program" / "soffice")


@lru_cache
def _version(path: str) -> str | None:
    """Read the version in the installation's settings (3 ms), else ask the program itself."""
    for settings in _installed(Path(path), "share/registry/main.xcd", "Resources/registry/main.xcd"):
        found = re.search(rb'"ooSetupVersionAboutBox">\s*<value>([\d.]+)<', settings.read_bytes())
        if found:
            return found[1].decode()
    try:
        answer = subprocess.run(  # noqa: S603 - the program that the user named or installed
            [path, "--version"], capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    words = re.search(r"LibreOffice\D*(\d+(?:\.\d+)+)", answer.stdout)
    return words[1] if words else None


def _build_id(path: Path) -> str:
    for file in _installed(path, "program/versionrc", "program/version.ini", "Resources/versionrc"):
        found = re.search(r"^buildid=(.*)$", file.read_text("utf-8", "replace"), re.MULTILINE)
        if found:
            return found[1].strip()
    return ""


def _installed(path: Path, *names: str) -> Iterator[Path]:
    """Yield those of ``names`` that exist in the installation around the program ``path``."""
    home = path.resolve().parent.parent
    return (home / name for name in names if (home / name).is_file())

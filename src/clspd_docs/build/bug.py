"""Our own fault, told in one sentence, its frames left in a file: no value of the workbook, no traceback."""

from __future__ import annotations

import traceback
from pathlib import Path

from clspd_docs.version import tool_version


def our_bug(error: Exception, folder: Path) -> str:
    """Return the short message for ``error``, after writing its frames to a file of ``folder``."""
    path = folder.absolute() / "clspd-docs-erreur.txt"
    frames = "".join(traceback.format_tb(error.__traceback__))
    try:
        path.write_text(f"{tool_version()}\n{type(error).__name__}\n{frames}", encoding="utf-8")
        where = f"Le détail est dans « {path} », sans donnée du classeur : joignez-le à votre signalement."
    except OSError:
        where = "Le détail n’a pas pu être écrit."
    return f"Erreur interne de clspd-docs ({type(error).__name__}). {where}"

"""The converter that a working folder's settings and this machine come to."""

from __future__ import annotations

from collections.abc import Iterable

from clspd_docs.build.workspace import TEMPLATES, Folder
from clspd_docs.conversion.choose import Choice, choose
from clspd_docs.conversion.engine import Moteur
from clspd_docs.conversion.find import find_office
from clspd_docs.conversion.fonts import docx_families, missing_fonts
from clspd_docs.errors import Stop
from clspd_docs.findings import Finding


def converter(folder: Folder) -> Choice:
    """Return the converter to use for ``folder``; no program is started.

    Raises:
        Stop: ENV201 when the settings are wrong, else as ``choose``.
    """
    settings = folder.settings()
    return choose(settings.moteur, soffice=settings.soffice, url=settings.url)


def fonts_lacking(folder: Folder, templates: Iterable[str]) -> list[Finding]:
    """Return ENV105 for each font of ``templates`` that this machine lacks; none when no LibreOffice of its own converts."""
    try:
        settings = folder.settings()
        if settings.moteur not in {Moteur.AUTO, Moteur.LIBREOFFICE}:
            return []
        program = find_office(settings.soffice)
    except Stop:  # the build tells
        return []
    families = {f for name in templates for f in docx_families(folder.path(f"{TEMPLATES}/{name}"))}
    return missing_fonts(families, program)

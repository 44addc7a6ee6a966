"""The converter that a working folder's settings and this machine come to."""

from __future__ import annotations

from clspd_docs.build.workspace import Folder
from clspd_docs.conversion.choose import Choice, choose


def converter(folder: Folder) -> Choice:
    """Return the converter to use for ``folder``; no program is started.

    Raises:
        Stop: ENV201 when the settings are wrong, else as ``choose``.
    """
    settings = folder.settings()
    return choose(settings.moteur, soffice=settings.soffice, url=settings.url)

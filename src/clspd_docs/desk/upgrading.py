"""``registers upgrade``: the folder's workbook to the present schema, after a dated copy; or a new one beside it."""

from __future__ import annotations

import datetime as dt
import hashlib
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from typing import Final

from clspd_docs.build.files import exists, write_new, write_whole
from clspd_docs.build.report import Report
from clspd_docs.build.workspace import CANNOT_WRITE, Folder
from clspd_docs.desk.template_files import name_in
from clspd_docs.errors import Stop
from clspd_docs.findings import Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.registers.preflight import Form, bytes_of
from clspd_docs.registers.schema import SCHEMA_VERSION
from clspd_docs.registers.upgrade import Upgrade, upgrade

LOST = Kind(
    "REG162",
    Severity.WARNING,
    "Non repris dans le nouveau classeur",
    "Le programme ne sait pas récrire {quoi}.",
    "Le refaire dans le nouveau classeur si cela sert encore ; l’ancien classeur n’est pas modifié.",
)
OPEN = Kind(
    "REG163",
    Severity.ERROR,
    "Classeur ouvert",
    "Le classeur est ouvert dans Excel ou LibreOffice : rien n’a été écrit.",
    "L’enregistrer, le fermer, puis recommencer. S’il n’est ouvert nulle part, supprimer le fichier"
    " « {verrou} » du même dossier.",
)
CHANGED = Kind(
    "REG164",
    Severity.ERROR,
    "Classeur modifié entre-temps",
    "Le classeur a été enregistré pendant la mise à niveau : rien n’a été écrit.",
    "Le fermer, puis recommencer.",
)

NAME: Final = "registers upgrade"


def upgrade_workbook(folder: Folder, now: dt.datetime, *, fresh: bool, preview: bool) -> Report:
    """Bring the folder's workbook to the present schema.

    Args:
        folder: The working folder.
        now: Civil date and time, for the name of the copy.
        fresh: Leave the workbook as it is and write a new one beside it, as when something would be lost.
        preview: Write nothing.

    Returns:
        The report; ``more`` holds ``changes`` (French phrases), ``path`` (the workbook written or to be written,
        None when there is nothing to do) and ``backup`` (the dated copy, None when there is none).

    Raises:
        Stop: REG001 to REG010, REG161, REG163 (open), REG164 (saved meanwhile), ENV203; nothing is changed then.
    """
    name = folder.workbooks()[0]
    done = upgrade(folder.path(name), name)
    more = {"changes": list(done.changes), "workbook": name, "preview": preview}
    if not done.changes:
        return Report(NAME, more={**more, "path": None, "backup": None})
    path, backup = folder.path(name), None
    if fresh or done.lost or done.form is not Form.XLSX or path.suffix != ".xlsx":
        new = _free(path.with_name(f"{path.stem}-v{SCHEMA_VERSION}.xlsx"))
    else:
        new = path.resolve() if path.is_symlink() else path  # a link stays one
        backup = _free(new.with_stem(f"{new.stem} {now:%Y-%m-%d %Hh%M}"))
    if not preview:
        _write(done, path, new, backup, Place(name))
    findings = [LOST.at(Place(name), quoi=what) for what in done.lost]
    shown = {
        "path": name if backup else Path(name).with_name(new.name).as_posix(),
        "backup": name_in(folder, backup) if backup else None,
    }
    return Report(NAME, findings, more={**more, **shown})


def _free(path: Path) -> Path:
    """Return ``path``, or the first « … (2) » that does not exist yet."""
    names = chain([path], (path.with_stem(f"{path.stem} ({number})") for number in count(2)))
    return next(name for name in names if not exists(name))


def _write(done: Upgrade, path: Path, new: Path, backup: Path | None, place: Place) -> None:
    """Write the new workbook; a copy of the old one comes first when the new one takes its place."""
    if backup is not None:
        for beside in (path, new):
            for lock in (f"~${beside.name}", f".~lock.{beside.name}#"):
                if exists(beside.with_name(lock)):
                    raise Stop(OPEN.at(place, verrou=lock))
    original = bytes_of(path, place)
    if hashlib.sha256(original).hexdigest() != done.digest:
        raise Stop(CHANGED.at(place))
    try:
        if backup is None:
            write_new(new.parent, [new.name], done.data, like=path)
            return
        write_new(backup.parent, [backup.name], original)
        try:
            write_whole(new, done.data)
        except OSError:
            with suppress(OSError):
                backup.unlink()
            raise
    except OSError as error:
        raise Stop(CANNOT_WRITE.at(place)) from error

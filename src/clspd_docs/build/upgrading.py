"""``registers upgrade``: the folder's workbook to the present schema, after a dated copy; or a new one beside it."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from itertools import chain, count
from pathlib import Path
from typing import Final

from clspd_docs.build.report import Report
from clspd_docs.build.workspace import CANNOT_WRITE, Folder
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
    old, backup = Path(name), None
    if fresh or done.lost or done.form is not Form.XLSX or old.suffix != ".xlsx":
        new = _free(folder, old.with_name(f"{old.stem}-v{SCHEMA_VERSION}.xlsx"))
    else:
        new, backup = old, _free(folder, old.with_stem(f"{old.stem} {now:%Y-%m-%d %Hh%M}"))
    if not preview:
        _write(folder, done, old, new, backup)
    findings = [LOST.at(Place(name), quoi=what) for what in done.lost]
    shown = {"path": new.as_posix(), "backup": backup.as_posix() if backup else None}
    return Report(NAME, findings, more={**more, **shown})


def _free(folder: Folder, path: Path) -> Path:
    """Return ``path``, or the first « … (2) » that does not exist yet."""
    names = chain([path], (path.with_stem(f"{path.stem} ({number})") for number in count(2)))
    return next(name for name in names if not folder.path(name.as_posix()).exists())


def _write(folder: Folder, done: Upgrade, old: Path, new: Path, backup: Path | None) -> None:
    """Write the new workbook; a copy of the old one comes first when the new one takes its place."""
    path, place = folder.path(old.as_posix()), Place(old.as_posix())
    if backup is not None:
        for lock in (f"~${old.name}", f".~lock.{old.name}#"):
            if path.with_name(lock).exists():
                raise Stop(OPEN.at(place, verrou=lock))
    original = bytes_of(path, place)
    if hashlib.sha256(original).hexdigest() != done.digest:
        raise Stop(CHANGED.at(place))
    beside = folder.path(f"{new.as_posix()}.tmp")
    made: list[Path] = []
    try:
        beside.unlink(missing_ok=True)  # of a run that was killed
        if backup is not None:
            made.append(_written(folder.path(backup.as_posix()), original))
        made.append(_written(beside, done.data))
        shutil.copymode(path, beside)
        beside.replace(folder.path(new.as_posix()))
    except OSError as error:
        for target in made:
            target.unlink(missing_ok=True)
        raise Stop(CANNOT_WRITE.at(Place(new.as_posix()))) from error


def _written(path: Path, data: bytes) -> Path:
    """Write a new file and read it again.

    Raises:
        OSError: when it is there already, cannot be written, or does not read back equal; no file is left then.
    """
    with path.open("xb") as stream:
        try:
            stream.write(data)
            stream.flush()
            is_whole = path.read_bytes() == data
        except OSError:
            is_whole = False
    if not is_whole:
        path.unlink(missing_ok=True)
        raise OSError(f"not whole: {path.name}")
    return path

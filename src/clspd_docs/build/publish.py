"""The only code that touches the output folder: a session's folder is replaced whole, or not at all."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from clspd_docs.build.files import edited_name
from clspd_docs.build.manifest import MANIFEST, Manifest, file_sha256
from clspd_docs.build.signed import REPLACED, signatures, told
from clspd_docs.build.workspace import CANNOT_WRITE, OUTPUT
from clspd_docs.domain.french import slug
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place

BUSY = Kind(
    "ENV204",
    Severity.ERROR,
    "Autre construction en cours",
    "Une autre construction est en cours dans ce dossier.",
    "Attendre qu’elle se termine, puis relancer la commande.",
)
EDITED = Kind(
    "ENV205",
    Severity.WARNING,
    "Fichier modifié à la main",
    "Le fichier a été modifié à la main : la version modifiée est gardée sous le nom « {copie} ».",
    "Reporter la correction dans le classeur ou dans le modèle, puis supprimer la copie.",
)

FULL = Kind(
    "ENV215",
    Severity.ERROR,
    "Disque plein",
    "Il n’y a plus de place sur le disque : la préparation s’est arrêtée, ce qui était publié avant est intact.",
    "Libérer de la place (vider la corbeille, supprimer d’anciens fichiers), puis relancer la commande.",
)
HELD_OPEN = Kind(
    "ENV216",
    Severity.ERROR,
    "Document ouvert dans un autre programme",
    "Ce document est ouvert dans un autre programme, qui empêche de le remplacer : les documents de cette séance "
    "restent tels qu’ils étaient.",
    "Fermer le document, puis relancer la commande : ce qui est déjà converti ne sera pas refait.",
)

LOCK: Final = ".verrou"
WORK: Final = ".en-cours-"
OLD: Final = ".ancien-"

_log = logging.getLogger(__name__)


@contextmanager
def lock(output: Path) -> Iterator[None]:
    """Hold the output folder for one build; what a killed build left is put back in order first.

    The system frees the lock of a build that dies. Its file stays: deleting it would let two builds hold it.

    Raises:
        Stop: ENV204 while another build runs, ENV203 or ENV215 when the folder cannot be written.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
        stream = (output / LOCK).open("ab")
    except OSError as error:
        raise refused(output, OUTPUT, error) from error
    with stream:
        try:
            _hold(stream.fileno())
        except (BlockingIOError, PermissionError):
            raise Stop(BUSY.at(Place(f"{OUTPUT}/{LOCK}")), ExitCode.NOTHING_READ) from None
        except OSError:  # a disk that knows no locks
            _log.info("%s cannot be locked", output)
        _recover(output)
        yield


if sys.platform == "win32":
    import msvcrt

    def _hold(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _hold(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _recover(output: Path) -> None:
    """Give back a session's folder whose replacement was cut short, and drop half-made work."""
    for old in output.glob(f"{OLD}*"):
        target = output / old.name.removeprefix(OLD)
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(target)
    for work in output.glob(f"{WORK}*"):
        shutil.rmtree(work, ignore_errors=True)


def session_folder(output: Path, seance: str) -> Path:
    """Return the folder of a session's results."""
    return output / slug(seance)


def publish(
    output: Path, manifest: Manifest, fresh: Mapping[str, Path | bytes], previous: Manifest | None
) -> list[Finding]:
    """Replace the session's folder by one that holds exactly what ``manifest`` lists, and the user's own files.

    Args:
        output: The output folder, locked by this build.
        manifest: What the folder must hold.
        fresh: New contents by relative path; what is not there is kept from the folder as it is.
        previous: The manifest of the present folder.

    Returns:
        ENV205 for each file edited by hand, ENV223 for each signed: that version is kept beside under another name.

    Raises:
        Stop: ENV215 when the disk is full, ENV216 when a file is held open, else ENV203; the previous folder is
            then whole.
    """
    target = session_folder(output, manifest.seance)
    work = output / f"{WORK}{target.name}"
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        findings = _keep(target, work, manifest, fresh, previous)
        for name, content in fresh.items():
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            else:
                _link(content, path)
        (work / MANIFEST).write_text(manifest.text(), encoding="utf-8")
        _swap(work, target, output / f"{OLD}{target.name}")
    except OSError as error:
        shutil.rmtree(work, ignore_errors=True)
        raise refused(target, f"{OUTPUT}/{target.name}", error) from error
    return findings


def refused(folder: Path, name: str, error: OSError) -> Stop:
    """Return what to tell of a folder that the system does not let us write, ``name`` for the user."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Stop(FULL.at(Place(name)))
    files = folder.rglob("*") if isinstance(error, PermissionError) else ()
    held = next((path for path in sorted(files) if path.is_file() and _is_held(path)), None)
    if held is not None:
        return Stop(HELD_OPEN.at(Place(f"{name}/{held.relative_to(folder).as_posix()}")))
    return Stop(CANNOT_WRITE.at(Place(name)))


def _is_held(path: Path) -> bool:
    """True when a program keeps others from writing the file, as viewers do on Windows."""
    if not os.access(path, os.W_OK):
        return False
    try:
        path.open("r+b").close()
    except OSError:
        return True
    return False


def _keep(
    target: Path, work: Path, manifest: Manifest, fresh: Mapping[str, Path | bytes], previous: Manifest | None
) -> list[Finding]:
    """Carry over what stays: unchanged outputs, hand-edited ones under another name, the user's own files."""
    findings: list[Finding] = []
    ours = previous.files() if previous else {}
    listed = manifest.files()
    for path in sorted(target.rglob("*")) if target.is_dir() else []:
        name = path.relative_to(target).as_posix()
        if not path.is_file() or name in {MANIFEST, "index.html"}:
            continue
        if name in listed and name not in fresh:  # unchanged, signed, or not looked at by this build
            _link(path, work / name)
        elif _is_edited(path, ours.get(name), fresh.get(name)):
            fields, place = signatures(path), Place(f"{OUTPUT}/{target.name}/{name}")
            copy = edited_name(work / name, "signé" if fields else "modifié à la main")
            facts = {"champs": told(fields)} if fields else {}
            findings.append((REPLACED if fields else EDITED).at(place, copie=copy.name, **facts))
            _link(path, copy)
        elif name not in fresh and name not in ours:
            _link(path, work / name)
    return findings


def _is_edited(path: Path, published: str | None, fresh: Path | bytes | None) -> bool:
    """True when the file is no longer the one published; without a manifest, a Word file unlike the new one.

    And a signed PDF, of which the build always has a new version then.
    """
    if published is not None:
        return file_sha256(path) != published
    if path.suffix == ".docx":
        return isinstance(fresh, bytes) and path.read_bytes() != fresh
    return fresh is not None and bool(signatures(path))


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)


def _swap(work: Path, target: Path, old: Path) -> None:
    """Put ``work`` in the place of ``target``; a cut between the two renames is mended by ``_recover``."""
    if target.exists():
        target.rename(old)
        try:
            work.rename(target)
        except OSError:
            old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    else:
        work.rename(target)

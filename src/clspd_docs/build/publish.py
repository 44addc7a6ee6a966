"""The only code that touches the output folder: a session's folder is replaced whole, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from clspd_docs.build.manifest import MANIFEST, Manifest, file_sha256
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
    "Attendre qu’elle se termine. S’il n’y en a pas, supprimer le fichier « sorties/.verrou ».",
)
EDITED = Kind(
    "ENV205",
    Severity.WARNING,
    "Fichier modifié à la main",
    "Le fichier a été modifié à la main : la version modifiée est gardée sous le nom « {copie} ».",
    "Reporter la correction dans le classeur ou dans le modèle, puis supprimer la copie.",
)

LOCK: Final = ".verrou"
WORK: Final = ".en-cours-"
OLD: Final = ".ancien-"


@contextmanager
def lock(output: Path) -> Iterator[None]:
    """Hold the output folder for one build; what a killed build left is put back in order first.

    Raises:
        Stop: ENV204 while another build runs, ENV203 when the folder cannot be written.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
        _take(output / LOCK)
    except OSError as error:
        raise Stop(CANNOT_WRITE.at(Place(OUTPUT))) from error
    try:
        _recover(output)
        yield
    finally:
        (output / LOCK).unlink(missing_ok=True)


def _take(path: Path) -> None:
    for attempt in (1, 2):
        try:
            with path.open("x", encoding="ascii") as stream:
                stream.write(str(os.getpid()))
        except FileExistsError:
            if attempt == 1 and _is_stale(path):
                path.unlink(missing_ok=True)
                continue
            raise Stop(BUSY.at(Place(f"{OUTPUT}/{LOCK}")), ExitCode.NOTHING_READ) from None
        return


def _is_stale(path: Path) -> bool:
    try:
        pid = int(path.read_text(encoding="ascii") or 0)
    except (OSError, ValueError):
        return True
    if os.name == "nt":  # no signal 0 there; the file of a living build is held open by nobody either
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return pid == 0


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
        ENV205 for each file edited by hand: its edited version is kept beside under another name.

    Raises:
        Stop: ENV203 when the disk is full or a file is held open; the previous folder is then whole.
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
        raise Stop(CANNOT_WRITE.at(Place(f"{OUTPUT}/{target.name}"))) from error
    return findings


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
        if _is_edited(path, ours.get(name), fresh.get(name)):
            copy = _free(work / name)
            findings.append(EDITED.at(Place(f"{OUTPUT}/{target.name}/{name}"), copie=copy.name))
            _link(path, copy)
        elif name not in fresh and (name not in ours or name in listed):
            _link(path, work / name)
    return findings


def _is_edited(path: Path, published: str | None, fresh: Path | bytes | None) -> bool:
    """True when the file is no longer the one published; without a manifest, a Word file unlike the new one."""
    if published is not None:
        return file_sha256(path) != published
    return isinstance(fresh, bytes) and path.suffix == ".docx" and path.read_bytes() != fresh


def _free(path: Path) -> Path:
    """Return the name under which an edited version of ``path`` is kept; earlier ones are not replaced."""
    copy, number = path.with_name(f"{path.stem} (modifié à la main){path.suffix}"), 2
    while copy.exists():
        copy = path.with_name(f"{path.stem} (modifié à la main {number}){path.suffix}")
        number += 1
    return copy


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

"""Files that others may hold or have put there: asked about, read within limits, written whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

MAX_EXISTING: Final = 64 * 2**20  # bytes; a copy of the largest workbook that is read is below


def exists(path: Path) -> bool:
    """True when something has this name, be it a link to nothing; False also when the system does not say."""
    try:
        path.lstat()
    except (OSError, ValueError):  # the read or the write that follows says why
        return False
    return True


def is_file(path: Path) -> bool:
    """True for a regular file, or a link to one; False also when the system does not say."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """True for a folder, or a link to one; False also when the system does not say."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def existing(path: Path) -> bytes | None:
    """Return what a target holds already: None for nothing, no byte for what no command of ours writes.

    That is a pipe, a device, or more than ``MAX_EXISTING`` bytes: it is not read.

    Raises:
        OSError: When the system refuses, or for a folder.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(path.name)
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_EXISTING:
        return b""
    return path.read_bytes()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole, in one move, or not at all; a file already there is replaced and keeps its rights.

    Raises:
        OSError: When the system refuses, or when what is there is no regular file; nothing is left then.
    """
    write_all({path: data})


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write several files as ``write_whole`` does: none is moved to its place before all are on the disk.

    Raises:
        OSError: As for ``write_whole``.
    """
    with ExitStack() as stack:
        ready = {path: stack.enter_context(_beside(path.parent, data)) for path, data in files.items()}
        for path in files:
            if exists(path) and not is_file(path):
                raise OSError(f"not a file: {path.name}")
        for path, temporary in ready.items():
            with suppress(OSError):  # the usual rights when nothing is there
                shutil.copymode(path, temporary)
            temporary.replace(path)


def write_new(folder: Path, names: Iterable[str], data: bytes, like: Path | None = None) -> str:
    """Write a file whole under the first name that nothing has in the folder; no other run can take it meanwhile.

    Args:
        folder: Where.
        names: The names, the best first.
        data: The content.
        like: A file of which the new one takes the rights; the usual ones when None.

    Returns:
        The name taken.

    Raises:
        OSError: When the system refuses, or when every name is taken; nothing is left then.
    """
    with _beside(folder, data) as temporary:
        if like is not None:
            shutil.copymode(like, temporary)
        for name in names:
            path = folder / name
            try:
                path.touch(exist_ok=False)
            except FileExistsError:
                continue
            try:
                temporary.replace(path)
            except BaseException:
                _remove(path)
                raise
            return name
    raise FileExistsError("every name is taken")


@contextmanager
def _beside(folder: Path, data: bytes) -> Iterator[Path]:
    """Give a new file of the folder that holds the bytes, read again; it goes unless it was moved."""
    path = folder / f".clspd-{secrets.token_hex(8)}"
    stream = path.open("xb")  # not mkstemp, whose files are closed to colleagues
    try:
        with stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if path.read_bytes() != data:
            raise OSError(f"not whole: {path.name}")
        yield path
    finally:
        _remove(path)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


def edited_name(path: Path, what: str = "modifié à la main") -> Path:
    """Return the name under which an edited version of ``path`` is kept; earlier ones are not replaced."""
    copy, number = path.with_name(f"{path.stem} ({what}){path.suffix}"), 2
    while exists(copy):
        copy = path.with_name(f"{path.stem} ({what} {number}){path.suffix}")
        number += 1
    return copy

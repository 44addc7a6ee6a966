"""Files beside the templates: how findings name them, under which name a copy goes, how it is written."""

from __future__ import annotations

from pathlib import Path

from clspd_docs.build.files import write_new, write_whole
from clspd_docs.build.workspace import CANNOT_WRITE, Folder
from clspd_docs.errors import Stop
from clspd_docs.origin import Place


def name_in(folder: Folder, path: Path) -> str:
    """Return how findings name a file: relative to the working folder when it is inside."""
    try:
        return path.resolve().relative_to(folder.root.resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def write_copy(path: Path, raw: bytes) -> Path:
    """Write a file under its name, or « nom-2.docx » and so on when that is taken; return the name it got.

    Raises:
        Stop: ENV203 when the system refuses.
    """
    names = (f"{path.stem}{'' if n == 1 else f'-{n}'}{path.suffix}" for n in range(1, 1000))
    try:
        return path.with_name(write_new(path.parent, names, raw))
    except OSError as error:
        raise Stop(CANNOT_WRITE.at(Place(path.as_posix()))) from error


def write_file(path: Path, raw: bytes) -> None:
    """Write a file whole or not at all, in a folder that is made when it is not there.

    Raises:
        Stop: ENV203 when the system refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, raw)
    except OSError as error:
        raise Stop(CANNOT_WRITE.at(Place(path.as_posix()))) from error

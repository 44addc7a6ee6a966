"""Ends a LibreOffice whose owner died, were it by "kill -9", and deletes its folder.

The worker starts this file beside LibreOffice, as a program: it waits on its standard input, which the
system closes when the owner is gone. An owner that ends its LibreOffice itself says so first. Nothing but
the standard library here: the program runs without the package.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from hashlib import md5
from pathlib import Path
from typing import Final

FAREWELL: Final = b"done"


def kill_tree(pid: int) -> None:
    """Kill the process group that ``pid`` leads (POSIX), or ``pid`` with its children (Windows)."""
    if sys.platform == "win32":
        command = ["taskkill", "/F", "/T", "/PID", str(pid)]
        subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - a program of Windows
    else:
        # Ended meanwhile; macOS answers the latter of a process that is only not yet waited for.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def erase(folder: Path, *, patience_seconds: float = 3) -> None:
    """Delete a worker's folder, waiting for the processes just killed to let go of it."""
    if sys.platform != "win32":
        _socket(folder / "profile", os.getuid()).unlink(missing_ok=True)
    limit = time.monotonic() + patience_seconds
    shutil.rmtree(folder, ignore_errors=True)
    while folder.exists() and time.monotonic() < limit:
        time.sleep(0.02)
        shutil.rmtree(folder, ignore_errors=True)


def _socket(profile: Path, user: int) -> Path:
    """Return the socket that a killed LibreOffice leaves in /tmp, whatever TMPDIR says.

    Source: LibreOffice, desktop/source/app/officeipcthread.cxx and sal/osl/unx/pipe.cxx; seen with 7.4.
    """
    digest = md5(profile.as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
    key = "".join(f"{byte:x}" for byte in digest)
    return Path("/tmp") / f"OSL_PIPE_{user}_SingleOfficeIPC_{key}"  # noqa: S108 - LibreOffice's choice


def main() -> None:
    """Wait for the owner's end; ``sys.argv`` holds the folder, the first line read the process id, if any."""
    folder = Path(sys.argv[1])
    pid, _, farewell = sys.stdin.buffer.read().partition(b"\n")
    if FAREWELL not in (pid, farewell):
        if pid:
            kill_tree(int(pid))
        erase(folder)


if __name__ == "__main__":
    main()

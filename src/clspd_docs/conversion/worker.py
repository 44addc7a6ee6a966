"""One running LibreOffice, in a folder of its own: started, given orders, ended whole."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from clspd_docs.conversion import guard
from clspd_docs.conversion.engine import Job
from clspd_docs.conversion.find import OfficeProgram
from clspd_docs.conversion.office_profile import START_MACRO, seed

PREFIX: Final = "clspd-office-"
_PID: Final = "pid"
_PATIENCE_SECONDS: Final = 3.0
# Away from the terminal: Ctrl-C reaches this process, which then ends the others in order.
if sys.platform == "win32":
    FLAGS = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
else:
    FLAGS = 0


class Worker:
    """One LibreOffice process with its profile, its spool folder and its temporary files.

    Raises:
        OSError: The system refuses to start the program.
    """

    def __init__(self, program: OfficeProgram) -> None:
        # Resolved: the name of LibreOffice's socket comes from the true path of its profile.
        self._folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")).resolve()
        self._spool = self._folder / "spool"
        self._turn = 0
        self._ready_at: float | None = None
        self._guard = Guard(self._folder)  # first: from here on, nothing stays when this process is killed
        try:
            self._process = self._launch(program)
        except OSError:
            guard.erase(self._folder)
            self._guard.dismiss()
            raise
        self._guard.watch(self._process.pid)
        (self._folder / _PID).write_text(str(self._process.pid), encoding="ascii")

    def _launch(self, program: OfficeProgram) -> subprocess.Popen[bytes]:
        profile, temporary = self._folder / "profile", self._folder / "tmp"
        self._spool.mkdir()
        (self._spool / "alive").touch()
        temporary.mkdir()
        seed(profile, self._spool, program.build_id)
        here = f"-env:UserInstallation={profile.as_uri()}"
        command = [
            str(program.path),
            here,
            "--headless",
            "--norestore",
            "--nologo",
            "--nodefault",
            START_MACRO,
        ]
        variables = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(temporary))
        with (self._folder / "log").open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - the program that the user named or installed
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                env=os.environ | variables,
                start_new_session=True,
                creationflags=FLAGS,
            )

    def ready_at(self) -> float | None:
        """Return when LibreOffice was first seen to read its orders (monotonic seconds), None before that."""
        if self._ready_at is None and (self._spool / "ready").exists():
            self._ready_at = time.monotonic()
        return self._ready_at

    @property
    def has_ended(self) -> bool:
        """True when the process is no more."""
        return self._process.poll() is not None

    def last_words(self) -> str:
        """Return the last line that the program printed, in its own language; may be empty."""
        lines = (self._folder / "log").read_text("utf-8", "replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "")

    def send(self, job: Job) -> int:
        """Queue ``job`` behind those sent before; return the number that its answer will bear."""
        self._turn += 1
        paths = (job.docx.absolute().as_uri(), job.pdf.absolute().as_uri())
        fields = (*paths, f"{job.update_contents:d}", f"{job.merged:d}")
        draft = self._spool / f"{self._turn}.new"
        draft.write_text("\t".join(fields), encoding="ascii")
        draft.replace(self._spool / f"{self._turn}.job")
        return self._turn

    def answer(self, turn: int) -> list[str] | None:
        """Return the fields of the answer number ``turn``, or None when it is not there yet."""
        try:
            text = (self._spool / f"{turn}.out").read_text("utf-8", "replace")
        except OSError:  # not there; or, on Windows, just being renamed
            return None
        return text.rstrip("\n").split("\t")

    def stop(self) -> None:
        """Kill LibreOffice and delete its folder; nothing of its profile is kept, and asking it takes 0.4 s."""
        guard.kill_tree(self._process.pid)  # even when it has ended: it is the parent of LibreOffice proper
        self._process.wait()
        guard.erase(self._folder)
        self._guard.dismiss()


class Guard:
    """The process that ends a converter, and deletes its folder, when this one dies."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - a file of this package
            [sys.executable, "-I", "-S", guard.__file__, str(folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
            creationflags=FLAGS,
        )
        assert self._process.stdin is not None
        self._line: IO[bytes] = self._process.stdin
        _lines.add(self._line)

    def watch(self, pid: int) -> None:
        """Tell which process is the converter."""
        with suppress(BrokenPipeError):  # the guard was killed: ``sweep`` cleans if this process is as well
            self._line.write(b"%d\n" % pid)
            self._line.flush()

    def dismiss(self) -> None:
        """Let the guard end without doing anything."""
        _lines.discard(self._line)
        self._process.communicate(guard.FAREWELL)


_lines: Final[set[IO[bytes]]] = set()


def _close_lines() -> None:
    while _lines:
        _lines.pop().close()


if sys.platform != "win32":
    # A forked child's copy of the line would hide the owner's death from the guard.
    os.register_at_fork(after_in_child=_close_lines)


def sweep() -> None:
    """Delete the folders of owners that died along with their guards, and let the LibreOffice left there end."""
    for folder in Path(tempfile.gettempdir()).resolve().glob(f"{PREFIX}*"):
        owner = re.match(rf"{PREFIX}(\d+)-", folder.name)
        if owner and not _is_running(int(owner[1])):
            with suppress(OSError, ValueError):  # another user's; or no LibreOffice was started
                (folder / "spool" / "alive").unlink()
                _wait_for_end(int((folder / _PID).read_text("ascii")))
            guard.erase(folder, patience_seconds=0)


def _wait_for_end(pid: int) -> None:
    """Wait for a LibreOffice that was asked to end: it writes in its folder until then."""
    limit = time.monotonic() + _PATIENCE_SECONDS
    while _is_running(pid) and time.monotonic() < limit:
        time.sleep(0.02)


def _is_running(pid: int) -> bool:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - on Windows os.kill(pid, 0) would send Ctrl-C

        synchronize = 0x00100000
        handle = ctypes.windll.kernel32.OpenProcess(synchronize, False, pid)  # noqa: FBT003 - Windows' own order
        return bool(handle) and bool(ctypes.windll.kernel32.CloseHandle(handle))
    else:  # noqa: RET505 - the type checker then skips it on Windows
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass  # someone else's
        return True

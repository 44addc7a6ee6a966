"""A stand-in for Word as COM shows it, which notes what it is told and fails on demand.

What it does with a document is told by the document's name, up to the first "-", as in ``office.py``: refused,
crash, crashonce, hang, hangonce, empty. It hangs until it is killed. Real Word was never seen by these tests.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

ONCE = {"crashonce": "crash", "hangonce": "hang"}
FIRST_PID = 2**30  # no process has such a number


class ComError(Exception):
    """As pythoncom.com_error."""


class Desk:
    """A Windows desk with Word: every Word that was started on it, and what they were told."""

    def __init__(self) -> None:
        self.words: list[FakeWord] = []
        self.told: list[tuple[str, tuple[Any, ...]]] = []
        self.killed: list[int] = []
        self.seen: set[str] = set()
        self.refuses_start = False
        self.is_open_by_user = False
        self.fails_after_start = False

    def modules(self) -> dict[str, ModuleType]:
        """Return the modules of pywin32 that the engine asks for."""
        pythoncom, client, process = (
            ModuleType(name) for name in ("pythoncom", "win32com.client", "win32process")
        )
        pythoncom.__dict__.update(com_error=ComError, CoInitialize=lambda: None, CoUninitialize=lambda: None)
        client.__dict__["DispatchEx"] = self.dispatch
        process.__dict__["GetWindowThreadProcessId"] = lambda window: (1, window)
        return {"pythoncom": pythoncom, "win32com.client": client, "win32process": process}

    def dispatch(self, name: str) -> FakeWord:
        assert name == "Word.Application"
        if self.refuses_start:
            raise ComError("class not registered")
        self.words.append(FakeWord(self, FIRST_PID + len(self.words)))
        return self.words[-1]

    def kill(self, pid: int) -> None:
        self.killed.append(pid)
        self.words[pid - FIRST_PID].dead.set()


class FakeWord:
    """One Word.Application; after its death every call fails, as COM's do."""

    def __init__(self, desk: Desk, pid: int) -> None:
        self.desk, self.pid = desk, pid
        self.dead = threading.Event()
        self.has_quit = False
        self.UserControl = desk.is_open_by_user
        self.Options = type("Options", (), {"UpdateLinksAtOpen": True})()
        self.Documents = self
        self.ActiveWindow = type("Window", (), {"Hwnd": pid})()

    @property
    def Version(self) -> str:  # noqa: N802 - Word's own name, as below
        self._alive()
        return "16.0"

    def Add(self) -> None:  # noqa: N802
        if self.desk.fails_after_start:
            raise ComError("no document")

    def Open(self, *arguments: Any) -> FakeDocument:  # noqa: N802
        self._alive()
        self.desk.told.append(("Open", arguments))
        return FakeDocument(self, Path(arguments[0]))

    def Quit(self, *arguments: Any) -> None:  # noqa: N802
        self._alive()
        self.desk.told.append(("Quit", arguments))
        self.has_quit = True

    def _alive(self) -> None:
        if self.dead.is_set():
            raise ComError("the RPC server is unavailable")


class FakeDocument:
    """One open document."""

    def __init__(self, word: FakeWord, path: Path) -> None:
        self.word, self.desk = word, word.desk
        self.word_of_name = path.stem.partition("-")[0]
        if self.word_of_name in ONCE:
            again = path.stem in self.desk.seen
            self.desk.seen.add(path.stem)
            self.word_of_name = "plain" if again else ONCE[self.word_of_name]
        self.StoryRanges: Sequence[Any] = (self, self)
        self.TablesOfContents: Sequence[Any] = (self,)
        self.Fields = self

    def Update(self) -> None:  # noqa: N802
        self.desk.told.append(("Update", ()))

    def ComputeStatistics(self, what: int) -> int:  # noqa: N802
        assert what == 2
        return 3

    def Close(self, *arguments: Any) -> None:  # noqa: N802
        self.desk.told.append(("Close", arguments))

    def ExportAsFixedFormat(self, *arguments: Any) -> None:  # noqa: N802
        self.desk.told.append(("Export", arguments))
        match self.word_of_name:
            case "refused":
                raise ComError("this file is damaged")
            case "crash":
                self.word.dead.set()
            case "hang":
                assert self.word.dead.wait(20), "nobody killed a Word that hangs"
        self.word._alive()
        Path(arguments[0]).write_bytes(b"" if self.word_of_name == "empty" else b"%PDF-1.7\n%%EOF\n")


def install(desk: Desk, monkeypatch: Any) -> None:
    """Put the stand-in where the engine looks for pywin32, and its death where processes are killed."""
    for name, module in desk.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr("clspd_docs.conversion.guard.kill_tree", desk.kill)

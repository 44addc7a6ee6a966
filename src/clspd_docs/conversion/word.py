"""Microsoft Word as an engine, on a Windows desk: one hidden Word a batch, told by COM what to do.

Word is made for somebody who sits before it: it may ask, wait or fall. No alert, no macro, no link is let
through, and a Word that does not answer is killed (``serial.py``). Never in a service or a scheduled task
without a session: Microsoft does not support that.

Source: Word's object model (Documents.Open, Document.ExportAsFixedFormat, Application.UserControl).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from clspd_docs.conversion.engine import Job
from clspd_docs.conversion.serial import ENGINE, LostError, OneByOne, RefusedError, Watchdog
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Kind, Severity

NO_WORD = Kind(
    "ENV106",
    Severity.ERROR,
    "Word demandé, mais absent",
    "Le réglage demande Word pour faire les PDF, mais {raison}.",
    'Sous Windows, avec Word installé, ajouter le complément : « pip install "clspd-docs[word]" ». Sinon enlever '
    "la ligne « moteur » de clspd-docs.toml : LibreOffice est alors cherché.",
)
NO_START = Kind(
    "ENV107",
    Severity.ERROR,
    "Word ne démarre pas",
    "Word ne démarre pas, ou refuse d’être piloté.",
    "Fermer toutes les fenêtres de Word, l’ouvrir une fois à la main et répondre à ce qu’il demande (licence, "
    "récupération d’un document), le fermer, puis relancer la commande.",
)

# Names of Word's own constants.
_ALERTS_NONE: Final = 0
_FORCE_DISABLE_MACROS: Final = 3
_DO_NOT_SAVE: Final = 0
_EXPORT_PDF: Final = 17
_FOR_PRINT: Final = 0
_WHOLE_DOCUMENT: Final = 0
_WITHOUT_MARKUP: Final = 0
_HEADING_BOOKMARKS: Final = 1
_COUNT_PAGES: Final = 2
_NO_PASSWORD: Final = "?"  # noqa: S105 - a wrong one, so that a protected document is refused and not asked for

_CLICK_TO_RUN: Final = r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
_QUIT_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class WordProgram:
    """The Word of this machine. ``fault`` says, in French, why it cannot be used; empty when it can."""

    version: str
    fault: str = ""


def find_word() -> WordProgram:
    """Return the Word of this machine, without starting it."""
    version = _registered_version()
    if not version:
        return WordProgram("", "Word n’est pas installé sur cet ordinateur")
    if find_spec("win32com") is None:
        return WordProgram(version, "le complément « word » du programme n’est pas installé")
    return WordProgram(version)


def asked_word() -> WordProgram:
    """Return the Word of this machine.

    Raises:
        Stop: ENV106 when there is none, or the extra is missing.
    """
    program = find_word()
    if program.fault:
        raise Stop(NO_WORD.at(ENGINE, raison=program.fault), ExitCode.PROGRAM_MISSING)
    return program


def _registered_version() -> str:
    """Return Word's version as Windows knows it: "16.0.17328.20184", or "16" when it says no more."""
    current = _registry("HKEY_CLASSES_ROOT", r"Word.Application\CurVer", "")
    whole = _registry("HKEY_LOCAL_MACHINE", _CLICK_TO_RUN, "VersionToReport")
    return (whole or current.rpartition(".")[2]) if current else ""


def _registry(root: str, key: str, name: str) -> str:
    """Return a text of Windows' registry; empty without one, and on another system."""
    if find_spec("winreg") is None:
        return ""
    winreg = import_module("winreg")
    try:
        with winreg.OpenKey(getattr(winreg, root), key) as opened:
            return str(winreg.QueryValueEx(opened, name)[0])
    except OSError:
        return ""


class Word(OneByOne):
    """Microsoft Word, as an ``Engine``; tagged, with an outline, in PDF/A (ISO 19005-1).

    Args:
        program: From ``find_word``.
        timeout_seconds: Time that one document may take.
    """

    name = "Word"

    def __init__(self, program: WordProgram, *, timeout_seconds: float = 60) -> None:
        super().__init__(program.version, timeout_seconds=timeout_seconds)
        self._app: Any = None
        self._links: Any = None

    def _launch(self) -> int:
        com = import_module("pythoncom")
        faults = (com.com_error, AttributeError)
        com.CoInitialize()
        try:
            app = import_module("win32com.client").DispatchEx("Word.Application")
            theirs = app.UserControl
        except faults as error:
            raise _no_start() from error
        if theirs:  # Windows gave us the Word of the desk: neither to be used nor killed
            raise _no_start()
        try:
            app.Visible = False
            app.DisplayAlerts = _ALERTS_NONE
            app.AutomationSecurity = _FORCE_DISABLE_MACROS
            app.ScreenUpdating = False
            self._links, app.Options.UpdateLinksAtOpen = app.Options.UpdateLinksAtOpen, False
            app.Documents.Add()  # keeps Word alive, and gives it a window, which tells its process
            window = app.ActiveWindow.Hwnd
            self._app = app
            return int(import_module("win32process").GetWindowThreadProcessId(window)[1])
        except faults as error:
            with suppress(*faults):
                app.Quit(_DO_NOT_SAVE)
            raise _no_start() from error

    def _export(self, job: Job) -> int:
        faults = (
            import_module("pythoncom").com_error,
            AttributeError,
        )  # the latter: COM's proxy of a dead Word
        document = None
        try:
            # File, ConfirmConversions, ReadOnly, AddToRecentFiles, PasswordDocument: by position, as COM has it.
            document = self._app.Documents.Open(str(job.docx.absolute()), False, True, False, _NO_PASSWORD)  # noqa: FBT003
            if job.update_contents:
                _update(document)
            pages = int(document.ComputeStatistics(_COUNT_PAGES))
            _export_pdf(document, str(job.pdf.absolute()))
        except faults as error:
            raise (RefusedError if self._is_alive(faults) else LostError) from error
        finally:
            if document is not None:
                with suppress(*faults):
                    document.Close(_DO_NOT_SAVE)
        return pages

    def _is_alive(self, faults: tuple[type[Exception], ...]) -> bool:
        try:
            return bool(self._app.Version)
        except faults:
            return False

    def _leave(self) -> None:
        com = import_module("pythoncom")
        assert self._pid is not None
        with Watchdog(_QUIT_SECONDS, self._pid):
            try:
                self._app.Options.UpdateLinksAtOpen = self._links  # the desk's own setting, which Word keeps
                self._app.Quit(_DO_NOT_SAVE)
            except (com.com_error, AttributeError) as error:
                raise LostError from error
            finally:
                self._app = None
                com.CoUninitialize()


def _no_start() -> Stop:
    return Stop(NO_START.at(ENGINE), ExitCode.PROGRAM_MISSING)


def _update(document: Any) -> None:
    """Refresh every field, then the tables of contents: their pages follow from the rest."""
    for story in document.StoryRanges:
        story.Fields.Update()
    for contents in document.TablesOfContents:
        contents.Update()


def _export_pdf(document: Any, pdf: str) -> None:
    document.ExportAsFixedFormat(
        pdf,
        _EXPORT_PDF,
        False,  # noqa: FBT003 - OpenAfterExport
        _FOR_PRINT,
        _WHOLE_DOCUMENT,
        1,  # From and To count for a range only
        1,
        _WITHOUT_MARKUP,
        True,  # noqa: FBT003 - IncludeDocProps: the title
        True,  # noqa: FBT003 - KeepIRM
        _HEADING_BOOKMARKS,
        True,  # noqa: FBT003 - DocStructureTags
        True,  # noqa: FBT003 - BitmapMissingFonts
        True,  # noqa: FBT003 - UseISO19005_1: PDF/A
    )

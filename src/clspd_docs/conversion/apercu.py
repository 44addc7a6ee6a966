"""A preview for a desk without any converter: pure Python, marked « APERÇU » on each page, never to be signed.

word2pdf does the work, in a child process (``apercu_child.py``) since a document may take it for ever. Its
pages look like Word's on simple letters; it has neither tags nor PDF/A, and drops text boxes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

from clspd_docs.conversion.engine import Job
from clspd_docs.conversion.serial import ENGINE, LostError, OneByOne, RefusedError
from clspd_docs.conversion.worker import FLAGS
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Kind, Severity

NO_APERCU = Kind(
    "ENV109",
    Severity.ERROR,
    "Aperçu demandé, mais absent",
    "Le réglage demande des PDF d’aperçu, mais le complément « apercu » du programme n’est pas installé.",
    'L’ajouter : « pip install "clspd-docs[apercu]" », ou enlever la ligne « moteur » de clspd-docs.toml.',
)


def find_apercu() -> str:
    """Return the version of the preview's library; empty when the extra is not installed."""
    try:
        return version("word2pdf")
    except PackageNotFoundError:
        return ""


def asked_apercu() -> str:
    """Return the version of the preview's library.

    Raises:
        Stop: ENV109 when the extra is not installed.
    """
    found = find_apercu()
    if not found:
        raise Stop(NO_APERCU.at(ENGINE), ExitCode.PROGRAM_MISSING)
    return found


class Apercu(OneByOne):
    """The preview, as an ``Engine``.

    Args:
        version: From ``find_apercu``.
        timeout_seconds: Time that one document may take.
    """

    name = "aperçu word2pdf"
    command = (sys.executable, "-m", "clspd_docs.conversion.apercu_child")

    def __init__(self, version: str, *, timeout_seconds: float = 60) -> None:
        super().__init__(version, timeout_seconds=timeout_seconds)
        self._child: subprocess.Popen[bytes] | None = None

    def _launch(self) -> int:
        self._child = subprocess.Popen(  # noqa: S603 - this program's own child
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ
            | {"SOURCE_DATE_EPOCH": "946684800"},  # reportlab's dates: the same bytes each time
            start_new_session=True,
            creationflags=FLAGS,
        )
        return self._child.pid

    def _export(self, job: Job) -> int:
        child = self._child
        assert child is not None
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(
                json.dumps([str(job.docx.absolute()), str(job.pdf.absolute())]).encode() + b"\n"
            )
            child.stdin.flush()
            answer = child.stdout.readline()
        except OSError as error:
            raise LostError from error
        if not answer:
            raise LostError
        pages = int(answer)
        if not pages:
            raise RefusedError
        return pages

    def _leave(self) -> None:
        """Close the child's input: it then ends."""
        assert self._child is not None
        assert self._child.stdin is not None
        with suppress(OSError):
            self._child.stdin.close()

    def _drop(self) -> None:
        super()._drop()
        if self._child is not None:
            with self._child:  # closes its pipes and waits for it
                pass
            self._child = None

"""A Gotenberg server as an engine: LibreOffice on another machine, asked over HTTP.

Nothing is sent but to the address of the settings; no redirection is followed, no proxy of the environment is
used. The files bear no name of a person.

Source: gotenberg.dev, routes /version and /forms/libreoffice/convert of version 8.
"""

from __future__ import annotations

import http.client
import time
import uuid
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from clspd_docs.conversion.checks import (
    CRASHED,
    REFUSED,
    TOO_SLOW,
    TRIES,
    docx_fault,
    pdf_fault,
    target_fault,
)
from clspd_docs.conversion.engine import Closing, Converted, Job
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place

SILENT = Kind(
    "ENV108",
    Severity.ERROR,
    "Serveur Gotenberg injoignable",
    "Le serveur Gotenberg {adresse} ne répond pas comme il le devrait : {raison}.",
    "Vérifier l’adresse (« url » dans clspd-docs.toml) et le réseau, ou demander à qui tient ce serveur. Sans la "
    "ligne « moteur », LibreOffice est cherché sur cet ordinateur.",
    bad='url = "gotenberg.mairie.example"',
    good='url = "https://gotenberg.mairie.example"',
)
URL: Final = Place("clspd-docs.toml", part="[conversion] url")

_PROBE_SECONDS: Final = 10
_FIELDS: Final = {
    "pdfa": "PDF/A-2b",
    "pdfua": "true",
    "exportBookmarks": "true",
    "losslessImageCompression": "false",
    "reduceImageResolution": "false",
}
_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Server:
    """A Gotenberg that answers. ``path`` is what its address has after the host, without a final slash."""

    url: str
    version: str

    def ask(
        self, method: str, path: str, timeout_seconds: float, body: bytes = b"", kind: str = ""
    ) -> tuple[int, bytes]:
        """Return the status and the body of the answer.

        Raises:
            OSError, http.client.HTTPException: No answer; TimeoutError when it does not come in time.
        """
        parts = urlsplit(self.url)
        https = parts.scheme == "https"
        line = (http.client.HTTPSConnection if https else http.client.HTTPConnection)(
            parts.hostname or "", parts.port, timeout=timeout_seconds
        )
        try:
            headers: Mapping[str, str] = {"Content-Type": kind} if kind else {}
            line.request(method, parts.path.rstrip("/") + path, body or None, headers)
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()


def find_gotenberg(url: str) -> Server:
    """Return the server at ``url``, which tells its version.

    Raises:
        Stop: ENV108 when it does not answer, or is something else.
    """
    server = Server(url, "")
    try:
        status, body = server.ask("GET", "/version", _PROBE_SECONDS)
    except (OSError, http.client.HTTPException) as error:
        raise server_silent(server, type(error).__name__) from error
    version = body.decode("ascii", "replace").strip()
    if status != HTTPStatus.OK or not version[:1].isdigit():
        raise server_silent(server, f"réponse {status} à la demande de sa version")
    return Server(url, version)


def server_silent(server: Server, reason: str) -> Stop:
    """Return the fault of a server that does not answer as it should."""
    finding = SILENT.at(URL, adresse=urlsplit(server.url).hostname or server.url, raison=reason)
    return Stop(finding, ExitCode.PROGRAM_MISSING)


class Gotenberg(Closing):
    """A server, as an ``Engine``; several requests wait there at once.

    Args:
        server: From ``find_gotenberg``.
        workers: At most how many requests at once.
        timeout_seconds: Time that one document may take.
    """

    name = "Gotenberg"
    merges = False
    starts = 0  # it is always there

    def __init__(self, server: Server, *, workers: int, timeout_seconds: float = 60) -> None:
        self.version = server.version
        self._server = server
        self._workers = workers
        self._timeout_seconds = timeout_seconds

    def start(self) -> None:
        """Do nothing: the server runs."""

    def convert(self, jobs: Iterable[Job]) -> Iterator[Converted]:
        """Yield what became of each job, in order; pages are not counted.

        Codes PDF101 to PDF108 name the document that failed; the others are converted all the same.

        Raises:
            Stop: ENV108 when the server does not answer, or not as a Gotenberg.
        """
        waiting: deque[Future[Converted]] = deque()
        pool = ThreadPoolExecutor(self._workers)
        try:
            for job in jobs:
                waiting.append(pool.submit(self._converted, job))
                while waiting and (waiting[0].done() or len(waiting) > 2 * self._workers):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)

    def close(self) -> None:
        """Do nothing: the server goes on."""

    def _converted(self, job: Job) -> Converted:
        fault = docx_fault(job) or target_fault(job)
        begun = time.monotonic()
        if fault is None:
            fault = self._fetched(job) or pdf_fault(job, self.name, None)
        if fault is None:
            return Converted(job, 0, round(1000 * (time.monotonic() - begun)))
        with suppress(OSError):
            job.pdf.unlink(missing_ok=True)
        return Converted(job, 0, 0, fault)

    def _fetched(self, job: Job) -> Finding | None:
        """Write the PDF of ``job``; return why there is none. What may pass is tried twice."""
        fields = _FIELDS | {"updateIndexes": "true" if job.update_contents else "false"}
        body, kind = _multipart(fields, job.docx.read_bytes())
        lost, reason = CRASHED, ""
        for _ in range(TRIES):
            try:
                status, data = self._server.ask(
                    "POST", "/forms/libreoffice/convert", self._timeout_seconds, body, kind
                )
            except TimeoutError:
                lost, reason = TOO_SLOW, ""
                continue
            except (OSError, http.client.HTTPException) as error:
                reason = type(error).__name__
                continue
            if status == HTTPStatus.OK:
                job.pdf.write_bytes(data)
                return None
            if status == HTTPStatus.BAD_REQUEST:
                return REFUSED.at(Place(job.name), programme=self.name)
            if status < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise server_silent(self._server, f"réponse {status} à une demande de conversion")
            lost = TOO_SLOW if status == HTTPStatus.SERVICE_UNAVAILABLE else CRASHED
            reason = ""
        if reason:
            raise server_silent(self._server, reason)
        return lost.at(Place(job.name), programme=self.name, secondes=f"{self._timeout_seconds:g}")


def _multipart(fields: Mapping[str, str], docx: bytes) -> tuple[bytes, str]:
    """Return the body of the form, and its content type."""
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="document.docx"\r\n'
        f"Content-Type: {_DOCX}\r\n\r\n"
    )
    parts += [head.encode(), docx, f"\r\n--{boundary}--\r\n".encode()]
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"

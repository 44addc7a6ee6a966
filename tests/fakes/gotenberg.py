"""A stand-in for a Gotenberg server: it notes each request, checks the form and answers as told.

What it answers to a document is told by ``answers``, in turn: a status, or "mute" for none in time. Then 200.
Real Gotenberg was never seen by these tests.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PDF = b"%PDF-1.7\n(made by the stand-in)\n%%EOF\n"


class Stub:
    """What the stand-in was asked, and what it answers."""

    def __init__(self) -> None:
        self.url = ""
        self.version = "8.21.1"
        self.answers: list[int | str] = []
        self.forms: list[dict[str, bytes]] = []
        self.files: list[str | None] = []
        self.body = PDF
        self.most_at_once = 0
        self.at_once = 0
        self.lock = threading.Lock()


@contextmanager
def serving() -> Iterator[Stub]:
    """Run the stand-in on a free port of this machine."""
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            self.answer(200 if self.path == "/prefixe/version" else 404, stub.version.encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with stub.lock:
                stub.at_once += 1
                stub.most_at_once = max(stub.most_at_once, stub.at_once)
                answer = stub.answers.pop(0) if stub.answers else 200
                kind = self.headers["Content-Type"]
                form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=HTTP)
                parts: dict[str, Any] = {
                    str(part.get_param("name", header="content-disposition")): part
                    for part in form.iter_parts()
                }
                stub.forms.append({name: part.get_payload(decode=True) for name, part in parts.items()})
                stub.files.append(parts["files"].get_filename())
            time.sleep(1 if answer == "mute" else 0.05)
            with stub.lock:
                stub.at_once -= 1
            if self.path != "/prefixe/forms/libreoffice/convert":
                answer = 404
            self.answer(answer if isinstance(answer, int) else 200, stub.body)

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 302:
                self.send_header("Location", "http://192.0.2.1/")
            with suppress(ConnectionError):  # it waited long enough
                self.end_headers()
                self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    stub.url = f"http://127.0.0.1:{server.server_port}/prefixe/"
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

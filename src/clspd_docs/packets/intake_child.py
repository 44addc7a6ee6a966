"""The child process of ``intake``: an annex on standard input, what may enter the packet on standard output.

Alone because an annex comes from elsewhere: what it may cost in time and memory is bounded here, and what it
may break is this process. First a line of JSON, then the bytes, both ways.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Final

MAX_MEMORY: Final = 2**30  # bytes of address space
MAX_SECONDS: Final = 20  # of processor; 500 pages take 2


def main() -> None:
    """Read, answer, leave."""
    _bound()
    asked = json.loads(sys.stdin.buffer.readline())
    told, pdf = answer(sys.stdin.buffer.read(), asked)
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + pdf)


def _bound() -> None:
    try:
        import resource  # noqa: PLC0415 - absent from Windows, where only the time is bounded
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(data: bytes, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return what is to be said of the annex, and its PDF; no bytes when it is refused.

    ``asked`` holds the arguments of ``intake``.
    """
    from clspd_docs.packets.annex import TOO_LARGE, RefusedError  # noqa: PLC0415 - after the bounds are set

    try:
        cleaned = _entered(data, asked)
    except RefusedError as refused:
        return {"refused": refused.kind.code, "facts": refused.facts}, b""
    except MemoryError:
        return {"refused": TOO_LARGE.code, "facts": {"mesure": "trop de mémoire", "limite": "1 Go"}}, b""
    notes = [[kind.code, facts] for kind, facts in cleaned.notes]
    return {"pages": cleaned.pages, "notes": notes, "letters": cleaned.letters}, cleaned.pdf


def _entered(data: bytes, asked: dict[str, Any]) -> Any:
    from clspd_docs.packets import annex, annex_files  # noqa: PLC0415 - as above

    kind = annex_files.kind_of(data)
    if kind == "pdf":
        return annex.let_in(
            data, asked["title"], signed_copy=asked["signed_copy"], as_pictures=asked["as_pictures"]
        )
    return annex_files.let_in(kind, data, asked["title"], asked["alternative"])

"""Annexes from elsewhere: let in what a packet can hold, in a child process that a hostile file can only stop.

A file that is locked, cut short, oversized or signed is refused with a finding that says what to do. What
enters has no script, no automatic action, no attached file; what is seen on its pages does not change. The
work is done by ``annex`` and ``annex_files``; here is the guard around it.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.packets import annex, annex_files
from clspd_docs.version import tool_version

MAX_BYTES: Final = 50_000_000
TIMEOUT: Final = 30  # seconds; the child may use 20 of processor

MISSING: Final = Kind(
    code="DOS201",
    severity=Severity.ERROR,
    title="Annexe introuvable",
    sentence="Le fichier de l’annexe est introuvable, ou ne peut pas être lu.",
    remedy="Ranger le fichier dans annexes/ sous le nom que donne le classeur, et le fermer s’il est ouvert "
    "ailleurs.",
)

_KINDS: Final = {
    kind.code: kind for room in (annex, annex_files) for kind in vars(room).values() if isinstance(kind, Kind)
}
_ROOT: Final = Path(__file__).parents[2]  # the child runs the code of its parent, whatever else is installed
_CHILD: Final = """
import sys
sys.path.insert(0, sys.argv[1])
from clspd_docs.packets.intake_child import main
main()
"""
_ANSWERS: Final = 2  # what the child answers has had this many shapes
_SUFFIX: Final = ".annexe"


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex that may enter a packet.

    Args:
        pdf: Its bytes as they enter.
        pages: How many.
        digest: SHA-256 of the file as it came, for the manifest.
        findings: What was changed, or is lost (DOS207, DOS208, DOS210 to DOS213).
        letters: The letters of each page, as ``letters.squeezed`` has them; none of an image.
    """

    pdf: bytes
    pages: int
    digest: str
    findings: tuple[Finding, ...] = ()
    letters: tuple[str, ...] = ()


def intake(
    path: Path,
    place: Place,
    *,
    title: str = "",
    alternative: str = "",
    signed_copy: bool = False,
    as_pictures: bool = False,
    kept: Path | None = None,
) -> Annex | Finding:
    """Return the annex at ``path``, ready to be a part, or the finding that refuses it.

    Args:
        path: The file: a PDF, or a PNG or JPEG image, which becomes a page.
        place: Where the annex is asked for, for the findings.
        title: What its pages are called in alternative texts; "" is the file's name.
        alternative: What an image shows, in words.
        signed_copy: Let a signed file in as a plain copy that shows its signatures.
        as_pictures: Present the pages of a PDF without tags as pictures, said to be so.
        kept: Folder of earlier answers, which are taken again for the same bytes; see ``forget``.

    Returns:
        The annex, or DOS201 (missing), DOS202 (another kind of file), DOS203 (protected), DOS204 (damaged),
        DOS205 (too large, or too long to read), DOS206 (signed), DOS209 (a Word file).
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError:
        return MISSING.at(place)
    if size > MAX_BYTES:
        return annex.TOO_LARGE.at(
            place, mesure=f"{size // 1_000_000} Mo", limite=f"{MAX_BYTES // 1_000_000} Mo"
        )
    asked = {
        "title": title or path.stem,
        "alternative": alternative.strip(),
        "signed_copy": signed_copy,
        "as_pictures": as_pictures,
    }
    digest = hashlib.sha256(data).hexdigest()
    told, pdf = _answer(data, asked, None if kept is None else kept / _name(digest, asked))
    if "refused" in told:
        return _KINDS[told["refused"]].at(place, **told["facts"])
    findings = tuple(_KINDS[code].at(place, **facts) for code, facts in told["notes"])
    return Annex(pdf, int(told["pages"]), digest, findings, tuple(told["letters"]))


def forget(kept: Path, digests: Collection[str]) -> None:
    """Delete the answers about other files than those of ``digests``: they hold what people sent."""
    for path in kept.glob(f"*{_SUFFIX}"):
        if path.name.partition("-")[0] not in digests:
            path.unlink(missing_ok=True)


def _name(digest: str, asked: Mapping[str, Any]) -> str:
    question = json.dumps([tool_version(), _ANSWERS, asked], sort_keys=True)
    return f"{digest}-{hashlib.sha256(question.encode()).hexdigest()[:16]}{_SUFFIX}"


def _answer(data: bytes, asked: Mapping[str, Any], keep: Path | None) -> tuple[dict[str, Any], bytes]:
    """Return what the child says of the annex, and its PDF; or what it said the last time."""
    if keep is not None and (before := _kept(keep)) is not None:
        return before
    try:
        child = subprocess.run(  # noqa: S603 - our own program, from our own folder
            [sys.executable, "-I", "-c", _CHILD, str(_ROOT)],
            input=json.dumps(asked).encode() + b"\n" + data,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _too_long(), b""
    if child.returncode != 0:  # stopped by its bounds, or by the library
        return _too_long(), b""
    told, _, pdf = child.stdout.partition(b"\n")
    if keep is not None:
        keep.parent.mkdir(parents=True, exist_ok=True)
        partial = keep.with_suffix(".part")
        partial.write_bytes(hashlib.sha256(child.stdout).digest() + child.stdout)
        partial.replace(keep)
    return json.loads(told), pdf


def _kept(path: Path) -> tuple[dict[str, Any], bytes] | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    size = hashlib.sha256().digest_size
    if hashlib.sha256(data[size:]).digest() != data[:size]:
        return None
    told, _, pdf = data[size:].partition(b"\n")
    return json.loads(told), pdf


def _too_long() -> dict[str, Any]:
    limits = {"mesure": "sa lecture a été interrompue", "limite": "20 secondes et 1 Go de mémoire"}
    return {"refused": annex.TOO_LARGE.code, "facts": limits}

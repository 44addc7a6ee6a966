"""``verify``: is a published folder still what the manifest says; what does a PDF hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clspd_docs.build.attached import read_proof
from clspd_docs.build.manifest import MANIFEST, file_sha256, read_manifest, sha256
from clspd_docs.build.signed import signatures
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.packets.inspect import PdfFacts, attachments, inspect

NO_MANIFEST = Kind(
    "DOS501",
    Severity.ERROR,
    "Rien à vérifier",
    "Ce n’est ni un PDF, ni un dossier de séance avec son manifeste.",
    "Indiquer un PDF, ou un dossier comme « sorties/P-2027-02 ».",
)
GONE = Kind(
    "DOS502",
    Severity.ERROR,
    "Fichier absent",
    "Le fichier est au manifeste et n’est plus là.",
    "Relancer « clspd-docs build ».",
)
CHANGED = Kind(
    "DOS503",
    Severity.ERROR,
    "Fichier modifié",
    "Le fichier n’est plus celui qui a été fabriqué.",
    "Relancer « clspd-docs build », qui garde la version modifiée à côté.",
)
SIGNED = Kind(
    "DOS511",
    Severity.NOTE,
    "Fichier signé",
    "Le fichier a été signé depuis qu’il a été fabriqué ; sous les signatures, il est intact.",
    "Rien à faire. Les signatures elles-mêmes se vérifient dans un lecteur de PDF, qui connaît les certificats.",
)
STRANGER = Kind(
    "DOS504",
    Severity.NOTE,
    "Fichier étranger",
    "Le fichier n’a pas été fabriqué par clspd-docs.",
    "Rien à faire.",
)
MISCOUNT = Kind(
    "DOS505",
    Severity.ERROR,
    "Nombre de pages inattendu",
    "Le fichier compte {pages} pages ; le manifeste en annonce {attendu}.",
    "Relancer « clspd-docs build ».",
)
UNREADABLE = Kind(
    "DOS506",
    Severity.ERROR,
    "PDF illisible",
    "Le PDF ne peut pas être lu.",
    "Relancer « clspd-docs build ».",
)


@dataclass(frozen=True, slots=True)
class Verified:
    """What was seen: one entry a PDF, and the findings."""

    files: tuple[dict[str, Any], ...]
    findings: tuple[Finding, ...]


def verify(path: Path) -> Verified:
    """Verify a session's folder or one PDF.

    Raises:
        Stop: DOS501 when there is nothing to verify, DOS506 when the PDF cannot be read.
    """
    if path.is_file() and path.suffix.lower() == ".pdf":
        return Verified((_facts(path, path.name),), ())
    manifest = read_manifest(path) if path.is_dir() else None
    if manifest is None:
        raise Stop(NO_MANIFEST.at(Place(str(path))), ExitCode.NOTHING_READ)
    findings: list[Finding] = []
    files: list[dict[str, Any]] = []
    pages = {d.path: d.pages for d in manifest.documents} | {p.path: p.pages for p in manifest.packets}
    for name, expected in manifest.files().items():
        place, found = Place(f"{path.name}/{name}"), file_sha256(path / name)
        if found is None:
            findings.append(GONE.at(place))
            continue
        if found != expected:
            findings.append((SIGNED if is_signed_only(path / name, expected) else CHANGED).at(place))
        if name in pages:
            facts = _facts(path / name, name)
            files.append(facts)
            if facts["pages"] != pages[name]:
                findings.append(MISCOUNT.at(place, pages=facts["pages"], attendu=pages[name]))
    ours = {*manifest.files(), MANIFEST, "index.html"}
    strangers = (p.relative_to(path).as_posix() for p in sorted(path.rglob("*")) if p.is_file())
    findings += [STRANGER.at(Place(f"{path.name}/{name}")) for name in strangers if name not in ours]
    return Verified(tuple(files), tuple(findings))


def is_signed_only(path: Path, expected: str) -> bool:
    """True when the file is the one of digest ``expected`` and, after it, signatures: they only ever add."""
    if not signatures(path):
        return False
    data = path.read_bytes()
    return any(sha256(data[: end.end()]) == expected for end in re.finditer(rb"%%EOF\r?\n?", data))


def _facts(path: Path, name: str) -> dict[str, Any]:
    try:
        facts: PdfFacts = inspect(path)
        told = read_proof(attachments(path))
    except Exception as error:  # pypdf raises almost anything on a damaged file
        raise Stop(UNREADABLE.at(Place(name))) from error
    return {
        "path": name,
        "pages": facts.pages,
        "lang": facts.lang,
        "pdfa": facts.pdfa,
        "pdfua": facts.pdfua,
        "signature_fields": [
            {"name": f.name, "page": f.page, "signed": f.signed} for f in facts.signature_fields
        ],
        "proof": told,
    }

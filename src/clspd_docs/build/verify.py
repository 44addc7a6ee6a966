"""``verify``: is a published folder still what the manifest says; what does a PDF hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clspd_docs.build.attached import read_proof
from clspd_docs.build.manifest import MANIFEST, Manifest, file_sha256, read_manifest, sha256
from clspd_docs.build.signed import signatures
from clspd_docs.build.sources import differences
from clspd_docs.build.workspace import OUTPUT, Folder
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
    "Le fichier a été signé depuis sa fabrication : ce qui avait été fabriqué y est encore, à l’octet près.",
    "Rien à faire ici. Un lecteur de PDF dit si les signatures sont valides, et si l’on a modifié le fichier après elles.",
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
    """What was seen: one entry a PDF, and the findings; of a session's folder, its place in the chain of builds."""

    files: tuple[dict[str, Any], ...]
    findings: tuple[Finding, ...]
    chain: dict[str, Any] = field(default_factory=dict)


def verify(path: Path) -> Verified:
    """Verify a session's folder, or one PDF: against the manifest when it stands in such a folder.

    Raises:
        Stop: DOS501 when there is nothing to verify, DOS506 when the PDF cannot be read.
    """
    if path.is_file() and path.suffix.lower() == ".pdf":
        folder, name = path.resolve().parent.parent, "/".join(path.resolve().parts[-2:])
        published = read_manifest(folder)
        if published is None or name not in published.files():
            return Verified((_facts(path, path.name),), ())
        files, findings = _outputs(folder, published, only=name)
        return Verified(tuple({**facts, "path": path.name} for facts in files), tuple(findings))
    manifest = read_manifest(path) if path.is_dir() else None
    if manifest is None:
        raise Stop(NO_MANIFEST.at(Place(str(path))), ExitCode.NOTHING_READ)
    files, findings = _outputs(path, manifest)
    ours = {*manifest.files(), MANIFEST, "index.html"}
    strangers = (p.relative_to(path).as_posix() for p in sorted(path.rglob("*")) if p.is_file())
    findings += [STRANGER.at(Place(f"{path.name}/{name}")) for name in strangers if name not in ours]
    if path.resolve().parent.name == OUTPUT:
        findings += differences(Folder(path.resolve().parents[1]), manifest)
    chain = {
        "manifest": file_sha256(path / MANIFEST),
        "previous": manifest.previous or None,
        "rank": manifest.rank,
    }
    return Verified(tuple(files), tuple(findings), chain)


def _outputs(
    path: Path, manifest: Manifest, only: str | None = None
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Return what each published PDF holds, and how the published files differ from those that were made.

    Args:
        path: The session's folder.
        manifest: Its manifest.
        only: Name of the one file to look at; None for all.
    """
    findings: list[Finding] = []
    files: list[dict[str, Any]] = []
    pages = {d.path: d.pages for d in manifest.documents} | {p.path: p.pages for p in manifest.packets}
    for name, expected in manifest.files().items():
        if only not in {None, name}:
            continue
        place, found = Place(f"{path.name}/{name}"), file_sha256(path / name)
        if found is None:
            findings.append(GONE.at(place))
            continue
        try:
            facts = _facts(path / name, name) if name in pages else {}
        except Stop as stop:  # the others are verified all the same
            facts = {}
            findings.append(stop.finding)
        if found != expected:
            is_signed = _is_signed_only(path / name, manifest.sizes().get(name, 0), expected)
            findings.append((SIGNED if is_signed else CHANGED).at(place))
        if facts:
            files.append(facts)
            if facts["pages"] != pages[name]:
                findings.append(MISCOUNT.at(place, pages=facts["pages"], attendu=pages[name]))
    return files, findings


def _is_signed_only(path: Path, size: int, expected: str) -> bool:
    """True when the file is what was built and, after it, signatures: they only ever add."""
    with path.open("rb") as stream:
        return size > 0 and sha256(stream.read(size)) == expected and bool(signatures(path))


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

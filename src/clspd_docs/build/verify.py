"""``verify``: is a published folder still what the manifest says; what does a PDF hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clspd_docs.build.manifest import MANIFEST, Manifest, file_sha256, read_manifest, sha256
from clspd_docs.build.sources import differences
from clspd_docs.build.workspace import OUTPUT, Folder
from clspd_docs.domain.french import pluriel
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.packets.inspect import PdfFacts, inspect

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
    "S’il est signé, c’est normal ; sinon, relancer « clspd-docs build », qui garde la version modifiée à côté.",
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


ADDED_TO = Kind(
    "DOS510",
    Severity.NOTE,
    "Fichier complété depuis la fabrication",
    "Le fichier fabriqué est intact ; on y a ajouté ensuite {quoi}.",
    "Rien à faire : c’est ce que fait une signature électronique.",
)


@dataclass(frozen=True, slots=True)
class Verified:
    """What was seen: one entry a PDF, and the findings; of a session's folder, its place in the chain of builds."""

    files: tuple[dict[str, Any], ...]
    findings: tuple[Finding, ...]
    chain: dict[str, Any] = field(default_factory=dict)


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


def _outputs(path: Path, manifest: Manifest) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Return what each published PDF holds, and how the published files differ from those that were made."""
    findings: list[Finding] = []
    files: list[dict[str, Any]] = []
    pages = {d.path: d.pages for d in manifest.documents} | {p.path: p.pages for p in manifest.packets}
    for name, expected in manifest.files().items():
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
            is_whole = _starts_as(path / name, manifest.sizes().get(name, 0), expected)
            findings.append(ADDED_TO.at(place, quoi=_addition(facts)) if is_whole else CHANGED.at(place))
        if facts:
            files.append(facts)
            if facts["pages"] != pages[name]:
                findings.append(MISCOUNT.at(place, pages=facts["pages"], attendu=pages[name]))
    return files, findings


def _starts_as(path: Path, size: int, expected: str) -> bool:
    """True when the file is what was built, with something after it."""
    with path.open("rb") as stream:
        return size > 0 and sha256(stream.read(size)) == expected


def _addition(facts: dict[str, Any]) -> str:
    signed = sum(field["signed"] for field in facts.get("signature_fields", ()))
    return pluriel(signed, "signature") if signed else "quelque chose"


def _facts(path: Path, name: str) -> dict[str, Any]:
    try:
        facts: PdfFacts = inspect(path)
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
    }

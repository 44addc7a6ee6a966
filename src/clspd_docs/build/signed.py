"""Published files that somebody has signed in place: kept as they are, and told; made again only with --force."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from clspd_docs.build.workspace import OUTPUT
from clspd_docs.domain.french import liste
from clspd_docs.errors import Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place

KEPT = Kind(
    "ENV221",
    Severity.NOTE,
    "Fichier signé gardé",
    "Le fichier porte des signatures ({champs}) : il reste tel quel.",
    "Rien à faire. L’original signé se range hors du dossier « sorties ».",
)
OUTDATED = Kind(
    "ENV222",
    Severity.WARNING,
    "Fichier signé qui n’est plus à jour",
    "Le fichier porte des signatures ({champs}) : il n’est pas refait, alors que ce dont il est fait a changé "
    "({raisons}).",
    "Garder le fichier signé s’il fait foi. Sinon, « clspd-docs build --force » le refait : ses signatures sont "
    "perdues dans la nouvelle version, et l’exemplaire signé est gardé à côté.",
)
REPLACED = Kind(
    "ENV223",
    Severity.WARNING,
    "Signatures absentes de la nouvelle version",
    "Le fichier portait des signatures ({champs}), que la nouvelle fabrication n’a pas : l’exemplaire signé est "
    "gardé sous le nom « {copie} ».",
    "Ranger l’exemplaire signé hors du dossier « sorties », et faire signer de nouveau ce qui l’a remplacé.",
)

_FEW: Final = 4


def signatures(path: Path) -> tuple[str, ...]:
    """Return the names of the signature fields of a PDF that are signed; empty for any other file."""
    try:
        if path.suffix.lower() != ".pdf" or b"/ByteRange" not in path.read_bytes():
            return ()
        from clspd_docs.packets.inspect import inspect  # noqa: PLC0415 - few files are signed

        return tuple(field.name for field in inspect(path).signature_fields if field.signed)
    except (OSError, Stop):
        return ()


def kept(target: Path, name: str, fields: Sequence[str], reasons: Sequence[str]) -> Finding:
    """Return how a signed file that stays is told: with the reasons for which it ought to be made again, if any."""
    place = Place(f"{OUTPUT}/{target.name}/{name}")
    if reasons:
        return OUTDATED.at(place, champs=told(fields), raisons=liste(reasons))
    return KEPT.at(place, champs=told(fields))


def told(fields: Sequence[str]) -> str:
    """Return how signatures are named in a message: all of a few, the first of many."""
    return liste(fields) if len(fields) <= _FEW else f"{fields[0]} et {len(fields) - 1} autres"

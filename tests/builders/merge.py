"""A small context and the calls that the tests of rendering share."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from builders.docx import Docx, template
from clspd_docs.findings import Finding
from clspd_docs.templates.docx_text import lines
from clspd_docs.templates.package import open_template
from clspd_docs.templates.render import Rendered, Template

NB = "\u00a0"


class Civilite(StrEnum):
    MME = "Mme"


@dataclass(frozen=True)
class Membre:
    nom: str = "Durand"
    prenom: str | None = None
    civilite: Civilite = Civilite.MME
    genre: str = "F"
    note: str = ""

    @property
    def nom_complet(self) -> str:
        return f"{self.civilite} {self.nom}"

    def supprimer(self) -> None:
        raise AssertionError("un modèle a appelé une méthode")


@dataclass(frozen=True)
class Point:
    titre: str
    rang: int


CONTEXT: dict[str, Any] = {
    "membre": Membre(),
    "ville": "Le Havre",
    "date": dt.date(2026, 2, 12),
    "heure": dt.time(14, 30),
    "groupe": None,
    "points": (Point("Bilan", 1), Point("Élus", 2), Point("Divers", 3)),
    "vide": (),
}


def opened(tmp_path: Path, raw: bytes) -> Template:
    path = tmp_path / "lettre.docx"
    path.write_bytes(raw)
    result = open_template(path, "templates_docx/lettre.docx")
    assert result.template is not None, result.findings
    return result.template


def rendering(tmp_path: Path) -> Callable[..., Rendered]:
    """Return a function that renders a text, a builder or bytes with ``CONTEXT`` and what is added to it."""

    def of(raw: bytes | str | Docx, **context: Any) -> Rendered:
        raw = template(raw) if isinstance(raw, str) else raw.build() if isinstance(raw, Docx) else raw
        return opened(tmp_path, raw).render({**CONTEXT, **context})

    return of


def text(rendered: Rendered) -> str:
    assert rendered.docx is not None, [f"{f.code} {f.message}" for f in rendered.findings]
    body = [line.partition(" | ")[2] for line in lines(rendered.docx) if line.startswith("Normal")]
    return "\n".join(body)


def member(rendered: Rendered, name: str) -> str:
    assert rendered.docx is not None, rendered.findings
    with zipfile.ZipFile(io.BytesIO(rendered.docx)) as archive:
        return archive.read(name).decode()


def fault(rendered: Rendered) -> Finding:
    assert rendered.docx is None
    assert len(rendered.findings) == 1, [f.message for f in rendered.findings]
    return rendered.findings[0]

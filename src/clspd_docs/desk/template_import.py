"""``templates import``: a mail-merge document of Word becomes a template of ours, and says what is left to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from clspd_docs.build.report import Report
from clspd_docs.build.workspace import Folder
from clspd_docs.desk.template_checks import Copies, check_templates
from clspd_docs.desk.template_files import name_in, write_copy
from clspd_docs.desk.template_paths import lexicon
from clspd_docs.findings import Finding, Kind, Severity, in_order
from clspd_docs.origin import Place
from clspd_docs.templates.lint_scan import PartScan, Scan, scan
from clspd_docs.templates.lint_tags import TYPED_FIELD
from clspd_docs.templates.merge_controls import convert_controls, convert_typed
from clspd_docs.templates.merge_fields import Outcome, convert_fields
from clspd_docs.templates.merge_package import open_merge
from clspd_docs.templates.parts import serialise
from clspd_docs.templates.tags import is_fallback
from clspd_docs.templates.zipping import packed

NO_FIELD: Final = Kind(
    "MOD309",
    Severity.WARNING,
    "Aucun champ de publipostage",
    "Le document ne contient aucun champ de publipostage : rien n’a été traduit.",
    "Vérifier que c’est bien le document principal de la fusion, et non une lettre déjà fusionnée.",
)
ADDRESS_BLOCK: Final = Kind(
    "MOD310",
    Severity.NOTE,
    "Adresse écrite champ par champ",
    "L’adresse est écrite champ par champ : une ligne vide reste quand un champ n’est pas rempli.",
    'Préférer « {{{{ courrier.adresse|join("\\n") }}}} », qui donne tout le bloc sans ligne vide.',
)
IMPORTED: Final = "-importe"


@dataclass(frozen=True, slots=True)
class _Line:
    """One field of the document: what it was, what it is now, where."""

    outcome: Outcome
    place: Place

    def as_json(self) -> dict[str, Any]:
        told = self.outcome.told
        line: dict[str, Any] = {"field": self.outcome.source, "place": self.place.as_json()}
        if self.outcome.is_done:
            return {**line, "tag": self.outcome.tag, "sure": not told}
        return {**line, "code": told[0][0].code, "cause": told[0][1].get("cause", "")}


def import_template(folder: Folder, path: Path, jour: dt.date) -> Report:
    """Write « nom-importe.docx » beside ``path`` and check it as ``templates check`` does.

    Returns:
        The report. ``more`` holds the new file, each field translated with its tag, and those left.

    Raises:
        Stop: MOD101 to MOD111 when the file cannot be imported, ENV203 when it cannot be written.
    """
    members, notes = open_merge(path, name_in(folder, path))
    template = scan(members, path.name)
    converted = [(part, outcome) for part in template.parts for outcome in _convert(part)]
    for part in template.parts:
        members[part.name] = serialise(part.root)
    target = write_copy(path.with_name(f"{path.stem}{IMPORTED}.docx"), packed(members))
    file = name_in(folder, target)
    lines = [
        _Line(outcome, Place(file, part=part.places.of(outcome.paragraph)))
        for part, outcome in converted
        if not is_fallback(outcome.paragraph)
    ]
    told = [kind.at(line.place, **facts) for line in lines for kind, facts in line.outcome.told]
    left = {line.place for line in lines if not line.outcome.is_done}
    checked = check_templates(folder, [target], jour, Copies()).findings
    again = [f for f in checked if f.code == TYPED_FIELD.code and f.place in left]  # told as left already
    findings = in_order(
        [*notes, *told, *_whole(replace(template, file=file), lines), *(f for f in checked if f not in again)]
    )
    return Report(
        "templates import",
        findings,
        _counts(lines),
        more={
            "source": name_in(folder, path),
            "path": file,
            "translated": [line.as_json() for line in lines if line.outcome.is_done],
            "left": [line.as_json() for line in lines if not line.outcome.is_done],
            "dropped": [finding.as_json() for finding in notes],
        },
    )


def _convert(part: PartScan) -> list[Outcome]:
    """Translate one part in place: fields, then content controls, then what was typed by hand; in order."""
    converters = (convert_fields, convert_controls, convert_typed)
    found = [outcome for convert in converters for outcome in convert(part.root, lexicon())]
    ranks = {element: rank for rank, element in enumerate(part.root.iter())}
    return sorted(found, key=lambda outcome: ranks[outcome.paragraph])


def _whole(template: Scan, lines: list[_Line]) -> Iterator[Finding]:
    """Yield what is said of the whole document."""
    if not lines:
        yield template.whole(NO_FIELD).finding
    if any("adresse_de.adresse_" in line.outcome.tag for line in lines):
        yield template.whole(ADDRESS_BLOCK).finding


def _counts(lines: list[_Line]) -> dict[str, int]:
    done = [line for line in lines if line.outcome.is_done]
    doubtful = sum(bool(line.outcome.told) for line in done)
    return {
        "champs": len(lines),
        "traduits": len(done),
        "a_verifier": doubtful,
        "restes": len(lines) - len(done),
    }

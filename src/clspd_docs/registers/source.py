"""A workbook, whatever its format: recognised by its content, never by its name."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from clspd_docs.errors import Stop
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.registers import foreign, workbook
from clspd_docs.registers.grid import Grid
from clspd_docs.registers.preflight import Form, bytes_of, form_of
from clspd_docs.registers.schema import SCHEMA_VERSION

OTHER_FORMAT = Kind(
    "REG008",
    Severity.WARNING,
    "Classeur .ods ou .xls",
    "Classeur au format .{format} : ses formules, ses valeurs d’erreur (#N/A), ses lignes masquées et ses"
    " commentaires ne peuvent pas être contrôlés.",
    "L’enregistrer au format « Classeur Excel (.xlsx) » pour un contrôle complet.",
    bad="registers/clspd.ods",
    good="registers/clspd.xlsx",
)
NEWER_SCHEMA = Kind(
    "REG010",
    Severity.ERROR,
    "Classeur d’une version plus récente",
    "Ce classeur a été fait par une version plus récente du programme (schéma {trouve}, connu : {connu}).",
    "Mettre à jour clspd-docs, puis recommencer.",
)


@dataclass(frozen=True, slots=True)
class Source:
    """A workbook in memory.

    Args:
        file: Its name in messages.
        digest: SHA-256 of its bytes, in hexadecimal.
        form: Its format.
        grids: Its sheets, in the order of the tabs.
        schema: Version of the schema that it declares, if any.
        findings: What its format keeps from being checked.
    """

    file: str
    digest: str
    form: Form
    grids: Sequence[Grid]
    schema: int | None = None
    findings: Sequence[Finding] = field(default=())


READERS: Final = {Form.XLSX: workbook.sheets, Form.ODS: foreign.sheets, Form.XLS: foreign.sheets}


def open_source(path: Path, file: str) -> Source:
    """Return the workbook at ``path``; ``file`` is its name in messages.

    Raises:
        Stop: REG001 to REG007 and REG010, nothing read.
    """
    return source_of(bytes_of(path, Place(file)), file)


def source_of(data: bytes, file: str) -> Source:
    """Return the workbook ``data``, whose name in messages is ``file``.

    Raises:
        Stop: REG003 to REG007 and REG010, nothing read.
    """
    place = Place(file)
    form = form_of(data, place)
    grids, schema = READERS[form](data, file)
    if schema is not None and schema > SCHEMA_VERSION:
        raise Stop(NEWER_SCHEMA.at(place, trouve=schema, connu=SCHEMA_VERSION))
    findings = [] if form is Form.XLSX else [OTHER_FORMAT.at(place, format=form.value)]
    return Source(file, hashlib.sha256(data).hexdigest(), form, grids, schema, findings)

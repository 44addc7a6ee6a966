"""Word files of the last build, taken again when nothing that they were made from has changed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Final

from clspd_docs.build.manifest import DocumentRecord, Manifest, file_sha256, fingerprint, sha256
from clspd_docs.build.produce import Made, Studio
from clspd_docs.documents.plan import DocumentJob
from clspd_docs.version import tool_version

_LIBRARIES: Final = ("docxtpl", "jinja2", "lxml", "openpyxl", "python-calamine")


class LastRendering:
    """What the last build made of a session, as far as this one would make the same.

    A document is the same when the workbook, the catalogue, the pictures, the day, the program and its own
    template are; its file must be the one published.
    """

    def __init__(self, target: Path, previous: Manifest | None, studio: Studio) -> None:
        self._target = target
        self._records = {record.key: record for record in previous.documents} if previous else {}
        self._studio = studio
        self.inputs = inputs(studio)

    def of(self, job: DocumentJob) -> Made | None:
        """Return the document, or None when it must be rendered."""
        record, template = self._records.get(job.key), self._studio.loaded.templates.get(job.entry.modele)
        if record is None or template is None:
            return None
        if (record.inputs, record.template_sha256) != (self.inputs, template.digest):
            return None
        try:
            docx = (self._target / record.docx).read_bytes()
        except OSError:
            return None
        if sha256(docx) != record.docx_sha256:
            return None
        return Made(job, docx, record.docx_sha256, record.cells, record.draft)

    def noted(self, record: DocumentRecord, made: Made) -> DocumentRecord:
        """Return the record with what its Word file was made from, unless it tells of an older one: its PDF is signed."""
        now = (made.docx_sha256, made.draft, made.cells)
        is_this = (record.docx_sha256, record.draft, record.cells) == now
        return replace(record, inputs=self.inputs if is_this else "")


def inputs(studio: Studio) -> str:
    """Return a digest of all that Word files are made from, but for the template of each."""
    loaded = studio.loaded
    pictures = [(name, sha256(raw)) for name, raw in sorted(studio.images.items())]
    blocked = sorted(studio.blocked.spots)
    return fingerprint(_program(), loaded.book.digest, loaded.catalogue, studio.jour, pictures, blocked)[:16]


@cache
def _program() -> str:
    """Digest of this program and of the libraries that Word files depend on."""
    package = Path(__file__).parents[1]
    code = [
        (path.relative_to(package).as_posix(), file_sha256(path))
        for path in sorted(package.rglob("*"))
        if path.suffix in {".py", ".toml", ".zip"}
    ]
    return fingerprint(tool_version(), python_version(), *map(version, _LIBRARIES), *code)

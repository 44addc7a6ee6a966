"""A Word template, compiled once and rendered as often as there are recipients.

``Template`` is what other rooms know: its name, the digest of its bytes, the fields it reads, and ``render``.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from lxml import etree

from clspd_docs.findings import Finding
from clspd_docs.origin import Place
from clspd_docs.templates.engine import Docxtpl, Program, Run, compile_part
from clspd_docs.templates.language import Sandbox
from clspd_docs.templates.parts import (
    CONTENT_TYPES,
    TextPart,
    core_part,
    parse,
    q,
    rels_of,
    serialise,
    text_parts,
)
from clspd_docs.templates.pictures import Media, has_placeholders, place_pictures, with_picture_types
from clspd_docs.templates.properties import Properties
from clspd_docs.templates.structure import MISPLACED, structure_faults

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the first date that a zip can hold
_PACKED: Final = (".png", ".jpeg")
IMAGES: Final = "images"


@dataclass(frozen=True, slots=True)
class Rendered:
    """One rendering: the bytes of the .docx, or ``None`` with at least one error among the findings."""

    docx: bytes | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """A part that changes from one document to the next."""

    text: TextPart
    program: Program
    has_pictures: bool
    changes_grid: bool


@dataclass(frozen=True, slots=True)
class _Compiled:
    docxtpl: Docxtpl
    parts: tuple[_Part, ...]
    properties: Properties | None
    core_name: str | None
    still: bytes  # a zip of the members that never change, deflated once
    first_drawing_id: int


class Template:
    """A Word template that was opened safely (``package.open_template``)."""

    def __init__(self, name: str, place_file: str, digest: str, members: Mapping[str, bytes]) -> None:
        """Keep the members of the package.

        Args:
            name: File name, « convocation.docx ».
            place_file: Path relative to the working folder, as findings show it.
            digest: SHA-256 of the file, in hexadecimal.
            members: Every member of the zip, well formed when it is XML.
        """
        self.name = name
        self.place_file = place_file
        self.digest = digest
        self.members = members

    @cached_property
    def _compiled(self) -> _Compiled:
        sandbox, docxtpl = Sandbox(), Docxtpl()
        parts, ids = [], [0]
        for text in text_parts(self.members):
            root = parse(self.members[text.name])
            program = compile_part(sandbox, docxtpl, root, self.place_file, text.label)
            pictures = has_placeholders(root)
            if program.faults or program.tags or pictures:
                parts.append(
                    _Part(text, program, pictures, any(_changes_grid(t.prefix, t.body) for t in program.tags))
                )
            else:
                ids += [
                    int(p.get("id") or 0) for p in root.iter(q("wp:docPr")) if (p.get("id") or "").isdecimal()
                ]
        core = core_part(self.members)
        properties = (
            Properties(Sandbox(autoescape=False), self.members[core], self.place_file) if core else None
        )
        return _Compiled(docxtpl, tuple(parts), properties, core, self._still(parts, core), max(ids) + 1)

    def _still(self, parts: list[_Part], core: str | None) -> bytes:
        moving = {part.text.name for part in parts} | {core}
        moving |= {rels_of(part.text.name) for part in parts if part.has_pictures}
        members = {name: raw for name, raw in self.members.items() if name not in moving}
        if any(part.has_pictures for part in parts):
            members[CONTENT_TYPES] = with_picture_types(members[CONTENT_TYPES])
        first = sorted(members, key=lambda name: name != CONTENT_TYPES)
        return _zipped(b"", ((name, members[name]) for name in first))

    def fields(self) -> tuple[str, ...]:
        """Return the dotted paths that the template reads, sorted: « membre.nom », « seance.points[].titre ».

        A template whose tags are at fault gives those of its other parts.
        """
        compiled = self._compiled
        programs = [part.program for part in compiled.parts]
        programs += compiled.properties.programs.values() if compiled.properties else ()
        return tuple(sorted(set().union(*(program.fields() for program in programs))))

    def render(self, context: Mapping[str, Any]) -> Rendered:
        """Return the document for ``context``; the same context gives the same bytes. Nothing is raised.

        Args:
            context: Root names of the tags. Two have a meaning of their own: ``images`` (PNG or JPEG bytes by
                name, for the placeholder pictures) and ``fixe_le`` (datetime, the dates of the document).

        Returns:
            The bytes, or every fault met: MOD120 to MOD124, FUS101 to FUS111. FUS112 comes with the bytes.
        """
        compiled, run = self._compiled, Run(context)
        findings: list[Finding] = []
        changed: dict[str, bytes] = {}
        media = Media()
        number = compiled.first_drawing_id
        for part in compiled.parts:
            root, faults = self._render_part(part, run)
            if root is not None:
                rels, more = self._with_pictures(part, root, run, media)
                faults += more
                changed.update(rels)
                number = _number_drawings(root, number)
                changed[part.text.name] = serialise(root)
            findings += faults
        if compiled.properties and compiled.core_name:
            changed[compiled.core_name], faults = compiled.properties.render(run)
            findings += faults
        if any(finding.is_error for finding in findings):
            return Rendered(None, tuple(findings))
        members = [*changed.items(), *sorted(media.members.items())]
        return Rendered(_zipped(compiled.still, members), tuple(findings))

    def _render_part(self, part: _Part, run: Run) -> tuple[etree._Element | None, list[Finding]]:
        text, faults = part.program.run(run)
        if faults:
            return None, faults
        place = Place(self.place_file, part=part.text.label)
        try:
            root = self._compiled.docxtpl.tree(text, changes_grid=part.changes_grid)
        except etree.XMLSyntaxError:
            return None, [MISPLACED.at(place)]
        return root, structure_faults(root, place)

    def _with_pictures(
        self, part: _Part, root: etree._Element, run: Run, media: Media
    ) -> tuple[dict[str, bytes], list[Finding]]:
        """Return the relationships of the part when pictures change them, and the faults of the pictures."""
        if not part.has_pictures:
            return {}, []
        name = rels_of(part.text.name)
        images = run.context.get(IMAGES) or {}
        rels, faults = place_pictures(root, part.text, self.members.get(name), images, self.place_file, media)
        return {name: rels}, faults


def _changes_grid(prefix: str, body: str) -> bool:
    """True for a tag that makes rows of a table wider or narrower than the template's."""
    return prefix == "tc" or body.partition(" ")[0] in {"colspan", "hm"}


def _number_drawings(root: etree._Element, number: int) -> int:
    """Give each drawing an id of its own, as Word asks; return the next one."""
    for properties in root.iter(q("wp:docPr")):
        properties.set("id", str(number))
        number += 1
    return number


def _zipped(start: bytes, members: Iterable[tuple[str, bytes]]) -> bytes:
    """Return the zip ``start`` with ``members`` added: fixed dates, the same bytes on every machine."""
    stream = io.BytesIO()
    stream.write(start)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, raw in members:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 0
            packed = start and name.endswith(_PACKED)  # in every document, and deflating gains nothing
            info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            archive.writestr(info, raw, compresslevel=6)
    return stream.getvalue()

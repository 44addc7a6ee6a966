"""The properties of the document (docProps/core.xml): title and others with tags, fixed dates, language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.templates.engine import Program, Run, lone_braces
from clspd_docs.templates.language import Sandbox
from clspd_docs.templates.parts import parse, q, serialise
from clspd_docs.templates.tags import LONE_BRACES, TAG, Tag, split

PROPERTIES: Final = "propriétés"
LANGUAGE: Final = "fr-FR"
FIXED_AT: Final = "fixe_le"
MAX_PROPERTY: Final = 255  # what Word keeps
_DATES: Final = ("dcterms:created", "dcterms:modified")
_W3C: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"

CUT: Final = Kind(
    "FUS112",
    Severity.WARNING,
    "Propriété coupée",
    "Une propriété du document (titre, objet…) dépasse 255 caractères : elle a été coupée.",
    "Dans Word : Fichier, Informations ; raccourcir la propriété, ou les champs qu’elle reprend.",
)


class Properties:
    """The properties of one template, compiled; they are rewritten in every document, tags or not."""

    def __init__(self, sandbox: Sandbox, raw: bytes, file: str) -> None:
        self._raw, self._file = raw, file
        self.programs: dict[int, Program] = {}
        for index, text, tags in property_texts(raw):
            lone = lone_braces(text, Place(file, part=PROPERTIES))
            program = Program(sandbox, "" if lone else text, tags, file, PROPERTIES)
            program.faults += lone
            self.programs[index] = program

    def render(self, run: Run) -> tuple[bytes, list[Finding]]:
        """Return the part and the findings: those of its tags, FUS112.

        The dates are those of ``fixe_le`` in the context, a datetime in UTC unless it says otherwise; without
        it, those of the template.
        """
        root = parse(self._raw)
        findings: list[Finding] = []
        for index, program in self.programs.items():
            text, faults = program.run(run)
            text = re.sub("[ \t\n]+", " ", text).strip()
            if len(text) > MAX_PROPERTY:
                faults = [*faults, CUT.at(Place(self._file, part=PROPERTIES))]
            root[index].text = text[:MAX_PROPERTY]
            findings += faults
        moment = run.context.get(FIXED_AT)
        if isinstance(moment, datetime):
            for name in _DATES:
                _set(root, name, _utc(moment)).set(_W3C, "dcterms:W3CDTF")
        _set(root, "dc:language", LANGUAGE)
        return serialise(root), findings


def property_texts(raw: bytes) -> Iterator[tuple[int, str, list[Tag]]]:
    """Yield (index, text, tags) of the properties that hold tags or pieces of tags."""
    for index, element in enumerate(parse(raw)):
        text = element.text or ""
        tags = [Tag(m[0], *split(m[0]), PROPERTIES, element) for m in TAG.finditer(text)]
        if tags or LONE_BRACES.search(text):
            yield index, text, tags


def _utc(moment: datetime) -> str:
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _set(root: etree._Element, name: str, text: str) -> etree._Element:
    element = root.find(q(name))
    if element is None:
        element = etree.SubElement(root, q(name))
    element.text = text
    return element

"""Many documents rendered from one template, spliced as the sections of one Word file, converted at once.

A letter alone costs LibreOffice three times what it costs among others. What it shows must stay what it
showed alone: its own page numbers and total, headers, pictures, numbered lists. What cannot be kept true so is
refused, and the template's documents are converted one by one.

LibreOffice 7.4 does not know the number of pages of a section: « sur 2 » becomes a reference to the page
where the letter's last paragraph ends. It numbers footnotes through the file, and when they bear numbers of
their own instead, some links back from the note are nowhere: letters with notes are refused.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from lxml import etree

from clspd_docs.templates.parts import (
    CONTENT_TYPES,
    MAIN_TYPE,
    NS,
    content_types,
    core_part,
    parse,
    q,
    rels_of,
    serialise,
    target_of,
)
from clspd_docs.templates.splice_lists import Lists

_STORED: Final = (".png", ".jpeg", ".jpg")
_REL: Final = f"{{{NS['r']}}}"
_HEADING_KINDS: Final = {"w:headerReference": "header", "w:footerReference": "footer"}

# What a section may hold: everything else moves with the section in ways that were not tried.
_SECTION: Final = {
    q(f"w:{name}")
    for name in (
        *("headerReference", "footerReference", "type", "pgSz", "pgMar", "pgNumType", "cols"),
        *("titlePg", "docGrid", "formProt", "noEndnote"),
    )
}
_REFUSED: Final = tuple(
    (etree.XPath(path, namespaces=NS), reason)
    for path, reason in (
        ("//w:body//w:sectPr[not(parent::w:body)]", "il a plusieurs sections"),
        ("//w:footnoteReference | //w:endnoteReference", "il a des notes"),
        ("//w:hyperlink[@w:anchor]", "il a des liens internes"),
        ("//w:dataBinding", "il a des contrôles liés aux propriétés du document"),
        ("//w:ins | //w:del | //w:moveFrom | //w:moveTo", "il a des modifications suivies"),
        ("//w:object | //w:control", "il contient un objet incorporé"),
        ("//*[local-name()='linkedTxbx']", "il a des zones de texte liées"),
        ("//w:body/w:p[last()]/w:pPr/w:framePr", "il se termine par un cadre"),
        ("//w:cols[@w:num > 1]", "il est en colonnes"),
    )
)
_DROPPED: Final = etree.XPath(
    "//w:bookmarkStart | //w:bookmarkEnd | //w:commentRangeStart | //w:commentRangeEnd | //w:r[w:commentReference]",
    namespaces=NS,
)
_FIELDS: Final = {"PAGE", "NUMPAGES", "HYPERLINK", "FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN"}
_TOTAL: Final = re.compile(r"\s*NUMPAGES(\s+\\\*\s+(MERGEFORMAT|Arabic))*\s*")


@dataclass(frozen=True, slots=True)
class Letter:
    """One document in the spliced file: the bookmarks of its first and last paragraphs, and its title."""

    start: str
    end: str
    title: str


@dataclass(frozen=True, slots=True)
class Spliced:
    """The spliced Word file; its letters are in the order given."""

    docx: bytes
    letters: tuple[Letter, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why documents cannot share one file: « il a plusieurs sections », said of the template."""

    reason: str


class _RefusedError(Exception):
    """Carries the reason to ``splice``, never further."""


def splice(documents: Sequence[bytes]) -> Spliced | Refused:
    """Return one Word file of which each of ``documents`` is a section, or why they must stay apart.

    Args:
        documents: At least one, as ``Template.render`` gives them, all from the same template. The same
            documents give the same bytes.
    """
    try:
        packages = [_Package(document) for document in documents]
        joined = _Joined(packages[0])
        letters = tuple(joined.add(package) for package in packages)
    except _RefusedError as refused:
        return Refused(str(refused))
    except KeyError:  # a part that is named and not there: LibreOffice does without
        return Refused("une de ses parties manque")
    return Spliced(joined.docx(), letters)


class _Package:
    """One document, opened."""

    def __init__(self, docx: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(docx)) as archive:
            self.members = {name: archive.read(name) for name in archive.namelist()}
        self.main = next(name for name, kind in content_types(self.members) if kind == MAIN_TYPE)
        self.root = parse(self.members[self.main])
        self.links = {link.get("Id") or "": link for link in self.relations(self.main)}

    def relations(self, part: str) -> etree._Element:
        """Return the relationships of ``part``."""
        raw = self.members.get(rels_of(part))
        return parse(raw) if raw else etree.Element(q("rel:Relationships"), nsmap={None: NS["rel"]})

    def target(self, link: etree._Element) -> str:
        """Return the member that ``link``, a relationship of the main part, leads to."""
        return target_of(posixpath.dirname(self.main), link)

    def part_name(self, kind: str) -> str:
        """Return the member that the main part refers to as its « numbering », « styles »…; "" without one."""
        found = (each for each in self.links.values() if (each.get("Type") or "").endswith(f"/{kind}"))
        link = next(found, None)
        return "" if link is None else self.target(link)

    def part(self, kind: str) -> bytes | None:
        """Return that member."""
        return self.members.get(self.part_name(kind))

    def title(self) -> str:
        """Return the title of the document, "" without one."""
        core = core_part(self.members)
        found = parse(self.members[core]).findtext("dc:title", "", NS) if core else ""
        return str(found).strip()


class _Joined:
    """The file in the making. It starts as the first document emptied of its text."""

    def __init__(self, first: _Package) -> None:
        self._first = first
        self._root = deepcopy(first.root)
        self._body = _body(self._root)
        for element in list(self._body):
            self._body.remove(element)
        self._links = first.relations(first.main)
        self._ids = {_key(link): link.get("Id") or "" for link in self._links}
        self._types = parse(first.members[CONTENT_TYPES])
        self._members = dict(first.members)
        self._moving = {first.main, rels_of(first.main), CONTENT_TYPES, core_part(first.members)}
        self._headings: dict[tuple[bytes, bytes | None], str] = {}
        self._lists = Lists(first.part("numbering"), first.part("styles"))
        self._shape: list[tuple[str, str]] | None = None
        self._section: etree._Element | None = None  # of the letter before
        self._begin_with_table = False
        self._count = 0

    def add(self, package: _Package) -> Letter:
        """Take one document in, after those before."""
        self._count += 1
        letter = Letter(f"ClspdDebut{self._count}", f"ClspdFin{self._count}", package.title())
        body = _body(package.root)
        section = _checked(package.root, body)
        for element in _DROPPED(package.root):
            element.getparent().remove(element)
        if reason := self._lists.restart(body):
            raise _RefusedError(reason)
        self._take_members(package)
        self._take_headings(package, section, letter)
        self._relate(package, body)
        self._close_section(begins_with_table=body[0].tag == q("w:tbl"))
        _mark(body, letter, self._count, at_end=not self._begin_with_table)
        body.remove(section)
        self._section = _own_numbering(section)
        for element in list(body):
            self._body.append(element)
        return letter

    def _close_section(self, *, begins_with_table: bool) -> None:
        """Close the section of the letter before, in a paragraph that LibreOffice drops as it does nothing else.

        It keeps that paragraph before a table: then the last paragraph of the letter carries the section.
        """
        if self._section is None:
            self._begin_with_table = begins_with_table
            return
        if begins_with_table != self._begin_with_table:
            raise _RefusedError("ses documents ne commencent pas tous de la même façon")
        carrier = self._body[-1] if begins_with_table else etree.SubElement(self._body, q("w:p"))
        properties = carrier.find("w:pPr", NS)
        if properties is None:
            properties = etree.Element(q("w:pPr"))
            carrier.insert(0, properties)
        properties.append(self._section)

    def docx(self) -> bytes:
        """Return the file."""
        assert self._section is not None
        self._body.append(self._section)
        for number, properties in enumerate(self._root.iter(q("wp:docPr")), 1):
            properties.set("id", str(number))
        members = self._members
        members[self._first.main] = serialise(self._root)
        members[rels_of(self._first.main)] = serialise(self._links)
        members[CONTENT_TYPES] = serialise(self._types)
        if numbering := self._lists.part():
            members[self._first.part_name("numbering")] = numbering
        return _zipped(members)

    def _take_members(self, package: _Package) -> None:
        """Take the pictures of ``package``; everything that is not its own text must be the template's."""
        if package is self._first:
            self._moving |= set(_headings_of(package))
            self._moving |= {rels_of(name) for name in _headings_of(package)}
            return
        for name, raw in package.members.items():
            if name in self._moving:
                continue
            if self._members.setdefault(name, raw) != raw:
                raise _RefusedError(f"ses documents diffèrent par « {name} »")
        known = {(each.tag, _type_key(each)) for each in self._types}
        for each in parse(package.members[CONTENT_TYPES]):
            if (each.tag, _type_key(each)) not in known:
                self._types.append(each)

    def _take_headings(self, package: _Package, section: etree._Element, letter: Letter) -> None:
        """Give the letter its own headers and footers; equal ones are shared."""
        shape = []
        for name in _HEADING_KINDS:
            for reference in section.findall(name, NS):
                shape.append((name, reference.get(q("w:type")) or ""))
                link = package.links[reference.get(f"{_REL}id") or ""]
                reference.set(f"{_REL}id", self._heading(package, package.target(link), link, letter))
        if self._shape is None:
            self._shape = shape
        elif self._shape != shape:  # a section without header takes that of the section before
            raise _RefusedError("ses documents n’ont pas tous les mêmes en-têtes")

    def _heading(self, package: _Package, name: str, link: etree._Element, letter: Letter) -> str:
        """Return the id of the relationship to the header or footer ``name`` of this letter."""
        root = parse(package.members[name])
        _check_content(root, is_body=False)
        if next(root.iter(q("w:numPr")), None) is not None:
            raise _RefusedError("ses en-têtes ont des listes")
        for element in _DROPPED(root):
            element.getparent().remove(element)
        _count_own_pages(root, letter)
        raw, rels = serialise(root), package.members.get(rels_of(name))
        if (raw, rels) not in self._headings:
            number = len(self._headings) + 1
            stem, _, extension = name.rpartition(".")
            own = f"{stem}-{number}.{extension}"
            self._members[own] = raw
            if rels is not None:
                self._members[rels_of(own)] = rels
            kind = next(kind for part, kind in content_types(package.members) if part == name)
            attributes = {"PartName": f"/{own}", "ContentType": kind}
            etree.SubElement(self._types, q("ct:Override"), attributes)
            target = posixpath.relpath(own, posixpath.dirname(self._first.main))
            self._headings[raw, rels] = self._link(link.get("Type") or "", target, None)
        return self._headings[raw, rels]

    def _relate(self, package: _Package, body: etree._Element) -> None:
        """Make the relationships that ``body`` names those of the file."""
        section = body[-1]
        for element in body.iter():
            if element.getparent() is section:  # its headers are done
                continue
            for name, value in element.attrib.items():
                if str(name).startswith(_REL) and value in package.links:
                    link = package.links[value]
                    element.set(
                        name,
                        self._link(link.get("Type") or "", link.get("Target") or "", link.get("TargetMode")),
                    )

    def _link(self, kind: str, target: str, mode: str | None) -> str:
        """Return the id of this relationship of the main part, made when it is not there yet."""
        key = (kind, target, mode)
        if key not in self._ids:
            self._ids[key] = f"clspd{len(self._ids) + 1}"
            link = etree.SubElement(self._links, q("rel:Relationship"))
            link.attrib.update({"Id": self._ids[key], "Type": kind, "Target": target})
            if mode:
                link.set("TargetMode", mode)
        return self._ids[key]


def _body(root: etree._Element) -> etree._Element:
    body = root.find("w:body", NS)
    assert body is not None
    return body


def _key(link: etree._Element) -> tuple[str, str, str | None]:
    return link.get("Type") or "", link.get("Target") or "", link.get("TargetMode")


def _type_key(element: etree._Element) -> str:
    return (element.get("PartName") or element.get("Extension") or "").lower()


def _headings_of(package: _Package) -> Iterator[str]:
    """Yield the members that are headers and footers."""
    for link in package.links.values():
        if (link.get("Type") or "").rpartition("/")[2] in _HEADING_KINDS.values():
            yield package.target(link)


def _checked(root: etree._Element, body: etree._Element) -> etree._Element:
    """Return the section of a document that can be spliced.

    Raises:
        _RefusedError: It cannot.
    """
    _check_content(root, is_body=True)
    section = body[-1]
    if section.tag != q("w:sectPr"):
        raise _RefusedError("sa mise en page n’est pas décrite")
    if len(body) == 1 or body[-2].tag != q("w:p"):
        raise _RefusedError("il ne se termine pas par un paragraphe")
    if any(each.tag not in _SECTION for each in section):
        raise _RefusedError("sa mise en page a des réglages particuliers")
    numbers = section.find("w:pgNumType", NS)
    if numbers is not None and dict(numbers.attrib) not in ({}, {q("w:start"): "1"}):
        raise _RefusedError("ses pages ont une numérotation particulière")
    return section


def _check_content(root: etree._Element, *, is_body: bool) -> None:
    for found, reason in _REFUSED:
        if found(root):
            raise _RefusedError(reason)
    for code in _field_codes(root):
        word = code.split(maxsplit=1)[0] if code.split() else ""
        is_own_total = word == "NUMPAGES" and (is_body or not _TOTAL.fullmatch(code))
        if word.upper() not in _FIELDS or is_own_total or (word == "HYPERLINK" and "\\l" in code):
            raise _RefusedError(f"il utilise le champ Word « {word} »")


def _field_codes(root: etree._Element) -> Iterator[str]:
    """Yield the codes of the fields; one that Word cut over several runs comes as one."""
    for simple in root.iter(q("w:fldSimple")):
        yield simple.get(q("w:instr")) or ""
    code: list[str] = []
    for element in root.iter(q("w:instrText"), q("w:fldChar")):
        if element.tag == q("w:instrText"):
            code.append(element.text or "")
        elif code:
            yield "".join(code)
            code = []


def _count_own_pages(root: etree._Element, letter: Letter) -> None:
    """Make the number of pages of the file that of the letter: the page where its end stands."""
    own = f" PAGEREF {letter.end} "
    for simple in root.iter(q("w:fldSimple")):
        if _TOTAL.fullmatch(simple.get(q("w:instr")) or ""):
            simple.set(q("w:instr"), own)
    for text in root.iter(q("w:instrText")):
        if "NUMPAGES" in (text.text or ""):
            text.text = own


def _mark(body: etree._Element, letter: Letter, number: int, *, at_end: bool) -> None:
    """Put a bookmark at the beginning of the first paragraph, and one at the end of the last one.

    LibreOffice copies what stands in a frame, and gives the bookmarks of the copy other names. At the end of a
    paragraph that carries a section a bookmark moves the last letter a little: ``at_end`` is then false.
    """
    first = next(p for p in body.iter(q("w:p")) if p.find("w:pPr/w:framePr", NS) is None)
    for paragraph, name, identifier in (
        (first, letter.start, 2 * number),
        (body[-2], letter.end, 2 * number + 1),
    ):
        start = paragraph.makeelement(q("w:bookmarkStart"), {q("w:id"): str(identifier), q("w:name"): name})
        end = paragraph.makeelement(q("w:bookmarkEnd"), {q("w:id"): str(identifier)})
        is_last = name == letter.end and at_end
        at = len(paragraph) if is_last else int(paragraph.find("w:pPr", NS) is not None)
        paragraph[at:at] = [start, end]


def _own_numbering(section: etree._Element) -> etree._Element:
    """Return ``section`` starting a page, and its numbers at 1."""
    for name, value, attribute in (("w:type", "nextPage", "w:val"), ("w:pgNumType", "1", "w:start")):
        element = section.find(name, NS)
        if element is None:
            element = section.makeelement(q(name))
            followers = ("w:pgSz", "w:pgMar") if name == "w:type" else ("w:cols", "w:titlePg", "w:docGrid")
            places = [i for i, each in enumerate(section) if each.tag in set(map(q, followers))]
            section.insert(min(places, default=len(section)), element)
        element.set(q(attribute), value)
    return section


def _zipped(members: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, raw in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_STORED if name.endswith(_STORED) else zipfile.ZIP_DEFLATED
            archive.writestr(info, raw, compresslevel=1)
    return stream.getvalue()

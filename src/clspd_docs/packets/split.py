"""One export of many letters, cut into one PDF per letter, each with its own tags.

Only exports of LibreOffice come here: what is cut is what it writes. Each letter ends with a bookmark, which
the export keeps as a named destination; its pages are those after the letter before, up to that one. The
result is what LibreOffice would have made of the letter alone, but for its fonts, which are those of all.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, NumberTree, Object, OutlineItem, Page, Pdf, Stream, String

from clspd_docs.packets.structure import as_list

_Id: TypeAlias = tuple[int, int]

_NAME: Final = re.compile(rb"/([^\s/<>\[\]()]+)")
_MARK: Final = re.compile(rb"/MCID\s+(\d+)")
_TITLE: Final = re.compile(r"(<dc:title\b[^>]*>.*?<rdf:li[^>]*>)(.*?)(</rdf:li>)", re.DOTALL)
_RESOURCES: Final = ("/Font", "/XObject", "/ExtGState", "/Pattern", "/Shading", "/ColorSpace", "/Properties")


class CannotSplitError(Exception):
    """The export is not what was expected of it; nothing was cut. The letters are to be converted alone."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One letter to cut out: the named destinations at its beginning and its end, and the file's title."""

    start: str
    end: str
    title: str


def split(pdf: bytes, cuts: Sequence[Cut]) -> list[bytes]:
    """Return the PDF of each of ``cuts``, which are all the letters of the export ``pdf``, in their order.

    Raises:
        CannotSplitError: A letter does not begin or end where it should, or something lies across two.
    """
    try:
        with pikepdf.open(io.BytesIO(pdf)) as source:
            letters = _letters(source, cuts)
            _share_out(source, letters)
            return [_alone(source, letter) for letter in letters]
    except (pikepdf.PikepdfError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise CannotSplitError(f"the export is not LibreOffice's: {error}") from error


@dataclass(slots=True)
class _Letter:
    """A letter found in the export: its pages, then its tags and what they refer to."""

    title: str
    end: Array
    pages: list[Page]
    tops: list[Object] = field(default_factory=list)
    outline: list[tuple[int, Object]] = field(default_factory=list)


def _letters(source: Pdf, cuts: Sequence[Cut]) -> list[_Letter]:
    """Return the letters with their pages."""
    pages = list(source.pages)
    numbers = {page.obj.objgen: number for number, page in enumerate(pages)}
    places = source.Root.get("/Dests", Dictionary())
    found, first = [], 0
    for cut in cuts:
        start, end = (places.get(f"/{name}") for name in (cut.start, cut.end))
        if not isinstance(start, Array) or not isinstance(end, Array):
            raise CannotSplitError(f"{cut.start} or {cut.end} is missing")
        last = numbers[end[0].objgen]
        if numbers[start[0].objgen] != first or last < first:
            raise CannotSplitError(f"{cut.start} is not where a letter begins")
        found.append(_Letter(cut.title, end, pages[first : last + 1]))
        first = last + 1
    if first != len(pages):
        raise CannotSplitError("pages are left after the last letter")
    return found


def _share_out(source: Pdf, letters: Sequence[_Letter]) -> None:
    """Give each letter its tags and its headings, and leave nothing that leads from one to another."""
    owner = {page.obj.objgen: number for number, letter in enumerate(letters) for page in letter.pages}
    for letter in letters:
        _drop_own_links(letter)
        _check_links(letter, owner)
    tree = source.Root.StructTreeRoot
    sharing = _Sharing(owner)
    for top in as_list(tree.get("/K")):
        for number, part in sharing.parts(source, top).items():
            letters[number].tops.append(part)
    for depth, item in _outline(source.Root.get("/Outlines")):
        letters[owner[_target(item)]].outline.append((depth, item))


def _drop_own_links(letter: _Letter) -> None:
    """Remove the links from « sur 2 » to the end of the letter, which LibreOffice makes of the reference."""
    for page in letter.pages:
        kept = [each for each in as_list(page.obj.get("/Annots")) if not _leads_to(each, letter.end)]
        _annotate(page, kept)


def _leads_to(annotation: Object, end: Array) -> bool:
    target = annotation.get("/Dest")
    if (
        annotation.get("/Subtype") != Name.Link
        or "/StructParent" in annotation
        or not isinstance(target, Array)
    ):
        return False
    return target[0].objgen == end[0].objgen and list(target)[1:] == list(end)[1:]


def _check_links(letter: _Letter, owner: Mapping[_Id, int]) -> None:
    """Refuse a link from one letter to another."""
    own = owner[letter.pages[0].obj.objgen]
    for page in letter.pages:
        for annotation in as_list(page.obj.get("/Annots")):
            action, target = annotation.get("/A", Dictionary()), annotation.get("/Dest")
            if action.get("/S") == Name.GoTo:
                target = action.D
            if target is not None and (not isinstance(target, Array) or owner[target[0].objgen] != own):
                raise CannotSplitError("a link leads from one letter to another")


def _annotate(page: Page, annotations: Sequence[Object]) -> None:
    if annotations:
        page.obj.Annots = Array(annotations)
    elif "/Annots" in page.obj:
        del page.obj.Annots


def _is_element(node: Object | int | None) -> bool:
    return isinstance(node, Dictionary) and "/S" in node


class _Sharing:
    """Tells which letter each tag belongs to; a tag that holds several letters' tags is divided."""

    def __init__(self, owner: Mapping[_Id, int]) -> None:
        self._owner = owner
        self._last = 0

    def parts(self, pdf: Pdf, element: Object) -> dict[int, Object]:
        """Return ``element`` by letter: itself for one, else a copy for each with the tags below."""
        page = element.get("/Pg")
        below: dict[int, list[Object | int]] = {}
        has_content = False
        for kid in as_list(element.get("/K")):
            if _is_element(kid):
                for number, part in self.parts(pdf, kid).items():
                    below.setdefault(number, []).append(part)
            else:
                has_content = True
                below.setdefault(self._of_content(kid, page), []).append(kid)
        if not below:
            # An empty cell, or a picture: its page tells, or else what comes before it.
            below = {self._last if page is None else self._owner[page.objgen]: []}
        self._last = max(below)
        if len(below) == 1:
            return dict.fromkeys(below, element)
        if has_content:
            raise CannotSplitError("a text lies across two letters")
        return {number: _divided(pdf, element, kids) for number, kids in below.items()}

    def _of_content(self, kid: Object | int, page: Object | None) -> int:
        """Return the letter of a mark, a marked stream or an annotation."""
        if isinstance(kid, Dictionary):
            page = kid.get("/Pg", page)
            if "/Obj" in kid and kid.get("/Pg") is None:
                page = kid.Obj.get("/P", page)
        if page is None:
            raise CannotSplitError("a mark is on no page")
        return self._owner[page.objgen]


def _divided(pdf: Pdf, element: Object, kids: Iterable[Object | int]) -> Object:
    """Return a copy of ``element`` over ``kids`` only."""
    made = pdf.make_indirect(Dictionary({k: v for k, v in element.items() if k not in {"/K", "/P", "/Pg"}}))
    made.K = Array(kids)
    for kid in made.K:
        kid.P = made
    return made


def _outline(top: Object | None, depth: int = 0) -> Iterator[tuple[int, Object]]:
    """Yield the items of an outline with their depth, in order."""
    item = top.get("/First") if isinstance(top, Dictionary) else None
    while item is not None:
        yield depth, item
        yield from _outline(item, depth + 1)
        item = item.get("/Next")


def _target(item: Object) -> _Id:
    target = item.get("/Dest")
    if not isinstance(target, Array):
        raise CannotSplitError("a heading leads nowhere")
    return target[0].objgen


def _alone(source: Pdf, letter: _Letter) -> bytes:
    """Return the file of one letter."""
    parents = _renumbered(source, letter)
    for page in letter.pages:
        _keep_used_resources(page)
    with Pdf.new() as made:
        made.pages.extend(letter.pages)
        tree = Dictionary({k: v for k, v in source.Root.StructTreeRoot.items() if k == "/RoleMap"})
        tree.Type, tree.K = Name.StructTreeRoot, Array(letter.tops)
        tree.ParentTree = source.make_indirect(
            Dictionary(Nums=Array([item for entry in enumerate(parents) for item in entry]))
        )
        tree = source.make_indirect(tree)
        for top in letter.tops:
            top.P = tree
            top.Pg = letter.pages[0].obj
        made.Root.StructTreeRoot = made.copy_foreign(tree)
        _describe(source, made, letter)
        buffer = io.BytesIO()
        made.save(buffer, min_version=source.pdf_version, fix_metadata_version=False)
    return buffer.getvalue()


def _renumbered(source: Pdf, letter: _Letter) -> list[Object]:
    """Number the pages and annotations of the letter from 0; return what each number leads to."""
    known = NumberTree(source.Root.StructTreeRoot.ParentTree)
    parents: list[Object] = []
    for page in letter.pages:
        if "/StructParents" in page.obj:
            marks = known[int(page.obj.StructParents)]
            _check_marks(page, marks)
            page.obj.StructParents = len(parents)
            parents.append(marks)
    for page in letter.pages:
        for annotation in as_list(page.obj.get("/Annots")):
            if "/StructParent" in annotation:
                element = known[int(annotation.StructParent)]
                annotation.StructParent = len(parents)
                parents.append(element)
    return parents


def _check_marks(page: Page, marks: Object) -> None:
    """Refuse a page of which a mark leads to no tag."""
    used = {int(number) for number in _MARK.findall(_content(page))}
    if any(number >= len(marks) or not _is_element(marks[number]) for number in used):
        raise CannotSplitError("a mark leads to no tag")


def _content(page: Page) -> bytes:
    stream = page.obj.get("/Contents")
    if not isinstance(stream, Stream):
        raise CannotSplitError("a page has no content of one piece")
    return stream.read_bytes()


def _keep_used_resources(page: Page) -> None:
    """Leave to ``page`` the fonts and pictures that it names; LibreOffice gives those of all to each."""
    used = {b"/" + name for name in _NAME.findall(_content(page))}
    kept = Dictionary()
    for kind, values in page.obj.Resources.items():
        is_named = kind in _RESOURCES
        kept[kind] = (
            Dictionary({k: v for k, v in values.items() if k.encode() in used}) if is_named else values
        )
    page.obj.Resources = kept


def _describe(source: Pdf, made: Pdf, letter: _Letter) -> None:
    """Say of the letter what the export says of itself, with its own title and headings."""
    for key in ("/Lang", "/MarkInfo", "/ViewerPreferences", "/OutputIntents"):
        if key in source.Root:
            value = source.Root[key]
            made.Root[key] = (
                made.copy_foreign(source.make_indirect(value))
                if isinstance(value, Array | Dictionary)
                else value
            )
    xmp = source.Root.Metadata.read_bytes().decode()
    titled = _TITLE.sub(lambda m: m[1] + escape(letter.title) + m[3], xmp)
    made.Root.Metadata = made.make_stream(titled.encode(), Type=Name.Metadata, Subtype=Name.XML)
    said = Dictionary(dict(source.trailer.get("/Info", Dictionary()).items()))
    said.Title = String(letter.title)
    made.trailer.Info = made.make_indirect(said)
    if letter.outline:
        _list_headings(made, letter)


def _list_headings(made: Pdf, letter: _Letter) -> None:
    """Write the outline of the letter."""
    numbers = {page.obj.objgen: number for number, page in enumerate(letter.pages)}
    with made.open_outline() as outline:
        levels = [(-1, outline.root)]
        for depth, heading in letter.outline:
            place = Array([made.pages[numbers[_target(heading)]].obj, *list(heading.Dest)[1:]])
            item = OutlineItem(str(heading.Title), place)
            while levels[-1][0] >= depth:
                levels.pop()
            levels[-1][1].append(item)
            levels.append((depth, item.children))

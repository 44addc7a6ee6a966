"""The structure tree of a packet: each part's tags under one /Part, below one /Document.

No library joins tags: pages alone would keep their marks, but nothing would say what they mean. The copy of
a part's tree finds its pages again, since qpdf remembers which foreign object became which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pikepdf import Array, Dictionary, Name, NumberTree, Object, Page, Pdf, String

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from clspd_docs.packets.spec import Part

Rect: TypeAlias = tuple[float, float, float, float]


def as_list(value: Object | None) -> list[Object]:
    """Return the items of an array; a lone value as one item, none at all as no item."""
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


def box(element: Object) -> Rect | None:
    """Return the box that an element says it takes on its page (left, bottom, right, top, in points)."""
    for attribute in as_list(element.get("/A")):
        corners = attribute.get("/BBox") if isinstance(attribute, Dictionary) else None
        if isinstance(corners, Array):
            x0, y0, x1, y1 = (float(value) for value in corners)
            return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    return None


def elements(top: Iterable[Object]) -> Iterator[Object]:
    """Yield every structure element at or below ``top``, parents before children, each once."""
    return iter(_walk(top)[0])


def _walk(top: Iterable[Object]) -> tuple[list[Object], list[Object]]:
    """Return the structure elements at or below ``top``, as ``elements``, and what else they hold: references."""
    waiting = list(top)[::-1]
    seen: set[tuple[int, int]] = set()
    found: list[Object] = []
    references: list[Object] = []
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Dictionary):
            continue
        if "/S" not in node:
            references.append(node)
            continue
        key = node.objgen
        if key[0] and key in seen:
            continue
        seen.add(key)
        found.append(node)
        below = node.get("/K")
        if isinstance(below, Array):
            waiting.extend(reversed(list(below)))
        elif below is not None:
            waiting.append(below)
    return found, references


class StructureTree:
    """The tags of the packet; it grows part by part and enters the file with ``finish``."""

    def __init__(self, pdf: Pdf, lang: str) -> None:
        self._pdf = pdf
        self._lang = lang
        self._root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        self._document = pdf.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name.Document, P=self._root, K=Array())
        )
        self._root.K = Array([self._document])
        self._parents: dict[int, Object] = {}
        self._next_key = 0
        self._roles = Dictionary()
        self._classes = Dictionary()
        self._ids: dict[bytes, Object] = {}
        self._attributes: dict[bytes, Object] = {}

    def adopt(self, source: Pdf, part: Part, pages: Sequence[Page]) -> list[Object]:
        """Hang the tags of ``source`` below the document, once its ``pages`` stand in the packet.

        Returns:
            Its structure elements, in reading order; empty when it has no tags.
        """
        foreign = source.Root.get("/StructTreeRoot")
        if not isinstance(foreign, Dictionary):
            self._renumber(Dictionary(), pages, [])
            return []
        tree = self._pdf.copy_foreign(source.make_indirect(foreign))
        found, references = _walk(as_list(tree.get("/K")))
        self._renumber(tree, pages, references)
        self._rename(tree, part.key, found)
        self._hang(tree, part.title, str(source.Root.get("/Lang", self._lang)))
        return found

    def register(self, value: Object) -> int:
        """Return a new key of the parent tree, which leads to ``value``."""
        key = self._next_key
        self._parents[key] = value
        self._next_key += 1
        return key

    def mark(self, page: Page, element: Object) -> int:
        """Give the empty ``element`` a marked content of ``page``; return the number to mark it with."""
        key = page.obj.get_int("/StructParents")
        if key is None:
            key = page.obj.StructParents = self.register(Array())
        marks = self._parents[key]
        marks.append(element)
        element.K = len(marks) - 1
        return len(marks) - 1

    def finish(self) -> None:
        """Write the tree into the file, unless no part had tags."""
        if len(self._document.K) == 0:
            return
        numbers = [item for entry in self._parents.items() for item in entry]
        self._root.ParentTree = self._pdf.make_indirect(Dictionary(Nums=Array(numbers)))
        self._root.ParentTreeNextKey = self._next_key
        if self._roles:
            self._root.RoleMap = self._roles
        if self._classes:
            self._root.ClassMap = self._classes
        if self._ids:
            names = [item for key in sorted(self._ids) for item in (String(key), self._ids[key])]
            self._root.IDTree = self._pdf.make_indirect(Dictionary(Names=Array(names)))
        self._pdf.Root.StructTreeRoot = self._root

    def _renumber(self, tree: Object, pages: Sequence[Page], references: Iterable[Object]) -> None:
        """Move the part's keys behind those in use; a key that leads nowhere is removed."""
        numbers = tree.get("/ParentTree")
        entries = dict(NumberTree(numbers).items()) if isinstance(numbers, Dictionary) else {}
        for holder in _key_holders(pages, references):
            for name in ("/StructParents", "/StructParent"):
                key = holder.get_int(name)
                if key in entries:
                    holder[name] = key + self._next_key
                elif key is not None:
                    del holder[name]
        self._parents |= {key + self._next_key: value for key, value in entries.items()}
        self._next_key += max(entries, default=-1) + 1

    def _rename(self, tree: Object, prefix: str, found: Iterable[Object]) -> None:
        """Keep roles, classes and ids apart from those of the parts before."""
        roles = _merge(self._roles, tree.get("/RoleMap"))
        classes = _merge(self._classes, tree.get("/ClassMap"))

        def own(value: Object) -> String:
            return String(f"{prefix}.".encode() + bytes(value))

        for element in found:
            if roles and (role := roles.get(str(element.S))):
                element.S = role
            if classes and "/C" in element:
                element.C = Array([classes.get(str(each), each) for each in as_list(element.C)])
            if "/ID" in element:
                element.ID = own(element.ID)
                self._ids[bytes(element.ID)] = element
            attributes = element.get("/A")
            if attributes is not None:
                for each in as_list(attributes):
                    if isinstance(each, Dictionary) and "/Headers" in each:
                        each.Headers = Array([own(header) for header in as_list(each.Headers)])
                self._share(element, attributes)

    def _share(self, element: Object, attributes: Object) -> None:
        """Give ``element`` the attributes of an earlier one that has the same; LibreOffice writes them anew for each."""
        if attributes.is_indirect and isinstance(attributes, Dictionary):
            kept = self._attributes.setdefault(attributes.unparse(resolved=True), attributes)
            if kept.objgen != attributes.objgen:
                element.A = kept

    def _hang(self, tree: Object, title: str, lang: str) -> None:
        part = self._pdf.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name.Part, P=self._document, T=String(title), K=Array())
        )
        if lang != self._lang:
            part.Lang = String(lang)
        for top in as_list(tree.get("/K")):
            for child in _lifted(top):
                child.P = part
                part.K.append(child)
        self._document.K.append(part)


def _lifted(top: Object) -> list[Object]:
    """Return the children of a /Document, LibreOffice's one root per file, or ``top`` itself."""
    if not _is_element(top):
        return []
    below = as_list(top.get("/K"))
    return below if top.get("/S") == Name.Document and all(map(_is_element, below)) else [top]


def _is_element(node: Object) -> bool:
    return isinstance(node, Dictionary) and "/S" in node


def _merge(known: Dictionary, added: Object | None) -> dict[str, Name]:
    """Add a role or class map to ``known``; return the new names of the entries that clash.

    LibreOffice 7.4 maps some roles to themselves, which PDF/UA forbids: these are left out.
    """
    renamed: dict[str, Name] = {}
    for name, value in added.items() if isinstance(added, Dictionary) else ():
        if value == Name(name):
            continue
        free, number = name, 1
        while free in known and known[free] != value:
            number += 1
            free = f"{name}-{number}"
        known[free] = value
        if free != name:
            renamed[name] = Name(free)
    return renamed


def _key_holders(pages: Sequence[Page], references: Iterable[Object]) -> Iterator[Object]:
    """Yield, once each, what may hold a key of the parent tree: pages, annotations, marked XObjects."""
    holders: list[Object] = [page.obj for page in pages]
    for page in pages:
        holders += as_list(page.obj.get("/Annots"))
    for reference in references:
        holders += [reference[key] for key in ("/Obj", "/Stm") if key in reference]
    seen: set[tuple[int, int]] = set()
    for holder in holders:
        if not holder.is_indirect or holder.objgen not in seen:
            seen.add(holder.objgen)
            yield holder

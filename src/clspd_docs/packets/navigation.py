"""Ways through a packet: the outline, the links of its contents page, page labels."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, String

from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.packets.structure import as_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from clspd_docs.origin import Place
    from clspd_docs.packets.spec import Part, PlacedPart

UNKNOWN_KEY: Final = Kind(
    code="DOS102",
    severity=Severity.ERROR,
    title="Lien vers une pièce absente du dossier",
    sentence="Un lien du sommaire mène à la pièce « {piece} », qui n’est pas dans ce dossier.",
    remedy="Dans le modèle du sommaire, l’adresse d’un lien est « packet: » suivi de la clé d’une pièce du "
    "dossier. Corriger le lien, ou ajouter la pièce au dossier dans catalogue.toml.",
    bad="packet:convocaton-M012",
    good="packet:convocation-M012",
)

_SCHEME: Final = "packet:"


def destination(page: Page) -> Array:
    """Return a destination at the top of ``page`` that keeps the reader's zoom."""
    top = float(page.cropbox[3])
    return Array([page.obj, Name.XYZ, None, round(top, 2), None])


def link(
    pages: Iterable[Page], targets: Mapping[str, tuple[PlacedPart, Page]], place: Place
) -> list[Finding]:
    """Turn the "packet:KEY" links of ``pages`` into links to that part; say in words where each link goes.

    Returns:
        One finding (DOS102) per key that is not among ``targets``.
    """
    unknown: dict[str, Finding] = {}
    for page in pages:
        for annotation in as_list(page.obj.get("/Annots")):
            if annotation.get("/Subtype") != Name.Link:
                continue
            action = annotation.get("/A")
            uri = str(action.get("/URI", "")) if isinstance(action, Dictionary) else ""
            key = uri.removeprefix(_SCHEME)
            if not uri.startswith(_SCHEME):
                if not str(annotation.get("/Contents", "")).strip():
                    annotation.Contents = String(uri or "Lien dans le document")
            elif key in targets:
                part, first = targets[key]
                del annotation.A
                annotation.Dest = destination(first)
                annotation.Contents = String(f"{part.title}, page {part.first_page}")
            else:
                unknown[key] = UNKNOWN_KEY.at(place, piece=key)
    return list(unknown.values())


class Outline:
    """The outline of the packet: one item per part, its headings below, parts of one group together."""

    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf
        self._items: list[tuple[str, Object]] = []

    def adopt(self, part: Part, first: Page) -> None:
        """Make an item of ``part``, over the headings that pikepdf has just carried into the file.

        Its items hang below the outline's root: this root becomes the part's item, and the file is left
        without outline for the next part.
        """
        item = self._pdf.Root.get("/Outlines")
        if isinstance(item, Dictionary):
            del self._pdf.Root.Outlines
            item = self._pdf.make_indirect(item)
        else:
            item = self._pdf.make_indirect(Dictionary())
        if "/Count" in item:
            item.Count = -abs(int(item.Count))  # closed
        _entitle(item, part.title, destination(first))
        self._items.append((part.group, item))

    def finish(self) -> None:
        """Write the outline into the file; one part alone shows its own headings."""
        root: Object = self._pdf.make_indirect(Dictionary())
        if len(self._items) == 1 and "/First" in self._items[0][1]:
            root = self._items[0][1]
            for key in ("/Title", "/Dest"):
                del root[key]
            root.Count = -int(root.Count)  # open
        else:
            top = []
            for group, members in groupby(self._items, key=lambda item: item[0]):
                items = [item for _, item in members]
                top += [self._group(group, items)] if group else items
            _chain(root, top)
            root.Count = len(top)
            self._pdf.Root.PageMode = Name.UseOutlines
        root.Type = Name.Outlines
        self._pdf.Root.Outlines = root

    def _group(self, title: str, items: Sequence[Object]) -> Object:
        group = self._pdf.make_indirect(Dictionary())
        _entitle(group, title, items[0].Dest)
        _chain(group, items)
        group.Count = -len(items)
        return group


def number_pages(pdf: Pdf) -> None:
    """Label the pages 1, 2, 3 as they are stamped, whatever labels the parts had."""
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.D)]))


def _entitle(item: Object, title: str, target: Object) -> None:
    if "/Type" in item:
        del item.Type
    item.Title = String(title)
    item.Dest = target


def _chain(parent: Object, items: Sequence[Object]) -> None:
    """Link ``items`` to each other and to ``parent``, as an outline level wants it."""
    for before, after in pairwise(items):
        before.Next, after.Prev = after, before
    for item in items:
        item.Parent = parent
    parent.First, parent.Last = items[0], items[-1]

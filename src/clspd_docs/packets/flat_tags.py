"""Tags for pages that this program draws itself: what stands on them, one after the other, below one /Document."""

from __future__ import annotations

from collections.abc import Sequence

from pikepdf import Array, Dictionary, Name, Object, Pdf


def tag(pdf: Pdf, pages: Sequence[Sequence[Dictionary]]) -> None:
    """Give ``pdf`` its tags.

    Args:
        pdf: A file without tags, whose content is marked 0, 1, 2… on each page.
        pages: Per page, one element per mark: /S, and what else it says (/Alt, /A).
    """
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root, K=Array()))
    parents: list[Object | int] = []
    for key, (page, marks) in enumerate(zip(pdf.pages, pages, strict=True)):
        elements = []
        for number, entries in enumerate(marks):
            element = pdf.make_indirect(entries)
            element.Type, element.P, element.Pg, element.K = Name.StructElem, document, page.obj, number
            document.K.append(element)
            elements.append(element)
        page.obj.StructParents = key
        parents += [key, Array(elements)]
    root.K = Array([document])
    root.ParentTree = pdf.make_indirect(Dictionary(Nums=Array(parents)))
    pdf.Root.StructTreeRoot = root

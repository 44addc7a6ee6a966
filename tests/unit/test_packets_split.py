"""One export cut into letters: pages, tags, links, headings, and nothing of the others."""

from __future__ import annotations

from time import process_time

import pytest
from pikepdf import Array, Dictionary, Name, NumberTree, Object, Page, Pdf, String

from builders.pdf import Builder, opened, saved
from clspd_docs.packets.split import CannotSplitError, Cut, split
from clspd_docs.packets.structure import as_list, elements


class Export(Builder):
    """An export of letters, each of so many pages, with the bookmarks at their ends."""

    def letters(self, *page_counts: int) -> Export:
        places = Dictionary()
        for number, count in enumerate(page_counts):
            pages = [self.page(f"lettre {number} page {page}") for page in range(count)]
            for name, page in ((f"/D{number}", pages[0]), (f"/F{number}", pages[-1])):
                places[name] = Array([page.obj, Name.XYZ, 50, 700 if name[1] == "D" else 90, 0])
        self.pdf.Root.Dests = places
        return self


def cuts(number: int) -> list[Cut]:
    return [Cut(f"D{i}", f"F{i}", f"Titre {i}") for i in range(number)]


def cut(export: Builder, number: int) -> list[Pdf]:
    return [opened(data) for data in split(export.bytes(), cuts(number))]


def tree(pdf: Pdf) -> list[Object]:
    return list(elements(as_list(pdf.Root.StructTreeRoot.K)))


def content(page: Page) -> str:
    return page.obj.Contents.read_bytes().decode("cp1252")


def test_each_letter_has_its_pages_and_only_them() -> None:
    found = cut(Export().letters(1, 3, 2), 3)
    assert [len(pdf.pages) for pdf in found] == [1, 3, 2]
    for number, pdf in enumerate(found):
        assert [f"lettre {number} page {i}" in content(page) for i, page in enumerate(pdf.pages)]
        assert sum(
            item.get("/Type") == Name.Page for item in pdf.objects if isinstance(item, Dictionary)
        ) == len(pdf.pages)


def test_each_letter_has_its_tags_and_only_them() -> None:
    for pdf in cut(Export().letters(1, 3, 2), 3):
        (document,) = pdf.Root.StructTreeRoot.K
        assert str(document.S) == "/Document"
        assert document.P.is_same_object_as(pdf.Root.StructTreeRoot)
        assert [kid.Pg.objgen for kid in document.K] == [page.obj.objgen for page in pdf.pages]
        assert all(kid.P.is_same_object_as(document) for kid in document.K)
        tags = [
            each
            for each in pdf.objects
            if isinstance(each, Dictionary) and each.get("/Type") == Name.StructElem
        ]
        assert len(tags) == 1 + len(pdf.pages)


def test_every_mark_and_annotation_leads_to_its_tag() -> None:
    export = Export().letters(2, 2)
    for page in export.pdf.pages:
        export.link(page, "https://www.example.org/")
    for pdf in cut(export, 2):
        parents = NumberTree(pdf.Root.StructTreeRoot.ParentTree)
        assert sorted(parents) == [0, 1, 2, 3]
        for page in pdf.pages:
            assert parents[int(page.obj.StructParents)][0].Pg.objgen == page.obj.objgen
            (link,) = page.obj.Annots
            assert parents[int(link.StructParent)].K.Obj.is_same_object_as(link)


def test_title_language_claims_and_colours_are_those_of_the_export() -> None:
    export = Export(lang="fr-FR", producer="LibreOffice 7.4", roles={"Objet": "P"}).letters(1, 1)
    for number, pdf in enumerate(cut(export, 2)):
        assert str(pdf.docinfo.Title) == f"Titre {number}"
        assert str(pdf.docinfo.Producer) == "LibreOffice 7.4"
        assert str(pdf.Root.Lang) == "fr-FR"
        assert bool(pdf.Root.MarkInfo.Marked)
        assert b"pdfuaid" in pdf.Root.Metadata.read_bytes()
        assert pdf.Root.OutputIntents[0].DestOutputProfile.read_bytes()
        assert pdf.Root.StructTreeRoot.RoleMap.Objet == Name.P


def test_the_title_of_the_metadata_is_that_of_the_letter() -> None:
    pdf = opened(Export().letters(1).bytes())
    title = (
        b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt>'
        b'<rdf:li xml:lang="x-default">tous</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF>'
    )
    pdf.Root.Metadata.write(pdf.Root.Metadata.read_bytes().replace(b"</rdf:RDF>", title))
    (data,) = split(saved(pdf), [Cut("D0", "F0", "Lettre à A & B")])
    assert ">Lettre à A &amp; B</rdf:li>" in opened(data).Root.Metadata.read_bytes().decode()


def test_each_letter_has_its_headings() -> None:
    export = Export().letters(1, 2)
    for title, page in (("Un", 0), ("Deux", 1), ("Trois", 2)):
        export.heading(title, page)
    one, two = cut(export, 2)
    for pdf, titles in ((one, ["Un"]), (two, ["Deux", "Trois"])):
        with pdf.open_outline() as outline:
            assert [item.title for item in outline.root] == titles
            places = [item.destination for item in outline.root]
        assert [place[0].objgen for place in places] == [page.obj.objgen for page in pdf.pages]  # type: ignore[index]  # arrays


def test_a_tag_over_several_letters_is_divided() -> None:
    export = Export().letters(1, 1)
    holder = export.element(Name.Sect, export.document)
    holder.K, export.document.K = export.document.K, Array([holder])
    del holder.K[-1]
    for kid in holder.K:
        kid.P = holder
    for pdf in cut(export, 2):
        assert [str(each.S) for each in tree(pdf)] == ["/Document", "/Sect", "/P"]
        assert tree(pdf)[2].P.is_same_object_as(tree(pdf)[1])


def test_an_empty_tag_goes_with_its_page() -> None:
    export = Export().letters(1, 1)
    export.anchor(export.pdf.pages[0], "sig:president|Signature")
    assert [[str(each.S) for each in tree(pdf)] for pdf in cut(export, 2)] == [
        ["/Document", "/P", "/Figure"],
        ["/Document", "/P"],
    ]


def test_the_link_from_the_total_to_the_end_of_the_letter_is_removed() -> None:
    export = Export().letters(2)
    for page in export.pdf.pages:
        link = Dictionary(Subtype=Name.Link, Dest=export.pdf.Root.Dests.F0, Rect=Array([0, 0, 9, 9]))
        page.obj.Annots = Array([export.pdf.make_indirect(link)])
    export.link(export.pdf.pages[0], "https://www.example.org/")
    (pdf,) = cut(export, 1)
    assert [len(as_list(page.obj.get("/Annots"))) for page in pdf.pages] == [1, 0]


def test_fonts_that_a_page_does_not_name_are_left_out() -> None:
    export = Export().letters(1)
    export.pdf.pages[0].obj.Resources.Font.F2 = export.pdf.pages[0].obj.Resources.Font.F1
    (pdf,) = cut(export, 1)
    assert list(pdf.pages[0].obj.Resources.Font.keys()) == ["/F1"]


def two() -> Export:
    return Export().letters(1, 1)


def without_a_bookmark(export: Export) -> None:
    del export.pdf.Root.Dests.F1


def with_a_page_more(export: Export) -> None:
    export.page("en trop")


def with_letters_that_overlap(export: Export) -> None:
    export.pdf.Root.Dests.F0 = export.pdf.Root.Dests.F1


def with_a_link_to_the_other(export: Export) -> None:
    link = Dictionary(
        Subtype=Name.Link, Dest=Array([export.pdf.pages[1].obj, Name.Fit]), Rect=Array([0, 0, 9, 9])
    )
    export.pdf.pages[0].obj.Annots = Array([export.pdf.make_indirect(link)])


def with_a_mark_without_tag(export: Export) -> None:
    export.pdf.pages[0].obj.Contents = export.pdf.make_stream(b"/P<</MCID 7>>BDC EMC")


def with_a_text_over_both(export: Export) -> None:
    mark = Dictionary(Type=Name.MCR, MCID=0, Pg=export.pdf.pages[1].obj)
    export.document.K[0].K = Array([0, mark])


def without_tags(export: Export) -> None:
    export.tagged = False


def with_named_links(export: Export) -> None:
    link = Dictionary(Subtype=Name.Link, Dest=String("ailleurs"), Rect=Array([0, 0, 9, 9]))
    export.pdf.pages[0].obj.Annots = Array([export.pdf.make_indirect(link)])


@pytest.mark.parametrize(
    "spoil",
    [
        *(without_a_bookmark, with_a_page_more, with_letters_that_overlap, with_a_link_to_the_other),
        *(with_a_mark_without_tag, with_a_text_over_both, without_tags, with_named_links),
    ],
    ids=lambda f: f.__name__,
)
def test_an_export_that_is_not_as_expected_is_not_cut(spoil: object) -> None:
    export = two()
    spoil(export)  # type: ignore[operator]  # a function
    with pytest.raises(CannotSplitError):
        split(export.bytes(), cuts(2))


def test_a_file_that_is_not_a_pdf_is_not_cut() -> None:
    with pytest.raises(CannotSplitError):
        split(b"%PDF-1.7 half of i", cuts(1))


def test_time_is_in_proportion_to_the_letters() -> None:
    """The work for one letter does not touch the others: objects read from the export are read once."""

    def seconds(number: int) -> float:
        data = Export().letters(*[1] * number).bytes()
        began = process_time()
        split(data, cuts(number))
        return process_time() - began

    few, many = min(seconds(50) for _ in range(3)), min(seconds(400) for _ in range(2))
    assert many < 8 * 2 * few

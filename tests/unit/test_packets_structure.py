"""The tags of the parts, joined: every mark and annotation leads to its own element."""

from __future__ import annotations

import datetime as dt

from pikepdf import Array, Dictionary, Name, NumberTree, Object, Pdf, String

from builders.pdf import Builder, opened, pdf
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.spec import PacketSpec, Part
from clspd_docs.packets.structure import as_list, elements

SPEC = PacketSpec("Dossier", "CLSPD", "", dt.datetime(2027, 1, 4, tzinfo=dt.UTC))


def joined(*builders: Builder) -> Pdf:
    parts = [Part(f"p{i}", f"Pièce {i}", builder.bytes()) for i, builder in enumerate(builders, 1)]
    return opened(assemble(SPEC, parts).pdf)


def tree(result: Pdf) -> list[Object]:
    return list(elements(as_list(result.Root.StructTreeRoot.K)))


def one_page(text: str = "a", **options: object) -> Builder:
    builder = Builder(**options)  # type: ignore[arg-type]  # the fields of the record
    builder.page(text)
    return builder


def test_each_part_stands_under_its_own_titled_element_of_one_document() -> None:
    result = joined(one_page(), one_page())
    document = result.Root.StructTreeRoot.K[0]
    assert str(document.S) == "/Document"
    assert [(str(part.S), str(part.T)) for part in document.K] == [("/Part", "Pièce 1"), ("/Part", "Pièce 2")]
    assert [str(child.S) for part in document.K for child in part.K] == ["/P", "/P"]
    assert all(child.P.is_same_object_as(part) for part in document.K for child in part.K)


def test_every_mark_leads_to_an_element_of_its_page() -> None:
    three = Builder()
    for text in "abc":
        three.page(text)
    result = joined(three, one_page(), three)
    parents = NumberTree(result.Root.StructTreeRoot.ParentTree)
    keys = [int(page.obj.StructParents) for page in result.pages]
    assert len(set(keys)) == 7
    for key, page in zip(keys, result.pages, strict=True):
        assert parents[key][0].Pg.objgen == page.obj.objgen
        assert parents[key][0].K == 0
    assert int(result.Root.StructTreeRoot.ParentTreeNextKey) == len(parents)


def test_every_link_and_field_leads_to_the_element_that_refers_to_it() -> None:
    builders = []
    for _ in range(2):
        builder = one_page()
        page = builder.pdf.pages[0]
        builder.link(page, "https://www.example.org/")
        builder.text_field(page, "nom")
        builders.append(builder)
    result = joined(*builders)
    parents = NumberTree(result.Root.StructTreeRoot.ParentTree)
    for page in result.pages:
        for annotation in page.obj.Annots:
            element = parents[int(annotation.StructParent)]
            assert element.K.Obj.is_same_object_as(annotation)
    fields = result.Root.AcroForm.Fields
    assert [str(field.T) for field in fields] == ["nom", "nom-p2"]
    assert all(field.is_same_object_as(result.pages[i].obj.Annots[1]) for i, field in enumerate(fields))


def test_role_of_another_meaning_is_renamed_and_a_role_mapped_to_itself_is_dropped() -> None:
    first, second = Builder(roles={"Titre": "H1", "Document": "Document"}), Builder(roles={"Titre": "P"})
    first.page("a", role=Name.Titre)
    second.page("b", role=Name.Titre)
    result = joined(first, second)
    roles = {name: str(value) for name, value in result.Root.StructTreeRoot.RoleMap.items()}
    assert roles == {"/Titre": "/H1", "/Titre-2": "/P"}
    assert [str(e.S) for e in tree(result) if str(e.S).startswith("/Titre")] == ["/Titre", "/Titre-2"]


def test_class_of_another_meaning_is_renamed() -> None:
    builders = []
    for align in (Name.Start, Name.Center):
        builder = one_page()
        builder.root.ClassMap = Dictionary(cadre=Dictionary(O=Name.Layout, TextAlign=align))
        builder.document.K[0].C = Name.cadre
        builders.append(builder)
    result = joined(*builders)
    classes = result.Root.StructTreeRoot.ClassMap
    used = [e.C for e in tree(result) if "/C" in e]
    assert [str(as_list(name)[0]) for name in used] == ["/cadre", "/cadre-2"]
    assert classes["/cadre-2"].TextAlign == Name.Center


def test_ids_and_table_headers_are_apart_in_each_part() -> None:
    builders = []
    for _ in range(2):
        builder = one_page()
        builder.element(Name.TH, builder.document, ID=String("th1"))
        attributes = Dictionary(O=Name.Table, Headers=Array([String("th1")]))
        builder.element(Name.TD, builder.document, A=Array([attributes, 0]))
        builders.append(builder)
    result = joined(*builders)
    ids = [bytes(e.ID) for e in tree(result) if "/ID" in e]
    headers = [bytes(e.A[0].Headers[0]) for e in tree(result) if e.S == Name.TD]
    assert ids == headers == [b"p1.th1", b"p2.th1"]
    names = as_list(result.Root.StructTreeRoot.IDTree.Names)
    assert [bytes(name) for name in names[::2]] == ids


def test_part_in_another_language_says_so() -> None:
    result = joined(one_page(), one_page(lang="en-GB"))
    first, second = result.Root.StructTreeRoot.K[0].K
    assert "/Lang" not in first
    assert str(second.Lang) == "en-GB"


def test_key_that_leads_nowhere_is_removed() -> None:
    stale = one_page()
    stale.pdf.pages[0].obj.StructParents = 7
    untagged = Builder(tagged=False)
    untagged.page("b")
    untagged.pdf.pages[0].obj.StructParents = 0
    result = joined(stale, untagged, one_page())
    assert ["/StructParents" in page.obj for page in result.pages] == [False, False, True]


def test_packet_without_any_tag_does_not_pretend_to_have_some() -> None:
    result = opened(assemble(SPEC, [Part("a", "A", pdf(tagged=False))]).pdf)
    assert "/StructTreeRoot" not in result.Root
    assert "/MarkInfo" not in result.Root


def test_elements_that_turn_in_a_circle_are_visited_once() -> None:
    owner = Pdf.new()
    loop = owner.make_indirect(Dictionary(S=Name.Sect))
    loop.K = Array([loop, Dictionary(S=Name.P, K=0)])
    assert [str(e.S) for e in elements([loop])] == ["/Sect", "/P"]


def test_document_that_holds_text_directly_is_kept_as_an_element() -> None:
    builder = Builder()
    page = builder.page("a")
    builder.document.K = 0
    builder.document.Pg = page.obj
    result = joined(builder)
    assert [str(e.S) for e in tree(result)] == ["/Document", "/Part", "/Document"]


def test_attributes_written_anew_for_each_tag_are_kept_once() -> None:
    parts = []
    for key in ("a", "b"):
        builder = Builder()
        page = builder.page(key)
        for space in (1, 1, 2):
            attributes = builder.pdf.make_indirect(Dictionary(O=Name.Layout, SpaceBefore=space))
            builder.element(Name.P, builder.document, Pg=page.obj, A=attributes)
        parts.append(Part(key, key, builder.bytes()))
    with opened(assemble(SPEC, parts).pdf) as made:
        tags = [tag for tag in elements(as_list(made.Root.StructTreeRoot.K)) if "/A" in tag]
        spaces = [(int(tag.A.SpaceBefore), tag.A.objgen) for tag in tags]
    assert [space for space, _ in spaces] == [1, 1, 2] * 2
    assert len({where for _, where in spaces}) == 2

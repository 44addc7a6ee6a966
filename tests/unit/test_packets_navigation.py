"""Outline, links of the contents page, page labels."""

from __future__ import annotations

import datetime as dt
import io

import pypdf
from pikepdf import Array, Dictionary, Name, NameTree, String

from builders.pdf import Builder, opened, pdf
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.inspect import inspect
from clspd_docs.packets.spec import Packet, PacketSpec, Part

SPEC = PacketSpec("Dossier", "CLSPD", "", dt.datetime(2027, 1, 4, tzinfo=dt.UTC), file="dossiers/a.pdf")


def with_headings(*titles: str) -> bytes:
    builder = Builder()
    for number, title in enumerate(titles):
        builder.page(title)
        builder.heading(title, number)
    return builder.bytes()


def outline(*parts: Part) -> list[tuple[int, str, int]]:
    return [(item.level, item.title, item.page) for item in inspect(assemble(SPEC, parts).pdf).outline]


def test_outline_holds_each_part_with_its_own_headings_below() -> None:
    found = outline(
        Part("a", "Convocation", with_headings("Objet")),
        Part("b", "Plan", with_headings("Axe 1", "Axe 2")),
        Part("c", "Annexe", pdf("x")),
    )
    assert found == [
        (1, "Convocation", 1),
        (2, "Objet", 1),
        (1, "Plan", 2),
        (2, "Axe 1", 2),
        (2, "Axe 2", 3),
        (1, "Annexe", 4),
    ]


def test_parts_of_one_group_stand_under_its_title() -> None:
    found = outline(
        Part("a", "Sommaire", pdf("a")),
        Part("b", "Mme Durand", with_headings("Objet"), group="Convocations"),
        Part("c", "M. Petit", pdf("c"), group="Convocations"),
        Part("d", "Annexe", pdf("d")),
    )
    assert found == [
        (1, "Sommaire", 1),
        (1, "Convocations", 2),
        (2, "Mme Durand", 2),
        (3, "Objet", 2),
        (2, "M. Petit", 3),
        (1, "Annexe", 4),
    ]


def test_one_part_alone_shows_its_headings_or_else_its_title() -> None:
    assert outline(Part("a", "Plan", with_headings("Axe 1", "Axe 2"))) == [(1, "Axe 1", 1), (1, "Axe 2", 2)]
    assert outline(Part("a", "Plan", pdf("a"))) == [(1, "Plan", 1)]


def test_outline_counts_are_what_a_reader_shows_when_it_opens() -> None:
    root = opened(
        assemble(SPEC, [Part("a", "A", with_headings("1", "2")), Part("b", "B", pdf("b"), group="G")]).pdf
    )
    top = root.Root.Outlines
    assert int(top.Count) == 2
    assert (int(top.First.Count), int(top.Last.Count)) == (-2, -1)
    assert top.First.Parent.is_same_object_as(top)
    assert top.First.First.Parent.is_same_object_as(top.First)


def contents_packet(*uris: str, contents: str = "") -> Packet:
    builder = Builder()
    page = builder.page("Sommaire")
    for index, uri in enumerate(uris):
        builder.link(page, uri, top=700 - 20 * index, contents=contents)
    parts = [Part("sommaire", "Sommaire", builder.bytes()), Part("plan", "Plan local", pdf("p", "q"))]
    return assemble(SPEC, [*parts, Part("odj", "Ordre du jour", pdf("o"))])


def test_contents_link_leads_to_the_first_page_of_its_part_and_says_so() -> None:
    result = opened(contents_packet("packet:odj", "packet:plan", contents="texte de Word").pdf)
    first, second = result.pages[0].obj.Annots
    assert "/A" not in first
    assert first.Dest[0].objgen == result.pages[3].obj.objgen
    assert second.Dest[0].objgen == result.pages[1].obj.objgen
    assert str(first.Contents) == "Ordre du jour, page 4"


def test_link_to_no_part_is_reported_once_by_its_key() -> None:
    packet = contents_packet("packet:odjj", "packet:odjj", "packet:plan")
    assert [(f.code, dict(f.facts)["piece"], f.place.french()) for f in packet.findings] == [
        ("DOS102", "odjj", "dossiers/a.pdf, pièce sommaire")
    ]


def test_other_link_keeps_its_words_and_without_any_says_its_address() -> None:
    result = opened(contents_packet("https://www.example.org/").pdf)
    assert str(result.pages[0].obj.Annots[0].Contents) == "https://www.example.org/"
    result = opened(contents_packet("https://www.example.org/", contents="Le site").pdf)
    assert str(result.pages[0].obj.Annots[0].Contents) == "Le site"


def with_named_destination() -> bytes:
    builder = Builder()
    builder.page("a")
    target = builder.page("b")
    link = builder.link(builder.pdf.pages[0], "")
    del link.A
    link.Dest = String("chapitre")
    tree = NameTree.new(builder.pdf)
    tree["chapitre"] = Array([target.obj, Name.Fit])
    builder.pdf.Root.Names = Dictionary(Dests=tree.obj)
    return builder.bytes()


def test_destinations_of_one_name_lead_each_into_its_own_part() -> None:
    data = with_named_destination()
    reader = pypdf.PdfReader(io.BytesIO(assemble(SPEC, [Part("a", "A", data), Part("b", "B", data)]).pdf))
    names = [str(reader.pages[i]["/Annots"][0]["/Dest"]) for i in (0, 2)]  # type: ignore[index]  # loosely typed
    pages = [reader.get_destination_page_number(reader.named_destinations[name]) for name in names]
    assert pages == [1, 3]


def test_pages_of_a_packet_are_labelled_as_they_are_numbered() -> None:
    reader = pypdf.PdfReader(io.BytesIO(contents_packet("packet:plan").pdf))
    assert reader.page_labels == ["1", "2", "3", "4"]

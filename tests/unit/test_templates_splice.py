"""Documents of one template in one Word file: what each keeps, and what is refused."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from lxml import etree

from builders.docx import Docx, drawing, paragraph, png
from clspd_docs.templates.parts import NS, q
from clspd_docs.templates.splice import Refused, Spliced, splice

END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
TOTAL = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> NUMPAGES </w:instrText></w:r>'
    f'<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>{END}'
)


def field(code: str) -> str:
    return TOTAL.replace(" NUMPAGES ", code)


def with_footer(document: Docx, inside: str) -> Docx:
    """Give ``document`` a footer of this XML."""
    document.footer("Pied")
    name = "word/footer1.xml"
    document.members[name] = document.members[name].replace(b"</w:p>", f"{inside}</w:p>".encode())
    return document


def letter(name: str) -> Docx:
    return (
        Docx(f"Madame {name},", "Texte").title(f"Lettre à {name}").header(f"Dossier {name}").bullets("Symbol")
    )


def spliced(*documents: Docx) -> Spliced:
    answer = splice([document.build() for document in documents])
    assert isinstance(answer, Spliced), answer
    return answer


def parts(answer: Spliced) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(answer.docx)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def body(answer: Spliced) -> etree._Element:
    found = etree.fromstring(parts(answer)["word/document.xml"]).find("w:body", NS)
    assert found is not None
    return found


def test_each_document_is_a_section_that_starts_a_page_and_its_numbers() -> None:
    answer = spliced(letter("Ali"), letter("Zoé"), letter("Eve"))
    sections = list(body(answer).iter(q("w:sectPr")))
    assert len(sections) == 3
    for section in sections:
        assert section.findall("w:type", NS)[0].get(q("w:val")) == "nextPage"
        assert section.findall("w:pgNumType", NS)[0].get(q("w:start")) == "1"
    assert [each.title for each in answer.letters] == ["Lettre à Ali", "Lettre à Zoé", "Lettre à Eve"]
    text = "".join(body(answer).itertext())
    assert text.index("Ali") < text.index("Zoé") < text.index("Eve")


def test_each_document_begins_and_ends_with_bookmarks_of_its_own() -> None:
    answer = spliced(letter("Ali"), letter("Zoé"))
    names = [each.get(q("w:name")) for each in body(answer).iter(q("w:bookmarkStart"))]
    assert names == [name for each in answer.letters for name in (each.start, each.end)]
    identifiers = [each.get(q("w:id")) for each in body(answer).iter(q("w:bookmarkStart"))]
    assert len(set(identifiers)) == 4


def test_the_same_documents_give_the_same_bytes() -> None:
    assert spliced(letter("Ali"), letter("Zoé")) == spliced(letter("Ali"), letter("Zoé"))


def test_each_document_keeps_its_header_and_equal_ones_are_shared() -> None:
    answer = spliced(letter("Ali"), letter("Zoé"), letter("Ali"))
    used = [reference.get(q("r:id")) for reference in body(answer).iter(q("w:headerReference"))]
    assert used[0] == used[2] != used[1]
    links = dict(
        re.findall(
            r'Id="([^"]+)"[^>]*Target="([^"]+)"', parts(answer)["word/_rels/document.xml.rels"].decode()
        )
    )
    assert "Zoé" in parts(answer)[f"word/{links[used[1] or '']}"].decode()
    assert f"/word/{links[used[1] or '']}" in parts(answer)["[Content_Types].xml"].decode()


def test_the_total_of_pages_is_the_page_where_the_document_ends() -> None:
    answer = spliced(*(with_footer(letter(name), TOTAL) for name in ("Ali", "Zoé")))
    footers = [
        raw.decode() for name, raw in parts(answer).items() if re.fullmatch(r"word/footer1-\d\.xml", name)
    ]
    assert [re.findall(r"<w:instrText>(.*?)<", footer) for footer in footers] == [
        [f" PAGEREF {each.end} "] for each in answer.letters
    ]


def test_pictures_of_each_document_are_its_own() -> None:
    documents = []
    for grey in (10, 90):
        document = letter("Ali")
        document.member(f"word/media/{grey}.png", png(grey=grey))
        document.link("image", f"media/{grey}.png", external=False)
        documents.append(document.xml(f"<w:p>{drawing('rIdX2', 'Photo', 2, 1)}</w:p>").paragraph("Fin"))
    answer = spliced(*documents)
    used = [blip.get(q("r:embed")) for blip in body(answer).iter(q("a:blip"))]
    links = dict(
        re.findall(
            r'Id="([^"]+)"[^>]*Target="([^"]+)"', parts(answer)["word/_rels/document.xml.rels"].decode()
        )
    )
    assert [links[each or ""] for each in used] == ["media/10.png", "media/90.png"]
    numbers = [each.get("id") for each in body(answer).iter(q("wp:docPr"))]
    assert len(set(numbers)) == 2


def numbered(name: str, kind: str = "decimal") -> Docx:
    document = Docx(name).bullets("Symbol")
    levels = document.members["word/numbering.xml"].decode().replace("bullet", kind)
    levels = levels.replace(
        "</w:numbering>", '<w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    document.members["word/numbering.xml"] = levels.encode()
    point = '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="5"/></w:numPr></w:pPr></w:p>'
    return document.xml(point).xml(point).paragraph("Fin")


def test_numbered_lists_are_counted_from_one_in_each_document() -> None:
    answer = spliced(numbered("Ali"), numbered("Zoé"))
    used = [each.get(q("w:val")) for each in body(answer).iter(q("w:numId"))]
    assert used[0] == used[1] != used[2] == used[3]
    root = etree.fromstring(parts(answer)["word/numbering.xml"])
    lists = {each.get(q("w:numId")): each for each in root.findall("w:num", NS)}
    definitions = [lists[number].find("w:abstractNumId", NS) for number in (used[0], used[2])]
    assert len({each.get(q("w:val")) for each in definitions if each is not None}) == 2
    assert [each.tag for each in root] == [q("w:abstractNum")] * 2 + [q("w:num")] * 2


def test_bulleted_lists_are_left_as_they_are() -> None:
    answer = spliced(numbered("Ali", "bullet"), numbered("Zoé", "bullet"))
    assert {each.get(q("w:val")) for each in body(answer).iter(q("w:numId"))} == {"5"}


def bookmarked() -> Docx:
    return letter("Ali").paragraph(
        "x", inside='<w:bookmarkStart w:id="0" w:name="_GoBack"/><w:bookmarkEnd w:id="0"/>'
    )


def test_bookmarks_of_the_template_are_dropped() -> None:
    names = [
        each.get(q("w:name")) for each in body(spliced(bookmarked(), bookmarked())).iter(q("w:bookmarkStart"))
    ]
    assert "_GoBack" not in names
    assert len(names) == 4


REFUSALS = {
    "il a plusieurs sections": Docx("a").section().paragraph("b"),
    "il a des notes": Docx("a").footnote("Note"),
    "il a des liens internes": Docx().paragraph(inside='<w:hyperlink w:anchor="ici"/>'),
    "il ne se termine pas par un paragraphe": Docx("a").table(("b", "c")),
    "il utilise le champ Word « REF »": Docx().paragraph(inside=field(" REF ici ")),
    "il utilise le champ Word « SEQ »": Docx().paragraph(inside='<w:fldSimple w:instr="SEQ Tableau"/>'),
    "il utilise le champ Word « NUMPAGES »": Docx().paragraph(inside=TOTAL),
    "il a des modifications suivies": Docx().paragraph(inside="<w:ins/>"),
    "il se termine par un cadre": Docx("a").xml("<w:p><w:pPr><w:framePr/></w:pPr></w:p>"),
}


@pytest.mark.parametrize("reason", REFUSALS)
def test_what_would_change_is_refused_with_its_reason(reason: str) -> None:
    data = REFUSALS[reason].build()
    assert splice([data, data]) == Refused(reason)


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        ('<w:pgNumType w:start="5"/>', "ses pages ont une numérotation particulière"),
        ('<w:pgNumType w:fmt="lowerRoman"/>', "ses pages ont une numérotation particulière"),
        ('<w:cols w:num="2"/>', "il est en colonnes"),
        ('<w:lnNumType w:countBy="1"/>', "sa mise en page a des réglages particuliers"),
    ],
)
def test_a_layout_that_would_change_is_refused(section: str, reason: str) -> None:
    with zipfile.ZipFile(io.BytesIO(Docx("a").build())) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    main = members["word/document.xml"]
    members["word/document.xml"] = main.replace(b"<w:sectPr>", f"<w:sectPr>{section}".encode())
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)
    assert splice([stream.getvalue()]) == Refused(reason)


def test_a_total_of_pages_with_a_format_of_its_own_is_refused() -> None:
    document = with_footer(letter("Ali"), field(r" NUMPAGES \* roman "))
    assert splice([document.build()]) == Refused("il utilise le champ Word « NUMPAGES »")


def test_documents_that_do_not_begin_alike_are_refused() -> None:
    documents = [Docx("a").build(), Docx().table(("a", "b")).paragraph("c").build()]
    assert splice(documents) == Refused("ses documents ne commencent pas tous de la même façon")


def test_lists_in_a_header_are_refused() -> None:
    numbers = '<w:p><w:pPr><w:numPr><w:numId w:val="5"/></w:numPr></w:pPr></w:p>'
    document = letter("Ali")
    name = "word/header1.xml"
    document.members[name] = document.members[name].replace(b"</w:hdr>", f"{numbers}</w:hdr>".encode())
    assert splice([document.build()]) == Refused("ses en-têtes ont des listes")


def test_a_document_that_names_a_header_that_is_not_there_is_refused() -> None:
    document = letter("Ali")
    del document.members["word/header1.xml"]
    assert splice([document.build()]) == Refused("une de ses parties manque")


def test_documents_that_differ_by_more_than_their_text_are_refused() -> None:
    one, other = letter("Ali"), letter("Zoé").language("en-GB")
    assert splice([one.build(), other.build()]) == Refused("ses documents diffèrent par « word/styles.xml »")


def test_documents_of_which_one_lacks_a_header_are_refused() -> None:
    one, other = Docx("a").header("h"), Docx("a")
    assert splice([one.build(), other.build()]) == Refused("ses documents n’ont pas tous les mêmes en-têtes")


def test_paragraphs_numbered_by_their_style_are_refused() -> None:
    document = numbered("Ali")
    data = io.BytesIO(document.build())
    stream = io.BytesIO()
    with zipfile.ZipFile(data) as before, zipfile.ZipFile(stream, "w") as after:
        for name in before.namelist():
            raw = before.read(name)
            if name == "word/styles.xml":
                link = '<w:pPr><w:numPr><w:numId w:val="5"/></w:numPr></w:pPr>'
                style = f'<w:style w:type="paragraph" w:styleId="Base">{link}</w:style>'
                style += '<w:style w:type="paragraph" w:styleId="Article"><w:basedOn w:val="Base"/></w:style></w:styles>'
                raw = raw.replace(b"</w:styles>", style.encode())
            if name == "word/document.xml":
                raw = raw.replace(b"<w:body>", b"<w:body>" + paragraph("Article", "Article").encode())
            after.writestr(name, raw)
    assert splice([stream.getvalue()]) == Refused("il a des paragraphes numérotés par leur style")

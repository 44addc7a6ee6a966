"""What Word keeps stale or leaves behind: lists, page breaks, properties, tracked changes, comments; real pages too."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from builders.docx import Docx, paragraph, png, run
from builders.merge import fault, member, opened, text
from clspd_docs.conversion.engine import Job
from clspd_docs.conversion.find import find_office
from clspd_docs.conversion.libreoffice import LibreOffice
from clspd_docs.templates.docx_text import lines
from clspd_docs.templates.skeleton import has_full_tables, is_sound
from clspd_docs.templates.values import Fragment, Picture, RichText

NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def item(words: str, number: int = 7) -> str:
    """Return an item of a list."""
    return f'<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr></w:pPr>{run(words)}</w:p>'


def lists(docx: Docx, form: str = "decimal") -> Docx:
    """Give the document one list, number 7."""
    level = f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="%1)"/><w:lvlJc w:val="left"/></w:lvl>'
    xml = (
        f'<w:numbering {NS}><w:abstractNum w:abstractNumId="0">{level}</w:abstractNum>'
        '<w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"
    return docx.member("word/numbering.xml", xml.encode(), kind).link(
        "numbering", "numbering.xml", external=False
    )


def numbers(rendered: Any) -> list[str]:
    return re.findall(r'<w:numId w:val="(\d+)"/>', member(rendered, "word/document.xml"))


AXES = (
    {"nom": "Axe A", "buts": ("a1", "a2")},
    {"nom": "Axe B", "buts": ("b1", "b2")},
    {"nom": "Axe C", "buts": ("c1",)},
)


def axes(docx: Docx) -> Docx:
    """Add a heading and a numbered list for each axis."""
    docx.paragraph("{%p for axe in axes %}").paragraph("{{ axe.nom }}").paragraph("{%p for b in axe.buts %}")
    return docx.xml(item("{{ b }}")).paragraph("{%p endfor %}").paragraph("{%p endfor %}")


# --- Numbered lists -------------------------------------------------------------------------------------


def test_a_list_starts_again_at_each_turn_of_the_loop_that_holds_it(render: Any) -> None:
    rendered = render(lists(axes(Docx())), axes=AXES)
    assert numbers(rendered) == ["7", "7", "8", "8", "9"]
    numbering = member(rendered, "word/numbering.xml")
    assert numbering.count("<w:startOverride") == 2
    assert "clspd" not in member(rendered, "word/document.xml")
    assert numbers(render(lists(axes(Docx())), axes=AXES[:1])) == ["7", "7"]


def test_the_items_that_a_loop_makes_are_one_list(render: Any) -> None:
    docx = (
        Docx("{%p for p in points %}")
        .xml(item("{{ p.titre }}"))
        .paragraph("Suite")
        .paragraph("{%p endfor %}")
    )
    assert numbers(render(lists(docx))) == ["7", "7", "7"]


def test_a_list_that_goes_on_outside_its_loop_is_not_cut(render: Any) -> None:
    docx = Docx().xml(item("Premier"))
    assert numbers(render(lists(axes(docx)), axes=AXES)) == ["7"] * 6


def test_bullets_are_left_alone(render: Any) -> None:
    assert numbers(render(lists(axes(Docx()), "bullet"), axes=AXES)) == ["7"] * 5


# --- Page breaks and paragraphs -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "breaks"),
    [("", 2), ("<w:p><w:pPr><w:pageBreakBefore/></w:pPr></w:p>", 2), (BREAK, 3), (paragraph("suite"), 3)],
)
def test_the_last_turn_leaves_out_a_break_that_would_make_an_empty_page(
    render: Any, after: str, breaks: int
) -> None:
    docx = Docx("{%p for p in points %}", "{{ p.titre }}").xml(BREAK).paragraph("{%p endfor %}").xml(after)
    xml = member(render(docx), "word/document.xml")
    assert xml.count('w:type="page"') == breaks
    assert "endif" not in xml


def test_a_loop_or_a_condition_leaves_no_empty_paragraph(render: Any) -> None:
    docx = Docx(
        "avant",
        "{%p for p in vide %}",
        "{{ p }}",
        "{%p endfor %}",
        "{%p if membre.prenom %}",
        "x",
        "{%p endif %}",
        "après",
    )
    xml = member(render(docx), "word/document.xml")
    assert len(re.findall(r"<w:p[ >/]", xml)) == 2
    assert text(render(docx)) == "avant\naprès"


# --- Properties -----------------------------------------------------------------------------------------


def shown(code: str) -> str:
    """Return a field made of marks, with an old result in two runs."""
    marks = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    return f"<w:p>{marks[0]}<w:r><w:instrText>{code}</w:instrText></w:r>{marks[1]}{run('ancien')}{run(' titre')}{marks[2]}</w:p>"


@pytest.mark.parametrize("code", ["DOCPROPERTY Title", ' DOCPROPERTY  "title" \\* MERGEFORMAT ', "TITLE"])
def test_a_field_shows_the_property_of_this_document(render: Any, code: str) -> None:
    simple = (
        f'<w:p><w:fldSimple w:instr="{code.replace(chr(34), "&quot;")}">{run("ancien")}</w:fldSimple></w:p>'
    )
    rendered = render(Docx().xml(shown(code)).xml(simple).title("Lettre à {{ membre.nom }}"))
    assert text(rendered) == "Lettre à Durand\nLettre à Durand"


def test_a_property_that_is_not_there_leaves_the_field_as_it_is(render: Any) -> None:
    assert (
        text(render(Docx().xml(shown("DOCPROPERTY Absente")).xml(shown("PAGE"))))
        == "ancien titre\nancien titre"
    )


# --- Fields that move -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["{{ 'DA' }}TE", "{% if membre.nom %}DATE{% endif %}", "{{ membre.note|ou_vide }}TIME"]
)
def test_a_field_that_a_tag_makes_move_is_not_published(render: Any, code: str) -> None:
    assert fault(render(Docx().xml(shown(code)))).code == "MOD146"
    simple = f'<w:p><w:fldSimple w:instr="{code}">{run("ancien")}</w:fldSimple></w:p>'
    assert fault(render(Docx().xml(simple).paragraph("{{ ville }}"))).code == "MOD146"


def test_a_field_that_a_tag_leaves_open_is_read_with_what_follows(render: Any) -> None:
    """The paragraph of a tag goes with the end of the field that stands in it."""
    marks = {kind: f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")}
    first, last = (f"<w:r><w:instrText>{code}</w:instrText></w:r>" for code in ("DA", "TE"))
    gone = f"<w:p>{marks['separate']}{marks['end']}{run('{%p if ville %}')}</w:p>"
    end = f"<w:p>{last}{marks['separate']}{marks['end']}</w:p>"
    docx = Docx().xml(f"<w:p>{marks['begin']}{first}</w:p>").xml(gone).xml(end).paragraph("{%p endif %}")
    assert fault(render(docx)).code == "MOD146"
    row = f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{gone.replace('%p if ville %', 'x')}</w:tc></w:tr>"
    table = f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid>{row}</w:tbl>"
    assert (
        fault(render(Docx().xml(f"<w:p>{marks['begin']}{first}</w:p>").xml(table).xml(end))).code == "MOD146"
    )


# --- Tracked changes and comments -----------------------------------------------------------------------


def test_tracked_changes_are_accepted_before_the_merge(tmp_path: Path) -> None:
    inserted = f'<w:ins w:id="1" w:author="a">{run("Madame {{ membre")}</w:ins>{run(".nom }}")}'
    deleted = '<w:del w:id="2"><w:r><w:delText> supprimé {{ faux</w:delText></w:r></w:del>'
    mark = '<w:pPr><w:rPr><w:del w:id="3"/></w:rPr></w:pPr>'
    row = '<w:tr><w:trPr><w:del w:id="4"/></w:trPr><w:tc><w:p/></w:tc></w:tr><w:tr><w:tc><w:p/></w:tc></w:tr>'
    docx = Docx().xml(
        f"<w:p>{inserted}{deleted}</w:p><w:p>{mark}{run('joint ')}</w:p>{paragraph('au suivant')}"
    )
    docx.xml(f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid>{row}</w:tbl>")
    rendered = opened(tmp_path, docx.build()).render({"membre": {"nom": "Durand"}})
    xml = member(rendered, "word/document.xml")
    assert not re.search("<w:(ins|del|delText)[ >/]", xml)
    assert xml.count("<w:tr>") == 1
    assert text(rendered) == "Madame Durand\njoint au suivant"


def test_comments_stay_in_the_template_and_leave_the_documents(tmp_path: Path) -> None:
    note = f'<w:comments {NS}><w:comment w:id="0" w:author="Mme X">{paragraph("à revoir")}</w:comment></w:comments>'
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
    marked = (
        f'<w:p><w:commentRangeStart w:id="0"/>{run("{{ n")}<w:commentRangeEnd w:id="0"/>'
        f'<w:r><w:commentReference w:id="0"/></w:r>{run("om }}")}</w:p>'
    )
    docx = (
        Docx()
        .xml(marked)
        .member("word/comments.xml", note.encode(), kind)
        .link("comments", "comments.xml", external=False)
    )
    template = opened(tmp_path, docx.build())
    assert "word/comments.xml" in template.members
    rendered = template.render({"nom": "Durand"})
    assert rendered.docx is not None
    with zipfile.ZipFile(io.BytesIO(rendered.docx)) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert b"omment" not in content
    assert text(rendered) == "Durand"


# --- Rich texts and pictures as values -------------------------------------------------------------------

RICH = RichText((Fragment("gras & <b>", bold=True), Fragment("\nligne", italic=True, underlined=True)))


def test_a_rich_text_takes_the_format_of_its_tag_and_leaves_the_text_around(render: Any) -> None:
    body = (
        '<w:p><w:r><w:rPr><w:sz w:val="40"/></w:rPr><w:t>Avant {{ v }} milieu {{ v }} après</w:t></w:r></w:p>'
    )
    rendered = render(Docx().xml(body), v=RICH)
    assert text(rendered) == "Avant gras & <b> / ligne milieu gras & <b> / ligne après"
    xml = member(rendered, "word/document.xml")
    assert '<w:rPr><w:b/><w:sz w:val="40"/></w:rPr><w:t xml:space="preserve">gras' in xml
    assert '<w:rPr><w:i/><w:sz w:val="40"/><w:u w:val="single"/></w:rPr><w:br/>' in xml
    assert xml.count('<w:sz w:val="40"/>') == 7


def test_a_picture_is_a_value_of_each_recipient(tmp_path: Path) -> None:
    template = opened(tmp_path, Docx("Signé : {{ s }}").header("{{ s }}").picture("Blason").build())
    first = template.render({"s": Picture(png(40, 20), 30, "Signature de Mme A")})
    second = template.render({"s": Picture(png(20, 20, 9), 30, "Signature de M. B")})
    for rendered, name, box in (
        (first, "Mme A", (1_080_000, 540_000)),
        (second, "M. B", (1_080_000, 1_080_000)),
    ):
        assert [line for line in lines(rendered.docx or b"") if "Signature" in line] == [
            f"image | Signature de {name}",
            f"en-tête | image | Signature de {name}",
        ]
        xml = member(rendered, "word/document.xml")
        assert f'<wp:extent cx="{box[0]}" cy="{box[1]}"/>' in xml
        assert 'Target="media/' in member(rendered, "word/_rels/header1.xml.rels")
        assert len(set(re.findall(r'docPr id="(\d+)"', xml))) == 2
    assert template.render({"s": Picture(png(40, 20), 30, "Signature de Mme A")}).docx == first.docx


def test_a_rich_value_where_only_text_can_stand_is_a_finding(render: Any) -> None:
    assert fault(render(Docx().picture("Photo de {{ v }}"), v=RICH)).code == "FUS111"
    assert fault(render(Docx("x").title("{{ v }}"), v=RICH)).code == "FUS104"
    assert fault(render("{{ v|upper }}", v=RICH)).code == "FUS104"
    assert fault(render("{{ v }}", v=Picture(b"GIF89a", 30, "Signature"))).code == "FUS107"


# --- What is proven before the merge ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "sound"),
    [
        ("<w:body><w:p><w:r><w:t>{{ a }}</w:t></w:r></w:p></w:body>", True),
        ("<w:body>{% for a in l %}<w:p/>{% endfor %}</w:body>", True),
        (
            "<w:p><w:r><w:t>{% if a %}x</w:t></w:r></w:p><w:p><w:r><w:t>y{% else %}z{% endif %}</w:t></w:r></w:p>",
            True,
        ),
        ("<w:p>{% if a %}<w:r>{% endif %}</w:r></w:p>", False),
        ("<w:p>{% if a %}<w:r>{% else %}</w:r><w:r>{% endif %}</w:r></w:p>", False),
        ("<w:p>{% if a %}</w:p>{% endif %}", False),
        ("<w:p>{{ a }}</w:p>", False),
        ("<w:p><w:p/></w:p>", False),
        ("<w:tbl>{% for a in l %}<w:p/>{% endfor %}</w:tbl>", False),
        ("<w:hdr>{% if a %}<w:p/>{% endif %}</w:hdr>", False),
        ('<wp:docPr descr="{% if a %}x{% endif %}{{ b }}"/>', True),
        ('<wp:docPr descr="{% if a %}"/>{% endif %}', False),
        ("<w:p><!-- x --></w:p>", False),
    ],
)
def test_a_part_is_proven_when_every_piece_leaves_open_what_it_found(source: str, sound: bool) -> None:
    assert is_sound(source) is sound


def test_cells_and_tables_are_looked_at_after_the_merge() -> None:
    assert has_full_tables("<w:tbl><w:tr><w:tc><w:p></w:p></w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>")
    assert not has_full_tables("<w:tbl><w:tr><w:tc></w:tc></w:tr></w:tbl>")
    assert not has_full_tables("<w:tbl><w:tblGrid/></w:tbl>")


# --- Real pages -----------------------------------------------------------------------------------------


@pytest.mark.office
def test_the_pages_are_those_that_were_meant(tmp_path: Path) -> None:
    contents = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    code = '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-1" </w:instrText></w:r>'
    docx = Docx().xml(f"<w:p>{contents[0]}{code}{contents[1]}{run('ancien sommaire')}{contents[2]}</w:p>")
    docx.xml(shown("DOCPROPERTY Title")).xml(BREAK).title("Plan de {{ ville }}")
    docx.paragraph("{%p for axe in axes %}").heading("{{ axe.nom }}").paragraph("{%p for b in axe.buts %}")
    docx.xml(item("{{ b }}")).paragraph("{%p endfor %}").xml(BREAK).paragraph("{%p endfor %}")
    rendered = opened(tmp_path, lists(docx).build()).render({"axes": AXES, "ville": "Arles"})
    assert rendered.docx is not None, rendered.findings
    source = tmp_path / "plan.docx"
    source.write_bytes(rendered.docx)
    with LibreOffice(find_office()) as office:
        (done,) = office.convert([Job("1", "plan.docx", source, tmp_path / "plan.pdf", update_contents=True)])
    assert done.finding is None
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(tmp_path / "plan.pdf").pages]
    assert len(pages) == 4
    assert "ancien" not in pages[0]
    assert re.search(r"Axe A.*2.*Axe B.*3.*Axe C.*4.*Plan de Arles", pages[0])
    assert [re.findall(r"\d\) ?\w\d", page) for page in pages[1:]] == [
        ["1) a1", "2) a2"],
        ["1) b1", "2) b2"],
        ["1) c1"],
    ]

"""Rendering: the package that comes out, its fields, and its agreement with docxtpl."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docxtpl import DocxTemplate
from lxml import etree

from builders.docx import Docx, cell, png, table
from builders.merge import CONTEXT, fault, member, opened
from clspd_docs.templates.docx_text import lines

# --- The package that comes out -----------------------------------------------------------------------


def test_the_same_context_gives_the_same_bytes_and_another_date_does_not(tmp_path: Path) -> None:
    raw = (
        Docx("{{ membre.nom }}")
        .header("{{ ville }}", alt="image:logo|Logo")
        .title("{{ membre.nom }}")
        .build()
    )
    context = {
        **CONTEXT,
        "images": {"logo": png()},
        "fixe_le": dt.datetime(2026, 2, 12, 9, 30, tzinfo=dt.UTC),
    }
    first = opened(tmp_path, raw).render(context)
    second = opened(tmp_path, raw)
    second.render({**context, "ville": "Arles"})
    assert second.render(context).docx == first.docx
    assert first.docx is not None
    with zipfile.ZipFile(io.BytesIO(first.docx)) as archive:
        assert archive.testzip() is None
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "[Content_Types].xml"
    assert '<dcterms:modified xsi:type="dcterms:W3CDTF">2026-02-12T09:30:00Z' in member(
        first, "docProps/core.xml"
    )
    assert "fr-FR</dc:language>" in member(first, "docProps/core.xml")
    assert second.render({**context, "fixe_le": dt.datetime(2026, 2, 13, tzinfo=dt.UTC)}).docx != first.docx


def test_a_long_title_is_cut_with_a_warning(render: Any) -> None:
    rendered = render(Docx("x").title("{{ v }}"), v="é" * 300)
    assert f"propriété title | {'é' * 255}" in lines(rendered.docx)
    assert [f.code for f in rendered.findings] == ["FUS112"]


def test_drawings_have_ids_of_their_own_after_a_loop(render: Any) -> None:
    docx = (
        Docx("{%p for p in points %}")
        .picture("sig:membre-{{ p.rang }}|Signature de {{ p.titre }}")
        .paragraph("{%p endfor %}")
    )
    rendered = render(docx.header(alt="Blason"))
    ids = re.findall(
        r'docPr id="(\d+)"', member(rendered, "word/document.xml") + member(rendered, "word/header1.xml")
    )
    assert len(ids) == len(set(ids)) == 4
    assert [line for line in lines(rendered.docx) if "sig:" in line] == [
        "image | sig:membre-1|Signature de Bilan",
        "image | sig:membre-2|Signature de Élus",
        "image | sig:membre-3|Signature de Divers",
    ]


def test_an_alternative_text_may_hold_quotes_and_filters(render: Any) -> None:
    rendered = render(Docx().picture("sig:x|{{ membre.prenom|ou(\"l’élu <&> 'x'\") }}"))
    assert "image | sig:x|l’élu <&> 'x'" in lines(rendered.docx)


@pytest.mark.parametrize(
    ("pixels", "box"),
    [((400, 100), (4.0, 1.0)), ((100, 100), (2.0, 2.0)), ((200, 100), (4.0, 2.0)), ((10, 1000), (0.02, 2.0))],
)
def test_a_picture_keeps_its_proportions_in_the_box_of_its_placeholder(
    render: Any, pixels: tuple[int, int], box: tuple[float, float]
) -> None:
    blob = png(*pixels, grey=7)
    rendered = render(Docx().picture("image:logo|Logo de la ville", 4, 2), images={"logo": blob})
    xml = member(rendered, "word/document.xml")
    sizes = {tuple(int(n) / 360_000 for n in size) for size in re.findall(r'cx="(\d+)" cy="(\d+)"', xml)}
    assert sizes == {box}
    assert "image | Logo de la ville" in lines(rendered.docx)
    rel_id = re.search(r'r:embed="(\w+)"', xml)
    assert rel_id is not None
    target = re.search(
        rf'Id="{rel_id[1]}"[^>]*Target="([^"]+)"', member(rendered, "word/_rels/document.xml.rels")
    )
    assert target is not None
    with zipfile.ZipFile(io.BytesIO(rendered.docx)) as archive:
        assert archive.read(f"word/{target[1]}") == blob


def test_a_picture_without_its_image_is_a_finding(render: Any) -> None:
    docx = Docx().picture("image:logos|Logo")
    finding = fault(render(docx, images={"logo": png()}))
    assert finding.code == "FUS106"
    assert "Vouliez-vous « logo »" in finding.message
    assert fault(render(docx)).code == "FUS106"


@pytest.mark.parametrize(
    "blob", [b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\x00\x10JFIF", b"x", png(0, 5)]
)
def test_an_unreadable_picture_is_a_finding(render: Any, blob: bytes) -> None:
    assert fault(render(Docx().picture("image:logo|Logo"), images={"logo": blob})).code == "FUS107"


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (table(["{%tr for p in vide %}"], ["{{ p }}"], ["{%tr endfor %}"]), "FUS109"),
        (
            f"<w:tbl><w:tblPr/><w:tblGrid/><w:tr>{cell('{%p if vide %}', 'x', '{%p endif %}')}</w:tr></w:tbl>",
            "FUS108",
        ),
        (
            "<w:p><w:r><w:t>{% if vide %}</w:t></w:r></w:p><w:p><w:r><w:rPr/><w:t>x{% endif %}</w:t></w:r></w:p>",
            None,
        ),
        (table(["{%tr for p in points %}", "x"], ["{{ p.rang }}", "{% endfor %}"]), "FUS111"),
    ],
)
def test_a_document_that_word_would_call_damaged_is_refused(render: Any, xml: str, code: str | None) -> None:
    rendered = render(Docx("Bonjour").xml(xml))
    assert [f.code for f in rendered.findings] == ([code] if code else [])


def test_a_header_left_without_a_paragraph_is_refused(render: Any) -> None:
    assert fault(render(Docx("x").header("{%p if membre.nom %}").footer("a"))).code == "MOD120"
    header = Docx("x").header("{%p set n = 1 %}")
    assert fault(render(header)).code == "FUS110"


def test_a_malformed_result_is_refused_not_truncated(render: Any) -> None:
    assert fault(render(Docx("{% if membre.prenom %}", "x", "{%p endif %}"))).code == "FUS111"


# --- Fields, and agreement with docxtpl --------------------------------------------------------------


def test_fields_are_the_paths_read_in_every_part(tmp_path: Path) -> None:
    raw = (
        Docx(
            "{% for p in seance.points %}{{ p.titre }}{{ loop.index }}{% if p.pieces[0].nom %}{% endif %}{% endfor %}",
            "{% for c, ms in membres|groupby('college') %}{% for m in ms %}{{ m.nom }}{% endfor %}{% endfor %}",
            "{% for g in tous|groupby('sigle') %}{% for m in g.list %}{{ m.prenom }}{% endfor %}{% endfor %}",
            "{% for rang in sieges|batch(2) %}{% for s in rang %}{{ s.id }}{% endfor %}{% endfor %}",
            "{% set v = commune.ville %}{{ v.nom|de }}{{ images[cle.nom] }}",
            "{% for a in actions|selectattr('pilote') %}{{ a['titre'] }}{% else %}{{ rien }}{% endfor %}",
            "{{ (axes|first).intitule ~ x }}{% with y = z.y %}{{ y.t }}{% endwith %}",
        )
        .header("{{ ville }}")
        .title("{{ objet }}")
        .build()
    )
    assert " ".join(opened(tmp_path, raw).fields()) == (
        "actions actions[].pilote actions[].titre axes[].intitule cle.nom commune.ville commune.ville.nom images[] "
        "membres membres[].college membres[].nom objet rien seance.points seance.points[].pieces[].nom "
        "seance.points[].titre sieges sieges[].id tous tous[].prenom tous[].sigle ville x z.y z.y.t"
    )


def test_the_body_is_that_of_docxtpl_but_for_the_ids_of_drawings(tmp_path: Path) -> None:
    raw = (
        Docx("Madame {{ nom }},", "{%p if nom %}", "Objet : {{ objet }}", "{%p endif %}")
        .table(
            ["N°", "Point"],
            ["{%tr for p in points %}", ""],
            ["{{ loop.index }}", "{{ p }}"],
            ["{%tr endfor %}", ""],
        )
        .picture("Blason")
        .build()
    )
    context = {"nom": "Durand\nMaire", "objet": "convocation & dossier", "points": ["a", "b"]}
    theirs = DocxTemplate(io.BytesIO(raw))
    theirs.render(context, autoescape=True)
    stream = io.BytesIO()
    theirs.save(stream)
    ours = member(opened(tmp_path, raw).render(context), "word/document.xml")
    with zipfile.ZipFile(stream) as archive:
        expected = archive.read("word/document.xml").decode()

    def canonical(xml: str) -> str:
        return re.sub(r'(docPr .*?id=)"\d+"', r"\1", etree.canonicalize(xml))

    assert canonical(ours) == canonical(expected)

"""Lint: the faults that a template shows by itself, each with its code and its place."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from builders.docx import Docx, cell, table
from clspd_docs.findings import Finding
from clspd_docs.templates.lint import lint
from clspd_docs.templates.package import open_template


def findings(tmp_path: Path, docx: Docx) -> list[Finding]:
    path = tmp_path / "lettre.docx"
    path.write_bytes(docx.build())
    opened = open_template(path, "templates_docx/lettre.docx")
    assert opened.template is not None, opened.findings
    return lint(opened.template)


def codes(tmp_path: Path, docx: Docx) -> list[str]:
    return [finding.code for finding in findings(tmp_path, docx)]


def test_a_sound_template_has_no_finding(tmp_path: Path) -> None:
    docx = (
        Docx("{{ membre.nom_long }},", "Objet : « {{ objet }} » ; le {{ date|date_longue }}.")
        .heading("Ordre du jour", 1)
        .heading("Points", 2)
        .paragraph("{%p if points %}")
        .table(
            ["N°", "Point"],
            ["{%tr for p in points %}", ""],
            ["{{ loop.index }}", "{{ p.titre }}"],
            ["{%tr endfor %}", ""],
        )
        .paragraph("{%p elif absents %}")
        .paragraph('{{ "l’ordre du jour"|majuscule }}{% if a %}, {{ b }}{% else %}.{% endif %}')
        .paragraph("{%p else %}")
        .paragraph("{# note de l’auteur #}{% set x = 1 %}")
        .paragraph("{%p endif %}")
        .picture("image:logo|Logo")
        .picture("sig:president|Signature du président")
        .header("{{ ville }}", alt="Blason")
        .footnote("Voir {{ reference }}.")
        .bullets("Liberation Sans")
        .title("Convocation de {{ membre.nom }}")
    )
    assert findings(tmp_path, docx) == []


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("{{ date de séance }}", ["MOD120"]),
        ("{% si membre %}x", ["MOD120"]),
        ("{{ nom|majuscul }}", ["MOD121"]),
        ("{% if nom|majuscul %}x{% endif %}", ["MOD121"]),
        ("{{ membre.supprimer() }}", ["MOD122"]),
        ("{{ membre._nom }}", ["MOD122"]),
        ("{% raw %}", ["MOD122"]),
        ("{{ nom }", ["MOD139"]),
        ("nom }}", ["MOD123"]),
        ("{{r nom }}", ["MOD124"]),
        ("{% if a %}x", ["MOD130"]),
        ("{% for a in b %}{% if a %}x{% endif %}", ["MOD130"]),
        ("{% endif %}", ["MOD131"]),
        ("{% else %}", ["MOD131"]),
        ("{% for a in b %}x{% endif %}", ["MOD132"]),
        ("{ nom }", ["MOD134"]),
        ("{ { nom } }", ["MOD139"]),
        ("{{ nom|ou(« x ») }}", ["MOD135"]),
        ('{{ nom|ou("« x »") }}', []),
        ("{{ nom|ou(“x”) }}", ["MOD136"]),
        ("{{ nom|ou(’x’) }}", ["MOD136"]),
        ('{{ nom|ou("l’x") }}', []),
        ("{% elif %}", ["MOD120", "MOD131"]),
        ("{{ nom }} }", ["MOD125"]),
        ("{{ nom }}}", ["MOD125"]),
        ("{ {{ nom }}", ["MOD125"]),
        ("{{{ nom }}", ["MOD125"]),
        ("{{{ nom }}}", ["MOD125"]),
        ("{{ nom | majuscule }}\u00a0}", ["MOD125"]),
        ("{ {{ nom }} }", ["MOD125"]),
        ("} {{ nom }} {", ["MOD125"]),
        ("{% if a %} }x{% endif %}", ["MOD125"]),
        ("{{ a }} } {{ b }}", ["MOD125"]),
        ("{{ nom }} }}", ["MOD123"]),
        ("{ { nom } } }", ["MOD125", "MOD139"]),
        ("{ x, {{ nom }} }", []),
        ("{ {{ a }}, {{ b }} }", []),
        ("{{ nom }}, { {{ a }} ; {b} }", []),
        ("{_{ {{ nom }} }_}", []),
        ("{{ {'a': nom}.a }}", []),
        ("{{ nom|en-lettres }}", ["MOD121"]),
        ("{{ nom|length-reste }}", []),
        ("{{ seance,lieu }}", ["MOD120"]),
        ("{MERGEFIELD Organisme}", ["MOD152"]),
        ("{ MERGEFIELD Nom \\* MERGEFORMAT }", ["MOD152"]),
    ],
)
def test_each_fault_of_a_tag_has_its_code(tmp_path: Path, tag: str, expected: list[str]) -> None:
    found = findings(tmp_path, Docx("Madame,", f"Voici {tag} ici"))
    assert [finding.code for finding in found] == expected
    for finding in found:
        assert (finding.place.part or "").startswith("corps, « Voici")
        assert finding.message
        assert finding.remedy


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{%p if a = « le préfet » %}", '« {%p if a == "le préfet" %} », avec des guillemets droits'),
        ("{%p if a|ou(« x », b = 1) = « y » %}", '« {%p if a|ou("x", b = 1) == "y" %} »'),
        ("{ { seance.date|date_longue }}", "« {{ seance.date|date_longue }} »"),
        ("{{ seance.date } }", "« {{ seance.date }} »"),
        ("{{courrier.formule}", "« {{ courrier.formule }} »"),
        ("{ %p If a % }", "« {%p if a %} »"),
        ("{% if a }", "« {% if a %} »"),
        ("{{ endif %}", "« {% endif %} »"),
        ("{{ seance.lieu }} }", "« {{ seance.lieu }} »"),
        ("{{{ seance.lieu }} }", "« {{ seance.lieu }} »"),
    ],
)
def test_the_remedy_gives_the_tag_to_type(tmp_path: Path, written: str, said: str) -> None:
    assert any(said in finding.remedy for finding in findings(tmp_path, Docx(written)))


def test_a_lone_equal_sign_is_told_with_the_quotes(tmp_path: Path) -> None:
    found = findings(tmp_path, Docx("{% if a = « b » %}x{% endif %}"))
    assert [finding.code for finding in found] == ["MOD120", "MOD135"]
    assert found[0].message.endswith("« = » n’y est pas attendu : écrire « == ».")


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        (
            "{{ nombre|en-lettres }}",
            "Le filtre « en-lettres » de la balise « {{ nombre|en-lettres }} » n’existe pas.",
        ),
        ("{{ nombre|en-lettres }}", "Vouliez-vous « en_lettres » ?"),
        ("{{ heure|heure-en-lettres }}", "Vouliez-vous « heure_en_lettres » ?"),
        ("{{ nombre|en-lettre }}", "Vouliez-vous « en_lettres » ?"),
        ("{{ seance,lieu }}", "Écrire un point, pas une virgule : « seance.lieu »."),
        ("{{ seance, date|jour }}", "Écrire un point, pas une virgule : « seance.date »."),
    ],
)
def test_a_hyphen_and_a_comma_in_a_name_are_told_with_what_to_type(
    tmp_path: Path, tag: str, said: str
) -> None:
    (finding,) = findings(tmp_path, Docx(tag))
    assert said in finding.message.replace("\u00a0", " ")


def test_a_text_of_braces_takes_the_time_of_its_length(tmp_path: Path) -> None:
    docx = Docx("{ x " * 4_000 + "{{ nom }}" + " x }" * 4_000)
    started = time.perf_counter()
    assert "MOD125" not in codes(tmp_path, docx)
    assert time.perf_counter() - started < 5


def test_a_brace_too_many_is_told_in_the_title(tmp_path: Path) -> None:
    (finding,) = findings(tmp_path, Docx("x").title("Lettre à {{ nom }} }"))
    assert (finding.code, finding.place.part) == ("MOD125", "propriétés")


def test_the_findings_follow_the_order_of_the_letter(tmp_path: Path) -> None:
    docx = Docx("Veuillez {{ a|b }}", "{ { c }}").table(["Nom"], ["{{ z|y }}"]).paragraph("Au {{ nom| }}")
    found = findings(tmp_path, docx)
    assert [finding.code for finding in found] == ["MOD121", "MOD139", "MOD121", "MOD120"]


def test_all_the_faults_of_all_the_parts_are_told_in_one_run(tmp_path: Path) -> None:
    docx = (
        Docx("{{ a|b }}", "{{ c de d }}").header("{{ e|f }}").footnote("{{ g }").title("{{ h|i }} {% if j %}")
    )
    assert codes(tmp_path, docx) == ["MOD121", "MOD120", "MOD121", "MOD139", "MOD121", "MOD130"]


@pytest.mark.parametrize(
    ("docx", "expected"),
    [
        (Docx("{%p if a %} perdu", "x", "{%p endif %}"), ["MOD133"]),
        (Docx("{%p if a %}{{ b }}{%p endif %}"), ["MOD133", "MOD133"]),
        (
            Docx().table(
                ["a", "b"], ["{%tr for x in l %}", "PERDU"], ["{{ x }}", ""], ["{%tr endfor %}", ""]
            ),
            ["MOD133"],
        ),
        (Docx().table(["a"], ["{%tr for x in l %}"], ["{{ x }}{% endfor %}"]), ["MOD132"]),
        (Docx("{%p if a %}", "{% else %}", "x", "{%p endif %}"), ["MOD132"]),
        (Docx("{% if a %}x", "y{% endif %}"), ["MOD138"]),
        (Docx("x{% if a -%}", "y", "{%- endif %}z"), []),
        (Docx("{% for a in b %}{% if a %}x", "{% endfor %}"), ["MOD130", "MOD138"]),
        (Docx("{%p if a %}", "{%tr if b %}", "{%p endif %}"), ["MOD130", "MOD154"]),
        (Docx("{% endif %{{ a }} b %}"), ["MOD123", "MOD131"]),
        (
            Docx().xml('<w:p><w:del w:id="1" w:author="a"><w:r><w:delText>x</w:delText></w:r></w:del></w:p>'),
            ["MOD137"],
        ),
    ],
)
def test_blocks_that_lose_or_glue_text_are_found(tmp_path: Path, docx: Docx, expected: list[str]) -> None:
    assert codes(tmp_path, docx) == expected


def field(instruction: str) -> str:
    return f'<w:p><w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r></w:p>'


def marks(*pieces: str) -> str:
    """Return the runs of a field of ``pieces``; the last is its result when it is text and there are several."""
    *code, result = pieces if len(pieces) > 1 and pieces[-1].startswith("<w:t>DA") else (*pieces, "")
    runs = [piece if piece.startswith("<w:r>") else f"<w:r>{piece}</w:r>" for piece in code]
    begin, separate, end = (
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")
    )
    return f"{begin}{''.join(runs)}{separate}<w:r>{result}</w:r>{end}"


def marked(*pieces: str) -> str:
    """Return a paragraph of such a field."""
    return f"<w:p>{marks(*pieces)}</w:p>"


@pytest.mark.parametrize(
    ("docx", "expected"),
    [
        (Docx("x").language("en-US"), ["MOD140"]),
        (Docx("x").title(""), ["MOD141"]),
        (Docx("x").picture(""), ["MOD142"]),
        (Docx().heading("a", 2), ["MOD143"]),
        (Docx().heading("a", 1).heading("b", 3), ["MOD143"]),
        (Docx().heading("a", 1).heading("b", 2).heading("c", 1).heading("d", 2), []),
        (Docx().table(["a"], ["b"], header=False), ["MOD144"]),
        (Docx().table(["a"], header=False), []),
        (
            Docx().xml(
                table(["a"], ["b"], header=False).replace("<w:tblPr>", '<w:tblPr><w:tblLook w:firstRow="0"/>')
            ),
            [],
        ),
        (Docx().bullets("Symbol"), ["MOD145"]),
        (Docx().xml(field('DATE \\@ "d MMMM yyyy"')), ["MOD146"]),
        (Docx().xml('<w:p><w:fldSimple w:instr=" TIME "/></w:p>'), ["MOD146"]),
        (Docx().xml(field("DDEAUTO excel")), ["MOD146"]),
        (Docx().xml(field("PAGE")), []),
        *(
            (Docx().xml(marked(*pieces)), ["MOD146"])
            for pieces in (
                ("<w:instrText> DA</w:instrText>", "<w:instrText>TE </w:instrText>"),
                ("<w:instrText>INCLUDE</w:instrText>", "<w:instrText>PICTURE</w:instrText>", "<w:t> x</w:t>"),
                ("<w:instrText>TI</w:instrText>", "<w:t>ME</w:t>"),
                ('<w:instrText>DDEAUTO\\f "x"</w:instrText>',),
                ("<w:instrText>IF 1 = 1 </w:instrText>", marks("<w:instrText>DATE</w:instrText>")),
                (
                    marks('<w:instrText>QUOTE "DA"</w:instrText>', "<w:t>DA</w:t>"),
                    "<w:instrText>TE</w:instrText>",
                ),
            )
        ),
        (Docx().xml(marked("<w:instrText>DA</w:instrText>", "<w:instrText>Y</w:instrText>")), []),
        (Docx().xml(marked("<w:instrText>REF x</w:instrText>", "<w:t>DATE</w:t>")), []),
    ],
)
def test_what_an_accessible_and_stable_pdf_needs_is_checked(
    tmp_path: Path, docx: Docx, expected: list[str]
) -> None:
    assert codes(tmp_path, docx) == expected


def test_a_tag_of_a_text_box_is_told_once_though_word_keeps_it_twice(tmp_path: Path) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>{{ nom|majuscul }}</w:t></w:r></w:p></w:txbxContent>"
    xml = (
        '<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice Requires="wps">{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>'
    )
    assert codes(tmp_path, Docx().xml(xml)) == ["MOD121"]


def test_the_place_of_a_tag_in_a_table_gives_the_table(tmp_path: Path) -> None:
    grid = "<w:tblGrid><w:gridCol/></w:tblGrid>"
    docx = (
        Docx()
        .table(["a"])
        .xml(
            f"<w:tbl><w:tblPr/>{grid}<w:tr>{cell('Nom : {{ nom|majuscul }} et la suite du texte')}</w:tr></w:tbl>"
        )
    )
    (finding,) = findings(tmp_path, docx)
    assert (
        finding.place.part
        == "corps, tableau 2, ligne 1, colonne 1, « Nom : {{ nom|majuscul }} et la suite du… »"
    )


def test_the_place_in_a_header_gives_its_pages_and_its_section(tmp_path: Path) -> None:
    docx = Docx("x").section().header("{{ ville|majuscul }}")
    docx._headers = [reference.replace("default", "first") for reference in docx._headers]
    (finding,) = findings(tmp_path, docx)
    assert finding.place.part == "en-tête (première page, section 2), « {{ ville|majuscul }} »"


def test_a_template_of_many_faults_is_read_in_bounded_time(tmp_path: Path) -> None:
    start = time.process_time()
    found = findings(
        tmp_path, Docx(*[f"{n} {{{{ a|b }}}} {{ nom }} «Nom» {{% if d %}}" for n in range(2000)])
    )
    assert len(found) == 4 * 2000
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        (["{%p if a %}"] * 5000 + ["x"] + ["{%p endif %}"] * 5000, 0),
        (["{%p for a in b %}"] * 5000 + ["x"] + ["{%p endfor %}"] * 5000, 0),
        (["{% if a %}" * 5000 + "x" + "{% endif %}" * 5000], 0),
        (["{%p if a %}"] * 5000 + ["{% endif %}"] * 5000, 1),
    ],
)
def test_thousands_of_blocks_one_in_another_are_read_at_once(
    tmp_path: Path, lines: list[str], count: int
) -> None:
    path = tmp_path / "modele.docx"
    path.write_bytes(Docx(*lines).build())
    template = open_template(path, path.name).template
    assert template is not None
    start = time.process_time()
    assert len(lint(template)) == count
    assert time.process_time() - start < 2  # 0.4 s; comparing each with all those around it takes 38

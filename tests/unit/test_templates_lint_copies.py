"""The two copies of a template: annotated for a person, corrected where nothing is guessed."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path
from typing import Final

import docx
import pytest
from docx.document import Document

from builders.docx import Docx, cell, paragraph, run
from clspd_docs.conversion.find import find_office
from clspd_docs.findings import Finding
from clspd_docs.templates.annotate import annotated, without_our_comments
from clspd_docs.templates.lint import faults_of, lint
from clspd_docs.templates.lint_fixes import corrected
from clspd_docs.templates.lint_scan import scan
from clspd_docs.templates.package import open_template
from clspd_docs.templates.render import Template
from clspd_docs.templates.repair import repaired
from clspd_docs.templates.zipping import packed

FAULTY: Final = (
    Docx("Madame {{ nom|majuscul }}, bonjour", "{{ date de séance }} et {{ b|c }}")
    .header("{{ ville|majuscul }}")
    .footnote("{{ loi|majuscul }}")
    .title("{{ titre|majuscul }}")
    .table(["a"], ["{{ d|e }}"])
)


def opened(tmp_path: Path, raw: bytes) -> Template:
    path = tmp_path / "lettre.docx"
    path.write_bytes(raw)
    found = open_template(path, path.name)
    assert found.template is not None, found.findings
    return found.template


def annotate(template: Template) -> bytes:
    read = scan(without_our_comments(template.members), template.place_file)
    return annotated(read, list(faults_of(read)))


def comments(raw: bytes) -> dict[str, str]:
    """Return the text that each comment is on, by the text of the comment."""
    document: Document = docx.Document(io.BytesIO(raw))
    xml = document.element.body.xml
    found = {}
    for comment in document.comments:
        marked = xml.partition(f'commentRangeStart w:id="{comment.comment_id}"/>')[2]
        inside = marked.partition(f'commentRangeEnd w:id="{comment.comment_id}"/>')[0]
        found[comment.text] = "".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", inside))
        assert comment.author == "clspd-docs"
    return found


def test_each_fault_of_the_body_has_a_comment_on_its_tag_alone(tmp_path: Path) -> None:
    found = comments(annotate(opened(tmp_path, FAULTY.build())))
    marked = [text for said, text in found.items() if "Endroit" not in said]
    assert marked == ["{{ nom|majuscul }}", "{{ date de séance }}", "{{ b|c }}", "{{ d|e }}"]


def test_a_comment_says_what_is_wrong_what_to_do_and_the_code(tmp_path: Path) -> None:
    said = next(iter(comments(annotate(opened(tmp_path, FAULTY.build())))))
    title, sentence, remedy = said.replace("\u00a0", " ").split("\n")
    assert title == "Erreur MOD121 : Filtre inconnu"
    assert sentence.endswith("Vouliez-vous « majuscule » ?")
    assert remedy.startswith("À faire : Corriger la balise")


def test_a_fault_out_of_the_body_is_told_in_the_body_with_its_place(tmp_path: Path) -> None:
    found = comments(annotate(opened(tmp_path, FAULTY.build())))
    places = {
        said.replace("\u00a0", " ").split("\n")[1]: text for said, text in found.items() if "Endroit" in said
    }
    assert places == {
        "Endroit : en-tête, « {{ ville|majuscul }} ».": "Madame {{ nom|majuscul }}, bonjour",
        "Endroit : note de bas de page 1, « {{ loi|majuscul }} ».": "Voir la note.",
        "Endroit : propriétés.": "Madame {{ nom|majuscul }}, bonjour",
    }


def test_annotating_changes_no_text_and_no_finding(tmp_path: Path) -> None:
    before = opened(tmp_path, FAULTY.build())
    after = opened(tmp_path, annotate(before))
    assert lint(after) == lint(before)


def test_annotating_an_annotated_copy_replaces_our_comments(tmp_path: Path) -> None:
    once = annotate(opened(tmp_path, FAULTY.build()))
    twice = annotate(opened(tmp_path, once))
    assert comments(twice) == comments(once)


def test_a_comment_of_a_person_stays_and_keeps_its_number(tmp_path: Path) -> None:
    document = docx.Document(io.BytesIO(FAULTY.build()))
    document.add_comment(document.paragraphs[0].runs, "À relire", author="Secrétaire")
    stream = io.BytesIO()
    document.save(stream)
    raw = annotate(opened(tmp_path, annotate(opened(tmp_path, stream.getvalue()))))
    authors = [(c.comment_id, c.author) for c in docx.Document(io.BytesIO(raw)).comments]
    assert authors[0] == (0, "Secrétaire")
    assert [number for number, author in authors if author == "clspd-docs"] == list(range(1, len(authors)))


def test_the_same_template_gives_the_same_copy(tmp_path: Path) -> None:
    template = opened(tmp_path, FAULTY.build())
    assert annotate(template) == annotate(template)


def test_an_empty_template_can_be_annotated(tmp_path: Path) -> None:
    raw = annotate(opened(tmp_path, Docx().title("").build()))
    assert len(comments(raw)) == 1


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("{{ a|ou(« x ») }}", '{{ a|ou("x") }}'),
        ("{{ a|ou(«\u00a0l’élu\u00a0») }}", '{{ a|ou("l’élu") }}'),
        ("{{ a|ou(“x”) }}", '{{ a|ou("x") }}'),
        ("{{ a|ou(’x’) }}", "{{ a|ou('x') }}"),
        ('{{ a|ou("« x »") }}', '{{ a|ou("« x »") }}'),
        ('{{ a|ou("x – y…") }}', '{{ a|ou("x – y…") }}'),
        ("{% if n – 1 %}", "{% if n - 1 %}"),
        ("{{ no\u200bm }}", "{{ nom }}"),
        ("{{\u00a0nom\u00a0}}", "{{ nom }}"),
        ("{%p\u00a0if a %}", "{%p if a %}"),
        ("{% p if a %}", "{%p if a %}"),
        ("{% P If a %}", "{%p if a %}"),
        ("{% If a And not b %}", "{% if a and not b %}"),
        ("{% Endif %}", "{% endif %}"),
        ("{{ Nom }}", "{{ Nom }}"),
        ("{{ a.If }}", "{{ a.If }}"),
        ("{{ nom|majuscul }}", "{{ nom|majuscul }}"),
        ("{{ date de séance }}", "{{ date de séance }}"),
        ("{% si a %}", "{% si a %}"),
    ],
)
def test_only_the_marks_of_automatic_correction_are_undone(typed: str, expected: str) -> None:
    assert corrected(typed) == expected


def repair(tmp_path: Path, docx: Docx) -> tuple[Template, list[Finding]]:
    template = opened(tmp_path, docx.build())
    members, findings = repaired(template.members, template.place_file)
    return opened(tmp_path, packed(members)), findings


def texts(template: Template) -> list[str]:
    document = docx.Document(io.BytesIO(packed(template.members)))
    return [p.text for p in document.paragraphs]


def test_a_tag_is_repaired_where_it_stands(tmp_path: Path) -> None:
    template, findings = repair(tmp_path, Docx("Un {{ a|ou(« x ») }} et {% If b %}y{% Endif %} fin"))
    assert texts(template) == ['Un {{ a|ou("x") }} et {% if b %}y{% endif %} fin']
    assert [finding.code for finding in findings] == ["MOD190"] * 3
    assert lint(template) == []


def test_braces_that_a_space_parts_are_joined_and_a_missing_one_is_left(tmp_path: Path) -> None:
    docx = Docx("{ { a }}, {{ b } } et {{ c }}", "{ % if d % }x{% endif %}", "{{ e }")
    template, findings = repair(tmp_path, docx)
    assert texts(template) == ["{{ a }}, {{ b }} et {{ c }}", "{% if d %}x{% endif %}", "{{ e }"]
    assert [finding.code for finding in findings] == ["MOD190"] * 3


def test_two_tags_of_which_one_is_not_closed_are_not_said_to_be_one(tmp_path: Path) -> None:
    docx = Docx().xml(f"<w:p>{run('{{ a } } {{')}{run(' b|de }}')}</w:p>")
    docx.xml(f"<w:p>{run('{{ a {{')}{run(' b|de }}')}</w:p>")
    template, findings = repair(tmp_path, docx)
    assert texts(template) == ["{{ a }} {{ b|de }}", "{{ a {{ b|de }}"]
    said = sorted(finding.message for finding in findings)
    assert len(said) == 2
    assert "« {{ a } } » est devenue « {{ a }} »" in said[0].replace("\xa0", " ")
    assert "« {{ b|de }} »" in said[1].replace("\xa0", " ")


def test_a_tag_cut_in_pieces_is_joined_in_the_form_of_its_first_letter(tmp_path: Path) -> None:
    bold = "<w:rPr><w:b/></w:rPr>"
    xml = f"<w:p>{run('Cher {', bold)}{run('{ no')}<w:bookmarkStart w:id='1' w:name='x'/>{run('m }', bold)}{run('}, bonjour')}</w:p>"
    template, findings = repair(tmp_path, Docx().xml(xml))
    document = docx.Document(io.BytesIO(packed(template.members)))
    assert [(r.text, bool(r.bold)) for r in document.paragraphs[0].runs] == [
        ("Cher {{ nom }}", True),
        (", bonjour", False),
    ]
    assert [finding.code for finding in findings] == ["MOD191"]


def test_a_link_that_word_made_of_half_a_tag_takes_the_whole_tag(tmp_path: Path) -> None:
    link = f'<w:hyperlink w:anchor="a">{run("{{ courriel")}</w:hyperlink>'
    template, _ = repair(tmp_path, Docx().xml(f"<w:p>{link}{run(' }} ici')}</w:p>"))
    assert texts(template) == ["{{ courriel }} ici"]
    assert lint(template) == []


def test_a_tag_half_in_a_tracked_change_is_left_to_a_person(tmp_path: Path) -> None:
    xml = f'<w:p>{run("{{ no")}<w:ins w:id="1" w:author="a">{run("m }}")}</w:ins></w:p>'
    template, findings = repair(tmp_path, Docx().xml(xml))
    assert findings == []
    assert [finding.code for finding in lint(template)] == ["MOD137"]


def test_language_and_header_rows_are_set(tmp_path: Path) -> None:
    rows = "".join(f"<w:tr>{cell(text)}</w:tr>" for text in ("Nom", "{{ nom }}"))
    table = f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid>{rows}</w:tbl>"
    template, findings = repair(tmp_path, Docx().language("en-US").xml(table).paragraph())
    assert sorted(finding.code for finding in findings) == ["MOD192", "MOD193"]
    assert lint(template) == []


def test_a_first_row_that_is_a_tag_is_no_header(tmp_path: Path) -> None:
    rows = "".join(f"<w:tr>{cell(text)}</w:tr>" for text in ("{%tr if a %}", "x", "{%tr endif %}"))
    table = f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid>{rows}</w:tbl>"
    assert repair(tmp_path, Docx().xml(table).paragraph())[1] == []


def test_a_misspelt_name_is_never_changed(tmp_path: Path) -> None:
    template, findings = repair(tmp_path, Docx("{{ nom|majuscul }} {{ date de séance }} { nom }"))
    assert findings == []
    assert texts(template) == ["{{ nom|majuscul }} {{ date de séance }} { nom }"]


def test_a_repaired_template_has_nothing_left_to_repair(tmp_path: Path) -> None:
    docx = Docx("{{ a|ou(« x ») }}").language("de-DE").xml(f"<w:p>{run('{{ a')}{run(' }}')}</w:p>")
    template, _ = repair(tmp_path, docx)
    assert repaired(template.members, "x")[1] == []


@pytest.mark.office
def test_libreoffice_opens_both_copies(tmp_path: Path) -> None:
    template = opened(
        tmp_path, FAULTY.xml(f"<w:p>{run('{{ a')}{run(' }}')}</w:p>").xml(paragraph("fin")).build()
    )
    (tmp_path / "a.docx").write_bytes(annotate(template))
    (tmp_path / "c.docx").write_bytes(packed(repaired(template.members, "x")[0]))
    profile = f"-env:UserInstallation={(tmp_path / 'profil').as_uri()}"
    office = str(find_office().path)
    names = [str(tmp_path / name) for name in ("a.docx", "c.docx")]
    command = [office, profile, "--headless", "--convert-to", "fodt", "--outdir", str(tmp_path), *names]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    seen = (tmp_path / "a.fodt").read_text(encoding="utf-8")
    assert seen.count("<office:annotation ") == len(comments((tmp_path / "a.docx").read_bytes()))
    assert "fin</text:p>" in (tmp_path / "c.fodt").read_text(encoding="utf-8")

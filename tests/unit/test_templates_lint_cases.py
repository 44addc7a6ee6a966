"""Faults seeded one by one in a template: each is found, at its place, and nothing else is said."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from builders.docx import Docx, paragraph, run, table
from clspd_docs.desk.template_names import names_of
from clspd_docs.templates.lint import faults_of, properties_of
from clspd_docs.templates.lint_fields import field_faults
from clspd_docs.templates.lint_scan import scan
from clspd_docs.templates.package import open_template

CASES: Final = Path(__file__).parents[1] / "cases" / "modeles"
MC: Final = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
W: Final = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def cases() -> list[Any]:
    found = [
        case
        for path in sorted(CASES.glob("*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["cas"]
    ]
    return [pytest.param(case, id=case["nom"]) for case in found]


def comment(docx: Docx, text: str, said: str, author: str) -> None:
    """Add a paragraph with a comment of ``author``."""
    marks = '<w:r><w:commentReference w:id="7"/></w:r>'
    docx.xml(f'<w:p><w:commentRangeStart w:id="7"/>{run(text)}<w:commentRangeEnd w:id="7"/>{marks}</w:p>')
    xml = (
        f'<w:comments {W}><w:comment w:id="7" w:author="{author}">{paragraph(said)}</w:comment></w:comments>'
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
    docx.member("word/comments.xml", xml.encode(), kind)
    docx.link("comments", "comments.xml", external=False)


def box(docx: Docx, text: str, old: str) -> None:
    """Add a text box, and the copy that Word keeps for its old versions."""
    inside, before = (f"<w:txbxContent>{paragraph(t)}</w:txbxContent>" for t in (text, old))
    docx.xml(
        f'<w:p><w:r><mc:AlternateContent {MC}><mc:Choice Requires="wps">{inside}</mc:Choice>'
        f"<mc:Fallback>{before}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )


def numbers(docx: Docx) -> None:
    """Declare a numbered list, and the style « Liste » whose lines are of it."""
    xml = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl>'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"
    docx.member("word/numbering.xml", xml.encode(), kind).link("numbering", "numbering.xml", external=False)
    style = (
        f'<w:styles {W}><w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="fr-FR"/></w:rPr></w:rPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:styleId="Liste"><w:name w:val="Liste"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>'
    )
    docx.member("word/styles.xml", style.encode())


def built(steps: list[list[Any]]) -> bytes:
    """Return the template that the steps of a case make."""
    docx = Docx()
    own = {"comment": comment, "box": box, "numbers": numbers}
    for name, *arguments in steps:
        if name == "bare_table":
            docx.xml(table(*arguments, header=False))
        elif name in own:
            own[name](docx, *arguments)  # type: ignore[operator]  # the case gives what it takes
        else:
            getattr(docx, name)(*arguments)
    return docx.build()


def told(raw: bytes, pour: str | None, folder: Path) -> list[str]:
    """Return « CODE place » for each finding."""
    path = folder / "modele.docx"
    path.write_bytes(raw)
    opened = open_template(path, path.name)
    assert opened.template is not None, opened.findings
    template = scan(opened.template.members, path.name)
    faults = list(faults_of(template))
    if pour:
        faults += field_faults([*template.parts, *properties_of(template)], names_of(pour))
    return sorted(f"{fault.finding.code} {fault.finding.place.part or ''}" for fault in faults)


@pytest.mark.parametrize("case", cases())
def test_a_seeded_fault_is_found_at_its_place(case: dict[str, Any], tmp_path: Path) -> None:
    assert told(built(case["gestes"]), case.get("pour"), tmp_path) == sorted(case["attendu"])


def test_there_are_at_least_forty_seeded_faults() -> None:
    assert sum(bool(case.values[0]["attendu"]) for case in cases()) >= 40

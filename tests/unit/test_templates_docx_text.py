"""Text of a Word file as lines: everything that a reader could find in it."""

from __future__ import annotations

from builders.docx import Docx, paragraph
from clspd_docs.templates.docx_text import lines


def test_every_text_of_a_document_is_a_line() -> None:
    nested = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>dedans</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    docx = (
        Docx("Madame,")
        .heading("Ordre du jour", 1)
        .xml("<w:p><w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t></w:r></w:p><w:p/>")
        .table(["N°", "Point"], ["1", "Bilan"])
        .xml(f"<w:tbl><w:tr><w:tc>{paragraph('x')}{paragraph('y')}{nested}</w:tc></w:tr></w:tbl>")
        .xml(f"<w:sdt><w:sdtContent>{paragraph('contrôle')}</w:sdtContent></w:sdt>")
        .xml(f"<w:p><w:r><w:txbxContent>{paragraph('encadré')}</w:txbxContent></w:r></w:p>")
        .xml("<w:p><w:r><w:delText>supprimé</w:delText></w:r></w:p>")
        .picture("Logo")
        .header("Ville")
        .footer("Page")
        .footnote("Une note")
        .title("Convocation")
        .build()
    )
    assert lines(docx) == [
        "propriété title | Convocation",
        "propriété creator | Secrétariat",
        "propriété created | 2020-01-01T00:00:00Z",
        "propriété modified | 2020-01-01T00:00:00Z",
        "Normal | Madame,",
        "heading 1 | Ordre du jour",
        "Normal | a / b → c",
        "tableau | N° ¦ Point",
        "tableau | 1 ¦ Bilan",
        "tableau | x / y",
        "tableau | dedans",
        "Normal | contrôle",
        "Normal | encadré",
        "Normal | supprimé",
        "image | Logo",
        "Normal | Voir la note.",
        "en-tête | Normal | Ville",
        "pied de page | Normal | Page",
        "note | Normal | Une note",
    ]

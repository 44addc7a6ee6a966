"""The page of findings: complete, in French, readable by everyone, and safe whatever the cells hold."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from clspd_docs.build.page import STYLE
from clspd_docs.desk.findings_page import MORE_STYLE, findings_page
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place

FILE = "registers/clspd.xlsx"
KINDS = {
    severity: Kind(f"TST91{number}", severity, "Essai", "La valeur étonne : {x}.", "Corriger la cellule.")
    for number, severity in enumerate(Severity)
}


def finding(
    sheet: str | None,
    cell: str | None = None,
    severity: Severity = Severity.ERROR,
    value: str = "",
    tab: int = 0,
) -> Finding:
    row = int(cell[1:]) if cell else None
    return KINDS[severity].at(
        Place(FILE, sheet, cell, row, "Nom" if cell else None, tab=tab), value=value, x="x"
    )


ELSEWHERE = KINDS[Severity.WARNING].at(Place("templates_docx/lettre.docx", part="paragraphe 3"), x="x")
FOUND = [
    finding("Séances", "B3", tab=4),
    finding("Membres", "B12", Severity.NOTE, tab=2),
    finding("Membres", "B4", tab=2),
    finding(None),
    ELSEWHERE,
]


class Outline(HTMLParser):
    """Checks that elements close in order, and keeps what a reader of the page needs."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.seen if name == tag]


def test_findings_are_grouped_by_sheet_in_the_order_of_the_tabs_then_the_other_files() -> None:
    page = findings_page(FOUND, FILE)
    titles = re.findall(r"<h2[^>]*>(.*?)</h2>", page)
    assert titles == [FILE, "Feuille « Membres »", "Feuille « Séances »", "templates_docx/lettre.docx"]
    assert page.index(">B4<") < page.index(">B12<") < page.index(">B3<") < page.index("paragraphe 3")


def test_the_counts_stand_at_the_top_and_in_each_caption() -> None:
    page = findings_page(FOUND, FILE).replace("\xa0", " ")
    assert f"3 erreurs, 1 alerte et 1 remarque. Classeur : {FILE}" in page
    assert re.findall(r"<caption>(.*?)</caption>", page) == [
        "1 erreur",
        "1 erreur et 1 remarque",
        "1 erreur",
        "1 alerte",
    ]


def test_the_page_needs_nothing_else_and_is_marked_up_for_everyone() -> None:
    outline = Outline(findings_page(FOUND, FILE))
    tags = [tag for tag, _ in outline.seen]
    assert not {"script", "link", "img", "iframe"} & set(tags)
    assert outline.all("html") == [{"lang": "fr"}]
    assert [tags.count(tag) for tag in ("h1", "main", "title", "nav")] == [1, 1, 1, 1]
    assert tags.count("caption") == tags.count("table")
    assert {cell.get("scope") for cell in outline.all("th")} == {"col", "row"}


def test_every_anchor_of_the_contents_exists() -> None:
    outline = Outline(findings_page(FOUND, FILE))
    names = [attributes["id"] for _, attributes in outline.seen if "id" in attributes]
    assert len(names) == len(set(names))
    assert {str(link["href"]).removeprefix("#") for link in outline.all("a")} <= set(names)


def test_what_cells_hold_is_escaped() -> None:
    nasty = '<script>alert("x")</script> & co'
    page = findings_page([finding(f"A<b> & '{nasty}'", "B2", value=nasty)], FILE)
    assert "<script" not in page
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; co" in page
    Outline(page)


def test_colours_of_text_are_dark_enough_on_white_and_on_the_row_aimed_at() -> None:
    def light(colour: str) -> float:
        parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    texts = re.findall(r"[{;\s]color: (#[0-9A-Fa-f]{6})", STYLE + MORE_STYLE)
    assert len(texts) >= 4
    for text in texts:
        for back in ("#FFFFFF", "#FFF3C4"):
            assert (light(back) + 0.05) / (light(text) + 0.05) >= 4.5, text


def test_without_any_finding_the_page_says_so() -> None:
    page = findings_page([], FILE)
    assert "Aucun constat" in page
    assert "<table" not in page
    Outline(page)


def test_the_same_findings_give_the_same_page_in_any_order() -> None:
    assert findings_page(FOUND, FILE) == findings_page(FOUND[::-1], FILE)

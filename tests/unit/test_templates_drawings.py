"""Native drawings: where the boxes stand, what a chart holds, how a placeholder picture becomes one."""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree

from builders.docx import Docx
from clspd_docs.domain.drawings import BarChart, Box, Diagram, Drawing, Series, Tone
from clspd_docs.findings import Finding
from clspd_docs.origin import Place
from clspd_docs.templates import charts, shapes
from clspd_docs.templates.drawings import Placed, drawn, place_drawings, with_chart_types
from clspd_docs.templates.package import open_template
from clspd_docs.templates.parts import NS, parse, q, serialise
from clspd_docs.templates.widths import width, wrap

PLACE = Place("plan-local.docx", part="corps")
LONG = "Tranquillité publique et prévention des conflits d’usage dans les espaces communs des résidences"
NAMES = {**NS, **shapes.NAMESPACES, "c": charts.CHART}
WIDE = 453.5  # 160 mm
Shape = tuple[str, float, float, float, float]


def diagram(groups: int, name: str = LONG) -> Diagram:
    chain = (Box("Formation plénière", ("Présidence : Mme Sauvageot",)), Box("Formation restreinte"))
    leaves = tuple(Box(f"{name} {n}", ("Animation : M. Paillet", "12 membres")) for n in range(groups))
    return Diagram("De haut en bas.", chain, leaves, f"{groups} groupes")


def bars(*values: int | None, label: str = "Axe 1 – Les jeunes", percent: bool = False) -> BarChart:
    labels = tuple(f"{label} {n}" for n in range(len(values)))
    return BarChart("Deux & trois.", labels, (Series("En cours", Tone.GOING, values),), percent=percent)


def placed_shapes(drawing: Diagram, wide: float = WIDE, high: float = 900) -> list[Shape]:
    """Return (name, left, top, right, bottom) of each shape, in points."""
    made = shapes.group(drawing, wide, high)
    declared = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in NAMES.items())
    root = etree.fromstring(f"<x {declared}>{made.xml}</x>")
    found = []
    for shape in root.iterfind(".//wps:wsp", NAMES):
        corner, size = shape.find(".//a:off", NAMES), shape.find(".//a:ext", NAMES)
        name = shape.find("wps:cNvPr", NAMES)
        assert corner is not None
        assert size is not None
        assert name is not None
        x, y = (int(corner.get(n, "")) / shapes.EMU for n in "xy")
        w, h = (int(size.get(n, "")) / shapes.EMU for n in ("cx", "cy"))
        found.append((name.get("descr", ""), x, y, x + w, y + h))
    return found


def place(docx: Docx, drawings: Mapping[str, Drawing]) -> tuple[Placed, etree._Element]:
    with zipfile.ZipFile(io.BytesIO(docx.build())) as package:
        root = parse(package.read("word/document.xml"))
    placed = place_drawings(etree.tostring(root, encoding="unicode"), drawings, PLACE)
    return placed, etree.fromstring(placed.xml)


def only(nodes: Iterable[etree._Element]) -> etree._Element:
    (node,) = nodes
    return node


def codes(findings: Iterable[Finding]) -> list[str]:
    return [finding.code for finding in findings]


# --- Measures ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "regular", "bold"),  # measured with the fonts themselves, at 100 points
    [("Évrigny-les-Forges", 729, 744), ("Œuvre « Cœur » n° 12 – 45 %", 1187, 1201)],
)
def test_a_text_is_as_wide_as_in_calibri_and_never_thought_narrower_in_bold(
    text: str, regular: float, bold: float
) -> None:
    assert width(text, 100) == pytest.approx(regular, rel=0.02)
    assert bold <= width(text, 100, bold=True) <= bold * 1.06
    assert width("é", 10) == width("e", 10)


def test_lines_are_cut_at_spaces_and_a_word_too_long_where_it_must() -> None:
    assert wrap("un deux trois", 10, width("un deux ", 10)) == ["un deux", "trois"]
    assert wrap("", 10, 50) == [""]
    cut = wrap("a " + "intercommunalité" * 3, 10, 60)
    assert "".join(cut) == "a" + "intercommunalité" * 3
    assert all(width(line, 10) <= 60 for line in cut)


# --- The diagram -------------------------------------------------------------------------------------


@pytest.mark.parametrize("groups", range(13))
@pytest.mark.parametrize("wide", [200, WIDE, 700])
def test_boxes_never_meet_and_stay_in_the_drawing(groups: int, wide: float) -> None:
    found = placed_shapes(diagram(groups), wide)
    assert len(found) == 2 + 1 + (
        groups + 2 if groups else 0
    )  # boxes of the chain, their link; frame and link
    boxes = [s for s in found if not s[0].startswith("Lien") and s[0] != f"{groups} groupes"]
    assert all(x >= -0.1 and r <= wide + 0.1 and y >= 0 for _, x, y, r, _ in found)
    for (_, x1, y1, r1, b1), (_, x2, y2, r2, b2) in itertools.combinations(boxes, 2):
        assert r1 <= x2 or r2 <= x1 or b1 <= y2 or b2 <= y1
    frame = next((s for s in found if s[0] == f"{groups} groupes"), None)
    leaves = boxes[2:]
    assert all(
        frame and frame[1] <= x and r <= frame[3] and frame[2] < y and b <= frame[4]
        for _, x, y, r, b in leaves
    )


def test_a_link_touches_both_the_boxes_that_it_joins() -> None:
    top, link, middle = placed_shapes(diagram(0))
    assert link[0] == "Lien entre « Formation plénière » et « Formation restreinte »"
    assert (link[2], link[4]) == pytest.approx((top[4], middle[2]), abs=0.1)


def test_a_box_is_as_high_as_its_text_asks() -> None:
    def heights(name: str) -> list[float]:
        return [b - y for told, _, y, _, b in placed_shapes(diagram(1, name)) if told.startswith(name)]

    short, long = heights("Jeunes"), heights(LONG)
    lines = len(wrap(LONG, 10, 2 * 104 - 10, bold=True))
    assert long[0] - short[0] >= (lines - 1) * 10


def test_smaller_letters_are_tried_before_the_place_is_found_too_small() -> None:
    large, small = shapes.group(diagram(6), WIDE, 900), shapes.group(diagram(6), WIDE, 10)
    assert small.height < large.height
    assert min(int(size) for size in re.findall(r'w:sz w:val="(\d+)"', small.xml)) == 16  # 8 points


def test_texts_of_a_box_are_escaped() -> None:
    made = shapes.group(Diagram("x", (Box('R&D <b> "a"', ("é & è",)),)), WIDE, 500)
    assert "R&amp;D &lt;b&gt;" in made.xml


# --- The chart ---------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *((look.text, look.fill) for look in charts._LOOKS.values()),
        *((look.text, look.fill) for look in (shapes._TOP, shapes._MIDDLE, shapes._FRAME, shapes._LEAF)),
    ],
)
def test_every_text_stands_out_from_its_ground(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


def test_no_two_tones_are_told_apart_by_their_colour_alone() -> None:
    assert set(charts._LOOKS) == set(Tone)
    for one, other in itertools.combinations(charts._LOOKS.values(), 2):
        outlines = (one.points, one.dash) != (other.points, other.dash)
        assert outlines or contrast(one.fill, other.fill) >= 1.7


def test_no_outline_has_dashes_too_long_for_the_square_of_a_legend() -> None:
    assert {look.dash for look in charts._LOOKS.values()} <= {"solid", "sysDash", "sysDot"}


def test_a_chart_holds_its_labels_its_values_and_no_value_where_there_is_none() -> None:
    made = charts.chart(bars(3, None, 0), WIDE, 500)
    root = parse(made.xml.encode())
    values = root.findall(".//c:val//c:pt", NAMES)
    assert [(v.get("idx"), v.findtext("c:v", "", NAMES)) for v in values] == [("0", "3"), ("2", "0")]
    assert root.findtext(".//c:tx//c:v", "", NAMES) == "En cours"
    assert [v.text for v in root.iterfind(".//c:cat//c:v", NAMES)] == [
        f"Axe 1 – Les jeunes {n}" for n in range(3)
    ]
    assert root.find(".//c:max", NAMES) is None


def test_bars_of_percents_end_at_a_hundred() -> None:
    root = parse(charts.chart(bars(31, percent=True), WIDE, 500).xml.encode())
    assert only(root.iterfind(".//c:max", NAMES)).get("val") == "100"
    assert only(root.iterfind(".//c:dLbls/c:numFmt", NAMES)).get("formatCode") == '0"\u00a0%"'


def test_the_workbook_of_a_chart_opens_and_holds_the_same_numbers() -> None:
    one = Series("En cours", Tone.GOING, (3, None))
    two = Series("Réalisée & close", Tone.DONE, (0, 12))
    chart = BarChart("x", ("Axe <1>", "Axe 2"), (one, two), ("note 1", "note 2"))
    book = openpyxl.load_workbook(io.BytesIO(charts.chart(chart, WIDE, 500).workbook))
    assert [list(row) for row in book.active.iter_rows(values_only=True)] == [  # type: ignore[union-attr]  # a sheet
        [None, "En cours", "Réalisée & close"],
        ["Axe <1> note 1", 3, 0],
        ["Axe 2 note 2", None, 12],
    ]


def test_a_label_too_long_is_cut_but_its_note_is_whole() -> None:
    chart = BarChart(
        "x", (f"1.1 {LONG * 3} :",) * 30, bars(*range(30)).series, ("6\u00a0(cible\u00a0:\u00a08)",) * 30
    )
    tall, low = charts.chart(chart, WIDE, 5000), charts.chart(chart, WIDE, 500)
    labels = [v.text or "" for v in parse(low.xml.encode()).iterfind(".//c:cat//c:v", NAMES)]
    assert low.height < 500 < tall.height
    assert all(label.endswith("… 6\u00a0(cible\u00a0:\u00a08)") for label in labels)
    assert all(label.count("\n") <= 2 for label in labels)


# --- The placeholder picture -------------------------------------------------------------------------


def test_a_placeholder_becomes_shapes_as_wide_as_it_is() -> None:
    docx = Docx("Avant").picture("dessin:gouvernance|La gouvernance.", 16, 15).paragraph("Après")
    placed, root = place(docx, {"gouvernance": diagram(3)})
    assert placed.findings == []
    assert placed.members == {}
    extent, properties = only(root.iter(q("wp:extent"))), only(root.iter(q("wp:docPr")))
    assert extent.get("cx") == str(16 * 360_000)
    assert int(extent.get("cy", "")) < 15 * 360_000
    assert properties.get("descr") == "La gouvernance. De haut en bas."
    assert root.find(".//pic:pic", NAMES) is None
    assert only(root.iter(f"{{{shapes.NAMESPACES['wpg']}}}wgp")) is not None
    assert "Formation plénière" in "".join(root.itertext())


def test_a_placeholder_becomes_a_chart_with_its_workbook() -> None:
    docx = Docx().picture("dessin:actions|", 16, 9)
    placed, root = place(docx, {"actions": bars(1, 2)})
    rel_id = only(root.iter(f"{{{charts.CHART}}}chart")).get(q("r:id"))
    chart, rels, book = sorted(placed.members, key=lambda n: (not n.startswith("word/charts/dessin"), n))
    assert re.fullmatch(r"word/charts/dessin-\w{16}\.xml", chart)
    assert rels == chart.replace("charts/", "charts/_rels/") + ".rels"
    assert re.fullmatch(r"word/embeddings/dessin-\w{16}\.xlsx", book)
    links = parse(placed.relations(b'<Relationships xmlns="%s"/>' % NS["rel"].encode()))
    link = only(links)
    assert (link.get("Id"), link.get("Target")) == (rel_id, chart.removeprefix("word/"))
    assert book.removeprefix("word/") in placed.members[rels].decode()
    assert only(root.iter(q("wp:docPr"))).get("descr") == "Graphique en barres. Deux & trois."


def test_a_chart_shown_twice_is_there_once_and_declared_once() -> None:
    docx = Docx().picture("dessin:actions|", 16, 9).picture("dessin:actions|Encore", 16, 9)
    placed, _ = place(docx, {"actions": bars(1)})
    assert len(placed.members) == 3
    assert len(parse(placed.relations(b'<Relationships xmlns="%s"/>' % NS["rel"].encode()))) == 1
    types = serialise(etree.Element(q("ct:Types"), nsmap={None: NS["ct"]}))
    declared = parse(with_chart_types(types, placed.members))
    assert [node.get("ContentType") for node in declared] == [charts.WORKBOOK_TYPE, charts.CHART_TYPE]
    assert with_chart_types(types, {}) is types


def test_a_part_without_drawing_comes_back_untouched_and_no_drawing_is_asked_for() -> None:
    class Never(dict[str, Drawing]):
        def get(self, *_: Any) -> Any:
            raise AssertionError("un dessin a été demandé")

    placed, _ = place(Docx("dessin:gouvernance").picture("image:logo|Logo"), Never())
    assert placed.findings == []
    assert "image:logo|Logo" in placed.xml


def test_the_same_drawing_gives_the_same_bytes() -> None:
    docx = Docx().picture("dessin:a|", 16, 9).picture("dessin:b|", 16, 12)
    drawings: dict[str, Drawing] = {"a": bars(1, 2), "b": diagram(5)}
    first, second = (place(docx, drawings)[0] for _ in range(2))
    assert first.xml == second.xml
    assert first.members == second.members


def test_an_unknown_drawing_is_named_with_the_nearest_and_the_picture_stays() -> None:
    placed, root = place(Docx().picture("dessin:gouvernence|x"), {"gouvernance": diagram(1)})
    (finding,) = placed.findings
    assert finding.code == "FUS113"
    assert "« gouvernance »" in finding.message
    assert root.find(".//pic:pic", NAMES) is not None


def test_a_drawing_higher_than_its_place_is_drawn_whole_and_told() -> None:
    placed, root = place(Docx().picture("dessin:g|", 16, 2), {"g": diagram(6)})
    (finding,) = placed.findings
    assert finding.code == "FUS114"
    assert not finding.is_error
    assert "n’en a que 20" in finding.message
    assert int(only(root.iter(q("wp:extent"))).get("cy", "")) > 2 * 360_000


def test_a_drawing_that_no_page_can_hold_is_refused() -> None:
    placed, root = place(Docx().picture("dessin:a|", 16, 20), {"a": bars(*range(80))})
    assert codes(placed.findings) == ["FUS115"]
    assert placed.findings[0].is_error
    assert root.find(".//pic:pic", NAMES) is not None


def test_the_drawings_of_a_document_are_told_in_their_order() -> None:
    docx = (
        Docx().picture("dessin:a|Les actions", 16, 9).picture("image:logo|Logo").picture("dessin:b|", 16, 12)
    )
    placed, _ = place(docx, {"a": bars(1), "b": diagram(0)})
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("word/document.xml", placed.xml)
    told = drawn(stream.getvalue())
    assert told == (
        ("Les actions. Deux & trois.",),
        (
            "Schéma. De haut en bas.",
            "Formation plénière, Présidence : Mme Sauvageot",
            "Lien entre « Formation plénière » et « Formation restreinte »",
            "Formation restreinte",
        ),
    )


def test_a_document_without_drawings_tells_none() -> None:
    assert drawn(Docx("x").picture("Logo").build()) == ()


class Unread(Mapping[str, Drawing]):
    """Drawings that must not even be counted: reading them would make a letter depend on the plan."""

    def __getitem__(self, name: str) -> Drawing:
        raise AssertionError(name)

    def __iter__(self) -> Iterator[str]:
        raise AssertionError

    def __len__(self) -> int:
        raise AssertionError


def test_a_letter_that_shows_no_drawing_does_not_read_the_plan(tmp_path: Path) -> None:
    path = tmp_path / "lettre.docx"
    path.write_bytes(Docx("Madame {{ nom }}").picture("Blason").build())
    template = open_template(path, path.name).template
    assert template is not None
    assert template.render({"nom": "Roy", "dessins": Unread()}).docx is not None

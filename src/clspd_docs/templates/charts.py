"""A bar chart as Word's own: the chart part, and the small workbook behind « Modifier les données ».

Each tone has a fill and an outline of its own, so that a grey print tells them apart, and every bar says its number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Final

from clspd_docs.domain.drawings import BarChart, Series, Tone
from clspd_docs.templates.parts import DECLARATION, NS
from clspd_docs.templates.shapes import DARK, FONT, WHITE, fill, outline
from clspd_docs.templates.widths import wrap
from clspd_docs.templates.zipping import archive, deflated

CHART: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
CHART_TYPE: Final = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
WORKBOOK_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOOK_ID: Final = "rId1"  # the relationship of a chart to its workbook
_SHEET: Final = "Feuil1"

# Points.
_LINE: Final = 1.22
_LEGEND: Final = 24.0
_LABELS: Final = 0.42  # of the width; half of it for percents, whose labels say more
_SPARE: Final = 0.94  # of the labels' room
_GAP_PERCENT: Final = 45  # between two bars, of a bar


@dataclass(frozen=True, slots=True)
class _Scale:
    """How closely bars are set: most lines of a label, size of the letters, space between two labels."""

    lines: int
    size: float
    between: float


_SCALES: Final = (  # the first that fits
    *(_Scale(3, 9, 7), _Scale(2, 9, 7), _Scale(2, 8, 4)),
    *(_Scale(1, 9, 7), _Scale(1, 7.5, 2)),
)


@dataclass(frozen=True, slots=True)
class _Look:
    """How a tone is drawn: the colours of the bar and of its number, the outline that makes it known in grey.

    Its dashes are short ones: longer ones leave out half of the small square of a legend.
    """

    fill: str
    text: str
    points: float = 0.75
    dash: str = "solid"


_BLACK: Final = "000000"
_LOOKS: Final = {
    Tone.DONE: _Look(DARK, WHITE),
    Tone.GOING: _Look("AFC3E3", _BLACK),
    Tone.LATE: _Look("9C2A10", WHITE, 2.25),
    Tone.WAITING: _Look(WHITE, _BLACK),
    Tone.MOVED: _Look(WHITE, _BLACK, 1.25, "sysDash"),
    Tone.DROPPED: _Look("EDEDED", _BLACK, 1.25, "sysDot"),
    Tone.OTHER: _Look("6B6B6B", WHITE),
}


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart part and its workbook, and the height that it needs in points."""

    xml: str
    workbook: bytes
    height: float


def chart(bars: BarChart, width: float, height: float) -> Chart:
    """Return ``bars`` as a chart ``width`` points wide, no higher than its labels ask.

    Bars are set closer when they do not fit in ``height``; the result may be higher all the same.
    """
    share = 0.5 if bars.percent else _LABELS
    notes = bars.notes or ("",) * len(bars.labels)
    for scale in _SCALES:
        lines = [
            _lines(label, note, width * share * _SPARE, scale)
            for label, note in zip(bars.labels, notes, strict=True)
        ]
        pitch = max(map(len, lines)) * scale.size * _LINE + scale.between
        total = pitch * len(lines) + _LEGEND
        if total <= height:
            break
    labels = ["\n".join(each) for each in lines]
    series = "".join(_series(bars, labels, rank, scale.size) for rank in range(len(bars.series)))
    plot = (
        f'{_place(share, 0, 0.97 - share, 1 - _LEGEND / total)}<c:barChart><c:barDir val="bar"/>'
        f'<c:grouping val="stacked"/><c:varyColors val="0"/>{series}<c:gapWidth val="{_GAP_PERCENT}"/>'
        f'<c:overlap val="100"/><c:axId val="1"/><c:axId val="2"/></c:barChart>{_axes(bars, scale.size)}'
    )
    xml = (
        f'{DECLARATION}<c:chartSpace xmlns:c="{CHART}" xmlns:a="{NS["a"]}" xmlns:r="{NS["r"]}"><c:date1904 val="0"/>'
        '<c:lang val="fr-FR"/><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea>'
        f'{plot}</c:plotArea><c:legend><c:legendPos val="b"/><c:overlay val="0"/>{_text(scale.size)}</c:legend>'
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln>'
        f'</c:spPr>{_text(scale.size)}<c:externalData r:id="{BOOK_ID}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    )
    return Chart(xml, _workbook(bars), total)


def _lines(label: str, note: str, room: float, scale: _Scale) -> list[str]:
    """Return a label and its note in the lines of ``scale``: words of the label are left out if they must."""
    words = label.split(" ")
    for kept in range(len(words), 0, -1):
        text = label if kept == len(words) else f"{' '.join(words[:kept])}…"
        lines = wrap(f"{text} {note}".strip(), scale.size, room)
        if len(lines) <= scale.lines:
            break
    return lines


def _place(x: float, y: float, width: float, height: float) -> str:
    """Return the layout of the bars themselves, in parts of the whole."""
    parts = {"x": x, "y": y, "w": width, "h": height}
    inside = "".join(f'<c:{name} val="{value:.4f}"/>' for name, value in parts.items())
    return (
        '<c:layout><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>'
        f"{inside}</c:manualLayout></c:layout>"
    )


def _text(size: float, colour: str = _BLACK, *, bold: bool = False) -> str:
    return (
        f'<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{round(size * 100)}" b="{bold:d}">{fill(colour)}'
        f'<a:latin typeface="{FONT}"/></a:defRPr></a:pPr><a:endParaRPr lang="fr-FR"/></a:p></c:txPr>'
    )


def _series(bars: BarChart, labels: list[str], rank: int, size: float) -> str:
    series, last = bars.series[rank], len(labels) + 1
    look, column = _LOOKS[series.tone], _column(rank)
    form = '0"\u00a0%"' if bars.percent else "0"
    shown = {"LegendKey": 0, "Val": 1, "CatName": 0, "SerName": 0, "Percent": 0, "BubbleSize": 0}
    flags = "".join(f'<c:show{name} val="{value}"/>' for name, value in shown.items())
    names = _points(
        (0, series.label),
    )
    return (
        f'<c:ser><c:idx val="{rank}"/><c:order val="{rank}"/><c:tx><c:strRef><c:f>{_SHEET}!${column}$1</c:f>'
        f'<c:strCache><c:ptCount val="1"/>{names}</c:strCache></c:strRef></c:tx><c:spPr>{fill(look.fill)}'
        f'{outline(_BLACK, look.points, look.dash)}</c:spPr><c:invertIfNegative val="0"/><c:dLbls>'
        f'<c:numFmt formatCode="{escape(form)}" sourceLinked="0"/><c:spPr><a:noFill/><a:ln>'
        f'<a:noFill/></a:ln></c:spPr>{_text(size, look.text, bold=True)}<c:dLblPos val="{"inBase" if bars.percent else "ctr"}"/>{flags}</c:dLbls>'
        f"<c:cat><c:strRef><c:f>{_SHEET}!$A$2:$A${last}</c:f><c:strCache>"
        f'<c:ptCount val="{len(labels)}"/>{_points(*enumerate(labels))}</c:strCache></c:strRef></c:cat>'
        f"<c:val><c:numRef><c:f>{_SHEET}!${column}$2:${column}${last}</c:f><c:numCache>"
        f'<c:formatCode>General</c:formatCode><c:ptCount val="{len(labels)}"/>{_points(*_values(series))}'
        "</c:numCache></c:numRef></c:val></c:ser>"
    )


def _values(series: Series) -> Iterable[tuple[int, int]]:
    return ((rank, value) for rank, value in enumerate(series.values) if value is not None)


def _points(*points: tuple[int, object]) -> str:
    return "".join(f'<c:pt idx="{rank}"><c:v>{escape(str(value))}</c:v></c:pt>' for rank, value in points)


def _axes(bars: BarChart, size: float) -> str:
    """Return the axis of the labels, first on top, and that of the numbers, which the bars tell themselves."""
    top = '<c:max val="100"/>' if bars.percent else ""
    ticks = '<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
    return (
        '<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/>'
        f'<c:axPos val="l"/>{ticks}<c:tickLblPos val="low"/><c:spPr>{outline(_BLACK, 0.75)}</c:spPr>{_text(size)}'
        '<c:crossAx val="2"/><c:crosses val="autoZero"/><c:auto val="0"/><c:lblAlgn val="ctr"/><c:lblOffset val="50"/>'
        '<c:noMultiLvlLbl val="1"/></c:catAx><c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/>'
        f'{top}<c:min val="0"/></c:scaling><c:delete val="1"/><c:axPos val="b"/>{ticks}<c:tickLblPos val="nextTo"/>'
        '<c:crossAx val="1"/><c:crosses val="autoZero"/><c:crossBetween val="between"/></c:valAx>'
    )


# --- The workbook ------------------------------------------------------------------------------------

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PARTS: Final = {
    "[Content_Types].xml": f'<Types xmlns="{NS["ct"]}"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
    f'ContentType="{WORKBOOK_TYPE}.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{NS["rel"]}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="{_SHEET}" sheetId="1" '
    'r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{NS["rel"]}"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def _column(rank: int) -> str:
    return chr(ord("B") + rank)


def _workbook(bars: BarChart) -> bytes:
    """Return the values as a workbook of one sheet: a line for each bar, a column for each series."""
    rows = [_row(1, [None, *(series.label for series in bars.series)])]
    for rank, label in enumerate(bars.labels):
        whole = " ".join((label, *bars.notes[rank : rank + 1]))
        rows.append(_row(rank + 2, [whole, *(series.values[rank] for series in bars.series)]))
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'
    parts = {**_PARTS, "xl/worksheets/sheet1.xml": sheet}
    return archive(deflated(name, (DECLARATION + xml).encode()) for name, xml in parts.items())


def _row(number: int, values: list[str | int | None]) -> str:
    cells = []
    for rank, value in enumerate(values):
        place = f'r="{chr(ord("A") + rank)}{number}"'
        if isinstance(value, int):
            cells.append(f"<c {place}><v>{value}</v></c>")
        elif value is not None:
            text = f'<is><t xml:space="preserve">{escape(value)}</t></is>'
            cells.append(f'<c {place} t="inlineStr">{text}</c>')
    return f'<row r="{number}">{"".join(cells)}</row>'

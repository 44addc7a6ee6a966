"""word/styles.xml and word/numbering.xml of every shipped template, from styles.toml.

Only the styles that a council's papers use, so that Word's gallery shows a secretary a few useful names and
each document made from a template stays small.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
FONT: Final = "Calibri"  # Carlito, its metric twin, stands in where Calibri is not installed
ACCENT, GREY, LINE, TINT = "1F3864", "595959", "B4BFD1", "E9EEF6"
COLOURS: Final = {"accent": ACCENT, "grey": GREY, "tint": TINT}

# Lists of word/numbering.xml; LIST_NUMBERS are numbered lists, each starting at 1.
BULLETS, NUMBERS, ARTICLES, FIRST_ARTICLE, HEADINGS = 1, 2, 3, 4, 5
LISTS: Final = {"BULLETS": BULLETS, "NUMBERS": NUMBERS, "ARTICLES": ARTICLES, "FIRST_ARTICLE": FIRST_ARTICLE}
LIST_NUMBERS: Final = range(10, 40)

# The window of a DL envelope shows this box of an A4 sheet folded in three; nothing else may be in it.
WINDOW_LEFT, WINDOW_TOP, WINDOW_WIDTH, WINDOW_HEIGHT = 110, 50, 85, 38
MARGIN: Final = 25


def twips(millimetres: float) -> int:
    """Return a length in twentieths of a point, Word's unit."""
    return round(millimetres * 1440 / 25.4)


def _frame(left: float, width: float) -> str:
    return (
        f'<w:framePr w:w="{twips(width)}" w:h="{twips(WINDOW_HEIGHT)}" w:hRule="atLeast" w:wrap="around" '
        f'w:vAnchor="page" w:hAnchor="page" w:x="{twips(left)}" w:y="{twips(WINDOW_TOP)}"/>'
    )


# By paragraph style. LibreOffice does not read a frame from a style: each paragraph carries it.
FRAMES: Final = {"Reference": _frame(MARGIN, 68), "Adresse": _frame(WINDOW_LEFT, WINDOW_WIDTH)}

# --- Styles ------------------------------------------------------------------------------------------

_WORDS_OWN: Final = frozenset(
    {
        *(
            "Body Text",
            "Title",
            "Subtitle",
            "heading 1",
            "heading 2",
            "heading 3",
            "List Bullet",
            "List Number",
        ),
        *("caption", "Signature", "header", "footer", "TOC Heading", "toc 1", "toc 2", "toc 3"),
        *("Strong", "Emphasis", "Hyperlink"),
    }
)
_KEEP: Final = {
    "next": "<w:keepNext/>",
    "lines": "<w:keepLines/>",
    "both": "<w:keepNext/><w:keepLines/>",
    "no": '<w:keepNext w:val="0"/>',
}


def _paragraph(row: Mapping[str, Any]) -> str:
    """Return the children of w:pPr, in the order that the standard wants."""
    out = _KEEP[row["keep"]] if "keep" in row else ""
    if "number" in row:
        out += f'<w:numPr><w:numId w:val="{LISTS[row["number"]]}"/></w:numPr>'
    if "shade" in row:
        out += f'<w:shd w:val="clear" w:color="auto" w:fill="{COLOURS[row["shade"]]}"/>'
    if "tabs" in row:
        out += f"<w:tabs>{''.join(_tab(*tab) for tab in row['tabs'])}</w:tabs>"
    spaces = "".join(f' w:{k}="{round(row[k] * 20)}"' for k in ("before", "after") if k in row)
    if "line" in row:
        spaces += f' w:line="{round(row["line"] * 20)}" w:lineRule="exact"'
    indents = "".join(f' w:{k}="{twips(row[k])}"' for k in ("left", "right", "hanging") if k in row)
    out += f"<w:spacing{spaces}/>" if spaces else ""
    out += f"<w:ind{indents}/>" if indents else ""
    out += f'<w:jc w:val="{row["align"]}"/>' if "align" in row else ""
    return out + (f'<w:outlineLvl w:val="{row["outline"]}"/>' if "outline" in row else "")


def _tab(kind: str, millimetres: float, leader: str = "none") -> str:
    return f'<w:tab w:val="{kind}" w:leader="{leader}" w:pos="{twips(millimetres)}"/>'


def _characters(row: Mapping[str, Any]) -> str:
    """Return the children of w:rPr."""
    out = "<w:b/><w:bCs/>" if row.get("bold") else ""
    out += "<w:i/><w:iCs/>" if row.get("italic") else ""
    out += f'<w:color w:val="{COLOURS[row["colour"]]}"/>' if "colour" in row else ""
    half = round(row.get("size", 0) * 2)
    return out + (f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>' if half else "")


def _style(ident: str, row: Mapping[str, Any]) -> str:
    kind = row.get("kind", "paragraph")
    based = row.get("based", "Normal" if kind == "paragraph" else "Policepardfaut")
    custom = "" if row["name"] in _WORDS_OWN else ' w:customStyle="1"'
    ppr, rpr = _paragraph(row), _characters(row)
    return (
        f'<w:style w:type="{kind}"{custom} w:styleId="{ident}"><w:name w:val="{row["name"]}"/>'
        f'<w:basedOn w:val="{based}"/>'
        + (f'<w:next w:val="{row["next"]}"/>' if "next" in row else "")
        + "<w:qFormat/>"
        + (f"<w:pPr>{ppr}</w:pPr>" if ppr else "")
        + (f"<w:rPr>{rpr}</w:rPr>" if rpr else "")
        + "</w:style>"
    )


def _edge(side: str, colour: str, eighths: int) -> str:
    return f'<w:{side} w:val="single" w:sz="{eighths}" w:space="0" w:color="{colour}"/>'


def _table_style(ident: str, name: str, borders: str) -> str:
    """Return a table style; its first row is tinted where a table says that it has a header."""
    return (
        f'<w:style w:type="table" w:customStyle="1" w:styleId="{ident}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="TableauNormal"/><w:qFormat/><w:tblPr><w:tblBorders>{borders}</w:tblBorders><w:tblCellMar>'
        '<w:left w:w="85" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f'<w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{TINT}"/></w:tcPr>'
        "</w:tblStylePr></w:style>"
    )


def _table_styles() -> str:
    grid = "".join(_edge(s, LINE, 4) for s in ("top", "left", "bottom", "right", "insideH", "insideV"))
    rules = _edge("top", ACCENT, 8) + _edge("bottom", ACCENT, 8) + _edge("insideH", LINE, 4)
    return (
        '<w:style w:type="table" w:default="1" w:styleId="TableauNormal"><w:name w:val="Normal Table"/>'
        '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:left w:w="0" w:type="dxa"/>'
        '<w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
        '<w:style w:type="table" w:customStyle="1" w:styleId="Entete"><w:name w:val="En-tête – cadre"/>'
        f'<w:basedOn w:val="TableauNormal"/><w:tblPr><w:tblBorders>{_edge("bottom", ACCENT, 6)}</w:tblBorders></w:tblPr>'
        "</w:style>"
        + _table_style("Tableau", "Tableau du conseil", rules)
        + _table_style("Grille", "Tableau – grille à remplir", grid)
    )


def styles_xml() -> str:
    """Return word/styles.xml."""
    rows = tomllib.loads(Path(__file__).with_name("styles.toml").read_text(encoding="utf-8"))
    return (
        f'<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr>'
        f'<w:rFonts w:ascii="{FONT}" w:eastAsia="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}"/>'
        '<w:sz w:val="22"/><w:szCs w:val="22"/><w:lang w:val="fr-FR" w:eastAsia="fr-FR" w:bidi="ar-SA"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        '<w:pPr><w:widowControl/><w:spacing w:after="0" w:line="259" w:lineRule="auto"/></w:pPr></w:style>'
        '<w:style w:type="character" w:default="1" w:styleId="Policepardfaut">'
        '<w:name w:val="Default Paragraph Font"/></w:style>'
        f"{''.join(_style(ident, row) for ident, row in rows.items())}{_table_styles()}</w:styles>"
    )


# --- Lists -------------------------------------------------------------------------------------------


def _level(
    level: int, form: str, text: str, left: float, hanging: float, *, start: int = 1, style: str = ""
) -> str:
    """Return one level; a number without a hanging indent is followed by a space, the others by a tab."""
    linked = f'<w:pStyle w:val="{style}"/>' if style else ""
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{linked}'
        f'<w:suff w:val="{"tab" if hanging else "space"}"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{twips(left)}" w:hanging="{twips(hanging)}"/></w:pPr></w:lvl>'
    )


def numbering_xml() -> str:
    """Return word/numbering.xml."""
    levels = {
        BULLETS: _level(0, "bullet", "•", 6, 5, style="Listepuces") + _level(1, "bullet", "–", 12, 5),
        NUMBERS: _level(0, "decimal", "%1.", 7, 7, style="Listenumros")
        + _level(1, "lowerLetter", "%2)", 14, 7),
        ARTICLES: _level(0, "decimal", "Article %1 –", 0, 0, start=2, style="Article"),
        FIRST_ARTICLE: _level(0, "decimal", "Article %1er –", 0, 0, style="ArticlePremier"),
        HEADINGS: "".join(
            _level(n, "decimal", text, 0, 0) for n, text in enumerate(("%1.", "%1.%2", "%1.%2.%3"))
        ),
    }
    kinds = "".join(
        f'<w:abstractNum w:abstractNumId="{n}"><w:multiLevelType w:val="multilevel"/>{inside}</w:abstractNum>'
        for n, inside in levels.items()
    )
    plain = "".join(f'<w:num w:numId="{n}"><w:abstractNumId w:val="{n}"/></w:num>' for n in levels)
    restarts = "".join(
        f'<w:num w:numId="{n}"><w:abstractNumId w:val="{NUMBERS}"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        for n in LIST_NUMBERS
    )
    return f'<w:numbering xmlns:w="{W}">{kinds}{plain}{restarts}</w:numbering>'

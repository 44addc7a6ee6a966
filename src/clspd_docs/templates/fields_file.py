"""The Word file that lists the fields: tables of tags to copy, and blocks that work once pasted."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from clspd_docs.domain.french import insecables

FONT: Final = "Calibri"
MONO: Final = "Courier New"
_TAG_STYLE: Final = "Balise"
_CELL_STYLE: Final = "Cellule"
_TWIPS_PER_MM: Final = 1440 / 25.4
_SHADE: Final = "E7EDF3"
_INK: Final = RGBColor(0x1F, 0x3A, 0x5F)
_MARGIN: Final = Mm(15)
_HEADINGS: Final = {1: 16, 2: 13, 3: 11}


@dataclass(frozen=True, slots=True)
class Rows:
    """A table, header row first."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A placeholder picture: a file of the shipped images, its alternative text, its size in millimetres."""

    file: str
    alternative: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Block:
    """A ready-made block: what it does, where it works, and what to copy, paragraph by paragraph."""

    title: str
    about: str
    content: tuple[str | Rows | Picture, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the tables: its header and its width in millimetres; ``is_tag`` for what is copied."""

    header: str
    width: float
    is_tag: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A section: its title, a sentence, the rows of its table."""

    title: str
    about: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter: tables and blocks under one heading."""

    title: str
    content: Sequence[Table | Block]


def fields_file(title: str, opening: Sequence[str], parts: Sequence[Part], images: Path) -> bytes:
    """Return the Word file.

    Args:
        title: Title of the document and of its properties.
        opening: Paragraphs under the title.
        parts: Chapters, in order.
        images: Folder of the placeholder pictures.
    """
    document = _new(title)
    document.add_heading(title, 0)
    for text in opening:
        document.add_paragraph(insecables(text))
    for part in parts:
        document.add_heading(insecables(part.title), 1)
        for one in part.content:
            document.add_heading(insecables(one.title), 2)
            document.add_paragraph(_about(one.about)).paragraph_format.keep_with_next = True
            if isinstance(one, Table):
                _add_table(document, one)
            else:
                add_block(document, one, images)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def add_block(document: Document, block: Block, images: Path) -> None:
    """Add what a person copies of a block."""
    for piece in block.content:
        if isinstance(piece, Rows):
            widths = [40.0, *[80.0] * (len(piece.rows[0]) - 1)]
            columns = tuple(Column(h, w, is_tag=True) for h, w in zip(piece.rows[0], widths, strict=True))
            _append_table(document, columns, piece.rows[1:], block.title)
            document.add_paragraph()
        elif isinstance(piece, Picture):
            run = document.add_paragraph().add_run()
            picture = run.add_picture(str(images / piece.file), Mm(piece.width), Mm(piece.height))
            properties = picture._inline.docPr  # noqa: SLF001 - python-docx has no door to the alternative text
            properties.set("descr", piece.alternative)
        else:
            document.add_paragraph(style="Bloc").add_run(piece)


def _about(text: str) -> str:
    """Return a sentence with its no-break spaces; the tags that it quotes stay as typed."""
    pieces = text.split("{")
    return "{".join([insecables(pieces[0]), *pieces[1:]])


def _new(title: str) -> Document:
    """Return an empty landscape document in French, with its styles."""
    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, _MARGIN)
    properties = document.core_properties
    properties.title, properties.language, properties.author = title, "fr-FR", "clspd-docs"
    properties.comments = ""
    styles = document.styles
    for language in styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "fr-FR")
    _set_font(styles["Normal"], FONT, 10)
    _set_font(styles["Title"], FONT, 22)
    for level, size in _HEADINGS.items():
        _set_font(styles[f"Heading {level}"], FONT, size)
        styles[f"Heading {level}"].font.color.rgb = _INK
    styles["Title"].font.color.rgb = _INK
    tag = styles.add_style(_TAG_STYLE, 2)
    _set_font(tag, MONO, 8)
    cell = styles.add_style(_CELL_STYLE, 1)
    cell.base_style = styles["Normal"]
    _set_font(cell, FONT, 8)
    cell.paragraph_format.space_before = cell.paragraph_format.space_after = Pt(1)
    block = styles.add_style("Bloc", 1)
    block.base_style = styles["Normal"]
    block.paragraph_format.left_indent = Mm(8)
    block.paragraph_format.space_after = Pt(2)
    for style in (tag, block):
        style.element.get_or_add_rPr().append(parse_xml(f"<w:noProof {nsdecls('w')}/>"))
    for level in document.part.numbering_part.element.iter(qn("w:lvl")):  # bullets that every reader can read
        fonts, text = level.find(f".//{qn('w:rFonts')}"), level.find(qn("w:lvlText"))
        if fonts is not None and text is not None and fonts.get(qn("w:ascii")) == "Symbol":
            text.set(qn("w:val"), "•")
            fonts.set(qn("w:ascii"), FONT)
            fonts.set(qn("w:hAnsi"), FONT)
    _page_numbers(document)
    return document


def _set_font(style: object, name: str, size: int) -> None:
    font = style.font  # type: ignore[attr-defined]  # every style that has a font comes here
    font.name, font.size = name, Pt(size)
    fonts = style.element.rPr.rFonts  # type: ignore[attr-defined]  # made by the line above
    for side in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{side}"), None)
    for side in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{side}"), name)


def _page_numbers(document: Document) -> None:
    footer = document.sections[0].footer.paragraphs[0]
    footer.text = "Page "
    field = f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    footer._p.append(parse_xml(field))  # noqa: SLF001 - python-docx has no fields


def _add_table(document: Document, table: Table) -> None:
    rows = [
        tuple(
            cell if column.is_tag else insecables(cell)
            for cell, column in zip(row, table.columns, strict=True)
        )
        for row in table.rows
    ]
    _append_table(document, table.columns, rows, table.title)
    document.add_paragraph()


def _append_table(
    document: Document, columns: Sequence[Column], rows: Sequence[tuple[str, ...]], caption: str
) -> None:
    """Add a table written at once: python-docx takes seconds for these rows."""
    grid = "".join(f'<w:gridCol w:w="{_twips(column.width)}"/>' for column in columns)
    head = "".join(_cell(column.header, column, is_head=True) for column in columns)
    lines = "".join(
        f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(map(_cell, row, columns))}</w:tr>" for row in rows
    )
    table = parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="TableGrid"/>'
        f'<w:tblW w:w="{sum(_twips(c.width) for c in columns)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblLook w:val="0620" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1"'
        f' w:noVBand="1"/><w:tblCaption w:val={quoteattr(caption)}/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>{lines}</w:tbl>"
    )
    document.element.body.insert_element_before(table, "w:sectPr")


def _cell(text: str, column: Column, *, is_head: bool = False) -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{_SHADE}"/>' if is_head else ""
    form = "<w:rPr><w:b/></w:rPr>" if is_head else ""
    if column.is_tag and not is_head:
        form = f'<w:rPr><w:rStyle w:val="{_TAG_STYLE}"/></w:rPr>'
    run = f'<w:r>{form}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{_twips(column.width)}" w:type="dxa"/>{shade}</w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{_CELL_STYLE}"/></w:pPr>{run}</w:p></w:tc>'
    )


def _twips(millimetres: float) -> int:
    return round(millimetres * _TWIPS_PER_MM)

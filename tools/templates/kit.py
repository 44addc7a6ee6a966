r"""What the shipped templates are written with: paragraphs, lists, tables, letterhead, signature, sections.

Every function returns WordprocessingML as text; :func:`document` makes the .docx of it. Tags stand in the text
as a secretary would type them (« {{ seance.date|date_longue }} ») and are marked as not to be proofread;
``**words**`` are strong, ``*words*`` emphasised, ``\t`` and ``\n`` Word's tab and line break; the no-break
spaces of French are put in here. The package is in ``package.py``, the styles in ``styles.py``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from tools.templates.package import Section, write
from tools.templates.styles import BULLETS, FRAMES, HEADINGS, LIST_NUMBERS, TINT, twips

from clspd_docs.domain.french import NBSP, insecables

EMU: Final = 36_000  # per millimetre
TEXT_WIDTH, LANDSCAPE_WIDTH = 160, 247  # millimetres between the margins
TOWN: Final = "{{ parametres.forme }} {{ parametres.collectivite|de }}"

_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
_PIECES: Final = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\*\*?|[\t\n])")
_BREAKS: Final = {"\t": "<w:tab/>", "\n": "<w:br/>"}
_MARKS: Final = {"**": "lev", "*": "Accentuation"}

# --- Text --------------------------------------------------------------------------------------------


def french(text: str) -> str:
    """Return ``text`` with its no-break spaces, its tags untouched."""
    tags = iter(_TAG.findall(text))
    plain = insecables(_TAG.sub("\ue000", text)).replace("n° \ue000", f"n°{NBSP}\ue000")
    return re.sub("\ue000", lambda _: next(tags), plain)


def runs(text: str, style: str = "") -> str:
    """Return ``text`` as runs; ``style`` is a character style for what is not marked."""
    current, out = style, []
    for piece in _PIECES.split(french(text)):
        if piece in _MARKS:
            current = style if current == _MARKS[piece] else _MARKS[piece]
        elif piece in _BREAKS:
            look = f'<w:rPr><w:rStyle w:val="{current}"/></w:rPr>' if current else ""
            out.append(f"<w:r>{look}{_BREAKS[piece]}</w:r>")
        elif piece:
            look = f'<w:rStyle w:val="{current}"/>' if current else ""
            look += "<w:noProof/>" if _TAG.fullmatch(piece) else ""
            look = f"<w:rPr>{look}</w:rPr>" if look else ""
            out.append(f'<w:r>{look}<w:t xml:space="preserve">{escape(piece)}</w:t></w:r>')
    return "".join(out)


def p(text: str = "", style: str = "Corpsdetexte", *, keep: bool = False, new_page: bool = False) -> str:
    """Return a paragraph; ``keep`` holds it on the page of the next one. ``text`` may hold ready runs."""
    own = ("<w:keepNext/>" if keep else "") + ("<w:pageBreakBefore/>" if new_page else "")
    own += FRAMES.get(style, "")
    inside = text if text.startswith(("<w:r>", "<w:fldSimple")) else runs(text)
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{own}</w:pPr>{inside}</w:p>'


def heading(level: int, text: str, *, number: bool = False, new_page: bool = False) -> str:
    """Return « Titre 1 » to « Titre 3 », numbered 1, 1.1… on request; level 0 is the title of the document."""
    paragraph = p(text, f"Titre{level or ''}", new_page=new_page)
    return _number(paragraph, HEADINGS, level - 1) if number else paragraph


def article(text: str, *, first: bool = False) -> str:
    """Return a heading of level 2 that numbers itself, « Article 2 »; the ``first`` is « Article 1er »."""
    return p(text, "ArticlePremier" if first else "Article")


def law(text: str) -> str:
    """Return a shaded reminder of the law."""
    return p(text, "Rappel")


def bullets(*items: str, level: int = 0) -> str:
    """Return a bulleted list; ``level`` 1 is the inner one."""
    return "".join(
        _number(p(i, "Listepuces"), BULLETS, level) if level else p(i, "Listepuces") for i in items
    )


def numbered(*items: str, number: int = 0) -> str:
    """Return a list numbered from 1; the lists of one document have each their own ``number`` (0 to 29)."""
    return "".join(_number(p(item, "Listenumros"), LIST_NUMBERS[number]) for item in items)


def _number(paragraph: str, list_number: int, level: int = 0) -> str:
    mark = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_number}"/></w:numPr></w:pPr>'
    return paragraph.replace("</w:pPr>", mark, 1)


def field(instruction: str, shown: str = "1", style: str = "") -> str:
    """Return a field with its last known result; tags in ``instruction`` are rendered like any text."""
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    return (
        f'{char.format("begin")}<w:r><w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
        f"{char.format('separate')}{runs(shown, style)}{char.format('end')}"
    )


def link(target: str, shown: str) -> str:
    """Return a hyperlink whose target may hold tags (a relationship could not)."""
    return field(f'HYPERLINK "{target}"', shown, "Lienhypertexte")


def contents(levels: int = 2) -> str:
    """Return a table of contents of the headings 1 to ``levels``; the converter, or F9 in Word, fills it."""
    return p("Sommaire", "TitreTable") + p(field(f'TOC \\o "1-{levels}" \\h \\z \\u', "…"), "TM1")


# --- Conditions and repetitions ----------------------------------------------------------------------


def tag(statement: str, style: str = "Balise") -> str:
    """Return the paragraph of ``{%p statement %}``, which leaves nothing in the document."""
    return p(f"{{%p {statement} %}}", style)


def when(condition: str, *content: str, otherwise: str = "", style: str = "Balise") -> str:
    """Return paragraphs shown under a condition; ``style`` is that of the tags' own paragraphs."""
    other = tag("else", style) + otherwise if otherwise else ""
    return f"{tag(f'if {condition}', style)}{''.join(content)}{other}{tag('endif', style)}"


def each(loop: str, *content: str, style: str = "Balise") -> str:
    """Return paragraphs (or tables) repeated: ``each("p in seance.points", ...)``."""
    return f"{tag(f'for {loop}', style)}{''.join(content)}{tag('endfor', style)}"


# --- Pictures and signatures -------------------------------------------------------------------------


def picture(file: str, alt: str, width: float, height: float) -> str:
    """Return the run of an inline picture of ``templates_docx/images``; millimetres, ``alt`` may hold tags."""
    x, y = round(width * EMU), round(height * EMU)
    return (
        f'<w:r><w:rPr><w:noProof/></w:rPr><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{x}" cy="{y}"/><wp:docPr id="0" name="{file}" descr={quoteattr(alt)}/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr id="0" name="{file}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
        f'<a:blip r:embed="{file.partition(".")[0]}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr>'
        f'<a:xfrm><a:off x="0" y="0"/><a:ext cx="{x}" cy="{y}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def signature_picture(key: str, who: str, width: float = 65, height: float = 22) -> str:
    """Return the run of the anchor that becomes the signature field ``key``: « Signature ``who`` »."""
    return picture("signature.png", f"sig:{key}|Signature {who}", width, height)


def drawing(name: str, about: str, width: float, height: float) -> str:
    """Return the run of the picture that becomes the drawing ``name``, as wide, and no higher if it can."""
    return picture("dessin.png", f"dessin:{name}|{about}", width, height)


def signature(key: str, who: str, name: str, *titles: str) -> str:
    """Return a signature block that never parts, on the right: titles, anchor, name.

    ``key`` names the field (« president »), ``who`` reads after « Signature » (« de la maire »).
    """
    return (
        "".join(p(t, "Signature" if i else "SignatureTitre") for i, t in enumerate(titles))
        + p(signature_picture(key, who), "Signature")
        + p(name, "SignatureNom")
    )


def chair_signature() -> str:
    """Return the block of whoever signs for the council."""
    return signature(
        "president",
        "de {{ signataire.nom_complet }}",
        "{{ signataire.identite }}",
        "{{ parametres.titre_signataire }},",
    )


# --- Tables ------------------------------------------------------------------------------------------


def cell(
    *content: str, style: str = "TableauTexte", span: int = 1, fill: str = "", middle: bool = False
) -> str:
    """Return a cell; plain texts become paragraphs of ``style``, ready paragraphs stay; ``fill`` is a colour."""
    own = (f'<w:gridSpan w:val="{span}"/>' if span > 1 else "") + (
        f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    )
    own += '<w:vAlign w:val="center"/>' if middle else ""
    inside = "".join(c if c.startswith(("<w:p>", "<w:tbl>")) else p(c, style) for c in content or ("",))
    return f"<w:tc><w:tcPr>{own}</w:tcPr>{inside}</w:tc>"


def label(text: str, span: int = 1) -> str:
    """Return a shaded cell that names what stands beside or under it."""
    return cell(text, style="TableauEntete", span=span, fill=TINT, middle=True)


def row(*cells: str, height: float = 0, header: bool = False) -> str:
    """Return a row that never parts over two pages; ``height`` is a least height in millimetres."""
    marks = "<w:cantSplit/>" + (f'<w:trHeight w:val="{twips(height)}" w:hRule="atLeast"/>' if height else "")
    style = "TableauEntete" if header else "TableauTexte"
    inside = "".join(c if c.startswith("<w:tc>") else cell(c, style=style) for c in cells)
    return f"<w:tr><w:trPr>{marks}{'<w:tblHeader/>' if header else ''}</w:trPr>{inside}</w:tr>"


def each_row(loop: str, *rows: str) -> str:
    """Return rows repeated: ``each_row("p in seance.points", row(...))``."""
    return f"{_tag_row(f'for {loop}')}{''.join(rows)}{_tag_row('endfor')}"


def when_row(condition: str, *rows: str) -> str:
    """Return rows shown under a condition."""
    return f"{_tag_row(f'if {condition}')}{''.join(rows)}{_tag_row('endif')}"


def _tag_row(statement: str) -> str:
    return f"<w:tr><w:tc>{p(f'{{%tr {statement} %}}', 'TableauTexte')}</w:tc></w:tr>"


def table(
    widths: Sequence[float], *rows: str, style: str = "Tableau", header: bool = True, about: str = ""
) -> str:
    """Return a table of columns of ``widths`` millimetres; the first row repeats on each page when ``header``.

    ``about`` describes it to those who do not see it.
    """
    grid = "".join(f'<w:gridCol w:w="{twips(w)}"/>' for w in widths)
    described = f"<w:tblCaption w:val={quoteattr(about)}/>" if about else ""
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(map(twips, widths))}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblLook w:val="{"0620" if header else "0600"}" w:firstRow="{int(header)}" w:lastRow="0" '
        f'w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>{described}</w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


# --- Letterhead, pages, document ---------------------------------------------------------------------


def letterhead() -> str:
    """Return the header of a first page: logo, who writes, how to reach them; the body starts 50 mm down."""
    logo = picture("logo.png", "image:logo|{{ parametres.logo_texte|ou('Logo de la collectivité') }}", 22, 22)
    who = (
        p("République française", "En-tte"),
        p(TOWN, "EnteteNom"),
        when("parametres.service", p("{{ parametres.service }}", "En-tte"), style="En-tte"),
        p("{{ parametres.nom_instance|majuscule }}", "En-tte"),
    )
    contact = (
        _line("parametres.adresse_complement"),
        _line("parametres.adresse_voie"),
        _line("parametres.adresse_lieu_dit"),
        p("{{ parametres.code_postal }} {{ parametres.ville }}", "EnteteContact"),
        _line("parametres.telephone"),
        _line("parametres.courriel"),
        _line("parametres.site"),
    )
    with_logo = row(cell(p(logo, "En-tte")), cell(*who), cell(*contact), height=28)
    without = row(cell(*who), cell(*contact), height=28)
    return when(
        "parametres.logo",
        table((26, 86, 48), with_logo, style="Entete", header=False),
        otherwise=table((112, 48), without, style="Entete", header=False),
        style="En-tte",
    ) + p("", "EnteteEspace")


def _line(name: str) -> str:
    return when(name, p(f"{{{{ {name} }}}}", "EnteteContact"), style="EnteteContact")


def portrait(*content: str) -> Section:
    """Return portrait pages."""
    return Section("".join(content))


def landscape(*content: str) -> Section:
    """Return landscape pages."""
    return Section("".join(content), landscape=True)


def document(title: str, footer: str, *sections: Section, header: str = "", cover: bool = False) -> bytes:
    """Return the .docx.

    Args:
        title: Title of the file's properties, and so of the PDF; may hold tags.
        footer: Left side of every footer, with « page x sur y » on the right; an empty text for no footer, as
            in the front pages of a packet, which is numbered as a whole.
        sections: Portrait and landscape pages, in order.
        header: Header of the first page only (see :func:`letterhead`).
        cover: The first page has no footer.
    """
    numbers = (
        f"{runs(footer)}<w:r><w:tab/></w:r>{runs('page ')}{field('PAGE')}{runs(' sur ')}{field('NUMPAGES')}"
    )
    footers = {style: p(numbers if footer else "", style) for style in ("Pieddepage", "PiedPaysage")}
    return write(french(title), sections, footers, header=header, cover=cover)

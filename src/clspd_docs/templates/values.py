"""Values that are more than a text: rich texts and pictures, put where their tag stands, whatever its prefix.

A tag « {{ v }} » may give one: its run is cut in two around what the value brings, which takes the run's own
format as its base.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from lxml import etree

from clspd_docs.templates.parts import NS, SPACE, q

EMU_PER_MM: Final = 36_000
INSERT: Final = "w:clspdInsert"  # an element of ours, between the merge and the insertion
BREAKS: Final = {"\n": q("w:br"), "\t": q("w:tab")}
# Children of w:rPr in the order of the schema, as far as they are used here.
_ORDER: Final = tuple(
    q(f"w:{name}")
    for name in (
        *(
            "rStyle",
            "rFonts",
            "b",
            "bCs",
            "i",
            "iCs",
            "caps",
            "smallCaps",
            "strike",
            "dstrike",
            "outline",
            "shadow",
        ),
        *(
            "emboss",
            "imprint",
            "noProof",
            "snapToGrid",
            "vanish",
            "webHidden",
            "color",
            "spacing",
            "w",
            "kern",
        ),
        *("position", "sz", "szCs", "highlight", "u", "effect", "bdr", "shd", "fitText", "vertAlign", "lang"),
    )
)


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of rich text; line ends and tabs become Word's."""

    text: str
    bold: bool = False
    italic: bool = False
    underlined: bool = False
    struck: bool = False
    raised: bool = False


@dataclass(frozen=True, slots=True)
class RichText:
    """A text of several formats."""

    fragments: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG or a JPEG of ``width_mm`` millimetres, its height in proportion, with its alternative text."""

    blob: bytes
    width_mm: float
    alternative: str


Insert = RichText | Picture


def mark(number: int) -> str:
    """Return what stands for the value ``number`` in a rendered part."""
    return f'<{INSERT} w:val="{number}"/>'


def marks(root: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    """Yield (number, run to put it after), having cut the run of each mark that stands in a text.

    One that stands elsewhere is left: the structure guard refuses it.
    """
    for element in list(root.iter(q(INSERT))):
        text = element.getparent()
        run = text.getparent() if text is not None else None
        if text is None or run is None or text.tag != q("w:t") or run.tag != q("w:r"):
            continue
        rest = etree.Element(q("w:r"))
        properties = run.find("w:rPr", NS)
        if properties is not None:
            rest.append(deepcopy(properties))
        tail = etree.SubElement(rest, q("w:t"), {SPACE: "preserve"})
        tail.text = element.tail
        tail.extend(list(element.itersiblings()))
        rest.extend(list(text.itersiblings()))
        element.tail = None
        text.remove(element)
        text.set(SPACE, "preserve")
        run.addnext(rest)
        yield int(element.get(q("w:val")) or 0), run


def rich_runs(value: RichText, run: etree._Element) -> list[etree._Element]:
    """Return the runs of a rich text, on the format of ``run``."""
    return [_run(fragment, run) for fragment in value.fragments]


def _run(fragment: Fragment, like: etree._Element) -> etree._Element:
    made = etree.Element(q("w:r"))
    properties = like.find("w:rPr", NS)
    properties = etree.Element(q("w:rPr")) if properties is None else deepcopy(properties)
    wanted = (("b", fragment.bold), ("i", fragment.italic), ("strike", fragment.struck))
    for name, on in wanted:
        if on:
            set_property(properties, f"w:{name}", None)
    if fragment.underlined:
        set_property(properties, "w:u", "single")
    if fragment.raised:
        set_property(properties, "w:vertAlign", "superscript")
    made.append(properties)
    add_text(made, fragment.text)
    return made


def add_text(run: etree._Element, text: str) -> None:
    """Add a text to a run; line ends and tabs become Word's."""
    for piece in re.split("([\n\t])", text):
        if piece in BREAKS:
            etree.SubElement(run, BREAKS[piece])
        elif piece:
            etree.SubElement(run, q("w:t"), {SPACE: "preserve"}).text = piece


def set_property(properties: etree._Element, name: str, value: str | None) -> None:
    """Set one property in its place: Word refuses them in another order."""
    for old in properties.findall(name, NS):
        properties.remove(old)
    element = etree.Element(q(name), {} if value is None else {q("w:val"): value})
    before = [
        child
        for child in properties
        if child.tag in _ORDER and _ORDER.index(str(child.tag)) < _ORDER.index(element.tag)
    ]
    properties.insert(properties.index(before[-1]) + 1 if before else 0, element)


def drawing(picture: Picture, ratio: float, rel_id: str) -> etree._Element:
    """Return the run that shows a picture; ``ratio`` is its width over its height. Its id is given later."""
    width = round(picture.width_mm * EMU_PER_MM)
    height = max(1, round(width / ratio))
    made = etree.fromstring(_DRAWING.format(width=width, height=height))
    for properties in (*made.iter(q("wp:docPr")), *made.iter(q("pic:cNvPr"))):
        properties.set("descr", picture.alternative)
    next(made.iter(q("a:blip"))).set(q("r:embed"), rel_id)
    return made


_DRAWING: Final = (
    "<w:r "
    + " ".join(f'xmlns:{prefix}="{NS[prefix]}"' for prefix in ("w", "wp", "a", "pic", "r"))
    + '><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
    '<wp:docPr id="0" name="Image"/><a:graphic>'
    '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
    '<pic:cNvPr id="0" name="image"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip/><a:stretch><a:fillRect/>'
    '</a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>'
    "</w:drawing></w:r>"
)

"""Where a fault is, as a person finds it in Word: nearest heading, table, row and column, first words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from lxml import etree

from clspd_docs.origin import Place
from clspd_docs.templates.parts import MAIN_TYPE, NS, content_types, member_of, parse, q, rels_of, target_of
from clspd_docs.templates.tags import is_fallback

WORDS_SHOWN: Final = 40
HEADING: Final = "heading "
_EDGES: Final = {q("w:headerReference"): "en-tête", q("w:footerReference"): "pied de page"}
_PAGES: Final = {"first": "première page", "even": "pages paires"}
_BOXES: Final = (q("w:txbxContent"),)
_NOTES: Final = {q("w:footnote"): "note de bas de page", q("w:endnote"): "note de fin"}


def shown(text: str) -> str:
    """Return the first words of ``text`` between quotes, or nothing."""
    words = " ".join(text[: WORDS_SHOWN * 5].split())
    return f"« {words if len(words) <= WORDS_SHOWN else words[: WORDS_SHOWN - 1].rstrip() + '…'} »" * bool(
        words
    )


def paragraph_of(element: etree._Element) -> etree._Element:
    """Return the paragraph that holds ``element``, or itself when none does."""
    if element.tag == q("w:p"):
        return element
    return next(element.iterancestors(q("w:p")), element)


def host_of(element: etree._Element) -> etree._Element:
    """Return the paragraph of ``element``, or the one that a text box hangs on: where Word may put a mark."""
    boxes = list(element.iterancestors(*_BOXES))
    return paragraph_of(boxes[-1] if boxes else element)


def own_text(paragraph: etree._Element) -> str:
    """Return the text of the paragraph, without that of its text boxes; a tab or a break is a space."""
    nodes = paragraph.iter(q("w:t"), q("w:tab"), q("w:br"))
    own = (node for node in nodes if next(node.iterancestors(q("w:p")), None) is paragraph)
    return "".join((node.text or "") if node.tag == q("w:t") else " " for node in own)


class Places:
    """Tells the places of one part; computed when the first fault is met."""

    def __init__(
        self, label: str, root: etree._Element, levels: Mapping[str, int], first: int | None = None
    ) -> None:
        """Keep what tells a place.

        Args:
            label: How a reader calls the part (« corps », « en-tête (première page) »).
            root: Its XML.
            levels: Level of each paragraph style that is a heading.
            first: Rank of the part's first element in the template; without it the places of the part have none.
        """
        self.label, self._root, self._levels, self._first = label, root, levels, first
        self._texts: dict[etree._Element, str] = {}
        self._ranks: dict[etree._Element, dict[etree._Element, int]] = {}

    def place(self, file: str, element: etree._Element, text: str | None = None) -> Place:
        """Return the place of an element, whose « tab » makes the findings follow the order of the letter."""
        rank = 0 if self._first is None else self._first + self._order[paragraph_of(element)]
        return Place(file, part=self.of(element, text), tab=rank)

    def of(self, element: etree._Element, text: str | None = None) -> str:
        """Return « corps, sous « Ordre du jour », tableau 2, ligne 3, colonne 1, « Madame… » »."""
        paragraph = paragraph_of(element)
        words = [self._part(element), *self._under(element), *self._table(element)]
        if next(element.iterancestors(*_BOXES), None) is not None:
            words.append("zone de texte")
        if element.tag == q("wp:docPr"):
            words.append("texte de remplacement d’une image" if element.get("descr") else "image")
        if paragraph not in self._texts:  # many tags may stand in one
            self._texts[paragraph] = own_text(paragraph)
        first = shown(self._texts[paragraph] if text is None else text)
        if first:
            words.append(first)
        elif paragraph.tag == q("w:p"):
            before = shown(self._before.get(host_of(paragraph), ""))
            words.append(f"après {before}" if before else "au début")
        return ", ".join(words)

    def level(self, paragraph: etree._Element) -> int:
        """Return the heading level of a paragraph, 0 for the others."""
        style = paragraph.find("w:pPr/w:pStyle", NS)
        return self._levels.get(style.get(q("w:val")) or "", 0) if style is not None else 0

    def _part(self, element: etree._Element) -> str:
        note = next(element.iterancestors(*_NOTES), None)
        if note is None:
            return self.label
        others = [n for n in note.itersiblings(str(note.tag), preceding=True) if n.get(q("w:type")) is None]
        return f"{_NOTES[str(note.tag)]} {len(others) + 1}"

    def _under(self, element: etree._Element) -> Iterator[str]:
        heading = self._headings.get(host_of(element), "")
        if heading:
            yield f"sous le titre {heading}"

    def _table(self, element: etree._Element) -> Iterator[str]:
        """Yield the table, row and column, outermost first; the table itself when ``element`` is one."""
        if element.tag == q("w:tbl"):
            yield self._table_name(element)
        for cell in reversed(list(element.iterancestors(q("w:tc")))):
            row = next(cell.iterancestors(q("w:tr")))
            table = next(row.iterancestors(q("w:tbl")))
            yield self._table_name(table)
            yield f"ligne {self._rank(row, table)}"
            yield f"colonne {self._rank(cell, row)}"

    def _table_name(self, table: etree._Element) -> str:
        return f"tableau {self._tables[table]}" if table in self._tables else "tableau intérieur"

    def _rank(self, child: etree._Element, parent: etree._Element) -> int:
        """Return the rank of a row in its table, or of a cell in its row, from 1; content controls do not count."""
        if parent not in self._ranks:
            inside = parent.iter(str(child.tag))
            own = [other for other in inside if next(other.iterancestors(str(parent.tag))) is parent]
            self._ranks[parent] = {other: rank for rank, other in enumerate(own, 1)}
        return self._ranks[parent][child]

    @cached_property
    def _order(self) -> dict[etree._Element, int]:
        return {element: rank for rank, element in enumerate(self._root.iter())}

    @cached_property
    def _tables(self) -> dict[etree._Element, int]:
        """Numbers of the tables, those inside others and the old copies of text boxes apart."""
        outer = (
            table
            for table in self._root.iter(q("w:tbl"))
            if next(table.iterancestors(q("w:tbl")), None) is None and not is_fallback(table)
        )
        return {table: number for number, table in enumerate(outer, 1)}

    @cached_property
    def _headings(self) -> dict[etree._Element, str]:
        """The heading that each paragraph stands under."""
        found, last = {}, ""
        for paragraph in self._root.iter(q("w:p")):
            found[paragraph] = last
            if self.level(paragraph):
                last = shown(own_text(paragraph)) or last
        return found

    @cached_property
    def _before(self) -> dict[etree._Element, str]:
        """The last text before each paragraph."""
        found, last = {}, ""
        for paragraph in self._root.iter(q("w:p")):
            found[paragraph] = last
            last = own_text(paragraph).strip() or last
        return found


def heading_levels(members: Mapping[str, bytes]) -> dict[str, int]:
    """Return the heading level of each paragraph style that is one, from 1."""
    levels = {}
    styles = member_of(members, "styles+xml")
    for style in parse(styles).iterfind("w:style", NS) if styles else ():
        name = style.find("w:name", NS)
        label = (name.get(q("w:val")) or "").lower() if name is not None else ""
        if label.startswith(HEADING) and label.removeprefix(HEADING).isdecimal():
            levels[style.get(q("w:styleId")) or ""] = int(label.removeprefix(HEADING))
    return levels


def edge_labels(members: Mapping[str, bytes]) -> dict[str, str]:
    """Return what to call each header and footer: « en-tête (première page, section 2) », by member name."""
    main = next((name for name, kind in content_types(members) if kind == MAIN_TYPE), "")
    if main not in members or rels_of(main) not in members:
        return {}
    folder = main.rpartition("/")[0]
    targets = {
        link.get("Id"): target_of(folder, link)
        for link in parse(members[rels_of(main)]).iter(q("rel:Relationship"))
    }
    sections = list(parse(members[main]).iter(q("w:sectPr")))
    labels: dict[str, str] = {}
    for number, section in enumerate(sections, 1):
        for reference in section.iterchildren(*_EDGES):
            details = [_PAGES.get(reference.get(q("w:type")) or "", "")]
            details.append(f"section {number}" if len(sections) > 1 else "")
            told = ", ".join(filter(None, details))
            name = targets.get(reference.get(q("r:id")), "")
            labels.setdefault(name, _EDGES[str(reference.tag)] + (f" ({told})" if told else ""))
    return labels

"""One part of a template, compiled once through docxtpl's syntax and run within a budget.

docxtpl turns the tags of a Word part into a Jinja template (``patch_xml``), line ends into Word's own
(``resolve_listing``) and repairs the columns of tables (``fix_tables``): these three are used as they are,
but for what is said at each override. Its handling of the package is not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final

from docxtpl.template import DocxTemplate
from jinja2 import Template as JinjaTemplate
from lxml import etree

from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.templates.budget import BUDGET, Budget
from clspd_docs.templates.explain import REFUSED, explain
from clspd_docs.templates.fields import read_fields
from clspd_docs.templates.filters import BLANKS, INSERTS, BlankError, TooMuchError
from clspd_docs.templates.language import Sandbox
from clspd_docs.templates.lint_places import Places
from clspd_docs.templates.parts import NS, parse, q
from clspd_docs.templates.skeleton import is_sound
from clspd_docs.templates.tags import (
    LONE_BRACES,
    TAG,
    Tag,
    by_key,
    key_of,
    last_open,
    plain_quotes,
    spots,
    tags_of,
)
from clspd_docs.templates.values import Insert

MAX_PART: Final = 20_000_000  # characters of one rendered part
MAX_TAG_TEXT: Final = 300_000  # characters of the tags of one part; those of a plan of 25 pages take 10 000

LONE: Final = Kind(
    "MOD123",
    Severity.ERROR,
    "Balise ouverte ou fermée seule",
    "Une balise de ce paragraphe n’est pas complète : « {accolades} » est seul.",
    "Écrire la balise entière, « {{{{ … }}}} » ou « {{% … %}} », dans un seul et même paragraphe.",
    bad="Bonjour {{ destinataire.nom }",
    good="Bonjour {{ destinataire.nom }}",
)
RICH_PREFIX: Final = Kind(
    "MOD124",
    Severity.ERROR,
    "Préfixe de balise sans emploi",
    "La balise {balise} porte un préfixe qui ne sert qu’aux textes déjà mis en forme.",
    "Écrire « {{{{ … }}}} », sans lettre collée aux accolades.",
    bad="{{r destinataire.nom }}",
    good="{{ destinataire.nom }}",
)


class Docxtpl(DocxTemplate):  # type: ignore[misc]  # docxtpl is not typed
    """docxtpl's rewriting of tags, without its opening and saving of files."""

    def __init__(self) -> None:
        super().__init__("")

    def patch_xml(self, src_xml: str) -> str:
        """Return the Jinja source of a part; unlike docxtpl's, « {{ "l’élu" }} » keeps its apostrophe."""
        patched: str = super().patch_xml(src_xml.translate(_SHIELD))
        return TAG.sub(_restored, patched).translate(_UNSHIELD)

    def resolve_listing(self, xml: str) -> str:
        """Return ``xml`` with Word's own line breaks and tabs; paragraphs without any are passed over."""
        if "\n" not in xml and "\t" not in xml:
            return xml
        resolve = super().resolve_listing
        return _PARAGRAPH.sub(lambda m: resolve(m[0]) if _BREAKS.search(m[0]) else m[0], xml)

    def tree(self, xml: str, *, changes_grid: bool) -> etree._Element:
        """Return the root of a rendered part.

        docxtpl repairs malformed text by dropping it, and the grid of every table; here the first is refused,
        the second done where a tag changes the number of cells.

        Raises:
            lxml.etree.XMLSyntaxError: ``xml`` is not well formed.
        """
        root = parse(xml.encode())
        if not (changes_grid and _has_sound_grids(root)):
            return root
        fixed: etree._Element = self.fix_tables(xml)
        return fixed


def _has_sound_grids(root: etree._Element) -> bool:
    """True when every table has what docxtpl takes for granted."""
    tables = all(table.find("w:tblGrid", NS) is not None for table in root.iter(q("w:tbl")))
    widths = [column.get(q("w:w")) or "" for column in root.iter(q("w:gridCol"))]
    spans = [span.get(q("w:val")) or "" for span in root.iter(q("w:gridSpan"))]
    return tables and all(map(str.isdecimal, widths + spans))


_BREAKS: Final = re.compile("[\n\t]")
_PARAGRAPH: Final = re.compile(r"<w:p(?: [^>]*)?>.*?</w:p>", re.DOTALL)
# docxtpl makes every quote of a tag straight; these stand for them meanwhile, and ``plain_quotes`` decides.
_SHIELD: Final = str.maketrans("‘’“”", "\ue018\ue019\ue01c\ue01d")
_UNSHIELD: Final = str.maketrans("\ue018\ue019\ue01c\ue01d", "‘’“”")


def _restored(match: re.Match[str]) -> str:
    """Return a tag of the patched source as Jinja reads it; an alternative text holds its quotes escaped."""
    tag = match[0].translate(_UNSHIELD).replace("&quot;", '"').replace("&amp;", "&")
    return plain_quotes(tag)


@dataclass(slots=True)
class Run:
    """What the parts of one document share while it is rendered: its fields, its rich values, its budget."""

    context: Mapping[str, Any]
    inserts: list[Insert] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget)


class Program:
    """A text with tags, compiled; run as many times as wanted, from any thread.

    Each tag starts a line of its own in the Jinja source (a line end inside a tag prints nothing), so that
    the line of an error names the tag. ``is_sound`` tells whether all that it gives is XML in shape.
    """

    def __init__(self, sandbox: Sandbox, source: str, tags: list[Tag], file: str, label: str) -> None:
        self._file, self._label, self._sandbox = file, label, sandbox
        self._source = _LITERAL.sub(_printed_braces, TAG.sub(_on_its_line, source.replace("\n", " ")))
        self.is_sound = is_sound(source)
        self.tags = tags
        self._lines = _in_source_order(source, tags)
        self._jinja: JinjaTemplate | None = None
        self.faults: list[Finding] = []
        try:
            self._jinja = sandbox.from_string(self._source)
        except Exception as error:  # noqa: BLE001 - a tag is somebody else's program, whatever it makes Jinja raise
            at_end = str(error).startswith("Unexpected end of template")
            tag = last_open(tags) if at_end else self._tag(getattr(error, "lineno", None))
            self.faults.append(explain(error, tag, file, label))

    def run(self, run: Run) -> tuple[str, list[Finding]]:
        """Return the text and the faults met; the text is of no use when there are any."""
        if self._jinja is None or self.faults:
            return "", self.faults
        blanks: list[int] = []
        text, faults = "", []
        try:
            context = self._jinja.new_context(
                {**run.context, BLANKS: blanks, INSERTS: run.inserts, BUDGET: run.budget}, shared=True
            )
            text = _within_budget(self._jinja.root_render_func(context), run.budget)
        except Exception as error:  # noqa: BLE001 - a tag is a program of somebody else: whatever it raises is its fault
            tag = self._tag(_line_of(error.__traceback__, self._jinja))
            faults = [explain(error, tag, self._file, self._label, run.context)]
        empty = [explain(BlankError(), self._tag(line), self._file, self._label) for line in blanks]
        return text, empty + faults

    def fields(self) -> set[str]:
        """Return the dotted paths read; none when a tag is at fault."""
        return read_fields(self._sandbox.parse(self._source)) if self._jinja else set()

    def _tag(self, line: int | None) -> Tag | None:
        """Return the tag on ``line`` of the source: the first is on line 2."""
        return self._lines[line - 2] if line is not None and 2 <= line < len(self._lines) + 2 else None  # noqa: PLR2004 - said above


# docxtpl's way to type braces that are to be printed: « {_{ » gives « {{ ».
_LITERAL: Final = re.compile(r"\{_[{%]|[%}]_\}")


def _printed_braces(match: re.Match[str]) -> str:
    return f'{{{{ "{match[0][0]}" ~ "{match[0][2]}" }}}}'


def _within_budget(chunks: Iterator[str], budget: Budget) -> str:
    """Return the chunks as one text; a loop that prints nothing gives empty ones.

    Raises:
        TooMuchError: The text is too long, or the time of the document is over.
    """
    kept: list[str] = []
    size = 0
    for chunk in chunks:
        budget.look()
        if chunk:
            kept.append(chunk)
            size += len(chunk)
        if size > MAX_PART:
            raise TooMuchError
    return "".join(kept)


def _on_its_line(match: re.Match[str]) -> str:
    tag = match[0]
    if tag.startswith("{#"):
        return tag
    start = 3 if tag[2] in "-+" else 2
    return f"{tag[:start]}\n{tag[start:]}"


def _in_source_order(source: str, typed: list[Tag]) -> list[Tag | None]:
    """Return, for each tag of the patched source, the tag as it was typed in Word."""
    groups = {key: iter(tags) for key, tags in by_key(typed).items()}
    last: dict[tuple[str, str], Tag] = {}
    found: list[Tag | None] = []
    for match in TAG.finditer(source):
        if match[0].startswith("{#"):
            continue
        key = key_of(match[0])
        last[key] = tag = next(groups.get(key, iter(())), last.get(key))  # type: ignore[assignment]
        found.append(tag)
    return found


def _line_of(trace: TracebackType | None, jinja: JinjaTemplate) -> int | None:
    """Return the line of the source that was running when the error came."""
    line = None
    while trace is not None:
        if trace.tb_frame.f_globals.get("__jinja_template__") is jinja:
            line = jinja.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line


def compile_part(
    sandbox: Sandbox, docxtpl: Docxtpl, root: etree._Element, file: str, places: Places
) -> Program:
    """Return the program of one XML part; what is wrong with its tags is in its ``faults``."""
    tags, label = tags_of(root, places.of), places.label
    faults = refused_tags(root, tags, file, places)
    if sum(len(tag.typed) for tag in tags) > MAX_TAG_TEXT:
        faults.append(explain(TooMuchError(), None, file, label))
    # docxtpl's patterns wander when a tag is left open: it never sees such a part.
    source = "" if faults else docxtpl.patch_xml(etree.tostring(root, encoding="unicode"))
    program = Program(sandbox, source, tags, file, label)
    program.faults += faults
    return program


def refused_tags(root: etree._Element, tags: list[Tag], file: str, places: Places) -> list[Finding]:
    """Return what must not reach docxtpl: MOD123, tags opened or closed alone in a paragraph; MOD124; « raw »."""
    faults = []
    for spot in spots(root):
        if LONE_BRACES.search(spot.text):
            faults += lone_braces(spot.text, Place(file, part=places.of(spot.holder, spot.text)))
    faults += [
        RICH_PREFIX.at(tag.place(file), balise=tag.shown) for tag in tags if tag.is_output and tag.prefix
    ]
    faults += [REFUSED.at(tag.place(file), balise=tag.shown, quoi="raw") for tag in tags if tag.word == "raw"]
    return faults


def lone_braces(text: str, place: Place) -> list[Finding]:
    """Return MOD123 when a tag of ``text`` is opened or closed alone."""
    lone = LONE_BRACES.search(TAG.sub("", text))
    return [LONE.at(place, accolades=lone[0])] if lone else []

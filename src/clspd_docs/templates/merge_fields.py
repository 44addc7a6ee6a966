"""Merge fields in the XML of a part: found, translated, put back as plain text in one run."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from clspd_docs.findings import Kind, Severity
from clspd_docs.templates.lint_places import paragraph_of
from clspd_docs.templates.merge_code import (
    FIRST_MARK,
    MARK,
    NextRecordError,
    Translation,
    UnknownNameError,
    UntranslatedError,
    is_merge,
    shown_code,
    translate,
)
from clspd_docs.templates.merge_names import Lexicon
from clspd_docs.templates.parts import NS, SPACE, q
from clspd_docs.templates.values import BREAKS, add_text, set_property

UNKNOWN_NAME: Final = Kind(
    "MOD301",
    Severity.ERROR,
    "Champ de publipostage inconnu",
    "Le champ de publipostage {champ} ne ressemble à aucun champ du classeur ; il est resté, surligné.",
    "Le remplacer par une balise : « clspd-docs templates fields » donne la liste à copier.",
    bad="«Numéro_de_dossier»",
    good="{{ courrier.reference }}",
)
UNTRANSLATED: Final = Kind(
    "MOD302",
    Severity.ERROR,
    "Champ de Word sans équivalent",
    "Le champ {champ} n’a pas pu être traduit : {cause}. Son texte est resté, surligné.",
    "L’écrire avec des balises (guide « Écrire un modèle »), puis ôter le texte surligné.",
    bad='IF «Nom» = "D*" "Cher" "Chère"',
    good='{% if destinataire.genre == "F" %}Chère{% else %}Cher{% endif %}',
)
TO_CHECK: Final = Kind(
    "MOD303",
    Severity.WARNING,
    "Traduction à vérifier",
    "Le champ {champ} est devenu « {balise} », à vérifier : {doute}.",
    "Relire la balise dans Word, et la corriger si ce n’est pas ce que le champ voulait dire.",
    bad="«Date»",
    good="{{ seance.date }}",
)
NEXT_RECORD: Final = Kind(
    "MOD304",
    Severity.ERROR,
    "Plusieurs destinataires par page",
    "Le champ {champ} passe au destinataire suivant dans la même page ; il est resté, surligné.",
    "Un document est fait par destinataire : ôter ce champ. Pour une liste, répéter une rangée de tableau.",
    bad="«NEXT»",
    good="{%tr for m in conseil.titulaires %}",
)

_DEEPEST: Final = 20  # fields one in another, as Word has it
_TOO_DEEP: Final = f"plus de {_DEEPEST} champs y sont les uns dans les autres"
_LEVELS: Final = 3  # of fields that a text shows
_RUN: Final = q("w:r")
_PROPERTIES: Final = q("w:rPr")
_CHARACTERS: Final = {tag: character for character, tag in BREAKS.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of one field: its tag, or why there is none.

    ``told`` is the finding to make, with its facts; ``paragraph`` tells its place.
    """

    source: str
    tag: str
    paragraph: etree._Element
    told: tuple[tuple[Kind, dict[str, str]], ...] = ()

    @property
    def is_done(self) -> bool:
        """True when a tag stands in its place."""
        return bool(self.tag)


@dataclass(slots=True)
class _Field:
    """A complex field being read: its runs, its code, the fields in the code."""

    runs: list[etree._Element]
    code: str = ""
    inner: list[_Field] = field(default_factory=list)
    in_result: bool = False
    result: list[etree._Element] = field(default_factory=list)
    too_deep: bool = False
    buried: int = 0  # fields open in it below the deepest that are read

    def own_code_runs(self) -> list[etree._Element]:
        """The runs of the code itself, without marks, inner fields and result."""
        inside = {run for one in self.inner for run in one.runs}
        shown = set(self.result)
        return [
            r for r in self.runs if r not in inside and r not in shown and r.find("w:fldChar", NS) is None
        ]


def convert_fields(root: etree._Element, lexicon: Lexicon) -> Iterator[Outcome]:
    """Replace the merge fields of a part; yield what became of each, outermost ones only."""
    for simple in list(root.iter(q("w:fldSimple"))):
        code = MARK.sub("", simple.get(q("w:instr")) or "")
        if is_merge(code):
            yield _simple(simple, code, lexicon)
    _split_runs(root)
    for one in _complex(root):
        if is_merge(one.code):
            yield _replaced(one, lexicon)
        else:  # « HYPERLINK "mailto:{MERGEFIELD Courriel}" » stays a link, to what the tag will give
            yield from (_in_code(inner, lexicon) for inner in one.inner if is_merge(inner.code))


def _simple(simple: etree._Element, code: str, lexicon: Lexicon) -> Outcome:
    paragraph = paragraph_of(simple)
    outcome, text = _outcome(code, [], paragraph, lexicon)
    run = _run(text, simple.find(".//w:rPr", NS), highlighted=not outcome.is_done)
    parent = simple.getparent()
    assert parent is not None, "a field stands in a paragraph"
    parent.replace(simple, run)
    return outcome


def _outcome(
    code: str, inner: Sequence[_Field], paragraph: etree._Element, lexicon: Lexicon, refusal: str = ""
) -> tuple[Outcome, str]:
    """Return what became of a field, and the text to put in its place."""
    source = _told(code, inner, _LEVELS)
    if refusal:
        return Outcome(source, "", paragraph, ((UNTRANSLATED, {"champ": source, "cause": refusal}),)), source
    try:
        found = translate(code, [_translated(one, lexicon) for one in inner], lexicon)
    except UnknownNameError:
        return Outcome(source, "", paragraph, ((UNKNOWN_NAME, {"champ": source}),)), source
    except NextRecordError:
        return Outcome(source, "", paragraph, ((NEXT_RECORD, {"champ": source}),)), source
    except UntranslatedError as error:
        facts = {"champ": source, "cause": str(error)}
        return Outcome(source, "", paragraph, ((UNTRANSLATED, facts),)), source
    facts = {"champ": source, "balise": " ".join(found.text.split())}
    told = tuple((TO_CHECK, {**facts, "doute": doubt}) for doubt in found.doubts)
    return Outcome(source, found.text, paragraph, told), found.text


def _shown(one: _Field) -> str:
    return _told(one.code, one.inner, _LEVELS)


def _told(code: str, inner: Sequence[_Field], levels: int) -> str:
    """Return the code as a reader may see it; what is too far inside is « … »."""
    texts = [_told(one.code, one.inner, levels - 1) if levels > 1 else "…" for one in inner]
    return f"«{shown_code(code, texts)}»"


def _translated(inner: _Field, lexicon: Lexicon) -> Translation | None:
    try:
        return translate(inner.code, [_translated(one, lexicon) for one in inner.inner], lexicon)
    except UntranslatedError:
        return None


def _split_runs(root: etree._Element) -> None:
    """Give each mark of a field a run of its own: Word may put several in one."""
    for run in list(root.iter(_RUN)):
        children = [child for child in run if child.tag != _PROPERTIES]
        if len(children) > 1 and any(child.tag == q("w:fldChar") for child in children):
            properties = run.find("w:rPr", NS)
            for child in reversed(children):
                alone = etree.Element(_RUN, run.attrib, run.nsmap)
                if properties is not None:
                    alone.append(copy.deepcopy(properties))
                alone.append(child)
                run.addnext(alone)
            _drop(run)


def _complex(root: etree._Element) -> list[_Field]:
    """Return the outermost complex fields that are whole, in order; a text box is read by itself."""
    done: list[_Field] = []
    open_fields: dict[etree._Element, list[_Field]] = {}
    for run in root.iter(_RUN):
        story = next(run.iterancestors(q("w:txbxContent"), q("w:footnote"), q("w:endnote")), root)
        stack = open_fields.setdefault(story, [])
        mark = run.find("w:fldChar", NS)
        kind = mark.get(q("w:fldCharType")) if mark is not None else None
        if kind == "begin":
            _open(stack)
        for depth, one in enumerate(stack):
            one.runs.append(run)
            if one.in_result and not (kind == "end" and depth == len(stack) - 1):
                one.result.append(run)
        if not stack:
            continue
        top = stack[-1]
        if top.buried:
            top.buried -= kind == "end"
        elif kind == "separate":
            top.in_result = True
        elif kind == "end":
            stack.pop()
            done += _closed(top, stack)
        elif kind is None and not top.in_result:
            new_line = top.code and paragraph_of(run) is not paragraph_of(top.runs[-2])
            top.code += ("\n" if new_line else "") + _code_of(run)
    return done


def _open(stack: list[_Field]) -> None:
    """Open a field inside the others; one that is too deep is only counted."""
    if len(stack) < _DEEPEST:
        stack.append(_Field([]))
        return
    stack[-1].buried += 1
    for one in stack:
        one.too_deep = True


def _closed(one: _Field, stack: list[_Field]) -> list[_Field]:
    """File a field that has just ended: in the code of the one around it, or by itself."""
    if not stack or stack[-1].in_result:
        around_is_kept = not any(is_merge(outer.code) for outer in stack)
        return [one] if around_is_kept else []
    stack[-1].code += chr(FIRST_MARK + len(stack[-1].inner))
    stack[-1].inner.append(one)
    return []


def _code_of(run: etree._Element) -> str:
    """Return the code that a run holds; a text typed in a code counts as one."""
    texts = (
        _CHARACTERS.get(str(n.tag), n.text or "")
        for n in run.iter(q("w:instrText"), q("w:t"), *BREAKS.values())
    )
    return MARK.sub("", "".join(texts))


def _replaced(one: _Field, lexicon: Lexicon) -> Outcome:
    """Put the translation of a field where it stood; its code, made visible, when there is none."""
    paragraph = paragraph_of(one.runs[0])
    together = {paragraph_of(run) for run in one.runs} == {paragraph}
    refusal = "" if together else "il s’étend sur plusieurs paragraphes"
    refusal = _TOO_DEEP if one.too_deep else refusal
    outcome, text = _outcome(one.code, one.inner, paragraph, lexicon, refusal)
    if not together:
        _made_visible(one)
        return outcome
    # Word gives the merged text the form of the result, without one that of the code.
    properties = next(
        (
            run.find("w:rPr", NS)
            for run in (*one.result, *one.own_code_runs())
            if run.find("w:rPr", NS) is not None
        ),
        None,
    )
    one.runs[0].addprevious(_run(text, properties, highlighted=not outcome.is_done))
    for run in one.runs:
        _drop(run)
    return outcome


def _in_code(inner: _Field, lexicon: Lexicon) -> Outcome:
    """Put the translation of a field inside the code of another one, which stays."""
    refusal = _TOO_DEEP if inner.too_deep else ""
    outcome, text = _outcome(inner.code, inner.inner, paragraph_of(inner.runs[0]), lexicon, refusal)
    run = etree.Element(_RUN)
    code = etree.SubElement(run, q("w:instrText"), {SPACE: "preserve"})
    code.text = text
    inner.runs[0].addprevious(run)
    for old in inner.runs:
        _drop(old)
    return outcome


def _made_visible(one: _Field) -> None:
    """Turn the code of a field over several paragraphs into text; its result, which repeats a part of it, goes."""
    for inner in one.inner:
        inner.runs[0].addprevious(_run(_shown(inner), inner.runs[0].find("w:rPr", NS), highlighted=True))
        for run in inner.runs:
            _drop(run)
    for run in one.own_code_runs():
        run.addprevious(_run(_code_of(run), run.find("w:rPr", NS), highlighted=True))
        _drop(run)
    result = set(one.result)
    for run in one.runs:
        if run in result or run.find("w:fldChar", NS) is not None:
            _drop(run)


def _drop(run: etree._Element) -> None:
    parent = run.getparent()
    if parent is not None:
        parent.remove(run)


def _run(text: str, properties: etree._Element | None, *, highlighted: bool = False) -> etree._Element:
    """Return a run of ``text``, line ends as breaks."""
    run = etree.Element(_RUN, nsmap={"w": NS["w"]})
    form = copy.deepcopy(properties) if properties is not None else etree.Element(_PROPERTIES)
    if highlighted:
        set_property(form, "w:highlight", "yellow")
    if len(form):
        run.append(form)
    add_text(run, text)
    return run


def new_run(text: str, like: Iterable[etree._Element] = ()) -> etree._Element:
    """Return a run of ``text`` in the form of the first of ``like`` that has one."""
    forms = (run.find("w:rPr", NS) for run in like)
    return _run(text, next((form for form in forms if form is not None), None))

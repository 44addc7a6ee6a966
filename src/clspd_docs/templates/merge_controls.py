"""Content controls bound to data, and « «Nom» » typed by hand: the other ways of marking a merge in Word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from clspd_docs.findings import Kind, Severity
from clspd_docs.templates.lint_runs import pieces, rewrite
from clspd_docs.templates.lint_scan import is_paragraph
from clspd_docs.templates.merge_code import date_filter
from clspd_docs.templates.merge_fields import TO_CHECK, Outcome, new_run
from clspd_docs.templates.merge_names import Lexicon, Meaning
from clspd_docs.templates.parts import NS, q
from clspd_docs.templates.tags import spots

CONTROL: Final = Kind(
    "MOD305",
    Severity.WARNING,
    "Contrôle de contenu non traduit",
    "Le contrôle de contenu {champ} n’a pas été traduit : {cause}. Il est resté tel quel.",
    "Le remplacer par une balise, ou par le texte voulu.",
)

_W14: Final = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_KEPT: Final = ("w:docPartObj", "w:docPartList", "w:picture", "w:citation", "w:bibliography", "w:equation")
_TYPED: Final = re.compile(r"«([^\W\d][\w-]{1,40})»")


def convert_controls(root: etree._Element, lexicon: Lexicon) -> Iterator[Outcome]:
    """Replace the controls that ask for data; those of Word itself (contents, pictures) stay."""
    for control in list(root.iter(q("w:sdt"))):
        properties = control.find("w:sdtPr", NS)
        if properties is None or any(properties.find(name, NS) is not None for name in _KEPT):
            continue
        binding = properties.find("w:dataBinding", NS)
        mapping = (binding.get(q("w:prefixMappings")) or "") if binding is not None else ""
        if "core-properties" in mapping or "extended-properties" in mapping:
            continue  # Word fills it from the properties of the document
        asks = binding is not None or properties.find("w:showingPlcHdr", NS) is not None
        names = list(_names(properties, binding))
        found = [(name, meaning) for name in names if (meaning := lexicon.find(name)) is not None]
        if not asks and not any(not meaning.doubt for _, meaning in found):
            continue
        yield _converted(control, properties, names, found)


def _names(properties: etree._Element, binding: etree._Element | None) -> Iterator[str]:
    """Yield what the control may be called: the element that it is bound to, its tag, its title."""
    if binding is not None:
        steps = re.findall(r"[/:@]([^/:@\[\]]+)(?:\[\d+\])?$", binding.get(q("w:xpath")) or "")
        yield from steps
    for path in ("w:tag", "w:alias"):
        element = properties.find(path, NS)
        if element is not None and element.get(q("w:val")):
            yield element.get(q("w:val")) or ""


def _converted(
    control: etree._Element,
    properties: etree._Element,
    names: list[str],
    found: list[tuple[str, Meaning]],
) -> Outcome:
    content = control.find("w:sdtContent", NS)
    paragraph = next((p for p in control.iter(q("w:p"))), None)
    if paragraph is None:
        paragraph = next(control.iterancestors(q("w:p")), control)
    source = f"«{names[0]}»" if names else "sans nom"
    if content is None or not found or content.find("w:tr", NS) is not None:
        cause = "son nom ne ressemble à aucun champ" if not found else "il contient des rangées de tableau"
        return Outcome(source, "", paragraph, ((CONTROL, {"champ": source, "cause": cause}),))
    name, meaning = found[0]
    tag = _tag(properties, meaning)
    _fill(content, tag)
    _unwrap(control, content)
    told = (
        ((TO_CHECK, {"champ": f"«{name}»", "balise": tag, "doute": meaning.doubt}),) if meaning.doubt else ()
    )
    return Outcome(f"«{name}»", tag, paragraph, told)


def _tag(properties: etree._Element, meaning: Meaning) -> str:
    """Return the tag of a control: a box that is ticked, a date in its form, a text."""
    if properties.find(f"{_W14}checkbox") is not None:
        return f'{{{{ "☒" if {meaning.path} else "☐" }}}}'
    form = properties.find("w:date/w:dateFormat", NS)
    name = date_filter(form.get(q("w:val")) or "")[0] if form is not None else "jour"
    blank = "|ou_vide" if meaning.may_be_empty else ""
    return f"{{{{ {meaning.path}{'|date_longue' if name == 'date_longue' else blank} }}}}"


def _fill(content: etree._Element, tag: str) -> None:
    """Leave one run, the tag, in the form of the first run that was there but for the placeholder's grey."""
    runs = [run for run in content.iter(q("w:r")) if run.find("w:rPr/w:rStyle", NS) is None]
    new = new_run(tag, runs)
    first = next(content.iter(q("w:p")), None)
    if first is None:
        for child in list(content):
            content.remove(child)
        content.append(new)
        return
    for other in list(content.iter(q("w:p")))[1:]:
        parent = other.getparent()
        if parent is not None and parent is first.getparent():
            parent.remove(other)
    for child in list(first):
        if child.tag != q("w:pPr"):
            first.remove(child)
    first.append(new)


def _unwrap(control: etree._Element, content: etree._Element) -> None:
    for child in list(content):
        control.addprevious(child)
    parent = control.getparent()
    if parent is not None:
        parent.remove(control)


def convert_typed(root: etree._Element, lexicon: Lexicon) -> Iterator[Outcome]:
    """Replace « «Nom» » typed by hand when its name is one that lists use; the lint tells the others."""
    for spot in list(spots(root)):
        if not is_paragraph(spot.holder):
            continue
        for match in reversed(list(_TYPED.finditer(spot.text))):
            meaning = lexicon.find(match[1])
            if meaning is None or meaning.doubt or _is_left(spot.holder, match.start()):
                continue
            tag = f"{{{{ {meaning.path}{'|ou_vide' if meaning.may_be_empty else ''} }}}}"
            rewrite(spot.holder, match.start(), match.end(), tag)
            facts = {"champ": match[0], "balise": tag, "doute": "il était tapé à la main, sans champ de Word"}
            yield Outcome(match[0], tag, spot.holder, ((TO_CHECK, facts),))


def _is_left(paragraph: etree._Element, at: int) -> bool:
    """True inside what a field without equivalent left, highlighted, for a person to see."""
    run = next(pieces(paragraph, at, at + 1)[0].node.iterancestors(q("w:r")), None)
    return run is not None and run.find("w:rPr/w:highlight", NS) is not None

"""The annotated copy of a template: a Word comment at each fault, that says what to type."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from typing import Final

from lxml import etree

from clspd_docs.domain.french import insecables
from clspd_docs.templates.lint_places import host_of, paragraph_of
from clspd_docs.templates.lint_runs import isolate
from clspd_docs.templates.lint_scan import Fault, PartScan, Scan
from clspd_docs.templates.lint_word import AUTHOR
from clspd_docs.templates.parts import (
    CONTENT_TYPES,
    MAIN_TYPE,
    NS,
    SPACE,
    content_types,
    parse,
    q,
    rels_of,
    serialise,
    text_parts,
)
from clspd_docs.templates.zipping import packed

_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
_MARKS: Final = (q("w:commentRangeStart"), q("w:commentRangeEnd"), q("w:commentReference"))
_REFERENCES: Final = (q("w:footnoteReference"), q("w:endnoteReference"))


def without_our_comments(members: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the members without the comments of an earlier annotated copy; those of people stay."""
    changed = dict(members)
    name = _comments_name(members)
    if name not in members:
        return changed
    root = parse(members[name])
    ours = [c for c in root.iterfind("w:comment", NS) if c.get(q("w:author")) == AUTHOR]
    if not ours:
        return changed
    numbers = {comment.get(q("w:id")) for comment in ours}
    lines = {value for c in ours for line in c.iter(q("w:p")) for key, value in line.items() if _is_line(key)}
    for comment in ours:
        root.remove(comment)
    changed[name] = serialise(root)
    for part in text_parts(members):
        changed[part.name] = _without_marks(members[part.name], numbers)
    folder = posixpath.dirname(name)
    for other in (f"{folder}/commentsExtended.xml", f"{folder}/commentsIds.xml"):  # what Word adds to each
        if other in members:
            more = parse(members[other])
            for entry in [e for e in more if any(_is_line(k) and v in lines for k, v in e.items())]:
                more.remove(entry)
            changed[other] = serialise(more)
    return changed


def _is_line(attribute: str) -> bool:
    return attribute.endswith("}paraId")


def _without_marks(raw: bytes, numbers: set[str | None]) -> bytes:
    root = parse(raw)
    marks = [mark for mark in root.iter(*_MARKS) if mark.get(q("w:id")) in numbers]
    for mark in marks:
        run = mark.getparent()
        if run is not None and run.tag == q("w:r") and all(e is mark or e.tag == q("w:rPr") for e in run):
            mark = run  # noqa: PLW2901 - the run held the mark alone
        parent = mark.getparent()
        if parent is not None:
            parent.remove(mark)
    return serialise(root) if marks else raw


def annotated(template: Scan, faults: Iterable[Fault]) -> bytes:
    """Return a copy of the template with a comment at each fault; the parts of ``template`` are changed.

    Word takes comments in the body only: one on a header, a footer, a note or a property stands where the
    body calls it, or at its beginning, and says its place.
    """
    members = dict(template.members)
    name = _comments_name(members)
    comments = (
        parse(members[name]) if name in members else etree.Element(q("w:comments"), nsmap={"w": NS["w"]})
    )
    taken = [int(c.get(q("w:id")) or 0) for c in comments.iterfind("w:comment", NS)]
    number = max(taken, default=-1) + 1
    body = next(part for part in template.parts if part.name == _main_name(members))
    for fault in dict.fromkeys(faults):
        exact = _mark(body, fault, number)
        comments.append(_comment(fault, number, exact=exact))
        number += 1
    members[body.name] = serialise(body.root)
    if name not in members:
        _declare(members, name, body.name)
    members[name] = serialise(comments)
    return packed(members)


def _main_name(members: Mapping[str, bytes]) -> str:
    return next(name for name, kind in content_types(members) if kind == MAIN_TYPE)


def _comments_name(members: Mapping[str, bytes]) -> str:
    found = (name for name, kind in content_types(members) if kind == _TYPE)
    return next(found, posixpath.join(posixpath.dirname(_main_name(members)), "comments.xml"))


def _declare(members: dict[str, bytes], name: str, main: str) -> None:
    types = parse(members[CONTENT_TYPES])
    etree.SubElement(types, q("ct:Override"), {"PartName": f"/{name}", "ContentType": _TYPE})
    members[CONTENT_TYPES] = serialise(types)
    rels_name = rels_of(main)
    rels = (
        parse(members[rels_name])
        if rels_name in members
        else etree.Element(q("rel:Relationships"), nsmap={None: NS["rel"]})
    )
    target = posixpath.relpath(name, posixpath.dirname(main) or ".")
    etree.SubElement(
        rels, q("rel:Relationship"), {"Id": "rIdClspdComments", "Type": _RELATION, "Target": target}
    )
    members[rels_name] = serialise(rels)


def _mark(body: PartScan, fault: Fault, number: int) -> bool:
    """Put the marks of a comment; return whether they stand at the very place of the fault."""
    paragraph, span = _anchor(body, fault)
    first: etree._Element | None = None
    last: etree._Element | None = None
    if span is not None:
        runs = isolate(paragraph, *span)
        first, last = (_child(paragraph, run) for run in (runs[0], runs[-1]))
    start = etree.Element(q("w:commentRangeStart"), {q("w:id"): str(number)})
    end = etree.Element(q("w:commentRangeEnd"), {q("w:id"): str(number)})
    reference = etree.Element(q("w:r"))
    etree.SubElement(reference, q("w:commentReference"), {q("w:id"): str(number)})
    if first is not None and last is not None:
        first.addprevious(start)
        last.addnext(end)
    else:
        properties = paragraph.find("w:pPr", NS)
        paragraph.insert(0 if properties is None else 1, start)
        paragraph.append(end)
    end.addnext(reference)
    return fault.part == body.name and fault.element is not None


def _anchor(body: PartScan, fault: Fault) -> tuple[etree._Element, tuple[int, int] | None]:
    """Return the paragraph of the body to mark, and the characters of the tag when they are its own."""
    element = fault.element
    if element is not None and fault.part == body.name:
        inside = element if element.tag == q("w:p") else next(element.iter(q("w:p")), element)
        paragraph = host_of(inside)
        if paragraph.tag == q("w:p"):
            return paragraph, fault.span if paragraph is element else None
    if element is not None:
        note = next(element.iterancestors(q("w:footnote"), q("w:endnote")), None)
        if note is not None:
            for call in body.root.iter(*_REFERENCES):
                kind = str(note.tag)
                if call.get(q("w:id")) == note.get(q("w:id")) and call.tag == f"{kind}Reference":
                    return host_of(paragraph_of(call)), None
    first = next(body.root.iter(q("w:p")), None)
    if first is None:
        holder = body.root.find("w:body", NS)
        assert holder is not None, "a template without a body is refused when it is opened"
        first = etree.Element(q("w:p"))
        holder.insert(0, first)
    return first, None


def _child(paragraph: etree._Element, element: etree._Element) -> etree._Element:
    """Return the child of the paragraph that holds ``element``."""
    while (parent := element.getparent()) is not None and parent is not paragraph:
        element = parent
    return element


def _comment(fault: Fault, number: int, *, exact: bool) -> etree._Element:
    """Return the comment: the kind and its code, what is wrong, what to do."""
    finding = fault.finding
    attributes = {q("w:id"): str(number), q("w:author"): AUTHOR, q("w:initials"): "cd"}
    comment = etree.Element(q("w:comment"), attributes)
    title = f"{finding.kind.severity.french.capitalize()} {finding.code} : {finding.kind.title}"
    _line(comment, title, bold=True)
    if not exact and finding.place.part:
        _line(comment, f"Endroit : {finding.place.part}.")
    _line(comment, finding.message)
    _line(comment, f"À faire : {finding.remedy}")
    return comment


def _line(comment: etree._Element, text: str, *, bold: bool = False) -> None:
    run = etree.SubElement(etree.SubElement(comment, q("w:p")), q("w:r"))
    if bold:
        etree.SubElement(etree.SubElement(run, q("w:rPr")), q("w:b"))
    shown = etree.SubElement(run, q("w:t"))
    shown.text = insecables(text)
    shown.set(SPACE, "preserve")

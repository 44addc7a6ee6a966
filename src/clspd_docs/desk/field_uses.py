"""How often each template reads each field.

« Membre.nom » counts « destinataire.nom » and « m.nom » in a loop; « destinataire.nom » the first alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from clspd_docs.build.loading import templates_in
from clspd_docs.build.workspace import TEMPLATES, Folder, shipped
from clspd_docs.desk.field_labels import classes_by_shape
from clspd_docs.desk.template_names import any_names
from clspd_docs.templates.lint import properties_of
from clspd_docs.templates.lint_fields import Shape, Sort
from clspd_docs.templates.lint_scan import PartScan, scan
from clspd_docs.templates.package import open_template

_PATH: Final = re.compile(r"(?<![\w.\"'])[a-z_]\w*(?:\.[a-z_]\w*)*")
_LOOP: Final = re.compile(r"for\s+(\w+)\s+in\s+([\w.]+)")
_NO_NAME: Final = ("", None)  # what a loop with two names hides: neither is known
_SET: Final = re.compile(r"set\s+(\w+)\s*=\s*([\w.]+)\s*$")
_ATTRIBUTE: Final = re.compile(
    r"""(?P<path>[a-z_][\w.]*)(?:\|\w+(?:\([^()]*\))?)*?\|\w+\((?:attribute=)?["'](?P<name>[a-z_]\w*)["']\)"""
)
_TEXT: Final = re.compile(r"\"[^\"]*\"|'[^']*'")


def all_uses(folder: Folder) -> dict[str, Counter[str]]:
    """Return, for each template of the folder, or each shipped one, how many tags read each field."""
    own = folder.path(TEMPLATES)
    source = own if own.is_dir() else shipped() / TEMPLATES
    return {path.name: counted(path) for path in templates_in(source)}


def counted(path: Path) -> Counter[str]:
    """Return how many tags of a template read each field; nothing when it cannot be opened."""
    opened = open_template(path, path.name)
    if opened.template is None:
        return Counter()
    template = scan(opened.template.members, path.name)
    return Counter(key for part in (*template.parts, *properties_of(template)) for key in _read(part))


def _read(part: PartScan) -> Iterator[str]:
    """Yield, for each tag in order, the fields that it reads."""
    known: dict[str, Shape] = dict(any_names().roots)
    hidden: list[tuple[str, Shape | None]] = []
    for tag in part.tags:
        body, found = _TEXT.sub('""', tag.body), set(_of_filters(tag.body, known))
        loop, kept = _LOOP.match(body), _SET.match(body)
        if tag.is_statement and loop:  # the name of the turn is known to what follows only
            found.update(_keys(loop[2], known))
            body = body[loop.end() :]
            hidden.append((loop[1], known.get(loop[1])))
            shape = _shape(loop[2], known)
            known[loop[1]] = (shape.item if shape is not None else None) or _NOTHING
        found.update(key for match in _PATH.finditer(body) for key in _keys(match[0], known))
        yield from found
        if tag.is_statement and kept:
            known[kept[1]] = _shape(kept[2], known) or _NOTHING
        elif tag.word == "for" and not loop:
            hidden.append(_NO_NAME)
        elif tag.word == "endfor" and hidden:
            name, before = hidden.pop()
            known.pop(name, None)
            if before is not None:
                known[name] = before


def _of_filters(body: str, known: Mapping[str, Shape]) -> Iterator[str]:
    """Yield the fields that filters read in each item: « points|map(attribute="titre") »."""
    for match in _ATTRIBUTE.finditer(body):
        items = _shape(match["path"], known)
        cls = classes_by_shape().get(items.item) if items is not None and items.item is not None else None
        if cls is not None:
            yield f"{cls.__name__}.{match['name']}"


_NOTHING: Final = Shape(Sort.ANY)


def _keys(path: str, known: Mapping[str, Shape]) -> Iterator[str]:
    """Yield « Seance.president », « Membre.nom » and, outside of loops, the path itself for « seance.president.nom »."""
    first, *names = path.split(".")
    shape = known.get(first)
    if shape is None:
        return
    if first in {"loi", "document", "aujourdhui"}:
        yield path
        return
    shown, before = shape is any_names().roots.get(first), first
    for name in names:
        cls = classes_by_shape().get(shape)
        if cls is None or name not in shape.fields():
            return
        yield f"{cls.__name__}.{name}"
        before += f".{name}"
        if shown:
            yield before
        shape = shape.fields()[name]


def _shape(path: str, known: Mapping[str, Shape]) -> Shape | None:
    first, *names = path.split(".")
    shape = known.get(first)
    for name in names:
        shape = shape.fields().get(name) if shape is not None else None
    return shape

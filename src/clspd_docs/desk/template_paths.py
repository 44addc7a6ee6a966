"""Every simple field of a document by its path, and what the workbook calls it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from clspd_docs.desk.template_names import any_names
from clspd_docs.registers.sheets import BY_KEY
from clspd_docs.templates.lint_fields import Shape, Sort
from clspd_docs.templates.merge_names import Lexicon

_DEPTH: Final = 3  # « destinataire.adresse_de.ville »
# Sheet of the workbook → the object of a letter that its rows are; the first wins when two headers are alike.
_OBJECTS: Final = (("membres", "destinataire"), ("seances", "seance"), ("parametres", "parametres"))


def simple_paths(roots: Mapping[str, Shape]) -> dict[str, type | None]:
    """Return the paths that a tag may print, with the class of their value."""
    return dict(_walk("", roots, _DEPTH))


def _walk(before: str, shapes: Mapping[str, Shape], depth: int) -> Iterator[tuple[str, type | None]]:
    for name, shape in shapes.items():
        path = f"{before}{name}"
        if shape.sort is Sort.TEXT:
            yield path, shape.python
        elif shape.sort is Sort.RECORD and depth > 1:
            yield from _walk(f"{path}.", shape.fields(), depth - 1)


@cache
def lexicon() -> Lexicon:
    """Return the names by which a list may call our fields."""
    paths = simple_paths(any_names().roots)
    headers: dict[str, str] = {}
    for key, root in _OBJECTS:
        for column in BY_KEY[key].columns:
            if f"{root}.{column.name}" in paths:
                headers.setdefault(column.header, f"{root}.{column.name}")
    return Lexicon(paths, headers)

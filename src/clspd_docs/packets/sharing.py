"""One copy of what the parts have in common: each part brings its own fonts, images and colour profiles.

Only streams and fonts are shared. Pages, annotations and structure elements that look alike are different
things: two pages may not own one annotation. Objects are compared as qpdf writes them, references followed;
walking through every value from Python would cost as much as the whole assembly.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from pikepdf import Array, Dictionary, Object, Pdf, Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_Id: TypeAlias = tuple[int, int]

_DEEPEST: Final = 20  # references in a row; fonts reach 4. Beyond, an object counts as unlike any other.
_FONTS: Final = frozenset({"/Font", "/FontDescriptor"})
_APART: Final = frozenset({"/StructElem", "/StructTreeRoot", "/Metadata"})
# A string, which is passed over, or a reference.
_REFERENCE: Final = re.compile(rb"\((?:\\.|[^\\()])*\)|<[0-9a-fA-F]*>|\b(\d+) (\d+) R\b", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Written:
    """An object as text, cut at its references: ``texts`` stand around ``references``, one more of them."""

    item: Object
    kind: str
    texts: tuple[bytes, ...]
    references: tuple[_Id, ...]

    @property
    def is_shareable(self) -> bool:
        return self.kind in _FONTS or isinstance(self.item, Stream)


def share_identical(pdf: Pdf) -> int:
    """Make equal streams and fonts of ``pdf`` one object; return how many copies went."""
    written = {
        item.objgen: _written(item, kind)
        for item in pdf.objects
        if isinstance(item, Dictionary | Array | Stream) and (kind := _kind(item)) not in _APART
    }
    digests = _Digests(written)
    first: dict[bytes, Object] = {}
    copies: dict[_Id, Object] = {}
    for key, each in written.items():
        if each.is_shareable:
            kept = first.setdefault(digests.of(key), each.item)
            if kept.objgen != key:
                copies[key] = kept
    for each in written.values():
        if not copies.keys().isdisjoint(each.references):
            _redirect(each.item, copies)
    return len(copies)


def _kind(item: Object) -> str:
    return "" if isinstance(item, Array) else str(item.get("/Type", ""))


def _written(item: Object, kind: str) -> _Written:
    text = (item.stream_dict if isinstance(item, Stream) else item).unparse(resolved=True)
    texts, references, end = [], [], 0
    for found in _REFERENCE.finditer(text):
        if found[1]:
            texts.append(text[end : found.start()])
            references.append((int(found[1]), int(found[2])))
            end = found.end()
    return _Written(item, kind, (*texts, text[end:]), tuple(references))


class _Digests:
    """Digests of objects by content; each object is read once."""

    def __init__(self, written: Mapping[_Id, _Written]) -> None:
        self._written = written
        self._known: dict[_Id, bytes] = {}

    def of(self, key: _Id, depth: int = 0) -> bytes:
        if key not in self._known:
            self._known[key] = b"%d %d R" % key  # what a cycle, or a chain too long, comes back to
            each = self._written.get(key)
            if each is not None and depth < _DEEPEST and each.kind not in {"/Page", "/Pages"}:
                self._known[key] = self._content(each, depth)
        return self._known[key]

    def _content(self, each: _Written, depth: int) -> bytes:
        parts = [*each.texts, *(self.of(key, depth + 1) for key in each.references)]
        if isinstance(each.item, Stream):
            parts.append(each.item.read_raw_bytes())
        digest = hashlib.sha256(b" ".join(b"%d" % len(part) for part in parts))
        for part in parts:
            digest.update(part)
        return digest.digest()


def _redirect(holder: Object, copies: Mapping[_Id, Object]) -> None:
    """Make the references of ``holder`` to a copy lead to the object that is kept."""
    entries: Iterable[tuple[int | str, Object]] = (
        enumerate(list(holder)) if isinstance(holder, Array) else list(holder.items())
    )
    for key, value in entries:
        if not isinstance(value, Dictionary | Array | Stream):
            continue
        if not value.is_indirect:
            _redirect(value, copies)
        elif value.objgen in copies:
            holder[key] = copies[value.objgen]

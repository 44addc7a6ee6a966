"""One copy of what the parts have in common: each part brings its own fonts, pictures and colour profiles.

What a part has that the packet holds already is set aside before the part is copied, and its pages are then
given the packet's. Only what pages name as their resources is compared, by content, references followed: two
annotations or two tags that look alike are different things.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from pikepdf import Array, Dictionary, Object, Page, Pdf, Stream

_Id: TypeAlias = tuple[int, int]

_DEEPEST: Final = 8  # references in a row; fonts reach 4. Beyond, an object counts as unlike any other.
_CATEGORIES: Final = ("/Font", "/XObject", "/ColorSpace")
# A string, which is passed over, or a reference.
_REFERENCE: Final = re.compile(rb"\((?:\\.|[^\\()])*\)|<[0-9a-fA-F]*>|\b(\d+) (\d+) R\b", re.DOTALL)
# How long a stream is may be written elsewhere; its bytes say it too.
_LENGTH: Final = re.compile(rb"/Length \d+(?: \d+ R)?")


@dataclass(frozen=True, slots=True)
class _Named:
    """A resource of a page (counted from 0 in its part), by its name."""

    page: int
    category: str
    name: str
    digest: bytes


class Sharing:
    """The fonts and pictures of a packet, by their digest; it grows part by part."""

    def __init__(self) -> None:
        self._known: dict[bytes, Object] = {}
        self._parts = 0

    def set_aside(self, source: Pdf) -> list[_Named]:
        """Take out of ``source`` what the packet holds already; return what to ``give`` its pages back."""
        self._parts += 1
        digests = _Digests(source, self._parts)
        found: list[_Named] = []
        seen: dict[_Id, list[_Named]] = {}
        for number, page in enumerate(source.pages):
            for category, names in _dictionaries(page):
                inside = seen.get(names.objgen) if names.is_indirect else None
                if inside is None:
                    inside = [
                        _Named(number, category, name, digests.of(value))
                        for name, value in names.items()
                        if value.is_indirect
                    ]
                    for each in inside:
                        if each.digest in self._known:
                            del names[each.name]
                    if names.is_indirect:
                        seen[names.objgen] = inside
                found += inside
        return found

    def give(self, pages: Sequence[Page], resources: Sequence[_Named]) -> None:
        """Give ``pages``, copied from the part that ``resources`` come from, what was set aside."""
        for each in resources:
            names = pages[each.page].obj.Resources[each.category]
            if each.digest in self._known:
                names[each.name] = self._known[each.digest]
            else:
                self._known[each.digest] = names[each.name]


def _dictionaries(page: Page) -> Iterator[tuple[str, Object]]:
    resources = page.obj.get("/Resources")
    if isinstance(resources, Dictionary):
        for category in _CATEGORIES:
            names = resources.get(category)
            if isinstance(names, Dictionary):
                yield category, names


class _Digests:
    """Digests of the objects of one file by content; each is read once."""

    def __init__(self, source: Pdf, number: int) -> None:
        self._source = source
        self._number = number
        self._known: dict[_Id, bytes] = {}

    def of(self, item: Object, depth: int = 0) -> bytes:
        """Return the digest of the indirect object ``item``."""
        key = item.objgen
        if key not in self._known:
            self._known[key] = self._unlike(key)  # what a cycle comes back to
            self._known[key] = self._content(item, depth)
        return self._known[key]

    def _content(self, item: Object, depth: int) -> bytes:
        is_stream = isinstance(item, Stream)
        text = (item.stream_dict if is_stream else item).unparse(resolved=True)
        if is_stream:
            text = _LENGTH.sub(b"", text)
        whole = hashlib.sha256()
        end = 0
        for found in _REFERENCE.finditer(text):
            if found[1]:
                whole.update(text[end : found.start()])
                whole.update(self._below((int(found[1]), int(found[2])), depth))
                end = found.end()
        whole.update(text[end:])
        if is_stream:
            whole.update(item.read_raw_bytes())
        return whole.digest()

    def _below(self, key: _Id, depth: int) -> bytes:
        target = self._source.get_object(key)
        if not isinstance(target, Dictionary | Array | Stream):
            return repr(target).encode()
        return self.of(target, depth + 1) if depth < _DEEPEST else self._unlike(key)

    def _unlike(self, key: _Id) -> bytes:
        return b"%d %d %d" % (self._number, *key)

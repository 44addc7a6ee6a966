"""What a PDF says, down to its letters: to look for a text whatever its spaces, hyphens, lines and pages.

``squeezed`` keeps the letters and the digits of a text, without case, accents or ligatures. ``page_letters``
reads those of a file from what its pages draw: ten times as fast as a whole text extraction, which is left for
the files whose fonts do not say their letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Object, Page, Pdf, Stream

from clspd_docs.packets.assemble import mapped
from clspd_docs.packets.inspect import page_texts
from clspd_docs.packets.text_places import letters_of

_OTHER: Final = re.compile(r"[\W_]+")
_UNEXPECTED: Final = (pikepdf.PikepdfError, AttributeError, LookupError, TypeError, ValueError)
_MAX_READ: Final = 20_000_000  # bytes of content of an annex
_DEEPEST: Final = 8  # form XObjects inside one another
# What a page's content is read for; the rest is passed over.
_TOKEN: Final = re.compile(
    rb"(?=[/<(\[BEqQ])(?:"  # whatever does not begin so is passed over at once
    rb"\[(?P<row>[<>0-9A-Fa-f\s.+-]*)\]"
    rb"|<(?P<hex>[0-9A-Fa-f\s]*)>"
    rb"|\((?P<text>(?:[^\\()]|\\.|\((?:[^\\()]|\\.|\([^()]*\))*\))*)\)"
    rb"|/(?P<font>[^\s/<>\[\]()]+)\s+[-+.\d]+\s+Tf"
    rb"|/(?P<drawn>[^\s/<>\[\]()]+)\s+Do\b"
    rb"|/Artifact\s*(?:<<.{0,500}?>>\s*|/\S+\s+)?(?P<artifact>BMC|BDC)"
    rb"|<<[^<>]*>>\s*(?P<tagged>BDC)|<<.{0,500}?>>"
    rb"|\b(?:(?P<open>B[MD]C)|(?P<close>EMC)|(?P<keep>q)|(?P<back>Q)|(?P<image>BI))\b"
    rb")",
    re.DOTALL,
)
_LIGATURES: Final = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})
_HEX: Final = re.compile(rb"<([^>]*)>")
_ESCAPE: Final = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|\r|\n)|(.))", re.DOTALL)
_ENCODINGS: Final = {"/WinAnsiEncoding": "cp1252", "/MacRomanEncoding": "mac_roman"}
_NAMED: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def squeezed(text: str) -> str:
    """Return the letters and digits of ``text``: no case, no accent, no ligature, no space, no hyphen."""
    plain = unicodedata.normalize("NFKD", text).translate(_LIGATURES)
    return _OTHER.sub("", plain).casefold()


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of one page: of its text, and of what stands around it (headers, footers, stamps)."""

    body: str
    around: str


def page_letters(pdf: bytes | Path, known: Mapping[int, Letters] = MappingProxyType({})) -> list[Letters]:
    """Return the letters of each page; those of ``known`` pages, counted from 0, are taken as they are.

    Raises:
        Stop: DOS301, the file cannot be read.
    """
    try:
        with mapped(pdf) as source:
            fonts = _Fonts()
            return [known.get(at) or _Reader(fonts).read(page) for at, page in enumerate(source.pages)]
    except (_NoLettersError, *_UNEXPECTED):
        return [known.get(at) or Letters(squeezed(text), "") for at, text in enumerate(page_texts(pdf))]


def said_letters(pdf: bytes | Path) -> str:
    """Return the letters of what a file says and no page draws: alternative texts, bookmarks, title.

    Raises:
        Stop: DOS301, the file cannot be read.
    """
    with mapped(pdf) as source:
        texts = [
            str(each[name])
            for each in source.objects
            if isinstance(each, Dictionary)
            for name in ("/Alt", "/ActualText", "/Title")
            if name in each
        ]
    return squeezed("\n".join(texts))


def annex_letters(pdf: Pdf) -> list[str]:
    """Return the letters of each page of a file from elsewhere, as far as its fonts tell them.

    Nothing is read of a page once ``_MAX_READ`` bytes of content were: maps have megabytes of lines.
    """
    fonts, found, left = _Fonts(lenient=True), [], _MAX_READ
    for page in pdf.pages:
        left -= len(_content(page.obj))
        try:
            letters = _Reader(fonts).read(page) if left > 0 else Letters("", "")
        except _UNEXPECTED:
            letters = Letters("", "")
        found.append(letters.body + letters.around)
    return found


class _NoLettersError(Exception):
    """A font that is used does not say its letters."""


@dataclass(slots=True)
class _Font:
    """What each code of a font reads, squeezed."""

    width: int
    table: Mapping[int, str]

    def read(self, codes: bytes) -> str:
        if self.width == 1:
            return codes.decode("latin-1").translate(self.table)
        return codes[: len(codes) // 2 * 2].decode("utf-16-be", "surrogatepass").translate(self.table)


@dataclass(slots=True)
class _Fonts:
    """The fonts of a file, each read once: the pages of a packet share them.

    ``lenient``: a font that does not say its letters has none.
    """

    lenient: bool = False
    _known: dict[tuple[int, int], _Font] = field(default_factory=dict)

    def of(self, font: Object) -> _Font:
        key = font.objgen
        if key not in self._known or key == (0, 0):
            try:
                self._known[key] = _read_font(font)
            except _NoLettersError:
                if not self.lenient:
                    raise
                self._known[key] = _Font(1, dict.fromkeys(range(256), ""))
        return self._known[key]


def _read_font(font: Object) -> _Font:
    width = 2 if isinstance(font.get("/DescendantFonts"), Array) else 1
    table = font.get("/ToUnicode")
    if isinstance(table, Stream):
        return _told(table.read_bytes(), width)
    name = _ENCODINGS.get(str(font.get("/Encoding")))
    if width > 1 or name is None:
        raise _NoLettersError
    letters = {code: bytes([code]).decode(name, "ignore") for code in range(256)}
    return _Font(width, {code: squeezed(text) for code, text in letters.items()})


@lru_cache(maxsize=256)
def _told(table: bytes, width: int) -> _Font:
    """Return the font of a /ToUnicode; letters cut from one file all have the same."""
    return _Font(width, {code: squeezed(text) for code, text in letters_of(table, width).items()})


@dataclass(slots=True)
class _State:
    """The font, those that q put aside, and whether what is drawn is an artifact, mark inside mark."""

    marks: list[bool]
    font: _Font | None = None
    kept: list[_Font | None] = field(default_factory=list)

    def change(self, kind: str) -> None:
        """Follow q, Q and the operators of marked content."""
        if kind == "keep":
            self.kept.append(self.font)
        elif kind == "back":
            self.font = self.kept.pop() if self.kept else self.font
        elif kind == "close":
            if len(self.marks) > 1:
                self.marks.pop()
        elif kind != "image":
            self.marks.append(self.marks[-1] or kind == "artifact")


class _Reader:
    """Reads one page."""

    def __init__(self, fonts: _Fonts) -> None:
        self._fonts = fonts
        self._body: list[str] = []
        self._around: list[str] = []

    def read(self, page: Page) -> Letters:
        """Return the letters of ``page``."""
        self._follow(_content(page.obj), page.obj.get("/Resources"), depth=0, around=False)
        return Letters("".join(self._body), "".join(self._around))

    def _follow(self, content: bytes, resources: Object | None, *, depth: int, around: bool) -> None:
        """Take up the letters of a content stream; ``around``: it is drawn as an artifact."""
        state = _State(marks=[around])
        fonts: dict[bytes, _Font] = {}
        for token in _TOKEN.finditer(content) if b"BI" not in content else _between_images(content):
            kind = token.lastgroup
            if kind is None:
                continue
            value = token[kind]
            if kind in _SHOWN:
                if state.font is not None:
                    (self._around if state.marks[-1] else self._body).append(
                        state.font.read(_SHOWN[kind](value))
                    )
            elif kind == "font":
                if value not in fonts:
                    fonts[value] = self._fonts.of(_resource(resources, "/Font", value))
                state.font = fonts[value]
            elif kind == "drawn":
                drawn = _resource(resources, "/XObject", value)
                self._draw(drawn, resources, depth, around=state.marks[-1])
            else:
                state.change(kind)

    def _draw(self, drawn: Object, resources: Object | None, depth: int, *, around: bool) -> None:
        if drawn.get("/Subtype") != pikepdf.Name.Form or depth >= _DEEPEST:
            return
        own = drawn.get("/Resources", resources)
        self._follow(drawn.read_bytes(), own, depth=depth + 1, around=around)


def _between_images(content: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the tokens of a content stream with images in it, whose bytes may look like anything."""
    at = 0
    while token := _TOKEN.search(content, at):
        yield token
        at = token.end()
        if token.lastgroup == "image":
            at = content.find(b"EI", at) + 2
            if at == 1:
                return


def _resource(resources: Object | None, kind: str, name: bytes) -> Object:
    assert resources is not None
    return resources[kind][f"/{name.decode('latin-1')}"]


def _content(page: Object) -> bytes:
    content = page.get("/Contents")
    streams = list(content) if isinstance(content, Array) else [content]
    return b"\n".join(each.read_bytes() for each in streams if isinstance(each, Stream))


def _hex(value: bytes) -> bytes:
    return bytes.fromhex(value.decode("ascii"))


def _row(value: bytes) -> bytes:
    return _hex(b"".join(_HEX.findall(value)))


def _literal(value: bytes) -> bytes:
    if b"\\" not in value:
        return value

    def plain(found: re.Match[bytes]) -> bytes:
        if found[1]:
            return bytes([int(found[1], 8) & 255])
        return b"" if found[2] else _NAMED.get(found[3], found[3])

    return _ESCAPE.sub(plain, value)


_SHOWN: Final = {"row": _row, "hex": _hex, "text": _literal}

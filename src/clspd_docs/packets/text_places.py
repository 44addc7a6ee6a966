"""Where the text of a page stands: its lines, with their boxes in mm, read from what the page draws.

For letters as a word processor exports them: upright text, embedded fonts that say their letters. Text inside
a form XObject (a stamp) is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pikepdf import Array, Dictionary, Matrix, Name, Object, Page, Stream, String, parse_content_stream

MM: Final = 72 / 25.4  # points
_ASCENT, _DESCENT = 0.75, 0.22  # of the size, letters with an accent and with a tail
_SAME_LINE: Final = 0.6  # mm between two baselines
_GAP: Final = 4.0  # mm of white that part two texts of one line
_SETTINGS: Final = {"Tc": "between", "Tw": "words", "Tz": "stretch", "TL": "leading"}
_HEX: Final = re.compile(rb"<([0-9A-Fa-f]+)>")
_CHARS: Final = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES: Final = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text: its box in mm, from the top left corner of the page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def lines(page: Page) -> list[Line]:
    """Return the lines of ``page``, from top to bottom; those that white parts stand alone."""
    x0, _, _, top = (float(value) for value in page.mediabox)
    rows: list[list[_Run]] = []
    for run in sorted(_Reader(page).runs(), key=lambda run: -run.y):
        if rows and rows[-1][0].y - run.y < _SAME_LINE * MM:
            rows[-1].append(run)
        else:
            rows.append([run])
    found: list[Line] = []
    for row in rows:
        first = len(found)
        for run in sorted(row, key=lambda run: run.x):
            made = _line(run, x0, top)
            if len(found) > first and made.left - found[-1].right < _GAP:
                found[-1] = _joined(found[-1], made)
            else:
                found.append(made)
    return [line for line in found if line.text.strip()]


def _line(run: _Run, x0: float, top: float) -> Line:
    y = top - run.y
    return Line(
        text=run.text,
        left=(run.x - x0) / MM,
        top=(y - run.size * _ASCENT) / MM,
        right=(run.end - x0) / MM,
        bottom=(y + run.size * _DESCENT) / MM,
    )


def _joined(before: Line, after: Line) -> Line:
    return replace(
        before,
        text=before.text + after.text,
        top=min(before.top, after.top),
        right=max(before.right, after.right),
        bottom=max(before.bottom, after.bottom),
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """What one operator shows: left end, baseline, right end and size in points of the page."""

    text: str
    x: float
    y: float
    end: float
    size: float


@dataclass(slots=True)
class _State:
    """What q keeps and Q brings back."""

    ctm: Matrix = field(default_factory=Matrix)
    font: _Font | None = None
    size: float = 0.0
    between: float = 0.0  # Tc
    words: float = 0.0  # Tw
    stretch: float = 100.0  # Tz, in hundredths
    leading: float = 0.0  # TL


class _Font:
    """The widths and the letters of a font."""

    def __init__(self, font: Object) -> None:
        below = font.get("/DescendantFonts")
        self.bytes = 2 if isinstance(below, Array) else 1
        self._letters = _letters(font.get("/ToUnicode"), self.bytes)
        if isinstance(below, Array):
            self._default = float(below[0].get("/DW", 1000))
            self._widths = dict(_cid_widths(below[0].get("/W", Array())))
        else:
            first = int(font.get("/FirstChar", 0))
            widths = [float(value) for value in font.get("/Widths", Array())]
            self._default = float(font.get("/FontDescriptor", Dictionary()).get("/MissingWidth", 0))
            self._widths = dict(enumerate(widths, first))

    def codes(self, text: bytes) -> list[int]:
        """Return the character codes of a string."""
        return [int.from_bytes(text[at : at + self.bytes]) for at in range(0, len(text), self.bytes)]

    def width(self, code: int) -> float:
        """Return the width of a character, in thousandths of the size."""
        return self._widths.get(code, self._default)

    def letter(self, code: int) -> str:
        """Return what a character reads."""
        return self._letters.get(code, chr(code) if self.bytes == 1 else "\ufffd")


class _Reader:
    """Follows the operators of one page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._fonts: dict[str, _Font] = {}
        self._state = _State()
        self._kept: list[_State] = []
        self._line = self._text = Matrix()

    def runs(self) -> Iterator[_Run]:
        """Yield what is shown, in the order in which it is drawn."""
        for step in parse_content_stream(self._page):
            name, values = str(step.operator), list(step.operands)
            if name in {"Tj", "TJ", "'", '"'}:
                if name in {"'", '"'}:
                    self._move(0, -self._state.leading)
                shown = values[-1]
                yield from self._show(shown if isinstance(shown, Array) else [shown])
            else:
                self._follow(name, values)

    def _follow(self, name: str, values: Sequence[Any]) -> None:
        if name == "q":
            self._kept.append(replace(self._state))
        elif name == "Q" and self._kept:
            self._state = self._kept.pop()
        elif name == "cm":
            self._state.ctm = Matrix(*map(float, values)) @ self._state.ctm
        elif name == "Tf":
            self._state.font, self._state.size = self._font(str(values[0])), float(values[1])
        elif name in _SETTINGS:
            setattr(self._state, _SETTINGS[name], float(values[0]))
        else:
            self._place(name, values)

    def _place(self, name: str, values: Sequence[Any]) -> None:
        """Follow the operators that place the next text."""
        if name == "BT":
            self._line = self._text = Matrix()
        elif name == "Tm":
            self._line = self._text = Matrix(*map(float, values))
        elif name == "T*":
            self._move(0, -self._state.leading)
        elif name in {"Td", "TD"}:
            x, y = map(float, values)
            if name == "TD":
                self._state.leading = -y
            self._move(x, y)

    def _move(self, x: float, y: float) -> None:
        self._line = self._text = Matrix(1, 0, 0, 1, x, y) @ self._line

    def _font(self, name: str) -> _Font:
        if name not in self._fonts:
            self._fonts[name] = _Font(self._page.obj.Resources.Font[name])
        return self._fonts[name]

    def _show(self, items: Iterable[Any]) -> Iterator[_Run]:
        state = self._state
        if state.font is None:
            return
        stretch = state.stretch / 100
        start, text, advance = self._text @ state.ctm, "", 0.0
        for item in items:
            if not isinstance(item, String):
                advance -= float(item) / 1000 * state.size * stretch
                continue
            for code in state.font.codes(bytes(item)):
                text += state.font.letter(code)
                wide = state.font.width(code) / 1000 * state.size + state.between
                if state.font.bytes == 1 and code == ord(" "):
                    wide += state.words
                advance += wide * stretch
        self._text = Matrix(1, 0, 0, 1, advance, 0) @ self._text
        end = self._text @ state.ctm
        yield _Run(text, start.e, start.f, end.e, state.size * abs(start.d))


def _cid_widths(widths: Object) -> Iterator[tuple[int, float]]:
    items = list(widths)
    while items:
        first, after = int(items[0]), items[1]
        if isinstance(after, Array):
            yield from enumerate(map(float, after), first)
            items = items[2:]
        else:
            yield from ((code, float(items[2])) for code in range(first, int(after) + 1))
            items = items[3:]


def _letters(table: Object | None, size: int) -> dict[int, str]:
    """Return what the codes of a font read, from its /ToUnicode."""
    if not isinstance(table, Stream) or table.get("/Type") == Name.Font:
        return {}
    return letters_of(table.read_bytes(), size)


def letters_of(data: bytes, size: int) -> dict[int, str]:
    """Return what each code reads, from the content of a /ToUnicode; a code is ``size`` bytes long."""
    found: dict[int, str] = {}
    for block in _CHARS.findall(data):
        values = _HEX.findall(block)
        found |= {int(code, 16): _read(text) for code, text in zip(values[::2], values[1::2], strict=False)}
    for block in _RANGES.findall(data):
        values = _HEX.findall(block)
        for low, high, text in zip(values[::3], values[1::3], values[2::3], strict=False):
            last = min(int(high, 16), 256**size - 1)
            for code in range(int(low, 16), last + 1):
                read = _read(text)
                found[code] = read[:-1] + chr(ord(read[-1]) + code - int(low, 16))
    return found


def _read(text: bytes) -> str:
    return bytes.fromhex(text.decode("ascii")).decode("utf-16-be", "replace")

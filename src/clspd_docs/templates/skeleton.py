"""What is proven of a part before any merge: whatever the values, what comes out is in shape.

The text between two tags of a part is XML; the tags choose and repeat pieces of it. When every piece leaves the
same elements open as it found, all results nest alike, and one look at the pieces says what any result holds:
such a part need not be parsed again for each document.
"""

from __future__ import annotations

import re
from typing import Final

from clspd_docs.templates.tags import OPENING, TAG

_OUTPUT: Final = "\x02"  # stands for a printed value; no XML holds it
_STATEMENT: Final = re.compile("\x01(\\w*)\x01")
_TOKEN: Final = re.compile("<[^>]*>|\x01\\w*\x01|[^<\x01]+")
_NAME: Final = re.compile(r"</?([\w:.-]+)")
_FIRST_WORD: Final = re.compile(r"\{%[-+]?\s*(\w*)")
# (parent, child) that Word would call damaged, and where no text may stand: those of ``structure``.
_MISPLACED: Final = {("w:r", "w:r"), ("w:r", "w:p"), ("w:p", "w:p"), ("w:tbl", "w:p"), ("w:tr", "w:p")}
_NO_TEXT: Final = {"w:body", "w:p", "w:r", "w:tr", "w:tc"}
_FILLED: Final = {"w:hdr", "w:ftr", "w:footnote", "w:endnote", "w:txbxContent"}
_NEVER_ALONE: Final = _FILLED | {"w:tbl", "w:tc"}


def is_sound(source: str) -> bool:
    """True when every rendering of ``source``, the patched XML of a part, is proven well formed and in shape.

    Cells without a paragraph and tables without a row depend on the values: see :func:`has_full_tables`.
    """
    if "<!" in source or "<?" in source:
        return False
    walk = _Walk()
    return all(map(walk.takes, _TOKEN.findall(TAG.sub(_mark, source)))) and walk.is_over


def has_full_tables(text: str) -> bool:
    """True when each cell of ``text`` ends with a paragraph, and each table with a row."""
    return text.count("</w:tc>") == text.count("</w:p></w:tc>") + text.count("<w:p/></w:tc>") and text.count(
        "</w:tbl>"
    ) == text.count("</w:tr></w:tbl>")


def _mark(match: re.Match[str]) -> str:
    tag = match[0]
    if tag.startswith("{{"):
        return _OUTPUT
    word = _FIRST_WORD.match(tag)
    return f"\x01{word[1]}\x01" if word else ""


class _Walk:
    """Goes through the tokens of a part; the elements open, and those that each open block found."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._blocks: list[list[str]] = []
        self._before = ""

    @property
    def is_over(self) -> bool:
        return not (self._open or self._blocks)

    def takes(self, token: str) -> bool:
        """Return whether the token is in its place; the walk goes on after it."""
        before, self._before = self._before, token
        if token[0] == "\x01":
            return self._statement(token[1:-1])
        if token[0] != "<":
            return not token.strip() or bool(self._open and self._open[-1] not in _NO_TEXT)
        if token.startswith("</"):
            name = token[2:-1].strip()
            is_filled = name not in _FILLED or before.startswith("</") or before.endswith("/>")
            return bool(self._open) and self._open.pop() == name and is_filled
        return self._starts(token)

    def _statement(self, word: str) -> bool:
        if word in OPENING:
            self._blocks.append(self._open.copy())
        elif word in {"else", "elif"}:
            return bool(self._blocks) and self._blocks[-1] == self._open
        elif word.startswith("end"):
            return bool(self._blocks) and self._blocks.pop() == self._open
        return True

    def _starts(self, token: str) -> bool:
        match = _NAME.match(token)
        parent = self._open[-1] if self._open else ""
        if match is None or parent == "w:t" or (parent, match[1]) in _MISPLACED:
            return False
        is_alone = token.endswith("/>")
        if not is_alone:
            self._open.append(match[1])
        elif match[1] in _NEVER_ALONE:
            return False
        return _is_balanced(token)


def _is_balanced(token: str) -> bool:
    """True when the blocks opened inside a start tag, by its attributes, are closed there."""
    depth = 0
    for word in _STATEMENT.findall(token):
        depth += (word in OPENING) - word.startswith("end")
        if depth < 0 or (depth == 0 and word in {"else", "elif"}):
            return False
    return depth == 0

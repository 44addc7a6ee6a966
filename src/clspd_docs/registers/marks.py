"""What the annotated copy writes in somebody's workbook, so that it can be told apart, ignored and removed."""

from __future__ import annotations

import re
from typing import Final

BEGIN: Final = "▼ À corriger (clspd-docs)"
END: Final = "▲ fin (clspd-docs)"
#: A condition that is always true, in Excel as in LibreOffice, and that nobody else writes.
CONDITION: Final = 'N("clspd-docs")=0'

_BLOCK: Final = re.compile(rf"\s*{re.escape(BEGIN)}.*?(?:{re.escape(END)}|\Z)", re.DOTALL)


def without_marks(comment: str) -> str:
    """Return the text of a comment without what we added to it; empty when nothing else stands there."""
    return _BLOCK.sub("", comment).strip()


def with_mark(comment: str, lines: str) -> str:
    """Return the text of a comment followed by ours, in place of what we may have added before."""
    return f"{without_marks(comment)}\n\n{BEGIN}\n{lines}\n{END}".strip()

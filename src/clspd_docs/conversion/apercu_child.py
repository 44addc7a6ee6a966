"""The child process of the preview: a Word file and a PDF a line of JSON in, the number of pages a line out.

0 pages: the document could not be converted. It ends with its standard input.
"""

from __future__ import annotations

import json
import math
import sys
from importlib import import_module
from typing import Any, Final

MARK: Final = "APERÇU"
_GREY, _OPACITY = 0.5, 0.25
_FONT: Final = "Helvetica-Bold"


def main() -> None:
    """Convert what is asked for, document after document."""
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # the library may print
    convert = converter()
    for line in sys.stdin.buffer:
        docx, pdf = json.loads(line)
        try:
            pages = int(convert(docx, pdf).pages)
        except Exception:  # noqa: BLE001 - whatever a young library stumbles on, this document is the fault
            pages = 0
        answers.write(b"%d\n" % pages)
        answers.flush()


def converter() -> Any:
    """Return word2pdf's conversion, whose renderer marks each page.

    The renderer is replaced where word2pdf 0.1.0 looks it up: it offers no watermark. The extra pins that
    version; a version without the name would fail here, loudly, rather than print unmarked pages.
    """
    api: Any = import_module("word2pdf.api")
    api.Renderer = _marking(api.Renderer)
    return api.Converter().convert


def _marking(renderer: Any) -> Any:
    drawn = renderer._draw_page  # noqa: SLF001 - see converter

    def draw_page(self: Any, canvas: Any, page: Any, outline: Any) -> None:
        # A link to a bookmark of another piece of the packet makes reportlab fail: it leads nowhere here.
        known = {op.name for each in self.pages for op in each.ops if type(op).__name__ == "DestOp"}
        page.ops = [op for op in page.ops if getattr(op, "anchor", None) in {None, "", *known}]
        drawn(self, canvas, page, outline)
        canvas.saveState()
        canvas.setFont(_FONT, math.hypot(page.width, page.height) / 8)
        canvas.setFillGray(_GREY, _OPACITY)
        canvas.translate(page.width / 2, page.height / 2)
        canvas.rotate(math.degrees(math.atan2(page.height, page.width)))
        canvas.drawCentredString(0, 0, MARK)
        canvas.restoreState()

    return type("Marking", (renderer,), {"_draw_page": draw_page})


if __name__ == "__main__":
    main()

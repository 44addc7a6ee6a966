"""Rebuild the shipped Word templates: ``python tools/make_templates.py [--images]``.

The pictures are drawn again with ``--images`` only: their bytes depend on the version of Pillow.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tools.templates import charte, forms, letters, pictures, plan, proces_verbal, reglement
from tools.templates.package import FOLDER

MODULES = (letters, forms, reglement, plan, charte, proces_verbal)
TEMPLATES: dict[str, Callable[[], bytes]] = {
    name: build for module in MODULES for name, build in module.TEMPLATES.items()
}

if __name__ == "__main__":
    if "--images" in sys.argv[1:]:
        pictures.draw_all()
    for name, build in TEMPLATES.items():
        (FOLDER / name).write_bytes(build())
        print(FOLDER / name)

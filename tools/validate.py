"""Judge every PDF of a folder with veraPDF: PDF/A-2b and PDF/UA-1, as each claims; for a release, or a doubt.

Usage: PYTHONPATH=src:tests python tools/validate.py FOLDER [...]    (about a second a file)
"""

from __future__ import annotations

import sys
from pathlib import Path

from clspd_docs.packets.inspect import inspect
from office.verapdf import failures


def main() -> int:
    """Print what is broken, and the count; return 1 when something is."""
    broken = judged = 0
    for path in sorted(path for name in sys.argv[1:] for path in Path(name).rglob("*.pdf")):
        if any(part.startswith(".") for part in path.parts):
            continue  # what the converter made, before it is finished
        facts = inspect(path)
        for flavour, claimed in (("2b", facts.pdfa == "2B"), ("ua1", facts.pdfua)):
            found = failures(path, flavour) if claimed else {"-": "not claimed"}
            judged += 1
            broken += bool(found)
            for rule, message in found.items():
                print(f"{path}: {flavour} {rule} {message}")
    print(f"{judged} judgements, {broken} with a failure")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())

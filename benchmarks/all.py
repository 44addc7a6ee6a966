"""Every measure, one after the other: their tables, and one JSON file with all the figures.

Usage: python benchmarks/all.py [--json FILE] [--quick]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

MEASURES: Final = ("whole", "letters", "packets_join", "render", "registers_scale")
QUICK: Final = {
    "whole": ("--sample", "4", "--rounds", "1", "--scale", "40"),
    "letters": ("--letters", "50", "--rounds", "1"),
    "packets_join": ("--runs", "1"),
    "render": ("--rounds", "1"),
    "registers_scale": ("--runs", "1", "--members", "45", "500"),
}


def figures(output: str) -> list[Any]:
    """Return what the JSON lines of a measure say."""
    return [json.loads(line) for line in output.splitlines() if line.startswith(("{", "["))]


def main() -> None:
    """Print each table as it comes, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, default=Path("mesures.json"))
    parser.add_argument("--quick", action="store_true", help="once each, on less")
    asked = parser.parse_args()
    found: dict[str, list[Any]] = {}
    for name in MEASURES:
        print(f"\n## {name}", flush=True)
        arguments = QUICK[name] if asked.quick else ()
        script = Path(__file__).with_name(f"{name}.py")
        done = subprocess.run(
            [sys.executable, script, *arguments], check=True, stdout=subprocess.PIPE, text=True
        )
        print(done.stdout, flush=True)
        found[name] = figures(done.stdout)
        asked.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

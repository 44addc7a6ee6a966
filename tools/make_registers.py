"""Write the two workbooks of the repository: the invented council, and a blank one for ``init``."""

from __future__ import annotations

from pathlib import Path

from clspd_docs.registers.example import example_rows
from clspd_docs.registers.write import blank, write_workbook

FOLDER = Path(__file__).parents[1] / "registers"

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    write_workbook(FOLDER / "clspd.xlsx", example_rows())
    write_workbook(FOLDER / "clspd-vierge.xlsx", blank())

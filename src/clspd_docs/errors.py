"""What stops a run, and the exit codes of the command line."""

from __future__ import annotations

import re
from enum import IntEnum

from clspd_docs.findings import Finding


class ExitCode(IntEnum):
    """Exit codes, part of the command contract."""

    DONE = 0
    FAULTS = 1
    USAGE = 2
    NOTHING_READ = 3
    PROGRAM_MISSING = 4
    OUR_BUG = 5
    INTERRUPTED = 130


class Stop(Exception):  # noqa: N818 - it stops a run; the finding says what the fault is
    """A fault that leaves nothing to do: file locked, workbook unreadable, converter missing.

    The sentence is that of its finding; ``exit_code`` is what the command returns.
    """

    def __init__(self, finding: Finding, exit_code: ExitCode = ExitCode.NOTHING_READ) -> None:
        super().__init__(f"{finding.code} {finding.place.french()}: {finding.message}")
        self.finding = finding
        self.exit_code = exit_code

    def __reduce__(self) -> tuple[type[Stop], tuple[Finding, ExitCode]]:
        """Go from one process to another whole."""
        return type(self), (self.finding, self.exit_code)


def toml_detail(error: Exception) -> str:
    """Return where a TOML file stops being understood, in French; the library tells it in English."""
    found = re.search(r"line (\d+), column (\d+)", str(error))
    return f"ligne {found[1]}, caractère {found[2]}" if found else "la fin du fichier manque"

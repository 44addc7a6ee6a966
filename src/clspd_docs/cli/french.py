"""Makes click speak French: click asks gettext for each message, and this gives gettext the answers."""

from __future__ import annotations

import gettext
import io
import os
import sys
from pathlib import Path


def use_french() -> None:
    """Have click's help, errors and questions in French, whatever the language of the machine.

    To be called before anything that imports click. A character that the terminal or the file behind
    stdout or stderr cannot hold is written « ? » instead of stopping the command.
    """
    os.environ["LANGUAGE"] = "fr"
    gettext.bindtextdomain("messages", str(Path(__file__).parent / "locale"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")

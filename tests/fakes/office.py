"""A stand-in for LibreOffice that speaks the spool protocol and fails on demand; run as a program.

How it starts is told by the variable FAKE_OFFICE: "dies" ends at once, "mute" never gets ready.
What it does with a document is told by the document's name, up to the first "-":

    crash       ends without an answer            crashonce   the same, the first time only
    hang        never answers                     hangonce    the same, the first time only
    empty       says "done", writes no byte       absent      says "done", writes no file
    refused     answers that it cannot read it    slow        takes 0.2 s

Any other document becomes a one-page PDF. What it did is written to FAKE_OFFICE_JOURNAL, when set:
one line per start and per document.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

ONCE = {"crashonce": "crash", "hangonce": "hang"}


def path_of(url: str) -> Path:
    return Path(unquote(urlsplit(url).path))


def note(words: str) -> None:
    journal = os.environ.get("FAKE_OFFICE_JOURNAL")
    if journal:
        with Path(journal).open("a", encoding="utf-8") as file:
            file.write(words + "\n")


def behaviour(docx: Path) -> str:
    word = docx.stem.partition("-")[0]
    if word not in ONCE:
        return word
    seen = docx.with_suffix(".seen")
    if seen.exists():
        return "plain"
    seen.touch()
    return ONCE[word]


def outcome(docx: Path, pdf: Path) -> str:
    word = behaviour(docx)
    if word == "crash":
        pdf.write_bytes(b"%PDF-1.7 half of i")
        sys.exit(139)
    while word == "hang":
        time.sleep(60)
    if word == "refused":
        return "refused\tGeneral Error. General input/output error."
    if word == "slow":
        time.sleep(0.2)
    if word != "absent":
        pdf.write_bytes(b"" if word == "empty" else b"%PDF-1.7\n(" + docx.read_bytes()[:4] + b")\n%%EOF\n")
    return "done\t1\t7"


def tell(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".new")
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(path)


def main() -> None:
    if "--version" in sys.argv:
        sys.stdout.write("LibreOffice 99.1.2.3 stand-in\n")
        return
    note("start")
    start = os.environ.get("FAKE_OFFICE")
    if start == "dies":
        sys.exit("the stand-in was told to die")
    while start == "mute":
        time.sleep(60)
    profile = next(word.partition("=")[2] for word in sys.argv if word.startswith("-env:UserInstallation="))
    spool = path_of(profile).parent / "spool"
    tell(spool / "ready", "ready")
    turn = 1
    while (spool / "alive").exists():
        order = spool / f"{turn}.job"
        if order.exists():
            docx, pdf, contents, _ = order.read_text("ascii").split("\t")
            note(f"{path_of(docx).name} {contents}")
            tell(spool / f"{turn}.out", outcome(path_of(docx), path_of(pdf)))
            turn += 1
        else:
            time.sleep(0.002)


if __name__ == "__main__":
    main()

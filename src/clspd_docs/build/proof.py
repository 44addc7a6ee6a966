"""The proof that nothing leaks: the text of what was built is searched for what its readers may not see.

The trace of cells (``produce.leaked``) knows what a template took from the registers. This knows nothing of
templates: it finds as well a line typed by hand in Word, or one that an annex quotes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType
from typing import Final

from clspd_docs.build.manifest import fingerprint
from clspd_docs.documents.contexts import may_see
from clspd_docs.domain.conseil import Conseil
from clspd_docs.domain.listes import Diffusion
from clspd_docs.domain.seances import Decision, Point
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.packets.letters import Letters, page_letters, said_letters, squeezed
from clspd_docs.registers.book import Book
from clspd_docs.version import tool_version

LEAKED = Kind(
    "DOS404",
    Severity.ERROR,
    "Texte réservé dans un PDF plus ouvert",
    "La page {page} de « {fichier} » contient ce texte, réservé à un cercle plus étroit que ses lecteurs.",
    "Si le texte a été recopié dans le modèle Word ou dans une annexe, l’en retirer. S’il peut être lu de tous les "
    "lecteurs du document, changer la diffusion de la ligne.",
)

SHORTEST: Final = 25  # letters and digits; « Avis favorable à l’unanimité » has 24, and stands in any minutes
# The end of a sentence, and not of an abbreviation: « art. L. 132-5 » is one text.
_SENTENCES: Final = (
    re.compile(r"(?<=\w{4}[.!?;…])\s+|\n+"),
    re.compile(r"(?<!\b\w)(?<!\bart)(?<!\bcf)[.!?;…»]\s+(?=[^\W\d_a-zà-ÿ]|«)|\n+"),
)


@dataclass(frozen=True, slots=True)
class Needle:
    """A sentence that some readers may not see, squeezed, and the cell that it comes from."""

    place: Place
    letters: str


class Proof:
    """The reserved texts of the registers, and where they are looked for."""

    def __init__(self, conseil: Conseil, book: Book) -> None:
        self._book = book
        rows: list[Point | Decision] = [*conseil.points, *conseil.decisions]
        self._rows = [row for row in rows if row.diffusion is not None]
        self._needles: dict[tuple[str, Diffusion], tuple[Needle, ...]] = {}
        self._elsewhere = ""

    def needles(self, seance: str, readers: Diffusion) -> tuple[Needle, ...]:
        """Return what readers of that level, of papers of that session, may not see.

        A sentence that also stands in a cell that they may see, or too short to be anything but a formula, is
        left out.
        """
        if (seance, readers) not in self._needles:
            reserved = [row for row in self._rows if not may_see(row, seance, readers)]
            self._needles[seance, readers] = self._hidden(reserved) if reserved else ()
        return self._needles[seance, readers]

    def mark(self, seance: str, readers: Diffusion) -> str:
        """Return the digest of what is looked for: a file proved against the same needs no second reading."""
        texts = [needle.letters for needle in self.needles(seance, readers)]
        return fingerprint(tool_version(), *texts) if texts else ""

    def faults(
        self,
        pdf: Path,
        seance: str,
        readers: Diffusion,
        file: str,
        known: Mapping[int, Letters] = MappingProxyType({}),
    ) -> tuple[Finding, ...]:
        """Return DOS404 for each cell that the PDF shows to readers who may not see it.

        Args:
            pdf: What was built; it is not opened when nothing is reserved to others.
            seance: Session whose paper it is.
            readers: Their level.
            file: What the finding calls the PDF.
            known: Pages, counted from 0, whose letters were read before: those of annexes.

        Raises:
            Stop: DOS301, the PDF cannot be read.
        """
        needles = self.needles(seance, readers)
        if not needles:
            return ()
        first, *others = page_letters(pdf, known)
        first = replace(first, around=first.around + said_letters(pdf))  # as it opens, a reader says them
        return leaks([first, *others], needles, file)

    def _hidden(self, reserved: Sequence[Point | Decision]) -> tuple[Needle, ...]:
        hidden = {id(row) for row in reserved}
        shown = [text for row in self._rows if id(row) not in hidden for _, text in _texts(row)]
        seen = "\n".join(map(squeezed, shown)) + self._others()
        found = (
            Needle(row.origine.place(name), letters)
            for row in reserved
            for name, text in _texts(row)
            for letters in _sentences(text)
        )
        return tuple({needle.letters: needle for needle in found if needle.letters not in seen}.values())

    def _others(self) -> str:
        """Return every long text of the registers that has no level of diffusion, squeezed."""
        if not self._elsewhere:
            rows = (r for key, rows in self._book.rows.items() if key not in _LEVELLED for r in rows)
            values = (value for row in rows for value in row.values.values() if isinstance(value, str))
            long = {value for value in values if len(value) >= SHORTEST}
            self._elsewhere = "\n" + "\n".join(map(squeezed, sorted(long)))
        return self._elsewhere


_LEVELLED: Final = ("points", "decisions")


def _texts(row: Point | Decision) -> list[tuple[str, str]]:
    """Return the texts of a row that a level of diffusion reserves, by the name of their field."""
    names = ("titre", "synthese", "resultat") if isinstance(row, Point) else ("texte",)
    return [(name, text) for name in names if (text := getattr(row, name))]


def _sentences(text: str) -> list[str]:
    """Return the sentences of ``text`` that are long enough, or the whole of it when none is."""
    whole = squeezed(text)
    parts = (part for cut in _SENTENCES for part in cut.split(text))
    long = list(dict.fromkeys(letters for part in parts if len(letters := squeezed(part)) >= SHORTEST))
    return long or ([whole] if len(whole) >= SHORTEST else [])


def leaks(pages: Sequence[Letters], needles: Sequence[Needle], file: str) -> tuple[Finding, ...]:
    """Return DOS404 for each cell of ``needles`` that ``pages`` show, with the first page that does.

    A text that runs over two pages is found as well: headers and footers are read apart.
    """
    runs = [
        _Run([page.body for page in pages]),
        *(_Run([page.around], first=n) for n, page in enumerate(pages)),
    ]
    found: dict[Place, int] = {}
    for needle in needles:
        for run in runs:
            page = run.page_of(needle.letters)
            if page is not None and needle.place not in found:
                found[needle.place] = page
    return tuple(LEAKED.at(place, page=page, fichier=file) for place, page in found.items())


class _Run:
    """Letters that follow each other over pages, the first of which is ``first`` (from 0)."""

    def __init__(self, texts: Sequence[str], first: int = 0) -> None:
        self._text, self._first = "".join(texts), first
        self._starts = [0, *accumulate(map(len, texts))]

    def page_of(self, letters: str) -> int | None:
        """Return the page, counted from 1, where ``letters`` start."""
        at = self._text.find(letters)
        return None if at < 0 else bisect_right(self._starts, at) + self._first

"""Word → PDF: what any converter offers. Knows no program."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from clspd_docs.findings import Finding


class Moteur(StrEnum):
    """The setting ``moteur``: which converter to use."""

    AUTO = "auto"
    LIBREOFFICE = "libreoffice"
    WORD = "word"
    GOTENBERG = "gotenberg"
    APERCU = "apercu"


@dataclass(frozen=True, slots=True)
class Job:
    """One document to convert.

    Args:
        key: What the caller calls it; comes back untouched.
        name: What messages call it ("documents/convocation-M012.docx").
        docx: The Word file, read and left as it is.
        pdf: Where the PDF goes; its folder is made, a file already there is replaced.
        update_contents: True to rebuild the table of contents and refresh the fields before the export.
        merged: True for a file of many letters. Its bookmarks are kept as named destinations, the blank page
            between two letters is left out, and a loss is not tried again: the caller converts the letters alone.
        slow: True for a letter whose file of many was not done in time: it is not tried twice.
    """

    key: str
    name: str
    docx: Path
    pdf: Path
    update_contents: bool = False
    merged: bool = False
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of one job.

    Args:
        job: The job as given.
        pages: Pages of the PDF, blank ones included; 0 when it failed, or when the converter does not tell.
        milliseconds: Time spent on this document alone; 0 when it failed.
        finding: Why this document failed; then ``job.pdf`` does not exist. None when it is done.
    """

    job: Job
    pages: int
    milliseconds: int
    finding: Finding | None = None


class Engine(Protocol):
    """A converter. Used as a context manager, by one thread.

    ``name`` and ``version`` enter the fingerprints of what is built ("LibreOffice", "7.4.7.2"). ``merges`` is
    True of a converter that takes files of many letters (``Job.merged``).
    """

    name: str
    version: str

    @property
    def merges(self) -> bool:
        """True when it takes files of many letters."""

    @property
    def starts(self) -> int:
        """How many times the program was started.

        0 while nothing was converted; once for each that works at the same time; again for each replaced.
        """

    def start(self) -> None:
        """Launch the program without waiting for it; otherwise the first job does."""

    def convert(self, jobs: Iterable[Job]) -> Iterator[Converted]:
        """Yield what became of each job, in the order of ``jobs``.

        ``jobs`` is read a few jobs ahead of the answers, so they may be produced while earlier ones
        convert.

        Raises:
            Stop: The program itself fails (codes ENV, exit code PROGRAM_MISSING).
        """

    def close(self) -> None:
        """End the program and delete what it left; may be called twice."""

    def __enter__(self) -> Self:
        """Return the engine; its program starts with the first job."""

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the engine."""


class Closing(ABC):
    """Something that starts programs, and that its ``with`` closes."""

    @abstractmethod
    def close(self) -> None:
        """End the programs and delete what they left; may be called twice."""

    def __enter__(self) -> Self:
        """Return it; its programs start with the first job."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

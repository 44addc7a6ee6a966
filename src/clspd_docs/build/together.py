"""Word files on their way to the converter: those of one template together, cut apart on the way back.

A letter among others takes the converter a third of the time that it takes alone. Whatever the reason why
some cannot go together, or do not come back as they should, each of them is then converted alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from pathlib import Path
from typing import Final

from clspd_docs.build.workspace import TEMPLATES
from clspd_docs.conversion.checks import TOO_SLOW
from clspd_docs.conversion.engine import Engine, Job
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.templates.splice import Refused, Spliced, splice

ONE_BY_ONE = Kind(
    "PDF201",
    Severity.NOTE,
    "Documents convertis un par un",
    "Les documents de ce modèle sont convertis en PDF un par un, ce qui prend trois fois plus de temps : "
    "{raison}.",
    "Rien à faire. Pour aller plus vite, enlever du modèle ce qui l’empêche.",
)

MOST: Final = 25  # letters in one file; from 100 on, each takes LibreOffice longer than the one before

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """One Word file to convert.

    Args:
        key: What the caller calls it; the files in the work folder bear this name.
        name: What messages call it.
        docx: Its bytes.
        modele: The template that it was rendered from.
        update_contents: It has a table of contents, which the converter fills.
    """

    key: str
    name: str
    docx: bytes
    modele: str
    update_contents: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one order: the PDF's file, or why there is none."""

    key: str
    pdf: Path
    finding: Finding | None = None


def refusal(modele: str, documents: Sequence[bytes]) -> Finding | None:
    """Return PDF201 when ``documents``, of the template ``modele``, cannot go together."""
    answer = splice(documents)
    return (
        ONE_BY_ONE.at(Place(f"{TEMPLATES}/{modele}"), raison=answer.reason)
        if isinstance(answer, Refused)
        else None
    )


def convert(engine: Engine, orders: Iterable[Order], work: Path) -> Iterator[Delivery]:
    """Yield what became of each order; those of one template that follow each other go together.

    Args:
        engine: The converter.
        orders: Read as the converter has room for them, so that they may be made meanwhile.
        work: Folder for the Word files and the PDFs.

    Raises:
        Stop: The converter itself fails.
    """
    batches = _Batches(work, MOST if engine.merges else 1)
    for result in engine.convert(batches.jobs(_launching(engine, orders))):
        if not result.job.merged:
            yield Delivery(result.job.key, result.job.pdf, result.finding)
        elif result.finding is None:
            yield from batches.apart(result.job)
        else:
            batches.lost(result.job, result.finding.kind)
    for result in engine.convert(batches.again()):
        yield Delivery(result.job.key, result.job.pdf, result.finding)


@dataclass(slots=True)
class _Batches:
    """The files of many letters that are being converted, by their key."""

    work: Path
    limit: int
    waiting: dict[str, tuple[Sequence[Order], Spliced]] = field(default_factory=dict)
    failed: list[Order] = field(default_factory=list)
    slow: set[str] = field(default_factory=set)

    def jobs(self, orders: Iterable[Order]) -> Iterator[Job]:
        """Yield the jobs that ``orders`` come to."""
        for (_, update_contents), group in groupby(
            orders, key=lambda each: (each.modele, each.update_contents)
        ):
            most = 1 if update_contents else self.limit
            while letters := list(islice(group, most)):
                spliced = splice([letter.docx for letter in letters]) if len(letters) > 1 else None
                if isinstance(spliced, Spliced):
                    yield self._together(letters, spliced)
                else:
                    most = most if spliced is None else 1  # what the template was refused for, it still has
                    yield from map(self.alone, letters)

    def apart(self, job: Job) -> Iterator[Delivery]:
        """Yield the letters of a file of many, cut from its PDF."""
        from clspd_docs.packets.split import CannotSplitError, Cut, split  # noqa: PLC0415 - pikepdf, which `check` needs not

        orders, spliced = self.waiting.pop(job.key)
        try:
            pdfs = split(
                job.pdf.read_bytes(), [Cut(each.start, each.end, each.title) for each in spliced.letters]
            )
        except CannotSplitError as error:
            self._set_aside(job, orders, str(error))
            return
        for order, pdf in zip(orders, pdfs, strict=True):
            path = self.work / f"{order.key}.pdf"
            path.write_bytes(pdf)
            yield Delivery(order.key, path)

    def lost(self, job: Job, kind: Kind) -> None:
        """Note that the converter failed on a file of many letters: each is tried alone later."""
        orders = self.waiting.pop(job.key)[0]
        if kind is TOO_SLOW:
            self.slow.update(order.key for order in orders)
        self._set_aside(job, orders, kind.code)

    def again(self) -> Iterator[Job]:
        """Yield the jobs of the letters that did not come through with others."""
        return (replace(self.alone(order), slow=order.key in self.slow) for order in self.failed)

    def alone(self, order: Order) -> Job:
        """Return the job of one letter."""
        docx = self.work / f"{order.key}.docx"
        docx.write_bytes(order.docx)
        return Job(order.key, order.name, docx, docx.with_suffix(".pdf"), order.update_contents)

    def _together(self, letters: Sequence[Order], spliced: Spliced) -> Job:
        key = f"{letters[0].key}+"
        docx = self.work / f"{key}.docx"
        docx.write_bytes(spliced.docx)
        self.waiting[key] = (letters, spliced)
        return Job(key, f"{TEMPLATES}/{letters[0].modele}", docx, docx.with_suffix(".pdf"), merged=True)

    def _set_aside(self, job: Job, orders: Sequence[Order], reason: str) -> None:
        _log.info("%s: %d documents converted one by one: %s", job.name, len(orders), reason)
        self.failed += orders


def _launching(engine: Engine, orders: Iterable[Order]) -> Iterator[Order]:
    """Yield ``orders``, starting the converter at the first: it gets ready while the next ones are rendered."""
    for order in orders:
        engine.start()
        yield order

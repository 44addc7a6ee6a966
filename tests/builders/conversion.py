"""What the tests of converters share: the stand-in for LibreOffice, and what became of the jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from clspd_docs.conversion.engine import Converted, Job

FAKE = Path(__file__).parents[1] / "fakes" / "office.py"

MakeJob = Callable[..., Job]


def codes(results: Iterable[Converted]) -> dict[str, str]:
    """Return the code of what each job failed of, by its key; "" when it is done."""
    return {result.job.key: result.finding.code if result.finding else "" for result in results}

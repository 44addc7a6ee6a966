"""The law and the house rules, checked over the whole council."""

from __future__ import annotations

import datetime as dt

from clspd_docs.domain.conseil import Conseil
from clspd_docs.findings import Finding
from clspd_docs.rules.addresses import check_addresses
from clspd_docs.rules.people import check_people
from clspd_docs.rules.work import check_work


def check(conseil: Conseil, jour: dt.date) -> list[Finding]:
    """Return every finding of every check, as of the day ``jour``; each check only yields, never raises."""
    return [*check_people(conseil, jour), *check_work(conseil, jour), *check_addresses(conseil)]

"""Reports as French text for the desk: findings with their place, then what was made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import click

from clspd_docs.build.report import STATES, DocumentLine, PacketLine, Report
from clspd_docs.cli.common import Common
from clspd_docs.domain.constats import bilan
from clspd_docs.domain.french import insecables, liste, pluriel
from clspd_docs.findings import Finding, Severity, in_order

SHOWN = 3  # titles of a group of pieces, without --verbose
COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def show_findings(findings: Sequence[Finding], common: Common) -> None:
    """Print each finding: where, what, what was found, what to do. Notes only with --verbose.

    A fault that many cells of a column share, or many files, is told once, with its places.
    """
    told = [f for f in in_order(findings) if common.verbose or f.kind.severity is not Severity.NOTE]
    groups: dict[object, list[Finding]] = {}
    for finding in told:
        column = replace(finding.place, cell=None, row=None) if finding.place.cell else None
        groups.setdefault((column, finding.code, finding.message, finding.remedy), []).append(finding)
    for group in groups.values():
        if len(group) > SHOWN and not common.verbose:
            _show_group(group)
        else:
            for finding in group:
                _show_finding(finding)
    if hidden := len(in_order(findings)) - len(told):
        click.echo(f"{pluriel(hidden, 'remarque')} de moindre importance (option « -v » pour tout voir).\n")


def _show_finding(finding: Finding) -> None:
    click.secho(f"{finding.place.french()}  [{finding.code}]", bold=True)
    _show_sentence(finding)
    if finding.value:
        click.echo(f"  Trouvé : « {finding.value} ».")
    click.echo(f"  À faire : {insecables(finding.remedy)}\n")


def _show_group(group: Sequence[Finding]) -> None:
    first = group[0]
    if first.place.cell:
        head = f"{replace(first.place, cell=None, row=None).french()}, {len(group)} cellules"
        label, separator, places = "Cellules", ", ", [f.place.cell or "" for f in group]
    else:
        head, label, separator, places = (
            f"{len(group)} endroits",
            "Endroits",
            " ; ",
            [f.place.french() for f in group],
        )
    more = f" et {pluriel(len(group) - 2 * SHOWN, 'autre')}" if len(group) > 2 * SHOWN else ""
    click.secho(f"{head}  [{first.code}]", bold=True)
    _show_sentence(first)
    click.echo(
        f"  {label} : {separator.join(places[: 2 * SHOWN])}{more} (option « -v » pour les voir un à un)."
    )
    click.echo(f"  À faire : {insecables(first.remedy)}\n")


def _show_sentence(finding: Finding) -> None:
    severity = finding.kind.severity
    click.echo(click.style(f"  {severity.french.capitalize()} : ", fg=COLOURS[severity]) + finding.message)


def show_report(report: Report, common: Common) -> None:
    """Print a report: findings, then what was made of each session, what is held and why."""
    show_findings(report.findings, common)
    preview = bool(report.more.get("preview"))
    words = {**STATES, "built": "à refaire"} if preview else STATES
    for seance in dict.fromkeys([d.seance for d in report.documents] + [p.seance for p in report.packets]):
        documents = [d for d in report.documents if d.seance == seance]
        packets = [p for p in report.packets if p.seance == seance]
        click.secho(f"Séance {seance}", bold=True)
        click.echo(f"  Documents : {_states([d.state for d in documents], words)}.")
        if packets:
            click.echo(f"  Dossiers : {_states([p.state for p in packets], words)}.")
        for packet in packets:
            if packet.path and (packet.membre is None or common.verbose):
                click.echo(f"  - {packet.title}, {pluriel(packet.pages, 'page')} : {words[packet.state]}")
                click.echo(f"      {packet.path}")
        shown = [line for line in documents if line.state == "built" and (preview or common.verbose)]
        _by_reason(shown, words["built"], common)
        held: list[DocumentLine | PacketLine] = [d for d in documents if d.state == "held"]
        _by_reason([*held, *(p for p in packets if p.state == "held")], words["held"], common)
    click.echo(f"Bilan : {bilan(report.findings)}.")


def _by_reason(lines: Sequence[DocumentLine | PacketLine], word: str, common: Common) -> None:
    """Print the pieces that share the same reasons together: one wrong cell may hold eighty letters."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for line in lines:
        groups.setdefault(line.reasons, []).append(line.title)
    for reasons, titles in groups.items():
        shown = titles if common.verbose else titles[:SHOWN]
        more = f" et {len(titles) - SHOWN} autres" if len(titles) > len(shown) else ""
        click.echo(f"  {word.capitalize()} : {' ; '.join(shown)}{more}")
        for reason in reasons:
            click.echo(f"      {reason}")


def _states(states: Sequence[str], words: Mapping[str, str]) -> str:
    """Return « 3 faits et 79 inchangés »."""
    count = Counter(states)
    return liste([_count(count[s], words[s]) for s in words if count[s]]) or "aucun"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if " " in word else pluriel(number, word)

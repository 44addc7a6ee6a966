"""``clspd-docs build`` for several working folders: which ones, where they are built, what is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clspd_docs.cli.common import Common

if TYPE_CHECKING:
    from clspd_docs.build.many import Progress
    from clspd_docs.build.report import Report
    from clspd_docs.build.request import Options

SHOWN = 3  # faults of one council, without --verbose
RESULTS = {
    0: "fait",
    1: "fait, sauf ce que des erreurs retiennent",
    2: "demande incorrecte",
    3: "rien n’a pu être lu ou écrit",
    4: "un programme manque ou a échoué",
    5: "erreur interne",
}
HEADERS = ("Dossier de travail", "Documents", "Dossiers", "Retenus", "Erreurs", "Résultat")


class LotType(click.ParamType[tuple[int, int]]):
    """A shard: "3/16"."""

    name = "N/TOTAL"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Return the shard's number, from 1, and how many there are; a usage error in French otherwise."""
        if isinstance(value, tuple):
            return value
        number, _, total = value.partition("/")
        if not (number.isdecimal() and total.isdecimal() and 1 <= int(number) <= int(total)):
            message = f"« {value} » n’est pas un lot : écrire par exemple 3/16, le troisième de seize."
            self.fail(message, param, ctx)
        return int(number), int(total)


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked about the folders: a list, a shard, local processes, a cluster."""

    liste: Path | None = None
    lot: tuple[int, int] | None = None
    ouvriers: int | None = None
    grappe: str | None = None

    def is_many(self, common: Common) -> bool:
        """True when the answer is to be the one for several councils."""
        asked = (self.liste, self.lot, self.ouvriers, self.grappe)
        return len(common.dossiers) > 1 or any(each is not None for each in asked)


def listed(path: Path) -> list[Path]:
    """Return the folders of a list: one a line, relative to the list's own folder; « # » starts a comment."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        message = f"« {path} » n’est pas un texte en UTF-8, un dossier par ligne."
        raise click.UsageError(message) from error
    names = (line.strip() for line in lines)
    return [path.parent / name for name in names if name and not name.startswith("#")]


def build_councils(common: Common, wish: Wish, options: Options, progress: Progress) -> Report:
    """Build the councils that were asked for.

    Raises:
        Stop: The cluster cannot be used.
    """
    from clspd_docs.build.cluster import cluster  # noqa: PLC0415 - as in every command
    from clspd_docs.build.many import build_many, in_shard  # noqa: PLC0415

    folders = [*common.dossiers, *(listed(wish.liste) if wish.liste else ())]
    if not folders and wish.liste is None:
        folders = [common.dossier]
    if wish.lot is not None:
        folders = [folder for folder in folders if in_shard(folder, *wish.lot)]
    with cluster(wish.grappe) if wish.grappe else nullcontext() as executor:
        return build_many(folders, options, executor, workers=wish.ouvriers, progress=progress).as_report()


def show_councils(report: Report, common: Common) -> None:
    """Print the faults of each council, then one line for each."""
    from clspd_docs.cli.show import show_findings  # noqa: PLC0415 - as in every command
    from clspd_docs.domain.constats import bilan  # noqa: PLC0415

    if report.findings:  # nothing was begun
        show_findings(report.findings, common)
        click.echo(f"Bilan : {bilan(report.findings)}.")
        return
    councils: Sequence[Mapping[str, Any]] = report.more.get("councils", ())
    for council in councils:
        _show_faults(council, common)
    if councils:
        _show_table([_row(council) for council in councils])
    counts = Counter(int(council["exit"]) for council in councils)
    results = " ; ".join(f"{RESULTS.get(code, str(code))} : {counts[code]}" for code in sorted(counts))
    click.echo(f"Bilan : {results}." if councils else "Bilan : aucun dossier à préparer.")


def _show_faults(council: Mapping[str, Any], common: Common) -> None:
    from clspd_docs.origin import Place  # noqa: PLC0415 - as in every command

    faults = [finding for finding in council["findings"] if finding["severity"] == "error"]
    if not faults and "message" not in council:
        return
    click.secho(str(council["folder"]), bold=True)
    if "message" in council:
        click.echo(f"  {council['message']}")
    for finding in faults if common.verbose else faults[:SHOWN]:
        click.echo(f"  {Place(**finding['place']).french()}  [{finding['code']}]")
        click.echo(f"    {finding['message']}")
        click.echo(f"    À faire : {finding['remedy']}")
    if len(faults) > SHOWN and not common.verbose:
        click.echo(f"  et {len(faults) - SHOWN} autres : « clspd-docs -C {council['folder']} check »")
    click.echo()


def _row(council: Mapping[str, Any]) -> tuple[str, ...]:
    pieces = [*council["documents"], *council["packets"]]
    return (
        str(council["folder"]),
        str(sum(each["state"] != "held" for each in council["documents"])),
        str(sum(each["state"] != "held" for each in council["packets"])),
        str(sum(each["state"] == "held" for each in pieces)),
        str(sum(finding["severity"] == "error" for finding in council["findings"])),
        RESULTS.get(int(council["exit"]), str(council["exit"])),
    )


def _show_table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[i]) for row in (HEADERS, *rows)) for i in range(len(HEADERS))]
    last = len(HEADERS) - 1
    for number, row in enumerate((HEADERS, *rows)):
        cells = [
            text if i == last else text.ljust(width) if i == 0 else text.rjust(width)
            for i, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.secho("  ".join(cells), bold=number == 0)

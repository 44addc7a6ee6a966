"""What every command shares: options, exit codes, the JSON answer, what happens when we are wrong."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from clspd_docs.build import bug
from clspd_docs.errors import Stop

if TYPE_CHECKING:  # the build room is heavy: a command imports it when it runs
    from clspd_docs.build.report import Report

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(slots=True)
class Common:
    """Values of the common options. ``dossiers``: those given, the last of which is ``dossier``."""

    dossier: Path = Path()
    dossiers: tuple[Path, ...] = ()
    as_json: bool = False
    verbose: bool = False
    jour: dt.date | None = None

    @property
    def today(self) -> dt.date:
        """The day given with --date, else the real one."""
        return self.jour or dt.date.today()  # noqa: DTZ011 - a civil date, as the desk's calendar shows it


class DateType(click.ParamType[dt.date]):
    """A date as AAAA-MM-JJ or JJ/MM/AAAA."""

    name = "AAAA-MM-JJ"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Return the date; a usage error in French otherwise."""
        if isinstance(value, dt.date):
            return value
        french = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", value)
        iso = f"{french[3]}-{int(french[2]):02d}-{int(french[1]):02d}" if french else value
        try:
            return dt.date.fromisoformat(iso)
        except ValueError:
            self.fail(f"« {value} » n’est pas une date : écrire AAAA-MM-JJ, comme 2027-02-04.", param, ctx)


def _store(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(ctx: click.Context, _param: click.Parameter, value: Any) -> None:
        if value not in {None, False}:
            setattr(ctx.ensure_object(Common), name, value)

    return callback


def _store_folders(context: click.Context, _param: click.Parameter, value: tuple[Path, ...]) -> None:
    if value:
        common = context.ensure_object(Common)
        common.dossiers, common.dossier = value, value[-1]


def common_options(command: F) -> F:
    """Add the options that every command takes, before or after the command's name."""
    options = (
        click.option(
            "-C",
            "--dossier",
            type=click.Path(path_type=Path, file_okay=False),
            metavar="DOSSIER",
            multiple=True,
            expose_value=False,
            callback=_store_folders,
            help="Dossier de travail (par défaut : ici).",
        ),
        click.option(
            "--json",
            is_flag=True,
            expose_value=False,
            callback=_store("as_json"),
            help="Un objet JSON sur la sortie standard, rien d’autre.",
        ),
        click.option(
            "-v",
            "--verbose",
            is_flag=True,
            expose_value=False,
            callback=_store("verbose"),
            help="Plus de détails, dont la liste des documents.",
        ),
        click.option(
            "--date",
            type=DateType(),
            metavar="AAAA-MM-JJ",
            expose_value=False,
            callback=_store("jour"),
            help="Faire comme si nous étions ce jour-là.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def run(
    name: str,
    act: Callable[[Common], Report],
    show: Callable[[Report, Common], None],
    *,
    is_for_many: bool = False,
) -> None:
    """Run a command: print its report as text or JSON, end with its exit code.

    ``is_for_many``: it takes several working folders.
    """
    context = click.get_current_context()
    common = context.ensure_object(Common)
    if len(common.dossiers) > 1 and not is_for_many:
        raise click.UsageError(
            "Plusieurs dossiers de travail (option -C) : « build » seul en prend plusieurs."
        )
    try:
        report = act(common)
    except Stop as stop:
        from clspd_docs.build.report import Report  # noqa: PLC0415

        report = Report(name, [stop.finding], exit_code=stop.exit_code)
    if common.as_json:
        print_json(report.as_json())
    else:
        show(report, common)
    context.exit(report.exit)


def print_json(answer: object) -> None:
    """Print one JSON object in UTF-8, whatever the terminal's encoding."""
    data = json.dumps(answer, ensure_ascii=False, indent=2) + "\n"
    sys.stdout.flush()
    sys.stdout.buffer.write(data.encode(errors="backslashreplace"))  # an argument that is not UTF-8
    sys.stdout.buffer.flush()


def our_bug(error: Exception) -> str:
    """Return the short message for our own fault, and leave its frames in a file; no value, no traceback."""
    return bug.our_bug(error, Path())

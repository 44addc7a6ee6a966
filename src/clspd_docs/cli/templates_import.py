"""``clspd-docs templates import``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clspd_docs.cli.common import Common, common_options, run

if TYPE_CHECKING:  # heavy: imported when the command runs
    from clspd_docs.build.report import Report

HELP = """Fait d’un document de publipostage de Word un modèle de ce logiciel.

\b
Le document ne change pas : « nom-importe.docx » est écrit à côté, ses champs remplacés par des balises.
Ce qui n’a pas pu être traduit y est surligné, et dit ici. Le modèle est ensuite relu comme par
« templates check ».
"""


@click.command(
    "import",
    options_metavar="[OPTIONS]",
    help=HELP,
    short_help="Fait d’un publipostage Word un modèle.",
)
@click.argument("fichier", type=click.Path(path_type=Path), metavar="FICHIER")
@common_options
def import_(fichier: Path) -> None:
    """Write the template, and tell what became of each field."""
    from clspd_docs.build.workspace import Folder  # noqa: PLC0415
    from clspd_docs.cli.show import show_findings  # noqa: PLC0415
    from clspd_docs.desk.template_import import import_template  # noqa: PLC0415
    from clspd_docs.domain.constats import bilan  # noqa: PLC0415

    def act(common: Common) -> Report:
        return import_template(Folder(common.dossier), fichier, common.today)

    def show(report: Report, common: Common) -> None:
        if "path" in report.more:
            _show_fields(report.more["translated"])
        show_findings(report.findings, common)
        if "path" in report.more:
            _show_end(report)
        click.echo(f"Bilan : {bilan(report.findings)}.")

    run("templates import", act, show)


def _show_fields(lines: list[dict[str, Any]]) -> None:
    """Print each field once with its tag, and how often it stands in the document."""
    seen: dict[tuple[str, str, bool], int] = {}
    for line in lines:
        key = (line["field"], " ".join(line["tag"].split()), line["sure"])
        seen[key] = seen.get(key, 0) + 1
    if seen:
        click.secho("Champs traduits", bold=True)
    for (field, tag, sure), times in seen.items():
        often = f" ({times} fois)" if times > 1 else ""
        click.echo(f"  {field} → {tag}{often}{'' if sure else '  à vérifier'}")
    if seen:
        click.echo()


def _show_end(report: Report) -> None:
    from clspd_docs.domain.french import pluriel  # noqa: PLC0415

    counts = report.counts
    click.echo(
        f"Champs : {counts['champs']}, dont {pluriel(counts['traduits'], 'traduit')} "
        f"({counts['a_verifier']} à vérifier) et {pluriel(counts['restes'], 'resté')} à traduire à la main."
    )
    click.echo(f"Modèle écrit : {report.more['path']} (le document d’origine n’a pas changé).")

"""``clspd-docs templates preview``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clspd_docs.cli.common import Common, common_options, run

if TYPE_CHECKING:  # heavy: imported when the command runs
    from clspd_docs.build.report import Report


@click.command(options_metavar="[OPTIONS]", short_help="Montre des modèles remplis avec un conseil inventé.")
@click.argument("fichiers", nargs=-1, metavar="[FICHIER]…", type=click.Path(path_type=Path))
@click.option(
    "--long", "long_values", is_flag=True, help="Aussi avec les valeurs les plus longues, et 40 points."
)
@click.option(
    "--pdf/--sans-pdf", default=None, help="Exiger le PDF, ou s’en passer (par défaut : s’il est possible)."
)
@common_options
def preview(fichiers: tuple[Path, ...], *, long_values: bool, pdf: bool | None) -> None:
    """Montre des modèles (tous ceux du dossier, sinon ceux qui sont nommés) remplis avec un conseil inventé.

    Les aperçus vont dans le dossier « apercus », marqués « APERÇU ». Le classeur n’est pas lu : un modèle se juge
    avant toute saisie. Le nombre de pages est donné, et le texte qui ne tient pas dans sa zone.
    """
    from clspd_docs.build.workspace import Folder  # noqa: PLC0415
    from clspd_docs.cli.show import show_findings  # noqa: PLC0415
    from clspd_docs.desk.template_preview import Wish, preview_templates  # noqa: PLC0415
    from clspd_docs.domain.constats import bilan  # noqa: PLC0415

    def act(common: Common) -> Report:
        return preview_templates(Folder(common.dossier), Wish(fichiers, long_values, pdf), common.jour)

    def show(report: Report, common: Common) -> None:
        for template in report.more.get("templates", ()):
            _show(template)
        show_findings(report.findings, common)
        click.echo(f"Bilan : {bilan(report.findings)}.")

    run("templates preview", act, show)


def _show(template: dict[str, Any]) -> None:
    """Print what a template was taken for, and its previews with their pages."""
    from clspd_docs.domain.french import pluriel  # noqa: PLC0415

    guessed = " (d’après ses champs : le catalogue ne le nomme pas)" if template["guessed"] else ""
    click.secho(template["path"], bold=True)
    click.echo(f"  Rempli comme {template['kind']}{guessed}.")
    for one in template["previews"]:
        pages = f", {pluriel(one['pages'], 'page')}" if one["pages"] else ""
        values = " (valeurs les plus longues)" if one["values"] == "long" else ""
        click.echo(f"  - {one['pdf'] or one['docx']}{pages}{values}")
    click.echo()

"""``clspd-docs init``."""

from __future__ import annotations

from pathlib import Path

import click

from clspd_docs.cli.common import Common, common_options, run


@click.command(
    options_metavar="[OPTIONS]", short_help="Crée un dossier de travail : classeur, modèles, réglages."
)
@click.argument(
    "cible",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    required=False,
    metavar="[DOSSIER]",
)
@click.option("--exemple", is_flag=True, help="Remplir le dossier avec un conseil inventé, pour essayer.")
@common_options
def init(cible: Path | None, *, exemple: bool) -> None:
    """Crée un dossier de travail : classeur, modèles Word, réglages. N’écrase jamais rien."""
    from clspd_docs.build import workspace  # noqa: PLC0415
    from clspd_docs.build.report import Report  # noqa: PLC0415
    from clspd_docs.cli.show import show_findings  # noqa: PLC0415

    def act(common: Common) -> Report:
        workspace.init(cible if cible is not None else common.dossier, example=exemple)
        return Report("init")

    def show(report: Report, common: Common) -> None:
        show_findings(report.findings, common)
        if report.findings:
            return
        folder = cible if cible is not None else common.dossier
        click.echo(f"Dossier de travail prêt : {folder}")
        click.echo(
            f"  1. Ouvrir le classeur « {folder / workspace.WORKBOOK} » et lire la feuille « Lisez-moi »."
        )
        click.echo(f"  2. Vérifier :  clspd-docs -C {folder} check")
        click.echo(f"  3. Fabriquer : clspd-docs -C {folder} build")

    run("init", act, show)

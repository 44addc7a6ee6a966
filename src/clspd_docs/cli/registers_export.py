"""``clspd-docs registers export``."""

from __future__ import annotations

from pathlib import Path

import click

from clspd_docs.cli.common import Common, common_options, run


@click.command(
    options_metavar="[OPTIONS]",
    short_help="Écrit tout le classeur en JSON, ou en CSV, pour un autre programme.",
)
@click.argument("cible", type=click.Path(path_type=Path), required=False, metavar="[FICHIER|DOSSIER]")
@click.option(
    "--format",
    "choisi",
    type=click.Choice(["json", "csv"]),
    default="json",
    show_default="json",
    help="json : un fichier, sans rien perdre ; csv : un dossier, une feuille par fichier.",
)
@click.option("--force", is_flag=True, help="Remplacer les fichiers d’un export précédent.")
@common_options
def export(cible: Path | None, choisi: str, *, force: bool) -> None:
    """Écrit tout le classeur en JSON, ou en CSV, pour un autre programme.

    Sans FICHIER ni DOSSIER : registers/clspd.json, ou registers/clspd-csv. L’export contient des données
    personnelles. Le classeur n’est jamais modifié ; couleurs, formats, formules et commentaires ne sont pas repris.
    """
    from clspd_docs.build.report import Report  # noqa: PLC0415
    from clspd_docs.build.workspace import Folder  # noqa: PLC0415
    from clspd_docs.cli.show import show_findings  # noqa: PLC0415
    from clspd_docs.desk.exchanging import Format, export_workbook  # noqa: PLC0415
    from clspd_docs.domain.constats import bilan  # noqa: PLC0415

    to = Format(choisi)
    if cible is not None and to is Format.JSON and cible.suffix.lower() != ".json":
        raise click.BadParameter("le nom du fichier doit se terminer par « .json ».", param_hint="FICHIER")
    if cible is not None and to is Format.CSV and cible.is_file():
        raise click.BadParameter("il faut un dossier, pas un fichier.", param_hint="DOSSIER")

    def act(common: Common) -> Report:
        return export_workbook(Folder(common.dossier), to, cible, force=force)

    def show(report: Report, common: Common) -> None:
        show_findings(report.findings, common)
        if "path" in report.more:
            click.echo(f"Registres exportés : {report.more['path']}")
            click.echo(
                "Cet export contient des données personnelles : le ranger et le transmettre avec le même soin que le"
                " classeur, et le supprimer dès qu’il a servi."
            )
        click.echo(f"Bilan : {bilan(report.findings)}.")

    run("registers export", act, show)

"""``clspd-docs templates fields``."""

from __future__ import annotations

from pathlib import Path

import click

from clspd_docs.cli.check import FileName
from clspd_docs.cli.common import Common, common_options, run


@click.command(options_metavar="[OPTIONS]", short_help="Écrit la liste des champs, en fichier Word.")
@click.argument("fichier", required=False, type=FileName(".docx"), metavar="[FICHIER]")
@common_options
def fields(fichier: str | None) -> None:
    """Écrit la liste des champs en fichier Word : balises à copier, exemples, filtres, blocs prêts à coller.

    Par défaut : « champs-disponibles.docx », dans le dossier de travail. Le fichier est refait à chaque fois.
    """
    from clspd_docs.build.report import Report  # noqa: PLC0415
    from clspd_docs.build.workspace import Folder  # noqa: PLC0415
    from clspd_docs.cli.show import show_findings  # noqa: PLC0415
    from clspd_docs.desk.template_fields import write_fields  # noqa: PLC0415

    def act(common: Common) -> Report:
        return write_fields(Folder(common.dossier), Path(fichier) if fichier else None)

    def show(report: Report, common: Common) -> None:
        show_findings(report.findings, common)
        if "path" in report.more:
            counts = report.counts
            click.echo(
                f"Écrit : {common.dossier / report.more['path']} ({counts['champs']} champs, "
                f"{counts['filtres']} filtres, {counts['blocs']} blocs)."
            )

    run("templates fields", act, show)

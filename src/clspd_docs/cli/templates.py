"""``clspd-docs templates``: the Word templates, their faults."""

from __future__ import annotations

from pathlib import Path

import click

from clspd_docs.cli.common import Common, common_options, run
from clspd_docs.cli.templates_fields import fields
from clspd_docs.cli.templates_import import import_
from clspd_docs.cli.templates_preview import preview


@click.group(
    short_help="Relit, essaie et importe des modèles Word.",
    subcommand_metavar="COMMANDE [ARGUMENTS]…",
    options_metavar="[OPTIONS]",
)
@common_options
def templates() -> None:
    """Relit, essaie et importe des modèles Word ; donne la liste des champs."""


@templates.command(options_metavar="[OPTIONS]", short_help="Relit des modèles, avant tout document.")
@click.argument("fichiers", nargs=-1, metavar="[FICHIER]…", type=click.Path(path_type=Path))
@click.option(
    "--annoter", is_flag=True, help="Écrit à côté une copie avec un commentaire Word à chaque faute."
)
@click.option("--corriger", is_flag=True, help="Écrit à côté une copie où ce qui est sûr est corrigé.")
@common_options
def check(fichiers: tuple[Path, ...], *, annoter: bool, corriger: bool) -> None:
    """Relit des modèles Word (tous ceux du dossier de travail, sinon ceux qui sont nommés).

    Chaque modèle est relu seul, puis avec le catalogue, puis avec les données du classeur. Le fichier lui-même
    n’est jamais modifié : les copies s’appellent « nom-a-corriger.docx » et « nom-corrige.docx ».
    """
    from clspd_docs.build.report import Report  # noqa: PLC0415
    from clspd_docs.build.workspace import Folder  # noqa: PLC0415
    from clspd_docs.cli.show import show_findings  # noqa: PLC0415
    from clspd_docs.desk.template_checks import Copies, check_templates  # noqa: PLC0415
    from clspd_docs.domain.constats import bilan  # noqa: PLC0415
    from clspd_docs.domain.french import pluriel  # noqa: PLC0415

    def act(common: Common) -> Report:
        return check_templates(Folder(common.dossier), fichiers, common.today, Copies(annoter, corriger))

    def show(report: Report, common: Common) -> None:
        show_findings(report.findings, common)
        for template in report.more.get("templates", ()):
            for repair in template["repairs"]:
                click.echo(f"Corrigé – {repair['place'].get('part', template['path'])} : {repair['message']}")
            for copy in template["copies"]:
                click.echo(f"Copie écrite : {copy}")
        read = pluriel(report.counts.get("modeles", 0), "modèle")
        click.echo(f"Relu : {read}. Bilan : {bilan(report.findings)}.")

    run("templates check", act, show)


templates.add_command(fields)
templates.add_command(preview)
templates.add_command(import_)

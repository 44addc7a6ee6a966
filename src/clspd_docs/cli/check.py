"""``clspd-docs check``."""

from __future__ import annotations

import click

from clspd_docs.cli.common import Common, common_options, run


class FileName(click.ParamType[str]):
    """The name of a file to be written; empty for the usual one."""

    name = "FICHIER"

    def __init__(self, *endings: str) -> None:
        self.endings = endings

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name; a usage error in French when it does not end as it must."""
        if value and not value.lower().endswith(self.endings):
            self.fail(f"« {value} » : il faut un nom qui se termine par {self.endings[0]}.", param, ctx)
        return value


@click.command(options_metavar="[OPTIONS]", short_help="Relit tout et dit ce qui ne va pas, en une fois.")
@click.option(
    "--annoter",
    type=FileName(".xlsx"),
    metavar="[FICHIER]",
    is_flag=False,
    flag_value="",
    help="Écrire aussi une copie du classeur, cellules colorées et feuille « Erreurs »"
    " (par défaut : registers/clspd-a-corriger.xlsx).",
)
@click.option(
    "--html",
    type=FileName(".html", ".htm"),
    metavar="[FICHIER]",
    is_flag=False,
    flag_value="",
    help="Écrire aussi la liste en page web (par défaut : registers/clspd-constats.html).",
)
@common_options
def check(annoter: str | None, html: str | None) -> None:
    """Relit le classeur, le catalogue et les modèles, et dit tout ce qui ne va pas, en une fois."""
    from clspd_docs.build.report import Report  # noqa: PLC0415
    from clspd_docs.build.workspace import Folder  # noqa: PLC0415
    from clspd_docs.cli.show import show_findings  # noqa: PLC0415
    from clspd_docs.desk.annotated import check_and_tell  # noqa: PLC0415
    from clspd_docs.domain.constats import bilan  # noqa: PLC0415
    from clspd_docs.domain.french import liste, pluriel  # noqa: PLC0415

    def act(common: Common) -> Report:
        return check_and_tell(Folder(common.dossier), common.today, annoter, html)

    def show(report: Report, common: Common) -> None:
        show_findings(report.findings, common)
        names = {"membres": "membre", "referents": "référent", "actions": "action", "seances": "séance"}
        read = [pluriel(report.counts[key], word) for key, word in names.items() if key in report.counts]
        if read:
            click.echo(f"Classeur lu : {liste(read)}.")
        click.echo(f"Bilan : {bilan(report.findings)}.")
        if "annotated" in report.more:
            click.echo(f"Copie à corriger : {common.dossier / report.more['annotated']}")
            click.echo(
                "  L’ouvrir : sa première feuille, « Erreurs », mène à chaque cellule et dit comment faire."
            )
        if "html" in report.more:
            click.echo(
                f"Page des constats, à ouvrir dans un navigateur : {common.dossier / report.more['html']}"
            )

    run("check", act, show)

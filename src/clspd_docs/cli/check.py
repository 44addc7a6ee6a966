"""``clspd-docs check``."""

from __future__ import annotations

import click

from clspd_docs.cli.common import Common, common_options, run


@click.command(options_metavar="[OPTIONS]", short_help="Relit tout et dit ce qui ne va pas, en une fois.")
@common_options
def check() -> None:
    """Relit le classeur, le catalogue et les modèles, et dit tout ce qui ne va pas, en une fois."""
    from clspd_docs.build.preview import check as check_folder  # noqa: PLC0415
    from clspd_docs.build.report import Report  # noqa: PLC0415
    from clspd_docs.build.workspace import Folder  # noqa: PLC0415
    from clspd_docs.cli.show import show_findings, summary  # noqa: PLC0415
    from clspd_docs.domain.french import liste, pluriel  # noqa: PLC0415

    def act(common: Common) -> Report:
        return check_folder(Folder(common.dossier), common.today)

    def show(report: Report, common: Common) -> None:
        show_findings(report.findings, common)
        names = {"membres": "membre", "referents": "référent", "actions": "action", "seances": "séance"}
        read = [pluriel(report.counts[key], word) for key, word in names.items() if key in report.counts]
        if read:
            click.echo(f"Classeur lu : {liste(read)}.")
        click.echo(f"Bilan : {summary(report.findings)}.")

    run("check", act, show)

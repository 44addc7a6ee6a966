"""``clspd-docs doctor``."""

from __future__ import annotations

import click

from clspd_docs.cli.common import Common, common_options, run


@click.command(options_metavar="[OPTIONS]", short_help="Dit ce que cette machine a, et ce qui lui manque.")
@common_options
def doctor() -> None:
    """Dit ce que cette machine a, et ce qui lui manque : LibreOffice, polices, droits."""
    from clspd_docs.build.doctor import checkup  # noqa: PLC0415
    from clspd_docs.build.report import Report  # noqa: PLC0415
    from clspd_docs.build.workspace import Folder  # noqa: PLC0415
    from clspd_docs.cli.show import show_findings  # noqa: PLC0415
    from clspd_docs.domain.constats import bilan  # noqa: PLC0415

    def act(common: Common) -> Report:
        seen = checkup(Folder(common.dossier))
        return Report("doctor", seen.findings, exit_code=seen.exit_code, more={"facts": seen.facts})

    def show(report: Report, common: Common) -> None:
        for label, value in report.more.get("facts", {}).items():
            click.echo(f"{label} : {value}")
        click.echo()
        show_findings(report.findings, common)
        click.echo(f"Bilan : {bilan(report.findings)}.")

    run("doctor", act, show)

"""``clspd-docs registers``: the workbook as a file: newer schema, existing lists, exports."""

from __future__ import annotations

import datetime as dt
from pathlib import PurePath
from typing import TYPE_CHECKING

import click

from clspd_docs.cli.common import Common, common_options, run
from clspd_docs.cli.registers_export import export
from clspd_docs.cli.registers_import import import_

if TYPE_CHECKING:  # heavy: imported when the command runs
    from clspd_docs.build.report import Report


@click.group(
    short_help="Met le classeur à niveau, reprend une liste existante, exporte.",
    subcommand_metavar="COMMANDE [ARGUMENTS]…",
    options_metavar="[OPTIONS]",
)
@common_options
def registers() -> None:
    """Met le classeur à niveau, reprend une liste existante, exporte le tout."""


@registers.command(
    options_metavar="[OPTIONS]", short_help="Met le classeur au format de cette version, sans rien perdre."
)
@click.option("--apercu", is_flag=True, help="Montrer seulement : rien n’est écrit.")
@click.option(
    "--neuf", is_flag=True, help="Écrire un nouveau classeur à côté, et laisser l’ancien tel qu’il est."
)
@common_options
def upgrade(*, apercu: bool, neuf: bool) -> None:
    """Met le classeur au format de cette version, sans rien perdre.

    Les feuilles, colonnes et listes nouvelles sont ajoutées ; ce que vous avez ajouté ou mis en forme reste en place.
    Une copie datée de l’ancien classeur est gardée à côté. Les listes déroulantes, notes et en-têtes figés qu’un
    autre logiciel aurait fait disparaître sont rétablis.
    """
    from clspd_docs.build.workspace import Folder  # noqa: PLC0415
    from clspd_docs.cli.show import show_findings  # noqa: PLC0415
    from clspd_docs.desk.upgrading import upgrade_workbook  # noqa: PLC0415

    def act(common: Common) -> Report:
        now = dt.datetime.now()  # noqa: DTZ005 - the desk's own clock
        if common.jour is not None:
            now = dt.datetime.combine(common.jour, now.time())
        return upgrade_workbook(Folder(common.dossier), now, fresh=neuf, preview=apercu)

    def show(report: Report, common: Common) -> None:
        show_findings(report.findings, common)
        if report.more:
            for line in sentences(report):
                click.echo(line)

    run("registers upgrade", act, show)


def sentences(report: Report) -> list[str]:
    """Return what an upgrade did, or would do, line by line."""
    from clspd_docs.domain.french import insecables  # noqa: PLC0415

    facts = report.more
    if not facts["changes"]:
        return [insecables(f"Le classeur {facts['workbook']} est à jour : rien n’a été écrit.")]
    verb = "Ce qui changerait" if facts["preview"] else "Ce qui a changé"
    lines = [f"{verb} par rapport à {facts['workbook']} :", *(f"  – {change}" for change in facts["changes"])]
    if facts["preview"]:
        lines.append(f"Aperçu : rien n’a été écrit. Le classeur mis à niveau serait {facts['path']}.")
    elif facts["backup"]:
        lines.append(f"Classeur mis à niveau : {facts['path']}")
        lines.append(f"Copie de l’ancien : {facts['backup']}")
    else:
        old, new = PurePath(facts["workbook"]), PurePath(facts["path"])
        lines += [
            f"Nouveau classeur : {new} (l’ancien n’est pas modifié).",
            "À faire :",
            f"  1. Ouvrir {new.name} et vérifier qu’il convient.",
            f"  2. Ranger {old.name} dans un autre dossier.",
            f"  3. Renommer {new.name} en clspd.xlsx : c’est alors lui qui est lu.",
        ]
    return [insecables(line) for line in lines]


registers.add_command(import_)
registers.add_command(export)

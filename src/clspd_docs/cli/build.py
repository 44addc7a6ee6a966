"""``clspd-docs build``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clspd_docs.cli.build_many import LotType, Wish, build_councils, show_councils
from clspd_docs.cli.common import Common, common_options, run

if TYPE_CHECKING:
    from clspd_docs.build.pipeline import Progress

STEPS = ("consultation", "convocation", "seance", "suites", "annuel")


@click.command(options_metavar="[OPTIONS]", short_help="Fabrique les documents et les dossiers des séances.")
@click.argument("seances", nargs=-1, metavar="[SÉANCE]…")
@click.option(
    "--etape", "etapes", multiple=True, type=click.Choice(STEPS), help="Ne préparer que cette étape."
)
@click.option("--document", metavar="CODE", help="Ne préparer que ce document du catalogue, sans dossier.")
@click.option("--force", is_flag=True, help="Refaire aussi ce qui n’a pas changé.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Nombre de LibreOffice au travail en même temps (par défaut : un par processeur).",
)
@click.option(
    "--liste",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FICHIER",
    help="Préparer plusieurs dossiers de travail : un par ligne dans ce fichier (ou répéter -C).",
)
@click.option("--lot", type=LotType(), help="De ces dossiers, ne préparer que ceux du lot (3/16).")
@click.option(
    "--ouvriers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Nombre de dossiers préparés en même temps (par défaut : un par processeur).",
)
@click.option("--grappe", metavar="ADRESSE", help="Préparer les dossiers sur une grappe dask.distributed.")
@click.option("--pourquoi", is_flag=True, help="Dire ce qui serait refait et pourquoi, sans rien faire.")
@common_options
def build(
    seances: tuple[str, ...],
    etapes: tuple[str, ...],
    document: str | None,
    *,
    force: bool,
    jobs: int | None,
    liste: Path | None,
    lot: tuple[int, int] | None,
    ouvriers: int | None,
    grappe: str | None,
    pourquoi: bool,
) -> None:
    """Fabrique les documents et les dossiers des séances (par défaut : la prochaine)."""
    from clspd_docs.build.report import Report  # noqa: PLC0415
    from clspd_docs.build.request import Options  # noqa: PLC0415
    from clspd_docs.build.workspace import Folder  # noqa: PLC0415
    from clspd_docs.cli.show import show_report  # noqa: PLC0415
    from clspd_docs.documents.catalogue import Etape  # noqa: PLC0415

    wish = Wish(liste, lot, ouvriers, grappe)
    is_many = wish.is_many(click.get_current_context().ensure_object(Common))
    if is_many and (pourquoi or jobs):
        message = "« --pourquoi » et « --jobs » sont pour un seul dossier de travail (voir « --ouvriers »)."
        raise click.UsageError(message)

    def act(common: Common) -> Report:
        options = Options(
            jour=common.today,
            seances=seances,
            steps=tuple(Etape(e) for e in etapes) or None,
            document=document,
            force=force,
            workers=jobs,
        )
        if is_many:
            with progress_line() as progress:
                return build_councils(common, wish, options, progress)
        if pourquoi:
            from clspd_docs.build.preview import explain_build  # noqa: PLC0415

            return explain_build(Folder(common.dossier), options)
        from clspd_docs.build.pipeline import build as build_folder  # noqa: PLC0415

        with progress_line() as progress:
            return build_folder(Folder(common.dossier), options, progress)

    def show(report: Report, common: Common) -> None:
        if is_many:
            show_councils(report, common)
            return
        show_report(report, common)
        for seance in dict.fromkeys(p.path.split("/")[1] for p in report.packets if p.path):
            click.echo(f"Tout voir : {common.dossier / 'sorties' / seance / 'index.html'}")

    run("build", act, show, is_for_many=True)


@contextmanager
def progress_line() -> Iterator[Progress]:
    """Show what was done last on one line of the terminal; nothing when stderr is not a terminal."""
    done = 0
    shown = sys.stderr.isatty()

    def progress(what: str) -> None:
        nonlocal done
        done += 1
        if shown:
            click.echo(f"\r\x1b[K{done} – {what}", nl=False, err=True)

    try:
        yield progress
    finally:
        if shown:
            click.echo("\r\x1b[K", nl=False, err=True)

"""``clspd-docs registers import``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clspd_docs.cli.common import Common, common_options, run

if TYPE_CHECKING:  # heavy: imported when the command runs
    from clspd_docs.build.report import Report
    from clspd_docs.findings import Finding
    from clspd_docs.registers.import_list import Imported

LISTS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods")
SHOWN = 5  # places of a kind of doubt, without --verbose
HELP = """Reprend une liste que vous avez déjà (.xlsx, .ods, .xls ou .csv) dans une feuille du classeur.

\b
Le classeur actuel ne change pas : un nouveau classeur est écrit à côté, avec une feuille « Import »
qui dit ce que chaque cellule de la liste est devenue.
  clspd-docs registers import liste.csv --feuille Membres --apercu
  clspd-docs registers import liste.csv --feuille Membres --colonne "Portable=Téléphone"

Sans --feuille, FICHIER est un classeur entier écrit par « registers export » (.json, ou dossier de .csv).
"""


@click.command(
    "import",
    options_metavar="[OPTIONS]",
    help=HELP,
    short_help="Reprend une liste existante, ou un classeur exporté, dans un nouveau classeur.",
)
@click.argument("fichier", type=click.Path(path_type=Path), metavar="FICHIER")
@click.option(
    "--feuille", metavar="FEUILLE", help="Feuille du classeur qui reçoit la liste : Membres, Référents…"
)
@click.option("--onglet", metavar="ONGLET", help="Onglet de la liste, si elle en a plusieurs.")
@click.option(
    "--colonne",
    "colonnes",
    multiple=True,
    metavar="EN-TÊTE=CHAMP",
    help="Corrige une colonne (répétable) ; « EN-TÊTE= » la garde à part.",
)
@click.option("--apercu", is_flag=True, help="Montrer seulement : rien n’est écrit.")
@common_options
def import_(
    fichier: Path, *, feuille: str | None, onglet: str | None, colonnes: tuple[str, ...], apercu: bool
) -> None:
    """Show what a list gives, and write it in a new workbook."""
    from clspd_docs.build.workspace import Folder  # noqa: PLC0415
    from clspd_docs.cli.show import show_findings  # noqa: PLC0415

    if problem := _misuse(fichier, feuille, is_option=bool(apercu or onglet or colonnes)):
        raise click.UsageError(problem)
    given: list[Imported] = []

    def act(common: Common) -> Report:
        folder = Folder(common.dossier)
        if feuille is None:
            from clspd_docs.desk.exchanging import IMPORTED, import_workbook  # noqa: PLC0415

            return import_workbook(folder, fichier, folder.path(IMPORTED))
        from clspd_docs.desk.importing import Wish, import_list  # noqa: PLC0415

        report, imported = import_list(folder, Wish(fichier, feuille, onglet, colonnes, apercu))
        given.append(imported)
        return report

    def show(report: Report, common: Common) -> None:
        if not given:
            show_findings(report.findings, common)
            if path := report.more.get("path"):
                click.echo(f"Nouveau classeur : {path}")
            return
        _show_mapping(given[0], common)
        _show_doubts(report.findings, common)
        _show_end(report, given[0], fichier)

    run("registers import", act, show)


def _misuse(source: Path, sheet: str | None, *, is_option: bool) -> str:
    """Return what is wrong with the options together; empty when they agree."""
    from clspd_docs.build.files import is_folder  # noqa: PLC0415 - as in every command

    whole = is_folder(source) or source.suffix.lower() == ".json"
    if sheet is not None and whole:
        return f"« {source.name} » est un classeur entier : le reprendre sans « --feuille »."
    if sheet is None and source.suffix.lower() in LISTS and not whole:
        return f"« {source.name} » est une liste : ajouter « --feuille Membres », ou une autre feuille."
    if sheet is None and is_option:
        return "Les options « --onglet », « --colonne » et « --apercu » vont avec « --feuille »."
    return ""


def _show_mapping(imported: Imported, common: Common) -> None:
    """Print where each column goes, and why; contents only with --verbose."""
    from clspd_docs.domain.french import nombre, pluriel  # noqa: PLC0415
    from clspd_docs.registers.fitting import Fate, fields_of  # noqa: PLC0415

    click.secho(f"Où va chaque colonne de la liste (feuille « {imported.sheet.title} »)", bold=True)
    for p in imported.proposals:
        if p.target:
            names = " + ".join(f"« {imported.sheet.column(n).header} »" for n in fields_of(p.target))
            known = "déjà connu" if _is_reference(imported, p.target) else "lisible"
            good = pluriel(round(p.share * p.filled), "cellule")
            why = f"{p.why.value} ; {known} dans {good} sur {nombre(p.filled)}"
        else:
            names = "non lue" if p.is_case_file else "gardée à part"
            why = "situations individuelles" if p.is_case_file else p.remark
        click.echo(f"  {p.letter:>2}  « {p.header} » → {names}  ({why})")
        if common.verbose:
            taken = [t for t in imported.traces if t.column == p.number and t.fate is not Fate.LEFT]
            for content in [t.content for t in taken][:2]:
                click.echo(f"        par exemple : {content.replace(chr(10), ' / ')}")
    click.echo()


def _is_reference(imported: Imported, target: str) -> bool:
    return target in imported.sheet.names and imported.sheet.column(target).ref is not None


def _show_doubts(findings: Sequence[Finding], common: Common) -> None:
    """Print the findings by kind: one sentence, the cells, what to do. Notes only with --verbose."""
    from clspd_docs.cli.show import COLOURS  # noqa: PLC0415
    from clspd_docs.domain.french import insecables, pluriel  # noqa: PLC0415
    from clspd_docs.findings import Severity, in_order  # noqa: PLC0415
    from clspd_docs.registers.import_list import TO_FILL  # noqa: PLC0415 - told at the end, in one line

    kinds: dict[str, list[Finding]] = {}
    for finding in in_order(findings):
        if finding.code != TO_FILL.code and (common.verbose or finding.kind.severity is not Severity.NOTE):
            kinds.setdefault(finding.code, []).append(finding)
    for told in sorted(kinds.values(), key=lambda f: list(Severity).index(f[0].kind.severity)):
        kind = told[0].kind
        click.secho(
            f"{kind.title} : {pluriel(len(told), 'fois', 'fois')}  [{kind.code}]", fg=COLOURS[kind.severity]
        )
        shown = told if common.verbose else told[:SHOWN]
        same = len({f.message for f in told}) == 1
        if same:
            click.echo(f"  {insecables(told[0].message)}")
        for finding in shown:
            click.echo(f"  - {_spot(finding)}{'' if same else ' : ' + insecables(finding.message)}")
        if len(told) > len(shown):
            click.echo(f"  - et {len(told) - len(shown)} autres (option « -v » pour tout voir)")
        click.echo(f"  À faire : {insecables(told[0].remedy)}\n")


def _spot(finding: Finding) -> str:
    place = finding.place
    spot = place.cell or (f"ligne {place.row}" if place.row else place.file)
    shown = (finding.value or "").replace("\n", " / ")
    column = f", colonne « {place.column} »" if place.column else ""
    return f"{spot}{column}" + (f" : « {shown} »" if shown else "")


def _show_end(report: Report, imported: Imported, source: Path) -> None:
    from clspd_docs.domain.french import liste, nombre, pluriel  # noqa: PLC0415

    more = report.more
    click.echo(
        f"Lignes de « {source.name} » : {pluriel(more['rows_read'], 'lue')}, "
        f"{pluriel(more['rows_written'], 'reprise')}, {pluriel(more['rows_refused'], 'écartée')}."
    )
    for row, reason in imported.refused.items():
        click.echo(f"  - ligne {row} écartée : {reason}.")
    if imported.bodies:
        click.echo(f"Organismes ajoutés : {len(imported.bodies)}.")
    if imported.empty:
        told = liste(f"« {header} » ({nombre(number)})" for header, number in imported.empty.items())
        click.echo(f"Cellules obligatoires que la liste laisse vides : {told}.")
    if more["path"] is None:
        click.echo("Aperçu : rien n’a été écrit.")
        return
    click.echo(f"Nouveau classeur : {more['path']} (le classeur actuel n’a pas changé).")
    click.echo(
        "À faire : l’ouvrir, relire la feuille « Import » et compléter. Pour l’adopter, mettre l’ancien classeur"
        " de côté, donner son nom au nouveau, puis lancer « clspd-docs check »."
    )

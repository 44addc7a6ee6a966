"""``clspd-docs verify``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from clspd_docs.cli.common import Common, common_options, run


@click.command(options_metavar="[OPTIONS]", short_help="Vérifie un dossier de séance ou décrit un PDF.")
@click.argument("chemin", type=click.Path(path_type=Path), metavar="DOSSIER|PDF")
@common_options
def verify(chemin: Path) -> None:
    """Vérifie un dossier de séance (empreintes, pages) ou décrit un PDF (pages, champs, PDF/A, PDF/UA)."""
    from clspd_docs.build.report import Report  # noqa: PLC0415
    from clspd_docs.build.verify import verify as verify_path  # noqa: PLC0415
    from clspd_docs.cli.show import show_findings  # noqa: PLC0415
    from clspd_docs.domain.constats import bilan  # noqa: PLC0415
    from clspd_docs.domain.french import pluriel  # noqa: PLC0415

    def act(common: Common) -> Report:
        path = chemin if chemin.exists() else common.dossier / chemin
        verified = verify_path(path)
        return Report("verify", verified.findings, more={"files": list(verified.files), **verified.chain})

    def show(report: Report, common: Common) -> None:
        show_findings(report.findings, replace(common, verbose=True))  # its remarks are the answer
        files = report.more.get("files", ())
        for facts in files:
            if common.verbose or len(files) == 1 or facts["path"].startswith("dossiers/"):
                click.echo(sentence(facts))
                if facts["proof"] and (common.verbose or len(files) == 1):
                    click.echo("\n".join(proof_lines(facts["proof"])))
        if "rank" in report.more:
            after = report.more["previous"]
            follows = f", à la suite de {after[:16]}…" if after else ""
            click.echo(f"Construction n° {report.more['rank']}{follows}. Empreinte du manifeste :")
            click.echo(f"  {report.more['manifest']}")
        click.echo(f"{pluriel(len(files), 'PDF', 'PDF')} : {bilan(report.findings)}.")

    def sentence(facts: dict[str, Any]) -> str:
        fields = facts["signature_fields"]
        signed = sum(field["signed"] for field in fields)
        claims = [name for name, value in (("PDF/A", facts["pdfa"]), ("PDF/UA", facts["pdfua"])) if value]
        words = [
            pluriel(facts["pages"], "page"),
            pluriel(len(fields), "champ de signature", "champs de signature"),
            *([f"dont {pluriel(signed, 'signé')}"] if signed else []),
            " et ".join(claims) or "sans déclaration PDF/A ni PDF/UA",
        ]
        return f"{facts['path']} : {', '.join(words)}"

    def proof_lines(proof: dict[str, Any]) -> list[str]:
        """Return what the packet tells of itself; a piece by its own digest, an annex by that of its file."""
        names = ("docx_sha256", "annex_sha256")
        pieces = [
            (piece["title"], next((piece[name] for name in names if name in piece), ""))
            for piece in proof["pieces"]
        ]
        return [
            f"  Preuve jointe : fait le {proof['made_on']} par {proof['tool']}, {proof['converter']}",
            f"    {proof['workbook']['path']} : {proof['workbook']['sha256']}",
            *(f"    {title} : {digest}" for title, digest in pieces),
        ]

    run("verify", act, show)

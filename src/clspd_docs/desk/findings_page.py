"""The page of ``check --html``: every finding, by sheet, in one file that needs no network and no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from clspd_docs.build.page import page
from clspd_docs.domain.constats import bilan
from clspd_docs.domain.french import insecables, majuscule
from clspd_docs.findings import Finding, in_order

GENERATOR: Final = '<meta name="generator" content="clspd-docs check">\n'
HEADERS: Final = ("Gravité", "Cellule", "Colonne", "Constat", "Trouvé", "À faire", "Code")
OTHER_HEADERS: Final = ("Gravité", "Endroit", "Constat", "Trouvé", "À faire", "Code")
MORE_STYLE: Final = """
th[scope=row] { white-space: nowrap; font-weight: 700; }
.error { color: #8A1C1C; } .warning { color: #6B4E00; } .note { color: #1F3864; }
table.feuille { table-layout: fixed; }
table.feuille th:nth-child(1), table.feuille th:nth-child(2) { width: 8%; }
table.feuille th:nth-child(3), table.feuille th:nth-child(5) { width: 12%; }
table.feuille th:nth-child(7) { width: 7%; }
th { overflow-wrap: break-word; } td { overflow-wrap: anywhere; } td.fixe { white-space: nowrap; overflow-wrap: normal; }
:target { background: #FFF3C4; }
@page { size: A4 landscape; margin: 12mm; }
@media print { body { margin: 0; max-width: none; font-size: 9pt; } h2 { break-after: avoid; } tr { break-inside: avoid; } nav { display: none; } }
"""


def findings_page(findings: Sequence[Finding], file: str) -> str:
    """Return the page of all the findings.

    Args:
        findings: In any order.
        file: Name of the workbook; the findings of other files come after its own.
    """
    ordered = in_order(findings)
    groups: dict[str, list[Finding]] = {}
    for finding in sorted(ordered, key=lambda f: f.place.file != file):
        inside = finding.place.file == file
        title = f"Feuille « {finding.place.sheet} »" if inside and finding.place.sheet else finding.place.file
        groups.setdefault(title, []).append(finding)
    title = insecables("Ce que « clspd-docs check » a trouvé")
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="sous-titre">{escape(insecables(f"{majuscule(bilan(ordered))}. Classeur : {file}"))}</p>',
    ]
    if groups:
        body.append(_contents(groups))
        body += [_section(number, *group, file) for number, group in enumerate(groups.items(), 1)]
    else:
        body.append("<p>Rien à corriger.</p>")
    return page(title, body, head=GENERATOR, style=MORE_STYLE)


def _contents(groups: dict[str, list[Finding]]) -> str:
    lines = (
        f'<li><a href="#groupe-{number}">{escape(title)}</a> : {escape(bilan(found))}</li>'
        for number, (title, found) in enumerate(groups.items(), 1)
    )
    return f'<nav aria-label="Sommaire">\n<ul>\n{"".join(lines)}\n</ul>\n</nav>'


def _section(number: int, title: str, findings: Sequence[Finding], file: str) -> str:
    inside = findings[0].place.file == file
    head = "".join(f'<th scope="col">{name}</th>' for name in (HEADERS if inside else OTHER_HEADERS))
    rows = "\n".join(_row(f"{number}-{n}", finding, inside=inside) for n, finding in enumerate(findings, 1))
    kind = "feuille" if inside else "autre"
    return (
        f'<h2 id="groupe-{number}">{escape(title)}</h2>\n<table class="{kind}">\n'
        f"<caption>{escape(bilan(findings))}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"
    )


def _row(name: str, finding: Finding, *, inside: bool) -> str:
    place, severity = finding.place, finding.kind.severity
    spot = place.cell or (f"ligne {place.row}" if place.row else "")
    if inside:
        spots = [("fixe", spot), ("", place.column or "")]
    else:
        sheet = place.sheet and f"feuille « {place.sheet} »"
        spots = [("", ", ".join(filter(None, (sheet, spot, place.column, place.part))))]
    cells = [
        *spots,
        ("", insecables(finding.message)),
        ("", finding.value or ""),
        ("", insecables(finding.remedy)),
        ("fixe", finding.code),
    ]
    columns = "".join(
        f'<td class="{kind}">{escape(text)}</td>' if kind else f"<td>{escape(text)}</td>"
        for kind, text in cells
    )
    return (
        f'<tr id="constat-{name}"><th scope="row" class="{severity.value}">'
        f"{majuscule(severity.french)}</th>{columns}</tr>"
    )

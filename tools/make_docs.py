"""Write the pages of docs/ that come from the program: findings, columns of the workbook, JSON form of the registers."""

from __future__ import annotations

from pathlib import Path

from clspd_docs.cli.kinds import markdown
from clspd_docs.registers.exchange_schema import json_schema
from clspd_docs.registers.schema import Layout
from clspd_docs.registers.sheets import SHEETS

DOCS = Path(__file__).resolve().parents[1] / "docs"


def columns() -> str:
    """Return docs/classeur.md."""
    lines = [
        "# Le classeur, feuille par feuille",
        "",
        "Page écrite par le programme (`python tools/make_docs.py`) : ne pas la modifier à la main.",
        "Les colonnes marquées d’un astérisque sont obligatoires.",
    ]
    for sheet in SHEETS:
        first = "Ligne" if sheet.layout is Layout.RECORD else "Colonne"
        lines += [
            "",
            f"## {sheet.title}",
            "",
            sheet.purpose,
            "",
            f"| {first} | Contenu | À quoi cela sert |",
            "|---|---|---|",
        ]
        for column in sheet.columns:
            star = " *" if column.required else ""
            lines.append(f"| {column.header}{star} | {column.expected} | {column.help} |")
    return "\n".join(lines) + "\n"


PAGES = {"constats.md": markdown, "classeur.md": columns, "registres.schema.json": json_schema}


if __name__ == "__main__":
    for name, write in PAGES.items():
        (DOCS / name).write_text(write(), encoding="utf-8")

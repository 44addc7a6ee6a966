"""Every kind of finding, gathered from the modules that declare them; the source of docs/constats.md."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module

import clspd_docs
from clspd_docs.findings import Kind, all_kinds

FAMILIES = {
    "REG": "Registres : le classeur et ses cellules",
    "COH": "Cohérence entre les registres",
    "LEG": "La loi et ses échéances",
    "MOD": "Modèles Word et catalogue",
    "FUS": "Fusion : le document d’un destinataire",
    "PDF": "Conversion en PDF",
    "DOS": "Dossiers",
    "ENV": "Machine et dossier de travail",
}


def declared_kinds() -> dict[str, Kind]:
    """Return every kind of the program, by code."""
    for module in pkgutil.walk_packages(clspd_docs.__path__, "clspd_docs."):
        if not module.name.startswith("clspd_docs.cli"):
            import_module(module.name)
    return all_kinds()


def _shown(pattern: str) -> str:
    """Return a sentence as it reads, « … » in the place of what the program finds."""
    shown = re.sub(r"(?<!\{)\{\w+\}(?!\})", "…", pattern)
    return shown.replace("{{", "{").replace("}}", "}")


def page(kind: Kind) -> str:
    """Return the text of one kind, in French."""
    lines = [
        f"{kind.code} – {kind.title} ({kind.severity.french})",
        "",
        f"Ce qui est dit : {_shown(kind.sentence)}",
        f"À faire : {_shown(kind.remedy)}",
    ]
    if kind.bad:
        lines.append(f"À éviter : {kind.bad}")
    if kind.good:
        lines.append(f"Correct : {kind.good}")
    return "\n".join(lines)


def markdown() -> str:
    """Return docs/constats.md."""
    kinds = declared_kinds()
    lines = [
        "# Les constats et leurs codes",
        "",
        "Page écrite par le programme (`python tools/make_docs.py`) : ne pas la modifier à la main.",
        "Les points de suspension tiennent la place de ce que le programme a trouvé.",
        "`clspd-docs explain CODE` affiche la même chose.",
    ]
    for prefix, title in FAMILIES.items():
        lines += ["", f"## {title}"]
        for code, kind in kinds.items():
            if code.startswith(prefix):
                lines += [
                    "",
                    f"### {code} – {kind.title}",
                    "",
                    f"*{kind.severity.french.capitalize()}.* {_shown(kind.sentence)}",
                    "",
                ]
                lines.append(f"**À faire.** {_shown(kind.remedy)}")
                if kind.bad or kind.good:
                    shown = [f"à éviter : `{kind.bad}`"] * bool(kind.bad) + [
                        f"correct : `{kind.good}`"
                    ] * bool(kind.good)
                    lines += ["", "Exemple – " + " ; ".join(shown) + "."]
    return "\n".join(lines) + "\n"

"""Write annexes/bilan-2026.pdf, the paper joined to the example's agenda, from the example's own registers.

A real council puts its own PDF there; this one is made with the kit of the templates, and converted like them.
Usage: python -m tools.make_annexes
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from tools.templates.kit import cell, document, each, each_row, heading, label, p, portrait, row, table

from clspd_docs.build.workspace import WORKBOOK, Folder
from clspd_docs.conversion.engine import Job
from clspd_docs.conversion.find import find_office
from clspd_docs.conversion.libreoffice import LibreOffice
from clspd_docs.documents.contexts import Plan
from clspd_docs.documents.view import Trace
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.spec import PacketSpec, Part
from clspd_docs.registers.council import council
from clspd_docs.registers.read import read
from clspd_docs.templates.package import open_template

ROOT = Path(__file__).resolve().parents[1]
TITLE = "Bilan 2026 des actions"
DAY = dt.date(2026, 11, 30)


def paper() -> bytes:
    """Return the Word file, with its tags."""
    figures = table(
        (18, 92, 26, 24),
        row(label("N°"), label("Action"), label("État"), label("Avancement"), header=True)
        + each_row(
            "f in a.fiches",
            row(
                cell("{{ f.action.id }}"),
                cell("{{ f.action.intitule }}"),
                cell("{{ f.etat }}"),
                cell(
                    "{% if f.action.avancement is not none %}{{ f.action.avancement }} %{% else %}–{% endif %}"
                ),
            ),
        ),
    )
    return document(
        TITLE,
        TITLE,
        portrait(
            heading(0, TITLE),
            p(
                "{{ parametres.forme }} {{ parametres.collectivite|de }} – {{ parametres.nom_instance }}",
                "Sous-titre",
            ),
            p(
                "Ce bilan rend compte de l’avancement des actions au 30 novembre 2026. Il ne contient que des données "
                "d’ensemble ; les indicateurs détaillés figurent dans le plan local."
            ),
            each("a in plan.axes", heading(1, "{{ a.axe.intitule }}"), p("{{ a.axe.ambition }}"), figures),
        ),
    )


def main() -> None:
    """Render, convert, finish, write."""
    book, _ = read(ROOT / WORKBOOK, WORKBOOK)
    conseil, _ = council(book)
    trace = Trace()
    names = {
        "parametres": trace.view(conseil.parametres),
        "plan": trace.view(Plan(conseil=conseil, jour=DAY)),
        "fixe_le": dt.datetime.combine(DAY, dt.time()),
    }
    with tempfile.TemporaryDirectory() as folder:
        template, docx, pdf = (Path(folder) / name for name in ("m.docx", "a.docx", "a.pdf"))
        template.write_bytes(paper())
        opened = open_template(template, "m.docx").template
        assert opened is not None
        rendered = opened.render(names)
        assert rendered.docx is not None, rendered.findings
        docx.write_bytes(rendered.docx)
        with LibreOffice(find_office(Folder(ROOT).settings().soffice)) as engine:
            (result,) = engine.convert([Job("a", "bilan", docx, pdf)])
        assert result.finding is None, result.finding
        when = dt.datetime.combine(DAY, dt.time(12), tzinfo=dt.UTC)
        spec = PacketSpec(TITLE, "Ville d’Évrigny-les-Forges", TITLE, when)
        packet = assemble(spec, [Part("bilan", TITLE, pdf.read_bytes())])
    (ROOT / "annexes" / "bilan-2026.pdf").write_bytes(packet.pdf)


if __name__ == "__main__":
    main()

"""index.html of a session: what was made, for whom, what is held and why, with links."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from clspd_docs.build.manifest import DocumentRecord, Manifest, PacketRecord
from clspd_docs.domain.conseil import Conseil
from clspd_docs.domain.french import heure, jour, pluriel
from clspd_docs.domain.seances import Seance

STYLE: Final = """
:root { color-scheme: light; }
body { font: 1rem/1.5 Carlito, Calibri, 'Segoe UI', sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
       color: #1b1b1b; background: #fff; }
h1 { color: #1F3864; margin-bottom: .2rem; } h2 { color: #1F3864; margin-top: 2.2rem; }
p.sous-titre { margin-top: 0; color: #444; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; padding-bottom: .4rem; color: #444; }
th, td { text-align: left; vertical-align: top; padding: .35rem .7rem .35rem 0; border-bottom: 1px solid #ccc; }
td.nombre, th.nombre { text-align: right; } a { color: #1F4E9E; }
.retenu { border-left: .4rem solid #A4262C; padding: .2rem 1rem; margin: .8rem 0; background: #FBF1F1; }
.retenu ul { margin: .3rem 0; }
"""


def index_page(conseil: Conseil, seance: Seance, manifest: Manifest) -> str:
    """Return the page of a session."""
    title = f"{conseil.parametres.sigle or 'Conseil'} – séance {seance.id}"
    when = f"{jour(seance.date, semaine=True)}" if seance.date else "date à fixer"
    if seance.heure:
        when += f" à {heure(seance.heure)}"
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="sous-titre">{escape(f"{seance.formation}, {when}")}</p>',
        _held(manifest),
        "<h2>Dossiers</h2>",
        _packets(manifest.packets),
        "<h2>Documents</h2>",
        _documents(manifest.documents),
    ]
    return page(title, body)


def page(title: str, body: Iterable[str], *, head: str = "", style: str = "") -> str:
    """Return an HTML page of the parts of ``body`` that are not empty; it needs no server, script or network.

    Args:
        title: As text.
        body: As HTML.
        head: More of the page's head, as HTML.
        style: After the style that our pages share.
    """
    return (
        f'<!DOCTYPE html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n{head}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}{style}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in body if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _held(manifest: Manifest) -> str:
    if not manifest.held:
        return ""
    blocks = []
    for held in manifest.held:
        reasons = "".join(f"<li>{escape(reason)}</li>" for reason in held.reasons)
        blocks.append(f'<div class="retenu"><strong>{escape(held.title)}</strong><ul>{reasons}</ul></div>')
    count = pluriel(len(manifest.held), "pièce")
    return (
        f"<h2>Ce qui est retenu</h2>\n<p>{escape(count)} à débloquer en corrigeant le classeur ou le modèle.</p>\n"
        + "\n".join(blocks)
    )


def _packets(packets: tuple[PacketRecord, ...]) -> str:
    rows = []
    for packet in packets:
        note = f" – sans : {', '.join(packet.held_pieces)}" if packet.held_pieces else ""
        rows.append(
            f'<tr><td><a href="{escape(packet.path)}">{escape(packet.title)}</a>{escape(note)}</td>'
            f'<td class="nombre">{packet.pages}</td><td class="nombre">{len(packet.signature_fields) + packet.boxes}</td></tr>'
        )
    head = '<tr><th scope="col">Dossier</th><th scope="col" class="nombre">Pages</th><th scope="col" class="nombre">Signatures</th></tr>'
    caption = f"<caption>{escape(pluriel(len(packets), 'dossier'))}, prêts à signer ou à envoyer</caption>"
    return f"<table>{caption}<thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"


def _documents(documents: tuple[DocumentRecord, ...]) -> str:
    rows = [
        f'<tr><td><a href="{escape(d.path)}">{escape(d.title)}</a>{" (projet)" if d.draft else ""}</td>'
        f'<td><a href="{escape(d.docx)}">Word</a></td><td class="nombre">{d.pages}</td></tr>'
        for d in documents
    ]
    head = '<tr><th scope="col">Document</th><th scope="col">Version Word</th><th scope="col" class="nombre">Pages</th></tr>'
    caption = f"<caption>{escape(pluriel(len(documents), 'document'))}</caption>"
    return f"<table>{caption}<thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"

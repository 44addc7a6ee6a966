"""What the text of a PDF is searched for: what its readers may not see, and nothing that they may."""

from __future__ import annotations

from pathlib import Path

import pytest
from pikepdf import Dictionary, String

from builders.conseils import Registres, registres
from builders.pdf import opened, pdf, saved
from clspd_docs.build.proof import Needle, Proof, leaks
from clspd_docs.domain.listes import Diffusion
from clspd_docs.origin import Place
from clspd_docs.packets.letters import Letters, squeezed

PUBLIQUE, INTERNE, GROUPE = Diffusion
SECRET = "Renforcer la présence des médiateurs le mardi soir."


def proof(rows: Registres) -> Proof:
    return Proof(rows.conseil(), rows.book())


def looked_for(rows: Registres, seance: str, readers: Diffusion) -> set[str]:
    return {needle.letters for needle in proof(rows).needles(seance, readers)}


def decided(level: Diffusion, text: str = SECRET) -> Registres:
    rows = registres()
    return rows.change("decisions", 0, texte=text, diffusion=level)


def seance_of(rows: Registres) -> str:
    return str(rows.row("decisions")["seance"])


@pytest.mark.parametrize(
    ("level", "readers", "own", "found"),
    [
        (PUBLIQUE, PUBLIQUE, True, False),
        (INTERNE, PUBLIQUE, True, True),
        (INTERNE, INTERNE, True, False),
        (INTERNE, PUBLIQUE, False, True),
        (INTERNE, INTERNE, False, False),
        (GROUPE, INTERNE, True, True),
        (GROUPE, GROUPE, True, False),
        (GROUPE, GROUPE, False, True),
    ],
)
def test_readers_see_their_level_and_nothing_of_another_group(
    level: Diffusion, readers: Diffusion, own: bool, found: bool
) -> None:
    rows = decided(level)
    seance = seance_of(rows) if own else "X-2000-01"
    assert (squeezed(SECRET) in looked_for(rows, seance, readers)) == found


def test_short_formulas_are_not_looked_for() -> None:
    rows = decided(INTERNE, "Avis favorable à l’unanimité.")
    assert "avisfavorablealunanimite" not in looked_for(rows, seance_of(rows), PUBLIQUE)


@pytest.mark.parametrize(
    "text",
    [
        "La famille du hall B ne coopère pas. Elle sera reçue.",
        "Faut-il saisir le juge des enfants\u00a0? La mairie attend.",
        "Elle dit «\u00a0nous ne viendrons pas à la réunion\u00a0». La mairie attend.",
    ],
)
def test_a_sentence_ends_whatever_its_last_word(text: str) -> None:
    first = squeezed(text[: text.index(". ") if ". E" in text else text.rindex(" La")])
    rows = decided(INTERNE, text)
    assert first in looked_for(rows, seance_of(rows), PUBLIQUE)


def test_what_is_said_and_not_drawn_is_searched(tmp_path: Path) -> None:
    document = opened(pdf("Bonjour"))
    document.Root.Note = document.make_indirect(Dictionary(Alt=String(SECRET)))
    (tmp_path / "a.pdf").write_bytes(saved(document))
    rows = decided(INTERNE)
    (told,) = proof(rows).faults(tmp_path / "a.pdf", seance_of(rows), PUBLIQUE, "a.pdf")
    assert told.code == "DOS404"


def test_each_long_sentence_is_looked_for_but_no_half_of_an_article() -> None:
    rows = decided(INTERNE, f"{SECRET} Voir. Appliquer aussitôt les art. L. 132-5 et D. 132-10 du code.")
    found = looked_for(rows, seance_of(rows), PUBLIQUE)
    assert {squeezed(SECRET), squeezed("Appliquer aussitôt les art. L. 132-5 et D. 132-10 du code.")} <= found


def test_what_also_stands_in_a_cell_that_readers_may_see_is_not_looked_for() -> None:
    rows = decided(INTERNE)
    rows.change("points", 0, synthese=f"Rappel : {SECRET}", diffusion=PUBLIQUE)
    assert squeezed(SECRET) not in looked_for(rows, seance_of(rows), PUBLIQUE)
    rows = decided(INTERNE)
    rows.change("actions", 0, description=SECRET)
    assert squeezed(SECRET) not in looked_for(rows, seance_of(rows), PUBLIQUE)


def test_mark_changes_with_what_is_looked_for_and_is_empty_when_nothing_is() -> None:
    rows = decided(INTERNE)
    before = proof(rows).mark(seance_of(rows), PUBLIQUE)
    assert before != proof(decided(INTERNE, "Un tout autre texte, assez long.")).mark(
        seance_of(rows), PUBLIQUE
    )
    assert before == proof(decided(INTERNE)).mark(seance_of(rows), PUBLIQUE)
    assert proof(rows).mark(seance_of(rows), GROUPE) == ""


PLACE = Place("registers/clspd.xlsx", "Décisions", "E4", 4, "Texte")
NEEDLE = Needle(PLACE, squeezed(SECRET))


@pytest.mark.parametrize(
    ("pages", "page"),
    [
        ([Letters("bonjour", ""), Letters(f"voici{squeezed(SECRET)}fin", "")], 2),
        ([Letters("renforcerlapresencedes", "pied"), Letters("mediateurslemardisoir", "")], 1),
        ([Letters("", ""), Letters("", ""), Letters("texte", f"x{squeezed(SECRET)}")], 3),
    ],
)
def test_hit_names_the_cell_and_the_page_and_never_the_text(pages: list[Letters], page: int) -> None:
    (finding,) = leaks(pages, [NEEDLE], "dossiers/suites.pdf")
    assert (finding.code, finding.place, finding.is_error) == ("DOS404", PLACE, True)
    assert f"page {page} de" in finding.message.replace("\u00a0", " ")
    assert "médiateurs" not in finding.message + finding.remedy


def test_text_that_is_not_there_gives_nothing() -> None:
    assert leaks([Letters("renforcerlapresence", ""), Letters("demediateurs", "")], [NEEDLE], "a.pdf") == ()

"""The copy room's batch, the labels and the envelopes, as the catalogue asks for them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from clspd_docs.build.loading import Loaded
from conftest import Built
from office.test_build_changes import change
from office.test_signatures_office import build, conforms, copy

pytestmark = [pytest.mark.office, pytest.mark.xdist_group("example")]

__all__ = ["copy"]  # the fixture: a copy of the built folder

LABELS = """
[[dossier]]
code = "etiquettes"
titre = "Étiquettes des convocations"
par = "seance"
etapes = ["convocation"]
lecteurs = "groupe"
pieces = ["convocation-pleniere"]
etiquettes = "L7160"
"""


def packet(answer: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(p for p in answer["packets"] if p["packet"] == code)
    return found


def shown(path: Path) -> list[str]:
    done = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True)
    return [" ".join(page.split()) for page in done.stdout.decode().split("\f")[:-1]]


def test_the_batch_has_the_letters_on_paper_by_channel_then_postcode_each_on_its_sheet(
    built: Built, loaded: Loaded
) -> None:
    made = packet(built.answer, "tirage")
    assert made["signature_fields"] == []
    pages = shown(built.root / made["path"])
    seance = loaded.conseil.seance("P-2027-02")
    assert seance is not None
    on_paper = [m for m in loaded.conseil.convoques(seance) if m.canal in {"recommandé", "courrier"}]
    starts = [part["first_page"] for part in made["parts"]]
    assert all(start % 2 for start in starts)
    titles = [part["title"] for part in made["parts"]]
    assert [t for t in titles if not t.startswith("Convocation")] == [
        "Bon de tirage",
        "Séparation – Recommandé",
        "Séparation – Courrier",
        "Séparation – Remise en main propre",
    ]
    middle = titles[4 : titles.index("Séparation – Remise en main propre")]
    codes = []
    for title in middle:
        member = next(
            m
            for m in on_paper
            if title.removeprefix("Convocation à la séance plénière – ").startswith(m.nom_complet)
        )
        codes.append(member.adresse_de.code_postal or "")
    assert len(codes) == 8
    assert codes == sorted(codes)
    assert "Ne s’impriment pas : courriel (25), plateforme (1)." in pages[0]
    assert f"En tout : {len(titles) - 4} plis" in pages[0]
    assert all(
        "page 1 sur" in pages[start - 1]
        for start, t in zip(starts, titles, strict=True)
        if t.startswith("Conv")
    )


def test_a_changed_channel_redoes_the_batch_and_no_letter_and_a_held_letter_is_named_on_its_first_sheet(
    copy: Path,
) -> None:
    change(copy, "Membres", "M013", "Canal", "courrier")
    answer = build(copy)
    assert packet(answer, "tirage")["state"] == "built"
    assert any("M013" in reason for reason in packet(answer, "tirage")["reasons"])
    change(copy, "Membres", "M005", "Titre", "Titre-inconnu")
    answer = build(copy)
    assert packet(answer, "tirage")["state"] == "built"
    (place,) = [
        f["place"]["file"]
        for f in answer["findings"]
        if f["code"] == "DOS402" and "tirage" in f["place"]["file"]
    ]
    assert place.endswith("dossiers/tirage.pdf")
    first = shown(copy / packet(answer, "tirage")["path"])[0]
    assert "Retenu, à tirer plus tard" in first


def test_labels_and_measured_envelopes_are_asked_for_in_the_catalogue(copy: Path) -> None:
    catalogue = copy / "templates_docx/catalogue.toml"
    text = catalogue.read_text(encoding="utf-8") + LABELS
    text = text.replace(
        'code = "convocation-pleniere"\n', 'code = "convocation-pleniere"\nenveloppe = "DL"\n', 1
    )
    catalogue.write_text(text, encoding="utf-8")
    change(
        copy,
        "Membres",
        "M005",
        "Adresse – voie",
        "1234 RUE DU GENERAL DE LATTRE DE TASSIGNY PROLONGEE ET AVENUE",
    )
    change(copy, "Membres", "M005", "Code postal", "99000")
    change(copy, "Membres", "M005", "Ville", "Castelnoy")
    answer = build(copy)
    made = packet(answer, "etiquettes")
    conforms(copy / made["path"])
    (sheet,) = shown(copy / made["path"])
    assert "TASSIGNY" in sheet
    assert made["pages"] == 1
    hidden = {f["place"]["row"] for f in answer["findings"] if f["code"] in {"DOS221", "DOS223"}}
    assert hidden == {6}
    assert {p["state"] for p in build(copy)["packets"]} == {"unchanged"}

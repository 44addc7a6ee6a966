"""The catalogue is read with its faults told at their block; a block with a fault is left out, the others stay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clspd_docs.documents.catalogue import (
    DOCUMENT_KEYS,
    DOSSIER_KEYS,
    Catalogue,
    Enveloppe,
    Etape,
    Etiquettes,
    Pour,
    read_catalogue,
)
from clspd_docs.domain.listes import Diffusion, Formation
from clspd_docs.domain.signature import Signature
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Finding
from clspd_docs.packets.envelopes import WINDOWS
from clspd_docs.packets.labels import SHEETS

FILE = "templates_docx/catalogue.toml"
SHIPPED = Path(__file__).parents[2] / FILE
CHARTE = """
[[document]]
code = "charte"
titre = "Charte"
modele = "charte.docx"
pour = "groupe"
etapes = ["annuel"]
"""
DOSSIER = """
[[dossier]]
code = "charte"
titre = "Charte à signer"
par = "groupe"
etapes = ["annuel"]
lecteurs = "interne"
pieces = ["charte"]
"""


def catalogue(folder: Path, text: str) -> tuple[Catalogue, list[Finding]]:
    (folder / "charte.docx").touch()
    path = folder / "catalogue.toml"
    path.write_text(text, encoding="utf-8")
    return read_catalogue(path, FILE)


def told(findings: list[Finding]) -> list[tuple[str, str | None]]:
    return [(f.code, f.place.part) for f in findings]


def without(text: str, key: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(f"{key} "))


def test_the_shipped_catalogue_is_sound() -> None:
    found, findings = read_catalogue(SHIPPED, FILE)
    assert findings == []
    assert {d.pour for d in found.documents.values()} >= {Pour.SEANCE, Pour.DESTINATAIRE, Pour.GROUPE}
    assert {e for d in found.documents.values() for e in d.etapes} == set(Etape)


def test_every_shipped_document_is_a_piece_of_a_packet() -> None:
    found, _ = read_catalogue(SHIPPED, FILE)
    assert set(found.documents) == {p for d in found.dossiers.values() for p in d.pieces} - {"annexes"}


def test_the_shipped_catalogue_explains_every_line_that_a_block_may_hold() -> None:
    comments = [line for line in SHIPPED.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    words = {word.strip(",;") for line in comments for word in line.split()}
    assert (DOCUMENT_KEYS.keys() | DOSSIER_KEYS.keys()) - words == set()


def test_a_block_has_its_values_typed_and_its_defaults(tmp_path: Path) -> None:
    found, findings = catalogue(tmp_path, CHARTE + DOSSIER)
    assert findings == []
    document, dossier = found.documents["charte"], found.dossiers["charte"]
    assert (document.pour, document.etapes, document.diffusion) == (
        Pour.GROUPE,
        (Etape.ANNUEL,),
        Diffusion.INTERNE,
    )
    assert document.formations == tuple(Formation)
    assert (document.projet_sauf, document.si) == (None, ())
    assert (dossier.par, dossier.pieces, dossier.lecteurs) == (Pour.GROUPE, ("charte",), Diffusion.INTERNE)
    assert (dossier.couverture, dossier.sommaire, dossier.recto, dossier.numerotation) == (
        None,
        None,
        False,
        "",
    )
    assert found.templates() == ("charte.docx",)


def test_an_empty_catalogue_makes_nothing(tmp_path: Path) -> None:
    found, findings = catalogue(tmp_path, "")
    assert (found.documents, found.dossiers, findings) == ({}, {}, [])


@pytest.mark.parametrize("key", [name for name, key in DOCUMENT_KEYS.items() if key.required])
def test_a_document_without_a_required_line_is_left_out(tmp_path: Path, key: str) -> None:
    found, findings = catalogue(tmp_path, without(CHARTE, key))
    name = "n° 1" if key == "code" else "charte"
    assert told(findings) == [("MOD204", f"document « {name} »")]
    assert found.documents == {}


@pytest.mark.parametrize("key", [name for name, key in DOSSIER_KEYS.items() if key.required])
def test_a_packet_without_a_required_line_is_left_out(tmp_path: Path, key: str) -> None:
    found, findings = catalogue(tmp_path, CHARTE + without(DOSSIER, key))
    name = "n° 1" if key == "code" else "charte"
    assert told(findings) == [("MOD204", f"dossier « {name} »")]
    assert found.dossiers == {}
    assert list(found.documents) == ["charte"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('pour = "groupe"', 'pour = "membres"'),
        ('pour = "groupe"', "pour = 3"),
        ('etapes = ["annuel"]', 'etapes = "annuel"'),
        ('etapes = ["annuel"]', 'etapes = ["annuelle"]'),
        ('titre = "Charte"', "titre = true"),
        ('code = "charte"', 'code = "Charte signée"'),
        ('code = "charte"', 'code = "../charte"'),
        ('code = "charte"', f'code = "{"c" * 41}"'),
    ],
)
def test_a_wrong_value_is_told_with_what_is_expected(tmp_path: Path, old: str, new: str) -> None:
    found, findings = catalogue(tmp_path, CHARTE.replace(old, new))
    assert [f.code for f in findings] == ["MOD205"]
    assert "il faut" in findings[0].message
    assert found.documents == {}


@pytest.mark.parametrize("line", ['recto = "oui"', "numerotation = 3", "pieces = [3]"])
def test_a_wrong_value_in_a_packet_is_told(tmp_path: Path, line: str) -> None:
    text = without(DOSSIER, line.split(maxsplit=1)[0]) + f"\n{line}\n"
    assert [f.code for f in catalogue(tmp_path, CHARTE + text)[1]] == ["MOD205"]


def test_an_unknown_line_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    _, findings = catalogue(tmp_path, CHARTE + 'modèle = "x"\n'.replace("modèle", '"modèle"'))
    assert told(findings) == [("MOD203", "document « charte »")]
    assert findings[0].message.endswith("Vouliez-vous « modele » ?")


def test_an_unknown_block_is_told(tmp_path: Path) -> None:
    _, findings = catalogue(tmp_path, CHARTE + "\n[[documents]]\ncode = 'x'\n")
    assert told(findings) == [("MOD203", None)]


@pytest.mark.parametrize("text", ["document = 3", "document = [3]", "[document]\ncode = 'charte'"])
def test_a_block_in_single_brackets_is_told(tmp_path: Path, text: str) -> None:
    found, findings = catalogue(tmp_path, text)
    assert told(findings) == [("MOD205", None)]
    assert "[[document]]" in findings[0].message
    assert found.documents == {}


def test_a_code_is_taken_once(tmp_path: Path) -> None:
    found, findings = catalogue(tmp_path, CHARTE + CHARTE.replace("Charte", "Autre charte"))
    assert told(findings) == [("MOD206", "document « charte »")]
    assert found.documents["charte"].titre == "Charte"


def test_an_unknown_piece_is_told_with_the_nearest_code(tmp_path: Path) -> None:
    found, findings = catalogue(tmp_path, CHARTE + DOSSIER.replace('["charte"]', '["chartes"]'))
    assert told(findings) == [("MOD207", "dossier « charte »")]
    assert found.dossiers == {}
    assert findings[0].message.endswith("Vouliez-vous « charte » ?")


def test_a_piece_whose_block_has_a_fault_is_told_as_left_out(tmp_path: Path) -> None:
    found, findings = catalogue(tmp_path, CHARTE.replace('pour = "', 'enveloppe = "dl"\npour = "') + DOSSIER)
    assert told(findings) == [("MOD205", "document « charte »"), ("MOD222", "dossier « charte »")]
    assert found.dossiers == {}


@pytest.mark.parametrize("piece", list(Diffusion))
@pytest.mark.parametrize("readers", list(Diffusion))
def test_a_piece_never_enters_a_packet_open_to_more_readers(
    tmp_path: Path, piece: Diffusion, readers: Diffusion
) -> None:
    text = CHARTE + f'diffusion = "{piece}"\n' + DOSSIER.replace('"interne"', f'"{readers}"')
    order = list(Diffusion)
    expected = [("MOD208", "dossier « charte »")] if order.index(piece) > order.index(readers) else []
    found, findings = catalogue(tmp_path, text)
    assert told(findings) == expected
    assert bool(found.dossiers) is not bool(expected)


def test_a_missing_template_is_told_once(tmp_path: Path) -> None:
    text = CHARTE.replace("charte.docx", "absent.docx") + DOSSIER + 'couverture = "absent.docx"\n'
    _, findings = catalogue(tmp_path, text)
    assert told(findings) == [("MOD209", None)]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    text = without(CHARTE, "titre").replace('pour = "groupe"', 'pour = "tous"\nxyz = 1')
    assert sorted(f.code for f in catalogue(tmp_path, text)[1]) == ["MOD203", "MOD204", "MOD205"]


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ('[[document]]\ncode = "x\n', "ligne 2, caractère 10"),
        ("[[document]]\npieces = [", "la fin du fichier manque"),
        ("x = " + "[" * 5000, "la fin du fichier manque"),
    ],
)
def test_a_text_that_is_no_toml_stops_with_its_line(tmp_path: Path, text: str, detail: str) -> None:
    with pytest.raises(Stop) as stop:
        catalogue(tmp_path, text)
    assert stop.value.finding.code == "MOD202"
    assert stop.value.exit_code is ExitCode.NOTHING_READ
    assert detail in stop.value.finding.message


def test_a_catalogue_in_another_encoding_stops(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_bytes('titre = "Procès-verbal"'.encode("latin-1"))
    with pytest.raises(Stop) as stop:
        read_catalogue(path, FILE)
    assert stop.value.finding.code == "MOD202"


def test_the_mark_that_notepad_puts_before_a_text_is_no_fault(tmp_path: Path) -> None:
    assert catalogue(tmp_path, "\ufeff" + CHARTE)[1] == []


def test_a_missing_catalogue_stops(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.toml", tmp_path):
        with pytest.raises(Stop) as stop:
            read_catalogue(path, FILE)
        assert stop.value.finding.code == "MOD201"


LETTER = CHARTE.replace('"groupe"', '"destinataire"')
BATCH = DOSSIER.replace('"groupe"', '"seance"') + "tirage = true\n"


def test_a_packet_for_the_copy_room_is_signed_by_hand_unless_it_says_otherwise(tmp_path: Path) -> None:
    found, findings = catalogue(tmp_path, LETTER + BATCH)
    assert findings == []
    dossier, document = found.dossiers["charte"], found.documents["charte"]
    assert (document.signature, dossier.signed(document)) == (Signature.CHAMPS, Signature.PAPIER)
    found, _ = catalogue(tmp_path, LETTER + BATCH + 'signature = "i-parapheur"\n')
    assert found.dossiers["charte"].signed(document) is Signature.I_PARAPHEUR


def test_a_packet_follows_its_pieces_unless_it_says_how_it_is_signed(tmp_path: Path) -> None:
    found, _ = catalogue(tmp_path, CHARTE + 'signature = "papier"\n' + DOSSIER)
    dossier, document = found.dossiers["charte"], found.documents["charte"]
    assert dossier.signed(document) is Signature.PAPIER
    assert replace(dossier, signature=Signature.CHAMPS).signed(document) is Signature.CHAMPS


@pytest.mark.parametrize(
    ("text", "part", "reason"),
    [
        (CHARTE + BATCH, "dossier « charte »", "une pièce n’a pas de destinataire"),
        (LETTER + DOSSIER + "tirage = true\n", "dossier « charte »", "le dossier n’est pas par séance"),
        (LETTER + BATCH + 'etiquettes = "L7160"\n', "dossier « charte »", "pas les deux"),
        (LETTER + BATCH + 'numerotation = "{page}"\n', "dossier « charte »", "numérotation"),
        (CHARTE + 'enveloppe = "DL"\n', "document « charte »", "n’a pas de destinataire"),
    ],
)
def test_a_line_for_printing_in_a_block_without_letters_is_told(
    tmp_path: Path, text: str, part: str, reason: str
) -> None:
    found, (finding,) = catalogue(tmp_path, text)
    assert (finding.code, finding.place.part) == ("MOD221", part)
    assert reason in finding.message
    assert "charte" not in (found.dossiers if part.startswith("dossier") else found.documents)


def test_envelopes_and_labels_of_the_catalogue_are_those_that_are_measured_and_drawn() -> None:
    assert {each.value for each in Enveloppe} == set(WINDOWS)
    assert {each.value for each in Etiquettes} == set(SHEETS)

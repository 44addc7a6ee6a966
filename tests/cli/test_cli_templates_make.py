"""``templates fields``, ``preview`` and ``import`` as a user types them: exit codes, French sentences, files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from builders.docx import Docx
from builders.publipostage import complex_field, line, merge, with_source
from clspd_docs.build.workspace import Folder, init
from clspd_docs.cli.templates_fields import fields
from clspd_docs.cli.templates_import import import_
from clspd_docs.cli.templates_preview import preview
from clspd_docs.templates.docx_text import lines


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return init(tmp_path_factory.mktemp("modeles") / "vierge", example=False)


def typed(command: click.Command, *arguments: str) -> tuple[int, str]:
    """Run a command in this process; return its exit code and its standard output."""
    result = CliRunner().invoke(command, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout.replace("\u00a0", " ")


def answer(command: click.Command, *arguments: str) -> dict[str, Any]:
    found = json.loads(typed(command, *arguments, "--json")[1])
    assert isinstance(found, dict)
    return found


def letter(folder: Path, *extra: str) -> Path:
    document = Docx()
    document.xml(line(merge("Civilité"), " ", merge("Nom", "\\* Upper")))
    document.xml(line("Réunion du ", merge("DateSeance", '\\@ "dddd d MMMM yyyy"'), "."))
    for xml in extra:
        document.xml(line(xml))
    path = folder / "lettre.docx"
    path.write_bytes(with_source(document).build())
    return path


# --- fields ------------------------------------------------------------------------------------------------


def test_the_list_of_fields_goes_in_the_folder_and_is_no_template(blank: Folder) -> None:
    code, text = typed(fields, "-C", str(blank.root))
    assert code == 0
    assert "champs-disponibles.docx (" in text
    assert blank.path("champs-disponibles.docx").is_file()


def test_the_list_of_fields_goes_where_it_is_told(blank: Folder, tmp_path: Path) -> None:
    target = tmp_path / "liste.docx"
    found = answer(fields, "-C", str(blank.root), str(target))
    assert found["ok"] is True
    assert found["counts"]["champs"] > 400
    assert target.is_file()


def test_the_list_of_fields_must_be_a_docx(blank: Folder) -> None:
    assert typed(fields, "-C", str(blank.root), "liste.pdf")[0] == 2


def test_the_list_of_fields_is_written_again_but_over_no_other_file(blank: Folder, tmp_path: Path) -> None:
    target = tmp_path / "liste.docx"
    assert [typed(fields, "-C", str(blank.root), str(target))[0] for _ in range(2)] == [0, 0]
    letter = Docx("Ma lettre").build()
    target.write_bytes(letter)
    code, text = typed(fields, "-C", str(blank.root), str(target))
    assert code == 2
    assert "laissé tel quel" in text
    assert target.read_bytes() == letter


# --- preview -----------------------------------------------------------------------------------------------


def test_a_preview_is_made_in_a_folder_whose_registers_are_empty(blank: Folder) -> None:
    path = blank.path("templates_docx/convocation-pleniere.docx")
    code, text = typed(preview, "-C", str(blank.root), str(path), "--long", "--sans-pdf")
    assert code == 0
    assert "Rempli comme une lettre à un destinataire." in text
    assert "apercus/convocation-pleniere-apercu-long.docx (valeurs les plus longues)" in text


@pytest.mark.office
def test_a_preview_says_how_many_pages_and_what_does_not_fit(tmp_path: Path) -> None:
    fixed = (
        '<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid><w:gridCol w:w="1500"/></w:tblGrid>'
        '<w:tr><w:trPr><w:trHeight w:val="500" w:hRule="exact"/></w:trPr><w:tc><w:tcPr><w:tcW w:w="1500" w:type="dxa"/></w:tcPr>'
        "<w:p><w:r><w:t>{{ destinataire.nom_organisme }}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    path = tmp_path / "carte.docx"
    path.write_bytes(Docx().xml(fixed).paragraph("Fin.").build())
    found = answer(preview, "-C", str(tmp_path), str(path), "--long", "--pdf")
    previews = found["templates"][0]["previews"]
    assert [p["pages"] for p in previews] == [1, 1]
    assert all((tmp_path / p["pdf"]).is_file() for p in previews)
    assert {f["code"] for f in found["findings"]} == {"MOD331"}
    assert "populations" in " ".join(f["message"] for f in found["findings"])


# --- import ------------------------------------------------------------------------------------------------


def test_a_letter_is_imported_beside_itself_and_checked(blank: Folder, tmp_path: Path) -> None:
    path = letter(tmp_path)
    before = path.read_bytes()
    code, text = typed(import_, "-C", str(blank.root), str(path))
    assert code == 0
    assert "«Nom» → {{ destinataire.nom|ou_vide|upper }}" in text
    assert "lettre-importe.docx" in text
    assert path.read_bytes() == before
    assert (tmp_path / "lettre-importe.docx").is_file()


def test_a_second_import_does_not_overwrite_the_first(blank: Folder, tmp_path: Path) -> None:
    path = letter(tmp_path)
    names = [Path(answer(import_, "-C", str(blank.root), str(path))["path"]).name for _ in range(2)]
    assert names == ["lettre-importe.docx", "lettre-importe-2.docx"]


def test_what_needs_a_person_is_in_the_report_with_its_place(blank: Folder, tmp_path: Path) -> None:
    path = letter(tmp_path, merge("Numéro_interne"), complex_field(" NEXT "), merge("Date"))
    found = answer(import_, "-C", str(blank.root), str(path))
    assert found["exit"] == 1
    assert found["counts"] == {"champs": 6, "traduits": 4, "a_verifier": 1, "restes": 2}
    assert [(one["field"], one["code"]) for one in found["left"]] == [
        ("«Numéro_interne»", "MOD301"),
        ("«NEXT»", "MOD304"),
    ]
    assert found["left"][0]["place"]["part"] == "corps, « «Numéro_interne» »"
    assert [one["sure"] for one in found["translated"]] == [True, True, True, False]
    assert [one["code"] for one in found["dropped"]] == ["MOD306"]
    codes = [f["code"] for f in found["findings"]]
    assert "MOD152" not in codes  # told once
    assert {"MOD301", "MOD303", "MOD304", "MOD306"} <= set(codes)


def test_the_imported_letter_can_be_previewed(blank: Folder, tmp_path: Path) -> None:
    source = letter(tmp_path, complex_field(" ADDRESSBLOCK ", shown="«Bloc»"))
    imported = answer(import_, "-C", str(blank.root), str(source))["path"]
    code, text = typed(preview, "-C", str(blank.root), imported, "--sans-pdf")
    assert code == 0
    assert "une lettre à un destinataire (d’après ses champs" in text
    made = lines(blank.path("apercus/lettre-importe-apercu.docx").read_bytes())
    shown = [line.partition(" | ")[2].replace("\u00a0", " ") for line in made if line.startswith("Normal")]
    assert shown[0] == "Mme D’ARVILLAC"
    assert shown[1] == "Réunion du jeudi 4 février 2027."
    assert shown[2].startswith("Madame Solène d’Arvillac / Préfète de la Haute-Ourcelle / ")


def test_a_document_already_merged_is_told(blank: Folder, tmp_path: Path) -> None:
    path = tmp_path / "lettre.docx"
    path.write_bytes(Docx("Madame Durand,").build())
    assert "MOD309" in [f["code"] for f in answer(import_, "-C", str(blank.root), str(path))["findings"]]


def test_an_old_word_file_is_refused_in_french(blank: Folder, tmp_path: Path) -> None:
    path = tmp_path / "lettre.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0 ancien document")
    code, text = typed(import_, "-C", str(blank.root), str(path))
    assert code == 3
    assert "ancien document Word (.doc)" in text
    assert "Document Word (.docx)" in text
    assert list(tmp_path.iterdir()) == [path]

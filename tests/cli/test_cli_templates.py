"""``templates check`` as a user types it: exit codes, French sentences, copies beside the original."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import docx
import pytest
from click.testing import CliRunner

from builders.docx import Docx
from clspd_docs.build.workspace import Folder, init
from clspd_docs.cli.templates import templates
from conftest import TODAY


@pytest.fixture(autouse=True)
def _no_folder_here(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a folder that is no working folder, unless the test names one."""
    monkeypatch.chdir(tmp_path_factory.mktemp("ailleurs"))


def typed(*arguments: str) -> tuple[int, str]:
    """Run « templates check » in this process; return its exit code and its standard output."""
    result = CliRunner().invoke(templates, ["check", "--date", TODAY.isoformat(), *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout.replace("\u00a0", " ")


def answer(*arguments: str) -> dict[str, Any]:
    """Run it with --json; return its one object."""
    found = json.loads(typed(*arguments, "--json")[1])
    assert isinstance(found, dict)
    return found


def codes(found: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in found["findings"]]


def written(folder: Path, docx: Docx, name: str = "lettre.docx") -> Path:
    path = folder / name
    path.write_bytes(docx.build())
    return path


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return init(tmp_path_factory.mktemp("modeles") / "essai", example=True)


def change(folder: Folder, name: str, target: Path, *changes: tuple[str, str]) -> Path:
    """Copy a shipped template with some of its words changed."""
    document = docx.Document(str(folder.root / "templates_docx" / name))
    for old, new in changes:
        run = next(r for p in document.paragraphs for r in p.runs if old in r.text)
        run.text = run.text.replace(old, new)
    document.save(str(target / name))
    return target / name


def test_the_shipped_templates_have_no_fault_alone_with_the_catalogue_and_with_the_data(
    example: Folder,
) -> None:
    found = answer("-C", str(example.root))
    assert (found["ok"], found["exit"], found["findings"]) == (True, 0, [])
    assert found["counts"] == {"modeles": 15}
    assert found["command"] == "templates check"


def test_a_fault_gives_its_place_what_was_typed_what_to_do_and_exit_1(tmp_path: Path) -> None:
    path = written(tmp_path, Docx().heading("Objet").paragraph("Madame {{ nom|majuscul }}"))
    code, output = typed(str(path))
    assert code == 1
    assert "corps, sous le titre « Objet », « Madame {{ nom|majuscul }} »  [MOD121]" in output
    assert "Le filtre « majuscul » de la balise « {{ nom|majuscul }} » n’existe pas." in output
    assert "Vouliez-vous « majuscule » ?" in output
    assert "À faire :" in output


def test_a_missing_file_is_told_with_exit_3(tmp_path: Path) -> None:
    found = answer(str(tmp_path / "absent.docx"))
    assert (found["exit"], codes(found)) == (3, ["MOD101"])


def test_one_readable_file_among_others_gives_exit_1(tmp_path: Path) -> None:
    found = answer(str(tmp_path / "absent.docx"), str(written(tmp_path, Docx("x"))))
    assert (found["exit"], codes(found)) == (1, ["MOD101"])


def test_a_folder_without_catalogue_is_told_with_exit_3(tmp_path: Path) -> None:
    found = answer("-C", str(tmp_path))
    assert (found["exit"], codes(found)) == (3, ["MOD201"])


def test_warnings_alone_give_exit_0(tmp_path: Path) -> None:
    found = answer(str(written(tmp_path, Docx("x").title(""))))
    assert (found["exit"], codes(found)) == (0, ["MOD141"])


def test_a_field_is_compared_with_the_documents_of_the_catalogue(example: Folder, tmp_path: Path) -> None:
    path = change(example, "ordre-du-jour.docx", tmp_path, ("seance.lieu", "destinataire.nom"))
    assert set(codes(answer("-C", str(example.root), str(path)))) == {"MOD183"}


def test_a_template_that_the_catalogue_does_not_name_is_told_in_a_note(
    example: Folder, tmp_path: Path
) -> None:
    path = written(tmp_path, Docx("Le {{ seance.date }}, {{ courrier.appel }}"))
    assert codes(answer("-C", str(example.root), str(path))) == ["MOD186"]


def test_a_letter_without_date_nor_closing_is_told(example: Folder, tmp_path: Path) -> None:
    path = change(
        example,
        "convocation-pleniere.docx",
        tmp_path,
        ("{{ courrier.formule }}", "Bien à vous,"),
        ("{{ courrier.date }}", "mardi"),
    )
    found = answer("-C", str(example.root), str(path))
    assert codes(found) == ["MOD184", "MOD184"]
    assert {f["message"].partition(", et ")[2] for f in found["findings"]} == {
        "la date de la lettre n’y est pas.",
        "la formule de politesse n’y est pas.",
    }


def test_a_document_for_each_member_that_names_none_is_told(example: Folder, tmp_path: Path) -> None:
    written(tmp_path, Docx("La séance du {{ seance.date }}"), "coupon-reponse.docx")
    found = answer("-C", str(example.root), str(tmp_path / "coupon-reponse.docx"))
    assert codes(found) == ["MOD185"]


def test_what_only_the_data_show_is_told_too(example: Folder, tmp_path: Path) -> None:
    path = written(tmp_path, Docx("{{ seance.date }} {{ seance.convoquee_le }}"), "ordre-du-jour.docx")
    found = answer("-C", str(example.root), str(path))
    assert codes(found) == ["FUS102"]
    assert found["findings"][0]["place"]["file"] == path.as_posix()


def test_annotating_writes_a_copy_and_leaves_the_original_as_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, Docx("{{ nom|majuscul }}"))
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    code, output = typed(str(path), "--annoter")
    assert code == 1
    assert "Copie écrite : " in output
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    copy = docx.Document(str(tmp_path / "lettre-a-corriger.docx"))
    assert [comment.author for comment in copy.comments] == ["clspd-docs"]


def test_a_copy_never_replaces_an_earlier_one(tmp_path: Path) -> None:
    path = written(tmp_path, Docx("{{ nom|majuscul }}"))
    for expected in ("lettre-a-corriger.docx", "lettre-a-corriger-2.docx"):
        (template,) = answer(str(path), "--annoter")["templates"]
        assert [Path(copy).name for copy in template["copies"]] == [expected]
    (template,) = answer(str(tmp_path / "lettre-a-corriger.docx"), "--annoter")["templates"]
    assert [Path(copy).name for copy in template["copies"]] == ["lettre-a-corriger-3.docx"]
    assert len(list(docx.Document(str(tmp_path / "lettre-a-corriger-3.docx")).comments)) == 1


def test_a_sound_template_gets_no_copy(tmp_path: Path) -> None:
    path = written(tmp_path, Docx("{{ nom }}"))
    assert answer(str(path), "--annoter", "--corriger")["templates"][0]["copies"] == []
    assert list(tmp_path.iterdir()) == [path]


def test_correcting_lists_what_was_repaired_and_tells_what_remains(tmp_path: Path) -> None:
    path = written(tmp_path, Docx("{{ a|ou(« x ») }} {{ nom|majuscul }}").language("en-US"))
    code, output = typed(str(path), "--corriger")
    assert code == 1
    assert 'La balise « {{ a|ou(« x ») }} » est devenue « {{ a|ou("x") }} ».' in output
    assert "La langue du modèle est maintenant le français" in output
    assert "[MOD121]" in output
    assert "[MOD135]" not in output
    assert "[MOD140]" not in output
    found = answer(str(tmp_path / "lettre-corrige.docx"))
    assert codes(found) == ["MOD121"]


def test_a_copy_is_judged_as_the_template_that_it_comes_from(example: Folder, tmp_path: Path) -> None:
    path = change(example, "ordre-du-jour.docx", tmp_path, ("seance.lieu", "seance.lie"))
    answer("-C", str(example.root), str(path), "--annoter")
    found = answer("-C", str(example.root), str(tmp_path / "ordre-du-jour-a-corriger.docx"))
    assert set(codes(found)) == {"FUS101"}


def test_copies_are_left_out_when_the_whole_folder_is_checked(tmp_path: Path) -> None:
    folder = init(tmp_path / "essai", example=True)
    written(folder.root / "templates_docx", Docx("{{ nom|majuscul }}"), "charte-a-corriger-2.docx")
    assert answer("-C", str(folder.root))["findings"] == []


def test_a_workbook_that_cannot_be_read_does_not_stop_the_check(tmp_path: Path) -> None:
    folder = init(tmp_path / "essai", example=True)
    (folder.root / "registers/clspd.xlsx").write_bytes(b"rien")
    found = answer("-C", str(folder.root))
    assert (found["exit"], codes(found)) == (0, ["MOD187"])


def test_templates_are_tried_with_a_workbook_of_any_name_and_it_is_told_when_there_is_none(
    tmp_path: Path,
) -> None:
    folder = init(tmp_path / "essai", example=True)
    written(folder.root / "templates_docx", Docx("{{ seance.points[0].resultat }}"), "ordre-du-jour.docx")
    workbook = folder.root / "registers/clspd.xlsx"
    found = codes(answer("-C", str(folder.root)))
    assert "FUS102" in found
    other = workbook.rename(workbook.with_suffix(".xlsm"))
    assert codes(answer("-C", str(folder.root))) == found
    other.unlink()
    without = answer("-C", str(folder.root))
    assert "FUS102" not in codes(without)
    (told,) = [f for f in without["findings"] if f["code"] == "MOD187"]
    assert told["place"]["file"] == "registers/clspd.xlsx"

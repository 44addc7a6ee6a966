"""``check --annoter`` and ``check --html``: where files go, what is never replaced, what the answer says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from builders.classeur import classeur
from clspd_docs.build.workspace import init
from clspd_docs.registers.rewrite import opened
from clspd_docs.registers.sheets import ERRORS_TITLE
from conftest import TODAY, run_cli, run_json

DAY = ("--date", TODAY.isoformat())
COPY = "registers/clspd-a-corriger.xlsx"
PAGE = "registers/clspd-constats.html"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A working folder whose workbook has one wrong date."""
    folder = tmp_path / "essai"
    init(folder, example=False)
    classeur().sheet("Séances").set("P-2027-02", "Date", "31/02/2027").save(folder / "registers")
    return folder


def test_both_go_beside_the_workbook_which_does_not_change(root: Path) -> None:
    workbook = root / "registers/clspd.xlsx"
    before = workbook.read_bytes()
    answer = run_json("-C", str(root), *DAY, "check", "--annoter", "--html")
    assert (answer["annotated"], answer["html"]) == (COPY, PAGE)
    assert workbook.read_bytes() == before
    assert sorted(p.name for p in (root / "registers").iterdir()) == sorted(
        ["clspd.xlsx", Path(COPY).name, Path(PAGE).name]
    )
    copy = load_workbook(root / COPY)
    assert copy.sheetnames[0] == ERRORS_TITLE
    assert "REG203" in copy["Séances"]["E3"].comment.text
    assert "31/02/2027" in (root / PAGE).read_text(encoding="utf-8")


def test_a_name_of_ones_own_is_taken_from_the_current_folder(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root.parent)
    answer = run_json(
        "-C", str(root), *DAY, "check", "--annoter", "relecture.xlsx", "--html", "essai/relecture.htm"
    )
    assert (root.parent / "relecture.xlsx").is_file()
    assert (answer["annotated"], answer["html"]) == ("relecture.xlsx", "relecture.htm")


def test_check_alone_writes_nothing(root: Path) -> None:
    answer = run_json("-C", str(root), *DAY, "check")
    assert not {"annotated", "html"} & answer.keys()
    assert [p.name for p in (root / "registers").iterdir()] == ["clspd.xlsx"]


def test_the_text_says_where_the_copy_is_and_what_to_do(root: Path) -> None:
    code, output = run_cli("-C", str(root), *DAY, "check", "--annoter", "--html")
    assert code == 1
    assert str(root / COPY) in output
    assert str(root / PAGE) in output
    assert "sa première feuille, « Erreurs »" in output


@pytest.mark.parametrize("name", ["clspd.xlsx", "../registers/clspd.xlsx", "lien.xlsx", "clspd.ods"])
def test_the_workbook_is_never_the_target(root: Path, name: str) -> None:
    workbook = root / "registers/clspd.xlsx"
    os.link(workbook, root / "registers/lien.xlsx")
    before = workbook.read_bytes()
    if name.endswith(".ods"):
        code, _ = run_cli("-C", str(root), *DAY, "check", "--annoter", str(root / "registers" / name))
        assert code == 2
    else:
        answer = run_json("-C", str(root), *DAY, "check", "--annoter", str(root / "registers" / name))
        assert (answer["exit"], answer["findings"][0]["code"]) == (2, "ENV209")
    assert workbook.read_bytes() == before


def test_a_workbook_that_would_come_before_the_one_read_is_no_target(root: Path) -> None:
    (root / "registers/clspd.xlsx").rename(root / "registers/clspd.xlsm")
    answer = run_json("-C", str(root), *DAY, "check", "--annoter", str(root / "registers/clspd.xlsx"))
    assert (answer["exit"], answer["findings"][0]["code"]) == (2, "ENV209")


@pytest.mark.parametrize("option", ["--annoter", "--html"])
def test_somebodys_own_file_is_not_replaced(root: Path, option: str) -> None:
    mine = root / ("mien.xlsx" if option == "--annoter" else "mien.html")
    mine.write_bytes(b"le mien")
    answer = run_json("-C", str(root), *DAY, "check", option, str(mine))
    assert (answer["exit"], answer["findings"][0]["code"]) == (2, "ENV210")
    assert mine.read_bytes() == b"le mien"


def test_a_second_run_replaces_what_the_first_wrote(root: Path) -> None:
    run_json("-C", str(root), *DAY, "check", "--annoter", "--html")
    first = [(root / name).read_bytes() for name in (COPY, PAGE)]
    answer = run_json("-C", str(root), *DAY, "check", "--annoter", "--html")
    assert [(root / name).read_bytes() for name in (COPY, PAGE)] == first
    assert "ENV205" not in {f["code"] for f in answer["findings"]}


def test_a_copy_that_was_corrected_is_kept_under_another_name(root: Path) -> None:
    run_json("-C", str(root), *DAY, "check", "--annoter")
    book = load_workbook(root / COPY)
    book["Séances"]["E3"] = "28/02/2027"
    book.save(root / COPY)
    answer = run_json("-C", str(root), *DAY, "check", "--annoter")
    assert "ENV205" in {f["code"] for f in answer["findings"]}
    kept = load_workbook(root / "registers/clspd-a-corriger (modifié à la main).xlsx")
    assert kept["Séances"]["E3"].value == "28/02/2027"
    assert load_workbook(root / COPY)["Séances"]["E3"].value == "31/02/2027"


def test_a_copy_corrected_and_saved_as_the_workbook_is_read_as_such(root: Path) -> None:
    run_json("-C", str(root), *DAY, "check", "--annoter")
    book = load_workbook(root / COPY)
    book["Séances"]["E3"] = "28/02/2027"
    book.save(root / "registers/clspd.xlsx")
    answer = run_json("-C", str(root), *DAY, "check", "--annoter")
    assert not {"REG203", "REG107"} & {f["code"] for f in answer["findings"]}


def test_a_target_that_cannot_be_written_is_told(root: Path) -> None:
    (root / "dossier.xlsx").mkdir()
    absent, long = root / "absent" / "page.html", root / f"{'a' * 300}.xlsx"
    for option, path in (("--annoter", root / "dossier.xlsx"), ("--html", absent), ("--annoter", long)):
        answer = run_json("-C", str(root), *DAY, "check", option, str(path))
        assert (answer["exit"], answer["findings"][0]["code"]) == (3, "ENV203")


@pytest.mark.parametrize(("option", "name"), [("--annoter", "copie.xlsm"), ("--html", "page.pdf")])
def test_a_name_with_another_ending_is_wrong_usage(root: Path, option: str, name: str) -> None:
    code, _ = run_cli("-C", str(root), "check", option, name)
    assert code == 2


def test_a_workbook_that_openpyxl_cannot_write_again_is_shown_by_its_values(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = (root / "registers/clspd.xlsx").read_bytes()

    def only_the_rebuilt_one(data: bytes) -> Workbook:
        if data == original:
            raise TypeError
        return opened(data)

    monkeypatch.setattr("clspd_docs.registers.annotate.opened", only_the_rebuilt_one)
    run_json("-C", str(root), *DAY, "check", "--annoter")
    copy = load_workbook(root / COPY)
    assert "ne contient pas" in copy[ERRORS_TITLE]["A2"].value
    assert copy["Séances"]["E3"].value == "31/02/2027"


def test_a_workbook_with_nothing_wrong_still_gets_its_copy(tmp_path: Path) -> None:
    init(tmp_path / "essai", example=True)
    answer = run_json("-C", str(tmp_path / "essai"), *DAY, "check", "--annoter", "--html")
    assert answer["findings"] == []
    copy = load_workbook(tmp_path / "essai" / COPY)
    assert "aucun constat" in copy[ERRORS_TITLE]["A1"].value

"""What the commands write: whole or not at all, and never over what somebody else has there."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from builders.schema_1 import old_small
from clspd_docs.build.files import (
    MAX_EXISTING,
    existing,
    exists,
    is_file,
    is_folder,
    write_all,
    write_new,
    write_whole,
)
from clspd_docs.build.workspace import Folder, init
from clspd_docs.desk import exchanging, importing
from clspd_docs.desk.annotated import check_and_tell
from clspd_docs.desk.exchanging import Format, export_workbook
from clspd_docs.desk.template_checks import Copies, check_templates
from clspd_docs.desk.template_fields import write_fields
from clspd_docs.desk.upgrading import upgrade_workbook
from clspd_docs.errors import Stop
from conftest import TODAY

COPY = "registers/clspd-a-corriger.xlsx"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return init(tmp_path / "essai", example=False)


def names(path: Path) -> list[str]:
    return sorted(p.name for p in path.iterdir())


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Stop) as stop:
        act()
    return stop.value.finding.code


def disk_is_full(_stream: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_file_is_written_whole_and_keeps_the_rights_of_the_one_it_replaces(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"before")
    path.chmod(0o640)
    write_whole(path, b"after")
    assert (path.read_bytes(), path.stat().st_mode & 0o777, names(tmp_path)) == (b"after", 0o640, ["a.json"])


def test_files_called_tmp_are_never_touched(folder: Folder) -> None:
    mine = folder.root / "précieux.txt"
    mine.write_text("à moi")
    (folder.root / "registers/clspd.json.tmp").symlink_to(mine)
    export_workbook(folder, Format.JSON)
    assert (mine.read_text(), (folder.root / "registers/clspd.json.tmp").is_symlink()) == ("à moi", True)


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"before")
    monkeypatch.setattr(os, "fsync", disk_is_full)
    for act in (
        lambda: write_all({path: b"1", tmp_path / "b.csv": b"2"}),
        lambda: write_new(tmp_path, ["c.csv"], b"3"),
    ):
        with pytest.raises(OSError, match="No space"):
            act()
    assert (path.read_bytes(), names(tmp_path)) == (b"before", ["a.csv"])


def test_an_export_to_a_full_disk_is_told(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", disk_is_full)
    assert refused(lambda: export_workbook(folder, Format.CSV)) == "ENV203"
    assert names(folder.root / "registers/clspd-csv") == []


def test_two_runs_never_take_the_same_name(tmp_path: Path) -> None:
    def write(number: int) -> str:
        return write_new(tmp_path, (f"n{n}" for n in count(1)), str(number).encode())

    with ThreadPoolExecutor(8) as pool:
        taken = dict(enumerate(pool.map(write, range(24))))
    assert len(set(taken.values())) == 24
    assert all((tmp_path / name).read_text() == str(number) for number, name in taken.items())
    assert len(names(tmp_path)) == 24


def test_a_link_to_nothing_is_a_name_that_is_taken(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "ailleurs")
    assert (exists(tmp_path / "a"), is_file(tmp_path / "a")) == (True, False)
    assert write_new(tmp_path, ["a", "b"], b"1") == "b"
    assert not (tmp_path / "ailleurs").exists()


def test_a_name_too_long_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 300) / "b"
    assert (exists(path), is_file(path), is_folder(path)) == (False, False, False)


def test_a_list_of_a_name_too_long_is_told(folder: Folder) -> None:
    wish = importing.Wish(folder.root / f"{'a' * 300}.csv", "Membres")
    assert refused(lambda: importing.import_list(folder, wish)) == "REG005"
    target = folder.root / "x.xlsx"
    long = folder.root / f"{'a' * 300}.json"
    assert refused(lambda: exchanging.import_workbook(folder, long, target)) == "REG005"


def test_an_upgrade_goes_to_the_workbook_that_a_link_names(folder: Folder, tmp_path: Path) -> None:
    shared = tmp_path / "partage"
    shared.mkdir()
    real, link = shared / "commun.xlsx", folder.path("registers/clspd.xlsx")
    link.unlink()
    old_small().save(real)
    before = real.read_bytes()
    link.symlink_to(real)
    now = dt.datetime(2027, 1, 5, 9, 30)  # noqa: DTZ001 - a civil date
    report = upgrade_workbook(folder, now, fresh=False, preview=False)
    assert link.is_symlink()
    assert names(shared) == ["commun 2027-01-05 09h30.xlsx", "commun.xlsx"]
    assert (shared / "commun 2027-01-05 09h30.xlsx").read_bytes() == before != real.read_bytes()
    assert report.more["backup"].endswith("partage/commun 2027-01-05 09h30.xlsx")


def test_a_damaged_or_swollen_copy_is_not_ours(folder: Folder) -> None:
    path = folder.path(COPY)
    check_and_tell(folder, TODAY, "", None)
    damaged = bytearray(path.read_bytes())
    middle = len(damaged) // 2
    damaged[middle : middle + 40] = bytes(40)
    with zipfile.ZipFile(folder.root / "bombe", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("docProps/custom.xml", b"<x>clspd_copie_annotee</x>" + bytes(2**24))
    for content in (bytes(damaged), (folder.root / "bombe").read_bytes()):
        path.write_bytes(content)
        assert refused(lambda: check_and_tell(folder, TODAY, "", None)) == "ENV210"
        assert path.read_bytes() == content


def test_pipes_and_oversized_files_are_not_read(folder: Folder) -> None:
    pipe, huge = folder.root / "tube.docx", folder.root / "gros.html"
    os.mkfifo(pipe)
    huge.touch()
    os.truncate(huge, MAX_EXISTING + 1)
    assert (existing(pipe), existing(huge), existing(folder.root / "rien")) == (b"", b"", None)
    assert refused(lambda: check_and_tell(folder, TODAY, str(pipe), None)) == "ENV210"
    assert refused(lambda: check_and_tell(folder, TODAY, None, str(huge))) == "ENV210"
    assert refused(lambda: export_workbook(folder, Format.JSON, pipe)) == "REG149"
    assert refused(lambda: export_workbook(folder, Format.JSON, pipe, force=True)) == "ENV203"
    assert refused(lambda: write_fields(folder, pipe)) == "MOD351"
    assert [f.code for f in check_templates(folder, [pipe], TODAY, Copies()).findings] == ["MOD101"]


def test_a_file_taken_for_a_folder_is_told(folder: Folder) -> None:
    inside = folder.path("registers/clspd.xlsx") / "copie.xlsx"
    assert refused(lambda: check_and_tell(folder, TODAY, str(inside), None)) == "ENV203"
    assert refused(lambda: export_workbook(folder, Format.JSON, inside)) == "ENV203"


def test_an_argument_that_is_not_utf_8_still_gives_one_json_object(folder: Folder) -> None:
    argument = os.fsencode(folder.root) + b"/\xff.csv"
    code = "from clspd_docs.cli.main import main; main()"
    words = ["registers", "import", "--feuille", "Membres", "--json"]
    command = [sys.executable.encode(), b"-c", code.encode(), *(w.encode() for w in words), argument]
    done = subprocess.run(command, cwd=folder.root, capture_output=True, check=False)
    assert (done.returncode, b"Traceback" in done.stderr, b"\\udcff" in done.stdout) == (3, False, True)


def test_an_interruption_while_the_program_is_loaded_has_no_traceback() -> None:
    code = (
        "import sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'clspd_docs.cli.verify': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "from clspd_docs.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, b"Traceback" in done.stderr) == (130, False)
    assert done.stderr.decode().startswith("Interrompu")

"""The output folder is replaced whole or not at all, and nothing of the user's is lost."""

from __future__ import annotations

import datetime as dt
import errno
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builders.pdf import Builder
from builders.signing import empty_fields, sign
from clspd_docs.build import pipeline
from clspd_docs.build import publish as module
from clspd_docs.build.manifest import DocumentRecord, Manifest, read_manifest, sha256
from clspd_docs.build.publish import lock, publish
from clspd_docs.build.request import Options
from clspd_docs.build.workspace import Folder, init
from clspd_docs.conversion.choose import Choice
from clspd_docs.conversion.engine import Engine
from clspd_docs.errors import Stop
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.spec import PacketSpec, Part
from conftest import TODAY

SOURCES = Path(__file__).parents[2] / "src"
EMPTY = Manifest(seance="P-1", jour="2026-12-01", tool="t", converter="c", workbook_sha256="w")


def manifest(**texts: bytes) -> Manifest:
    """A manifest of documents, one a keyword: its PDF holds the bytes given, its Word file « docx »."""
    records = tuple(
        DocumentRecord(
            key=key,
            code=key,
            title=key,
            docx=f"documents/{key}.docx",
            path=f"documents/{key}.pdf",
            membre=None,
            pages=1,
            template="t.docx",
            template_sha256="",
            docx_sha256=sha256(b"docx"),
            pdf_sha256=sha256(text),
            fingerprint="",
            draft=False,
            signature_fields=(),
            cells={},
            made_on="2026-12-01",
        )
        for key, text in texts.items()
    )
    return replace(EMPTY, documents=records)


def files(**texts: bytes) -> dict[str, Path | bytes]:
    found: dict[str, Path | bytes] = {f"documents/{k}.pdf": v for k, v in texts.items()}
    return found | {f"documents/{k}.docx": b"docx" for k in texts}


def test_what_is_published_reads_back(tmp_path: Path) -> None:
    made = manifest(a=b"1")
    publish(tmp_path, made, files(a=b"1"), None)
    assert read_manifest(tmp_path / "P-1") == made
    assert (tmp_path / "P-1/documents/a.pdf").read_bytes() == b"1"


def test_an_unchanged_file_is_kept_and_an_orphan_goes(tmp_path: Path) -> None:
    first = manifest(a=b"1", b=b"2")
    publish(tmp_path, first, files(a=b"1", b=b"2"), None)
    publish(tmp_path, manifest(a=b"1"), {}, first)
    assert (tmp_path / "P-1/documents/a.pdf").read_bytes() == b"1"
    assert not (tmp_path / "P-1/documents/b.pdf").exists()


def test_a_file_edited_by_hand_is_kept_under_another_name_each_time(tmp_path: Path) -> None:
    first = manifest(a=b"1")
    publish(tmp_path, first, files(a=b"1"), None)
    for number, edit in enumerate((b"edit 1", b"edit 2")):
        (tmp_path / "P-1/documents/a.docx").write_bytes(edit)
        findings = publish(tmp_path, first, files(a=b"1"), first)
        assert [f.code for f in findings] == ["ENV205"], number
    kept = sorted(p.read_bytes() for p in (tmp_path / "P-1/documents").glob("*modifié*"))
    assert kept == [b"edit 1", b"edit 2"]
    assert (tmp_path / "P-1/documents/a.docx").read_bytes() == b"docx"


def test_the_users_own_files_stay(tmp_path: Path) -> None:
    first = manifest(a=b"1")
    publish(tmp_path, first, files(a=b"1"), None)
    (tmp_path / "P-1/notes.txt").write_text("à moi", encoding="utf-8")
    publish(tmp_path, first, {}, first)
    assert (tmp_path / "P-1/notes.txt").read_text(encoding="utf-8") == "à moi"


def test_a_failure_leaves_the_previous_folder_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = manifest(a=b"1")
    publish(tmp_path, first, files(a=b"1"), None)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_swap", full)
    with pytest.raises(Stop, match="ENV215"):
        publish(tmp_path, manifest(a=b"2"), files(a=b"2"), first)
    assert (tmp_path / "P-1/documents/a.pdf").read_bytes() == b"1"
    assert [p.name for p in tmp_path.iterdir()] == ["P-1"]


def test_a_full_disk_during_the_work_is_told_and_not_a_bug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    init(tmp_path / "x", example=True)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pipeline, "build_session", full)
    with pytest.raises(Stop, match="ENV215"):
        pipeline.build(Folder(tmp_path / "x"), Options(TODAY), lambda _: None)


def test_a_swap_cut_in_the_middle_is_mended_by_the_next_build(tmp_path: Path) -> None:
    publish(tmp_path, manifest(a=b"1"), files(a=b"1"), None)
    (tmp_path / "P-1").rename(tmp_path / ".ancien-P-1")
    (tmp_path / ".en-cours-P-1").mkdir()
    with lock(tmp_path):
        assert (tmp_path / "P-1/documents/a.pdf").read_bytes() == b"1"
        assert not (tmp_path / ".en-cours-P-1").exists()


def test_two_builds_do_not_run_together(tmp_path: Path) -> None:
    with lock(tmp_path), pytest.raises(Stop, match="ENV204"), lock(tmp_path):
        pass
    with lock(tmp_path):
        pass


def test_the_lock_of_a_build_of_another_process_holds_until_that_process_dies(tmp_path: Path) -> None:
    (tmp_path / ".verrou").write_text("1", encoding="ascii")  # as older versions left it: locks nothing
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from clspd_docs.build.publish import lock\n"
        "with lock(Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(SOURCES)},
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Stop, match="ENV204"), lock(tmp_path):
            pass
        other.kill()
    with lock(tmp_path):
        pass


def test_a_disk_without_locks_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(module, "_hold", unknown)
    with lock(tmp_path):
        pass


def test_a_read_only_output_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", read_only)
    with pytest.raises(Stop, match="ENV203"), lock(tmp_path / "sorties"):
        pass


def test_a_document_held_open_by_a_viewer_is_named_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows: the folder of an open file cannot be renamed, and nobody else may write the file."""
    first = manifest(a=b"1", b=b"2")
    publish(tmp_path, first, files(a=b"1", b=b"2"), None)
    opened, rename = Path.open, Path.rename

    def locked_rename(self: Path, target: Path) -> Path:
        if self.name == "P-1":
            raise PermissionError(errno.EACCES, "Access is denied")
        return rename(self, target)

    def locked_open(self: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
        if self.name == "b.pdf" and "+" in mode:
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(self, mode, *rest, **named)

    with monkeypatch.context() as windows:
        windows.setattr(Path, "rename", locked_rename)
        windows.setattr(Path, "open", locked_open)
        with pytest.raises(Stop, match="ENV216") as stop:
            publish(tmp_path, manifest(a=b"3", b=b"4"), files(a=b"3", b=b"4"), first)
    assert stop.value.finding.place.file == "sorties/P-1/documents/b.pdf"
    assert [p.name for p in tmp_path.iterdir()] == ["P-1"]
    assert read_manifest(tmp_path / "P-1") == first
    publish(tmp_path, manifest(a=b"3", b=b"4"), files(a=b"3", b=b"4"), first)
    assert (tmp_path / "P-1/documents/b.pdf").read_bytes() == b"4"


def test_an_orphan_edited_by_hand_is_kept_and_a_signed_pdf_as_well(tmp_path: Path) -> None:
    first = manifest(a=b"1", b=b"2")
    publish(tmp_path, first, files(a=b"1", b=b"2"), None)
    folder = tmp_path / "P-1/documents"
    (folder / "a.pdf").write_bytes(b"1 signed")
    (folder / "b.docx").write_bytes(b"edited")
    findings = publish(tmp_path, manifest(a=b"3"), files(a=b"3"), first)
    assert sorted(f.place.file for f in findings) == [
        "sorties/P-1/documents/a.pdf",
        "sorties/P-1/documents/b.docx",
    ]
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {
        "a.pdf": b"3",
        "a.docx": b"docx",
        "a (modifié à la main).pdf": b"1 signed",
        "b (modifié à la main).docx": b"edited",
    }


def test_an_edited_file_that_this_build_does_not_make_stays_in_its_place(tmp_path: Path) -> None:
    first = manifest(a=b"1", b=b"2")
    publish(tmp_path, first, files(a=b"1", b=b"2"), None)
    (tmp_path / "P-1/documents/b.docx").write_bytes(b"edited")
    assert publish(tmp_path, manifest(a=b"3", b=b"2"), files(a=b"3"), first) == []
    assert sorted(p.name for p in (tmp_path / "P-1/documents").iterdir()) == [
        "a.docx",
        "a.pdf",
        "b.docx",
        "b.pdf",
    ]
    assert (tmp_path / "P-1/documents/b.docx").read_bytes() == b"edited"


def test_the_time_given_to_a_document_is_that_of_its_two_tries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    init(tmp_path / "x", example=True)
    (tmp_path / "x/clspd-docs.toml").write_text("[conversion]\ndelai_secondes = 7\n")
    seen: list[float] = []

    def opened(_: int, seconds: float) -> Engine:
        seen.append(seconds)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pipeline, "converter", lambda _: Choice("Essai", "1", "", opened))
    with pytest.raises(Stop, match="ENV215"):
        pipeline.build(Folder(tmp_path / "x"), Options(TODAY), lambda _: None)
    assert seen == [3.5]


def test_without_a_manifest_an_edited_word_file_is_kept_and_the_old_bytes_are_not_written_through(
    tmp_path: Path,
) -> None:
    publish(tmp_path, manifest(a=b"1"), files(a=b"1"), None)
    folder = tmp_path / "P-1"
    (folder / "documents/a.docx").write_bytes(b"edited")
    witness = tmp_path / "witness.pdf"
    os.link(folder / "documents/a.pdf", witness)
    findings = publish(tmp_path, manifest(a=b"2"), files(a=b"2"), None)
    assert [f.code for f in findings] == ["ENV205"]
    assert [p.read_bytes() for p in folder.rglob("*modifié*")] == [b"edited"]
    assert (folder / "documents/a.pdf").read_bytes() == b"2"
    assert witness.read_bytes() == b"1"


def signed() -> bytes:
    builder = Builder()
    builder.anchor(builder.page("a"), "sig:maire|La maire")
    spec = PacketSpec("Dossier", "CLSPD", "", dt.datetime(2027, 1, 4, tzinfo=dt.UTC))
    return sign(assemble(spec, [Part("a", "A", builder.bytes())]).pdf, "maire")


def test_a_signed_file_that_the_build_leaves_stays_in_its_place_without_a_word(tmp_path: Path) -> None:
    first = manifest(a=b"1")
    publish(tmp_path, first, files(a=b"1"), None)
    path = tmp_path / "P-1/documents/a.pdf"
    path.write_bytes(signed())
    assert publish(tmp_path, first, {}, first) == []
    assert empty_fields(path.read_bytes()) == []
    assert len(list(path.parent.iterdir())) == 2


@pytest.mark.parametrize("known", [True, False])
def test_a_signed_file_that_is_replaced_is_kept_beside_and_its_signatures_named(
    tmp_path: Path, known: bool
) -> None:
    first = manifest(a=b"1")
    publish(tmp_path, first, files(a=b"1"), None)
    path, original = tmp_path / "P-1/documents/a.pdf", signed()
    path.write_bytes(original)
    (finding,) = publish(tmp_path, first, files(a=b"2"), first if known else None)
    assert (finding.code, dict(finding.facts)["champs"]) == ("ENV223", "maire")
    assert path.read_bytes() == b"2"
    assert (path.parent / "a (signé).pdf").read_bytes() == original


def test_a_signed_file_that_is_no_longer_made_is_kept_beside(tmp_path: Path) -> None:
    first = manifest(a=b"1", b=b"2")
    publish(tmp_path, first, files(a=b"1", b=b"2"), None)
    (tmp_path / "P-1/documents/b.pdf").write_bytes(signed())
    (finding,) = publish(tmp_path, manifest(a=b"1"), {}, first)
    assert finding.code == "ENV223"
    assert sorted(p.name for p in (tmp_path / "P-1/documents").iterdir()) == [
        "a.docx",
        "a.pdf",
        "b (signé).pdf",
    ]

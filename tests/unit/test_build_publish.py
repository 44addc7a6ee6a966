"""The output folder is replaced whole or not at all, and nothing of the user's is lost."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from pathlib import Path

import pytest

from builders.pdf import Builder
from builders.signing import empty_fields, sign
from clspd_docs.build import pipeline
from clspd_docs.build import publish as module
from clspd_docs.build.manifest import DocumentRecord, Manifest, read_manifest, sha256
from clspd_docs.build.publish import lock, publish
from clspd_docs.build.request import Options
from clspd_docs.build.workspace import Folder, init
from clspd_docs.errors import Stop
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.spec import PacketSpec, Part
from conftest import TODAY

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
    with pytest.raises(Stop, match="ENV203"):
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
    with pytest.raises(Stop, match="ENV203"):
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


def test_the_lock_of_a_dead_build_is_taken_over(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    (tmp_path / ".verrou").write_text(str(child), encoding="ascii")
    with lock(tmp_path):
        pass
    assert not (tmp_path / ".verrou").exists()


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

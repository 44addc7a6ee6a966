from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from clspd_docs.conversion.checks import docx_fault, pdf_fault, target_fault
from clspd_docs.conversion.engine import Job


def job(folder: Path, data: bytes | None = None) -> Job:
    docx = folder / "lettre.docx"
    if data is not None:
        docx.write_bytes(data)
    return Job("lettre", "documents/lettre.docx", docx, folder / "new" / "lettre.pdf")


def package(folder: Path, *names: str) -> bytes:
    path = folder / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return path.read_bytes()


def test_a_zip_with_content_types_passes(tmp_path: Path) -> None:
    assert docx_fault(job(tmp_path, package(tmp_path, "[Content_Types].xml", "word/document.xml"))) is None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "PDF101"),
        (b"<html><body>Bonjour</body></html>", "PDF101"),
        (b"%PDF-1.7 renamed", "PDF101"),
        (b"PK\x03\x04 cut short", "PDF101"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512), "PDF102"),
        (None, "PDF103"),
    ],
    ids=["empty", "html", "pdf", "cut", "encrypted", "absent"],
)
def test_what_is_not_a_word_file_is_refused(tmp_path: Path, data: bytes | None, code: str) -> None:
    finding = docx_fault(job(tmp_path, data))
    assert finding
    assert (finding.code, finding.place.file) == (code, "documents/lettre.docx")


def test_a_zip_that_is_no_word_file_is_refused(tmp_path: Path) -> None:
    finding = docx_fault(job(tmp_path, package(tmp_path, "photo.jpg")))
    assert finding
    assert finding.code == "PDF101"


def test_the_old_pdf_is_removed_and_the_folder_made(tmp_path: Path) -> None:
    task = job(tmp_path)
    for _ in range(2):
        assert target_fault(task) is None
        assert not task.pdf.exists()
        task.pdf.write_bytes(b"old")


def test_a_target_that_cannot_be_replaced_is_named(tmp_path: Path) -> None:
    task = job(tmp_path)
    task.pdf.mkdir(parents=True)
    finding = target_fault(task)
    assert finding
    assert finding.code == "PDF104"


@pytest.mark.parametrize(
    ("data", "pages", "whole"),
    [
        (b"%PDF-1.7\nbody\n%%EOF\n", 1, True),
        (b"%PDF-1.7\nbody\n%%EOF\n", 0, False),
        (b"%PDF-1.7\nbody" + bytes(2000), 1, False),
        (b"", 1, False),
        (b"<html>%%EOF", 1, False),
        (None, 1, False),
    ],
)
def test_only_a_whole_pdf_with_a_page_passes(
    tmp_path: Path, data: bytes | None, pages: int, whole: bool
) -> None:
    task = job(tmp_path)
    task.pdf.parent.mkdir()
    if data is not None:
        task.pdf.write_bytes(data)
    finding = pdf_fault(task, "LibreOffice", pages)
    assert (finding is None) == whole
    if finding:
        assert finding.code == "PDF108"

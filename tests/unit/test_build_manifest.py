"""The manifest: what it holds comes back, and each build is tied to the one before it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clspd_docs.build.manifest import MANIFEST, Manifest, chained, read_manifest, sha256

FIRST = Manifest(seance="P-1", jour="2026-12-01", tool="1", converter="x", workbook_sha256="a")


def written(folder: Path, manifest: Manifest) -> Manifest:
    (folder / MANIFEST).write_text(manifest.text(), encoding="utf-8")
    read = read_manifest(folder)
    assert read == manifest
    return manifest


def test_each_build_holds_the_digest_of_the_manifest_before_it(tmp_path: Path) -> None:
    first = written(tmp_path, chained(FIRST, None, tmp_path))
    assert (first.rank, first.previous) == (1, "")
    second = chained(replace(FIRST, workbook_sha256="b"), first, tmp_path)
    assert (second.rank, second.previous) == (2, sha256(first.text().encode()))
    written(tmp_path, second)
    third = chained(replace(FIRST, workbook_sha256="a"), second, tmp_path)
    assert (third.rank, third.previous) == (3, sha256(second.text().encode()))


def test_a_build_that_changed_nothing_but_the_day_is_no_new_link(tmp_path: Path) -> None:
    first = written(tmp_path, chained(FIRST, None, tmp_path))
    second = written(tmp_path, chained(replace(FIRST, workbook_sha256="b"), first, tmp_path))
    again = chained(replace(FIRST, workbook_sha256="b", jour="2026-12-02"), second, tmp_path)
    assert again == replace(second, jour="2026-12-02")
    assert chained(replace(FIRST, workbook_sha256="b"), second, tmp_path).text() == second.text()


DOCUMENT = {
    "key": "note",
    "code": "note",
    "title": "Note",
    "docx": "documents/note.docx",
    "path": "documents/note.pdf",
    "membre": None,
    "pages": 1,
    "template": "note.docx",
    "template_sha256": "t",
    "docx_sha256": "d",
    "pdf_sha256": "p",
    "fingerprint": "f",
    "draft": False,
    "signature_fields": ["president"],
    "cells": {"Séances!A2": "x"},
    "made_on": "2026-12-01",
}


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("documents", 0, "path"), 5),
        (("documents", 0, "pages"), "2"),
        (("documents", 0, "key"), {}),
        (("documents", 0, "cells"), []),
        (("documents", 0, "signature_fields"), [1]),
        (("templates",), []),
        (("annexes",), None),
        (("jour",), "hier"),
        (("rank",), "1"),
    ],
)
def test_a_manifest_that_somebody_edited_is_none(tmp_path: Path, where: tuple[Any, ...], value: Any) -> None:
    data = json.loads(FIRST.text()) | {"documents": [dict(DOCUMENT)]}
    (tmp_path / MANIFEST).write_text(json.dumps(data), encoding="utf-8")
    assert read_manifest(tmp_path) is not None
    *path, last = where
    place = data
    for step in path:
        place = place[step]
    place[last] = value
    (tmp_path / MANIFEST).write_text(json.dumps(data), encoding="utf-8")
    assert read_manifest(tmp_path) is None


def test_brackets_without_end_are_no_manifest(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("[" * 100_000, encoding="utf-8")
    assert read_manifest(tmp_path) is None


def test_a_manifest_of_before_the_chain_is_read_and_followed(tmp_path: Path) -> None:
    old = json.loads(FIRST.text())
    for name in ("templates", "annexes", "catalogue_sha256", "previous", "rank"):
        del old[name]
    (tmp_path / MANIFEST).write_text(json.dumps(old), encoding="utf-8")
    before = read_manifest(tmp_path)
    assert before == FIRST
    assert chained(replace(FIRST, tool="2"), before, tmp_path).rank == 2

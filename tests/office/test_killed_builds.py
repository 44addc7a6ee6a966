"""Builds killed at random moments, and real documents that no converter gets through."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import nsdecls

from clspd_docs.build.together import Order, convert, refusal
from clspd_docs.conversion.find import find_office
from clspd_docs.conversion.pool import Pool

sys.path.insert(0, str(Path(__file__).parents[2]))
from tools.kill_builds import TARGETS, rounds

pytestmark = pytest.mark.office


def test_builds_killed_at_random_moments_leave_whole_outputs_and_nothing_else(tmp_path: Path) -> None:
    """The build, while it publishes, a LibreOffice, a guard, guards and build: 100 by tools/kill_builds.py."""
    found = dict(rounds(tmp_path, len(set(TARGETS)), seed=7, example_every=0))
    assert found == {target: [] for target in TARGETS}


def letter(path: Path, body: str) -> bytes:
    """A Word file of this body."""
    docx.Document().save(str(path))
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["word/document.xml"] = f"<w:document {nsdecls('w')}><w:body>{body}</w:body></w:document>".encode()
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return path.read_bytes()


def test_a_document_that_hangs_is_tried_twice_and_named_and_the_rest_is_delivered(tmp_path: Path) -> None:
    """LibreOffice takes minutes to lay out tables eighty deep; their letter is one of eight that go together.

    The build gives each try half of the time of a document: see test_build_publish.py.
    """
    text, end = "<w:p><w:r><w:t>Lettre</w:t></w:r></w:p>", "<w:sectPr/>"
    beside = "<w:tc><w:p/></w:tc>" * 8
    deep = "<w:tbl><w:tr><w:tc>" * 78 + text + f"<w:p/></w:tc>{beside}</w:tr></w:tbl>" * 78 + "<w:p/>"
    source = tmp_path / "source.docx"
    letters = [letter(source, text + (deep if i == 5 else text) + end) for i in range(8)]
    assert refusal("lettre.docx", letters) is None
    orders = [Order(f"l{i}", f"l{i}", data, "lettre.docx") for i, data in enumerate(letters)]
    orders += [
        Order("coupe", "coupe", letter(source, text + "<w:p>"), "autre.docx"),
        Order("page", "page", b"<html>", "page.docx"),
        Order("fin", "fin", letter(source, text), "fin.docx"),
    ]
    with Pool(find_office(), workers=1, timeout_seconds=4) as pool:
        found = {each.key: each.finding and each.finding.code for each in convert(pool, orders, tmp_path)}
        assert pool.starts == 3  # the first, one after the letters together, one after the bad letter alone
    assert found == {order.key: None for order in orders} | {
        "l5": "PDF106",
        "coupe": "PDF105",
        "page": "PDF101",
    }

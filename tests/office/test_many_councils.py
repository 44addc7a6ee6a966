"""Three small councils on two processes, each with its LibreOffice: the same files as one after the other."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from builders.classeur import Classeur
from builders.conseils import registres
from clspd_docs.build.many import build_many
from clspd_docs.build.pipeline import build
from clspd_docs.build.request import Options
from clspd_docs.build.workspace import WORKBOOK, Folder, init
from conftest import TODAY

pytestmark = pytest.mark.office


def council(root: Path, name: str) -> Path:
    rows = registres()
    rows.row("parametres")["collectivite"] = f"Montbrun-{name}"
    rows.row("points")["piece"] = None
    init(root / name, example=False)
    Classeur(rows).book.save(root / name / WORKBOOK)
    return root / name


def published(root: Path) -> dict[str, str]:
    files = (path for path in root.glob("*/sorties/P-2027-02/**/*") if path.is_file())
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.name != "manifeste.json"
    }


def test_councils_built_at_once_equal_those_built_one_after_the_other(tmp_path: Path) -> None:
    names = ("un", "deux", "trois")
    folders = [council(tmp_path / "ensemble", name) for name in names]
    shutil.copytree(tmp_path / "ensemble", tmp_path / "seuls")
    options = Options(TODAY, document="convocation-pleniere")
    report = build_many(folders, options, workers=2)
    assert [(Path(each.folder).name, each.exit) for each in report.councils] == [(name, 0) for name in names]
    for name, each in zip(names, report.councils, strict=True):
        alone = build(Folder(tmp_path / "seuls" / name), options, lambda _: None)
        assert alone.as_json() | {"converter_starts": 1} == each.answer
    files = published(tmp_path / "ensemble")
    assert len(files) > 3 * 8
    assert files == published(tmp_path / "seuls")

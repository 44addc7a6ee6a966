"""``registers upgrade`` in a working folder: the dated copy first, the workbook whole or untouched."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference

from builders.schema_1 import EXAMPLE, cells, declare, old_small
from clspd_docs.build.report import Report
from clspd_docs.build.workspace import Folder
from clspd_docs.desk import upgrading
from clspd_docs.desk.upgrading import upgrade_workbook
from clspd_docs.errors import Stop
from clspd_docs.registers.schema import SCHEMA_VERSION
from clspd_docs.registers.upgrade import Upgrade, upgrade

NOW = dt.datetime(2026, 11, 24, 14, 5)  # noqa: DTZ001 - a desk's clock


def folder_of(root: Path, book: Workbook, name: str = "clspd.xlsx") -> tuple[Folder, Path]:
    (root / "registers").mkdir()
    path = root / "registers" / name
    book.save(path)
    return Folder(root), path


def run(folder: Folder, *, fresh: bool = False, preview: bool = False) -> Report:
    return upgrade_workbook(folder, NOW, fresh=fresh, preview=preview)


def names(folder: Folder) -> list[str]:
    return sorted(p.name for p in folder.path("registers").iterdir())


def test_a_dated_copy_of_the_exact_bytes_comes_first(tmp_path: Path) -> None:
    folder, path = folder_of(tmp_path, old_small())
    before = path.read_bytes()
    report = run(folder)
    assert report.more["backup"] == "registers/clspd 2026-11-24 14h05.xlsx"
    assert report.more["path"] == "registers/clspd.xlsx"
    assert folder.path(report.more["backup"]).read_bytes() == before
    assert path.read_bytes() != before
    assert names(folder) == ["clspd 2026-11-24 14h05.xlsx", "clspd.xlsx"]
    assert report.exit == 0


def test_a_copy_of_the_same_minute_is_never_overwritten(tmp_path: Path) -> None:
    folder, _ = folder_of(tmp_path, old_small())
    kept = folder.path("registers/clspd 2026-11-24 14h05.xlsx")
    kept.write_bytes(b"first")
    assert run(folder).more["backup"] == "registers/clspd 2026-11-24 14h05 (2).xlsx"
    assert kept.read_bytes() == b"first"


def test_a_second_run_writes_nothing(tmp_path: Path) -> None:
    folder, path = folder_of(tmp_path, old_small())
    run(folder)
    stamp, before = path.stat().st_mtime_ns, names(folder)
    report = run(folder)
    assert (report.more["changes"], report.more["path"], report.more["backup"]) == ([], None, None)
    assert (path.stat().st_mtime_ns, names(folder), report.exit) == (stamp, before, 0)


def test_a_preview_writes_nothing(tmp_path: Path) -> None:
    folder, path = folder_of(tmp_path, old_small())
    before = path.read_bytes()
    report = run(folder, preview=True)
    assert report.more["changes"]
    assert report.more["backup"] == "registers/clspd 2026-11-24 14h05.xlsx"
    assert (path.read_bytes(), names(folder)) == (before, ["clspd.xlsx"])


def charted() -> Workbook:
    book = old_small()
    ws = book.create_sheet("Mes graphiques")
    for row in ([1], [2]):
        ws.append(row)
    chart = BarChart()
    chart.add_data(Reference(ws, min_col=1, min_row=1, max_row=2))
    ws.add_chart(chart, "C3")
    return book


def test_a_workbook_that_would_lose_something_stays_and_a_new_one_comes_beside_it(tmp_path: Path) -> None:
    folder, path = folder_of(tmp_path, charted())
    before = path.read_bytes()
    report = run(folder)
    assert report.more["path"] == "registers/clspd-v3.xlsx"
    assert report.more["backup"] is None
    assert [f.code for f in report.findings] == ["REG162"]
    assert "graphiques" in report.findings[0].message
    assert (path.read_bytes(), report.exit) == (before, 0)
    book = load_workbook(folder.path("registers/clspd-v3.xlsx"))
    assert cells(book).items() >= cells(load_workbook(BytesIO(before))).items()
    assert book["Organismes"]["L1"].value == "SIRET"


def test_neuf_leaves_the_workbook_and_never_overwrites_another_new_one(tmp_path: Path) -> None:
    folder, path = folder_of(tmp_path, old_small())
    before = path.read_bytes()
    assert run(folder, fresh=True).more["path"] == "registers/clspd-v3.xlsx"
    assert run(folder, fresh=True).more["path"] == "registers/clspd-v3 (2).xlsx"
    assert path.read_bytes() == before


def test_a_workbook_with_macros_gives_an_xlsx_beside_it(tmp_path: Path) -> None:
    folder, _ = folder_of(tmp_path, old_small(), "clspd.xlsm")
    assert run(folder).more["path"] == "registers/clspd-v3.xlsx"
    assert names(folder) == ["clspd-v3.xlsx", "clspd.xlsm"]


@pytest.mark.parametrize("lock", ["~$clspd.xlsx", ".~lock.clspd.xlsx#"])
def test_an_open_workbook_is_not_touched(lock: str, tmp_path: Path) -> None:
    folder, path = folder_of(tmp_path, old_small())
    before = path.read_bytes()
    folder.path(f"registers/{lock}").write_text("")
    with pytest.raises(Stop) as stop:
        run(folder)
    assert (stop.value.finding.code, stop.value.exit_code) == ("REG163", 3)
    assert lock in stop.value.finding.remedy
    assert (path.read_bytes(), names(folder)) == (before, sorted([lock, "clspd.xlsx"]))


def test_a_refusal_of_the_system_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, path = folder_of(tmp_path, old_small())
    before = path.read_bytes()

    def refuse(_self: Path, _target: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(Stop) as stop:
        run(folder)
    assert (stop.value.finding.code, stop.value.exit_code) == ("ENV203", 3)
    assert (path.read_bytes(), names(folder)) == (before, ["clspd.xlsx"])


def test_a_workbook_saved_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, path = folder_of(tmp_path, old_small())

    def slow(where: Path, file: str) -> Upgrade:
        done = upgrade(where, file)
        where.write_bytes(EXAMPLE)
        return done

    monkeypatch.setattr(upgrading, "upgrade", slow)
    with pytest.raises(Stop) as stop:
        run(folder)
    assert stop.value.finding.code == "REG164"
    assert (path.read_bytes(), names(folder)) == (EXAMPLE, ["clspd.xlsx"])


def test_a_workbook_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    folder, _ = folder_of(tmp_path, declare(old_small(), SCHEMA_VERSION + 1))
    with pytest.raises(Stop) as stop:
        run(folder)
    assert (stop.value.finding.code, stop.value.exit_code) == ("REG010", 3)

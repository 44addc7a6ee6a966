"""``check --annoter`` and ``check --html``: where the copy and the page go, and what they never replace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from clspd_docs.build.files import edited_name, existing, write_whole
from clspd_docs.build.preview import check
from clspd_docs.build.publish import EDITED
from clspd_docs.build.report import Report
from clspd_docs.build.workspace import CANNOT_WRITE, OTHER_WORKBOOKS, WORKBOOK, Folder
from clspd_docs.desk.findings_page import GENERATOR, findings_page
from clspd_docs.desk.template_files import name_in
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Finding, Kind, Severity, in_order
from clspd_docs.origin import Place
from clspd_docs.registers.annotate import OTHER_FORMAT, annotated, from_grids, is_copy, is_untouched
from clspd_docs.registers.preflight import Form, bytes_of, form_of
from clspd_docs.registers.source import source_of

IS_WORKBOOK = Kind(
    "ENV209",
    Severity.ERROR,
    "La copie remplacerait le classeur",
    "Ce nom est celui du classeur : rien n’a été écrit.",
    "Donner un autre nom après l’option, ou n’en donner aucun.",
    bad="clspd-docs check --annoter registers/clspd.xlsx",
    good="clspd-docs check --annoter",
)
NOT_OURS = Kind(
    "ENV210",
    Severity.ERROR,
    "Fichier déjà présent",
    "Ce fichier existe déjà et ne vient pas de « clspd-docs check » : il est laissé tel quel, rien n’a été écrit.",
    "Donner un autre nom après l’option, ou déplacer ce fichier.",
)

COPY_NAME: Final = "clspd-a-corriger.xlsx"
PAGE_NAME: Final = "clspd-constats.html"


def check_and_tell(folder: Folder, jour: dt.date, copy: str | None, page: str | None) -> Report:
    """Check the folder, then write the annotated copy of its workbook and the page of its findings.

    Args:
        folder: The working folder; its workbook is only read.
        jour: Today.
        copy: Path of the copy, from the current folder; empty for the usual one, beside the workbook; None for none.
        page: Path of the page, likewise.

    Returns:
        The report of ``check``, where ``more`` has the paths written: « annotated », « html ». ENV205 when the
        copy there had been corrected: it is kept under another name.

    Raises:
        Stop: When the workbook cannot be read; ENV209 and ENV210 when the target is not to be replaced; ENV203
            when it cannot be written.
    """
    beside = folder.path(folder.workbooks()[0]).parent
    copy_path = None if copy is None else Path(copy) if copy else beside / COPY_NAME
    page_path = None if page is None else Path(page) if page else beside / PAGE_NAME
    for path in (copy_path, page_path):
        if path is not None:
            _accept(folder, path)
    report = check(folder, jour)
    more, kept = dict(report.more), list[Finding]()
    if copy_path is not None:
        content = _copy(folder, report.findings)
        kept = _keep_corrected(folder, copy_path)
        _write(folder, copy_path, content)
        more["annotated"] = name_in(folder, copy_path)
    if page_path is not None:
        text = findings_page([*report.findings, *kept], folder.workbooks()[0])
        _write(folder, page_path, text.encode(errors="replace"))
        more["html"] = name_in(folder, page_path)
    return replace(report, findings=in_order([*report.findings, *kept]), more=more)


def _copy(folder: Folder, findings: Sequence[Finding]) -> bytes:
    file = folder.workbooks()[0]
    data = bytes_of(folder.path(file), Place(file))
    if form_of(data, Place(file)) is Form.XLSX:
        try:
            return annotated(data, findings, file)
        except Exception:  # noqa: BLE001, S110 - openpyxl raises almost anything on what it cannot write again
            pass
    return annotated(from_grids(source_of(data, file).grids), findings, file, lacks=(OTHER_FORMAT,))


def _accept(folder: Folder, path: Path) -> None:
    """Refuse a target that is the workbook, would become it, or is somebody's own file."""
    try:
        place = Place(name_in(folder, path))
        if any(_is_same(path, folder.path(name)) for name in (WORKBOOK, *OTHER_WORKBOOKS)):
            raise Stop(IS_WORKBOOK.at(place), ExitCode.USAGE)
        content = existing(path)
    except OSError as error:
        raise Stop(CANNOT_WRITE.at(Place(str(path)))) from error
    if content is None or GENERATOR.encode() in content[:1000]:
        return
    if _is_untouched(content) is None:
        raise Stop(NOT_OURS.at(place), ExitCode.USAGE)


def _is_untouched(content: bytes) -> bool | None:
    """Whether nobody has worked in an earlier copy; None for what is no copy of ours, damaged or oversized."""
    try:
        form_of(content, Place(""))  # bombs stop here
        return is_untouched(content) if is_copy(content) else None
    except Exception:  # noqa: BLE001 - zipfile raises almost anything on what it cannot unpack
        return None


def _is_same(path: Path, other: Path) -> bool:
    return path.resolve() == other.resolve() or (path.exists() and other.exists() and path.samefile(other))


def _keep_corrected(folder: Folder, path: Path) -> list[Finding]:
    """Put aside a copy that the secretary has worked in since it was written."""
    try:
        if _is_untouched(existing(path) or b"") is not False:
            return []
        aside = edited_name(path)
        path.rename(aside)
    except OSError as error:
        raise Stop(CANNOT_WRITE.at(Place(name_in(folder, path)))) from error
    return [EDITED.at(Place(name_in(folder, path)), copie=aside.name)]


def _write(folder: Folder, path: Path, content: bytes) -> None:
    """Write the file whole, or not at all."""
    try:
        write_whole(path, content)
    except OSError as error:
        raise Stop(CANNOT_WRITE.at(Place(name_in(folder, path)))) from error

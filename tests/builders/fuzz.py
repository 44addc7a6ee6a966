"""Damaged workbooks, by the thousand: a real one, and a few changes of its bytes, of its XML or of its cells.

``case(seeds, seed, number)`` always gives the same file for the same numbers. Every text typed in a cell by a
mutation holds ``MARK``, so that a report which quotes a cell shows itself. What the files must give is said
where they are used: ``tools/fuzz_registers.py``.
"""

from __future__ import annotations

import io
import random
import re
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from lxml import etree
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from builders.classeur import classeur
from builders.fuzz_cells import CELLS
from builders.fuzz_xml import MAIN, XML, Mutation, Parts

LINKS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPOT: Final = re.compile(r"([A-Z]+)(\d+)")


@dataclass(frozen=True, slots=True)
class Seed:
    """A sound workbook: its bytes, its parts when it is a zip, and the ending of its name."""

    name: str
    data: bytes
    suffix: str = ".xlsx"
    parts: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One damaged workbook. ``how`` names the seed and the changes, in order."""

    how: str
    data: bytes
    suffix: str
    is_marked: bool


def seed(name: str, data: bytes, suffix: str = ".xlsx") -> Seed:
    """Return a seed from the bytes of a workbook."""
    return Seed(name, data, suffix, parts_of(data) if data.startswith(b"PK") else {})


def own_seeds(folder: Path) -> list[Seed]:
    """Return the seeds that need no other program; ``folder`` holds the two workbooks of the repository."""
    return [
        seed("petit", saved(classeur().book)),
        seed("riche", saved(rich())),
        seed("exemple", (folder / "clspd.xlsx").read_bytes()),
        seed("vierge", (folder / "clspd-vierge.xlsx").read_bytes()),
    ]


def saved(book: Workbook) -> bytes:
    """Return the bytes of an openpyxl workbook."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def rich() -> Workbook:
    """Return the small council with all that a desk adds to a workbook over the years."""
    book = (
        classeur()
        .sheet("Membres")
        .titles("Ville de Montbrun", "Mis à jour le 3 mars")
        .add_column("Voiture", "oui", "non")
        .sheet("Actions")
        .hide(3)
        .add_sheet("Statistiques", ["Mois", "Faits"], ["janvier", 3], ["février", 5])
        .book
    )
    grid = book["Statistiques"]
    chart = BarChart()
    chart.add_data(Reference(grid, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    grid.add_chart(chart, "E2")  # type: ignore[call-arg] # the stubs take the sheet for a chart's
    members = book["Membres"]
    members["B6"].hyperlink = "mailto:x@montbrun.example"
    members["C6"].comment = Comment("À rappeler", "secrétariat")
    members["D6"].value = CellRichText("Hé", TextBlock(InlineFont(b=True), "brard"))
    members.auto_filter.ref = "A3:F9"
    members.conditional_formatting.add("A4:A9", _rule())
    book["Séances"]["E2"].value = "=DATE(2027,2,4)"
    book.create_sheet("Notes").sheet_state = "veryHidden"
    book.epoch = CALENDAR_MAC_1904
    return book


def _rule() -> Any:
    from openpyxl.formatting.rule import CellIsRule  # noqa: PLC0415 - one use

    return CellIsRule(operator="equal", formula=['"M001"'])  # type: ignore[no-untyped-call]


def parts_of(data: bytes) -> Parts:
    """Return the members of a zip, by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """Return the zip of ``parts``; a name that ends with « \\0 » is that of a second member of the same name."""
    stream = io.BytesIO()
    with (
        warnings.catch_warnings(action="ignore", category=UserWarning),  # of a name given twice
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name.removesuffix("\0")), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def case(seeds: list[Seed], start: int, number: int) -> Case:
    """Return the damaged workbook ``number`` of the run ``start``: the same for the same seeds and numbers."""
    rng = random.Random(f"{start}-{number}")
    chosen = rng.choices(seeds, weights=[8, 5, *([2] * len(seeds))][: len(seeds)])[0]
    weights = (2, 3, 7) if chosen.suffix == ".xlsx" else (1, 3 if chosen.parts else 0, 0)
    family = rng.choices((_of_bytes, _of_xml, _of_cells), weights)[0]
    return family(chosen, seeds, rng)


def _of_bytes(chosen: Seed, seeds: list[Seed], rng: random.Random) -> Case:
    data, how = bytearray(chosen.data), [chosen.name]
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        change = rng.choice(BYTES)
        how.append(change.__name__)
        data = change(data, seeds, rng)
    return Case(" ".join(how), bytes(data), chosen.suffix, is_marked=False)


def _of_xml(chosen: Seed, _seeds: list[Seed], rng: random.Random) -> Case:
    return _changed(chosen, XML, rng)


def _of_cells(chosen: Seed, _seeds: list[Seed], rng: random.Random) -> Case:
    return _changed(chosen, CELLS, rng)


def _changed(chosen: Seed, mutations: list[Mutation], rng: random.Random) -> Case:
    parts, how = dict(chosen.parts), [chosen.name]
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        change = rng.choice(mutations)
        how.append(change.__name__)
        change(parts, rng)
    return Case(" ".join(how), zipped(parts), chosen.suffix, is_marked=mutations is CELLS)


# --- Bytes ---------------------------------------------------------------------------------------------


def flip(data: bytearray, _: list[Seed], rng: random.Random) -> bytearray:
    """Change a few bytes anywhere."""
    for _turn in range(rng.choice((1, 3, 20, 200))):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return data


def cut(data: bytearray, _: list[Seed], rng: random.Random) -> bytearray:
    """Keep the beginning, or the end."""
    at = rng.randrange(1, len(data))
    return data[:at] if rng.random() < 0.7 else data[at:]


def hole(data: bytearray, _: list[Seed], rng: random.Random) -> bytearray:
    """Take a slice out, or fill it with zeros, as a bad disk does."""
    start, size = rng.randrange(len(data)), rng.choice((1, 16, 512, 4096))
    return data[:start] + (b"" if rng.random() < 0.5 else bytes(size)) + data[start + size :]


def splice(data: bytearray, seeds: list[Seed], rng: random.Random) -> bytearray:
    """Put a slice of another workbook in the middle."""
    other = rng.choice(seeds).data
    start, at = rng.randrange(len(other)), rng.randrange(len(data))
    slice_ = other[start : start + rng.choice((64, 1024, 20_000))]
    return data[:at] + slice_ + data[at + (len(slice_) if rng.random() < 0.5 else 0) :]


def around(data: bytearray, seeds: list[Seed], rng: random.Random) -> bytearray:
    """Add something before or after."""
    more = rng.choice((b"\r\n" * 3, bytes(600), rng.randbytes(300), rng.choice(seeds).data))
    return data + more if rng.random() < 0.6 else bytearray(more) + data


def directory(data: bytearray, _: list[Seed], rng: random.Random) -> bytearray:
    """Make the directory of a zip lie: sizes, checksums, offsets, methods, flags, names, number of entries."""
    starts = [m.start() for m in re.finditer(b"PK\x01\x02", data)]
    ends = [m.start() for m in re.finditer(b"PK\x05\x06", data)]
    # Offsets in an entry: flags 8, method 10, checksum 16, packed 20, size 24, lengths 28 to 32, header 42.
    for _turn in range(rng.choice((1, 1, 3)) if starts else 0):
        at = rng.choice(starts) + rng.choice((8, 10, 16, 20, 24, 24, 28, 30, 32, 42, 46))
        value = rng.choice((0, 1, 9, 0xFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFF, rng.randrange(2**32)))
        if at + 4 < len(data):
            struct.pack_into("<I" if rng.random() < 0.5 else "<H", data, at, value % (2**16))
            struct.pack_into("<I", data, at, value) if rng.random() < 0.5 else None
    if ends and rng.random() < 0.3:
        struct.pack_into("<H", data, ends[-1] + rng.choice((4, 8, 10, 20)), rng.randrange(2**16))
    return data


BYTES: Final[list[Callable[[bytearray, list[Seed], random.Random], bytearray]]] = [
    *(flip, cut, hole, splice, around, directory, directory),
]


def filled_rows(data: bytes) -> dict[str, set[int]]:
    """Return the rows that show something, by sheet, as the XML says: a second opinion, without openpyxl.

    Blanks and texts kept apart from the sheets count for nothing, so that this set is never too large.
    """
    parts = parts_of(data)
    links = {e.get("Id"): e.get("Target") for e in etree.fromstring(parts["xl/_rels/workbook.xml.rels"])}
    found = {}
    for tab in etree.fromstring(parts["xl/workbook.xml"]).iter(f"{{{MAIN}}}sheet"):
        target = links[tab.get(f"{{{LINKS}}}id")] or ""
        sheet = etree.fromstring(parts[target.removeprefix("/") if target[0] == "/" else f"xl/{target}"])
        cells = {c.get("r") or "": _shows(c) for c in sheet.iter(f"{{{MAIN}}}c")}  # the last of one address
        title = tab.get("name") or ""
        spots = [SPOT.fullmatch(spot) for spot, shows in cells.items() if shows]
        rows = {int(s[2]) for s in spots if s and len(s[1]) < 3}
        found[title] = set() if title in found else rows  # two sheets of one name: no opinion
    return found


def _shows(cell: etree._Element) -> bool:
    text = "".join(t.text or "" for t in cell.iter(f"{{{MAIN}}}v", f"{{{MAIN}}}t")).replace("_x000D_", "")
    return cell.get("t") in {"inlineStr", "n", "b"} and bool(re.search(r"\w", text))

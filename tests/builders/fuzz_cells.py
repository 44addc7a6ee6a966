"""Changes of the cells of a workbook, as hands and other programs make them: types, texts, rows, columns, tabs."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Final

from lxml import etree

from builders.fuzz_xml import MAIN, NUMBERS, REFS, Mutation, Parts, keep, tree

MARK: Final = "Zq7"
"""Stands in texts typed below the headers, so that an answer which quotes a cell shows itself."""

SHEET: Final = re.compile(r"xl/worksheets/sheet\d+\.xml")
C, ROW, DATA = f"{{{MAIN}}}c", f"{{{MAIN}}}row", f"{{{MAIN}}}sheetData"
WORDS: Final = [
    *[
        "",
        " ",
        "\xa0",
        "\u200b",
        "élève",
        "M.",
        "Mme ",
        "NÃ©e PÃ©rier",
        "Ã‰cole",
        "a\xa0: b",
        "l’été",
        "31/02/2027",
        "4 fev. 27",
        "mardi 4 février 2027",
        "2027-13-01",
        "14h30",
        "25h",
        "00/01/1900",
        "29/02/1900",
        "oui ; non",
        "Oui",
        "OUI ",
        "353010203",
        "+33 3 53 01 02 03",
        "03.53.01.02.03 / 06",
        "1000",
        "01000",
        "9A100",
        "a@b",
        "a@ville.example; b@ville.example",
        "à@é.fr",
        "=A1",
        "@x",
        "+1",
        "-",
        "'",
        "M001",
        "m001 ; M002",
        "ORG-CAFF",
        "\n\n\n",
        "_x000D_",
        "_x0000_",
        "{{ membre.nom }}",
        "{% for a in b %}",
        "</w:t>&",
        "\u202eabc",
        "#N/A",
        "#REF!",
        "1e999",
        "-0",
        "48.000",
        "12,5 %",
        "plénière",
        "pleniere",
        "actif",
        "Mineurs suivis",
    ],
    "x" * 40_000,
    "; " * 9000,
    "🤝" * 50,
]
DIGITS: Final = [
    "0",
    "-1",
    "1",
    "45413",
    "60",
    "59.9999",
    "2958465",
    "2958466",
    "-693594",
    "1e400",
    "0.1",
    "353010203",
    "1E+307",
]
ERRORS: Final = ["#N/A", "#REF!", "#DIV/0!", "#SPILL!", "#PERSO!"]


def _sheets(parts: Parts) -> list[str]:
    return [name for name in parts if SHEET.fullmatch(name)]


def _in_sheet(parts: Parts, rng: random.Random) -> tuple[str, etree._Element | None, etree._Element | None]:
    """Return the name, the root and the rows of a sheet taken at random."""
    found = _sheets(parts)
    name = rng.choice(found) if found else ""
    root = tree(parts, name) if name else None
    return name, root, root.find(DATA) if root is not None else None


def _type_in(cell: etree._Element, rng: random.Random, *, absurd: bool = False) -> None:
    """Type something in a cell: texts hold the mark, but for identifiers, which messages may quote."""
    style = cell.get("s")
    spot = cell.get("r") or "B2"
    kind = rng.random()
    is_id = re.match(r"A\d|[A-Z]+[0-5]$", spot) or kind < 0.15  # an identifier, a header
    mark = "" if is_id else MARK
    cell.clear()
    cell.set("r", spot)
    if style and rng.random() < 0.7:
        cell.set("s", style if rng.random() < 0.8 else rng.choice(("1", "3", "9999" if absurd else "2")))
    if kind < 0.55:
        word = rng.choice(WORDS)
        bare = etree.SubElement(etree.SubElement(cell, f"{{{MAIN}}}is"), f"{{{MAIN}}}t")
        bare.text = word + mark if word.strip() and rng.random() < 0.5 else word
        cell.set("t", "inlineStr")
    elif kind < 0.9:
        kinds: dict[str, Sequence[str]] = {"n": DIGITS, "e": ERRORS, "b": ("0", "1"), "s": ("0", "7")}
        kinds |= {"d": ("2027-02-04", "2027-02-04T14:30:00"), "str": WORDS[:40]}
        if absurd:  # openpyxl gives up on the whole workbook
            kinds = {"b": ("2", "vrai"), "s": ("99999", "-1"), "d": ("2027-02-31", "x"), "autre": ("1",)}
        name = rng.choice(list(kinds))
        cell.set("t", name)
        etree.SubElement(cell, f"{{{MAIN}}}v").text = rng.choice(kinds[name])
    else:
        formula = etree.SubElement(cell, f"{{{MAIN}}}f")
        formula.text = rng.choice(
            ("B2&C2", "NOW()", "1/0", 'HYPERLINK("http://x.example","y")', "", "[1]X!A1")
        )
        if rng.random() < 0.3:
            formula.set("t", rng.choice(("shared", "array", "dataTable")))
            formula.set("ref", rng.choice(REFS))
            formula.set("si", "0")
        if rng.random() < 0.4:
            etree.SubElement(cell, f"{{{MAIN}}}v").text = rng.choice(("3", "", "#N/A"))


def type_in(parts: Parts, rng: random.Random) -> None:
    """Type in a few cells, or in a whole column."""
    name, root, rows = _in_sheet(parts, rng)
    if root is None or rows is None:
        return
    cells = list(rows.iter(C))
    if rng.random() < 0.2 and cells:
        letters = re.sub(r"\d", "", rng.choice(cells).get("r") or "")
        chosen = [c for c in cells if re.sub(r"\d", "", c.get("r") or "") == letters][1:]
    else:
        chosen = rng.sample(cells, min(len(cells), rng.choice((1, 3, 10, 60))))
    absurd = rng.random() < 0.06
    for cell in chosen:
        _type_in(cell, rng, absurd=absurd)
    keep(parts, name, root)


def far_away(parts: Parts, rng: random.Random) -> None:
    """Add rows and cells far below or far to the right, or above and before the others."""
    name, root, rows = _in_sheet(parts, rng)
    if root is None or rows is None:
        return
    for _ in range(rng.choice((1, 2, 40))):
        number = rng.choice((0, 1, 2, 1000, 65_537, 1_048_575, 1_048_576, 1_048_577, 99_999_999))
        row = etree.SubElement(rows, ROW, {"r": str(number)})
        for _cell in range(rng.choice((0, 1, 3))):
            cell = etree.SubElement(
                row, C, {"r": f"{rng.choice(('A', 'B', 'AZ', 'XFD', 'XFE', 'ZZZ'))}{number}"}
            )
            _type_in(cell, rng)
    keep(parts, name, root)


def move_rows(parts: Parts, rng: random.Random) -> None:
    """Drop, double, move, hide or blank rows, the headers among them."""
    name, root, rows = _in_sheet(parts, rng)
    if root is None or rows is None or not len(rows):
        return
    for row in rng.sample(list(rows), min(len(rows), rng.choice((1, 2, 5)))):
        what = rng.randrange(5)
        if what == 0:
            rows.remove(row)
        elif what == 1:
            rows.append(etree.fromstring(etree.tostring(row)))
        elif what == 2:
            rows.insert(rng.randrange(len(rows)), row)
        elif what == 3:
            row.set("hidden", "1")
        else:
            shift = rng.choice((1, 18, 5000))
            row.set("r", str(int(row.get("r") or 1) + shift))
            for cell in row:
                cell.set("r", re.sub(r"\d+", row.get("r") or "1", cell.get("r") or "A1"))
    keep(parts, name, root)


def move_columns(parts: Parts, rng: random.Random) -> None:
    """Exchange, double or drop two columns."""
    name, root, rows = _in_sheet(parts, rng)
    if root is None or rows is None:
        return
    one, two = rng.sample("BCDEFGHIJKLMN", 2)
    swap = {one: two, two: one} if rng.random() < 0.5 else {one: two}
    for cell in list(rows.iter(C)):
        letters, digits = re.sub(r"\d", "", cell.get("r") or ""), re.sub(r"\D", "", cell.get("r") or "")
        if letters in swap:
            cell.set("r", swap[letters] + digits)
    for row in rows:
        row[:] = sorted(row, key=lambda c: (len(c.get("r") or ""), c.get("r") or ""))
    keep(parts, name, root)


def merge(parts: Parts, rng: random.Random) -> None:
    """Merge areas, over the headers or over rows."""
    name, root, rows = _in_sheet(parts, rng)
    if root is None or rows is None:
        return
    area = etree.Element(f"{{{MAIN}}}mergeCells")
    for _ in range(rng.choice((1, 3, 50))):
        top = rng.randrange(1, 8)
        ref = f"{rng.choice('ABC')}{top}:{rng.choice('CDEF')}{top + rng.choice((0, 1, 5, 900))}"
        etree.SubElement(area, f"{{{MAIN}}}mergeCell", {"ref": rng.choice((ref,) * 9 + (rng.choice(REFS),))})
    rows.addnext(area)
    keep(parts, name, root)


def tabs(parts: Parts, rng: random.Random) -> None:
    """Rename, double, hide, reorder or drop sheets."""
    name = "xl/workbook.xml"
    root = tree(parts, name) if name in parts else None
    found = root.find(f"{{{MAIN}}}sheets") if root is not None else None
    if root is None or found is None or not len(found):
        return
    for tab in rng.sample(list(found), min(len(found), rng.choice((1, 2)))):
        what = rng.randrange(6)
        if what == 0:
            titles = (
                "Membres",
                "MEMBRES ",
                "Membres (2)",
                "Feuil1",
                "",
                "Erreurs",
                "Suivi des mineurs",
                "x" * 300,
            )
            tab.set("name", rng.choice(titles))
        elif what == 1:
            found.append(etree.fromstring(etree.tostring(tab)))
        elif what == 2:
            tab.set("state", rng.choice(("hidden", "veryHidden", "autre")))
        elif what == 3:
            found.insert(0, tab)
        elif what == 4:
            found.remove(tab)
        else:
            tab.set("sheetId", rng.choice(NUMBERS if rng.random() < 0.2 else ("1", "2", "77")))
    keep(parts, name, root)


def dates(parts: Parts, rng: random.Random) -> None:
    """Change the calendar of the workbook, or the formats of its numbers."""
    if "xl/workbook.xml" in parts and rng.random() < 0.5:
        text = re.sub(rb' date1904="\w*"', b"", parts["xl/workbook.xml"])
        parts["xl/workbook.xml"] = text.replace(b"<workbookPr", b'<workbookPr date1904="1"', 1)
    elif "xl/styles.xml" in parts:
        kinds = (b"14", b"9", b"22", b"46", b"49", b"164", b"9999")
        change: Callable[[re.Match[bytes]], bytes] = lambda m: b'numFmtId="%s"' % rng.choice((m[1], *kinds))  # noqa: E731
        parts["xl/styles.xml"] = re.sub(rb'numFmtId="(\d+)"', change, parts["xl/styles.xml"])


CELLS: Final[list[Mutation]] = [
    type_in,
    type_in,
    type_in,
    far_away,
    move_rows,
    move_columns,
    merge,
    tabs,
    dates,
]

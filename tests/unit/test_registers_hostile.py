"""What is no workbook, or one made to hurt: one French sentence, exit 3, in seconds and in bounded memory.

Every file is read in a process of its own, forked from one that has imported what it needs: its processor
time, and its peak of memory beyond what the imports take, are measured there.
"""

from __future__ import annotations

import io
import json
import os
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from builders.classeur import classeur
from builders.conseils import FICHIER
from builders.fuzz import saved, zipped
from builders.fuzz_xml import MAIN

pytestmark = pytest.mark.xdist_group("hostile")  # read once, by one worker

MAX_SECONDS: Final = 10.0
MAX_MIB: Final = 400
SHEET: Final = "xl/worksheets/sheet4.xml"  # « Membres »
CHILD: Final = """
import json, os, resource, signal, sys, time
from pathlib import Path
import openpyxl
from clspd_docs.errors import Stop
from clspd_docs.registers.read import read

def tell(path):
    start = time.process_time()
    try:
        book, findings = read(Path(path), "registers/clspd.xlsx")
        told = {"exit": 0, "members": len(book.rows["membres"]), "codes": sorted({f.code for f in findings})}
    except Stop as stop:
        f = stop.finding
        told = {"exit": int(stop.exit_code), "codes": [f.code], "told": [f.place.french(), f.message, f.remedy]}
    except BaseException as error:
        told = {"exit": None, "codes": [repr(error)]}
    return told | {"seconds": time.process_time() - start}

before = int(open("/proc/self/statm").read().split()[1]) * 4 // 1024
for path in sys.argv[1:]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
        os.write(writer, json.dumps(tell(path)).encode())
        os._exit(0)
    os.close(writer)
    told = json.loads(os.fdopen(reader, "rb").read() or b'{"exit": null, "codes": ["died"], "seconds": 99}')
    _, _, usage = os.wait4(child, 0)
    print(json.dumps(told | {"mib": usage.ru_maxrss // 1024 - before}), flush=True)
"""


def sound() -> dict[str, bytes]:
    """Return the parts of the small council's workbook."""
    with zipfile.ZipFile(io.BytesIO(saved(classeur().book))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(name: str, change: Callable[[bytes], bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return the small workbook with one part changed."""
    parts = sound()
    parts[name] = change(parts[name])
    return packed(parts, method)


def packed(parts: dict[str, bytes], method: int) -> bytes:
    """Return the zip of ``parts``; one that is only stored hides nothing in its ratio."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def in_sheet(before: bytes, added: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return the small workbook with XML added before a tag of « Membres »."""
    return changed(SHEET, lambda part: part.replace(before, added + before, 1), method)


def archive(**parts: bytes) -> bytes:
    """Return a zip; « __ » stands for a slash and « _ » for a point."""
    return zipped({name.replace("__", "/").replace("_", "."): data for name, data in parts.items()})


def ole(name: str) -> bytes:
    """Return the beginning of an old Office file that holds a stream called ``name``."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + name.encode("utf-16-le") + bytes(3000)


def lying(declared: int, actual: bytes) -> bytes:
    """Return the small workbook with a part that declares a size and a checksum of its own."""
    parts = sound()
    parts[SHEET] = actual
    data = bytearray(zipped(parts))
    checksum = zlib.crc32(actual[:declared])
    for start, at in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        found = next(
            m.start()
            for m in re.finditer(re.escape(start), data)
            if SHEET.encode() in data[m.start() : m.start() + 80]
        )
        struct.pack_into("<I", data, found + at, checksum)
        struct.pack_into("<I", data, found + at + 8, declared)
    return bytes(data)


def laughs(encoding: str) -> Callable[[bytes], bytes]:
    """Return what makes a part an entity bomb, in an encoding."""

    def change(part: bytes) -> bytes:
        text = re.sub(r"^<\?xml[^>]*\?>", "", part.decode())
        entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        bomb = f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]>' + text.replace(">", ">&l9;", 1)
        return f'<?xml version="1.0" encoding="{encoding}"?>{bomb}'.encode(encoding)

    return change


def many(tag: str, size: int = 22 * 2**20) -> bytes:
    """Return as many times ``tag`` as 22 MiB hold, under the limit of what is read at all."""
    return tag.encode() * (size // len(tag))


def only(root: str, inside: bytes) -> Callable[[bytes], bytes]:
    """Return what replaces a part by ``inside`` under one element."""
    return lambda _: f'<{root} xmlns="{MAIN}">'.encode() + inside + f"</{root}>".encode()


def wide() -> bytes:
    """Return twenty rows of 16,384 texts."""
    row = "".join(f'<c t="inlineStr"><is><t>x{n % 50}</t></is></c>' for n in range(16_384))
    rows = "".join(f"<row>{row}</row>" for _ in range(20))
    return changed(SHEET, only("worksheet", f"<sheetData>{rows}</sheetData>".encode()))


def three_full_sheets() -> bytes:
    """Return a workbook whose cells are too many, though no sheet has too many of them."""
    parts = sound()
    for number in (4, 5, 6):
        name = f"xl/worksheets/sheet{number}.xml"
        row = b"<row>" + many("<c/>", 5 * 2**20) + b"</row>"
        parts[name] = parts[name].replace(b"</sheetData>", row + b"</sheetData>")
    return packed(parts, zipfile.ZIP_STORED)


def shared(inside: bytes) -> bytes:
    """Return the small workbook with a table of shared texts."""
    parts = sound()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", override)
    return packed({**parts, "xl/sharedStrings.xml": only("sst", inside)(b"")}, zipfile.ZIP_STORED)


OPENDOCUMENT: Final = "application/vnd.oasis.opendocument"
DOC: Final = 'xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:t="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'


def ods(table: str, manifest: bytes = b"<m/>") -> bytes:
    """Return an .ods whose only table holds ``table``."""
    content = f'<o:document-content {DOC}><o:body><o:spreadsheet><t:table t:name="a">{table}</t:table></o:spreadsheet></o:body></o:document-content>'
    parts = {"mimetype": f"{OPENDOCUMENT}.spreadsheet".encode(), "content.xml": content.encode()}
    return zipped({**parts, "META-INF/manifest.xml": manifest})


BYTES: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "protégé par un mot de passe": (lambda: ole("EncryptedPackage"), "REG003"),
    "ancien .xls abîmé": (lambda: ole("Workbook"), "REG007"),
    "csv renommé": ("Identifiant;Nom\nM001;Dupré\n".encode, "REG004"),
    "page web renommée": (lambda: b"<html><table><tr><td>M001</td></tr></table></html>", "REG004"),
    "texte renommé": (lambda: "Bonjour à tous".encode("cp1252"), "REG004"),
    "PDF renommé": (lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "REG004"),
    "octets au hasard": (lambda: bytes(range(256)) * 4000, "REG004"),
    "vide": (bytes, "REG004"),
    "des espaces": (lambda: b" \r\n" * 1000, "REG004"),
    "un document Word": (lambda: archive(word__document_xml=b"<x/>"), "REG004"),
    "un texte LibreOffice": (
        lambda: archive(mimetype=f"{OPENDOCUMENT}.text".encode(), content_xml=b"<x/>"),
        "REG004",
    ),
    "un .xlsb": (lambda: archive(xl__workbook_bin=b"x"), "REG004"),
    "une archive": (lambda: archive(lisez_moi=b"x"), "REG004"),
    "coupé au milieu": (lambda: saved(classeur().book)[:9000], "REG007"),
    "sans la fin": (lambda: saved(classeur().book)[:-30], "REG007"),
    "bombe par le taux": (lambda: in_sheet(b"</sheetData>", b" " * 2**24), "REG006"),
    "bombe par la taille": (
        lambda: zipped(sound() | {f"xl/{n}.xml": b"<x/>" + bytes(2**20 - 4) for n in range(60)}),
        "REG006",
    ),
    "bombe par le nombre": (lambda: zipped(sound() | {f"xl/{n}.xml": b"" for n in range(3000)}), "REG006"),
    "annonce peu, contient beaucoup": (
        lambda: lying(1000, sound()[SHEET][:1000] + bytes(2**28)),
        "REG006 REG007",
    ),
    "annonce beaucoup": (lambda: lying(2**31, sound()[SHEET]), "REG006"),
    "annonce un peu trop": (lambda: lying(2**20, sound()[SHEET]), "-"),
    "entités": (lambda: changed(SHEET, laughs("utf-8")), "REG007"),
    "entités en UTF-16": (lambda: changed(SHEET, laughs("utf-16")), "REG007"),
    "entités dans les styles": (lambda: changed("xl/styles.xml", laughs("utf-16")), "REG007"),
    "mis en forme jusqu’en bas": (
        lambda: in_sheet(
            b"</sheetData>",
            b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (r, r) for r in range(100, 700_000)),
        ),
        "REG006",
    ),
    "lignes vides jusqu’en bas": (
        lambda: in_sheet(b"</sheetData>", many('<row ht="9"/>'), zipfile.ZIP_STORED),
        "REG006",
    ),
    "cellules vides sans nombre": (
        lambda: in_sheet(b"</sheetData>", b"<row>" + many("<c/>") + b"</row>", zipfile.ZIP_STORED),
        "REG006",
    ),
    "tout petits nombres": (
        lambda: in_sheet(b"</sheetData>", b"<row>" + many("<c><v>1</v></c>") + b"</row>", zipfile.ZIP_STORED),
        "REG006",
    ),
    "fusions sans nombre": (
        lambda: in_sheet(
            b"<pageMargins",
            b"<mergeCells>" + many('<mergeCell ref="A1"/>') + b"</mergeCells>",
            zipfile.ZIP_STORED,
        ),
        "REG006",
    ),
    "une validation de mille pages": (
        lambda: in_sheet(
            b"<pageMargins",
            b'<dataValidations><dataValidation type="list" sqref="' + many("A1 ") + b'"/></dataValidations>',
            zipfile.ZIP_STORED,
        ),
        "REG006",
    ),
    "compressé autrement": (lambda: packed(sound(), zipfile.ZIP_BZIP2), "REG007"),
    "textes partagés sans nombre": (lambda: shared(many("<si><t/></si>")), "REG006"),
    "styles sans nombre": (
        lambda: changed(
            "xl/styles.xml",
            only("styleSheet", b"<cellXfs>" + many("<xf/>") + b"</cellXfs>"),
            zipfile.ZIP_STORED,
        ),
        "REG006",
    ),
    "styles sans nombre, moins serrés": (
        lambda: changed(
            "xl/styles.xml",
            only("styleSheet", b"<cellXfs>" + many("<xf/>", 6 * 2**20) + b"</cellXfs>"),
            zipfile.ZIP_STORED,
        ),
        "REG006",
    ),
    "trois feuilles de cellules vides": (three_full_sheets, "REG006"),
    "tout fusionné, derrière un signe": (
        lambda: in_sheet(
            b"<pageMargins", b'<mergeCells><mergeCell a=">" ref="&#65;1:XFD1048576"/></mergeCells>'
        ),
        "REG006 REG007",
    ),
    "vingt lignes de 16 384 cellules": (wide, "REG006 -"),
    "tout fusionné": (
        lambda: in_sheet(b"<pageMargins", b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        "REG006",
    ),
    "tout fusionné, autres guillemets": (
        lambda: in_sheet(b"<pageMargins", b"<mergeCells><mergeCell ref = 'A1:XFD1048576'/></mergeCells>"),
        "REG006",
    ),
    "tout fusionné, en UTF-16": (
        lambda: changed(
            SHEET,
            lambda part: (
                '<?xml version="1.0" encoding="utf-16"?>'.encode("utf-16")
                + part.decode()
                .replace(
                    "<pageMargins", '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells><pageMargins'
                )
                .encode("utf-16-le")
            ),
        ),
        "REG006 REG007",
    ),
    "un lien sur toute la feuille": (
        lambda: in_sheet(
            b"<pageMargins", b'<hyperlinks><hyperlink location="a" ref="A1:XFD1048576"/></hyperlinks>'
        ),
        "REG006",
    ),
    "emboîté sans fin": (
        lambda: in_sheet(b"</sheetData>", b"<a>" * 2**20 + b"</a>" * 2**20, zipfile.ZIP_STORED),
        "REG006",
    ),
    ".ods répété sans fin": (
        lambda: ods(
            '<t:table-row t:number-rows-repeated="1048576"><t:table-cell t:number-columns-repeated="16384" o:value-type="float" o:value="1"/></t:table-row>'
        ),
        "REG006 REG007",
    ),
    ".ods chiffré": (lambda: ods("", b"<m:encryption-data xmlns:m='m'/>"), "REG003"),
    ".ods aux entités": (
        lambda: zipped(
            {
                "mimetype": f"{OPENDOCUMENT}.spreadsheet".encode(),
                "content.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
            }
        ),
        "REG007",
    ),
}
#: Tolerated on purpose: every member is read.
SOUND: Final[dict[str, Callable[[], bytes]]] = {
    "dimension fausse": lambda: changed(
        SHEET, lambda part: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', part)
    ),
    "nombre de quatre cents chiffres": lambda: changed(
        SHEET, lambda part: re.sub(rb'(r="D3"[^>]*><v>)', rb"\g<1>" + b"9" * 400, part)
    ),
    "dimension absurde": lambda: changed(
        SHEET, lambda part: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', part)
    ),
    "lignes cachées sous une fusion": lambda: in_sheet(
        b"<pageMargins", b'<mergeCells><mergeCell ref="A2:AC7"/></mergeCells>'
    ),
    "valeur en XFD1048576": lambda: in_sheet(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ),
    "validation sur toute la feuille": lambda: in_sheet(
        b"<pageMargins",
        b'<dataValidations count="1"><dataValidation type="list" sqref="A1:XFD1048576"><formula1>"a"</formula1></dataValidation></dataValidations>',
    ),
    "colonnes mises en forme": lambda: in_sheet(
        b"<sheetData>", b'<cols><col min="1" max="16384" width="9"/></cols>'
    ),
}


def lock(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(bytes(165))
    return path


def link(folder: Path, target: str) -> Path:
    path = folder / "clspd.xlsx"
    path.symlink_to(target)
    return path


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "clspd.xlsx")
    return folder / "clspd.xlsx"


def directory(folder: Path) -> Path:
    (folder / "clspd.xlsx").mkdir()
    return folder / "clspd.xlsx"


def hollow(folder: Path) -> Path:
    path = folder / "clspd.xlsx"
    with path.open("wb") as stream:
        stream.truncate(2**33)
    return path


PATHS: Final[dict[str, tuple[Callable[[Path], Path], str]]] = {
    "verrou d’Excel": (lambda folder: lock(folder, "~$clspd.xlsx"), "REG002"),
    "verrou de LibreOffice": (lambda folder: lock(folder, ".~lock.clspd.xlsx#"), "REG002"),
    "absent": (lambda folder: folder / "clspd.xlsx", "REG001"),
    "un dossier": (directory, "REG005"),
    "un tube": (pipe, "REG005"),
    "un périphérique sans fin": (lambda folder: link(folder, "/dev/zero"), "REG005"),
    "un fichier que le système refuse": (lambda folder: link(folder, "/proc/self/mem"), "REG005"),
    "un lien qui tourne en rond": (lambda folder: link(folder, "clspd.xlsx"), "REG001 REG005"),
    "huit gigaoctets": (hollow, "REG006"),
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the reader says of every file, with its seconds and its memory."""
    paths = {}
    for name, make in {**{n: m for n, (m, _) in BYTES.items()}, **SOUND}.items():
        paths[name] = tmp_path_factory.mktemp("hostile") / "clspd.xlsx"
        paths[name].write_bytes(make())
    for name, (place, _) in PATHS.items():
        paths[name] = place(tmp_path_factory.mktemp("hostile"))
    command = [sys.executable, "-c", CHILD, *map(str, paths.values())]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return dict(zip(paths, map(json.loads, lines), strict=True))


EXPECTED: Final = {name: code for name, (_, code) in {**BYTES, **PATHS}.items()}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_hostile_file_is_answered_in_one_sentence(answers: dict[str, dict[str, Any]], name: str) -> None:
    answer = answers[name]
    if answer["exit"] == 0:
        assert "-" in EXPECTED[name]
        return
    assert answer["exit"] == 3, answer
    assert answer["codes"][0] in EXPECTED[name].split()
    place, message, remedy = answer["told"]
    assert place == FICHIER
    assert message.endswith(".")
    assert remedy.endswith(".")


@pytest.mark.parametrize("name", SOUND)
def test_what_is_only_odd_is_read_to_the_end(answers: dict[str, dict[str, Any]], name: str) -> None:
    assert answers[name]["exit"] == 0
    assert answers[name]["members"] == 6


@pytest.mark.parametrize("name", [*EXPECTED, *SOUND])
def test_no_file_takes_long_or_much_memory(answers: dict[str, dict[str, Any]], name: str) -> None:
    assert answers[name]["seconds"] < MAX_SECONDS
    assert answers[name]["mib"] < MAX_MIB


def test_people_are_not_taken_for_headers(tmp_path: Path) -> None:
    """A member of a body (« organisme ») who is written to by « courriel »: two words that are headers too."""
    book, findings = classeur().sheet("Membres").blank_row("Identifiant").read(tmp_path)
    assert "REG102" in {f.code for f in findings}
    assert [place.row for place in book.refused if place.sheet == "Membres"] == [2, 3, 4, 5, 6, 7]

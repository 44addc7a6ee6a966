"""The fonts that documents ask for and this machine lacks: another font moves lines and pages.

Widths decide where lines break; a twin of the same widths changes nothing and is not reported.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from html import unescape
from pathlib import Path
from typing import Final

from clspd_docs.conversion.find import OfficeProgram
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place

MISSING_FONT = Kind(
    "ENV105",
    Severity.WARNING,
    "Police absente de cet ordinateur",
    "La police « {police} », demandée par un modèle, n’est pas sur cet ordinateur : LibreOffice met "
    "« {remplacante} » à la place, les lignes et les pages peuvent se couper autrement.",
    "Installer cette police, ou choisir dans le modèle une police courante : Calibri, Cambria, Arial, "
    "Times New Roman. Leurs jumelles libres, de mêmes largeurs, sous Debian ou Ubuntu : « sudo apt install "
    "fonts-crosextra-carlito fonts-crosextra-caladea fonts-liberation ».",
)

# Families of the same widths. LibreOffice puts the one for the other by itself.
_TWINS: Final = (
    ("Calibri", "Carlito"),
    ("Cambria", "Caladea"),
    ("Arial", "Liberation Sans", "Arimo"),
    ("Arial Narrow", "Liberation Sans Narrow"),
    ("Times New Roman", "Liberation Serif", "Tinos"),
    ("Courier New", "Liberation Mono", "Cousine"),
    # Not twins, but LibreOffice brings its own font for these signs.
    ("Symbol", "OpenSymbol"),
    ("Wingdings", "OpenSymbol"),
)
_WINDOWS_FONTS: Final = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Fonts"
_TEXT_PARTS: Final = re.compile(r"word/(document|(header|footer)\d*|footnotes|endnotes)\.xml")


def docx_families(docx: Path) -> frozenset[str]:
    """Return the font families of the text of ``docx``: of its runs, the styles in use and the theme.

    Eastern and bidirectional fonts are left out, and the fonts of styles that nothing uses. Empty when the
    file is not a Word document: others report that.
    """
    try:
        with zipfile.ZipFile(docx) as package:
            parts = {
                name: package.read(name).decode("utf-8", "replace")
                for name in package.namelist()
                if _TEXT_PARTS.fullmatch(name) or name in {"word/styles.xml", "word/theme/theme1.xml"}
            }
    except (OSError, zipfile.BadZipFile):
        return frozenset()
    theme = parts.pop("word/theme/theme1.xml", "")
    styles = parts.pop("word/styles.xml", "")
    text = "".join(parts.values())
    used = set(re.findall(r'<w:[prt]\w*Style w:val="([^"]*)"', text))
    return frozenset(_families(text + _styles_in_use(styles, used), theme))


def _styles_in_use(styles: str, used: set[str]) -> str:
    """Return the XML of the default settings and of the styles ``used``, with those they rest on."""
    blocks = {
        found[1]: block
        for block in re.findall(r"<w:style .*?</w:style>", styles, re.DOTALL)
        if (found := re.search(r'w:styleId="([^"]*)"', block))
    }
    todo = list(used) + [name for name, block in blocks.items() if 'w:default="1"' in block.split(">", 1)[0]]
    kept: dict[str, str] = {}
    while todo:
        name = todo.pop()
        if name in blocks and name not in kept:
            kept[name] = blocks[name]
            todo += re.findall(r'<w:(?:basedOn|link) w:val="([^"]*)"', blocks[name])
    return styles.partition("</w:docDefaults>")[0] + "".join(kept.values())


def _families(xml: str, theme: str) -> Iterator[str]:
    for fonts in re.findall(r"<w:rFonts [^>]*>", xml):
        for slot in ("ascii", "hAnsi"):
            named = re.search(rf'w:{slot}="([^"]+)"', fonts)
            of_theme = re.search(rf'w:{slot}Theme="(major|minor)', fonts)
            if of_theme:  # wins over the name, as in Word
                scheme = rf'<a:{of_theme[1]}Font>.*?<a:latin typeface="([^"]+)"'
                named = re.search(scheme, theme, re.DOTALL) or named
            if named:
                yield unescape(named[1])


def missing_fonts(families: Iterable[str], program: OfficeProgram | None = None) -> list[Finding]:
    """Return one ENV105 for each family that this machine lacks, twins included, by name.

    Args:
        families: As ``docx_families`` returns them.
        program: Its own fonts count as present.
    """
    present = {_plain(name) for name in _installed(program)}
    findings = []
    for family in sorted(set(families)):
        group = next((twins for twins in _TWINS if family in twins), (family,))
        if present.isdisjoint(map(_plain, group)):
            place = Place("templates_docx", part=f"police « {family} »")
            findings.append(MISSING_FONT.at(place, police=family, remplacante=_stand_in(family)))
    return findings


def _plain(name: str) -> str:
    return name.replace(" ", "").casefold()


def _installed(program: OfficeProgram | None) -> Iterator[str]:
    """Yield family names; of files whose name alone is known, the name before "-Regular" and the like."""
    if sys.platform == "win32":
        yield from _windows_families()
    elif shutil.which("fc-list"):
        for line in _ask("fc-list", ":", "family").splitlines():
            yield from line.split(",")
    else:
        for folder in ("/System/Library/Fonts", "/Library/Fonts", Path.home() / "Library/Fonts"):
            yield from (file.stem.partition("-")[0] for file in Path(folder).rglob("*.[to]t[fc]"))
    if program:
        folder = program.path.resolve().parent.parent / "share/fonts/truetype"
        yield from (file.stem.partition("-")[0] for file in folder.glob("*.ttf"))
        yield "OpenSymbol"  # its file is called otherwise


if sys.platform == "win32":
    import winreg

    def _windows_families() -> Iterator[str]:
        """Yield from the registry, whose values read "Calibri Bold (TrueType)", "Cambria & Cambria Math"."""
        for root in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER):
            # The second root has no such key until the user installs a font.
            with suppress(FileNotFoundError), winreg.OpenKey(root, _WINDOWS_FONTS) as key:
                for i in range(winreg.QueryInfoKey(key)[1]):
                    yield from winreg.EnumValue(key, i)[0].partition(" (")[0].split(" & ")


def _stand_in(family: str) -> str:
    """Return the family shown instead, as far as this system can tell."""
    if sys.platform != "win32" and shutil.which("fc-match"):
        return _ask("fc-match", "--format=%{family[0]}", "--", family) or "une autre police"
    return "une autre police"


def _ask(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fontconfig's
    return done.stdout

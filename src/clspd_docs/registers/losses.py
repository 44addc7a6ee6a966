"""What a workbook holds that openpyxl would not write back, read from the parts of its package.

Warnings of the library are no guide: most losses give none. What a secretary would not notice (printer settings,
marks « ignorer l’erreur ») is not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.xml.functions import fromstring

from clspd_docs.domain.french import liste
from clspd_docs.registers.package import Package, local_name, unpacked

RESULTS: Final = "les résultats enregistrés des formules"
RICH_TEXT: Final = "les mises en forme à l’intérieur d’une cellule"
CONTROLS: Final = "les boutons, cases à cocher et listes dessinés"
SHAPES: Final = "les formes et zones de texte"
QUERIES: Final = "les requêtes et connexions de données"

# Last word of the relation's type, from a sheet.
_RELATED: Final = {
    "slicer": "les segments",
    "timeline": "les chronologies",
    "ctrlProp": CONTROLS,
    "control": CONTROLS,
    "oleObject": "les objets incorporés",
    "package": "les objets incorporés",
    "threadedComment": "les fils de discussion des commentaires",
}
# Names of elements that stand after the cells of a sheet (ECMA-376, 18.3.1.99; extensions of [MS-XLSX]).
_AFTER_CELLS: Final = {
    rb"<\w+:sparklineGroup\b": "les graphiques sparkline",
    rb"<x14:dataValidation\b": "des listes déroulantes tirées d’une autre feuille",
    rb"<x14:conditionalFormatting\b": "des mises en forme conditionnelles récentes (barres, icônes)",
    rb"<(?:\w+:)?protectedRange\b": "les plages qui restent modifiables dans une feuille protégée",
    rb"<(?:\w+:)?picture\b": "l’image d’arrière-plan",
    rb"<(?:\w+:)?legacyDrawingHF\b": "les images d’en-tête et de pied de page",
}
# Beginning of a part's name, from the workbook.
_PARTS: Final = {
    "xl/vbaProject": "les macros",
    "customUI/": "le ruban personnalisé",
    "customXml/": "les données XML jointes",
    "xl/connections": QUERIES,
    "xl/model/": "le modèle de données",
    "xl/richData/": "les images placées dans des cellules et les types de données liés",
    "docMetadata/": "l’étiquette de confidentialité",
}
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s>/]")
_CONTROL: Final = re.compile(rb'ObjectType="(?!Note")')
_RICH: Final = re.compile(rb"<(?:\w+:)?(?:si|is)>\s*<(?:\w+:)?r>")
_SHARING: Final = re.compile(rb"<(?:\w+:)?fileSharing\b")
_CHART: Final = "/chart"
_VECTOR: Final = (".emf", ".wmf")


def losses(data: bytes, *, whole: bool = False) -> tuple[str, ...]:
    """Return what loading the workbook and saving it would lose, in French, with the sheets where it stands.

    Args:
        data: An .xlsx or .xlsm package that the reader accepts.
        whole: Loaded and saved by ``rewrite.opened`` and ``rewrite.saved``, which keep the results of formulas
            and the formats inside a cell.

    Returns:
        « les formes et zones de texte (feuille « Membres ») »: nothing when all is kept. Tables, plain dropdowns,
        conditional formats, comments, pictures, pivot tables and names are kept.

    Source:
        Tried with openpyxl 3.1.5: tests/unit/test_registers_losses.py.
    """
    package = Package(unpacked(data))
    where: dict[str, list[str]] = {}
    for title, part in package.sheets():
        for what in _of_sheet(package, part):
            if title not in where.setdefault(what, []):
                where[what].append(title)
    for what in _of_workbook(package):
        where.setdefault(what, [])
    for what in (RESULTS, RICH_TEXT) if whole else ():
        where.pop(what, None)
    return tuple(what + _standing(titles) for what, titles in where.items())


def _standing(titles: list[str]) -> str:
    if not titles:
        return ""
    word = "feuille" if len(titles) == 1 else "feuilles"
    return f" ({word} {liste(f'« {title} »' for title in titles)})"


def _of_sheet(package: Package, part: str) -> Iterator[str]:
    content = package.parts[part]
    cells_end = max(content.rfind(b"sheetData>"), content.rfind(b"sheetData/>"), 0)
    if _FORMULA.search(content, 0, cells_end):
        yield RESULTS
    for pattern, what in _AFTER_CELLS.items():
        if re.compile(pattern, re.DOTALL).search(content, cells_end):
            yield what
    related = package.related(part)
    kinds = {kind for kind, _ in related.values()}
    yield from (what for kind, what in _RELATED.items() if kind in kinds)
    for kind, target in related.values():
        if target not in package.parts:
            continue
        if kind == "drawing":
            yield from _of_drawing(package, target)
        elif kind == "vmlDrawing" and _CONTROL.search(package.parts[target]):
            yield CONTROLS
        elif kind == "table" and any(k == "queryTable" for k, _ in package.related(target).values()):
            yield QUERIES


def _of_drawing(package: Package, part: str) -> Iterator[str]:
    """Yield what a drawing holds beside pictures; charts are written again, without their finer looks."""
    tree: Any = fromstring(package.parts[part])
    try:
        SpreadsheetDrawing.from_tree(tree)
    except (TypeError, ValueError):  # the library then gives up the whole drawing
        yield "tous les dessins, images et graphiques"
        return
    for anchor in tree:
        for node in anchor:
            yield from _of_anchor(local_name(node), node)
    for kind, target in package.related(part).values():
        if kind == "image" and target.lower().endswith(_VECTOR):
            yield "les images EMF ou WMF"


def _of_anchor(name: str, node: Any) -> Iterator[str]:
    uris = [n.get("uri", "") for n in node.iter() if local_name(n) == "graphicData"]
    if name == "graphicFrame" and uris and uris[0].endswith(_CHART):
        yield "la mise en forme détaillée des graphiques"
    elif any(uri.endswith("chartex") for uri in uris):
        yield "les graphiques d’un type récent"
    elif any("slicer" in uri for uri in uris):  # told by the relation of the sheet
        return
    elif name in {"sp", "cxnSp", "grpSp", "graphicFrame", "contentPart", "AlternateContent"}:
        yield SHAPES


def _of_workbook(package: Package) -> Iterator[str]:
    for start, what in _PARTS.items():
        if any(name.startswith(start) for name in package.parts):
            yield what
    strings = (
        c for n, c in package.parts.items() if n.startswith(("xl/sharedStrings", "xl/worksheets/sheet"))
    )
    if any(_RICH.search(content) for content in strings):
        yield RICH_TEXT
    if any(_SHARING.search(c) for n, c in package.parts.items() if re.fullmatch(r"xl/workbook\d*\.xml", n)):
        yield "la réservation du fichier (mot de passe d’écriture, lecture seule recommandée)"
    if b"XLDAPR" in package.parts.get("xl/metadata.xml", b""):
        yield "les formules à résultats multiples"

"""Native drawings: the placeholder picture « dessin:NOM|Texte » becomes Word shapes or a Word chart.

The author places any picture, as wide and as high as the drawing may be. The drawing keeps its width; its height
is what the texts ask. The text after the bar comes before the sentence that the drawing says of itself.
"""

from __future__ import annotations

import hashlib
import io
import posixpath
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from clspd_docs.domain.drawings import BarChart, Drawing
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.templates.charts import BOOK_ID, CHART, CHART_TYPE, WORKBOOK_TYPE, chart
from clspd_docs.templates.explain import suggestion
from clspd_docs.templates.parts import DECLARATION, NS, parse, q, rels_of, serialise
from clspd_docs.templates.shapes import EMU, NAMESPACES, Shown, emu, group

DRAWING_MARK: Final = "dessin:"
DRAWINGS: Final = "dessins"  # their name in a context
_FOLDER: Final = "word/"
_NAMES: Final = {**{prefix: NS[prefix] for prefix in ("w", "a", "r")}, **NAMESPACES, "c": CHART}
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

UNKNOWN_DRAWING: Final = Kind(
    "FUS113",
    Severity.ERROR,
    "Dessin inconnu",
    "Aucun dessin ne s’appelle « {nom} ».{suggestion}",
    "Corriger le texte de remplacement de l’image dans Word : « dessin:gouvernance », « dessin:actions-par-axe », "
    "« dessin:indicateurs », ou « dessin:indicateurs- » suivi du code d’un axe.",
    bad="dessin:gouvernence|La gouvernance du conseil",
    good="dessin:gouvernance|La gouvernance du conseil",
)
TALL_DRAWING: Final = Kind(
    "FUS114",
    Severity.WARNING,
    "Dessin plus haut que sa place",
    "Le dessin « {nom} » demande {voulue} mm de haut ; l’image qui en marque la place n’en a que {prevue}.",
    "Dans Word, agrandir l’image du modèle, ou lui donner une page à elle.",
)

TOO_TALL_DRAWING: Final = Kind(
    "FUS115",
    Severity.ERROR,
    "Dessin plus haut qu’une page",
    "Le dessin « {nom} » demanderait {voulue} mm de haut : aucune page ne peut le contenir.",
    "Placer un dessin plus petit : pour les indicateurs, un par axe, « dessin:indicateurs- » suivi du code de l’axe.",
    bad="dessin:indicateurs|Les indicateurs du plan",
    good="dessin:indicateurs-A1|Les indicateurs de l’axe 1",
)
_PAGE: Final = 240 * 72 / 25.4  # points between the narrowest margins of an A4 page


@dataclass(slots=True)
class Placed:
    """A rendered part with its drawings. ``members`` are its charts, their relationships and their workbooks."""

    xml: str
    findings: list[Finding] = field(default_factory=list)
    members: dict[str, bytes] = field(default_factory=dict)

    def relations(self, raw: bytes) -> bytes:
        """Return the relationships ``raw`` of the part, with those to its charts."""
        targets = [name for name in self.members if _is_chart(name)]
        if not targets:
            return raw
        root = parse(raw)
        for name in targets:
            attributes = {
                "Id": _rel_id(name),
                "Type": f"{_OFFICE}/chart",
                "Target": name.removeprefix(_FOLDER),
            }
            etree.SubElement(root, q("rel:Relationship"), attributes)
        return serialise(root)


def place_drawings(xml: str, drawings: Mapping[str, Drawing], place: Place) -> Placed:
    """Return a rendered part with its drawings in the place of their pictures.

    Args:
        xml: The part, in the folder « word » of the package; returned untouched when nothing is to be placed.
        drawings: By name; only those placed are asked for.
        place: Of the findings: FUS113 and FUS115, errors, the picture left as it was; FUS114 with the drawing.
    """
    placed = Placed(xml)
    if f'"{DRAWING_MARK}' not in xml:
        return placed
    root = etree.fromstring(xml)
    for properties in [
        p for p in root.iter(q("wp:docPr")) if (p.get("descr") or "").startswith(DRAWING_MARK)
    ]:
        finding = _draw(properties, drawings, placed.members, place)
        placed.findings += [finding] if finding else []
    placed.xml = etree.tostring(root, encoding="unicode")
    return placed


def _draw(
    properties: etree._Element, drawings: Mapping[str, Drawing], members: dict[str, bytes], place: Place
) -> Finding | None:
    """Put a drawing where the picture of ``properties`` stands; return what prevents it, or what it lacks."""
    name, _, typed = (properties.get("descr") or "").removeprefix(DRAWING_MARK).partition("|")
    name = name.strip()
    drawing = drawings.get(name)
    if drawing is None:
        return UNKNOWN_DRAWING.at(place, nom=name, suggestion=suggestion(name, drawings))
    holder = properties.getparent()
    extent = holder.find("wp:extent", NS) if holder is not None else None
    assert holder is not None
    assert extent is not None, "a picture has a size"
    width, height = (int(extent.get(side) or 0) / EMU for side in ("cx", "cy"))
    if isinstance(drawing, BarChart):
        uri, kind, made = CHART, "Graphique en barres", _chart(drawing, width, height, members)
    else:
        uri, kind, made = NAMESPACES["wpg"], "Schéma", group(drawing, width, height)
    if made.height > _PAGE:
        return TOO_TALL_DRAWING.at(place, nom=name, voulue=_mm(made.height))
    _put(holder, uri, made)
    properties.set("descr", f"{typed.strip().rstrip('.') or kind}. {drawing.sentence}")
    properties.set("name", f"Dessin {name}")
    if made.height <= height:
        return None
    return TALL_DRAWING.at(place, nom=name, voulue=_mm(made.height), prevue=_mm(height))


def _mm(points: float) -> int:
    return round(points * 25.4 / 72)


def _put(holder: etree._Element, uri: str, made: Shown) -> None:
    """Replace the picture of ``holder`` (inline or anchored); no edge is left for its former effects."""
    declared = "".join(f' xmlns:{prefix}="{name}"' for prefix, name in _NAMES.items())
    graphic = etree.fromstring(
        f'<a:graphic{declared}><a:graphicData uri="{uri}">{made.xml}</a:graphicData></a:graphic>'
    )
    for old in holder.findall("a:graphic", NS):
        holder.replace(old, graphic)
    etree.cleanup_namespaces(graphic)
    for extent in holder.findall("wp:extent", NS):
        extent.set("cy", str(emu(made.height)))
    for edge in holder.findall("wp:effectExtent", NS):
        edge.attrib.update(dict.fromkeys("ltrb", "0"))


def _chart(bars: BarChart, width: float, height: float, members: dict[str, bytes]) -> Shown:
    """Add a chart to ``members``, named by its content, so that one shown twice is there once."""
    made = chart(bars, width, height)
    raw = made.xml.encode()
    stem = f"dessin-{hashlib.sha256(raw).hexdigest()[:16]}"
    name, book = f"{_FOLDER}charts/{stem}.xml", f"{_FOLDER}embeddings/{stem}.xlsx"
    link = f'<Relationship Id="{BOOK_ID}" Type="{_OFFICE}/package" Target="../embeddings/{stem}.xlsx"/>'
    rels = f'{DECLARATION}<Relationships xmlns="{NS["rel"]}">{link}</Relationships>'
    members.update({name: raw, rels_of(name): rels.encode(), book: made.workbook})
    return Shown(f'<c:chart r:id="{_rel_id(name)}"/>', made.height)


def _is_chart(name: str) -> bool:
    return name.startswith(f"{_FOLDER}charts/dessin-")


def _rel_id(name: str) -> str:
    return f"rIdDessin{posixpath.basename(name).removeprefix('dessin-').removesuffix('.xml')}"


def with_chart_types(raw: bytes, members: Mapping[str, bytes]) -> bytes:
    """Return ``[Content_Types].xml`` declaring the charts among ``members`` and their workbooks."""
    charts = sorted(filter(_is_chart, members))
    if not charts:
        return raw
    root = parse(raw)
    if all(default.get("Extension") != "xlsx" for default in root.iter(q("ct:Default"))):
        root.insert(0, root.makeelement(q("ct:Default"), {"Extension": "xlsx", "ContentType": WORKBOOK_TYPE}))
    for name in charts:
        etree.SubElement(root, q("ct:Override"), {"PartName": f"/{name}", "ContentType": CHART_TYPE})
    return serialise(root)


def drawn(docx: bytes) -> tuple[tuple[str, ...], ...]:
    """Return what the drawings of the body say, in reading order: of the whole first, then of each shape.

    A chart has no shapes. LibreOffice 7.4 loses the first text, and the PDF needs it.
    """
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        raw = package.read("word/document.xml")
    if CHART.encode() not in raw and NAMESPACES["wpg"].encode() not in raw:
        return ()
    found = []
    for properties in parse(raw).iter(q("wp:docPr")):
        holder = properties.getparent()
        assert holder is not None, "it is inside a drawing"
        data = holder.find("a:graphic/a:graphicData", NS)
        if data is not None and data.get("uri") in {CHART, NAMESPACES["wpg"]}:
            shapes = data.iter(f"{{{NAMESPACES['wps']}}}cNvPr")
            found.append((properties.get("descr") or "", *(shape.get("descr") or "" for shape in shapes)))
    return tuple(found)

"""What a load and a save would lose is told from the parts of the file, with the sheet where it stands."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import DataBarRule
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from PIL import Image as Picture

from clspd_docs.registers.losses import RESULTS, RICH_TEXT, losses
from clspd_docs.registers.package import packed, unpacked
from clspd_docs.registers.rewrite import opened, saved

SHEET = "xl/worksheets/sheet2.xml"  # « Membres »; « Paramètres » is the first
RELS = "xl/worksheets/_rels/sheet2.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = (
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
ANCHOR = (
    "<xdr:from><xdr:col>1</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>1</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
    "<xdr:to><xdr:col>3</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>5</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>"
)
SHAPE = (
    '<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="2" name="Zone"/><xdr:cNvSpPr txBox="1"/></xdr:nvSpPr>'
    '<xdr:spPr><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:sp>'
)


def book() -> Workbook:
    wb = Workbook()
    wb.worksheets[0].title = "Paramètres"
    wb.create_sheet("Membres").append(["Identifiant", "Nom"])
    wb["Membres"].append(["M001", "Durand"])
    return wb


def file_of(wb: Workbook) -> bytes:
    stream = io.BytesIO()
    wb.save(stream)
    return stream.getvalue()


def with_tail(xml: str) -> bytes:
    """Return the workbook whose « Membres » has ``xml`` after its cells."""
    parts = unpacked(file_of(book()))
    parts[SHEET] = parts[SHEET].replace(b"</worksheet>", xml.encode() + b"</worksheet>")
    return packed(parts)


def with_part(kind: str, name: str, content: str = "<x/>") -> bytes:
    """Return the workbook whose « Membres » names one more part."""
    parts = unpacked(file_of(book()))
    parts[RELS] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/{kind}" Target="/{name}"/></Relationships>'
    ).encode()
    parts[name] = content.encode()
    return packed(parts)


def drawing(*shapes: str) -> bytes:
    anchors = "".join(f"<xdr:twoCellAnchor>{ANCHOR}{s}<xdr:clientData/></xdr:twoCellAnchor>" for s in shapes)
    return with_part("drawing", "xl/drawings/drawing1.xml", f"<xdr:wsDr {SPACES}>{anchors}</xdr:wsDr>")


def ext(content: str) -> str:
    x14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
    return f'<extLst><ext xmlns:x14="{x14}" uri="{{05C6}}">{content}</ext></extLst>'


def frame(uri: str) -> str:
    return (
        '<mc:AlternateContent><mc:Choice Requires="x"><xdr:graphicFrame><a:graphic>'
        f'<a:graphicData uri="{uri}"/></a:graphic></xdr:graphicFrame></mc:Choice></mc:AlternateContent>'
    )


def test_a_workbook_of_what_openpyxl_writes_loses_nothing(tmp_path: Path) -> None:
    wb = book()
    ws = wb["Membres"]
    ws.add_table(Table(displayName="T_Membres", ref="A1:B2"))
    rule = DataValidation("list", formula1='"oui,non"')
    rule.add("B2")
    ws.add_data_validation(rule)
    ws["A1"].comment = Comment("Aide", "clspd-docs")
    ws["A1"].hyperlink = "https://ville.example"
    ws.conditional_formatting.add("B2", DataBarRule("min", None, "max", None, "FF0000"))  # type: ignore[no-untyped-call] # not typed
    Picture.new("RGB", (4, 4)).save(tmp_path / "logo.png")
    ws.add_image(Image(str(tmp_path / "logo.png")), "D2")
    ws.freeze_panes = "A2"
    assert losses(file_of(wb)) == ()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (with_tail(ext("<x14:sparklineGroups><x14:sparklineGroup/></x14:sparklineGroups>")), "sparkline"),
        (with_tail(ext("<x14:dataValidations><x14:dataValidation/></x14:dataValidations>")), "déroulantes"),
        (with_tail(ext("<x14:conditionalFormattings><x14:conditionalFormatting/>")), "conditionnelles"),
        (with_tail('<picture r:id="rId9"/>'), "arrière-plan"),
        (
            with_tail('<protectedRanges><protectedRange name="Saisie" sqref="A2"/></protectedRanges>'),
            "modifiables",
        ),
        (with_tail('<legacyDrawingHF r:id="rId9"/>'), "en-tête"),
        (with_part("slicer", "xl/slicers/slicer1.xml"), "segments"),
        (with_part("timeline", "xl/timelines/timeline1.xml"), "chronologies"),
        (with_part("ctrlProp", "xl/ctrlProps/ctrlProp1.xml"), "cases à cocher"),
        (with_part("oleObject", "xl/embeddings/oleObject1.bin"), "objets incorporés"),
        (with_part("threadedComment", "xl/threadedComments/t1.xml"), "fils de discussion"),
        (
            with_part("vmlDrawing", "xl/v.vml", '<xml><ClientData ObjectType="Checkbox"/></xml>'),
            "cases à cocher",
        ),
        (drawing(SHAPE), "zones de texte"),
        (
            drawing(frame("http://schemas.microsoft.com/office/drawing/2014/chartex")),
            "graphiques d’un type récent",
        ),
        (drawing("<xdr:sp/>"), "tous les dessins"),
    ],
)
def test_what_a_sheet_would_lose_is_told_with_its_name(data: bytes, what: str) -> None:
    found = losses(data)
    assert [line for line in found if what in line], found
    assert all(line.endswith("(feuille « Membres »)") for line in found)


@pytest.mark.parametrize(
    ("part", "what"),
    [
        ("xl/vbaProject.bin", "les macros"),
        ("customXml/item1.xml", "les données XML jointes"),
        ("customUI/customUI14.xml", "le ruban personnalisé"),
        ("xl/connections.xml", "les requêtes et connexions de données"),
        ("xl/model/item.data", "le modèle de données"),
        ("docMetadata/LabelInfo.xml", "l’étiquette de confidentialité"),
    ],
)
def test_what_the_workbook_would_lose_is_told_without_a_sheet(part: str, what: str) -> None:
    assert losses(packed(unpacked(file_of(book())) | {part: b"<x/>"})) == (what,)


def test_a_file_that_is_shared_with_a_password_is_told() -> None:
    parts = unpacked(file_of(book()))
    shared = b'<fileSharing readOnlyRecommended="1"/><workbookPr'
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"<workbookPr", shared)
    (told,) = losses(packed(parts), whole=True)
    assert "réservation du fichier" in told


def test_the_company_and_the_manager_of_a_file_are_kept() -> None:
    parts = unpacked(file_of(book()))
    firm = b"<Manager>Zo&#233; Roy</Manager><Company>Ville de Montbrun &amp; Cie</Company>"
    parts["docProps/app.xml"] = parts["docProps/app.xml"].replace(b"</Properties>", firm + b"</Properties>")
    data = packed(parts)
    assert losses(data, whole=True) == ()
    after = unpacked(saved(opened(data), data))["docProps/app.xml"]
    assert after.count(firm) == 1
    assert load_workbook(io.BytesIO(saved(opened(data), data))).sheetnames == ["Paramètres", "Membres"]


def test_two_sheets_are_named_together() -> None:
    wb = book()
    for ws in wb.worksheets:
        ws["D4"] = "=1+1"
    assert losses(file_of(wb)) == (f"{RESULTS} (feuilles « Paramètres » et « Membres »)",)
    assert losses(file_of(wb), whole=True) == ()


def test_a_slicer_is_told_once_and_not_as_a_shape() -> None:
    assert losses(drawing(frame("http://schemas.microsoft.com/office/drawing/2010/slicer"))) == ()


def test_the_comments_of_a_sheet_are_no_control() -> None:
    note = '<xml><ClientData ObjectType="Note"/></xml>'
    assert losses(with_part("vmlDrawing", "xl/v.vml", note)) == ()


def test_a_chart_is_told_since_it_is_drawn_again() -> None:
    wb = book()
    chart = BarChart()
    chart.add_data(Reference(wb["Membres"], min_col=2, min_row=1, max_row=2))
    ws: Any = wb["Membres"]
    ws.add_chart(chart, "D2")
    assert losses(file_of(wb)) == ("la mise en forme détaillée des graphiques (feuille « Membres »)",)


def rich() -> Workbook:
    wb = book()
    wb["Membres"]["B2"] = CellRichText("du ", TextBlock(InlineFont(b=True), "Bois"))
    return wb


def test_formats_inside_a_cell_are_told_unless_they_are_kept() -> None:
    data = file_of(rich())
    assert losses(data) == (RICH_TEXT,)
    assert losses(data, whole=True) == ()
    kept: Any = load_workbook(io.BytesIO(saved(opened(data), data)), rich_text=True)
    assert kept["Membres"]["B2"].value[1].font.b


def calculated(*cells: tuple[str, str, str]) -> bytes:
    """Return a workbook whose « Membres » holds formulas with their results: address, attributes, value."""
    parts = unpacked(file_of(book()))
    written = "".join(f'<c r="{spot}"{kind}><f>1+1</f><v>{value}</v></c>' for spot, kind, value in cells)
    row = f'<row r="7">{written}</row></sheetData>'
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", row.encode())
    return packed(parts)


def test_results_of_formulas_survive_a_whole_load_and_save() -> None:
    data = calculated(
        ("A7", "", "2.5"),
        ("B7", ' t="str"', "a &lt; b &amp; c"),
        ("C7", ' t="b"', "1"),
        ("D7", ' t="e"', "#N/A"),
    )
    again = saved(opened(data), data)
    for data_only, expected in ((True, [2.5, "a < b & c", True, "#N/A"]), (False, ["=1+1"] * 4)):
        ws = load_workbook(io.BytesIO(again), data_only=data_only)["Membres"]
        assert [cell.value for cell in ws[7]] == expected


def test_a_formula_that_has_changed_does_not_keep_its_result() -> None:
    data = calculated(("A7", "", "2.5"), ("B7", "", "2"))
    book = opened(data)
    book["Membres"]["A7"] = "=2+2"
    ws = load_workbook(io.BytesIO(saved(book, data)), data_only=True)["Membres"]
    assert [cell.value for cell in ws[7]] == [None, 2]


def test_a_formula_without_result_stays_without() -> None:
    data = calculated(("A7", "", ""))
    ws = load_workbook(io.BytesIO(saved(opened(data), data)), data_only=True)["Membres"]
    assert ws["A7"].value is None


def test_rows_that_grow_with_their_text_still_do() -> None:
    parts = unpacked(file_of(book()))
    parts[SHEET] = parts[SHEET].replace(b'<row r="1"', b'<row r="1" ht="30" customHeight="1"')
    parts[SHEET] = parts[SHEET].replace(b'<row r="2"', b'<row r="2" ht="45"')
    data = packed(parts)
    content = unpacked(saved(opened(data), data))[SHEET]
    assert content.count(b"customHeight") == 1
    assert b'<row r="2" ht="45"' in content


@pytest.mark.parametrize("ending", ["png", "bmp"])
def test_a_picture_survives(ending: str, tmp_path: Path) -> None:
    wb = book()
    Picture.new("RGB", (4, 4)).save(tmp_path / f"logo.{ending}")
    wb["Membres"].add_image(Image(str(tmp_path / f"logo.{ending}")), "D2")
    data = file_of(wb)
    assert unpacked(saved(opened(data), data))["xl/media/image1.png"].startswith(b"\x89PNG")


def test_a_picture_that_cannot_be_written_does_not_stop_the_copy(tmp_path: Path) -> None:
    wb = book()
    Picture.new("RGB", (4, 4)).save(tmp_path / "logo.bmp")
    wb["Membres"].add_image(Image(str(tmp_path / "logo.bmp")), "D2")
    parts = unpacked(file_of(wb))
    name = next(n for n in parts if n.startswith("xl/media/"))
    data = packed(parts | {name: (tmp_path / "logo.bmp").read_bytes()[:60]})
    assert not [n for n in unpacked(saved(opened(data), data)) if n.startswith("xl/media/")]


def test_the_same_changes_give_the_same_bytes() -> None:
    data = file_of(rich())
    assert saved(opened(data), data) == saved(opened(data), data)

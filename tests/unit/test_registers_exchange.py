"""The whole workbook out to JSON, and back: nothing lost, every fault told where it stands."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest

from builders.classeur import classeur
from builders.echanges import exported, faults, imported, saved, spots, values
from clspd_docs.build.workspace import WORKBOOK, Folder, init
from clspd_docs.desk.exchanging import IMPORTED, Format, export_workbook, import_workbook
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.registers.exchange_schema import json_schema
from clspd_docs.registers.schema import SCHEMA_VERSION
from clspd_docs.registers.sheets import SHEETS

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = jsonschema.Draft202012Validator(json.loads(json_schema()))
Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A working folder with the small council."""
    return saved(classeur(), tmp_path)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The JSON file of the small council."""
    return json.dumps(exported(saved(classeur(), tmp_path_factory.mktemp("petit")))).encode()


# --- The example, the published schema -----------------------------------------------------------------


@pytest.mark.parametrize("example", [True, False], ids=["exemple", "vierge"])
def test_the_shipped_workbook_follows_the_schema_and_comes_back_equal(example: bool, tmp_path: Path) -> None:
    folder = init(tmp_path / "essai", example=example)
    found = exported(folder)
    assert [error.message for error in SCHEMA.iter_errors(found)] == []
    report = import_workbook(folder, folder.path("registers/clspd.json"), folder.path(IMPORTED))
    assert values(folder.path(IMPORTED)) == values(folder.path(WORKBOOK))
    assert report.counts["membres"] == len(found["membres"])


def test_the_published_schema_is_a_schema_without_any_host() -> None:
    published = (ROOT / "docs/registres.schema.json").read_text(encoding="utf-8")
    assert published == json_schema()
    jsonschema.Draft202012Validator.check_schema(json.loads(published))
    assert json.loads(published)["$id"] == f"urn:clspd-docs:registres:{SCHEMA_VERSION}"
    assert re.findall(r"https?://\w[^\"/]*", published) == ["https://json-schema.org"]


def test_every_field_of_the_schema_carries_its_header_and_its_help() -> None:
    published = json.loads(json_schema())["properties"]
    for sheet in SHEETS:
        fields = published[sheet.key].get("properties") or published[sheet.key]["items"]["properties"]
        for column in sheet.columns:
            assert fields[column.name]["title"] == column.header
            assert fields[column.name]["description"] == column.help


def test_the_example_of_the_page_imports_without_a_fault(folder: Folder) -> None:
    page = (ROOT / "docs/registres-json.md").read_text(encoding="utf-8")
    example = re.search(r"```json\n(.*?)\n```", page, re.DOTALL)
    assert example
    assert [error.message for error in SCHEMA.iter_errors(json.loads(example[1]))] == []
    report = imported(folder, example[1].encode())
    assert [f.code for f in report.findings] == ["REG146"]
    assert report.exit is ExitCode.DONE
    assert values(folder.path(IMPORTED))["membres"][1]["courriel"] == "contact@oav.example"


# --- The same verdict ----------------------------------------------------------------------------------

BROKEN: dict[str, tuple[Change, str, str]] = {
    "un champ inconnu": (lambda d: d["membres"][0].update(courrriel="a"), "REG144", "/membres/0/courrriel"),
    "une feuille inconnue": (lambda d: d.update(absents=[]), "REG144", "/absents"),
    "un objet au lieu d’une liste": (lambda d: d.update(membres={}), "REG143", "/membres"),
    "une liste au lieu d’un objet": (lambda d: d.update(parametres=[]), "REG143", "/parametres"),
    "un texte au lieu d’une ligne": (lambda d: d["axes"].append("A9"), "REG143", "/axes/1"),
    "un nombre pour un texte": (lambda d: d["membres"][0].update(nom=12), "REG201", "/membres/0/nom"),
    "un texte pour un nombre": (lambda d: d["membres"][0].update(rang="un"), "REG201", "/membres/0/rang"),
    "un nombre à virgule pour un entier": (
        lambda d: d["membres"][0].update(rang=1.5),
        "REG201",
        "/membres/0/rang",
    ),
    "un nombre hors limites": (lambda d: d["membres"][0].update(rang=1000), "REG206", "/membres/0/rang"),
    "un nombre démesuré": (
        lambda d: d["parametres"].update(population=10**16),
        "REG206",
        "/parametres/population",
    ),
    "une date à la française": (
        lambda d: d["seances"][0].update(date="04/02/2027"),
        "REG203",
        "/seances/0/date",
    ),
    "une heure à la française": (
        lambda d: d["seances"][0].update(heure="14h30"),
        "REG201",
        "/seances/0/heure",
    ),
    "un oui en toutes lettres": (lambda d: d["parametres"].update(qpv="oui"), "REG201", "/parametres/qpv"),
    "une valeur hors de la liste": (
        lambda d: d["membres"][1].update(statut="Actif"),
        "REG204",
        "/membres/1/statut",
    ),
    "une valeur seule au lieu d’une liste": (
        lambda d: d["membres"][1].update(formations="plénière"),
        "REG204",
        "/membres/1/formations",
    ),
    "une valeur fausse dans une liste": (
        lambda d: d["membres"][1].update(formations=["pléniaire"]),
        "REG204",
        "/membres/1/formations",
    ),
    "un champ obligatoire absent": (
        lambda d: d["membres"][1].pop("fonction"),
        "REG202",
        "/membres/1/fonction",
    ),
    "un champ obligatoire nul": (
        lambda d: d["membres"][1].update(fonction=None),
        "REG202",
        "/membres/1/fonction",
    ),
    "un champ obligatoire fait d’espaces": (
        lambda d: d["membres"][1].update(fonction="  "),
        "REG202",
        "/membres/1/fonction",
    ),
    "une ligne sans identifiant": (lambda d: d["membres"][1].pop("id"), "REG110", "/membres/1"),
    "une ligne vide": (lambda d: d["presences"].insert(0, {}), "REG202", "/presences/0"),
    "un objet dans une cellule": (lambda d: d["membres"][0].update(nom={"a": 1}), "REG201", "/membres/0/nom"),
    "un texte démesuré": (lambda d: d["membres"][0].update(nom="x" * 40_000), "REG201", "/membres/0/nom"),
    "des colonnes à soi qui sont une liste": (
        lambda d: d["membres"][0].update(autres_colonnes=[]),
        "REG143",
        "/membres/0/autres_colonnes",
    ),
    "une liste dans une cellule à soi": (
        lambda d: d["membres"][0].update(autres_colonnes={"a/b": []}),
        "REG201",
        "/membres/0/autres_colonnes/a~1b",
    ),
    "une feuille à soi sans lignes": (
        lambda d: d["autres_feuilles"].append({"titre": "X"}),
        "REG143",
        "/autres_feuilles/0/lignes",
    ),
    "un titre de feuille interdit": (
        lambda d: d["autres_feuilles"].append({"titre": "a/b", "lignes": []}),
        "REG143",
        "/autres_feuilles/0/titre",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_the_schema_is_refused_by_the_import_too(name: str, small: bytes, tmp_path: Path) -> None:
    change, code, pointer = BROKEN[name]
    found = json.loads(small)
    assert SCHEMA.is_valid(found)
    change(found)
    assert not SCHEMA.is_valid(found)
    assert (code, pointer) in spots(faults(Folder(tmp_path), found))


#: What a schema cannot say.
WRONG: dict[str, tuple[Change, list[tuple[str, str]]]] = {
    "une date qui n’existe pas": (
        lambda d: d["seances"][0].update(date="2027-02-30"),
        [("REG203", "/seances/0/date")],
    ),
    "une heure qui n’existe pas": (
        lambda d: d["seances"][0].update(heure="25:00"),
        [("REG201", "/seances/0/heure")],
    ),
    "un identifiant en double": (
        lambda d: d["organismes"].append(dict(d["organismes"][0])),
        [("REG111", "/organismes/{}/id")],
    ),
    "une référence à rien": (
        lambda d: d["membres"][1].update(organisme="ORG-RIEN"),
        [("COH101", "/membres/1/organisme")],
    ),
    "une cellule illisible": (
        lambda d: d["seances"][0].update(date={"illisible": "bientôt"}),
        [("REG203", "/seances/0/date")],
    ),
    "deux colonnes à soi du nom d’une des nôtres": (
        lambda d: d["membres"][0].update(autres_colonnes={"COURRIEL": "x"}),
        [("REG105", "/membres")],
    ),
    "une date à soi qui n’existe pas": (
        lambda d: d["membres"][0].update(autres_colonnes={"Remis": {"date": "2027-13-01"}}),
        [("REG203", "/membres/0/autres_colonnes/Remis/date")],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_schema_cannot_say_is_told_at_its_pointer(name: str, small: bytes, tmp_path: Path) -> None:
    change, expected = WRONG[name]
    found = json.loads(small)
    last = len(found["organismes"])
    change(found)
    assert SCHEMA.is_valid(found)
    assert spots(faults(Folder(tmp_path), found)) == [
        (code, pointer.format(last)) for code, pointer in expected
    ]


def test_a_key_that_comes_twice_is_told(folder: Folder) -> None:
    text = json.dumps(exported(folder)).replace('"nom": ', '"nom": "Autre", "nom": ', 1)
    report = imported(folder, text.encode())
    assert [f.code for f in report.findings] == ["REG145"]


def test_a_name_that_comes_near_another_is_suggested(small: bytes, tmp_path: Path) -> None:
    found = json.loads(small)
    found["membres"][0]["courrriel"] = found["membres"][1]["statut"] = "actiff"
    messages = [f.message for f in faults(Folder(tmp_path), found)]
    assert [message.partition("Vouliez-vous ")[2] for message in messages] == [
        "« courriel » ?",
        "« actif » ?",
    ]


def test_findings_follow_the_order_of_the_file(small: bytes, tmp_path: Path) -> None:
    found = json.loads(small)
    found["axes"] = [{"id": f"A{n}", "intitule": 1} for n in range(12)]
    found["organismes"][0]["nom"] = 1
    parts = [f.place.part for f in faults(Folder(tmp_path), found) if f.code == "REG201"]
    assert parts == ["/organismes/0/nom", *(f"/axes/{n}/intitule" for n in range(12))]


# --- Hostile files -------------------------------------------------------------------------------------

ENVELOPE = b'{"format": "clspd-docs/registres", "schema": 2, "membres": %b}'
HOSTILE = {
    "vide": (b"", "REG140"),
    "un texte": (b"bonjour", "REG140"),
    "tronqué": (ENVELOPE % b'[{"id": "M0', "REG140"),
    "NaN": (ENVELOPE % b'[{"rang": NaN}]', "REG140"),
    "Infinity": (ENVELOPE % b"[-Infinity]", "REG140"),
    "imbriqué sans fin": (ENVELOPE % (b"[" * 200_000), "REG140"),
    "objets imbriqués sans fin": (ENVELOPE % (b'{"a":' * 200_000), "REG140"),
    "pas en UTF-8": ('{"format": "é"}'.encode("cp1252"), "REG140"),
    "en UTF-16": ('{"format": "é"}'.encode("utf-16"), "REG140"),
    "une liste": (b"[]", "REG141"),
    "sans format": (b'{"membres": []}', "REG141"),
    "un autre format": (b'{"format": "autre", "schema": 2}', "REG141"),
    "sans version": (b'{"format": "clspd-docs/registres"}', "REG141"),
    "d’une version future": (b'{"format": "clspd-docs/registres", "schema": 99}', "REG141"),
    "démesuré": (ENVELOPE % (b'"%b"' % (b"x" * 2**24)), "REG142"),
    "trop de colonnes": (
        ENVELOPE % json.dumps([{"autres_colonnes": {f"c{n}": 1 for n in range(16_001)}}]).encode(),
        "REG142",
    ),
    "trop de lignes": (ENVELOPE % (b"[" + b"{}," * 70_001 + b"{}]"), "REG142"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_says_nothing_stops_with_its_code(name: str, tmp_path: Path) -> None:
    content, code = HOSTILE[name]
    start = time.perf_counter()
    with pytest.raises(Stop) as stop:
        imported(Folder(tmp_path), content)
    assert stop.value.finding.code == code
    assert stop.value.exit_code is ExitCode.NOTHING_READ
    assert "{" not in stop.value.finding.message
    assert time.perf_counter() - start < 5
    assert not (tmp_path / IMPORTED).exists()


NASTY = {
    "un nombre infini": (b'[{"id": "M1", "rang": 1e400}]', "/membres/0/rang"),
    "un nombre de mille chiffres": (b'[{"id": "M1", "rang": %b}]' % (b"9" * 5000), "/membres/0/rang"),
    "un exposant démesuré": (b'[{"id": "M1", "rang": 1e999999999999}]', "/membres/0/rang"),
    "des lignes imbriquées": (b"[" * 500 + b"]" * 500, "/membres/0"),
    "un nombre infini dans une colonne à soi": (
        b'[{"id": "M1", "autres_colonnes": {"N": -1e999}}]',
        "/membres/0/autres_colonnes/N",
    ),
}


@pytest.mark.parametrize("name", NASTY)
def test_a_value_that_no_cell_can_hold_is_told_and_the_rest_is_read(name: str, tmp_path: Path) -> None:
    content, pointer = NASTY[name]
    report = imported(Folder(tmp_path), ENVELOPE % content)
    assert pointer in [f.place.part for f in report.findings if f.is_error]
    assert report.exit is ExitCode.FAULTS
    assert (tmp_path / IMPORTED).exists()


def test_halves_of_characters_are_taken_out_and_told(folder: Folder) -> None:
    found = exported(folder)
    found["membres"][0]["nom"] = "Du\ud800pré\uffff"
    found["membres"][0]["autres_colonnes"] = {"Ba\udc00dge": "a\x07b"}
    report = imported(folder, found)
    assert {f.code for f in report.findings} == {"REG208"}
    json.dumps(report.as_json(), ensure_ascii=False).encode()
    assert values(folder.path(IMPORTED))["membres"][0]["nom"] == "Dupré"


def test_a_byte_order_mark_is_no_fault(folder: Folder) -> None:
    assert imported(folder, b"\xef\xbb\xbf" + json.dumps(exported(folder)).encode()).exit is ExitCode.DONE


# --- What goes along -----------------------------------------------------------------------------------


def test_a_cell_that_cannot_be_read_goes_and_comes_back_as_it_is(tmp_path: Path) -> None:
    workbook = classeur().sheet("Séances").set("P-2027-02", "Date", "31/02/2027")
    workbook.sheet("Membres").set("M002", "Rang protocolaire", 1.5, "0%").set("M001", "Statut", "actiff")
    folder = saved(workbook, tmp_path)
    report = export_workbook(folder, Format.JSON)
    assert report.exit is ExitCode.FAULTS
    found = exported(folder)
    assert found["seances"][1]["date"] == {"illisible": "31/02/2027"}
    assert found["membres"][0]["statut"] == {"illisible": "actiff"}
    assert found["membres"][1]["rang"] == 150  # as the cell shows it
    imported(folder, found)
    cells = openpyxl.load_workbook(folder.path(IMPORTED))["Séances"]["E"]
    assert "31/02/2027" in [cell.value for cell in cells]


def test_a_number_typed_in_a_column_of_dates_stays_a_number(tmp_path: Path) -> None:
    folder = saved(classeur().sheet("Séances").set("P-2027-02", "Date", 2027, "General"), tmp_path)
    found = exported(folder)
    assert found["seances"][1]["date"] == {"illisible": 2027}
    assert spots(faults(folder, found)) == [("REG203", "/seances/1/date")]


def test_own_columns_lines_and_sheets_go_along(tmp_path: Path) -> None:
    day = dt.datetime(2026, 5, 4)  # noqa: DTZ001 - a civil date
    workbook = classeur().sheet("Membres").add_column("Badge", 114, "=à voir", None)
    workbook.add_column("Badge", dt.time(9, 30)).add_column("", True)
    workbook.sheet("Paramètres").here.append(["Code du portail", "0042"])
    workbook.add_sheet("Budget", ["Poste", "Montant"], [], [None, 12.5, day, dt.timedelta(hours=30)])
    for cell in workbook.here[3]:
        cell.number_format = "[h]:mm" if cell.column == 4 else cell.number_format
    workbook.sheet("Membres").here["A1"].parent["T2"].data_type = "s"
    folder = saved(workbook, tmp_path)
    found = exported(folder)
    assert found["membres"][0]["autres_colonnes"]["Badge"] == 114
    assert found["membres"][0]["autres_colonnes"]["Badge (2)"] == {"heure": "09:30:00"}
    assert found["parametres"]["autres_lignes"] == {"Code du portail": "0042"}
    assert found["autres_feuilles"] == [
        {
            "titre": "Budget",
            "lignes": [["Poste", "Montant"], [], [None, 12.5, {"date": "2026-05-04"}, {"duree": 108_000}]],
        }
    ]
    assert imported(folder, found).exit is ExitCode.DONE
    folder.path(IMPORTED).replace(folder.path(WORKBOOK))
    assert exported(folder) == found


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (0.30000001192092896, 0.300000011920929),  # the fifteen digits that a cell holds
        (dt.timedelta(seconds=10**10), {"duree": 10**10}),
        (dt.timedelta(seconds=10**10, milliseconds=1600), "2777777:46:42"),  # too long for a cell
    ],
)
def test_own_values_come_back_as_a_cell_holds_them(typed: Any, kept: Any, tmp_path: Path) -> None:
    folder = saved(classeur().add_sheet("À moi", [typed]), tmp_path)
    found = exported(folder)
    assert found["autres_feuilles"] == [{"titre": "À moi", "lignes": [[kept]]}]
    imported(folder, found)
    folder.path(IMPORTED).replace(folder.path(WORKBOOK))
    assert exported(folder) == found


def test_a_line_of_parametres_without_name_or_value_is_no_line_of_ones_own(tmp_path: Path) -> None:
    workbook = classeur().sheet("Paramètres")
    workbook.here.append(["Code du portail", None])
    workbook.here.append(['=IF(1,"a","b")', "0042"])  # never computed: it names nothing
    assert "autres_lignes" not in exported(saved(workbook, tmp_path))["parametres"]


def test_the_table_of_excel_holds_own_columns_too(tmp_path: Path) -> None:
    folder = saved(classeur().sheet("Membres").add_column("Badge", "B-1"), tmp_path)
    imported(folder, exported(folder))
    sheet = openpyxl.load_workbook(folder.path(IMPORTED))["Membres"]
    table = next(iter(sheet.tables.values()))
    assert table.tableColumns[-1].name == "Badge"
    assert table.ref == f"A1:{sheet.cell(sheet.max_row, sheet.max_column).coordinate}"


def test_what_stands_beside_a_table_becomes_a_sheet_and_is_told(tmp_path: Path) -> None:
    folder = saved(classeur().sheet("Membres").titles("Liste au 1er mai"), tmp_path)
    report = export_workbook(folder, Format.JSON)
    assert [f.code for f in report.findings] == ["REG148"]
    assert exported(folder)["autres_feuilles"] == [
        {"titre": "Membres – hors tableau", "lignes": [["Liste au 1er mai"]]}
    ]


def test_formulas_and_comments_are_told(tmp_path: Path) -> None:
    workbook = classeur().add_sheet("Budget", ["Total", "=1+1"])
    workbook.here["A1"].comment = openpyxl.comments.Comment("à revoir", "moi")
    folder = saved(workbook, tmp_path)
    report = export_workbook(folder, Format.JSON)
    assert [f.code for f in report.findings] == ["REG147", "REG147"]
    assert exported(folder)["autres_feuilles"][0]["lignes"] == [["Total", "#N/A"]]  # never computed


def test_a_case_file_is_told_and_never_exported(tmp_path: Path) -> None:
    workbook = classeur().sheet("Membres").add_column("Mineurs suivis", "Secret-1")
    workbook.sheet("Axes").titles("Situations individuelles : Secret-2")
    workbook.add_sheet("Suivi des mineurs", ["Nom"], ["Secret-3"])
    workbook.add_sheet("Divers", ["Nom du jeune", "Date de naissance"], ["Secret-4", "2010"])
    workbook.sheet("Référents").copy("Référents (2)").sheet("Référents (2)")
    workbook.add_column("Date de naissance", "Secret-5")
    folder = saved(workbook, tmp_path)
    for form in Format:
        report = export_workbook(folder, form)
        assert {f.code for f in report.findings if f.is_error} == {"REG190"}
        path = folder.path(form.default_path)
        for file in [path] if path.is_file() else path.iterdir():
            assert "Secret" not in file.read_text(encoding="utf-8")


def test_beyond_five_hundred_faults_of_one_field_the_rest_is_told_once(tmp_path: Path) -> None:
    rows = [{"id": f"M{n}", "nom": [1], f"inconnu{n}": 1} for n in range(620)]
    findings = faults(Folder(tmp_path), {"format": "clspd-docs/registres", "schema": 2, "membres": rows})
    codes = [f.code for f in findings]
    assert (codes.count("REG201"), codes.count("REG144")) == (500, 500)
    more = [(f.place.part, dict(f.facts)) for f in findings if f.code == "REG117"]
    assert ("/membres/nom", {"code": "REG201", "nombre": "120"}) in more
    assert ("/membres", {"code": "REG144", "nombre": "120"}) in more


def test_empty_cells_of_a_long_table_are_not_made(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    found = exported(folder)
    monkeypatch.setattr("clspd_docs.registers.write.RULED_ROWS", 1)
    imported(folder, found)
    with zipfile.ZipFile(folder.path(IMPORTED)) as archive:
        membres = archive.read("xl/worksheets/sheet4.xml").partition(b"<sheetData>")[2]
    assert b"<v>" in membres
    assert not re.search(rb"<c [^>]*/>", membres)
    assert values(folder.path(IMPORTED)) == values(folder.path(WORKBOOK))


def test_a_case_file_in_json_is_told_and_never_written(folder: Folder) -> None:
    found = exported(folder)
    found["autres_feuilles"] = [{"titre": "Mineurs suivis", "lignes": [["Secret-1"]]}]
    found["membres"][0]["autres_colonnes"] = {"Date de naissance": "Secret-2"}
    report = imported(folder, found)
    assert [f.code for f in report.findings] == ["REG190", "REG190"]
    cells = [c.value for ws in openpyxl.load_workbook(folder.path(IMPORTED)) for row in ws for c in row]
    assert not [value for value in cells if "Secret" in str(value)]

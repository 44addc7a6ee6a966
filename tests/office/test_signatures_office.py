"""Packets signed for good: pyHanko signs, pyHanko and poppler judge the signatures, veraPDF the file."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # it publishes no types
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # as above
import pytest

from builders.pdf import opened
from builders.signing import empty_fields, sign, verdicts
from clspd_docs.packets.signature_boxes import TAG
from conftest import TODAY, Built, run_json
from office.test_build_changes import change
from office.verapdf import failures

pytestmark = [pytest.mark.office, pytest.mark.xdist_group("example")]

FOLDER = "sorties/P-2027-02"
BOTH = ("La maire", "Le préfet")


def poppler(path: Path) -> list[str]:
    """Return what pdfsig says of each signature, in the order of the fields."""
    said = subprocess.run(["pdfsig", "-nocert", path], check=False, capture_output=True, text=True).stdout
    return re.findall(r"Signature Validation: (.+)", said)


def conforms(path: Path) -> None:
    assert {flavour: failures(path, flavour) for flavour in ("2b", "ua1")} == {"2b": {}, "ua1": {}}


def test_every_field_stands_on_the_picture_of_the_template_on_its_page(built: Built) -> None:
    seen = 0
    for packet in built.answer["packets"]:
        data = (built.root / packet["path"]).read_bytes()
        shown = pypdfium2.PdfDocument(data)
        with opened(data) as pdf:
            for field in pdf.Root.AcroForm.Fields if packet["signature_fields"] else ():
                page = shown[pdf.pages.index(field.P)]
                pictures = [o.get_bounds() for o in page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE])]
                rect = [float(value) for value in field.Rect]
                assert any(rect == pytest.approx(picture, abs=1) for picture in pictures), packet["path"]
                seen += 1
    assert seen > 90


def test_fields_are_numbered_in_the_order_of_signing_for_screen_readers(built: Built) -> None:
    with opened((built.output / "dossiers/convocations.pdf").read_bytes()) as pdf:
        fields = list(pdf.Root.AcroForm.Fields)
        pages = [pdf.pages.index(field.P) for field in fields]
        assert pages == sorted(pages)
        labels = [str(field.TU).replace("\u00a0", " ") for field in fields]
    assert labels[0] == f"Signature de Mme Hélène Sauvageot (signature 1 sur {len(labels)})"
    assert len(set(labels)) == len(labels)


def test_every_field_of_a_charter_takes_a_signature_and_all_stay_valid(built: Built, tmp_path: Path) -> None:
    path = tmp_path / "charte.pdf"
    data = (built.output / "dossiers/charte-G1.pdf").read_bytes()
    names = empty_fields(data)
    assert len(names) == len(set(names)) > 2
    for number, name in enumerate(names):
        data = sign(data, name, BOTH[number % 2])
    path.write_bytes(data)
    assert empty_fields(data) == []
    assert verdicts(data) == dict.fromkeys(names, True)
    assert poppler(path) == ["Signature is Valid."] * len(names)
    conforms(path)


def test_a_packet_signed_by_two_people_up_to_b_lta_stays_valid_archivable_and_accessible(
    built: Built, tmp_path: Path
) -> None:
    path = tmp_path / "convocations.pdf"
    data = (built.output / "dossiers/convocations.pdf").read_bytes()
    first, second, *_ = empty_fields(data)
    data = sign(sign(data, first, BOTH[0]), second, BOTH[1], for_long=True)
    path.write_bytes(data)
    assert verdicts(data) == {first: True, second: True}
    assert poppler(path)[:2] == ["Signature is Valid."] * 2
    conforms(path)
    answer = run_json("verify", str(path))
    signed = [field["name"] for field in answer["files"][0]["signature_fields"] if field["signed"]]
    assert set(signed) >= {first, second}


@pytest.fixture
def copy(built: Built, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built.root, tmp_path / "copie"))


def build(root: Path, *arguments: str) -> dict[str, Any]:
    return run_json(
        "-C", str(root), "--date", TODAY.isoformat(), "build", "--etape", "convocation", *arguments
    )


def told(answer: dict[str, Any]) -> set[tuple[str, str]]:
    """Return the codes about signed files, with the name of the file."""
    found = [(f["code"], f["place"]["file"].split("/")[-1]) for f in answer["findings"]]
    return {(code, name) for code, name in found if code.startswith("ENV22")}


def test_what_is_signed_in_place_is_never_replaced_unless_told_and_then_kept_beside(copy: Path) -> None:
    letter = copy / FOLDER / "documents/convocation-pleniere-M013.pdf"
    packet = copy / FOLDER / "dossiers/envoi-M013.pdf"
    for path in (letter, packet):
        path.write_bytes(sign(path.read_bytes(), "president-M013"))
    signed = {path: path.read_bytes() for path in (letter, packet)}
    answer = build(copy)
    assert told(answer) == {("ENV221", letter.name), ("ENV221", packet.name)}
    assert {path: path.read_bytes() for path in signed} == signed
    assert {d["state"] for d in (*answer["documents"], *answer["packets"])} == {"unchanged"}
    verified = run_json("verify", str(copy / FOLDER))
    assert verified["exit"] == 0
    assert [f["code"] for f in verified["findings"]] == ["DOS511"] * 2

    change(copy, "Membres", "M013", "Nom", "Delvaux-Corrigé")
    answer = build(copy)
    assert told(answer) == {("ENV222", letter.name), ("ENV222", packet.name)}
    assert all("Membres!" in f["message"] or "pièce" in f["message"] for f in answer["findings"])
    assert {path: path.read_bytes() for path in signed} == signed

    answer = build(copy, "--force")
    assert told(answer) == {("ENV223", letter.name), ("ENV223", packet.name)}
    for path, data in signed.items():
        assert path.with_name(f"{path.stem} (signé).pdf").read_bytes() == data
        assert empty_fields(path.read_bytes()) == ["president-M013"]


def test_targets_of_the_catalogue_give_tags_or_boxes_instead_of_fields(copy: Path) -> None:
    catalogue = copy / "templates_docx/catalogue.toml"
    text = catalogue.read_text(encoding="utf-8")
    for code, target in (("convocation-pleniere", "papier"), ("convocations", "i-parapheur")):
        text = text.replace(f'code = "{code}"\n', f'code = "{code}"\nsignature = "{target}"\n', 1)
    catalogue.write_text(text, encoding="utf-8")
    answer = build(copy)
    assert answer["exit"] == 0, answer["findings"]
    reasons = {r for d in answer["documents"] if d["state"] == "built" for r in d["reasons"]}
    assert reasons == {"ligne « signature » modifiée dans le catalogue"}
    packets = {p["packet"]: p for p in answer["packets"]}
    assert packets["convocations"]["signature_fields"] == packets["envoi"]["signature_fields"] == []
    pages = {}
    for code in ("convocations", "envoi"):
        path = copy / packets[code]["path"]
        conforms(path)
        text = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True).stdout.decode()
        pages[code] = text.split("\f")
    letters = len(packets["convocations"]["parts"]) - 2
    assert sum(page.splitlines().count(TAG) == 1 for page in pages["convocations"]) == letters
    assert TAG not in "".join(pages["envoi"])
    assert "Signature de Mme Hélène Sauvageot" in pages["envoi"][0]
    assert {p["state"] for p in build(copy)["packets"]} == {"unchanged"}

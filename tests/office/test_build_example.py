"""The main job, end to end, on the example council with a real LibreOffice."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader

from builders.pdf import Builder, pdf
from clspd_docs.build.loading import Loaded
from clspd_docs.conversion.pool import worker_count
from conftest import TODAY, Built, run_cli, run_json
from office.verapdf import failures

pytestmark = [pytest.mark.office, pytest.mark.xdist_group("example")]

BAD_WORDS = re.compile(r"\{\{|\}\}|\{%|%\}|\bNone\b|\bnan\b|\bTrue\b|\bFalse\b|Undefined")


def packets(built: Built) -> list[Path]:
    return sorted((built.output / "dossiers").glob("*.pdf"))


@cache
def text_of(path: Path) -> list[str]:
    done = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True)
    return done.stdout.decode().split("\f")[:-1]


def test_the_example_is_built_without_any_error(built: Built) -> None:
    assert built.answer["exit"] == 0, [f for f in built.answer["findings"] if f["severity"] == "error"]
    assert built.answer["ok"] is True
    assert {d["state"] for d in built.answer["documents"]} == {"built"}
    assert {p["state"] for p in built.answer["packets"]} == {"built"}


def test_the_answer_follows_the_contract(built: Built) -> None:
    answer = built.answer
    assert answer["schema"] == 1
    assert answer["command"] == "build"
    for document in answer["documents"]:
        assert (built.root / document["path"]).is_file()
        assert (built.root / document["docx"]).is_file()
        assert {"document", "seance", "membre", "pages", "state", "reasons"} <= document.keys()
    for packet in answer["packets"]:
        assert (built.root / packet["path"]).is_file()
        assert all({"title", "first_page", "pages"} <= part.keys() for part in packet["parts"])


def test_everyone_summoned_gets_each_paper_and_a_packet(built: Built, loaded: Loaded) -> None:
    seance = loaded.conseil.seance("P-2027-02")
    assert seance is not None
    summoned = {m.id for m in loaded.conseil.convoques(seance)} - {"M001"}  # who signs
    for code in ("convocation-pleniere", "coupon-reponse"):
        assert {d["membre"] for d in built.answer["documents"] if d["document"] == code} == summoned
    assert {p["membre"] for p in built.answer["packets"] if p["packet"] == "envoi"} == summoned
    assert built.answer["counts"]["membres"] == 45


def test_libreoffice_was_started_once_for_each_processor(built: Built) -> None:
    assert 1 <= built.answer["converter_starts"] <= worker_count()


def test_every_packet_opens_in_three_readers_and_has_the_pages_of_its_parts(built: Built) -> None:
    by_path = {built.root / p["path"]: p for p in built.answer["packets"]}
    assert sorted(by_path) == packets(built)
    for path, packet in by_path.items():
        with pikepdf.open(path) as pdf:
            assert len(pdf.pages) == packet["pages"]
        assert len(PdfReader(path).pages) == packet["pages"]
        subprocess.run(["qpdf", "--check", path], check=True, capture_output=True)
        assert len(text_of(path)) == packet["pages"]
        ends = [part["first_page"] + part["pages"] for part in packet["parts"]]
        starts = [*(part["first_page"] for part in packet["parts"][1:]), packet["pages"] + 1]
        assert all(0 <= start - end <= 1 for end, start in zip(ends, starts, strict=True))


def test_contents_pages_tell_the_true_page(built: Built) -> None:
    checked = 0
    for packet in built.answer["packets"]:
        pages = text_of(built.root / packet["path"])
        front = {part["title"]: part for part in packet["parts"]}
        if "Sommaire" not in front:
            continue
        start = front["Sommaire"]["first_page"] - 1
        contents = " ".join(" ".join(pages[start : start + front["Sommaire"]["pages"]]).split())
        for part in packet["parts"]:
            if part["title"] in {"Couverture", "Sommaire"}:
                continue
            title = re.sub(r"[\u00a0\u202f ]+", r"\\s+", re.escape(part["title"]).replace("\\ ", " "))
            assert re.search(rf"{title}.{{0,400}}?\b{part['first_page']}\b", contents), (
                packet["packet"],
                part,
            )
            checked += 1
    assert checked > 40


def test_one_signature_field_for_each_signer_and_document(built: Built) -> None:
    for packet in built.answer["packets"]:
        names = packet["signature_fields"]
        assert len(names) == len(set(names))
        fields = PdfReader(built.root / packet["path"]).get_fields() or {}
        assert sorted(fields) == sorted(names)
    convocations = next(p for p in built.answer["packets"] if p["packet"] == "convocations")
    summoned = {d["membre"] for d in built.answer["documents"] if d["document"] == "convocation-pleniere"}
    assert set(convocations["signature_fields"]) == {f"president-{m}" for m in summoned}


def test_no_page_shows_a_tag_or_an_empty_value(built: Built) -> None:
    for path in (*packets(built), *sorted((built.output / "documents").glob("*.pdf"))):
        for number, page in enumerate(text_of(path), start=1):
            assert not BAD_WORDS.search(page), (path.name, number, BAD_WORDS.search(page))


def test_every_file_claims_pdfa_and_pdfua(built: Built) -> None:
    assert all(set(p["claims"]) == {"PDF/A-2b", "PDF/UA-1"} for p in built.answer["packets"])


def test_one_packet_of_each_kind_passes_the_validator(built: Built) -> None:
    one_of_each = {p["packet"]: p["path"] for p in reversed(built.answer["packets"])}
    assert len(one_of_each) == 8
    for path in one_of_each.values():
        for flavour in ("2b", "ua1"):
            assert failures(built.root / path, flavour) == {}, (path, flavour)


def test_one_document_of_each_kind_passes_the_validator(built: Built) -> None:
    one_of_each = {d["document"]: d["path"] for d in reversed(built.answer["documents"])}
    assert len(one_of_each) == 10
    for path in one_of_each.values():
        for flavour in ("2b", "ua1"):
            assert failures(built.root / path, flavour) == {}, (path, flavour)


def test_the_validator_sees_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "faux.pdf"
    path.write_bytes(pdf("a"))  # claims both norms, and embeds no font
    assert "6.2.11.4.1-1" in failures(path, "2b")
    builder = Builder()
    del builder.anchor(builder.page("a"), "Carte").Alt
    path.write_bytes(builder.bytes())
    assert {"7.3-1", "7.21.4.1-1"} <= failures(path, "ua1").keys()


def test_the_papers_after_a_session_pass_the_validator(built: Built) -> None:
    answer = run_json("-C", str(built.root), "--date", TODAY.isoformat(), "build", "P-2026-06", "G1-2026-10")
    assert answer["exit"] == 0, answer["findings"]
    for packet in answer["packets"]:
        for flavour in ("2b", "ua1"):
            assert failures(built.root / packet["path"], flavour) == {}, (packet["path"], flavour)


def test_drafts_are_marked_and_only_they(built: Built) -> None:
    drafts = {"projet-ordre-du-jour", "reglement-interieur", "plan-local"}
    for document in built.answer["documents"]:
        pages = PdfReader(built.root / document["path"]).pages
        marked = all("PROJET" in page.extract_text() for page in pages)
        assert marked == (document["document"] in drafts), document["path"]


def test_verify_finds_the_published_folder_sound(built: Built) -> None:
    answer = run_json("verify", str(built.output))
    assert answer["exit"] == 0, answer["findings"]


def test_a_second_build_redoes_nothing(built: Built) -> None:
    before = {p: p.stat().st_mtime_ns for p in built.output.rglob("*.pdf")}
    answer = run_json("-C", str(built.root), "--date", TODAY.isoformat(), "build")
    assert {d["state"] for d in answer["documents"]} == {"unchanged"}
    assert {p["state"] for p in answer["packets"]} == {"unchanged"}
    assert answer["converter_starts"] == 0
    assert {p: p.stat().st_mtime_ns for p in built.output.rglob("*.pdf")} == before


def test_the_index_page_links_every_file(built: Built) -> None:
    page = (built.output / "index.html").read_text(encoding="utf-8")
    targets = set(re.findall(r'href="([^"]+)"', page))
    files = {
        p.relative_to(built.output).as_posix()
        for p in built.output.rglob("*")
        if p.suffix in {".pdf", ".docx"}
    }
    assert targets == files


def test_the_manifest_names_no_content_of_the_registers_but_titles(built: Built) -> None:
    manifest = json.loads((built.output / "manifeste.json").read_text(encoding="utf-8"))
    cells = manifest["documents"][0]["cells"]
    assert all(re.fullmatch(r"[0-9a-f]{16}", value) for value in cells.values())


def test_explain_why_says_nothing_is_to_be_done(built: Built) -> None:
    code, output = run_cli("-C", str(built.root), "--date", TODAY.isoformat(), "build", "--pourquoi")
    assert code == 0
    assert "inchangés" in output
    assert "retenu" not in output

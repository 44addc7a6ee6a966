"""Contents pages against the text of the packet, for 3, 30 and 300 pieces; and in volumes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builders.pdf import pdf
from clspd_docs.build.bind import Bindery, Bound
from clspd_docs.build.holding import blocked
from clspd_docs.build.loading import Loaded
from clspd_docs.build.manifest import DocumentRecord, PacketRecord
from clspd_docs.build.press import Press
from clspd_docs.build.produce import Cache, Made, Output, Studio, Workshop
from clspd_docs.build.proof import Proof
from clspd_docs.conversion.engine import Engine
from clspd_docs.conversion.find import find_office
from clspd_docs.conversion.pool import Pool
from clspd_docs.documents.plan import DocumentJob, DossierJob, SessionPlan
from clspd_docs.packets.inspect import page_texts
from conftest import TODAY

pytestmark = pytest.mark.office


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Pool(find_office(), workers=1) as pool:
        yield pool


def pages_of(number: int) -> int:
    return 1 + number % 3


def bound(loaded: Loaded, engine: Engine, folder: Path, pieces: int, **entry: Any) -> Bound:
    """Return the packet of so many pieces, whose pages say which piece they are of."""
    seance = loaded.conseil.seance("P-2027-02")
    assert seance is not None
    shown = loaded.catalogue.documents["ordre-du-jour"]
    output, records = Output(), {}
    for number in range(1, pieces + 1):
        key, title = f"piece-{number}", f"Essai numéro {number} bis"
        job = DocumentJob(key, replace(shown, code=key, titre=title), seance)
        raw = folder / f"{key}.pdf"
        raw.write_bytes(pdf(*[f"Debut de {number} fin"] * pages_of(number)))
        output.made[key] = Made(job, b"", key, {}, draft=False, raw=raw)
        records[key] = _record(key, title, pages_of(number))
    dossier = replace(loaded.catalogue.dossiers["convocations"], **entry)
    whole = DossierJob("essai", dossier, seance, tuple(output.made))
    plan = SessionPlan(seance, tuple(made.job for made in output.made.values()), (whole,), ())
    cache = Cache(folder / "cache", "essai")
    cache.folder.mkdir()
    (folder / "travail").mkdir()
    proof = Proof(loaded.conseil, loaded.book)
    studio, work = Studio(loaded, blocked(()), TODAY), folder / "travail"
    with Press(2) as press:
        shop = Workshop(studio, engine, cache, work, lambda _: None, proof, press)
        return Bindery(shop, plan, output, records).bind({}, {}, TODAY.isoformat())


def _record(key: str, title: str, pages: int) -> DocumentRecord:
    return DocumentRecord(
        key=key,
        code=key,
        title=title,
        docx="",
        path="",
        membre=None,
        pages=pages,
        template="",
        template_sha256="",
        docx_sha256=key,
        pdf_sha256="",
        fingerprint="",
        draft=False,
        signature_fields=(),
        cells={},
        made_on="",
    )


def check(record: PacketRecord, pdf: Path) -> int:
    """Compare the contents with the first page that says each piece; return how many were compared."""
    texts = [" ".join(text.replace("\u00a0", " ").split()) for text in page_texts(pdf)]
    assert len(texts) == record.pages
    contents = next(part for part in record.parts if part.key == "sommaire")
    first = contents.first_page - 1
    printed = " ".join(texts[first : first + contents.pages])
    for part in record.parts[2:]:
        number = part.key.removeprefix("piece-")
        true = next(at for at, text in enumerate(texts, 1) if f"Debut de {number} fin" in text)
        told = re.search(rf"Essai numéro {number} bis\D*?(\d+)", printed)
        assert told is not None, part.title
        assert (int(told[1]), part.first_page) == (true, true)
    return len(record.parts) - 2


@pytest.mark.parametrize("pieces", [3, 30, 300])
@pytest.mark.parametrize("recto", [False, True])
def test_contents_tell_the_page_that_the_text_of_the_packet_shows(
    loaded: Loaded, engine: Engine, tmp_path: Path, pieces: int, recto: bool
) -> None:
    made = bound(loaded, engine, tmp_path, pieces, recto=recto)
    assert made.held == {}
    (record,) = made.records
    assert check(record, made.fresh[record.path]) == pieces


def test_volumes_have_their_own_name_cover_contents_and_numbers(
    loaded: Loaded, engine: Engine, tmp_path: Path
) -> None:
    made = bound(loaded, engine, tmp_path, 60, volume=50, numerotation="page {page} sur {pages}")
    assert made.held == {}
    assert [record.path for record in made.records] == [f"dossiers/essai-{n}.pdf" for n in (1, 2, 3)]
    assert [job.key for job in made.jobs] == ["essai-1", "essai-2", "essai-3"]
    assert sum(check(record, made.fresh[record.path]) for record in made.records) == 60
    for number, record in enumerate(made.records, 1):
        assert record.title.replace("\u00a0", " ").endswith(f"volume {number} sur 3")
        assert sum(part.pages for part in record.parts[2:]) <= 50
        cover, *_, last = page_texts(made.fresh[record.path])
        assert f"volume {number} sur 3" in " ".join(cover.replace("\u00a0", " ").split())
        assert f"page {record.pages} sur {record.pages}" in last.replace("\u00a0", " ")

"""Annexes through the guarded child: what comes back, in bounded time, and what is kept for the next build."""

from __future__ import annotations

import io
import resource
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdf
import pytest
from pikepdf import Array, Dictionary, Encryption, Name

from builders.pdf import opened, pdf, saved
from clspd_docs.findings import Finding
from clspd_docs.origin import Place
from clspd_docs.packets import intake as room
from clspd_docs.packets.intake import Annex, forget, intake
from clspd_docs.packets.intake_child import MAX_MEMORY

PLACE = Place("registers/clspd.xlsx", "Ordre du jour", "F7", 7, "Pièce")


def arrive(tmp_path: Path, data: bytes, kept: Path | None = None) -> Annex | Finding:
    path = tmp_path / "annexe.pdf"
    path.write_bytes(data)
    return intake(path, PLACE, kept=kept)


def refused(tmp_path: Path, data: bytes) -> str:
    finding = arrive(tmp_path, data)
    assert isinstance(finding, Finding)
    assert finding.place == PLACE
    assert "{" not in finding.message + finding.remedy
    return finding.code


def test_sound_annex_enters_with_its_pages_and_its_digest(tmp_path: Path) -> None:
    annex = arrive(tmp_path, pdf("a", "b", "c"))
    assert isinstance(annex, Annex)
    assert (annex.pages, annex.findings, len(annex.digest)) == (3, (), 64)
    assert [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(annex.pdf)).pages] == ["a", "b", "c"]
    assert arrive(tmp_path, pdf("a", "b", "c")) == annex


def test_missing_file_is_named_as_such(tmp_path: Path) -> None:
    finding = intake(tmp_path / "absent.pdf", PLACE)
    assert isinstance(finding, Finding)
    assert finding.code == "DOS201"


def test_file_of_too_many_bytes_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MAX_BYTES", 100)
    assert refused(tmp_path, pdf("a")) == "DOS205"


def unpacking(size: int, times: int = 1) -> bytes:
    """Return a page whose content unpacks to ``size`` bytes, packed ``times`` times."""
    source = opened(pdf("a"))
    packed = bytes(size)
    for _ in range(times):
        packed = zlib.compress(packed, 9)
    content = source.make_stream(b"")
    content.write(packed, filter=Array([Name.FlateDecode] * times))
    source.pages[0].obj.Contents = content
    return saved(source, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def object_stream(body: bytes, count: int) -> bytes:
    """Return a file whose catalogue is said to be in an object stream that unpacks to ``body``."""
    packed = zlib.compress(body, 9)
    head = b"%PDF-1.7\n"
    store = (
        b"1 0 obj\n<</Type/ObjStm/N %d/First 8/Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\n"
        % (
            count,
            len(packed),
            packed,
        )
    )
    rows = bytes([0, 0, 0, 0]) + bytes([1]) + len(head).to_bytes(2) + b"\0" + bytes([2, 0, 1, 0])
    rows += bytes([1]) + (len(head) + len(store)).to_bytes(2 if len(store) < 60_000 else 3)[-2:] + b"\0"
    xref = b"3 0 obj\n<</Type/XRef/Size 4/W[1 2 1]/Root 2 0 R/Length %d>>stream\n%s\nendstream endobj\n" % (
        len(rows),
        rows,
    )
    return head + store + xref + b"startxref\n%d\n%%%%EOF" % (len(head) + len(store))


def many_pages() -> bytes:
    source = opened(pdf("a"))
    for _ in range(20_000):
        page = Dictionary(Type=Name.Page, Parent=source.Root.Pages, MediaBox=Array([0, 0, 200, 200]))
        source.Root.Pages.Kids.append(source.make_indirect(page))
    source.Root.Pages.Count = 20_001
    return saved(source)


def page_loop() -> bytes:
    source = opened(pdf("a"))
    loop = source.make_indirect(Dictionary(Type=Name.Pages, Count=1, Parent=source.Root.Pages))
    loop.Kids = Array([loop])
    source.Root.Pages.Kids.append(loop)
    source.Root.Pages.Count = 2
    return saved(source)


def deep() -> bytes:
    return pdf("a").replace(b"/Lang", b"/Deep " + b"[" * 100_000 + b"]" * 100_000 + b"/Lang", 1)


def pages_that_double() -> bytes:
    """Return a page tree that shares its branches: 2 to the power of 30 pages in 3 kB."""
    objects = [b"<</Type/Catalog/Pages 32 0 R>>", b"<</Type/Page/MediaBox[0 0 200 200]>>"]
    objects += [
        b"<</Type/Pages/Count %d/Kids[%d 0 R %d 0 R]>>" % (2**level, level + 1, level + 1)
        for level in range(1, 31)
    ]
    body, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, rows)
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + table + end


def picture_of_ten_billion_points() -> bytes:
    source = opened(pdf("a"))
    entries = {"Type": Name.XObject, "Subtype": Name.Image, "Width": 100_000, "Height": 100_000}
    packed = zlib.compress(bytes(1_000_000), 9)
    picture = source.make_stream(packed, **entries, BitsPerComponent=8, ColorSpace=Name.DeviceRGB)
    source.pages[0].obj.Resources.XObject = Dictionary(Im1=picture)
    return saved(source)


def image_of_ten_billion_points() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)

    head = (100_000).to_bytes(4) * 2 + bytes([8, 2, 0, 0, 0])
    lines = zlib.compress(bytes(100_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


BOMBS: dict[str, Callable[[], bytes]] = {
    "content of 150 MB": lambda: unpacking(150_000_000),
    "content packed twice": lambda: unpacking(150_000_000, 2),
    "objects of 150 MB": lambda: object_stream(b"2 0     <</Pages 4 0 R/X(" + bytes(150_000_000) + b")>>", 1),
    "an object stream that announces a billion objects": lambda: object_stream(
        b"2 0     <</Pages 4 0 R>>", 10**9
    ),
    "20 000 pages": many_pages,
    "a picture of 100 000 by 100 000 points": picture_of_ten_billion_points,
    "an image of 100 000 by 100 000 points": image_of_ten_billion_points,
    "pages that hold themselves": page_loop,
    "pages that double thirty times": pages_that_double,
    "100 000 brackets": deep,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_file_made_to_exhaust_the_machine_is_refused_in_bounded_time(tmp_path: Path, bomb: str) -> None:
    data = BOMBS[bomb]()
    assert len(data) < 4_000_000
    start = time.perf_counter()
    assert refused(tmp_path, data) in {"DOS204", "DOS205"}
    assert time.perf_counter() - start < room.TIMEOUT
    assert (
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MAX_MEMORY // 1024
    )  # kilobytes, the largest child


def test_child_that_never_ends_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "TIMEOUT", 0.01)
    assert refused(tmp_path, pdf("a")) == "DOS205"


def test_protected_annex_is_refused_through_the_child_too(tmp_path: Path) -> None:
    assert refused(tmp_path, saved(opened(pdf("a")), encryption=Encryption(owner="o", user=""))) == "DOS203"


def test_answer_is_kept_and_taken_again_until_the_file_or_the_question_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    first = arrive(tmp_path, pdf("a"), kept)
    assert isinstance(first, Annex)
    (answer,) = kept.iterdir()
    monkeypatch.setattr(room, "TIMEOUT", 0.0)  # no child can answer any more
    assert arrive(tmp_path, pdf("a"), kept) == first
    assert isinstance(arrive(tmp_path, pdf("b"), kept), Finding)
    assert isinstance(intake(tmp_path / "annexe.pdf", PLACE, as_pictures=True, kept=kept), Finding)
    answer.write_bytes(answer.read_bytes()[:-1])
    assert isinstance(arrive(tmp_path, pdf("a"), kept), Finding)


def test_answers_about_files_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    first, second = (arrive(tmp_path, pdf(text), kept) for text in ("a", "b"))
    assert isinstance(first, Annex)
    assert isinstance(second, Annex)
    forget(kept, {second.digest})
    assert [path.name.startswith(second.digest) for path in kept.iterdir()] == [True]

"""Annexes from elsewhere: what is refused, what is removed, what is kept."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdf
import pytest
from pikepdf import Array, Dictionary, Encryption, Name, ObjectStreamMode, Pdf, String

from builders.pdf import Builder, opened, pdf, saved
from clspd_docs.findings import Finding
from clspd_docs.origin import Place
from clspd_docs.packets import intake as room
from clspd_docs.packets.intake import Annex, intake

PLACE = Place("registers/clspd.xlsx", "Ordre du jour", "F7", 7, "Pièce")


def arrive(tmp_path: Path, data: bytes, *, signed_copy: bool = False) -> Annex | Finding:
    path = tmp_path / "annexe.pdf"
    path.write_bytes(data)
    return intake(path, PLACE, signed_copy=signed_copy)


def entered(tmp_path: Path, data: bytes, *, signed_copy: bool = False) -> Annex:
    annex = arrive(tmp_path, data, signed_copy=signed_copy)
    assert isinstance(annex, Annex)
    return annex


def refused(tmp_path: Path, data: bytes) -> str:
    finding = arrive(tmp_path, data)
    assert isinstance(finding, Finding)
    assert finding.place == PLACE
    return finding.code


def test_sound_annex_enters_with_its_pages_and_without_remark(tmp_path: Path) -> None:
    annex = entered(tmp_path, pdf("a", "b", "c"))
    assert (annex.pages, annex.findings) == (3, ())
    assert [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(annex.pdf)).pages] == ["a", "b", "c"]


def test_missing_file_is_named_as_such(tmp_path: Path) -> None:
    finding = intake(tmp_path / "absent.pdf", PLACE)
    assert isinstance(finding, Finding)
    assert finding.code == "DOS201"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 un fichier Word", b"x" * 2000 + b"%PDF-1.7"])
def test_file_of_another_kind_is_refused(tmp_path: Path, data: bytes) -> None:
    assert refused(tmp_path, data) == "DOS202"


@pytest.mark.parametrize("user", ["secret", ""])
def test_protected_annex_is_refused_even_when_it_opens_without_password(tmp_path: Path, user: str) -> None:
    assert refused(tmp_path, saved(opened(pdf("a")), encryption=Encryption(owner="o", user=user))) == "DOS203"


def without_pages(data: bytes) -> bytes:
    source = opened(data)
    del source.pages[0]
    return saved(source)


def page_loop(data: bytes) -> bytes:
    source = opened(data)
    loop = source.make_indirect(Dictionary(Type=Name.Pages, Count=1, Parent=source.Root.Pages))
    loop.Kids = Array([loop])
    source.Root.Pages.Kids.append(loop)
    source.Root.Pages.Count = 2
    return saved(source)


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) * 2 // 3], without_pages, page_loop])
def test_annex_cut_short_empty_or_circular_is_refused(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    assert refused(tmp_path, damage(pdf("a"))) == "DOS204"


def test_content_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    source = opened(pdf("a"))
    content = source.make_stream(b"")
    content.write(zlib.compress(bytes(150_000_000), 9), filter=Name.FlateDecode)
    source.pages[0].obj.Contents = content
    bomb = saved(source, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    assert len(bomb) < 200_000
    assert refused(tmp_path, bomb) == "DOS204"


def test_annex_of_too_many_pages_bytes_or_points_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    huge = opened(pdf("a"))
    picture = huge.make_stream(b"", Type=Name.XObject, Subtype=Name.Image, Width=60_000, Height=60_000)
    huge.pages[0].obj.Resources.XObject = Dictionary(Im1=picture)
    assert refused(tmp_path, saved(huge)) == "DOS205"
    assert refused(tmp_path, pdf(*("p" for _ in range(room.MAX_PAGES + 1)))) == "DOS205"
    monkeypatch.setattr(room, "MAX_CONTENT", 10)
    assert refused(tmp_path, pdf("a")) == "DOS205"
    monkeypatch.setattr(room, "MAX_BYTES", 100)
    assert refused(tmp_path, pdf("a")) == "DOS205"


def signed() -> bytes:
    builder = Builder()
    page = builder.page("Convention")
    field = builder.text_field(page, "maire", Name.Sig)
    value = Dictionary(
        Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=String("x"), ByteRange=Array([0, 1, 2, 3])
    )
    field.V = builder.pdf.make_indirect(value)
    seen = builder.pdf.make_stream(
        b"BT /F1 9 Tf (Signe par Mme Durand) Tj ET", Type=Name.XObject, Subtype=Name.Form
    )
    seen.BBox = Array([0, 0, 150, 20])
    seen.Resources = page.obj.Resources
    field.AP = Dictionary(N=seen)
    return builder.bytes()


def test_signed_annex_is_refused_unless_a_mere_copy_is_wanted(tmp_path: Path) -> None:
    assert refused(tmp_path, signed()) == "DOS206"
    copy = entered(tmp_path, signed(), signed_copy=True)
    assert [finding.code for finding in copy.findings] == ["DOS208"]
    reader = pypdf.PdfReader(io.BytesIO(copy.pdf))
    assert "/AcroForm" not in reader.root_object
    assert "/ByteRange" not in str(copy.pdf)
    assert "Durand" in reader.pages[0].extract_text()


def open_script(source: Pdf) -> None:
    source.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def named_script(source: Pdf) -> None:
    action = Dictionary(S=Name.JavaScript, JS=String("app.alert(2)"))
    source.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), action])))


def page_event(source: Pdf) -> None:
    source.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("app.alert(3)")))


def _link(source: Pdf, action: Dictionary) -> None:
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
    source.pages[0].obj.Annots = Array([source.make_indirect(link)])


def launch(source: Pdf) -> None:
    _link(source, Dictionary(S=Name.Launch, F=String("cmd.exe")))


def chained(source: Pdf) -> None:
    after = Dictionary(S=Name.SubmitForm, F=String("https://www.example.org/"))
    _link(source, Dictionary(S=Name.URI, URI=String("https://www.example.org/"), Next=Array([after])))


def attached(source: Pdf) -> None:
    source.attachments["note.txt"] = b"bonjour"


def xfa(source: Pdf) -> None:
    source.Root.AcroForm = Dictionary(Fields=Array(), XFA=source.make_stream(b"<xdp/>"))


@pytest.mark.parametrize("arm", [open_script, named_script, page_event, launch, chained, attached, xfa])
def test_what_acts_by_itself_is_removed_and_told(tmp_path: Path, arm: Callable[[Pdf], None]) -> None:
    source = opened(pdf("a"))
    arm(source)
    annex = entered(tmp_path, saved(source))
    assert [finding.code for finding in annex.findings] == ["DOS207"]
    plain = saved(opened(annex.pdf), object_stream_mode=ObjectStreamMode.disable)
    for trace in (b"JavaScript", b"/AA", b"Launch", b"SubmitForm", b"EmbeddedFile", b"/XFA"):
        assert trace not in plain


def test_links_to_the_web_and_a_resource_called_aa_are_kept(tmp_path: Path) -> None:
    builder = Builder()
    page = builder.page("a")
    builder.link(page, "https://www.example.org/", contents="Le site")
    page.obj.Resources.Font.AA = page.obj.Resources.Font.F1
    page.obj.Resources.AA = Dictionary(F1=Dictionary())
    annex = entered(tmp_path, builder.bytes())
    assert annex.findings == ()
    result = opened(annex.pdf)
    assert str(result.pages[0].obj.Annots[0].A.URI) == "https://www.example.org/"
    assert "/AA" in result.pages[0].obj.Resources.Font


def test_annex_whose_tags_are_beyond_repair_enters_without_them(tmp_path: Path) -> None:
    source = opened(pdf("a"))
    source.Root.StructTreeRoot.ParentTree.Nums = Array([String("x"), String("y")])
    annex = entered(tmp_path, saved(source))
    assert "/StructTreeRoot" not in opened(annex.pdf).Root


def test_annex_that_no_packet_could_take_is_refused(tmp_path: Path) -> None:
    source = opened(pdf("a"))
    source.Root.OutputIntents[0].DestOutputProfile.N = Dictionary()
    assert refused(tmp_path, saved(source)) == "DOS204"


def test_same_annex_gives_the_same_bytes(tmp_path: Path) -> None:
    assert entered(tmp_path, pdf("a")) == entered(tmp_path, pdf("a"))

"""Annexes from elsewhere: what is refused, what is removed, what is kept, what is told."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pypdf
import pytest
from pikepdf import Array, Dictionary, Encryption, Name, ObjectStreamMode, Pdf, String
from PIL import Image, PngImagePlugin

from builders.pdf import Builder, opened, pdf, saved
from clspd_docs.packets import annex as room
from clspd_docs.packets import annex_files, metadata
from clspd_docs.packets.intake_child import answer

ASKED = {"title": "Bilan", "alternative": "", "signed_copy": False, "as_pictures": False}


def entered(data: bytes, **asked: Any) -> tuple[Pdf, list[str]]:
    """Return the annex as it enters, and the codes of what is told of it."""
    told, made = answer(data, ASKED | asked)
    assert "refused" not in told, told
    return opened(made), [code for code, _ in told["notes"]]


def refused(data: bytes, **asked: Any) -> str:
    told, made = answer(data, ASKED | asked)
    assert made == b""
    return str(told["refused"])


def word(name: bytes = b"word/document.xml") -> bytes:
    return b"PK\x03\x04" + bytes(26) + name


@pytest.mark.parametrize(
    "data", [b"", b"texte", b"x" * 2000 + b"%PDF-1.7", word(b"xl/workbook.xml"), b"GIF89a"]
)
def test_file_of_another_kind_is_refused(data: bytes) -> None:
    assert refused(data) == "DOS202"


@pytest.mark.parametrize(
    "data",
    [
        word(),
        word(b"mimetypeapplication/vnd.oasis.opendocument.text"),
        b"\xd0\xcf\x11\xe0" + bytes(600) + "WordDocument".encode("utf-16-le"),
    ],
)
def test_word_file_is_told_from_the_rest(data: bytes) -> None:
    assert refused(data) == "DOS209"


@pytest.mark.parametrize("user", ["secret", ""])
def test_protected_annex_is_refused_even_when_it_opens_without_password(user: str) -> None:
    assert refused(saved(opened(pdf("a")), encryption=Encryption(owner="o", user=user))) == "DOS203"


def without_pages(data: bytes) -> bytes:
    source = opened(data)
    del source.pages[0]
    return saved(source)


def with_broken_table(data: bytes) -> bytes:
    before, _, after = data.rpartition(b"startxref")
    return before + b"startxref\n7\n%%EOF" + after[-1:]


def with_flat_page(data: bytes) -> bytes:
    source = opened(data)
    source.pages[0].obj.MediaBox = Array([0, 0, 595, 0])
    return saved(source)


@pytest.mark.parametrize(
    "damage", [lambda data: data[: len(data) * 2 // 3], without_pages, with_broken_table, with_flat_page]
)
def test_annex_cut_short_empty_or_without_table_is_refused(damage: Callable[[bytes], bytes]) -> None:
    assert refused(damage(pdf("a"))) == "DOS204"


def test_annex_of_too_many_pages_or_points_or_of_a_giant_page_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    huge = opened(pdf("a"))
    picture = huge.make_stream(b"", Type=Name.XObject, Subtype=Name.Image, Width=60_000, Height=60_000)
    huge.pages[0].obj.Resources.XObject = Dictionary(Im1=picture)
    assert refused(saved(huge)) == "DOS205"
    wide = opened(pdf("a"))
    wide.pages[0].obj.MediaBox = Array([0, 0, 1e9, 842])
    assert refused(saved(wide)) == "DOS205"
    monkeypatch.setattr(room, "MAX_PAGES", 2)
    assert refused(pdf("p", "q", "r")) == "DOS205"
    monkeypatch.setattr(room, "MAX_CONTENT", 10)
    assert refused(pdf("a")) == "DOS205"


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


def test_signed_annex_is_refused_unless_a_mere_copy_is_wanted() -> None:
    assert refused(signed()) == "DOS206"
    told, copy = answer(signed(), ASKED | {"signed_copy": True})
    assert [code for code, _ in told["notes"]] == ["DOS208"]
    reader = pypdf.PdfReader(io.BytesIO(copy))
    assert "/AcroForm" not in reader.root_object
    assert "/ByteRange" not in str(copy)
    assert "Durand" in reader.pages[0].extract_text()


def open_script(source: Pdf) -> None:
    source.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def named_script(source: Pdf) -> None:
    action = Dictionary(S=Name.JavaScript, JS=String("app.alert(2)"))
    source.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), action])))


def page_event(source: Pdf) -> None:
    source.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("app.alert(3)")))


def _annotate(source: Pdf, **entries: Any) -> None:
    note = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **entries)
    source.pages[0].obj.Annots = Array([source.make_indirect(note)])


def _link(source: Pdf, action: Dictionary) -> None:
    _annotate(source, Subtype=Name.Link, A=action)


def annotation_script(source: Pdf) -> None:
    _link(source, Dictionary(S=Name.JavaScript, JS=String("app.alert(4)")))


def field_event(source: Pdf) -> None:
    event = Dictionary(K=Dictionary(S=Name.JavaScript, JS=String("app.alert(5)")))
    _annotate(source, Subtype=Name.Widget, FT=Name.Tx, T=String("a"), AA=event)
    source.Root.AcroForm = Dictionary(Fields=Array([source.pages[0].obj.Annots[0]]))


def launch(source: Pdf) -> None:
    _link(source, Dictionary(S=Name.Launch, F=String("cmd.exe")))


def script_as_address(source: Pdf) -> None:
    _link(source, Dictionary(S=Name.URI, URI=String("javascript:app.LaunchUnsafe()")))


def file_as_address(source: Pdf) -> None:
    _link(source, Dictionary(S=Name.URI, URI=String("file://serveur/partage/LaunchUnsafe.exe")))


def printing(source: Pdf) -> None:
    _link(source, Dictionary(S=Name.Named, N=Name("/SubmitFormLike")))


def unknown_action(source: Pdf) -> None:
    _link(source, Dictionary(S=Name("/SubmitFormTomorrow")))


def chained(source: Pdf) -> None:
    after = Dictionary(S=Name.SubmitForm, F=String("https://www.example.org/"))
    _link(source, Dictionary(S=Name.URI, URI=String("https://www.example.org/"), Next=Array([after])))


def attached(source: Pdf) -> None:
    source.attachments["note.txt"] = b"bonjour"


def pinned(source: Pdf) -> None:
    stored = source.make_stream(b"MZ", Type=Name.EmbeddedFile)
    note = Dictionary(Type=Name.Filespec, F=String("a.exe"), EF=Dictionary(F=stored))
    _annotate(source, Subtype=Name.FileAttachment, FS=note)


def associated(source: Pdf) -> None:
    stored = source.make_stream(b"MZ", Type=Name.EmbeddedFile)
    source.pages[0].obj.AF = Array([Dictionary(Type=Name.Filespec, F=String("a"), EF=Dictionary(F=stored))])


def xfa(source: Pdf) -> None:
    source.Root.AcroForm = Dictionary(Fields=Array(), XFA=source.make_stream(b"<xdp/>"))


def three_dimensions(source: Pdf) -> None:
    model = source.make_stream(
        b"U3D", Type=Name("/3D"), Subtype=Name.U3D, OnInstantiate=source.make_stream(b"JavaScript")
    )
    _annotate(source, Subtype=Name("/3D"), **{"3DD": model})


def film(source: Pdf) -> None:
    content = Dictionary(Assets=Dictionary(Names=Array([String("a.swf"), Dictionary(Type=Name.Filespec)])))
    _annotate(source, Subtype=Name.RichMedia, RichMediaContent=content)


def outside_content(source: Pdf) -> None:
    picture = source.make_stream(b"", Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1)
    picture.F = Dictionary(Type=Name.Filespec, F=String("http://www.example.org/LaunchUnsafe"))
    source.pages[0].obj.Resources.XObject = Dictionary(Im1=picture)


ARMS = [
    *(
        open_script,
        named_script,
        page_event,
        annotation_script,
        field_event,
        launch,
        script_as_address,
        file_as_address,
        printing,
    ),
    *(unknown_action, chained, attached, pinned, associated, xfa, three_dimensions, film, outside_content),
]
TRACES = (
    "JavaScript",
    "/AA",
    "Launch",
    "SubmitForm",
    "EmbeddedFile",
    "/XFA",
    "OpenAction",
    "RichMedia",
    "U3D",
    "/EF",
)


@pytest.mark.parametrize("arm", ARMS)
def test_what_acts_by_itself_is_removed_and_told(arm: Callable[[Pdf], None]) -> None:
    source = opened(pdf("a"))
    arm(source)
    made, codes = entered(saved(source))
    assert codes == ["DOS207"]
    plain = saved(made, object_stream_mode=ObjectStreamMode.disable)
    assert [trace for trace in TRACES if trace.encode() in plain] == []


def test_links_to_the_web_and_resources_with_a_bad_name_are_kept() -> None:
    builder = Builder()
    page = builder.page("a")
    builder.link(page, "https://www.example.org/", contents="Le site")
    for name in ("AA", "JS", "EF"):
        page.obj.Resources.Font[f"/{name}"] = page.obj.Resources.Font.F1
    page.obj.Resources.AA = Dictionary(F1=Dictionary())
    builder.pdf.Root.OpenAction = Array([page.obj, Name.Fit])
    result, codes = entered(builder.bytes())
    assert codes == []
    assert str(result.pages[0].obj.Annots[0].A.URI) == "https://www.example.org/"
    assert {"/AA", "/JS", "/EF"} <= set(result.pages[0].obj.Resources.Font.keys())


def test_annex_whose_tags_are_beyond_repair_enters_without_them() -> None:
    source = opened(pdf("a"))
    source.Root.StructTreeRoot.ParentTree.Nums = Array([String("x"), String("y")])
    made, codes = entered(saved(source))
    assert "/StructTreeRoot" not in made.Root
    assert codes == ["DOS210"]


def test_annex_that_no_packet_could_take_is_refused() -> None:
    source = opened(pdf("a"))
    source.Root.OutputIntents[0].DestOutputProfile.N = Dictionary()
    assert refused(saved(source)) == "DOS204"


def test_annex_without_tags_enters_with_a_warning() -> None:
    made, codes = entered(pdf("a", tagged=False))
    assert codes == ["DOS210"]
    assert "/StructTreeRoot" not in made.Root


def test_page_without_font_cannot_be_presented_as_a_picture() -> None:
    _, codes = entered(pdf("a", tagged=False), as_pictures=True)
    assert codes == ["DOS212"]


def test_tagged_annex_is_not_presented_as_pictures() -> None:
    assert entered(pdf("a"), as_pictures=True)[1] == []


def image(kind: str, size: tuple[int, int] = (300, 200), mode: str = "RGB", **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, 200 if mode == "L" else (200, 30, 30, 128)[: len(mode)]).save(
        buffer, kind, **options
    )
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [image("PNG"), image("JPEG"), image("PNG", mode="RGBA"), image("PNG", mode="L"), image("PNG", (10, 9))],
)
def test_image_becomes_a_described_page(data: bytes) -> None:
    made, codes = entered(data, alternative="Carte du quartier.")
    assert codes == []
    assert len(made.pages) == 1
    figure = made.Root.StructTreeRoot.K[0].K[0]
    assert str(figure.Alt) == "Carte du quartier."


def test_picture_that_is_not_described_takes_the_claim_of_accessibility_away() -> None:
    builder = Builder()
    page = builder.page("a")
    builder.anchor(page, "Carte")
    assert entered(builder.bytes())[1] == []
    figure = builder.anchor(page, "")
    del figure.Alt
    made, codes = entered(builder.bytes())
    assert codes == ["DOS215"]
    assert not metadata.claims_of(made).pdfua
    assert metadata.claims_of(made).pdfa


def test_image_without_description_is_told() -> None:
    assert entered(image("JPEG"))[1] == ["DOS213"]


def test_image_turned_by_its_camera_is_upright_and_its_place_is_left_behind() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "domicile de la victime"
    made, _ = entered(image("JPEG", (400, 200), exif=exif))
    width, height = (float(value) for value in list(made.pages[0].mediabox)[2:])
    assert height > width
    assert b"victime" not in saved(made)


def test_image_cut_short_too_large_or_full_of_text_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(image("PNG", (900, 900))[:200]) == "DOS204"
    told = PngImagePlugin.PngInfo()
    told.add_text("a", "x" * 5_000_000, zip=True)
    assert refused(image("PNG", pnginfo=told)) == "DOS204"
    monkeypatch.setattr(annex_files, "MAX_PIXELS", 59_999)
    assert refused(image("PNG")) == "DOS205"

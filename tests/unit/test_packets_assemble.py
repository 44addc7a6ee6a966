"""Parts into a packet: order, pages, claims, bytes."""

from __future__ import annotations

import datetime as dt
import io

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Dictionary, Name

from builders.pdf import Builder, opened, pdf, saved
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.packets.assemble import assemble, first_pages
from clspd_docs.packets.spec import PacketSpec, Part

WHEN = dt.datetime(2027, 1, 4, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def spec(**changes: object) -> PacketSpec:
    known = {
        "title": "Dossier de séance",
        "author": "CLSPD de Saint-Exemple",
        "subject": "Plénière",
        "when": WHEN,
    }
    return PacketSpec(**{**known, **changes})  # type: ignore[arg-type]  # the fields of the record


def parts(*files: bytes) -> list[Part]:
    return [Part(f"piece-{i}", f"Pièce n° {i}", data) for i, data in enumerate(files, 1)]


def xmp_of(data: bytes) -> str:
    with opened(data) as packet:
        return packet.Root.Metadata.read_bytes().decode()


def codes(*files: bytes) -> list[str]:
    return [finding.code for finding in assemble(spec(), parts(*files)).findings]


def test_one_part_alone_gets_its_title_language_dates_and_claims() -> None:
    packet = assemble(spec(), parts(pdf("Bonjour")))
    reader = pypdf.PdfReader(io.BytesIO(packet.pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == "Dossier de séance"
    assert reader.metadata.author == "CLSPD de Saint-Exemple"
    assert reader.metadata.creation_date == WHEN
    assert str(reader.root_object["/Lang"]) == "fr-FR"
    assert str(reader.root_object["/ViewerPreferences"]) == "{'/DisplayDocTitle': True}"
    assert packet.claims == ("PDF/A-2b", "PDF/UA-1")
    assert packet.findings == ()
    assert "Bonjour" in reader.pages[0].extract_text()


def test_xmp_says_the_same_as_the_document_information_and_declares_the_accessibility_mark() -> None:
    packet = assemble(spec(title="Pièces & suites <2027>"), parts(pdf()))
    xmp = xmp_of(packet.pdf)
    assert "Pièces &amp; suites &lt;2027&gt;" in xmp
    assert xmp.count("2027-01-04T08:30:00Z") == 3
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "http://www.aiim.org/pdfa/ns/extension/" in xmp


def test_same_input_twice_gives_the_same_bytes() -> None:
    made = [
        assemble(
            spec(numbering="page {page} sur {pages}", recto=True),
            [*parts(pdf("a", "b"), pdf("c")), Part("p", "Projet", pdf("d"), draft=True)],
        )
        for _ in range(2)
    ]
    assert made[0] == made[1]


def test_time_without_zone_is_read_as_utc() -> None:
    naive, aware = dt.datetime(2027, 1, 4, 8), dt.datetime(2027, 1, 4, 8, tzinfo=dt.UTC)  # noqa: DTZ001 - the point
    assert assemble(spec(when=naive), parts(pdf())).pdf == assemble(spec(when=aware), parts(pdf())).pdf


@settings(max_examples=25, deadline=None)
@given(counts=st.lists(st.integers(1, 4), min_size=1, max_size=6), recto=st.booleans())
def test_packet_has_the_pages_of_its_parts_and_each_starts_where_first_pages_says(
    counts: list[int], recto: bool
) -> None:
    files = [pdf(*(f"piece {i} feuille {n}" for n in range(count))) for i, count in enumerate(counts)]
    packet = assemble(spec(recto=recto), parts(*files))
    reader = pypdf.PdfReader(io.BytesIO(packet.pdf))
    starts = first_pages(counts, recto=recto)
    assert [part.first_page for part in packet.parts] == starts
    assert [part.pages for part in packet.parts] == counts
    assert len(reader.pages) == packet.pages == starts[-1] - 1 + counts[-1]
    texts = [page.extract_text().strip() for page in reader.pages]
    assert len([text for text in texts if text]) == sum(counts)
    for i, start in enumerate(starts):
        assert texts[start - 1] == f"piece {i} feuille 0"
        assert start % 2 or not recto


def test_first_pages_leaves_a_blank_page_only_before_a_part_that_would_start_on_the_left() -> None:
    assert first_pages([1, 2, 3, 1], recto=True) == [1, 3, 5, 9]
    assert first_pages([1, 2, 3, 1], recto=False) == [1, 2, 4, 7]
    assert first_pages([], recto=True) == []


def test_blank_page_is_as_large_as_the_page_before_it_and_has_no_tag() -> None:
    landscape = Builder()
    landscape.page("a", size=(595, 842), rotate=90)
    result = opened(assemble(spec(recto=True), parts(landscape.bytes(), pdf())).pdf)
    blank = result.pages[1]
    assert [float(value) for value in blank.mediabox] == [0, 0, 842, 595]
    assert "/StructParents" not in blank.obj


@pytest.mark.parametrize("keys", [[], ["a", "a"]])
def test_packet_without_part_or_with_a_key_twice_is_a_programming_error(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="key"):
        assemble(spec(), [Part(key, key, pdf()) for key in keys])


def test_unreadable_part_stops_the_run_and_is_named_by_its_key() -> None:
    broken = Part("convocation-M012", "Convocation de Mme Durand", b"%PDF-1.7 tronqu\xe9")
    with pytest.raises(Stop) as stopped:
        assemble(spec(file="dossiers/convocations.pdf"), [*parts(pdf()), broken])
    assert stopped.value.finding.code == "DOS101"
    assert stopped.value.exit_code == ExitCode.PROGRAM_MISSING
    assert stopped.value.finding.place.french() == "dossiers/convocations.pdf, pièce convocation-M012"
    assert "Durand" not in str(stopped.value)


@pytest.mark.parametrize(
    ("part", "claims", "reason"),
    [
        (pdf(claims=("ua1",)), ("PDF/UA-1",), "la pièce « piece-2 » ne l’annonce pas"),
        (pdf(claims=("1b", "ua1")), ("PDF/UA-1",), "la pièce « piece-2 » ne l’annonce pas"),
        (pdf(claims=("2b",)), ("PDF/A-2b",), "la pièce « piece-2 » ne l’annonce pas"),
        (pdf(tagged=False), ("PDF/A-2b",), "la pièce « piece-2 » ne l’annonce pas"),
    ],
)
def test_part_without_a_claim_lowers_it_for_the_packet_with_the_reason(
    part: bytes, claims: tuple[str, ...], reason: str
) -> None:
    packet = assemble(spec(), parts(pdf(), part))
    assert packet.claims == claims
    assert [reason in finding.message.replace("\u00a0", " ") for finding in packet.findings] == [True]
    xmp = xmp_of(packet.pdf)
    assert ("pdfaid:part" in xmp, "pdfuaid:part" in xmp) == ("PDF/A-2b" in claims, "PDF/UA-1" in claims)


def coloured(space: str) -> bytes:
    builder = Builder(colours=space)
    builder.page("a")
    return builder.bytes()


def test_colours_of_two_kinds_or_of_no_kind_lower_the_archive_claim() -> None:
    assert codes(coloured("RGB"), coloured("CMYK")) == ["DOS104"]
    assert codes(coloured("")) == ["DOS104"]
    assert codes(coloured(""), coloured("RGB")) == []


def test_one_output_intent_is_kept_whatever_the_time_in_its_profile() -> None:
    files = []
    for second in (b"\x01", b"\x02"):
        source = opened(pdf("a"))
        profile = source.Root.OutputIntents[0].DestOutputProfile
        profile.write(profile.read_bytes()[:34] + b"\x00" + second + profile.read_bytes()[36:])
        files.append(saved(source))
    first, second_time = (assemble(spec(), parts(data, data)) for data in files)
    assert first.pdf == second_time.pdf
    assert len(opened(first.pdf).Root.OutputIntents) == 1


def with_picture() -> bytes:
    builder = Builder()
    page = builder.page("a")
    image = builder.pdf.make_stream(
        b"\x80" * 300, Type=Name.XObject, Subtype=Name.Image, Width=10, Height=10, BitsPerComponent=8
    )
    image.ColorSpace = Name.DeviceRGB
    page.obj.Resources.XObject = Dictionary(Im1=image)
    builder.link(page, "https://www.example.org/", contents="Le site")
    return builder.bytes()


def test_pictures_and_fonts_of_the_parts_are_shared_but_no_annotation_is() -> None:
    result = opened(assemble(spec(), parts(with_picture(), with_picture(), with_picture())).pdf)
    pages = [page.obj for page in result.pages]
    assert len({page.Resources.XObject.Im1.objgen for page in pages}) == 1
    assert len({page.Resources.Font.F1.objgen for page in pages}) == 1
    assert len({page.Annots[0].objgen for page in pages}) == 3


def test_finished_packet_may_be_a_part_again_with_its_fields_and_stamps() -> None:
    builder = Builder()
    builder.anchor(builder.page("a"), "sig:president|La présidente")
    once = assemble(spec(numbering="lot {page}"), [Part("a", "A", builder.bytes(), owner="M1")])
    twice = assemble(spec(numbering="dossier {page}"), parts(once.pdf, once.pdf))
    assert twice.signature_fields == ("president-M1", "president-M1-piece-2")
    assert twice.claims == once.claims
    text = pypdf.PdfReader(io.BytesIO(twice.pdf)).pages[1].extract_text()
    assert "lot 1" in text
    assert "dossier 2" in text

"""Opening a template: what is refused, with which code, and what is let through."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from builders.docx import Docx, drawing, template
from clspd_docs.templates.package import Opened, open_template
from clspd_docs.templates.preview_mark import marked


def opened(tmp_path: Path, raw: bytes, name: str = "lettre.docx") -> Opened:
    path = tmp_path / name
    path.write_bytes(raw)
    return open_template(path, f"templates_docx/{name}")


def codes(result: Opened) -> list[str]:
    return [finding.code for finding in result.findings]


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members.items():
            archive.writestr(name.replace("__", "/"), raw)
    return stream.getvalue()


def changed(raw: bytes, name: str, old: bytes, new: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(stream, "w") as target:
        for info in source.infolist():
            data = source.read(info)
            target.writestr(info, data.replace(old, new) if info.filename == name else data)
    return stream.getvalue()


def test_a_template_is_known_by_its_name_and_the_digest_of_its_bytes(tmp_path: Path) -> None:
    raw = template("Bonjour")
    result = opened(tmp_path, raw)
    assert result.template is not None
    assert result.findings == ()
    assert result.template.name == "lettre.docx"
    assert result.template.place_file == "templates_docx/lettre.docx"
    assert result.template.digest == hashlib.sha256(raw).hexdigest()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "MOD103"),
        (b"%PDF-1.7", "MOD103"),
        (b"{\\rtf1 bonjour}", "MOD103"),
        (b"  <html></html>", "MOD103"),
        (b"\xd0\xcf\x11\xe0 Word 97", "MOD103"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "MOD104"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.text"), "MOD103"),
        (zipped(photo=b"x"), "MOD103"),
        (template("Bonjour")[:-40], "MOD105"),
        (template("Bonjour")[:200], "MOD105"),
        (
            changed(
                template("x"), "[Content_Types].xml", b"wordprocessingml.document", b"spreadsheetml.sheet"
            ),
            "MOD103",
        ),
        (changed(template("x"), "[Content_Types].xml", b"document.main", b"template.main"), "MOD108"),
        (
            changed(
                template("x"),
                "[Content_Types].xml",
                b"openxmlformats-officedocument.wordprocessingml.document.main",
                b"ms-word.document.macroEnabled.main",
            ),
            "MOD107",
        ),
        (Docx("x").member("word/vbaProject.bin", b"x").build(), "MOD107"),
        (changed(template("x"), "word/document.xml", b"</w:body>", b""), "MOD105"),
        (
            changed(
                template("x"),
                "word/document.xml",
                b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                b"http://purl.oclc.org/ooxml/wordprocessingml/main",
            ),
            "MOD111",
        ),
        (
            changed(
                template("x"), "word/styles.xml", b"<w:styles", b"<!DOCTYPE x [<!ENTITY a 'b'>]><w:styles"
            ),
            "MOD110",
        ),
    ],
)
def test_what_is_not_a_plain_docx_is_refused_by_its_kind(tmp_path: Path, raw: bytes, code: str) -> None:
    result = opened(tmp_path, raw)
    assert result.template is None
    assert codes(result) == [code]
    assert result.findings[0].message
    assert result.findings[0].remedy


def test_a_missing_file_a_folder_and_a_lock_file_are_findings(tmp_path: Path) -> None:
    assert codes(open_template(tmp_path / "rien.docx", "rien.docx")) == ["MOD101"]
    assert codes(open_template(tmp_path, "dossier")) == ["MOD101"]
    assert codes(opened(tmp_path, b"x", "~$lettre.docx")) == ["MOD102"]


@pytest.mark.parametrize("kind", ["image", "oleObject", "aFChunk", "subDocument", "frame", "mailMergeSource"])
def test_content_brought_from_outside_is_refused(tmp_path: Path, kind: str) -> None:
    raw = Docx("Bonjour").link(kind, "http://exemple.invalid/x").build()
    assert codes(opened(tmp_path, raw)) == ["MOD109"]


def test_a_hyperlink_is_let_through(tmp_path: Path) -> None:
    raw = Docx("Bonjour").link("hyperlink", "https://exemple.invalid/").build()
    assert opened(tmp_path, raw).findings == ()


LOST = ("NULL", "../../../../etc/passwd", "embeddings/o.bin", "")


@pytest.mark.parametrize("target", LOST)
def test_a_link_to_a_part_that_is_not_there_is_dropped_with_a_note(tmp_path: Path, target: str) -> None:
    result = opened(tmp_path, Docx("x").link("image", target, external=False).build())
    assert codes(result) == ["MOD113"]
    assert result.template is not None
    assert b"rIdX" not in result.template.members["word/_rels/document.xml.rels"]
    assert marked(result.template.render({}).docx or b"")


@pytest.mark.parametrize("target", LOST)
def test_a_picture_that_is_shown_and_not_there_is_refused(tmp_path: Path, target: str) -> None:
    raw = (
        Docx()
        .link("image", target, external=False)
        .xml(f"<w:p>{drawing('rIdX0', 'Blason', 4, 2)}</w:p>")
        .build()
    )
    (finding,) = opened(tmp_path, raw).findings
    assert (finding.code, dict(finding.facts)) == ("MOD114", {"genre": "image"})
    raw = Docx("x").header("y").build()
    assert codes(opened(tmp_path, changed(raw, "word/_rels/document.xml.rels", b"header1", b"NULL"))) == [
        "MOD114"
    ]


def test_what_is_linked_in_other_words_is_still_outside_or_still_a_link(tmp_path: Path) -> None:
    raw = Docx("x").link("image", "x.png").link("hyperlink", "x.html", external=False).build()
    rels = "word/_rels/document.xml.rels"
    assert codes(opened(tmp_path, changed(raw, rels, b"External", b"external"))) == ["MOD109"]
    result = opened(tmp_path, Docx("x").link("hyperlink", "x.html", external=False).build())
    assert result.template is not None
    assert b'TargetMode="External"' in result.template.members[rels]
    assert marked(result.template.render({}).docx or b"")


def test_a_part_without_a_type_and_a_package_without_a_way_in_are_damaged(tmp_path: Path) -> None:
    raw = Docx().picture("Blason").build()
    assert codes(opened(tmp_path, changed(raw, "[Content_Types].xml", b'"png"', b'"gif"'))) == ["MOD105"]
    assert codes(opened(tmp_path, changed(raw, "_rels/.rels", b"document.xml", b"styles.xml"))) == ["MOD105"]
    assert codes(opened(tmp_path, changed(raw, "_rels/.rels", b'officeDocument"', b'other"'))) == ["MOD105"]


def test_an_attached_template_is_dropped_with_a_note(tmp_path: Path) -> None:
    settings = (
        b'<w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        b'xmlns:r="r"><w:attachedTemplate r:id="rIdX0"/><w:zoom/></w:settings>'
    )
    raw = (
        Docx("Bonjour")
        .member("word/settings.xml", settings)
        .link("attachedTemplate", "file:///C:/Normal.dotm", part="word/settings.xml")
        .build()
    )
    result = opened(tmp_path, raw)
    assert codes(result) == ["MOD112"]
    assert not result.findings[0].is_error
    assert result.template is not None
    members = b"".join(result.template.members.values())
    assert b"attachedTemplate" not in members
    assert b"<w:zoom" in members


def test_a_zip_bomb_is_refused_before_it_inflates(tmp_path: Path) -> None:
    raw = Docx("x").member("word/media/bombe.bin", b"\0" * (3 << 20)).build()
    assert codes(opened(tmp_path, raw)) == ["MOD106"]


def test_a_member_larger_than_it_declares_is_refused(tmp_path: Path) -> None:
    raw = bytearray(Docx("x").member("word/media/a.bin", b"a" * 5000).build())
    for at in [i for i in range(len(raw) - 4) if raw[i : i + 4] == (5000).to_bytes(4, "little")]:
        raw[at : at + 4] = (10).to_bytes(4, "little")
    assert codes(opened(tmp_path, bytes(raw))) == ["MOD105"]


def test_a_name_used_twice_and_a_name_that_climbs_are_refused(tmp_path: Path) -> None:
    assert codes(opened(tmp_path, Docx("x").member("WORD/DOCUMENT.XML", b"<a/>").build())) == ["MOD105"]
    assert codes(opened(tmp_path, Docx("x").member("../etc/passwd", b"x").build())) == ["MOD105"]


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    assert codes(opened(tmp_path, zipped(**{f"m{n}": b"" for n in range(1001)}))) == ["MOD106"]

"""The list of fields: every field that a document offers, none that does not exist, tags that work once pasted."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import docx
import pytest

from builders.docx import Docx
from clspd_docs.build.workspace import TEMPLATES, Folder, shipped
from clspd_docs.desk.example import example_names
from clspd_docs.desk.field_catalogue import FAMILIES, Chapter, chapters, listed
from clspd_docs.desk.field_labels import LABELS, TITLES, classes_by_shape
from clspd_docs.desk.field_uses import all_uses, counted
from clspd_docs.desk.ready_blocks import BLOCKS
from clspd_docs.desk.template_fields import FILTERS_SHOWN, write_fields
from clspd_docs.desk.template_names import OWN, any_names, fields_of, names_of, shape_of
from clspd_docs.templates.docx_text import lines
from clspd_docs.templates.fields_file import Block, add_block
from clspd_docs.templates.filters import FILTERS
from clspd_docs.templates.lint import lint
from clspd_docs.templates.lint_fields import Shape, Sort
from clspd_docs.templates.package import open_template
from clspd_docs.templates.tags import TAG

IMAGES = shipped() / TEMPLATES / "images"


@pytest.fixture(scope="module")
def catalogue() -> list[Chapter]:
    return chapters({})


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("champs") / "champs-disponibles.docx"
    write_fields(Folder(path.parent), path)
    return path


# --- Completeness ----------------------------------------------------------------------------------------


def as_any(cls: object) -> Any:
    """Return a class as what the checker takes for hashable."""
    return cls


def reachable(shape: Shape, found: dict[Any, None]) -> None:
    """Note the classes that a template may reach from a field."""
    if shape.sort is Sort.LIST and shape.item is not None:
        reachable(shape.item, found)
    cls: Any = classes_by_shape().get(shape)
    if cls is not None and cls not in found:
        found[cls] = None
        for field in fields_of(cls).values():
            reachable(field, found)


@pytest.mark.parametrize("pour", OWN)
def test_every_field_that_a_document_offers_is_listed(pour: str, catalogue: list[Chapter]) -> None:
    paths = {entry.path for entry in listed(catalogue)}
    sections = {root.cls: root.path for family in FAMILIES for root in family.roots}
    named = {root.path for family in FAMILIES for root in family.roots}
    found: dict[Any, None] = {}
    for name, shape in names_of(pour).roots.items():
        assert name in named | {"loi", "document", "aujourdhui"}
        reachable(shape, found)
    for cls in found:
        assert {f"{sections[cls]}.{name}" for name in fields_of(cls)} <= paths
    assert {f"loi.{name}" for name in any_names().roots["loi"].fields()} <= paths
    assert {f"document.{name}" for name in any_names().roots["document"].fields()} <= paths


def test_every_field_listed_exists(catalogue: list[Chapter]) -> None:
    turns = {
        root.path: shape_of(as_any(root.cls)) for family in FAMILIES for root in family.roots if root.loop
    }
    for entry in listed(catalogue):
        first, *names = entry.path.split(".")
        shape = turns.get(first) or any_names().roots[first]
        for name in names:
            shape = shape.fields()[name]


def test_the_loop_of_a_section_is_a_list_of_its_objects() -> None:
    turns = {root.path: root.cls for family in FAMILIES for root in family.roots if root.loop}
    for family in FAMILIES:
        for root in family.roots:
            if root.loop:
                first, *names = root.loop.split(".")
                known = turns.get(first)
                shape = shape_of(as_any(known)) if known else any_names().roots[first]
                for name in names:
                    shape = shape.fields()[name]
                assert shape.item is shape_of(as_any(root.cls))


def test_no_label_is_left_for_a_field_that_went() -> None:
    for cls, labels in LABELS.items():
        assert labels.keys() <= fields_of(as_any(cls)).keys()
    assert all(dataclasses.is_dataclass(cls) for cls in TITLES)


def test_every_entry_says_what_it_is_in_french(catalogue: list[Chapter]) -> None:
    for entry in listed(catalogue):
        assert entry.label
        assert entry.kind
        assert "None" not in entry.example
        assert set(entry.filters) <= FILTERS.keys()


def test_nearly_every_field_has_an_example(catalogue: list[Chapter]) -> None:
    without = [entry.path for entry in listed(catalogue) if entry.example == "–"]
    assert len(without) <= 12, without


def test_every_filter_is_shown_with_an_example() -> None:
    assert FILTERS_SHOWN.keys() == {name for name in FILTERS if not name.startswith("_")}
    assert all(f"|{name}" in tag for name, tag in FILTERS_SHOWN.items())


# --- Which templates use a field --------------------------------------------------------------------------


def test_the_tags_that_read_a_field_are_counted_in_loops_too() -> None:
    counts = counted(shipped() / TEMPLATES / "ordre-du-jour.docx")
    assert counts["Point.titre"] == 1
    assert counts["seance.points"] >= 1
    assert counts["point.titre"] == 0  # the name of a loop is no field


def test_what_is_counted_is_what_the_engine_reads() -> None:
    for path in sorted((shipped() / TEMPLATES).glob("*.docx")):
        template = open_template(path, path.name).template
        assert template is not None
        read = {field.replace("[]", "").split(".")[-1] for field in template.fields() if "." in field}
        seen = {key.rpartition(".")[2] for key in counted(path)}
        assert read - {"genre"} <= seen, (
            path.name
        )  # that of a value of a list of choices is no field of a sheet


def test_the_own_templates_of_a_folder_are_counted(tmp_path: Path) -> None:
    (tmp_path / TEMPLATES).mkdir()
    assert all_uses(Folder(tmp_path)) == {}


def test_the_copies_to_correct_are_no_templates(tmp_path: Path) -> None:
    (tmp_path / TEMPLATES).mkdir()
    for name in ("note", "note-a-corriger", "note-corrige-2"):
        (tmp_path / TEMPLATES / f"{name}.docx").write_bytes(Docx("{{ seance.date }}").build())
    assert list(all_uses(Folder(tmp_path))) == ["note.docx"]


def test_a_loop_with_two_names_ends_its_own_names_only(tmp_path: Path) -> None:
    path = tmp_path / "note.docx"
    inner = "{% for nature, lot in seance.points|groupby('nature') %}{{ nature }}{% endfor %}"
    path.write_bytes(Docx("{% for p in seance.points %}" + inner + "{{ p.titre }}{% endfor %}").build())
    assert counted(path)["Point.titre"] == 1


def test_uses_are_told_with_their_number() -> None:
    uses = {"lettre.docx": Counter({"seance.date": 3}), "a.docx": Counter({"seance.date": 1})}
    entry = next(e for e in listed(chapters(uses)) if e.path == "seance.date")
    assert entry.uses == "lettre (3), a (1)"


# --- The Word file -------------------------------------------------------------------------------------------


def test_a_tag_of_the_file_is_one_run(written: Path) -> None:
    document = docx.Document(str(written))
    tables = [table for table in document.tables if table.cell(0, 0).text == "Balise à copier"]
    assert len(tables) > 25
    for table in tables:
        for cell in table.columns[0].cells[1:]:
            assert [run.text for run in cell.paragraphs[0].runs] == [cell.text]
            assert TAG.match(cell.text)


def test_the_file_is_accessible(written: Path) -> None:
    opened = open_template(written, "champs-disponibles.docx")
    assert opened.template is not None
    faults = {f.code for f in lint(opened.template)} & {
        "MOD140",
        "MOD141",
        "MOD142",
        "MOD143",
        "MOD144",
        "MOD145",
    }
    assert faults == set()


def test_the_file_is_typeset_in_french(written: Path) -> None:
    for line in lines(written.read_bytes()):
        text = TAG.sub("", line.partition(" | ")[2])
        assert " ;" not in text
        assert " »" not in text
        assert "'" not in text


def test_the_file_is_the_same_twice(written: Path, tmp_path: Path) -> None:
    write_fields(Folder(written.parent), tmp_path / "autre.docx")
    assert lines((tmp_path / "autre.docx").read_bytes()) == lines(written.read_bytes())


# --- Blocks --------------------------------------------------------------------------------------------------


def block_docx(block: Block) -> bytes:
    document = docx.Document()
    document.styles.add_style("Bloc", 1)
    document.styles.add_style("Cellule", 1)
    document.styles.add_style("Balise", 2)
    add_block(document, block, IMAGES)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.title)
def test_a_block_works_once_pasted(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "bloc.docx"
    path.write_bytes(block_docx(block))
    template = open_template(path, path.name).template
    assert template is not None
    assert [f.code for f in lint(template) if f.is_error] == []
    names = {**example_names(), "images": {"logo": (IMAGES / "logo.png").read_bytes()}}
    rendered = template.render({**names, "fixe_le": dt.datetime(2027, 1, 8)})  # noqa: DTZ001 - a date of Word has no zone
    assert rendered.docx is not None, [f.message for f in rendered.findings]
    shown = [line for line in lines(rendered.docx) if not line.startswith("propriété")]
    assert shown
    assert not any(TAG.search(line) for line in shown)


def test_the_signature_block_keeps_its_role_and_the_logo_its_words(written: Path) -> None:
    with zipfile.ZipFile(written) as archive:
        body = archive.read("word/document.xml").decode()
    assert "sig:president|Signature de {{ signataire.nom_complet }}" in body
    assert "image:logo|" in body

"""Previews: the example council, its longest values, the kind of a template that no catalogue names, the mark."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import docx
import pytest

from builders.docx import Docx, table
from builders.pdf import pdf
from clspd_docs.build.workspace import TEMPLATES, Folder, shipped
from clspd_docs.conversion.choose import Choice
from clspd_docs.conversion.engine import Closing, Converted, Job
from clspd_docs.desk.example import example_council, sessions
from clspd_docs.desk.long_values import lengthened
from clspd_docs.desk.template_preview import Wish, _body_lines, preview_templates
from clspd_docs.domain.listes import StatutSeance
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.templates.docx_text import lines
from clspd_docs.templates.preview_mark import marked

SHIPPED = sorted((shipped() / TEMPLATES).glob("*.docx"))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder of work without any register; its catalogue is the shipped one."""
    (tmp_path / TEMPLATES).mkdir()
    catalogue = f"{TEMPLATES}/catalogue.toml"
    (tmp_path / catalogue).write_bytes((shipped() / catalogue).read_bytes())
    return Folder(tmp_path)


def template(folder: Folder, document: Docx, name: str = "note.docx") -> Path:
    path = folder.path(f"{TEMPLATES}/{name}")
    path.write_bytes(document.build())
    return path


def shown(folder: Folder, *files: Path, long: bool = False) -> list[str]:
    preview_templates(folder, Wish(files, long, pdf=False))
    name = f"{files[0].stem}-apercu{'-long' if long else ''}.docx"
    return [line.partition(" | ")[2] for line in lines(folder.path(f"apercus/{name}").read_bytes())]


# --- The example, and its longest values ------------------------------------------------------------------


def test_the_sessions_to_come_are_shown_before_those_held() -> None:
    states = [seance.statut is StatutSeance.TENUE for seance in sessions()]
    assert states == sorted(states)
    assert StatutSeance.ANNULEE not in {seance.statut for seance in sessions()}


def test_long_values_keep_who_is_who() -> None:
    long, example = lengthened(example_council()), example_council()
    assert len(long.membres) == len(example.membres)
    assert long.president is long.membres[0]
    assert all(m.organisme is None or m.organisme in long.organismes for m in long.membres)
    assert {s.id for s in long.seances} == {s.id for s in example.seances}


def test_long_values_fill_three_lines_of_address_of_38_characters_at_most() -> None:
    member = next(m for m in lengthened(example_council()).membres if m.est_nommee)
    texts = (member.adresse_complement, member.adresse_voie, member.adresse_lieu_dit)
    assert all(text and 30 < len(text) <= 38 for text in texts)
    assert len(member.nom_long) > 38


def test_long_values_give_forty_points_in_order() -> None:
    seance = lengthened(example_council()).seances[0]
    assert [point.rang for point in seance.points] == list(range(1, 41))


def test_a_seat_without_a_name_stays_without_a_name() -> None:
    before = [m.est_nommee for m in example_council().membres]
    assert [m.est_nommee for m in lengthened(example_council()).membres] == before
    assert not all(before)


def test_the_example_itself_is_not_changed_by_its_longest_values() -> None:
    point = example_council().points[0]
    titre = point.titre
    lengthened(example_council())
    assert point.titre == titre
    assert dataclasses.is_dataclass(point)


# --- Filling ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_template_has_its_preview_with_both_values(path: Path, folder: Folder) -> None:
    report = preview_templates(folder, Wish((path,), long=True, pdf=False))
    assert [f.code for f in report.findings] == []
    (one,) = report.more["templates"]
    assert [p["values"] for p in one["previews"]] == ["example", "long"]
    assert one["guessed"] is False
    assert all(folder.path(p["docx"]).is_file() for p in one["previews"])


def test_a_preview_does_not_read_the_registers(folder: Folder) -> None:
    path = template(folder, Docx("Séance du {{ seance.date }}."))
    assert "Séance du 4 février 2027." in [t.replace("\u00a0", " ") for t in shown(folder, path)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{{ seance.date }}", "un document de séance"),
        ("{{ courrier.appel }}, {{ seance.lieu }}", "une lettre à un destinataire"),
        ("{{ action.intitule }}", "un document par action"),
        ("{{ charte.groupe.intitule }}", "un document par groupe"),
        ("{{ referent.nom_complet }}", "un document par référent"),
        ("{{ dossier.titre }}", "une page de couverture ou de sommaire d’un dossier"),
    ],
)
def test_a_template_that_no_catalogue_names_shows_its_kind_by_its_fields(
    text: str, kind: str, folder: Folder
) -> None:
    report = preview_templates(folder, Wish((template(folder, Docx(text)),), pdf=False))
    (one,) = report.more["templates"]
    assert (one["kind"], one["guessed"]) == (kind, True)
    assert report.exit is ExitCode.DONE


def test_a_template_with_a_field_of_no_document_says_which(folder: Folder) -> None:
    report = preview_templates(folder, Wish((template(folder, Docx("{{ courrier.apel }}")),), pdf=False))
    assert [f.code for f in report.findings] == ["FUS101"]
    assert "courrier.appel" in report.findings[0].message
    assert report.exit is ExitCode.FAULTS


def test_an_optional_field_is_shown_with_somebody_who_has_it(folder: Folder) -> None:
    path = template(folder, Docx("Copie : {{ destinataire.copie_a }}"))
    assert preview_templates(folder, Wish((path,), pdf=False)).exit is ExitCode.DONE


def test_minutes_are_shown_for_a_session_that_was_held(folder: Folder) -> None:
    path = template(folder, Docx("Clôture : {{ seance.cloture }}"))
    assert any("Clôture" in text for text in shown(folder, path))


def test_long_values_reach_a_table(folder: Folder) -> None:
    rows = table(
        ("N°", "Point"),
        ("{%tr for p in seance.points %}", ""),
        ("{{ p.rang }}", "{{ p.titre }}"),
        ("{%tr endfor %}", ""),
    )
    assert any(
        "40 ¦ Présentation" in text for text in shown(folder, template(folder, Docx().xml(rows)), long=True)
    )


def test_a_file_that_is_no_template_is_refused_and_nothing_is_written(folder: Folder) -> None:
    path = folder.path("notes.docx")
    path.write_bytes(b"\xd0\xcf\x11\xe0")
    report = preview_templates(folder, Wish((path,), pdf=False))
    assert report.exit is ExitCode.NOTHING_READ
    assert not folder.path("apercus").exists()


def test_a_folder_without_templates_says_so(tmp_path: Path) -> None:
    with pytest.raises(Stop) as stop:
        preview_templates(Folder(tmp_path), Wish(pdf=False))
    assert stop.value.finding.code == "MOD201"


def test_without_a_converter_the_word_file_is_there_and_it_is_told(
    folder: Folder,
) -> None:
    folder.path("clspd-docs.toml").write_text('[conversion]\nsoffice = "/nulle/part"\n', encoding="utf-8")
    path = template(folder, Docx("Bonjour"))
    report = preview_templates(folder, Wish((path,)))
    assert [f.code for f in report.findings] == ["MOD333"]
    assert folder.path("apercus/note-apercu.docx").is_file()
    with pytest.raises(Stop) as stop:
        preview_templates(folder, Wish((path,), pdf=True))
    assert stop.value.exit_code is ExitCode.PROGRAM_MISSING


# --- The mark, and what is measured --------------------------------------------------------------------------


def test_the_mark_is_in_the_header_of_each_kind_of_page_and_in_the_title() -> None:
    raw = marked((shipped() / TEMPLATES / "convocation-pleniere.docx").read_bytes())
    document = docx.Document(_written(raw))
    assert document.core_properties.title.startswith("APERÇU – ")
    section = document.sections[0]
    assert "APERÇU" in section.header._element.xml
    assert "APERÇU" in section.first_page_header._element.xml


def test_a_document_without_header_gets_one_for_the_mark() -> None:
    raw = marked(Docx("Bonjour").section().paragraph("Suite").build())
    with zipfile.ZipFile(_written(raw)) as archive:
        headers = [name for name in archive.namelist() if "header" in name]
        assert len(headers) == 1
        assert archive.read(headers[0]).decode().count('string="APERÇU"') == 1


def _written(raw: bytes) -> io.BytesIO:
    return io.BytesIO(raw)


def test_lines_of_headers_and_footers_do_not_fill_a_page() -> None:
    raw = Docx("Corps").header("Mairie de Lens").footer("Page 1 sur 1").build()
    assert _body_lines("Mairie de Lens\nDernière ligne\nPage 12 sur 12\n", raw) == ["Dernière ligne"]


# --- The converter that the settings ask for --------------------------------------------------------------------


class _Untold(Closing):
    """An engine that tells no number of pages."""

    name, version, merges, starts = "Essai", "1", False, 0

    def __init__(self, pdf: bytes) -> None:
        self.pdf, self.jobs = pdf, list[Job]()

    def start(self) -> None:
        """Nothing to start."""

    def close(self) -> None:
        """Nothing to end."""

    def convert(self, jobs: Iterable[Job]) -> Iterator[Converted]:
        for job in jobs:
            self.jobs.append(job)
            job.pdf.write_bytes(self.pdf)
            yield Converted(job, 0, 1)


@pytest.mark.parametrize("is_preview", [False, True])
def test_the_converter_is_that_of_the_settings_and_a_rough_one_is_not_measured(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, *, is_preview: bool
) -> None:
    engine = _Untold(pdf("", "", ""))
    choice = Choice("Essai", "1", "demandé", lambda _workers, _seconds: engine, is_preview=is_preview)
    monkeypatch.setattr("clspd_docs.desk.template_preview.converter", lambda _: choice)
    report = preview_templates(folder, Wish((template(folder, Docx("Bonjour")),)))
    assert len(engine.jobs) == 1
    (one,) = report.more["templates"]
    assert one["previews"][0]["pages"] == 3
    assert [f.code for f in report.findings] == (["ENV110"] if is_preview else ["MOD331", "MOD332"])


def test_the_engine_of_the_settings_is_asked_for(folder: Folder) -> None:
    folder.path("clspd-docs.toml").write_text('[conversion]\nmoteur = "word"\n', encoding="utf-8")
    path = template(folder, Docx("Bonjour"))
    with pytest.raises(Stop) as stop:
        preview_templates(folder, Wish((path,), pdf=True))
    assert stop.value.finding.code == "ENV106"


# --- The address in its window --------------------------------------------------------------------------------------

FRAME = '<w:framePr w:w="4819" w:h="{height}" w:hRule="atLeast" w:wrap="around" w:vAnchor="page" w:hAnchor="page" w:x="6236" w:y="2835"/>'


@pytest.mark.office
@pytest.mark.parametrize(("height", "expected"), [(5000, []), (1000, ["MOD334"])])
def test_an_address_higher_than_its_frame_is_told(folder: Folder, height: int, expected: list[str]) -> None:
    lines = ("{%p for l in courrier.adresse %}", "{{ l }}", "{%p endfor %}")
    framed = "".join(
        f"<w:p><w:pPr>{FRAME.format(height=height)}</w:pPr><w:r><w:t>{line}</w:t></w:r></w:p>"
        for line in lines
    )
    path = template(folder, Docx().xml(framed).paragraph("{{ courrier.appel }},"))
    report = preview_templates(folder, Wish((path,), long=True))
    assert [f.code for f in report.findings if f.code == "MOD334"][:1] == expected


@pytest.mark.office
@pytest.mark.parametrize("name", ["convocation-pleniere", "consultation-prefet"])
def test_the_longest_address_is_in_the_window_of_the_shipped_letters(name: str, folder: Folder) -> None:
    path = shipped() / TEMPLATES / f"{name}.docx"
    assert preview_templates(folder, Wish((path,), long=True)).findings == []

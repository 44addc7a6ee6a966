"""The documentation says what is: links lead somewhere, commands exist, pages, codes, names and examples are true."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import inspect
import re
import shlex
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import click
import openpyxl
import pytest

from clspd_docs.cli.kinds import declared_kinds
from clspd_docs.cli.main import cli
from clspd_docs.desk.field_labels import TITLES
from clspd_docs.desk.template_names import fields_of
from clspd_docs.documents import contexts
from clspd_docs.documents.catalogue import read_catalogue
from clspd_docs.domain import conseil, listes, personnes, plan, registre, seances
from clspd_docs.domain.listes import FormeCollectivite
from clspd_docs.rules.legal import legal
from clspd_docs.templates.filters import FILTERS
from clspd_docs.templates.language import Sandbox
from conftest import Built, run_cli, run_json

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.make_docs import PAGES  # noqa: E402 - the tools are no package of src: the path comes first

DOCS = sorted((ROOT / "docs").rglob("*.md"))
FRENCH = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *(p for p in DOCS if "dev" not in p.parts),
]  # docs/dev is for developers
ALL = [*FRENCH, ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"]
GUIDE = ROOT / "docs/guide"
TEMPLATES = GUIDE / "modeles.md"

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`+[^`]+`+")
CODE = re.compile(r"\b(?:REG|COH|LEG|MOD|FUS|PDF|DOS|ENV)\d{3}\b")
EACH_PAGE = pytest.mark.parametrize("page", ALL, ids=lambda path: path.relative_to(ROOT).as_posix())


def prose(page: Path) -> str:
    """Return the page without its code blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def blocks(page: Path, language: str) -> Iterator[str]:
    """Yield the code blocks of ``page`` in ``language``."""
    for match in FENCE.finditer(page.read_text(encoding="utf-8")):
        if match[2] == language:
            yield match[3]


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the Markdown tables of ``text``, « \\| » read as « | »."""
    for line in text.splitlines():
        if line.startswith("|") and not line.startswith("|---"):
            yield [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings, as code forges make them."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def plain(text: str) -> str:
    """Return ``text`` with ordinary spaces."""
    return re.sub("[\u00a0\u202f]", " ", text)


# --- Links and typography ----------------------------------------------------------------------------


@EACH_PAGE
def test_every_internal_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(INLINE_CODE.sub("", prose(page))):
        if "://" in target or target.startswith("mailto:"):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), target


@pytest.mark.parametrize("page", FRENCH, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_french_prose_has_no_straight_apostrophe(page: Path) -> None:
    text = INLINE_CODE.sub("", prose(page))
    assert not [line for line in text.splitlines() if "'" in line]


# --- Commands ----------------------------------------------------------------------------------------


def commands() -> dict[str, click.Command]:
    """Return every command by its words: « check », « registers upgrade »."""
    groups = {n: c.commands for n, c in cli.commands.items() if isinstance(c, click.Group)}
    nested = {
        f"{group} {name}": command for group, inner in groups.items() for name, command in inner.items()
    }
    return {name: c for name, c in cli.commands.items() if name not in groups} | nested


def test_every_command_and_every_option_is_named() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in FRENCH)
    named = set(re.findall(r"(?<![\w-])--?[A-Za-z][a-z-]*", text))
    for name, command in {"": cli, **commands()}.items():
        assert f"clspd-docs {name}" in text
        for option in command.params:
            assert not isinstance(option, click.Option) or named & {*option.opts}, option.opts


def command_lines() -> list[str]:
    """Return every command line shown in a code block."""
    lines = [line.strip() for page in FRENCH for block in blocks(page, "sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith("clspd-docs ")]


@pytest.mark.parametrize("line", sorted(set(command_lines())))
def test_every_command_line_shown_is_accepted(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("villes.txt").touch()  # the reader's own list, which --liste wants to find
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = cli
    parent: click.Context | None = None
    with contextlib.suppress(click.exceptions.Exit):  # --version and --help answer at once
        while isinstance(command, click.Group):
            at = next((n for n, word in enumerate(words) if word in command.commands), len(words))
            parent = command.make_context("clspd-docs", words[: at + 1], parent=parent)
            command, words = command.commands[words[at]], words[at + 1 :]
        command.make_context("clspd-docs", words, parent=parent)


def test_every_command_named_by_a_message_or_by_the_workbook_exists() -> None:
    book = openpyxl.load_workbook(ROOT / "registers/clspd-vierge.xlsx", read_only=True)
    texts = [str(cell) for row in book["Lisez-moi"].iter_rows(values_only=True) for cell in row]
    texts += [text for kind in declared_kinds().values() for text in (kind.sentence, kind.remedy)]
    book.close()
    named = {
        name for text in texts for name in re.findall(r"clspd-docs ((?:registers |templates )?\w+)", text)
    }
    assert named <= commands().keys()


# --- Generated pages, codes --------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_the_program_writes(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == PAGES[name]()


def test_every_kind_of_finding_has_its_heading() -> None:
    text = (ROOT / "docs/constats.md").read_text(encoding="utf-8")
    kinds = {c: k for c, k in declared_kinds().items() if not c.startswith("TST")}  # other tests declare some
    assert kinds
    for code, kind in kinds.items():
        assert f"### {code} – {kind.title}\n" in text


@EACH_PAGE
def test_every_code_named_exists(page: Path) -> None:
    assert set(CODE.findall(page.read_text(encoding="utf-8"))) <= declared_kinds().keys()


def messages() -> list[tuple[str, str, str, str]]:
    """Return the messages shown in the guide: code, severity, sentence, remedy."""
    shown = re.compile(r"\[([A-Z]{3}\d{3})\]\n +(\w+) : (.+)\n(?: +Trouvé : .+\n)? +À faire : (.+)")
    return [match for page in DOCS for block in blocks(page, "text") for match in shown.findall(block)]


@pytest.mark.parametrize("message", messages(), ids=lambda message: message[0])
def test_a_message_shown_is_what_the_program_says(message: tuple[str, str, str, str]) -> None:
    code, severity, sentence, remedy = message
    kind = declared_kinds()[code]
    assert severity.lower() == kind.severity.french
    for pattern, said in ((kind.sentence, sentence), (kind.remedy, remedy)):
        words = re.split(r"(?<!\{)\{\w+\}(?!\})", plain(pattern))
        literal = [re.escape(part.replace("{{", "{").replace("}}", "}")) for part in words]
        assert re.fullmatch(".*".join(literal), said), pattern


# --- Words of the domain -----------------------------------------------------------------------------

MODULES = (conseil, listes, personnes, plan, registre, seances, contexts)


def classes(module: ModuleType) -> Iterator[type]:
    """Yield the public classes that ``module`` declares."""
    for name, found in vars(module).items():
        if inspect.isclass(found) and found.__module__ == module.__name__ and not name.startswith("_"):
            yield found


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_class_of_the_domain_has_its_row_in_the_glossary(module: ModuleType) -> None:
    table = list(rows((ROOT / "docs/glossaire.md").read_text(encoding="utf-8")))
    in_code = {word for row in table for word in re.findall(r"`(\w+)`", row[1])}
    assert {found.__name__ for found in classes(module)} <= in_code
    assert all(len(row) == 4 and all(row) for row in table)


SECTIONS = TITLES  # those of the list of fields, « clspd-docs templates fields », say the same


def own_names(cls: type) -> set[str]:
    """Return the fields and computed fields that ``cls`` adds to those of its parents."""
    inherited = {
        name for parent in cls.__mro__[1:] if dataclasses.is_dataclass(parent) for name in fields_of(parent)
    }
    return set(fields_of(cls)) - inherited


def names_in_section(title: str) -> set[str]:
    """Return the names of the first column of the tables under « ### title » in the page on templates."""
    text = TEMPLATES.read_text(encoding="utf-8").partition(f"\n### {title}\n")[2]
    table = rows(re.split(r"\n#+ ", text)[0])
    return {name for row in table for name in re.findall(r"`(\w+)`", row[0])}


@pytest.mark.parametrize("cls", SECTIONS, ids=lambda cls: cls.__name__)
def test_every_name_a_template_may_use_is_listed_and_no_other(cls: type) -> None:
    assert names_in_section(SECTIONS[cls]) == own_names(cls)


def test_every_object_that_a_template_may_name_has_its_section() -> None:
    told = {cls for module in MODULES for cls in classes(module) if dataclasses.is_dataclass(cls)}
    assert told - {registre.Ligne} == SECTIONS.keys()


def test_every_text_of_law_is_listed() -> None:
    assert names_in_section("Les textes cités") == legal().articles.keys()


# --- Filters -----------------------------------------------------------------------------------------

POINTS = [
    {"titre": "Vote du règlement", "duree": 20, "piece": None, "nature": "validation"},
    {"titre": "Bilan des actions", "duree": 20, "piece": "bilan-2026.pdf", "nature": "information"},
    {"titre": "Questions diverses", "duree": 10, "piece": None, "nature": "échange"},
]
NAMES = {
    "seance": {
        "date": dt.date(2027, 2, 4),
        "heure": dt.time(14, 30),
        "lieu": "salle du conseil, hôtel de ville",
        "secretaire": None,
        "points": POINTS,
    },
    "action": {"budget": Decimal(12500), "debut": dt.date(2026, 9, 1), "echeance": dt.date(2027, 6, 30)},
    "parametres": {"population": 23148, "forme": FormeCollectivite.VILLE},
}


def filter_rows() -> list[tuple[str, str, str]]:
    """Return the rows of the tables of filters: name, example, result."""
    text = TEMPLATES.read_text(encoding="utf-8").partition("\n## Les filtres")[2].partition("\n## ")[0]
    table = [row for row in rows(text) if row[0] != "Filtre"]
    return [(row[0].strip("`"), row[1].strip("`"), row[2]) for row in table]


def test_every_filter_is_shown_with_an_example() -> None:
    assert {name for name, _, _ in filter_rows()} == {name for name in FILTERS if not name.startswith("_")}


@pytest.mark.parametrize(("name", "example", "result"), filter_rows())
def test_the_example_of_a_filter_gives_its_result(name: str, example: str, result: str) -> None:
    assert re.search(rf"\|\s*{name}\b", example)
    assert plain(Sandbox().from_string(example).render(NAMES)).strip() == result


# --- The guide, lived through ------------------------------------------------------------------------


def test_a_blank_workbook_starts_with_as_many_errors_as_the_guide_says(tmp_path: Path) -> None:
    run_cli("init", str(tmp_path / "vierge"))
    answer = run_json("-C", str(tmp_path / "vierge"), "check")
    assert sum(f["severity"] == "error" for f in answer["findings"]) == 12
    guide = (GUIDE / "premiere-seance.md").read_text(encoding="utf-8")
    assert "Douze\nerreurs pour commencer" in guide


@pytest.mark.office
@pytest.mark.xdist_group("example")
def test_the_first_session_is_built_as_the_guide_says(built: Built) -> None:
    guide = (GUIDE / "premiere-seance.md").read_text(encoding="utf-8")
    shown = next(
        block
        for block in blocks(GUIDE / "premiere-seance.md", "text")
        if "dossiers/convocations.pdf" in block
    )
    packets = built.answer["packets"]
    common = [p for p in packets if p["membre"] is None]
    sent = sum(p["packet"] == "envoi" for p in packets)
    assert f"{len(built.answer['documents'])} faits" in shown
    assert f"{len(packets)} faits" in shown
    assert f"({sent} envois et {len(packets) - len(common) - sent} chartes)" in guide
    titles = read_catalogue(ROOT / "templates_docx/catalogue.toml", "")[0].dossiers
    said = re.findall(r"- (.+), (\d+) pages? : fait\n +(\S+)", shown)
    assert said == [(titles[p["packet"]].titre, str(p["pages"]), p["path"]) for p in common]

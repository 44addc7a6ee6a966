"""click in French: the catalogue, and a small command that answers with it."""

from __future__ import annotations

import ast
import gettext
import importlib.util
import io
import os
import runpy
import string
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from clspd_docs.cli import french as cli_french
from clspd_docs.cli.french import use_french
from clspd_docs.domain.french import insecables

PO = Path(cli_french.__file__).parent / "locale/fr/LC_MESSAGES/messages.po"
TOOL = runpy.run_path(str(Path(__file__).parents[2] / "tools/compile_messages.py"))
MESSAGES: dict[str, str] = TOOL["read_po"](PO.read_text(encoding="utf-8"))

# Programming errors and a repr: read by developers, left in English.
FOR_DEVELOPERS = {
    "Name '{name}' defined twice",
    "Boolean option {decl!r} cannot use the same flag for true/false.",
    "Could not determine name for option with declarations {decls!r}",
    "No options defined but a name was passed ({name}). Did you mean to declare an argument instead? Did you mean to pass '--{name}'?",
    "Arguments take exactly one parameter declaration, got {length}: {decls}.",
    "Invalid start character for option ({option})",
    "Unknown color {colour!r}",
    "Unknown standard stream '{name}'",
    "Choice({choices})",
}


def messages_of_click() -> set[str]:
    """What click asks gettext for, singular and plural joined as in a .mo."""
    spec = importlib.util.find_spec("click")
    assert spec
    assert spec.origin
    found = {"required"}  # asked for through a variable
    for source in Path(spec.origin).parent.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("_", "ngettext")
            ):
                texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                if texts:
                    found.add("\0".join(map(str, texts)))
    return found


def test_the_compiled_catalogue_is_that_of_the_po() -> None:
    assert PO.with_suffix(".mo").read_bytes() == TOOL["compile_messages"](MESSAGES)


def test_every_message_of_click_is_translated_and_no_other() -> None:
    assert MESSAGES.keys() - {""} == messages_of_click() - FOR_DEVELOPERS


def test_translations_name_only_the_values_that_click_gives() -> None:
    for original, translation in MESSAGES.items():
        fields = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for text in (original, translation)
        ]
        assert fields[1] <= fields[0], original


def test_translations_are_typographically_right() -> None:
    translations = [text for key, text in MESSAGES.items() if key]
    assert [text for text in translations if insecables(text) != text or "'" in text] == []


def small_command() -> click.Group:
    """Made when called, since a type of click takes its French name when it is made."""

    @click.group
    def group() -> None:
        """Essai."""

    @group.command()
    @click.argument("seance")
    @click.option(
        "--etape", type=click.Choice(["convocation", "suites"]), default="suites", show_default=True
    )
    @click.option("--dossier", type=click.Path(exists=True, file_okay=False))
    @click.option("--modele", required=True, help="Modèle.", metavar="NOM")
    def build(**_: object) -> None:
        """Construit."""

    return group


@pytest.fixture
def in_french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "en")  # so that it is put back afterwards
    use_french()


def answer(*args: str) -> str:
    result = CliRunner().invoke(small_command(), args, prog_name="clspd-docs")
    return result.output.replace("\u00a0", "~")


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["build", "P1"], "Erreur~: Option manquante~: '--modele'."),
        (["build", "--modele", "x"], "Erreur~: Argument manquant~: 'SEANCE'."),
        (["build", "--modelle"], "Erreur~: Option inconnue~: '--modelle'. Vouliez-vous dire '--modele'~?"),
        (["biuld"], "Erreur~: Commande inconnue~: 'biuld'. Vouliez-vous dire 'build'~?"),
        (
            ["build", "--modele", "x", "--etape", "rien"],
            "Erreur~: Valeur refusée pour '--etape'~: 'rien'~: choix possibles~: 'convocation', 'suites'.",
        ),
        (
            ["build", "--modele", "x", "--dossier", "rien"],
            "Erreur~: Valeur refusée pour '--dossier'~: Dossier introuvable~: 'rien'.",
        ),
        (["build", "--modele"], "Erreur~: L’option '--modele' demande une valeur."),
        (["build", "--modele", "x", "1", "2"], "Erreur~: Argument en trop~: 2"),
        (["build", "--modele", "x", "1", "2", "3"], "Erreur~: Arguments en trop~: 2 3"),
        (["build"], "Pour l’aide, taper~: clspd-docs build --help"),
    ],
)
@pytest.mark.usefixtures("in_french")
def test_a_wrong_command_is_answered_in_french(args: list[str], expected: str) -> None:
    assert expected in answer(*args).splitlines()


@pytest.mark.usefixtures("in_french")
def test_help_is_in_french() -> None:
    assert answer("--help").splitlines() == [
        "Usage~: clspd-docs [OPTIONS] COMMAND [ARGS]...",
        "",
        "  Essai.",
        "",
        "Options~:",
        "  --help  Affiche cette aide.",
        "",
        "Commandes~:",
        "  build  Construit.",
    ]
    assert "[par défaut~: suites]" in answer("build", "--help")
    assert "Modèle.  [obligatoire]" in answer("build", "--help")
    assert "--dossier DOSSIER" in answer("build", "--help")


@pytest.mark.usefixtures("in_french")
def test_other_programs_of_the_process_keep_their_language() -> None:
    assert gettext.gettext("a message that is not click's") == "a message that is not click's"


def test_a_character_that_the_output_cannot_hold_does_not_stop_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LANGUAGE", "en")
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="cp1252", errors="strict")
    monkeypatch.setattr(sys, "stdout", narrow)
    monkeypatch.setattr(sys, "stderr", None)  # as under a windowed Python
    use_french()
    print("✓ fait", file=narrow, flush=True)
    assert narrow.buffer.getvalue() == f"? fait{os.linesep}".encode("cp1252")

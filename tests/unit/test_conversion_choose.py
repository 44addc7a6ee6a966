"""Which converter is used, and why: the setting, LibreOffice, Word, the preview, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from clspd_docs.build.workspace import SETTINGS, Folder
from clspd_docs.conversion import choose as choosing
from clspd_docs.conversion.choose import choose
from clspd_docs.conversion.engine import Moteur
from clspd_docs.conversion.find import MISSING, NOT_THERE, OfficeProgram
from clspd_docs.conversion.gotenberg import Server
from clspd_docs.conversion.serial import ENGINE
from clspd_docs.conversion.word import WordProgram
from clspd_docs.errors import ExitCode, Stop

OFFICE = OfficeProgram(Path("/usr/bin/soffice"), "7.4.7.2", "")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine without any converter; tests add what they need."""

    def none(_: str | None = None) -> OfficeProgram:
        raise Stop(MISSING.at(ENGINE), ExitCode.PROGRAM_MISSING)

    monkeypatch.setattr(choosing, "find_office", none)
    monkeypatch.setattr(choosing, "find_word", lambda: WordProgram("", "Word n’est pas installé"))
    monkeypatch.setattr(choosing, "find_apercu", lambda: "")
    return monkeypatch


def test_libreoffice_comes_first(bare: pytest.MonkeyPatch) -> None:
    bare.setattr(choosing, "find_office", lambda _: OFFICE)
    bare.setattr(choosing, "find_word", lambda: WordProgram("16"))
    choice = choose()
    assert (choice.name, choice.version, choice.program) == ("LibreOffice", "7.4.7.2", OFFICE)
    assert choice.why == "trouvé sur cet ordinateur"
    assert not choice.findings


def test_word_comes_next(bare: pytest.MonkeyPatch) -> None:
    bare.setattr(choosing, "find_word", lambda: WordProgram("16"))
    bare.setattr(choosing, "find_apercu", lambda: "0.1.0")
    choice = choose()
    assert (choice.name, choice.version, choice.is_preview) == ("Word", "16", False)
    assert "n’a pas LibreOffice" in choice.why


def test_the_preview_comes_last_and_says_so(bare: pytest.MonkeyPatch) -> None:
    bare.setattr(choosing, "find_apercu", lambda: "0.1.0")
    choice = choose()
    assert (choice.name, choice.is_preview) == ("aperçu word2pdf", True)
    assert [finding.code for finding in choice.findings] == ["ENV110"]
    assert choice.as_json() == {
        "name": "aperçu word2pdf",
        "version": "0.1.0",
        "why": "cet ordinateur n’a ni LibreOffice ni Word utilisable",
        "preview": True,
    }


@pytest.mark.usefixtures("bare")
def test_without_any_the_exit_code_is_that_of_a_missing_program() -> None:
    with pytest.raises(Stop) as stop:
        choose()
    assert (stop.value.finding.code, stop.value.exit_code) == ("ENV101", ExitCode.PROGRAM_MISSING)


def test_a_libreoffice_named_but_not_there_is_not_replaced_in_silence(bare: pytest.MonkeyPatch) -> None:
    def wrong(_: str | None) -> OfficeProgram:
        raise Stop(NOT_THERE.at(ENGINE, programme="x", source="y"), ExitCode.PROGRAM_MISSING)

    bare.setattr(choosing, "find_office", wrong)
    bare.setattr(choosing, "find_apercu", lambda: "0.1.0")
    with pytest.raises(Stop) as stop:
        choose(soffice="x")
    assert stop.value.finding.code == "ENV102"


def test_the_setting_is_obeyed(bare: pytest.MonkeyPatch) -> None:
    bare.setattr(choosing, "find_office", lambda _: OFFICE)
    bare.setattr(choosing, "asked_word", lambda: WordProgram("16"))
    bare.setattr(choosing, "asked_apercu", lambda: "0.1.0")
    bare.setattr(choosing, "find_gotenberg", lambda url: Server(url, "8.21.1"))
    chosen = {each: choose(each, url="http://ici") for each in Moteur}
    assert [each.name for each in chosen.values()] == [
        "LibreOffice",
        "LibreOffice",
        "Word",
        "Gotenberg",
        "aperçu word2pdf",
    ]
    for each in Moteur:
        if each is not Moteur.AUTO:
            assert chosen[each].why == "demandé dans clspd-docs.toml"
        engine = chosen[each].open(2, 30)
        assert (engine.name, engine.version) == (chosen[each].name, chosen[each].version)
        engine.close()


def settings(folder: Path, text: str) -> Folder:
    (folder / SETTINGS).write_text(f"[conversion]\n{text}\n", encoding="utf-8")
    return Folder(folder)


def test_settings_name_the_converter(tmp_path: Path) -> None:
    found = settings(tmp_path, 'moteur = "gotenberg"\nurl = "https://g.example:3000/x"').settings()
    assert (found.moteur, found.url) == ("gotenberg", "https://g.example:3000/x")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('moteur = "excel"', "« moteur » doit être l’un de auto, libreoffice, word, gotenberg, apercu"),
        ("moteur = 3", "« moteur »"),
        ('moteur = "gotenberg"', "« url » doit être une adresse"),
        ('moteur = "gotenberg"\nurl = "gotenberg.example"', "« url »"),
        ('moteur = "gotenberg"\nurl = "file:///etc/passwd"', "« url »"),
        ('moteur = "gotenberg"\nurl = "http://u:p@g.example"', "« url »"),
        ("delai_secondes = -1", "« delai_secondes »"),
        ('delai_secondes = "long"', "« delai_secondes »"),
        ("soffice = 4", "« soffice »"),
        ("couleur = 4", "réglage inconnu « couleur »"),
    ],
)
def test_wrong_settings_are_told(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Stop) as stop:
        settings(tmp_path, text).settings()
    assert (stop.value.finding.code, stop.value.exit_code) == ("ENV201", ExitCode.USAGE)
    assert words in stop.value.finding.message.replace("\xa0", " ")

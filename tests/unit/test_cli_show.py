"""Findings as the secretary reads them at the desk: a fault of many places is told once."""

from __future__ import annotations

import pytest

from clspd_docs.cli.common import Common
from clspd_docs.cli.show import show_findings
from clspd_docs.findings import Kind, Severity
from clspd_docs.origin import Place

FAULT = Kind("TST921", Severity.ERROR, "Essai", "La valeur {valeur} étonne.", "Corriger.")


def shown(capsys: pytest.CaptureFixture[str], places: list[Place], *, verbose: bool = False) -> str:
    found = [FAULT.at(place, valeur="12") for place in places]
    show_findings([*found, FAULT.at(Place("autre.docx"), valeur="13")], Common(verbose=verbose))
    return capsys.readouterr().out


def cells(count: int) -> list[Place]:
    return [Place("a.xlsx", "Membres", f"D{row}", row, "Nom") for row in range(2, count + 2)]


def files(count: int) -> list[Place]:
    return [Place(f"sorties/{number}.pdf") for number in range(count)]


@pytest.mark.parametrize("places", [cells(7), files(7)], ids=["cellules", "fichiers"])
def test_a_fault_of_many_places_is_told_once_with_its_places(
    places: list[Place], capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(capsys, places)
    assert text.count("La valeur 12 étonne.") == 1
    assert text.count("La valeur 13 étonne.") == 1  # another message is another fault
    assert all((place.cell or place.file) in text for place in places[:6])
    assert "et 1 autre " in text.replace("\u00a0", " ")


@pytest.mark.parametrize("places", [cells(3), files(3)], ids=["cellules", "fichiers"])
def test_a_fault_of_few_places_is_told_at_each(
    places: list[Place], capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(capsys, places).count("La valeur 12 étonne.") == 3
    assert shown(capsys, [*places, *places[:1]]).count("La valeur 12 étonne.") == 3  # told twice is told once


def test_verbose_tells_every_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, files(7), verbose=True).count("La valeur 12 étonne.") == 7


def test_the_cells_of_two_columns_are_not_put_together(capsys: pytest.CaptureFixture[str]) -> None:
    other = [Place("a.xlsx", "Membres", f"E{row}", row, "Prénom") for row in range(2, 9)]
    assert shown(capsys, cells(7) + other).count("La valeur 12 étonne.") == 2

"""Rendering: what prints, what is refused, and where the finding points."""

from __future__ import annotations

import datetime as dt
import itertools
import time
from decimal import Decimal
from typing import Any

import pytest

from builders.docx import Docx, cell, table
from builders.merge import NB, fault, member, text
from clspd_docs.templates import budget, engine
from clspd_docs.templates.docx_text import lines

# --- What prints -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "printed"),
    [
        ("{{ membre.nom }}", "Durand"),
        ("{{ membre.nom_complet }}", f"Mme{NB}Durand"),
        ("{{ membre.civilite }}", "Mme"),
        ("{{ date }}", f"12{NB}février 2026"),
        ("{{ dt }}", f"1er{NB}mars 2026 à 9{NB}h"),
        ("{{ heure }}", f"14{NB}h{NB}30"),
        ("{{ date|date_longue }}", f"jeudi 12{NB}février 2026"),
        ("{{ 2026 }}", "2026"),
        ("{{ 12345 }}", f"12{NB}345"),
        ("{{ dec }}", f"1{NB}234,5"),
        ("{{ true }} {{ false }}", "oui non"),
        ("{{ 'le ' ~ date }}", f"le 12{NB}février 2026"),
        ("{{ ville|de }}", "du Havre"),
        ("{{ 'convoqué'|accord(membre.genre) }}", "convoquée"),
        ("{{ 3|pluriel('action') }}", f"3{NB}actions"),
        ("{{ date|periode(fin) }}", f"du 12{NB}février au 1er{NB}mars 2026"),
        ("{{ points|map(attribute='titre')|liste }}", "Bilan, Élus et Divers"),
        ("{{ points|sort(attribute='titre')|map(attribute='titre')|join(' < ') }}", "Bilan < Divers < Élus"),
        ("{{ points|sum(attribute='rang') }}", "6"),
        ("{{ 2.5|round }} {{ '12'|int + 1 }}", "3 13"),
        ("{{ 'l’élu'|majuscule }} « x »", "L’élu « x »"),
        ('{{ "l’élu" }} {{ “l’élue” }} {{ ’oui’ }}', "l’élu l’élue oui"),
        (
            "{% for p in points %}{{ p.titre }}{% if not loop.last %} ; {% endif %}{% endfor %}",
            "Bilan ; Élus ; Divers",
        ),
        ("{% for p in points %}{{ loop.cycle('a', 'b') }}{% endfor %}", "aba"),
        ("{% set n = membre.nom %}{{ n|upper }}", "DURAND"),
        (
            "{{ membre.prenom|ou_vide }}.{{ membre.note|ou('néant') }}.{{ membre.prenom|default('?') }}",
            ".néant.?",
        ),
        ("{% if membre.prenom %}x{% else %}{{ membre.nom }}{% endif %}", "Durand"),
        ("{{ '' }}{{ 'e' if membre.genre == 'F' else '' }}.", "e."),
        ("{# une note #}Bonjour", "Bonjour"),
    ],
)
def test_a_value_prints_in_french(render: Any, tag: str, printed: str) -> None:
    assert (
        text(
            render(
                tag,
                dt=dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC),
                dec=Decimal("1234.50"),
                fin=dt.date(2026, 3, 1),
            )
        )
        == printed
    )


@pytest.mark.parametrize(
    "value", ["Dupont & Fils", "a < b > c", "{{ 7*7 }}", "{% if %}", "{_{ x }_}", "&amp;c", "\"'"]
)
def test_data_prints_as_typed_in_every_part(render: Any, value: str) -> None:
    docx = (
        Docx("Avant {{ v }} après", "a")
        .section()
        .header("{{ v }}")
        .footer("{{ v }}")
        .footnote("{{ v }}")
        .title("{{ v }}")
    )
    rendered = render(docx, v=value)
    shown = lines(rendered.docx)
    assert f"propriété title | {value}" in shown
    assert f"Normal | Avant {value} après" in shown
    assert {f"{part} | Normal | {value}" for part in ("en-tête", "pied de page", "note")} <= set(shown)


def test_line_ends_and_characters_that_word_refuses_are_normalised(render: Any) -> None:
    rendered = render("{{ v }}", v="a\r\nb\rc\x0bd\te\x00\x07\ud800\ufffef")
    assert text(rendered) == "a / b / c / d → ef"


def test_no_break_spaces_are_set_in_the_text_of_the_register(render: Any) -> None:
    assert (
        text(render("{{ v }}", v="Attention ! Salle n° 3 à 12 h"))
        == f"Attention{NB}! Salle n°{NB}3 à 12{NB}h"
    )


def test_a_tag_split_by_word_over_several_runs_is_filled(render: Any) -> None:
    pieces = "".join(
        f"<w:r><w:t>{piece}</w:t></w:r><w:proofErr w:type='spellStart'/>"
        for piece in ("{", "{ membre", ".n", "om }", "}")
    )
    assert text(render(Docx().xml(f"<w:p>{pieces}</w:p>"))) == "Durand"


def test_paragraphs_and_rows_are_repeated_and_removed(render: Any) -> None:
    docx = Docx(
        "{%p if membre.prenom %}",
        "jamais",
        "{%p endif %}",
        "{%p for p in points %}",
        "{{ p.titre }}",
        "{%p endfor %}",
    ).table(
        ["N°", "Point"],
        ["{%tr for p in points %}", ""],
        ["{{ loop.index }}", "{{ p.titre }}"],
        ["{%tr endfor %}", ""],
    )
    rendered = render(docx)
    assert text(rendered) == "Bilan\nÉlus\nDivers"
    assert [line for line in lines(rendered.docx) if line.startswith("tableau")] == [
        "tableau | N° ¦ Point",
        "tableau | 1 ¦ Bilan",
        "tableau | 2 ¦ Élus",
        "tableau | 3 ¦ Divers",
    ]


def test_a_loop_over_cells_widens_the_grid_of_its_table_only(render: Any) -> None:
    loop = "".join(map(cell, ("{%tc for p in points %}", "{{ p.titre }}", "{%tc endfor %}")))
    grid = '<w:tblGrid><w:gridCol w:w="3000"/></w:tblGrid>'
    rendered = render(Docx().xml(f"<w:tbl><w:tblPr/>{grid}<w:tr>{loop}</w:tr></w:tbl>"))
    assert member(rendered, "word/document.xml").count("<w:gridCol") == 3


# --- What is refused, and where -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("{{ membre.prenon }}", "FUS101"),
        ("{{ inconnu }}", "FUS101"),
        ("{{ inconnu|ou_vide }}", "FUS101"),
        ("{% if membre.absent %}x{% endif %}", "FUS101"),
        ("{{ membre.supprimer }}", "FUS101"),
        ("{{ membre.nom.upper }}", "FUS101"),
        ("{{ membre.prenom }}", "FUS102"),
        ("{{ membre.note }}", "FUS102"),
        ("{{ membre.prenom|upper }}", "FUS102"),
        ("{{ vide|liste }}", "FUS102"),
        ("{{ groupe.nom }}", "FUS102"),
        ("{{ 1 / 0 }}", "FUS103"),
        ("{{ membre.nom|jour }}", "FUS103"),
        ("{{ 'directeur'|accord(membre.genre) }}", "FUS103"),
        ("{{ 'a' * 999999999 }}", "FUS103"),
        ("{{ vide|first }}", "FUS103"),
        ("{{ membre }}", "FUS104"),
        ("{{ points }}", "FUS104"),
        ("{{ membre.nom|batch(999999999, 'x')|list }}", "FUS105"),
        ("{% if membre.nom %}", "MOD120"),
        ("{% endif %}", "MOD120"),
        ("{{ « x » }}", "MOD120"),
        ("{{ date de séance }}", "MOD120"),
        ("{{ membre.nom|majuscul }}", "MOD121"),
        ("{{ membre.supprimer() }}", "MOD122"),
        ("{{ ''.__class__ }}", "MOD122"),
        ("{{ ''['__class__'] }}", "FUS101"),
        ("{{ ''|attr('__class__') }}", "MOD121"),
        ("{{ cycler.__init__.__globals__.os.name }}", "MOD122"),
        ("{{ cycler }}", "FUS101"),
        ("{{ '{:>999999999}'.format(1) }}", "MOD122"),
        ("{{ range(10)|list }}", "MOD122"),
        ("{{ 10 ** 10 }}", "MOD122"),
        ("{{ " + "9" * 400 + " }}", "MOD122"),
        ("{% if 1e999 %}x{% endif %}", "MOD122"),
        ("{{ '" + "9" * 400 + "'|int }}", "FUS105"),
        ("{% set a = 9 %}" + "{% set a = a - (0 - a) %}" * 99 + "{{ a }}", "FUS105"),
        ("{% set a = 9 %}" + "{% set a = [a, a]|sum %}" * 99 + "{{ a }}", "FUS105"),
        ("{% set a = 9 %}" + "{% set a = a / 0.01 %}" * 99 + "{{ a }}", "FUS105"),
        ("{% set loop = membre %}{{ loop.cycle('x') }}", "FUS103"),
        ("{{ (points|map(attribute='titre')).gi_frame }}", "FUS101"),
        ("{% macro m() %}{% endmacro %}", "MOD122"),
        ("{% include 'x' %}", "MOD122"),
        ("{% autoescape false %}x{% endautoescape %}", "MOD122"),
        ("{% raw %}{{ x }}{% endraw %}", "MOD122"),
        ("{% for p in points recursive %}x{% endfor %}", "MOD122"),
        ("{{ membre.nom|_printed(1) }}", "MOD122"),
        ("Bonjour {{ membre.nom }", "MOD123"),
        ("Bonjour membre.nom }}", "MOD123"),
        ("{{r membre.nom }}", "MOD124"),
    ],
)
def test_a_faulty_tag_is_one_finding_that_names_it(render: Any, tag: str, code: str) -> None:
    finding = fault(render(Docx("Madame,", f"Voici {tag} dans la phrase")))
    assert finding.code == code
    assert finding.place.file == "templates_docx/lettre.docx"
    assert (finding.place.part or "").startswith("corps, « Voici ")
    assert finding.message
    assert finding.remedy


def test_an_unknown_field_comes_with_its_neighbour(render: Any) -> None:
    finding = fault(render("Madame {{ membre.prenon }}"))
    assert "« membre.prenon »" in finding.message
    assert "Vouliez-vous « membre.prenom »" in finding.message
    assert "Vouliez-vous « membre »" in fault(render("{{ membr.nom }}")).message


def test_every_blank_field_of_a_document_is_told_at_once(render: Any) -> None:
    rendered = render(
        Docx("{{ membre.prenom }} {{ membre.nom }}", "{{ membre.note }}").header("{{ membre.prenom }}")
    )
    assert rendered.docx is None
    assert [(f.code, f.place.part) for f in rendered.findings] == [
        ("FUS102", "corps, « {{ membre.prenom }} {{ membre.nom }} »"),
        ("FUS102", "corps, « {{ membre.note }} »"),
        ("FUS102", "en-tête, « {{ membre.prenom }} »"),
    ]


def test_a_block_never_closed_is_told_where_it_opens(render: Any) -> None:
    finding = fault(
        render(Docx("{%p if ville %}", "{%p for p in points %}", "{{ p.titre }}", "{%p endfor %}", "fin"))
    )
    assert finding.place.part == "corps, « {%p if ville %} »"
    assert "« endif »" in finding.message


def test_a_fault_in_a_repeated_row_names_the_tag_and_its_table(render: Any) -> None:
    rows = (["N°"], ["{%tr for p in points %}"], ["{{ p.titr }}"], ["{%tr endfor %}"])
    finding = fault(render(Docx("{{ membre.nom }}").xml(table(["a"])).table(*rows)))
    assert finding.place.part == "corps, tableau 2, ligne 3, colonne 1, « {{ p.titr }} »"
    assert "« p.titr »" in finding.message


@pytest.mark.parametrize("build", ["header", "footer", "footnote", "title"])
def test_the_part_of_a_fault_is_named(render: Any, build: str) -> None:
    finding = fault(render(getattr(Docx("x"), build)("{{ absent }}")))
    names = {"header": "en-tête", "footer": "pied de page", "footnote": "note", "title": "propriétés"}
    assert (finding.place.part or "").startswith(names[build])


def test_a_finding_never_holds_a_value_of_the_register(render: Any) -> None:
    finding = fault(render("{{ membre.nom|int }}"))
    assert "Durand" not in finding.message + finding.remedy + str(finding.as_json())
    assert "Durand" in (finding.value or "")


def test_a_name_computed_from_data_is_not_told(render: Any) -> None:
    finding = fault(render("{{ membre[ville] }}"))
    assert finding.code == "FUS101"
    assert "Havre" not in str(finding.as_json())


def test_a_paragraph_full_of_braces_is_refused_at_once(render: Any) -> None:
    start = time.monotonic()
    assert fault(render("{{ " * 2_000)).code == "MOD123"
    assert time.monotonic() - start < 5


# --- Bounds -------------------------------------------------------------------------------------------


def test_loops_that_print_nothing_stop_at_the_time_budget(
    render: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "MAX_SECONDS", 0.1)
    loops = "".join(f"{{% for a{n} in many %}}" for n in range(4)) + "{% endfor %}" * 4
    start = time.monotonic()
    finding = fault(render(loops, many=tuple(range(10_000))))
    assert finding.code == "FUS105"
    assert time.monotonic() - start < 5


def test_the_time_of_a_document_is_that_of_the_processor(
    render: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = itertools.count(step=3600)  # a machine with much else to do
    monkeypatch.setattr(budget, "monotonic", lambda: next(hours))
    assert text(render("{% for p in points %}{{ p.rang }}{% endfor %}")) == "123"
    monkeypatch.setattr(budget, "thread_time", lambda: next(hours))
    assert fault(render("{% for p in points %}{{ p.rang }}{% endfor %}")).code == "FUS105"


def test_what_a_document_makes_is_counted_together(render: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MAX_MADE", 100_000)
    upper = "{{ s|upper|length }}"
    assert text(render(upper * 9, s="x" * 10_000)) == f"10{NB}000" * 9
    assert fault(render(upper * 11, s="x" * 10_000)).code == "FUS105"
    assert fault(render(Docx(upper * 6).header(upper * 6), s="x" * 10_000)).code == "FUS105"


def test_a_document_larger_than_the_budget_is_refused(render: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_PART", 10_000)
    assert fault(render("{% for p in many %}{{ p }}{% endfor %}", many=("x" * 100,) * 200)).code == "FUS105"


@pytest.mark.parametrize(
    "growth",
    [
        "{% set s = s + s %}",
        "{% set s = s ~ s %}",
        "{% set s = s|replace('x', s) %}",
        "{% set s = [s, s]|join(s) %}",
    ],
)
def test_a_text_cannot_grow_without_bound(render: Any, growth: str) -> None:
    assert fault(render("{% set s = 'xxxxxxxx' %}" + growth * 40 + "{{ s|length }}")).code == "FUS105"

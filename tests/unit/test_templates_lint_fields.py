"""The fields of a template against those of the documents: what is unknown, and what must not be said."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from builders.docx import Docx
from clspd_docs.build.loading import Loaded
from clspd_docs.desk.template_names import DOSSIER, OWN, any_names, names_of, uses_of
from clspd_docs.documents.catalogue import Etape
from clspd_docs.documents.contexts import Dossier
from clspd_docs.documents.plan import context, dossier_context, plan_session
from clspd_docs.documents.view import Trace, View
from clspd_docs.templates.lint import properties_of
from clspd_docs.templates.lint_fields import Shape, Sort, field_faults
from clspd_docs.templates.lint_scan import scan
from clspd_docs.templates.package import open_template
from conftest import TODAY

TEMPLATES: Final = Path(__file__).parents[2] / "templates_docx"


def told(tmp_path: Path, pour: str, *paragraphs: str) -> list[tuple[str, str]]:
    """Return the code and the sentence of each fault of the fields."""
    path = tmp_path / "modele.docx"
    path.write_bytes(Docx(*paragraphs).build())
    opened = open_template(path, path.name)
    assert opened.template is not None
    found = field_faults(scan(opened.template.members, path.name).parts, names_of(pour))
    return [(fault.finding.code, fault.finding.message) for fault in found]


@pytest.mark.parametrize(
    ("tag", "suggested"),
    [
        ("{{ destinataire.prenon }}", "Vouliez-vous « destinataire.prenom » ?"),
        ("{{ Destinataire.nom }}", "Vouliez-vous « destinataire » ?"),
        ("{{ seance.points.titre }}", "« seance.points » est une liste"),
        ("{{ seance.lieu.ville }}", "« seance.lieu » est une valeur simple"),
        ("{{ courrier.genre }}", "Vouliez-vous « courrier.signataire.genre » ?"),
        ("{{ seance.points|map(attribute='titr')|join(', ') }}", "Vouliez-vous « titre » ?"),
        ("{% for p in seance.points|sort(attribute='ran') %}x{% endfor %}", "Vouliez-vous « rang » ?"),
        ("{% if seance.dat %}x{% endif %}", "Vouliez-vous « seance.date » ?"),
        ("{% set x = seance.dat %}{{ x }}", "Vouliez-vous « seance.date » ?"),
        ("{{ loi.l132_44 }}", "Vouliez-vous « loi.l132_4 » ?"),
        ("{{ regles.delai-documents }}", "Vouliez-vous « regles.delai_documents » ?"),
        ("{{ regles.delai_document|en-lettres }}", "Vouliez-vous « regles.delai_documents » ?"),
    ],
)
def test_an_unknown_field_is_told_with_the_one_that_is_near(tmp_path: Path, tag: str, suggested: str) -> None:
    ((code, message),) = told(tmp_path, "destinataire", tag)
    assert code == "FUS101"
    assert suggested in message


@pytest.mark.parametrize(
    "tag",
    [
        "{{ destinataire.nom|upper }}, {{ seance.date|date_longue }} à {{ seance.heure|heure }}",
        "{% for p in seance.points %}{{ loop.index }} {{ p.titre }}{% for d in p.decisions %}{{ d.texte }}{% endfor %}{% endfor %}",
        "{% for college, lignes in seance.points|groupby('nature') %}{{ college }}{% for l in lignes %}{{ l.titre }}{% endfor %}{% endfor %}",
        "{% for g in seance.points|groupby('nature') %}{{ g.grouper }}{% for l in g.list %}{{ l.titre }}{% endfor %}{% endfor %}",
        "{% for rang in seance.points|batch(2) %}{% for p in rang %}{{ p.titre }}{% endfor %}{% endfor %}",
        "{{ seance.points|first }}{# jamais comparé : une fiche écrite en entier est dite plus loin #}".replace(
            "{{ seance.points|first }}", "{{ (seance.points|first).titre }}"
        ),
        "{{ seance.points|map(attribute='titre')|liste }} {{ seance.points|length }}",
        "{% set p = seance.points|first %}{{ p.titre }}",
        "{% with p = seance.points[0] %}{{ p.titre }}{% endwith %}",
        "{{ parametres.forme|du(parametres.forme.genre) }}",
        "{{ seance.date.year }} {{ document.titre }} {{ loi.l132_4 }}",
        "{{ 'Madame' if destinataire.genre == 'F' else 'Monsieur' }}",
        "{% if inconnu is defined %}x{% endif %}",
        "{{ (seance.date or aujourdhui)|date_longue }}",
        "{% for p in seance.points if p.nature == 'information' %}{{ p.titre }}{% endfor %}",
        "{% if a de b %}",
        "{{ regles.delai_documents|en-lettres }} {{ seance,lieu }}",
    ],
)
def test_a_sound_expression_is_not_an_alarm(tmp_path: Path, tag: str) -> None:
    assert told(tmp_path, "destinataire", tag) == []


@pytest.mark.parametrize(
    ("tag", "suggested"),
    [
        ('{% if destinataire.qualite == "Membre de droit" %}x{% endif %}', "« membre de droit »"),
        ('{% if "Annuelle" != seance.motif %}x{% endif %}', "« annuelle »"),
        ('{% if destinataire.canal in ["recommande", "courrier"] %}x{% endif %}', "« recommandé »"),
        ('{% if "pleniere" in destinataire.formations %}x{% endif %}', "« plénière »"),
        ('{{ "a" if seance.formation == "Plénière" else "b" }}', "« plénière »"),
    ],
)
def test_a_comparison_that_never_holds_is_told(tmp_path: Path, tag: str, suggested: str) -> None:
    ((code, message),) = told(tmp_path, "destinataire", tag)
    assert code == "MOD188"
    assert suggested in message.replace("\u00a0", " ")


def test_a_name_of_another_kind_of_document_says_where_it_exists(tmp_path: Path) -> None:
    ((code, message),) = told(tmp_path, "groupe", "{{ courrier.date }}")
    assert code == "MOD183"
    assert "il existe pour « destinataire », « prefet », « procureur »" in message


def test_a_name_set_in_a_condition_is_known_after_it(tmp_path: Path) -> None:
    assert told(tmp_path, "seance", "{% if seance.date %}{% set x = 'a' %}{% endif %}{{ x }}") == []


def shows(shape: Shape, view: object) -> bool:
    """True when the shape has the fields of the view, and no other."""
    return not isinstance(view, View) or set(shape.fields()) == set(dir(view))


def test_the_names_told_are_those_that_every_document_of_the_example_gets(loaded: Loaded) -> None:
    conseil = loaded.conseil
    seen = set()
    for seance in conseil.seances:
        plan = plan_session(conseil, seance, loaded.catalogue, jour=TODAY, steps=tuple(Etape))
        for job in plan.documents:
            names = names_of(job.entry.pour).roots
            given = context(conseil, job, TODAY, Trace())
            assert names.keys() == given.keys(), job.key
            assert all(shows(names[name], view) for name, view in given.items())
            seen.add(job.entry.pour)
    assert {"seance", "destinataire", "prefet", "procureur", "groupe"} <= seen


def test_the_names_of_the_front_pages_are_those_of_their_context(loaded: Loaded) -> None:
    seance = loaded.conseil.seances[0]
    plan = plan_session(loaded.conseil, seance, loaded.catalogue, jour=TODAY, steps=tuple(Etape))
    dossier = Dossier(titre="a", objet="b", pieces=(), pages=1, retenues=())
    given = dossier_context(loaded.conseil, plan.dossiers[0], dossier, TODAY, Trace())
    names = names_of(DOSSIER).roots
    assert names.keys() == given.keys()
    assert all(shows(names[name], view) for name, view in given.items())


def test_a_template_out_of_the_catalogue_may_name_what_any_document_has() -> None:
    assert any_names().roots.keys() == {name for pour in OWN for name in names_of(pour).roots}


def test_no_shipped_template_gives_an_alarm_in_any_of_its_documents(loaded: Loaded) -> None:
    for path in sorted(TEMPLATES.glob("*.docx")):
        opened = open_template(path, path.name)
        assert opened.template is not None
        template = scan(opened.template.members, path.name)
        uses = uses_of(loaded.catalogue, path.name)
        assert uses
        for _, pour in uses:
            parts = [*template.parts, *properties_of(template)]
            assert list(field_faults(parts, names_of(pour))) == []


def test_no_field_of_the_registers_is_left_unread() -> None:
    unread = {
        f"{name}.{field}"
        for pour in OWN
        for name, shape in names_of(pour).roots.items()
        for field, one in shape.fields().items()
        if one.sort is Sort.ANY
    }
    assert unread == set()

"""``templates fields``: the catalogue of fields and the ready-made blocks, as a Word file."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Final

from clspd_docs.build.files import exists, is_file
from clspd_docs.build.report import Report
from clspd_docs.build.workspace import TEMPLATES, Folder, shipped
from clspd_docs.desk.example import example_names
from clspd_docs.desk.field_catalogue import Chapter, chapters, listed
from clspd_docs.desk.field_uses import all_uses
from clspd_docs.desk.ready_blocks import BLOCKS
from clspd_docs.desk.template_files import name_in, write_file
from clspd_docs.errors import ExitCode, Stop
from clspd_docs.findings import Kind, Severity
from clspd_docs.origin import Place
from clspd_docs.templates.docx_text import lines
from clspd_docs.templates.fields_file import Column, Part, Table, fields_file
from clspd_docs.templates.language import Sandbox
from clspd_docs.templates.package import open_template

NOT_OURS: Final = Kind(
    "MOD351",
    Severity.ERROR,
    "Fichier déjà là",
    "Ce fichier existe déjà et n’est pas une liste de champs : il est laissé tel quel, rien n’a été écrit.",
    "Donner un autre nom après « fields », ou déplacer ce fichier.",
)

FILE: Final = "champs-disponibles.docx"
_TITLE: Final = "Les champs que l’on peut employer dans un modèle"
_OPENING: Final = (
    "Copier une balise d’ici, la coller dans le modèle : elle prend la mise en forme du texte où elle arrive.",
    "Les exemples viennent du conseil inventé qui est livré avec le logiciel.",
    "Un nom entre guillemets, dans la colonne « Ce que c’est », est celui d’une colonne ou d’une ligne du classeur.",
    "La dernière colonne dit dans quels modèles le champ est employé, et combien de fois.",
    "Ce fichier est écrit par « clspd-docs templates fields » ; il n’est pas un modèle et peut être supprimé.",
)
_COLUMNS: Final = (
    Column("Balise à copier", 70, is_tag=True),
    Column("Ce que c’est", 54),
    Column("Genre", 32),
    Column("Exemple", 40),
    Column("Filtres utiles", 31),
    Column("Employé dans", 40),
)
_FILTER_COLUMNS: Final = (
    Column("Balise à copier", 120, is_tag=True),
    Column("Filtre", 40),
    Column("Résultat", 107),
)
# One working example for each filter; the result shown is what the engine gives.
FILTERS_SHOWN: Final = {
    "jour": "{{ seance.date|jour }}",
    "date_longue": "{{ seance.date|date_longue }}",
    "date_en_lettres": "{{ seance.date|date_en_lettres }}",
    "periode": "{{ action.debut|periode(action.echeance) }}",
    "heure": "{{ seance.heure|heure }}",
    "heure_en_lettres": "{{ seance.heure|heure_en_lettres }}",
    "nombre": "{{ parametres.population|nombre }}",
    "euros": "{{ action.budget|euros }}",
    "ordinal": '{{ seance.numero|ordinal("F") }}',
    "en_lettres": "{{ seance.numero|en_lettres }}",
    "pluriel": '{{ seance.points|length|pluriel("point") }}',
    "round": "{{ 3.456|round(1) }}",
    "int": '{{ "12"|int + 1 }}',
    "abs": "{{ -3|abs }}",
    "de": "{{ parametres.collectivite|de }}",
    "a": '{{ "Le Havre"|a }}',
    "le": '{{ "préfète"|le("F") }}',
    "du": '{{ "maire"|du }}',
    "que": '{{ "il"|que }}',
    "accord": '{{ "convoqué"|accord("F") }}',
    "majuscule": "{{ seance.lieu|majuscule }}",
    "minuscule": '{{ "Préfète de l’Ain"|minuscule }}',
    "upper": "{{ parametres.collectivite|upper }}",
    "lower": "{{ parametres.forme|lower }}",
    "adresse_majuscules": '{{ "1, rue de l’Été"|adresse_majuscules }}',
    "insecables": '{{ "Objet : réunion"|insecables }}',
    "trim": '{{ "  Ville  "|trim }}',
    "replace": '{{ "CLSPD"|replace("CL", "CI") }}',
    "ou": '{{ seance.secretaire|ou("à désigner") }}',
    "ou_vide": "{{ destinataire.copie_a|ou_vide }}",
    "default": '{{ seance.secretaire|default("à désigner") }}',
    "liste": '{{ seance.points|map(attribute="nature")|unique|liste }}',
    "join": '{{ courrier.adresse|join(" – ") }}',
    "map": '{{ seance.points|map(attribute="rang")|liste }}',
    "length": "{{ seance.points|length }}",
    "count": "{{ seance.points|count }}",
    "first": "{{ (seance.points|first).titre }}",
    "last": "{{ (seance.points|last).titre }}",
    "sort": '{{ ["Zoé", "Élodie"]|sort|liste }}',
    "unique": '{{ ["ville", "État", "ville"]|unique|liste }}',
    "sum": '{{ seance.points|sum(attribute="duree") }}',
    "min": '{{ seance.points|map(attribute="duree")|min }}',
    "max": '{{ seance.points|map(attribute="duree")|max }}',
    "selectattr": '{{ seance.points|selectattr("piece")|map(attribute="rang")|liste }}',
    "rejectattr": '{{ seance.points|rejectattr("piece")|map(attribute="rang")|liste }}',
    "select": '{{ ["", "lundi"]|select|liste }}',
    "reject": '{{ ["", "lundi"]|reject|list|length }}',
    "list": '{{ seance.points|selectattr("piece")|list|length }}',
    "groupby": '{{ (seance.points|groupby("duree")|first)[0] }}',
    "batch": '{{ ["a", "b", "c"]|batch(2)|list|length }}',
}


def write_fields(folder: Folder, target: Path | None = None) -> Report:
    """Write the catalogue at ``target``, by default « champs-disponibles.docx » in the working folder.

    Raises:
        Stop: MOD351 when another file has this name, ENV203 when it cannot be written.
    """
    path = target or folder.path(FILE)
    if exists(path) and not (is_file(path) and _is_ours(path)):
        raise Stop(NOT_OURS.at(Place(name_in(folder, path))), ExitCode.USAGE)
    uses = all_uses(folder)
    found = chapters(uses)
    tables = [Part(chapter.title, [*_tables(chapter)]) for chapter in found]
    parts = [*tables, Part("Les filtres", [_filters()]), Part("Des blocs prêts à coller", BLOCKS)]
    write_file(path, fields_file(_TITLE, _OPENING, parts, shipped() / TEMPLATES / "images"))
    counts = {"champs": sum(1 for _ in listed(found)), "filtres": len(FILTERS_SHOWN), "blocs": len(BLOCKS)}
    return Report(
        "templates fields",
        (),
        {**counts, "modeles": len(uses)},
        exit_code=ExitCode.DONE,
        more={"path": name_in(folder, path)},
    )


def _is_ours(path: Path) -> bool:
    """True for a list of fields written before, which may be written again."""
    opened = open_template(path, path.name).template
    return opened is not None and f"propriété title | {_TITLE}" in lines(path.read_bytes())


def _tables(chapter: Chapter) -> list[Table]:
    return [
        Table(
            section.title,
            section.how,
            _COLUMNS,
            [(e.tag, e.label, e.kind, e.example, ", ".join(e.filters), e.uses) for e in section.entries],
        )
        for section in chapter.sections
    ]


def _filters() -> Table:
    """Return the table of the filters, with what each gives for the example council."""
    sandbox, names = Sandbox(), example_names()
    rows = [
        (tag, name, html.unescape(sandbox.from_string(tag).render(names)).strip() or "(rien)")
        for name, tag in FILTERS_SHOWN.items()
    ]
    about = "Un filtre suit une barre verticale ; plusieurs s’enchaînent, de gauche à droite."
    return Table("Mettre en forme une valeur", about, _FILTER_COLUMNS, rows)

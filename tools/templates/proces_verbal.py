"""The minutes of a session: the members' edition, and the public one, which names nobody but the chair.

Both show what ``pv`` lets through for their readers. A group's minutes hold general decisions only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tools.templates.kit import (
    TOWN,
    bullets,
    cell,
    document,
    each,
    each_row,
    heading,
    label,
    law,
    p,
    portrait,
    row,
    signature_picture,
    table,
    when,
    when_row,
)
from tools.templates.shared import line

GROUP: Final = 'seance.formation == "groupe de travail"'
CHAIR: Final = (
    "{{ seance.president.nom_complet }}{% if seance.president.est_nommee and seance.president.fonction %}, "
    "{{ seance.president.fonction|minuscule }}{% endif %}"
)
NAME: Final = "{% if x.membre.est_nommee %}{{ x.membre.nom_complet }}{% else %}–{% endif %}"
FUNCTION: Final = "{{ x.membre.fonction|ou('–') }}"
BODY: Final = "{{ x.membre.nom_organisme|ou('–') }}"
NOTE: Final = (
    "{% if x.representant %}Par {{ x.representant }}{% if x.representant_qualite %}, {{ x.representant_qualite|minuscule }}"
    "{% endif %}{% elif x.pouvoir_a %}Pouvoir à {{ x.pouvoir_a.nom_complet }}"
    "{% elif x.arrivee and seance.ouverture and x.arrivee > seance.ouverture %}Arrivée à "
    "{{ x.arrivee|heure }}{% endif %}"
)


def _opening() -> str:
    return (
        p(TOWN, "Surtitre")
        + heading(0, "{{ document.titre }}")
        + p(
            f"{{% if {GROUP} %}}Groupe de travail{{% if seance.groupe %}} « {{{{ seance.groupe.intitule }}}} "
            f"»{{% endif %}}"
            "{% else %}{{ parametres.nom_instance|majuscule }} – formation {{ seance.formation }}{% endif %}\nSéance "
            "du {{ seance.date|date_longue }}",
            "Sous-titre",
        )
    )


def _notice(*, public: bool) -> str:
    draft = "{% if not seance.pv_approuve %}**Projet, soumis à l’approbation des membres.** {% endif %}"
    if public:
        return law(
            f"{draft}Édition publique : les participants y sont désignés par leur fonction, et seule la personne qui a "
            "présidé la séance est nommée. Les points et les décisions réservés aux membres n’y figurent pas ; les "
            "autres gardent leur numéro. La sécurité publique est protégée par {{ loi.l311_5_crpa }}, et ce qui touche "
            "à une personne par {{ loi.l311_6_crpa }}."
        )
    return law(
        f"{draft}{{% if {GROUP} %}}Document réservé aux membres du groupe. Il ne rapporte que des décisions d’ordre "
        "général et n’évoque aucune situation individuelle.{% else %}Document réservé aux membres du conseil. La "
        "communication de ce qui touche à la sécurité publique est exclue par {{ loi.l311_5_crpa }} ; ce qui touche à "
        "une personne n’est communicable qu’à elle-même, suivant {{ loi.l311_6_crpa }}.{% endif %}"
    )


def _facts(*, public: bool) -> str:
    """Return the card of the session: when, where, who chaired."""
    hours = (
        "{{ seance.date|date_longue|majuscule }}{% if seance.ouverture and seance.cloture %}, de "
        "{{ seance.ouverture|heure }} à {{ seance.cloture|heure }}{% elif seance.ouverture %}, à "
        "{{ seance.ouverture|heure }}{% endif %}"
    )
    place = "{{ seance.lieu|majuscule }}{% if seance.lieu_adresse %}, {{ seance.lieu_adresse }}{% endif %}"
    rows = (
        line("Date", hours),
        line("Lieu", place, when="seance.lieu"),
        line("Convocation", "Envoyée le {{ seance.convoquee_le }}", when="seance.convoquee_le"),
        line("Présidence", CHAIR, when="seance.president"),
        "" if public else line("Secrétariat", "{{ seance.secretaire }}", when="seance.secretaire"),
        line(
            "Participation",
            "{{ pv.nombre_presents|pluriel('membre présent ou représenté', 'membres présents ou représentés') }}, sur "
            f"{{{{ pv.nombre_membres }}}}{{% if not ({GROUP}) %}} (personnes associées et invités non comptés){{% endif %}}",
        ),
    )
    return table((35, 125), *rows, header=False, about="La séance en bref")


def _quorum() -> str:
    """Return the statement on the quorum; nothing when the house rules have none."""
    return when(
        'regles.quorum != "aucun" and seance.formation == "plénière"',
        p(
            "Le règlement intérieur fixe le quorum {{ regles.quorum|a }}, présents ou représentés : "
            "{% if pv.quorum_atteint %}il est atteint.{% else %}il n’est pas "
            "atteint{% if regles.seconde_convocation %}, et une seconde convocation peut être adressée sur le même "
            "ordre du jour{% endif %}.{% endif %}",
            "Suite",
        ),
    )


def _people(title: str, field: str) -> str:
    """Return one list of participants under its title, as rows."""
    return when_row(
        f"seance.{field}",
        row(label(f"{title} ({{{{ seance.{field}|length }}}})", span=4)),
        each_row(f"x in seance.{field}", row(NAME, FUNCTION, BODY, NOTE)),
    )


def _participants() -> str:
    return when(
        "seance.presences",
        heading(1, "Participants"),
        table(
            (40, 42, 40, 38),
            row("Nom", "Fonction", "Organisme", "Observations", header=True),
            _people("Présents", "presents"),
            _people("Représentés", "representes"),
            _people("Excusés", "excuses"),
            _people("Absents", "absents"),
            _people("Invités", "invites"),
            about="Participants : nom, fonction, organisme, et qui les représente",
        ),
        _quorum(),
    )


def _participants_by_function() -> str:
    """Return one list of functions and bodies: no name."""
    return when(
        "seance.presences",
        heading(1, "Participants"),
        table(
            (66, 66, 28),
            row("Fonction", "Organisme", "Participation", header=True),
            each_row(
                "x in seance.presences",
                row(FUNCTION, BODY, "{{ x.statut|accord(x.membre.genre or 'M')|majuscule }}"),
            ),
            about="Participants, par fonction et par organisme",
        ),
        _quorum(),
    )


def _agenda(*, public: bool) -> str:
    return heading(1, "Ordre du jour") + table(
        (14, 116, 30) if public else (14, 78, 44, 24),
        row("N°", "Point", *(() if public else ("Rapporteur",)), "Nature", header=True),
        each_row(
            "x in pv.points",
            row(
                "{{ x.numero }}",
                "{{ x.point.titre }}",
                *(() if public else ("{{ x.point.rapporteur|ou('–') }}",)),
                "{{ x.point.nature|majuscule }}",
            ),
        ),
        about="Ordre du jour",
    )


def _items() -> str:
    """Return each item: what was said, what came out of it, what was decided."""
    who = "{% if d.pilote %}Pilote : {{ d.pilote.nom }}{% endif %}"
    until = "{% if d.echeance %}{% if d.pilote %} ; échéance{% else %}Échéance{% endif %} : {{ d.echeance }}{% endif %}"
    decision = f"**Décision {{{{ d.id }}}}.** {{{{ d.texte }}}}{{% if d.pilote or d.echeance %}}\n*{who}{until}*{{% endif %}}"
    return heading(1, "Examen des points") + each(
        "x in pv.points",
        heading(2, "{{ x.numero }}. {{ x.point.titre }}"),
        when("x.point.synthese", p("{{ x.point.synthese }}")),
        when("x.point.resultat", p("**Résultat :** {{ x.point.resultat }}")),
        each("d in x.decisions", bullets(decision)),
    )


def _decisions() -> str:
    return when(
        "pv.decisions",
        heading(1, "Relevé des décisions"),
        table(
            (20, 66, 44, 30),
            row("N°", "Décision", "Pilote", "Échéance", header=True),
            each_row(
                "d in pv.decisions",
                row(
                    "{{ d.id }}",
                    "{{ d.texte }}",
                    "{% if d.pilote %}{{ d.pilote.nom }}{% else %}–{% endif %}",
                    "{{ d.echeance|ou('–') }}",
                ),
            ),
            about="Toutes les décisions de la séance, avec leur pilote et leur échéance",
        ),
    )


def _closing() -> str:
    end = "{% if seance.cloture %}La séance est levée à {{ seance.cloture|heure }}.{% else %}La séance est levée.{% endif %}"
    following = (
        "{% if pv.prochaine %} La prochaine est prévue le {{ pv.prochaine.date|date_longue }}"
        "{% if pv.prochaine.heure %} à {{ pv.prochaine.heure|heure }}{% endif %}{% if pv.prochaine.lieu %} "
        "({{ pv.prochaine.lieu }}){% endif %}.{% endif %}"
    )
    return p(end + following, "Suite", keep=True)


def _signatures(*, public: bool) -> str:
    """Return the chair's signature, beside the secretary's in the members' edition."""
    chair = "{{% if seance.president %}}{{{{ seance.president.{0} }}}}{{% else %}}{{{{ signataire.{0} }}}}{{% endif %}}"

    def box(title: str, key: str, who: str, name: str) -> str:
        return cell(
            p(title, "TableauEntete"),
            p(signature_picture(key, who, 62, 21), "TableauEntete"),
            p(name, "TableauTexte"),
        )

    return table(
        (80, 80),
        row(
            box(
                "La présidence de la séance",
                "president",
                f"de {chair.format('nom_complet')}",
                chair.format("nom_complet"),
            ),
            ""
            if public
            else box(
                "Le secrétariat de la séance",
                "secretaire",
                "de {{ seance.secretaire|ou('la personne chargée du secrétariat') }}",
                "{{ seance.secretaire|ou_vide }}",
            ),
        ),
        style="TableauNormal",
        header=False,
        about="Signatures",
    )


def _minutes(*, public: bool) -> bytes:
    body = (
        _opening()
        + _notice(public=public)
        + _facts(public=public)
        + _agenda(public=public)
        + (_participants_by_function() if public else _participants())
        + _items()
        + _decisions()
        + _closing()
        + _signatures(public=public)
    )
    name = "{{ document.titre }} – {{ seance.id }}"
    return document(name, name, portrait(body))


def members() -> bytes:
    """Return the template of the minutes for the members."""
    return _minutes(public=False)


def everyone() -> bytes:
    """Return the template of the public edition."""
    return _minutes(public=True)


TEMPLATES: Final[dict[str, Callable[[], bytes]]] = {
    "proces-verbal.docx": members,
    "proces-verbal-public.docx": everyone,
}

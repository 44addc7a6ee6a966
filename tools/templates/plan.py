"""The local plan: cover, contents, foreword, governance, axes and their cards, follow-up, indicators, signatures.

A card is one table under its heading, never cut in two when it fits on a page. The follow-up table stands on
landscape pages; lateness is a word in it, not a colour.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tools.templates.kit import (
    TEXT_WIDTH,
    bullets,
    cell,
    contents,
    document,
    drawing,
    each,
    each_row,
    heading,
    label,
    landscape,
    law,
    p,
    picture,
    portrait,
    row,
    signature_picture,
    table,
    when,
    when_row,
)
from tools.templates.shared import BASE, COUNCIL, OF_TOWN
from tools.templates.styles import TINT

TITLE: Final = "{{ parametres.plan_titre|ou(document.titre) }}"
TITLE_AND_PERIOD: Final = TITLE + "{% if parametres.plan_periode %} {{ parametres.plan_periode }}{% endif %}"
LIVE: Final = "conseil.actions|rejectattr('statut', 'equalto', 'abandonnée')"


def _cover() -> str:
    logo = picture("logo.png", "image:logo|{{ parametres.logo_texte|ou('Logo de la collectivité') }}", 34, 34)
    return (
        when("parametres.logo", p(logo, "Couverture"))
        + p(TITLE, "CouvertureTitre")
        + when("parametres.plan_periode", p("{{ parametres.plan_periode }}", "CouverturePeriode"))
        + p("{{ parametres.nom_instance|majuscule }}", "Couverture")
        + p("{{ parametres.forme }} {{ parametres.collectivite|de }}", "Couverture")
        + p(
            "{% if parametres.plan_valide_le %}Validé par la formation plénière le "
            "{{ parametres.plan_valide_le }}{% else %}Projet soumis à la formation plénière du "
            "{{ seance.date|date_longue }}{% endif %}",
            "Couverture",
        )
    )


def _foreword() -> str:
    return (
        heading(1, "Éditorial", new_page=True)
        + p(
            "Vivre tranquillement, circuler sans crainte, grandir dans de bonnes conditions : ces attentes sont "
            "celles de tous les habitants. Y répondre demande de la constance, et l’action commune de celles et ceux "
            "qui travaillent chaque jour sur le terrain."
        )
        + p(
            "Ce plan est le fruit de ce travail commun. L’État, la justice, le Département, les établissements "
            "scolaires, les bailleurs, les transporteurs, les associations et nos services ont partagé leurs "
            "constats, débattu des priorités et écrit les actions. Chacune a un chef de file, une échéance et des "
            "indicateurs."
        )
        + p(
            "Il tient en {{ plan.axes|length|en_lettres }} axes et {{ conseil.actions|length|en_lettres }} fiches. Il "
            "ne promet pas tout : il dit ce que nous ferons, avec qui, pour quand, et comment nous en rendrons "
            "compte. Chaque année, un bilan sera présenté au conseil."
        )
        + p(
            "Prévenir, c’est agir tôt, auprès des plus jeunes, des plus vulnérables et des victimes. C’est aussi "
            "rendre visible la présence des services publics là où elle est attendue. Je remercie toutes celles et "
            "tous ceux qui s’y engagent ; la confiance entre partenaires est la première condition de notre réussite.",
            keep=True,
        )
        + p("{{ signataire.identite }}", "SignatureNom")
        + p("{{ signataire.fonction|ou(parametres.titre_signataire) }}", "Signature")
    )


def _frame() -> str:
    return (
        heading(1, "Le cadre", new_page=True)
        + heading(2, "Ce que prévoit la loi")
        + law(
            "Selon {{ loi.l132_1 }}, le maire concourt à la politique de prévention de la délinquance. Les missions "
            "du conseil sont énoncées par {{ loi.d132_7 }}. Selon {{ loi.l132_6 }}, les actions locales ne doivent "
            "pas être incompatibles avec le plan de prévention de la délinquance dans le département. Selon "
            "{{ loi.d132_9 }}, le conseil se réunit en formation plénière au moins une fois par an."
        )
        + p(
            "La loi n’impose ni la forme ni la durée du présent plan. Il est le programme de travail que les membres "
            "du conseil se donnent ensemble{% if parametres.plan_periode %} pour la période "
            "{{ parametres.plan_periode }}{% endif %}. Il a été préparé par la formation restreinte à partir du plan "
            "départemental et d’un diagnostic partagé, puis soumis à la formation plénière."
        )
        + heading(2, "Le territoire")
        + p(
            f"Le plan s’applique sur tout le territoire {OF_TOWN}, qui compte {{{{ parametres.population|nombre }}}} "
            "habitants.{% if parametres.qpv and parametres.qpv_noms %} Une attention particulière est portée au "
            "périmètre de la politique de la ville : {{ parametres.qpv_noms }}.{% endif %}"
        )
        + heading(2, "Le plan en bref")
        + table(
            (100, 30, 30),
            row("Axe", "Objectifs", "Fiches", header=True),
            each_row(
                "a in plan.axes",
                row(
                    "{{ loop.index }}. {{ a.axe.intitule }}",
                    "{{ a.objectifs|length }}",
                    "{{ a.fiches|length }}",
                ),
            ),
            about="Nombre d’objectifs et de fiches par axe",
        )
        + when(
            f"{LIVE}|selectattr('budget')|list",
            p(
                "Le budget prévu, hors actions abandonnées, est de "
                f"{{{{ {LIVE}|selectattr('budget')|sum(attribute='budget')|euros }}}}, tous financeurs confondus.",
                "Suite",
            ),
        )
    )


def _governance() -> str:
    return (
        heading(1, "La gouvernance", new_page=True)
        + p(
            f"Le plan est conduit par le {COUNCIL}, dont la composition est fixée par arrêté en application de "
            f"{BASE}. Son "
            "secrétariat et son animation sont assurés par {{ parametres.suivi_par }}, {{ parametres.suivi_qualite|minuscule }}."
        )
        + p(drawing("gouvernance", "La gouvernance du conseil", TEXT_WIDTH, 110))
        + heading(2, "Les formations du conseil")
        + table(
            (36, 84, 40),
            row("Formation", "Rôle dans le plan", "Rythme", header=True),
            row(
                "Plénière",
                "Valide le plan, débat du bilan annuel et fixe les orientations de l’année à venir.",
                "Au moins une fois par an",
            ),
            row(
                "Restreinte",
                "Prépare le plan, suit l’avancement des actions, règle les difficultés, rend compte à la plénière.",
                "{{ regles.frequence_restreinte|majuscule }}",
            ),
            row(
                "Groupes de travail",
                "Mettent en œuvre une partie du plan sur un thème ou un territoire ; ils n’évoquent de situations que "
                "dans le respect de leur charte.",
                "{{ regles.frequence_groupes|majuscule }}",
            ),
            about="Formations du conseil, rôle et rythme",
        )
        + when(
            "plan.groupes",
            heading(2, "Les groupes de travail"),
            table(
                (64, 58, 38),
                row("Groupe", "Animation", "Rythme", header=True),
                each_row(
                    "g in plan.groupes",
                    row(
                        "{{ g.intitule }}",
                        "{% if g.animateur %}{{ g.animateur.nom_complet }}"
                        "{% if g.animateur.est_nommee and g.animateur.fonction %}\n{{ g.animateur.fonction }}"
                        "{% endif %}{% else %}à désigner{% endif %}",
                        "{{ g.frequence|ou(regles.frequence_groupes)|majuscule }}",
                    ),
                ),
                about="Groupes de travail",
            ),
        )
        + when(
            "plan.referents",
            heading(2, "Les référents"),
            p(
                "Chaque partenaire nomme dans ses services un référent, correspondant privilégié de la coordination.",
                keep=True,
            ),
            table(
                (50, 64, 46),
                row("Organisme", "Référent", "Domaines", header=True),
                each_row(
                    "r in plan.referents",
                    row(
                        "{% if r.organisme %}{{ r.organisme.nom }}{% else %}–{% endif %}",
                        "{{ r.nom_complet }}{% if r.est_nommee and r.fonction %}\n{{ r.fonction }}{% endif %}",
                        "{{ r.domaines|ou('–') }}",
                    ),
                ),
                about="Référents par organisme",
            ),
        )
    )


def _diagnosis() -> str:
    return (
        heading(1, "Le diagnostic partagé", new_page=True)
        + p(
            "Les constats ci-dessous sont tirés des données transmises par les services, des observations des "
            "professionnels et de l’expérience des habitants. Ils ne portent que sur des tendances : aucune personne "
            "n’y est désignée. Chacun fonde un axe du plan."
        )
        + each(
            "a in plan.axes",
            heading(2, "{{ a.axe.intitule }}"),
            when("a.axe.constat", p("{{ a.axe.constat }}")),
            when("a.axe.ambition", p("**Ce que nous voulons obtenir.** {{ a.axe.ambition }}")),
        )
    )


CARD: Final = (24, 46, 20, 15, 15, 40)  # the columns of the indicators; the lines above join some of them


def _name(text: str, span: int = 1) -> str:
    return cell(f"**{text}**", style="Carte", fill=TINT, span=span)


def _pair(first: str, value: str, second: str, other: str) -> str:
    return row(_name(first), cell(value, style="Carte"), _name(second), cell(other, style="Carte", span=3))


def _wide(name: str, value: str, field: str) -> str:
    """Return a line over the whole width, left out when ``field`` is blank."""
    return when_row(f"f.action.{field}", row(_name(name), cell(value, style="Carte", span=5)))


def _card() -> str:
    """Return the table of one action, ``f``."""
    lead = "{% if f.action.chef_de_file %}**{{ f.action.chef_de_file.nom }}**{% else %}à désigner{% endif %}"
    state = "{{ f.etat|majuscule }}{% if f.action.avancement is not none %}, {{ f.action.avancement }} %{% endif %}"
    dates = (
        "{% if f.action.debut %}{{ f.action.debut|periode(f.action.echeance)|majuscule }}{% else %}Jusqu’au "
        "{{ f.action.echeance }}{% endif %}"
    )
    money = (
        "{% if f.action.budget %}{{ f.action.budget|euros }}{% else %}Sans budget "
        "propre{% endif %}{% if f.action.financeurs %} ({{ f.action.financeurs|liste }}){% endif %}"
    )
    return table(
        CARD,
        _pair("État", state, "Chef de file", lead),
        _pair("Territoire", "{{ f.action.territoire }}", "Public", "{{ f.action.public }}"),
        _wide("Constat", "{{ f.action.constat }}", "constat"),
        _wide("Description", "{{ f.action.description }}", "description"),
        _wide("Partenaires", "{{ f.action.partenaires|map(attribute='nom')|join(' ; ') }}", "partenaires"),
        _wide("Référents", "{{ f.action.referents|map(attribute='nom_complet')|join(' ; ') }}", "referents"),
        _pair("Budget", money, "Calendrier", dates),
        _wide("Dernier point", "{{ f.action.dernier_point }}", "dernier_point"),
        _indicators(),
        header=False,
        about="Fiche-action",
    ) + p("", "Espace")


def _indicators() -> str:
    last = (
        "{{ i.valeur|ou('–') }}{% if i.valeur is not none and i.releve_le %} ({{ i.releve_le }}){% endif %}"
    )
    return when_row(
        "f.action.indicateurs",
        row(_name("Indicateur", 2), _name("Type"), _name("Départ"), _name("Cible"), _name("Dernière valeur")),
        each_row(
            "i in f.action.indicateurs",
            row(
                cell("{{ i.libelle }}{% if i.unite %} ({{ i.unite }}){% endif %}", style="Carte", span=2),
                cell("{{ i.type|majuscule }}", style="Carte"),
                cell("{{ i.valeur_initiale|ou('–') }}", style="Carte"),
                cell("{{ i.cible|ou('–') }}", style="Carte"),
                cell(last, style="Carte"),
            ),
        ),
    )


def _axes() -> str:
    return each(
        "a in plan.axes",
        heading(1, "Axe {{ loop.index }} – {{ a.axe.intitule }}", new_page=True),
        when("a.axe.ambition", p("{{ a.axe.ambition }}", "Chapeau")),
        each(
            "o in a.objectifs",
            heading(2, "Objectif : {{ o.intitule }}"),
            each(
                "f in o.fiches",
                heading(3, "Fiche {{ f.action.id }} – {{ f.action.intitule }}"),
                _card(),
            ),
        ),
    )


def _evaluation() -> str:
    return (
        heading(1, "L’évaluation", new_page=True)
        + p(
            "Chaque fiche porte des indicateurs de trois sortes : de réalisation (ce que nous avons fait), de "
            "résultat (ce que cela a changé) et de contexte (comment évolue la situation). Leurs valeurs sont "
            "toujours agrégées ; aucune ne permet de reconnaître une personne."
        )
        + when(
            "parametres.fipd",
            law(
                "Selon {{ loi.r132_10_1 }}, un rapport sur l’emploi des crédits du fonds interministériel de "
                "prévention de la délinquance est présenté chaque année au conseil et adressé au préfet."
            ),
        )
        + bullets(
            "**Le chef de file** conduit l’action, réunit les partenaires et transmet les valeurs des indicateurs à "
            "la coordination.",
            "**La coordination** tient le tableau de suivi, relance et signale les retards.",
            "**La formation restreinte** examine le tableau de suivi à chaque réunion et propose les ajustements.",
            "**La formation plénière** débat chaque année du bilan et décide de poursuivre, de modifier ou d’arrêter "
            "une action.",
        )
        + p(
            "Au terme du plan, une évaluation d’ensemble est présentée à la formation plénière ; elle prépare le plan "
            "suivant.",
            "Suite",
        )
        + heading(2, "L’état d’avancement")
        + p("Situation au {{ aujourdhui }} : nombre d’actions par axe et par état.", keep=True)
        + p(drawing("actions-par-axe", "Les actions par axe et par état", TEXT_WIDTH, 110))
    )


def _follow_up() -> str:
    def cells(*texts: str) -> str:
        return row(*(cell(text, style="TableauPetit") for text in texts))

    state = (
        "{% if f.en_retard %}**En retard** ({{ f.action.statut }}){% else %}{{ f.etat|majuscule }}{% endif %}"
    )
    return (
        heading(1, "Le tableau de suivi")
        + p(
            "Situation au {{ aujourdhui }}. {% if plan.en_retard %}En retard : "
            "{{ plan.en_retard|length|pluriel('action') }}, à voir dans la colonne « État ».{% else %}Aucune action "
            "n’est en retard.{% endif %}"
        )
        + table(
            (10, 52, 46, 29, 26, 22, 62),
            row(
                "N°", "Action", "Chef de file", "Échéance", "État", "Avancement", "Dernier point", header=True
            ),
            each_row(
                "a in plan.axes",
                row(label("Axe {{ loop.index }} – {{ a.axe.intitule }}", span=7)),
                each_row(
                    "f in a.fiches",
                    cells(
                        "{{ f.action.id }}",
                        "{{ f.action.intitule }}",
                        "{% if f.action.chef_de_file %}{{ f.action.chef_de_file.nom }}{% else %}à désigner{% endif %}",
                        "{{ f.action.echeance }}",
                        state,
                        "{% if f.action.avancement is not none %}{{ f.action.avancement }} %{% else %}–{% endif %}",
                        "{{ f.action.dernier_point|ou('–') }}",
                    ),
                ),
            ),
            about="Tableau de suivi des actions, par axe",
        )
    )


AXIS: Final = "l’axe {{ loop.index }}"
MEASURED: Final = "conseil.indicateurs|rejectattr('cible', 'none')|rejectattr('valeur', 'none')|list"


def _progress() -> str:
    return when(
        MEASURED,
        heading(1, "Les indicateurs", new_page=True),
        p(
            "Chaque barre montre le chemin parcouru par un indicateur, de sa valeur de départ à sa cible. Les "
            "indicateurs sans cible, ou dont aucune valeur n’a été relevée, n’y sont pas."
        ),
        each(
            "a in plan.axes",
            heading(2, "Axe {{ loop.index }} – {{ a.axe.intitule }}"),
            p(drawing("indicateurs-{{ a.axe.id }}", f"Les indicateurs de {AXIS}", TEXT_WIDTH, 135)),
        ),
    )


NAME: Final = "{% if m.est_nommee %}{{ m.identite }}{% else %}Nom :{% endif %}"


def _by_right(kind: str, shown: str, unknown: str) -> str:
    """Return ``shown`` for the member by right ``m`` whose body is of this ``kind``, ``unknown`` without one."""
    of_kind = f"m.qualite == 'membre de droit' and m.organisme and m.organisme.type == '{kind}'"
    first = "{% if loop.first %}"
    return f"{{% for m in conseil.titulaires if {of_kind} %}}{first}{shown}{{% endif %}}{{% else %}}{unknown}{{% endfor %}}"


def _signatures() -> str:
    def anchor(key: str, who: str) -> str:
        return p(signature_picture(key, who, 49, 20), "TableauEntete")

    partners = (
        "conseil.actions|selectattr('chef_de_file')|map(attribute='chef_de_file')|unique(attribute='id')"
    )
    return (
        heading(1, "Les signatures", new_page=True)
        + p(
            "Les signataires s’engagent à mettre en œuvre le présent plan, chacun dans le cadre de ses compétences et "
            "de ses moyens.",
            keep=True,
        )
        + table(
            (54, 53, 53),
            row(
                "{{ parametres.titre_signataire }}",
                _by_right(
                    "État", "{% if m.genre == 'F' %}La préfète{% else %}Le préfet{% endif %}", "Le préfet"
                ),
                _by_right(
                    "justice",
                    "{% if m.genre == 'F' %}La procureure{% else %}Le procureur{% endif %} de la République",
                    "Le procureur de la République",
                ),
                header=True,
            ),
            row(
                anchor("president", "de {{ signataire.nom_complet }}"),
                anchor("prefet", "du représentant de l’État"),
                anchor("procureur", "du procureur de la République"),
            ),
            row(
                "{{ signataire.identite }}",
                _by_right("État", NAME, "Nom :"),
                _by_right("justice", NAME, "Nom :"),
            ),
            style="TableauNormal",
            header=False,
        )
        + heading(2, "Les chefs de file")
        + table(
            (60, 45, 20, 35),
            row("Organisme", "Nom et qualité", "Date", "Signature", header=True),
            each_row(f"o in {partners}", row("{{ o.nom }}", "", "", "", height=10)),
            style="Grille",
            about="Signatures des chefs de file",
        )
    )


def plan() -> bytes:
    """Return the template of the local plan."""
    body = contents(3) + _foreword() + _frame() + _governance() + _diagnosis() + _axes() + _evaluation()
    return document(
        TITLE_AND_PERIOD,
        TITLE_AND_PERIOD,
        portrait(_cover()),
        portrait(body),
        landscape(_follow_up()),
        portrait(_progress() + _signatures()),
        cover=True,
    )


TEMPLATES: Final[dict[str, Callable[[], bytes]]] = {"plan-local.docx": plan}

"""The last titles of the règlement intérieur: confidentiality, follow-up, end; and what they repeat."""

from __future__ import annotations

from tools.templates.kit import (
    article,
    bullets,
    chair_signature,
    each_row,
    heading,
    law,
    p,
    row,
    table,
    when,
)
from tools.templates.shared import BY_TOWN, CISPD, GROUPS, texts


def confidentiality() -> str:
    return (
        heading(1, "L’échange d’informations")
        + article("Échange d’informations au sein des groupes")
        + law(
            f"Selon {GROUPS}, les faits et informations à caractère confidentiel échangés dans les groupes de travail "
            f"ne peuvent être communiqués à des tiers.{{% if not ({CISPD}) %}} L’échange est réalisé selon les "
            f"modalités prévues "
            "par un règlement intérieur, établi par le conseil sur la proposition des membres du groupe de "
            "travail.{% endif %}"
        )
        + p(
            "Le présent article{% if plan.groupes %}, établi sur la proposition des membres des groupes,{% endif %} fixe "
            "les modalités de l’échange :",
            keep=True,
        )
        + bullets(
            "**Où.** Une information confidentielle n’est échangée que dans un groupe de travail, jamais en formation "
            "plénière ou restreinte, ni par courriel ou messagerie ;",
            "**Pourquoi.** L’échange sert à signaler une difficulté, à s’assurer qu’elle est prise en charge et à "
            "coordonner les interventions ; tout autre usage est exclu ;",
            "**Entre qui.** N’y participent que les membres du groupe, désignés par leur nom, dont les missions "
            "justifient qu’ils aient à connaître de la question traitée ;",
            "**Sur quoi.** Seules sont échangées les informations confidentielles strictement nécessaires. Les "
            "informations couvertes par un secret que la loi protège ne le sont que si la loi l’autorise ; chacun "
            "apprécie, selon les règles de sa profession, ce qu’il peut dire et ce qu’il doit taire ;",
            "**Comment.** Un membre qui souhaite évoquer une question en avise l’animateur avant la réunion. La "
            "convocation, l’ordre du jour et le procès-verbal ne permettent d’identifier personne ;",
            "**Avec quelles traces.** Le groupe ne constitue ni fichier, ni tableau, ni dossier commun sur les "
            "personnes. Les notes de séance restent sous la responsabilité de leur auteur.",
        )
        + p(
            "Ces modalités ne dispensent personne des signalements et des transmissions que la loi lui impose ou lui "
            "permet de faire directement à l’autorité compétente.",
            "Suite",
        )
        + article("Confidentialité")
        + law(
            "La révélation d’une information à caractère secret par une personne qui en est dépositaire est réprimée "
            "par {{ loi.penal_226_13 }}."
        )
        + texts(
            "Toute personne qui participe aux travaux du conseil, y compris le secrétariat, respecte la "
            "confidentialité de ce qu’elle y apprend. Cette obligation demeure après la fin de ses fonctions. En cas "
            "de manquement, le président entend l’intéressé, puis peut mettre fin à sa participation et demander à "
            "l’organisme concerné de désigner une autre personne.",
        )
        + article("Charte déontologique")
        + p(
            "Chaque groupe qui échange des informations confidentielles se donne une charte déontologique, annexée au "
            "présent règlement. Nul n’est convoqué à un tel groupe, ni n’y participe, avant d’en avoir signé la "
            "version en vigueur. La charte est relue chaque année ; une nouvelle version appelle de nouvelles "
            "signatures."
        )
    )


def follow_up() -> str:
    return (
        heading(1, "L’animation, le suivi et les données")
        + article("Coordonnateur, référents et chefs de file")
        + when(
            f"not ({CISPD})",
            law(
                "{{ loi.l132_4|majuscule }} fixe le seuil de population au-delà duquel un membre du conseil municipal "
                "ou un agent public territorial est chargé du suivi, de l’animation et de la coordination des travaux "
                "du conseil."
            ),
        )
        + p(
            "Le coordonnateur anime le plan local, mobilise les partenaires, prépare les séances et rend compte au "
            "président. Chaque service ou organisme membre nomme en son sein un référent, correspondant privilégié du "
            "coordonnateur, et s’il le peut un suppléant ; leurs noms figurent dans le plan local. Chaque action du "
            "plan a un chef de file, et un seul, choisi en accord avec les partenaires."
        )
        + article("Évaluation et bilan")
        + when(
            "parametres.fipd",
            law(
                "Selon {{ loi.r132_10_1 }}, un rapport sur l’emploi des crédits du fonds interministériel de "
                "prévention de la délinquance est présenté chaque année au conseil et adressé au préfet."
            ),
        )
        + p(
            "La formation restreinte suit les actions et les décisions au moyen d’un tableau commun. Chaque année, le "
            "président présente à la formation plénière un bilan : réunions tenues, avancement des actions, "
            "indicateurs, application de la charte, perspectives. Il ne comporte que des données agrégées."
        )
        + article("Protection des données personnelles")
        + p(
            f"Pour tenir le conseil, {BY_TOWN} traite l’identité, les fonctions et les coordonnées professionnelles "
            f"des "
            "membres, des référents et des invités, dans le respect des textes cités au préambule. Ces données "
            "servent à composer le conseil, à le convoquer et à rédiger ses actes ; elles sont conservées le temps du "
            "mandat et du suivi administratif, puis archivées. Chacun peut y accéder, les faire rectifier ou "
            "s’opposer à leur usage en écrivant {% if parametres.dpo %}au délégué à la protection des données "
            "({{ parametres.dpo }}){% else %}au secrétariat du conseil{% endif %}. Suivant {{ loi.cnil_2020 }}, le "
            "secrétariat ne tient aucun fichier de situations individuelles."
        )
    )


def end() -> str:
    """Return the last articles, the signature and the two annexes."""
    return (
        heading(1, "Dispositions finales")
        + article("Modification")
        + p(
            "Le présent règlement peut être modifié à l’initiative du président, du préfet, du procureur de la "
            "République ou de la majorité des membres, par un vote de la formation plénière. Ce qui touche à "
            "l’échange d’informations est modifié sur la proposition des membres des groupes concernés."
        )
        + article("Entrée en vigueur")
        + p(
            "Le présent règlement {% if regles.adopte %}a été adopté par la formation plénière le "
            "{{ regles.adopte_le }} et s’applique depuis cette date{% else %}s’applique dès son adoption par la "
            "formation plénière{% endif %}. Il remplace tout règlement antérieur et est remis à chaque membre.",
            keep=True,
        )
        + chair_signature()
        + heading(1, "Annexe 1 – Formation restreinte", new_page=True)
        + _restricted()
        + heading(1, "Annexe 2 – Groupes de travail et d’échange d’informations")
        + _groups()
    )


def _restricted() -> str:
    """Return who sits in the restricted formation, by function, or that the list is still to be made."""
    return when(
        "'restreinte' in conseil.titulaires|map(attribute='formations')|map('join', ' ')|join(' ')",
        p("Membres appelés à siéger en formation restreinte, par fonction.", keep=True),
        table(
            (80, 80),
            row("Fonction", "Service ou organisme", header=True),
            each_row(
                "m in conseil.titulaires if 'restreinte' in m.formations",
                row("{{ m.fonction }}", "{{ m.nom_organisme|ou('–') }}"),
            ),
            about="Membres de la formation restreinte, par fonction",
        ),
        otherwise=p("La liste des membres de la formation restreinte reste à arrêter par le président."),
    )


def _groups() -> str:
    """Return the working groups still at work, or that there is none."""
    return when(
        "plan.groupes",
        table(
            (80, 45, 35),
            row("Groupe", "Vocation", "Rythme", header=True),
            each_row(
                "g in plan.groupes",
                row(
                    "{{ g.intitule }}",
                    "{{ g.type|majuscule }}",
                    "{{ g.frequence|ou(regles.frequence_groupes)|majuscule }}",
                ),
            ),
            about="Groupes de travail en activité",
        ),
        otherwise=p("Aucun groupe n’est en activité à ce jour."),
    )

"""The deontological charter of one group: what its members may say, to whom, and what they leave in writing.

Own words on the plan of the national model of 2014 (« confidentiel » is not « secret »); its signature page has
one line per member of the group.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tools.templates.kit import (
    article,
    bullets,
    cell,
    chair_signature,
    document,
    each_row,
    heading,
    law,
    p,
    portrait,
    row,
    signature_picture,
    table,
    when,
)
from tools.templates.shared import COUNCIL, GROUPS, texts


def _opening() -> str:
    return (
        heading(0, "Charte déontologique")
        + p(
            "pour l’échange d’informations au sein du groupe « {{ groupe.intitule }} "
            "»{% if groupe.charte_version %}\nVersion {{ groupe.charte_version }}{% endif %}",
            "Sous-titre",
        )
        + p(
            f"Ce groupe relève du {COUNCIL}. {{% if groupe.cree_le %}}Il a été créé le {{{{ groupe.cree_le }}}}"
            "{% if groupe.initiative %} à l’initiative {{ groupe.initiative|du }}{% endif %}. {% endif %}Sa charte, "
            "annexée au règlement intérieur, s’inspire de {{ loi.charte_cipd }}. Chaque membre la signe avant de "
            "participer à une réunion."
        )
        + when(
            'groupe.type == "exécution des peines et récidive"',
            p(
                "Le groupe traite de l’exécution des peines et de la prévention de la récidive. Il n’intervient ni "
                "dans les décisions de l’autorité judiciaire, ni dans leur exécution."
            ),
        )
        + when(
            'groupe.type == "violences faites aux élus"',
            p(
                "Le groupe traite des violences faites aux élus. Les élus concernés décident seuls de ce qu’ils "
                "souhaitent y faire connaître de leur situation personnelle."
            ),
        )
    )


def _law_and_aims() -> str:
    return (
        heading(1, "Les règles de l’échange")
        + article("Rappel de la loi", first=True)
        + law(
            f"Selon {GROUPS}, les faits et informations à caractère confidentiel échangés dans un groupe de travail ne "
            "peuvent être communiqués à des tiers. La révélation d’une information à caractère secret par celui qui "
            "en est dépositaire est réprimée par {{ loi.penal_226_13 }}. Les données personnelles sont protégées par "
            "{{ loi.rgpd }} et {{ loi.loi_1978 }}."
        )
        + p(
            "L’échange suit les modalités du règlement intérieur, établies sur la proposition des membres du groupe. "
            "La charte ne change rien aux pouvoirs que chacun tient de la loi, au secret professionnel, ni à "
            "l’obligation de signaler un crime, un délit ou un danger à l’autorité compétente."
        )
        + article("Finalités")
        + p("L’échange d’informations sert, et sert seulement :", keep=True)
        + bullets(
            "à repérer les difficultés qui appellent l’action de plusieurs services ;",
            "à s’assurer que chacune est prise en charge, et par qui ;",
            "à coordonner les réponses, dans le respect des missions de chacun ;",
            "à tirer des constats d’ensemble, sans rien de personnel, utiles au plan local.",
        )
        + p(
            "Il ne sert ni à sanctionner, ni à surveiller, ni à évaluer une personne. Le groupe ne prend aucune "
            "décision individuelle ; chaque service décide pour ce qui le concerne.",
            "Suite",
        )
        + article("Champ : le confidentiel et le secret")
        + texts(
            "Une information est **confidentielle** lorsqu’elle concerne une personne et n’a pas vocation à être "
            "connue au-delà de ceux qui agissent pour elle. Elle peut être échangée dans le groupe si elle est "
            "strictement nécessaire.",
            "Une information est **secrète** lorsqu’elle est confiée, constatée ou comprise dans l’exercice d’une "
            "profession ou d’une mission que la loi soumet au secret : soins, accompagnement social, enquête, "
            "protection de l’enfance, par exemple. Elle n’est pas échangée dans le groupe, hors les cas où la loi "
            "l’autorise expressément. Dans le doute, le membre se tait ; nul ne lui demande de se justifier.",
        )
    )


def _people_and_rules() -> str:
    return (
        article("Participants et légitimité")
        + texts(
            "Le groupe réunit des personnes désignées par leur nom, dont la liste figure sur la page de signatures. "
            "Un membre empêché n’est remplacé que par une personne de son service qui a signé la charte.",
            "Chacun participe à raison de sa mission et se retire si la question n’en relève pas ou touche l’un de "
            "ses proches. {% if groupe.animateur %}{{ groupe.animateur.nom_complet }}, qui anime le groupe,"
            "{% else %}L’animateur{% endif %} y veille.",
        )
        + article("Règles d’échange")
        + bullets(
            "Les échanges n’ont lieu qu’en réunion de groupe : jamais en formation plénière ou restreinte, ni par "
            "courriel ou messagerie.",
            "Le membre qui souhaite évoquer une question en avise l’animateur avant la réunion, sans écrire de nom ; "
            "la convocation et l’ordre du jour ne permettent d’identifier personne.",
            "Chacun s’en tient aux faits utiles ; il écarte les rumeurs, les appréciations sur la personne et ce qui "
            "touche à sa santé, à ses opinions, à ses croyances ou à sa vie privée sans lien avec la question.",
            "Dès que la question est prise en charge, le groupe cesse d’en parler, sauf fait nouveau.",
            "Ce qui est dit dans le groupe n’en sort pas, hors ce qu’un service doit transmettre aux siens pour agir.",
        )
        + article("Traces et fichiers")
        + texts(
            "Suivant {{ loi.cnil_2020 }}, le groupe ne tient ni fichier, ni tableau partagé, ni dossier commun sur "
            "des personnes. Il n’enregistre pas ses réunions. Le procès-verbal s’en tient aux thèmes et aux décisions "
            "d’ordre général, sans nom, initiales, adresse ni détail qui permette de reconnaître quelqu’un. Les notes "
            "personnelles ne circulent pas et sont détruites dès qu’elles sont inutiles.",
            "Un service qui met en œuvre un traitement de suivi le fait sous sa responsabilité : données strictement "
            "nécessaires, motifs pris dans une liste fermée, accès limité aux personnes désignées, inscription au "
            "registre des traitements, analyse d’impact s’il y a lieu, effacement au plus tard trois mois après la "
            "fin du suivi.",
        )
    )


def _rights_and_review() -> str:
    return (
        article("Information des personnes")
        + p(
            "L’existence du groupe, son objet et sa charte sont publics. Le membre qui évoque la situation d’une "
            "personne l’en informe, ou informe ses représentants légaux, sauf si cela met quelqu’un en danger ou "
            "compromet une enquête. Chacun peut demander au secrétariat du conseil comment exercer ses droits sur les "
            "données qui le concernent{% if parametres.dpo %}, ou écrire au délégué à la protection des données "
            "({{ parametres.dpo }}){% endif %}."
        )
        + article("Manquements")
        + p(
            "L’animateur rend compte de tout manquement au président du conseil. Après avoir entendu l’intéressé, "
            "celui-ci peut le rappeler à ses obligations, suspendre sa participation ou y mettre fin, et demander à "
            "son service de désigner une autre personne, sans préjudice d’éventuelles poursuites."
        )
        + article("Suivi et révision")
        + p(
            "Le groupe relit la charte chaque année ; l’animateur rend compte de son application à la formation "
            "plénière, sans évoquer de situation. Toute modification donne une nouvelle version, signée de nouveau "
            "par chacun. L’obligation de confidentialité demeure après le départ du groupe."
        )
    )


def _signatures() -> str:
    anchor = p(
        signature_picture("membre-{{ s.membre.id }}", "de {{ s.membre.nom_complet }}", 45, 12), "TableauTexte"
    )
    member = "{{ s.membre.identite }}{% if s.membre.est_nommee and s.membre.fonction %}\n{{ s.membre.fonction }}{% endif %}"
    signed = when(
        "s.signee",
        p("Signée", "TableauTexte"),
        otherwise=anchor,
        style="TableauTexte",
    )
    return (
        heading(1, "Page de signatures")
        + p(
            "Les signataires déclarent avoir lu la charte du groupe « {{ groupe.intitule }} "
            "»{% if groupe.charte_version %}, dans sa version {{ groupe.charte_version }},{% endif %} et s’engagent à "
            "la respecter.",
            keep=True,
        )
        + table(
            (42, 44, 25, 49),
            row("Organisme", "Nom et fonction", "Date", "Signature", header=True),
            each_row(
                "s in charte.signatures",
                row(
                    "{{ s.membre.nom_organisme|ou('–') }}",
                    cell(p(member, "TableauTexte")),
                    "{{ s.signee_le|ou_vide }}",
                    cell(signed),
                ),
            ),
            style="Grille",
            about="Signatures des membres du groupe, une ligne par personne",
        )
        + p(
            "La présente charte est signée au nom du conseil par la personne qui le préside.",
            "Suite",
            keep=True,
        )
        + chair_signature()
    )


def charte() -> bytes:
    """Return the template of the charter."""
    body = _opening() + _law_and_aims() + _people_and_rules() + _rights_and_review() + _signatures()
    return document(
        "{{ document.titre }} – {{ groupe.intitule }}",
        "Charte déontologique – {{ groupe.intitule }}",
        portrait(body),
    )


TEMPLATES: Final[dict[str, Callable[[], bytes]]] = {"charte.docx": charte}

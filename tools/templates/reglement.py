"""The règlement intérieur: what the council decides for itself, beside reminders of what the law decides.

Shaded paragraphs recall the law (``law``), every other sentence is a choice of the council, taken from the
sheet « Règles »: the two never share a paragraph. Structure: notes on the domain, §2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tools.templates.kit import (
    article,
    bullets,
    document,
    heading,
    law,
    p,
    portrait,
    row,
    table,
    when,
)
from tools.templates.reglement_suite import confidentiality, end, follow_up
from tools.templates.shared import BASE, BY_TOWN, CISPD, COUNCIL, GROUPS, MAYOR, laws, texts


def _opening() -> str:
    return heading(0, "Règlement intérieur") + p(
        "{{ parametres.nom_instance|majuscule }} {{ parametres.collectivite|de }}\n{% if regles.adopte %}Adopté par "
        "la formation plénière le {{ regles.adopte_le }}{% else %}Projet soumis à la formation plénière du "
        "{{ seance.date|date_longue }}{% endif %}",
        "Sous-titre",
    )


def _preamble() -> str:
    return (
        heading(1, "Préambule")
        + p("Le conseil, au vu des textes suivants :", keep=True)
        + bullets(
            "{{ loi.l132_1 }}, selon lequel le maire concourt à la politique de prévention de la délinquance ;",
        )
        + when(
            CISPD,
            bullets(
                "{{ loi.l132_13 }}, relatif à sa présidence, à sa composition, à sa réunion annuelle avec les membres "
                "de droit, et aux groupes de travail et d’échange d’informations ;"
            ),
            otherwise=bullets(
                "{{ loi.l132_4 }}, relatif à sa présidence, à sa composition et à sa réunion annuelle avec les "
                "membres de droit ;",
                "{{ loi.l132_5 }}, relatif aux groupes de travail et d’échange d’informations ;",
            ),
        )
        + bullets(
            "{{ loi.l132_16 }}, relatif à l’information des députés et des sénateurs ;",
            "{{ loi.d132_7 }}, relatif à ses missions ; {{ loi.d132_9 }}, relatif à ses formations et à son "
            "secrétariat ; {{ loi.d132_10 }}, relatif à l’information annuelle sur la délinquance ;",
            "{{ loi.penal_226_13 }}, relatif au secret professionnel ;",
            "{{ loi.rgpd }} et {{ loi.loi_1978 }}{% if parametres.arrete_numero and parametres.arrete_date %} "
            ";{% else %},{% endif %}",
        )
        + when(
            "parametres.arrete_numero and parametres.arrete_date",
            bullets(
                "l’arrêté n° {{ parametres.arrete_numero }} du {{ parametres.arrete_date }} fixant sa composition,",
            ),
        )
        + p(
            "et considérant que ces textes ne fixent pour lui ni délai de convocation, ni quorum, ni règle de vote, "
            "ni forme de procès-verbal, et qu’il lui revient d’y pourvoir, se donne le règlement qui suit.",
            "Suite",
        )
        + law(
            "**Comment lire ce règlement.** Les encadrés, comme celui-ci, rappellent ce que fixe la loi : le conseil "
            "ne peut pas y déroger. Tout le reste est fixé par le présent règlement, et le conseil peut le modifier. "
            "« La loi » désigne les textes législatifs et réglementaires cités ci-dessus. Les fonctions sont nommées "
            "comme dans ces textes ; elles s’entendent au féminin comme au masculin."
        )
    )


def _members() -> str:
    return (
        heading(1, "Le conseil")
        + article("Objet", first=True)
        + p(
            f"Le présent règlement fixe l’organisation et le fonctionnement du {COUNCIL}, ci-après « le conseil ». Il "
            f"s’applique à toutes ses formations et à "
            "toute personne qui prend part à ses travaux, à quelque titre que ce soit."
        )
        + article("Composition et désignation des membres")
        + laws(
            f"Selon {BASE}, la composition du conseil est fixée par arrêté du {MAYOR}. Le préfet et le procureur de la "
            "République, ou leurs représentants, en sont membres de droit"
            f"{{% if {CISPD} %}} ; les maires des communes membres peuvent être désignés à leur demande{{% elif "
            "parametres.epci_competent and parametres.epci_nom %}, ainsi que le président de "
            "{{ parametres.epci_nom }} ou son représentant{% endif %}.",
            "Les représentants des services de l’État sont désignés par le préfet. Les associations, établissements "
            "et organismes le sont par le président du conseil, après accord de leurs responsables ; les "
            "parlementaires concernés, à leur demande. D’autres personnes peuvent être associées en tant que de "
            "besoin."
            f"{{% if not ({CISPD}) %}} Selon {{{{ loi.d132_8 }}}}, le président du conseil départemental, ou son "
            "représentant, compte aussi parmi les membres.{% endif %}",
        )
        + texts(
            "Chaque service et chaque organisme fait connaître par écrit au secrétariat le nom de la personne qui le "
            "représente et, s’il le souhaite, celui d’un suppléant. Cette désignation vaut jusqu’à ce qu’une autre la "
            "remplace, et au plus tard jusqu’à la fin de la mission au titre de laquelle la personne siège.",
            "Lorsqu’un siège devient vacant, le service ou l’organisme pourvoit au remplacement et en informe le "
            "secrétariat. La vacance d’un siège n’empêche pas le conseil de se réunir.",
            "Les personnes associées participent aux débats et ne prennent pas part aux votes. Les fonctions exercées "
            "au sein du conseil sont gratuites.",
        )
        + article("Présidence et suppléance")
        + law(
            f"Selon {BASE}, le conseil est présidé par le {MAYOR} ou {{% if {CISPD} %}}un "
            f"vice-président{{% else %}}son "
            "représentant{% endif %}. Selon {{ loi.d132_9 }}, le secrétariat est placé sous l’autorité du président."
        )
        + texts(
            "En cas d’absence ou d’empêchement du président, la séance est présidée par {{ regles.vice_presidence }}.",
            "Le président convoque le conseil, arrête l’ordre du jour, dirige les débats, signe les actes et veille à "
            "l’application du présent règlement.",
        )
    )


def _formations() -> str:
    return (
        heading(1, "Les formations du conseil")
        + article("Formation plénière")
        + laws(
            "Selon {{ loi.d132_9 }}, le conseil se réunit en formation plénière à l’initiative de son président, au "
            "moins une fois par an ; la réunion est de droit à la demande du préfet ou de la majorité des membres.",
            f"Selon {BASE}, il se réunit au moins une fois par an avec les membres de droit ou leurs représentants "
            "spécialement désignés. Selon {{ loi.d132_10 }}, le préfet l’informe, au moins une fois par an, des "
            "caractéristiques et de l’évolution de la délinquance.",
        )
        + texts(
            "La formation plénière réunit tous les membres. Elle dresse le bilan de l’année écoulée, arrête les "
            "orientations de l’année à venir, valide le plan local de prévention de la délinquance et vote le présent "
            "règlement. Aucune situation individuelle n’y est évoquée.",
            "Lorsque la réunion est demandée par les membres, leur demande est écrite, signée et adressée au "
            "secrétariat. La majorité se calcule sur les membres inscrits à l’arrêté de composition ; les personnes "
            "associées et les invités ne sont pas comptés. Le président convoque alors le conseil sans tarder, dans "
            "le respect des délais du présent règlement.",
        )
        + article("Formation restreinte")
        + law(
            "Selon {{ loi.d132_9 }}, le conseil se réunit en formation restreinte en tant que de besoin ou à la "
            "demande du préfet, dans les conditions fixées par le règlement "
            "intérieur.{% if parametres.pm_trois_postes %} Selon {{ loi.r512_5 }}, l’application de la convention de "
            "coordination de la police municipale et des forces de sécurité de l’État y est évaluée chaque "
            "année.{% endif %}"
        )
        + texts(
            "La formation restreinte réunit, autour du président, le préfet, le procureur de la République et les "
            "membres dont la présence est nécessaire au suivi des actions. Le président en arrête la liste ; elle "
            "figure, par fonction, en annexe 1.",
            "Elle se réunit {{ regles.frequence_restreinte }}, et chaque fois que l’urgence l’exige. Elle prépare le "
            "plan local, suit l’avancement des actions, examine les difficultés et rend compte à la formation "
            "plénière.",
        )
        + article("Groupes de travail et d’échange d’informations")
        + law(
            f"Selon {GROUPS}, le conseil peut constituer en son sein des groupes de travail et d’échange "
            f"d’informations, à vocation territoriale ou thématique.{{% if not ({CISPD}) %}} L’un peut traiter de "
            f"l’exécution des peines et de "
            "la prévention de la récidive, à la demande de l’autorité judiciaire ou des membres du conseil ; un "
            "autre, des violences faites aux élus, à la demande du maire, du préfet ou de l’autorité "
            "judiciaire.{% endif %}"
        )
        + texts(
            "Un groupe est créé par la formation plénière. Entre deux séances, le président peut en créer un ; il en "
            "rend compte à la séance plénière suivante. La décision précise l’objet du groupe, son animateur, ses "
            "membres et la durée de ses travaux lorsqu’elle est limitée.",
            "Les groupes se réunissent {{ regles.frequence_groupes }}, sauf rythme différent fixé à leur création. "
            "L’animateur rend compte de leurs travaux à la formation restreinte, sans faire état d’aucune situation "
            "individuelle. L’annexe 2 donne la liste des groupes en activité.",
            "Les instances créées et présidées par l’autorité judiciaire ne sont pas des groupes du conseil ; le "
            "présent règlement ne s’y applique pas.",
        )
    )


def _summons() -> str:
    return (
        heading(1, "Les séances")
        + article("Convocation et ordre du jour")
        + p(
            "Avant de fixer la date et l’ordre du jour d’une séance plénière, le président se concerte avec le préfet "
            "et le procureur de la République. Il leur laisse {{ regles.delai_reponse_consultation|pluriel('jour') }} "
            "pour présenter leurs observations et désigner leurs représentants."
        )
        + p(
            "Le présent règlement fixe comme suit le délai entre l’envoi de la convocation et la séance :",
            keep=True,
        )
        + table(
            (105, 55),
            row("Formation", "Délai, en jours calendaires", header=True),
            row("Formation plénière", "{{ regles.delai_pleniere|pluriel('jour') }}"),
            row("Formation restreinte", "{{ regles.delai_restreinte|pluriel('jour') }}"),
            row("Groupe de travail", "{{ regles.delai_groupe|pluriel('jour') }}"),
            row(
                "Toute formation, en cas d’urgence motivée dans la convocation",
                "{% if regles.delai_urgence %}{{ regles.delai_urgence|pluriel('jour') }}{% else %}sans "
                "délai{% endif %}",
            ),
            about="Délai de convocation par formation",
        )
        + p(
            "Lorsque la date limite d’envoi tombe un samedi, un dimanche ou un jour férié, l’envoi a lieu le dernier "
            "jour ouvré qui précède. La convocation indique la date, l’heure, le lieu et l’ordre du jour. Elle est "
            "envoyée par voie électronique, ou par courrier à qui le demande.",
            "Suite",
        )
        + p(
            "Tout membre peut demander par écrit, avant l’envoi de la convocation, qu’une question soit inscrite à "
            "l’ordre du jour. Les documents utiles sont adressés ou mis à disposition "
            "{% if regles.delai_documents %}au moins {{ regles.delai_documents|pluriel('jour') }} avant la séance ; "
            "en cas d’urgence, ils peuvent être remis en séance.{% else %}au plus tard à l’ouverture de la "
            "séance.{% endif %}"
        )
        + law(
            "Selon {{ loi.l132_16 }}, les députés et les sénateurs sont, à leur demande, informés par le président de "
            "la tenue et de l’objet des réunions."
        )
        + article("Déroulement des séances")
        + texts(
            "Le président ouvre, suspend et lève la séance. Il peut modifier l’ordre dans lequel les points sont "
            "examinés. Une question qui n’est pas inscrite à l’ordre du jour peut être évoquée avec son accord ; elle "
            "ne donne pas lieu à un avis. Les séances ne sont pas publiques et ne sont pas enregistrées. Chaque "
            "participant signe la feuille d’émargement, jointe au procès-verbal.",
        )
    )


def _votes() -> str:
    return (
        article("Quorum")
        + when(
            'regles.quorum == "aucun"',
            p(
                "La loi ne fixe pas de quorum, et le présent règlement n’en fixe pas non plus : le conseil délibère "
                "quel que soit le nombre des membres présents ou représentés."
            ),
            otherwise=p(
                "La loi ne fixe pas de quorum. Le présent règlement fixe celui de la formation plénière "
                "{{ regles.quorum|a }}, présents ou représentés. Il est constaté à l’ouverture de la séance ; les "
                "personnes associées et les invités ne sont pas comptés. Aucun quorum n’est exigé dans les autres "
                "formations."
            )
            + when(
                "regles.seconde_convocation",
                p(
                    "Si le quorum n’est pas atteint, le président peut convoquer de nouveau la formation plénière sur "
                    "le même ordre du jour, dans le délai prévu en cas d’urgence. Elle délibère alors quel que soit "
                    "le nombre des membres présents ou représentés ; la seconde convocation le rappelle."
                ),
                otherwise=p(
                    "Si le quorum n’est pas atteint, les points qui appellent un avis sont reportés à une séance "
                    "ultérieure, soumise au même quorum. Les autres points peuvent être examinés."
                ),
            ),
        )
        + article("Avis du conseil")
        + p(
            "Les avis du conseil éclairent les décisions de chacun. Ils n’engagent pas les compétences propres "
            f"{{% if {CISPD} %}}des maires{{% else %}}du maire{{% endif %}}, de l’État, de l’autorité judiciaire et des "
            "organismes membres."
        )
        + when(
            'regles.majorite == "consensus"',
            p(
                "Les avis sont rendus par consensus : le président constate l’accord des membres lorsqu’aucune "
                "objection n’est maintenue. À défaut, le procès-verbal rapporte les positions exprimées."
            ),
            otherwise=p(
                "Les avis sont rendus à la {{ regles.majorite }}"
                "{% if regles.majorite == 'majorité des suffrages exprimés' %} ; les abstentions ne sont pas "
                "comptées{% endif %}. Le vote a lieu à main levée, sauf si le président décide d’un vote à bulletin "
                "secret. {% if regles.voix_preponderante %}En cas de partage égal des voix, celle du président est "
                "prépondérante.{% else %}En cas de partage égal des voix, la proposition n’est pas "
                "adoptée.{% endif %} Les personnes associées et les invités ne votent pas."
            ),
        )
        + article("Représentation et pouvoirs")
        + p(
            "Un membre empêché se fait représenter par son suppléant ou, à défaut, par une personne du même service "
            "ou du même organisme, désignée par un écrit remis avant l’ouverture de la séance. Le représentant prend "
            "part aux avis."
        )
        + when(
            "regles.pouvoirs_max",
            p(
                "La loi ne prévoit pas de pouvoirs ; le présent règlement les admet. Un membre qui ne peut ni venir "
                "ni se faire représenter peut donner à un autre membre pouvoir écrit de se prononcer en son nom, pour "
                "une seule séance. Nul ne peut détenir plus {% if regles.pouvoirs_max == 1 %}d’un pouvoir{% else %}de "
                "{{ regles.pouvoirs_max|en_lettres }} pouvoirs{% endif %}."
            ),
            otherwise=p(
                "La loi ne prévoit pas de pouvoirs, et le présent règlement ne les admet pas : un membre ni présent "
                "ni représenté ne prend pas part aux avis."
            ),
        )
        + article("Participation à distance")
        + when(
            "regles.visio",
            p(
                "Le président peut ouvrir une séance à la participation par visioconférence ; la convocation le "
                "mentionne. Les membres qui y recourent sont comptés parmi les présents. Le moyen retenu permet de "
                "les identifier et protège la confidentialité des échanges ; les informations confidentielles d’un "
                "groupe de travail ne sont toutefois échangées qu’en présence des participants."
            ),
            otherwise=p(
                "Les séances se tiennent en présence des participants ; la participation par visioconférence n’est "
                "pas admise."
            ),
        )
        + article("Invités")
        + when(
            "regles.invites",
            p(
                "Le président peut inviter à tout ou partie d’une séance toute personne dont l’avis ou la compétence "
                "est utile. L’invité s’exprime à la demande du président et se retire avant que l’avis soit rendu. "
                "Dans un groupe dont la charte doit être signée, il la signe avant de participer."
            ),
            otherwise=p(
                "Seuls participent aux séances les membres ou leurs représentants, les personnes associées et les "
                "agents du secrétariat."
            ),
        )
        + article("Secrétariat et procès-verbaux")
        + texts(
            f"Le secrétariat est assuré par {BY_TOWN}"
            "{% if parametres.service %} ({{ parametres.service }}){% endif %}. Il prépare les séances, tient la "
            "liste des membres et des référents, et suit l’exécution des décisions.",
            "Chaque séance donne lieu à un procès-verbal, signé du président et du secrétaire de séance. Il mentionne "
            "les présents, l’ordre du jour, l’essentiel des échanges, les avis rendus et, pour chaque décision, qui "
            "l’exécute et pour quelle date. Celui d’un groupe de travail ne contient que les décisions d’ordre "
            "général et jamais une situation individuelle.",
            "Le projet de procès-verbal est adressé aux participants dans les {{ regles.delai_pv|pluriel('jour') }} "
            "qui suivent la séance, et approuvé à la séance suivante. Une édition publique peut en être tirée ; elle "
            "ne nomme aucun participant, hormis la personne qui a présidé la séance. Elle ne contient rien qui porte "
            "atteinte à la sécurité publique, que protège {{ loi.l311_5_crpa }}, ni rien qui touche à une personne, que "
            "protège {{ loi.l311_6_crpa }}.",
        )
    )


def reglement() -> bytes:
    """Return the template of the règlement intérieur."""
    body = _opening() + _preamble() + _members() + _formations() + _summons() + _votes()
    body += confidentiality() + follow_up() + end()
    return document(
        "{{ document.titre }} – {{ parametres.sigle }} {{ parametres.collectivite|de }}",
        "Règlement intérieur – {{ parametres.sigle }} {{ parametres.collectivite|de }}",
        portrait(body),
    )


TEMPLATES: Final[dict[str, Callable[[], bytes]]] = {"reglement-interieur.docx": reglement}

"""The letters of a session: two consultations, three summonses. All are signed by the chair.

Law is cited through ``loi`` only; what the règlement intérieur decides is never given as law.
"""

from __future__ import annotations

from collections.abc import Callable

from tools.templates.kit import (
    bullets,
    chair_signature,
    document,
    each,
    each_row,
    letterhead,
    numbered,
    p,
    portrait,
    row,
    table,
    when,
)
from tools.templates.shared import BASE, CAN_SEND, CISPD, COUNCIL, GROUPS

SIGNER = "signataire.genre|ou('M')"
DAY = "{{ seance.date|date_longue }}"
HOUR = "{% if seance.heure %} à {{ seance.heure }}{% endif %}"


# An intercommunal body bears no town's name: its letters are dated from the town of its address.
PLACE = (
    f"{{% if {CISPD} %}}{{{{ parametres.ville|replace(' Cedex', '')|replace(' CEDEX', '') }}}}"
    "{% else %}{{ parametres.collectivite|majuscule }}{% endif %}"
)


def _left(enclosed: str) -> str:
    """Return the left block: reference, channel when it must be said, who follows the matter, enclosures, copy."""
    optional = {
        "parametres.suivi_par": "Affaire suivie par : {{ parametres.suivi_par }}",
        "parametres.suivi_qualite": "{{ parametres.suivi_qualite|majuscule }}",
        "parametres.suivi_telephone": "{{ parametres.suivi_telephone }}",
        "parametres.suivi_courriel": "{{ parametres.suivi_courriel }}",
        'destinataire.canal == "recommandé"': "Recommandé avec avis de réception",
    }
    return (
        p("Réf. : {{ courrier.reference }}", "Reference")
        + "".join(when(name, p(text, "Reference"), style="Reference") for name, text in optional.items())
        + p(f"P. J. : {enclosed}", "Reference")
        + when(
            "destinataire.copie_a", p("Copie : {{ destinataire.copie_a }}", "Reference"), style="Reference"
        )
    )


def _letter(title: str, date: str, subject: str, *body: str, enclosed: str) -> bytes:
    """Return a letter: left block, address in the window, date, subject, salutation, ``body``, signature."""
    return document(
        title,
        "{{ courrier.reference }}",
        portrait(
            _left(enclosed),
            each("ligne in courrier.adresse", p("{{ ligne }}", "Adresse"), style="Adresse"),
            p(f"{PLACE}, le {date}", "LieuDate"),
            p(f"Objet :\t{subject}", "Objet"),
            p("{{ courrier.appel }},", "Appel"),
            *body,
            p("{{ courrier.formule }}", "Formule"),
            chair_signature(),
        ),
        header=letterhead(),
    )


# --- Consultations -----------------------------------------------------------------------------------


def _dates() -> str:
    place = "{{ seance.lieu }}{% if seance.lieu_adresse %} ({{ seance.lieu_adresse }}){% endif %}."
    return when(
        "seance.autres_dates",
        p("Je vous propose de retenir l’une des dates suivantes :", keep=True),
        bullets(f"{DAY}{HOUR}, date qui a ma préférence ;"),
        each(
            "jour in seance.autres_dates",
            bullets(f"{{{{ jour|date_longue }}}}{HOUR}{{% if loop.last %}}.{{% else %}} ;{{% endif %}}"),
        ),
        when("seance.lieu", p("La séance se tiendrait au lieu suivant : " + place, "Suite")),
        otherwise=p(
            f"Je vous propose de retenir la date du {DAY}{HOUR}.{{% if seance.lieu %}} La séance se tiendrait au lieu suivant : {place}{{% endif %}}"
        ),
    )


def _draft_agenda() -> str:
    return p("Le projet d’ordre du jour est le suivant :", keep=True) + table(
        (11, 82, 45, 22),
        row("N°", "Point", "Rapporteur", "Nature", header=True),
        each_row(
            "point in seance.points",
            row(
                "{{ point.rang }}",
                "{{ point.titre }}",
                "{{ point.rapporteur|ou_vide }}",
                "{{ point.nature|ou_vide }}",
            ),
        ),
        about="Projet d’ordre du jour : numéro, point, rapporteur et nature de chaque point.",
    )


def _consultation(title: str, other: str, *requests: str) -> bytes:
    """Return a consultation letter; ``other`` is where the twin letter goes, ``requests`` the items of the reply."""
    return _letter(
        f"{title} – {{{{ seance.id }}}}",
        "{{ courrier.date_consultation }}",
        f"Séance plénière du {COUNCIL} : concertation sur la date et l’ordre du jour",
        p(
            "Je souhaite réunir prochainement ce conseil en formation plénière, et en arrêter la date et l’ordre du jour en "
            "concertation avec vous. {{ loi.d132_9|majuscule }} prévoit une telle séance au moins une fois par an. Selon "
            f"{BASE}, une réunion au moins se tient aussi chaque année avec les membres de droit, ou avec leurs représentants "
            "spécialement désignés : la séance en tiendra lieu."
        ),
        _dates(),
        _draft_agenda(),
        p(
            f"Je vous serais {{{{ 'reconnaissant'|accord({SIGNER}) }}}} de bien vouloir me faire connaître, "
            "{% if seance.reponse_avant %}au plus tard le {{ seance.reponse_avant|date_longue }}{% else %}dans un délai de "
            "{{ regles.delai_reponse_consultation|pluriel('jour') }}{% endif %} :",
            "Suite",
            keep=True,
        ),
        numbered(*requests),
        p(
            "J’adresse ce jour un courrier semblable "
            f"{other}. {{% if regles.delai_pleniere %}}Les convocations partiraient au moins {{{{ regles.delai_pleniere|en_lettres }}}} "
            "jours avant la séance. {% endif %}{% if parametres.suivi_par %}{{ parametres.suivi_par }}"
            "{% if parametres.suivi_qualite %}, {{ parametres.suivi_qualite|minuscule }},{% endif %} se tient à la disposition de vos "
            "services pour la préparer.{% endif %}",
            "Suite",
            keep=True,
        ),
        enclosed="projet d’ordre du jour",
    )


_DATE = (
    "{% if seance.autres_dates %}la date qui vous convient{% else %}votre accord sur cette date{% endif %}, ainsi que vos "
    "observations sur le projet d’ordre du jour"
)
_PRESENCE = (
    "votre présence ou, à défaut, le nom et la qualité du représentant que vous désignez spécialement pour cette "
    "séance, avec la désignation écrite ;"
)


def consultation_prefet() -> bytes:
    """Return the letter to the representative of the State."""
    return _consultation(
        "Consultation du représentant de l’État",
        "au parquet près le tribunal judiciaire{% if parametres.tribunal %} {{ parametres.tribunal|de }}{% endif %}",
        f"{_DATE} ;",
        _PRESENCE,
        "la confirmation ou la mise à jour de la liste des services de l’État que vous désignez pour siéger au conseil, en "
        f"application de {BASE}, afin que je les convoque ;",
        "le nom et la qualité de la personne qui présentera les caractéristiques et l’évolution de la délinquance, information "
        "que {{ loi.d132_10 }} prévoit au moins une fois par an.",
    )


def consultation_procureur() -> bytes:
    """Return the letter to the public prosecutor."""
    return _consultation(
        "Consultation du procureur de la République",
        "à la préfecture",
        f"{_DATE} et les points que le parquet souhaite y voir inscrits ;",
        _PRESENCE,
        f"vos attentes à l’égard des groupes de travail et d’échange d’informations que prévoit {GROUPS}"
        f"{{% if not ({CISPD}) %}}, notamment pour l’exécution des peines et la prévention de la récidive{{% endif %}}.",
    )


# --- Summonses ---------------------------------------------------------------------------------------


def _when_and_where() -> str:
    return p(
        f"**{{{{ seance.date|date_longue|majuscule }}}}{HOUR}**{{% if seance.fin_prevue %}} (fin prévue à {{{{ seance.fin_prevue }}}}){{% endif %}}\n"
        "{{ seance.lieu|majuscule }}{% if seance.lieu_adresse %} – {{ seance.lieu_adresse }}{% endif %}",
        "DateLieu",
    ) + when(
        "seance.visio",
        p("Une participation par visioconférence est possible, sur demande adressée au secrétariat."),
    )


def _agenda_titles() -> str:
    return p("L’ordre du jour, joint à cette lettre, comporte les points suivants :", keep=True) + each(
        "point in seance.points", numbered("{{ point.titre }}")
    )


BACK_BY = "{% if courrier.retour_avant %}au plus tard le {{ courrier.retour_avant|date_longue }}{% else %}dès que possible{% endif %}"
REPLY = f"Je vous remercie de me faire connaître votre réponse, au moyen du coupon joint, {BACK_BY}."
PIECES = "seance.points|selectattr('piece')|list"
ENCLOSED = f"ordre du jour, coupon-réponse{{% if {PIECES} %}}, pièces annexées{{% endif %}}"


def _papers() -> str:
    """Return what is enclosed, and when the other papers follow by the house rules."""
    later = 'regles.delai_documents and seance.motif != "urgence"'
    return p(
        f"Vous trouverez ci-joint l’ordre du jour{{% if {PIECES} %}} et les pièces qui s’y rapportent{{% endif %}}."
        f"{{% if {later} %}} Les {{% if {PIECES} %}}autres {{% endif %}}documents soumis au conseil vous seront adressés au "
        "plus tard {{ regles.delai_documents|en_lettres }} jour{% if regles.delai_documents > 1 %}s{% endif %} avant la séance.{% endif %}"
    )


def convocation_pleniere() -> bytes:
    """Return the summons to a plenary."""
    return _letter(
        "{{ document.titre }} – {{ seance.id }}",
        "{{ courrier.date }}",
        f"Convocation à la séance plénière du {{{{ parametres.sigle }}}} du {DAY}",
        p(f"J’ai l’honneur de vous convier à la séance plénière du {COUNCIL}, qui se tiendra :", keep=True),
        _when_and_where(),
        when(
            'seance.motif == "demande du préfet"',
            p(
                "Cette séance est réunie de droit, à la demande du représentant de l’État, en application de {{ loi.d132_9 }}."
            ),
        ),
        when(
            'seance.motif == "demande de la majorité des membres"',
            p(
                "Cette séance est réunie de droit, à la demande de la majorité des membres, en application de {{ loi.d132_9 }}."
            ),
        ),
        when(
            'seance.motif == "annuelle"',
            p(
                "Cette séance permettra de dresser le bilan des actions conduites par l’ensemble des partenaires et "
                "de définir les orientations à venir. Aucune situation individuelle n’y sera évoquée."
            ),
        ),
        _papers(),
        when(
            'destinataire.qualite == "membre de droit"',
            p(
                "Si vous ne pouviez pas y assister vous-même, je vous saurais gré de désigner spécialement votre représentant "
                f"pour cette séance, ainsi que le prévoit {BASE}, et de me communiquer la désignation écrite."
            ),
            otherwise=when(
                CAN_SEND,
                p(
                    "En cas d’empêchement, vous pouvez vous faire représenter par une personne que vous désignerez sur le coupon-réponse."
                ),
            ),
        ),
        p(REPLY, keep=True),
        enclosed=ENCLOSED,
    )


def convocation_restreinte() -> bytes:
    """Return the summons to the restricted formation, with its confidentiality."""
    return _letter(
        "{{ document.titre }} – {{ seance.id }}",
        "{{ courrier.date }}",
        f"Convocation à la formation restreinte du {{{{ parametres.sigle }}}} du {DAY}",
        p(
            f"J’ai l’honneur de vous convier à la réunion de la formation restreinte du {COUNCIL}, qui se tiendra :",
            keep=True,
        ),
        _when_and_where(),
        _agenda_titles(),
        when(
            "seance.convention_pm_evaluee",
            p(
                "Cette réunion comprendra l’évaluation annuelle de la convention de coordination de la police municipale et des "
                "forces de sécurité de l’État, prévue par {{ loi.r512_5 }}.",
                "Suite",
            ),
        ),
        p(
            "**Les débats et les documents de la formation restreinte sont réservés à ses membres.** Ils ne sont ni transmis ni "
            "commentés au-dehors ; aucune situation individuelle n’y est évoquée.",
            "Suite",
        ),
        p(REPLY, keep=True),
        enclosed=ENCLOSED,
    )


def convocation_groupe() -> bytes:
    """Return the summons to a working group: no personal name, signatories of the charter only."""
    group = "{{ seance.groupe.intitule }}"
    return _letter(
        "{{ document.titre }} – {{ seance.id }}",
        "{{ courrier.date }}",
        f"Groupe de travail « {group} » : réunion du {DAY}",
        p(
            f"J’ai le plaisir de vous convier à la réunion du groupe de travail et d’échange d’informations « {group} », constitué au sein du {COUNCIL} :",
            keep=True,
        ),
        _when_and_where(),
        _agenda_titles(),
        when(
            "seance.groupe.charte_requise",
            p(
                "Seuls participent aux travaux du groupe les signataires de sa charte déontologique"
                "{% if seance.groupe.charte_version %}, dans sa version {{ seance.groupe.charte_version }}{% endif %}. Vous ne "
                "pouvez donc vous faire remplacer que par une personne qui l’a elle-même signée.",
                "Suite",
            ),
        ),
        p(
            f"Selon {GROUPS}, les informations confidentielles échangées dans le groupe ne peuvent pas être communiquées à "
            "des tiers. Je vous remercie de n’indiquer aucun nom ni aucune situation individuelle dans vos réponses et vos courriels.",
        ),
        p(REPLY, keep=True),
        enclosed=ENCLOSED,
    )


TEMPLATES: dict[str, Callable[[], bytes]] = {
    "consultation-prefet.docx": consultation_prefet,
    "consultation-procureur.docx": consultation_procureur,
    "convocation-pleniere.docx": convocation_pleniere,
    "convocation-restreinte.docx": convocation_restreinte,
    "convocation-groupe.docx": convocation_groupe,
}

"""Agenda, reply coupon, attendance sheet, and the cover and contents page of a packet."""

from __future__ import annotations

from collections.abc import Callable

from tools.templates.kit import (
    TOWN,
    bullets,
    cell,
    document,
    each,
    each_row,
    heading,
    label,
    letterhead,
    link,
    p,
    portrait,
    row,
    table,
    when,
    when_row,
)
from tools.templates.letters import BACK_BY
from tools.templates.shared import BASE, CAN_SEND

from clspd_docs.domain.french import NBSP

FOOTER = "{{ parametres.sigle }} – {{ document.titre }} – {{ seance.id }}"
TITLE = "{{ document.titre }} – {{ seance.id }}"
BOX = "□"
CHARTER = 'seance.formation == "groupe de travail" and seance.groupe.charte_requise'

SESSION = (
    '{% if seance.formation == "groupe de travail" %}Groupe de travail « {{ seance.groupe.intitule }} »'
    '{% elif seance.formation == "restreinte" %}Formation restreinte{% else %}Séance plénière{% endif %}'
)
WHEN = "{{ seance.date|date_longue }}{% if seance.heure %} à {{ seance.heure }}{% endif %}"
WHERE = "{{ seance.lieu|majuscule }}{% if seance.lieu_adresse %} – {{ seance.lieu_adresse }}{% endif %}"
COUNCIL = "{{ parametres.nom_instance|majuscule }} {{ parametres.collectivite|de }}"


def _head(title: str) -> str:
    """Return the title of a paper of the session, and which session it is."""
    return heading(1, title) + p(COUNCIL, "Sous-titre") + p(f"**{SESSION} du {WHEN}**\n{WHERE}", "DateLieu")


# --- Agenda ------------------------------------------------------------------------------------------


def _minutes(total: str) -> str:
    """Return the text of a number of minutes: « 45 min », « 2 h 15 »."""
    hours, rest = f"{total} // 60", f"({total} - {total} // 60 * 60)"
    return (
        f"{{% if {total} < 60 %}}{{{{ {total} }}}}{NBSP}min{{% else %}}{{{{ {hours} }}}}{NBSP}h"
        f"{{% if {rest} %}}{NBSP}{{% if {rest} < 10 %}}0{{% endif %}}{{{{ {rest} }}}}{{% endif %}}{{% endif %}}"
    )


def ordre_du_jour() -> bytes:
    """Return the agenda: one row an item, and the total of the times."""
    total = "{% set total = seance.points|map(attribute='duree')|select|sum %}"
    body = table(
        (10, 62, 36, 23, 17, 12),
        row("N°", "Point", "Rapporteur", "Nature", "Durée", "Pièce", header=True),
        each_row(
            "point in seance.points",
            row(
                "{{ point.rang }}",
                "{{ point.titre }}",
                "{{ point.rapporteur|ou('–') }}",
                "{{ point.nature|ou('–') }}",
                "{% if point.duree %}" + _minutes("point.duree") + "{% else %}–{% endif %}",
                "{% if point.piece %}jointe{% else %}–{% endif %}",
            ),
        ),
        when_row(
            "seance.points and not seance.points|rejectattr('duree')|list",
            row(cell("**Durée totale prévue**", span=4), cell(f"{total}**{_minutes('total')}**", span=2)),
        ),
        about="Ordre du jour : numéro, point, rapporteur, nature et durée de chaque point, et s’il a une pièce jointe.",
    )
    return document(TITLE, FOOTER, portrait(_head("{{ document.titre }}"), body), header=letterhead())


# --- Reply coupon ------------------------------------------------------------------------------------


def _agreed(word: str) -> str:
    """Return ``word`` in the gender of the person named; both forms for a function."""
    return (
        f"{{% if destinataire.est_nommee and destinataire.genre %}}{{{{ '{word}'|accord(destinataire.genre) }}}}"
        f"{{% else %}}{word} ou {word}e{{% endif %}}"
    )


def _answers() -> str:
    """Return the boxes to tick: present, represented where that can be, excused, proxy where the rules allow it."""
    tick = cell(BOX, style="Case")
    return table(
        (10, 150),
        row(label("Ma réponse (cocher une case)", span=2), header=True),
        row(tick, cell(f"Je serai {_agreed('présent')}.", middle=True)),
        when_row(
            CAN_SEND,
            row(
                tick,
                cell(f"Je serai {_agreed('représenté')} par la personne désignée ci-dessous.", middle=True),
            ),
        ),
        row(
            tick, cell("Je ne pourrai pas assister à cette séance et vous prie de m’en excuser.", middle=True)
        ),
        when_row(
            "regles.adopte and regles.pouvoirs_max and destinataire.compte_pour_la_majorite",
            row(tick, cell("Je donne pouvoir, comme le permet le règlement intérieur, à :", middle=True)),
        ),
        style="Grille",
        about="Réponse : une case à cocher par ligne.",
    )


def _representative() -> str:
    """Return the designation of a representative, specially for this session for the members by right."""
    blank = [
        row(label(name), "", height=9) for name in ("Nom et prénom", "Fonction", "Courriel et téléphone")
    ]
    right = 'destinataire.qualite == "membre de droit" and seance.formation == "plénière"'
    return when(
        CAN_SEND,
        heading(2, "Désignation d’un représentant"),
        p(
            f"Je désigne{{% if {right} %}} spécialement{{% endif %}} la personne suivante{{% if {CHARTER} %}}, qui a "
            "elle-même signé la charte déontologique du groupe,{% endif %} pour me représenter à la séance du "
            f"{{{{ seance.date }}}}{{% if {right} %}}, en application de {BASE}{{% endif %}} :",
            keep=True,
        ),
        table(
            (50, 110),
            row(label("Personne désignée", span=2), header=True),
            *blank,
            style="Grille",
            about="Personne désignée : nom et prénom, fonction, courriel et téléphone, à remplir.",
        ),
    )


def coupon_reponse() -> bytes:
    """Return the coupon to fill in and send back, already bearing the member's name."""
    who = (
        "**{{ destinataire.nom_complet }}**"
        "{% if destinataire.est_nommee and destinataire.fonction %}, {{ destinataire.fonction|minuscule }}{% endif %}"
        "{% if destinataire.nom_organisme %} – {{ destinataire.nom_organisme }}{% endif %}"
    )
    back = (
        p(f"**À retourner {BACK_BY}**", keep=True)
        + when(
            "parametres.suivi_courriel",
            p("Par courriel : {{ parametres.suivi_courriel }}"),
            otherwise=when("parametres.courriel", p("Par courriel : {{ parametres.courriel }}")),
        )
        + p(
            f"Par courrier : {TOWN}{{% if parametres.service %}} – {{{{ parametres.service }}}}{{% endif %}}"
            "{% if parametres.adresse_voie %} – {{ parametres.adresse_voie }}{% endif %}"
            "{% if parametres.adresse_lieu_dit %} – {{ parametres.adresse_lieu_dit }}{% endif %}"
            f" – {{{{ parametres.code_postal }}}}{NBSP}{{{{ parametres.ville }}}}"
        )
    )
    signed = table(
        (80, 80),
        row("Date", "Signature", header=True),
        row("", "", height=22),
        style="Grille",
        about="Date et signature du membre.",
    )
    privacy = when(
        "parametres.dpo",
        p(
            "Ces renseignements servent au secrétariat du conseil à préparer la séance et à en tenir le procès-verbal. Vos droits, "
            "ouverts par {{ loi.rgpd }}, s’exercent auprès du délégué à la protection des données : {{ parametres.dpo }}.",
            "Note",
        ),
    )
    return document(
        "{{ document.titre }} – {{ seance.id }}",
        "{{ courrier.reference }} – Coupon-réponse",
        portrait(
            _head("Coupon-réponse"),
            p(who),
            _answers(),
            _representative(),
            p("", "Espace"),
            signed,
            p("", "Espace"),
            back,
            privacy,
        ),
        header="",
    )


# --- Attendance sheet --------------------------------------------------------------------------------


SHEET = (66, 38, 40, 16)


def emargement() -> bytes:
    """Return the attendance sheet: seats by college, blank lines for guests, certified on paper."""
    member = cell(
        "**{{ ligne.membre.nom_complet }}**{% if ligne.membre.statut == 'vacant' %} (siège à pourvoir){% endif %}",
        p(
            "{% if ligne.membre.est_nommee %}{{ ligne.membre.fonction|ou_vide }}{% endif %}"
            "{% if ligne.membre.nom_organisme %}{% if ligne.membre.est_nommee and ligne.membre.fonction %} – {% endif %}"
            "{{ ligne.membre.nom_organisme }}{% endif %}",
            "TableauPetit",
        ),
        each(
            "s in ligne.suppleants if seance.formation != 'groupe de travail'",
            p(
                "{{ 'Suppléant'|accord(s.genre|ou('M')) }} : {{ s.nom_complet }}{% if s.est_nommee and s.fonction %}, {{ s.fonction|minuscule }}{% endif %}",
                "TableauPetit",
            ),
        ),
    )
    presence = cell(
        f"{BOX} titulaire",
        when(
            CAN_SEND.replace("destinataire.", "ligne.membre."),
            p(f"{BOX} représentant :", "TableauTexte"),
            style="TableauTexte",
        ),
    )
    body = table(
        SHEET,
        row("Membre, fonction et organisme", "Présence", "Signature", "Arrivée", header=True),
        each_row(
            "college in emargement.colleges",
            row(label("{{ college.intitule }} ({{ college.nombre }})", span=4)),
            each_row(
                "ligne in college.lignes",
                row(member, presence, "", "", height=13),
            ),
        ),
        style="Grille",
        about="Feuille d’émargement : une ligne par siège, regroupées par collège.",
    )
    kept = cell(p("", "TableauTexte", keep=True))
    guests = p("", "Espace") + table(
        SHEET,
        row("Invités", "Présence", "Signature", "Arrivée", header=True),
        *(row(kept, kept, kept, kept, height=11) for _ in range(4)),
        style="Grille",
        about="Lignes libres pour les invités.",
    )
    certified = table(
        (80, 80),
        row("Président ou présidente de séance", "Secrétaire de séance", header=True),
        row(
            "{% if seance.president %}{{ seance.president.nom_complet }}{% else %}Nom :{% endif %}",
            "{{ seance.secretaire|ou('Nom :') }}",
            height=24,
        ),
        style="Grille",
        about="Signatures du président et du secrétaire de séance.",
    )
    return document(
        TITLE,
        FOOTER,
        portrait(
            _head("Feuille d’émargement"),
            body,
            guests,
            p(
                "La présente feuille est arrêtée à ………… personnes présentes ou représentées, sur "
                "{{ emargement.nombre|pluriel('personne convoquée', 'personnes convoquées') }}.",
                "Suite",
                keep=True,
            ),
            certified,
        ),
    )


# --- Front pages of a packet -------------------------------------------------------------------------


def _held(level: int) -> str:
    """Return the pieces that could not be made, which the signatory must know of."""
    return when(
        "dossier.retenues",
        heading(level, "Pièces retenues"),
        p("Ces pièces manquent au dossier : une erreur du classeur ou d’un modèle les retient.", keep=True),
        each("piece in dossier.retenues", bullets("{{ piece }}")),
    )


def couverture() -> bytes:
    """Return the cover of a packet."""
    return document(
        "{{ dossier.titre }} – {{ seance.id }}",
        "",
        portrait(
            p("{{ dossier.objet }}", "CouvertureTitre"),
            p(f"{SESSION} du {WHEN}", "CouvertureTexte"),
            when("seance.lieu", p("{{ seance.lieu|majuscule }}", "CouvertureTexte")),
            when("seance.lieu_adresse", p("{{ seance.lieu_adresse }}", "CouvertureTexte")),
            when(
                "dossier.destinataire",
                p(
                    "**{{ dossier.destinataire.nom_complet }}**{% if dossier.destinataire.est_nommee and dossier.destinataire.fonction %}, {{ dossier.destinataire.fonction|minuscule }}{% endif %}",
                    "CouvertureTexte",
                ),
            ),
            p(
                "{{ dossier.nombre|pluriel('pièce') }}, {{ dossier.pages|pluriel('page') }}",
                "CouvertureTexte",
            ),
            _held(1),
            when(
                "dossier.sans_charte",
                heading(1, "Non convoqués"),
                p(
                    "Ces membres du groupe n’ont pas signé la charte en vigueur : ils ne reçoivent pas de convocation.",
                    keep=True,
                ),
                each(
                    "membre in dossier.sans_charte",
                    bullets(
                        "{{ membre.nom_complet }}{% if membre.nom and membre.fonction %}, {{ membre.fonction|minuscule }}{% endif %}{% if membre.nom_organisme %} – {{ membre.nom_organisme }}{% endif %}"
                    ),
                ),
            ),
        ),
        header=letterhead(),
    )


def sommaire() -> bytes:
    """Return the contents of a packet: each line leads to its piece."""
    return document(
        "Sommaire – {{ dossier.titre }} – {{ seance.id }}",
        "",
        portrait(
            heading(1, "Sommaire"),
            p("{{ dossier.titre }} – " + SESSION + " du {{ seance.date }}", "Sous-titre"),
            each(
                "piece in dossier.pieces",
                p(link("packet:{{ piece.cle }}", "{{ piece.titre }}\t{{ piece.page }}"), "LignePiece"),
            ),
            _held(2),
        ),
    )


TEMPLATES: dict[str, Callable[[], bytes]] = {
    "ordre-du-jour.docx": ordre_du_jour,
    "coupon-reponse.docx": coupon_reponse,
    "emargement.docx": emargement,
    "couverture.docx": couverture,
    "sommaire.docx": sommaire,
}

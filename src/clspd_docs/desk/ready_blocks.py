"""Blocks ready to paste into a template: each works as it stands, in the documents that it names."""

from __future__ import annotations

from typing import Final

from clspd_docs.templates.fields_file import Block, Picture, Rows

BLOCKS: Final = (
    Block(
        "Un tableau qui répète une rangée",
        "Tous les documents. Les deux rangées de balises disparaissent ; celle du milieu est répétée.",
        (
            Rows(
                (
                    ("N°", "Point", "Rapporteur"),
                    ("{%tr for point in seance.points %}", "", ""),
                    ("{{ point.rang }}", "{{ point.titre }}", '{{ point.rapporteur|ou("–") }}'),
                    ("{%tr endfor %}", "", ""),
                )
            ),
        ),
    ),
    Block(
        "Des paragraphes répétés",
        "Tous les documents. Chaque balise {%p … %} est seule sur sa ligne, qui disparaît.",
        (
            "{%p for point in seance.points_publics %}",
            "{{ loop.index }}. {{ point.titre }}",
            "{%p endfor %}",
        ),
    ),
    Block(
        "Une condition dans une phrase",
        "Tous les documents.",
        ("La séance est ouverte{% if seance.visio %}, sur place ou à distance{% endif %}.",),
    ),
    Block(
        "Une condition sur un paragraphe entier",
        "Tous les documents.",
        (
            "{%p if seance.fin_prevue %}",
            "La fin est prévue à {{ seance.fin_prevue }}.",
            "{%p else %}",
            "L’heure de fin n’est pas fixée.",
            "{%p endif %}",
        ),
    ),
    Block(
        "Le féminin d’un mot",
        "Une lettre. Le genre vient de la civilité ; sans civilité, le masculin est écrit.",
        ('Vous êtes {{ "convié"|accord(destinataire.genre|ou("M")) }} à cette séance.',),
    ),
    Block(
        "Le féminin d’un titre",
        "Tous les documents. Le féminin d’un titre se donne toujours : le programme ne le devine pas.",
        (
            '{{ "Le directeur"|accord(signataire.genre|ou("M"), "La directrice") }}, {{ signataire.identite }}',
        ),
    ),
    Block(
        "Une liste avec « et »",
        "Tous les documents.",
        ('À l’ordre du jour : {{ seance.points|map(attribute="titre")|liste }}.',),
    ),
    Block(
        "Un nombre et son nom, au pluriel s’il le faut",
        "Tous les documents.",
        ('L’ordre du jour comporte {{ seance.points|length|pluriel("point") }}.',),
    ),
    Block(
        "Une date et une heure en lettres",
        "Tous les documents : l’ouverture d’un acte.",
        ("{{ seance.date|date_en_lettres|majuscule }}, à {{ seance.heure|heure_en_lettres }},",),
    ),
    Block(
        "Un champ qui peut être vide",
        "Tous les documents. Sans « ou », un champ vide retient le document : c’est voulu.",
        ('Secrétaire de séance : {{ seance.secretaire|ou("à désigner") }}.',),
    ),
    Block(
        "Le bloc de l’adresse",
        "Une lettre. Une ligne par paragraphe, sans ligne vide.",
        ("{%p for ligne in courrier.adresse %}", "{{ ligne }}", "{%p endfor %}"),
    ),
    Block("L’appel", "Une lettre. Il vient de la feuille « Politesse ».", ("{{ courrier.appel }},",)),
    Block(
        "La formule de politesse",
        "Une lettre. Elle reprend l’appel à l’identique.",
        ("{{ courrier.formule }}",),
    ),
    Block(
        "Le cadre de signature",
        "Tous les documents. L’image devient un champ de signature du PDF, à ses dimensions ; "
        "le mot qui suit « sig » et les deux points, dans son texte de remplacement, est le rôle.",
        (
            "{{ parametres.titre_signataire }},",
            Picture("signature.png", "sig:president|Signature de {{ signataire.nom_complet }}", 65, 22),
            "{{ signataire.identite }}",
        ),
    ),
    Block(
        "Le logo",
        "Tous les documents. L’image est remplacée par le logo des Paramètres, dans le même cadre.",
        (
            Picture(
                "logo.png", "image:logo|{{ parametres.logo_texte|ou('Logo de la collectivité') }}", 22, 22
            ),
        ),
    ),
)

"""What the règlement, the charters, the plan and the minutes have in common: who the council is, and cards."""

from __future__ import annotations

from typing import Final

from tools.templates.kit import cell, label, law, p, row, when_row

CISPD: Final = 'parametres.type_instance == "CISPD"'
COUNCIL: Final = "{{ parametres.nom_instance }} {{ parametres.collectivite|de }}"
BY_TOWN: Final = "{{ parametres.forme|le(parametres.forme.genre)|lower }} {{ parametres.collectivite|de }}"
OF_TOWN: Final = "{{ parametres.forme|du(parametres.forme.genre)|lower }} {{ parametres.collectivite|de }}"
# Who names the members, and by which article: a mayor, or the chair of an intercommunal body.
MAYOR: Final = f"{{% if {CISPD} %}}président de l’établissement public{{% else %}}maire{{% endif %}}"
BASE: Final = f"{{% if {CISPD} %}}{{{{ loi.l132_13 }}}}{{% else %}}{{{{ loi.l132_4 }}}}{{% endif %}}"
GROUPS: Final = f"{{% if {CISPD} %}}{{{{ loi.l132_13 }}}}{{% else %}}{{{{ loi.l132_5 }}}}{{% endif %}}"

# Who may send somebody else: not whoever is elected, chosen or invited in person. In a group, the charter is signed
# in person too: see the coupon.
CAN_SEND: Final = "destinataire.qualite not in ['parlementaire', 'invité'] and destinataire.college != 'Personnes qualifiées'"


def line(name: str, value: str, *, when: str = "") -> str:
    """Return a row « name | value »; with ``when``, a field, only if it is filled in."""
    made = row(label(name), cell(value, middle=True))
    return when_row(when, made) if when else made


def texts(*paragraphs: str) -> str:
    """Return paragraphs of body text."""
    return "".join(p(paragraph) for paragraph in paragraphs)


def laws(*paragraphs: str) -> str:
    """Return reminders of the law, one after the other."""
    return "".join(law(paragraph) for paragraph in paragraphs)

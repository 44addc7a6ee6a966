"""The shipped example council, for what shows a template without the folder's own registers."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from clspd_docs.build.workspace import WORKBOOK, shipped
from clspd_docs.desk.template_names import fields_of
from clspd_docs.documents.contexts import (
    Charte,
    Courrier,
    Dossier,
    Emargement,
    FicheAction,
    PieceDossier,
    Plan,
    ProcesVerbal,
    limite_convocation,
)
from clspd_docs.documents.plan import plain_names
from clspd_docs.domain.conseil import Conseil
from clspd_docs.domain.listes import Diffusion, Formation, StatutSeance
from clspd_docs.domain.personnes import Membre
from clspd_docs.domain.seances import Seance
from clspd_docs.origin import Origin
from clspd_docs.registers.council import council
from clspd_docs.registers.read import read

_RETAINED: Final = ("Délibération de composition",)


@cache
def example_council() -> Conseil:
    """Return the council of the shipped workbook."""
    book, _ = read(shipped() / WORKBOOK, WORKBOOK)
    conseil, _ = council(book)
    return conseil


def day_of(seance: Seance) -> dt.date:
    """Return the day on which the papers of a session are shown: that of the summons, or of the session once held."""
    assert seance.date is not None, "every session of the example has its date"
    due = limite_convocation(seance, example_council().regles)
    return due if due is not None and seance.statut is not StatutSeance.TENUE else seance.date


def sessions() -> tuple[Seance, ...]:
    """Return the sessions, those to come first, plenary ones before others; called-off ones left out."""
    order = list(Formation)
    live = [s for s in example_council().seances if s.statut in {*_coming(), StatutSeance.TENUE}]
    return tuple(
        sorted(live, key=lambda s: (s.statut is StatutSeance.TENUE, order.index(s.formation or order[0])))
    )


def _coming() -> Iterable[StatutSeance]:
    return (statut for statut in StatutSeance if statut.a_venir)


def recipients_first(members: Iterable[Membre]) -> tuple[Membre, ...]:
    """Return the members, those who fill a letter best first: named, with a body, gender known."""
    chair = example_council().president
    fit = [m for m in members if m is not chair]
    return tuple(sorted(fit, key=lambda m: not (m.est_nommee and m.organisme and m.genre and m.fonction)))


def sample_packet(titles: Iterable[str], recipient: Membre | None = None) -> Dossier:
    """Return a packet of these pieces, two pages each."""
    pieces = tuple(
        PieceDossier(cle=f"piece-{rank}", titre=title, page=3 + 2 * rank, pages=2)
        for rank, title in enumerate(titles)
    )
    subject = "Convocations à la séance plénière"
    title = f"{subject} – {recipient.nom_complet}" if recipient else subject
    pages = 2 + 2 * len(pieces)
    return Dossier(
        titre=title, objet=subject, pieces=pieces, pages=pages, retenues=_RETAINED, destinataire=recipient
    )


@cache
def instances() -> Mapping[type, tuple[Any, ...]]:
    """Return objects of each kind, those that show most first, to take examples of fields from."""
    conseil = example_council()
    seance, held = sessions()[0], next(s for s in sessions() if s.statut is StatutSeance.TENUE)
    chair, day = conseil.president, day_of(seance)
    assert chair is not None, "the example has a chair"
    members = recipients_first(conseil.titulaires)
    roots = (
        conseil,
        *(conseil.parametres, conseil.regles),
        *(_letter(seance, chair, member, day) for member in members),
        Emargement(conseil=conseil, seance=seance),
        ProcesVerbal(conseil=conseil, seance=held, niveaux=(Diffusion.PUBLIQUE, Diffusion.INTERNE)),
        Plan(conseil=conseil, jour=held.date or day),
        *(FicheAction(action=action, jour=day) for action in conseil.actions),
        *(Charte(conseil=conseil, groupe=groupe) for groupe in conseil.groupes),
        sample_packet(("Convocation", "Ordre du jour", "Coupon-réponse"), members[0]),
    )
    seen: dict[Any, None] = {}
    for root in (members, sessions(), *roots):
        _gather(root, seen)
    found: dict[type, list[Any]] = {}
    for one in seen:
        found.setdefault(type(one), []).append(one)
    return {kind: tuple(objects) for kind, objects in found.items()}


def _letter(seance: Seance, chair: Membre, member: Membre, day: dt.date) -> Courrier:
    conseil = example_council()
    return Courrier(
        parametres=conseil.parametres,
        regles=conseil.regles,
        seance=seance,
        signataire=chair,
        destinataire=member,
        jour=day,
    )


def _gather(value: Any, seen: dict[Any, None]) -> None:
    """Note an object and, after it, those that it leads to."""
    if isinstance(value, tuple):
        for item in value:
            _gather(item, seen)
    elif (
        dataclasses.is_dataclass(kind := type(value)) and not isinstance(value, Origin) and value not in seen
    ):
        seen[value] = None
        for name in fields_of(kind):
            _gather(getattr(value, name), seen)


def example_names() -> Mapping[str, Any]:
    """Return every name that a template may use, each with an object of the example council."""
    conseil = example_council()
    found = instances()
    letter = found[Courrier][0]
    action = next(a for a in conseil.actions if a.debut and a.echeance and a.budget)
    return {
        "conseil": conseil,
        "parametres": conseil.parametres,
        "regles": conseil.regles,
        "seance": letter.seance,
        "signataire": letter.signataire,
        "destinataire": letter.destinataire,
        "courrier": letter,
        "action": action,
        "fiche": FicheAction(action=action, jour=letter.jour),
        "groupe": conseil.groupes[0],
        "charte": Charte(conseil=conseil, groupe=conseil.groupes[0]),
        "referent": conseil.referents[0],
        **{name: found[kind][0] for name, kind in _OTHERS.items()},
        **plain_names(letter.jour),
        "document": {"code": "convocation-pleniere", "titre": "Convocation à la séance plénière"},
    }


_OTHERS: Final = {"emargement": Emargement, "pv": ProcesVerbal, "plan": Plan, "dossier": Dossier}

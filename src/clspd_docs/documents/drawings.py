"""What the drawings show, read from the registers: the governance, the actions by axis, the indicators.

Everything is read through the views of a document (``view.py``): a drawing is held like any text when a cell
behind it has an error, and a document that does not show it does not depend on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from clspd_docs.documents.contexts import AxePlan, Plan
from clspd_docs.domain.drawings import BarChart, Box, Diagram, Drawing, Series, Tone
from clspd_docs.domain.french import NBSP, insecables, liste, majuscule, nombre, pluriel
from clspd_docs.domain.listes import Formation, Qualite, StatutAction
from clspd_docs.domain.plan import Indicateur
from clspd_docs.domain.seances import Groupe

BY_AXIS: Final = "indicateurs-"  # followed by the code of an axis
_TOLD: Final = 15  # values named one by one in an alternative text; beyond, their number only
_NO_STATE: Final = "sans état"
_LATE: Final = "en retard"
# State as the plan names it → (several of them, tone), in the order of the bars.
_STATES: Final[Mapping[str, tuple[str, Tone]]] = {
    StatutAction.REALISEE: ("réalisées", Tone.DONE),
    StatutAction.EN_COURS: ("en cours", Tone.GOING),
    _LATE: ("en retard", Tone.LATE),
    StatutAction.A_LANCER: ("à lancer", Tone.WAITING),
    StatutAction.REPORTEE: ("reportées", Tone.MOVED),
    StatutAction.ABANDONNEE: ("abandonnées", Tone.DROPPED),
    _NO_STATE: ("sans état", Tone.OTHER),
}


class Drawings(Mapping[str, Drawing]):
    """The drawings that a template may place, by name; each is made, and its cells noted, when asked for."""

    def __init__(self, plan: Plan | None) -> None:
        """Keep the plan as the template sees it; without one there is no drawing."""
        self._plan = plan

    def __getitem__(self, name: str) -> Drawing:
        if self._plan is None:
            raise KeyError(name)
        if name.startswith(BY_AXIS):
            axes = [axe for axe in self._plan.axes if axe.axe.id == name.removeprefix(BY_AXIS)]
            if axes:
                return progress(axes)
        return _MAKERS[name](self._plan)

    def __iter__(self) -> Iterator[str]:
        if self._plan is not None:
            yield from _MAKERS
            yield from (f"{BY_AXIS}{axe.axe.id}" for axe in self._plan.axes)

    def __len__(self) -> int:
        return len(list(iter(self)))


def governance(plan: Plan) -> Diagram:
    """Return the formations of the council and its working groups still at work, with who leads them.

    Seats are counted: neither deputies nor guests. A formation without any seat is not shown.
    """
    conseil, regles = plan.conseil, plan.conseil.regles
    chair = conseil.president
    seats = [m for m in conseil.titulaires if m.qualite != Qualite.INVITE]
    lines = {
        Formation.PLENIERE: (f"Présidence : {chair.nom_complet if chair else 'à désigner'}",),
        Formation.RESTREINTE: (majuscule(regles.frequence_restreinte),)
        if regles.frequence_restreinte
        else (),
    }
    chain = []
    for formation, own in lines.items():
        number = sum(formation in m.formations for m in seats)
        if number:
            chain.append(_box(f"Formation {formation}", *own, pluriel(number, "membre")))
    leaves = tuple(_group(g) for g in plan.groupes)
    title = pluriel(len(leaves), "groupe de travail", "groupes de travail") if leaves else ""
    boxes = tuple(chain) or (_box(majuscule(conseil.parametres.nom_instance or "conseil")),)
    told = [f"{_lower(box.title)}{_told(box)}" for box in boxes]
    if leaves:
        told.append(f"{title} : {', '.join(f'« {leaf.title} »{_told(leaf)}' for leaf in leaves)}")
    sentence = insecables(f"De haut en bas : {' ; puis '.join(told)}.")
    return Diagram(sentence, boxes, leaves, title)


def _box(title: str, *lines: str) -> Box:
    return Box(insecables(title), tuple(insecables(line) for line in lines))


def _told(box: Box) -> str:
    """Return « (animation : Mme Martin, 12 membres) »."""
    return f" ({', '.join(_lower(line) for line in box.lines)})" if box.lines else ""


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _group(groupe: Groupe) -> Box:
    lead = groupe.animateur.nom_complet if groupe.animateur else "à désigner"
    members = len(groupe.membres)
    lines = (f"Animation : {lead}", *([pluriel(members, "membre")] if members else []))
    return _box(groupe.intitule or groupe.id, *lines)


def actions_by_axis(plan: Plan) -> Drawing:
    """Return the number of actions of each axis by state, late ones apart as in the follow-up table."""
    counts: dict[str, Counter[str]] = {}
    for rank, axe in enumerate(plan.axes, start=1):
        label = insecables(f"Axe {rank} – {axe.axe.intitule or axe.axe.id}")
        counts[label] = Counter(fiche.etat or _NO_STATE for fiche in axe.fiches)
    total = Counter[str]()
    for count in counts.values():
        total.update(count)
    if not total:
        return _nothing("Aucune action n’est inscrite au plan.")
    series = tuple(
        Series(majuscule(state), tone, tuple(count[state] or None for count in counts.values()))
        for state, (_, tone) in _STATES.items()
        if total[state]
    )
    told = [f"{label} : {_states(count)}" for label, count in counts.items()]
    axes = pluriel(len(counts), "axe")
    sentence = f"{axes}, {_states(total)}. {'. '.join(told)}."
    return BarChart(insecables(sentence), tuple(counts), series)


def _states(count: Counter[str]) -> str:
    """Return « 7 actions (1 réalisée, 2 en cours) »."""
    parts = [pluriel(count[state], state, several) for state, (several, _) in _STATES.items() if count[state]]
    actions = pluriel(sum(count.values()), "action")
    return f"{actions} ({liste(parts)})" if parts else actions


def progress(axes: Iterable[AxePlan]) -> Drawing:
    """Return how far each indicator of ``axes`` is on its way from its first value to its target, in percent.

    An indicator without target or without value is left out; one that has no first value starts from zero.
    """
    rows = [
        (f"{fiche.action.id} {one.libelle or one.id} :", _values(one), _percent(one))
        for axe in axes
        for fiche in axe.fiches
        for one in fiche.action.indicateurs
        if one.cible is not None and one.valeur is not None
    ]
    if not rows:
        return _nothing("Aucun indicateur n’a encore à la fois une cible et une valeur relevée.")
    names, notes, percents = zip(*rows, strict=True)
    labels = tuple(map(insecables, names))
    met = percents.count(_WHOLE)
    shown = (
        Series("Cible atteinte", Tone.DONE, tuple(p if p == _WHOLE else None for p in percents)),
        Series("En chemin", Tone.GOING, tuple(p if p < _WHOLE else None for p in percents)),
    )
    series = tuple(one for one in shown if any(value is not None for value in one.values))
    sentence = (
        "Chemin parcouru de la valeur de départ à la cible, pour "
        f"{pluriel(len(rows), 'indicateur')}, dont {met or 'aucun'} à la cible."
    )
    if len(rows) <= _TOLD:
        told = (f"{label} {note}, {percent} %" for label, note, percent in rows)
        sentence += f" {' ; '.join(told)}."
    return BarChart(insecables(sentence), labels, series, notes, percent=True)


_WHOLE: Final = 100


def _percent(indicateur: Indicateur) -> int:
    """Return the way done, from 0 to 100: the target may be above the first value, or below it."""
    start, target, value = (indicateur.valeur_initiale, indicateur.cible, indicateur.valeur)
    assert target is not None
    assert value is not None
    start = start or Decimal()
    if start == target:
        return _WHOLE if value == target else 0
    return int(min(max((value - start) / (target - start), Decimal()), Decimal(1)) * _WHOLE)


def _values(indicateur: Indicateur) -> str:
    """Return « 6 (cible : 8) », never cut from one another."""
    assert indicateur.cible is not None
    assert indicateur.valeur is not None
    unit = " %" if indicateur.unite == "%" else ""
    value, target = (f"{nombre(n)}{unit}" for n in (indicateur.valeur, indicateur.cible))
    return insecables(f"{value} (cible : {target})").replace(" ", NBSP)


def _nothing(sentence: str) -> Diagram:
    return Diagram(sentence, (Box(sentence),))


_MAKERS: Final[Mapping[str, Callable[[Plan], Drawing]]] = {
    "gouvernance": governance,
    "actions-par-axe": actions_by_axis,
    "indicateurs": lambda plan: progress(plan.axes),
}

"""Rows to the council: references resolved, collections in protocol order, dangling references told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final, TypeVar

from clspd_docs.domain.conseil import Conseil, Parametres, Regles
from clspd_docs.domain.french import cle
from clspd_docs.domain.personnes import CharteSignee, Membre, Organisme, Politesse, Referent
from clspd_docs.domain.plan import Action, Axe, Indicateur
from clspd_docs.domain.seances import Decision, Groupe, Point, Presence, Seance
from clspd_docs.findings import Finding, Kind, Severity
from clspd_docs.registers.book import Book, Row
from clspd_docs.registers.schema import Type
from clspd_docs.registers.sheets import BY_KEY

UNKNOWN_REFERENCE = Kind(
    "COH101",
    Severity.ERROR,
    "Référence introuvable",
    "Cette valeur ne correspond à aucune ligne de la feuille « {feuille} ».{suggestion}",
    "Corriger la référence, ou ajouter la ligne qui manque dans la feuille « {feuille} ».",
    bad="ORG-CAFF",
    good="ORG-CAF",
)
BY_NAME = Kind(
    "COH102",
    Severity.NOTE,
    "Référence par le nom",
    "La référence est donnée par le nom : elle est lue comme « {identifiant} ».",
    "Préférer l’identifiant.",
    bad="Caisse d’allocations familiales",
    good="ORG-CAF",
)

_CIVILITY: Final = re.compile(r"^(?:m|mme|monsieur|madame)\b\.? *")  # of a folded name
LAST: Final = 10_000  # rank of a member without one
MAX_COMPARED: Final = 100_000  # names, about a second: past it, references are told without a suggestion
T = TypeVar("T")


def council(book: Book) -> tuple[Conseil, list[Finding]]:
    """Return the typed council of ``book`` and what its references get wrong.

    A reference that leads nowhere is ``None`` in the object (COH101, an error at its cell), so that a
    document that uses it is held.
    """
    return _Builder(book).build()


class _Builder:
    """Builds each kind of object after those it refers to."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.findings: list[Finding] = []
        self.names = {key: _index(rows) for key, rows in book.rows.items()}
        # A row that could not be used may be the one meant: no suggestion then.
        self.incomplete = {place.sheet for place in book.refused}
        self.compared = 0

    def build(self) -> tuple[Conseil, list[Finding]]:
        politesses = self._objects("politesses", Politesse)
        organismes = self._objects("organismes", Organisme)
        membres = self._objects("membres", Membre, {"politesse": politesses, "organisme": organismes})
        membres.sort(key=lambda m: (m.rang or LAST, m.origine.row))
        referents = self._objects("referents", Referent, {"organisme": organismes})
        groupes = self._objects(
            "groupes",
            Groupe,
            {"animateur": membres},
            lambda values: {
                "membres": tuple(m for m in membres if values["id"] in m.groupes and m.est_actif)
            },
        )
        indicateurs = self._objects("indicateurs", Indicateur)
        of_action = _grouped(indicateurs, "action")
        actions = self._objects(
            "actions",
            Action,
            {"chef_de_file": organismes, "referents": referents, "partenaires": organismes},
            lambda values: {"indicateurs": of_action.get((values["id"],), ())},
        )
        of_axis = _grouped(actions, "axe")
        axes = self._objects("axes", Axe, {}, lambda values: {"actions": of_axis.get((values["id"],), ())})
        decisions = self._objects("decisions", Decision, {"pilote": organismes})
        of_point = _grouped(decisions, "seance", "point")
        points = self._objects(
            "points",
            Point,
            {},
            lambda values: {"decisions": of_point.get((values["seance"], values["rang"]), ())},
        )
        points.sort(key=lambda p: (p.rang or LAST, p.origine.row))
        presences = self._objects("presences", Presence, {"membre": membres, "pouvoir_a": membres})
        presences.sort(key=lambda p: (p.membre.rang or LAST if p.membre else LAST, p.origine.row))
        children: dict[str, list[Any]] = {"points": points, "presences": presences, "decisions": decisions}
        of_seance = {name: _grouped(objects, "seance") for name, objects in children.items()}
        seances = self._objects(
            "seances",
            Seance,
            {"groupe": groupes, "president": membres},
            lambda values: {name: found.get((values["id"],), ()) for name, found in of_seance.items()},
        )
        chartes = self._objects("chartes", CharteSignee, {"membre": membres})
        conseil = Conseil(
            parametres=self._objects("parametres", Parametres)[0],
            regles=self._objects("regles", Regles)[0],
            politesses=tuple(politesses),
            organismes=tuple(organismes),
            membres=tuple(membres),
            referents=tuple(referents),
            groupes=tuple(groupes),
            axes=tuple(axes),
            actions=tuple(actions),
            indicateurs=tuple(indicateurs),
            seances=tuple(seances),
            points=tuple(points),
            presences=tuple(presences),
            decisions=tuple(decisions),
            chartes=tuple(chartes),
        )
        return conseil, self.findings

    def _objects(
        self,
        key: str,
        make: Callable[..., T],
        objects: Mapping[str, Iterable[Any]] | None = None,
        more: Callable[[dict[str, Any]], dict[str, Any]] = lambda _: {},
    ) -> list[T]:
        """Make one object a row of the sheet ``key``.

        ``objects`` gives, for a reference field, the objects to put in place of the identifier; other
        reference fields keep the (checked) identifier. ``more`` adds the collections of children.
        """
        by_id = {name: {o.id: o for o in pool} for name, pool in (objects or {}).items()}
        made: list[T] = []
        for row in self.book.rows[key]:
            values = dict(row.values)
            for column in BY_KEY[key].columns:
                if column.holds is Type.REF:
                    values[column.name] = self._resolve(row, column.name, column.ref, values[column.name])
                elif column.holds is Type.REFS:
                    found = (self._resolve(row, column.name, column.ref, v) for v in values[column.name])
                    values[column.name] = tuple(v for v in found if v is not None)
            values.update(more(values))
            for name, pool in by_id.items():
                given = values[name]
                values[name] = tuple(pool[v] for v in given) if isinstance(given, tuple) else pool.get(given)
            made.append(make(origine=row.origin, **values))
        return made

    def _resolve(self, row: Row, name: str, ref: str | None, text: str | None) -> str | None:
        """Return the identifier that ``text`` means, or None after telling that there is none."""
        if text is None or ref is None:
            return None
        key = cle(text)
        found = self.names[ref].get(key) or self.names[ref].get(_CIVILITY.sub("", key))
        if found is None:
            place, hint = row.origin.place(name), self._suggestion(key, ref)
            self.findings.append(
                UNKNOWN_REFERENCE.at(place, value=text, feuille=BY_KEY[ref].title, suggestion=hint)
            )
        elif found != text and cle(found) != key:
            self.findings.append(BY_NAME.at(row.origin.place(name), value=text, identifiant=found))
        return found

    def _suggestion(self, key: str, ref: str) -> str:
        """Return « Vouliez-vous… » when something near exists; nothing once too many names were compared."""
        index = self.names[ref]
        tab = next((row.origin.sheet for row in self.book.rows[ref]), None)
        self.compared += len(index)
        if tab in self.incomplete or self.compared > MAX_COMPARED:
            return ""
        near = get_close_matches(key, index, n=1, cutoff=0.7)
        return f" Vouliez-vous « {index[near[0]]} » ?" if near else ""


def _index(rows: Iterable[Row]) -> dict[str, str]:
    """Map what a reference may say to the identifier: itself, then the name when only one row bears it."""
    index: dict[str, str] = {}
    names: dict[str, list[str]] = {}
    for row in rows:
        identifier = row.values.get("id")
        if identifier is None:
            continue
        index[cle(identifier)] = identifier
        full = " ".join(str(row.values[k]) for k in ("prenom", "nom") if row.values.get(k))
        known = (full, *(row.values.get(k) for k in ("nom", "sigle", "intitule")))
        for name in {cle(text) for text in known if text}:
            names.setdefault(name, []).append(identifier)
    for name, identifiers in names.items():
        if len(identifiers) == 1:
            index.setdefault(name, identifiers[0])
    return index


def _grouped(objects: Iterable[T], *names: str) -> dict[tuple[Any, ...], tuple[T, ...]]:
    """Return the objects by the values of the fields ``names``, in order."""
    groups: dict[tuple[Any, ...], list[T]] = {}
    for one in objects:
        groups.setdefault(tuple(getattr(one, name) for name in names), []).append(one)
    return {key: tuple(group) for key, group in groups.items()}

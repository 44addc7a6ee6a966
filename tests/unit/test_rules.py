"""Each check tells its fault at its cell, and is silent on a council where nothing is wrong."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from builders.classeur import spot
from builders.conseils import JOUR, Registres, registres
from clspd_docs.domain import listes as li
from clspd_docs.domain.conseil import Conseil
from clspd_docs.domain.listes import Qualite, StatutPresence, StatutSeance
from clspd_docs.domain.seances import next_to_come
from clspd_docs.registers.council import council
from clspd_docs.registers.read import read
from clspd_docs.rules.checks import check
from clspd_docs.rules.legal import legal

ROOT = Path(__file__).parents[2]
Change = Callable[[Registres], Registres]


def told(rows: Registres, jour: dt.date = JOUR) -> list[str]:
    return sorted(f"{f.code} {spot(f.place)}" for f in set(check(rows.conseil(), jour)))


def member(identifier: str, **values: object) -> Change:
    return lambda rows: rows.change("membres", identifier, **values)


def session(identifier: str, **values: object) -> Change:
    return lambda rows: rows.change("seances", identifier, **values)


def copied(key: str, which: str | int, **values: object) -> Change:
    return lambda rows: rows.add(key, **{**rows.row(key, which), **values})


FAULTS: list[tuple[str, str, Change]] = [
    (
        "a second chair",
        "COH301 Membres!B8",
        copied("membres", "M001", id="M007", nom="Autre", mandat_debut=JOUR),
    ),
    ("a name without civility", "COH302 Membres!E5", member("M004", civilite=None)),
    ("a mandate that ended yesterday", "COH303 Membres!T5", member("M004", mandat_fin=dt.date(2026, 11, 30))),
    ("a summons by mail without address", "COH304 Membres!V5", member("M004", courriel=None)),
    (
        "a letter without postal address",
        "COH305 Membres!C3",
        lambda rows: rows.change("organismes", "ORG-PREF", ville=None).change(
            "membres", "M005", canal=li.Canal.COURRIEL, courriel="x@y.example"
        ),
    ),
    (
        "a postal line of 39 characters",
        "COH306 Organismes!H2",
        lambda rows: rows.change("organismes", "ORG-VILLE", adresse_voie="x" * 39),
    ),
    (
        "a town too long behind its postcode",
        "COH306 Organismes!K2",
        lambda rows: rows.change("organismes", "ORG-VILLE", ville="x" * 33),
    ),
    ("a deputy of oneself", "COH307 Membres!N7", member("M006", suppleant_de="M006")),
    ("a deputy of a deputy", "COH307 Membres!N5", member("M004", suppleant_de="M006")),
    (
        "a person twice, to the accent",
        "COH308 Membres!G8",
        copied("membres", "M004", id="M007", nom="HEBRARD", mandat_debut=JOUR),
    ),
    (
        "a charter without version",
        "COH309 Groupes!H2",
        lambda rows: rows.change("groupes", "G1", charte_version=None),
    ),
    (
        "a body without dated agreement",
        "LEG101 Organismes!F5",
        lambda rows: rows.change("organismes", "ORG-CAF", accord_le=None),
    ),
    (
        "a seat of a body without the body",
        "COH315 Membres!K5",
        member("M004", organisme=None, canal=li.Canal.COURRIEL),
    ),
    (
        "a mandate that ends before it starts, and nothing of its being over",
        "COH313 Membres!T5",
        member("M004", mandat_debut=dt.date(2026, 4, 1), mandat_fin=dt.date(2026, 3, 31)),
    ),
    (
        "a council's mandate that ends before it starts",
        "COH313 Paramètres!B34",
        lambda rows: rows.change(
            "parametres", mandat_debut=dt.date(2032, 3, 28), mandat_fin=dt.date(2026, 3, 31)
        ),
    ),
    (
        "a member of parliament without request",
        "LEG102 Membres!R5",
        member("M004", qualite=Qualite.DESIGNE_PARL),
    ),
    ("a service of the State without designation", "LEG103 Membres!P6", member("M005", designe_le=None)),
    (
        "a title of the former police",
        "LEG104 Membres!H5",
        member("M004", fonction="Directeur départemental de la sécurité publique"),
    ),
    ("a title in letters", "LEG104 Membres!H5", member("M004", fonction="Directrice adjointe de la DDSP")),
    (
        "the former name of the département",
        "LEG104 Membres!H5",
        member("M004", fonction="Vice-président du Conseil Général"),
    ),
    ("a group session without group", "COH401 Séances!C5", session("G1-2027-03", groupe=None)),
    ("a past session still to come", "COH402 Séances!L4", session("R-2027-03", date=dt.date(2026, 11, 30))),
    ("a session on a Saturday", "COH403 Séances!E4", session("R-2027-03", date=dt.date(2027, 3, 13))),
    ("a session on Ascension day", "COH403 Séances!E4", session("R-2027-03", date=dt.date(2027, 5, 6))),
    ("a summons too late", "COH404 Séances!S4", session("R-2027-03", date=dt.date(2026, 12, 8))),
    (
        "an urgent summons too late",
        "COH404 Séances!S4",
        session("R-2027-03", date=dt.date(2026, 12, 2), motif=li.Motif.URGENCE),
    ),
    (
        "a group's item elsewhere",
        "COH406 Ordre du jour!H4",
        lambda rows: rows.change("points", 2, diffusion=li.Diffusion.GROUPE),
    ),
    (
        "a decision of no item",
        "COH407 Décisions!C2",
        lambda rows: rows.change("decisions", "D-2026-01", point=9),
    ),
    ("an attendance twice", "COH408 Présences!B6", copied("presences", 0)),
    (
        "a deadline before the start",
        "COH409 Actions!M3",
        lambda rows: rows.change("actions", "1.2", echeance=dt.date(2026, 8, 31)),
    ),
    ("a session held without attendance", "COH411 Séances!L2", lambda rows: rows.drop("presences")),
    (
        "a plenary without the préfet",
        "LEG202 Séances!L2",
        lambda rows: rows.change("presences", 1, statut=StatutPresence.EXCUSE),
    ),
    (
        "a plenary without the procureur",
        "LEG202 Séances!L2",
        lambda rows: rows.change("presences", 2, statut=StatutPresence.ABSENT),
    ),
    (
        "a summons sent the day after the session",
        "COH418 Séances!S2",
        session("P-2026-06", convoquee_le=dt.date(2026, 6, 19)),
    ),
    (
        "a summons dated after a session to come",
        "COH418 Séances!S4",
        session("R-2027-03", convoquee_le=dt.date(2027, 3, 12)),
    ),
    (
        "a préfet consulted tomorrow",
        "COH314 Séances!O3",
        session("P-2027-02", prefet_consulte_le=dt.date(2026, 12, 2)),
    ),
    (
        "an agreement given tomorrow",
        "COH314 Organismes!F5",
        lambda rows: rows.change("organismes", "ORG-CAF", accord_le=dt.date(2026, 12, 2)),
    ),
    (
        "a charter signed in another century",
        "COH314 Chartes signées!D3",
        lambda rows: rows.change("chartes", 1, signee_le=dt.date(2126, 9, 12)),
    ),
    (
        "a substitute without dated designation",
        "LEG203 Présences!F4",
        lambda rows: rows.change("presences", 2, designation_le=None),
    ),
]


@pytest.mark.parametrize(("expected", "change"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_fault_is_told_at_its_cell_and_nothing_else_is(expected: str, change: Change) -> None:
    assert told(change(registres())) == [expected]


def test_two_items_of_one_rank_are_both_told() -> None:
    rows = registres().change("points", 1, rang=1).change("decisions", "D-2026-02", point=1)
    assert told(rows) == ["COH405 Ordre du jour!B2", "COH405 Ordre du jour!B3"]


def test_an_open_action_whose_lead_has_no_correspondent_is_told() -> None:
    assert told(registres().change("referents", "R02", statut=li.StatutPersonne.VACANT)) == [
        "COH410 Actions!I2",
        "COH410 Actions!I3",
    ]
    closed = registres().change("referents", "R02", statut=li.StatutPersonne.VACANT)
    for action in ("1.1", "1.2"):
        closed.change("actions", action, statut=li.StatutAction.ABANDONNEE)
    assert told(closed) == []


SILENT: list[tuple[str, Change]] = [
    ("nothing changed", lambda rows: rows),
    ("a mandate that ends on the day of the next session", member("M004", mandat_fin=dt.date(2027, 3, 25))),
    (
        "a mandate that ended for one who left",
        member("M004", mandat_fin=dt.date(2026, 7, 1), statut=li.StatutPersonne.SORTI),
    ),
    (
        "a mandate of the council without an end",
        lambda rows: rows.change("parametres", mandat_debut=dt.date(2032, 3, 28)),
    ),
    ("a summons on the day of the session", session("P-2026-06", convoquee_le=dt.date(2026, 6, 18))),
    ("a summons planned", session("R-2027-03", convoquee_le=dt.date(2027, 3, 11))),
    ("a préfet consulted today", session("P-2027-02", prefet_consulte_le=JOUR)),
    ("an agreement given today", lambda rows: rows.change("organismes", "ORG-CAF", accord_le=JOUR)),
    (
        "an associate without a body",
        member("M004", qualite=Qualite.ASSOCIE, organisme=None, canal=li.Canal.COURRIEL),
    ),
    ("a function without a name", member("M004", nom=None, prenom=None, civilite=None)),
    (
        "a postal line of 38 characters",
        lambda rows: rows.change("organismes", "ORG-VILLE", adresse_voie="x" * 38),
    ),
    ("a deputy who gets no letter", member("M006", canal=li.Canal.COURRIEL)),
    (
        "a namesake in another office",
        copied("membres", "M004", id="M007", fonction="Juriste", mandat_debut=JOUR),
    ),
    ("public security in a town", member("M004", fonction="Adjoint au maire chargé de la sécurité publique")),
    (
        "a summons sent late",
        session("R-2027-03", date=dt.date(2026, 12, 8), convoquee_le=dt.date(2026, 12, 1)),
    ),
    ("a summons on its last day", session("R-2027-03", date=dt.date(2026, 12, 9))),
    ("an urgent summons in time", session("R-2027-03", date=dt.date(2026, 12, 3), motif=li.Motif.URGENCE)),
    (
        "a cancelled session on a Sunday of the past",
        session("R-2027-03", date=dt.date(2026, 3, 1), statut=StatutSeance.ANNULEE),
    ),
    ("a session without a readable date", session("R-2027-03", date=None)),
    ("an item of a session whose formation is not known", session("G1-2027-03", formation=None)),
    ("a deadline on the first day", lambda rows: rows.change("actions", "1.2", echeance=dt.date(2026, 9, 1))),
    (
        "a préfet represented by a dated writing",
        lambda rows: rows.change(
            "presences",
            1,
            statut=StatutPresence.REPRESENTE,
            representant="M. Léo Thénard",
            designation_le=JOUR,
        ),
    ),
    (
        "a restricted session without the préfet",
        lambda rows: (
            rows.change("seances", "P-2026-06", formation=li.Formation.RESTREINTE)
            .change("presences", 1, statut=StatutPresence.ABSENT)
            .change("membres", "M003", formations=(li.Formation.RESTREINTE,))
            .change("membres", "M004", formations=(li.Formation.RESTREINTE,))
        ),
    ),
]


@pytest.mark.parametrize("change", [s[1] for s in SILENT], ids=[s[0] for s in SILENT])
def test_nothing_is_told_when_nothing_is_wrong(change: Change) -> None:
    assert told(change(registres())) == []


def test_every_kind_of_the_rules_is_triggered_here() -> None:
    declared = set()
    for path in (ROOT / "src" / "clspd_docs" / "rules").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Kind":
                declared.add(ast.literal_eval(node.args[0]))
    elsewhere = {"COH405", "COH410", "COH412", "LEG105", "LEG201"} | set(NEW)
    elsewhere |= {f"COH42{n}" for n in range(1, 8)}  # tests/unit/test_addresses.py
    assert declared == {f[1].split()[0] for f in FAULTS} | elsewhere


# --- Once a year -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "coming", "jour", "late"),
    [
        (dt.date(2026, 6, 18), None, dt.date(2027, 6, 18), False),
        (dt.date(2026, 6, 18), None, dt.date(2027, 6, 19), True),
        (dt.date(2026, 6, 18), dt.date(2027, 2, 4), JOUR, False),
        (None, dt.date(2027, 2, 4), JOUR, False),
        (None, dt.date(2027, 12, 2), JOUR, True),
        (None, None, JOUR, True),
    ],
)
def test_a_plenary_is_due_within_twelve_months(
    held: dt.date | None, coming: dt.date | None, jour: dt.date, late: bool
) -> None:
    rows = registres()
    rows.change("seances", "P-2026-06", date=held).change("seances", "P-2027-02", date=coming)
    assert ("LEG201" in {line.split()[0] for line in told(rows, jour)}) is late


def test_a_plenary_without_the_prefet_is_told_for_a_year() -> None:
    rows = registres().change("presences", 1, statut=StatutPresence.ABSENT)
    assert "LEG202 Séances!L2" in told(rows, dt.date(2027, 6, 18))
    assert "LEG202 Séances!L2" not in told(rows, dt.date(2027, 6, 19))


def test_a_cancelled_plenary_is_none() -> None:
    rows = registres().change("seances", "P-2026-06", statut=StatutSeance.ANNULEE)
    rows.change("seances", "P-2027-02", statut=StatutSeance.REPORTEE)
    assert "LEG201 Séances" in told(rows)


def test_the_next_session_is_the_nearest_still_to_be_held() -> None:
    seances = registres().conseil().seances
    assert [s.id for s in seances if s is next_to_come(seances, JOUR)] == ["P-2027-02"]
    assert next_to_come(seances, dt.date(2027, 2, 4)) is seances[1]
    assert next_to_come(seances, dt.date(2027, 2, 5)) is seances[2]
    assert next_to_come(seances, dt.date(2028, 1, 1)) is None


NEW: dict[str, Callable[[Registres], object]] = {
    "COH310": lambda r: r.change("membres", "M004", nom=None),
    "COH311": lambda r: r.change("parametres", sigle="CISPD"),
    "COH312": lambda r: r.change("parametres", titre_signataire="Le Maire"),
    "COH413": lambda r: r.drop("presences", 0),
    "COH414": lambda r: r.change("presences", 0, statut=StatutPresence.REPRESENTE),
    "COH415": lambda r: r.change("seances", "P-2027-02", heure=dt.time(17), fin_prevue=dt.time(15)),
    "COH416": lambda r: r.change("seances", "P-2027-02", reponse_avant=dt.date(2027, 3, 1)),
    "COH316": lambda r: r.change("membres", "M004", formations=(), groupes=()),
    "COH430": lambda r: r.change("membres", "M004", formations=(li.Formation.RESTREINTE,)),
    "COH431": lambda r: r.change("presences", 0, seance="P-2027-02"),
    "COH432": lambda r: r.change(
        "seances", "P-2027-02", prefet_consulte_le=dt.date(2026, 4, 7), prefet_reponse_le=dt.date(2026, 4, 1)
    ),
    "COH433": lambda r: r.change("decisions", 0, echeance=dt.date(2026, 5, 1)),
    "COH434": lambda r: r.change("membres", "M004", mandat_fin=dt.date(2026, 12, 31)),
    "COH435": lambda r: r.change("groupes", "G1", charte_requise=False, charte_version=None),
    "COH436": lambda r: r.change("membres", "M004", mandat_fin=dt.date(2026, 5, 15)),
    "COH417": lambda r: r.change("seances", "P-2027-02", reponse_avant=dt.date(2026, 11, 1)),
}


@pytest.mark.parametrize("code", NEW)
def test_an_omission_or_a_contradiction_is_told(code: str) -> None:
    assert not any(line.startswith(code) for line in told(registres()))
    rows = registres()
    NEW[code](rows)
    assert any(line.startswith(code) for line in told(rows)), told(rows)


FOUND: dict[str, tuple[str, Callable[[Registres], object]]] = {
    "COH303": ("30/11/2026", lambda r: r.change("membres", "M004", mandat_fin=dt.date(2026, 11, 30))),
    "COH405": ("1", lambda r: r.change("points", 1, rang=1)),
    "COH409": ("31/08/2026", lambda r: r.change("actions", "1.2", echeance=dt.date(2026, 8, 31))),
    "COH415": (
        "09:05",
        lambda r: r.change("seances", "P-2026-06", ouverture=dt.time(10), cloture=dt.time(9, 5)),
    ),
}


@pytest.mark.parametrize("code", FOUND)
def test_what_was_found_is_shown_as_its_cell_shows_it(code: str) -> None:
    (found, change), rows = FOUND[code], registres()
    change(rows)
    assert {f.value for f in check(rows.conseil(), JOUR) if f.code == code} == {found}


def test_an_absent_column_of_emails_is_not_told_at_each_member() -> None:
    rows = registres().change("membres", "M004", courriel=None)
    conseil = rows.conseil()
    assert [f.code for f in check(conseil, JOUR)] == ["COH304"]
    columns = {k: v for k, v in conseil.membres[0].origine.columns.items() if k != "courriel"}
    without = tuple(
        dataclasses.replace(m, origine=dataclasses.replace(m.origine, columns=columns))
        for m in conseil.membres
    )
    assert check(dataclasses.replace(conseil, membres=without), JOUR) == []


@pytest.mark.parametrize(
    ("gone", "missing"),
    [
        ((0,), "1 convoqué à ses présences (ligne 2"),
        ((0, 3), "2 convoqués à ses présences (lignes 2 et 5"),
    ],
)
def test_the_missing_attendances_are_named_by_their_lines(gone: tuple[int, ...], missing: str) -> None:
    (finding,) = check(registres().drop("presences", *gone).conseil(), JOUR)
    assert finding.code == "COH413"
    said = finding.message.replace("\u00a0", " ")
    assert said == f"La séance est tenue, et il manque {missing} de la feuille « Membres »)."


def test_an_attendance_of_an_unknown_member_may_be_that_of_the_one_who_is_missing() -> None:
    rows = registres().change("presences", 1, membre="M00Z")  # the préfète's
    conseil, dangling = rows.council()
    assert [f.code for f in dangling] == ["COH101"]
    assert check(conseil, JOUR) == []


def test_an_attendance_of_an_unknown_member_excuses_one_only() -> None:
    conseil, _ = registres().change("presences", 1, membre="M00Z").drop("presences", 0).council()
    (finding,) = check(conseil, JOUR)
    facts = dict(finding.facts)
    assert (finding.code, facts["nombre"]) == ("COH413", "1\u00a0convoqué")
    assert facts["lignes"] == "parmi les lignes 2 et 3"


def test_a_session_to_come_without_any_item_is_told() -> None:
    rows = registres().drop("points")
    assert any(line.startswith("COH412 Séances!") for line in told(rows))


@pytest.mark.parametrize(
    ("population", "qpv", "optional"), [(5000, False, True), (5001, False, False), (900, True, False)]
)
def test_a_council_is_optional_up_to_five_thousand_inhabitants(
    population: int, qpv: bool, optional: bool
) -> None:
    rows = registres().change("parametres", population=population, qpv=qpv)
    assert any(line.startswith("LEG105") for line in told(rows)) is optional


# --- Members and majority (domain study, §2.2) -------------------------------------------------------------


def with_seats(**seats: int) -> Conseil:
    rows = (
        registres().drop("membres").drop("chartes").drop("presences").change("groupes", "G1", animateur=None)
    )
    rows.change("seances", "P-2026-06", president=None)
    number = 0
    for name, count in seats.items():
        for _ in range(count):
            number += 1
            rows.add("membres", id=f"M{number:03}", qualite=Qualite[name], statut=li.StatutPersonne.ACTIF)
    return rows.conseil()


@pytest.mark.parametrize(
    ("seats", "majority"),
    [
        ({"DROIT": 3, "DESIGNE_ORG": 20, "ASSOCIE": 6}, 12),
        ({"DROIT": 2, "DESIGNE_ETAT": 22, "INVITE": 4}, 13),
        ({}, 1),
    ],
)
def test_a_majority_is_more_than_half_of_members_without_associates_and_guests(
    seats: dict[str, int], majority: int
) -> None:
    assert with_seats(**seats).majorite == majority


def test_deputies_and_those_who_left_do_not_count_for_the_majority() -> None:
    conseil = registres().conseil()
    assert sum(m.compte_pour_la_majorite for m in conseil.membres) == 5
    left = registres().change("membres", "M004", statut=li.StatutPersonne.SUSPENDU).conseil()
    assert sum(m.compte_pour_la_majorite for m in left.membres) == 4


def test_a_vacant_seat_is_summoned_and_a_suspended_one_is_not() -> None:
    conseil = registres().change("membres", "M004", statut=li.StatutPersonne.SUSPENDU).conseil()
    assert [m.id for m in conseil.convoques(conseil.seances[1])] == ["M001", "M002", "M003", "M005"]


def test_a_group_without_charter_summons_all_its_members() -> None:
    conseil = registres().change("groupes", "G1", charte_requise=False).conseil()
    assert [m.id for m in conseil.convoques(conseil.seances[3])] == ["M003", "M004"]


def test_a_charter_signed_without_a_readable_date_is_not_signed() -> None:
    conseil = registres().change("chartes", 0, signee_le=None).conseil()
    assert conseil.convoques(conseil.seances[3]) == ()


# --- The example, the law ----------------------------------------------------------------------------------


def test_the_example_gives_the_rules_nothing_to_say() -> None:
    book, _ = read(ROOT / "registers" / "clspd.xlsx", "registers/clspd.xlsx")
    conseil, dangling = council(book)
    assert dangling == []
    assert check(conseil, JOUR) == []


def test_every_article_reads_inside_a_sentence() -> None:
    for key, article in legal().articles.items():
        assert article.cite.startswith(("l’", "le ", "la ", "les ")), key
        assert article.objet.endswith("."), key
        assert article.court, key
        assert article.version <= legal().lu_le, key
        assert getattr(legal().loi, key) == str(article) == article.cite


def test_the_thresholds_are_those_of_the_code() -> None:
    assert legal().seuils == {"clspd_plus_de": 5000, "mois_entre_plenieres": 12}

"""Who receives what for a session, in which packet, at which step and at which level of diffusion."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builders.conseils import FICHIER, JOUR, registres
from clspd_docs.documents.catalogue import (
    ANNEXES,
    Catalogue,
    DocumentEntry,
    DossierEntry,
    Etape,
    Etiquettes,
    Pour,
    read_catalogue,
)
from clspd_docs.documents.contexts import Dossier, niveaux_de, readers_of
from clspd_docs.documents.plan import (
    SessionPlan,
    context,
    default_steps,
    dossier_context,
    find_session,
    is_draft,
    level_of,
    plan_session,
    recipients,
    roots,
    truth,
)
from clspd_docs.documents.postage import is_taken, not_printed
from clspd_docs.documents.view import Trace
from clspd_docs.domain import listes as li
from clspd_docs.domain.conseil import Conseil
from clspd_docs.domain.listes import Diffusion, Formation
from clspd_docs.domain.personnes import Membre
from clspd_docs.origin import Origin
from clspd_docs.registers.council import council
from clspd_docs.registers.read import read

ROOT = Path(__file__).parents[2]
# The chair, M001, signs the letters and gets none.
SUMMONED = [
    *("M003", "M005", "M006", "M008", "M010", "M011"),
    *(f"M{n:03}" for n in range(13, 43)),
]
RESTRICTED = [
    *("M003", "M006", "M011", "M014", "M015", "M016"),
    *("M017", "M020", "M028", "M033", "M041"),
]
GROUP_1 = ["M011", "M016", "M020", "M021", "M028", "M033", "M034", "M041", "M042"]


@pytest.fixture(scope="module")
def conseil() -> Conseil:
    book, _ = read(ROOT / "registers" / "clspd.xlsx", FICHIER)
    return council(book)[0]


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return read_catalogue(ROOT / "templates_docx" / "catalogue.toml", "catalogue.toml")[0]


def planned(conseil: Conseil, seance: str, catalogue: Catalogue, **options: Any) -> SessionPlan:
    found = conseil.seance(seance)
    assert found is not None
    return plan_session(conseil, found, catalogue, **{"jour": JOUR, **options})


def received(plan: SessionPlan, code: str) -> list[str | None]:
    return [j.recipient.id if j.recipient else None for j in plan.documents if j.entry.code == code]


def packets(plan: SessionPlan) -> dict[str, int]:
    return {d.entry.code: sum(o.entry.code == d.entry.code for o in plan.dossiers) for d in plan.dossiers}


def only(**values: Any) -> Catalogue:
    """Return a catalogue of one document and one packet of it."""
    entry: dict[str, Any] = {"code": "essai", "titre": "Essai", "modele": "essai.docx", "pour": Pour.SEANCE}
    document = DocumentEntry(**{**entry, "etapes": (Etape.CONVOCATION,), **values})
    dossier = DossierEntry(
        code="dossier",
        titre="Dossier",
        par=Pour.SEANCE,
        etapes=(Etape.CONVOCATION,),
        pieces=(document.code, ANNEXES),
        lecteurs=Diffusion.GROUPE,
    )
    return Catalogue("catalogue.toml", {document.code: document}, {dossier.code: dossier})


# --- The example -----------------------------------------------------------------------------------------


def test_the_plenary_to_come_summons_its_36_members_and_consults_prefet_and_procureur(
    conseil: Conseil, shipped: Catalogue
) -> None:
    plan = planned(conseil, "P-2027-02", shipped)
    assert plan.findings == ()
    assert received(plan, "convocation-pleniere") == SUMMONED
    assert received(plan, "coupon-reponse") == SUMMONED
    assert received(plan, "consultation-prefet") == ["M003"]
    assert received(plan, "consultation-procureur") == ["M006"]
    assert received(plan, "charte") == ["G1", "G2", "G4", "G5"]
    for code in ("ordre-du-jour", "emargement", "reglement-interieur", "plan-local"):
        assert received(plan, code) == [None]
    for code in ("convocation-restreinte", "convocation-groupe", "proces-verbal", "proces-verbal-public"):
        assert received(plan, code) == []
    assert packets(plan) == {
        "consultation": 1,
        "convocations": 1,
        "tirage": 1,
        "envoi": 36,
        "seance": 1,
        "reglement-interieur": 1,
        "plan-local": 1,
        "charte": 4,
    }


def test_the_restricted_session_to_come_summons_its_11_members_and_nobody_is_consulted(
    conseil: Conseil, shipped: Catalogue
) -> None:
    plan = planned(conseil, "R-2027-03", shipped)
    assert received(plan, "convocation-restreinte") == RESTRICTED
    assert received(plan, "consultation-prefet") == []
    assert packets(plan) == {"convocations": 1, "tirage": 1, "envoi": 11, "seance": 1}


def test_a_group_summons_only_those_who_signed_its_charter_in_force(
    conseil: Conseil, shipped: Catalogue
) -> None:
    plan = planned(conseil, "G1-2027-03", shipped)
    assert received(plan, "convocation-groupe") == GROUP_1
    members = conseil.groupe("G1")
    assert members is not None
    # M022 and M029 never signed; M035 signed the former version.
    assert {m.id for m in members.membres} - set(GROUP_1) == {"M022", "M029", "M035"}
    assert packets(plan) == {"convocations": 1, "tirage": 1, "envoi": 9, "seance": 1}


@pytest.mark.parametrize(
    ("seance", "documents", "made"),
    [
        (
            "P-2026-06",
            {"ordre-du-jour", "proces-verbal", "proces-verbal-public"},
            {"suites", "proces-verbal-public"},
        ),
        ("R-2026-09", {"ordre-du-jour", "proces-verbal"}, {"suites"}),
        ("G1-2026-10", {"ordre-du-jour", "proces-verbal"}, {"suites"}),
        ("R-2026-11", set(), set()),
    ],
)
def test_a_session_held_gets_its_minutes_and_a_cancelled_one_nothing(
    conseil: Conseil, shipped: Catalogue, seance: str, documents: set[str], made: set[str]
) -> None:
    plan = planned(conseil, seance, shipped)
    assert {j.entry.code for j in plan.documents} == documents
    assert packets(plan).keys() == made


def test_a_packet_of_one_recipient_holds_their_papers_and_those_of_all(
    conseil: Conseil, shipped: Catalogue
) -> None:
    plan = planned(conseil, "P-2027-02", shipped)
    mine = next(d for d in plan.dossiers if d.key == "envoi-M013")
    assert mine.pieces == ("convocation-pleniere-M013", "ordre-du-jour", "coupon-reponse-M013", ANNEXES)
    assert mine.title == "Dossier de convocation – M. Arnaud de Kerlidou"
    to_sign = next(d for d in plan.dossiers if d.entry.code == "convocations")
    assert to_sign.pieces == tuple(f"convocation-pleniere-{m}" for m in SUMMONED)
    assert to_sign.title == "Convocations à signer"


def test_every_packet_names_documents_of_the_plan_and_every_key_is_used_once(
    conseil: Conseil, shipped: Catalogue
) -> None:
    for seance in conseil.seances:
        plan = planned(conseil, seance.id, shipped, steps=tuple(Etape))
        keys = [j.key for j in plan.documents]
        assert len(set(keys)) == len(keys)
        assert {p for d in plan.dossiers for p in d.pieces} - {ANNEXES} <= set(keys)
        assert len({d.key for d in plan.dossiers}) == len(plan.dossiers)


def test_the_minutes_stay_drafts_until_approved(conseil: Conseil, shipped: Catalogue) -> None:
    drafts = {j.entry.code: is_draft(conseil, j) for j in planned(conseil, "P-2026-06", shipped).documents}
    assert drafts == {"ordre-du-jour": False, "proces-verbal": True, "proces-verbal-public": True}
    annual = planned(conseil, "P-2027-02", shipped).documents
    drafts_of_the_year = {"projet-ordre-du-jour", "reglement-interieur", "plan-local"}
    assert {j.entry.code for j in annual if is_draft(conseil, j)} == drafts_of_the_year


def test_a_session_is_found_whatever_the_case(conseil: Conseil) -> None:
    found = find_session(conseil, "p-2027-02")
    assert found is not None
    assert found.id == "P-2027-02"
    assert find_session(conseil, "P-2028-02") is None


# --- Steps -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statut", list(li.StatutSeance))
def test_the_state_of_a_session_decides_its_steps(statut: li.StatutSeance) -> None:
    seance = registres().change("seances", "P-2027-02", statut=statut).conseil().seance("P-2027-02")
    assert seance is not None
    coming = (Etape.CONSULTATION, Etape.CONVOCATION, Etape.SEANCE, Etape.ANNUEL)
    expected = coming if statut.a_venir else (Etape.SUITES,) if statut == "tenue" else ()
    assert default_steps(seance) == expected


def test_a_session_without_a_state_has_no_step(shipped: Catalogue) -> None:
    conseil = registres().change("seances", "P-2027-02", statut=None).conseil()
    assert planned(conseil, "P-2027-02", shipped).documents == ()


def test_a_step_asked_for_makes_what_its_packets_hold_and_no_more(
    conseil: Conseil, shipped: Catalogue
) -> None:
    plan = planned(conseil, "P-2027-02", shipped, steps=(Etape.CONSULTATION,))
    assert [j.key for j in plan.documents] == [
        "consultation-prefet-M003",
        "consultation-procureur-M006",
        "projet-ordre-du-jour",
    ]
    assert packets(plan) == {"consultation": 1}


def test_a_document_asked_for_is_made_alone(conseil: Conseil, shipped: Catalogue) -> None:
    plan = planned(conseil, "P-2027-02", shipped, only="emargement")
    assert [j.key for j in plan.documents] == ["emargement"]
    assert plan.dossiers == ()
    assert planned(conseil, "R-2027-03", shipped, only="plan-local").documents == ()


# --- Recipients ------------------------------------------------------------------------------------------


def test_the_prefet_is_the_first_member_of_right_of_the_state() -> None:
    conseil = registres().conseil()
    seance = conseil.seances[1]
    assert [m.id for m in recipients(conseil, seance, Pour.PREFET, JOUR)] == ["M002"]
    assert [m.id for m in recipients(conseil, seance, Pour.PROCUREUR, JOUR)] == ["M003"]


def test_there_is_one_document_for_each_action_correspondent_and_living_group() -> None:
    rows = registres().add("groupes", **{**registres().row("groupes", "G1"), "id": "G2"})
    rows.change("groupes", "G2", fin=dt.date(2026, 11, 30))
    rows.change("referents", "R02", statut=li.StatutPersonne.SORTI)
    conseil = rows.conseil()
    seance = conseil.seances[1]
    assert [g.id for g in recipients(conseil, seance, Pour.GROUPE, JOUR)] == ["G1"]
    assert len(recipients(conseil, seance, Pour.GROUPE, dt.date(2026, 11, 30))) == 2
    assert [a.id for a in recipients(conseil, seance, Pour.ACTION, JOUR)] == ["1.1", "1.2"]
    assert [r.id for r in recipients(conseil, seance, Pour.REFERENT, JOUR)] == ["R01"]
    assert recipients(conseil, seance, Pour.SEANCE, JOUR) == (None,)


@pytest.mark.parametrize(
    ("pour", "title"),
    [
        (Pour.ACTION, "Essai – Accueillir les exclus"),
        (Pour.REFERENT, "Essai – Mme Maëlle Kerviel"),
        (Pour.GROUPE, "Essai – Tranquillité des halls"),
    ],
)
def test_a_title_names_its_recipient(pour: Pour, title: str) -> None:
    plan = planned(registres().conseil(), "P-2027-02", only(pour=pour))
    assert plan.documents[0].title == title
    assert plan.documents[0].owner == plan.documents[0].recipient.id


@pytest.mark.parametrize(
    ("function", "shown"),
    [
        ("Commandant du groupement de gendarmerie", "Commandant du groupement de gendarmerie"),
        ("Directeur général", "Directeur général, Préfecture de la Haute-Ourcelle"),
    ],
)
def test_an_unnamed_holder_is_titled_with_the_body_when_the_function_is_vague(
    function: str, shown: str
) -> None:
    rows = registres().change("membres", "M005", fonction=function)
    plan = planned(rows.conseil(), "P-2027-02", only(pour=Pour.DESTINATAIRE))
    assert plan.documents[-1].title == f"Essai – {shown}"


def test_without_a_chair_nothing_is_made_and_it_is_told_once(shipped: Catalogue) -> None:
    conseil = registres().change("membres", "M001", statut=li.StatutPersonne.SORTI).conseil()
    plan = planned(conseil, "P-2027-02", shipped)
    assert (plan.documents, plan.dossiers) == ((), ())
    assert [f.code for f in plan.findings] == ["COH202"]


@pytest.mark.parametrize(
    ("member", "code"), [("M002", "consultation-prefet"), ("M003", "consultation-procureur")]
)
def test_a_missing_addressee_is_told_and_the_rest_is_made(shipped: Catalogue, member: str, code: str) -> None:
    conseil = registres().change("membres", member, statut=li.StatutPersonne.SORTI).conseil()
    plan = planned(conseil, "P-2027-02", shipped)
    assert [f.code for f in plan.findings] == ["COH201"]
    assert received(plan, code) == []
    assert received(plan, "convocation-pleniere") == [
        m.id for m in conseil.titulaires if m is not conseil.president
    ]


def test_a_session_without_anyone_to_summon_is_told_once(shipped: Catalogue) -> None:
    rows = registres().drop("chartes")
    plan = planned(rows.conseil(), "G1-2027-03", shipped)
    assert [f.code for f in plan.findings] == ["COH203"]
    assert received(plan, "ordre-du-jour") == [None]
    assert packets(plan) == {"seance": 1}


def test_members_without_a_charter_are_told_and_named_on_the_cover_of_the_summonses(
    shipped: Catalogue,
) -> None:
    rows = registres().drop("chartes", 1)
    conseil = rows.conseil()
    plan = planned(conseil, "G1-2027-03", shipped)
    (told,) = [f for f in plan.findings if f.code == "COH204"]
    (without,) = conseil.sans_charte(plan.seance)
    assert f"ligne {without.origine.row})" in told.message
    assert without.id not in received(plan, "convocation-groupe")
    dossier = Dossier(titre="D", objet="D", pieces=(), pages=1, retenues=())
    named = {
        job.entry.code: [
            m.id for m in dossier_context(conseil, job, dossier, JOUR, Trace())["dossier"].sans_charte
        ]
        for job in plan.dossiers
    }
    assert named["convocations"] == [without.id]
    assert named["envoi"] == []


def test_identifiers_that_name_the_same_file_get_files_of_their_own() -> None:
    rows = registres()
    for identifier in ("M.9", "M-9", "m_9", "M-9_2"):
        rows.add("membres", **{**rows.row("membres", "M004"), "id": identifier, "rang": 9})
    plan = planned(rows.conseil(), "P-2027-02", only(pour=Pour.DESTINATAIRE))
    keys = [j.key for j in plan.documents]
    assert keys[-4:] == ["essai-M-9", "essai-M-9_2", "essai-m_9", "essai-M-9_2_2"]
    assert len({key.lower() for key in keys}) == len(keys)
    assert plan.dossiers[0].pieces[:-1] == tuple(keys)


# --- Conditions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("si", "made"),
    [
        ("groupe.charte_requise", ["G1"]),
        ("non groupe.charte_requise", []),
        ("parametres.qpv", []),
        ("non parametres.qpv", ["G1"]),
        ("seance.groupe", []),
        ("seance.groupe.charte_requise", []),
        ("conseil.president.est_actif", ["G1"]),
    ],
)
def test_a_document_exists_when_its_field_is_true(si: str, made: list[str]) -> None:
    plan = planned(registres().conseil(), "P-2027-02", only(pour=Pour.GROUPE, si=(si,)))
    assert plan.findings == ()
    assert received(plan, "essai") == made
    assert bool(plan.dossiers) is bool(made)


def test_all_conditions_must_be_true() -> None:
    both = ("groupe.charte_requise", "parametres.qpv")
    assert planned(registres().conseil(), "P-2027-02", only(pour=Pour.GROUPE, si=both)).documents == ()


BAD_PATHS = [
    "regles.adoptee",
    "reglement.adopte",
    "regles.delai",
    "regles.__class__",
    "destinataire.nom",
    "non ",
    "",
]


@pytest.mark.parametrize("path", BAD_PATHS)
@pytest.mark.parametrize("line", ["si", "projet_sauf"])
def test_a_field_that_leads_nowhere_is_told_at_its_block(path: str, line: str) -> None:
    value = (path,) if line == "si" else path
    plan = planned(registres().conseil(), "P-2027-02", only(**{line: value}))
    assert [(f.code, f.place.part) for f in plan.findings] == [("MOD210", "document « essai »")]
    assert (plan.documents, plan.dossiers) == ((), ())


def test_a_field_is_found_step_by_step_and_an_empty_step_is_false() -> None:
    conseil = registres().conseil()
    job = planned(conseil, "P-2027-02", only()).documents[0]
    names = roots(conseil, job)
    assert names.keys() == {"conseil", "parametres", "regles", "seance"}
    assert truth("seance.points", names)
    assert not truth("seance.president.organisme.nom", names)
    assert truth("non seance.president.organisme.nom", names)
    with pytest.raises(AttributeError, match=r"seance\.point"):
        truth("seance.point", names)


@pytest.mark.parametrize(
    ("pour", "name"),
    [
        (Pour.GROUPE, "groupe"),
        (Pour.ACTION, "action"),
        (Pour.REFERENT, "referent"),
        (Pour.DESTINATAIRE, "destinataire"),
        (Pour.PREFET, "destinataire"),
    ],
)
def test_a_recipient_goes_by_its_own_name(pour: Pour, name: str) -> None:
    conseil = registres().conseil()
    job = planned(conseil, "P-2027-02", only(pour=pour)).documents[0]
    assert roots(conseil, job)[name] is job.recipient


def test_a_draft_is_one_while_its_field_is_false() -> None:
    catalogue = only(projet_sauf="regles.adopte")
    rows = registres()
    conseil = rows.conseil()
    assert is_draft(conseil, planned(conseil, "P-2027-02", catalogue).documents[0])
    conseil = rows.change("regles", adopte_le=JOUR).conseil()
    assert not is_draft(conseil, planned(conseil, "P-2027-02", catalogue).documents[0])


def test_the_cells_of_a_documents_conditions_are_its_own() -> None:
    conseil = registres().conseil()
    catalogue = only(projet_sauf="regles.adopte", si=("non parametres.qpv",))
    trace = Trace()
    context(conseil, planned(conseil, "P-2027-02", catalogue).documents[0], JOUR, trace)
    places = (conseil.regles.origine.place("adopte_le"), conseil.parametres.origine.place("qpv"))
    assert trace.cells.keys() == {f"{p.sheet}!{p.cell}" for p in places}


# --- Levels of diffusion ---------------------------------------------------------------------------------


def test_readers_see_their_level_and_the_more_open_ones() -> None:
    assert niveaux_de(Diffusion.PUBLIQUE) == (Diffusion.PUBLIQUE,)
    assert niveaux_de(Diffusion.INTERNE) == (Diffusion.PUBLIQUE, Diffusion.INTERNE)
    assert niveaux_de(Diffusion.GROUPE) == tuple(Diffusion)


@pytest.mark.parametrize(
    ("formation", "level"),
    [
        (Formation.PLENIERE, Diffusion.INTERNE),
        (Formation.RESTREINTE, Diffusion.INTERNE),
        (Formation.GROUPE, Diffusion.GROUPE),
        (None, Diffusion.INTERNE),
    ],
)
def test_the_papers_of_a_group_stay_in_the_group(formation: Formation | None, level: Diffusion) -> None:
    assert readers_of(formation) is level


@pytest.mark.parametrize(
    ("seance", "diffusion", "level"),
    [
        ("P-2027-02", Diffusion.PUBLIQUE, Diffusion.PUBLIQUE),
        ("P-2027-02", Diffusion.INTERNE, Diffusion.INTERNE),
        ("G1-2027-03", Diffusion.INTERNE, Diffusion.GROUPE),
        ("G1-2027-03", Diffusion.PUBLIQUE, Diffusion.PUBLIQUE),
    ],
)
def test_a_public_document_is_public_and_another_that_of_its_session(
    seance: str, diffusion: Diffusion, level: Diffusion
) -> None:
    plan = planned(registres().conseil(), seance, only(diffusion=diffusion))
    assert level_of(plan.documents[0]) is level


def test_the_minutes_show_what_their_readers_may_see() -> None:
    conseil = registres().conseil()
    shown: dict[Diffusion, list[str]] = {}
    for level in (Diffusion.PUBLIQUE, Diffusion.INTERNE):
        job = planned(conseil, "P-2026-06", only(diffusion=level, etapes=(Etape.SUITES,))).documents[0]
        pv = context(conseil, job, JOUR, Trace())["pv"]
        shown[level] = [d.id for d in pv.decisions]
        assert [d.id for p in pv.points for d in p.decisions] == shown[level]
    assert shown == {Diffusion.PUBLIQUE: ["D-2026-01"], Diffusion.INTERNE: ["D-2026-01", "D-2026-02"]}


def test_a_confidential_decision_on_a_public_item_is_left_out_of_the_public_minutes() -> None:
    conseil = registres().change("decisions", "D-2026-01", diffusion=Diffusion.INTERNE).conseil()
    job = planned(conseil, "P-2026-06", only(diffusion=Diffusion.PUBLIQUE, etapes=(Etape.SUITES,))).documents[
        0
    ]
    pv = context(conseil, job, JOUR, Trace())["pv"]
    assert [(p.numero, p.decisions) for p in pv.points] == [(1, ())]


# --- Printing ------------------------------------------------------------------------------------------------


def letters(**values: Any) -> Catalogue:
    """Return a catalogue of one letter to each member, and one packet of them to print."""
    catalogue = only(pour=Pour.DESTINATAIRE)
    dossier = replace(catalogue.dossiers["dossier"], pieces=("essai",), **values)
    return replace(catalogue, dossiers={"dossier": dossier})


@pytest.mark.parametrize(
    ("values", "channels"),
    [
        ({}, set(li.Canal)),
        ({"tirage": True}, {li.Canal.RECOMMANDE, li.Canal.COURRIER, li.Canal.REMISE}),
        ({"etiquettes": Etiquettes.L7160}, {li.Canal.RECOMMANDE, li.Canal.COURRIER}),
    ],
)
def test_what_is_printed_holds_the_letters_that_leave_on_paper_and_labels_those_that_are_posted(
    conseil: Conseil, values: dict[str, Any], channels: set[li.Canal]
) -> None:
    plan = planned(conseil, "P-2027-02", letters(**values))
    (packet,) = plan.dossiers
    expected = [j.key for j in plan.documents if j.recipient.canal in channels]
    assert list(packet.pieces) == expected
    assert expected


def test_a_letter_without_a_known_channel_is_printed_and_those_by_mail_are_counted() -> None:
    entry = letters(tirage=True).dossiers["dossier"]
    origine = Origin(FICHIER, "Membres", 2)
    unknown = Membre(origine=origine, id="M1")
    by_mail = replace(unknown, canal=li.Canal.COURRIEL)
    assert (is_taken(entry, unknown), is_taken(entry, by_mail)) == (True, False)
    assert not_printed([unknown, by_mail, by_mail]) == "Ne s’impriment pas : courriel (2)."
    assert not_printed([unknown]) == ""


def test_a_packet_to_print_without_any_letter_is_not_made(conseil: Conseil) -> None:
    plan = planned(conseil, "G1-2027-03", letters(etiquettes=Etiquettes.L7160))
    assert {j.recipient.canal for j in plan.documents} == {li.Canal.COURRIEL, li.Canal.REMISE}
    assert plan.dossiers == ()

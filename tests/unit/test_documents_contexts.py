"""What a letter says: how its reader is addressed, where, when; and what a list of the council shows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from builders.conseils import JOUR, Registres, registres
from clspd_docs.documents.contexts import (
    AxePlan,
    Charte,
    Courrier,
    Dossier,
    Emargement,
    FicheAction,
    PieceDossier,
    Plan,
    ProcesVerbal,
    limite_convocation,
    niveaux_de,
)
from clspd_docs.domain import listes as li
from clspd_docs.domain.conseil import Conseil
from clspd_docs.registers.example import shipped
from clspd_docs.registers.sheets_people import POLITESSE

TITRES: list[dict[str, Any]] = [dict(row) for row in shipped(POLITESSE)]
MONSIEUR, MADAME = li.Civilite.M, li.Civilite.MME


def courrier(
    rows: Registres, member: str = "M004", seance: str = "P-2027-02", jour: dt.date = JOUR
) -> Courrier:
    conseil = rows.conseil()
    president, found = conseil.president, conseil.seance(seance)
    assert president is not None
    assert found is not None
    return Courrier(
        parametres=conseil.parametres,
        regles=conseil.regles,
        seance=found,
        signataire=president,
        destinataire=next(m for m in conseil.membres if m.id == member),
        jour=jour,
    )


def writing(titre: dict[str, Any] | None, sender: li.Civilite, **reader: Any) -> Courrier:
    """Return the letter of a man or a woman to someone of this title."""
    rows = registres().change("membres", "M001", civilite=sender)
    if titre:
        rows.rows["politesses"] = [dict(t) for t in TITRES]
        rows.change("membres", "M001", politesse="Maire")
        for member in ("M002", "M003", "M005", "M006"):
            rows.change("membres", member, politesse="Sans-titre")
    return courrier(rows.change("membres", "M004", politesse=titre["id"] if titre else None, **reader))


# --- Appel and closing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("titre", TITRES, ids=lambda t: t["id"])
@pytest.mark.parametrize("sender", [MONSIEUR, MADAME], ids=["from a man", "from a woman"])
def test_every_title_is_addressed_by_gender_of_reader_and_sender(
    titre: dict[str, Any], sender: li.Civilite
) -> None:
    to_man = titre["appel_homme_par_femme"] if sender == MADAME else None
    expected = {
        MONSIEUR: to_man or titre["appel_homme"],
        MADAME: titre["appel_femme"],
        None: titre["appel_sans_nom"],
    }
    for civilite, appel in expected.items():
        letter = writing(titre, sender, civilite=civilite)
        assert letter.appel == appel
        assert letter.formule == f"Je vous prie d’agréer, {appel}, {titre['formule']}."


@pytest.mark.parametrize("titre", TITRES, ids=lambda t: t["id"])
@pytest.mark.parametrize("civilite", [MONSIEUR, MADAME, None])
def test_an_unnamed_holder_is_addressed_without_gender(
    titre: dict[str, Any], civilite: li.Civilite | None
) -> None:
    assert writing(titre, MADAME, civilite=civilite, nom=None, prenom=None).appel == "Madame, Monsieur"


@pytest.mark.parametrize(
    "titre", [t for t in TITRES if t["appel_homme"].startswith("Mon ")], ids=lambda t: t["id"]
)
def test_only_a_man_writes_mon_colonel_and_only_to_a_man(titre: dict[str, Any]) -> None:
    assert writing(titre, MONSIEUR, civilite=MONSIEUR).appel.startswith("Mon ")
    assert not writing(titre, MADAME, civilite=MONSIEUR).appel.startswith("Mon ")
    assert not writing(titre, MONSIEUR, civilite=MADAME).appel.startswith("Mon ")


@pytest.mark.parametrize("sender", [MONSIEUR, MADAME])
@pytest.mark.parametrize("name", ["Hébrard", None])
def test_a_persons_own_form_comes_before_all(sender: li.Civilite, name: str | None) -> None:
    letter = writing(TITRES[0], sender, appel_particulier="Chère Madame", nom=name)
    assert letter.appel == "Chère Madame"
    assert letter.formule.startswith("Je vous prie d’agréer, Chère Madame, ")


@pytest.mark.parametrize(
    ("civilite", "appel"), [(MONSIEUR, "Monsieur"), (MADAME, "Madame"), (None, "Madame, Monsieur")]
)
def test_without_a_title_a_person_is_addressed_plainly(civilite: li.Civilite | None, appel: str) -> None:
    letter = writing(None, MADAME, civilite=civilite)
    assert letter.appel == appel
    assert letter.formule == f"Je vous prie d’agréer, {appel}, l’expression de ma considération distinguée."


# --- Address, reference ----------------------------------------------------------------------------------


def test_the_address_goes_from_the_person_to_the_town() -> None:
    assert courrier(registres()).adresse == (
        "Monsieur Benoît Hébrard",
        "Directeur",
        "Caisse d’allocations familiales",
        "14 RUE DE LA PREFECTURE",
        "CS 70501",
        "99010 CASTELNOY CEDEX",
    )


def test_an_unnamed_holder_is_written_to_by_function() -> None:
    assert courrier(registres(), "M005").adresse[:2] == (
        "Commandant du groupement de gendarmerie",
        "Préfecture de la Haute-Ourcelle",
    )


def test_a_members_own_address_comes_before_that_of_the_body() -> None:
    rows = registres().change(
        "membres", "M004", adresse_voie="7, rue de l’Été", code_postal="99100", ville="Saint-Évry"
    )
    assert courrier(rows).adresse[2:] == (
        "Caisse d’allocations familiales",
        "7 RUE DE L ETE",
        "99100 SAINT EVRY",
    )


def test_half_an_address_gives_way_to_that_of_the_body() -> None:
    rows = registres().change("membres", "M004", adresse_voie="7, rue de l’Été", ville="Saint-Évry")
    assert courrier(rows).adresse[3:] == ("14 RUE DE LA PREFECTURE", "CS 70501", "99010 CASTELNOY CEDEX")


def test_a_qualified_person_has_no_body_and_no_line_is_said_twice() -> None:
    rows = registres().change("membres", "M004", organisme=None, ville="Montbrun", code_postal="99100")
    assert courrier(rows).adresse == ("Monsieur Benoît Hébrard", "Directeur", "99100 MONTBRUN")
    rows = registres().change("membres", "M004", fonction="Caisse d’allocations familiales")
    assert courrier(rows).adresse[:2] == ("Monsieur Benoît Hébrard", "Caisse d’allocations familiales")
    assert len(courrier(rows).adresse) == 5


def test_a_letter_has_a_reference_of_its_own() -> None:
    assert courrier(registres()).reference == "CLSPD/P-2027-02/M004"
    assert courrier(registres().change("parametres", reference=None)).reference == "P-2027-02/M004"


# --- Dates -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seance", "changes", "day"),
    [
        ("P-2027-02", {}, dt.date(2027, 1, 20)),
        ("R-2027-03", {}, dt.date(2027, 3, 3)),
        ("G1-2027-03", {}, dt.date(2027, 3, 11)),
        ("P-2027-02", {"motif": li.Motif.URGENCE}, dt.date(2027, 2, 2)),
        ("P-2027-02", {"date": dt.date(2027, 1, 17)}, dt.date(2026, 12, 31)),  # 2 January is a Saturday
        ("P-2027-02", {"date": None}, None),
        ("P-2027-02", {"formation": None}, None),
    ],
)
def test_a_summons_is_due_on_a_working_day_by_the_house_rules(
    seance: str, changes: dict[str, Any], day: dt.date | None
) -> None:
    conseil = registres().change("seances", seance, **changes).conseil()
    found = conseil.seance(seance)
    assert found is not None
    assert limite_convocation(found, conseil.regles) == day


def test_no_delay_in_the_rules_means_no_due_day() -> None:
    conseil = registres().change("regles", delai_pleniere=None).conseil()
    assert limite_convocation(conseil.seances[1], conseil.regles) is None
    same_day = (
        registres().change("regles", delai_urgence=0).change("seances", "P-2027-02", motif=li.Motif.URGENCE)
    )
    conseil = same_day.conseil()
    assert limite_convocation(conseil.seances[1], conseil.regles) == dt.date(2027, 2, 4)


def test_a_summons_carries_the_day_recorded_or_due_but_never_a_past_one() -> None:
    assert courrier(registres()).date == dt.date(2027, 1, 20)
    assert courrier(registres(), jour=dt.date(2027, 1, 25)).date == dt.date(2027, 1, 25)
    sent = registres().change("seances", "P-2027-02", convoquee_le=dt.date(2026, 11, 3))
    assert courrier(sent).date == dt.date(2026, 11, 3)
    assert courrier(registres().change("regles", delai_pleniere=None)).date == JOUR


def test_a_consultation_leaves_the_readers_their_time_to_reply() -> None:
    assert courrier(registres()).date_consultation == dt.date(2026, 12, 15)
    assert courrier(registres(), jour=dt.date(2026, 12, 20)).date_consultation == dt.date(2026, 12, 20)
    assert courrier(registres().change("seances", "P-2027-02", reponse_avant=None)).date_consultation == JOUR
    sent = registres().change("seances", "P-2027-02", prefet_consulte_le=dt.date(2026, 11, 3))
    assert courrier(sent).date_consultation == dt.date(2026, 11, 3)


def test_prefet_and_procureur_each_have_the_date_of_their_own_consultation() -> None:
    rows = registres().change(
        "seances",
        "P-2027-02",
        prefet_consulte_le=dt.date(2026, 11, 3),
        procureur_consulte_le=dt.date(2026, 11, 5),
    )
    assert courrier(rows, "M002").date_consultation == dt.date(2026, 11, 3)
    assert courrier(rows, "M003").date_consultation == dt.date(2026, 11, 5)
    rows.change("seances", "P-2027-02", procureur_consulte_le=None)
    assert courrier(rows, "M003").date_consultation == dt.date(2026, 12, 15)


# --- Attendance and minutes ------------------------------------------------------------------------------


def test_the_attendance_sheet_goes_by_college_with_deputies_beside() -> None:
    conseil = registres().change("membres", "M005", college=None).conseil()
    sheet = Emargement(conseil=conseil, seance=conseil.seances[1])
    assert sheet.nombre == 5
    assert [(c.intitule, [ligne.membre.id for ligne in c.lignes]) for c in sheet.colleges] == [
        ("Élus", ["M001"]),
        ("État et justice", ["M002", "M003"]),
        ("Action sociale et santé", ["M004"]),
        ("Autres", ["M005"]),
    ]
    assert [s.id for s in sheet.colleges[1].lignes[1].suppleants] == ["M006"]
    assert sheet.colleges[1].nombre == 2


def minutes(rows: Registres, level: li.Diffusion = li.Diffusion.INTERNE) -> ProcesVerbal:
    conseil = rows.conseil()
    return ProcesVerbal(conseil=conseil, seance=conseil.seances[0], niveaux=niveaux_de(level))


def test_the_minutes_count_members_and_leave_guests_out() -> None:
    rows = registres().add("presences", seance="P-2026-06", membre="M005", statut=li.StatutPresence.INVITE)
    pv = minutes(rows)
    assert pv.nombre_presents == 3
    assert len(pv.presences_votantes) == 4
    assert pv.nombre_membres == 4
    assert pv.prochaine is not None
    assert pv.prochaine.id == "P-2027-02"


@pytest.mark.parametrize(
    ("quorum", "present", "reached"),
    [
        (li.Quorum.AUCUN, 0, True),
        (li.Quorum.MOITIE, 2, True),
        (li.Quorum.MOITIE, 1, False),
        (li.Quorum.TIERS, 2, True),
        (li.Quorum.TIERS, 1, False),
        (None, 0, True),
    ],
)
def test_the_quorum_is_the_share_that_the_house_rules_ask(
    quorum: li.Quorum | None, present: int, reached: bool
) -> None:
    rows = registres().change("regles", quorum=quorum)
    for index in range(4):
        statut = li.StatutPresence.PRESENT if index < present else li.StatutPresence.EXCUSE
        rows.change("presences", index, statut=statut)
    assert minutes(rows).quorum_atteint is reached


def test_associates_do_not_count_for_the_quorum() -> None:
    rows = (
        registres()
        .change("regles", quorum=li.Quorum.MOITIE)
        .change("membres", "M004", qualite=li.Qualite.ASSOCIE)
    )
    for index in range(4):
        rows.change("presences", index, statut=li.StatutPresence.ABSENT)
    rows.change("presences", 0, statut=li.StatutPresence.PRESENT)
    rows.change("presences", 3, statut=li.StatutPresence.PRESENT)
    assert minutes(rows).nombre_membres == 3
    assert not minutes(rows).quorum_atteint


def test_the_minutes_cut_items_and_decisions_to_their_readers() -> None:
    assert [p.point.titre for p in minutes(registres()).points] == ["Bilan", "Chiffres de la délinquance"]
    assert [p.point.titre for p in minutes(registres(), li.Diffusion.PUBLIQUE).points] == ["Bilan"]
    assert [d.id for d in minutes(registres(), li.Diffusion.PUBLIQUE).decisions] == ["D-2026-01"]
    hidden = registres().change("points", 0, diffusion=None)
    assert [p.numero for p in minutes(hidden).points] == [2]


# --- Plan, charter, packet -------------------------------------------------------------------------------


def conseil_de(rows: Registres) -> Conseil:
    return rows.conseil()


def test_the_plan_goes_by_axis_then_aim_in_the_order_of_the_register() -> None:
    rows = registres().add("actions", **{**registres().row("actions", "1.1"), "id": "1.3"})
    rows.change("actions", "1.2", objectif="Autre but")
    plan = Plan(conseil=conseil_de(rows), jour=JOUR)
    (axe,) = plan.axes
    assert [(o.intitule, [f.action.id for f in o.fiches]) for o in axe.objectifs] == [
        ("Prévenir le décrochage", ["1.1", "1.3"]),
        ("Autre but", ["1.2"]),
    ]
    assert [f.action.id for f in axe.fiches] == ["1.1", "1.2", "1.3"]


def test_an_action_is_late_when_its_deadline_is_past_and_it_is_not_closed() -> None:
    after = dt.date(2027, 7, 1)
    rows = registres().change("actions", "1.2", statut=li.StatutAction.REALISEE)
    plan = Plan(conseil=conseil_de(rows), jour=after)
    assert [f.action.id for f in plan.en_retard] == ["1.1"]
    assert [f.etat for f in plan.axes[0].fiches] == ["en retard", "réalisée"]
    assert Plan(conseil=conseil_de(rows), jour=dt.date(2027, 6, 30)).en_retard == ()


def test_an_action_without_a_state_shows_none() -> None:
    action = registres().change("actions", "1.1", statut=None).conseil().actions[0]
    assert FicheAction(action=action, jour=JOUR).etat == ""


def test_an_axis_without_action_has_no_aim() -> None:
    axe = registres().add("axes", id="A2").conseil().axes[1]
    assert AxePlan(axe=axe, jour=JOUR).objectifs == ()


def test_the_plan_names_living_groups_and_active_correspondents() -> None:
    rows = registres().change("groupes", "G1", fin=dt.date(2026, 11, 30))
    rows.change("referents", "R01", statut=li.StatutPersonne.VACANT)
    plan = Plan(conseil=conseil_de(rows), jour=JOUR)
    assert plan.groupes == ()
    assert [r.id for r in plan.referents] == ["R02"]


def test_the_charter_lists_every_member_of_the_group_signed_or_not() -> None:
    conseil = registres().conseil()
    lines = Charte(conseil=conseil, groupe=conseil.groupes[0]).signatures
    assert [(s.membre.id, s.signee_le, s.signee) for s in lines] == [
        ("M003", dt.date(2026, 7, 2), True),
        ("M004", None, False),  # signed the former version
    ]


def test_a_packet_counts_its_pieces() -> None:
    piece = PieceDossier(cle="odj", titre="Ordre du jour", page=3, pages=1)
    packet = Dossier(titre="Dossier", objet="Séance", pieces=(piece, piece), pages=4, retenues=())
    assert (packet.nombre, packet.destinataire) == (2, None)

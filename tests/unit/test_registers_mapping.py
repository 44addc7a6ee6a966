"""Which column of a foreign list goes where, and how a cell that holds several things is split."""

from __future__ import annotations

import pytest

from builders.conseils import registres
from clspd_docs.domain.listes import Civilite
from clspd_docs.registers import splitting as sp
from clspd_docs.registers.cells import Cell
from clspd_docs.registers.fitting import Fate, Names, fit
from clspd_docs.registers.grid import Grid, Shown
from clspd_docs.registers.mapping import Proposal, header_row, propose
from clspd_docs.registers.sheets import BY_KEY

M, MME = Civilite.M, Civilite.MME
NAMES = Names.of(registres().book())


def grid(*rows: list[object]) -> Grid:
    """Return a list made of these rows; an empty text is an empty cell."""
    cells = {
        n: {c: Shown(v) for c, v in enumerate(row, 1) if v not in ("", None)} for n, row in enumerate(rows, 1)
    }
    return Grid("liste.xlsx", "Liste", 0, {n: row for n, row in cells.items() if row})


def placed(
    *rows: list[object], sheet: str = "membres", **asked: str | None
) -> dict[str, tuple[str | None, str]]:
    """Return header → (target, why) for the list."""
    wished = {key.replace("_", " "): value for key, value in asked.items()}
    found = propose(BY_KEY[sheet], grid(*rows), NAMES, wished)
    return {p.header: (p.target, p.why.value) for p in found}


def test_headers_are_known_by_their_usual_other_names() -> None:
    headers = [
        "Patronyme",
        "Prénoms",
        "Adresse mail professionnelle",
        "N° de téléphone",
        "C.P.",
        "Commune",
        "Poste",
    ]
    row: list[object] = ["ROY", "Zoé", "z@v.fr", "03 53 01 10 01", "72000", "Le Mans", "élue"]
    targets = ["nom", "prenom", "courriel", "telephone", "code_postal", "ville", "fonction"]
    found = placed(list(headers), row)
    assert list(found.values()) == [(target, "en-tête") for target in targets]


def test_a_misspelt_header_is_placed_and_said_to_be_a_guess() -> None:
    found = placed(["Nom", "Prénom", "Telephonne"], ["ROY", "Zoé", "03 53 01 10 01"])
    assert found["Telephonne"] == ("telephone", "en-tête proche")


def test_contents_place_what_headers_do_not() -> None:
    found = placed(
        ["Nom", "Prénom", "Zone 1", "Zone 2", "Zone 3"],
        ["ROY", "Zoé", "z@v.fr", "03 53 01 10 01", "Mme"],
        ["PETIT", "Luc", "l@v.fr", "06 39 98 10 01", "M."],
    )
    assert [found[f"Zone {n}"] for n in (1, 2, 3)] == [
        ("courriel", "contenu"),
        ("telephone", "contenu"),
        ("civilite", "contenu"),
    ]


def test_contents_that_deny_a_header_keep_the_column_apart() -> None:
    found = placed(["Nom", "Mail"], ["ROY", "non"], ["PETIT", "oui"])
    assert found["Mail"] == (None, "")


def test_a_quality_that_is_no_class_of_membership_is_a_function() -> None:
    assert placed(["Nom", "Qualité"], ["ROY", "principale"])["Qualité"] == ("fonction", "en-tête")
    assert placed(["Nom", "Qualité"], ["ROY", "invité"])["Qualité"] == ("qualite", "en-tête")


def test_a_second_column_for_the_same_field_is_kept_apart_and_the_better_header_wins() -> None:
    phones: list[object] = ["ROY", "06 39 98 10 01", "03 53 01 10 01"]
    proposals = propose(BY_KEY["membres"], grid(["Nom", "Portable", "Fixe"], phones), NAMES, {})
    assert [(p.header, p.target) for p in proposals[1:]] == [("Portable", None), ("Fixe", "telephone")]
    assert proposals[1].remark == "déjà rempli par la colonne « Fixe »"


@pytest.mark.parametrize(
    ("header", "names", "target"),
    [
        ("Nom", ("Mme Zoé ROY", "M. Luc PETIT"), "personne"),
        ("Nom", ("ROY", "DE LA TOUR"), "nom"),
        ("Nom", ("Zoé Roy", "Luc Petit"), "personne"),
        ("Nom et prénom", ("ROY Zoé", "Petit Luc"), "nom_prenom"),
        ("Nom et prénom", ("Zoé ROY", "Luc PETIT"), "personne"),
        ("Prénom NOM", ("Zoé Roy", "Luc PETIT"), "prenom_nom"),
        ("Contact", ("Le directeur", "la poste"), None),
    ],
)
def test_a_column_of_whole_names_is_seen_as_such(
    header: str, names: tuple[str, str], target: str | None
) -> None:
    assert placed([header, "Mail"], [names[0], "z@v.fr"], [names[1], "l@v.fr"])[header][0] == target


def test_a_name_column_beside_a_first_name_column_stays_a_name() -> None:
    found = placed(["Nom", "Prénom"], ["Mme LE ROY", "Zoé"], ["M. PETIT", "Luc"])
    assert (found["Nom"][0], found["Prénom"][0]) == ("nom", "prenom")


def test_an_address_is_whole_or_a_street_by_what_it_holds() -> None:
    whole: list[object] = ["ROY", "3 rue du Port, 72000 Le Mans"]
    street: list[object] = ["ROY", "3 rue du Port", "72000", "Le Mans"]
    assert placed(["Nom", "Adresse"], whole)["Adresse"][0] == "adresse"
    assert placed(["Nom", "Adresse", "CP", "Ville"], street)["Adresse"][0] == "adresse_voie"


def test_a_correction_wins_over_everything() -> None:
    rows: tuple[list[object], ...] = (
        ["Nom", "Portable", "Fixe"],
        ["ROY", "06 39 98 10 01", "03 53 01 10 01"],
    )
    assert placed(*rows, portable="telephone")["Portable"] == ("telephone", "demandé")
    assert placed(*rows, portable=None)["Fixe"] == ("telephone", "en-tête")
    assert placed(*rows, nom=None)["Nom"] == (None, "")
    assert placed(*rows, colonne_b="telephone")["Portable"] == ("telephone", "demandé")


def test_a_column_that_follows_individual_situations_is_closed_even_when_asked_for() -> None:
    found = propose(
        BY_KEY["membres"],
        grid(["Nom", "Date de naissance"], ["ROY", "01/02/2012"]),
        NAMES,
        {"date de naissance": "designe_le"},
    )
    assert [(p.target, p.is_case_file) for p in found] == [("nom", False), (None, True)]


def test_columns_that_make_a_case_file_together_are_closed() -> None:
    rows: tuple[list[object], ...] = (
        ["Nom", "Prénom", "DDN", "Faits", "Éducateur"],
        ["ROY", "Léo", "01/02/2012", "vol", "M. X"],
    )
    found = propose(BY_KEY["membres"], grid(*rows), NAMES, {})
    assert [p.is_case_file for p in found] == [False, False, True, True, True]


def test_headers_are_found_under_titles_and_wherever_they_start() -> None:
    rows: tuple[list[object], ...] = (
        ["Ville de Montbrun"],
        [],
        ["", "Mise à jour 2026"],
        ["", "Nom", "Mail"],
        ["", "ROY", "z@v.fr"],
    )
    assert header_row(BY_KEY["membres"], grid(*rows)) == 4
    assert list(placed(*rows)) == ["Nom", "Mail"]


def test_a_list_without_headers_is_read_from_its_first_row() -> None:
    rows: tuple[list[object], ...] = (
        ["Mme Zoé ROY", "z@v.fr", "CAF"],
        ["M. Luc PETIT", "l@v.fr", "Ville de Montbrun"],
    )
    assert header_row(BY_KEY["membres"], grid(*rows)) is None
    assert placed(*rows) == {
        "Colonne A": ("personne", "contenu"),
        "Colonne B": ("courriel", "contenu"),
        "Colonne C": ("organisme", "contenu"),
    }


@pytest.mark.parametrize("key", [s.key for s in BY_KEY.values() if s.has_identifier])
def test_our_own_headers_are_all_recognised(key: str) -> None:
    sheet = BY_KEY[key]
    texts: dict[str, object] = {c.name: "x" for c in sheet.columns}
    found: list[Proposal] = propose(
        sheet,
        grid([c.header for c in sheet.columns], list(texts.values())),
        NAMES,
        {c.header.lower(): c.name for c in sheet.columns},
    )
    assert {p.header for p in found} == {c.header for c in sheet.columns}
    assert header_row(sheet, grid([c.header for c in sheet.columns], list(texts.values()))) == 1


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("Mme Hélène SAUVAGEOT", (MME, "Hélène", "SAUVAGEOT")),
        ("SAUVAGEOT Hélène", (None, "Hélène", "SAUVAGEOT")),
        ("Monsieur Jean-Marc DE LA TOUR", (M, "Jean-Marc", "DE LA TOUR")),
        ("DE LA TOUR Jean-Marc", (None, "Jean-Marc", "DE LA TOUR")),
        ("Mlle d’ARVILLAC Solène", (MME, "Solène", "d’ARVILLAC")),
        ("Hélène de SAUVAGEOT", (None, "Hélène", "de SAUVAGEOT")),
        ("M.Karim BENHADDOU", (M, "Karim", "BENHADDOU")),
        ("J. MARTIN", (None, "J.", "MARTIN")),
        ("Mme Sauvageot", (MME, None, "Sauvageot")),
        ("Hélène Sauvageot", None),
        ("SAUVAGEOT HÉLÈNE", None),
        ("SAUVAGEOT", None),
        ("M. le Préfet", None),
        ("Mme Dupré, adjointe", None),
        ("", None),
    ],
)
def test_capitals_tell_the_name(text: str, person: tuple[Civilite | None, str | None, str] | None) -> None:
    assert sp.split_person(text) == (sp.Person(*person) if person else None)


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("Dr PETIT Alain", (None, "Alain", "PETIT", "Dr")),
        ("Dr. Alain PETIT", (None, "Alain", "PETIT", "Dr")),
        ("DR PETIT Alain", (None, "Alain", "PETIT", "DR")),
        ("Mme le Dr Claire BOST", (MME, "Claire", "BOST", "Dr")),
        ("Maître LE GOFF Anne", (None, "Anne", "LE GOFF", "Maître")),
        ("Professeure Zoé ROY", (None, "Zoé", "ROY", "Professeure")),
        ("Me PETIT", (None, None, "PETIT", "Me")),
        ("Mme Dr Petit", (MME, None, "Petit", "Dr")),
        ("MAÎTRE Alain", (None, "Alain", "MAÎTRE")),
        ("Maître Alain", None),
        ("Dr Alain Petit", None),
        ("Dr", None),
    ],
)
def test_a_title_before_a_name_is_set_apart_and_the_capitals_decide(
    text: str, person: tuple[Civilite | None, str | None, str, str] | None
) -> None:
    assert sp.split_person(text) == (sp.Person(*person) if person else None)


def test_a_title_hides_neither_the_order_of_a_column_nor_a_lone_name() -> None:
    assert sp.told_order("Dr PETIT Alain") is sp.Order.NAME
    assert sp.told_order("Dr PETIT") is sp.Order.UNKNOWN
    assert (
        placed(["NOM Prénom", "Mail"], ["Dr PETIT", "z@v.fr"], ["ROY Zoé", "l@v.fr"])["NOM Prénom"][0]
        == "nom_prenom"
    )


def test_the_order_that_the_list_announces_decides_between_two_words_only() -> None:
    first, name = sp.Order.FIRST_NAME, sp.Order.NAME
    assert sp.split_person("Claire Martin", first) == sp.Person(None, "Claire", "Martin")
    assert sp.split_person("Martin Claire", name) == sp.Person(None, "Claire", "Martin")
    assert sp.split_person("Marie de La Tour", first) == sp.Person(None, "Marie", "de La Tour")
    assert sp.split_person("Marie Claire Martin", first) is None
    assert sp.split_person("Le Goff Anne", name) is None
    assert sp.split_person("Claire MARTIN", name) == sp.Person(None, "Claire", "MARTIN")


@pytest.mark.parametrize(
    ("text", "persons"),
    [
        ("M. Paul ARNAUD et Mme Claire BOST", ("M. Paul ARNAUD", "Mme Claire BOST")),
        ("Paul ARNAUD / Claire BOST", ("Paul ARNAUD", "Claire BOST")),
        ("Paul ARNAUD\nClaire BOST", ("Paul ARNAUD", "Claire BOST")),
        ("M. Paul ARNAUD, Mme Claire BOST", ("M. Paul ARNAUD", "Mme Claire BOST")),
        ("Mme Étienne-Lemme MMEDA", ()),
        ("Mme Claire BOST-ETIENNE", ()),
    ],
)
def test_two_persons_in_a_cell_are_seen(text: str, persons: tuple[str, ...]) -> None:
    assert sp.several_persons(text) == persons


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("12, rue du Port, 72000 Le Mans", ("", "12, rue du Port", "", "72000", "Le Mans")),
        ("12 rue du Port 72000 Le Mans", ("", "12 rue du Port", "", "72000", "Le Mans")),
        (
            "Hôtel de ville\n1 place de la République\nCS 40017\n99341 Évrigny Cedex",
            ("Hôtel de ville", "1 place de la République", "CS 40017", "99341", "Évrigny Cedex"),
        ),
        (
            "Centre social - 8 allée des Tilleuls - BP 12 - 72 001 LE MANS CEDEX 1 - France",
            ("Centre social", "8 allée des Tilleuls", "BP 12", "72001", "LE MANS CEDEX 1"),
        ),
        ("3 rue du 8 mai 1945 72000 Le Mans", ("", "3 rue du 8 mai 1945", "", "72000", "Le Mans")),
        ("12 rue X BP 30012 72000 Le Mans", ("", "12 rue X", "BP 30012", "72000", "Le Mans")),
        ("72000 Le Mans", ("", "", "", "72000", "Le Mans")),
        ("8 allée des Tilleuls", ("", "8 allée des Tilleuls", "", "", "")),
        ("12 rue A, 2e étage, 72000 Le Mans", None),
        ("12 rue A, 3 rue B, 72000 Le Mans", None),
        ("Le Mans 72000, derrière la gare", None),
        ("chez lui", None),
    ],
)
def test_an_address_is_split_when_each_part_has_a_sure_place(
    text: str, address: tuple[str, ...] | None
) -> None:
    assert sp.split_address(text) == (sp.Address(*address) if address else None)


@pytest.mark.parametrize(
    ("target", "raw", "values", "fate", "rest"),
    [
        ("civilite", "Monsieur", {"civilite": M}, Fate.REPAIRED, ""),
        ("civilite", "Mme", {"civilite": MME}, Fate.PLACED, ""),
        ("civilite", "Maître", {"civilite": "Maître"}, Fate.DOUBTFUL, ""),
        ("nom", "Mme LE ROY", {"civilite": MME, "nom": "LE ROY"}, Fate.REPAIRED, ""),
        ("nom", "Dr PETIT", {"nom": "PETIT"}, Fate.REPAIRED, "Dr"),
        ("personne", "Dr PETIT Alain", {"prenom": "Alain", "nom": "PETIT"}, Fate.REPAIRED, "Dr"),
        ("telephone", 353011037, {"telephone": "03 53 01 10 37"}, Fate.REPAIRED, ""),
        ("telephone", "03 53 01 10 37 / 06 39 98 20 53", {"telephone": "03 53 01 10 37"}, Fate.DOUBTFUL, "06 39 98 20 53"),
        ("telephone", "03 53 01 10 37 (poste 12)", {"telephone": "03 53 01 10 37"}, Fate.DOUBTFUL, "poste 12"),
        ("telephone", "3919", {"telephone": "3919"}, Fate.PLACED, ""),
        ("courriel", "Zoé Roy <z@v.fr>", {"courriel": "z@v.fr"}, Fate.DOUBTFUL, "Zoé Roy"),
        ("courriel", "z@v.fr ; l@v.fr", {"courriel": "z@v.fr"}, Fate.DOUBTFUL, "l@v.fr"),
        ("courriel", "néant", {"courriel": "néant"}, Fate.DOUBTFUL, ""),
        ("code_postal", "1000", {"code_postal": "01000"}, Fate.REPAIRED, ""),
        ("cp_ville", "Le Mans (72000)", {"code_postal": "72000", "ville": "Le Mans"}, Fate.REPAIRED, ""),
        ("organisme", "CAF", {"organisme": "ORG-CAF"}, Fate.REPAIRED, ""),
        ("organisme", "ORG-CAF", {"organisme": "ORG-CAF"}, Fate.PLACED, ""),
        ("organisme", "Caisse d'allocations familiales (CAF)", {"organisme": "ORG-CAF"}, Fate.REPAIRED, ""),
        ("organisme", "Préfecture", {"organisme": "ORG-PREF"}, Fate.DOUBTFUL, ""),
        ("suppleant_de", "M. Gaël NGUYEN", {"suppleant_de": "M003"}, Fate.REPAIRED, ""),
        ("formations", "plénière, restreint", {"formations": "plénière, restreint"}, Fate.DOUBTFUL, ""),
    ],
)  # fmt: skip
def test_a_cell_is_placed_repaired_or_kept_as_it_is(
    target: str, raw: object, values: dict[str, object], fate: Fate, rest: str
) -> None:
    cell = Cell(raw, grid([raw]).place(1, 1))
    found = fit(target, BY_KEY["membres"], cell, NAMES)
    assert (dict(found.values), found.fate, found.rest) == (values, fate, rest)

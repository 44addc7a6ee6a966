"""French text: one table per function; ~ stands for a no-break space."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from clspd_docs.domain import french

PREMIER = date(2026, 12, 1)


def text(s: str) -> str:
    return s.replace("~", french.NBSP)


def test_a_date_keeps_its_day_and_month_together_and_only_the_first_is_ordinal() -> None:
    assert french.jour(PREMIER) == text("1er~décembre 2026")
    assert french.jour(date(2026, 2, 12), semaine=True) == text("jeudi 12~février 2026")


@pytest.mark.parametrize(
    ("t", "expected"),
    [
        (time(14, 30), "14~h~30"),
        (time(9), "9~h"),
        (time(0, 5), "0~h~05"),
        (datetime(2026, 1, 1, 18, 0), "18~h"),  # noqa: DTZ001 - civil time, without a zone
    ],
)
def test_an_hour_is_written_with_h(t: time | datetime, expected: str) -> None:
    assert french.heure(t) == text(expected)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (PREMIER, PREMIER, "le 1er~décembre 2026"),
        (PREMIER, date(2026, 12, 3), "du 1er au 3~décembre 2026"),
        (date(2026, 5, 28), date(2026, 6, 1), "du 28~mai au 1er~juin 2026"),
        (date(2026, 12, 28), date(2027, 1, 3), "du 28~décembre 2026 au 3~janvier 2027"),
    ],
)
def test_a_period_says_once_what_its_ends_share(start: date, end: date, expected: str) -> None:
    assert french.periode(start, end) == text(expected)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="avant de commencer"):
        french.periode(PREMIER, date(2026, 11, 30))


def test_acts_open_with_a_date_and_an_hour_in_words() -> None:
    assert french.date_en_lettres(date(2026, 2, 12)) == "le douze février deux mille vingt-six"
    assert french.date_en_lettres(PREMIER) == "le premier décembre deux mille vingt-six"
    assert french.heure_en_lettres(time(14, 30)) == "quatorze heures trente"
    assert french.heure_en_lettres(time(1, 21)) == "une heure vingt et une"
    assert french.heure_en_lettres(time(21)) == "vingt et une heures"


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (0, "zéro"),
        (21, "vingt et un"),
        (71, "soixante et onze"),
        (80, "quatre-vingts"),
        (81, "quatre-vingt-un"),
        (97, "quatre-vingt-dix-sept"),
        (200, "deux cents"),
        (201, "deux cent un"),
        (1000, "mille"),
        (2026, "deux mille vingt-six"),
        (80_000, "quatre-vingt mille"),
        (200_080, "deux cent mille quatre-vingts"),
        (999_999, "neuf cent quatre-vingt-dix-neuf mille neuf cent quatre-vingt-dix-neuf"),
    ],
)
def test_a_cardinal_in_words(n: int, expected: str) -> None:
    assert french.en_lettres(n) == expected


@pytest.mark.parametrize("n", [-1, 1_000_000])
def test_a_cardinal_out_of_bounds_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match="de 0 à 999 999"):
        french.en_lettres(n)


@pytest.mark.parametrize(
    ("n", "dec", "expected"),
    [
        (12, None, "12"),
        (12345.5, None, "12~345,5"),
        (Decimal("-1234567.50"), None, "−1~234~567,5"),
        (0.125, 2, "0,13"),
        (2, 1, "2,0"),
        (-0.004, 2, "0,00"),
        (1e22, None, "10~000~000~000~000~000~000~000"),
    ],
)
def test_a_number_has_a_decimal_comma_and_thousands_apart(n: float, dec: int | None, expected: str) -> None:
    assert french.nombre(n, dec) == text(expected)


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="nombre attendu"):
        french.nombre(float("nan"))


def test_an_amount_shows_its_cents_only_when_it_has_some() -> None:
    assert french.euros(12000) == text("12~000~€")
    assert french.euros(1234.5) == text("1~234,50~€")
    assert french.euros(Decimal("11.999")) == text("12~€")


def test_ordinals_agree() -> None:
    assert [french.ordinal(1), french.ordinal(1, "F"), french.ordinal(2, "F")] == ["1er", "1re", "2e"]


def test_a_list_joins_what_is_there() -> None:
    assert french.liste(["A", "B", "C"]) == "A, B et C"
    assert french.liste(["A", None, "", "B"], "ou") == "A ou B"
    assert french.liste(["A"]) == "A"
    assert french.liste([]) == ""


@pytest.mark.parametrize(
    ("n", "mot", "expected"),
    [
        (0, "action", "0~action"),
        (1, "action", "1~action"),
        (1.5, "jour", "1,5~jour"),
        (12, "action", "12~actions"),
        (2, "avis", "2~avis"),
        (2, "procès-verbal", "2~procès-verbaux"),
        (2, "travail", "2~travaux"),
        (3, "enjeu", "3~enjeux"),
        (3, "festival", "3~festivals"),
    ],
)
def test_the_plural_begins_at_two(n: float, mot: str, expected: str) -> None:
    assert french.pluriel(n, mot) == text(expected)


def test_the_plural_of_several_words_is_asked_for() -> None:
    assert french.pluriel(2, "membre présent", "membres présents") == text("2~membres présents")
    with pytest.raises(ValueError, match="pluriel de « membre présent » inconnu"):
        french.pluriel(1, "membre présent")


@pytest.mark.parametrize(
    ("mot", "expected"),
    [
        *(("convoqué", "convoquée"), ("élu", "élue"), ("référent", "référente"), ("adjoint", "adjointe")),
        *(
            ("administratif", "administrative"),
            ("premier", "première"),
            ("membre", "membre"),
            ("admis", "admise"),
        ),
        *(
            ("municipal", "municipale"),
            ("citoyen", "citoyenne"),
            ("nombreux", "nombreuse"),
            ("professionnel", "professionnelle"),
        ),
        *(("français", "française"), ("substitut", "substitute"), ("vice-président", "vice-présidente")),
    ],
)
def test_a_regular_word_agrees(mot: str, expected: str) -> None:
    assert french.accord(mot, "F") == expected
    assert french.accord(mot, "M") == mot


@pytest.mark.parametrize(
    "mot", ["directeur", "procureur", "préfet", "chef", "nouveau", "élu municipal", "public"]
)
def test_a_feminine_that_only_usage_tells_is_asked_for(mot: str) -> None:
    assert french.accord(mot, "F", "autre") == "autre"
    assert french.accord(mot, "M") == mot
    with pytest.raises(ValueError, match=f"féminin de « {mot} » inconnu"):
        french.accord(mot, "F")


@pytest.mark.parametrize("genre", ["Mme", "f", ""])
def test_a_gender_is_m_or_f(genre: str) -> None:
    for call in (french.accord, french.le, french.du):
        with pytest.raises(ValueError, match="genre attendu"):
            call("maire", genre)


@pytest.mark.parametrize(
    ("x", "de_x", "a_x"),
    [
        ("Arles", "d’Arles", "à Arles"),
        ("Lyon", "de Lyon", "à Lyon"),
        ("Paris", "de Paris", "à Paris"),
        ("Étampes", "d’Étampes", "à Étampes"),
        ("E\u0301tampes", "d’E\u0301tampes", "à E\u0301tampes"),
        ("Œuilly", "d’Œuilly", "à Œuilly"),
        ("Le Havre", "du Havre", "au Havre"),
        ("Les Ulis", "des Ulis", "aux Ulis"),
        ("Les\u00a0Ulis", "des Ulis", "aux Ulis"),
        ("La Rochelle", "de La Rochelle", "à La Rochelle"),
        ("L’Haÿ-les-Roses", "de L’Haÿ-les-Roses", "à L’Haÿ-les-Roses"),
        ("L'Haÿ-les-Roses", "de L'Haÿ-les-Roses", "à L'Haÿ-les-Roses"),
        ("Lens", "de Lens", "à Lens"),
        ("Leers", "de Leers", "à Leers"),
        ("le Loiret", "du Loiret", "au Loiret"),
        ("les Yvelines", "des Yvelines", "aux Yvelines"),
        ("la Haute-Orvelle", "de la Haute-Orvelle", "à la Haute-Orvelle"),
        ("l’Ain", "de l’Ain", "à l’Ain"),
        ("l'Ain", "de l'Ain", "à l'Ain"),
        ("Hyères", "d’Hyères", "à Hyères"),
        ("Houilles", "de Houilles", "à Houilles"),
        ("Hem", "de Hem", "à Hem"),
        ("Yvetot", "d’Yvetot", "à Yvetot"),
        ("Yerres", "de Yerres", "à Yerres"),
        ("11 communes", "de 11 communes", "à 11 communes"),
        ("onze communes", "de onze communes", "à onze communes"),
        ("« Avenir »", "d’« Avenir »", "à « Avenir »"),
    ],
)
def test_de_and_a_elide_and_contract(x: str, de_x: str, a_x: str) -> None:
    assert french.de(x) == de_x
    assert french.a(x) == a_x


@pytest.mark.parametrize(
    ("x", "genre", "le_x", "du_x"),
    [
        ("maire", "M", "le maire", "du maire"),
        ("préfète", "F", "la préfète", "de la préfète"),
        ("élue", "F", "l’élue", "de l’élue"),
        ("habitant", "M", "l’habitant", "de l’habitant"),
        ("handicap", "M", "le handicap", "du handicap"),
        ("hiérarchie", "F", "la hiérarchie", "de la hiérarchie"),
        ("Yonne", "F", "l’Yonne", "de l’Yonne"),
        ("onzième séance", "F", "la onzième séance", "de la onzième séance"),
        ("8", "M", "le 8", "du 8"),
        ("le Loiret", "M", "le Loiret", "du Loiret"),
        ("la Haute-Orvelle", "F", "la Haute-Orvelle", "de la Haute-Orvelle"),
        ("Le Havre", "M", "Le Havre", "du Havre"),
        ("les Yvelines", "F", "les Yvelines", "des Yvelines"),
    ],
)
def test_an_article_agrees_elides_and_is_not_doubled(x: str, genre: str, le_x: str, du_x: str) -> None:
    assert french.le(x, genre) == le_x
    assert french.du(x, genre) == du_x


def test_que_elides() -> None:
    assert [french.que(x) for x in ("il", "la maire", "onze élus", "y")] == [
        "qu’il",
        "que la maire",
        "que onze élus",
        "qu’y",
    ]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Objet : réunion", "Objet~: réunion"),
        ("Objet: réunion", "Objet~: réunion"),
        ("Quoi?! Oui !", "Quoi~?! Oui~!"),
        ("un ; deux  ; trois", "un~; deux~; trois"),
        ("un\u202f; deux", "un\u202f; deux"),
        ("«Avenir» et « Demain »", "«~Avenir~» et «~Demain~»"),
        ("(« Ici ? »)", "(«~Ici~?~»)"),
        ("le 12 février 2026 à 14 h 30", "le 12~février 2026 à 14~h~30"),
        ("le 1er mai à 9 h", "le 1er~mai à 9~h"),
        ("12 000 €, 30 % et 5 jours", "12~000~€, 30~% et 5~jours"),
        ("en 2026 150 personnes", "en 2026 150 personnes"),
        ("n° 3 et n°4", "n°~3 et n°~4"),
        ("M. Petit, Mme Roux et MM. Blanc", "M.~Petit, Mme~Roux et MM.~Blanc"),
        ("art. 5, art. L. 132-4, al. 2, p. 7", "art.~5, art.~L.~132-4, al.~2, p.~7"),
        ("à 14:30, de 9:00 à 10:00", "à 14:30, de 9:00 à 10:00"),
        ("1, place du Pré, CS 40017, 99340 Évrigny", "1,~place du Pré, CS 40017, 99340~Évrigny"),
        ("12 bis, rue Basse, 94240 L’Haÿ", "12~bis,~rue Basse, 94240~L’Haÿ"),
        ("99340 EVRIGNY LES FORGES", None),
        ("https://exemple.fr/a?b=1;c:2! et mairie@exemple.fr; voir www.exemple.fr?", None),
        ("C:\\Dossiers\\12", None),
        ("06 12 34 56 78", None),
    ],
)
def test_no_break_spaces_stand_where_a_line_must_not_end(typed: str, expected: str | None) -> None:
    assert french.insecables(typed) == text(typed if expected is None else expected)


def test_only_the_first_letter_changes() -> None:
    assert [french.majuscule(x) for x in ("élus du CLSPD", "", "œuvre")] == ["Élus du CLSPD", "", "Œuvre"]


def test_a_function_after_a_name_takes_a_small_initial_unless_it_opens_with_an_acronym() -> None:
    typed = ("Maire d’Arles", "Élue", "Sous-préfet", "L’adjointe")
    assert [french.minuscule(x) for x in typed] == ["maire d’Arles", "élue", "sous-préfet", "l’adjointe"]
    kept = ["DDSP", "DGS adjoint", "M. le maire", "Mme X", "à désigner", ""]
    assert [french.minuscule(x) for x in kept] == kept


def test_accents_and_ligatures_go() -> None:
    assert french.sans_accents("Cœur d’été à L’Haÿ, ÆGIR") == "Coeur d’ete a L’Hay, AEGIR"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Saint-Étienne", "saint etienne"),
        ("L'Haÿ‑les‑Roses", "l’hay les\u00a0roses "),
        ("CŒUR", "cœur"),
        ("Procès\u202fverbal", "proce\u0300s-verbal"),
    ],
)
def test_a_key_forgets_accents_case_blanks_hyphens_and_apostrophes(one: str, other: str) -> None:
    assert french.cle(one) == french.cle(other)
    assert french.cle("Hôtel de ville") != french.cle("Hôtel de la ville")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Préfète de la Haute-Orvelle", "Prefete-de-la-Haute-Orvelle"),
        ("P-2026-02", "P-2026-02"),
        ("a/b\\c:d*e?.pdf.", "a-b-c-d-e-pdf"),
        ("con", "_con"),
        ("LPT1", "_LPT1"),
        ("…", "sans-nom"),
        ("x" * 59 + " yz", "x" * 59),
    ],
)
def test_a_slug_is_a_file_name_everywhere(typed: str, expected: str) -> None:
    assert french.slug(typed) == expected


def test_a_postal_line_is_upper_case_without_accents_or_punctuation() -> None:
    assert french.adresse_majuscules("12 bis, rue de l’Été") == "12 BIS RUE DE L ETE"
    assert french.adresse_majuscules("94240 L'Haÿ-les-Roses CEDEX") == "94240 L HAY LES ROSES CEDEX"

"""Phones, e-mail addresses, postcodes and SIRET numbers: what is read, repaired, doubted and refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clspd_docs.registers.answers import Doubted, Refused, Repaired
from clspd_docs.registers.cells import clean
from clspd_docs.registers.contacts import FICTION, email, phone, postcode, siret


def answer(parser: Callable[..., str], text: str, **given: object) -> str:
    """Return the value, or « code value » of a note or a warning, or the code of a refusal."""
    try:
        return parser(text, **given)
    except Repaired as repair:
        return f"REG208 {repair.value}"
    except Doubted as doubt:
        return f"{doubt.kind.code} {doubt.value}"
    except Refused as refusal:
        return refusal.kind.code


def why(parser: Callable[..., str], text: str) -> str:
    """Return what the message of a refusal adds."""
    with pytest.raises(Refused) as refusal:
        parser(text)
    return str(refusal.value.facts.get("attendu", refusal.value.facts.get("detail"))).rpartition(" ; ")[2]


# --- Phones --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("0353010203", "03 53 01 02 03"),
        ("03.53.01.02.03", "03 53 01 02 03"),
        ("03/53/01/02/03", "03 53 01 02 03"),
        ("03‑53–01-02-03", "03 53 01 02 03"),
        ("(03) 53 01 02 03", "03 53 01 02 03"),
        ("03 53 01 02 03 /", "03 53 01 02 03"),
        ("+33 (0)3 53 01 02 03", "03 53 01 02 03"),
        ("+33 03 53 01 02 03", "03 53 01 02 03"),
        ("0033 3 53 01 02 03", "03 53 01 02 03"),
        ("33353010203", "03 53 01 02 03"),
        ("353010203", "REG208 03 53 01 02 03"),
        ("0 800 123 456", "08 00 12 34 56"),
        ("0262 40 12 34", "02 62 40 12 34"),
        ("+262 262 40 12 34", "02 62 40 12 34"),
        ("0590 12 34 56", "05 90 12 34 56"),
        ("0596 12 34 56", "05 96 12 34 56"),
        ("0594 12 34 56", "05 94 12 34 56"),
        ("0269 12 34 56", "02 69 12 34 56"),
        ("+508 41 12 34", "+508 41 12 34"),
        ("+687 27 12 34", "+687 27 12 34"),
        ("27 12 34", "REG208 +687 27 12 34"),
        ("40 41 42 43", "REG208 +689 40 41 42 43"),
        ("17", "17"),
        ("112", "112"),
        ("3919", "3919"),
        ("39 19", "39 19"),
        ("116 117", "116 117"),
        ("+32 2 555 12 12", "+32 2 555 12 12"),
        ("00 41 22 327 41 11", "+41 22 327 41 11"),
        ("+377 98 98 82 57", "+377 98 98 82 57"),
        ("07 00 12 34 56", "REG211 07 00 12 34 56"),
        ("+352 9", "REG201"),
        ("+999 123456", "REG201"),
        ("00 00 00 00 00", "REG201"),
        ("03 53 01 02", "REG201"),
        ("03 53 01 02 03 04", "REG201"),
        ("9999", "REG201"),
        ("35301128.85", "REG201"),
        ("03 53 01 02 03 (matin)", "REG201"),
        ("٠٣٥٣٠١٠٢٠٣", "REG201"),
        ("+", "REG201"),
    ],
)
def test_a_phone_is_read_in_pairs_and_a_foreign_one_with_its_code(typed: str, read: str) -> None:
    assert answer(phone, typed) == read


@pytest.mark.parametrize("series", FICTION)
def test_a_number_kept_for_fiction_is_right(series: str) -> None:
    assert answer(phone, f"{series}0102") == " ".join(f"{series}0102"[i : i + 2] for i in range(0, 10, 2))


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("03 53 01 12 88 / 06 39 98 12 34", "la 1re et la 2e sont justes"),
        ("03 53 01 12 88 06 39 98 12 34", "la 1re et la 2e sont justes"),
        ("0353011288\n0639981234", "la 1re et la 2e sont justes"),
        ("3919 / 3018", "la 1re et la 2e sont justes"),
        ("17 ou 112", "la 1re et la 2e sont justes"),
        ("03 53 01 12 88 / 89", "seule la 1re est juste"),
        ("standard ; 03 53 01 12 88", "seule la 2e est juste"),
        ("03 53 01 12 88, 03 53 01, +32 2 555 12 12", "la 1re et la 3e sont justes, pas les autres"),
    ],
)
def test_several_phones_are_told_with_those_that_are_right(typed: str, right: str) -> None:
    assert answer(phone, typed) == "REG209"
    assert why(phone, typed) == right


def test_a_refused_phone_says_how_many_figures_it_has() -> None:
    assert why(phone, "03 53 01 02").replace("\u00a0", " ") == "celui-ci a 8 chiffres"
    assert why(phone, "1").replace("\u00a0", " ") == "celui-ci a 1 chiffre"


# --- E-mail addresses ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("nom.prenom@ville.example", "nom.prenom@ville.example"),
        ("Nom@VILLE.example", "Nom@VILLE.example"),
        ("o'neil+clspd@ville.fr", "o'neil+clspd@ville.fr"),
        ("élodie@évrigny.fr", "élodie@évrigny.fr"),
        ("用户@例子.广告", "用户@例子.广告"),
        ("mailto:a@ville.fr", "REG208 a@ville.fr"),
        ("MAILTO:a@ville.fr?subject=CLSPD", "REG208 a@ville.fr"),
        ("<a@ville.fr>", "REG208 a@ville.fr"),
        ("Jean Dupré <a@ville.fr>", "REG208 a@ville.fr"),
        ('"Dupré, Jean" <a@ville.fr>;', "REG208 a@ville.fr"),
        ("a@ville.fr <mailto:a@ville.fr>", "REG208 a@ville.fr"),
        ("a@ville.fr;", "REG208 a@ville.fr"),
        ("x@gmial.com", "REG212 x@gmial.com"),
        ("x@orange.f", "REG212 x@orange.f"),
        ("x@wanadoo.rf", "REG212 x@wanadoo.rf"),
        ("x@laposte.ne", "REG212 x@laposte.ne"),
        ("x@ville.con", "REG212 x@ville.con"),
        ("<x@gmail.fr>", "REG212 x@gmail.fr"),
        ("a@ville.local", "REG201"),
        ("a@-ville.fr", "REG201"),
        (f"{'x' * 65}@ville.fr", "REG201"),
    ],
)
def test_an_address_is_kept_as_typed_and_taken_out_of_what_wraps_it(typed: str, read: str) -> None:
    assert answer(email, typed) == read


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("direction.caf.example", "l’arobase (@) manque"),
        ("a@@ville.fr", "il y a deux arobases (@)"),
        ("jean dupre@ville.fr", "elle contient une espace"),
        ("a@ville,fr", "une virgule est à la place d’un point"),
        ("a@ville.fr.", "elle finit par un point"),
        ("a@ville..fr", "deux points se suivent"),
        ("@ville.fr", "il manque ce qui précède l’arobase"),
        ("a.@ville.fr", "un point est mal placé"),
        ("a@ville", "il manque la fin du nom de domaine (.fr, .com…)"),
        ("a@[10.0.0.1]", "celle-ci n’a pas la forme d’une adresse d’Internet"),
    ],
)
def test_a_refused_address_says_what_is_wrong_with_it(typed: str, fault: str) -> None:
    assert answer(email, typed) == "REG201"
    assert why(email, typed) == fault


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "mail.com", "hotmail.be", "hotmail.ch", "yahoo.it", "orange.com", "laposte.fr", "sfr.fr"],
)
def test_a_domain_that_exists_is_not_taken_for_a_slip(domain: str) -> None:
    assert answer(email, f"nom@{domain}") == f"nom@{domain}"


def test_the_message_of_a_slip_names_the_right_domain_and_nothing_of_the_person() -> None:
    with pytest.raises(Doubted) as doubt:
        email("elise.martin@gmial.com")
    assert doubt.value.facts == {"domaine": "gmail.com"}


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("a@ville.fr ; b@ville.fr", "la 1re et la 2e sont justes"),
        ("a@ville.fr b@ville.fr", "la 1re et la 2e sont justes"),
        ("A <a@ville.fr>; B <b@ville.fr>", "la 1re et la 2e sont justes"),
        ("a@ville.fr / b@ville", "seule la 1re est juste"),
        ("a@ville / b@ville", "aucune n’est juste"),
    ],
)
def test_several_addresses_are_told_with_those_that_are_right(typed: str, right: str) -> None:
    assert answer(email, typed) == "REG209"
    assert why(email, typed) == right


@given(st.emails())
def test_an_address_that_the_standard_admits_is_read_as_it_stands(address: str) -> None:
    assert email(address) == address


# --- Postcodes and SIRET numbers -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "is_number", "shown_as", "read"),
    [
        ("72000", False, "@", "72000"),
        ("72 000", False, "@", "72000"),
        ("1000", True, "General", "REG208 01000"),
        ("1000", True, "00000", "01000"),
        ("1000", False, "@", "REG201"),
        ("F-72000", False, "@", "REG208 72000"),
        ("fr 72000", False, "@", "REG208 72000"),
        ("72039 Cedex 9", False, "@", "REG201"),
        ("٧٢٠٠٠", False, "@", "REG201"),
    ],
)
def test_a_postcode_has_five_figures(typed: str, is_number: bool, shown_as: str, read: str) -> None:
    assert answer(postcode, typed, is_number=is_number, number_format=shown_as) == read


@pytest.mark.parametrize(
    ("typed", "is_number", "read"),
    [
        ("732 829 320", False, "732829320"),
        ("732-829-320", False, "732829320"),
        ("732 829 320 00074", False, "73282932000074"),
        ("73282932000074", True, "73282932000074"),
        ("356000000", True, "356000000"),
        ("356 000 000 00048", False, "35600000000048"),
        ("356 000 000 00001", False, "35600000000001"),
        ("732829321", False, "REG213"),
        ("732 829 320 00075", False, "REG213"),
        ("732 829 321 00073", False, "REG213"),
        ("35600000000002", False, "REG213"),
        ("00000000000000", False, "REG213"),
        ("2,1E+13", False, "REG214"),
        ("2.1e13", False, "REG214"),
        ("21000000000000", True, "REG214"),
        ("7282932000074", True, "REG214"),
        ("7282932", True, "REG214"),
        ("7282932000074", False, "REG201"),
        ("732829320000749999", True, "REG201"),
        ("FR12732829320", False, "REG201"),
    ],
)
def test_a_siret_is_read_when_its_key_is_right(typed: str, is_number: bool, read: str) -> None:
    assert answer(siret, typed, is_number=is_number) == read


# --- All of them ---------------------------------------------------------------------------------------

dirty = st.text(max_size=40) | st.text("0123456789+-/.() ;,@<>eéE:\n", max_size=30)


@given(dirty)
def test_any_text_is_read_or_answered(text: str) -> None:
    text = clean(text)
    for parser, facts in (
        (phone, {}),
        (email, {}),
        (siret, {"is_number": True}),
        (postcode, {"is_number": True, "number_format": "General"}),
    ):
        assert answer(parser, text, **facts)


@pytest.mark.parametrize(
    "text", ["a" * 30_000, "1 " * 15_000, "a@ville.fr " * 3_000, "<" * 30_000, "a@" + "b." * 15_000]
)
def test_a_cell_as_long_as_excel_allows_is_answered_at_once(text: str) -> None:
    for parser in (phone, email):
        assert answer(parser, text) in {"REG201", "REG209"}


def test_the_libraries_are_not_imported_before_a_cell_needs_them() -> None:
    code = (
        "import sys; import clspd_docs.registers.cells;"
        "sys.exit(bool({'phonenumbers', 'email_validator'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

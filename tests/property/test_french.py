"""French text, for any date, number or sentence."""

from __future__ import annotations

import re
from datetime import date

import num2words
from hypothesis import given
from hypothesis import strategies as st

from clspd_docs.domain import french
from clspd_docs.domain.calendar import dernier_jour_ouvre, jours_feries, moins_jours_francs

DATES = st.dates(date(1900, 1, 1), date(2199, 12, 31))
WORDS = st.sampled_from(
    ["12", "000", "1er", "février", "h", "30", "€", "n°", "M.", "Mme", "art.", "«", "»", ":", "?!", "mot", "«mot»", "a@b.fr;",
     "https://x.fr/?a=1", "14:30", "L.", "\n", "\u00a0", "\u202f", " ", ""]
)  # fmt: skip
SENTENCES = st.one_of(st.text(), st.lists(WORDS).map(" ".join), st.lists(WORDS).map("".join))

NUMBER_WORDS = {french.en_lettres(n): n for n in range(2200)}


def read_day(s: str) -> date:
    """Read « [jeudi] 12 février 2026 »."""
    match = re.search(rf"(\d+)(?:er)?{french.NBSP}(\w+) (\d+)$", s)
    assert match
    return date(int(match[3]), french.MOIS.index(match[2]) + 1, int(match[1]))


@given(DATES)
def test_every_french_date_reads_back_to_the_same_day(d: date) -> None:
    assert read_day(french.jour(d)) == d
    assert read_day(french.jour(d, semaine=True)) == d
    assert french.jour(d, semaine=True).split()[0] == french.JOURS[d.weekday()]


@given(DATES)
def test_every_date_in_words_reads_back_to_the_same_day(d: date) -> None:
    match = re.fullmatch(rf"le (.+) ({'|'.join(french.MOIS)}) (.+)", french.date_en_lettres(d))
    assert match
    day = 1 if match[1] == "premier" else NUMBER_WORDS[match[1]]
    assert date(NUMBER_WORDS[match[3]], french.MOIS.index(match[2]) + 1, day) == d


@given(DATES, DATES)
def test_every_period_reads_back_to_its_two_days(x: date, y: date) -> None:
    start, end = sorted((x, y))
    first, _, last = french.periode(start, end).removeprefix("du ").removeprefix("le ").rpartition(" au ")
    assert read_day(last) == end
    shared = french.jour(end).split(french.NBSP)[1]
    if first and french.NBSP not in first:
        first = f"{first}{french.NBSP}{shared}"
    elif first and first.split()[-1] in french.MOIS:
        first = f"{first} {end.year}"
    assert read_day(first or last) == start


def test_cardinals_in_words_are_those_of_num2words() -> None:
    # The oracle writes quatre-vingts, deux cents and vingt et un as we do, over the whole range.
    assert [french.en_lettres(n) for n in range(10_000)] == [
        num2words.num2words(n, lang="fr") for n in range(10_000)
    ]


@given(st.integers(0, 999_999))
def test_cardinals_in_words_are_those_of_num2words_up_to_a_million(n: int) -> None:
    assert french.en_lettres(n) == num2words.num2words(n, lang="fr")


@given(st.integers(-(10**15), 10**15))
def test_every_number_reads_back(n: int) -> None:
    assert int(french.nombre(n).replace(french.NBSP, "").replace("−", "-")) == n


@given(SENTENCES)
def test_no_break_spaces_are_set_once(s: str) -> None:
    once = french.insecables(s)
    assert french.insecables(once) == once


@given(SENTENCES)
def test_no_break_spaces_change_blanks_only(s: str) -> None:
    blanks = str.maketrans(dict.fromkeys(" \u00a0\u202f"))
    assert french.insecables(s).translate(blanks) == s.translate(blanks)


@given(SENTENCES, st.from_regex(r"(https?://|www\.|[a-z]+@)[a-z]+\.fr(/[a-z?=;:!0-9]*)?", fullmatch=True))
def test_no_break_spaces_leave_addresses_alone(s: str, address: str) -> None:
    assert address in french.insecables(f"{s} {address} {s}")


@given(st.times())
def test_no_break_spaces_leave_clock_times_alone(t: object) -> None:
    assert french.insecables(f"à {t!s:.5}, salle 3") == f"à {t!s:.5}, salle 3"


@given(st.text())
def test_a_key_is_its_own_key(s: str) -> None:
    assert french.cle(french.cle(s)) == french.cle(s)


@given(st.text(), st.integers(5, 80))
def test_a_slug_is_its_own_slug_and_fits(s: str, limite: int) -> None:
    name = french.slug(s, limite)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", name)
    assert len(name) <= max(limite, len("sans-nom"))
    assert french.slug(name, max(limite, len("sans-nom"))) == name


@given(DATES, st.integers(0, 60))
def test_a_notice_leaves_its_jours_francs_whole(d: date, n: int) -> None:
    sent = dernier_jour_ouvre(moins_jours_francs(d, n))
    assert (d - sent).days - 1 >= n
    assert sent.weekday() < 5
    assert sent not in jours_feries(sent.year)

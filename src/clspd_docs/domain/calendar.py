"""The French calendar: public holidays, working days, and days counted back from a meeting."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

_SATURDAY: Final = 5

_FIXED: Final = {
    (1, 1): "jour de l’An",
    (5, 1): "fête du Travail",
    (5, 8): "victoire de 1945",
    (7, 14): "fête nationale",
    (8, 15): "Assomption",
    (11, 1): "Toussaint",
    (11, 11): "armistice de 1918",
    (12, 25): "Noël",
}
_ALSACE_MOSELLE: Final = frozenset({"57", "67", "68"})
_ABOLITION: Final = {
    "971": (5, 27),
    "972": (5, 22),
    "973": (6, 10),
    "974": (12, 20),
    "976": (4, 27),
    "977": (10, 9),
    "978": (5, 27),
}


def _easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian rule (Meeus, Jones, Butcher)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def jours_feries(year: int, departement: str | None = None) -> dict[date, str]:
    """Return the public holidays of ``year``, in order, each with its name.

    Args:
        year: Civil year.
        departement: INSEE code. « 57 », « 67 », « 68 » add their two days (Good Friday everywhere, though the
            law keeps it to communes with a Protestant church); an overseas code adds the day of the
            abolition of slavery there.

    Returns:
        Eleven days, and the local ones; one less in the years when Ascension falls on 1 or 8 May.

    Source:
        Code du travail, L3133-1 (national), L3134-13 (Alsace-Moselle), L3422-2 (overseas).
    """
    easter = _easter(year)
    days = {date(year, *month_day): name for month_day, name in _FIXED.items()}
    days[easter + timedelta(days=1)] = "lundi de Pâques"
    days[easter + timedelta(days=39)] = "Ascension"
    days[easter + timedelta(days=50)] = "lundi de Pentecôte"
    if departement in _ALSACE_MOSELLE:
        days[easter - timedelta(days=2)] = "Vendredi saint"
        days[date(year, 12, 26)] = "Saint-Étienne"
    if departement in _ABOLITION:
        days.setdefault(date(year, *_ABOLITION[departement]), "abolition de l’esclavage")
    return dict(sorted(days.items()))


def dernier_jour_ouvre(d: date, departement: str | None = None) -> date:
    """Return ``d``, or the last day before it that is neither a Saturday, a Sunday nor a public holiday."""
    while d.weekday() >= _SATURDAY or d in jours_feries(d.year, departement):
        d -= timedelta(days=1)
    return d


def moins_jours(d: date, n: int) -> date:
    """Return the day ``n`` calendar days before ``d``."""
    return d - timedelta(days=n)


def moins_jours_francs(d: date, n: int) -> date:
    """Return the last day to send a notice that ``n`` jours francs must part from the meeting of day ``d``.

    Neither the day of sending nor that of the meeting counts: 5 jours francs before 18 June is 12 June.
    Weekends and holidays count; ``dernier_jour_ouvre`` then gives the day when an office is open.
    """
    return moins_jours(d, n + 1)

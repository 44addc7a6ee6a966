"""The letters of a session for the copy room: sorted as they are posted, with separator sheets and a count sheet.

Everything is printed on both sides: each letter, and each sheet of ours, starts on the front of a sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from clspd_docs.domain.french import pluriel
from clspd_docs.packets.assemble import assemble
from clspd_docs.packets.drawn_pages import Text, broken, draw
from clspd_docs.packets.inspect import page_count
from clspd_docs.packets.spec import Packet, PacketSpec, Part

_POSTCODE: Final = re.compile(r"\b(\d{5})\b\s*(.*)")
_LEFT, _TOP, _STEP = 25.0, 45.0, 9.0  # mm
_TITLE, _BODY = 18.0, 12.0  # points
_RIGHT: Final = 185.0


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter to print.

    Args:
        part: The letter; its title names the recipient.
        channel: How it leaves, as printed ("Lettre recommandée avec avis de réception").
        address: Its lines, as on the envelope; empty when it has none.
    """

    part: Part
    channel: str
    address: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """What leaves by one channel."""

    channel: str
    letters: int
    pages: int
    sheets: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What the copy room gets: the file, and the counts that its first sheet prints."""

    packet: Packet
    counts: tuple[Count, ...]


def in_posting_order(mails: Sequence[Mail], channels: Sequence[str]) -> list[Mail]:
    """Return the letters by channel, then postcode, town, street and name.

    Raises:
        ValueError: A channel that is not among ``channels``.
    """
    return sorted(mails, key=lambda mail: (channels.index(mail.channel), _order(mail)))


def copy_room(
    spec: PacketSpec, mails: Sequence[Mail], channels: Sequence[str], notes: Sequence[str] = ()
) -> Batch:
    """Return the letters in the order in which they are posted, to print on both sides.

    Letters bear no mark of the batch: they leave. The file starts with the count sheet; a separator sheet stands
    before the letters of each channel, which are sorted by postcode, town, street and name.

    Args:
        spec: Title and date; numbering and recto are set here.
        mails: At least one.
        channels: Every channel of ``mails``, in the order wanted.
        notes: Lines of the count sheet about letters that are not there.

    Raises:
        Stop: DOS101, a letter that is not a readable PDF.
        ValueError: No letter, a key twice, or a channel that is not among ``channels``.
    """
    ordered = in_posting_order(mails, channels)
    parts: list[Part] = []
    counts: list[Count] = []
    for channel in channels:
        letters = [mail for mail in ordered if mail.channel == channel]
        if letters:
            counts.append(_count(channel, letters))
            sheet = draw(channel, [_separator(counts[-1], letters)])
            parts.append(Part(f"separation-{len(counts)}", f"Séparation – {channel}", sheet, group=channel))
            parts += [replace(mail.part, group=channel) for mail in letters]
    first = draw("Bon de tirage", [_count_sheet(spec, counts, notes)])
    printed = replace(spec, numbering="", recto=True)
    packet = assemble(printed, [Part("bon-de-tirage", "Bon de tirage", first), *parts])
    return Batch(packet, tuple(counts))


def _order(mail: Mail) -> tuple[bool, str, str, tuple[str, ...], str]:
    """Return what a letter is sorted by; without an address, it comes last."""
    postcode, town = _locality(mail.address)
    street = mail.address[-2:-1]
    return (not postcode, postcode, town, street, mail.part.title)


def _locality(address: Sequence[str]) -> tuple[str, str]:
    found = _POSTCODE.search(address[-1]) if address else None
    return (found[1], found[2]) if found else ("", "")


def _count(channel: str, letters: Sequence[Mail]) -> Count:
    pages = [page_count(mail.part.pdf) for mail in letters]
    return Count(channel, len(letters), sum(pages), sum((each + 1) // 2 for each in pages))


def _told(count: Count) -> str:
    return (
        f"{pluriel(count.letters, 'pli')}, {pluriel(count.pages, 'page')}, {pluriel(count.sheets, 'feuille')} "
        "recto verso"
    )


def _separator(count: Count, letters: Sequence[Mail]) -> list[Text]:
    towns = [" ".join(_locality(mail.address)).strip() for mail in (letters[0], letters[-1])]
    span = f"De {towns[0]} à {towns[1]}" if towns[0] != towns[1] else towns[0]
    if not all(towns):
        span = "Par code postal, puis sans adresse"
    return _column(count.channel, [_told(count), span, "Cette feuille ne part pas : elle sépare les envois."])


def _count_sheet(spec: PacketSpec, counts: Sequence[Count], notes: Sequence[str]) -> list[Text]:
    whole = Count(
        "", *(sum(getattr(each, name) for each in counts) for name in ("letters", "pages", "sheets"))
    )
    lines = [spec.title, f"Le {spec.when:%d/%m/%Y}", ""]
    lines += [f"{each.channel} : {_told(each)}" for each in counts]
    lines += ["", f"En tout : {_told(whole)}", ""]
    extra = len(counts) + 1
    lines.append(
        f"Plus {pluriel(extra, 'feuille')} qui ne partent pas : celle-ci, et une avant chaque envoi."
    )
    lines.append("Joindre à chaque pli les pièces que sa lettre annonce (« P. J. ») : elles ne sont pas ici.")
    lines.append(
        "Imprimer en recto verso, bord long, à 100 % ; chaque lettre commence sur une feuille neuve."
    )
    return _column("Bon de tirage", [*lines, "", *notes] if notes else lines)


def _column(title: str, lines: Iterable[str]) -> list[Text]:
    """Return lines below a title; a long one is broken between words, an empty one is a space."""
    texts, y = [], _TOP
    for number, line in enumerate([title, *lines]):
        size = _BODY if number else _TITLE
        for piece in broken(line, size, _RIGHT - _LEFT):
            texts.append(Text(_LEFT, y, size, piece, is_title=number == 0))
            y += _STEP * size / _BODY
        if not line:
            y += _STEP
    return texts

"""Drawings as plain data: what ``documents`` finds in the registers and ``templates`` puts into Word.

Nothing here says where a box stands or which colour a bar has.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Box:
    """A box with a title and lines below it."""

    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagram:
    """Boxes that work together.

    Args:
        sentence: What the drawing shows, whole, for who does not see it.
        chain: At least one box; each is linked to the next, top to bottom.
        leaves: Boxes of one rank, linked together to the last of the chain; may be empty.
        leaves_title: What they are, « 5 groupes de travail ».
    """

    sentence: str
    chain: tuple[Box, ...]
    leaves: tuple[Box, ...] = ()
    leaves_title: str = ""


class Tone(StrEnum):
    """What a bar says of itself, apart from its colour: each has a fill and an outline of its own."""

    DONE = auto()
    GOING = auto()
    LATE = auto()
    WAITING = auto()
    MOVED = auto()
    DROPPED = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Series:
    """One part of each bar: its name in the legend, one value a bar; None leaves the part out."""

    label: str
    tone: Tone
    values: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class BarChart:
    """Horizontal bars, one a label, top to bottom, each made of its series laid end to end.

    Args:
        sentence: What the chart shows, whole, for who does not see it.
        labels: What stands left of each bar; one that is too long for its lines is cut, with « … ».
        series: In the order of the legend; each has as many values as there are labels.
        notes: What follows each label and is never cut; none, or as many as there are labels.
        percent: The values are percents, and the bars go to 100.
    """

    sentence: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    notes: tuple[str, ...] = ()
    percent: bool = False


Drawing: TypeAlias = Diagram | BarChart

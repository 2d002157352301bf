"""What is on a sheet of paper: outlines, discs and words, in millimetres from its upper left corner.

Two writers make a file of it, `pdf` and `svg`. Words are only ever words: no writer reads markup in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from maps.poster.letters import ACCENT, PAPER, Style

Ring = tuple[tuple[float, float], ...]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Outline:
    """Lines, or areas where `closed`; of areas that lie within each other the inner one is a hole."""

    rings: tuple[Ring, ...]
    fill: str | None = None
    stroke: str | None = None
    stroke_mm: float = 0.2
    dash_mm: tuple[float, ...] = ()
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Disc:
    """A disc round a middle."""

    x: float
    y: float
    radius: float
    fill: str = ACCENT
    stroke: str = PAPER
    stroke_mm: float = 0.25


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text whose letters stand on `y`."""

    x: float
    y: float
    text: str
    style: Style
    anchor: Anchor = "start"


Shape = Outline | Disc | Words


@dataclass(frozen=True, slots=True)
class Link:
    """A part of the sheet that leads to an address where the paper is a screen."""

    x: float
    y: float
    width: float
    height: float
    address: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A sheet: what is drawn first lies at the bottom."""

    width: float
    height: float
    title: str
    language: str
    shapes: Sequence[Shape]
    links: Sequence[Link] = ()


def rectangle(x: float, y: float, width: float, height: float) -> Ring:
    """Return the corners of a rectangle."""
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))

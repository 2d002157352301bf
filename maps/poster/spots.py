"""Numbers on a poster: alternatives published at one spot share a mark, and have numbers that follow each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from pyproj import Transformer

from commons.districts.structure import METRIC_CRS
from commons.territory import STORAGE_CRS
from commons.vocabulary import Precision
from maps.entries import Entry
from maps.poster.drawing import Ring, Words, rectangle
from maps.poster.letters import BOLD, Style, width_mm
from maps.poster.paper import Paper

BANDS = 12
"""Numbers run from west to east in so many bands, north to south: who looks for one knows about where."""
SQUARE = 1.15
"""Half the side of a square is so many radii of a dot: without a filling it needs to be larger."""
BESIDE_MM = 1.4
"""A label further from its mark than that has a line to it."""
LETTER_HEIGHT = 0.73
"""Of the size: a digit of DejaVu."""
TO_METRES = Transformer.from_crs(STORAGE_CRS, METRIC_CRS, always_xy=True)
Boxes = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spot:
    """A published place, and those who are published there, by name."""

    x: float
    y: float
    is_exact: bool
    entries: tuple[Entry, ...]
    first: int = 0
    """The number of the first entry; the others follow."""

    @property
    def label(self) -> str:
        """Return the number, or the range of numbers.

        >>> Spot(0, 0, True, ({},), first=4).label
        '4'
        """
        last = self.first + len(self.entries) - 1
        return str(self.first) if last == self.first else f"{self.first}\N{EN DASH}{last}"


def half_of(spot: Spot, paper: Paper) -> float:
    """Return the radius of a spot's dot, or half the side of its square, in millimetres."""
    return paper.dot_mm * (1 if spot.is_exact else SQUARE)


def spots_of(entries: Sequence[Entry], bounds: tuple[float, float, float, float]) -> list[Spot]:
    """Return the spots in the order of their numbers, in metres (METRIC_CRS).

    An entry's `lon` and `lat` are its published place. `bounds` are the district's: west, south, east, north.
    """
    together: dict[tuple[float, float, bool], list[Entry]] = {}
    lon, lat = (np.array([entry[axis] for entry in entries], dtype=np.float64) for axis in ("lon", "lat"))
    points = np.column_stack(TO_METRES.transform(lon, lat)).round(2).tolist()
    for entry, (x, y) in zip(entries, points, strict=True):
        together.setdefault((x, y, entry["precision"] == Precision.EXACT), []).append(entry)
    _, south, _, north = bounds
    ordered = sorted(together, key=lambda at: (int((north - at[1]) / (north - south) * BANDS), at))
    spots, first = [], 1
    for at in ordered:
        spots.append(Spot(*at, tuple(together[at]), first))
        first += len(together[at])
    return spots


class Room:
    """What of a map is still free: boxes that are taken, of which none may lie over another."""

    def __init__(self, left: float, top: float, width: float, height: float) -> None:
        self.frame = left, top, left + width, top + height
        self._boxes: Boxes = np.empty((64, 4))
        self._count = 0

    def take(self, box: tuple[float, float, float, float]) -> None:
        """Take a box: left, top, right, bottom."""
        if self._count == len(self._boxes):
            self._boxes = np.vstack([self._boxes, np.empty_like(self._boxes)])
        self._boxes[self._count] = box
        self._count += 1

    def overlap(self, box: tuple[float, float, float, float]) -> float:
        """Return how much of a box is taken or outside the frame, in square millimetres."""
        left, top, right, bottom = box
        taken = self._boxes[: self._count]
        wide = np.minimum(taken[:, 2], right) - np.maximum(taken[:, 0], left)
        high = np.minimum(taken[:, 3], bottom) - np.maximum(taken[:, 1], top)
        inside = max(0.0, min(right, self.frame[2]) - max(left, self.frame[0])) * max(
            0.0, min(bottom, self.frame[3]) - max(top, self.frame[1])
        )
        outside = (right - left) * (bottom - top) - inside
        return float((wide.clip(min=0) * high.clip(min=0)).sum()) + 10 * outside


@dataclass(frozen=True, slots=True)
class Label:
    """A spot's numbers, the paper that keeps them legible, and the line to a mark that is not beside them."""

    words: Words
    ground: Ring
    leader: Ring


def labels_of(spots: Sequence[Spot], size_pt: float, room: Room, paper: Paper) -> list[Label]:
    """Return the numbers of spots, each as near to its mark as there is room, and take that room."""
    for spot in spots:
        half = half_of(spot, paper)
        room.take((spot.x - half, spot.y - half, spot.x + half, spot.y + half))
    labels = []
    style = Style(size_pt, BOLD)
    height = style.size_mm * LETTER_HEIGHT
    for spot in spots:
        width = width_mm(spot.label, style)
        best, least = (spot.x, spot.y), float("inf")
        for x, y in _places(spot, half_of(spot, paper), width, height):
            taken = room.overlap((x - 0.3, y - height - 0.3, x + width + 0.3, y + 0.3))
            if taken < least:
                best, least = (x, y), taken
            if taken == 0:
                break
        x, y = best
        box = (x - 0.3, y - height - 0.3, x + width + 0.3, y + 0.3)
        room.take(box)
        words = Words(x, y, spot.label, style)
        labels.append(
            Label(
                words,
                rectangle(box[0], box[1], box[2] - box[0], box[3] - box[1]),
                _leader(spot, half_of(spot, paper), box),
            )
        )
    return labels


def _places(spot: Spot, half: float, width: float, height: float) -> Iterator[tuple[float, float]]:
    """Yield where a label may stand (the left end of its line), the best first: beside, then further out."""
    for away in (0.7, 1.6, 3.2, 5.0, 7.5, 10.5, 14.0):
        far = half + away
        right, left = spot.x + far, spot.x - far - width
        above, level, below = spot.y - far, spot.y + height / 2, spot.y + far + height
        middle = spot.x - width / 2
        yield from ((right, level), (left, level), (middle, above), (middle, below))
        yield from product((right, left), (above, below))


def _leader(spot: Spot, half: float, box: tuple[float, float, float, float]) -> Ring:
    """Return a line from the mark to the nearest side of a label that stands apart from it, else nothing."""
    left, top, right, bottom = box
    x, y = min(max(spot.x, left), right), min(max(spot.y, top), bottom)
    apart = float(np.hypot(x - spot.x, y - spot.y))
    return ((spot.x, spot.y), (x, y)) if apart > half + BESIDE_MM else ()

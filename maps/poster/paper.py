"""The papers that a poster is made for: sizes in millimetres, letters in points."""

from dataclasses import dataclass
from enum import StrEnum


class Size(StrEnum):
    """Sizes of paper, all upright."""

    A4 = "a4"
    A3 = "a3"
    A2 = "a2"


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper, and how large what is on it is: A4 is read in the hand, A2 from the pavement."""

    width: float
    height: float
    margin: float
    gap: float
    columns: int
    title_pt: float
    text_pt: float
    small_pt: float
    list_pt: tuple[float, ...]
    """Sizes of the list's letters, the first in which everything fits is taken; the last can still be read."""
    code_mm: float
    dot_mm: float
    """The radius of a mark."""

    @property
    def inner(self) -> float:
        """Return the width between the margins."""
        return self.width - 2 * self.margin


PAPERS = {
    Size.A4: Paper(210, 297, 10, 4, 3, 26, 9, 5.8, (9, 8, 7.2, 6.6, 6), 27, 0.95),
    Size.A3: Paper(297, 420, 13, 6, 4, 38, 12, 7, (12, 10.5, 9, 8, 7.2, 6.6), 36, 1.25),
    Size.A2: Paper(420, 594, 18, 8, 5, 56, 17, 9, (16, 13.5, 11.5, 10, 9, 8), 50, 1.7),
}

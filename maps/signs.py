"""How the map of an upload tells what becomes of each record: a shape for each fate, and only then a colour.

The shapes are drawn on a square from -8 to 8. The colours are Okabe and Ito's: told apart under every common colour
blindness.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from commons.vocabulary import Fate


@dataclass(frozen=True, slots=True)
class Sign:
    """An SVG path with its fill, its stroke, and how wide that is."""

    path: str
    fill: str
    stroke: str
    stroke_px: float

    def svg(self) -> str:
        """Return the sign as an SVG element."""
        paint = f'fill="{self.fill}" stroke="{self.stroke}" stroke-width="{self.stroke_px}"'
        return f'<path d="{self.path}" {paint}/>'


SIGNS = {
    Fate.NEW: Sign("M0 -6.5 L6.5 5 H-6.5 Z", "#0072b2", "#ffffff", 1.6),
    Fate.CHANGED: Sign("M0 -6.5 L6.5 0 L0 6.5 L-6.5 0 Z", "#d55e00", "#ffffff", 1.6),
    Fate.UNCHANGED: Sign("M-4 0 A4 4 0 1 0 4 0 A4 4 0 1 0 -4 0 Z", "#ffffff", "#5a646e", 1.6),
    Fate.GONE: Sign("M-5 -5 L5 5 M-5 5 L5 -5", "none", "#111111", 2.6),
}
"""A triangle, a diamond, a ring and a cross."""
DRAWN_FIRST = (Fate.UNCHANGED, Fate.NEW, Fate.CHANGED, Fate.GONE)
"""What is most common lies at the bottom."""
LARGEST_SCALE = 2.4
"""How many times larger the sign of the fullest cell is than that of one record."""
CELL_OFFSETS = {
    Fate.NEW: (-0.0028, 0.0018),
    Fate.CHANGED: (0.0028, 0.0018),
    Fate.UNCHANGED: (-0.0028, -0.0018),
    Fate.GONE: (0.0028, -0.0018),
}
"""How far from the middle of its cell the sign of a fate stands, in degrees east and north: none hides another."""


def apart(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells (fate, lon, lat) with the signs of the four fates beside each other."""
    east = cells["fate"].map({fate.value: degrees for fate, (degrees, _) in CELL_OFFSETS.items()})
    north = cells["fate"].map({fate.value: degrees for fate, (_, degrees) in CELL_OFFSETS.items()})
    return cells.assign(lon=(cells["lon"] + east).round(5), lat=(cells["lat"] + north).round(5))


def sign_scales(records: pd.Series) -> npt.NDArray[np.float64]:
    """Return how large each sign is drawn: 1 for a single record, `LARGEST_SCALE` for the most at one place."""
    logs: npt.NDArray[np.float64] = np.log(records.to_numpy(dtype=np.float64))
    most = logs.max(initial=0.0)
    return 1 + (LARGEST_SCALE - 1) * logs / most if most else np.ones(len(logs))

"""The classes of a choropleth: one reading of the values gives the map's fills and its legend."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, inf, log10

import numpy as np
import pandas as pd

from commons.i18n.numbers import written_number
from commons.vocabulary import Language

# ColorBrewer "Blues" without its palest, which would pass for zero: told apart under every common colour
# blindness, and in grey.
RAMP = ("#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#084594")
ZERO_COLOUR = "#ffffff"


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of an indicator, lowest first; class i goes up to and with `bounds[i]`."""

    title: str
    bounds: tuple[float, ...]
    colours: tuple[str, ...]
    labels: tuple[str, ...]

    def colour(self, values: pd.Series) -> pd.Series:
        """Return each value's colour, None where there is no value."""
        position = np.searchsorted(self.bounds, values.fillna(0), side="left").clip(max=len(self.bounds) - 1)
        palette = np.array([*self.colours, None], dtype=object)
        return pd.Series(palette[position], index=values.index).where(values.notna(), None)


def classify(
    bounds: Sequence[float],
    *,
    title: str = "",
    language: Language = Language.EN,
    whole_numbers: bool = False,
) -> Classes:
    """Return classes that go up to these bounds: the same ones mean the same whatever the values of a year are.

    A first bound of 0 is a class of its own, a last one of infinity says "more than".
    """
    above_zero = [bound for bound in bounds if bound > 0]
    colours = _ramp(len(above_zero))
    written = (f"{bound:.9f}".rstrip("0") for bound in bounds if bound < inf)
    decimals = max((len(text.partition(".")[2]) for text in written), default=0)
    lows = [None, *bounds][:-1]
    labels = [
        _interval(low, high, whole_numbers, language, decimals)
        for low, high in zip(lows, bounds, strict=True)
    ]
    zero = [ZERO_COLOUR] * (len(bounds) - len(above_zero))
    return Classes(title, tuple(bounds), (*zero, *colours), tuple(labels))


def quantile_bounds(values: pd.Series, k: int = 5) -> tuple[float, ...]:
    """Return bounds between which about as many values lie, of two figures each; the last one is infinity.

    Zero is the answer "none", not a little: where there is one it is a bound of its own.

    >>> quantile_bounds(pd.Series([0, 0.111, 0.222, 0.333, 0.444]), 2)
    (0, 0.28, inf)
    """
    known = values.dropna().astype(float)
    above_zero = known[known > 0]
    zero = (0,) if (known == 0).any() else ()
    if above_zero.empty:
        return zero
    steps = min(k, above_zero.nunique())
    bounds = above_zero.quantile(np.arange(1, steps) / steps)
    below_most = bounds[bounds < above_zero.max()]
    return (*zero, *sorted({float(f"{bound:.2g}") for bound in below_most}), inf)


def _interval(low: float | None, high: float, whole_numbers: bool, language: Language, decimals: int) -> str:
    """Return in words what lies above `low` and not above `high`; whole numbers begin one above `low`."""
    first = high if low is None else low + 1 if whole_numbers else low
    start, end = (format_number(bound, language, decimals) if bound < inf else "" for bound in (first, high))
    if high == inf:
        return f"> {format_number(low or 0, language, decimals)}"
    if first == high:
        return "0" if high == 0 else end if whole_numbers else f"\N{LESS-THAN OR EQUAL TO} {end}"
    return f"{'> ' if low == 0 and not whole_numbers else ''}{start} \N{EN DASH} {end}"


def _ramp(steps: int) -> list[str]:
    """Return so many colours of the ramp, from its palest to its darkest."""
    return [RAMP[step] for step in np.linspace(0, len(RAMP) - 1, num=steps).round().astype(int)]


def decimals_of(known: pd.Series) -> int:
    """Return how many decimals tell the values apart: none for whole numbers, else about three figures."""
    if known.empty or (known % 1 == 0).all():
        return 0
    return max(0, 2 - floor(log10(known.abs().max())))


def format_number(value: float, language: Language, decimals: int | None = None) -> str:
    """Return the number as readers of the language write it.

    >>> format_number(1234.5, Language.NL, decimals=1)
    '1.234,5'
    """
    if decimals is None:
        decimals = decimals_of(pd.Series([value]))
    return written_number(value, language, decimals)

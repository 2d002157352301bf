"""What changed between two days, and the count of every year between them."""

from collections.abc import Collection
from datetime import date

import pandas as pd

from commons.research.count import count_alternatives
from commons.vocabulary import Audience, DistrictLevel

DISTRICT = ["code", "name_fr", "name_nl", "name_en", "residential"]
MEASURES = ["alternatives", "population", "population_year", "per_1000"]


def change_between(
    audience: Audience,
    level: DistrictLevel,
    start: date,
    end: date,
    *,
    category: str | Collection[str] | None = None,
) -> pd.DataFrame:
    """Return one row per district: the measures on both days (`_start`, `_end`), `change`, and `undated`.

    Alternatives whose founding is unknown could have been there on both days or on one: they are left out of the
    counts and told in `undated`.
    """
    counts = count_alternatives(audience, level, [start, end], category=category, with_undated=False)
    first, last = (counts[counts["day"] == day].set_index(DISTRICT) for day in (start, end))
    both = first[MEASURES].add_suffix("_start").join(last[MEASURES].add_suffix("_end")).join(last["undated"])
    return both.assign(change=both["alternatives_end"] - both["alternatives_start"]).reset_index()


def count_by_year(
    audience: Audience,
    level: DistrictLevel,
    first: int,
    last: int,
    *,
    category: str | Collection[str] | None = None,
) -> pd.DataFrame:
    """Return `count_alternatives` on 1 January of every year from `first` to `last`, the undated left out."""
    days = [date(year, 1, 1) for year in range(first, last + 1)]
    counts = count_alternatives(audience, level, days, category=category, with_undated=False)
    return counts.assign(year=pd.to_datetime(counts["day"]).dt.year)

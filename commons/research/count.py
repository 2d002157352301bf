"""How many alternatives there are, by district, on given days, and per 1 000 inhabitants."""

from collections.abc import Collection, Sequence
from datetime import date

import pandas as pd

from commons.database.statements import statement
from commons.release import released
from commons.vocabulary import Audience, DistrictLevel

PER = 1000
"""Rates are per this many inhabitants."""


def count_alternatives(
    audience: Audience,
    level: DistrictLevel,
    days: Sequence[date],
    *,
    category: str | Collection[str] | None = None,
    with_undated: bool = True,
) -> pd.DataFrame:
    """Return, for each district of the level and each day, the alternatives active on it.

    Columns: `code`, `name_fr`, `name_nl`, `name_en`, `residential`, `day`, `alternatives`, `undated`, `population`,
    `population_year`, `per_1000`. Active is founded on the day or before, and not ended by it. One whose founding is
    unknown is among `undated`, and counted on every day only `with_undated`. The population is that of 1 January of the
    day's year, or of the latest year known before it. The last rows, of `code` None, are those whose published place
    is coarser than the level: not located more finely.

    Counted are the released alternatives of which a shown source grants statistics (consent.md, Statistics).
    """
    query = statement("commons.research", "count")
    categories = [category] if isinstance(category, str) else list(category) if category else None
    values = {
        "level": level.value,
        "days": list(days),
        "categories": categories,
        "with_undated": with_undated,
    }
    frame = released(audience).query(query, values)
    whole = frame.astype(
        {"alternatives": "int64", "undated": "int64", "population": "Int64", "population_year": "Int64"}
    )
    inhabitants = whole["population"].where(whole["population"] > 0)
    return whole.assign(per_1000=(whole["alternatives"] * PER / inhabitants).astype("Float64"))

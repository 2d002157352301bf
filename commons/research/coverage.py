"""Mutualisation coverage: which share of a district's alternatives takes part in at least one mutualisation."""

from datetime import date

import pandas as pd

from commons.database.statements import statement
from commons.release import released
from commons.vocabulary import Audience, DistrictLevel


def coverage(audience: Audience, level: DistrictLevel, day: date) -> pd.DataFrame:
    """Return one row per district and resource kind, and one of kind None for any kind.

    Columns: `code`, `name_fr`, `name_nl`, `name_en`, `residential`, `resource_kind`, `alternatives`, `participating`,
    `share` (0 to 1; missing where there is no alternative: a share of nothing is not zero). Counted as in
    `count_alternatives` with the undated; a participation without a date is taken to hold.
    """
    query = statement("commons.research", "coverage")
    frame = released(audience).query(query, {"level": level.value, "day": day})
    whole = frame.astype({"alternatives": "int64", "participating": "int64"})
    share = whole["participating"] / whole["alternatives"].where(whole["alternatives"] > 0)
    return whole.assign(share=share.astype("Float64"))

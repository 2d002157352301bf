"""The measures that the coverage map draws: one value per district and day, or why there is none."""

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum

import pandas as pd

from commons.calendar import today
from commons.database.statements import statement
from commons.release import released
from commons.research.count import PER
from commons.vocabulary import Audience, DistrictLevel, Measure, ResourceKind

WALK_M = 800
"""Ten minutes on foot at 80 metres a minute, in a straight line: streets make it longer."""
MOST_DAYS = 60
"""The query holds a set of days in 64 bits."""
COLUMNS = [
    *("level", "code", "name_fr", "name_nl", "name_en", "day"),
    *("value", "part", "whole", "population_year", "undated", "open", "state"),
]
SHARES = (Measure.POOLED, Measure.WALK, Measure.FRESH)
"""Those whose value is a share, of 0 to 1."""


class Gap(StrEnum):
    """Why a district has no value; the first reason that holds."""

    NO_POPULATION = "no_population"
    """Nobody lives there, too few do by nature, or how many is not known."""
    UNKNOWN = "unknown"
    """It hangs on dates that are missing."""
    WITHHELD = "withheld"
    """There is none, but by consent some are located no finer than around it: they may lie there."""
    BLIND_SPOT = "blind_spot"
    """No list tells of anything there, of whatever category or time."""
    NONE = "none"
    """There is none."""


def measure_districts(
    audience: Audience,
    measure: Measure,
    level: DistrictLevel,
    days: Sequence[date],
    *,
    category: str | Collection[str] | None = None,
    kind: ResourceKind | None = None,
) -> pd.DataFrame:
    """Return the value of the measure for each district of the level and each day, by code and day.

    Columns: `level`, `code`, `name_fr`, `name_nl`, `name_en`, `day`, `value`, `part`, `whole`, `population_year`,
    `undated`, `open`, `state`.

    | measure  | part                                            | whole                     | value              |
    |----------|-------------------------------------------------|---------------------------|--------------------|
    | rate     | alternatives                                    | inhabitants               | part per 1 000     |
    | pooled   | those in a mutualisation (of the kind)          | alternatives              | share              |
    | walk     | inhabitants within `WALK_M` of an alternative   | inhabitants               | share              |
    | partners | lists (datasets) that tell of an alternative    | alternatives              | part               |
    | fresh    | those told of or confirmed in the year before   | alternatives              | share              |

    Alternatives are the released ones that `count_alternatives` counts, of the category, active on the day. Before
    today those without a founding date are not among them but in `undated`; what they, or participations without a
    beginning, could add to `part` is in `open`. Of what was confirmed since the day nobody knows whether it was fresh
    then: that too is `open`. For the walk the inhabitants of a sector are taken to live at its middle, and only those
    alternatives count (of the category, that pool the kind) that are shown exactly: its share is one at least.

    `state` is a `Gap` where there is no value, else missing. Before the districts stands the region; after them, of
    `code` None, what is not located more finely: the walk has none. Of `MOST_DAYS` at once at most.
    """
    ordered = sorted(set(days))
    if len(ordered) > MOST_DAYS:
        raise ValueError(f"{len(ordered)} days, of at most {MOST_DAYS}")
    values = {
        "measure": measure.value,
        "level": level.value,
        "days": ordered,
        "today": today(),
        "categories": [category] if isinstance(category, str) else list(category) if category else None,
        "kind": kind.value if kind else None,
    }
    reader = released(audience)
    frame = reader.query(statement("commons.research", "measure"), values)
    if measure is Measure.WALK:
        walked = reader.query(statement("commons.research", "walk"), {**values, "distance_m": WALK_M})
        frame = frame.drop(columns=["part", "open", "population", "population_year"]).merge(
            walked, on=["level", "code", "day"], how="left"
        )
        frame = frame[frame["code"].notna()]
    return _with_values(frame, measure)


def years_known(audience: Audience) -> list[int]:
    """Return the years at whose end a measure can be asked: from the first founding known, back to that of populations.

    This year, which has not ended, is not among them. Empty where no founding is known.
    """
    found = released(audience).query(
        "SELECT greatest(extract(year FROM min(founded_on)), (SELECT min(year) FROM reference.population))::int"
        " AS first FROM alternative WHERE counted HAVING min(founded_on) IS NOT NULL"
    )
    return list(range(int(found["first"].iloc[0]), today().year)) if len(found) else []


def _with_values(frame: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Return the measure's columns of what the query counted."""
    counted = ("alternatives", "undated", "rough", "beside", "part", "open", "population", "population_year")
    frame = frame.astype(dict.fromkeys(counted, "Int64"))
    if measure is Measure.RATE:
        frame = frame.assign(part=frame["alternatives"], open=frame["undated"])
    if measure is Measure.FRESH:
        frame = frame.assign(part=frame["part"].mask(frame["open"] > 0))
    by_head = measure in {Measure.RATE, Measure.WALK}
    told = frame.assign(
        whole=frame["population"] if by_head else frame["alternatives"], state=_gaps(frame, measure)
    )
    has_value = told["code"].notna() & told["state"].isna()
    value = told["part"].astype("Float64")
    if measure is not Measure.PARTNERS:
        value = value * (PER if measure is Measure.RATE else 1) / told["whole"].where(has_value)
    return told.assign(value=value.where(has_value))[COLUMNS].reset_index(drop=True)


def _gaps(frame: pd.DataFrame, measure: Measure) -> pd.Series:
    """Return why each row has no value: a code of `Gap`, None where it has one or is of no district."""
    part, alternatives, can_be = (frame[name].fillna(0) for name in ("part", "alternatives", "open"))
    of_alternatives = measure in {Measure.POOLED, Measure.FRESH}
    empty = alternatives.eq(0) if of_alternatives else part.eq(0)
    undated = (frame["undated"] > 0) & (measure is not Measure.WALK)
    unknown = (empty & undated) | (can_be.gt(0) & (part.eq(0) | (measure is Measure.FRESH)))
    beside = frame["beside"] + (frame["rough"] if measure is Measure.WALK else 0)
    lived_in = frame["population"].fillna(0).gt(0)
    if measure is Measure.RATE:  # where few live by nature (a park, an industrial estate) it says nothing
        lived_in &= frame["residential"].fillna(value=True).astype(bool)
    reasons = {
        Gap.NO_POPULATION: ~lived_in & (measure in {Measure.RATE, Measure.WALK}),
        Gap.UNKNOWN: unknown,
        Gap.WITHHELD: empty & beside.gt(0),
        Gap.BLIND_SPOT: empty & ~frame["known"].astype("boolean").fillna(value=False),
        Gap.NONE: empty,
    }
    told = pd.Series(None, index=frame.index, dtype=object)
    for gap, holds in reversed(reasons.items()):
        told = told.mask(holds.astype(bool) & frame["code"].notna(), gap.value)
    return told

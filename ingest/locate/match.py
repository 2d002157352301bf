"""Matching addresses without a position with streets known from other records, where that is unambiguous."""

from enum import StrEnum

import numpy as np
import pandas as pd

from ingest.locate.streets import house_numbers, street_keys

SAME_NUMBER_M = 60.0
"""Two lists seldom place one house number further apart; where they do, at least one of them is wrong."""
NEAREST_NUMBERS = 10
"""How many numbers away the nearest known house of the same side may be: five houses.

The numbers of the two sides of a long road drift apart, by 400 m in some (measured).
"""
BACKED_BY = 2
SIDE_M = 100.0
"""Another number than the one asked for counts where at least so many records of that side agree within this."""
METRES_PER_NUMBER = 8.0
"""What nine in ten are off by for each number that lies between (docs/locations.md)."""
AT_THE_DOOR_M = 40.0
"""What nine in ten lists differ by for the same number: the door, the middle of the plot, the kerb (measured)."""
KNOWN_LEAST = 3
"""Fewer records say nothing of where a street begins and ends."""
MIDDLE_M = 150.0
"""A street whose known records are further than this from their middle is too long for its middle to say much."""
STREET_M = 1500.0
"""Known records of one street and postcode that are further than this from their middle speak of two streets."""
BEYOND_KNOWN = 2.0
"""A street goes on beyond the houses that are known: how many times as far as they reach."""
LEAST_UNCERTAINTY_M = 150.0
"""Of a street's middle, however near to one another the houses are that are known (measured)."""
MOST_SOURCES = 25
"""How many records a found place rests on at most, those known longest: what comes later changes nothing."""


class Waiting(StrEnum):
    """Why a record stays in the queue."""

    NO_STREET = "no_street"
    NO_AREA = "no_area"
    UNKNOWN_STREET = "unknown_street"
    TOO_FEW = "too_few"
    SCATTERED = "scattered"


WAITING_COLUMNS = (
    "record_id",
    "dataset_id",
    "slug",
    "said",
    "street",
    "house_number",
    "postcode",
    "municipality",
)
KNOWN_COLUMNS = (
    "record_id", "dataset_id", "said", "street", "house_number", "postcode", "commune", "is_public", "is_own", "x", "y"
)  # fmt: skip
FOUND_COLUMNS = ("record_id", "kind", "uncertainty_m", "x", "y", "sources")
ADDRESS = ["dataset_id", "said", "street", "house_number", "postcode", "commune"]


def match_streets(waiting: pd.DataFrame, known: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Return what was found (`FOUND_COLUMNS`, metres of METRIC_CRS), and why each other record waits, by its id.

    `waiting` has `WAITING_COLUMNS` and `commune`, the code of its municipality; `known` has `KNOWN_COLUMNS`. Only the
    same street in the same postcode, or without a postcode in the same commune, is compared. A record is lent to all
    where it is public, else only within its list to those of which the same was said.
    """
    addresses = waiting.drop_duplicates(ADDRESS)[ADDRESS].reset_index(drop=True)
    addresses["address"] = addresses.index
    addresses["number"] = house_numbers(addresses["street"], addresses["house_number"])
    pairs = _pairs(addresses, known)
    places = _at_number(pairs)
    places = pd.concat([places, _in_the_middle(pairs[~pairs["address"].isin(places["address"])])])
    reasons = _reasons(addresses, pairs).drop(places["address"])
    records = waiting[["record_id", *ADDRESS]].merge(addresses[["address", *ADDRESS]], on=ADDRESS)
    found = records[["record_id", "address"]].merge(places, on="address")
    why = records.set_index("record_id")["address"].map(reasons).dropna()
    return found[list(FOUND_COLUMNS)].sort_values("record_id", ignore_index=True), why


def _pairs(addresses: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return each address with each record of its street that may be lent to it, and whether they agree at all."""
    keys = street_keys(addresses["street"])
    asked = _with_areas(addresses, "postcode").merge(keys, left_on="street", right_on="text")
    keys = street_keys(known["street"])
    keys = keys[keys["key"].isin(asked["key"])]
    told = known[known["street"].isin(keys["text"])]
    told = told.assign(number=house_numbers(told["street"], told["house_number"]))
    told = pd.concat([_with_areas(told, "postcode"), _with_areas(told, "commune")]).merge(
        keys, left_on="street", right_on="text"
    )
    pairs = asked.merge(told, on=["key", "area"], suffixes=("", "_known"))
    own = (
        pairs["is_own"]
        & pairs["dataset_id"].eq(pairs["dataset_id_known"])
        & pairs["said"].eq(pairs["said_known"])
    )
    pairs = pairs[pairs["is_public"] | own].drop_duplicates(["address", "record_id"])
    pairs = pairs[["address", "number", "record_id", "number_known", "x", "y"]].sort_values(
        ["address", "record_id"]
    )
    return _measured(pairs).rename(columns={"away_m": "from_middle_m", "farthest_m": "street_m"})


def _with_areas(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the rows with the `area` they are compared in: an address has its postcode, else its commune."""
    area = kind + " " + frame[kind].astype("str")
    if kind == "postcode" and "address" in frame:
        area = area.fillna("commune " + frame["commune"].astype("str"))
    return frame.assign(area=area)[area.notna()]


def _measured(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs with the middle of their address' records, how far each is from it, and how far the farthest."""
    groups = pairs.groupby("address")
    middle_x, middle_y = groups["x"].transform("median"), groups["y"].transform("median")
    measured = pairs.assign(
        middle_x=middle_x, middle_y=middle_y, away_m=np.hypot(pairs["x"] - middle_x, pairs["y"] - middle_y)
    )
    return measured.assign(farthest_m=measured.groupby("address")["away_m"].transform("max"))


def _at_number(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the places of the house numbers that are known, or the nearest, where all that is known of it agrees."""
    apart = (pairs["number"] - pairs["number_known"]).abs()
    same_side = apart.mod(2).eq(0)
    near = pairs.assign(apart=apart)[apart.le(NEAREST_NUMBERS) & same_side & pairs["street_m"].le(STREET_M)]
    near = _measured(near)
    backed = near.groupby("address")["record_id"].transform("size").ge(BACKED_BY) & near["farthest_m"].le(
        SIDE_M
    )
    near = near[
        near["apart"].eq(near.groupby("address")["apart"].transform("min")) & (near["apart"].eq(0) | backed)
    ]
    # Of a lower and a higher number that are equally near, the lower: both together would be half a street apart.
    near = near[near["number_known"].eq(near.groupby("address")["number_known"].transform("min"))]
    near = _measured(near.groupby("address").head(MOST_SOURCES))
    near = near[near["farthest_m"].le(SAME_NUMBER_M)]
    uncertainty_m = AT_THE_DOOR_M + near["apart"] * METRES_PER_NUMBER
    return _places(near.assign(kind="address", uncertainty_m=uncertainty_m))


def _in_the_middle(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the middles of the streets that are short enough and known by enough records.

    A house number beyond those that are known lies where nobody knows the street to go.
    """
    few = _measured(pairs.groupby("address").head(MOST_SOURCES))
    enough = few.groupby("address")["record_id"].transform("size").ge(KNOWN_LEAST)
    numbers = few.groupby("address")["number_known"]
    between = few["number"].between(numbers.transform("min"), numbers.transform("max")) | few["number"].isna()
    short = few[enough & between & few["street_m"].le(MIDDLE_M)]
    uncertainty_m = (short["farthest_m"] * BEYOND_KNOWN).clip(lower=LEAST_UNCERTAINTY_M)
    return _places(short.assign(kind="street", uncertainty_m=uncertainty_m))


def _places(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs.groupby("address", as_index=False).agg(
        kind=("kind", "first"),
        uncertainty_m=("uncertainty_m", "first"),
        x=("middle_x", "first"),
        y=("middle_y", "first"),
        sources=("record_id", list),
    )


def _reasons(addresses: pd.DataFrame, pairs: pd.DataFrame) -> pd.Series:
    """Return why each address would wait, by its number."""
    known = addresses["address"].map(pairs.groupby("address").size()).fillna(0)
    scattered = addresses["address"].map(pairs.groupby("address")["street_m"].first()).gt(MIDDLE_M)
    reasons = pd.Series(Waiting.TOO_FEW.value, index=addresses["address"], dtype=object)
    reasons[scattered.to_numpy()] = Waiting.SCATTERED.value
    reasons[known.eq(0).to_numpy()] = Waiting.UNKNOWN_STREET.value
    reasons[(addresses["postcode"].isna() & addresses["commune"].isna()).to_numpy()] = Waiting.NO_AREA.value
    reasons[addresses["street"].isna().to_numpy()] = Waiting.NO_STREET.value
    return reasons

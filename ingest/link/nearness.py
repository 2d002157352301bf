"""How near two places or addresses are, as levels: the larger, the nearer; 0 is unknown."""

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from ingest.link.likeness import likeness
from ingest.link.names import Ids
from ingest.link.prepare import Levels, Mask, Prepared, are_known

CLOSE_M, NEAR_M, AROUND_M, BEYOND_M = 15.0, 50.0, 100.0, 200.0
"""Distances up to which two records are at one door, at one corner, in one block; what both may be off is
taken off first."""
VAGUE_M = 100.0
"""Two records that may be off by more than this, both together, are not near because they may be."""
DIFFERENT_PLACE_M = 400.0
"""An equal address this far apart is another street of that name."""
SAME_STREET = 88.0
"""Likeness of two streets' own names from which they are the same."""
PLACE_LEVELS = ("far", "beyond", "around", "near", "close", "same_address")
ADDRESS_LEVELS = ("differs", "same_area", "same_street", "same_address")
STREET_LEVELS = ("other_street", "other_house", "same_number", "same_street")


def apart_m(prepared: Prepared, left: Ids, right: Ids) -> npt.NDArray[np.float64]:
    """Return how far apart the places are at least, in metres: what each may be off is taken off; NaN where unknown.

    Unknown it is too of two that are known so vaguely that they may be near or not: a district is no address.
    """
    apart = np.hypot(prepared.x[left] - prepared.x[right], prepared.y[left] - prepared.y[right])
    off = prepared.uncertainty_m[left] + prepared.uncertainty_m[right]
    told = np.maximum(apart - off, 0.0)
    told[(off > VAGUE_M) & (told <= BEYOND_M)] = np.nan
    return told


def place_levels(prepared: Prepared, left: Ids, right: Ids) -> Levels:
    """Return how near two places are, where both are known: `PLACE_LEVELS` from 1; the same address is nearest."""
    level = {name: np.int8(at) for at, name in enumerate(PLACE_LEVELS, start=1)}
    apart = apart_m(prepared, left, right)
    told = np.where(np.isfinite(apart), level["far"], np.int8(0))
    for name, within in (("beyond", BEYOND_M), ("around", AROUND_M), ("near", NEAR_M), ("close", CLOSE_M)):
        told[apart <= within] = level[name]
    asked = np.flatnonzero((apart <= DIFFERENT_PLACE_M) & is_one_house(prepared, left, right))
    told[asked[is_one_street(prepared, left[asked], right[asked])]] = level["same_address"]
    return told


def address_levels(prepared: Prepared, left: Ids, right: Ids) -> Levels:
    """Return how alike two addresses are, where no place says it better: `ADDRESS_LEVELS` from 1."""
    level = {name: np.int8(at) for at, name in enumerate(ADDRESS_LEVELS, start=1)}
    told = np.zeros(len(left), dtype="int8")
    asked = np.flatnonzero(~np.isfinite(apart_m(prepared, left, right)))
    left, right = left[asked], right[asked]
    streets = (prepared.street[left] > 0) & (prepared.street[right] > 0)
    postcodes, towns = are_known(prepared.postcode, left, right), are_known(prepared.town, left, right)
    same_postcode = prepared.postcode[left] == prepared.postcode[right]
    same_town = towns & (prepared.town[left] == prepared.town[right])
    found = np.where(streets | postcodes | towns, level["differs"], np.int8(0))
    around = prepared.is_located[left] & prepared.is_located[right]  # each somewhere about, and not far apart
    found[around | np.where(postcodes, same_postcode, same_town)] = level["same_area"]
    near = np.flatnonzero(streets & (same_postcode | ~postcodes))
    near = near[is_one_street(prepared, left[near], right[near])]
    found[near] = level["same_street"]
    found[near[is_one_house(prepared, left[near], right[near])]] = level["same_address"]
    told[asked] = found
    return told


def street_levels(prepared: Prepared, left: Ids, right: Ids) -> Levels:
    """Return whether two places near each other, not at one address, are in one street: `STREET_LEVELS` from 1.

    The same number in streets of other names may be one house: a street has a name in each language.
    """
    level = {name: np.int8(at) for at, name in enumerate(STREET_LEVELS, start=1)}
    told = np.zeros(len(left), dtype="int8")
    streets = (prepared.street[left] > 0) & (prepared.street[right] > 0)
    asked = np.flatnonzero(streets & (apart_m(prepared, left, right) <= AROUND_M))
    left, right = left[asked], right[asked]
    one, number = is_one_street(prepared, left, right), is_one_house(prepared, left, right)
    houses = (prepared.house[left] > 0) & (prepared.house[right] > 0)
    found = np.where(one, np.where(houses, level["other_house"], level["same_street"]), level["other_street"])
    found[~one & number] = level["same_number"]
    told[asked] = np.where(one & number, np.int8(0), found)
    return told


def is_one_house(prepared: Prepared, left: Ids, right: Ids) -> Mask:
    """Say which pairs have the same house number, and streets to go with it."""
    house, street = prepared.house, prepared.street
    known = (house[left] > 0) & (street[left] > 0) & (street[right] > 0)
    told: Mask = known & (house[left] == house[right])
    return told


def is_one_street(prepared: Prepared, left: Ids, right: Ids) -> Mask:
    """Say which streets have the same own name, or one that is part of the other or all but the same."""
    ours, theirs = prepared.street[left], prepared.street[right]
    same: Mask = ours == theirs
    rest = np.flatnonzero(~same)
    if len(rest):
        a, b = prepared.streets[ours[rest]], prepared.streets[theirs[rest]]
        same[rest] = (likeness(a, b, fuzz.ratio, SAME_STREET) > 0) | (
            likeness(a, b, fuzz.token_set_ratio, 100.0) > 0
        )
    return same

"""What two records have in common, comparison by comparison, as levels: the larger, the more alike; 0 is unknown."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from ingest.link.names import Ids, Names, Texts
from ingest.link.prepare import UNKNOWN, Numbers, Prepared

Mask = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.int8]
NEARLY, ALIKE, SOMEWHAT, SOMEWHAT_WHOLE = 90.0, 78.0, 60.0, 74.0
"""Likeness of two names (0 to 100, share of letters that stay when one is written over to the other): one typo
in ten letters, two, a
word of three; the last one for names whose common words count too."""
RARE_BITS = 10.5
"""Words in common that one name in fifteen hundred has."""
AT_ONCE = 500_000
"""Pairs whose words are counted at a time."""
PART_LETTERS = 4
"""A name that is part of another must have so many letters, or it is part of many."""
LEAST_INITIALS = 3
CLOSE_M, NEAR_M, AROUND_M, BEYOND_M = 15.0, 50.0, 100.0, 200.0
"""Distances up to which two records are at one door, at one corner, in one block; what both may be off is
taken off first."""
VAGUE_M = 100.0
"""Two records that may be off by more than this, both together, are not near because they may be."""
DIFFERENT_PLACE_M = 400.0
"""An equal address this far apart is another street of that name."""
SEVERAL_PLACES_M = BEYOND_M
"""An equal contact this far apart is that of an organisation with several places, unless more speaks for one."""
SAME_STREET = 88.0
"""Likeness of two streets' own names from which they are the same."""


@dataclass(frozen=True)
class Comparison:
    """One thing compared: the names of its levels from the least alike (1) on, and which of them stand in an order.

    `rising` are levels that must weigh no less than the one before them in the tuple.
    """

    name: str
    levels: tuple[str, ...]
    rising: tuple[str, ...]
    of: Callable[[Prepared, Ids, Ids], Levels]
    of_neighbours: bool = False
    """Speaks of near pairs only: what others have in common is learned of near pairs too."""

    @property
    def size(self) -> int:
        """Return how many levels there are, with that of the unknown."""
        return len(self.levels) + 1

    def number(self, level: str) -> int:
        """Return the number of a level."""
        return self.levels.index(level) + 1


NAME_LEVELS = ("differs", "somewhat", "part", "alike", "same_common", "part_rare", "nearly", "same")
PLACE_LEVELS = ("far", "beyond", "around", "near", "close", "same_address")
ADDRESS_LEVELS = ("differs", "same_area", "same_street", "same_address")
STREET_LEVELS = ("other_street", "other_house", "same_street")
VALUE_LEVELS = ("differs", "same")
CONTACT_LEVELS = ("differs", "same_shared", "same")
"""Under one roof a switchboard or a site is shared, and an organisation has the same at each of its places:
there, it says less."""


def name_levels(prepared: Prepared, left: Ids, right: Ids) -> Levels:
    """Return how alike the most alike names of each pair are, over every language in which both have one."""
    best = np.zeros(len(left), dtype="int8")
    names = prepared.names
    for ours in names.of_record.T:
        for theirs in names.of_record.T:
            a, b = ours[left], theirs[right]
            both = np.flatnonzero((a >= 0) & (b >= 0))
            if len(both):
                best[both] = np.maximum(best[both], spelling_levels(names, a[both], b[both]))
    return best


def spelling_levels(names: Names, a: Ids, b: Ids) -> Levels:
    """Return how alike two spellings are: `NAME_LEVELS` from 1."""
    told = np.ones(len(a), dtype="int8")
    level = {name: np.int8(at) for at, name in enumerate(NAME_LEVELS, start=1)}
    equal = a == b
    rare = equal & (names.core[a] != "") & ~names.is_common[a]
    told[equal] = level["same_common"]
    told[rare] = level["same"]
    rest = np.flatnonzero(~equal)
    if not len(rest):
        return told
    a, b = a[rest], b[rest]
    both_tell = (names.core[a] != "") & (names.core[b] != "")
    whole = np.maximum(
        _likeness(names.whole[a], names.whole[b], fuzz.ratio, SOMEWHAT),
        _likeness(names.squeezed[a], names.squeezed[b], fuzz.ratio, SOMEWHAT),
    )
    core = np.zeros(len(a))
    core[both_tell] = _likeness(names.core[a[both_tell]], names.core[b[both_tell]], fuzz.ratio, SOMEWHAT)
    run_together = names.squeezed[a] == names.squeezed[b]
    found = np.ones(len(a), dtype="int8")
    found[np.where(both_tell, (core >= SOMEWHAT) | (whole >= NEARLY), whole >= SOMEWHAT_WHOLE)] = level[
        "somewhat"
    ]
    # One of common words only tells little, but it is no other name where the other holds all of it.
    found[~both_tell & (_likeness(names.whole[a], names.whole[b], fuzz.token_set_ratio, 100.0) > 0)] = level[
        "somewhat"
    ]
    found[_is_part(names, a, b, both_tell & (core < ALIKE)) | _is_short(names, a, b)] = level["part"]
    found[(found == level["part"]) & (shared_bits(names, a, b) >= RARE_BITS)] = level["part_rare"]
    found[np.where(both_tell, (core >= ALIKE) & (whole >= SOMEWHAT), whole >= NEARLY)] = level["alike"]
    found[(core >= NEARLY) & (whole >= SOMEWHAT)] = level["nearly"]
    found[run_together] = level["nearly"]
    told[rest] = found
    return told


def shared_bits(names: Names, a: Ids, b: Ids) -> npt.NDArray[np.float64]:
    """Return how rare it is that two names have the words in common that they have, in bits."""
    told = np.zeros(len(a))
    for start in range(0, len(a), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        told[part] = np.asarray(names.bits[a[part]].multiply(names.bits[b[part]]).sum(axis=1)).ravel()
    return told


def _likeness(a: Texts, b: Texts, scorer: Callable[..., float], least: float) -> npt.NDArray[np.float32]:
    return cpdist(a, b, scorer=scorer, score_cutoff=least, dtype=np.float32, workers=2)


def _is_part(names: Names, a: Ids, b: Ids, asked: Mask) -> Mask:
    """Say where all that tells one name stands in the other."""
    part = np.zeros(len(a), dtype=bool)
    at = np.flatnonzero(asked)
    if len(at):
        ours, theirs = names.core[a[at]], names.core[b[at]]
        shorter = np.where(_length(ours) <= _length(theirs), ours, theirs)
        whole = _likeness(ours, theirs, fuzz.token_set_ratio, 100.0) >= 100.0
        part[at] = whole & (_length(shorter) >= PART_LETTERS)
    return part


def _is_short(names: Names, a: Ids, b: Ids) -> Mask:
    """Say where one name is the initials of the other."""

    def of(short: Ids, long: Ids) -> Mask:
        initials = names.initials[long]
        told: Mask = (names.squeezed[short] == initials) & (_length(initials) >= LEAST_INITIALS)
        return told

    return of(a, b) | of(b, a)


def _length(texts: Texts) -> npt.NDArray[np.int64]:
    return np.fromiter(map(len, texts), dtype="int64", count=len(texts))


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
    postcodes, towns = _known_both(prepared.postcode, left, right), _known_both(prepared.town, left, right)
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
    """Return whether two places near each other, not at one address, are in one street: `STREET_LEVELS` from 1."""
    told = np.zeros(len(left), dtype="int8")
    streets = (prepared.street[left] > 0) & (prepared.street[right] > 0)
    asked = np.flatnonzero(streets & (apart_m(prepared, left, right) <= AROUND_M))
    left, right = left[asked], right[asked]
    one = is_one_street(prepared, left, right)
    houses = (prepared.house[left] > 0) & (prepared.house[right] > 0)
    found = np.where(one, np.where(houses, np.int8(2), np.int8(3)), np.int8(1))
    told[asked] = np.where(one & is_one_house(prepared, left, right), np.int8(0), found)
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
        same[rest] = (_likeness(a, b, fuzz.ratio, SAME_STREET) > 0) | (
            _likeness(a, b, fuzz.token_set_ratio, 100.0) > 0
        )
    return same


def _known_both(values: Numbers, left: Ids, right: Ids) -> Mask:
    told: Mask = (values[left] != UNKNOWN) & (values[right] != UNKNOWN)
    return told


def _value_levels(attribute: str) -> Callable[[Prepared, Ids, Ids], Levels]:
    def levels(prepared: Prepared, left: Ids, right: Ids) -> Levels:
        values: Numbers = getattr(prepared, attribute)
        told = np.where(values[left] == values[right], np.int8(2), np.int8(1))
        return np.where(_known_both(values, left, right), told, np.int8(0))

    return levels


def _contact_levels(attribute: str) -> Callable[[Prepared, Ids, Ids], Levels]:
    def levels(prepared: Prepared, left: Ids, right: Ids) -> Levels:
        told = _value_levels(attribute)(prepared, left, right)
        same = np.flatnonzero(told == 2)
        told[same] = np.where(is_shared(prepared, left[same], right[same]), np.int8(2), np.int8(3))
        return told

    return levels


def is_shared(prepared: Prepared, left: Ids, right: Ids) -> Mask:
    """Say which pairs may be two tenants of one house, or two places of one organisation."""
    house = is_one_house(prepared, left, right) & (prepared.street[left] == prepared.street[right])
    apart = apart_m(prepared, left, right)
    first = prepared.names.of_record[:, 0]
    chain = (first[left] == first[right]) & (first[left] >= 0) & prepared.names.is_common[first[left]]
    told: Mask = house | (apart <= NEAR_M) | (apart > SEVERAL_PLACES_M) | (chain & ~(apart <= AROUND_M))
    return told


def web_levels(prepared: Prepared, left: Ids, right: Ids) -> Levels:
    """Return whether the sites are the same; not where only one e-mail address, already compared, tells them."""
    told = _contact_levels("web")(prepared, left, right)
    # Of two e-mail addresses at one host nobody knows whether it is theirs or a provider's.
    told[(told == 3) & prepared.web_is_of_email[left] & prepared.web_is_of_email[right]] = 2
    of_email = prepared.web_is_of_email[left] | prepared.web_is_of_email[right]
    same_email = _known_both(prepared.email, left, right) & (prepared.email[left] == prepared.email[right])
    # A domain that only an e-mail address tells is no site to differ from.
    return np.where(of_email & (same_email | (told == 1)), np.int8(0), told)


COMPARISONS = (
    Comparison("name", NAME_LEVELS, ("differs", "somewhat", "alike", "nearly", "same"), name_levels),
    Comparison(
        "place", PLACE_LEVELS, ("far", "beyond", "around", "near", "close", "same_address"), place_levels
    ),
    Comparison("address", ADDRESS_LEVELS, ADDRESS_LEVELS, address_levels),
    Comparison("street", STREET_LEVELS, STREET_LEVELS, street_levels, of_neighbours=True),
    Comparison("phone", CONTACT_LEVELS, CONTACT_LEVELS, _contact_levels("phone")),
    Comparison("email", CONTACT_LEVELS, CONTACT_LEVELS, _contact_levels("email")),
    Comparison("web", CONTACT_LEVELS, CONTACT_LEVELS, web_levels),
    Comparison("category", VALUE_LEVELS, VALUE_LEVELS, _value_levels("category")),
    Comparison("enterprise", VALUE_LEVELS, VALUE_LEVELS, _value_levels("enterprise")),
)
"""In the order in which a pattern holds them: a new one goes to the end, or stored patterns change their meaning."""
PATTERNS = int(np.prod([comparison.size for comparison in COMPARISONS]))


def patterns(prepared: Prepared, left: Ids, right: Ids) -> npt.NDArray[np.int32]:
    """Return one number a pair for the levels of all comparisons."""
    told = np.zeros(len(left), dtype="int32")
    for comparison in COMPARISONS:
        told = told * comparison.size + comparison.of(prepared, left, right)
    return told


def levels_of(pattern: npt.NDArray[np.int32]) -> npt.NDArray[np.int8]:
    """Return the levels that patterns stand for, shape (patterns, comparisons).

    >>> int(levels_of(np.array([0]))[0].sum())
    0
    """
    found = np.zeros((len(pattern), len(COMPARISONS)), dtype="int8")
    left = np.asarray(pattern, dtype="int64")
    for at in range(len(COMPARISONS) - 1, -1, -1):
        left, found[:, at] = np.divmod(left, COMPARISONS[at].size)
    return found

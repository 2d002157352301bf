"""What two records have in common, comparison by comparison, as levels: the larger, the more alike; 0 is unknown."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest.link.likeness import NAME_LEVELS, name_levels
from ingest.link.names import Ids
from ingest.link.nearness import (
    ADDRESS_LEVELS,
    AROUND_M,
    BEYOND_M,
    NEAR_M,
    PLACE_LEVELS,
    STREET_LEVELS,
    address_levels,
    apart_m,
    is_one_house,
    place_levels,
    street_levels,
)
from ingest.link.prepare import Levels, Mask, Numbers, Prepared, are_known

SEVERAL_PLACES_M = BEYOND_M
"""An equal contact this far apart is that of an organisation with several places, unless more speaks for one."""
VALUE_LEVELS = ("differs", "same")
CONTACT_LEVELS = ("differs", "same_shared", "same")
"""Under one roof a switchboard or a site is shared, and an organisation has the same at each of its places:
there, it says less."""


@dataclass(frozen=True)
class Comparison:
    """One thing compared: the names of its levels from the least alike (1) on, and which of them stand in an order.

    `rising` are levels that must weigh no less than the one before them; `rising_too` others among themselves.
    """

    name: str
    levels: tuple[str, ...]
    rising: tuple[str, ...]
    of: Callable[[Prepared, Ids, Ids], Levels]
    rising_too: tuple[str, ...] = ()
    of_neighbours: bool = False
    """Speaks of near pairs only: what others have in common is learned of near pairs too."""

    @property
    def size(self) -> int:
        """Return how many levels there are, with that of the unknown."""
        return len(self.levels) + 1

    def number(self, level: str) -> int:
        """Return the number of a level."""
        return self.levels.index(level) + 1


def _value_levels(attribute: str) -> Callable[[Prepared, Ids, Ids], Levels]:
    def levels(prepared: Prepared, left: Ids, right: Ids) -> Levels:
        values: Numbers = getattr(prepared, attribute)
        told = np.where(values[left] == values[right], np.int8(2), np.int8(1))
        return np.where(are_known(values, left, right), told, np.int8(0))

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
    names = prepared.names
    one, other = names.of_record[left, 0], names.of_record[right, 0]
    chain = (one >= 0) & (other >= 0) & (names.words[one] == names.words[other]) & names.is_common[one]
    told: Mask = house | (apart <= NEAR_M) | (apart > SEVERAL_PLACES_M) | (chain & ~(apart <= AROUND_M))
    return told


def web_levels(prepared: Prepared, left: Ids, right: Ids) -> Levels:
    """Return whether the sites are the same; not where only one e-mail address, already compared, tells them.

    A host that many have is shared wherever they lie.
    """
    told = _contact_levels("web")(prepared, left, right)
    told[(told == 3) & prepared.web_is_common[left]] = 2
    # Of two e-mail addresses at one host nobody knows whether it is theirs or a provider's.
    told[(told == 3) & prepared.web_is_of_email[left] & prepared.web_is_of_email[right]] = 2
    of_email = prepared.web_is_of_email[left] | prepared.web_is_of_email[right]
    same_email = are_known(prepared.email, left, right) & (prepared.email[left] == prepared.email[right])
    # A domain that only an e-mail address tells is no site to differ from.
    return np.where(of_email & (same_email | (told == 1)), np.int8(0), told)


COMPARISONS = (
    Comparison(
        "name",
        NAME_LEVELS,
        ("differs", "somewhat", "alike", "nearly", "misspelt", "same"),
        name_levels,
        rising_too=("part", "part_rare"),
    ),
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

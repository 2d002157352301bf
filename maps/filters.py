"""What a map, a list or a search may be narrowed by: closed lists of names and values, the same everywhere."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString

from commons.vocabulary import CharterGrade, ResourceKind

MOST_VALUES = 40
"""Of one filter; more than there are categories, fewer than would make a query heavy."""
LONGEST_VALUE = 200
"""Characters of a source's name or a district's code."""
NOT_ASSESSED = "none"
OPEN = "open"
"""The one filter whose meaning changes with the clock."""
OPEN_STEP = timedelta(minutes=5)

CONDITIONS: Mapping[str, LiteralString] = {
    "category": "AND category = ANY (%(category)s)",
    "grade": "AND coalesce(charter_grade, 'none') = ANY (%(grade)s)",
    "offers": "AND offers && %(offers)s",
    "needs": "AND needs && %(needs)s",
    "source": "AND attributions && %(source)s",
    "district": "AND %(district)s && ARRAY[commune, neighbourhood, sector]",
    "shares": "AND public_id IN (SELECT public_id FROM participation WHERE resource_kind::text = ANY (%(shares)s))",
    "taking_part": "AND public_id IN (SELECT public_id FROM participation)",
    OPEN: "AND opening_hours = ANY (%(open)s)",
}
"""What each filter adds to the query; several values of one filter widen it, several filters narrow."""
KNOWN: Mapping[str, frozenset[str]] = {
    "grade": frozenset({*CharterGrade, NOT_ASSESSED}),
    "offers": frozenset(ResourceKind),
    "needs": frozenset(ResourceKind),
    "shares": frozenset(ResourceKind),
    "taking_part": frozenset({"yes"}),
    OPEN: frozenset({"now"}),
}
"""The values that a filter may have, where they are a closed list."""
PLAIN_CODE = re.compile(r"[\w.-]+")

Filters = tuple[tuple[str, tuple[str, ...]], ...]
"""Filters in one order, so that the same question is the same key of a cache."""


def read_filters(said: Sequence[tuple[str, str]]) -> Filters | None:
    """Return the filters that the pairs of an address's query name, None where one is none of ours.

    >>> read_filters([("category", "food"), ("taking_part", "yes"), ("category", "art")])
    (('category', ('art', 'food')), ('taking_part', ('yes',)))
    """
    values: dict[str, set[str]] = {}
    for name, value in said:
        if name not in CONDITIONS or not _may_be(name, value):
            return None
        values.setdefault(name, set()).add(value)
    if any(len(chosen) > MOST_VALUES for chosen in values.values()):
        return None
    return tuple((name, tuple(sorted(values[name]))) for name in sorted(values))


def _may_be(name: str, value: str) -> bool:
    if name in KNOWN:
        return value in KNOWN[name]
    if name == "source":
        return 0 < len(value) <= LONGEST_VALUE and value.isprintable()
    return len(value) <= LONGEST_VALUE and PLAIN_CODE.fullmatch(value) is not None


def conditions(filters: Filters) -> LiteralString:
    """Return what the filters add to a query of `place`: nothing but our own constants."""
    return " ".join(CONDITIONS[name] for name, _ in filters)


def values_of(filters: Filters, open_now: Sequence[str] = ()) -> dict[str, Any]:
    """Return the values that `conditions` names; `open_now` are the opening hours that the filter for them means."""
    return {name: list(open_now if name == OPEN else chosen) for name, chosen in filters}


def pairs_of(filters: Filters) -> list[tuple[str, str]]:
    """Return the filters as the pairs of an address's query, which `read_filters` understands.

    >>> pairs_of((("category", ("art", "food")),))
    [('category', 'art'), ('category', 'food')]
    """
    return [(name, value) for name, values in filters for value in values]


def asks_open(filters: Filters) -> bool:
    """Tell whether the filters depend on the clock."""
    return any(name == OPEN for name, _ in filters)


def step_of(instant: datetime) -> datetime:
    """Return the beginning of the five minutes that an instant lies in: for so long an answer about hours stands.

    >>> step_of(datetime(2026, 11, 27, 12, 34, 56)).time().isoformat()
    '12:30:00'
    """
    return instant - (instant - datetime.min.replace(tzinfo=instant.tzinfo)) % OPEN_STEP

"""What a tile is asked by: its address in the usual grid of Web Mercator, and filters from closed lists."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, LiteralString

from commons.vocabulary import CharterGrade, ResourceKind

SPOT_BITS = 24
"""Of x and of y in `commons.spot`."""
GRID_BITS = 3
"""A tile is parted into 8 by 8 cells: 32 pixels each, where a tile is 256."""
MARKS = 4**GRID_BITS
"""The most that one tile shows."""
DEEPEST_ZOOM = 20
EXTENT = 4096
MOST_VALUES = 40
"""Of one filter; more than there are categories, fewer than would make a query heavy."""
LONGEST_VALUE = 200
"""Characters of a source's name or a district's code."""
NOT_ASSESSED = "none"

QUERY: LiteralString = (files("maps.tiles") / "tile.sql").read_text("utf-8")
CONDITIONS: Mapping[str, LiteralString] = {
    "category": "AND category = ANY (%(category)s)",
    "grade": "AND coalesce(charter_grade, 'none') = ANY (%(grade)s)",
    "offers": "AND offers && %(offers)s",
    "needs": "AND needs && %(needs)s",
    "source": "AND attributions && %(source)s",
    "district": "AND %(district)s && ARRAY[commune, neighbourhood, sector]",
    "shares": "AND public_id IN (SELECT public_id FROM participation WHERE resource_kind::text = ANY (%(shares)s))",
    "taking_part": "AND public_id IN (SELECT public_id FROM participation)",
}
"""What each filter adds to the query; several values of one filter widen it, several filters narrow."""
KNOWN: Mapping[str, frozenset[str]] = {
    "grade": frozenset({*CharterGrade, NOT_ASSESSED}),
    "offers": frozenset(ResourceKind),
    "needs": frozenset(ResourceKind),
    "shares": frozenset(ResourceKind),
    "taking_part": frozenset({"yes"}),
}
"""The values that a filter may have, where they are a closed list."""
PLAIN_CODE = re.compile(r"[\w.-]+")

Filters = tuple[tuple[str, tuple[str, ...]], ...]
"""Filters in one order, so that the same question is the same key of the cache."""


@dataclass(frozen=True, slots=True)
class TileAddress:
    """A tile of the usual grid: zoom, column from the west, row from the north."""

    zoom: int
    column: int
    row: int

    def values(self) -> dict[str, int]:
        """Return what the query takes of the address.

        >>> TileAddress(1, 1, 1).values()["low"] == 3 << 46
        True
        """
        left = 2 * (SPOT_BITS - self.zoom)
        place = sum(
            ((self.column >> bit & 1) | (self.row >> bit & 1) << 1) << 2 * bit for bit in range(self.zoom)
        )
        return {
            "low": place << left,
            "high": (place + 1) << left,
            "shift": left - 2 * GRID_BITS,
            "tiles": 1 << self.zoom,
            "column": self.column,
            "row": self.row,
            "extent": EXTENT,
            "marks": MARKS,
        }


def read_address(zoom: str, column: str, row: str) -> TileAddress | None:
    """Return the tile of an address, None where there is no such tile."""
    if not all(part.isascii() and part.isdigit() and len(part) <= 7 for part in (zoom, column, row)):
        return None
    address = TileAddress(int(zoom), int(column), int(row))
    side = 1 << min(address.zoom, DEEPEST_ZOOM)
    inside = address.zoom <= DEEPEST_ZOOM and address.column < side and address.row < side
    return address if inside else None


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


def tile_query(address: TileAddress, filters: Filters) -> tuple[LiteralString, dict[str, Any]]:
    """Return the query of a tile and its values; its text is made of nothing but our own constants."""
    conditions: LiteralString = " ".join(CONDITIONS[name] for name, _ in filters)
    values = {name: list(chosen) for name, chosen in filters}
    return QUERY.replace("{filters}", conditions), {**address.values(), **values}

"""What a tile is asked by: its address in the usual grid of Web Mercator, and filters."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, LiteralString

from maps.filters import Filters, conditions, values_of

SPOT_BITS = 24
"""Of x and of y in `commons.spot`."""
GRID_BITS = 3
"""A tile is parted into 8 by 8 cells: 32 pixels each, where a tile is 256."""
MARKS = 4**GRID_BITS
"""The most that one tile shows."""
DEEPEST_ZOOM = 20
EXTENT = 4096

QUERY: LiteralString = (files("maps.tiles") / "tile.sql").read_text("utf-8")


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


def tile_query(
    address: TileAddress, filters: Filters, open_now: Sequence[str] = ()
) -> tuple[LiteralString, dict[str, Any]]:
    """Return the query of a tile and its values; `open_now` are the opening hours that a filter for them means."""
    return QUERY.replace("{filters}", conditions(filters)), {
        **address.values(),
        **values_of(filters, open_now),
    }

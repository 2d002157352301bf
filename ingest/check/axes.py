"""Which axis comes first in a file: the one its titles name, unless the rows themselves say otherwise.

In degrees a swapped pair lies off Somalia and is no place of Belgium's. Belgium's Lambert systems are different: their
diagonal runs through the region, so that Wavre, Ottignies and Louvain-la-Neuve, swapped, lie in Brussels.
"""

import re
from dataclasses import dataclass

import numpy as np

from ingest.check.area import Area
from ingest.check.systems import LAMBERTS, Bounds, Mask, inside, to_storage
from ingest.read.table import Points

LEAST_ROWS = 3
"""Fewer points never outweigh titles that say X and Y, or a declared system: two stops in Wavre are no proof."""
LEAST_SHARE = 0.5
"""Of a file in Lambert whose titles speak of degrees, or that has none: one place of another region proves nothing."""
BELGIUM: Bounds = (2.5, 49.4, 6.5, 51.6)
"""Degrees around it: a place in there is one as it stands, and bears out what its file says of the axes."""
_DEGREES = re.compile("lat|lon|lng|breedte|lengte", re.IGNORECASE)


@dataclass(frozen=True)
class Order:
    """What a file says of its axes: whether it says it at all, and whether it says so of metres."""

    is_declared: bool
    is_of_metres: bool


def order_of(headers: tuple[str | None, ...], *, has_geometry: bool, in_pairs: bool) -> Order:
    """Return what a geometry, two columns or one column of pairs says of the order of its axes."""
    if has_geometry:
        return Order(is_declared=True, is_of_metres=True)
    titles = " ".join(header for header in headers if header)
    return Order(is_declared=not in_pairs, is_of_metres=not in_pairs and not _DEGREES.search(titles))


def is_swapped(points: Points, crs: int, area: Area, order: Order, elsewhere: Mask) -> bool:
    """Say whether all of a file's points, in one system, give y before x: for the whole file or not at all.

    Never where a point that stands as it should bears out the order: one of the area, or but for Lambert of Belgium. In
    Lambert, a row that an address says is `elsewhere` proves nothing.
    """
    straight = to_storage(points, crs)
    swapped = area.holds(to_storage(points[:, ::-1], crs))
    if area.holds(straight).any() or not swapped.any():
        return False
    if crs not in LAMBERTS:
        return not inside(straight, BELGIUM).any()
    swapped &= ~elsewhere
    if order.is_of_metres:
        distinct = np.unique(points[swapped], axis=0)
        return bool(swapped.all() and len(distinct) >= LEAST_ROWS)
    return bool(swapped.mean() >= LEAST_SHARE)


def swapped_degrees(points: Points, area: Area) -> Mask:
    """Return which points in degrees, of which nothing says the order, lie in the area with y before x."""
    return area.holds(points[:, ::-1]) & ~area.holds(points)

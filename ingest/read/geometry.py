"""A point for every shape: an alternative is a place on the map."""

import numpy as np
import numpy.typing as npt
import shapely

from ingest.notices import Notice, NoticeCode
from ingest.read.table import Points

POINT, LINES, COLLECTION = 0, (1, 2, 5), 7
"""Kinds of shapes, as GEOS numbers them."""
MAX_COORDINATE = 1e9
"""Metres or degrees: no coordinate system of the earth has such numbers, and geometry fails on larger ones."""


def representative_points(
    shapes: npt.NDArray[np.object_], row_numbers: npt.NDArray[np.int64]
) -> tuple[Points, list[Notice]]:
    """Return a point on each shape (x, y), NaN where it is missing, empty, broken or a line, and the notices.

    Height and measure are dropped. A shape that crosses itself is made valid first. One with a coordinate that is no
    number, or of no place on earth, counts as broken. A walk or a street is no place: no point of it stands for it.
    """
    flat = shapely.force_2d(shapes)
    coordinates, owners = shapely.get_coordinates(flat, return_index=True)
    flat[owners[~is_earthly(coordinates)]] = None
    flat = _as_places(flat)
    is_line = np.isin(shapely.get_type_id(flat), LINES) & ~shapely.is_empty(flat)
    is_point = shapely.get_type_id(shapes) == POINT
    broken = ~shapely.is_valid(flat) & ~shapely.is_missing(flat)
    flat[broken] = shapely.make_valid(flat[broken])
    on_shape = flat.copy()
    on_shape[~is_point] = shapely.point_on_surface(flat[~is_point])
    on_shape[shapely.is_empty(on_shape) | is_line] = None
    points = np.column_stack([shapely.get_x(on_shape), shapely.get_y(on_shape)])
    lost = np.isnan(points).any(axis=1)
    return points, [
        *(Notice(NoticeCode.GEOMETRY_UNREADABLE, int(row)) for row in row_numbers[lost & ~is_line]),
        *(Notice(NoticeCode.GEOMETRY_IS_LINE, int(row)) for row in row_numbers[lost & is_line]),
        *(Notice(NoticeCode.GEOMETRY_NOT_POINT, int(row)) for row in row_numbers[~lost & ~is_point]),
    ]


def _as_places(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the shapes, of collections without an area the point that is among them, else their lines."""
    places = shapes.copy()
    for place in np.flatnonzero(shapely.get_type_id(shapes) == COLLECTION):
        parts = shapely.get_parts(shapes[place])
        drawn = shapely.get_type_id(parts)
        if np.isin(drawn, (POINT, *LINES)).all() and len(parts):
            points = parts[drawn == POINT]
            places[place] = points[0] if len(points) else shapely.multilinestrings(shapely.get_parts(parts))
    return places


def is_earthly(points: Points) -> npt.NDArray[np.bool_]:
    """Return True where both coordinates could be those of a place."""
    return np.asarray((np.abs(points) <= MAX_COORDINATE).all(axis=1), dtype=np.bool_)

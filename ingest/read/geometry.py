"""A point for every shape: an alternative is a place on the map."""

import numpy as np
import numpy.typing as npt
import shapely

from ingest.notices import Notice, NoticeCode
from ingest.read.table import Points


def representative_points(
    shapes: npt.NDArray[np.object_], row_numbers: npt.NDArray[np.int64]
) -> tuple[Points, list[Notice]]:
    """Return a point on each shape (x, y), NaN where it is missing, empty, broken or without end, and the notices.

    Height and measure are dropped. A shape that crosses itself is made valid first.
    """
    flat = shapely.force_2d(shapes)
    coordinates, owner = shapely.get_coordinates(flat, return_index=True)
    flat[owner[~np.isfinite(coordinates).all(axis=1)]] = None  # GEOS gives up on infinity
    is_point = shapely.get_type_id(flat) == 0
    broken = ~shapely.is_valid(flat) & ~shapely.is_missing(flat)
    flat[broken] = shapely.make_valid(flat[broken])
    on_shape = flat.copy()
    on_shape[~is_point] = shapely.point_on_surface(flat[~is_point])
    on_shape[shapely.is_empty(on_shape)] = None
    points = np.column_stack([shapely.get_x(on_shape), shapely.get_y(on_shape)])
    lost = np.isnan(points).any(axis=1)
    return points, [
        *(Notice(NoticeCode.GEOMETRY_UNREADABLE, int(row)) for row in row_numbers[lost]),
        *(Notice(NoticeCode.GEOMETRY_NOT_POINT, int(row)) for row in row_numbers[~lost & ~is_point]),
    ]

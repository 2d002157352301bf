"""In which system coordinates are: declared or not, one system for the file or another for some of its rows."""

from functools import cache

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer

from commons.territory import STORAGE_CRS, WEB_CRS, territory
from ingest.read.table import Points

Bounds = tuple[float, float, float, float]
Mask = npt.NDArray[np.bool_]

REGION_BOUNDS: Bounds = territory().bounds.records
"""Degrees around the region: a system is known by them, and the database checks the same box.

Whether a place lies in the region is for its border to say: `ingest.check.area`.
"""
LAMBERTS = territory().projected_crs
"""The national systems, in metres."""
CANDIDATE_CRS = (STORAGE_CRS, *LAMBERTS, WEB_CRS)
"""What undeclared coordinates may be in. Their boxes never overlap."""
UNKNOWN = 0

DECIMALS_LOST = (4, 5, 6, 7)
"""How many decimals degrees are written with (11 m to 1 cm): what they are multiplied by without the separator."""
FARTHEST_KM = 1000
"""No place in Belgium is as far as that from the origin of a Lambert system."""
METRES_PER_KM = 1000
FARTHEST_DEGREES = 180
FARTHEST_LATITUDE = 90


def decide_crs(declared: int | None, points: Points, bounds: Bounds) -> int | None:
    """Return the declared EPSG code, unless no point lies in the region by it and all do by another.

    One point that is elsewhere keeps the declaration: a file of another place must not be moved into the region.
    """
    if declared is None:
        return guess_crs(points, bounds)
    if not len(points) or _fits(points, declared, bounds).any():
        return declared
    others = (crs for crs in CANDIDATE_CRS if crs != declared and _fits(points, crs, bounds).all())
    return next(others, declared)


def guess_crs(points: Points, bounds: Bounds) -> int | None:
    """Return the EPSG code in which most of the points lie in the region, in either order of axes.

    Where none does in any: WGS84 if all are degrees (they are elsewhere in the world), else None.
    """
    if not len(points):
        return STORAGE_CRS
    hits = {crs: int(_fits(points, crs, bounds).sum()) for crs in CANDIDATE_CRS}
    best = max(CANDIDATE_CRS, key=lambda crs: hits[crs])
    if hits[best]:
        return best
    return STORAGE_CRS if (np.abs(points) <= FARTHEST_DEGREES).all() else None


def systems_of_rows(
    points: Points, crs: int | None, bounds: Bounds, *, is_declared: bool
) -> npt.NDArray[np.int64]:
    """Return each row's EPSG code: the file's, or another by which the point lies in the region and not by the file's.

    A declared system gives way only where the point lies outside the area that the system is made for. `UNKNOWN`
    where the file has none and no other fits.
    """
    systems = np.full(len(points), crs or UNKNOWN, dtype="int64")
    rows = np.flatnonzero(np.isfinite(points).all(axis=1))
    if crs is not None:
        rows = rows[~_fits(points[rows], crs, bounds)]
    if crs is not None and is_declared and len(rows):
        rows = rows[~_fits(points[rows], crs, _area_of_use(crs))]
    for other in CANDIDATE_CRS if len(rows) else ():
        systems[rows[_fits(points[rows], other, bounds)]] = other
    return systems


def restore_decimals(points: Points, bounds: Bounds) -> tuple[Points, Mask]:
    """Return the points, with degrees that lost their separator (50846700) and Lambert in km (149.023) put right.

    A spreadsheet takes 50.846700 for a grouped integer and 149.023 for a decimal number. Only what cannot be degrees
    as it stands is changed, and only where it then lies in the region. The second answer says which rows were.
    """
    restored = points.copy()
    sizes = np.abs(points)
    large = sizes > FARTHEST_DEGREES
    whole = np.flatnonzero(large.any(axis=1) & (~large | (points == np.round(points))).all(axis=1))
    degrees = _with_separator(points[whole], bounds)
    found = np.isfinite(degrees).all(axis=1) & _fits(degrees, STORAGE_CRS, bounds)
    restored[whole[found]] = degrees[found]
    far_north = np.flatnonzero(((sizes > FARTHEST_LATITUDE) & (sizes < FARTHEST_KM)).all(axis=1))
    for crs in LAMBERTS:
        in_km = far_north[_fits(points[far_north] * METRES_PER_KM, crs, bounds)]
        restored[in_km] = points[in_km] * METRES_PER_KM
    return restored, (restored != points).any(axis=1) & np.isfinite(points).all(axis=1)


def to_storage(points: Points, crs: int) -> Points:
    """Return the points in WGS84."""
    if crs == STORAGE_CRS:
        return points
    lon, lat = Transformer.from_crs(crs, STORAGE_CRS, always_xy=True).transform(*points.T)
    return np.column_stack([lon, lat])


@cache
def bounds_in(crs: int, bounds: Bounds) -> Bounds:
    """Return the bounds in another CRS."""
    if crs == STORAGE_CRS:
        return bounds
    west, south, east, north = Transformer.from_crs(STORAGE_CRS, crs, always_xy=True).transform_bounds(
        *bounds
    )
    return west, south, east, north


def inside(points: Points, bounds: Bounds) -> Mask:
    """Return True where a point lies in the bounds."""
    west, south, east, north = bounds
    x, y = points.T
    within: Mask = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return within


def _fits(points: Points, crs: int, bounds: Bounds) -> Mask:
    """Return True where a point lies in the bounds, in either order of axes."""
    box = bounds_in(crs, bounds)
    return inside(points, box) | inside(points[:, ::-1], box)


@cache
def _area_of_use(crs: int) -> Bounds:
    """Return the degrees that a system is made for; the world where it does not say."""
    area = CRS.from_epsg(crs).area_of_use
    return (area.west, area.south, area.east, area.north) if area else (-180.0, -90.0, 180.0, 90.0)


def _with_separator(whole: Points, bounds: Bounds) -> Points:
    """Return the degrees of whole numbers that lost their separator; NaN where none are the region's.

    Each axis by itself: zeros at its end were lost before the separator was.
    """
    west, south, east, north = bounds
    degrees = np.full_like(whole, np.nan, dtype="float64")
    for decimals in (0, *DECIMALS_LOST):
        scaled = whole / 10**decimals
        fits = ((scaled >= west) & (scaled <= east)) | ((scaled >= south) & (scaled <= north))
        degrees[fits] = scaled[fits]
    return degrees

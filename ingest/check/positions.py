"""Where a record is: one point in WGS84, within the region, or none."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Transformer

from ingest.check.angles import PAIR, to_degrees
from ingest.check.draft import Draft, Finding
from ingest.map.patterns import to_number
from ingest.notices import NoticeCode
from ingest.read.table import Points

Bounds = tuple[float, float, float, float]
Mask = npt.NDArray[np.bool_]

REGION_BOUNDS: Bounds = (4.2, 50.7, 4.55, 51.0)
"""Degrees around the Brussels-Capital Region; the database checks the same box."""
STORAGE_CRS = 4326
CANDIDATE_CRS = (4326, 31370, 3812, 3857)
"""What undeclared coordinates may be in: WGS84, Lambert 72, Lambert 2008, web maps. Their boxes never overlap."""


@dataclass(frozen=True)
class Positions:
    """The coordinates a file gives, x before y as far as it says, and the rows where something illegible stands."""

    points: Points
    crs: int | None
    unreadable: Mask
    field: str | None


def check_positions(draft: Draft, bounds: Bounds = REGION_BOUNDS) -> Iterator[Finding]:
    """Set `lon` and `lat`. A row without a position is kept; one outside the region is set aside.

    The first chunk that has any position decides the CRS for the whole file.
    Swapped axes are put right only where the point is outside the region as given and inside it when swapped.
    """
    given = read_positions(draft)
    nowhere = _is_nowhere(given.points)
    points = np.where(nowhere[:, None], np.nan, given.points)
    present = np.isfinite(points.sum(axis=1))
    crs = draft.memory.crs or decide_crs(given.crs, points[present], bounds)
    draft.memory.crs = crs if present.any() else draft.memory.crs
    unknown = present if crs is None else np.zeros_like(present)
    points, swapped = _unswap(points, bounds_in(crs or STORAGE_CRS, bounds))
    points = np.where((present & ~unknown)[:, None], _to_storage(points, crs or STORAGE_CRS), np.nan)
    draft.columns["lon"], draft.columns["lat"] = (pd.Series(axis, index=draft.index) for axis in points.T)

    def rows(mask: Mask) -> pd.Series:
        return pd.Series(mask, index=draft.index)

    if given.crs is None and crs not in (None, STORAGE_CRS):
        yield Finding(NoticeCode.CRS_GUESSED, field=given.field)
    if given.crs is not None and crs != given.crs:
        yield Finding(NoticeCode.CRS_CORRECTED, field=given.field)
    unreadable = given.unreadable | nowhere
    yield Finding(NoticeCode.POSITION_UNREADABLE, rows(unreadable), given.field)
    yield Finding(NoticeCode.NO_POSITION, rows(~present & ~unreadable), given.field)
    yield Finding(NoticeCode.CRS_UNKNOWN, rows(unknown), given.field)
    yield Finding(NoticeCode.AXES_SWAPPED, rows(swapped), given.field)
    yield Finding(NoticeCode.OUTSIDE_REGION, rows(present & ~unknown & ~_inside(points, bounds)), given.field)


def read_positions(draft: Draft) -> Positions:
    """Return the geometry where the file has any, else the columns of longitude and latitude, else the pairs."""
    raw = draft.source.raw
    if raw.points is not None and np.isfinite(raw.points).any():
        return Positions(raw.points, raw.crs, np.zeros(len(raw.points), dtype=bool), None)
    if draft.has("lon") and draft.has("lat"):
        x, y, field = draft.texts("lon"), draft.texts("lat"), "lat"
    else:
        pair = draft.texts("coordinates").str.extract(
            r"^[\s(\[]*([^\s,;|]+)\s*[,;|\s]\s*([^\s,;|]+?)[\s)\]]*$"
        )
        x, y, field = pair[1], pair[0], "coordinates"
        angles = draft.texts("coordinates").where(x.isna()).str.extract(PAIR)
        x, y = x.fillna(angles["lon"]), y.fillna(angles["lat"])
    points = np.column_stack([_to_coordinate(x), _to_coordinate(y)])
    written = (x.notna() | y.notna() | draft.texts("coordinates").notna()).to_numpy(dtype=bool)
    return Positions(points, None, written & ~np.isfinite(points).all(axis=1), field)


def decide_crs(declared: int | None, points: Points, bounds: Bounds) -> int | None:
    """Return the declared EPSG code, unless no point lies in the region by it and all do by another.

    One point that is elsewhere keeps the declaration: a file of another place must not be moved into the region.
    """
    if declared is None:
        return guess_crs(points, bounds)
    if not len(points) or _hits(points, declared, bounds):
        return declared
    others = (crs for crs in CANDIDATE_CRS if crs != declared and _hits(points, crs, bounds) == len(points))
    return next(others, declared)


def guess_crs(points: Points, bounds: Bounds) -> int | None:
    """Return the EPSG code in which most of the points lie in the region, in either order of axes.

    Where none does in any: WGS84 if all are degrees (they are elsewhere in the world), else None.
    """
    if not len(points):
        return STORAGE_CRS
    hits = {crs: _hits(points, crs, bounds) for crs in CANDIDATE_CRS}
    best = max(CANDIDATE_CRS, key=lambda crs: hits[crs])
    if hits[best]:
        return best
    return STORAGE_CRS if (np.abs(points) <= 180).all() else None


def bounds_in(crs: int, bounds: Bounds) -> Bounds:
    """Return the bounds in another CRS."""
    if crs == STORAGE_CRS:
        return bounds
    west, south, east, north = Transformer.from_crs(STORAGE_CRS, crs, always_xy=True).transform_bounds(
        *bounds
    )
    return west, south, east, north


def _hits(points: Points, crs: int, bounds: Bounds) -> int:
    """Return how many points are in the region, in either order of axes."""
    box = bounds_in(crs, bounds)
    return int((_inside(points, box) | _inside(points[:, ::-1], box)).sum())


def _to_coordinate(texts: pd.Series) -> pd.Series:
    """Return numbers, and degrees where a text is an angle; nothing is asked of a column of numbers."""
    numbers = to_number(texts)
    rest = texts.where(numbers.isna())
    return numbers.fillna(to_degrees(rest)) if rest.notna().any() else numbers


def _is_nowhere(points: Points) -> Mask:
    """Return True at (0, 0), where a failed geocoder puts things."""
    x, y = points.T
    nowhere: Mask = (x == 0) & (y == 0)
    return nowhere


def _inside(points: Points, bounds: Bounds) -> Mask:
    west, south, east, north = bounds
    x, y = points.T
    inside: Mask = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return inside


def _unswap(points: Points, box: Bounds) -> tuple[Points, Mask]:
    turned = points[:, ::-1]
    straight, swapped = _inside(points, box), _inside(turned, box)
    either = straight & swapped
    straight, swapped = straight & ~either, swapped & ~either
    if swapped.any() and not straight.any():
        swapped |= either  # Lambert's ranges overlap: such a row goes with its file where all others agree
    return np.where(swapped[:, None], turned, points), swapped


def _to_storage(points: Points, crs: int) -> Points:
    if crs == STORAGE_CRS:
        return points
    lon, lat = Transformer.from_crs(crs, STORAGE_CRS, always_xy=True).transform(*points.T)
    return np.column_stack([lon, lat])

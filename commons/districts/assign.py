"""The districts that points lie in: at each level exactly one in the region and on its border, none outside it."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from commons.districts.grid import SCHEME as GRID_SCHEME
from commons.districts.grid import parent_codes
from commons.districts.region import BORDER_M, with_border
from commons.districts.structure import METRIC_CRS, Districts
from commons.territory import STORAGE_CRS
from commons.vocabulary import DistrictLevel

GAP_TOLERANCE_M = 15.0
"""Metres from a point of the region to the nearest district of a level that leaves it uncovered.

The publishers' borders differ: along the region's, sectors and neighbourhoods stop up to 9 m short of the communes;
between neighbourhoods gaps are up to 0.1 m wide. The tolerance covers both and is no wider than a street.
"""

DRAWN_TO_M = 2.0
"""The shipped borders, by which files are checked, differ from the originals by less: what is let in has a commune."""
GRID_BORDER_M = 1_000.0
"""The grid's outline of the region is good to some hundreds of metres: what lies in the region needs a cell."""

LEVELS = (DistrictLevel.SECTOR, DistrictLevel.NEIGHBOURHOOD, DistrictLevel.COMMUNE)


def assign_points(lon: npt.ArrayLike, lat: npt.ArrayLike, districts: Districts) -> pd.DataFrame:
    """Return the codes of each point's sector, neighbourhood and commune of today; None outside the region.

    Coordinates are WGS84 degrees; a missing one is outside. A point on a border is given to the district of the
    smallest code, one in a gap between districts or up to `BORDER_M` beyond the region to the nearest. In the H3 scheme
    neighbourhood and commune are the sector's parents, whose hexagons the point may lie just outside of.
    """
    x, y = np.asarray(lon, dtype="float64"), np.asarray(lat, dtype="float64")
    region = districts.current(DistrictLevel.REGION).geometry.iloc[0]
    border_m = GRID_BORDER_M if districts.scheme == GRID_SCHEME else BORDER_M + DRAWN_TO_M
    tolerance_m = np.where(_held(region, x, y), GAP_TOLERANCE_M, border_m + GAP_TOLERANCE_M)
    rows = np.flatnonzero(_held(with_border(region, border_m), x, y))
    rows = rows[np.argsort(x[rows])]
    joined = {
        level: _join(x, y, rows, districts.current(level), tolerance_m) for level in _joined_levels(districts)
    }
    if districts.scheme == GRID_SCHEME:
        sectors = joined[DistrictLevel.SECTOR]
        joined |= {level: _parents(sectors, level) for level in LEVELS[1:]}
    return pd.DataFrame({level.value: joined[level] for level in LEVELS}, dtype="object")


def _held(
    area: shapely.Geometry, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    shapely.prepare(area)
    held: npt.NDArray[np.bool_] = np.isfinite(x) & np.isfinite(y)
    held[held] = shapely.intersects_xy(area, x[held], y[held])
    return held


def _joined_levels(districts: Districts) -> tuple[DistrictLevel, ...]:
    return LEVELS[:1] if districts.scheme == GRID_SCHEME else LEVELS


def _join(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    rows: npt.NDArray[np.int64],
    level: gpd.GeoDataFrame,
    tolerance_m: npt.NDArray[np.float64],
) -> npt.NDArray[np.object_]:
    """Return the code of each point of these rows, which are ordered from west to east.

    By code, the level's first match is that of the smallest code: the others are written before it.
    """
    unmatched = len(level)
    first = np.full(len(x), unmatched)
    shapes = level.geometry.to_numpy()
    shapely.prepare(shapes)
    west, south, east, north = shapely.bounds(shapes).T
    begins, ends = np.searchsorted(x[rows], west, "left"), np.searchsorted(x[rows], east, "right")
    for place in np.flatnonzero(begins < ends)[::-1]:
        near = rows[begins[place] : ends[place]]
        near = near[(y[near] >= south[place]) & (y[near] <= north[place])]
        # Coordinates, not points: to make an object of each costs more than to ask where it lies.
        first[near[shapely.intersects_xy(shapes[place], x[near], y[near])]] = place
    gaps = rows[first[rows] == unmatched]
    if len(gaps):
        points = np.asarray(shapely.points(x[gaps], y[gaps]))
        first[gaps] = _nearest(points, level, unmatched, tolerance_m[gaps])
    codes: npt.NDArray[np.object_] = np.array([*level["code"], None], dtype="object")
    return codes.take(first)


def _nearest(
    points: npt.NDArray[np.object_],
    level: gpd.GeoDataFrame,
    unmatched: int,
    tolerance_m: npt.NDArray[np.float64],
) -> npt.NDArray[np.int64]:
    metric_points = gpd.GeoSeries(points, crs=STORAGE_CRS).to_crs(METRIC_CRS).to_numpy()
    tree = shapely.STRtree(level.geometry.to_crs(METRIC_CRS).to_numpy())
    (point, district), away = tree.query_nearest(
        metric_points, max_distance=tolerance_m.max(), return_distance=True, all_matches=True
    )
    near = away <= tolerance_m[point]
    first = np.full(len(points), unmatched)
    np.minimum.at(first, point[near], district[near])
    return first


def _parents(sectors: npt.NDArray[np.object_], level: DistrictLevel) -> npt.NDArray[np.object_]:
    known = pd.Series(sorted({code for code in sectors if code is not None}), dtype="str")
    parents = dict(zip(known, parent_codes(known, level), strict=True))
    return np.array([parents.get(code) for code in sectors], dtype="object")

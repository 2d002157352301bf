"""The region, with 50 m for its border: where a place must lie to be one of the commons'."""

from functools import cache, lru_cache

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from commons.districts.packaged import packaged_shapes
from commons.districts.structure import METRIC_CRS
from commons.territory import STORAGE_CRS
from commons.vocabulary import DistrictLevel

BORDER_M = 50.0
"""Metres beyond the border that still count as the region: a place across the street that is the border."""


@cache
def region_area() -> shapely.Geometry:
    """Return the region with its border in WGS84, prepared for many questions.

    It is that of the communes that ship with the program: a file is checked where no database is.
    """
    area = with_border(packaged_shapes(DistrictLevel.COMMUNE).union_all())
    shapely.prepare(area)
    return area


def in_region(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return True where WGS84 degrees lie in the region or on its border; a missing coordinate lies nowhere.

    >>> in_region([4.3525, 4.399, np.nan], [50.8467, 50.717, 50.8]).tolist()  # Grand-Place, Waterloo
    [True, False, False]
    """
    held: npt.NDArray[np.bool_] = shapely.intersects_xy(region_area(), np.asarray(lon), np.asarray(lat))
    return held


@lru_cache(maxsize=4)
def with_border(area: shapely.Geometry, border_m: float = BORDER_M) -> shapely.Geometry:
    """Return an area in WGS84 degrees, wider by `border_m`."""
    metric = gpd.GeoSeries([area], crs=STORAGE_CRS).to_crs(METRIC_CRS)
    return metric.buffer(border_m).to_crs(STORAGE_CRS).iloc[0]

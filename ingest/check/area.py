"""Where records may lie: the region and its border, and the box around it by which systems are told apart."""

from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import shapely

from commons.districts.region import region_area
from commons.territory import STORAGE_CRS
from ingest.check.systems import REGION_BOUNDS, Bounds, Mask
from ingest.read.table import Points


@dataclass(frozen=True)
class Area:
    """A shape in WGS84, prepared, and the degrees around it."""

    shape: shapely.Geometry
    bounds: Bounds

    def holds(self, points: Points) -> Mask:
        """Return True where a point in WGS84 lies in the area."""
        x, y = points.T
        held: Mask = shapely.intersects_xy(self.shape, x, y)
        return held


@cache
def region() -> Area:
    """Return the Brussels-Capital Region, 50 m beyond its border."""
    return Area(region_area(), REGION_BOUNDS)


def area_of(told: gpd.GeoDataFrame | Bounds | None) -> Area:
    """Return the area of shapes in any CRS, or of bounds in degrees; the region where none is given."""
    if told is None:
        return region()
    shape = told.to_crs(STORAGE_CRS).union_all() if isinstance(told, gpd.GeoDataFrame) else shapely.box(*told)
    shapely.prepare(shape)
    west, south, east, north = shape.bounds
    return Area(shape, (west, south, east, north))

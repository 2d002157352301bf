"""What districts look like in memory, whichever scheme they come from."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from commons.districts.sources import Source
from commons.territory import STORAGE_CRS, territory
from commons.vocabulary import DistrictLevel

METRIC_CRS = territory().metric_crs
"""EPSG code of the metres in which areas and distances are measured."""

DISTRICT_COLUMNS = [
    "level",
    "code",
    "revision",
    "name_fr",
    "name_nl",
    "name_en",
    "residential",
    "area_km2",
    "is_current",
    "source",
    "geometry",
]
POPULATION_COLUMNS = ["level", "code", "revision", "year", "population", "source"]


@dataclass(frozen=True)
class Districts:
    """The districts of one scheme: `official`, or `h3` where the official sources could not be reached.

    `districts` has DISTRICT_COLUMNS and MultiPolygons in WGS84; `population` has POPULATION_COLUMNS and a row
    only where there is a figure; `missing` are the keys of sources that could not be had; `repaired` names, as
    "level code", the geometries that were invalid.
    """

    scheme: str
    districts: gpd.GeoDataFrame
    population: pd.DataFrame
    sources: tuple[Source, ...]
    missing: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()

    def current(self, level: DistrictLevel) -> gpd.GeoDataFrame:
        """Return the districts of the level in its current revision, ordered by code."""
        chosen = self.districts[self.districts["is_current"] & (self.districts["level"] == level.value)]
        return chosen.sort_values("code", ignore_index=True)


def district_frame(rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the rows as a frame of districts: every column, MultiPolygons, areas measured in METRIC_CRS."""
    geometry = as_multipolygons(gpd.GeoSeries(rows["geometry"].to_numpy(), crs=STORAGE_CRS))
    frame = gpd.GeoDataFrame(rows.reset_index(drop=True).assign(geometry=geometry), crs=STORAGE_CRS)
    frame["area_km2"] = frame.to_crs(METRIC_CRS).area / 1e6
    texts = dict.fromkeys(["level", "code", "revision", "name_fr", "name_nl", "name_en", "source"], "str")
    return frame[DISTRICT_COLUMNS].astype({**texts, "residential": "boolean"})


def as_multipolygons(geometry: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the polygons of each geometry, flat, as one MultiPolygon; lines and points of a repair are dropped.

    The series has the index 0, 1, 2 …
    """
    flat = gpd.GeoSeries(shapely.force_2d(geometry.to_numpy()), crs=geometry.crs).explode().explode()
    polygons = flat[flat.geom_type == "Polygon"]
    collected = shapely.multipolygons(np.asarray(polygons), indices=polygons.index.to_numpy())
    return gpd.GeoSeries(np.asarray(collected), crs=geometry.crs)


def population_frame(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows as a frame of population: its columns, whole numbers, in a fixed order."""
    texts = dict.fromkeys(["level", "code", "revision", "source"], "str")
    typed = rows.astype({**texts, "year": "int64", "population": "int64"})
    order = ["level", "code", "revision", "year"]
    return typed[POPULATION_COLUMNS].sort_values(order, ignore_index=True)

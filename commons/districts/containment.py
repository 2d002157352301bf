"""Which district contains the whole of which: what a coarsened place may still be counted in."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from commons.districts.grid import SCHEME as GRID_SCHEME
from commons.districts.grid import parent_codes
from commons.districts.structure import METRIC_CRS, Districts
from commons.vocabulary import DistrictLevel

WHOLE_SHARE = 0.95
"""Share of a district's area from which the rest is the publishers' disagreement over a border, not another district.

Measured on the one pair whose truth is known from elsewhere: each of the 749 sectors lies in the commune of its code,
and the least of their shares is 0.9507. Below 0.95 neighbourhoods that do cross a border begin (0.92 and less).
"""

PAIRS = (
    (DistrictLevel.SECTOR, DistrictLevel.NEIGHBOURHOOD),
    (DistrictLevel.SECTOR, DistrictLevel.COMMUNE),
    (DistrictLevel.NEIGHBOURHOOD, DistrictLevel.COMMUNE),
    (DistrictLevel.SECTOR, DistrictLevel.REGION),
    (DistrictLevel.NEIGHBOURHOOD, DistrictLevel.REGION),
    (DistrictLevel.COMMUNE, DistrictLevel.REGION),
)

CONTAINMENT_COLUMNS = ["inner_level", "inner_code", "outer_level", "outer_code", "share"]


def containment(districts: Districts) -> pd.DataFrame:
    """Return CONTAINMENT_COLUMNS, a row for each district of today and each coarser one that contains the whole of it.

    `share` is of the inner area in EPSG:31370, at least WHOLE_SHARE; a district that crosses a border has no row at
    the outer level. All lies in the region; in the H3 scheme the outer district is the parent cell, with share 1.
    """
    found = [_contained(districts, inner, outer) for inner, outer in PAIRS]
    return pd.concat(found, ignore_index=True).sort_values(CONTAINMENT_COLUMNS[:4], ignore_index=True)


def _contained(districts: Districts, inner: DistrictLevel, outer: DistrictLevel) -> pd.DataFrame:
    inners, outers = districts.current(inner), districts.current(outer)
    if outer is DistrictLevel.REGION:
        pairs = pd.DataFrame(
            {"inner_code": inners["code"], "outer_code": outers["code"].iloc[0], "share": 1.0}
        )
    elif districts.scheme == GRID_SCHEME:
        pairs = pd.DataFrame(
            {"inner_code": inners["code"], "outer_code": parent_codes(inners["code"], outer), "share": 1.0}
        )
    else:
        pairs = _shares(inners, outers)
        pairs = pairs[pairs["share"] >= WHOLE_SHARE]
    return pairs.assign(inner_level=inner.value, outer_level=outer.value)[CONTAINMENT_COLUMNS]


def _shares(inners: gpd.GeoDataFrame, outers: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the share of its area that each inner district has in each outer one that it touches."""
    inner_shapes = inners.geometry.to_crs(METRIC_CRS).to_numpy()
    outer_shapes = outers.geometry.to_crs(METRIC_CRS).to_numpy()
    inner, outer = shapely.STRtree(outer_shapes).query(inner_shapes, predicate="intersects")
    common = shapely.area(shapely.intersection(inner_shapes[inner], outer_shapes[outer]))
    return pd.DataFrame(
        {
            "inner_code": inners["code"].to_numpy()[inner],
            "outer_code": outers["code"].to_numpy()[outer],
            "share": np.minimum(common / shapely.area(inner_shapes[inner]), 1.0),
        },
    )

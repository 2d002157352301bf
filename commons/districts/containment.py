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
"""Share of a district's area from which on the rest may be a sliver: publishers draw the same border differently.

Measured on the one pair whose truth is known otherwise: each of the 749 sectors lies in the commune of its code, and
the least of their shares is 0.9507. A rest under 5 % need not be a sliver, though: see `_without_contradicted`.
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
    """Return CONTAINMENT_COLUMNS, a row for each district of today and coarser one that contains the whole of it.

    `share` is of the inner area in METRIC_CRS, at least WHOLE_SHARE; a district that crosses a border has no row at
    the outer level. All lies in the region; in the H3 scheme the outer district is the parent cell, with share 1.
    The relation is transitive.
    """
    found = pd.concat([_contained(districts, inner, outer) for inner, outer in PAIRS], ignore_index=True)
    return _without_contradicted(found).sort_values(CONTAINMENT_COLUMNS[:4], ignore_index=True)


def _without_contradicted(found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows less the neighbourhoods said to lie in one commune that hold a sector of another.

    Where it is small, its share does not show it: neighbourhood 47 lies in Saint-Gilles but for 1.5 %, which is a
    sector of Forest with 185 inhabitants.
    """
    inner = found.groupby(["inner_level", "outer_level"])
    of_neighbourhood = inner.get_group((DistrictLevel.SECTOR, DistrictLevel.NEIGHBOURHOOD))
    of_commune = inner.get_group((DistrictLevel.SECTOR, DistrictLevel.COMMUNE))
    held = of_neighbourhood.merge(of_commune, on="inner_code")[["outer_code_x", "outer_code_y"]]
    held = held.drop_duplicates().set_axis(["inner_code", "held_in"], axis="columns")
    claimed = inner.get_group((DistrictLevel.NEIGHBOURHOOD, DistrictLevel.COMMUNE)).reset_index()
    claims = claimed.merge(held, on="inner_code")
    contradicted = claims.loc[claims["outer_code"] != claims["held_in"], "index"]
    return found[~found.index.isin(contradicted)]


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

"""Frames with which the map's tests draw: real districts, and squares of a made-up region."""

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from commons.districts.packaged import packaged_districts
from commons.vocabulary import DistrictLevel

HOSTILE = [
    '<img src=x onerror="window.hacked=1">',
    "</script><script>window.hacked=2</script>",
    "${window.hacked=3}`; window.hacked=4; `",
    "javascript:window.hacked=5",
    "{{ 'hacked' }} {% raw %} '; window.hacked=6; //",
    '"><svg onload=window.hacked=7>\u2028\u2029 alert(coords);',
]


def squares(rows: int = 4, columns: int = 5) -> gpd.GeoDataFrame:
    """A made-up region: a chessboard over Brussels, whose squares are neighbours without a gap."""
    x, y = np.meshgrid(np.linspace(4.25, 4.47, columns + 1), np.linspace(50.77, 50.91, rows + 1))
    cells = [box(x[r, c], y[r, c], x[r, c + 1], y[r + 1, c]) for r in range(rows) for c in range(columns)]
    codes = [f"Q{n:02}" for n in range(len(cells))]
    names = {"name_fr": [f"Quartier {c}" for c in codes], "name_nl": [f"Wijk {c}" for c in codes]}
    return gpd.GeoDataFrame({"code": codes, **names}, geometry=cells, crs=4326)


def neighbourhoods() -> gpd.GeoDataFrame:
    return _current(DistrictLevel.NEIGHBOURHOOD)


def communes() -> gpd.GeoDataFrame:
    return _current(DistrictLevel.COMMUNE)


def _current(level: DistrictLevel) -> gpd.GeoDataFrame:
    return packaged_districts().current(level)[["code", "name_fr", "name_nl", "geometry"]]


def with_values(districts: gpd.GeoDataFrame, seed: int = 7) -> gpd.GeoDataFrame:
    """Counts per district with zeros, and every reason for which a district has no value."""
    rng = np.random.default_rng(seed)
    value = pd.Series(rng.poisson(3, len(districts)), index=districts.index).astype(float)
    state = pd.Series(None, index=districts.index, dtype=object)
    for n, reason in enumerate(("no_population", "suppressed", "withheld", "blind_spot")):
        state.iloc[n::17] = reason
    return districts.assign(value=value.where(state.isna()), state=state)


def places(districts: gpd.GeoDataFrame, count: int = 300, seed: int = 7) -> gpd.GeoDataFrame:
    """Exact places at random, a third of them at their district's fixed point, and hostile names among both."""
    rng = np.random.default_rng(seed)
    home = districts.iloc[rng.integers(0, len(districts), count)].reset_index(drop=True)
    metric = home.to_crs(31370)
    fixed = metric.representative_point()
    drift = rng.normal(0, 300, (2, count))
    exact = gpd.GeoSeries(gpd.points_from_xy(fixed.x + drift[0], fixed.y + drift[1]), crs=31370)
    precision = np.where(np.arange(count) % 3 == 0, "neighbourhood", "exact")
    point = fixed.where(precision == "neighbourhood", exact).to_crs(4326)
    names = [f"Initiative {n}" for n in range(count)]
    names[: 2 * len(HOSTILE)] = HOSTILE * 2
    return gpd.GeoDataFrame(
        {
            "public_id": [f"p{n:04}" for n in range(count)],
            "name": names,
            "category": np.array(["food", "garden", "repair", HOSTILE[0]])[np.arange(count) % 4],
            "precision": precision,
        },
        geometry=point,
    )

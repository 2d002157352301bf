"""Where the fictional alternatives stand: points drawn inside real residential neighbourhoods."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from commons.districts.structure import METRIC_CRS, Districts
from commons.errors import CommonsError
from commons.territory import territory
from commons.vocabulary import DistrictLevel

MARGIN_M = 15.0
"""How far inside its neighbourhood a point stays, so that none lies on a border."""
EMPTY_NEIGHBOURHOODS = 8
"""Neighbourhoods left without any alternative, so that the demo has districts where there is nothing."""
UNEVENNESS = 0.55
"""Sigma of the log-normal factor by which neighbourhoods of the same population differ."""
HUB_SHARE = 0.5
HUB_SPREAD_M = 140.0
"""Half of a neighbourhood's alternatives stand about one hub, at this standard deviation."""


def draw_places(districts: Districts, count: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return `count` points (METRIC_CRS) with `municipality_fr`, `municipality_nl` and `postcode`."""
    neighbourhoods = _residential(districts)
    liveliness = rng.lognormal(0, UNEVENNESS, len(neighbourhoods))
    weight = _population(districts, neighbourhoods["code"]) * liveliness
    empty = rng.choice(len(weight), min(EMPTY_NEIGHBOURHOODS, len(weight) // 4), replace=False)
    weight[empty] = 0
    counts = rng.multinomial(count, weight / weight.sum())
    drawn = [points_inside(ground, n, rng) for ground, n in zip(neighbourhoods.geometry, counts, strict=True)]
    points = gpd.GeoSeries(shapely.points(np.vstack(drawn)), crs=METRIC_CRS)
    places = gpd.GeoDataFrame(geometry=points[rng.permutation(count)].reset_index(drop=True))
    return places.join(_addresses(districts, places, rng))


def points_inside(ground: BaseGeometry, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return `count` coordinates within the polygon, about half of them near one hub of it."""
    west, south, east, north = ground.bounds

    def anywhere(n: int) -> np.ndarray:
        return rng.uniform((west, south), (east, north), (n, 2))

    hub = _first_inside(ground, anywhere, 1)
    near = int(rng.binomial(count, HUB_SHARE))
    around = _first_inside(ground, lambda n: rng.normal(hub, HUB_SPREAD_M, (n, 2)), near)
    return np.vstack([around, _first_inside(ground, anywhere, count - near)])


def _first_inside(ground: BaseGeometry, draw: Callable[[int], np.ndarray], count: int) -> np.ndarray:
    """Return the first `count` drawn coordinates that fall within the polygon."""
    kept = np.empty((0, 2))
    while len(kept) < count:
        drawn = draw(4 * count)
        kept = np.vstack([kept, drawn[shapely.contains_xy(ground, drawn)]])
    return kept[:count]


def region_ground(districts: Districts) -> BaseGeometry:
    """Return the region in METRIC_CRS; neighbourhoods of the stand-in grid reach beyond it."""
    return districts.current(DistrictLevel.REGION).to_crs(METRIC_CRS).union_all()


def _residential(districts: Districts) -> gpd.GeoDataFrame:
    """Return the inhabited neighbourhoods without a margin along their borders and that of the region."""
    neighbourhoods = districts.current(DistrictLevel.NEIGHBOURHOOD).to_crs(METRIC_CRS)
    inhabited = neighbourhoods[neighbourhoods["residential"].eq(True)]
    chosen = inhabited if len(inhabited) else neighbourhoods
    inside = chosen.buffer(-MARGIN_M).intersection(region_ground(districts).buffer(-MARGIN_M))
    chosen = chosen.set_geometry(inside)[~inside.is_empty]
    if chosen.empty:
        raise CommonsError("demo.no_neighbourhoods")
    return chosen


def _population(districts: Districts, codes: pd.Series) -> np.ndarray:
    """Return each neighbourhood's latest known population; where nothing is known, all weigh the same."""
    known = districts.population
    known = known[known["level"].eq("neighbourhood") & known["population"].gt(0)]
    latest = known.sort_values("year").groupby("code")["population"].last()
    people = codes.map(latest).astype("float64")
    return people.fillna(people.median()).fillna(1.0).to_numpy(copy=True)


def _addresses(districts: Districts, places: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return commune and postcode of each place, a plausible one where the communes are not the real ones."""
    postcodes = territory().postcodes
    communes = districts.current(DistrictLevel.COMMUNE)
    communes = communes[communes["code"].isin(list(postcodes))]
    if communes.empty:
        return pd.DataFrame(territory().demo_address, index=places.index)
    communes = communes[["code", "name_fr", "name_nl", "geometry"]].to_crs(METRIC_CRS)
    joined = places.sjoin_nearest(communes).groupby(level=0).first()
    return pd.DataFrame(
        {
            "municipality_fr": joined["name_fr"],
            "municipality_nl": joined["name_nl"],
            "postcode": [rng.choice(postcodes[code]) for code in joined["code"]],
        }
    )

"""A point lies in exactly one district of each level inside the region, and in none outside it."""

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from commons.districts.assign import DRAWN_TO_M, GAP_TOLERANCE_M, LEVELS, assign_points
from commons.districts.grid import parent_codes
from commons.districts.region import BORDER_M, in_region, region_area
from commons.districts.structure import METRIC_CRS, district_frame
from commons.vocabulary import DistrictLevel

INSIDE = 4.305, 50.86
METRES_PER_DEGREE = 70_400
"""Of longitude, at 50.86 degrees north."""
degrees = st.tuples(st.floats(4.22, 4.50), st.floats(50.75, 50.93))


def codes(lon, lat, districts) -> list:
    (row,) = assign_points([lon], [lat], districts).to_numpy()
    return list(row)


def all_or_none(assigned) -> bool:
    return bool((assigned.isna().sum(axis=1) % len(LEVELS) == 0).all())


def expected(lon, lat, districts, level):
    """Return the code by the rule itself, tried against each district: the smallest that holds it, else the nearest."""
    point, frame = shapely.Point(lon, lat), districts.current(level)
    region = districts.current(DistrictLevel.REGION)
    beyond = metres_to(point, region).iloc[0]
    holding = frame[frame.intersects(point)]
    if beyond > BORDER_M + DRAWN_TO_M:
        return None
    if len(holding):
        return min(holding["code"])
    away = metres_to(point, frame)
    most = GAP_TOLERANCE_M + (BORDER_M + DRAWN_TO_M if beyond else 0)
    return min(frame.loc[away == away.min(), "code"]) if away.min() <= most else None


def metres_to(point, frame):
    return frame.to_crs(METRIC_CRS).distance(gpd.GeoSeries([point], crs=4326).to_crs(METRIC_CRS).iloc[0])


def test_inside_one_district_of_each_level(town):
    assert codes(*INSIDE, town) == ["a", "a", "A"]


def test_on_a_border_the_smallest_code(town):
    assert codes(4.31, 50.86, town) == ["a", "a", "A"]
    assert codes(4.32, 50.86, town) == ["b", "b", "A"]


def test_a_corner_of_the_region_is_inside(town):
    assert codes(4.30, 50.85, town) == ["a", "a", "A"]


def test_in_a_narrow_gap_the_nearest(town):
    assert codes(4.32 + 2e-5, 50.86, town)[1] == "b"
    assert codes(4.32 + 8e-5, 50.86, town)[1] == "c"


@pytest.mark.parametrize("codes_from_north", [("c", "d"), ("d", "c")])
def test_as_near_to_two_the_smallest_code(town, codes_from_north):
    point, east = (4.3201, 50.86), 4.34
    wedges = [
        shapely.Polygon([point, (east, 50.87), (east, 50.86)]),
        shapely.Polygon([point, (east, 50.86), (east, 50.85)]),
    ]
    rest = town.districts[town.districts["level"] != "neighbourhood"]
    pointed = rest.iloc[[0, 0]].assign(level="neighbourhood", code=codes_from_north, geometry=wedges)
    frame = district_frame(pd.concat([rest, pointed]))
    assert codes(4.32005, 50.86, dataclasses.replace(town, districts=frame))[1] == "c"


def test_in_a_wide_gap_none_of_that_level(town):
    assert codes(4.32 + 5e-4, 50.86, town) == [None, "c", "B"]


@pytest.mark.parametrize(
    ("metres", "expected"), [(1, ["a", "a", "A"]), (48, ["a", "a", "A"]), (54, [None] * 3)]
)
def test_up_to_fifty_metres_beyond_the_region_the_nearest(town, metres, expected):
    assert codes(4.30 - metres / METRES_PER_DEGREE, 50.86, town) == expected


@pytest.mark.parametrize("missing", [np.nan, np.inf])
def test_a_missing_coordinate_is_outside(town, missing):
    assert codes(missing, 50.86, town) == codes(4.305, missing, town) == [None, None, None]


def test_no_points(town):
    assigned = assign_points([], [], town)
    assert list(assigned.columns) == ["sector", "neighbourhood", "commune"]
    assert assigned.empty


def test_known_places(official):
    grand_place, avenue_louise_end, waterloo = (4.3525, 50.8467), (4.3722, 50.8161), (4.40, 50.717)
    lon, lat = zip(grand_place, avenue_louise_end, waterloo, strict=True)
    assigned = assign_points(lon, lat, official)
    assert list(assigned["neighbourhood"].iloc[:1]) == ["1"]
    assert list(assigned["commune"]) == ["21004", "21004", None]


@given(places=st.lists(degrees, min_size=1, max_size=20))
@settings(max_examples=25, deadline=None)
def test_any_point_is_assigned_by_the_rule(official, places):
    lon, lat = zip(*places, strict=True)
    assigned = assign_points(lon, lat, official)
    assert all_or_none(assigned)
    for place, row in zip(places, assigned.to_numpy(), strict=True):
        assert list(row) == [expected(*place, official, level) for level in LEVELS]


def test_shared_vertices_belong_to_exactly_one_of_those_that_share_them(official):
    level = official.current(DistrictLevel.NEIGHBOURHOOD)
    x, y = np.unique(shapely.get_coordinates(level.geometry.to_numpy()), axis=0).T
    assigned = assign_points(x, y, official)
    assert all_or_none(assigned)
    touched = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=4326).sjoin(level[["code", "geometry"]])
    smallest = touched.groupby(level=0)["code"].min()
    assert (touched.groupby(level=0).size() > 2).any()
    inside = assigned["neighbourhood"].notna()
    assert inside.mean() > 0.8
    assert (assigned.loc[inside, "neighbourhood"] == smallest[inside[inside].index]).all()


def test_the_middles_of_edges_belong_to_exactly_one(official):
    rings = shapely.get_rings(shapely.get_parts(official.current(DistrictLevel.SECTOR).geometry.to_numpy()))
    middles = np.vstack([(c[1:] + c[:-1]) / 2 for c in map(shapely.get_coordinates, rings)])
    assigned = assign_points(*middles.T, official)
    assert all_or_none(assigned)
    assert assigned["sector"].notna().mean() > 0.95


def test_the_order_and_company_of_points_do_not_matter(official):
    x, y = np.random.default_rng(5).uniform((4.25, 50.77), (4.48, 50.91), (500, 2)).T
    together = assign_points(x, y, official)
    backwards = assign_points(x[::-1], y[::-1], official).iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(together, backwards)


@given(places=st.lists(degrees, min_size=1, max_size=40))
@settings(max_examples=25, deadline=None)
def test_in_the_grid_a_point_lies_in_its_sector_and_that_ones_parents(grid, places):
    lon, lat = zip(*places, strict=True)
    assigned = assign_points(lon, lat, grid)
    assert all_or_none(assigned)
    within = assigned.dropna().astype("str")
    for level in LEVELS[1:]:
        assert list(within[level.value]) == list(parent_codes(within["sector"], level))


def test_the_shipped_region_is_that_of_the_official_communes_and_its_border(official):
    region = official.current(DistrictLevel.REGION).to_crs(METRIC_CRS).geometry.iloc[0]
    shipped = gpd.GeoSeries([region_area()], crs=4326).to_crs(METRIC_CRS).iloc[0]
    assert region.buffer(BORDER_M).hausdorff_distance(shipped) < 1


def test_what_the_shipped_region_holds_has_its_districts(official):
    x, y = np.random.default_rng(12).uniform((4.23, 50.75), (4.50, 50.93), (20_000, 2)).T
    assigned, held = assign_points(x, y, official), in_region(x, y)
    assert held.mean() > 0.3
    assert assigned["commune"][held].notna().all()
    assert (assigned["commune"].notna() & ~held).mean() < 1e-3  # within two metres of where the border ends


def test_in_the_grid_what_the_region_holds_has_a_cell(grid):
    x, y = np.random.default_rng(13).uniform((4.23, 50.75), (4.50, 50.93), (20_000, 2)).T
    assert assign_points(x, y, grid)["commune"][in_region(x, y)].notna().all()

"""A district is said to lie in another only where that one contains the whole of it."""

import pandas as pd
import pytest
import shapely

from commons.districts.containment import WHOLE_SHARE, containment
from commons.districts.structure import Districts, district_frame
from commons.vocabulary import DistrictLevel


@pytest.fixture(scope="module")
def within(official) -> pd.DataFrame:
    return containment(official)


def outer_codes(within, inner, outer) -> pd.Series:
    chosen = within[(within["inner_level"] == inner) & (within["outer_level"] == outer)]
    return chosen.set_index("inner_code")["outer_code"]


def test_how_many_lie_in_one(within):
    counts = within.groupby(["inner_level", "outer_level"]).size().to_dict()
    assert counts == {
        ("sector", "neighbourhood"): 722,
        ("sector", "commune"): 749,
        ("neighbourhood", "commune"): 97,
        ("sector", "region"): 749,
        ("neighbourhood", "region"): 145,
        ("commune", "region"): 19,
    }
    assert not within.duplicated(["inner_level", "inner_code", "outer_level"]).any()


def test_every_sector_lies_in_the_commune_of_its_code(within):
    communes = outer_codes(within, "sector", "commune")
    assert (communes == communes.index.str[:5]).all()


def test_the_relation_is_transitive(within):
    through = outer_codes(within, "sector", "neighbourhood").map(
        outer_codes(within, "neighbourhood", "commune")
    )
    known = through.dropna()
    assert len(known) > 400
    assert (known == outer_codes(within, "sector", "commune")[known.index]).all()


def test_a_neighbourhood_that_holds_a_sector_of_another_commune_lies_in_none(within):
    assert "47" not in outer_codes(within, "neighbourhood", "commune").index


def test_only_districts_of_today(within, official):
    past = set(official.districts.loc[~official.districts["is_current"], "code"])
    today = set(official.current(DistrictLevel.SECTOR)["code"])
    assert not set(within["inner_code"]) & (past - today)


def test_shares_are_of_the_inner_area(within):
    assert within["share"].between(WHOLE_SHARE, 1.0).all()


@pytest.mark.parametrize(("part", "lies_within"), [(0.951, True), (0.949, False)])
def test_the_tolerance_is_for_slivers(town, part, lies_within):
    width = 0.01
    start = 4.32 - part * width
    crossing = shapely.box(start, 50.855, start + width, 50.86)
    frame = town.districts.copy()
    frame.loc[(frame["level"] == "sector") & (frame["code"] == "c"), "geometry"] = shapely.MultiPolygon(
        [crossing]
    )
    moved = Districts("official", district_frame(pd.DataFrame(frame)), town.population, ())
    assert ("c" in outer_codes(containment(moved), "sector", "commune").index) is lies_within


def test_the_grid_nests_by_parents(grid):
    within = containment(grid)
    sectors = len(grid.current(DistrictLevel.SECTOR))
    assert len(outer_codes(within, "sector", "neighbourhood")) == sectors
    through = outer_codes(within, "sector", "neighbourhood").map(
        outer_codes(within, "neighbourhood", "commune")
    )
    assert (through == outer_codes(within, "sector", "commune")[through.index]).all()

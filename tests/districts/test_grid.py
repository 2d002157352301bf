"""The grid stands in for the official districts and says so."""

import h3
import pytest
import shapely

from commons.districts.grid import parent_codes
from commons.districts.structure import DISTRICT_COLUMNS
from commons.vocabulary import DistrictLevel


def test_about_the_area_of_the_region(grid):
    assert grid.current(DistrictLevel.REGION)["area_km2"].iloc[0] == pytest.approx(162.4, rel=0.05)


def test_it_lies_where_the_region_is(grid, official):
    (approximate,) = grid.current(DistrictLevel.REGION).geometry
    (region,) = official.current(DistrictLevel.REGION).geometry
    shared = shapely.area(shapely.intersection(approximate, region))
    assert shared / shapely.area(shapely.union(approximate, region)) > 0.9


def test_the_sectors_tile_the_region(grid):
    sectors = grid.current(DistrictLevel.SECTOR)
    assert sectors["area_km2"].sum() == pytest.approx(
        grid.current(DistrictLevel.REGION)["area_km2"].iloc[0], rel=1e-6
    )


@pytest.mark.parametrize(("level", "resolution"), [("sector", 9), ("neighbourhood", 8), ("commune", 7)])
def test_a_level_is_a_resolution_and_holds_the_parents_of_the_sectors(grid, level, resolution):
    cells = set(grid.current(DistrictLevel(level))["code"])
    assert {h3.get_resolution(cell) for cell in cells} == {resolution}
    sectors = grid.current(DistrictLevel.SECTOR)["code"]
    parents = parent_codes(sectors, DistrictLevel(level))
    assert all(
        sector in h3.cell_to_children(parent, 9) for sector, parent in zip(sectors, parents, strict=True)
    )
    assert set(parents) == cells


def test_it_has_the_frame_of_the_official_ones_and_no_population(grid):
    assert grid.scheme == "h3"
    assert list(grid.districts.columns) == DISTRICT_COLUMNS
    assert set(grid.districts["level"]) == set(DistrictLevel)
    assert grid.population.empty


def test_every_name_says_that_it_is_a_stand_in(grid):
    frame = grid.districts
    assert frame["name_fr"].str.contains("provisoire|approximatif").all()
    assert frame["name_nl"].str.contains("voorlopig|benaderende").all()
    assert frame["name_en"].str.contains("stand-in|approximate").all()

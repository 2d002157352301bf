"""The districts that ship with the program against the publishers' originals."""

import gzip

import geopandas as gpd
import numpy as np
import pytest
import shapely
from command_line import commons_here

from commons.districts.assign import assign_points
from commons.districts.frames import read_districts
from commons.districts.packaged import PACKAGED, pack_districts, packaged_districts
from commons.districts.structure import METRIC_CRS, STORAGE_CRS
from commons.vocabulary import DistrictLevel

POINTS = 10_000
NEAR_BORDER_M = 2.0


@pytest.fixture(scope="module")
def originals(data, tmp_path_factory):
    return read_districts(data / "mirror", tmp_path_factory.mktemp("cache"), pauses_s=())


def by_code(districts):
    frame = districts.districts.to_crs(METRIC_CRS)
    return frame.set_index(["level", "code", "revision"]).sort_index()


def test_each_district_has_its_name_and_999_parts_in_1000_of_its_area(originals):
    original, shipped = by_code(originals), by_code(packaged_districts())
    facts = ["name_fr", "name_nl", "name_en", "residential", "is_current", "source"]
    assert original[facts].equals(shipped[facts])
    theirs, ours = original.geometry.to_numpy(), shipped.geometry.to_numpy()
    common = shapely.area(shapely.intersection(theirs, ours))
    assert (common / shapely.area(theirs)).min() >= 0.999
    assert (common / shapely.area(ours)).min() >= 0.999


def test_populations_are_equal(originals):
    assert originals.population.equals(packaged_districts().population)


def test_random_points_lie_in_the_same_districts_but_for_those_on_a_border(originals):
    rng = np.random.default_rng(20251130)
    west, south, east, north = originals.current(DistrictLevel.REGION).total_bounds
    lon, lat = rng.uniform(west, east, 4 * POINTS), rng.uniform(south, north, 4 * POINTS)
    before = assign_points(lon, lat, originals)
    inside = before["commune"].notna().to_numpy().nonzero()[0][:POINTS]
    assert len(inside) == POINTS
    after = assign_points(lon[inside], lat[inside], packaged_districts())
    before = before.iloc[inside].reset_index(drop=True)
    differ = (before.fillna("") != after.fillna("")).to_numpy()
    points = gpd.points_from_xy(lon[inside], lat[inside], crs=STORAGE_CRS).to_crs(METRIC_CRS)
    for level, moved in zip(before.columns, differ.T, strict=True):
        borders = originals.current(DistrictLevel(level)).to_crs(METRIC_CRS).boundary.union_all()
        assert (points[moved].distance(borders) < NEAR_BORDER_M).all(), level


def test_they_are_what_the_command_makes_of_the_originals(data, tmp_path):
    sizes = pack_districts(data / "mirror", tmp_path)
    for name in sizes:
        made, shipped = ((folder / name).read_bytes() for folder in (tmp_path, PACKAGED))
        assert gzip.decompress(made) == gzip.decompress(shipped), name


def test_a_load_takes_the_originals_when_asked(data, database, monkeypatch):
    monkeypatch.setenv("COMMONS_MIRROR", str(data / "mirror"))
    status, printed = commons_here("districts", "load", "--download")
    assert status == 0, printed
    assert database.rows("SELECT count(*) FROM reference.district WHERE scheme = 'official'") == [(1638,)]

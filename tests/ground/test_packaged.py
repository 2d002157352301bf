"""The ground that ships with the program can be read by the library that reads every other file, and says that it is partial."""

from importlib.resources import files

import pyogrio
import pytest
import shapely

PACKAGED = files("commons.ground") / "packaged"
LARGEST_BYTES = 760_000


@pytest.fixture(scope="module")
def extract():
    return PACKAGED / "brussels_osm_partial.osm.pbf"


def test_its_streets_have_names_in_french_and_dutch(extract):
    streets = pyogrio.read_dataframe(extract, layer="lines", where="highway IS NOT NULL")
    tags = streets["other_tags"].fillna("")
    assert len(streets) > 10_000
    assert (tags.str.contains('"name:fr"=>') & tags.str.contains('"name:nl"=>')).sum() > 8_000
    assert shapely.box(4.2, 50.7, 4.6, 51.0).contains(shapely.box(*streets.total_bounds))


def test_it_is_small_and_told_as_partial_with_its_licence(extract):
    told = (PACKAGED / "README.md").read_text("utf-8")
    assert extract.stat().st_size < LARGEST_BYTES
    assert "© OpenStreetMap contributors" in told
    assert "ODbL" in told
    assert "It is partial" in told

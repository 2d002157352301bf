"""The districts that ship with the program: small, whole, told of, and without a gap between neighbours."""

import gzip
import hashlib
import itertools
import shutil

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from commons.districts import packaged
from commons.districts.packaged import (
    CHECKSUMS,
    DECIMALS,
    PACKAGED,
    clean_coverage,
    packaged_districts,
    packed_name,
)
from commons.districts.sources import official_sources
from commons.districts.structure import METRIC_CRS
from commons.errors import CommonsError
from commons.vocabulary import DistrictLevel

LARGEST_BYTES = 3_000_000
LEVELS = [level for level in DistrictLevel if level is not DistrictLevel.REGION]


def test_the_files_are_those_of_the_checksums_and_small():
    sums = dict(reversed(line.split("  ")) for line in (PACKAGED / CHECKSUMS).read_text().splitlines())
    assert set(sums) == {packed_name(source) for source in official_sources()}
    contents = {name: (PACKAGED / name).read_bytes() for name in sums}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()} == sums
    assert sum(map(len, contents.values())) < LARGEST_BYTES


DAMAGES = {
    "a figure is changed": lambda path: path.write_bytes(
        gzip.compress(gzip.decompress(path.read_bytes()).replace(b"1994,1,2154", b"1994,1,9999"))
    ),
    "it is cut": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "a bit is another": lambda path: path.write_bytes(path.read_bytes()[:-9] + b"x" + path.read_bytes()[-8:]),
    "it is missing": lambda path: path.unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_refused(tmp_path, monkeypatch, damage):
    copy = tmp_path / "packaged"
    shutil.copytree(PACKAGED, copy)
    damage(copy / "population_145_quartiers_1994_2025.csv.gz")
    monkeypatch.setattr(packaged, "PACKAGED", copy)
    with pytest.raises(CommonsError) as refused:
        packaged_districts.__wrapped__()
    assert refused.value.key == "district_package_damaged"


def test_each_file_is_told_with_its_publisher_and_licence():
    told = (PACKAGED / "README.md").read_text("utf-8")
    for source in official_sources():
        (row,) = [line for line in told.splitlines() if line.startswith(f"| `{packed_name(source)}` |")]
        assert source.publisher in row
        assert source.licence in row


@pytest.mark.parametrize("level", LEVELS)
def test_neighbours_share_their_borders(official, level):
    shapes = official.districts.query("level == @level.value").groupby("revision").geometry
    for _, revision in shapes:
        assert shapely.coverage_is_valid(revision.to_numpy())
        whole = shapely.coverage_union_all(revision.to_numpy())
        assert shapely.get_num_interior_rings(shapely.get_parts(whole)).sum() == 0


@pytest.mark.parametrize("level", LEVELS)
def test_no_gap_or_overlap_is_larger_than_a_square_metre(official, level):
    shapes = official.current(level).to_crs(METRIC_CRS).geometry.to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    overlap = shapely.area(shapely.intersection(shapes[a[a < b]], shapes[b[a < b]]))
    assert overlap.max() <= 1
    holes = [ring for part in shapely.get_parts(shapely.union_all(shapes)) for ring in part.interiors]
    assert all(shapely.Polygon(ring).area <= 1 for ring in holes)


@given(
    st.lists(st.floats(-0.09, 0.09), min_size=3, max_size=3),
    st.lists(st.floats(0.5, 40), min_size=1, max_size=12),
)
def test_strips_that_gape_and_overlap_become_a_coverage(slips, steps):
    """Four strips side by side, each drawn up to 9 cm too far or too short, and with vertices where another has none."""
    edges = 148_000 + np.arange(5) * 100.0
    southern, northern = 170_000.0, 170_000.0 + sum(steps) + 50
    ys = southern + np.cumsum(steps)
    shapes = []
    for at, (west, east) in enumerate(itertools.pairwise(edges)):
        west_slip = slips[at - 1] if at else 0.0
        ring = [
            (west + west_slip, southern),
            (east, southern),
            *((east, y) for y in ys),
            (east, northern),
            (west + west_slip, northern),
        ]
        shapes.append(shapely.Polygon(ring))
    clean = clean_coverage(gpd.GeoSeries(shapes, crs=METRIC_CRS))
    assert shapely.coverage_is_valid(clean.to_numpy())
    vertices = shapely.get_coordinates(clean.to_numpy())
    assert np.array_equal(vertices, np.round(vertices, DECIMALS))
    back = clean.to_crs(METRIC_CRS).to_numpy()
    assert np.allclose(shapely.area(back), shapely.area(shapes), rtol=0.003)

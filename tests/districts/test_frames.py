"""What the official files say, as frames."""

import dataclasses
import gzip
import hashlib

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from commons.districts.fetch import SourceUnreachableError
from commons.districts.frames import read_districts
from commons.districts.official import official_districts, official_population, read_table
from commons.districts.packaged import PACKAGED, packed_name
from commons.districts.sources import official_sources
from commons.districts.structure import DISTRICT_COLUMNS, POPULATION_COLUMNS, as_multipolygons
from commons.errors import CommonsError
from commons.i18n import catalogue
from commons.vocabulary import DistrictLevel, Language

NOWHERE = "http://127.0.0.1:9/"
LOCATED_2025 = 1_252_352
NOT_LOCATED_2025 = 3_443


def unreachable_sources():
    return [dataclasses.replace(source, url=NOWHERE) for source in official_sources()]


def people(districts, level, year) -> pd.Series:
    rows = districts.population
    return rows[(rows["level"] == level) & (rows["year"] == year)].set_index("code")["population"]


def test_how_many_districts_there_are(official):
    counts = official.districts.groupby(["level", "revision", "is_current"]).size().to_dict()
    assert counts == {
        ("region", "2025", True): 1,
        ("commune", "2025", True): 19,
        ("neighbourhood", "2025", True): 145,
        ("sector", "2025", True): 749,
        ("sector", "2020", False): 724,
    }
    assert (official.scheme, official.missing, official.repaired) == ("official", (), ())


def test_the_frames_have_their_columns_and_types(official):
    frame = official.districts
    assert list(frame.columns) == DISTRICT_COLUMNS
    assert list(official.population.columns) == POPULATION_COLUMNS
    assert frame.crs == "EPSG:4326"
    assert set(frame.geom_type) == {"MultiPolygon"}
    assert frame.geometry.is_valid.all()
    assert not shapely.has_z(frame.geometry.to_numpy()).any()
    assert frame.drop(columns="residential").notna().all(axis=None)
    assert not frame.duplicated(["level", "code", "revision"]).any()
    assert not official.population.duplicated(["level", "code", "revision", "year"]).any()


@pytest.mark.parametrize("level", list(DistrictLevel))
def test_each_level_covers_the_region(official, level):
    assert official.current(level)["area_km2"].sum() == pytest.approx(162.42, abs=0.01)


def test_the_region_has_no_holes(official):
    (region,) = official.current(DistrictLevel.REGION).geometry
    assert shapely.get_num_interior_rings(shapely.get_parts(region)).sum() == 0


def test_residential_is_told_of_neighbourhoods_only(official):
    told = official.districts.set_index("level")["residential"]
    assert told["neighbourhood"].sum() == 118
    assert told.drop("neighbourhood").isna().all()


def test_names(official):
    named = official.districts[official.districts["is_current"]].set_index(["level", "code"])
    named = named[["name_fr", "name_nl", "name_en"]]
    assert list(named.loc[("neighbourhood", "70")]) == ["Basilique", "Basiliek", "Basilique"]
    assert list(named.loc[("commune", "21004")]) == ["Bruxelles", "Brussel", "City of Brussels"]
    assert named.loc[("commune", "21018")]["name_nl"] == "Sint-Lambrechts-Woluwe"


def test_a_sector_of_2020_has_todays_name_or_its_code(official):
    sectors = official.districts[official.districts["level"] == "sector"]
    past = sectors[sectors["revision"] == "2020"].set_index("code")["name_fr"]
    today = sectors[sectors["revision"] == "2025"].set_index("code")["name_fr"]
    assert past["21001A011"] == today["21001A011"] == "Kleinmolen"
    assert past["21001A00-"] == "21001A00-"
    assert (past == past.index).sum() == 724 - 596


def test_population_of_2025(official):
    assert people(official, "region", 2025).to_dict() == {"04000": LOCATED_2025}
    assert people(official, "neighbourhood", 2025).sum() == LOCATED_2025
    assert people(official, "sector", 2025).sum() == LOCATED_2025
    assert len(people(official, "sector", 2025)) == 749


def test_people_located_in_no_sector_count_in_their_commune(official):
    communes = people(official, "commune", 2025)
    assert communes.sum() == LOCATED_2025 + NOT_LOCATED_2025
    sectors = people(official, "sector", 2025)
    assert communes["21004"] == sectors[sectors.index.str.startswith("21004")].sum() + 1238


def test_population_of_2020(official):
    assert people(official, "sector", 2020).sum() == people(official, "commune", 2020).sum() == 1_215_012


def test_the_region_has_no_figure_for_a_year_in_which_a_neighbourhood_lacks_one(official):
    years = set(official.population.query("level == 'region'")["year"])
    assert years == set(range(1994, 2026)) - {2021}
    assert len(people(official, "neighbourhood", 2021)) == 138


def test_without_network_and_mirror_originals_are_not_to_be_had(tmp_path):
    with pytest.raises(SourceUnreachableError) as refused:
        read_districts(None, tmp_path, sources=unreachable_sources(), pauses_s=())
    assert "Without --download" in refused.value.remedy(Language.EN)


@pytest.fixture
def required_alone(tmp_path):
    """Return a mirror of what today's borders need, and sources that fit it."""
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    sources = [dataclasses.replace(s, file=packed_name(s), sha256=None) for s in unreachable_sources()]
    for source in sources:
        if source.is_required:
            (mirror / source.file).write_bytes((PACKAGED / source.file).read_bytes())
    return mirror, sources


def test_a_missing_population_is_told_and_leaves_the_districts(official, tmp_path, required_alone):
    mirror, sources = required_alone
    districts = read_districts(mirror, tmp_path, sources=sources, pauses_s=())
    assert districts.scheme == "official"
    assert set(districts.missing) == {"sectors_2020", "population_neighbourhoods", "population_sectors_2025"}
    assert districts.population.empty
    assert len(districts.districts) == len(official.districts) - 724


def cached(cache, file, content):
    """Lay a file into the cache as a download does."""
    cache.mkdir(exist_ok=True)
    (cache / file).write_bytes(content)
    (cache / f"{file}.sha256").write_text(hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize(
    "content", [b"<!doctype html><html>moved</html>", b"", b"year,mdzone,population\n1994,2,abc\n"]
)
def test_an_address_that_gives_something_else_is_told_and_asked_again_next_time(
    tmp_path, required_alone, content
):
    mirror, sources = required_alone
    sources = [
        dataclasses.replace(s, file=s.file.removesuffix(".gz")) if s.format == "CSV" else s for s in sources
    ]
    cache = tmp_path / "cache"
    cached(cache, "population_145_quartiers_1994_2025.csv", content)
    districts = read_districts(mirror, cache, sources=sources, pauses_s=())
    assert "population_neighbourhoods" in districts.missing
    assert not (cache / "population_145_quartiers_1994_2025.csv").exists()
    assert len(districts.current(DistrictLevel.NEIGHBOURHOOD)) == 145


def test_sectors_of_2020_without_their_population_are_drawn_all_the_same(tmp_path, required_alone):
    mirror, sources = required_alone
    (past,) = [source for source in sources if source.key == "sectors_2020"]
    table = read_table(past, PACKAGED / past.file).drop(columns="POP")
    (mirror / past.file).write_bytes(gzip.compress(table.to_json().encode()))
    districts = read_districts(mirror, tmp_path, sources=sources, pauses_s=())
    assert (districts.districts["revision"] == "2020").sum() == 724
    assert districts.population.empty


def a_neighbourhood_source(**changes):
    (source,) = [source for source in official_sources() if source.key == "neighbourhoods_ibsa"]
    return dataclasses.replace(source, **changes)


def test_a_file_without_the_expected_columns_is_refused(tmp_path):
    gpd.GeoDataFrame({"zone": [1]}, geometry=[shapely.box(4, 50, 5, 51)], crs=4326).to_file(
        tmp_path / "q.geojson"
    )
    with pytest.raises(CommonsError) as refused:
        read_table(a_neighbourhood_source(), tmp_path / "q.geojson")
    assert "mdzone, namedut, namefre" in refused.value.what()


@pytest.mark.parametrize("format_", ["CSV", "GeoJSON"])
def test_a_file_that_is_something_else_is_refused(tmp_path, format_):
    (tmp_path / "q").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe\x00")
    with pytest.raises(CommonsError) as refused:
        read_table(a_neighbourhood_source(format=format_), tmp_path / "q")
    assert refused.value.key == "district_source_unreadable"


def test_only_an_invalid_geometry_is_repaired_and_it_is_told():
    bow_tie = shapely.Polygon([(4.3, 50.8), (4.4, 50.9), (4.4, 50.8), (4.3, 50.9)])
    square = shapely.box(4.4, 50.8, 4.5, 50.9)
    table = gpd.GeoDataFrame(
        {"national_code": ["21001", "21002"], "name_fr": ["A", "B"], "name_nl": ["A", "B"]},
        geometry=[bow_tie, square],
        crs=4326,
    )
    (communes,) = [source for source in official_sources() if source.key == "communes_urbis"]
    districts, repaired = official_districts({communes: table})
    assert repaired == ("commune 21001",)
    assert districts.geometry.is_valid.all()
    shapes = districts.set_index("code").geometry
    assert shapely.equals_exact(shapes["21002"], shapely.MultiPolygon([square]))
    assert official_population({communes: table}, districts).empty


def test_of_a_repaired_geometry_the_polygons_stay():
    square, line = shapely.box(0, 0, 1, 1), shapely.LineString([(1, 1), (2, 2)])
    two = shapely.MultiPolygon([shapely.box(2, 2, 3, 3), shapely.box(4, 4, 5, 5)])
    series = gpd.GeoSeries([shapely.GeometryCollection([square, line, two]), square], index=[7, 9], crs=4326)
    collected = as_multipolygons(series)
    assert list(collected.geom_type) == ["MultiPolygon", "MultiPolygon"]
    assert list(shapely.area(collected.to_numpy())) == [3, 1]


def test_every_source_is_told_in_full():
    for source in official_sources():
        assert source.title
        assert source.publisher
        assert source.licence
        assert source.attribution
        assert source.url.startswith("https://")
        assert len(source.sha256) == 64
        assert source.districts or source.population


def test_every_text_exists_in_three_languages():
    for key, texts in catalogue().items():
        if key.startswith("error.district_"):
            assert set(texts) == set(Language)

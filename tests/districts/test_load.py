"""Districts are stored once, whole, and by the ids they had."""

import dataclasses

import psycopg
import pytest

from commons.database.migrate import upgrade
from commons.districts.load import SPARSE_BELOW_INHABITANTS, LoadReport, load_districts
from commons.errors import CommonsError
from commons.vocabulary import DistrictLevel

EVERY_ROW = """
    SELECT d::text FROM reference.district d
    UNION ALL SELECT p::text FROM reference.population p
    UNION ALL SELECT w::text FROM reference.district_within w
    UNION ALL SELECT s::text FROM reference.source s
    ORDER BY 1
"""


def one(database, query):
    return database.rows(query)[0][0]


def store(database, districts) -> LoadReport:
    with database.connect() as connection:
        return load_districts(connection, districts)


@pytest.fixture
def stored(official, database):
    """Return a database whose template the official districts were loaded into."""
    return database


@pytest.fixture
def bare(empty_database):
    """Return a database with the schema and no district."""
    upgrade(empty_database.url)
    return empty_database


CURRENT = {
    DistrictLevel.REGION: 1,
    DistrictLevel.COMMUNE: 19,
    DistrictLevel.NEIGHBOURHOOD: 145,
    DistrictLevel.SECTOR: 749,
}


def test_all_is_stored(official, bare):
    assert store(bare, official) == LoadReport("official", 1638, 6175, 2481, (), CURRENT, "2025", 2025)
    assert one(bare, "SELECT count(*) FROM reference.district") == 1638
    assert one(bare, "SELECT count(*) FROM reference.population") == 6175
    assert one(bare, "SELECT count(*) FROM reference.district_within") == 2481


def test_the_figures_of_the_region(stored):
    population = "SELECT population FROM reference.population WHERE level = 'region' AND year = 2025"
    assert one(stored, population) == 1_252_352
    area = """
        SELECT sum(ST_Area(ST_Transform(geom, 31370))) / 1e6 FROM reference.district
         WHERE level = 'sector' AND is_current
    """
    assert one(stored, area) == pytest.approx(162.42, abs=0.01)


def test_what_is_owed_is_stored_with_each_source(official, stored):
    owed = dict(stored.rows("SELECT source_key, attribution FROM reference.source"))
    assert owed == {source.key: source.attribution for source in official.sources}


def test_loading_twice_changes_nothing(official, stored):
    before = stored.rows(EVERY_ROW)
    store(stored, official)
    assert stored.rows(EVERY_ROW) == before


def test_a_changed_name_and_figure_are_taken_over_under_the_same_id(official, stored):
    ids = "SELECT district_id FROM reference.district WHERE level = 'commune' AND code = '21004'"
    before = one(stored, ids)
    frame, people = official.districts.copy(), official.population.copy()
    frame.loc[frame["code"] == "21004", "name_en"] = "Brussels, the city"
    people.loc[(people["code"] == "21004") & (people["year"] == 2025), "population"] = 7
    store(stored, dataclasses.replace(official, districts=frame, population=people))
    assert one(stored, ids) == before
    assert one(stored, "SELECT name_en FROM reference.district WHERE code = '21004'") == "Brussels, the city"
    figure = "SELECT population FROM reference.population WHERE code = '21004' AND year = 2025"
    assert one(stored, figure) == 7


def test_a_failed_load_changes_nothing(official, stored):
    before = stored.rows(EVERY_ROW)
    frame = official.districts.assign(name_en="changed")
    frame.loc[frame.index[-1], "level"] = "planet"
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        store(stored, dataclasses.replace(official, districts=frame))
    assert stored.rows(EVERY_ROW) == before


def test_figures_whose_source_is_missing_stay_and_still_count(official, stored):
    before = stored.rows(EVERY_ROW)
    store(stored, dataclasses.replace(official, population=official.population.iloc[:0]))
    assert stored.rows(EVERY_ROW) == before


def test_the_label_lies_in_the_district_and_the_uncertainty_reaches_all_of_it(official, stored):
    wrong = """
        SELECT count(*) FROM reference.district
         WHERE NOT ST_Intersects(label_point, geom)
            OR NOT ST_Covers(ST_Buffer(ST_Transform(label_point, 31370), uncertainty_m * 1.01 + 1, 32),
                             ST_Transform(geom, 31370))
            OR uncertainty_m > 20000
    """
    assert one(stored, wrong) == 0


def test_sparse_are_sectors_and_neighbourhoods_with_few_inhabitants_or_an_unknown_number(official, bare):
    people = official.population
    store(bare, dataclasses.replace(official, population=people[people["code"] != "21001A011"]))
    sparse = bare.rows(
        """
        SELECT d.level::text, d.code, d.sparse, latest.population
          FROM reference.district d
          LEFT JOIN LATERAL (
               SELECT p.population FROM reference.population p
                WHERE (p.level, p.code, p.revision) = (d.level, d.code, d.revision) ORDER BY year DESC LIMIT 1
               ) latest ON true
         WHERE d.is_current
        """
    )
    for level, code, is_sparse, population in sparse:
        few = population is None or population < SPARSE_BELOW_INHABITANTS
        assert is_sparse == (level in {"sector", "neighbourhood"} and few), (level, code)
    assert ("sector", "21001A011", True, None) in sparse
    assert sum(is_sparse for level, _, is_sparse, _ in sparse if level == "sector") == 64 + 1
    assert sum(is_sparse for level, _, is_sparse, _ in sparse if level == "neighbourhood") == 14


def test_what_lies_within_what_joins_districts_of_today(official, stored):
    pairs = """
        SELECT o.code FROM reference.district_within w
          JOIN reference.district i ON i.district_id = w.inner_id AND i.is_current
          JOIN reference.district o ON o.district_id = w.outer_id AND o.is_current
         WHERE i.level = 'sector' AND i.code = '21001A011' ORDER BY o.level
    """
    assert [code for (code,) in stored.rows(pairs)] == ["04000", "21001", "58"]


def test_official_districts_retire_the_grid(official, grid, bare):
    assert store(bare, grid).population == 0
    every_cell_sparse = (
        "SELECT bool_and(sparse) FROM reference.district WHERE level IN ('sector', 'neighbourhood')"
    )
    assert one(bare, every_cell_sparse)
    store(bare, official)
    current = "SELECT DISTINCT scheme FROM reference.district WHERE is_current"
    assert bare.rows(current) == [("official",)]
    assert one(bare, "SELECT count(*) FROM reference.district WHERE scheme = 'h3'") == len(grid.districts)
    assert one(bare, "SELECT count(*) FROM reference.district_within") == 2481


def test_the_grid_never_takes_the_place_of_official_districts(official, grid, stored):
    with pytest.raises(CommonsError) as refused:
        store(stored, grid)
    assert refused.value.key == "district_grid_not_needed"
    assert one(stored, "SELECT count(*) FROM reference.district WHERE scheme = 'h3'") == 0

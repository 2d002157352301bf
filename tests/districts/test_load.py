"""Districts are stored once, whole, and by the ids they had."""

import dataclasses

import pytest

from commons.database.migrate import upgrade
from commons.districts.load import SPARSE_BELOW_INHABITANTS, LoadReport, load_districts
from commons.errors import CommonsError

EVERY_ROW = """
    SELECT to_jsonb(d)::text FROM reference.district d
    UNION ALL SELECT to_jsonb(p)::text FROM reference.population p
    UNION ALL SELECT to_jsonb(w)::text FROM reference.district_within w
    UNION ALL SELECT to_jsonb(s)::text FROM reference.source s
    ORDER BY 1
"""


@pytest.fixture
def store(empty_database):
    """Return a function that loads districts into a database of the test's own."""
    upgrade(empty_database.url)

    def load(districts) -> LoadReport:
        with empty_database.connect() as connection:
            return load_districts(connection, districts)

    return load


def one(database, query):
    return database.rows(query)[0][0]


def test_all_is_stored(store, official, empty_database):
    assert store(official) == LoadReport("official", 1638, 6175, 2481, ())
    assert one(empty_database, "SELECT count(*) FROM reference.district") == 1638
    assert one(empty_database, "SELECT count(*) FROM reference.population") == 6175
    assert one(empty_database, "SELECT count(*) FROM reference.district_within") == 2481
    population = "SELECT sum(population) FROM reference.population WHERE level = 'region' AND year = 2025"
    assert one(empty_database, population) == 1_252_352
    area = (
        "SELECT sum(ST_Area(ST_Transform(geom, 31370))) / 1e6 FROM reference.district"
        " WHERE level = 'sector' AND is_current"
    )
    assert one(empty_database, area) == pytest.approx(162.42, abs=0.01)


def test_what_is_owed_is_stored_with_each_source(store, official, empty_database):
    store(official)
    owed = dict(empty_database.rows("SELECT source_key, attribution FROM reference.source"))
    assert owed == {source.key: source.attribution for source in official.sources}


def test_loading_twice_changes_nothing(store, official, empty_database):
    store(official)
    before = empty_database.rows(EVERY_ROW)
    store(official)
    assert empty_database.rows(EVERY_ROW) == before


def test_a_changed_name_and_figure_are_taken_over_under_the_same_id(store, official, empty_database):
    store(official)
    ids = "SELECT district_id FROM reference.district WHERE level = 'commune' AND code = '21004'"
    before = one(empty_database, ids)
    frame, people = official.districts.copy(), official.population.copy()
    frame.loc[frame["code"] == "21004", "name_en"] = "Brussels, the city"
    people.loc[(people["code"] == "21004") & (people["year"] == 2025), "population"] = 7
    store(dataclasses.replace(official, districts=frame, population=people))
    assert one(empty_database, ids) == before
    assert (
        one(empty_database, "SELECT name_en FROM reference.district WHERE code = '21004'")
        == "Brussels, the city"
    )
    figure = "SELECT population FROM reference.population WHERE code = '21004' AND year = 2025"
    assert one(empty_database, figure) == 7


def test_a_failed_load_leaves_nothing(store, official, empty_database):
    frame = official.districts.copy()
    frame.loc[frame.index[-1], "level"] = "planet"
    with pytest.raises(Exception, match="district_level"):
        store(dataclasses.replace(official, districts=frame))
    assert one(empty_database, "SELECT count(*) FROM reference.source") == 0


def test_the_label_lies_in_the_district_and_the_uncertainty_reaches_all_of_it(
    store, official, empty_database
):
    store(official)
    wrong = """
        SELECT count(*) FROM reference.district
         WHERE NOT ST_Intersects(label_point, geom)
            OR NOT ST_Covers(ST_Buffer(ST_Transform(label_point, 31370), uncertainty_m * 1.01 + 1, 32),
                             ST_Transform(geom, 31370))
            OR uncertainty_m > 20000
    """
    assert one(empty_database, wrong) == 0


def test_sparse_are_sectors_and_neighbourhoods_with_few_inhabitants_or_an_unknown_number(
    store, official, empty_database
):
    people = official.population
    store(dataclasses.replace(official, population=people[people["code"] != "21001A011"]))
    sparse = empty_database.rows(
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


def test_what_lies_within_what_joins_districts_of_today(store, official, empty_database):
    store(official)
    pairs = """
        SELECT o.code FROM reference.district_within w
          JOIN reference.district i ON i.district_id = w.inner_id AND i.is_current
          JOIN reference.district o ON o.district_id = w.outer_id AND o.is_current
         WHERE i.level = 'sector' AND i.code = '21001A011' ORDER BY o.level
    """
    assert [code for (code,) in empty_database.rows(pairs)] == ["04000", "21001", "58"]


def test_official_districts_retire_the_grid(store, official, grid, empty_database):
    assert store(grid).population == 0
    every_cell_sparse = (
        "SELECT bool_and(sparse) FROM reference.district WHERE level IN ('sector', 'neighbourhood')"
    )
    assert one(empty_database, every_cell_sparse)
    store(official)
    current = "SELECT DISTINCT scheme FROM reference.district WHERE is_current"
    assert empty_database.rows(current) == [("official",)]
    assert one(empty_database, "SELECT count(*) FROM reference.district WHERE scheme = 'h3'") == len(
        grid.districts
    )
    assert one(empty_database, "SELECT count(*) FROM reference.district_within") == 2481


def test_the_grid_never_takes_the_place_of_official_districts(store, official, grid, empty_database):
    store(official)
    with pytest.raises(CommonsError) as refused:
        store(grid)
    assert refused.value.key == "district_grid_not_needed"
    assert one(empty_database, "SELECT count(*) FROM reference.district WHERE scheme = 'h3'") == 0

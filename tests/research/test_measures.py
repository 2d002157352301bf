"""The coverage map's measures in a small world whose figures were worked out by hand, on Statbel's and IBSA's published populations."""

from datetime import date, timedelta

import pandas as pd
import pytest

from builders import make_dataset, make_record, open_terms
from commons.calendar import today
from commons.database.connection import Role
from commons.districts.grid import grid_districts
from commons.districts.load import load_districts
from commons.research import count_alternatives, coverage, measure_districts, years_known
from commons.vocabulary import Audience, DistrictLevel, Measure, Precision, ResourceKind

TODAY = today()
CANAL = (4.35, 50.87)
MATONGE_CODE, CANAL_CODE, FLAGEY, JETTE, CEMETERY = "36", "18", "37", "66", "701"
IXELLES, REGION = "21009", "04000"
ON_FOOT = 24_218
"""The inhabitants of the 14 sectors whose middle lies within 800 m of MATONGE; that of the 15th with any lies at 801 m."""


def end_of(year):
    return date(year, 12, 31)


def pool(connection, record, kind, since, until=None):
    """Let the record's version tell of a mutualisation."""
    connection.execute(
        "WITH made AS (INSERT INTO commons.mutualisation (mutualisation_key, title, resource_kind)"
        " VALUES (%(kind)s::text, %(kind)s::text, %(kind)s::text::reference.resource_kind) ON CONFLICT (mutualisation_key) DO UPDATE SET title = excluded.title"
        " RETURNING mutualisation_id)"
        " INSERT INTO commons.participation (version_id, mutualisation_id, record_id, title, resource_kind, since_on, until_on)"
        " SELECT version_id, mutualisation_id, record_id, %(kind)s::text, %(kind)s::text::reference.resource_kind, %(since)s, %(until)s"
        "   FROM commons.record_version CROSS JOIN made WHERE record_id = %(record)s",
        {"kind": kind, "since": since, "until": until, "record": record.record_id},
    )


@pytest.fixture
def world(database):
    """Two foods and an undated mobility in Matonge, one food known in Ixelles only, a repair by the canal, and one not counted."""
    with database.connect(Role.ADMIN) as connection:
        exact = make_dataset(connection, "exact", open_terms())
        rough = make_dataset(connection, "rough", open_terms(precision=Precision.COMMUNE))
        other = make_dataset(connection, "other", open_terms())
        silent = make_dataset(connection, "silent", open_terms(statistics=False))
        make_record(
            connection, exact, category="food", founded_on=date(2010, 5, 1), ended_on=date(2020, 1, 1),
            updated_on=date(2019, 6, 1),
        )  # fmt: skip
        make_record(connection, exact, category="mobility", updated_on=date(2019, 1, 1))
        pooling = make_record(
            connection, exact, category="food", founded_on=date(2016, 3, 1), updated_on=TODAY - timedelta(30)
        )
        pool(connection, pooling, "place", date(2018, 1, 1))
        pool(connection, pooling, "tools", None)
        pool(connection, pooling, "skills", date(2017, 1, 1), date(2019, 1, 1))
        make_record(
            connection, other, alternative_id=pooling.alternative_id, category="food",
            founded_on=date(2016, 3, 1), updated_on=date(2018, 1, 1), website="https://other.example/",
        )  # fmt: skip
        make_record(connection, rough, category="food", founded_on=date(2012, 3, 1))
        make_record(
            connection, exact, category="repair", place=CANAL, founded_on=date(2015, 1, 1), updated_on=date(2019, 6, 1)
        )  # fmt: skip
        make_record(connection, silent, category="food", founded_on=date(2000, 1, 1), place=CANAL)
    return database


def ask(measure, code, day=TODAY, level=DistrictLevel.NEIGHBOURHOOD, **asked):
    """Return what is told of one district: value, part, whole, state."""
    frame = measure_districts(Audience.PUBLIC, measure, level, [day], **asked)
    row = frame[frame["code"] == code].iloc[0]
    return tuple(None if pd.isna(told) else told for told in row[["value", "part", "whole", "state"]])


def test_a_rate_is_of_the_inhabitants_of_its_year(world):
    assert ask(Measure.RATE, MATONGE_CODE) == (2 * 1000 / 9605, 2, 9605, None)
    assert ask(Measure.RATE, MATONGE_CODE, end_of(2017)) == (2 * 1000 / 8956, 2, 8956, None)
    assert ask(Measure.RATE, MATONGE_CODE, end_of(2012)) == (1 * 1000 / 8561, 1, 8561, None)
    assert ask(Measure.RATE, MATONGE_CODE, category="food") == (1 * 1000 / 9605, 1, 9605, None)
    assert ask(Measure.RATE, IXELLES, level=DistrictLevel.COMMUNE, category="food")[1] == 2
    assert ask(Measure.RATE, REGION)[1] == 4
    assert ask(Measure.RATE, CEMETERY) == (None, 0, 0, "no_population")


def test_a_district_ends_the_year_with_what_began_and_did_not_end_by_its_last_day(world):
    foods = {
        day: ask(Measure.RATE, MATONGE_CODE, day, category="food")[1]
        for day in (
            date(2010, 4, 30),
            date(2010, 5, 1),
            end_of(2015),
            end_of(2016),
            end_of(2019),
            date(2020, 1, 1),
        )
    }
    assert list(foods.values()) == [0, 1, 1, 2, 2, 1]


def test_the_states_of_an_empty_district_are_told_apart(world):
    assert ask(Measure.RATE, MATONGE_CODE, category="repair")[3] == "none"
    assert ask(Measure.RATE, FLAGEY, category="food")[3] == "withheld"
    assert ask(Measure.RATE, FLAGEY, end_of(2011), category="food")[3] == "none"
    assert ask(Measure.RATE, FLAGEY, category="mobility")[3] == "none"
    assert ask(Measure.RATE, JETTE)[3] == "blind_spot"
    assert ask(Measure.RATE, MATONGE_CODE, end_of(2009), category="mobility")[3] == "unknown"
    assert ask(Measure.RATE, MATONGE_CODE, end_of(2009), category="food")[3] == "none"


def test_what_does_not_grant_statistics_makes_no_blind_spot_seen(world):
    with world.connect(Role.ADMIN) as connection:
        connection.execute("DELETE FROM commons.released_alternative WHERE category = 'repair'")
    assert ask(Measure.RATE, CANAL_CODE)[3] == "blind_spot"


def test_pooling_is_a_share_of_the_alternatives(world):
    assert ask(Measure.POOLED, MATONGE_CODE) == (0.5, 1, 2, None)
    assert ask(Measure.POOLED, MATONGE_CODE, kind=ResourceKind.PLACE) == (0.5, 1, 2, None)
    assert ask(Measure.POOLED, MATONGE_CODE, kind=ResourceKind.DATA) == (0, 0, 2, None)
    assert ask(Measure.POOLED, MATONGE_CODE, end_of(2017), kind=ResourceKind.PLACE) == (0, 0, 2, None)
    assert ask(Measure.POOLED, MATONGE_CODE, end_of(2017), kind=ResourceKind.SKILLS) == (0.5, 1, 2, None)
    assert ask(Measure.POOLED, MATONGE_CODE, end_of(2019), kind=ResourceKind.SKILLS) == (0, 0, 2, None)
    assert ask(Measure.POOLED, MATONGE_CODE, category="food") == (1, 1, 1, None)
    assert ask(Measure.POOLED, REGION) == (0.25, 1, 4, None)


def test_pooling_without_a_beginning_is_known_of_today_only(world):
    assert ask(Measure.POOLED, MATONGE_CODE, kind=ResourceKind.TOOLS) == (0.5, 1, 2, None)
    assert ask(Measure.POOLED, MATONGE_CODE, end_of(2017), kind=ResourceKind.TOOLS)[3] == "unknown"


def test_who_lives_within_800_metres_of_a_place_that_is_shown_exactly(world):
    assert ask(Measure.WALK, MATONGE_CODE, category="food") == (1, 9605, 9605, None)
    reached, whole = 2263 + 3165, 2263 + 3165 + 1762 + 3125 + 404 + 2901
    assert ask(Measure.WALK, FLAGEY, category="food") == (reached / whole, reached, whole, None)
    assert ask(Measure.WALK, REGION, category="food")[1:3] == (ON_FOOT, 1_252_352)
    assert ask(Measure.WALK, REGION, kind=ResourceKind.PLACE)[1] == ON_FOOT
    assert ask(Measure.WALK, REGION, end_of(2017), kind=ResourceKind.PLACE)[1] == 0
    assert ask(Measure.WALK, JETTE)[1:] == (0, ask(Measure.WALK, JETTE)[2], "blind_spot")
    assert ask(Measure.WALK, CEMETERY)[3] == "no_population"


def test_a_walk_to_what_may_be_near_or_was_there_at_no_known_time_is_not_counted_and_told(world):
    assert ask(Measure.WALK, "107", category="food")[3] == "withheld"
    assert ask(Measure.WALK, "107", kind=ResourceKind.PLACE)[3] == "none"
    assert ask(Measure.WALK, MATONGE_CODE, end_of(2009), category="mobility")[3] == "unknown"
    assert ask(Measure.WALK, MATONGE_CODE, end_of(2017), kind=ResourceKind.TOOLS)[3] == "unknown"


def test_partners_are_the_lists_of_which_a_value_is_shown(world):
    assert ask(Measure.PARTNERS, MATONGE_CODE) == (2, 2, 2, None)
    assert ask(Measure.PARTNERS, MATONGE_CODE, end_of(2012)) == (1, 1, 1, None)
    assert ask(Measure.PARTNERS, REGION) == (3, 3, 4, None)
    assert ask(Measure.PARTNERS, REGION, end_of(2012)) == (2, 2, 2, None)
    assert ask(Measure.PARTNERS, MATONGE_CODE, end_of(2009))[3] == "unknown"
    with world.connect(Role.ADMIN) as connection:  # where a place was found for an address is no list
        connection.execute(
            """UPDATE commons.released_alternative SET provenance = provenance || '{"geom": "found:street"}'"""
        )
    assert ask(Measure.PARTNERS, MATONGE_CODE) == (2, 2, 2, None)


def test_freshness_of_the_past_is_known_where_nothing_was_confirmed_since(world):
    assert ask(Measure.FRESH, MATONGE_CODE) == (0.5, 1, 2, None)
    assert ask(Measure.FRESH, MATONGE_CODE, end_of(2019)) == (None, None, 2, "unknown")
    assert ask(Measure.FRESH, CANAL_CODE, end_of(2019)) == (1, 1, 1, None)
    assert ask(Measure.FRESH, CANAL_CODE, end_of(2021)) == (0, 0, 1, None)


def test_several_days_at_once_are_told_as_each_alone(world):
    days = [end_of(year) for year in range(2008, 2023)] + [TODAY]
    for measure in Measure:
        level = DistrictLevel.NEIGHBOURHOOD
        together = measure_districts(Audience.PUBLIC, measure, level, days)
        for day in days[::5]:
            alone = measure_districts(Audience.PUBLIC, measure, level, [day])
            told = together[together["day"] == day].reset_index(drop=True)
            pd.testing.assert_frame_equal(told, alone, check_dtype=False)


def test_the_years_begin_with_the_first_founding(world):
    assert years_known(Audience.PUBLIC) == list(range(2010, TODAY.year))


def test_without_any_alternative_there_is_no_year_and_every_district_is_a_blind_spot(unchanged_database):
    assert years_known(Audience.PUBLIC) == []
    frame = measure_districts(Audience.PUBLIC, Measure.PARTNERS, DistrictLevel.NEIGHBOURHOOD, [TODAY])
    assert set(frame.loc[frame["code"].notna(), "state"]) == {"blind_spot"}


@pytest.mark.parametrize("level", DistrictLevel)
def test_the_other_questions_get_the_same_figures(unchanged_demo, level):
    rate, pooled = (
        measure_districts(Audience.PUBLIC, measure, level, [TODAY]).query("level == @level.value")
        for measure in (Measure.RATE, Measure.POOLED)
    )
    counts = count_alternatives(Audience.PUBLIC, level, [TODAY])
    assert rate["part"].tolist() == counts["alternatives"].tolist()
    told = rate["value"].notna().to_numpy()
    assert rate["value"][told].tolist() == counts["per_1000"][told].tolist()
    shares = coverage(Audience.PUBLIC, level, TODAY).query("resource_kind.isna()")
    assert pooled["part"].tolist() == shares["participating"].tolist()
    assert pooled["whole"].tolist() == shares["alternatives"].tolist()


def test_the_stand_in_grid_has_counts_and_no_rate_and_no_walk(empty_upgraded):
    with empty_upgraded.connect(Role.ADMIN) as connection:
        connection.execute("SET ROLE commons_owner")
        load_districts(connection, grid_districts())
        make_record(connection, make_dataset(connection, "in-the-grid", open_terms()))
    told = {
        measure: measure_districts(Audience.PUBLIC, measure, DistrictLevel.COMMUNE, [TODAY]).query("code.notna()")
        for measure in Measure
    }  # fmt: skip
    assert told[Measure.PARTNERS]["value"].sum() == 2
    for measure in (Measure.RATE, Measure.WALK):
        assert set(told[measure]["state"]) == {"no_population"}

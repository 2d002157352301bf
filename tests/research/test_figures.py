"""Figures by district, checked against a plain count of what the demo released."""

from datetime import date

import pandas as pd
import pytest

from builders import MATONGE, make_dataset, make_record, open_terms
from commons.release import released
from commons.research import change_between, count_alternatives, count_by_year, coverage
from commons.vocabulary import Audience, DistrictLevel, Precision

LEVELS = [DistrictLevel.REGION, DistrictLevel.COMMUNE, DistrictLevel.NEIGHBOURHOOD, DistrictLevel.SECTOR]
TODAY = date(2026, 6, 1)


def of_district(frame, code):
    return frame[frame["code"] == code].iloc[0]


def not_located(frame):
    return frame[frame["code"].isna()].iloc[0]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("day", [date(2012, 1, 1), TODAY])
@pytest.mark.parametrize("category", [None, "food"])
def test_a_count_is_the_plain_count_of_released_rows(unchanged_demo, level, day, category):
    rows = released(Audience.PUBLIC).alternatives()
    rows = rows[rows["counted"]]
    if category:
        rows = rows[rows["category"] == category]
    founded, ended = pd.to_datetime(rows["founded_on"]), pd.to_datetime(rows["ended_on"])
    active = rows[
        (founded.isna() | (founded <= pd.Timestamp(day))) & (ended.isna() | (ended > pd.Timestamp(day)))
    ]
    column = active[level.value] if level is not DistrictLevel.REGION else pd.Series("04000", active.index)
    expected = column.value_counts(dropna=False)
    counts = count_alternatives(Audience.PUBLIC, level, [day], category=category)
    assert counts["alternatives"].sum() == len(active)
    assert not_located(counts)["alternatives"] == column.isna().sum()
    located = counts.dropna(subset="code").set_index("code")["alternatives"]
    assert located[located > 0].to_dict() == expected[expected.index.notna()].to_dict()


def test_a_rate_states_its_denominator_and_its_year(unchanged_demo):
    counts = count_alternatives(
        Audience.PUBLIC, DistrictLevel.REGION, [date(2025, 1, 1), date(2021, 6, 1), TODAY]
    )
    region = counts[counts["code"] == "04000"].set_index("day")
    assert region.loc[date(2025, 1, 1), ["population", "population_year"]].tolist() == [1_252_352, 2025]
    assert region.loc[date(2021, 6, 1), "population_year"] == 2020
    assert region.loc[TODAY, "population_year"] == 2025
    row = region.loc[TODAY]
    assert row["per_1000"] == row["alternatives"] * 1000 / 1_252_352


def test_a_sector_has_no_population_of_other_borders(unchanged_demo):
    counts = count_alternatives(Audience.PUBLIC, DistrictLevel.SECTOR, [date(2022, 1, 1), date(2025, 1, 1)])
    sectors = counts.dropna(subset="code").set_index("day")
    assert sectors.loc[date(2022, 1, 1), "population"].isna().all()
    assert set(sectors.loc[date(2025, 1, 1), "population_year"]) == {2025}


def test_one_published_coarsely_is_counted_only_where_it_is_wholly_inside(database):
    with database.connect() as connection:
        for precision in (Precision.EXACT, Precision.COMMUNE):
            dataset = make_dataset(connection, terms=open_terms(precision=precision))
            make_record(connection, dataset, place=MATONGE)
    neighbourhoods = count_alternatives(Audience.PUBLIC, DistrictLevel.NEIGHBOURHOOD, [TODAY])
    assert (
        of_district(neighbourhoods, "36")["alternatives"],
        not_located(neighbourhoods)["alternatives"],
    ) == (1, 1)
    communes = count_alternatives(Audience.PUBLIC, DistrictLevel.COMMUNE, [TODAY])
    assert (of_district(communes, "21009")["alternatives"], not_located(communes)["alternatives"]) == (2, 0)


def test_one_that_does_not_grant_statistics_is_shown_and_not_counted(database):
    with database.connect() as connection:
        make_record(connection, make_dataset(connection, terms=open_terms(statistics=False)))
    assert len(released(Audience.PUBLIC).alternatives()) == 1
    assert count_alternatives(Audience.PUBLIC, DistrictLevel.REGION, [TODAY])["alternatives"].sum() == 0


def test_change_counts_the_dated_and_tells_the_undated(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(connection, dataset, founded_on=date(2010, 5, 1), ended_on=date(2020, 1, 1))
        make_record(connection, dataset, founded_on=date(2015, 1, 1))
        make_record(connection, dataset, founded_on=date(2016, 1, 1))
        make_record(connection, dataset)
    change = change_between(Audience.PUBLIC, DistrictLevel.NEIGHBOURHOOD, date(2015, 1, 1), date(2025, 1, 1))
    row = of_district(change, "36")
    assert (row["alternatives_start"], row["alternatives_end"], row["change"], row["undated"]) == (2, 2, 0, 1)
    by_year = count_by_year(Audience.PUBLIC, DistrictLevel.NEIGHBOURHOOD, 2010, 2021)
    here = by_year[by_year["code"] == "36"].set_index("year")["alternatives"]
    assert here.to_dict() == {
        2010: 0,
        **dict.fromkeys(range(2011, 2015), 1),
        2015: 2,
        2016: 3,
        2017: 3,
        2018: 3,
        2019: 3,
        2020: 2,
        2021: 2,
    }


@pytest.mark.parametrize("level", LEVELS[:3])
def test_coverage_is_the_share_of_active_alternatives_in_a_mutualisation(unchanged_demo, level):
    rows = released(Audience.PUBLIC).alternatives()
    founded, ended = pd.to_datetime(rows["founded_on"]), pd.to_datetime(rows["ended_on"])
    day = pd.Timestamp(TODAY)
    active = rows[rows["counted"] & (founded.isna() | (founded <= day)) & (ended.isna() | (ended > day))]
    pooled = released(Audience.PUBLIC).participations()
    pooled = pooled[pd.to_datetime(pooled["since_on"]).fillna(day) <= day]
    table = coverage(Audience.PUBLIC, level, TODAY)
    any_kind = table[table["resource_kind"].isna()]
    assert any_kind["alternatives"].sum() == len(active)
    assert any_kind["participating"].sum() == active["public_id"].isin(pooled["public_id"]).sum()
    places = table[table["resource_kind"] == "place"]
    in_place = pooled.loc[pooled["resource_kind"] == "place", "public_id"]
    assert places["participating"].sum() == active["public_id"].isin(in_place).sum()
    empty = any_kind[any_kind["alternatives"] == 0]
    assert empty["share"].isna().all()
    full = any_kind[any_kind["alternatives"] > 0]
    assert (full["share"] == full["participating"] / full["alternatives"]).all()

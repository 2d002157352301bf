import numpy as np
import pytest
import shapely

from commons.categories.scheme import categories
from commons.districts.grid import grid_districts
from commons.districts.packaged import packaged_districts
from commons.errors import CommonsError
from commons.territory import territory
from commons.vocabulary import DistrictLevel, ResourceKind
from ingest.demo.places import MARGIN_M, draw_places, region_ground
from ingest.demo.words import names, sentences
from ingest.demo.world import PARTICIPANTS, build_world


@pytest.fixture(scope="module")
def world(districts):
    return build_world(districts, np.random.default_rng(2018))


def neighbourhoods(districts):
    return districts.current(DistrictLevel.NEIGHBOURHOOD).to_crs(31370)


def test_alternatives_stand_inside_residential_neighbourhoods_away_from_every_border(world, districts):
    ground = neighbourhoods(districts)
    homes = ground[ground["residential"]]
    standing = world.alternatives.sjoin(homes[["code", "geometry"]], predicate="within")
    assert len(standing) == len(world.alternatives)
    border_m = world.alternatives.distance(shapely.union_all(ground.boundary))
    assert border_m.min() > MARGIN_M - 1


def test_more_people_more_alternatives_but_some_neighbourhoods_have_none(districts):
    places = draw_places(districts, 5000, np.random.default_rng(1))
    ground = neighbourhoods(districts)
    homes = ground[ground["residential"]].merge(districts.population[["code", "population"]], on="code")
    found = places.sjoin(homes[["code", "geometry"]]).groupby("code").size()
    counts = homes.set_index("code")["population"].to_frame().assign(found=found).fillna(0)
    assert (counts["found"] == 0).sum() >= 5
    assert counts.corr(method="spearman").loc["population", "found"] > 0.5


def test_the_address_is_that_of_the_commune_where_the_point_is(world, districts):
    communes = districts.current(DistrictLevel.COMMUNE).to_crs(31370)
    standing = world.alternatives.sjoin(communes[["code", "geometry"]], predicate="within")
    assert (standing["municipality_fr"] == "Commune " + standing["code"]).all()
    assert all(
        postcode in territory().postcodes[code]
        for postcode, code in zip(standing["postcode"], standing["code"], strict=True)
    )


def test_names_are_unique_and_every_category_occurs(world):
    alternatives = world.alternatives
    named = alternatives["name_fr"].where(alternatives["name_fr"].ne(""), alternatives["name_nl"])
    assert named.is_unique
    assert named.ne("").all()
    assert set(alternatives["category"]) == {category.code for category in categories()}


def test_dates_make_sense(world):
    alternatives = world.alternatives
    assert alternatives["founded_on"].dt.year.between(2005, 2025).all()
    ended = alternatives["ended_on"].notna()
    assert 0.08 < ended.mean() < 0.16
    assert (alternatives.loc[ended, "ended_on"] > alternatives.loc[ended, "founded_on"]).all()


def test_mutualisations_pool_every_kind_of_resource_and_grow_over_time(world):
    joined = world.participations
    assert set(joined["kind"]) == {kind.value for kind in ResourceKind}
    sizes = joined.groupby("title").size()
    assert len(sizes) == pytest.approx(25, abs=4)
    assert sizes.between(*PARTICIPANTS).all()
    assert not joined.duplicated(["key", "title"]).any()
    share = joined["key"].nunique() / len(world.alternatives)
    assert 0.25 <= share <= 0.35
    starts = joined.groupby("title")["since"].min()
    assert starts.dt.year.between(2010, 2024).all()
    assert (joined.groupby("title")["since"].nunique() > 1).any()


def test_nobody_joins_before_founding_or_after_ending(world):
    joined = world.participations.merge(world.alternatives[["key", "founded_on", "ended_on"]], on="key")
    assert (joined["since"] >= joined["founded_on"]).all()
    assert (joined["ended_on"].isna() | (joined["since"] < joined["ended_on"])).all()


def test_the_words_exist_in_parallel():
    words = names()
    assert len(words["thing"]["fr"]) == len(words["thing"]["nl"])
    assert len(words["street"]["fr"]) == len(words["street"]["nl"])
    codes = {category.code for category in categories()}
    assert set(words["kind"]) == set(words["category_weight"]) == codes
    assert set(sentences()) == codes | {"any"}
    for area, texts in sentences().items():
        assert len({len(texts[language]) for language in ("fr", "nl", "en")}) == 1, area


def test_a_grid_without_communes_or_population_still_gives_plausible_places():
    grid = grid_districts()
    places = draw_places(grid, 200, np.random.default_rng(3))
    assert places.within(region_ground(grid)).all()
    assert set(places["postcode"]) == {"1000"}


def test_real_districts_give_real_communes():
    districts = packaged_districts()
    places = draw_places(districts, 300, np.random.default_rng(4))
    assert places.within(region_ground(districts)).all()
    assert {"Anderlecht", "Bruxelles", "Schaerbeek"} <= set(places["municipality_fr"])


def test_no_neighbourhood_at_all_is_explained(districts):
    bare = districts.districts[districts.districts["level"] != "neighbourhood"]
    with pytest.raises(CommonsError) as told:
        draw_places(type(districts)("official", bare, districts.population, ()), 10, np.random.default_rng(0))
    assert told.value.key == "demo.no_neighbourhoods"
    assert told.value.remedy()

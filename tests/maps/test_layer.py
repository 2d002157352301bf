"""What goes into the map: nothing but our own files, data that no template can run, places where they may be."""

import json
import re

import geopandas as gpd
import map_frames
import numpy as np
import pytest
import shapely

from commons.vocabulary import Language
from maps.areas import areas_of, commune_labels, light_outlines, states_of
from maps.assets import asset_folders
from maps.classes import classify, quantile_bounds
from maps.layer import commons_map, inert_literal
from maps.marks import NAMES_PER_MARK, marks_of


def page_of(districts, places, **options):
    classes = classify(quantile_bounds(districts["value"]), title="Alternatives", language=Language.EN)
    drawn = commons_map(districts, places, language=Language.EN, classes=classes, **options)
    return drawn.get_root().render()


def test_the_page_loads_only_our_own_files(districts, places):
    html = page_of(districts, places)
    links = re.findall(r'<(?:script|link)[^>]*(?:src|href)="([^"]*)"', html)
    assert len(links) == 4
    for link in links:
        root, assets, folder, name = link.split("?")[0].split("/")
        assert (root, assets) == ("", "assets")
        assert (asset_folders()[folder] / name).is_file()
    assert "//" not in html.split("<body>")[0].replace("<!--", "")


@pytest.mark.parametrize(
    "text", ["{{ 7 * 191 }}", "{% for i in range(3) %}x{% endfor %}", "{{ undefined.crash }}"]
)
def test_a_partners_text_is_never_run_as_a_template(districts, places, text):
    named = places.assign(name=text, category=text)
    html = page_of(districts.assign(name_fr=text, name_en=text), named, attribution=text, selected=text)
    assert "1337" not in html
    data = json.loads(json.loads(re.search(r"JSON\.parse\((\".*\")\)", html)[1]))
    assert {place["name"] for mark in data["marks"] for place in mark["places"]} == {text}
    assert {feature["properties"]["name"] for feature in data["districts"]["features"]} == {text}


@pytest.mark.parametrize("text", [*map_frames.HOSTILE, "\\u007b", "\\", '"', "é ß 🚲"])
def test_the_literal_holds_no_sign_of_another_language_and_gives_the_text_back(text):
    literal = inert_literal({"name": text})
    assert not set(literal) & set("{}<>&'`%#$\u2028\u2029\n")
    assert json.loads(json.loads(literal)) == {"name": text}


def test_records_of_one_district_become_one_numbered_mark(districts, places):
    marks = marks_of(places, Language.EN)
    general = [mark for mark in marks if mark["precision"] == "neighbourhood"]
    spots = places[places["precision"] == "neighbourhood"].geometry.to_wkt().nunique()
    assert len(general) == spots < sum(mark["count"] for mark in general)
    assert all(mark["note"] for mark in general)
    assert sum(mark["count"] for mark in marks) == len(places)


def test_marks_depend_on_the_places_and_not_on_their_order(places):
    shuffled = places.sample(frac=1, random_state=1)
    assert marks_of(shuffled, Language.FR) == marks_of(places, Language.FR)


def test_a_place_without_a_point_is_left_to_the_list(places):
    hidden = places.copy()
    hidden.loc[0, "geometry"] = None
    assert sum(mark["count"] for mark in marks_of(hidden, Language.NL)) == len(places) - 1
    assert marks_of(places.iloc[:0], Language.NL) == []


def test_a_long_mark_says_how_many_it_leaves_out(places):
    crowd = gpd.GeoDataFrame(
        {"public_id": range(NAMES_PER_MARK + 3), "name": "x", "category": None, "precision": "commune"},
        geometry=[places.geometry.iloc[0]] * (NAMES_PER_MARK + 3),
        crs=4326,
    )
    (mark,) = marks_of(crowd, Language.EN)
    assert (mark["count"], len(mark["places"])) == (NAMES_PER_MARK + 3, NAMES_PER_MARK)
    assert "3" in mark["more"]


def test_a_district_without_value_is_drawn_by_its_reason_and_never_as_zero(districts):
    classes = classify(quantile_bounds(districts["value"]))
    drawn = areas_of(districts, classes, Language.EN)
    fills = [feature["properties"]["fill"] for feature in drawn["features"]]
    reasons = states_of(districts)
    assert {"no_population", "suppressed", "withheld", "blind_spot"} <= set(reasons.dropna())
    for fill, reason in zip(fills, reasons, strict=True):
        assert fill == f"url(#district-{reason})" if reason else fill in classes.colours


def test_an_unknown_or_absent_reason_counts_as_no_population(districts):
    unknown = districts.assign(value=np.nan, state="?")
    assert set(states_of(unknown)) == set(states_of(unknown.drop(columns="state"))) == {"no_population"}


def test_simplified_neighbours_still_touch_without_gap_or_overlap():
    outlines = map_frames.neighbourhoods().geometry
    light = light_outlines(outlines).to_crs(31370)
    assert len(light.get_coordinates()) <= len(outlines.get_coordinates())
    whole, parts = shapely.unary_union(light.to_numpy()).area, light.area.sum()
    assert abs(parts - whole) / whole < 1e-3
    assert abs(whole - outlines.to_crs(31370).union_all().area) / whole < 1e-2


def test_commune_labels_put_the_readers_language_first():
    communes = map_frames.squares(1, 2)
    names = {language: commune_labels(communes, language)[0] for language in Language}
    assert names[Language.NL]["name"].startswith("Wijk")
    assert names[Language.NL]["other"].startswith("Quartier")
    assert names[Language.FR]["name"].startswith("Quartier")

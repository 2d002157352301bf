"""GeoJSON parsed by us: what GDAL and `json` would let through."""

import json
import math

import pytest

from commons.errors import CommonsError
from ingest.notices import NoticeCode


def test_properties_become_text_and_points_are_x_before_y(read, collection):
    table = read(
        collection(({"id": 946289.0, "ok": True, "tags": ["a", "b"], "no": None}, [4.35, 50.85, 12])),
        "a.geojson",
    )
    assert table.rows.iloc[0, :3].tolist() == ["946289", "true", "a|b"]
    assert table.rows["no"].isna().all()
    assert table.points.tolist() == [[4.35, 50.85]]
    assert table.crs is None


def test_a_feature_without_geometry_is_kept_and_an_area_gets_a_point_on_it(read):
    square = {
        "type": "Polygon",
        "coordinates": [[[4.3, 50.8], [4.4, 50.8], [4.4, 50.9], [4.3, 50.9], [4.3, 50.8]]],
    }
    broken = {"type": "LineString", "coordinates": []}
    features = [{"type": "Feature", "properties": {}, "geometry": g} for g in (None, square, broken)]
    table = read(json.dumps({"type": "FeatureCollection", "features": features}), "a.geojson")
    assert len(table.rows) == 3
    assert math.isnan(table.points[0, 0])
    assert table.points[1].round(2).tolist() == [4.35, 50.85]
    assert {(n.code, n.row_number) for n in table.notices} == {
        (NoticeCode.GEOMETRY_UNREADABLE, 3),
        (NoticeCode.GEOMETRY_NOT_POINT, 2),
    }


@pytest.mark.parametrize(
    ("name", "crs"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326),
        ("EPSG:31370", 31370),
        ("urn:ogc:def:crs:EPSG::3812", 3812),
        ("EPSG:3857", 3857),
    ],
)
def test_the_obsolete_crs_member_is_understood(read, collection, name, crs):
    text = collection(({}, [1, 2]), crs={"type": "name", "properties": {"name": name}})
    assert read(text, "a.geojson").crs == crs


POINT = '{"type":"Feature","properties":%s,"geometry":{"type":"Point","coordinates":%s}}'
WHOLE = '{"type":"FeatureCollection","features":[%s]}'


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (WHOLE % POINT % ('{"consent":false,"consent":true}', "[4,50]"), "read_json_key_twice"),
        (WHOLE % POINT % ("{}", "[NaN,50]"), "read_json_number"),
        (WHOLE % POINT % ('{"a":Infinity}', "[4,50]"), "read_json_number"),
        (WHOLE % POINT % ("{}", "[1e999,50]"), "read_json_number"),
        (WHOLE % POINT % ("{}", "[1" + "0" * 400 + ",50]"), "read_json_number"),
        (WHOLE % POINT % ('{"a":1' + "0" * 5000 + "}", "[4,50]"), "read_json_number"),
        (WHOLE % POINT % ('{"a":"\\ud800"}', "[4,50]"), "read_not_text"),
        (WHOLE % ('{"a":' * 10_000 + "1" + "}" * 10_000), "read_json_too_deep"),
        (WHOLE % "", "read_no_rows"),
        (WHOLE % "null", "read_feature"),
        (WHOLE % '{"type":"Feature","properties":[1],"geometry":null}', "read_feature"),
        (POINT.replace("Feature", "Feat") % ("{}", "[4,50]"), "read_not_a_collection"),
        ('{"type":"FeatureCollection","features":{}}', "read_not_a_collection"),
        ('{"type":"FeatureCollection"', "read_json"),
        (WHOLE.replace("{", '{"crs":{"type":"name","properties":{"name":"EPSG:2154"}},', 1) % POINT % ("{}", "[4,50]"),
         "read_crs_unknown"),
    ],
)  # fmt: skip
def test_what_other_readers_let_through_is_refused(read, text, key):
    with pytest.raises(CommonsError) as refused:
        read(text, "a.geojson")
    assert refused.value.key == key


@pytest.mark.parametrize("ending", ["", "\n"])
@pytest.mark.parametrize("indent", [None, 1])
def test_a_single_feature_is_a_list_of_one(read, ending, indent):
    feature = {
        "type": "Feature",
        "id": 7,
        "properties": {"nom": "A"},
        "geometry": {"type": "Point", "coordinates": [4.36, 50.84]},
    }
    table = read(json.dumps(feature, indent=indent) + ending, "a.geojson")
    assert table.rows.iloc[0].to_dict() == {"id": "7", "nom": "A"}
    assert table.points.tolist() == [[4.36, 50.84]]

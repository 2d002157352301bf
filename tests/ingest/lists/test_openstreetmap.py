"""What OpenStreetMap's editors and interfaces write."""

import json

import pytest

AT = 'lat="50.85" lon="4.36"'


def osm(*nodes):
    written = "".join(
        f'<node id="{n}" {AT} {about}><tag k="name" v="{n}"/></node>' for n, about in enumerate(nodes, 1)
    )
    return f'<?xml version="1.0"?><osm version="0.6" generator="JOSM">{written}</osm>'


@pytest.mark.parametrize("mark", ['action="delete"', 'visible="false"', "action='delete' visible='true'"])
def test_what_is_marked_as_deleted_is_left_out_and_told(checked, mark):
    result = checked(osm('visible="true"', mark, 'action="modify"', mark), "liste.osm")
    assert result.frame["name"].tolist() == ["1", "3"]
    told = result.notices[result.notices["code"].eq("DELETED_LEFT_OUT")]
    assert told["column"].tolist() == ["action, visible (2)"]


def test_a_word_in_a_tag_deletes_nothing(checked):
    result = checked(osm("").replace('v="1"', "v=\"A visible='false' &amp; B\""), "liste.osm")
    assert len(result.frame) == 1


CENTRE = {"center": {"lat": 50.84, "lon": 4.36}}
ELEMENTS = [
    {"type": "node", "id": 1, "lat": 50.85, "lon": 4.35, "tags": {"name": "A", "amenity": "cafe"}},
    {"type": "way", "id": 1, **CENTRE, "nodes": [1, 2], "tags": {"name": "B", "addr:street": "Rue Haute"}},
    {"type": "relation", "id": 1, **CENTRE, "members": [], "tags": {"name": "C", "type": "multipolygon"}},
]


@pytest.mark.parametrize("elements", [ELEMENTS, ELEMENTS[::-1], ELEMENTS[1:]])
def test_elements_of_overpass_have_keys_positions_and_names(checked, elements):
    result = checked(json.dumps({"version": 0.6, "elements": elements}), "liste.json")
    keys = dict(zip(result.frame["name"], result.frame["partner_key"], strict=True))
    expected = {"A": "node/1", "B": "way/1", "C": "relation/1"}
    assert keys == {element["tags"]["name"]: expected[element["tags"]["name"]] for element in elements}
    assert result.frame["lat"].notna().all()
    assert not result.frame["category_raw"].isin(["node", "way", "relation", "multipolygon"]).any()


def test_a_way_without_a_centre_lies_in_the_middle_of_its_bounds(checked):
    bounds = {"minlat": 50.83, "minlon": 4.35, "maxlat": 50.85, "maxlon": 4.37}
    way = {"type": "way", "id": 7, "bounds": bounds, "nodes": [1], "tags": {"name": "B"}}
    frame = checked(json.dumps({"elements": [way, ELEMENTS[0]]}), "liste.json").frame
    assert (frame["lon"][0], frame["lat"][0]) == (4.36, 50.84)


def test_another_list_with_a_type_stays_as_it_is(checked):
    items = [{"type": "jardin", "id": 1, "nom": "A"}, {"type": "way", "id": 2, "nom": "B"}]
    assert checked(json.dumps(items), "liste.json").frame["partner_key"].tolist() == ["1", "2"]

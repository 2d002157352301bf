"""Lists with places of other regions: told, and never moved into Brussels by turning their axes."""

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from sent_lists import checked_list

from commons.districts.region import BORDER_M, region_area
from ingest.check import check
from ingest.check.draft import Memory
from ingest.map import apply_mapping, propose_mapping

# In Lambert 72, as they stand: three places of Brussels, and three of Walloon Brabant that lie in Brussels when turned.
BRUSSELS = ((148397, 168508), (148468, 169732), (150369, 172847))
LOUVAIN_LA_NEUVE = ((167500, 150500), (167900, 149900), (168300, 150900))
AUDERGHEM, NIL = (152798, 167861), (170860, 147424)


def outcome(result):
    """Return the names that are kept, and the codes of each row that is set aside."""
    return sorted(result.frame["name"].dropna()), result.set_aside["_codes"].tolist()


def listed(titles, *rows):
    return f"nom;{titles}\n" + "".join(f"N{number};{row}\n" for number, row in enumerate(rows, 1))


def pairs(places):
    return [f"{first};{second}" for first, second in places]


def turned(places):
    return [(second, first) for first, second in places]


def in_system(crs, places):
    x, y = Transformer.from_crs(31370, crs, always_xy=True).transform(*np.array(places, dtype=float).T)
    return [(round(float(a), 2), round(float(b), 2)) for a, b in zip(x, y, strict=True)]


@pytest.mark.parametrize(
    ("file", "kept"), [("f.csv", ["Auderghem halte", "Saint-Gilles halte"]), ("g.csv", ["Auderghem halte"])]
)
def test_56_stops_of_other_regions_in_lambert_are_told(file, kept):
    names, codes = outcome(checked_list("56-lambert-outside-swap", file))
    assert names == kept
    assert set(codes) == {"OUTSIDE_REGION"}


def test_55_x_holds_latitude_in_all_rows():
    result = checked_list("55-xy-lat-first")
    assert result.frame[["lon", "lat"]].astype(float).to_numpy().tolist() == [
        [4.346, 50.827],
        [4.347, 50.838],
        [4.374, 50.866],
    ]
    assert result.notices.loc[result.notices["code"].eq("AXES_SWAPPED"), "row_number"].tolist() == [1, 2, 3]


def test_77_places_just_outside_the_border_are_told():
    names, codes = outcome(checked_list("77-just-outside"))
    assert names == ["Potager Saint-Gilles"]
    assert codes == ["OUTSIDE_REGION"] * 4


@pytest.mark.parametrize("titles", ["X;Y", "x_lambert72;y_lambert72", "coordx;coordy", "latitude;longitude"])
@pytest.mark.parametrize("crs", [31370, 3812])
def test_a_place_of_wallonia_stays_there_beside_places_of_brussels(checked, titles, crs):
    places = in_system(crs, [AUDERGHEM, *LOUVAIN_LA_NEUVE, NIL])
    if titles.startswith("lat"):  # a list of metres under titles of degrees: northing first
        places = turned(places)
    names, codes = outcome(checked(listed(titles, *pairs(places))))
    assert names == ["N1"]
    assert codes == ["OUTSIDE_REGION"] * 4


@pytest.mark.parametrize("places", [LOUVAIN_LA_NEUVE[:1], LOUVAIN_LA_NEUVE[:2], (LOUVAIN_LA_NEUVE[0],) * 5])
def test_one_or_two_places_are_no_proof_against_titles_that_say_x_and_y(checked, places):
    assert outcome(checked(listed("X;Y", *pairs(places)))) == ([], ["OUTSIDE_REGION"] * len(places))


def test_addresses_of_another_region_bear_out_where_the_places_are(checked):
    rows = [f"{pair};1348" for pair in pairs(LOUVAIN_LA_NEUVE)]
    assert outcome(checked(listed("X;Y;code postal", *rows))) == ([], ["OUTSIDE_REGION"] * 3)


@pytest.mark.parametrize("titles", ["X;Y", "x_31370;y_31370", "x lambert;y lambert"])
def test_a_whole_list_the_other_way_round_is_turned_and_told(checked, titles):
    result = checked(listed(titles, *pairs(turned(BRUSSELS))))
    straight = checked(listed(titles, *pairs(BRUSSELS)))
    assert result.frame[["lon", "lat"]].equals(straight.frame[["lon", "lat"]])
    assert result.notices["code"].eq("AXES_SWAPPED").sum() == 3


def test_one_row_the_other_way_round_in_lambert_is_told(checked):
    names, codes = outcome(checked(listed("X;Y", *pairs([*BRUSSELS, turned(BRUSSELS)[0]]))))
    assert (names, codes) == (["N1", "N2", "N3"], ["OUTSIDE_REGION"])


def test_a_declared_layer_is_not_turned_by_some_of_its_features(checked, collection):
    crs = {"type": "name", "properties": {"name": "EPSG:31370"}}
    places = [({"nom": f"N{i}"}, list(place)) for i, place in enumerate([AUDERGHEM, *LOUVAIN_LA_NEUVE], 1)]
    names, codes = outcome(checked(collection(*places, crs=crs), "a.geojson"))
    assert (names, codes) == (["N1"], ["OUTSIDE_REGION"] * 3)


def test_a_layer_in_degrees_with_latitude_first_is_turned_as_a_whole(checked, collection):
    places = [({"nom": f"N{i}"}, place) for i, place in enumerate([[50.827, 4.346], [50.838, 4.347]], 1)]
    result = checked(collection(*places), "a.geojson")
    assert result.frame["lon"].tolist() == [4.346, 4.347]
    assert result.notices["code"].eq("AXES_SWAPPED").sum() == 2


def test_places_of_belgium_bear_out_titles_in_degrees(checked):
    names, codes = outcome(checked(listed("lat;lon", "51.22;4.40", "50.46;4.86", "4.346;50.827")))
    assert (names, codes) == ([], ["OUTSIDE_REGION"] * 3)


def test_pairs_of_no_declared_order_are_each_read_by_themselves(checked):
    result = checked(listed("coordonnées", "50.827, 4.346", "4.347, 50.838", "50.717, 4.399"))
    assert result.frame["lon"].tolist() == [4.346, 4.347]
    assert result.set_aside["_codes"].tolist() == ["OUTSIDE_REGION"]


def test_pairs_in_lambert_go_by_the_file(checked):
    rows = [f"{x} {y}" for x, y in (*BRUSSELS, *LOUVAIN_LA_NEUVE)]
    names, codes = outcome(checked(listed("coordonnées", *rows)))
    assert (names, codes) == (["N1", "N2", "N3"], ["OUTSIDE_REGION"] * 3)


def test_later_chunks_go_by_the_first(read):
    raw = read(listed("X;Y", *pairs(LOUVAIN_LA_NEUVE)))
    later = check(apply_mapping(raw, propose_mapping(raw)), memory=Memory(31370, is_swapped=False))
    assert outcome(later) == ([], ["OUTSIDE_REGION"] * 3)


@pytest.mark.parametrize(
    ("place", "lat", "lon"),
    [
        ("Drogenbos, Museum FeliXart", 50.7876, 4.3140),
        ("Dilbeek, gemeentehuis", 50.8480, 4.2600),
        ("Wezembeek-Oppem", 50.8400, 4.4950),
        ("Kraainem", 50.8610, 4.4690),
        ("Machelen", 50.9100, 4.4400),
        ("Rhode-Saint-Genèse", 50.7480, 4.3580),
        ("Wemmel", 50.9080, 4.3060),
        ("Tervuren", 50.8230, 4.5140),
        ("Sint-Pieters-Leeuw", 50.7790, 4.2440),
        ("Grand-Bigard", 50.8710, 4.2670),
    ],
)
def test_the_communes_around_the_region_are_outside_it(checked, place, lat, lon):
    result = checked(f"nom;latitude;longitude\nDedans;50.8467;4.3525\n{place};{lat};{lon}\n")
    assert outcome(result) == (["Dedans"], ["OUTSIDE_REGION"])


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(50.7785, 4.3335), (50.9020, 4.3450), (50.8170, 4.2870), (50.7960, 4.4740), (50.8800, 4.4350)],
)
def test_the_corners_of_the_region_are_in_it(checked, lat, lon):
    assert outcome(checked(f"nom;latitude;longitude\nCoin;{lat};{lon}\n")) == (["Coin"], [])


@pytest.mark.parametrize(("metres", "is_in"), [(40, True), (-40, True), (70, False)])
def test_fifty_metres_are_for_the_border(checked, metres, is_in):
    widened = shapely.transform(region_area(), _to_lambert).buffer(metres - BORDER_M)
    border = max(shapely.get_parts(widened), key=shapely.area).exterior
    places = [border.interpolate(share, normalized=True) for share in np.arange(0, 1, 0.05)]
    rows = pairs((f"{place.x:.2f}", f"{place.y:.2f}") for place in places)
    result = checked(listed("X;Y", "149000;170500", *rows))
    assert len(result.frame) == (21 if is_in else 1)
    assert set(result.set_aside["_codes"]) == (set() if is_in else {"OUTSIDE_REGION"})


def _to_lambert(points):
    return np.column_stack(Transformer.from_crs(4326, 31370, always_xy=True).transform(*points.T))

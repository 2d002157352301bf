"""Positions as people, forms, databases and maps write them: read where they say a point, else kept and told."""

import json

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from sent_lists import checked_list

HERE = (4.346, 50.827)
LAMBERT = Transformer.from_crs(4326, 31370, always_xy=True).transform(*HERE)
M = 1e-5
"""Degrees: about a metre."""
THREE = [(4.346, 50.827), (4.347, 50.838), (4.374, 50.866)]


def points(result):
    return [tuple(point) for point in result.frame[["lon", "lat"]].to_numpy(dtype=float)]


def codes(result, row=None):
    notices = result.notices if row is None else result.notices[result.notices["row_number"].eq(row)]
    return set(notices["code"])


def near(result, expected=HERE):
    return np.allclose(points(result), expected, atol=2 * M)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("02-comma-decimals", None),
        ("06-degree-sign", None),
        ("08-dms-quotes", None),
        ("09-maps-link", None),
        ("36-lambert-nbsp", None),
        ("36-lambert-unit", None),
        *(("37-wkb-ewkt", f"{form}.csv") for form in ("ewkb", "ewkt", "ewkt31370", "geojson", "wkt")),
    ],
)
def test_the_lists_that_were_sent(name, file):
    result = checked_list(name, file)
    assert np.allclose(points(result), THREE, atol=2 * M)
    assert result.frame["website"].isna().all()
    assert not codes(result) & {"POSITION_UNREADABLE", "NO_POSITION", "AXES_SWAPPED"}


@pytest.mark.parametrize(
    "name",
    ["66-pair-00", "66-pair-03", "66-pair-06", "66-pair-09", "67-pairhead-Geo_Point", "67-pairhead-coords"],
)
def test_the_pairs_that_were_sent(name):
    assert np.allclose(points(checked_list(name)), HERE, atol=M)


def test_rows_without_a_readable_position_are_kept_and_told():
    result = checked_list("04-some-rows-bad")
    assert np.isnan(points(result)).any(axis=1).tolist() == [False, True, True]
    assert ("NO_POSITION" in codes(result, 2), "POSITION_UNREADABLE" in codes(result, 3)) == (True, True)
    assert result.frame["extras"][2] == {"latitude": "abc", "longitude": "4.374"}
    result = checked_list("35-geojson-null")
    assert len(result.frame) == 6
    assert np.isfinite(points(result)).all(axis=1).tolist() == [False, False, False, False, True, False]
    assert result.frame["street"].tolist()[:2] == ["Parvis de Saint-Gilles", "Rue Haute"]


def wkb(**options):
    return shapely.to_wkb(shapely.set_srid(shapely.Point(HERE), options.pop("srid", 0)), hex=True, **options)


CELLS = {
    "kml order with height": "4.346,50.827,0",
    "latitude, longitude, height": "50.827,4.346,0",
    "form": "50.827 4.346 0 0",
    "form with accuracy": "50.8270 4.3460 45.2 4.8",
    "form with decimal commas": "50,8270 4,3460 45,2 4,8",
    "named": "lat: 50.827, lng: 4.346",
    "named the other way": "Longitude=4.346 ; Latitude=50.827",
    "named in Dutch": "breedte 50,827 lengte 4,346",
    "hemispheres before": "N 50.827 E 4.346",
    "hemispheres after": "50.827N, 4.346E",
    "braces": "(50.827; 4.346)",
    "degrees and minutes": "50°49'37.2\"N 4°20'45.6\"E",
    "WKT": "POINT(4.346 50.827)",
    "WKT of three dimensions": "POINT Z (4.346 50.827 12)",
    "WKT in small letters": "point (4.346 50.827)",
    "WKT of several": "MULTIPOINT ((4.346 50.827))",
    "EWKT in Lambert 72": "SRID=31370;POINT({} {})".format(*LAMBERT),
    "EWKT in web Mercator": "SRID=3857;POINT({} {})".format(
        *Transformer.from_crs(4326, 3857, always_xy=True).transform(*HERE)
    ),
    "WKB": wkb(),
    "WKB in small letters": wkb().lower(),
    "EWKB": wkb(srid=4326, include_srid=True),
    "EWKB of the other byte order": wkb(srid=4326, include_srid=True, byte_order=0),
    "GeoJSON": '{"type": "Point", "coordinates": [4.346, 50.827, 3.0]}',
    "GeoJSON feature": '{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [4.346, 50.827]}}',
    "Google, searched": "https://www.google.com/maps/search/?api=1&query=50.827%2C4.346",
    "Google, pin beside the view": "https://www.google.be/maps/place/Potager/@50.9,4.1,14z/data=!4m5!3m4!1s0x0!8m2!3d50.827!4d4.346",
    "Google, a place of degrees": "https://www.google.com/maps/place/50%C2%B049'37.2%22N+4%C2%B020'45.6%22E/@50.9,4.1,17z",
    "OpenStreetMap": "https://www.openstreetmap.org/?mlat=50.827&mlon=4.346#map=12/50.9/4.1",
    "Apple": "https://maps.apple.com/?ll=50.827,4.346&q=Potager&sll=50.9,4.1",
    "Apple, new": "https://maps.apple.com/place?coordinate=50.827%2C4.346&name=Potager",
    "geo": "geo:50.827,4.346;u=20",
    "geo of Android": "geo:0,0?q=50.827,4.346(Potager)",
    "Waze": "https://waze.com/ul?ll=50.827%2C4.346&navigate=yes",
    "OsmAnd": "https://osmand.net/map?pin=50.827,4.346#12/50.9/4.1",
    "Lambert 72": "{:.1f}, {:.1f}".format(*LAMBERT),
}


@pytest.mark.parametrize("header", ["coordonnées", "geom", "lien carte"])
@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_one_cell_holds_a_position(checked, cell, header):
    quoted = cell.replace('"', '""')
    result = checked(f'nom\t{header}\nUn\t"{quoted}"\nDeux\t"{quoted}"\n')
    assert near(result), points(result)
    assert result.frame["website"].isna().all()
    assert result.frame["extras"].tolist() == [{}, {}]


NO_PIN = {
    "view of Google": "https://www.google.com/maps/@50.84,4.32,14z",
    "place without its pin": "https://www.google.com/maps/place/Potager/@50.8412,4.3211,14z/data=!3m1!4b1",
    "centre of Google": "https://maps.google.com/?q=Potager&ll=50.84,4.32",
    "way between two": "https://www.google.com/maps/dir/50.84,4.32/50.85,4.33/",
    "shortened": "https://maps.app.goo.gl/AbCdEf",
    "view of OpenStreetMap": "https://www.openstreetmap.org/#map=17/50.8500/4.3000",
    "object of OpenStreetMap": "https://www.openstreetmap.org/node/123456",
    "view of Apple": "https://maps.apple.com/?q=Potager&sll=50.84,4.32",
    "broken WKT": "POINT(4.346)",
    "broken GeoJSON": '{"type": "Point", "coordinates": "x"}',
    "empty": "POINT EMPTY",
    "words": "près de la place",
}


@pytest.mark.parametrize("cell", NO_PIN.values(), ids=NO_PIN)
def test_what_says_no_point_is_kept_and_told_and_never_a_wrong_point(checked, cell):
    quoted = cell.replace('"', '""')
    result = checked(f'nom\tcoordonnées\nUn\t"{quoted}"\nDeux\t50.827, 4.346\n')
    assert np.isnan(points(result)[0]).all()
    assert np.allclose(points(result)[1], HERE, atol=M)
    assert codes(result, 1) & {"POSITION_UNREADABLE", "GEOMETRY_UNREADABLE"}
    assert result.frame["extras"][0] == {"coordonnées": cell}
    assert result.frame["website"].isna().all()


@pytest.mark.parametrize(
    "cell",
    ["LINESTRING(4.34 50.82, 4.35 50.83)", "MULTILINESTRING((4.34 50.82, 4.35 50.83),(4.3 50.8, 4.4 50.9))"],
)
def test_a_walk_is_no_point(checked, cell):
    result = checked(
        f'nom;geom\nUn;"{cell}"\nDeux;"POLYGON((4.34 50.82,4.35 50.82,4.35 50.83,4.34 50.82))"\n'
    )
    assert np.isnan(points(result)[0]).all()
    assert np.isfinite(points(result)[1]).all()
    assert (codes(result, 1) & {"GEOMETRY_IS_LINE"}, codes(result, 2) & {"GEOMETRY_NOT_POINT"}) == (
        {"GEOMETRY_IS_LINE"}, {"GEOMETRY_NOT_POINT"},
    )  # fmt: skip


def test_shapes_of_two_systems_in_one_column(checked):
    x, y = LAMBERT
    result = checked(f'nom;geom\nUn;"SRID=31370;POINT({x} {y})"\nDeux;"SRID=4326;POINT(4.346 50.827)"\n')
    assert near(result)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("N;E", "50.827;4.346"),
        ("E;N", "{:.2f};{:.2f}".format(*LAMBERT)),
        ("Nord;Est", "50,827;4,346"),
        ("noord;oost", "50.827° N;4.346° E"),
        ("X;Y", "{:.0f} m;{:.0f} m".format(*LAMBERT)),
        ("x;y", "{:.2f} mètres;{:.2f} mètres".format(*LAMBERT)),
        ("latitude;longitude", "50.827 deg;4.346 deg"),
        ("latitude;longitude", "50.827° N;4.346° E"),
    ],
)
def test_two_columns_hold_a_position(checked, header, row):
    result = checked(f"nom;{header}\nUn;{row}\nDeux;{row}\n")
    assert near(result), points(result)
    assert result.frame["partner_key"].isna().all()
    assert result.frame["house_number"].isna().all()


def test_a_number_called_n_stays_a_number(checked):
    result = checked("nom;rue;n°;e-mail\nUn;Rue Haute;3;a@exemple.be\nDeux;Rue Haute;5;b@exemple.be\n")
    assert result.frame["house_number"].tolist() == ["3", "5"]


def test_a_link_to_a_map_among_sites_is_no_site_and_gives_the_position(checked):
    link = "https://www.google.com/maps?q=50.827,4.346"
    result = checked(
        f"nom;site web\nUn;https://un.example\nDeux;{link}\nTrois;https://trois.example\nQuatre;https://goo.gl/maps/x\n"
    )
    assert result.frame["website"].tolist() == ["https://un.example", None, "https://trois.example", None]
    assert np.allclose(points(result)[1], HERE, atol=M)
    assert codes(result, 2) >= {"WEBSITE_IS_MAP"}
    assert result.frame["extras"].tolist()[1:4:2] == [
        {"site web": link},
        {"site web": "https://goo.gl/maps/x"},
    ]


def test_a_link_does_not_outdo_a_position(checked):
    result = checked("nom;latitude;longitude;site web\nUn;50.827;4.346;https://maps.google.com/?q=50.9,4.1\n")
    assert near(result)


def test_a_row_whose_columns_are_empty_has_what_its_cell_holds(checked):
    result = checked(
        'nom;latitude;longitude;geom\nUn;50.827;4.346;\nDeux;;;"POINT(4.346 50.827)"\nTrois;;;\n'
    )
    assert np.allclose(points(result)[:2], HERE, atol=M)
    assert codes(result, 3) >= {"NO_POSITION"}


def test_a_json_property_may_hold_the_shape(checked, collection):
    text = json.dumps({"type": "Point", "coordinates": list(HERE)})
    result = checked(
        collection(({"nom": "Un", "geo_shape": text}, None), ({"nom": "Deux", "geo_shape": text}, None)),
        "a.geojson",
    )
    assert near(result)

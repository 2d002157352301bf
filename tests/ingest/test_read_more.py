"""The formats that GDAL and Arrow read in a process of their own, features line by line, and lists without titles."""

import io
import json
import zipfile

import geopandas as gpd
import pytest
import shapely

from commons.errors import CommonsError
from ingest.notices import NoticeCode
from ingest.read import Format

PLACE = (4.36, 50.84)
KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Folder><name>Jardins</name><Placemark><name>Le Potager</name><description>Ouvert</description>
<ExtendedData><Data name="phone"><value>02 555 12 34</value></Data></ExtendedData>
<Point><coordinates>4.36,50.84,12</coordinates></Point></Placemark></Folder>
<Folder><name>Repair</name><Placemark><name>Repair du Coin</name><Point><coordinates>4.37,50.85</coordinates></Point></Placemark>
<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink></Folder>
</Document></kml>"""
GPX = """<?xml version="1.0"?><gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="50.84" lon="4.36"><name>Le Potager</name></wpt></gpx>"""
OSM = """<?xml version="1.0"?><osm version="0.6"><node id="7" version="1" lat="50.84" lon="4.36">
<tag k="name" v="Le Potager"/><tag k="shop" v="farm"/></node></osm>"""


@pytest.fixture
def frame():
    return gpd.GeoDataFrame({"nom": ["Le Potager"], "cp": [1050]}, geometry=[shapely.Point(PLACE)], crs=4326)


@pytest.mark.parametrize("ending", ["fgb", "parquet"])
def test_a_frame_written_is_the_frame_read(read, frame, tmp_path, ending):
    file = tmp_path / f"list.{ending}"
    if ending == "parquet":
        frame.to_parquet(file)
    else:
        frame.to_file(file, driver="FlatGeobuf")
    table = read(file.read_bytes(), file.name)
    assert table.rows[["nom", "cp"]].to_numpy().tolist() == [["Le Potager", "1050"]]
    assert table.points.round(6).tolist() == [list(PLACE)]
    assert table.crs == 4326


def test_a_parquet_in_lambert_says_so_and_one_without_geometry_has_none(read, frame, tmp_path):
    frame.to_crs(31370).to_parquet(tmp_path / "a.parquet")
    assert read((tmp_path / "a.parquet").read_bytes(), "a.parquet").crs == 31370
    frame.drop(columns="geometry").to_parquet(tmp_path / "b.parquet")
    assert read((tmp_path / "b.parquet").read_bytes(), "b.parquet").points is None


def test_every_folder_of_a_kml_is_read_and_names_itself(read, zipped):
    for content, name in (
        (KML.encode(), "a.kml"),
        (zipped(**{"doc.kml": KML, "files/photo.png": "x"}), "a.kmz"),
    ):
        table = read(content, name)
        assert table.rows["Name"].tolist() == ["Le Potager", "Repair du Coin"]
        assert table.rows["folder"].tolist() == ["Jardins", "Repair"]
        assert table.rows.loc[1, "phone"] == "02 555 12 34"
        assert table.points.tolist() == [list(PLACE), [4.37, 50.85]]
        assert table.rows.index.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("content", "name", "form"), [(GPX, "a.gpx", Format.GPX), (OSM, "a.osm", Format.OSM)]
)
def test_points_of_gps_and_openstreetmap_are_read(read, content, name, form):
    table = read(content, name)
    assert (table.format, table.rows["name"].tolist(), table.points.tolist()) == (
        form,
        ["Le Potager"],
        [list(PLACE)],
    )


LAUGHS = '<?xml version="1.0"?><!DOCTYPE {0} [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + "{1}"


@pytest.mark.parametrize(
    ("content", "name", "key"),
    [
        (KML.replace("<kml", "<!DOCTYPE kml [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><kml"), "a.kml", "read_markup"),
        (KML.replace("<Document>", "<Document><!DOCTYPE x>"), "a.kml", "read_archive_unsafe"),
        (GPX.replace("<wpt", " " * 2_000_000 + "<!ENTITY a 'b'><wpt"), "a.gpx", "read_archive_unsafe"),
        (KML[: len(KML) // 2], "a.kml", "read_vector_broken"),
        ("<html></html>", "a.kml", "read_markup"),
        (GPX, "a.kml", "read_format_mismatch"),
        ("fgb\x03fgb and nothing more", "a.fgb", "read_no_rows"),
        ("PAR1 and nothing more", "a.parquet", "read_vector_broken"),
    ],
)  # fmt: skip
def test_what_is_no_such_file_or_an_attack_is_refused(read, content, name, key):
    with pytest.raises(CommonsError) as refused:
        read(content, name)
    assert refused.value.key == key


def test_a_kmz_that_unpacks_to_too_much_is_refused(read):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", KML + " " * 50_000_000)
    with pytest.raises(CommonsError) as refused:
        read(buffer.getvalue(), "a.kmz")
    assert refused.value.key == "read_archive_unsafe"


@pytest.mark.parametrize("mark", ["", "\x1e"])
def test_features_line_by_line_are_a_collection(read, collection, mark):
    features = json.loads(collection(({"nom": "A"}, PLACE), ({"nom": "B"}, None)))["features"]
    table = read("\n".join(mark + json.dumps(feature) for feature in features) + "\n", "a.geojsonl")
    assert table.rows["nom"].tolist() == ["A", "B"]
    with pytest.raises(CommonsError) as refused:
        read(json.dumps(features[0]) + '\n{"a": 1, "a": 2}\n', "a.ndjson")
    assert refused.value.key == "read_json_key_twice"


def test_objects_within_properties_are_columns_of_their_own(read, collection):
    told = {"nom": "A", "adresse": {"rue": "Rue Haute", "cp": 1000}, "a": {"b": 1}, "a.b": 2}
    assert read(collection((told, PLACE)), "a.geojson").rows.iloc[0].to_dict() == {
        "nom": "A", "adresse.rue": "Rue Haute", "adresse.cp": "1000", "a": '{"b": 1}', "a.b": "2",
    }  # fmt: skip


def test_a_list_without_titles_keeps_its_first_row(read):
    table = read("Le Potager;50,84;4,36\nRepair;50,85;4,37\n")
    assert table.rows["column_1"].tolist() == ["Le Potager", "Repair"]
    assert NoticeCode.HEADER_MISSING in {notice.code for notice in table.notices}
    assert NoticeCode.HEADER_MISSING not in {n.code for n in read("nom;2018,5\nA;1\n").notices}


@pytest.mark.parametrize("tag", ["Data", "SimpleData"])
def test_data_of_a_kml_that_are_called_as_its_elements_are_kept(read, tag):
    data = {
        "visibility": "withheld",
        "precision": "commune",
        "Description": "Un potager",
        "icon": "arbre",
        "snippet": "non",
    }
    written = "".join(
        f'<Data name="{name}"><value>{value}</value></Data>'
        if tag == "Data"
        else f'<SimpleData name="{name}">{value}</SimpleData>'
        for name, value in data.items()
    )
    inner = written if tag == "Data" else f'<SchemaData schemaUrl="#x">{written}</SchemaData>'
    text = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>Un</name><visibility>1</visibility>'
        f"<ExtendedData>{inner}</ExtendedData><Point><coordinates>4.36,50.84</coordinates></Point></Placemark></Document></kml>"
    )
    cells = {
        str(header).casefold(): value for header, value in read(text.encode(), "a.kml").rows.iloc[0].items()
    }
    assert {name: cells[name.casefold()] for name in data} == data


def test_how_a_kml_is_drawn_is_no_consent_and_two_descriptions_are_both_kept(read):
    text = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>Un</name><visibility>0</visibility>'
        '<description>En bref</description><ExtendedData><Data name="description"><value>En long</value></Data></ExtendedData>'
        "<Point><coordinates>4.36,50.84</coordinates></Point></Placemark></Document></kml>"
    )
    rows = read(text.encode(), "a.kml").rows
    assert "visibility" not in rows.columns
    assert rows.iloc[0][["description", "description (2)"]].tolist() == ["En bref", "En long"]

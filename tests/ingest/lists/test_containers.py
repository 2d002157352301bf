"""Lists in containers that nobody foresaw: arrays of objects, collections of collections, archives, native shapes."""

import io
import json
import time
import zipfile

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from sent_lists import checked_list, sent_list

from commons.errors import CommonsError
from ingest.map import propose_mapping
from ingest.notices import NoticeCode
from ingest.upload import prepare_upload

NAMES = ["Le Potager du Parvis", "Café de la Réparation", "Grainothèque De Zaadbank"]
PLACES = [{"title": "Café", "lat": 50.85, "lng": 4.35}, {"title": "Potager", "lat": 50.84, "lng": 4.36}]


@pytest.mark.parametrize("file", ["f.json", "g.json"])
def test_a_sent_array_of_objects_is_a_list(file):
    frame = checked_list("50-json-array", file).frame
    assert frame["name"].tolist() == NAMES
    assert frame["lon"].tolist() == [4.346, 4.347, 4.374]
    assert frame["municipality"].tolist() == ["Saint-Gilles", "Bruxelles", "Schaarbeek"]


@pytest.mark.parametrize(
    "document",
    [
        PLACES,
        {"data": PLACES},
        {"count": 2, "next": None, "results": PLACES},
        {"response": {"status": "ok", "items": PLACES}},
        {"partenaires": PLACES},
        {"data": PLACES, "included": [{"type": "tag"}]},
        {"data": [{"type": "lieu", "id": "1", "attributes": place} for place in PLACES]},
        {"records": [{"recordid": "x", "fields": place} for place in PLACES]},
        {
            "elements": [
                {"type": "node", "tags": {"name": p["title"]}, "lat": p["lat"], "lon": p["lng"]}
                for p in PLACES
            ]
        },
    ],
)
def test_the_answer_of_an_interface_is_read(read, document):
    raw = read(json.dumps(document), "a.json")
    assert len(raw.rows) == 2
    found = propose_mapping(raw).column_of
    assert {"name", "lat", "lon"} <= set(found)
    assert raw.rows[found["name"]].tolist() == ["Café", "Potager"]


def test_objects_a_line_are_read(read):
    raw = read("\n".join(map(json.dumps, PLACES)), "a.jsonl")
    assert raw.rows["title"].tolist() == ["Café", "Potager"]
    assert raw.points is None


def test_objects_may_bring_a_geometry(read):
    shape = {"type": "Point", "coordinates": [4.35, 50.85]}
    raw = read(json.dumps([{"nom": "A", "geometry": shape}, {"nom": "B", "geometry": None}]), "a.json")
    assert raw.points.tolist()[0] == [4.35, 50.85]
    assert list(raw.rows.columns) == ["nom", "geometry"] or list(raw.rows.columns) == ["nom"]


FEATURES = [
    {
        "type": "Feature",
        "properties": {"nom": name},
        "geometry": {"type": "Point", "coordinates": [4.35, 50.85]},
    }
    for name in ("A", "B", "C")
]


def collection(*items):
    return {"type": "FeatureCollection", "features": list(items)}


@pytest.mark.parametrize(
    "document",
    [
        collection(*FEATURES),
        collection(collection(*FEATURES[:2]), collection(FEATURES[2])),
        collection(FEATURES[0], collection(collection(*FEATURES[1:]))),
        [collection(*FEATURES[:2]), collection(FEATURES[2])],
        FEATURES,
        {"data": collection(*FEATURES)},
        {"layers": [collection(*FEATURES[:1]), collection(*FEATURES[1:])]},
    ],
)
def test_features_are_found_in_collections_of_collections(read, document):
    raw = read(json.dumps(document), "a.geojson")
    assert raw.rows["nom"].tolist() == ["A", "B", "C"]
    assert raw.points.shape == (3, 2)


@pytest.mark.parametrize(
    ("document", "key"),
    [
        ([], "read_no_rows"),
        ([1, 2], "read_object"),
        ([{"nom": "A"}, "B"], "read_object"),
        ({"nom": "A"}, "read_not_a_collection"),
        ({"a": [{"x": 1}], "b": [{"y": 2}]}, "read_not_a_collection"),
        ({"$schema": "x", "fields": [{"name": "nom"}]}, "read_not_a_collection"),
        ({"features": PLACES}, "read_feature"),
    ],
)
def test_what_is_no_list_is_refused_with_how_to_mend_it(read, document, key):
    with pytest.raises(CommonsError) as refused:
        read(json.dumps(document), "a.json")
    assert refused.value.key == key
    assert refused.value.remedy()


def test_collections_within_collections_without_end_are_refused(read):
    document = collection(FEATURES[0])
    for _ in range(300):
        document = collection(document)
    assert read(json.dumps(document), "a.json").rows["nom"].tolist() == ["A"]


def test_a_sent_archive_of_one_list_is_read():
    prepared = prepare_upload(sent_list("58-zipped-csv"))
    assert prepared.format == "csv"
    assert prepared.checked.frame["name"].tolist() == NAMES[:1]


CSV = b"nom;rue\nA;b\n"


@pytest.mark.parametrize(
    "members",
    [
        {"liste.csv": CSV},
        {"dossier/liste.CSV": CSV, "__MACOSX/dossier/._liste.csv": b"x", ".DS_Store": b"x"},
        {"liste.csv": CSV, "LISEZMOI.txt": b"x", "licence.txt": b"x", "metadata.json": b"{}"},
        {"liste.tsv": CSV, "notes.txt": b"x"},
        {"liste.txt": CSV},
        {"liste.json": b'[{"nom": "A", "rue": "b"}]'},
    ],
)
def test_the_one_list_of_an_archive_is_read(read, zipped, members):
    assert read(zipped(**members), "liste.zip").rows.loc[1].tolist() == ["A", "b"]


def test_a_zipped_geopackage_and_workbook_are_read(read, zipped, tmp_path):
    frame = gpd.GeoDataFrame({"nom": ["A"]}, geometry=gpd.points_from_xy([4.35], [50.85]), crs=4326)
    frame.to_file(tmp_path / "a.gpkg")
    frame.drop(columns="geometry").to_excel(tmp_path / "a.xlsx", index=False)
    for name in ("a.gpkg", "a.xlsx"):
        archive = zipped(**{name: (tmp_path / name).read_bytes()})
        assert read(archive, f"{name}.zip").rows["nom"].tolist() == ["A"]


@pytest.mark.parametrize(
    ("members", "key"),
    [
        ({"a.csv": CSV, "b.csv": CSV}, "read_archive_several"),
        ({"a.pdf": b"%PDF"}, "read_unknown_format"),
        ({"a.zip": b"PK"}, "read_unknown_format"),
        ({"a.csv": b"%PDF-1.7"}, "read_unknown_format"),
        ({"a.csv": b"nom;rue\n" + b"x;" * 5_000_000}, "read_archive_unsafe"),
    ],
)
def test_an_archive_of_anything_else_is_refused(read, zipped, members, key):
    with pytest.raises(CommonsError) as refused:
        read(zipped(**members), "liste.zip")
    assert refused.value.key == key


def test_a_member_of_an_archive_leaves_no_file_behind(read, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "made"))
    (tmp_path / "made").mkdir()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../liste.csv", CSV)
    assert len(read(buffer.getvalue(), "liste.zip").rows) == 1
    assert not list((tmp_path / "made").iterdir())
    assert not list(tmp_path.parent.glob("liste.csv"))


SHAPES = {
    "point": ["POINT (4.35 50.85)", "POINT (4.36 50.84)"],
    "multipoint": ["MULTIPOINT ((4.35 50.85))", "MULTIPOINT ((4.36 50.84))"],
    "linestring": ["LINESTRING (4.35 50.85, 4.36 50.85)", "LINESTRING (4.36 50.84, 4.37 50.84)"],
    "polygon": [
        "POLYGON ((4.35 50.85, 4.36 50.85, 4.36 50.86, 4.35 50.85))",
        "POLYGON ((4.30 50.80, 4.40 50.80, 4.40 50.90, 4.30 50.80), (4.36 50.81, 4.37 50.81, 4.37 50.82, 4.36 50.81))",
    ],
}


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("is_missing", [False, True])
def test_geoparquet_of_native_shapes_is_read(read, tmp_path, kind, is_missing):
    shapes = [*shapely.from_wkt(SHAPES[kind]), *([None] if is_missing else [])]
    names = ["A", "B", "C"][: len(shapes)]
    frame = gpd.GeoDataFrame({"nom": names}, geometry=shapes, crs=4326)
    frame.to_parquet(tmp_path / "a.parquet", geometry_encoding="geoarrow")
    raw = read((tmp_path / "a.parquet").read_bytes(), "a.parquet")
    assert raw.rows["nom"].tolist() == names
    for shape, point in zip(shapes, raw.points, strict=True):
        if shape is None or kind == "linestring":
            assert point[0] != point[0]  # NaN
        else:
            assert shape.distance(shapely.Point(point)) == 0
    lines = [notice.row_number for notice in raw.notices if notice.code == NoticeCode.GEOMETRY_IS_LINE]
    assert lines == ([1, 2] if kind == "linestring" else [])


def test_geoparquet_of_interleaved_points_without_its_metadata_is_read(read, tmp_path):
    frame = gpd.GeoDataFrame({"nom": ["A"]}, geometry=gpd.points_from_xy([4.35], [50.85]), crs=4326)
    table = pa.table(frame.to_arrow(geometry_encoding="geoarrow", interleaved=True))
    pq.write_table(table.replace_schema_metadata(None), tmp_path / "a.parquet")
    raw = read((tmp_path / "a.parquet").read_bytes(), "a.parquet")
    assert raw.points.tolist() == [[4.35, 50.85]]


def test_a_sent_list_of_six_hundred_columns_takes_seconds():
    started = time.process_time()
    frame = checked_list("59-wide").frame
    assert time.process_time() - started < 10  # it took 40
    assert len(frame) == 3


@pytest.mark.parametrize("cells", ["oui", "Rue Haute {n}", "02 555 12 {n:02}", "https://exemple.be/{n}"])
def test_a_wide_list_takes_seconds_whatever_stands_in_it(tmp_path, cells):
    columns = [f"groupe {n}/question {n}" for n in range(400)]
    lines = [";".join(["nom", *columns])]
    lines += [";".join([f"Lieu {n}", *[cells.format(n=n)] * 400]) for n in range(3)]
    path = tmp_path / "liste.csv"
    path.write_text("\n".join(lines), "utf-8")
    started = time.process_time()
    assert len(prepare_upload(path).checked.frame) == 3
    assert time.process_time() - started < 10

"""A long file is read, checked and stored in chunks; nothing tells where they were cut."""

import json

import psycopg
import pytest

from builders import make_dataset, open_terms
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.vocabulary import UploadMode
from ingest.ahead import ahead
from ingest.read import table
from ingest.upload import commit_upload, prepare_upload

HEADER = "id,nom,latitude,longitude,visibilité\n"
KEPT = """
SELECT r.partner_key, v.row_number, v.name, v.extras::text, ST_AsText(v.geom), r.gone_at IS NULL,
       (SELECT array_agg(c.effect::text || c.audience::text ORDER BY 1) FROM commons.consent c WHERE c.record_id = r.record_id)
  FROM commons.source_record r JOIN commons.record_version v USING (record_id) ORDER BY v.row_number
"""
REPORT = "SELECT row_number, column_name, code FROM commons.notice ORDER BY 3, 1, 2"
ASIDE = "SELECT row_number, codes, values::text FROM commons.set_aside_row ORDER BY 1"


def csv_of(rows):
    return HEADER + "".join(f"{n},{name},{lat},4.36,{flag}\n" for n, name, lat, flag in rows)


def geojson_of(rows, **members):
    features = [
        {
            "type": "Feature",
            "properties": {"id": n, "nom": name, "visibilité": flag},
            "geometry": {"type": "Point", "coordinates": [4.36, lat]},
        }
        for n, name, lat, flag in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features, **members})


ROWS = [
    (1, "Un", 50.84, "public"), (2, "Deux", 50.85, "retenu"), (3, "", 50.84, "public"), (4, "Quatre", 50.84, "?"),
    (1, "Encore un", 50.84, "public"), (6, "Six", 51.9, "public"), (7, "Sept", 50.86, "partenaires"),
]  # fmt: skip


def stored(database, file, chunk_rows, monkeypatch):
    monkeypatch.setattr(table, "CHUNK_ROWS", chunk_rows)
    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, None, open_terms())
        done = commit_upload(
            connection, dataset, prepare_upload(file), uploaded_by="t", mode=UploadMode.FULL
        ).stored
    with database.admin() as connection:
        found = [connection.execute(query).fetchall() for query in (KEPT, REPORT, ASIDE)]
        # So that the next one is alone: nothing is ever deleted through our own roles.
        connection.execute("SET session_replication_role = replica")
        connection.execute("ALTER TABLE commons.source_record DISABLE TRIGGER refuse_delete")
        for name in (
            "notice",
            "set_aside_row",
            "consent",
            "record_version",
            "source_record",
            "membership",
            "contribution",
        ):
            connection.execute(f"DELETE FROM commons.{name}")
    return (
        (done.rows_in, done.new, done.set_aside),
        found,
        done.notices.fillna({"column": ""}).to_dict("records"),
    )


@pytest.mark.parametrize("write", [csv_of, geojson_of], ids=["csv", "geojson"])
def test_where_a_file_is_cut_changes_nothing(database, tmp_path, monkeypatch, write):
    file = tmp_path / ("list.csv" if write is csv_of else "list.geojson")
    file.write_text(write(ROWS), "utf-8")
    whole = stored(database, file, 100, monkeypatch)
    assert whole[0] == (7, 4, 3)
    for chunk_rows in (1, 2, 3):
        assert stored(database, file, chunk_rows, monkeypatch) == whole


def test_a_twin_without_an_id_is_known_again_wherever_the_file_is_cut(database, tmp_path, monkeypatch):
    file = tmp_path / "list.csv"
    file.write_text("nom,latitude,longitude\n" + "Un,50.84,4.36\n" * 3, "utf-8")
    keys = [[row[0] for row in stored(database, file, size, monkeypatch)[1][0]] for size in (100, 1, 2)]
    assert keys[0] == keys[1] == keys[2]
    assert len(set(keys[0])) == 3


@pytest.mark.parametrize("is_own_first", [True, False])
def test_an_id_that_is_the_fingerprint_of_another_chunks_row_is_that_record(
    database, tmp_path, monkeypatch, is_own_first
):
    file = tmp_path / "list.csv"
    file.write_text("nom,latitude,longitude\nUn,50.84,4.36\n", "utf-8")
    mark = stored(database, file, 1, monkeypatch)[1][0][0][0]
    rows = [f"{mark},Deux,50.85,4.36\n", ",Un,50.84,4.36\n"]
    file.write_text("id,nom,latitude,longitude\n" + "".join(rows if is_own_first else rows[::-1]), "utf-8")
    told, (kept, *_), _ = stored(database, file, 1, monkeypatch)
    assert told == (2, 1, 0)
    assert [row[0] for row in kept] == [mark, mark]


def test_a_flag_that_shows_only_later_is_refused_and_nothing_is_stored(database, tmp_path, monkeypatch):
    monkeypatch.setattr(table, "CHUNK_ROWS", 2)
    tree = json.loads(geojson_of(ROWS[:1] * 3))
    for number, feature in enumerate(tree["features"]):
        feature["properties"] = {"id": number, "nom": "x"} | ({"visibilité": "retenu"} if number == 2 else {})
    file = tmp_path / "list.geojson"
    file.write_text(json.dumps(tree), "utf-8")
    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, None, open_terms())
    with pytest.raises(CommonsError) as refused, connect(Role.INGEST) as connection:
        commit_upload(connection, dataset, prepare_upload(file), uploaded_by="t", mode=UploadMode.FULL)
    assert refused.value.key == "map_flag_late"
    assert database.rows("SELECT FROM commons.source_record") == []
    assert database.rows("SELECT FROM commons.upload") == []


def test_a_system_that_only_the_end_of_a_long_file_declares_is_refused(tmp_path, monkeypatch):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::31370"}}
    file = tmp_path / "list.geojson"
    file.write_text(geojson_of(ROWS, crs=crs), "utf-8")
    assert prepare_upload(file).checked.rows_in == 7
    monkeypatch.setattr(table, "CHUNK_ROWS", 2)
    with pytest.raises(CommonsError) as refused:
        assert prepare_upload(file).checked
    assert refused.value.key == "read_crs_late"


@pytest.mark.parametrize(
    "column",
    [
        "source_record.dataset_id",
        "record_version.record_id",
        "record_version.upload_id",
        "record_version.sector_id",
        "record_version.neighbourhood_id",
        "record_version.commune_id",
        "notice.upload_id",
    ],
)
def test_what_refers_to_nothing_is_refused(database, tmp_path, column):
    file = tmp_path / "list.csv"
    file.write_text(csv_of(ROWS[3:4]), "utf-8")
    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, None, open_terms())
        commit_upload(connection, dataset, prepare_upload(file), uploaded_by="t", mode=UploadMode.FULL)
    table_name, _, name = column.partition(".")
    with database.admin() as connection, pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute(f"UPDATE commons.{table_name} SET {name} = 0")


REFERRED = [
    "commons.dataset",
    "commons.source_record",
    "commons.upload",
    "reference.category",
    "reference.district",
]


@pytest.mark.parametrize("target", REFERRED)
def test_what_is_referred_to_is_never_deleted(database, target):
    with database.admin() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"DELETE FROM {target}")


def test_what_goes_wrong_while_working_ahead_is_raised_in_its_turn():
    def items():
        yield 1
        yield 2
        raise CommonsError("read_no_rows")

    found = []
    with pytest.raises(CommonsError):
        found.extend(ahead(items()))
    assert found == [1, 2]
    assert next(ahead(items())) == 1


def test_a_column_that_a_later_chunk_does_not_have_is_empty_there_and_a_flag_closed(tmp_path, monkeypatch):
    tree = json.loads(geojson_of(ROWS[:2]))
    del tree["features"][1]["properties"]["visibilité"], tree["features"][1]["properties"]["id"]
    file = tmp_path / "list.geojson"
    file.write_text(json.dumps(tree), "utf-8")
    monkeypatch.setattr(table, "CHUNK_ROWS", 1)
    checked = prepare_upload(file).checked
    assert checked.frame["visibility"].tolist() == ["public", None]
    assert checked.frame["partner_key"].tolist() == ["1", None]
    assert checked.notices.query("code == 'FLAG_EMPTY'")["row_number"].tolist() == [2]

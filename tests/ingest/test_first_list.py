"""A dataset's first list is copied straight into its tables: what is stored, consented to and compared later is the same."""

import json

import psycopg
import pytest

from builders import make_dataset, open_terms
from commons.database.connection import Role, connect
from commons.database.statements import copy_rows
from commons.vocabulary import UploadMode
from ingest.store import store as storing
from ingest.upload import commit_upload, prepare_upload

VERSIONS = """
SELECT r.partner_key, to_jsonb(v) - '{version_id,record_id,upload_id,stored_at,content_hash}'::text[], ST_AsEWKT(v.geom)
  FROM commons.record_version v JOIN commons.source_record r USING (record_id)
 WHERE r.dataset_id = %s AND v.superseded_at IS NULL ORDER BY r.partner_key
"""
CONSENTS = """
SELECT r.partner_key, c.effect::text, c.audience::text, c.field_groups::text, c.purposes::text, c.precision::text
  FROM commons.consent c JOIN commons.source_record r USING (record_id)
 WHERE c.dataset_id = %s ORDER BY 1, 2, 3, 4
"""
ODD = 'Tabulation\tet \\N et \\. et "guillemets" à la ligne\nÉté'
ROWS = [
    {"id": "1", "nom": "Le Potager", "description": ODD, "visibilité": "public", "offres": "outils; locaux"},
    {
        "id": "2",
        "nom": "Sans lieu",
        "visibilité": "retenu",
        "date de création": "2014-05-01",
        "tva": "0878.065.378",
    },
    {
        "id": "3",
        "nom": "L'Étape",
        "visibilité": "?",
        "notes": ODD,
        "forme juridique": "asbl",
        "rue": "Rue Haute",
    },
]
PLACES = [[4.3612345678901, 50.8412345678901], None, [4.37, 50.85]]


def written(folder, rows, name="list.geojson"):
    features = [
        {"type": "Feature", "properties": row, "geometry": place and {"type": "Point", "coordinates": place}}
        for row, place in zip(rows, PLACES, strict=True)
    ]
    file = folder / name
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return file


def sent(dataset, file):
    with connect(Role.INGEST) as connection:
        return commit_upload(
            connection, dataset, prepare_upload(file), uploaded_by="t", mode=UploadMode.FULL
        ).stored


def new_dataset():
    with connect(Role.INGEST) as connection:
        return make_dataset(connection, None, open_terms())


def told(database, query, dataset):
    with database.admin() as connection:
        return connection.execute(query, (dataset.dataset_id,)).fetchall()


@pytest.mark.parametrize(
    "rows", [ROWS, [{**row, "visibilité": None} for row in ROWS]], ids=["flags", "no flag"]
)
def test_a_copied_list_is_what_a_compared_one_is(database, tmp_path, monkeypatch, rows):
    file = written(tmp_path, rows)
    copied, compared = new_dataset(), new_dataset()
    first = sent(copied, file)
    monkeypatch.setattr(storing, "_has_records", lambda *_: True)
    second = sent(compared, file)
    assert (first.new, first.set_aside) == (second.new, second.set_aside) == (3, 0)
    assert told(database, VERSIONS, copied) == told(database, VERSIONS, compared)
    assert told(database, CONSENTS, copied) == told(database, CONSENTS, compared)
    hashes = "SELECT DISTINCT v.content_hash = '' FROM commons.record_version v WHERE v.upload_id = "
    assert database.rows(f"{hashes}{first.upload_id}") == [(True,)]
    assert database.rows(f"{hashes}{second.upload_id}") == [(False,)]


def test_what_was_copied_is_compared_with_the_next_list_row_by_row(database, tmp_path):
    dataset = new_dataset()
    sent(dataset, written(tmp_path, ROWS))
    again = sent(dataset, written(tmp_path, [*ROWS[:2], {**ROWS[2], "nom": "L'Étape, ter"}], "next.geojson"))
    assert (again.new, again.changed, again.unchanged, again.gone) == (0, 1, 2, 0)
    back = sent(dataset, written(tmp_path, ROWS, "back.geojson"))
    assert (back.new, back.changed, back.unchanged, back.gone) == (0, 1, 2, 0)


def test_a_copied_record_is_still_asked_whether_its_dataset_exists(database):
    with (
        connect(Role.INGEST) as connection,
        pytest.raises(psycopg.errors.ForeignKeyViolation, match="does not exist"),
    ):
        copy_rows(connection, "commons.source_record", ["dataset_id", "partner_key"], [(999_999, "x")])


def test_what_is_copied_for_a_record_without_consent_reaches_no_reader(database, tmp_path):
    closed = new_dataset()
    sent(closed, written(tmp_path, [{**row, "visibilité": "retenu"} for row in ROWS]))
    found = database.rows("SELECT count(*) FROM released_public.alternative", Role.PUBLIC)
    assert found == [(0,)]

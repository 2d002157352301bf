"""Withdrawal: seen before it is done, complete when it is, and not undone by the next file."""

import pandas as pd
import pytest

from builders import FLAGS, SCHEMA_OF, make_dataset, make_record, names, open_terms
from commons.consent.record_flags import record_flags
from commons.consent.withdraw import withdraw
from commons.database.connection import Role
from commons.errors import CommonsError
from commons.release import released
from commons.vocabulary import Audience, FieldGroup, Precision


def effects(receipt):
    return {effect.audience: (effect.vanished, effect.changed) for effect in receipt.effects}


def state(database):
    rows = "SELECT r::text FROM commons.released_alternative r ORDER BY 1"
    said = "SELECT count(*), count(ended_at) FROM commons.consent"
    return database.rows(rows), database.rows(said), database.rows("SELECT count(*) FROM commons.audit_event")


@pytest.fixture
def two_sources(database):
    with database.connect() as connection:
        fine = make_dataset(connection, "fine", open_terms())
        coarse = make_dataset(connection, "coarse", open_terms(precision=Precision.COMMUNE))
        shared = make_record(connection, fine, key="shared", name="fine", phone="1", flags={})
        make_record(connection, coarse, alternative_id=shared.alternative_id, key="its", name="coarse")
        make_record(connection, fine, key="alone", name="alone", flags={})
    return fine


def test_a_dry_run_says_what_would_vanish_and_changes_nothing(database, two_sources):
    before = state(database)
    with database.connect(Role.INGEST) as connection:
        receipt = withdraw(connection, two_sources, withdrawn_by="x", dry_run=True)
    assert receipt.withdrawal_id is None
    assert effects(receipt) == {"public": (1, 1), "partners": (2, 0), "researchers": (2, 0)}
    assert state(database) == before


def test_after_a_withdrawal_the_release_is_as_if_the_source_had_never_been(database, two_sources):
    with database.connect(Role.INGEST) as connection:
        receipt = withdraw(connection, two_sources, withdrawn_by="x")
    assert effects(receipt) == {"public": (1, 1), "partners": (2, 0), "researchers": (2, 0)}
    for audience in SCHEMA_OF:
        row = released(audience).alternatives()
        assert row["name"].tolist() == ["coarse"]
        assert row["precision"].tolist() == ["commune"]
        assert row["attributions"].tolist() == [["© coarse"]]
        assert row["phone"].tolist() == [None]
    assert database.rows("SELECT * FROM commons.release_drift()") == []
    assert database.rows("SELECT action FROM commons.audit_event ORDER BY event_id DESC LIMIT 1") == [
        ("withdraw",)
    ]


def test_what_vanished_leaves_its_id_and_the_day_to_each_audience(database, two_sources):
    ids = {a: released(a).alternatives().set_index("name").loc["alone", "public_id"] for a in SCHEMA_OF}
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, two_sources, record_key="alone", withdrawn_by="x")
    for audience, (schema, role) in SCHEMA_OF.items():
        assert database.rows(
            f"SELECT public_id, removed_on = current_date FROM {schema}.tombstone", role
        ) == [(ids[audience], True)]


def test_one_record_or_one_group_only(database, two_sources):
    with database.connect(Role.INGEST) as connection:
        contact = [FieldGroup.CONTACT_ORGANISATION]
        receipt = withdraw(
            connection, two_sources, record_key="shared", field_groups=contact, withdrawn_by="x"
        )
    assert effects(receipt)["public"] == (0, 1)
    rows = released(Audience.PARTNERS).alternatives().set_index("name")
    assert rows.loc["fine", "phone"] is None
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, two_sources, record_key="shared", withdrawn_by="x")
    assert names(Audience.PUBLIC) == ["alone", "coarse"]


def test_the_next_file_does_not_open_it_again(database, two_sources):
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, two_sources, withdrawn_by="x")
        records = connection.execute(
            "SELECT record_id FROM commons.source_record WHERE partner_key = 'alone'"
        ).fetchall()
        upload = connection.execute("SELECT max(upload_id) FROM commons.upload").fetchone()[0]
        flags = pd.DataFrame([{**FLAGS, "record_id": row[0]} for row in records]).astype(object)
        record_flags(connection, two_sources.dataset_id, upload, flags, frozenset(FLAGS))
    with database.connect() as connection:
        make_record(connection, two_sources, name="new", flags={})
    assert names(Audience.PUBLIC) == ["coarse"]


def test_a_record_that_is_not_there_is_told_and_nothing_changes(database, two_sources):
    before = state(database)
    with database.connect(Role.INGEST) as connection, pytest.raises(CommonsError) as told:
        withdraw(connection, two_sources, record_key="nobody", withdrawn_by="x")
    assert told.value.key == "consent.no_record"
    assert state(database) == before

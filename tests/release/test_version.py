"""The version of a reader's release: another as soon as what it sees is, by a change or by the clock, and only then."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from builders import make_dataset, make_record, open_terms
from commons.consent.withdraw import withdraw
from commons.database.connection import Role
from commons.vocabulary import Visibility

READERS = (Role.PUBLIC, Role.PARTNER, Role.RESEARCHER)
FAR, SOON = datetime(2090, 1, 1, tzinfo=UTC), timedelta(seconds=0.5)


def versions(database):
    """Return the version of each reader's release."""
    return {role: database.rows("SELECT version FROM version", role)[0][0] for role in READERS}


def renewed(database, before):
    """Return the readers whose version is another than before."""
    now = versions(database)
    return {role for role in READERS if now[role] != before[role]}


@pytest.fixture
def dataset(database):
    with database.connect() as connection:
        return make_dataset(connection, terms=open_terms())


def test_each_change_that_a_reader_sees_renews_its_version_and_no_other(database, dataset):
    before = versions(database)
    with database.connect() as connection:
        hidden = make_dataset(connection, terms=open_terms(visibility=Visibility.PARTNERS))
        make_record(connection, hidden)
    assert renewed(database, before) == {Role.PARTNER}
    before = versions(database)
    with database.connect() as connection:
        make_record(connection, dataset, key="it")
    assert renewed(database, before) >= {Role.PUBLIC, Role.PARTNER}
    before = versions(database)
    with database.connect() as connection:
        connection.execute(
            "SELECT commons.refresh_release(ARRAY(SELECT alternative_id FROM commons.alternative))"
        )
    assert renewed(database, before) == set()
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, dataset, withdrawn_by="someone", record_key="it")
    assert renewed(database, before) >= {Role.PUBLIC, Role.PARTNER}


def test_keys_that_a_reader_does_not_see_renew_nothing(database, dataset):
    """The alternative that a record is part of is another: its row is written anew, and looks as it did."""
    with database.connect() as connection:
        record = make_record(connection, dataset)
    before = versions(database)
    lay = database.rows("SELECT alternative_id FROM released_public.alternative_row")
    with database.connect() as connection:
        other = connection.execute(
            "INSERT INTO commons.alternative DEFAULT VALUES RETURNING alternative_id"
        ).fetchone()
        connection.execute(
            "UPDATE commons.membership SET until_at = now() WHERE record_id = %s", (record.record_id,)
        )
        connection.execute(
            "INSERT INTO commons.membership (alternative_id, record_id) VALUES (%s, %s)",
            (*other, record.record_id),
        )
    assert database.rows("SELECT alternative_id FROM released_public.alternative_row") != lay
    assert renewed(database, before) == set()


def test_the_clock_renews_a_version_with_no_job_running_and_none_ever_comes_back(database, dataset):
    seen = []

    def shown():
        seen.append(versions(database)[Role.PUBLIC])
        return sorted(row[0] for row in database.rows("SELECT name FROM alternative", Role.PUBLIC))

    with database.connect() as connection:
        make_record(connection, dataset, name="It stays")
    assert shown() == ["It stays"]
    with database.connect() as connection:
        going = make_record(connection, dataset, name="It goes", key="it")
    assert shown() == ["It goes", "It stays"]
    ends = datetime.now(UTC) + SOON
    with database.connect() as connection:
        connection.execute(
            "UPDATE commons.released_alternative SET expires_at = %s WHERE alternative_id = %s",
            (ends, going.alternative_id),
        )
    time.sleep(max(0.0, (ends - datetime.now(UTC)).total_seconds()) + 0.05)
    assert shown() == ["It stays"]
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, dataset, record_key="it", withdrawn_by="someone")
    # The row that had run out is gone, and what is shown is what was shown at first.
    assert shown() == ["It stays"]
    assert len(set(seen)) == 4


def test_an_end_that_is_moved_while_it_lies_ahead_renews_nothing(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        record = make_record(connection, dataset, flags={"consent_until": "2080-01-01"})
    before = versions(database)
    with database.connect() as connection:
        connection.execute(
            "UPDATE commons.released_alternative SET expires_at = %s WHERE alternative_id = %s",
            (FAR, record.alternative_id),
        )
        connection.execute("SELECT commons.refresh_release(ARRAY[%s::bigint])", (record.alternative_id,))
    assert renewed(database, before) == set()


def test_what_had_run_out_and_is_shown_again_renews_the_version(database, dataset):
    with database.connect() as connection:
        record = make_record(connection, dataset)
        make_record(connection, dataset)
    seen = [versions(database)[Role.PUBLIC]]
    with database.connect() as connection:
        connection.execute(
            "UPDATE commons.released_alternative SET expires_at = now() WHERE alternative_id = %s",
            (record.alternative_id,),
        )
    assert len(database.rows("SELECT FROM alternative", Role.PUBLIC)) == 1
    seen.append(versions(database)[Role.PUBLIC])
    with database.connect() as connection:
        connection.execute("SELECT commons.refresh_release(ARRAY[%s::bigint])", (record.alternative_id,))
    assert len(database.rows("SELECT FROM alternative", Role.PUBLIC)) == 2
    seen.append(versions(database)[Role.PUBLIC])
    assert len(set(seen)) == 3

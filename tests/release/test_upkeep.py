"""What must be done by the clock is done by a server that runs: nobody need type a command, and several do not do it twice."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from builders import make_dataset, make_record, names, open_terms
from commons.database.connection import Role, connect
from commons.release.upkeep import keep_up, release_drift
from commons.vocabulary import Audience
from dashboard.web.upkeep import upkeep

SOON_S = 1.0
DENY = (
    "INSERT INTO commons.consent (dataset_id, record_id, effect, audience, field_groups, purposes, given_by, evidence_kind,"
    " valid_from, valid_until) VALUES (%s, %s, 'deny', 'partner', '{existence}', '{display}', 't', 'form', %s, %s)"
)


def kept(count=1):
    done = []
    for _ in range(count):
        with connect(Role.INGEST) as connection:
            done.append(keep_up(connection))
    return done


def at(seconds):
    return datetime.now(UTC) + timedelta(seconds=seconds)


def end_consents(connection, record_id, moment):
    """Let what was said of a record run out at a moment; only a test may."""
    connection.execute("ALTER TABLE commons.consent DISABLE TRIGGER USER")
    connection.execute(
        "UPDATE commons.consent SET valid_until = %s WHERE record_id = %s", (moment, record_id)
    )
    connection.execute("ALTER TABLE commons.consent ENABLE TRIGGER USER")


@pytest.fixture
def world(database):
    """Return a list with an alternative that two lists tell of, of which one's consent runs out in a second."""
    with database.admin() as connection:
        connection.execute("SET ROLE commons_owner")
        fine, other = (make_dataset(connection, slug, open_terms()) for slug in ("fine", "other"))
        first = make_record(connection, fine, name="first", key="first", flags={})
        make_record(
            connection, other, name="second", key="second", alternative_id=first.alternative_id, flags={}
        )
        make_record(connection, fine, name="stays", key="stays", flags={})
    kept()
    return database, fine, first.record_id


def let_run_out(world):
    """Let the first list's consent run out in a second."""
    database, _, record_id = world
    with database.admin() as connection:
        end_consents(connection, record_id, at(SOON_S))
        connection.execute(
            "SELECT commons.refresh_release(ARRAY(SELECT alternative_id FROM commons.alternative))"
        )


def comes_back():
    """Return whether what the second list tells is shown before long."""
    deadline = time.monotonic() + 15
    while names(Audience.PUBLIC) != ["second", "stays"] and time.monotonic() < deadline:
        time.sleep(0.1)
    return names(Audience.PUBLIC) == ["second", "stays"]


def test_a_merged_alternative_comes_back_when_one_consent_runs_out(world):
    let_run_out(world)
    time.sleep(SOON_S + 0.2)
    assert names(Audience.PUBLIC) == ["stays"], "it has run out, and nobody has looked yet"
    assert kept(2) == [1, 0]
    assert names(Audience.PUBLIC) == ["second", "stays"]
    with connect(Role.INGEST) as connection:
        assert release_drift(connection) == 0


def test_a_running_server_does_it_by_itself(world):
    with upkeep(every_s=0.3):
        let_run_out(world)
        assert comes_back()


def test_what_begins_and_a_restriction_that_ends_are_due_too(world):
    database, dataset, record_id = world
    with database.admin() as connection:
        connection.execute(DENY, (dataset.dataset_id, record_id, at(0), at(SOON_S)))
        connection.execute(
            "SELECT commons.refresh_release(ARRAY(SELECT alternative_id FROM commons.alternative))"
        )
    assert names(Audience.PUBLIC) == ["second", "stays"]
    time.sleep(SOON_S + 0.2)
    assert kept(2) == [1, 0]
    assert names(Audience.PUBLIC) == ["first", "stays"]
    with database.admin() as connection:
        connection.execute(DENY, (dataset.dataset_id, record_id, at(SOON_S), at(9999)))
        connection.execute("ALTER TABLE commons.consent DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE commons.consent SET given_at = given_at - interval '1 hour' WHERE effect = 'deny'"
        )
        connection.execute("ALTER TABLE commons.consent ENABLE TRIGGER USER")
    time.sleep(SOON_S + 0.2)
    assert kept(2) == [1, 0]
    assert names(Audience.PUBLIC) == ["second", "stays"]


def test_one_of_several_servers_does_it(world):
    with connect(Role.INGEST) as busy, connect(Role.INGEST) as other:
        assert keep_up(busy) == 0
        assert keep_up(other) is None
    assert kept() == [0]


def test_a_proposal_of_a_year_ago_is_deleted(world):
    database, *_ = world
    with database.admin() as connection:
        for months in (11, 13):
            connection.execute(
                "INSERT INTO commons.proposal (reference, kind, language, received_at, name, address, record_ids)"
                " VALUES (%s, 'addition', 'fr', now() - make_interval(months => %s), 'x', 'y', '{}')",
                (f"REF-{months}", months),
            )
    kept()
    assert database.rows("SELECT reference FROM commons.proposal") == [("REF-11",)]


def test_once_a_day_it_looks_at_everything(world):
    database, *_ = world
    with database.admin() as connection:
        connection.execute("ALTER TABLE commons.released_alternative DISABLE TRIGGER USER")
        connection.execute("DELETE FROM commons.released_alternative WHERE name = 'stays'")
    assert kept() == [0]
    with database.admin() as connection:
        connection.execute(
            "UPDATE commons.upkeep SET done_at = done_at - interval '25 hours' WHERE job = 'everything'"
        )
    assert kept() == [1]
    assert "stays" in names(Audience.PUBLIC)


def test_a_database_that_is_away_is_met_again(world, monkeypatch, caplog):
    """A minute in which the database does not answer ends no server and no upkeep."""
    database, *_ = world
    monkeypatch.setenv("DATABASE_URL", database.url.replace("port=5432", "port=5431"))
    with upkeep(every_s=0.2):
        time.sleep(1)
        monkeypatch.setenv("DATABASE_URL", database.url)
        let_run_out(world)
        assert comes_back()
    assert "failure" in caplog.text

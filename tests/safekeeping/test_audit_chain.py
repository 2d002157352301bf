"""The audit chain: in order under concurrency, in no session's time zone, and broken by whatever an owner could do to it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from builders import make_dataset, make_record, open_terms
from commons.audit import Head, committed_head, record_event, verify_audit
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.errors import CommonsError

FAULTS = [
    ("UPDATE commons.audit_event SET actor = 'nobody' WHERE event_id = 3", "changed", 3),
    ("UPDATE commons.audit_event SET at = at + interval '1 microsecond' WHERE event_id = 3", "changed", 3),
    ("DELETE FROM commons.audit_link WHERE event_id = 3; DELETE FROM commons.audit_event WHERE event_id = 3", "missing", 4),
    ("DELETE FROM commons.audit_link WHERE event_id = 3", "missing", 4),
    ("DELETE FROM commons.audit_link WHERE event_id = 1", "missing", 2),
    ("DELETE FROM commons.audit_event WHERE event_id = 3", "missing", 3),
    ("INSERT INTO commons.audit_event (actor, action, object_kind, object_id) VALUES ('x', 'x', 'x', 'x')", "unlinked", None),
    # Two events change places, one with its numbers, one with its events.
    (("UPDATE commons.audit_link SET number = CASE number WHEN 2 THEN -3 ELSE -2 END WHERE number IN (2, 3);"
      "UPDATE commons.audit_link SET number = -number WHERE number < 0"), "order", 2),
    (("UPDATE commons.audit_link SET event_id = CASE event_id WHEN 2 THEN -3 ELSE -2 END WHERE number IN (2, 3);"
      "UPDATE commons.audit_link SET event_id = -event_id WHERE event_id < 0"), "changed", 2),
    # The hash is forged to fit the change; the next link tells.
    (("UPDATE commons.audit_event SET actor = 'nobody' WHERE event_id = 3;"
      "UPDATE commons.audit_link l SET hash = commons.audit_hash(l.previous_hash, e) FROM commons.audit_event e"
      " WHERE e.event_id = 3 AND l.event_id = 3"), "order", 4),
]  # fmt: skip
CUT = "DELETE FROM commons.audit_link WHERE number > 4; DELETE FROM commons.audit_event WHERE event_id > 4"
REMADE = """
DO $$
DECLARE
    link commons.audit_link;
    previous bytea := '';
BEGIN
    UPDATE commons.audit_event SET actor = 'nobody' WHERE event_id = 3;
    FOR link IN SELECT * FROM commons.audit_link ORDER BY number LOOP
        UPDATE commons.audit_link l SET previous_hash = previous, hash = commons.audit_hash(previous, e)
          FROM commons.audit_event e WHERE l.number = link.number AND e.event_id = link.event_id
        RETURNING l.hash INTO previous;
    END LOOP;
END
$$
"""


def log(count):
    for number in range(count):
        with connect(Role.INGEST) as connection:
            record_event(connection, "someone", "does", "thing", number, count=number)


def tamper(database, command):
    """Do what only a superuser can: past triggers and foreign keys."""
    with database.admin() as connection:
        for table in ("audit_event", "audit_link"):
            connection.execute(f"ALTER TABLE commons.{table} DISABLE TRIGGER ALL")
        connection.execute("ALTER TABLE commons.audit_link DROP CONSTRAINT IF EXISTS fk_audit_link_event_id")
        connection.execute(command)


def walk(anchors=()):
    with connect(Role.INGEST) as connection:
        return verify_audit(connection, anchors)


def test_an_empty_log_and_a_whole_one_hold(database):
    assert (walk().events, walk().head, walk().fault) == (0, None, None)
    log(3)
    assert (walk().events, walk().head.number, walk().fault) == (3, 3, None)


def test_a_number_that_a_rollback_took_is_no_break(database):
    log(1)
    with connect(Role.INGEST) as connection:
        record_event(connection, "someone", "does", "thing", 1)
        connection.rollback()
    log(1)
    assert database.rows("SELECT array_agg(event_id ORDER BY event_id) FROM commons.audit_event") == [
        ([1, 3],)
    ]
    assert (walk().events, walk().head.number, walk().fault) == (2, 2, None)


def test_it_holds_in_every_session_s_time_zone_and_language(database):
    for zone in ("UTC", "Asia/Kolkata", "America/St_Johns"):
        with connect(Role.INGEST) as connection:
            connection.execute(f"SET TIME ZONE '{zone}'")
            connection.execute("SET datestyle = 'German'")
            record_event(connection, "someone", "does", "thing", zone, told="é")
            connection.commit()
            connection.execute(f"SET TIME ZONE '{zone}'")
            assert verify_audit(connection).fault is None
    assert walk().fault is None


@pytest.mark.parametrize(("command", "kind", "number"), FAULTS)
def test_each_thing_that_can_be_done_to_it_is_found_and_placed(database, command, kind, number):
    log(6)
    tamper(database, command)
    fault = walk().fault
    assert (fault.kind, fault.number) == (kind, number)


@pytest.mark.parametrize("command", [CUT, REMADE], ids=["cut", "remade"])
def test_an_end_that_was_cut_off_or_a_chain_made_anew_is_found_by_what_was_noted_elsewhere(database, command):
    log(6)
    with connect(Role.INGEST) as connection:
        noted = committed_head(connection)
    log(2)
    assert walk([noted]).fault is None
    tamper(database, command)
    assert walk().fault is None
    assert (walk([noted]).fault.kind, walk([noted]).fault.number) == ("anchor", 6)


def test_a_head_of_the_own_transaction_is_not_noted_since_it_could_be_rolled_back(database):
    log(2)
    with connect(Role.INGEST) as connection:
        record_event(connection, "someone", "does", "thing", 1)
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert committed_head(connection).number == 2
        connection.rollback()
    log(1)
    with connect(Role.INGEST) as connection:
        assert committed_head(connection).number == 3


@pytest.mark.parametrize(
    "text", ["", "3", "3:", "3:00", f"3:{'xy' * 32}", f"three:{'00' * 32}", f":{'00' * 32}"]
)
def test_a_head_that_is_none_is_refused(text):
    with pytest.raises(CommonsError) as told:
        Head.parse(text)
    assert told.value.key == "audit.no_head"


def test_a_later_number_that_commits_first_does_not_fork_the_chain(database):
    with psycopg.connect(database.url) as early, psycopg.connect(database.url) as late:
        late.execute("SET lock_timeout = '5s'")
        record_event(early, "early", "does", "thing", 1)
        record_event(late, "late", "does", "thing", 1)
        late.commit()
        early.commit()
    log(1)
    order = "SELECT array_agg(e.actor ORDER BY l.number) FROM commons.audit_link l JOIN commons.audit_event e USING (event_id)"
    assert database.rows(order) == [(["late", "early", "someone"],)]
    assert walk().fault is None


def test_many_at_once_make_one_chain(database):
    def many(who):
        with psycopg.connect(database.url) as connection:
            for number in range(60):
                record_event(connection, who, "does", "thing", number)
                if number % 3:
                    connection.commit()
                elif number % 2:
                    connection.rollback()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(many, map(str, range(8))))
    assert walk().fault is None
    assert walk().events == walk().head.number > 8 * 40


def test_what_logs_before_it_releases_and_what_releases_before_it_logs_do_not_deadlock(database):
    """An upload logs, then releases at its commit; a withdrawal releases at once, then logs."""
    with database.connect() as connection:
        ours, theirs = (make_dataset(connection, name, open_terms()) for name in ("ours", "theirs"))
        make_record(connection, ours, key="a")
        other = make_record(connection, theirs, key="b")
    with connect(Role.INGEST) as uploading:
        record_event(uploading, "upload", "does", "thing", 1)
        uploading.execute(
            "UPDATE commons.source_record SET gone_at = now() WHERE record_id = %s", (other.record_id,)
        )

        def withdraw_ours():
            with connect(Role.INGEST) as connection:
                withdraw(connection, ours, record_key="a", withdrawn_by="x")

        withdrawing = threading.Thread(target=withdraw_ours)
        withdrawing.start()
        withdrawing.join(timeout=0.5)
    withdrawing.join(timeout=20)
    assert not withdrawing.is_alive()
    assert walk().fault is None
    assert database.rows("SELECT count(*) FROM commons.withdrawal") == [(1,)]

"""No value of a statement, and no password, reaches the log of an external server, however much its operator logs."""

import contextlib
import threading
import time

import psycopg
import pytest
from external import OWNER, PASSWORDS

from builders import make_dataset, make_record
from commons.database.connection import Role, connect
from commons.database.migrate import upgrade

CANARY = "canary-7f3a"
TALKATIVE = {
    "log_statement": "all",
    "log_min_duration_statement": "0",
    "log_min_error_statement": "debug5",
    "log_error_verbosity": "verbose",
    "log_lock_waits": "on",
    "deadlock_timeout": "100ms",
    "log_parameter_max_length_on_error": "-1",
}


@pytest.fixture
def talkative(server, owned):
    """A server that logs all it can."""
    server.do(*(f"ALTER SYSTEM SET {name} = '{value}'" for name, value in TALKATIVE.items()))
    server.do("SELECT pg_reload_conf()")
    while server.rows("SHOW log_statement") != [("all",)]:
        time.sleep(0.05)
    start = server.log.stat().st_size

    def logged():
        """Return what the server has written since; it does write, and all of it."""
        server.rows("SELECT 'the end of the log'")
        text = server.log.read_bytes()[start:].decode()
        assert "the end of the log" in text
        return text

    yield logged
    server.do("ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()")


FAILING = [
    "SELECT %s::integer",
    "INSERT INTO commons.partner (slug, name) VALUES (%s, 'a'), (%s, 'b')",
    "SELECT nothing FROM nowhere WHERE a = %s",
    "SELECT jsonb(%s)",
    "SELECT ST_GeomFromText(%s)",
    "SELECT * FROM commons.dataset WHERE slug = %s AND 1 / (length(slug) - length(slug)) = 1 OR 1 / 0 = length(%s)",
]


@pytest.mark.parametrize("role", [Role.INGEST, Role.ADMIN, Role.PUBLIC])
@pytest.mark.parametrize("query", FAILING)
def test_a_statement_that_fails_leaves_no_value(talkative, role, query):
    for cursor_type in (psycopg.Cursor, psycopg.ClientCursor):
        with pytest.raises(psycopg.Error), connect(role) as connection:
            cursor_type(connection).execute(query, [CANARY] * query.count("%s"))
    assert CANARY not in talkative()


def test_nor_does_one_that_is_long_or_waits(talkative):
    with connect(Role.INGEST) as connection:
        make_record(connection, make_dataset(connection), name=CANARY)
        connection.execute("SELECT pg_advisory_xact_lock(77)")

        def wait():
            with connect(Role.INGEST) as other:
                psycopg.ClientCursor(other).execute("SELECT pg_advisory_xact_lock(77), %s", [CANARY])

        waiter = threading.Thread(target=wait)
        waiter.start()
        time.sleep(0.5)
    waiter.join()
    assert CANARY not in talkative()


def test_nor_does_a_deadlock(talkative):
    barrier = threading.Barrier(2)

    def lock(first, second):
        with contextlib.suppress(psycopg.errors.DeadlockDetected), connect(Role.INGEST) as connection:
            cursor = psycopg.ClientCursor(connection)
            cursor.execute("SELECT pg_advisory_xact_lock(%s), %s", [first, CANARY])
            barrier.wait()
            cursor.execute("SELECT pg_advisory_xact_lock(%s), %s", [second, CANARY])

    threads = [threading.Thread(target=lock, args=order) for order in ((78, 79), (79, 78))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert CANARY not in talkative()


def test_nor_does_the_first_upgrade_before_the_database_has_its_options(server, talkative):
    with server.database("quite_new") as name:
        upgrade(server.url(name))
    log = talkative()
    assert "ALTER ROLE" in log
    assert not [password for password in PASSWORDS.values() if password in log]


@pytest.mark.parametrize("user", [OWNER, "postgres"])
def test_nor_does_an_upgrade_leave_a_password(server, owned, talkative, user):
    upgrade(server.url(owned, user))
    log = talkative()
    assert not [password for password in PASSWORDS.values() if password in log]
    with connect(Role.PUBLIC) as connection:
        connection.execute("SELECT FROM alternative")

"""A server that somebody else set up: its defaults, or its operator's, do not count for the commons' database."""

import os
import signal
import subprocess
import sys
import time

import pytest

from builders import make_dataset, make_record, names, open_terms
from commons.database.connection import Role, connect
from commons.database.migrate import upgrade
from commons.database.options import DATABASE_OPTIONS
from commons.districts.grid import grid_districts
from commons.districts.load import load_districts
from commons.partners import add_partner
from commons.release.readers import give_login
from commons.vocabulary import Audience
from ingest.demo import demo_partners, load_demo_partner, write_demo

ROLES_OWN = {"default_transaction_read_only", "statement_timeout"}
"""A reader's are its own: prepare.sql."""
LONGEST_UPLOAD_S = 60
"""A list of 250 takes 4 s; with PostgreSQL's own `jit` it had not ended after 100."""
OTHER_DEFAULTS = {
    "jit": "on",
    "timezone": "Asia/Tokyo",
    "datestyle": "German, DMY",
    "intervalstyle": "sql_standard",
    "statement_timeout": "9s",
    "default_transaction_isolation": "serializable",
    "log_statement": "all",
    "log_min_duration_statement": "0",
}


def shown(role):
    with connect(role) as connection:
        settings = ", ".join(f"current_setting('{name}')" for name in DATABASE_OPTIONS)
        return dict(zip(DATABASE_OPTIONS, connection.execute(f"SELECT {settings}").fetchone(), strict=True))


def test_the_server_has_postgresqls_own_defaults(server):
    options = ["jit", "log_min_messages", "client_connection_check_interval", "listen_addresses"]
    shown = [server.rows(f"SHOW {name}")[0][0] for name in options]
    assert shown == ["on", "warning", "0", "localhost"]


@pytest.mark.parametrize("role", Role)
def test_every_login_works_with_the_commons_options(owned, role):
    own = ROLES_OWN if role in {Role.PUBLIC, Role.PARTNER, Role.RESEARCHER} else set()
    found = shown(role)
    assert {name: value for name, value in found.items() if name not in own} == {
        name: value for name, value in DATABASE_OPTIONS.items() if name not in own
    }


def test_so_do_a_superuser_and_a_named_partner(server, owned, monkeypatch):
    with connect(Role.ADMIN) as connection:
        login = give_login(connection, add_partner(connection, "named", "Named"))
    assert shown(login)["jit"] == "off"
    monkeypatch.setenv("DATABASE_URL", server.url(owned))
    assert shown(Role.ADMIN) == DATABASE_OPTIONS


def test_what_an_operator_set_for_the_whole_server_does_not_count(server, owned):
    server.do(*(f"ALTER SYSTEM SET {name} = '{value}'" for name, value in OTHER_DEFAULTS.items()))
    try:
        server.do("SELECT pg_reload_conf()")
        while server.rows("SHOW datestyle") != [("German, DMY",)]:
            time.sleep(0.05)
        assert shown(Role.INGEST) == DATABASE_OPTIONS
        with connect(Role.INGEST) as connection:
            make_record(connection, make_dataset(connection, terms=open_terms()), name="In Tokyo")
        assert "In Tokyo" in names(Audience.PUBLIC)
    finally:
        server.do("ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()")


def test_a_partners_list_is_read_merged_and_released_in_good_time(server, monkeypatch, tmp_path):
    write_demo(tmp_path, grid_districts())
    with server.database("a_demo") as name:
        monkeypatch.setenv("DATABASE_URL", server.url(name))
        upgrade(server.url(name))
        with connect(Role.ADMIN) as connection:
            connection.execute("SET LOCAL ROLE commons_owner")
            load_districts(connection, grid_districts())
        start = time.monotonic()
        with connect(Role.INGEST) as connection:
            load_demo_partner(connection, tmp_path, demo_partners(tmp_path)[0])
        assert time.monotonic() - start < LONGEST_UPLOAD_S


BUSY = "SELECT sum(a) FROM generate_series(1, 100000) a, generate_series(1, 100000) b, generate_series(1, 1000) c"
WAITING = "SELECT pg_advisory_xact_lock(1604)"
CLIENT = """
import sys
from commons.database.connection import connect
with connect("commons_ingest") as connection:
    print(connection.info.backend_pid, flush=True)
    connection.execute(sys.argv[1])
"""


@pytest.mark.parametrize("statement", [BUSY, WAITING])
def test_the_work_of_a_client_that_was_killed_ends(server, owned, statement):
    with connect(Role.INGEST) as other:
        other.execute(WAITING)
        client = subprocess.Popen(
            [sys.executable, "-c", CLIENT, statement], stdout=subprocess.PIPE, text=True
        )
        backend = int(client.stdout.readline())
        assert runs(server, backend)
        os.kill(client.pid, signal.SIGKILL)
        client.wait()
        client.stdout.close()
        deadline = time.monotonic() + 30
        while runs(server, backend):
            assert time.monotonic() < deadline, "its backend went on"
            time.sleep(0.2)


def runs(server, backend):
    return bool(server.rows("SELECT FROM pg_stat_activity WHERE pid = %s", backend))

"""What PostgreSQL itself tells each login, and lets it do, without a right on any table: docs/decisions/0009.

The list of what stays open is tests/database/visible.toml. That it tells nothing is measured: whatever a reader can read of
the catalogue, and whatever a function of the system answers it, is the same before and after partners' data arrive.
"""

import subprocess
import tomllib
from itertools import product
from pathlib import Path

import geopandas as gpd
import psycopg
import pytest
from sqlalchemy import create_engine, inspect, make_url
from sqlalchemy.pool import NullPool

from builders import make_dataset, make_record, open_terms
from commons.database.connection import Role, connect, conninfo
from commons.database.installation import find_installation
from commons.database.migrate import upgrade

VISIBLE = {
    kind: set(names.split())
    for kind, names in tomllib.loads((Path(__file__).parent / "visible.toml").read_text("utf-8")).items()
}
READERS = [Role.PUBLIC, Role.PARTNER, Role.RESEARCHER]
LOGINS = [Role.INGEST, *READERS]
EXTENSIONS = {"plpgsql", "postgis", "pg_trgm", "unaccent"}
CLOSED_COLUMNS = {
    "pg_class": {
        "relpages",
        "reltuples",
        "relallvisible",
        "relfilenode",
        "relfrozenxid",
        "relminmxid",
        "relallfrozen",
    },
    "pg_database": {"datfrozenxid", "datminmxid"},
}
LOCKS = "pg_(try_)?advisory_(xact_)?lock(_shared)?"

CATALOGUES = """
SELECT relname FROM pg_class
 WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v', 'm')
   AND (has_table_privilege(oid, 'SELECT') OR has_any_column_privilege(oid, 'SELECT'))
"""
FUNCTIONS = """
SELECT DISTINCT proname FROM pg_proc
 WHERE pronamespace = %(schema)s::regnamespace AND has_function_privilege(oid, 'EXECUTE')
   AND prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype) AND ({}) AND proname !~ %(but)s
"""
NOT_IMMUTABLE = "provolatile <> 'i' AND proname ~ '^(pg|txid)_'"
TYPE_SUPPORT = "^(geography|geometry|geom|geom[234]d|geog|pgis|gserialized|st)_|_op$|^(set|show)_limit$"


def names_of(role, query, **values):
    with connect(role) as connection:
        return {row[0] for row in connection.execute(query, values)}


@pytest.mark.parametrize("role", LOGINS)
def test_a_login_reads_the_catalogues_of_the_list_and_no_others(unchanged_database, role):
    assert names_of(role, CATALOGUES) <= VISIBLE["catalogues"]


@pytest.mark.parametrize("role", LOGINS)
def test_a_login_calls_the_functions_of_the_list_and_no_others(unchanged_database, role):
    locks = f"^({LOCKS}|set_config)$" if role is Role.INGEST else "^$"
    volatile = names_of(role, FUNCTIONS.format("provolatile = 'v'"), schema="pg_catalog", but=locks)
    assert volatile <= VISIBLE["volatile"]
    others = names_of(role, FUNCTIONS.format(NOT_IMMUTABLE), schema="pg_catalog", but=locks)
    assert others <= VISIBLE["functions"] | VISIBLE["volatile"]
    housekeeping = "provolatile = 'v' OR proname ~ 'postgis'"
    of_postgis = names_of(role, FUNCTIONS.format(housekeeping), schema="public", but=TYPE_SUPPORT)
    assert of_postgis <= VISIBLE["postgis"]


@pytest.mark.parametrize("role", LOGINS)
def test_a_login_reads_names_of_tables_and_not_their_sizes(unchanged_database, role):
    query = """SELECT attname FROM pg_attribute WHERE attrelid = %(catalogue)s::regclass AND attnum > 0
                  AND NOT has_column_privilege(attrelid, attnum, 'SELECT')"""
    for catalogue, columns in CLOSED_COLUMNS.items():
        assert names_of(role, query, catalogue=catalogue) | {"relallfrozen"} == columns | {"relallfrozen"}


def test_nothing_is_installed_that_reaches_further(unchanged_database):
    assert names_of(Role.ADMIN, "SELECT extname FROM pg_extension") == EXTENSIONS
    assert names_of(Role.ADMIN, "SELECT lanname FROM pg_language WHERE lanpltrusted") == {"plpgsql", "sql"}
    assert names_of(Role.ADMIN, "SELECT srvname FROM pg_foreign_server") == set()


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize(
    "attempt",
    [
        "SELECT reltuples FROM pg_class",
        "SELECT * FROM pg_class",
        "SELECT xmin FROM pg_class",
        "SELECT * FROM pg_stat_user_tables",
        "SELECT pg_stat_get_live_tuples('pg_type'::regclass)",
        "SELECT * FROM pg_stat_activity",
        "SELECT * FROM pg_stat_database",
        "SELECT * FROM pg_stats",
        "SELECT * FROM pg_locks",
        "SELECT * FROM pg_prepared_xacts",
        "SELECT * FROM pg_sequences",
        "SELECT pg_total_relation_size('pg_type')",
        "SELECT pg_database_size(current_database())",
        "SELECT pg_relation_filepath('pg_type')",
        "SELECT pg_current_wal_lsn()",
        "SELECT txid_current()",
        "SELECT pg_current_snapshot()",
        "SELECT age(xmin) FROM reference.category",
        "SELECT pg_control_checkpoint()",
        "SELECT pg_export_snapshot()",
        "SELECT pg_advisory_lock(hashtext('commons release'))",
        "SELECT pg_try_advisory_xact_lock_shared(hashtext('commons merge'))",
        "SELECT pg_terminate_backend(1)",
        "SELECT pg_sleep(0)",
        "SELECT pg_notify('a', 'b')",
        "SELECT pg_logical_emit_message(false, 'a', 'b')",
        "SELECT query_to_xml('SELECT 1', true, true, '')",
        "SELECT database_to_xml(true, true, '')",
        "SELECT * FROM ts_stat('SELECT 1')",
        "SELECT set_config('role', 'commons_owner', false)",
        "UPDATE pg_settings SET setting = 'x' WHERE name = 'role'",
        "SELECT lo_get(1)",
        "SELECT addgeometrycolumn('a', 'b', 4326, 'POINT', 2)",
        "SELECT gettransactionid()",
        "DO $$ BEGIN NULL; END $$",
        "SELECT pg_ls_dir('.')",
        "SELECT pg_stat_file('PG_VERSION')",
        "SET temp_file_limit = -1",
        "SET log_statement = 'all'",
        "LOCK TABLE alternative IN SHARE MODE",
        "SELECT 1 FROM reference.category FOR UPDATE",
        "CREATE EXTENSION dblink",
        "LOAD 'auto_explain'",
    ],
)
def test_a_reader_is_refused(unchanged_database, role, attempt):
    with connect(role) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.commit()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(attempt)


@pytest.mark.parametrize("role", LOGINS)
@pytest.mark.parametrize("name", ["postgres", "template1"])
def test_a_login_enters_no_other_database(unchanged_database, cluster, role, name):
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(cluster.url(name, user=role.value))


def fill(partner):
    """Store a partner's dataset, of which something is public and something is not, and gather statistics."""
    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, f"list-of-{partner}", terms=open_terms())
        for visibility in ("public", "partners", "withheld") * 5:
            make_record(connection, dataset, name=f"{visibility} {partner}", flags={"visibility": visibility})
    with psycopg.connect(conninfo(Role.ADMIN), autocommit=True) as connection:
        connection.execute("VACUUM (FREEZE, ANALYZE)")


def catalogue_as(role):
    """Return every row of every catalogue that the login can read, but for its own session's."""
    found = {}
    with connect(role) as connection:
        for name in [row[0] for row in connection.execute(CATALOGUES)]:
            columns = connection.execute(
                "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute WHERE attrelid = %s::regclass"
                " AND attnum > 0 AND NOT attisdropped AND has_column_privilege(attrelid, attnum, 'SELECT')",
                [name],
            ).fetchone()[0]
            if name not in ("pg_cursors", "pg_prepared_statements"):
                rows = connection.execute(f"SELECT row({columns})::text FROM pg_catalog.{name}")
                found[name] = sorted(row[0] for row in rows)
    return found


ARGUMENTS = {
    "oid": ["'commons.record_version'::regclass::oid", "'commons.uq_record_version_current'::regclass::oid",
            "'commons.record_version_version_id_seq'::regclass::oid", "'released_public.alternative_row'::regclass::oid"],
    "regclass": ["'commons.record_version'::regclass", "'released_public.alternative_row'::regclass"],
    "text": ["'commons.record_version'", "'released_public'"],
    "name": ["'record_version'"],
    "int4": ["1"],
    "int2": ["1::int2"],
    "int8": ["1::int8"],
    "bool": ["true"],
}  # fmt: skip
CALLABLE = """
SELECT p.oid::regproc::text, ARRAY(SELECT t::regtype::text FROM unnest(p.proargtypes) AS t)
  FROM pg_proc p
 WHERE p.prokind = 'f' AND has_function_privilege(p.oid, 'EXECUTE') AND provolatile <> 'i'
   AND p.pronamespace IN ('pg_catalog'::regnamespace, 'public'::regnamespace)
   AND prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype)
 ORDER BY 1, 2
"""
SHORT = {"integer": "int4", "smallint": "int2", "bigint": "int8", "boolean": "bool"}
OF_THE_MOMENT = {
    "clock_timestamp", "statement_timestamp", "transaction_timestamp", "now", "timeofday", "random", "random_normal",
    "gen_random_uuid", "uuidv4", "uuidv7", "pg_backend_pid", "pg_catalog.current_query", "current_query", "version",
    "pg_cursor", "pg_prepared_statement", "setseed", "pg_timezone_names", "pg_show_all_settings",
}  # fmt: skip


def answers_as(role):
    """Return what each function that the login may call answers about private tables."""
    found = {}
    with psycopg.connect(conninfo(role), autocommit=True) as connection:
        for name, types in connection.execute(CALLABLE).fetchall():
            kinds = [SHORT.get(kind, kind) for kind in types]
            if name.removeprefix("pg_catalog.") in OF_THE_MOMENT or not set(kinds) <= set(ARGUMENTS):
                continue
            for chosen in product(*(ARGUMENTS[kind] for kind in kinds)):
                call = f"SELECT {name}({', '.join(chosen)})::text"
                try:
                    found[call] = connection.execute(call).fetchall()
                except psycopg.Error as failure:
                    found[call] = failure.sqlstate
    return found


def test_nothing_that_a_reader_can_ask_of_postgresql_changes_with_partners_data(database):
    fill("before")
    catalogues = {role: catalogue_as(role) for role in READERS}
    answers = answers_as(Role.PUBLIC)
    assert len(catalogues[Role.PUBLIC]["pg_class"]) > 300
    assert sum(not isinstance(answer, str) for answer in answers.values()) > 100
    fill("after")
    for role in READERS:
        now = catalogue_as(role)
        assert {name: now[name] for name in now if now[name] != catalogues[role][name]} == {}
    now = answers_as(Role.PUBLIC)
    assert {call: (told, now[call]) for call, told in answers.items() if now[call] != told} == {}


def test_what_a_login_changed_of_itself_is_undone_by_the_next_upgrade(empty_upgraded):
    settings = "SELECT setconfig::text FROM pg_db_role_setting ORDER BY setrole, setdatabase"
    before = empty_upgraded.rows(settings)
    with connect(Role.PUBLIC) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.commit()
        connection.execute("ALTER ROLE commons_public SET statement_timeout = 0")
        connection.execute("ALTER ROLE commons_public SET work_mem = '1GB'")
        connection.execute(f"ALTER ROLE commons_public IN DATABASE {connection.info.dbname} SET search_path = reference")  # fmt: skip
    assert empty_upgraded.rows(settings) != before
    upgrade(empty_upgraded.url)
    assert empty_upgraded.rows(settings) == before


def test_readers_leave_connections_for_a_withdrawal(unchanged_database):
    limits = dict(
        unchanged_database.rows("SELECT rolname, rolconnlimit FROM pg_roles WHERE rolname ~ '^commons_'")
    )
    most = int(unchanged_database.rows("SHOW max_connections")[0][0])
    taken = [limits[role.value] for role in READERS]
    assert min(taken) > 0
    assert sum(taken) <= most - 10


@pytest.mark.parametrize("role", READERS)
def test_the_usual_tools_still_work_for_a_reader(database, role):
    with connect(Role.INGEST) as connection:
        make_record(connection, make_dataset(connection, terms=open_terms()))
    parts = psycopg.conninfo.conninfo_to_dict(conninfo(role))
    engine = create_engine(make_url("postgresql+psycopg://").set(query=parts), poolclass=NullPool)
    with engine.connect() as connection:
        frame = gpd.read_postgis("SELECT public_id::text, name, geom FROM alternative", connection)
        schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
        assert "alternative" in inspect(connection).get_view_names(schema)
        assert inspect(connection).get_columns("alternative", schema)
    assert len(frame) == 1
    assert frame.crs.to_epsg() == 4326
    assert run("psql", "--dbname", conninfo(role), "-Atc", r"\d alternative").startswith("public_id")
    assert run("psql", "--dbname", conninfo(role), "-Atc", r"\d reference.category")


def run(program, *arguments):
    folder = find_installation().programs
    return subprocess.run([folder / program, *arguments], check=True, capture_output=True, text=True).stdout


def test_what_is_closed_stays_closed_in_a_restored_copy(database, empty_database, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database.url)
    fill("kept")
    run("pg_dump", "--dbname", database.url, "--format=custom", "--file", tmp_path / "dump")
    run("pg_restore", "--dbname", empty_database.url, tmp_path / "dump")
    monkeypatch.setenv("DATABASE_URL", empty_database.url)
    test_a_login_calls_the_functions_of_the_list_and_no_others(empty_database, Role.PUBLIC)
    test_a_login_reads_the_catalogues_of_the_list_and_no_others(empty_database, Role.PUBLIC)
    test_a_login_reads_names_of_tables_and_not_their_sizes(empty_database, Role.PUBLIC)

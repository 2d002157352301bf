"""A superuser once, then an owner that is none: docs/operations.md says what its rights are, and here it has exactly these."""

import re
from pathlib import Path

import httpx
import psycopg
import pytest
from external import OWNER, PASSWORD
from psycopg.conninfo import make_conninfo
from serving import serving

from builders import make_dataset, make_record, names, open_terms
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect, conninfo
from commons.database.migrate import upgrade
from commons.database.options import DATABASE_OPTIONS
from commons.database.rights import MissingRightsError
from commons.errors import CommonsError
from commons.operations.backup import backup
from commons.operations.restore import restore
from commons.partners import add_partner
from commons.release.readers import give_login
from commons.vocabulary import Audience, Language

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
NOT_THE_OWNERS = """
SELECT c.oid::regclass::text, pg_get_userbyid(c.relowner) FROM pg_class c
 WHERE c.relnamespace::regnamespace::text ~ '^(commons|reference|released)' AND c.relowner <> 'commons_owner'::regrole
 UNION ALL
SELECT p.oid::regprocedure::text, pg_get_userbyid(p.proowner) FROM pg_proc p
 WHERE p.pronamespace::regnamespace::text ~ '^(commons|reference|released)' AND p.proowner <> 'commons_owner'::regrole
 UNION ALL
SELECT t.oid::regtype::text, pg_get_userbyid(t.typowner) FROM pg_type t
 WHERE t.typnamespace::regnamespace::text ~ '^(commons|reference|released)' AND t.typowner <> 'commons_owner'::regrole
 UNION ALL
SELECT n.nspname, pg_get_userbyid(n.nspowner) FROM pg_namespace n
 WHERE n.nspname ~ '^(commons|reference|released)' AND n.nspowner <> 'commons_owner'::regrole
"""
OPTIONS_OF = """
SELECT split_part(option, '=', 1) FROM pg_db_role_setting g JOIN pg_database d ON d.oid = g.setdatabase, unnest(g.setconfig) option
 WHERE g.setrole = 0 AND d.datname = %s
"""


def owner_of(server, database):
    return server.rows("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", database)[0][0]


def make_list(slug, *titles):
    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, slug, open_terms())
        for title in titles:
            make_record(connection, dataset, key=title, name=title)
    return dataset


def is_in_order(server, database):
    """All belongs to whom it should, the options hold, nobody gets in who should not."""
    assert owner_of(server, database) == OWNER
    assert server.rows(NOT_THE_OWNERS, database=database) == []
    assert {name.lower() for (name,) in server.rows(OPTIONS_OF, database)} == set(DATABASE_OPTIONS)
    assert server.rows("SELECT rolname FROM pg_roles WHERE rolsuper AND rolname <> 'postgres'") == []
    with psycopg.connect(server.url(database)) as connection:
        connection.execute("SET ROLE commons_public")
        for closed in ("SELECT pg_relation_size('commons.consent')", "SELECT reltuples FROM pg_class"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(closed)
    return True


def test_the_owner_upgrades_serves_backs_up_and_restores(server, owned, tmp_path):
    file = tmp_path / "a.dump"
    dataset = make_list("of-the-owner", "Stays", "Goes later")
    with connect(Role.ADMIN) as connection:
        give_login(connection, add_partner(connection, "reads", "Reads by a login of its own"))
    backup(file)
    with connect(Role.INGEST) as connection:
        withdraw(connection, dataset, record_key="Goes later", withdrawn_by="t")
    make_list("after-the-backup", "Lost with the restore")

    assert restore(file, drill=True).replaced is None
    assert is_in_order(server, owned)
    assert {"Stays", "Lost with the restore"} <= set(names(Audience.PUBLIC))

    options_when_filled = []

    def look(step):
        if step == "upgrade":
            restored = server.rows(
                "SELECT datname FROM pg_database WHERE datname LIKE 'commons\\_restored%%'"
            )[0][0]
            options_when_filled.extend(name.lower() for (name,) in server.rows(OPTIONS_OF, restored))

    done = restore(file, tell=look)
    assert set(options_when_filled) == set(DATABASE_OPTIONS), "before a row of the backup could reach the log"
    assert is_in_order(server, owned)
    assert owner_of(server, done.replaced) == OWNER
    shown = set(names(Audience.PUBLIC))
    assert "Stays" in shown
    assert not shown & {"Goes later", "Lost with the restore"}
    upgrade(conninfo(Role.ADMIN))
    make_list("after-the-restore", "New")
    assert "New" in names(Audience.RESEARCHERS)
    backup(tmp_path / "b.dump")
    server.drop_databases(f"{owned}_before")


def test_the_pages_are_served_without_the_owners_password(server, owned, tmp_path):
    make_list("served", "Seen by visitors")
    address = f"postgresql://{OWNER}@127.0.0.1:{server.port}/{owned}"
    with serving(tmp_path / "log", env={"DATABASE_URL": address}) as pages:
        ready, listed = (
            httpx.get(f"{pages}/{path}", trust_env=False, timeout=30) for path in ("readyz", "list")
        )
    assert ready.status_code == 200
    assert listed.status_code == 200
    assert "Seen by visitors" in listed.text


def test_a_superuser_who_restores_leaves_the_database_to_its_owner(server, owned, tmp_path, monkeypatch):
    file = tmp_path / "a.dump"
    make_list("by-a-superuser", "Kept")
    backup(file)
    letters = "SELECT encoding, datcollate, datctype FROM pg_database WHERE datname = %s"
    before = server.rows(letters, owned)
    with monkeypatch.context() as superuser:
        superuser.setenv("DATABASE_URL", server.url(owned))
        restore(file, drop_old=True)
    assert is_in_order(server, owned)
    assert server.rows(letters, owned) == before
    upgrade(conninfo(Role.ADMIN))
    assert "Kept" in names(Audience.PUBLIC)


def test_the_page_for_operators_names_the_owners_rights_and_no_other(server, owned):
    made = re.search(r"CREATE ROLE commons_admin (.*) PASSWORD", OPERATIONS.read_text("utf-8"))
    assert made is not None
    assert set(made[1].split()) == {"LOGIN", "CREATEROLE", "CREATEDB"}
    rights = "rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
    assert server.rows(f"SELECT {rights} FROM pg_roles WHERE rolname = %s", OWNER) == [
        (False, True, True, False, False)
    ]
    member_of = "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = %s::regrole ORDER BY 1"
    assert server.rows(member_of, OWNER) == [("commons_owner",), ("pg_signal_backend",)]


LACKS = {
    "not_owner": ("ALTER DATABASE commons OWNER TO postgres; GRANT CONNECT ON DATABASE commons TO PUBLIC", f"REVOKE ALL ON DATABASE commons FROM PUBLIC; ALTER DATABASE commons OWNER TO {OWNER}", "commons"),
    "create_role": (f"ALTER ROLE {OWNER} NOCREATEROLE", f"ALTER ROLE {OWNER} CREATEROLE", OWNER),
    "not_member": (f"REVOKE commons_owner FROM {OWNER}", f"GRANT commons_owner TO {OWNER}", "commons_owner"),
    "setting": (
        f"REVOKE SET ON PARAMETER log_statement FROM {OWNER}",
        f"GRANT SET ON PARAMETER log_statement TO {OWNER}",
        "log_statement",
    ),
}  # fmt: skip
LACKS_TO_RESTORE = {
    "create_database": (f"ALTER ROLE {OWNER} NOCREATEDB", f"ALTER ROLE {OWNER} CREATEDB", OWNER),
    "signal": (f"REVOKE pg_signal_backend FROM {OWNER}", f"GRANT pg_signal_backend TO {OWNER}", OWNER),
    "blank": (
        "ALTER DATABASE commons_blank RENAME TO away",
        "ALTER DATABASE away RENAME TO commons_blank",
        "commons_blank",
    ),
}


def is_explained(failure, value):
    texts = {failure.what(language) for language in Language}
    assert len(texts) == len(Language)
    assert all(value in text and PASSWORD not in text for text in texts)
    return True


@pytest.mark.parametrize("code", LACKS)
def test_a_missing_right_is_told_as_what_it_is(server, owned, code):
    take, give, value = LACKS[code]
    server.do(take)
    try:
        with pytest.raises(MissingRightsError) as caught:
            upgrade(conninfo(Role.ADMIN))
        assert caught.value.missing == [(code, value)]
        assert is_explained(caught.value, value)
        names(Audience.PUBLIC)
    finally:
        server.do(give)
    upgrade(conninfo(Role.ADMIN))


@pytest.mark.parametrize("code", LACKS_TO_RESTORE)
def test_so_is_one_that_a_restore_misses(server, owned, code, tmp_path):
    take, give, value = LACKS_TO_RESTORE[code]
    file = tmp_path / "a.dump"
    backup(file)
    server.do(take)
    try:
        with pytest.raises(MissingRightsError) as caught:
            restore(file)
        assert caught.value.missing == [(code, value)]
        assert is_explained(caught.value, value)
        assert server.rows("SELECT FROM pg_database WHERE datname LIKE 'commons\\_restored%%'") == []
    finally:
        server.do(give)


def test_an_owner_before_any_superuser_is_told_all_it_lacks_at_once(server, prepared):
    server.do("CREATE ROLE nothing_at_all LOGIN PASSWORD 'x'")
    with server.database("fresh") as name:
        with pytest.raises(MissingRightsError) as of_the_owner:
            upgrade(server.url(name, OWNER))
        with pytest.raises(MissingRightsError) as of_another:
            upgrade(server.url(name, "nothing_at_all", password="x"))
    server.do("DROP ROLE nothing_at_all")
    assert of_the_owner.value.missing == [("no_extension", "postgis")]
    codes = [code for code, _ in of_another.value.missing]
    assert codes == ["not_owner", "create_role", "no_extension", "not_member", "setting"]


@pytest.mark.parametrize(
    ("letters", "missing"),
    [
        ("ENCODING 'SQL_ASCII' LOCALE 'C'", ("encoding", "SQL_ASCII")),
        ("ENCODING 'LATIN1' LOCALE 'C'", ("encoding", "LATIN1")),
        ("ENCODING 'UTF8' LOCALE 'C'", ("locale", "C")),
    ],
)
def test_a_database_whose_letters_will_not_do_is_refused(server, letters, missing):
    with server.database("lettered", letters=letters) as name, pytest.raises(MissingRightsError) as caught:
        upgrade(server.url(name))
    assert caught.value.missing == [missing]


def test_a_postgis_that_stands_elsewhere_is_told(server):
    with server.database("elsewhere") as name:
        server.do("CREATE SCHEMA gis", "CREATE EXTENSION postgis SCHEMA gis", database=name)
        with pytest.raises(MissingRightsError) as caught:
            upgrade(server.url(name))
    assert caught.value.missing == [("other_schema", "gis")]


def test_what_a_superuser_opened_again_only_a_superuser_closes(server, owned):
    server.do("GRANT EXECUTE ON FUNCTION pg_sleep(double precision) TO PUBLIC", database=owned)
    with pytest.raises(CommonsError) as caught:
        upgrade(conninfo(Role.ADMIN))
    assert caught.value.key == "database.forbidden"
    upgrade(server.url(owned))
    upgrade(conninfo(Role.ADMIN))


EVERYBODY_ENTERS = """
SELECT datname FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) a
 WHERE datname IN ('postgres', 'template1') AND a.grantee = 0 AND a.privilege_type = 'CONNECT'
"""


def test_databases_of_others_are_left_alone_and_told(server, owned):
    server.do("GRANT CONNECT ON DATABASE postgres TO PUBLIC", "GRANT CONNECT ON DATABASE template1 TO PUBLIC")
    with server.database("an_application", "postgres"):
        assert upgrade(server.url(owned)) == ("an_application",)
        server.do("REVOKE ALL ON DATABASE an_application FROM PUBLIC")
        assert upgrade(server.url(owned)) == ("an_application",)
        assert sorted(server.rows(EVERYBODY_ENTERS)) == [("postgres",), ("template1",)]
    assert upgrade(server.url(owned)) == ()
    assert server.rows(EVERYBODY_ENTERS) == []
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(make_conninfo(conninfo(Role.PUBLIC), dbname="postgres"))


def test_an_owner_and_a_database_may_have_strange_names(server):
    server.do(
        f"CREATE ROLE \"an owner's name\" LOGIN CREATEROLE CREATEDB PASSWORD '{PASSWORD}'",
        'CREATE DATABASE "Strange-db" OWNER "an owner\'s name" TEMPLATE template0',
    )
    upgrade(server.url("Strange-db"))
    upgrade(server.url("Strange-db", "an%20owner%27s%20name"))
    server.drop_databases("Strange-db")

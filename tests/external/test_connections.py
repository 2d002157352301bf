"""A connection that fails, or breaks off, is a sentence: in three languages, exit status 1, no traceback, no password."""

import os
import re
import socket

import psycopg
import pytest
from command_line import commons
from external import OWNER, PASSWORD, PASSWORDS
from sqlalchemy import text

from commons.database.connection import Role, connect, conninfo
from commons.database.failures import CAUSES, connection_failure, interruption, lacks_schema
from commons.database.migrate import _engine_connection, upgrade
from commons.database.rights import refusals_explained
from commons.errors import CommonsError
from commons.vocabulary import Language


@pytest.fixture
def silent():
    """A port that lets a client knock and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


@pytest.fixture
def addresses(server, owned, silent):
    """By the cause that is to be told: an address, as the owner's, with which every connection fails so."""
    good = server.url(owned, OWNER)
    return {
        "address": good.replace("postgresql://", "postgresql//"),
        "address of another kind": good.replace("postgresql://", "mysql://"),
        "address with a port that is none": good.replace(str(server.port), "port"),
        "address with an option that is none": f"{good}?sslmod=require",
        "address with a bad escape": good.replace("%3A", "%zz"),
        "address with a bare @": good.replace("%40", "@"),
        "address with a bare slash": good.replace("%2F", "/"),
        "unknown_host": good.replace("127.0.0.1", "nowhere.invalid"),
        "refused": good.replace(str(server.port), "9"),
        "refused on a socket": f"postgresql:///{owned}?host=/nowhere",
        "silent": f"{good.replace(str(server.port), str(silent))}?connect_timeout=2",
        "no_database": server.url("nowhere", OWNER),
        "wrong_password": server.url(owned, OWNER, password="wrong"),
        "wrong_password of nobody": server.url(owned, "nobody"),
        "no_password": f"postgresql://{OWNER}@127.0.0.1:{server.port}/{owned}",
        "not_let_in without TLS": f"{good}?sslmode=require",
    }


CASES = [
    "address",
    "address of another kind",
    "address with a port that is none",
    "address with an option that is none",
    "address with a bad escape",
    "address with a bare @",
    "address with a bare slash",
    "unknown_host",
    "refused",
    "refused on a socket",
    "silent",
    "no_database",
    "wrong_password",
    "wrong_password of nobody",
    "no_password",
    "not_let_in without TLS",
]


def is_a_sentence(failure):
    for language in Language:
        shown = f"{failure.what(language)} {failure.remedy(language)}"
        assert not re.search("commons (up|down)|Traceback|word@127|" + re.escape(PASSWORD), shown)
        assert not any(password in shown for password in PASSWORDS.values())
    return len({failure.what(language) for language in Language}) == len(Language)


@pytest.mark.parametrize("case", CASES)
def test_each_cause_is_told_as_what_it_is(addresses, monkeypatch, case):
    monkeypatch.setenv("DATABASE_URL", addresses[case])
    with pytest.raises(CommonsError) as caught, connect(Role.ADMIN):
        pass
    assert caught.value.key == f"database.{case.split()[0]}"
    assert is_a_sentence(caught.value)


def test_an_address_from_a_file_may_end_in_a_line(owned, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"{os.environ['DATABASE_URL']}\n")
    with connect(Role.ADMIN) as connection:
        assert connection.info.dbname == owned


@pytest.mark.parametrize("case", ["address", "refused", "no_database", "wrong_password", "no_password"])
def test_a_command_ends_with_a_sentence_and_1(addresses, case):
    done = commons("db", "upgrade", DATABASE_URL=addresses[case])
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "commons up" not in done.stderr
    assert PASSWORD not in done.stderr
    assert "DATABASE_URL" in done.stderr


def test_so_does_one_whose_role_has_no_password(owned, tmp_path):
    done = commons("backup", str(tmp_path / "a.dump"), COMMONS_INGEST_PASSWORD="")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "COMMONS_INGEST_PASSWORD" in done.stderr


READERS = {
    Role.PUBLIC: "COMMONS_PUBLIC_PASSWORD",
    Role.PARTNER: "COMMONS_PARTNER_PASSWORD",
    Role.RESEARCHER: "COMMONS_RESEARCHER_PASSWORD",
    Role.INGEST: "COMMONS_INGEST_PASSWORD",
}


@pytest.mark.parametrize("role", READERS)
def test_a_roles_password_that_is_missing_or_wrong_is_asked_by_its_variable(owned, monkeypatch, role):
    for given, key in (("", "database.no_password"), ("wrong", "database.wrong_password")):
        monkeypatch.setenv(READERS[role], given)
        with pytest.raises(CommonsError) as caught, connect(role):
            pass
        assert caught.value.key == key
        assert READERS[role] in str(caught.value)
        assert role.value in caught.value.what()
        assert is_a_sentence(caught.value)


def test_a_named_partners_login_asks_for_the_partners_password(owned, monkeypatch):
    monkeypatch.setenv("COMMONS_PARTNER_PASSWORD", "")
    with pytest.raises(CommonsError, match="COMMONS_PARTNER_PASSWORD"), connect("commons_partner_7"):
        pass


def test_a_login_that_may_not_enter_or_finds_no_place_is_told(server, owned, monkeypatch):
    server.do("ALTER ROLE commons_researcher CONNECTION LIMIT 0")
    with pytest.raises(CommonsError) as busy, connect(Role.RESEARCHER):
        pass
    upgrade(server.url(owned, OWNER))
    with connect(Role.RESEARCHER):
        pass
    with server.database("closed") as name:
        server.do(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        monkeypatch.setenv("DATABASE_URL", server.url(name, OWNER))
        with pytest.raises(CommonsError) as closed, connect(Role.PUBLIC):
            pass
    assert (busy.value.key, closed.value.key) == ("database.busy", "database.not_allowed")
    assert is_a_sentence(busy.value)
    assert is_a_sentence(closed.value)


@pytest.mark.parametrize(
    "words", [["districts", "load"], ["partners", "list"], ["release", "check"], ["serve"]], ids=" ".join
)
def test_a_command_before_the_upgrade_asks_for_it(server, prepared, words):
    with server.database("bare") as name:
        done = commons(*words, DATABASE_URL=server.url(name, OWNER))
    assert done.returncode == 1
    assert "commons db upgrade" in done.stderr
    assert "Traceback" not in done.stderr


END = "SELECT pg_terminate_backend(%s, 5000)"


def end_and_ask(server, role):
    with connect(role) as connection:
        server.rows(END, connection.info.backend_pid)
        connection.execute("SELECT 1")


def end_and_commit(server, role):
    with connect(role) as connection:
        connection.execute("SELECT 1")
        server.rows(END, connection.info.backend_pid)


def end_in_the_middle_of_the_schema(server, role):
    with refusals_explained(), _engine_connection(conninfo(role)) as connection:
        server.rows(END, connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
        connection.execute(text("SELECT 1"))


@pytest.mark.parametrize(
    ("role", "work"),
    [
        *((role, end_and_ask) for role in Role),
        (Role.INGEST, end_and_commit),
        (Role.ADMIN, end_in_the_middle_of_the_schema),
    ],
)
def test_a_server_that_goes_in_the_middle_is_told(server, owned, role, work):
    with pytest.raises(CommonsError) as caught:
        work(server, role)
    assert caught.value.key == "database.lost"
    assert is_a_sentence(caught.value)


def take_too_long():
    with connect(Role.INGEST) as connection:
        connection.execute("SET statement_timeout = '50ms'")
        connection.execute("SELECT count(*) FROM generate_series(1, 1e5) a, generate_series(1, 1e5) b")


def test_what_is_no_break_stays_what_it_is(owned):
    with pytest.raises(psycopg.errors.QueryCanceled):
        take_too_long()


def test_an_obstacle_on_the_server_is_told_and_an_error_with_values_is_not():
    assert interruption(psycopg.errors.DiskFull()).key == "database.gave_up"
    assert interruption(psycopg.errors.QueryCanceled()).key == "database.gave_up"
    assert interruption(psycopg.errors.InsufficientPrivilege()).key == "database.forbidden"
    assert lacks_schema(psycopg.errors.UndefinedTable())
    assert interruption(psycopg.errors.UniqueViolation()) is None
    assert interruption(psycopg.errors.InvalidTextRepresentation()) is None


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("no_database", "FATAL:  la base de données « commons » n'existe pas"),
        (
            "wrong_password",
            "FATAL:  authentification par mot de passe échouée pour l'utilisateur  « commons_public »",
        ),
        ("wrong_password", "FATAL:  le rôle « commons_public » n'existe pas"),
        ("busy", "FATAL:  désolé, trop de clients sont déjà connectés"),
        ("busy", "FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute"),
        ("starting", "FATAL:  le système de bases de données se lance"),
        ("starting", "FATAL:  the database system is in recovery mode"),
        ("starting", "FATAL:  the database system is not yet accepting connections"),
        ("not_allowed", "FATAL:  droit refusé pour la base de données commons"),
        ("closed", "FATAL:  la base de données « commons » n'accepte plus les connexions"),
        ("closed", 'FATAL:  database "commons" is not currently accepting connections'),
        ("silent", "connection timeout expired"),
        (
            "not_let_in",
            'FATAL:  no pg_hba.conf entry for host "10.0.0.7", user "commons_public", database "commons", no encryption',
        ),
        ("not_let_in", "FATAL:  Peer-Authentifizierung für Benutzer »commons_public« fehlgeschlagen"),
    ],
)
def test_the_words_of_servers_that_are_not_ours_are_known_or_passed_on(owned, cause, words):
    failure = psycopg.OperationalError(
        f'connection failed: connection to server at "db", port 5432 failed: {words}'
    )
    explained = connection_failure(failure, conninfo(Role.PUBLIC), Role.PUBLIC)
    assert explained.key == f"database.{cause}"
    assert cause in CAUSES or words.removeprefix("FATAL:  ") in explained.what()
    assert is_a_sentence(explained)


def test_pages_that_can_never_connect_are_not_served(server, owned):
    done = commons("serve", DATABASE_URL=server.url(owned, OWNER), COMMONS_PARTNER_PASSWORD="")
    assert done.returncode == 1
    assert "COMMONS_PARTNER_PASSWORD" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_status_of_an_external_database_is_whether_it_answers(server, owned):
    done = commons("status")
    assert done.returncode == 0
    assert "PostgreSQL 1" in done.stdout
    assert commons("status", DATABASE_URL=server.url("nowhere", OWNER)).returncode == 1


def test_with_the_embedded_database_commons_up_is_told(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("COMMONS_HOME", str(tmp_path))
    with pytest.raises(CommonsError, match="commons up"), connect(Role.PUBLIC):
        pass

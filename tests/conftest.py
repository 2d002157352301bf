"""One embedded cluster for the whole run, one upgraded template with districts, and a clone of it for each test."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from commons.database.connection import Connection, Role, connect
from commons.database.embedded import EmbeddedCluster
from commons.database.migrate import upgrade
from commons.database.owner import routine
from commons.districts.load import load_districts
from commons.districts.packaged import packaged_districts
from ingest.demo import demo_partners, load_demo_partner, write_demo

PROJECT = Path(__file__).resolve().parent.parent
TEMPLATE = "commons_template"
DEMO_TEMPLATE = "commons_demo_template"
ROWS_OF_TABLES = """
SELECT name, (xpath('/row/rows/text()', query_to_xml('SELECT count(*) AS rows FROM ' || name, false, true, '')))[1]::text::int
  FROM (SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relpersistence = 'p'
           AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
           AND oid NOT IN ('commons.egress'::regclass, 'commons.upkeep'::regclass)) t
"""
"""Of all tables but two in which a server writes by itself: what has left, and when it last swept."""
_numbers = count(1)
settings.register_profile("same examples each run", derandomize=True, database=None)
settings.load_profile("same examples each run")


LONGEST = {"attack", "browser", "external", "proxy", "release", "safekeeping"}
"""Folders with the files that take longest."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with them: whichever worker ends first then waits for a short file of the other, not for a long one."""
    items.sort(key=lambda item: LONGEST.isdisjoint(item.path.parts))


def missing(reason: str) -> None:
    """Skip the test, or fail it where the run must cover everything (`COMMONS_REQUIRE_ALL=1`)."""
    if os.environ.get("COMMONS_REQUIRE_ALL") == "1":
        pytest.fail(f"required: {reason}")
    pytest.skip(reason)


@dataclass(frozen=True)
class Database:
    """A database of a test's own; `DATABASE_URL` points at it while the test runs."""

    url: str

    @contextmanager
    def connect(self, role: Role = Role.ADMIN) -> Iterator[Connection]:
        """Yield a connection as `role`; commits at the end."""
        with connect(role) as connection:
            yield connection

    @contextmanager
    def admin(self) -> Iterator[Connection]:
        """Yield a connection as the administrator, whatever the environment says."""
        with psycopg.connect(self.url) as connection:
            yield connection

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Let `DATABASE_URL` point at it."""
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("DATABASE_URL", self.url)
            yield

    def rows(self, query: str, role: Role = Role.ADMIN) -> list[tuple]:
        """Return the rows of a query run as `role`."""
        with connect(role) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(autouse=True)
def safekeeping(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a withdrawal ledger of the test's own, beside a secret that no file holds."""
    ledger = tmp_path_factory.getbasetemp() / f"withdrawals-{next(_numbers)}.jsonl"
    monkeypatch.setenv("COMMONS_LEDGER", str(ledger))
    monkeypatch.setenv("COMMONS_ERASURE_KEY", "0123456789abcdef" * 4)
    return ledger


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedCluster]:
    """Start a throw-away cluster."""
    cluster = EmbeddedCluster(tmp_path_factory.mktemp("cluster"), durable=False)
    cluster.start()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def template(cluster: EmbeddedCluster) -> str:
    """Make the template: the present schema, the categories, the districts."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {TEMPLATE}")
    url = cluster.url(TEMPLATE)
    upgrade(url)
    with psycopg.connect(url) as connection:
        connection.execute("SET ROLE commons_owner")
        load_districts(connection, packaged_districts())
    return TEMPLATE


@pytest.fixture
def empty_database(cluster: EmbeddedCluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Yield a database with nothing in it."""
    with _clone(cluster, "template1") as database:
        monkeypatch.setenv("DATABASE_URL", database.url)
        yield database


@pytest.fixture
def empty_upgraded(empty_database: Database) -> Database:
    """Return an upgraded database without districts."""
    upgrade(empty_database.url)
    return empty_database


@pytest.fixture
def database(cluster: EmbeddedCluster, template: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Yield an upgraded database with districts and no partner."""
    with _clone(cluster, template) as database:
        monkeypatch.setenv("DATABASE_URL", database.url)
        yield database


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the fictional partners' files."""
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, packaged_districts())
    return folder


@pytest.fixture(scope="session")
def demo_template(cluster: EmbeddedCluster, template: str, demo_folder: Path) -> str:
    """Make a template that holds the fictional partners, merged and released."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {DEMO_TEMPLATE} TEMPLATE {template}")
    with psycopg.connect(cluster.url(DEMO_TEMPLATE)) as connection:
        for partner in demo_partners(demo_folder):
            load_demo_partner(connection, demo_folder, partner)
    return DEMO_TEMPLATE


@pytest.fixture
def demo_database(
    cluster: EmbeddedCluster, demo_template: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """Yield a database of the test's own with the fictional partners in it."""
    with _clone(cluster, demo_template) as database:
        monkeypatch.setenv("DATABASE_URL", database.url)
        yield database


@pytest.fixture(scope="session")
def _unchanged_demo(cluster: EmbeddedCluster, demo_template: str) -> Iterator[Database]:
    with _clone(cluster, demo_template) as database, _unchanged(database):
        yield database


@pytest.fixture
def unchanged_demo(_unchanged_demo: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Return a database with the fictional partners, shared by all tests that change nothing in it."""
    monkeypatch.setenv("DATABASE_URL", _unchanged_demo.url)
    return _unchanged_demo


@pytest.fixture(scope="session")
def _unchanged_database(cluster: EmbeddedCluster, template: str) -> Iterator[Database]:
    with _clone(cluster, template) as database, _unchanged(database):
        yield database


@pytest.fixture
def unchanged_database(_unchanged_database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Return such a database for a test that changes nothing in it, shared by all of these."""
    monkeypatch.setenv("DATABASE_URL", _unchanged_database.url)
    return _unchanged_database


@pytest.fixture(scope="module")
def module_database(cluster: EmbeddedCluster, template: str) -> Iterator[Database]:
    """Yield a database that a module fills once, for those of its tests that change nothing in it."""
    with _clone(cluster, template) as database:
        yield database


@pytest.fixture
def shared_database(module_database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Return the module's database, to be read."""
    monkeypatch.setenv("DATABASE_URL", module_database.url)
    return module_database


@pytest.fixture(scope="session")
def clone() -> Callable[[EmbeddedCluster, str], AbstractContextManager[Database]]:
    """Return the context manager that makes a clone, for fixtures of a module's own."""
    return _clone


@contextmanager
def _unchanged(database: Database) -> Iterator[None]:
    """Hold the tests that share a database to their word, when all are done."""

    def rows() -> dict[str, int]:
        with database.admin() as connection:
            return dict(connection.execute(ROWS_OF_TABLES).fetchall())

    before = rows()
    yield
    assert rows() == before


@contextmanager
def _clone(cluster: EmbeddedCluster, template: str) -> Iterator[Database]:
    name = f"test_{next(_numbers)}"
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        url = cluster.url(name)
        if template != "template1":
            with psycopg.connect(url) as connection:
                connection.execute(routine("database_rights"))
        yield Database(url)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")

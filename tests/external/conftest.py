"""One external PostgreSQL for the folder, and in it a commons whose owner is no superuser."""

from collections.abc import Iterator

import pytest
from external import OWNER, PASSWORDS, ExternalServer, external_server

from commons.database.connection import Connection, connect
from commons.database.migrate import upgrade
from commons.districts.grid import grid_districts
from commons.districts.load import load_districts


@pytest.fixture(scope="session")
def server() -> Iterator[ExternalServer]:
    with external_server() as running:
        yield running


@pytest.fixture(autouse=True)
def passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The four passwords of the roles, as in `.env`."""
    for variable, password in PASSWORDS.items():
        monkeypatch.setenv(variable, password)


@pytest.fixture(scope="session")
def prepared(server: ExternalServer) -> str:
    """A database that a superuser has upgraded once, and its owner then, who is none; with districts."""
    server.make_database("commons")
    with pytest.MonkeyPatch.context() as environment:
        for variable, password in PASSWORDS.items():
            environment.setenv(variable, password)
        environment.setenv("DATABASE_URL", server.url("commons"))
        upgrade(server.url("commons"))
        environment.setenv("DATABASE_URL", server.url("commons", OWNER))
        upgrade(server.url("commons", OWNER))
        with connect("admin") as connection:
            store_grid(connection)
    return "commons"


def store_grid(connection: Connection) -> None:
    connection.execute("SET LOCAL ROLE commons_owner")
    load_districts(connection, grid_districts())


@pytest.fixture
def owned(server: ExternalServer, prepared: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The prepared database, named by DATABASE_URL as its owner's."""
    monkeypatch.setenv("DATABASE_URL", server.url(prepared, OWNER))
    return prepared

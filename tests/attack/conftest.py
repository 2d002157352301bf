"""The commons of canaries: made once, by way of files and uploads, and only looked at afterwards."""

from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from aviary import Ear
from canaries import Commons, bring_about
from entitled import READERS, Entitled
from serving import CHROMIUM, LAUNCH

from commons.database.owner import routine


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    """Debian's Chromium, which can resolve no name but our own address."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    return LAUNCH


@pytest.fixture(scope="session")
def base_url() -> None:
    """None: each test names its server. (The plugin's own fixture is one that pytest 9 warns about.)"""


@pytest.fixture(scope="session")
def make_database(cluster, template):
    """Return a function that makes a database of a name, by default of the template with districts, and returns its address."""

    def make(name, of=template):
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} TEMPLATE {of}")
        with psycopg.connect(cluster.url(name)) as connection:
            connection.execute(routine("database_rights"))
        return cluster.url(name)

    return make


@pytest.fixture(scope="session")
def world_of(make_database, tmp_path_factory):
    """Return a function that brings a commons about in a database of its own, and calls `after` while it is connected there."""

    def make(name, commons=None, *, after=lambda _commons: None, **planned):
        folder, url = tmp_path_factory.mktemp(name), make_database(name)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", url)
            patch.setenv("COMMONS_LEDGER", str(folder / "withdrawals.jsonl"))
            patch.setenv("COMMONS_ERASURE_KEY", "0123456789abcdef" * 4)
            if commons is None:
                with psycopg.connect(url) as connection:
                    commons = Commons(connection, **planned)
            friend = bring_about(commons, folder)
            told = after(commons)
        return SimpleNamespace(
            commons=commons, aviary=commons.aviary, friend=friend, url=url, name=name, told=told
        )

    return make


@pytest.fixture(scope="session")
def canaries(cluster, world_of):
    """Return the commons of canaries: `aviary`, `ear`, `allowed` by reader, `friend`, `url`, `cluster`."""
    world = world_of("canaries", after=Entitled)
    world.cluster, world.ear = cluster, Ear(world.aviary)
    world.allowed = {reader: world.told.canaries(reader) - {None} for reader in READERS}
    return world


@pytest.fixture
def among_canaries(canaries, monkeypatch):
    """Return the commons of canaries, with DATABASE_URL pointing at it."""
    monkeypatch.setenv("DATABASE_URL", canaries.url)
    return canaries

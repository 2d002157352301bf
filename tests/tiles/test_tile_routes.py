"""Tiles over HTTP: what a browser may keep, and refusals that tell nothing."""

import httpx
import pytest
from waiting import wait_for

from builders import make_dataset, make_record, open_terms
from commons.consent.withdraw import withdraw
from commons.database.connection import Role
from dashboard.web.tile_routes import TileRoutes
from maps.filters import LONGEST_VALUE, MOST_VALUES
from maps.tiles.ask import DEEPEST_ZOOM

HERE = "/tiles/12/2097/1374.mvt"


async def nothing_else(scope, receive, send):
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b"another"})


def visit(work):
    """Return what the work makes of a client of the routes."""

    async def run():
        app = TileRoutes(nothing_else)
        try:
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://commons"
            ) as client:
                return await work(client)
        finally:
            await app.tiles.pool.close()

    return wait_for(run())


def test_a_browser_keeps_a_tile_until_a_withdrawal(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(connection, dataset, name="A name of a place", key="it")

    async def ask(client):
        first = await client.get(HERE)
        assert first.status_code == 200
        assert b"A name of a place" in first.content
        assert first.headers["content-type"] == "application/vnd.mapbox-vector-tile"
        assert first.headers["cache-control"] == "no-cache"
        assert first.headers["content-encoding"] == "gzip"
        plain = await client.get(HERE, headers={"Accept-Encoding": "identity"})
        assert plain.content == first.content
        assert "content-encoding" not in plain.headers
        known = {"If-None-Match": first.headers["etag"]}
        again = await client.get(HERE, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        with database.connect(Role.INGEST) as connection:
            withdraw(connection, dataset, record_key="it", withdrawn_by="someone")
        after = await client.get(HERE, headers=known)
        assert after.status_code == 200
        assert b"A name" not in after.content
        assert after.headers["etag"] != first.headers["etag"]

    visit(ask)


REFUSED = [
    ("/tiles/", 404),
    ("/tiles/12/2097.mvt", 404),
    ("/tiles/12/2097/1374", 404),
    ("/tiles/12/2097/1374.png", 404),
    ("/tiles/12/2097/1374/1.mvt", 404),
    ("/tiles/12/4096/0.mvt", 404),
    ("/tiles/12/0/4096.mvt", 404),
    ("/tiles/-1/0/0.mvt", 404),
    ("/tiles/1e1/0/0.mvt", 404),
    ("/tiles/12/20 97/1374.mvt", 404),
    ("/tiles/٣/0/0.mvt", 404),
    ("/tiles/99999999999999999999/0/0.mvt", 404),
    (f"/tiles/{DEEPEST_ZOOM + 1}/0/0.mvt", 404),
    (f"{HERE}?x", 400),
    (f"{HERE}?category", 400),
    (f"{HERE}?category=", 400),
    (f"{HERE}?category=a'%20OR%20'1'='1", 400),
    (f"{HERE}?category=%00", 400),
    (f"{HERE}?category=%FF", 400),
    (f"{HERE}?source=%00", 400),
    (f"{HERE}?source={'x' * (LONGEST_VALUE + 1)}", 400),
    (f"{HERE}?grade=Z", 400),
    (f"{HERE}?shares=money", 400),
    (f"{HERE}?taking_part=no", 400),
    (f"{HERE}?name=x", 400),
    (f"{HERE}?" + "&".join(f"category=c{n}" for n in range(MOST_VALUES + 1)), 400),
    (f"{HERE}?source=" + "%20" * 3000, 400),
]


def test_rubbish_is_refused_without_a_word_and_without_the_database(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")

    async def ask(client):
        for path, status in REFUSED:
            answer = await client.get(path)
            assert (path, answer.status_code, answer.content) == (path, status, b"")
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            answer = await client.request(method, HERE)
            assert (answer.status_code, answer.content) == (405, b"")
        assert (await client.get("/tilesx")).status_code == 418

    visit(ask)


@pytest.mark.parametrize("source", ["'; DROP TABLE x; --", "%(low)s", "{filters}", "\\", '"', "💩", "%s"])
def test_a_value_that_is_no_sources_name_finds_nothing(unchanged_demo, source):
    async def ask(client):
        answer = await client.get(HERE, params={"source": source})
        assert (answer.status_code, answer.content) == (200, b"")

    visit(ask)


def test_a_database_that_does_not_answer_is_told_by_a_status_and_nothing_else(monkeypatch, caplog):
    monkeypatch.setattr("commons.database.pool.LONGEST_WAIT_S", 0.3)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/nothing")

    async def ask(client):
        answer = await client.get(HERE)
        assert (answer.status_code, answer.content) == (503, b"")

    visit(ask)
    assert "secret" not in caplog.text

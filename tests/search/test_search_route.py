"""Suggestions over HTTP: JSON of what is found, kept by nobody, and refusals that tell nothing."""

import httpx
import pytest
from starlette.applications import Starlette
from waiting import wait_for

from builders import make_dataset, make_record, open_terms
from dashboard.web.search_route import search_routes
from maps.search import LONGEST_TEXT


def visit(work):
    """Return what the work makes of a client of the route."""

    async def run():
        app = Starlette(routes=search_routes())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://commons") as client:
            return await work(client)

    return wait_for(run())


def test_a_suggestion_tells_what_is_shown_and_nobody_keeps_it(database):
    with database.connect() as connection:
        make_record(connection, make_dataset(connection, terms=open_terms()), name="<b>Un Potager</b>")

    async def ask(client):
        answer = await client.get("/search", params={"q": "potager", "lang": "nl"})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        ((told),) = answer.json()["found"]
        assert told["name"] == "<b>Un Potager</b>"
        assert set(told) == {"id", "name", "category", "precision", "commune", "neighbourhood", "lon", "lat"}
        assert (await client.get("/search", params={"q": "zzzz"})).json() == {"found": []}
        assert (await client.get("/search")).json() == {"found": []}

    visit(ask)


@pytest.mark.parametrize(
    "query",
    ["q=a&lang=xx", "q=a&q=b", "q=a&x=1", f"q={'a' * (LONGEST_TEXT + 1)}", "q=a&lang=fr&lang=nl", "lang="],
)
def test_rubbish_is_refused_without_a_word_and_without_the_database(monkeypatch, query):
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")

    async def ask(client):
        answer = await client.get(f"/search?{query}")
        assert (answer.status_code, answer.content) == (400, b"")

    visit(ask)


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud7ff\uffff", "%", "_"])
def test_signs_that_postgresql_does_not_store_find_nothing(unchanged_database, text):
    async def ask(client):
        answer = await client.get("/search", params={"q": text})
        assert answer.json() == {"found": []}

    visit(ask)

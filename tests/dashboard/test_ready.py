"""A balancer or a container asks whether the pages can be served; nobody learns more from the answer."""

import httpx
from starlette.applications import Starlette
from waiting import wait_for

from dashboard.server import own_routes


def ask(path):
    async def answer():
        transport = httpx.ASGITransport(Starlette(routes=own_routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.get(path)

    said = wait_for(answer())
    return said.status_code, said.text


def test_ready_with_a_database_and_not_without(unchanged_database, monkeypatch):
    assert ask("/readyz") == (200, "ok")
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:9/nowhere")
    assert ask("/readyz") == (503, "no database")
    assert ask("/healthz") == (200, "ok")

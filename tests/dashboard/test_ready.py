"""A balancer or a container asks whether the pages can be served; nobody learns more from the answer."""

from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard.server import own_routes


def test_ready_with_a_database_and_not_without(unchanged_database, monkeypatch):
    client = TestClient(Starlette(routes=own_routes()))
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (200, "ok")
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:9/nowhere")
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (503, "no database")
    assert client.get("/healthz").status_code == 200

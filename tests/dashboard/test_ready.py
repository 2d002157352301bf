"""A balancer or a container asks whether the pages can be served: which login can read, and whether the sweep is overdue."""

import httpx
import pytest
from starlette.applications import Starlette
from waiting import wait_for

from builders import make_dataset, make_record, open_terms
from commons.database.connection import Role
from commons.release.upkeep import sweep_release
from dashboard.web.readiness import readiness_routes

FINE = dict.fromkeys(("public", "partner", "researcher", "ingest", "sweep"), "ok")


def ask(path):
    async def answer():
        transport = httpx.ASGITransport(Starlette(routes=readiness_routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.get(path)

    return wait_for(answer())


def test_ready_with_a_database_and_not_without(unchanged_database, monkeypatch):
    answer = ask("/readyz")
    assert (answer.status_code, answer.json()) == (200, FINE)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:9/nowhere")
    answer = ask("/readyz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json() == dict.fromkeys(("public", "partner", "researcher", "ingest"), "fails") | {
        "sweep": "unknown"
    }
    assert ask("/healthz").text == "ok"


@pytest.mark.parametrize(
    ("schema", "role", "name"),
    [
        ("released_public", "commons_public", "public"),
        ("released_partners", "commons_partner", "partner"),
        ("released_research", "commons_researcher", "researcher"),
    ],
)
def test_a_login_that_cannot_read_is_named_and_no_other(database, schema, role, name):
    with database.admin() as connection:
        connection.execute(f"REVOKE USAGE ON SCHEMA {schema} FROM {role}")
    answer = ask("/readyz")
    assert (answer.status_code, answer.json()) == (503, FINE | {name: "fails"})


def test_a_sweep_that_does_not_come_is_told_and_keeps_nobody_out(database):
    with database.connect() as connection:
        make_record(connection, make_dataset(connection, terms=open_terms()))
    assert ask("/readyz").json()["sweep"] == "ok"
    with database.admin() as connection:
        connection.execute("ALTER TABLE commons.released_alternative DISABLE TRIGGER ALL")
        connection.execute(
            "UPDATE commons.released_alternative SET expires_at = now() - interval '11 minutes'"
        )
    answer = ask("/readyz")
    assert (answer.status_code, answer.json()) == (200, FINE | {"sweep": "overdue"})
    with database.connect(Role.INGEST) as connection:
        sweep_release(connection)
    assert ask("/readyz").json() == FINE

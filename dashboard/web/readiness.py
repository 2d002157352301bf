"""Whether the commons can be served: each login, and the clock. `/healthz` says that the process is up, no more."""

import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import LiteralString

import psycopg
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import BaseRoute, Route

from commons.database.connection import Role, connect
from commons.errors import CommonsError
from dashboard.web.failures import again_after
from dashboard.web.line import BusyError, Line

READS = {
    "public": (Role.PUBLIC, "SELECT FROM alternative LIMIT 1"),
    "partner": (Role.PARTNER, "SELECT FROM alternative LIMIT 1"),
    "researcher": (Role.RESEARCHER, "SELECT FROM alternative LIMIT 1"),
    "ingest": (Role.INGEST, "SELECT FROM commons.dataset LIMIT 1"),
}
OVERDUE = """
SELECT EXISTS (SELECT FROM commons.released_alternative WHERE expires_at < clock_timestamp() - interval '10 minutes')
"""
"""What has run out is no longer shown, and lies there until the sweep takes it away: ten minutes are ten sweeps."""
OK, FAILS, IS_OVERDUE, UNKNOWN = "ok", "fails", "overdue", "unknown"
KEPT_S = 2.0
"""However often it is asked, the database is asked no more often than this."""


def readiness_routes() -> list[BaseRoute]:
    """Return the routes; a visitor learns no more from them than words of one kind."""
    line = Line("ready", at_once=1, most=16, longest_s=30.0)
    kept: tuple[float, Mapping[str, str]] = -KEPT_S, {}

    def now() -> Mapping[str, str]:
        nonlocal kept
        if time.monotonic() - kept[0] >= KEPT_S:
            found = {name: state_of(role, read) for name, (role, read) in READS.items()}
            kept = time.monotonic(), found | {"sweep": sweep_state()}
        return kept[1]

    async def is_ready(_request: Request) -> JSONResponse:
        try:
            found = await line.make(now)
        except (BusyError, TimeoutError):
            found = dict.fromkeys((*READS, "sweep"), UNKNOWN)
        status = HTTPStatus.OK if all(found[name] == OK for name in READS) else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse(dict(found), status, {"Cache-Control": "no-store", **again_after(status)})

    return [Route("/healthz", is_up), Route("/readyz", is_ready)]


async def is_up(_request: Request) -> PlainTextResponse:
    """Answer that the process is up."""
    return PlainTextResponse("ok")


def state_of(role: Role, read: LiteralString) -> str:
    """Return whether a login can read what is its own."""
    try:
        with connect(role) as connection:
            connection.execute(read)
    except (CommonsError, psycopg.Error):
        return FAILS
    return OK


def sweep_state() -> str:
    """Return whether the sweep is overdue: something that ran out a while ago still lies where it was released."""
    try:
        with connect(Role.INGEST) as connection:
            row = connection.execute(OVERDUE).fetchone()
    except (CommonsError, psycopg.Error):
        return UNKNOWN
    return IS_OVERDUE if row and row[0] else OK

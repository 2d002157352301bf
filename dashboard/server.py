"""The one ASGI app: the pages, the map's files, a sign of life, and the routes mounted beside them."""

import tomllib
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

import psycopg
import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from streamlit.web.bootstrap import load_config_options

from commons.database.connection import Role, connect
from commons.errors import CommonsError
from dashboard.basemap_route import basemap_routes
from dashboard.consent_page import consent_routes
from dashboard.ground_route import ground_routes
from dashboard.headers import SecurityHeaders
from dashboard.paper_routes import paper_routes
from dashboard.places_route import places_routes
from dashboard.plain_pages import plain_routes
from dashboard.propose_page import propose_routes
from dashboard.search_route import search_routes
from dashboard.tile_routes import TileRoutes
from dashboard.upkeep import upkeep
from maps.assets import ASSETS_PATH, asset_folders

FOLDER = Path(__file__).parent
PAGE = FOLDER / "app.py"
CONFIG = FOLDER / ".streamlit" / "config.toml"


def create_app(page: Path = PAGE, routes: Sequence[BaseRoute] = ()) -> st.App:
    """Return the app that serves `page`, with further routes (the API, the tiles) before Streamlit's own."""
    load_config_options(streamlit_options())
    middleware = [Middleware(SecurityHeaders), Middleware(TileRoutes)]
    return st.App(page, routes=[*routes, *own_routes()], middleware=middleware)


def own_routes() -> list[BaseRoute]:
    """Return the routes of the shell itself."""
    assets = [Mount(f"/{name}", StaticFiles(directory=folder)) for name, folder in asset_folders().items()]
    return [
        Route("/healthz", is_up),
        Route("/readyz", is_ready),
        *consent_routes(),
        *basemap_routes(),
        *ground_routes(),
        *paper_routes(),
        *places_routes(),
        *plain_routes(),
        *propose_routes(),
        *search_routes(),
        Mount(ASSETS_PATH, routes=assets),
    ]


async def is_up(_request: Request) -> PlainTextResponse:
    """Answer that the process is up."""
    return PlainTextResponse("ok")


def is_ready(_request: Request) -> PlainTextResponse:
    """Answer whether the public's role can read what is released; a visitor learns no more than that."""
    try:
        with connect(Role.PUBLIC) as connection:
            connection.execute("SELECT FROM alternative LIMIT 1")
    except (CommonsError, psycopg.Error):
        return PlainTextResponse("no database", status_code=HTTPStatus.SERVICE_UNAVAILABLE)
    return PlainTextResponse("ok")


def streamlit_options() -> dict[str, object]:
    """Return Streamlit's options by dotted name from our file; they count however the server is started."""
    return dict(_flatten(tomllib.loads(CONFIG.read_text("utf-8"))))


def _flatten(tree: dict[str, object], prefix: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, value in tree.items():
        found += (
            _flatten(value, f"{prefix}{name}.") if isinstance(value, dict) else [(f"{prefix}{name}", value)]
        )
    return found


def serve(host: str, port: int) -> None:
    """Serve the pages until stopped, and do meanwhile what must be done by the clock."""
    with upkeep():
        uvicorn.run(
            create_app(), host=host, port=port, server_header=False, access_log=False, ws="websockets-sansio"
        )

"""The one ASGI app: the pages, the map's files, a sign of life, and the routes mounted beside them."""

import sys
import tomllib
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from streamlit.web.bootstrap import load_config_options

from commons.settings import settings
from dashboard.web.basemap_route import basemap_routes
from dashboard.web.consent_page import consent_routes
from dashboard.web.ground_route import ground_routes
from dashboard.web.headers import SecurityHeaders
from dashboard.web.hosts import OwnName
from dashboard.web.paper_routes import paper_routes
from dashboard.web.places_route import places_routes
from dashboard.web.plain_pages import plain_routes
from dashboard.web.propose_page import propose_routes
from dashboard.web.readiness import readiness_routes
from dashboard.web.search_route import search_routes
from dashboard.web.shell import StreamlitPaths, shell_routes
from dashboard.web.slow_clients import PacedProtocol
from dashboard.web.tile_routes import TileRoutes
from dashboard.web.upkeep import upkeep
from dashboard.web.visits import Visits
from maps.assets import ASSETS_PATH, asset_folders

FOLDER = Path(__file__).parent
PAGE = FOLDER / "app.py"
CONFIG = FOLDER / ".streamlit" / "config.toml"
GIVES_WAY_S = 0.001
"""How long a page that is computed keeps the interpreter from an answer that waits, which asks for it a dozen times."""
LARGEST_MESSAGE_BYTES = 1024 * 1024
"""What a page's widgets say at once: some kilobytes. uvicorn would take sixteen times as much from anybody."""


def create_app(page: Path = PAGE, routes: Sequence[BaseRoute] = ()) -> st.App:
    """Return the app that serves `page`, with further routes (the API, the tiles) before Streamlit's own."""
    load_config_options(streamlit_options())
    middleware = [
        Middleware(SecurityHeaders),
        Middleware(OwnName),
        Middleware(StreamlitPaths),
        Middleware(TileRoutes),
        Middleware(Visits),
    ]
    return st.App(
        page,
        routes=[*routes, *own_routes()],
        middleware=middleware,
        exception_handlers={ClientDisconnect: is_gone},
    )


def is_gone(_request: Request, _failure: ClientDisconnect) -> Response:
    """Answer nobody: who sent half a request has gone, or was closed; that is no failure, and no line in the log."""
    return Response(status_code=HTTPStatus.BAD_REQUEST)


def own_routes() -> list[BaseRoute]:
    """Return the routes of the shell itself."""
    assets = [Mount(f"/{name}", StaticFiles(directory=folder)) for name, folder in asset_folders().items()]
    return [
        *consent_routes(),
        *basemap_routes(),
        *ground_routes(),
        *paper_routes(),
        *places_routes(),
        *plain_routes(),
        *propose_routes(),
        *readiness_routes(),
        *search_routes(),
        *shell_routes(),
        Mount(ASSETS_PATH, routes=assets),
    ]


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


def serve(host: str, port: int, page: Path = PAGE) -> None:
    """Serve the pages until stopped, and do meanwhile what must be done by the clock."""
    sys.setswitchinterval(GIVES_WAY_S)
    proxies = settings().trusted_proxies
    with upkeep():
        uvicorn.run(
            create_app(page),
            host=host,
            port=port,
            http=PacedProtocol,
            ws="websockets-sansio",
            ws_max_size=LARGEST_MESSAGE_BYTES,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=list(proxies),
            server_header=False,
            access_log=False,
        )

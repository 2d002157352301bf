"""The page in which Streamlit draws: its own file, and in it what to say where nothing comes to be drawn.

All of a page comes by a WebSocket. Where a proxy does not let it through the page would stay blank for ever; so a
script of ours waits a while, tries a WebSocket of its own, and says what is wrong, with a link to the list, which
needs none. The log says so too. Without a script there is that link.
"""

import json
import logging
import time
from functools import cache
from html import escape
from http import HTTPStatus
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from commons.i18n import translate
from commons.vocabulary import Language
from dashboard.html import language_of
from maps.assets import asset_url
from maps.view_address import LIST_PATH

HIDDEN = ("/_stcore", "/auth", "/oauth2callback")
USED = ("/_stcore/health", "/_stcore/host-config", "/_stcore/upload_file/")
"""What a page asks for after it has been loaded; whatever else a newer Streamlit may bring stays hidden."""
PAGES = ("explore", "coverage", "research", "upload")
"""The first is at `/` too."""
TRIAL_PATH = "/connection"
STREAM_PATH = "/_stcore/stream"
TOLD_EVERY_S = 60.0
INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
WORDS = ("no_connection", "no_connection_lead", "slow", "slow_lead", "to_list", "no_script")

log = logging.getLogger(__name__)


class StreamlitPaths:
    """Middleware: hides what Streamlit serves and our pages do not use, as its metrics and its agents' entrance."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._told_at = -TOLD_EVERY_S

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - ASGI's own word
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["path"] in (STREAM_PATH, TRIAL_PATH):
            self._tell()
            headers = {"Upgrade": "websocket", "Cache-Control": "no-store"}
            answer = PlainTextResponse("a WebSocket is wanted here", HTTPStatus.UPGRADE_REQUIRED, headers)
            await answer(scope, receive, send)
        elif scope["path"].startswith(HIDDEN) and not scope["path"].startswith(USED):
            await Response(status_code=HTTPStatus.NOT_FOUND)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _tell(self) -> None:
        """Say once a minute what whoever runs a proxy must know."""
        if time.monotonic() - self._told_at > TOLD_EVERY_S:
            self._told_at = time.monotonic()
            log.warning(
                "a page's WebSocket does not come through: a proxy must pass on Upgrade and Connection for %s"
                " (deploy/nginx.conf)", STREAM_PATH,
            )  # fmt: skip


def shell_routes() -> list[BaseRoute]:
    """Return the routes of the dashboard's pages, and that by which a WebSocket is tried."""
    pages = [Route(path, page) for path in ("/", *(f"/{name}" for name in PAGES))]
    return [*pages, WebSocketRoute(TRIAL_PATH, is_through)]


async def page(request: Request) -> HTMLResponse:
    """Answer with the page, whose words are in the reader's language."""
    return HTMLResponse(shell(language_of(request)), headers={"Cache-Control": "no-cache"})


async def is_through(socket: WebSocket) -> None:
    """Open the WebSocket and close it: that is all it is for."""
    await socket.accept()
    await socket.close()


@cache
def shell(language: Language) -> str:
    """Return Streamlit's page with ours in it."""
    words = {name: translate(f"shell.{name}", language) for name in WORDS}
    said = escape(json.dumps({"words": words, "list": f"{LIST_PATH}?lang={language}", "trial": TRIAL_PATH}))
    script = f'<script defer src="{asset_url("maps", "shell.js")}" data-shell="{said}"></script>'
    to_list = f'<a href="{LIST_PATH}?lang={language}">{escape(words["to_list"])}</a>'
    without = f"<noscript><p>{escape(words['no_script'])} {to_list}</p>"
    text = INDEX.read_text("utf-8")
    before, _, rest = text.partition("<noscript>")
    _, end, after = rest.partition("</noscript>")
    title = translate("dashboard.brand", language)
    return (
        f"{before}{without}{end}{after}".replace("</head>", f"{script}</head>")
        .replace('<html lang="en">', f'<html lang="{language}">')
        .replace("<title>Streamlit</title>", f"<title>{escape(title)}</title>")
        .replace('<link rel="service-desc" href="./_stcore/agent/openapi.json" />', "")
    )

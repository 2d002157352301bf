"""What the server adds to every answer: what a page may load, and who may open a connection to it."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from re import DOTALL, findall
from urllib.parse import urlsplit, urlunsplit

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.web.hosts import is_same_origin, is_tls
from maps.basemap import basemap_origin

COMMON = {
    "default-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    # Streamlit's emotion, and Leaflet's placement of marks, write styles into the page.
    "style-src": "'self' 'unsafe-inline'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}
# streamlit-folium writes the map's script into its frame and evaluates it; nothing outside the frame may.
FRAME_PATH = "/component/"
FRAME_SCRIPTS = "'self' 'unsafe-inline' 'unsafe-eval'"
FOREIGN_ORIGIN = 4403
PLAIN_HEADERS = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


class SecurityHeaders:
    """Middleware: sets the headers above, and refuses a WebSocket that another site's page opens.

    Streamlit would answer such a connection by asking a server on the internet for our own address.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - ASGI's own word
        if scope["type"] == "websocket" and not is_same_origin(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": FOREIGN_ORIGIN})
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in PLAIN_HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", content_policy(is_frame(scope["path"])))
                if scope["path"].startswith("/assets/"):
                    headers.setdefault("Cache-Control", "public, max-age=3600")
                if "location" in headers:
                    headers["Location"] = within_site(headers["Location"])
                if "set-cookie" in headers and is_tls(scope):
                    message["headers"] = [secured(*header) for header in message["headers"]]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def within_site(address: str) -> str:
    """Return where to go as a path of this site; Starlette's own redirects would name whatever `Host` was asked for.

    >>> within_site("http://evil.example/assets/maps/?x=1"), within_site("/list?lang=nl#top")
    ('/assets/maps/?x=1', '/list?lang=nl#top')
    """
    parts = urlsplit(address)
    return urlunsplit(("", "", f"/{parts.path.lstrip('/')}", parts.query, parts.fragment))


def secured(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Return a header as it is, a cookie as one that a browser sends by TLS alone.

    >>> secured(b"set-cookie", b"a=1; Path=/")
    (b'set-cookie', b'a=1; Path=/; Secure')
    """
    is_open = name.lower() == b"set-cookie" and b"; secure" not in value.lower()
    return name, value + b"; Secure" if is_open else value


def is_frame(path: str) -> bool:
    """Tell whether the path belongs to the map's frame."""
    return path.startswith(FRAME_PATH)


def content_policy(for_frame: bool, ancestors: str = COMMON["frame-ancestors"]) -> str:
    """Return the Content-Security-Policy of a page, or of the map's frame; images may be the basemap's too.

    `ancestors` are the sites in whose frames the page may stand.
    """
    return _content_policy(for_frame, ancestors, basemap_origin())


@cache
def _content_policy(for_frame: bool, ancestors: str, basemap: str | None) -> str:
    scripts = FRAME_SCRIPTS if for_frame else " ".join(["'self'", *inline_script_hashes()])
    images = f"{COMMON['img-src']} {basemap}" if basemap else COMMON["img-src"]
    policy = {**COMMON, "img-src": images, "frame-ancestors": ancestors, "script-src": scripts}
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def inline_script_hashes() -> list[str]:
    """Return the hashes of the scripts that Streamlit's own page holds, so that no other inline one runs."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    scripts = findall(r"<script>(.*?)</script>", page, DOTALL)
    return [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts]

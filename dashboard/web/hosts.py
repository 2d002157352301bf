"""Under which name the pages are ours: what `Host` and `Origin` may say, and the address that leads back here.

Where `COMMONS_PUBLIC_URL` is set, nobody is answered under another name. Where it is not, any `Host` is answered, and
none is repeated: what leads back here says the address at which this server itself was reached.
"""

import logging
import re
import time
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from commons.settings import settings

NAME = re.compile(r"([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?")
PORTS = {"http": 80, "https": 443}
ASKED_BY_MACHINES = frozenset({"/healthz", "/readyz"})
"""A container or a balancer asks for these by the address of the machine; they repeat nothing."""
TOLD_EVERY_S = 60.0

log = logging.getLogger(__name__)


class OwnName:
    """Middleware: refuses whoever asks under another name than that of `COMMONS_PUBLIC_URL`, where that is set."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.site = settings().public_url
        self._told_at = -TOLD_EVERY_S

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - ASGI's own word
        if self._is_ours(scope):
            await self.app(scope, receive, send)
            return
        self._tell()
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        refusal = PlainTextResponse("not this server's name", HTTPStatus.MISDIRECTED_REQUEST)
        await refusal(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        if (
            self.site is None
            or scope["type"] not in ("http", "websocket")
            or scope["path"] in ASKED_BY_MACHINES
        ):
            return True
        scheme, _, name = self.site.partition("://")
        said = Headers(scope=scope).getlist("host")
        return len(said) == 1 and name_of(said[0], scheme) == name_of(name.partition("/")[0], scheme)

    def _tell(self) -> None:
        """Say once a minute what whoever runs a proxy must know; nothing of what was asked."""
        if time.monotonic() - self._told_at > TOLD_EVERY_S:
            self._told_at = time.monotonic()
            log.warning(
                "refused: Host is another than that of COMMONS_PUBLIC_URL (%s). A proxy must pass it on with its port:"
                " proxy_set_header Host $http_host (deploy/nginx.conf)", self.site,
            )  # fmt: skip


def name_of(authority: str, scheme: str) -> tuple[str, int] | None:
    """Return the host and port that the authority of an address names, None where it names none.

    >>> name_of("Carte.example.org", "https"), name_of("[::1]:8501", "http"), name_of("a@b", "http")
    (('carte.example.org', 443), ('[::1]', 8501), None)
    """
    found = NAME.fullmatch(authority)
    return found and (found[1].lower().rstrip("."), int(found[2] or PORTS[scheme]))


def is_same_origin(headers: Headers) -> bool:
    """Tell whether the page that asks came from this very site; what is no browser names no origin."""
    origin = headers.get("origin")
    if origin is None:
        return True
    site = settings().public_url
    if site is None:
        return urlsplit(origin).netloc == headers.get("host")
    scheme, _, name = site.partition("://")
    said_scheme, _, said = origin.partition("://")
    return scheme == said_scheme and name_of(said, scheme) == name_of(name.partition("/")[0], scheme)


def site_address(scope: Scope) -> str:
    """Return the address of the pages: the one set, else that at which this server was reached; never a `Host`."""
    site = settings().public_url
    if site is not None:
        return site
    host, port = scope.get("server") or ("127.0.0.1", None)
    name = f"[{host}]" if ":" in host else host
    scheme = scope["scheme"]
    return f"{scheme}://{name}" + (f":{port}" if port and port != PORTS.get(scheme) else "")


def is_tls(scope: Scope) -> bool:
    """Tell whether the visitor speaks TLS, with us or with a proxy before us."""
    return scope["scheme"] in ("https", "wss") or (settings().public_url or "").startswith("https://")

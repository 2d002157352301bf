"""The public map's tiles over HTTP: `/tiles/{z}/{x}/{y}.mvt`, with filters in the query."""

import gzip
import logging
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

import psycopg
import psycopg_pool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from commons.database.connection import ROLE_OF
from commons.errors import CommonsError
from commons.vocabulary import Audience
from dashboard.components.query import read_pairs
from dashboard.web.failures import unavailable
from maps.filters import Filters, read_filters
from maps.tiles import TileAddress, Tiles, moment_of, read_address

TILES_PATH = "/tiles/"
ENDING = ".mvt"
MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
ALWAYS_ASKED = "no-cache"
"""A browser may keep a tile, and asks each time whether it still holds: a withdrawal counts at once."""

log = logging.getLogger(__name__)


class TileRoutes:
    """Middleware that answers the addresses of tiles before anything else looks at them: they come by the thousand."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.tiles = Tiles(ROLE_OF[Audience.PUBLIC])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - ASGI's own word
        if scope["type"] != "http" or not scope["path"].startswith(TILES_PATH):
            await self.app(scope, receive, send)
            return
        response = await self.answer(scope)
        await response(scope, receive, send)

    async def answer(self, scope: Scope) -> Response:
        """Return the tile, 304 where the browser has it, or a refusal that tells nothing but its number."""
        if scope["method"] not in ("GET", "HEAD"):
            return Response(status_code=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        address = address_of(scope["path"])
        if address is None:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        filters = filters_of(scope["query_string"])
        if filters is None:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        try:
            return await self._tile(address, filters, Headers(scope=scope))
        except (CommonsError, psycopg.Error, psycopg_pool.PoolTimeout) as failure:
            return unavailable(failure)

    async def _tile(self, address: TileAddress, filters: Filters, asked: Headers) -> Response:
        version, moment = await self.tiles.version(), moment_of(filters)
        if asked.get("if-none-match") == f'"{_tag(version, moment)}"':
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=_kept_by(_tag(version, moment)))
        tile = await self.tiles.tile(address, filters, version, moment)
        headers = _kept_by(_tag(tile.version, moment))
        if "gzip" not in asked.get("accept-encoding", ""):
            return Response(gzip.decompress(tile.packed), media_type=MEDIA_TYPE, headers=headers)
        return Response(tile.packed, media_type=MEDIA_TYPE, headers={**headers, "Content-Encoding": "gzip"})


def _tag(version: UUID, moment: datetime | None) -> str:
    return version.hex + (f"-{moment:%Y%m%dT%H%M}" if moment else "")


def _kept_by(tag: str) -> dict[str, str]:
    return {"ETag": f'"{tag}"', "Cache-Control": ALWAYS_ASKED, "Vary": "Accept-Encoding"}


def address_of(path: str) -> TileAddress | None:
    """Return the tile that a path names.

    >>> address_of("/tiles/12/2098/1373.mvt")
    TileAddress(zoom=12, column=2098, row=1373)
    """
    parts = path.removeprefix(TILES_PATH).removesuffix(ENDING).split("/")
    return read_address(*parts) if len(parts) == 3 and path.endswith(ENDING) else None


def filters_of(query: bytes) -> Filters | None:
    """Return the filters of an address's query, None where it is not understood or too long."""
    said = read_pairs(query)
    return None if said is None else read_filters(said)

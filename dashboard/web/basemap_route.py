"""The tiles of a basemap that the server itself keeps: `/basemap/{z}/{x}/{y}`."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from commons.settings import basemap_setting
from maps.basemap import archive

A_DAY = {"Cache-Control": "public, max-age=86400"}


def basemap_routes() -> list[BaseRoute]:
    """Return the route."""
    return [Route("/basemap/{z:int}/{x:int}/{y:int}", tile)]


def tile(request: Request) -> Response:
    """Answer with the image, or 404 where there is none, or no basemap of our own."""
    chosen = basemap_setting()
    if chosen is None or chosen.file is None:
        return Response(status_code=HTTPStatus.NOT_FOUND)
    found = archive(chosen.file)
    zoom, column, row = (int(request.path_params[name]) for name in "zxy")
    content = found.tile(zoom, column, row) if zoom <= found.deepest_zoom else None
    if content is None:
        return Response(status_code=HTTPStatus.NOT_FOUND)
    return Response(content, media_type=found.media_type, headers=A_DAY)

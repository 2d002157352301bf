"""The ground of the map that people explore, as JSON, which browsers keep: `/ground.json?lang=fr&v=…`."""

import gzip
import json
from http import HTTPStatus

import psycopg
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from commons.errors import CommonsError
from commons.release import released
from commons.vocabulary import Audience, Language
from dashboard.web.failures import unavailable
from dashboard.web.line import BusyError, pages
from maps.explore import GROUND_PATH, ground_of, ground_version

FOR_GOOD = "public, max-age=31536000, immutable"
NOT_KEPT = "no-cache"


def ground_routes() -> list[BaseRoute]:
    """Return the route; it keeps the ground of each language until the districts change."""
    kept: dict[Language, tuple[str | None, bytes]] = {}

    def packed(language: Language) -> tuple[str | None, bytes]:
        reader = released(Audience.PUBLIC)
        version = ground_version(reader)
        if language not in kept or kept[language][0] != version:
            text = json.dumps(ground_of(reader, language), ensure_ascii=False, separators=(",", ":"))
            kept[language] = version, gzip.compress(text.encode(), mtime=0)
        return kept[language]

    async def answer(request: Request) -> Response:
        language = request.query_params.get("lang", Language.FR)
        if language not in set(Language):
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        try:
            version, content = await pages.make(lambda: packed(Language(language)))
        except (CommonsError, psycopg.Error, BusyError, TimeoutError) as failure:
            return unavailable(failure)
        is_asked = version is not None and request.query_params.get("v") == version
        headers = {"Cache-Control": FOR_GOOD if is_asked else NOT_KEPT, "Vary": "Accept-Encoding"}
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(gzip.decompress(content), media_type="application/json", headers=headers)
        return Response(
            content, media_type="application/json", headers={**headers, "Content-Encoding": "gzip"}
        )

    return [Route(GROUND_PATH, answer)]

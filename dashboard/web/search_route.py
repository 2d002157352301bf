"""Suggestions while a visitor types: `/search?q=…&lang=fr`, JSON, of what the public may see at this moment."""

from http import HTTPStatus

import psycopg
import psycopg_pool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from commons.database.connection import ROLE_OF
from commons.errors import CommonsError
from commons.vocabulary import Audience, Language
from dashboard.web.failures import unavailable
from maps.search import LONGEST_TEXT, Search

SEARCH_PATH = "/search"
KNOWN = {"q", "lang"}
NEVER_KEPT = {"Cache-Control": "no-store"}
"""Neither what was looked for nor what was found stays in a browser's cache."""


def search_routes() -> list[BaseRoute]:
    """Return the route; its connections are opened at the first question."""
    search = Search(ROLE_OF[Audience.PUBLIC])

    async def answer(request: Request) -> Response:
        said = request.query_params
        text, language = said.get("q", ""), said.get("lang", Language.FR)
        if (
            len(said.multi_items()) != len(said)
            or not set(said) <= KNOWN
            or language not in set(Language)
            or len(text) > LONGEST_TEXT
        ):
            return Response(status_code=HTTPStatus.BAD_REQUEST, headers=NEVER_KEPT)
        try:
            found = await search.find(text, Language(language))
        except (CommonsError, psycopg.Error, psycopg_pool.PoolTimeout) as failure:
            return unavailable(failure)
        return JSONResponse({"found": found}, headers=NEVER_KEPT)

    return [Route(SEARCH_PATH, answer)]

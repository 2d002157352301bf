"""A page of the list beside a map, as JSON: `/places?lang=nl&box=4.3,50.8,4.4,50.9&category=food&skip=40`."""

from dataclasses import asdict, dataclass
from http import HTTPStatus

import psycopg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.vocabulary import Language
from dashboard.components.query import read_pairs
from dashboard.web.failures import unavailable
from dashboard.web.line import BusyError, pages
from maps.filters import Filters, read_filters
from maps.places import Box, Found, find_places, read_box
from maps.search import LONGEST_TEXT

PLACES_PATH = "/places"
PAGE = 40
FARTHEST = 10_000_000
NEVER_KEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Question:
    """What an address asks of the list."""

    language: Language = Language.FR
    filters: Filters = ()
    box: Box | None = None
    text: str = ""
    skip: int = 0


def places_routes() -> list[BaseRoute]:
    """Return the route."""
    return [Route(PLACES_PATH, answer)]


async def answer(request: Request) -> Response:
    """Answer with the page, or with a refusal that tells nothing but its number."""
    asked = read_question(request.scope["query_string"])
    if asked is None:
        return Response(status_code=HTTPStatus.BAD_REQUEST, headers=NEVER_KEPT)
    try:
        found = await pages.make(lambda: find(asked))
    except (CommonsError, psycopg.Error, BusyError, TimeoutError) as failure:
        return unavailable(failure)
    return JSONResponse(asdict(found), headers=NEVER_KEPT)


def find(asked: Question, most: int = PAGE) -> Found:
    """Return the page of the list that is asked for, of what is public."""
    with connect(Role.PUBLIC) as connection:
        return find_places(
            connection,
            asked.language,
            filters=asked.filters,
            box=asked.box,
            text=asked.text,
            most=most,
            skip=asked.skip,
        )


def read_question(query: bytes) -> Question | None:
    """Return what the query of an address asks, None where it is not understood.

    >>> read_question(b"lang=nl&q=tuin&category=garden").filters
    (('category', ('garden',)),)
    """
    said = read_pairs(query)
    if said is None:
        return None
    own = {name: value for name, value in said if name in {"lang", "box", "q", "skip"}}
    filters = read_filters([(name, value) for name, value in said if name not in own])
    skip, box = own.get("skip", "0"), read_box(own["box"]) if "box" in own else None
    language, text = own.get("lang", Language.FR), own.get("q", "")
    if (
        filters is None
        or ("box" in own and box is None)
        or language not in set(Language)
        or len(text) > LONGEST_TEXT
        or "\0" in text
        or not (skip.isascii() and skip.isdigit() and len(skip) <= len(str(FARTHEST)))
    ):
        return None
    return Question(Language(language), filters, box, text, int(skip))

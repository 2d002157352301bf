"""The list that stands beside a map: what filters, a box and a text let through, page by page, counted."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from math import isfinite
from typing import Any, LiteralString

import psycopg

from commons.calendar import LOCAL
from commons.release import Released
from commons.vocabulary import Language
from maps.filters import Filters, asks_open, conditions, step_of, values_of
from maps.hours import HOURS, open_at
from maps.search import FOUND, MOST_FOUND, SEARCHING, search_query

QUERY: LiteralString = (files("maps") / "places.sql").read_text("utf-8")
COUNT: LiteralString = (
    "SELECT count(*) FROM (SELECT FROM place WHERE true {narrowed} LIMIT %(counted)s) AS counted"
)
SOURCES = "SELECT DISTINCT unnest(attributions) AS source FROM place ORDER BY source"
WITHIN: LiteralString = "AND geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326) "
COUNTED = 10_000
"""More are told as more than so many."""
SORTED = 5000
"""So many are put in the order of their names in the reader's language; more stand in the order of an index."""
BY_NAME: LiteralString = "lower(unaccent(shown))"
BY_INDEX: LiteralString = "left(title, 100)"


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the map, in degrees of WGS84 (EPSG:4326), its edges within."""

    west: float
    south: float
    east: float
    north: float


def count_form(count: int, *, is_more: bool) -> str:
    """Return the form of the words that tell how many there are: `one`, `many`, or `more` than are counted."""
    return "more" if is_more else "one" if count == 1 else "many"


@dataclass(frozen=True, slots=True)
class Found:
    """A page of places (`maps.search.FOUND` names what each tells), and how many there are in all."""

    places: list[dict[str, Any]]
    count: int
    is_more: bool = False
    """There are more than `count`."""


def read_box(text: str) -> Box | None:
    """Return the box that an address names, west, south, east and north; None where it is none.

    >>> read_box("4.3,50.8,4.4,50.9")
    Box(west=4.3, south=50.8, east=4.4, north=50.9)
    """
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        return None
    inside = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    return (
        Box(west, south, east, north) if inside and all(map(isfinite, (west, south, east, north))) else None
    )


def find_places(
    connection: psycopg.Connection[Any],
    language: Language,
    *,
    filters: Filters = (),
    box: Box | None = None,
    text: str = "",
    most: int,
    skip: int = 0,
    at: datetime | None = None,
) -> Found:
    """Return a page of what the connection's reader sees.

    With a `text` the best that it finds anywhere, best first, at most `maps.search.MOST_FOUND`: the box is for those
    who look around, not for those who look for something.
    """
    open_now: tuple[str, ...] = ()
    if asks_open(filters):
        hours = [row[0] for row in connection.execute(HOURS).fetchall()]
        open_now = open_at(hours, step_of(at or datetime.now(LOCAL)))
    if text.strip():
        query, values = search_query(text, language, MOST_FOUND, filters, open_now)
        connection.execute(SEARCHING)
        best = _places(connection, query, values) if query else []
        return Found(best[skip : skip + most], len(best), len(best) == MOST_FOUND)
    narrowed: LiteralString = (WITHIN if box else "") + conditions(filters)
    values = {**values_of(filters, open_now), "language": language.value, "most": most, "skip": skip}
    if box:
        values |= {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
    counted = connection.execute(COUNT.replace("{narrowed}", narrowed), {**values, "counted": COUNTED + 1})
    count = int(counted.fetchall()[0][0])
    order = BY_NAME if count <= SORTED else BY_INDEX
    page = _places(connection, QUERY.replace("{narrowed}", narrowed).replace("{order}", order), values)
    return Found(page, min(count, COUNTED), count > COUNTED)


def _places(
    connection: psycopg.Connection[Any], query: LiteralString, values: dict[str, Any]
) -> list[dict[str, Any]]:
    return [dict(zip(FOUND, row, strict=True)) for row in connection.execute(query, values).fetchall()]


def sources_of(reader: Released) -> list[str]:
    """Return the sources of what the reader sees, as the filter `source` takes them; kept until that is another."""
    return list(_sources(reader, reader.version()))


@lru_cache(maxsize=4)
def _sources(reader: Released, version: str) -> tuple[str, ...]:  # noqa: ARG001 - what the answer is kept by
    return tuple(reader.query(SOURCES)["source"])

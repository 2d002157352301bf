"""The map to take along: `/poster.pdf?lang=nl&district=62&size=a3&category=food`, `/poster.svg`, and `/export.html`.

Each is made anew at every request, from what is public at that moment, and no browser keeps it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from commons.calendar import LOCAL, today
from commons.errors import CommonsError
from commons.release import released
from commons.release.hand_out import Made, hand_out
from commons.vocabulary import Audience, Language
from dashboard.failures import note_failure
from dashboard.hosts import site_address
from dashboard.line import BusyError, Line
from dashboard.query import read_pairs, take
from maps.export import export_entries, export_page
from maps.filters import LONGEST_VALUE, PLAIN_CODE, Filters, read_filters
from maps.poster import Form, Size, Terrain, poster, poster_entries, read_terrain, with_district
from maps.view_address import view_address

LONGEST_S = 30.0
"""From the request to the file; a query of the public's login takes fifteen seconds at most."""
MOST_WAITING = 6
EXPORT_PATH = "/export.html"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none';"
    " form-action 'none'",
}
MEDIA_TYPES = {Form.PDF: "application/pdf", Form.SVG: "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Question:
    """What an address asks to have made."""

    language: Language
    filters: Filters
    district: str | None
    size: Size = Size.A3


def paper_routes() -> list[BaseRoute]:
    """Return the routes; they share one line to wait in."""
    # One at a time: a poster takes a core for a second, and the pages need one too.
    line = Line("paper", at_once=1, most=MOST_WAITING, longest_s=LONGEST_S)

    async def give(
        request: Request,
        work: Callable[[Question, str], bytes],
        headers: dict[str, str],
        *,
        needs_district: bool,
    ) -> Response:
        asked = read_question(request.scope["query_string"])
        if asked is None or (needs_district and asked.district is None):
            return refusal(HTTPStatus.BAD_REQUEST)
        site = site_address(request.scope)
        try:
            content = await line.make(lambda: work(asked, site))
        except Exception as failure:  # noqa: BLE001 - whatever it is, nothing of it is told
            return refusal(status_of(failure))
        return Response(content, headers={**HEADERS, **headers})

    def poster_route(form: Form) -> Route:
        async def answer(request: Request) -> Response:
            def work(asked: Question, site: str) -> bytes:
                return make_poster(asked, site, form)

            headers = {"Content-Type": MEDIA_TYPES[form]}
            return await give(request, work, headers, needs_district=True)

        return Route(f"/poster.{form}", answer)

    async def export(request: Request) -> Response:
        day = today()
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Disposition": f'attachment; filename="brussels-commons-{day}.html"',
        }
        return await give(request, make_export, headers, needs_district=False)

    return [*map(poster_route, Form), Route(EXPORT_PATH, export)]


def status_of(failure: Exception) -> HTTPStatus:
    """Return the number that a failure is told by; the log has what is no visitor's doing."""
    match failure:
        case CommonsError(key="poster.no_district"):
            return HTTPStatus.NOT_FOUND
        case CommonsError(key="poster.address_too_long"):
            return HTTPStatus.BAD_REQUEST
        case BusyError() | TimeoutError():
            return HTTPStatus.SERVICE_UNAVAILABLE
    note_failure(failure)
    return HTTPStatus.SERVICE_UNAVAILABLE


def refusal(status: HTTPStatus) -> Response:
    """Return an answer that tells nothing but its number."""
    busy = {"Retry-After": "5"} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}
    return Response(status_code=status, headers={**HEADERS, **busy})


def read_question(query: bytes) -> Question | None:
    """Return what the query of an address asks, None where it is not understood.

    >>> read_question(b"lang=nl&district=62&size=a4&category=food")
    Question(language=<Language.NL: 'nl'>, filters=(('category', ('food',)),), district='62', size=<Size.A4: 'a4'>)
    """
    pairs = read_pairs(query)
    taken = None if pairs is None else take(pairs, "lang", "district", "size")
    if taken is None:
        return None
    own, rest = taken
    filters = read_filters(rest)
    language, size, district = own.get("lang", Language.FR), own.get("size", Size.A3), own.get("district")
    if (
        filters is None
        or language not in set(Language)
        or size not in set(Size)
        or (district is not None and not (len(district) <= LONGEST_VALUE and PLAIN_CODE.fullmatch(district)))
    ):
        return None
    return Question(Language(language), filters, district, Size(size))


def make_poster(asked: Question, site: str, form: Form) -> bytes:
    """Return the poster of what is public now, written down in the ledger."""
    reader = released(Audience.PUBLIC)
    terrain = read_terrain(reader, asked.district or "", asked.language)

    def make() -> Made:
        at = datetime.now(LOCAL)
        entries = poster_entries(reader, terrain, asked.language, asked.filters, at)
        content = poster(
            reader,
            terrain,
            language=asked.language,
            filters=asked.filters,
            address=view_address(site, asked.language, with_district(asked.filters, terrain.district.code)),
            size=asked.size,
            form=form,
            at=at,
            entries=entries,
        )
        return Made(content, entries.public_ids)

    return hand_out(reader, make, what=f"/poster.{form}")


def make_export(asked: Question, site: str) -> bytes:
    """Return the export of what is public now, written down in the ledger."""
    reader = released(Audience.PUBLIC)
    terrain: Terrain | None = None
    filters = asked.filters
    if asked.district is not None:
        terrain = read_terrain(reader, asked.district, asked.language)
        filters = with_district(filters, asked.district)

    def make() -> Made:
        at = datetime.now(LOCAL)
        entries = export_entries(reader, asked.language, filters, at)
        page = export_page(
            reader,
            language=asked.language,
            filters=filters,
            address=view_address(site, asked.language, filters),
            at=at,
            terrain=terrain,
            entries=entries,
        )
        return Made(page.encode(), entries.public_ids)

    return hand_out(reader, make, what=EXPORT_PATH)

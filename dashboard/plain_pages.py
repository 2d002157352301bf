"""The map and its list as plain pages: `/list`, `/embed` in the frame of another site, `/alternative/…` for a card.

They hold what the dashboard's front page does, need no script, and conform to WCAG 2.2 AA; a script adds the map.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from commons.categories.scheme import category_names
from commons.i18n import translate
from commons.release import Released, released
from commons.release.hand_out import Made, hand_out
from commons.vocabulary import Audience, CharterGrade, Language, ResourceKind
from dashboard.districts import districts_of
from dashboard.facts import card_of
from dashboard.failures import again_after, note_failure, status_of
from dashboard.headers import content_policy
from dashboard.hosts import site_address
from dashboard.html import language_of, template
from dashboard.line import BusyError, pages
from dashboard.places_route import PAGE, Question, find, read_question
from dashboard.propose_page import propose_address
from dashboard.query import LONGEST_QUERY
from dashboard.words import category_label, number
from maps.assets import asset_url
from maps.explore import Place, View, explored, ground_address, ground_version
from maps.filters import NOT_ASSESSED, OPEN, pairs_of
from maps.one import read_one
from maps.places import Found, count_form, sources_of
from maps.view_address import LIST_PATH

EMBED_PATH, CARD_PATH = "/embed", "/alternative/{id}"
FRESH = {"Cache-Control": "no-cache", "X-Robots-Tag": "noarchive"}
"""Neither a browser nor a search engine keeps what may be withdrawn tomorrow."""
COLOUR = re.compile(r"[0-9a-f]{6}")
DARKEST_RATIO = 4.5
OWN = frozenset({"colour", "show", "frame"})
"""What an address may say beside what `/places` knows: an accent, map or list alone, a card in a frame."""
SHOWN = ("both", "map", "list")
FEW = 5
"""A page in the frame of another site that shows more alternatives is written down as handed out."""


@dataclass(frozen=True, slots=True)
class Page:
    """What an address asks of a page."""

    path: str
    question: Question
    colour: str = ""
    show: str = SHOWN[0]
    origin: str = ""
    """The address of the pages, for the frame that another site embeds."""

    is_embedded: bool = False
    """In the frame of another site."""

    @property
    def home(self) -> str:
        """The path of the list."""
        return EMBED_PATH if self.is_embedded else LIST_PATH

    def address(self, path: str | None = None, **changes: Any) -> str:
        """Return the address of this view, with changes of its question, on this or another path."""
        asked = replace(self.question, **changes)
        said: list[tuple[str, str]] = [("lang", asked.language.value)]
        said += [("q", asked.text)] if asked.text else []
        said += pairs_of(asked.filters)
        said += [("skip", str(asked.skip))] if asked.skip else []
        said += [("colour", self.colour)] if self.colour else []
        said += [("show", self.show)] if self.show != SHOWN[0] else []
        there = path or self.path
        said += [("frame", "yes")] if self.is_embedded and there not in (EMBED_PATH, LIST_PATH) else []
        return f"{there}?{urlencode(said)}"


def plain_routes() -> list[BaseRoute]:
    """Return the routes of the pages."""
    return [Route(LIST_PATH, list_page), Route(EMBED_PATH, list_page), Route(CARD_PATH, card_page)]


async def list_page(request: Request) -> Response:
    """Answer with the map and the list of a view; what the address says and nobody understands is left out."""
    page = read_page(request)
    return await _answered(lambda: _list(page), page)


async def card_page(request: Request) -> Response:
    """Answer with one alternative's card; where it is not public, with the same words as where there is none."""
    page = read_page(request)
    return await _answered(lambda: _card(page, request.path_params["id"]), page)


def read_page(request: Request) -> Page:
    """Return what the address asks; of a query that is not understood only the language."""
    query = request.scope["query_string"][:LONGEST_QUERY]
    said = [
        (name, value.strip()) for name, value in parse_qsl(query.decode("ascii", "replace")) if value.strip()
    ]
    own = {name: value for name, value in said if name in OWN}
    rest = [(name, value) for name, value in said if name not in OWN and name != "box"]
    language = language_of(request)
    question = read_question(
        urlencode([*(pair for pair in rest if pair[0] != "lang"), ("lang", language)]).encode()
    )
    show, colour = own.get("show", SHOWN[0]), own.get("colour", "").lower()
    return Page(
        path=request.url.path,
        question=question or Question(language),
        colour=colour if COLOUR.fullmatch(colour) and is_legible(colour) else "",
        show=show if show in SHOWN else SHOWN[0],
        origin=site_address(request.scope),
        is_embedded=request.url.path == EMBED_PATH or own.get("frame") == "yes",
    )


def is_legible(colour: str) -> bool:
    """Tell whether white stands out from a colour of six hexadecimal figures, and it from white, by WCAG's 4.5 to 1.

    >>> is_legible("0b6e99"), is_legible("ffcc00")
    (True, False)
    """
    channels = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= DARKEST_RATIO


async def _answered(make: Callable[[], Response], page: Page) -> Response:
    language = page.question.language
    try:
        return await pages.make(make)
    except BusyError as failure:
        text, status = translate("plain.busy_lead", language), status_of(failure)
    except Exception as failure:  # noqa: BLE001 - told by a number; the log has no value
        text = translate("plain.failed_lead", language, number=note_failure(failure))
        status = status_of(failure)
    return _html(page, "failed", {"text": text}, status)


def _list(page: Page) -> Response:
    language, asked = page.question.language, page.question
    reader = released(Audience.PUBLIC)
    found = find_for(page, reader)
    if asked.skip and not found.places and not asked.text:
        return RedirectResponse(page.address(skip=0), HTTPStatus.SEE_OTHER, FRESH)
    version = ground_version(reader)
    districts = districts_of(reader, version, language)
    chosen = {name: set(values) for name, values in asked.filters}
    form = count_form(found.count, is_more=found.is_more)
    drawn = None
    if version is not None and page.show != "list":
        drawn = explored(
            language,
            ground_address(version, language),
            filters=asked.filters,
            cards=page.address(CARD_PATH),
            colour=page.colour,
        )
    places = [
        {
            **place,
            "category": category_label(place["category"], language),
            "where": districts.where(place["neighbourhood"], place["commune"]),
            "address": page.address(CARD_PATH.format(id=place["id"])),
        }
        for place in found.places
    ]
    context = {
        "places": places,
        "count": translate(f"plain.count.{form}", language, count=number(found.count, language)),
        "before": page.address(skip=max(0, asked.skip - PAGE)) if asked.skip else None,
        "after": page.address(skip=asked.skip + PAGE) if _goes_on(found, asked) else None,
        "chosen": chosen,
        "categories": category_names(language),
        "kinds": {k.value: translate(f"resource_kind.{k}", language) for k in ResourceKind},
        "grades": {g.value: translate(f"charter_grade.{g}", language) for g in CharterGrade}
        | {NOT_ASSESSED: translate("dashboard.explore.not_assessed", language)},
        "communes": districts.communes,
        "neighbourhoods": districts.neighbourhoods,
        "sources": [] if page.is_embedded else sources_of(reader),
        "drawn": json.dumps(drawn) if drawn else None,
        "is_open": OPEN in chosen,
        "ways": [(propose_address(language), translate("propose.addition_link", language)), *papers(page)],
        # What a partner's frame is made of stays.
        "clear": page.address(
            filters=tuple(f for f in asked.filters if page.is_embedded and f[0] == "source"), text="", skip=0
        ),
    }
    return _html(page, "list", context)


def find_for(page: Page, reader: Released) -> Found:
    """Return the page of the list; whose values it hands to another site's visitors is written down first.

    What is written down is the same in every colour of the frame.
    """
    if not page.is_embedded:
        return find(page.question)
    read: list[Found] = []

    def make() -> Made:
        read.append(find(page.question))
        ids = [str(place["id"]) for place in read[-1].places]
        content = json.dumps(read[-1].places, sort_keys=True, default=str).encode()
        return Made(content, ids if len(ids) > FEW else ())

    hand_out(reader, make, what=EMBED_PATH)
    return read[-1]


def papers(page: Page) -> list[tuple[str, str]]:
    """Return the addresses of what can be taken along of a view, with the words for them; of a search nothing."""
    language = page.question.language
    if page.question.text:
        return []
    offered = [("export", page.address("/export.html", skip=0))]
    if any(name == "district" and len(values) == 1 for name, values in page.question.filters):
        offered.insert(0, ("poster", page.address("/poster.pdf", skip=0)))
    return [(address, translate(f"{name}.offer", language)) for name, address in offered]


def _goes_on(found: Found, asked: Question) -> bool:
    is_counted = asked.skip + PAGE < found.count
    return is_counted or (found.is_more and not asked.text and len(found.places) == PAGE)


def _card(page: Page, public_id: str) -> Response:
    language = page.question.language
    reader = released(Audience.PUBLIC)
    one = read_one(reader, public_id)
    if one is None:
        text = translate("dashboard.card.gone", language)
        return _html(page, "gone", {"text": text}, HTTPStatus.NOT_FOUND)
    if one.id != public_id:
        there = page.address(CARD_PATH.format(id=one.id))
        return RedirectResponse(there, HTTPStatus.SEE_OTHER, FRESH)
    version = ground_version(reader)
    districts = districts_of(reader, version, language)
    place = Place(one.id, one.row["lat"], one.row["lon"])
    drawn = version and explored(
        language,
        ground_address(version, language),
        chosen=place,
        view=View(15, place.lat, place.lon),
        cards=page.address(CARD_PATH),
        colour=page.colour,
    )
    card = card_of(one.row, one.participations, districts.neighbourhoods | districts.communes, language)
    return _html(page, "card", {"card": card, "id": one.id, "drawn": json.dumps(drawn) if drawn else None})


def _html(page: Page, state: str, context: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return a page; everything put into it is escaped by the template."""
    language = page.question.language

    def say(key: str, **values: object) -> str:
        return translate(f"plain.{key}", language, **values)

    text = template("plain_page.html").render(
        page=page,
        state=state,
        language=language.value,
        languages=list(Language),
        say=say,
        tell=lambda key: translate(f"dashboard.{key}", language),
        assets={name: asset_url(*name.split("/")) for name in ASSETS},
        attributions=_attributions(language) if status < HTTPStatus.INTERNAL_SERVER_ERROR else "",
        **context,
    )
    policy = content_policy(for_frame=False, ancestors="*")
    return HTMLResponse(text, status, {**FRESH, **again_after(status), "Content-Security-Policy": policy})


def _attributions(language: Language) -> str:
    """Return what must be said of the open data that the districts rest on."""
    said = " · ".join(dict.fromkeys(released(Audience.PUBLIC).sources()["attribution"]))
    return translate("dashboard.footer.sources", language, sources=said) if said else ""


ASSETS = (
    "leaflet/leaflet.css",
    "leaflet/leaflet.js",
    "maps/layer.css",
    "maps/layer.js",
    "maps/tiles.js",
    "maps/explore.js",
    "maps/page.js",
)

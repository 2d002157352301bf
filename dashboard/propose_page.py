"""The page on which visitors propose an error or an addition: a plain form, made more convenient by a script."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from re import fullmatch
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from commons.categories.scheme import categories
from commons.database.proposal_lengths import LONGEST
from commons.errors import CommonsError
from commons.i18n import translate
from commons.proposals.draft import read_draft
from commons.proposals.send import send, shown
from commons.vocabulary import Language, ProposedField
from dashboard.failures import again_after, note_failure, status_of
from dashboard.html import body_of, language_of, template
from dashboard.line import forms
from dashboard.propose_gate import Gate, is_own_page
from dashboard.words import Row, category_label, text_of
from maps.assets import asset_url
from maps.explore import GROUND_PATH
from maps.layer import REGION_BOUNDS
from maps.search import LONGEST_TEXT

PROPOSE_PATH = "/propose"
LARGEST_FORM_BYTES = 65_536
REFERENCE = "[0-9A-F]{5}-[0-9A-F]{5}"
TRAP = "topic"
"""A field that nobody sees and no browser fills in by itself, but a program that fills in forms."""
EXAMPLES = {"lat": {Language.EN: "50.8466"}, "lon": {Language.EN: "4.3528"}}
NEVER_KEPT = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
MAP_WORDS = ("map_note", "map_label", "map_centre", "map_set", "map_zoom_in", "map_zoom_out")
SEARCH_WORDS = ("likely", "likely_note", "likely_error", "likely_about")


def propose_address(language: Language, public_id: str | None = None, sent: str | None = None) -> str:
    """Return the page's address: of an error of this alternative, or of an addition; or of what comes next."""
    said = {"lang": language.value, "id": public_id, "sent": sent}
    return f"{PROPOSE_PATH}?{urlencode({name: text for name, text in said.items() if text})}"


def propose_routes(gate: Gate | None = None) -> list[BaseRoute]:
    """Return the page's route."""
    gate = gate or Gate()

    async def answer(request: Request) -> Response:
        return await propose_page(request, gate)

    return [Route(PROPOSE_PATH, answer, methods=["GET", "POST"])]


@dataclass(frozen=True)
class Asked:
    """One request for the page: in which language, about what, and what was filled in."""

    language: Language
    public_id: str | None
    gate: Gate
    form: Mapping[str, str] = field(default_factory=dict)

    def say(self, key: str, **values: object) -> str:
        """Return the page's text."""
        return translate(f"propose.{key}", self.language, **values)

    @property
    def address(self) -> str:
        """The address of this page."""
        return propose_address(self.language, self.public_id)


async def propose_page(request: Request, gate: Gate) -> Response:
    """Answer with the form, with what to put right in it, or lead to the page that says what happens next."""
    asked = Asked(language_of(request), request.query_params.get("id"), gate)
    if request.method != "POST":
        reference = request.query_params.get("sent", "")
        if fullmatch(REFERENCE, reference):
            return _html(asked, "sent", {"reference": reference})
        return await _in_line(asked, lambda: _open(asked))
    body = await body_of(request, LARGEST_FORM_BYTES)
    if body is None:
        return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, headers=NEVER_KEPT)
    if not is_own_page(request.headers):
        return _html(asked, "foreign", {}, HTTPStatus.FORBIDDEN)
    try:
        told = parse_qs(body.decode(errors="replace"), max_num_fields=50, errors="replace")
    except ValueError:
        return Response(status_code=HTTPStatus.BAD_REQUEST, headers=NEVER_KEPT)
    form = {name: values[0] for name, values in told.items()}
    asked = Asked(asked.language, asked.public_id, gate, form)
    host = request.client.host if request.client else ""
    return await _in_line(asked, lambda: _take(asked, host))


async def _in_line(asked: Asked, work: Callable[[], Response]) -> Response:
    """Return the answer; where it could not be made, the form with all that was filled in."""
    try:
        return await forms.make(work)
    except Exception as failure:  # noqa: BLE001 - told by a number; the log has no value
        return _failed(asked, None, failure)


def _open(asked: Asked) -> Response:
    """Return the form."""
    about = None if asked.public_id is None else shown(asked.public_id)
    if asked.public_id is not None and about is None:
        return _html(asked, "missing", {}, HTTPStatus.NOT_FOUND)
    return _form(asked, about, {}, HTTPStatus.OK)


def _take(asked: Asked, host: str) -> Response:
    """Return the answer to a form that was sent."""
    about: Row | None = None
    try:
        about = None if asked.public_id is None else shown(asked.public_id)
        if asked.public_id is not None and about is None:
            return _html(asked, "missing", {}, HTTPStatus.NOT_FOUND)
        draft, faults = read_draft(asked.form, asked.language, UUID(about["public_id"]) if about else None)
        status = HTTPStatus.OK
        if asked.form.get(TRAP):
            faults = {TRAP: "trap"}
        elif not faults and asked.gate.was_sent(asked.form.get("opened", "")):
            faults = {"": "again"}
        elif not faults and not asked.gate.is_timely(asked.form.get("opened", "")):
            faults = {"": "soon"}
        elif not faults and not asked.gate.admits(host, asked.form["opened"]):
            faults, status = {"": "many"}, HTTPStatus.TOO_MANY_REQUESTS
        if draft is None or faults:
            return _form(asked, about, faults, status)
        reference = send(draft)
    except Exception as failure:  # noqa: BLE001 - told by a number; the log has no value
        if isinstance(failure, CommonsError) and failure.key == "proposal.full":
            return _form(asked, about, {"": "full"}, HTTPStatus.SERVICE_UNAVAILABLE)
        return _failed(asked, about, failure)
    if reference is None:  # hidden in this very moment
        return _html(asked, "missing", {}, HTTPStatus.NOT_FOUND)
    return RedirectResponse(propose_address(asked.language, sent=reference), HTTPStatus.SEE_OTHER, NEVER_KEPT)


def _failed(asked: Asked, about: Row | None, failure: Exception) -> Response:
    return _form(asked, about, {"": "failed"}, status_of(failure), number=note_failure(failure))


def _form(
    asked: Asked,
    about: Row | None,
    faults: Mapping[str, str],
    status: HTTPStatus,
    **values: object,
) -> Response:
    """Return the form with what was filled in, and with what to put right by the field's name ("": no field's)."""
    context = {
        "about": about,
        "now": [] if about is None else _now(about, asked.language),
        "title": asked.say("addition") if about is None else asked.say("error", name=_name(about, asked)),
        "form": asked.form,
        "faults": {name: _fault(asked, name, code, values) for name, code in faults.items()},
        "most": LONGEST,
        "categories": [(each.code, each.label[asked.language]) for each in categories()],
        "fields": [
            (each.value, translate(f"proposed_field.{each}", asked.language)) for each in ProposedField
        ],
        "opened": asked.gate.opened(),
        "trap": TRAP,
        "settings": _settings(asked),
        "scripts": [asset_url("leaflet", "leaflet.js")] * (about is None) + [asset_url("maps", "propose.js")],
    }
    return _html(asked, "form", context, status)


def _settings(asked: Asked) -> dict[str, str]:
    """Return what the script needs to know, as attributes of the form."""
    south_west, north_east = REGION_BOUNDS
    words = {name.replace("_", "-"): asked.say(name, **_kept(name)) for name in (*MAP_WORDS, *SEARCH_WORDS)}
    return words | {
        "lang": asked.language.value,
        "longest": str(LONGEST_TEXT),
        "bounds": ",".join(map(str, (*south_west, *north_east))),
        "style": asset_url("leaflet", "leaflet.css"),
        "ground": f"{GROUND_PATH}?lang={asked.language}",
    }


def _kept(name: str) -> dict[str, str]:
    """Return the placeholders that the script fills in, as they stand."""
    return {"map_set": {"lat": "{lat}", "lon": "{lon}"}, "likely_about": {"name": "{name}"}}.get(name, {})


def _fault(asked: Asked, name: str, code: str, values: Mapping[str, object]) -> str:
    if code == "missing":
        return asked.say(f"fault.{name}")
    if not name or name == TRAP:
        return asked.say(f"fault.{code}", **values)
    example = EXAMPLES.get(name, {}).get(asked.language) or {"lat": "50,8466", "lon": "4,3528"}.get(name, "")
    return asked.say(
        f"fault.{code}", **{"label": asked.say(f"label.{name}"), "most": LONGEST.get(name), "example": example}
        if code in ("long", "no_number", "outside") else {},
    )  # fmt: skip


def _name(about: Row, asked: Asked) -> str:
    return text_of(about, "name", asked.language)


def _now(about: Row, language: Language) -> list[tuple[str, str]]:
    """Return what everyone sees now of the fields that may be wrong."""
    parts = [(about["street"], about["house_number"]), (about["postcode"], about["municipality"])]
    told = {
        "category": category_label(about["category"], language),
        "place": ", ".join(filter(None, (" ".join(filter(None, part)) for part in parts))),
        "website": about["website"],
        "opening_hours": about["opening_hours"],
    }
    return [(translate(f"proposed_field.{name}", language), text) for name, text in told.items() if text]


def _html(asked: Asked, state: str, context: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return a page; everything put into it is escaped by the template."""
    sent = context.get("reference")
    languages = [(each.value, propose_address(each, asked.public_id, sent)) for each in Language]
    page = template("propose_page.html").render(
        language=asked.language.value, languages=languages, state=state, say=asked.say, address=asked.address,
        to_map=f"/?lang={asked.language}", addition=propose_address(asked.language), **context,
    )  # fmt: skip
    return HTMLResponse(page, status, {**NEVER_KEPT, **again_after(status)})

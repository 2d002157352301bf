"""The page behind a consent link: what is shared of a record, on whose word, and its withdrawal; without a script."""

import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from commons.consent.link import LINK_PATH, follow_link
from commons.consent.receipt import read_receipt, withdraw_by_link
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.i18n import translate
from commons.vocabulary import Language
from dashboard.components.consent_words import ConsentWords, groups_of, say_in
from dashboard.web.failures import again_after, note_failure, status_of
from dashboard.web.html import body_of, language_of, template
from dashboard.web.line import forms

LARGEST_FORM_BYTES = 2048
PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
"""Neither a cache, nor the address of the next page one goes to, nor a search engine keeps the link."""

log = logging.getLogger(__name__)


def consent_routes() -> list[BaseRoute]:
    """Return the route of the page; whatever stands behind its path is taken for a token."""
    return [Route(f"{LINK_PATH}{{token:path}}", consent_page, methods=["GET", "POST"])]


async def consent_page(request: Request) -> Response:
    """Answer with the page, with what a withdrawal would do, or do it and lead to its receipt."""
    body = await body_of(request, LARGEST_FORM_BYTES)
    if body is None:
        return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, headers=PRIVATE)
    form = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
    language = language_of(request)
    try:
        return await forms.make(lambda: _answer(request, language, form))
    except Exception as failure:  # noqa: BLE001 - told by a number; the log has neither the link nor a value
        return _failed(language, failure)


def _answer(request: Request, language: Language, form: dict[str, str]) -> Response:
    try:
        with connect(Role.INGEST) as connection:
            linked = follow_link(connection, request.path_params["token"])
            groups, step = (
                groups_of(form.get("what", "")),
                form.get("step") if request.method == "POST" else None,
            )
            if step == "withdraw" and groups:
                done = withdraw_by_link(connection, linked, groups)
            else:
                page = ConsentWords(
                    language, read_receipt(connection, linked), request.query_params.get("done")
                )
                if step == "see" and groups:
                    page.preview(
                        form["what"], withdraw_by_link(connection, linked, groups, dry_run=True).effects
                    )
                return _html(language, "page", page.context)
    except CommonsError as failure:
        if failure.key == "link.unknown":
            return _html(language, "not_found", {"text": str_in(failure, language)}, HTTPStatus.NOT_FOUND)
        raise
    if not done.in_ledger:
        log.error("withdrawal %s is not in the ledger", done.withdrawal_id)
    receipt = f"{request.url.path}?lang={language}&done={done.withdrawal_id}#done"
    return RedirectResponse(receipt, HTTPStatus.SEE_OTHER, PRIVATE)


def str_in(failure: CommonsError, language: Language) -> str:
    """Return what happened and what to do, in the reader's language."""
    return f"{failure.what(language)} {failure.remedy(language)}"


def _failed(language: Language, failure: Exception) -> Response:
    text = translate("consent_page.failed_lead", language, number=note_failure(failure))
    return _html(language, "failed", {"text": text}, status_of(failure))


def _html(
    language: Language, state: str, context: dict[str, Any], status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """Return a page; everything put into it is escaped by the template."""
    page = template("consent_page.html").render(
        language=language.value, languages=list(Language), state=state, say=say_in(language), **context
    )
    return HTMLResponse(page, status, {**PRIVATE, **again_after(status)})

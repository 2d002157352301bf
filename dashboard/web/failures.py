"""What a person sees when something fails: an explanation in their language, never a traceback."""

import logging
import secrets
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import psycopg
import streamlit as st
from starlette.responses import Response

from commons.errors import CommonsError
from dashboard.components.words import plain
from dashboard.session import language, say
from dashboard.web.line import BusyError

log = logging.getLogger(__name__)
RETRY = {"Retry-After": "5"}
OF_THE_DATABASE = "database."


@contextmanager
def explained() -> Iterator[None]:
    """Show what fails within, and go on after it.

    A failure that nobody foresaw gets a number, which the log has with its type or key and the places in the code;
    never its message, which may hold a partner's value.
    """
    try:
        yield
    except CommonsError as failure:
        if failure.key.startswith(
            OF_THE_DATABASE
        ):  # its words name hosts and logins, for who runs the server
            st.error(say("failure", number=note_failure(failure)), icon=":material/error:")
            return
        what, remedy = failure.what(language()), failure.remedy(language())
        st.error(f"{plain(what)}\n\n{plain(remedy)}", icon=":material/error:")
    except Exception as failure:  # noqa: BLE001 - the one place where a page's failures end
        st.error(say("failure", number=note_failure(failure)), icon=":material/error:")


def note_failure(failure: Exception) -> str:
    """Return the number under which the log has a failure's type or key and its places, and no value."""
    number = secrets.token_hex(4)
    places = [f"{at.filename}:{at.lineno}" for at in traceback.extract_tb(failure.__traceback__)]
    kind = failure.key if isinstance(failure, CommonsError) else type(failure).__name__
    log.error("failure %s: %s at %s", number, kind, " < ".join(reversed(places)))
    return number


def status_of(failure: Exception) -> HTTPStatus:
    """Return the status of a failure: 503 where the same may succeed in a moment, 500 for what nobody foresaw.

    The former is a database that is down, starting or has no connection left, and a line that is full.
    """
    is_passing = (
        failure.key.startswith(OF_THE_DATABASE)
        if isinstance(failure, CommonsError)
        else isinstance(failure, (psycopg.OperationalError, psycopg.InterfaceError, BusyError, TimeoutError))
    )
    return HTTPStatus.SERVICE_UNAVAILABLE if is_passing else HTTPStatus.INTERNAL_SERVER_ERROR


def again_after(status: HTTPStatus) -> dict[str, str]:
    """Return the header that tells when to ask again, of a 503."""
    return RETRY if status is HTTPStatus.SERVICE_UNAVAILABLE else {}


def unavailable(failure: Exception) -> Response:
    """Note the failure; return an answer that tells nothing but its number. A flood writes no log."""
    if not isinstance(failure, BusyError):
        note_failure(failure)
    return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers=RETRY)

"""What must be done by the clock, done by the server itself: one of several at a time, while it serves."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import psycopg

from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.release.upkeep import keep_up
from dashboard.web.failures import note_failure

EVERY_S = 60.0
"""What has run out is shown to nobody meanwhile; what others allow in its place comes back so much later at most."""


@contextmanager
def upkeep(every_s: float = EVERY_S) -> Iterator[None]:
    """Keep the release true to the clock within the block, at once and then every so many seconds."""
    ended = Event()
    thread = Thread(target=_keep_up_until, args=(ended, every_s), name="upkeep", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()


def _keep_up_until(ended: Event, every_s: float) -> None:
    while True:
        try:
            with connect(Role.INGEST) as connection:
                keep_up(connection)
        except (CommonsError, psycopg.Error) as failure:
            note_failure(failure)
        if ended.wait(every_s):
            return

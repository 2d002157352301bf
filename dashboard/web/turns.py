"""Whose page the dashboard makes next: each takes a tenth of a second of a core or more, and there are few cores.

Streamlit gives each visit a thread; sixty that compute at once would leave the map's files and `/healthz` a sixtieth
of a processor each. So visits take turns, partners among themselves: reading a long list takes minutes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, local

from commons.errors import CommonsError

AT_ONCE = 2
LONGEST_S = 60.0
"""Before, a page that is awaited says that there are many visitors: maps/static/shell.js."""

_public, _partners = BoundedSemaphore(AT_ONCE), BoundedSemaphore(AT_ONCE)
_mine = local()


@contextmanager
def turn(*, of_partner: bool = False) -> Iterator[None]:
    """Make the page within, or a part of it, when its turn has come. Raises CommonsError where that takes too long."""
    if getattr(_mine, "is_held", False):  # a part of a page that has its turn
        yield
        return
    turns = _partners if of_partner else _public
    if not turns.acquire(timeout=LONGEST_S):
        raise CommonsError("pages.busy")
    _mine.is_held = True
    try:
        yield
    finally:
        _mine.is_held = False
        turns.release()

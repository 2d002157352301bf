"""Whose page the dashboard makes next: each takes a tenth of a second of a core or more, and there are few cores.

Streamlit gives each visit a thread; sixty that compute at once would leave the map's files and `/healthz` a sixtieth
of a processor each. So visits take turns, partners among themselves: reading a long list takes minutes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, local

import streamlit as st

from commons.errors import CommonsError
from dashboard.session import say

AT_ONCE = 2
PATIENCE_S = 3.0
"""So long a page that is awaited stays as it is; then it says that there are many visitors."""
LONGEST_S = 60.0

_public, _partners = BoundedSemaphore(AT_ONCE), BoundedSemaphore(AT_ONCE)
_mine = local()


@contextmanager
def turn(*, of_partner: bool = False) -> Iterator[None]:
    """Make the page within, or a part of it, when its turn has come. Raises CommonsError where that takes too long."""
    if getattr(_mine, "is_held", False):  # a part of a page that has its turn
        yield
        return
    turns = _partners if of_partner else _public
    notice = None
    if not turns.acquire(timeout=PATIENCE_S):
        notice = st.info(say("busy"), icon=":material/hourglass_top:")
        if not turns.acquire(timeout=LONGEST_S):
            raise CommonsError("pages.busy")
    _mine.is_held = True
    try:
        if notice is not None:
            notice.empty()
        yield
    finally:
        _mine.is_held = False
        turns.release()

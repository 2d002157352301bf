"""Work for which visitors stand in line: so much of it at a time, so many who wait, and nobody for ever.

A flood then costs whoever comes last a `503`, and not the database its last connection: the public's login has
thirty, of which tiles take six, suggestions six, posters one and the dashboard's pages four (`dashboard.turns`).
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVar

Made = TypeVar("Made")


class BusyError(Exception):
    """As many as may wait are waiting."""


class Line:
    """Does `at_once` things at a time, in threads of its own, and takes no more than `most`, with those that wait."""

    def __init__(self, name: str, *, at_once: int, most: int, longest_s: float | None) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix=name)
        self._places = BoundedSemaphore(most)
        self._longest_s = longest_s

    async def make(self, work: Callable[[], Made]) -> Made:
        """Return what the work makes. Raises BusyError, or TimeoutError after `longest_s`.

        Work that has begun goes on to its end, and keeps its place in the line until then.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError
        future = self._threads.submit(work)
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wait_for(asyncio.wrap_future(future), self._longest_s)


pages = Line("page", at_once=8, most=72, longest_s=20.0)
"""The line of the plain pages and lists: each takes some hundredths of a second, and one connection at a time."""
forms = Line("form", at_once=4, most=48, longest_s=None)
"""The line of what people send: a crowd at the list keeps nobody from withdrawing, and what is begun is waited for."""

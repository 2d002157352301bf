"""A connection that sends or reads too slowly is closed: uvicorn itself waits for ever for the rest of a request.

It is held to a pace, as by Apache's `mod_reqtimeout`: a request has ten seconds, and one more for each so many bytes
of its body that have come. So a list of 50 MB comes through a slow line, and a connection that trickles is closed all
the same.
"""

import asyncio
from typing import Any

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

REQUEST_S = 10.0
BODY_BYTES_A_SECOND = 8 * 1024
READING_S = 30.0
"""How long nothing of an answer may be taken: a telephone out of reach comes back sooner, or asks again."""
LARGEST_HEAD_BYTES = 64 * 1024


class PacedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP connection, which is closed where it falls behind."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._begun_at: float | None = None
        """When the request began that is still coming; a connection begins with one."""
        self._head_bytes = 0
        self._body_bytes = 0
        self._answering: RequestResponseCycle | None = None
        """The request that is being answered; of those that were sent at once `cycle` is the last."""
        self._pace: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # noqa: D102
        super().connection_made(transport)
        self._begin()

    def data_received(self, data: bytes) -> None:  # noqa: D102
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > LARGEST_HEAD_BYTES:
            self._give_up()

    def on_message_begin(self) -> None:  # noqa: D102
        super().on_message_begin()
        if self._begun_at is None:
            self._begin()

    def on_headers_complete(self) -> None:  # noqa: D102
        super().on_headers_complete()
        self._head_bytes = 0

    def on_body(self, body: bytes) -> None:  # noqa: D102
        super().on_body(body)
        self._head_bytes = 0
        self._body_bytes += len(body)

    def on_message_complete(self) -> None:  # noqa: D102
        super().on_message_complete()
        self._end()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def handle_websocket_upgrade(self) -> None:  # noqa: D102
        self._end()
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: D102
        self._end()
        self._stop_reading()
        self._stop_answering()
        super().connection_lost(exc)

    def pause_writing(self) -> None:  # noqa: D102
        super().pause_writing()
        self._reading = self.loop.call_later(READING_S, self._give_up)

    def resume_writing(self) -> None:  # noqa: D102
        super().resume_writing()
        self._stop_reading()

    def _begin(self) -> None:
        self._begun_at, self._body_bytes = self.loop.time(), 0
        self._pace = self.loop.call_later(REQUEST_S, self._check_pace)

    def _end(self) -> None:
        self._begun_at, self._head_bytes = None, 0
        if self._pace is not None:
            self._pace.cancel()
            self._pace = None

    def _check_pace(self) -> None:
        if self._begun_at is None or self.transport.is_closing():
            return
        if self.flow.read_paused:  # it is we who are slow
            self._begun_at = self.loop.time()
        due = self._begun_at + REQUEST_S + self._body_bytes / BODY_BYTES_A_SECOND
        if self.loop.time() >= due:
            self._give_up()
        else:
            self._pace = self.loop.call_at(due, self._check_pace)

    def _give_up(self) -> None:
        """Close the connection; what is still being written to it goes nowhere."""
        self._stop_answering()
        self.transport.abort()

    def _stop_answering(self) -> None:
        if self._answering is not None:
            self._answering.disconnected = True

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

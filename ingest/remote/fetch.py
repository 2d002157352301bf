"""Fetching what an address gives: bounded in bytes and time, guarded, patient with a server that is busy.

`httpcore` is used without a client above it: a client writes whole addresses to its log, keeps cookies, and takes a
proxy from the environment, which would connect for us to what we refuse.
"""

import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Self

import httpcore

from commons.districts.fetch import CONNECT_TIMEOUT_S, RETRY_PAUSES_S, TIMEOUT_S
from commons.errors import CommonsError
from commons.settings import settings
from ingest.remote import guard
from ingest.remote.address import Address
from ingest.remote.guard import Allowed, Deadline, GuardedBackend

USER_AGENT = b"brussels-commons/0.1 (a geospatial data commons; fetches a partner's list on its behalf)"
MAX_REDIRECTS = 5
MAX_SECONDS = 1800.0
"""What one source may take in all: the largest list in pages of a thousand, a second each, fits."""
MAX_WAIT_S = 60.0
"""The longest pause that a server may ask for; beyond it, the next scheduled refresh is early enough."""
BUSY = (429, 503)
HICCUPS = (*BUSY, 500, 502, 504)
MISSING = (404, 410)
REDIRECTS = (301, 302, 303, 307, 308)
BLOCK_BYTES = 65_536
ANYTHING = b"application/geo+json, application/json;q=0.9, */*;q=0.5"

Progress = Callable[[int], None]
"""Told how many bytes have come in so far."""


@dataclass(frozen=True)
class Validators:
    """What a server calls the state of what it gave, to be asked only for something newer."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Answer:
    """What came: from which address in the end, and in which state; `is_new` is False where nothing has changed."""

    address: Address
    validators: Validators
    is_new: bool = True


class HiccupError(Exception):
    """A failure that may be over in a moment; `failure` is what to say if it is not."""

    def __init__(self, failure: CommonsError, wait_s: float | None = None) -> None:
        super().__init__(failure.key)
        self.failure, self.wait_s = failure, wait_s


class Fetcher:
    """One visit to other people's servers; what it may take is counted over all of its requests."""

    def __init__(
        self,
        *,
        is_allowed: Allowed | None = None,
        seconds: float = MAX_SECONDS,
        max_bytes: int | None = None,
        pauses_s: tuple[float, ...] = RETRY_PAUSES_S,
        progress: Progress | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._deadline = Deadline(seconds)
        self._limit = max_bytes or settings().max_upload_mb * 1024**2
        self._taken = 0
        self._pauses_s, self._progress = pauses_s, progress
        backend = GuardedBackend(is_allowed or guard.is_public, self._deadline)
        self._pool = httpcore.ConnectionPool(ssl_context, network_backend=backend)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._pool.close()

    def get(
        self,
        address: Address,
        target: Path,
        *,
        known: Validators | None = None,
        max_bytes: int | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Write what the address gives to `target`, unless it is as `known`. Raises CommonsError, explained.

        After a hiccup it is tried again, later where the server says so. With `seconds` it may take no longer, and is
        tried once: it is one of many.
        """
        for pause_s in (*(self._pauses_s if seconds is None else ()), None):
            try:
                with self._deadline.within(seconds):
                    return self._follow(address, target, known, max_bytes)
            except HiccupError as hiccup:
                wait_s = hiccup.wait_s or pause_s
                if pause_s is None or wait_s is None or wait_s > MAX_WAIT_S:
                    raise hiccup.failure from hiccup
            time.sleep(self._deadline.left(wait_s))
        raise AssertionError  # the last pause is None

    def _follow(
        self, address: Address, target: Path, known: Validators | None, max_bytes: int | None
    ) -> Answer:
        """Return the answer after at most `MAX_REDIRECTS` redirects, each of them checked as the first address is."""
        start = address
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._ask(address, target, known, max_bytes)
            if isinstance(answer, Answer):
                return answer
            address = address.redirected(answer)
        raise CommonsError("remote.redirects", host=start.host)

    def _ask(
        self, address: Address, target: Path, known: Validators | None, max_bytes: int | None
    ) -> Answer | str:
        """Return the answer to one request, or where it is redirected to."""
        url = httpcore.URL(
            scheme=address.url.raw_scheme,
            host=address.url.raw_host,
            port=address.url.port,
            target=address.url.raw_path,
        )
        timeouts = {"connect": CONNECT_TIMEOUT_S, "read": TIMEOUT_S, "write": TIMEOUT_S, "pool": TIMEOUT_S}
        try:
            with self._pool.stream(
                "GET", url, headers=_headers(address, known), extensions={"timeout": timeouts}
            ) as response:
                headers = _Headers(response.headers)
                if response.status in REDIRECTS and (location := headers.get("location")):
                    return location
                validators = Validators(headers.get("etag"), headers.get("last-modified"))
                if response.status == 304 and known:
                    return Answer(address, validators, is_new=False)
                _refuse_status(address, response.status, headers)
                self._write(response.iter_stream(), headers, target, max_bytes, address)
                return Answer(address, validators)
        except (
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
        ) as error:
            self._deadline.left()
            raise HiccupError(CommonsError("remote.unreachable", host=address.host)) from error

    def _write(
        self,
        received: Iterable[bytes],
        headers: "_Headers",
        target: Path,
        max_bytes: int | None,
        address: Address,
    ) -> None:
        """Write the body unpacked; what is counted is the larger of what came and what it unpacks to."""
        most = min(self._limit, max_bytes or self._limit)
        counter = _Counter(min(self._limit - self._taken, most), shown_mb=max(1, most // 1024**2))
        encoding = (headers.get("content-encoding") or "identity").strip().lower()
        if encoding not in ("identity", "gzip", "x-gzip"):
            raise CommonsError("remote.encoding", host=address.host)
        counted = counter.came_in(received)
        try:
            with target.open("wb") as body:
                for block in counted if encoding == "identity" else unpacked(counted):
                    counter.unpacked(len(block))
                    body.write(block)
                    if self._progress:
                        self._progress(self._taken + counter.most)
        except (zlib.error, EOFError) as error:
            raise HiccupError(CommonsError("remote.unreachable", host=address.host)) from error
        self._taken += counter.most


@dataclass
class _Counter:
    """Bytes as they came and as they unpack; raises CommonsError where either exceeds the limit."""

    limit: int
    shown_mb: int
    received: int = 0
    written: int = 0

    @property
    def most(self) -> int:
        return max(self.received, self.written)

    def came_in(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        for block in blocks:
            self.received += len(block)
            self._refuse()
            yield block

    def unpacked(self, count: int) -> None:
        self.written += count
        self._refuse()

    def _refuse(self) -> None:
        if self.most > self.limit:
            raise CommonsError("remote.too_large", limit=self.shown_mb)


def unpacked(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what gzip packed, never more than `BLOCK_BYTES` at a time. Raises EOFError where its end is missing."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for block in blocks:
        left, is_full = block, False
        while left or is_full:
            if unpacker.eof:  # another member follows
                unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
            piece = unpacker.decompress(left, BLOCK_BYTES)
            left = unpacker.unconsumed_tail or unpacker.unused_data
            is_full = len(piece) == BLOCK_BYTES and not unpacker.eof  # there may be more that it holds back
            yield piece
    if not unpacker.eof:
        raise EOFError


class _Headers:
    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._values = {name.lower().decode("latin-1"): value.decode("latin-1") for name, value in raw}

    def get(self, name: str) -> str | None:
        return self._values.get(name)


def _headers(address: Address, known: Validators | None) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"Host", address.url.netloc),
        (b"User-Agent", USER_AGENT),
        (b"Accept", ANYTHING),
        (b"Accept-Encoding", b"gzip"),
    ]
    if known and known.etag:
        headers.append((b"If-None-Match", known.etag.encode("latin-1")))
    if known and known.last_modified:
        headers.append((b"If-Modified-Since", known.last_modified.encode("latin-1")))
    return headers


def _refuse_status(address: Address, status: int, headers: _Headers) -> None:
    if status == 200:
        return
    if status in HICCUPS:
        wait_s = _retry_after(headers.get("retry-after")) if status in BUSY else None
        raise HiccupError(CommonsError("remote.status", host=address.host, status=status), wait_s)
    key = "remote.missing" if status in MISSING else "remote.status"
    raise CommonsError(key, host=address.host, status=status)


def _retry_after(value: str | None) -> float | None:
    """Return the seconds that a server asks to wait, given as such or as a time; None where it does not say."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((aware - datetime.now(UTC)).total_seconds(), 0.0)

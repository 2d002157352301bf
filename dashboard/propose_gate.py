"""Who may send a form: our own page's reader, not too fast, not too often. Nothing of them is stored or logged."""

import hmac
import ipaddress
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from hashlib import sha256

from starlette.datastructures import Headers

from dashboard.headers import is_same_origin

LEAST_SECONDS = 3
"""Nobody reads the page and fills it in within three seconds."""
MOST_SECONDS = 24 * 3600
MOST_AN_HOUR = 10
HOUR_SECONDS = 3600
MOST_CLIENTS = 4096
IPV6_SITE_BITS = 64
"""Whoever has one IPv6 address has all of its site's."""


class Gate:
    """Keeps in memory only how often each client sent within the hour, under a hash with a key of this process."""

    def __init__(self, clock: Callable[[], float] = time.time, most_an_hour: int = MOST_AN_HOUR) -> None:
        self._clock, self._most = clock, most_an_hour
        self._key = secrets.token_bytes(32)
        self._sent: OrderedDict[bytes, deque[float]] = OrderedDict()

    def opened(self) -> str:
        """Return the mark of this moment, to be put into a form."""
        return self._mark(int(self._clock()))

    def is_timely(self, mark: str) -> bool:
        """Tell whether the form with this mark was opened a while ago, but not for ever."""
        moment, _, _ = mark.partition(".")
        if not (moment.isascii() and moment.isdigit() and len(moment) < 12):
            return False
        age = self._clock() - int(moment)
        return LEAST_SECONDS <= age <= MOST_SECONDS and hmac.compare_digest(
            mark.encode(errors="replace"), self._mark(int(moment)).encode()
        )

    def admits(self, host: str) -> bool:
        """Count one more of this client's; tell whether that is not too many."""
        now, client = self._clock(), self._client(host)
        times = self._sent.setdefault(client, deque())
        self._sent.move_to_end(client)
        if len(self._sent) > MOST_CLIENTS:
            self._sent.popitem(last=False)
        while times and times[0] <= now - HOUR_SECONDS:
            times.popleft()
        if len(times) >= self._most:
            return False
        times.append(now)
        return True

    def _mark(self, moment: int) -> str:
        return f"{moment}.{hmac.new(self._key, str(moment).encode(), sha256).hexdigest()}"

    def _client(self, host: str) -> bytes:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            site = host
        else:
            site = str(
                ipaddress.ip_network((address, IPV6_SITE_BITS), strict=False)
                if address.version == 6
                else address
            )
        return hmac.digest(self._key, site.encode(errors="replace"), "sha256")


def is_own_page(headers: Headers) -> bool:
    """Tell whether our own page sent this: a browser says so by one header or the other, and no page can forge them."""
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    return headers.get("origin") is not None and is_same_origin(headers)

"""Who may send a form: our own page's reader, not too fast, not too often. Nothing of them is stored or logged."""

import hmac
import ipaddress
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from threading import Lock

from starlette.datastructures import Headers

from dashboard.web.hosts import is_same_origin

LEAST_SECONDS = 3
"""Nobody reads the page and fills it in within three seconds."""
MOST_SECONDS = 24 * 3600
HOUR, DAY = 3600, 24 * 3600
MOST_OF_SITE = {HOUR: 10, DAY: 20}
"""What a household or an office sends at most."""
MOST_OF_NETWORK = {HOUR: 25, DAY: 50}
"""What comes at most from neighbouring addresses, of which one person may have many.

In an hour, and in the year after which proposals go, that is less than what the database takes of all
(routines/proposals.sql): nobody alone shuts it for the others.
"""
SITE_BITS, NETWORK_BITS = {4: 32, 6: 64}, {4: 24, 6: 48}
"""Whoever has one IPv6 address has all of its /64, and often 65,536 of these."""
MOST_KEPT = 8192


class Gate:
    """Keeps in memory only when each client sent within the day, under a hash with a key of this process."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._sent: OrderedDict[bytes, deque[float]] = OrderedDict()
        self._used: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def opened(self) -> str:
        """Return the mark of this form: when it was opened, and which of those opened then it is."""
        return self._mark(int(self._clock()), secrets.token_hex(8))

    def is_timely(self, mark: str) -> bool:
        """Tell whether the form with this mark was opened a while ago, but not for ever."""
        moment, _, rest = mark.partition(".")
        form, _, _ = rest.partition(".")
        if not (moment.isascii() and moment.isdigit() and len(moment) < 12):
            return False
        age = self._clock() - int(moment)
        return LEAST_SECONDS <= age <= MOST_SECONDS and hmac.compare_digest(
            mark.encode(errors="replace"), self._mark(int(moment), form).encode(errors="replace")
        )

    def was_sent(self, mark: str) -> bool:
        """Tell whether the form with this mark was sent before."""
        return mark in self._used

    def admits(self, host: str, mark: str) -> bool:
        """Count one more of this client's, whose form has this mark; tell whether that is not too many."""
        with self._lock:
            now = self._clock()
            of_network = self._times(NETWORK_BITS, host, now)
            if mark in self._used or not is_below(of_network, now, MOST_OF_NETWORK):
                return False
            of_site = self._times(SITE_BITS, host, now)
            if not is_below(of_site, now, MOST_OF_SITE):
                return False
            of_network.append(now)
            of_site.append(now)
            self._use(mark, now)
            return True

    def _use(self, mark: str, now: float) -> None:
        """Remember a mark for as long as it would be timely."""
        self._used[mark] = now
        while next(iter(self._used.values())) < now - MOST_SECONDS:
            self._used.popitem(last=False)

    def _times(self, bits: Mapping[int, int], host: str, now: float) -> deque[float]:
        """Return when something came from the client's network within the day."""
        bucket = hmac.digest(self._key, f"{bits} {network_of(host, bits)}".encode(errors="replace"), "sha256")
        times = self._sent.setdefault(bucket, deque())
        self._sent.move_to_end(bucket)
        if len(self._sent) > MOST_KEPT:
            self._sent.popitem(last=False)
        while times and times[0] <= now - DAY:
            times.popleft()
        return times

    def _mark(self, moment: int, form: str) -> str:
        said = f"{moment}.{form}"
        return f"{said}.{hmac.new(self._key, said.encode(errors='replace'), sha256).hexdigest()}"


def is_below(times: Sequence[float], now: float, most: Mapping[int, int]) -> bool:
    """Tell whether one more stays within what may come in each span of seconds."""
    return all(sum(at > now - span for at in times) < count for span, count in most.items())


def network_of(host: str, bits: Mapping[int, int]) -> str:
    """Return the network of a client's address; what is no address is a network of its own.

    >>> network_of("2001:db8::1", SITE_BITS), network_of("::ffff:192.0.2.7", NETWORK_BITS), network_of("x", SITE_BITS)
    ('2001:db8::/64', '192.0.2.0/24', 'x')
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6 and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ipaddress.ip_network((address, bits[address.version]), strict=False))


def is_own_page(headers: Headers) -> bool:
    """Tell whether our own page sent this: a browser says so by one header or the other, and no page can forge them."""
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    return headers.get("origin") is not None and is_same_origin(headers)

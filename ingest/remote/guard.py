"""Where the program may connect to when somebody else names the host: the public internet, and nothing inside."""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, TypeAlias

import httpcore

from commons.errors import CommonsError

IPAddress: TypeAlias = IPv4Address | IPv6Address
Allowed: TypeAlias = Callable[[IPAddress, int], bool]
"""Says whether an address and port may be connected to."""
SocketOption: TypeAlias = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)

CARRIERS = (
    IPv6Network("::ffff:0:0/96"),  # IPv4-mapped
    IPv6Network("64:ff9b::/96"),  # NAT64
    IPv6Network("64:ff9b:1::/48"),  # NAT64 of a site
    IPv6Network("2001::/32"),  # Teredo
    IPv6Network("2002::/16"),  # 6to4
    IPv4Network("192.88.99.0/24"),  # 6to4's relays
    IPv4Network("192.0.0.0/24"),  # protocols, of which Python takes only the beginning for private
)
"""Addresses that stand for another one, which nobody would check."""
UNICAST = IPv6Network("2000::/3")
"""All that is given out of IPv6 so far."""


def is_public(address: IPAddress, port: int) -> bool:  # noqa: ARG001 - every port of a public address is public
    """Say whether an address is one of the public internet.

    >>> is_public(ip_address("198.41.0.4"), 443), is_public(ip_address("169.254.169.254"), 80)
    (True, False)
    """
    return (
        address.is_global
        and not (address.is_multicast or address.is_reserved)
        and not any(address in network for network in CARRIERS)
        and (address.version == 4 or address in UNICAST)
    )


class Deadline:
    """The moment after which nothing is waited for; `within` brings it forward for a while."""

    def __init__(self, seconds: float) -> None:
        self._last = self._next = time.monotonic() + seconds

    def left(self, timeout: float | None = None) -> float:
        """Return the shorter of the timeout and what is left. Raises CommonsError where nothing is."""
        now = time.monotonic()
        if now >= self._last:
            raise CommonsError("remote.too_long")
        if now >= self._next:
            raise CommonsError("remote.slow")
        return self._next - now if timeout is None else min(self._next - now, timeout)

    @contextmanager
    def within(self, seconds: float | None) -> Iterator[None]:
        """Let what is done in the block take so long at most."""
        self._next = self._last if seconds is None else min(self._last, time.monotonic() + seconds)
        try:
            yield
        finally:
            self._next = self._last


class GuardedBackend(httpcore.SyncBackend):
    """Connects to the addresses that it has checked itself, until a moment after which nothing is waited for.

    A name is resolved once for each connection: what was checked is what is connected to, whatever the name says a
    moment later. One address that is not allowed spoils the name.
    """

    def __init__(self, is_allowed: Allowed, deadline: Deadline) -> None:
        self._is_allowed, self._deadline = is_allowed, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        """Return a stream to the first of the host's addresses that answers."""
        failure: Exception = httpcore.ConnectError("no address")
        for address in self._checked(host, port):
            left = self._deadline.left(timeout)
            try:
                stream = super().connect_tcp(str(address), port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return HurriedStream(stream, self._deadline)
        raise failure

    def _checked(self, host: str, port: int) -> list[IPAddress]:
        """Return the host's addresses. Raises CommonsError where one of them is not allowed."""
        try:
            found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("no such host") from error
        addresses = list(dict.fromkeys(ip_address(str(entry[4][0])) for entry in found))
        if not all(self._is_allowed(address, port) for address in addresses):
            raise CommonsError("remote.private", host=host)
        return addresses


class HurriedStream(httpcore.NetworkStream):
    """A stream on which no wait outlasts the deadline: a server that sends a byte at a time is given up too."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return some bytes."""
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of the bytes."""
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Return the same stream encrypted; the certificate is checked against the name, not the address."""
        left = self._deadline.left(timeout)
        return HurriedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Return what the stream beneath knows."""
        return self._stream.get_extra_info(info)

"""An address on the web that may carry a key: it is fetched whole and shown in part."""

from collections.abc import Collection

import httpx

from commons.errors import CommonsError

MAX_LETTERS = 2000
LONG_PIECE = 24
"""Letters of a piece of a path beyond which it may be a key, as in the address of a shared spreadsheet."""


class Address:
    """An address of http or https. What prints it prints `shown`; `reveal()` returns all of it."""

    __slots__ = ("_url",)

    def __init__(self, text: str) -> None:
        """Raise CommonsError where the text is no such address, or has a user's name in it."""
        try:
            url = httpx.URL(text.strip()).copy_with(fragment=None)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise CommonsError("remote.address") from error
        if url.scheme not in ("http", "https") or not url.raw_host or url.userinfo or len(text) > MAX_LETTERS:
            raise CommonsError("remote.address")
        self._url = url

    def reveal(self) -> str:
        """Return the whole address."""
        return str(self._url)

    @property
    def url(self) -> httpx.URL:
        """The parts of the address."""
        return self._url

    @property
    def host(self) -> str:
        """The host as the network writes it, in ASCII."""
        return self._url.raw_host.decode("ascii")

    @property
    def shown(self) -> str:
        """The address without what may be a key: the query, and long pieces of the path.

        >>> Address("https://example.org/d/2PACX-1vQdZ0a7h3kLmPq9RsTuV/list.csv?key=secret").shown
        'https://example.org/d/…/list.csv?…'
        """
        path, _, query = self._url.raw_path.decode("ascii").partition("?")
        pieces = ["…" if len(piece) > LONG_PIECE else piece for piece in path.split("/")]
        site = f"{self._url.scheme}://{self._url.netloc.decode('ascii')}"
        return f"{site}{'/'.join(pieces)}{'?…' if query else ''}"

    def with_path(self, path: str) -> "Address":
        """Return the address of another path of the same site, with the same query."""
        return Address(str(self._url.copy_with(path=path)))

    def with_query(self, **values: str | int) -> "Address":
        """Return the address with these values in its query; those it has already stay as they are.

        >>> Address("https://example.org/items?limit=5").with_query(limit=1000, page=2).reveal()
        'https://example.org/items?limit=5&page=2'
        """
        known = {name.lower() for name in self._url.params}
        new = {name: value for name, value in values.items() if name.lower() not in known}
        return Address(str(self._url.copy_merge_params(new))) if new else self

    def without_query(self, names: Collection[str]) -> "Address":
        """Return the address without these names, in small letters, in its query."""
        kept = [(name, value) for name, value in self._url.params.multi_items() if name.lower() not in names]
        return Address(str(self._url.copy_with(params=kept)))

    def with_page(self, number: int) -> "Address":
        """Return the address of another page, counted from 1."""
        return Address(str(self._url.copy_set_param("page", number)))

    def redirected(self, location: str) -> "Address":
        """Return where a redirect leads. Raises CommonsError where what was asked in secret would be asked openly."""
        target = Address(self._joined(location))
        if self._url.scheme == "https" and target.url.scheme == "http":
            raise CommonsError("remote.downgrade", host=self.host)
        return target

    def on_this_site(self, link: str) -> "Address":
        """Return where a link leads, or raise CommonsError where that is another site.

        A server behind a proxy often writes http where it is asked by https: that is the same site.
        """
        target = Address(self._joined(link)).url
        if (self._url.scheme, target.scheme, target.port) == ("https", "http", None):
            target = target.copy_with(scheme="https")
        if (target.scheme, target.raw_host, target.port) != (
            self._url.scheme,
            self._url.raw_host,
            self._url.port,
        ):
            raise CommonsError("remote.other_site", host=self.host)
        return Address(str(target))

    def _joined(self, link: str) -> str:
        try:
            return str(self._url.join(link))
        except (httpx.InvalidURL, UnicodeError) as error:
            raise CommonsError("remote.address") from error

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Address) and self._url == other._url

    def __hash__(self) -> int:
        return hash(self._url)

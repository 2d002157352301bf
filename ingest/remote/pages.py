"""A list that comes in pages: taken only if it is whole, and the same from its first page to its last."""

from pathlib import Path

from commons.errors import CommonsError
from ingest.remote.address import Address
from ingest.remote.gather import Gathering, JsonItems, JsonObject

MAX_PAGES = 10_000
"""Ten million features, at a thousand each: a list that goes on after it has no end."""
PAGE_SIZE = 1000
"""Features asked for at a time: a page of some hundred kilobytes."""


class Pages:
    """What is known of the pages so far. Raises CommonsError wherever they cannot be those of one whole list."""

    def __init__(self) -> None:
        self._asked: set[Address] = set()
        self._matched: int | None = None
        self._found = 0
        self.crs: object = None

    @property
    def matched(self) -> int | None:
        """How many features there are in all, where the server says so."""
        return self._matched

    @property
    def found(self) -> int:
        """How many entries have come."""
        return self._found

    def ask(self, address: Address) -> Address:
        """Return the address of the next page, refused where it was asked before, or there are too many."""
        if address in self._asked:
            raise CommonsError("remote.page_twice")
        if len(self._asked) == MAX_PAGES:
            raise CommonsError("remote.pages_many", limit=MAX_PAGES)
        self._asked.add(address)
        return address

    def take(self, path: Path, gathering: Gathering) -> tuple[int, JsonObject]:
        """Return how many features a page has, which are gathered, and its other members."""
        before = self._found
        items = JsonItems(path, "features")
        for feature in items:
            if not gathering.add(feature):
                raise CommonsError("remote.unstable")
            self.count(1)
        members, count = items.members, self._found - before
        if members.get("type") != "FeatureCollection" or members.get("features") != []:
            raise CommonsError("remote.shape")
        returned = members.get("numberReturned")
        if isinstance(returned, int) and returned != count:
            raise CommonsError("remote.count", expected=returned, found=count)
        self.expect(members.get("numberMatched", members.get("totalFeatures")))
        if len(self._asked) > 1 and count and members.get("crs") != self.crs:
            raise CommonsError("remote.unstable")
        self.crs = members.get("crs") if count else self.crs
        return count, members

    def count(self, entries: int) -> None:
        """Count what came."""
        self._found += entries

    def expect(self, matched: object) -> None:
        """Keep how many there are in all; where two pages say different numbers the list changed meanwhile."""
        if not isinstance(matched, int) or isinstance(matched, bool) or matched < 0:
            return
        if self._matched not in (None, matched):
            raise CommonsError("remote.unstable")
        self._matched = matched

    def end(self) -> None:
        """Raise CommonsError where the server has more, or fewer, than came."""
        if self._matched not in (None, self.found):
            raise CommonsError("remote.count", expected=self._matched, found=self.found)

"""A source that is a collection of an OGC API (Features, Part 1), from whatever address of it a person has."""

from pathlib import Path

from commons.errors import CommonsError
from ingest.remote.address import Address
from ingest.remote.fetch import Fetcher
from ingest.remote.fetched import Fetched
from ingest.remote.gather import Gathering, JsonObject, fetch_document, links_of
from ingest.remote.pages import PAGE_SIZE, Pages

COLLECTIONS = ("data", "http://www.opengis.net/def/rel/ogc/1.0/data")
MAX_STEPS = 4
"""From the declaration of conformance by landing page and collections to one collection."""


def fetch_ogcapi(fetcher: Fetcher, address: Address, folder: Path) -> Fetched:
    """Return the collection's features, all of them, or raise CommonsError."""
    pages = Pages()
    page: Address | None = find_items(fetcher, address, folder).with_query(limit=PAGE_SIZE)
    with Gathering(folder) as gathering:
        while page:
            path = folder / "page"
            answer = fetcher.get(pages.ask(page), path)
            count, members = pages.take(path, gathering)
            following = links_of(members, "next")
            if following and count == 0:
                raise CommonsError("remote.page_empty")
            page = answer.address.on_this_site(following[0]) if following else None
        pages.end()
        return Fetched(gathering.write(folder / "collection", crs=pages.crs), ".geojson")


def find_items(fetcher: Fetcher, address: Address, folder: Path) -> Address:
    """Return the address of the features, found from a landing page, a conformance declaration or a collection."""
    for _ in range(MAX_STEPS):
        if address.url.path.rstrip("/").endswith("/items"):
            return address
        document, asked = fetch_document(fetcher, address, folder)
        address = _step(document, asked).with_query(**asked.url.params)  # a key, where one is asked for
    raise CommonsError("remote.no_collection")


def _step(document: JsonObject, address: Address) -> Address:
    """Return the next address on the way to the features."""
    if found := links_of(document, "items"):
        return address.on_this_site(found[0])
    path = address.url.path.rstrip("/")
    if isinstance(document.get("collections"), list):
        return _only_collection(document["collections"], address)
    if found := links_of(document, *COLLECTIONS):
        return address.on_this_site(found[0])
    if "conformsTo" in document and path.endswith("/conformance"):
        return address.with_path(path.removesuffix("conformance"))
    if isinstance(document.get("id"), str) and "/collections/" in path:
        return address.with_path(f"{path}/items")
    raise CommonsError("remote.no_collection")


def _only_collection(collections: list[object], address: Address) -> Address:
    of_features = [
        each
        for each in collections
        if isinstance(each, dict) and each.get("itemType", "feature") == "feature"
    ]
    if len(of_features) != 1:
        raise CommonsError("remote.collections", count=len(of_features))
    if found := links_of(of_features[0], "items"):
        return address.on_this_site(found[0])
    return address.with_path(f"{address.url.path.rstrip('/')}/{of_features[0].get('id')}/items")

"""A source that is a profile of the Murmurations network, or an index of it, whose nodes keep their own profiles."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from commons.calendar import day_of
from commons.errors import CommonsError
from ingest.remote.address import Address
from ingest.remote.fetch import Fetcher
from ingest.remote.fetched import Fetched
from ingest.remote.gather import (
    Gathering,
    JsonObject,
    as_feature,
    fetch_document,
    texts_joined,
)
from ingest.remote.pages import Pages

NODES_A_PAGE = 100
MAX_NODES = 5000
"""An index of more than these is asked for a region or a schema: each profile is a visit to another server."""
RENAMED = {
    "primary_url": "website",
    "full_address": "address",
    "street_address": "street",
    "postal_code": "postcode",
    "locality": "municipality",
    "telephone": "phone",
}
MOMENTS = {"starts_at": "founded_on", "ends_at": "ended_on"}
PROFILE_SECONDS = 20.0
"""What one profile among many may take: the others wait for it."""
OURSELVES = ("remote.too_long", "remote.too_large")
"""Failures that are the whole fetch's, and not a single profile's."""


def fetch_murmurations(fetcher: Fetcher, address: Address, folder: Path) -> Fetched:
    """Return one profile, or all those of an index that can be had; the others are counted."""
    document, _ = fetch_document(fetcher, address, folder)
    unreachable = 0
    with Gathering(folder) as gathering:
        if is_profile(document):
            gathering.add(from_profile(document, node_id(address.reveal())))
            return Fetched(gathering.write(folder / "collection"), ".geojson")
        for profile_url in listed_profiles(fetcher, address, folder):
            profile = _profile(fetcher, profile_url, folder)
            if profile is None:
                unreachable += 1
            else:
                gathering.add(from_profile({**profile, "profile_url": profile_url}, node_id(profile_url)))
        if unreachable and not gathering.count:
            raise CommonsError("remote.profiles", count=unreachable)
        path = gathering.write(folder / "collection", is_complete=not unreachable)
        return Fetched(path, ".geojson", unreachable)


def _profile(fetcher: Fetcher, profile_url: str, folder: Path) -> JsonObject | None:
    """Return the profile that is at an address, None where there is none at present."""
    try:
        document, _ = fetch_document(fetcher, Address(profile_url), folder, seconds=PROFILE_SECONDS)
    except CommonsError as error:
        if error.key in OURSELVES:
            raise
        return None
    return document if is_profile(document) else None


def listed_profiles(fetcher: Fetcher, address: Address, folder: Path) -> list[str]:
    """Return the addresses of all profiles of an index. Raises CommonsError where it does not list them all."""
    pages = Pages()
    found: set[str] = set()
    page: Address | None = address.with_query(page_size=NODES_A_PAGE)
    number = 1
    while page:
        document, asked = fetch_document(fetcher, pages.ask(page), folder)
        entries, meta = document.get("data"), document.get("meta")
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise CommonsError("remote.shape")
        meta = meta if isinstance(meta, dict) else {}
        pages.expect(meta.get("number_of_results"))
        pages.count(len(entries))
        found |= {entry["profile_url"] for entry in entries if _is_posted(entry)}
        if len(found) > MAX_NODES:
            raise CommonsError("remote.nodes_many", limit=MAX_NODES)
        number += 1
        page = _next_page(document, meta, asked, number)
        if page and not entries:
            raise CommonsError("remote.page_empty")
    pages.end()
    return sorted(found)


def _next_page(document: JsonObject, meta: JsonObject, asked: Address, number: int) -> Address | None:
    """Return the next page as the index links to it, or as it numbers it; None after the last."""
    links = document.get("links")
    if isinstance(links, dict) and isinstance(links.get("next"), str) and links["next"]:
        return asked.on_this_site(links["next"])
    last = meta.get("total_pages")
    return asked.with_page(number) if isinstance(last, int) and number <= last else None


def _is_posted(entry: JsonObject) -> bool:
    return isinstance(entry.get("profile_url"), str) and entry.get("status", "posted") == "posted"


def is_profile(document: JsonObject) -> bool:
    """Say whether a document is a profile: it names its schemas and itself."""
    return isinstance(document.get("linked_schemas"), list) and isinstance(document.get("name"), str)


def node_id(profile_url: str) -> str:
    """Return what the network calls a node: the SHA-256 of its profile's address."""
    return hashlib.sha256(profile_url.encode()).hexdigest()


def from_profile(profile: JsonObject, identity: str) -> JsonObject:
    """Return a profile as a feature, under the names by which fields are known here."""
    told = {RENAMED.get(name, name): value for name, value in profile.items()}
    geo, contact = told.pop("geolocation", None), told.get("contact_details")
    if isinstance(geo, dict):
        place = (geo.get("lon"), geo.get("lat"))
    else:
        place = (told.pop("longitude", None), told.pop("latitude", None))
    if isinstance(contact, dict) and isinstance(contact.get("email"), str):
        told.setdefault("email", contact["email"])
    if isinstance(told.get("tags"), list) and "category" not in told:
        told["category"] = texts_joined(told.pop("tags"))
    for name, field in MOMENTS.items():
        if day := _day(told.get(name)):
            del told[name]
            told[field] = day
    return as_feature(identity, place, told)


def _day(moment: object) -> str | None:
    """Return the day of a Unix time, None where it is none that a calendar has."""
    if isinstance(moment, bool) or not isinstance(moment, int | float):
        return None
    try:
        return day_of(datetime.fromtimestamp(moment, UTC)).isoformat()
    except (ValueError, OverflowError, OSError):
        return None

"""A source that is a map made with GoGoCarto: its elements, in the full form or the compact one."""

from pathlib import Path
from typing import Any

from commons.errors import CommonsError
from ingest.remote.address import Address
from ingest.remote.fetch import Fetcher, Validators
from ingest.remote.fetched import Fetched
from ingest.remote.gather import Gathering, JsonItems, JsonObject, as_feature, texts_joined

PATH = "/api/elements.json"
OF_ADDRESS = {
    "streetNumber": "house_number",
    "streetAddress": "street",
    "postalCode": "postcode",
    "addressLocality": "municipality",
}
RENAMED = {
    "openHours": "opening_hours",
    "updatedAt": "updated_on",
    "telephone": "phone",
    "abstract": "summary",
}
HIDDEN = "private"
"""What stands in the place of a mail address that the map keeps to itself."""


def fetch_gogocarto(fetcher: Fetcher, address: Address, folder: Path, known: Validators) -> Fetched | None:
    """Return the map's elements, None where they have not changed. Raises CommonsError where it has another shape."""
    if not address.url.path.endswith(".json"):
        address = address.with_path(address.url.path.rstrip("/").removesuffix("/api") + PATH)
    path = folder / "elements"
    answer = fetcher.get(address, path, known=known)
    if not answer.is_new:
        return None
    with Gathering(folder) as gathering:
        _gather(JsonItems(path, "data"), gathering)
        return Fetched(gathering.write(folder / "collection"), ".geojson", validators=answer.validators)


def _gather(items: JsonItems, gathering: Gathering) -> None:
    """Gather the elements; what the places of a compact one mean may be told after all of them."""
    compact: list[list[Any]] = []
    for element in items:
        if isinstance(element, list):
            compact.append(element)
        else:
            gathering.add(from_full(element))
    if items.members.get("data") != []:
        raise CommonsError("remote.shape")
    names = compact_names(items.members.get("mapping")) if compact else []
    for element in compact:
        gathering.add(from_compact(element, names))


def from_full(element: object) -> JsonObject:
    """Return an element of the full form as a feature, under the names by which fields are known here."""
    if not isinstance(element, dict):
        raise CommonsError("remote.shape")
    told: JsonObject = {RENAMED.get(str(name), str(name)): value for name, value in element.items()}
    identity, geo, address = told.pop("id", None), told.pop("geo", None), told.pop("address", None)
    place = (geo.get("longitude"), geo.get("latitude")) if isinstance(geo, dict) else (None, None)
    if isinstance(address, dict):
        told |= {OF_ADDRESS.get(name, f"address.{name}"): value for name, value in address.items()}
    elif address:
        told["address"] = address
    if isinstance(told.get("categories"), list):
        told["category"] = texts_joined(told.pop("categories"))
    if told.get("email") == HIDDEN:
        del told["email"]
    return as_feature(identity, place, told)


def compact_names(mapping: object) -> list[str]:
    """Return the names of the fields that each compact element lists in its second place."""
    match mapping:
        case ["id", [*names], "latitude", "longitude", *_] if all(isinstance(name, str) for name in names):
            return [str(name) for name in names]
    raise CommonsError("remote.shape")


def from_compact(element: list[Any], names: list[str]) -> JsonObject:
    """Return a compact element as a feature; what follows its position is told by its kind, a list or a number."""
    if len(element) < 4 or not isinstance(element[1], list) or len(element[1]) != len(names):
        raise CommonsError("remote.shape")
    identity, values, latitude, longitude, *rest = element
    told = dict(zip(names, values, strict=True))
    if rest and isinstance(rest[0], list):
        told["category_numbers"] = rest.pop(0)
    told |= dict(zip(("status", "moderationState"), rest, strict=False))
    return as_feature(identity, (longitude, latitude), told)

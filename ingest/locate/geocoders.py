"""What the three kinds of geocoder are asked, and what is taken from their answers."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pyproj import Transformer

from commons.districts.region import in_region
from commons.ground.streets import name_street, split_number
from commons.settings import GeocoderKind
from commons.territory import STORAGE_CRS, territory
from ingest.check.systems import REGION_BOUNDS

URBIS_CRS = territory().metric_crs
LEAST_CONFIDENCE = 0.8
"""Below it a Pelias answer is of another street or is interpolated, an UrbIS answer of a name that is only alike."""
HOUSE_RANK = 30
"""Nominatim's rank of a house or a place in it; what is coarser is a street or more."""
MOST_ANSWERS = 3


@dataclass(frozen=True)
class Address:
    """What is asked: a street, a house number in it, and the postcode."""

    street: str
    house_number: str
    postcode: str


@dataclass(frozen=True)
class Answer:
    """What a geocoder says: a point in WGS84, the address it is of, and how sure it is (0 to 1)."""

    lon: float
    lat: float
    street: str
    house_number: str
    postcode: str
    confidence: float

    def is_for(self, asked: Address) -> bool:
        """Say whether this is surely the house that was asked for: its street, number and postcode, in the region."""
        return (
            self.confidence >= LEAST_CONFIDENCE
            and bool(in_region(self.lon, self.lat))
            and self.postcode == asked.postcode
            and _number(self.house_number) == _number(asked.house_number)
            and bool(name_street(self.street) & name_street(asked.street))
        )


@dataclass(frozen=True)
class Protocol:
    """Where a kind of geocoder is asked, by which parameters, and how its answers are read; how long between two."""

    path: str
    parameters: Callable[[Address], dict[str, str]]
    answers: Callable[[Any], Iterator[Answer]]
    pause_s: float
    attributions: tuple[str, ...]


def _ask_nominatim(address: Address) -> dict[str, str]:
    west, south, east, north = REGION_BOUNDS
    return {
        "format": "jsonv2", "addressdetails": "1", "limit": str(MOST_ANSWERS), "bounded": "1",
        "countrycodes": territory().country.lower(),
        "street": f"{address.house_number} {address.street}", "postalcode": address.postcode,
        "viewbox": f"{west},{north},{east},{south}",
    }  # fmt: skip


def _read_nominatim(body: Any) -> Iterator[Answer]:
    for place in body:
        told = place.get("address", {})
        sure = float(place.get("place_rank", 0)) >= HOUSE_RANK
        yield Answer(
            float(place["lon"]), float(place["lat"]), told.get("road", ""), told.get("house_number", ""),
            told.get("postcode", ""), 1.0 if sure else 0.0,
        )  # fmt: skip


def _ask_pelias(address: Address) -> dict[str, str]:
    west, south, east, north = REGION_BOUNDS
    return {
        "address": f"{address.house_number} {address.street}", "postalcode": address.postcode, "country": "BEL",
        "size": str(MOST_ANSWERS), "boundary.rect.min_lon": str(west), "boundary.rect.min_lat": str(south),
        "boundary.rect.max_lon": str(east), "boundary.rect.max_lat": str(north),
    }  # fmt: skip


def _read_pelias(body: Any) -> Iterator[Answer]:
    for feature in body["features"]:
        told = feature["properties"]
        lon, lat = feature["geometry"]["coordinates"][:2]
        sure = told.get("layer") == "address" and told.get("match_type") != "interpolated"
        yield Answer(
            float(lon), float(lat), told.get("street", ""), told.get("housenumber", ""), told.get("postalcode", ""),
            float(told.get("confidence", 0)) if sure else 0.0,
        )  # fmt: skip


def _ask_urbis(address: Address) -> dict[str, str]:
    street = {"name": address.street, "postcode": address.postcode}
    asked = {"street": street, "number": address.house_number}
    return {"json": json.dumps({"language": "fr", "address": asked, "spatialReference": str(URBIS_CRS)})}


def _read_urbis(body: Any) -> Iterator[Answer]:
    to_degrees = Transformer.from_crs(URBIS_CRS, STORAGE_CRS, always_xy=True)
    for place in body["result"] or ():
        told, point = place["address"], place["point"]
        lon, lat = to_degrees.transform(float(point["x"]), float(point["y"]))
        street = told["street"]
        yield Answer(
            lon, lat, street["name"], str(told.get("number", "")), str(street.get("postCode", "")),
            float(place.get("score", 0)) / 100,
        )  # fmt: skip


def _number(text: str) -> float:
    return split_number(f"x {text}")[1]


OSM = "© OpenStreetMap contributors"
NOMINATIM_PAUSE_S = 1.0
"""One request a second is the most that the public Nominatim allows."""
PAUSE_S = 0.2
PROTOCOLS = {
    GeocoderKind.NOMINATIM: Protocol("/search", _ask_nominatim, _read_nominatim, NOMINATIM_PAUSE_S, (OSM,)),
    GeocoderKind.PELIAS: Protocol("/v1/search/structured", _ask_pelias, _read_pelias, PAUSE_S, (OSM,)),
    GeocoderKind.URBIS: Protocol(
        "/localization/Rest/Localize/getaddressesfields",
        _ask_urbis,
        _read_urbis,
        PAUSE_S,
        ("UrbIS, Paradigm",),
    ),
}

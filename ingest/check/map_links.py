"""Where the pin of a link to a map stands. What the map is centred on says only where somebody looked."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote, unquote_plus, urlsplit

import pandas as pd

from ingest.check.angles import PAIR, read_angle
from ingest.patterns import per_value

LonLat = tuple[float, float]

PINS = {
    "google": ("q", "query", "destination", "daddr"),
    "apple": ("coordinate", "q", "daddr"),
    "waze": ("ll", "to"),
    "osmand": ("pin",),
    "bing": ("sp", "where1"),
}
"""The parameters that are a pin where they are a pair, the surest first. `ll`, `center` and `@` of Google are views."""
_DEGREES = r"([-+]?[0-9]{1,3}\.[0-9]+)"
_PAIR = re.compile(rf"(?:loc:|ll\.|point\.)? *\(?{_DEGREES} *[,_; ] *{_DEGREES}\)?(?: *\(.*\)|_.*)?")
_PLACE_DATA = re.compile(rf"!3d{_DEGREES}!4d{_DEGREES}")
_PLACE_PATH = re.compile(r"/maps/(?:place|search|dir/?)/([^/@]+)(?:/@|/data|/?$)")


def pins(texts: pd.Series) -> pd.DataFrame:
    """Return the `lon` and `lat` of each link's pin, NaN where it has none; asked once for every different text."""
    found = per_value(texts, read_pin)
    none = (float("nan"), float("nan"))
    return pd.DataFrame(
        [pin or none for pin in found], columns=["lon", "lat"], index=texts.index, dtype=float
    )


def read_pin(link: str) -> LonLat | None:
    """Return longitude and latitude of the one pin that a link says by itself; a shortened one says nothing.

    >>> read_pin("https://www.google.com/maps/place/X/@50.84,4.32,14z/data=!4m6!3m5!8m2!3d50.827!4d4.346")
    (4.346, 50.827)
    >>> read_pin("https://www.openstreetmap.org/#map=17/50.85/4.3"), read_pin("geo:50.827,4.346?z=17")
    (None, (4.346, 50.827))
    """
    text = link.strip()
    if text.lower().startswith("geo:"):
        return _read_geo(text)
    try:
        url = urlsplit(text if "://" in text else f"https://{text}")
        given = {name.lower(): values[0] for name, values in parse_qs(url.query).items()}
    except ValueError:
        return None
    host, path = (url.hostname or "").lower(), unquote(url.path)
    if "google" in host:
        return _one(_PLACE_DATA.findall(unquote(text))) or _first(given, "google") or _in_path(path)
    written = _pair(_of_its_own(host, path, given))
    if "mapy" in host and written:  # it alone writes longitude first
        return written[1], written[0]
    return written or next((_first(given, name) for name in PINS if name in host), None)


def _of_its_own(host: str, path: str, given: Mapping[str, str]) -> str:
    """Return the pair of a link that writes its pin in a way of its own, empty for the others."""
    lat, lon = given.get("lat", ""), given.get("lon", "")
    ways = {
        "openstreetmap": f"{given.get('mlat', '')},{given.get('mlon', '')}",
        "osm.org": f"{given.get('mlat', '')},{given.get('mlon', '')}",
        "mapy": given.get("id", "") if given.get("source") == "coor" else "",
        "here.com": ",".join(path.removeprefix("/l/").split(",")[:2]),
        "osmand": f"{lat},{lon}",
        "apple": given.get("ll", "") if "q" in given else "",  # a pin called q; by itself `ll` is a view
    }
    return next((pair for part, pair in ways.items() if part in host), "")


def _read_geo(text: str) -> LonLat | None:
    """Return the point of a `geo:` address (RFC 5870); Android's `q` says the pin where there is one."""
    point, _, query = text[len("geo:") :].partition("?")
    asked = parse_qs(query).get("q", [""])[0]
    return _pair(asked) or _pair(",".join(point.split(";")[0].split(",")[:2]))


def _one(found: list[tuple[str, str]]) -> LonLat | None:
    """Return the pin of a place's data; of a way between several, none is meant more than the others."""
    return _pair(",".join(found[0])) if len(set(found)) == 1 else None


def _first(given: Mapping[str, str], provider: str) -> LonLat | None:
    pairs = (_pair(given[name]) for name in PINS[provider] if name in given)
    return next((pair for pair in pairs if pair), None)


def _in_path(path: str) -> LonLat | None:
    found = _PLACE_PATH.search(path)
    return _pair(unquote_plus(found[1])) if found else None


def _pair(text: str) -> LonLat | None:
    """Return the pair that a text is, written latitude first; an address or a name is none."""
    if written := _PAIR.fullmatch(text.strip()):
        return float(written[2]), float(written[1])
    if written := re.match(PAIR, text.strip()):
        lon, lat = read_angle(written["lon"]), read_angle(written["lat"])
        return (lon, lat) if lon == lon and lat == lat else None  # noqa: PLR0124 - NaN
    return None

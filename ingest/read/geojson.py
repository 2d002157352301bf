"""GeoJSON, parsed by us: GDAL would open whatever a file that is called `.geojson` points at."""

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from types import NoneType
from typing import Any

import numpy as np
import pandas as pd
import shapely

from commons.errors import CommonsError
from ingest.notices import Notice, NoticeCode
from ingest.read.encoding import opened_text
from ingest.read.geometry import is_earthly, representative_points
from ingest.read.json_stream import JsonLines, JsonStream, is_lines
from ingest.read.table import (
    Format,
    Points,
    RawTable,
    in_chunks,
    one_behind,
    plain_text,
    refuse_size,
    text_column,
)

KNOWN_CRS = {"4326": 4326, "CRS84": 4326, "31370": 31370, "3812": 3812, "3857": 3857, "900913": 3857}
"""What the obsolete `crs` member may name, by the word that gives it away."""


def read_geojson(path: Path) -> Iterator[RawTable]:
    """Yield the features of a FeatureCollection. An undeclared CRS stays so: real files lie about it.

    Raises CommonsError where it is not JSON, has a key twice, NaN or Infinity, or is no FeatureCollection.
    """
    try:
        with opened_text(path) as (file, encoding, notices):
            stream = JsonLines(file) if is_lines(file) else JsonStream(file, "features")
            yield from _read_collection(stream, encoding, notices)
    except OverflowError as error:  # a coordinate of hundreds of digits
        raise CommonsError("read_json_number") from error
    except UnicodeEncodeError as error:  # half of a surrogate pair
        raise CommonsError("read_not_text") from error


def _read_collection(
    stream: JsonStream | JsonLines, encoding: str, notices: list[Notice]
) -> Iterator[RawTable]:
    """Yield the features; the first chunk waits for the next, so that a short file is known to its end."""
    crs: int | None = None
    keep_ids: bool | None = None
    number = 1
    chunks = one_behind(in_chunks(stream.items()))
    for place, features in enumerate(chunks):
        if place == 0:
            crs = _declared_crs(stream.members)
            keep_ids = _has_ids_of_its_own(features)
        yield _read_features(features, number, crs, encoding, notices, keep_ids=bool(keep_ids))
        number += len(features)
    if number == 1 and _is_feature(stream.members):  # one feature is a list of one
        crs = _declared_crs(stream.members)
        yield _read_features([stream.members], 1, crs, encoding, notices, keep_ids="id" in stream.members)
        return
    if stream.members.get("type") != "FeatureCollection" or stream.members.get("features") != []:
        raise CommonsError("read_not_a_collection")
    if _declared_crs(stream.members) != crs and number > 1:
        raise CommonsError("read_crs_late")


def _has_ids_of_its_own(features: list[Any]) -> bool:
    """Say whether features carry an `id` beside their properties, and no property is called so."""
    known = [feature for feature in features if _is_feature(feature)]
    return any("id" in feature for feature in known) and not any(
        "id" in (feature.get("properties") or {}) for feature in known
    )


def _read_features(
    features: list[Any], first: int, crs: int | None, encoding: str, notices: list[Notice], *, keep_ids: bool
) -> RawTable:
    for number, feature in enumerate(features, start=first):
        if not _is_feature(feature):
            raise CommonsError("read_feature", row=number)
    properties = [flatten(feature.get("properties") or {}) for feature in features]
    if keep_ids:
        properties = [{"id": f.get("id"), **members} for f, members in zip(features, properties, strict=True)]
    names = list(dict.fromkeys(chain.from_iterable(properties)))
    refuse_size(max(len(names), 1), len(features))
    index = pd.RangeIndex(first, first + len(features), name="row_number")
    rows = pd.DataFrame(
        {name: _column([members.get(name) for members in properties]).set_axis(index) for name in names},
        index=index,
    )
    points, about_geometry = read_points([feature.get("geometry") for feature in features], first)
    return RawTable(rows, points, crs, Format.GEOJSON, encoding, (*notices, *about_geometry))


def _is_feature(feature: object) -> bool:
    return (
        isinstance(feature, dict)
        and feature.get("type") == "Feature"
        and isinstance(feature.get("properties"), dict | None)
        and isinstance(feature.get("geometry"), dict | None)
    )


def _column(values: list[Any]) -> pd.Series:
    """Return what a property is in each feature as text; where all are text there is nothing to ask of each."""
    if set(map(type, values)) <= {str, NoneType}:
        return text_column(values)
    return text_column([as_text(value) for value in values])


def flatten(members: dict[str, Any]) -> dict[str, Any]:
    """Return the members with those of objects among them under names joined by points; a name in use is not taken.

    >>> flatten({"address": {"street": "Rue Haute", "no": {"nr": 3}}, "name": "x"})
    {'address.street': 'Rue Haute', 'address.no.nr': 3, 'name': 'x'}
    """
    if dict not in set(map(type, members.values())):
        return members
    flat: dict[str, Any] = {}
    for name, value in members.items():
        inner = {f"{name}.{key}": v for key, v in flatten(value).items()} if isinstance(value, dict) else {}
        if inner and not inner.keys() & members.keys():
            flat |= inner
        else:
            flat[name] = value
    return flat


def as_text(value: Any) -> str | None:
    """Return a JSON value as one cell of text; a list of plain values is separated by `|`.

    >>> as_text(["data", "place"]), as_text(1030.0), as_text(True)
    ('data|place', '1030', 'true')
    """
    match value:
        case None | str() | int() | float():
            return plain_text(value)
        case list() if not any(isinstance(member, list | dict) for member in value):
            return "|".join(as_text(member) or "" for member in value) or None
    return json.dumps(value, ensure_ascii=False)


def read_points(geometries: list[dict[str, Any] | None], first: int) -> tuple[Points, list[Notice]]:
    """Return a point (x, y) for every geometry, NaN for none, and the notices about the others.

    `first` is the row number of the first geometry.
    """
    points = np.full((len(geometries), 2), np.nan)
    others: list[int] = []
    for place, geometry in enumerate(geometries):
        match geometry:
            case None:
                pass
            case {"type": "Point", "coordinates": [int() | float() as x, int() | float() as y, *_]}:
                points[place] = x, y
            case _:
                others.append(place)
    unearthly = np.flatnonzero(np.isfinite(points[:, 0]) & ~is_earthly(points))
    points[unearthly] = np.nan
    lost = [Notice(NoticeCode.GEOMETRY_UNREADABLE, int(place) + first) for place in unearthly]
    if not others:
        return points, lost
    shapes = shapely.from_geojson([json.dumps(geometries[place]) for place in others], on_invalid="ignore")
    points[others], notices = representative_points(shapes, np.array(others) + first)
    return points, [*lost, *notices]


def _declared_crs(members: dict[str, Any]) -> int | None:
    if members.get("crs") is None:
        return None
    words = re.findall(r"CRS84|\d{4,6}", json.dumps(members["crs"]))
    known = {KNOWN_CRS[word] for word in words if word in KNOWN_CRS}
    if len(known) != 1:
        raise CommonsError("read_crs_unknown")
    return known.pop()

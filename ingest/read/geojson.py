"""GeoJSON and lists of objects, parsed by us: GDAL would open whatever a file that is called `.geojson` points at."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import NoneType
from typing import Any

import numpy as np
import pandas as pd
import shapely

from commons.errors import CommonsError
from commons.territory import STORAGE_CRS, WEB_CRS, territory
from ingest.notices import Notice, NoticeCode
from ingest.read.encoding import opened_text
from ingest.read.geometry import is_earthly, representative_points
from ingest.read.json_stream import JsonLines, JsonStream, is_lines
from ingest.read.overpass import without_nesting
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

KNOWN_CRS = {
    **{str(crs): crs for crs in (STORAGE_CRS, *territory().projected_crs, WEB_CRS)},
    "CRS84": STORAGE_CRS,
    "900913": WEB_CRS,
}
"""What the obsolete `crs` member may name, by the word that gives it away."""
GEOMETRIES = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
LISTED = ("data", "items", "results", "records", "elements", "features", "entries", "rows", "places", "value")
"""What interfaces call the list that they answer with."""
MOST_WITHIN = 3
"""How many objects deep a list is looked for."""


def read_geojson(path: Path) -> Iterator[RawTable]:
    """Yield the features of a FeatureCollection, of several within one another, or the objects of a plain list.

    An undeclared CRS stays so: real files lie about it. Raises CommonsError where it is not JSON, has a key twice, NaN
    or Infinity, or holds no list.
    """
    try:
        with opened_text(path) as (file, encoding, notices):
            stream: JsonStream | JsonLines = JsonStream(file, "features", may_be_array=True)
            if is_lines(file):
                stream = JsonLines(file)
            yield from _read_document(stream, encoding, notices)
    except OverflowError as error:  # a coordinate of hundreds of digits
        raise CommonsError("read_json_number") from error
    except UnicodeEncodeError as error:  # half of a surrogate pair
        raise CommonsError("read_not_text") from error


def _read_document(
    stream: JsonStream | JsonLines, encoding: str, notices: list[Notice]
) -> Iterator[RawTable]:
    """Yield the items; the first chunk waits for the next, so that a short file is known to its end."""
    reader: Reader | None = None

    def reader_of(items: list[Any]) -> Reader:
        are_features = stream.has_long or any(
            isinstance(i, dict) and i.get("type") == "Feature" for i in items
        )
        keep_ids = are_features and _has_ids_of_its_own(items)
        return Reader(are_features, keep_ids, _declared_crs(stream.members), encoding, tuple(notices))

    number = 1
    for items in one_behind(in_chunks(_flat(stream.items()))):
        reader = reader or reader_of(items)
        yield _table(items, number, reader)
        number += len(items)
    if reader is None and stream.members and not stream.has_long:
        members = stream.members  # one feature is a list of one
        items = [members] if _is_feature(members) else list(_flat(list_within(members)))
        yield _table(items, 1, reader_of(items))
        return
    if stream.has_long and stream.members.get("type") != "FeatureCollection":
        raise CommonsError("read_not_a_collection")
    if reader is not None and _declared_crs(stream.members) != reader.crs:
        raise CommonsError("read_crs_late")


def _flat(items: Iterable[Any]) -> Iterator[Any]:
    """Yield the items, those of a collection among them in its place."""
    open_lists = [iter(items)]
    while open_lists:
        for item in open_lists[-1]:
            if isinstance(item, dict) and item.get("type") == "FeatureCollection" and "features" in item:
                if not isinstance(item["features"], list):
                    raise CommonsError("read_not_a_collection")
                open_lists.append(iter(item["features"]))
                break
            yield item
        else:
            open_lists.pop()


def list_within(members: dict[str, Any]) -> list[Any]:
    """Return the only list of objects within a document, or the one whose name says that it is what is listed.

    Raises CommonsError where there is none, or nobody can tell which.

    >>> list_within({"meta": {"count": 1}, "data": {"items": [{"nom": "A"}]}})
    [{'nom': 'A'}]
    """
    level = [members]
    for _ in range(MOST_WITHIN):
        found = {name: value for each in level for name, value in each.items() if _is_list_of_objects(value)}
        named = [found[name] for name in LISTED if name in found]
        if "$schema" not in members and (named or len(found) == 1):
            return next(iter(named or found.values()))
        level = [value for each in level for value in each.values() if isinstance(value, dict)]
    raise CommonsError("read_not_a_collection")


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


@dataclass(frozen=True)
class Reader:
    """What a document's items are: features, or plain objects; and what is known of the document.

    `keep_ids` where features have ids of their own.
    """

    is_of_features: bool
    keep_ids: bool
    crs: int | None
    encoding: str
    notices: tuple[Notice, ...]


def _has_ids_of_its_own(features: list[Any]) -> bool:
    """Say whether features carry an `id` beside their properties, and no property is called so."""
    known = [feature for feature in features if _is_feature(feature)]
    return any("id" in feature for feature in known) and not any(
        "id" in (feature.get("properties") or {}) for feature in known
    )


def _table(items: list[Any], first: int, reader: Reader) -> RawTable:
    """Return the items as rows, each property a column."""
    read = _properties_of_features if reader.is_of_features else _properties_of_objects
    properties, geometries = read(items, first)
    if reader.keep_ids:
        properties = [{"id": f.get("id"), **members} for f, members in zip(items, properties, strict=True)]
    names = list(dict.fromkeys(chain.from_iterable(properties)))
    refuse_size(max(len(names), 1), len(items))
    index = pd.RangeIndex(first, first + len(items), name="row_number")
    rows = pd.DataFrame(
        {name: _column([members.get(name) for members in properties]).set_axis(index) for name in names},
        index=index,
    )
    if not (reader.is_of_features or any(geometries)):
        return RawTable(rows, None, reader.crs, Format.GEOJSON, reader.encoding, reader.notices)
    points, about_geometry = read_points(geometries, first)
    notices = (*reader.notices, *about_geometry)
    return RawTable(rows, points, reader.crs, Format.GEOJSON, reader.encoding, notices)


def _properties_of_features(items: list[Any], first: int) -> tuple[list[dict[str, Any]], list[Any]]:
    for number, feature in enumerate(items, start=first):
        if not _is_feature(feature):
            raise CommonsError("read_feature", row=number)
    properties = [flatten(feature.get("properties") or {}) for feature in items]
    return properties, [feature.get("geometry") for feature in items]


def _properties_of_objects(items: list[Any], first: int) -> tuple[list[dict[str, Any]], list[Any]]:
    """Return the members of each object, and its geometry where one of them is one."""
    properties, geometries = [], []
    for number, item in enumerate(items, start=first):
        if not isinstance(item, dict):
            raise CommonsError("read_object", row=number)
        item = without_nesting(item)  # noqa: PLW2901 - the same object
        shape = next((name for name, value in item.items() if _is_geometry(value)), None)
        geometries.append(item.get(shape) if shape else None)
        properties.append(flatten({name: value for name, value in item.items() if name != shape}))
    return properties, geometries


def _is_geometry(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") in GEOMETRIES and "coordinates" in value


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

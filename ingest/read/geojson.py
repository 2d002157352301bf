"""GeoJSON, parsed by us: GDAL would open whatever a file that is called `.geojson` points at."""

import json
import math
import re
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import shapely

from commons.errors import CommonsError
from ingest.notices import Notice
from ingest.read.delimited import decode
from ingest.read.geometry import representative_points
from ingest.read.table import Format, Points, RawTable, plain_text, refuse_size

KNOWN_CRS = {"4326": 4326, "CRS84": 4326, "31370": 31370, "3812": 3812, "3857": 3857, "900913": 3857}
"""What the obsolete `crs` member may name, by the word that gives it away."""


def read_geojson(path: Path) -> RawTable:
    """Return the features of a FeatureCollection. An undeclared CRS stays so: real files lie about it.

    Raises CommonsError where it is not JSON, has a key twice, NaN or Infinity, or is no FeatureCollection.
    """
    text, encoding, notices = decode(path.read_bytes())
    try:
        return _read_collection(_parse(text), encoding, notices)
    except RecursionError as error:
        raise CommonsError("read_json_too_deep") from error
    except OverflowError as error:  # a coordinate of hundreds of digits
        raise CommonsError("read_json_number") from error
    except UnicodeEncodeError as error:  # half of a surrogate pair
        raise CommonsError("read_not_text") from error


def _parse(text: str) -> dict[str, Any]:
    try:
        tree = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite
        )
    except json.JSONDecodeError as error:
        raise CommonsError("read_json", line=error.lineno) from error
    except ValueError as error:  # an integer of thousands of digits
        raise CommonsError("read_json_number") from error
    if not isinstance(tree, dict) or tree.get("type") != "FeatureCollection":
        raise CommonsError("read_not_a_collection")
    return tree


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):  # {"consent": false, "consent": true}: the last would win
        raise CommonsError("read_json_key_twice")
    return members


def _refuse_constant(_: str) -> NoReturn:
    raise CommonsError("read_json_number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):  # 1e999
        raise CommonsError("read_json_number")
    return number


def _read_collection(tree: dict[str, Any], encoding: str, notices: list[Notice]) -> RawTable:
    features = tree.get("features")
    if not isinstance(features, list):
        raise CommonsError("read_not_a_collection")
    for number, feature in enumerate(features, start=1):
        if not _is_feature(feature):
            raise CommonsError("read_feature", row=number)
    properties = [feature.get("properties") or {} for feature in features]
    if any("id" in feature for feature in features) and not any("id" in members for members in properties):
        properties = [{"id": f.get("id"), **members} for f, members in zip(features, properties, strict=True)]
    names = list(dict.fromkeys(name for members in properties for name in members))
    refuse_size(max(len(names), 1), len(features))
    rows = pd.DataFrame(
        {
            name: pd.array([as_text(members.get(name)) for members in properties], dtype="str")
            for name in names
        },
        index=pd.RangeIndex(1, len(features) + 1, name="row_number"),
    )
    points, about_geometry = read_points([feature.get("geometry") for feature in features])
    return RawTable(rows, points, _declared_crs(tree), Format.GEOJSON, encoding, (*notices, *about_geometry))


def _is_feature(feature: object) -> bool:
    return (
        isinstance(feature, dict)
        and feature.get("type") == "Feature"
        and isinstance(feature.get("properties"), dict | None)
        and isinstance(feature.get("geometry"), dict | None)
    )


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


def read_points(geometries: list[dict[str, Any] | None]) -> tuple[Points, list[Notice]]:
    """Return a point (x, y) for every geometry, NaN for none, and the notices about the others."""
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
    if not others:
        return points, []
    shapes = shapely.from_geojson([json.dumps(geometries[place]) for place in others], on_invalid="ignore")
    points[others], notices = representative_points(shapes, np.array(others) + 1)
    return points, notices


def _declared_crs(tree: dict[str, Any]) -> int | None:
    if tree.get("crs") is None:
        return None
    words = re.findall(r"CRS84|\d{4,6}", json.dumps(tree["crs"]))
    known = {KNOWN_CRS[word] for word in words if word in KNOWN_CRS}
    if len(known) != 1:
        raise CommonsError("read_crs_unknown")
    return known.pop()

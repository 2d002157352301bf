"""What of a chunk of checked records is copied into the database: a key for each, its columns, its districts."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from commons.categories.scheme import fold
from commons.consent.record_flags import STORED, with_validity
from commons.districts.assign import LEVELS, assign_points
from commons.districts.structure import Districts
from commons.territory import STORAGE_CRS
from ingest.check.records import CheckedRecords
from ingest.notices import NoticeCode

CONTENT = (
    "name", "name_fr", "name_nl", "name_en", "description", "description_fr", "description_nl", "description_en",
    "category", "category_raw", "website", "opening_hours", "street", "house_number", "postcode", "municipality",
    "phone", "email", "contact_person", "contact_email", "contact_phone", "subject", "legal_form",
    "enterprise_number", "founded_on", "ended_on", "offers", "needs", "updated_on",
)  # fmt: skip
"""The columns that are stored as they are checked; a change in one of them makes a new version."""

HASH_LEFT_OPEN = "\\x"
"""No byte, as PostgreSQL writes it."""
POINT_WITH_SRID = 0x20000001
EWKB = np.dtype([("order", "u1"), ("type", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")])

FINGERPRINT_DECIMALS = 4
"""Degrees kept of a position in the fingerprint of a row without a partner's id: about 10 m."""
FINGERPRINT_MARK = "~"
"""With what a fingerprint begins, and hardly a partner's id."""


def partner_keys(frame: pd.DataFrame, twins: Counter[str]) -> pd.Series:
    """Return the partner's id of each row, or a fingerprint of its name and place; the nth twin is numbered n.

    `twins` counts what earlier chunks of the file had of each.
    """
    keys = frame["partner_key"]
    bare = frame[keys.isna()]
    if bare.empty:
        return keys
    place = bare[["lon", "lat"]].round(FINGERPRINT_DECIMALS).astype(str).fillna("")
    seen = bare["name"].map(fold) + "|" + place["lon"] + "|" + place["lat"] + "|" + bare["street"].fillna("")
    nth = seen.groupby(seen).cumcount() + [twins[text] for text in seen]
    twins.update(seen)
    marks = [
        f"{FINGERPRINT_MARK}{hashlib.sha256(text.encode()).hexdigest()[:24]}"
        for text in seen + "|" + nth.astype(str)
    ]
    return keys.mask(keys.isna(), pd.Series(marks, index=bare.index, dtype=object))


def incoming_frame(checked: CheckedRecords, districts: Districts) -> pd.DataFrame:
    """Return the columns of `incoming_record`."""
    composed = checked.notices.loc[checked.notices["code"] == NoticeCode.NAME_COMPOSED.value, "row_number"]
    frame = checked.frame.assign(name_composed=checked.frame["row_number"].isin(composed))
    placed = assign_points(frame["lon"], frame["lat"], districts).set_axis(frame.index)
    flags = with_validity(frame)[[*STORED]]
    told = frame[["row_number", "partner_key", "name_composed", *CONTENT, "lon", "lat"]].assign(
        offers=_written(frame["offers"], _array),
        needs=_written(frame["needs"], _array),
        extras=_written(frame["extras"], partial(json.dumps, ensure_ascii=False)),
        participations=_written(frame["participations"], _participations),
    )
    return pd.concat([told, placed, flags], axis=1)


def first_versions(
    incoming: pd.DataFrame, upload_id: int, district_ids: Mapping[tuple[str, str], int]
) -> pd.DataFrame:
    """Return what is copied into `record_version` of an `incoming_frame` whose records are new, but for their ids.

    Their hash is left open: who compares the version with a later one makes it of the version itself.
    """
    districts = {
        f"{level}_id": incoming[level].map(
            {code: id_ for (of, code), id_ in district_ids.items() if of == level}
        )
        for level in LEVELS
    }
    return incoming[["row_number", "name_composed", *CONTENT, "extras"]].assign(
        upload_id=upload_id,
        content_hash=HASH_LEFT_OPEN,
        geom=_written_points(incoming["lon"], incoming["lat"]),
        **{name: ids.astype("Int64") for name, ids in districts.items()},
    )


def _written_points(lon: pd.Series, lat: pd.Series) -> pd.Series:
    """Return the points as PostGIS writes them (EWKB, hexadecimal), missing where there is none."""
    points = np.empty(len(lon), dtype=EWKB)
    points["order"], points["type"], points["srid"] = 1, POINT_WITH_SRID, STORAGE_CRS
    points["x"], points["y"] = lon, lat
    size = 2 * EWKB.itemsize
    offsets = pa.py_buffer(np.arange(0, size * (len(lon) + 1), size, dtype=np.int64))
    written = pa.LargeStringArray.from_buffers(
        len(lon), offsets, pa.py_buffer(points.tobytes().hex().encode())
    )
    return pd.Series(pc.if_else(pa.array(lon.notna()), written, None), dtype="str")


def _written(values: pd.Series, write: Callable[[Any], str | None]) -> pd.Series:
    """Return each value as PostgreSQL reads it; nothing where all are empty, for that is the table's default."""
    texts = [write(value) for value in values] if any(values) else None
    return pd.Series(texts, index=values.index, dtype=object)


def _array(codes: list[str]) -> str:
    return "{" + ",".join(codes) + "}"


def _participations(told: list[dict[str, Any]]) -> str | None:
    """Return what a record takes part in as JSON, in an order of its own, None where it takes part in nothing."""
    keyed = [{**each, "mutualisation_key": fold(each["title"])} for each in told]
    keyed.sort(key=lambda each: str(each["mutualisation_key"]))
    return json.dumps(keyed, ensure_ascii=False) if keyed else None

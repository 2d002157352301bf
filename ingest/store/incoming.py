"""What of a chunk of checked records is copied into the database: a key for each, its columns, its districts."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from commons.categories.scheme import fold
from commons.consent.record_flags import STORED, with_validity
from commons.districts.assign import assign_points
from commons.districts.structure import Districts
from ingest.check.records import CheckedRecords
from ingest.notices import NoticeCode

CONTENT = (
    "name", "name_fr", "name_nl", "name_en", "description", "description_fr", "description_nl", "description_en",
    "category", "category_raw", "website", "opening_hours", "street", "house_number", "postcode", "municipality",
    "phone", "email", "contact_person", "contact_email", "contact_phone", "subject", "legal_form",
    "enterprise_number", "founded_on", "ended_on", "offers", "needs", "updated_on",
)  # fmt: skip
"""The columns that are stored as they are checked; a change in one of them makes a new version."""

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

"""Storing checked records: new versions of what changed, nothing for what did not, gone for what a full list lacks."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from psycopg import sql
from psycopg.types.json import Jsonb

from commons.audit import record_event
from commons.categories.scheme import fold
from commons.consent.record_flags import record_flags
from commons.database.connection import Connection
from commons.database.statements import copy_rows, run_file
from commons.districts.assign import assign_points
from commons.districts.stored import stored_districts
from commons.partners import Dataset
from commons.vocabulary import UploadMode
from ingest.check.records import CheckedRecords
from ingest.notices import NoticeCode
from ingest.read.table import RawTable
from ingest.store.erased import without_erased

CONTENT = (
    "name", "name_fr", "name_nl", "name_en", "description", "description_fr", "description_nl", "description_en",
    "category", "category_raw", "website", "opening_hours", "street", "house_number", "postcode", "municipality",
    "phone", "email", "contact_person", "contact_email", "contact_phone", "subject", "legal_form",
    "enterprise_number", "founded_on", "ended_on", "offers", "needs", "updated_on",
)  # fmt: skip
"""The columns that are stored as they are checked; a change in one of them makes a new version."""

FINGERPRINT_DECIMALS = 4
"""Degrees kept of a position in the fingerprint of a row without a partner's id: about 10 m."""


@dataclass(frozen=True)
class StoredUpload:
    """What an upload changed. `is_repeat` where the very same file had been stored before: then nothing did.

    `erased` of the rows set aside speak of records that were erased.
    """

    upload_id: int
    rows_in: int
    new: int
    changed: int
    unchanged: int
    gone: int
    set_aside: int
    is_repeat: bool = False
    erased: int = 0


def store(
    connection: Connection,
    dataset: Dataset,
    raw: RawTable,
    checked: CheckedRecords,
    *,
    file_name: str,
    content: bytes,
    mapping: dict[str, str],
    mode: UploadMode = UploadMode.FULL,
    uploaded_by: str,
) -> StoredUpload:
    """Return what changed. The caller's transaction holds it all; a second upload of the dataset waits for its end."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('commons dataset'), %s)", (dataset.dataset_id,))
    digest = hashlib.sha256(content).digest()
    repeat = _same_file(connection, dataset, digest)
    if repeat is not None:
        return repeat
    keyed = replace(checked, frame=checked.frame.assign(partner_key=partner_keys(checked.frame)))
    checked = without_erased(connection, dataset, keyed, mapping)
    upload_id = _insert_upload(
        connection,
        dataset_id=dataset.dataset_id,
        sha256=digest,
        file_name=file_name,
        format=raw.format.value,
        mode=mode.value,
        mapping=Jsonb(mapping),
        rows_in=checked.rows_in,
        rows_stored=len(checked.frame),
        rows_set_aside=len(checked.set_aside),
        uploaded_by=uploaded_by,
    )
    composed = checked.notices.loc[checked.notices["code"] == NoticeCode.NAME_COMPOSED.value, "row_number"]
    frame = checked.frame.assign(name_composed=checked.frame["row_number"].isin(composed))
    run_file(connection, "ingest.store", "incoming_record")
    _copy_records(connection, frame)
    _copy_participations(connection, frame)
    counts = run_file(
        connection,
        "ingest.store",
        "store",
        {"dataset_id": dataset.dataset_id, "upload_id": upload_id, "full": mode is UploadMode.FULL},
    ).fetchone()
    assert counts is not None  # noqa: S101 - an aggregate
    _store_flags(connection, dataset, upload_id, checked)
    _copy_report(connection, upload_id, checked)
    new, changed, unchanged, gone = counts
    erased = int(checked.set_aside["_codes"].eq(NoticeCode.ERASED.value).sum())
    result = StoredUpload(
        upload_id, checked.rows_in, new, changed, unchanged, gone, len(checked.set_aside), erased=erased
    )
    record_event(
        connection, uploaded_by, "upload", "dataset", dataset.slug, upload_id=upload_id, rows_in=checked.rows_in,
        new=result.new, changed=result.changed, gone=result.gone, set_aside=result.set_aside,
    )  # fmt: skip
    return result


def partner_keys(frame: pd.DataFrame) -> pd.Series:
    """Return the partner's id of each row, or a fingerprint of its name and place; the nth twin is numbered n."""
    place = frame[["lon", "lat"]].round(FINGERPRINT_DECIMALS).astype(str).fillna("")
    seen = (
        frame["name"].map(fold) + "|" + place["lon"] + "|" + place["lat"] + "|" + frame["street"].fillna("")
    )
    numbered = seen + "|" + seen.groupby(seen).cumcount().astype(str)
    marks = [f"~{hashlib.sha256(text.encode()).hexdigest()[:24]}" for text in numbered]
    return frame["partner_key"].where(
        frame["partner_key"].notna(), pd.Series(marks, index=frame.index, dtype=object)
    )


def _same_file(connection: Connection, dataset: Dataset, digest: bytes) -> StoredUpload | None:
    """Return the dataset's latest upload where it is this very file, and no erasure has been made or lifted since."""
    row = connection.execute(
        "SELECT upload_id, rows_in, rows_stored, rows_set_aside, sha256 FROM commons.upload"
        " WHERE dataset_id = %s AND undone_at IS NULL AND uploaded_at > ALL ("
        "  SELECT greatest(erased_at, lifted_at) FROM commons.erased_key WHERE dataset = %s)"
        " ORDER BY upload_id DESC LIMIT 1",
        (dataset.dataset_id, dataset.slug),
    ).fetchone()
    if row is None or row[4] != digest:
        return None
    return StoredUpload(row[0], row[1], 0, 0, row[2], 0, row[3], is_repeat=True)


def _insert_upload(connection: Connection, **values: Any) -> int:
    row = connection.execute(
        sql.SQL("INSERT INTO commons.upload ({}) VALUES ({}) RETURNING upload_id").format(
            sql.SQL(", ").join(map(sql.Identifier, values)), sql.SQL(", ").join(map(sql.Placeholder, values))
        ),
        values,
    ).fetchone()
    assert row is not None  # noqa: S101 - an INSERT that returns
    return int(row[0])


def _copy_records(connection: Connection, frame: pd.DataFrame) -> None:
    codes = assign_points(frame["lon"], frame["lat"], stored_districts(connection))
    columns = ["row_number", "partner_key", "name_composed", *CONTENT, "lon", "lat"]
    placed = pd.concat([frame[columns].reset_index(drop=True), codes.reset_index(drop=True)], axis=1)
    rows = placed.astype(object).where(placed.notna(), None)
    extras = [Jsonb(extra) for extra in frame["extras"]]
    copy_rows(
        connection,
        "incoming_record",
        [*placed.columns, "extras"],
        ((*row, extra) for row, extra in zip(rows.itertuples(index=False, name=None), extras, strict=True)),
    )


def _copy_participations(connection: Connection, frame: pd.DataFrame) -> None:
    copy_rows(
        connection,
        "incoming_participation",
        ["row_number", "mutualisation_key", "title", "resource_kind", "since_on"],
        (
            (number, fold(told["title"]), told["title"], told["resource_kind"], told["since"])
            for number, all_told in zip(frame["row_number"], frame["participations"], strict=True)
            for told in all_told
        ),
    )


def _store_flags(connection: Connection, dataset: Dataset, upload_id: int, checked: CheckedRecords) -> None:
    ids = connection.execute("SELECT row_number, record_id FROM incoming_record").fetchall()
    record_id = pd.Series(dict(ids), dtype="int64")
    flags = checked.frame.assign(record_id=np.asarray(record_id.reindex(checked.frame["row_number"])))
    record_flags(connection, dataset.dataset_id, upload_id, flags, checked.flags_present)


def _copy_report(connection: Connection, upload_id: int, checked: CheckedRecords) -> None:
    notices = checked.notices[["row_number", "column", "code"]].astype(object)
    copy_rows(
        connection,
        "commons.notice",
        ["upload_id", "row_number", "column_name", "code"],
        (
            (upload_id, *row)
            for row in notices.where(notices.notna(), None).itertuples(index=False, name=None)
        ),
    )
    values = checked.set_aside.drop(columns=["_row", "_codes"]).astype(object)
    values = values.where(values.notna(), None)
    copy_rows(
        connection,
        "commons.set_aside_row",
        ["upload_id", "row_number", "codes", "values"],
        (
            (upload_id, int(number), codes.split("|"), Jsonb({} if codes == NoticeCode.ERASED else told))
            for number, codes, told in zip(
                checked.set_aside["_row"], checked.set_aside["_codes"], values.to_dict("records"), strict=True
            )
        ),
    )

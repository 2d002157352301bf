"""Storing checked records: new versions of what changed, nothing for what did not, gone for what a full list lacks."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import pyarrow as pa
from psycopg import sql
from psycopg.types.json import Jsonb

from commons.audit import record_event
from commons.consent.checks import lock_dataset
from commons.consent.opened import closed_since, opened_by_two
from commons.consent.record_flags import STORED, prepare_flags, says_anything, store_flags
from commons.database.connection import Connection
from commons.database.statements import (
    CopyText,
    column_list,
    copy_frame,
    copy_rows,
    copy_text,
    run_file,
    send_copy,
)
from commons.districts.stored import stored_districts
from commons.partners import Dataset
from commons.schema.fields import STORED_FIELDS
from commons.vocabulary import UploadMode, Visibility
from ingest.ahead import ahead
from ingest.check.records import CheckedRecords
from ingest.notices import KEPT_BY_NUMBER, NoticeCode, add_up, coded_frame, notice_frame, summarise
from ingest.store.ending import live_records, refuse_unconfirmed
from ingest.store.erased import without_erased
from ingest.store.held import Holding
from ingest.store.incoming import (
    FINGERPRINT_MARK,
    field_definitions,
    first_versions,
    incoming_frame,
    partner_keys,
)

DISTRICT_IDS = "SELECT level::text, code, district_id FROM reference.district WHERE is_current"
DRAW_IDS = """
SELECT array_agg(nextval('commons.source_record_record_id_seq')) FROM generate_series(1, %s)
"""


@dataclass(frozen=True)
class StoredUpload:
    """What an upload changed. `is_repeat` where the very same file had been stored before: then nothing did.

    `before` is how many records the dataset had, where the list is complete. Of the rows set aside, `erased` speak of
    records that were erased, and `held` are like one that was closed or erased.
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
    before: int = 0
    held: int = 0
    notices: pd.DataFrame = field(
        default_factory=lambda: add_up([summarise(notice_frame([]))]), compare=False
    )
    """A line per code and column, as `ingest.notices.summarise` makes it."""

    @property
    def remarks(self) -> dict[NoticeCode, int]:
        """Return of how many rows each remark is that only the dataset's own past gives cause for."""
        rows = self.notices.set_index("code")["rows"]
        codes = (*KEPT_BY_NUMBER, NoticeCode.OPENED_CLOSED)
        return {code: int(rows[code.value]) for code in codes if code.value in rows.index}


@dataclass(frozen=True)
class UploadedFile:
    """What an upload says of its file: the column of each field, and the saved mapping or the preset that told it.

    Both are None where the columns were recognised by themselves.
    """

    sha256: bytes
    file_name: str
    format: str
    mapping: Mapping[str, str]
    saved_mapping_id: int | None = None
    preset: str | None = None


def store(
    connection: Connection,
    dataset: Dataset,
    file: UploadedFile,
    chunks: Iterable[CheckedRecords],
    *,
    mode: UploadMode,
    uploaded_by: str,
    ends: int | None = None,
    is_trial: bool = False,
) -> StoredUpload:
    """Return what changed. The caller's transaction holds it all; a second upload of the dataset waits for its end.

    Raises EndsManyError where a complete list would end many records, and not as many as a person said (`ends`); of a
    trial, which is rolled back, nobody is asked. While the database stores one chunk, a second thread writes the next
    as it is copied, and a third checks another.
    """
    lock_dataset(connection, dataset)
    repeat = _same_file(connection, dataset, file)
    if repeat is not None:
        return repeat
    storing = _Storing(connection, dataset, file, mode, uploaded_by)
    for ready in ahead(storing.make_ready(chunks)):
        storing.add(ready)
    stored = storing.end()
    if mode is UploadMode.FULL and not is_trial:
        refuse_unconfirmed(stored.gone, stored.before, ends)
    return stored


@dataclass(frozen=True)
class _Ready:
    """A chunk as it is copied: into `incoming_record`, or with the keys of new records into `record_version`."""

    checked: CheckedRecords
    may_be_known: bool
    text: CopyText
    keys: CopyText | None = None
    flags: CopyText | None = None


class _Storing:
    """One upload on its way into the database."""

    def __init__(
        self, connection: Connection, dataset: Dataset, file: UploadedFile, mode: UploadMode, uploaded_by: str
    ) -> None:
        self._connection, self._dataset, self._file = connection, dataset, file
        self._mode, self._uploaded_by = mode, uploaded_by
        self._counts: Counter[str] = Counter()
        self._flags: frozenset[str] = frozenset()
        self._told_of_file: set[tuple[str, str | None]] = set()
        self._summaries: list[pd.DataFrame] = []
        self._twins: Counter[str] = Counter()
        self._districts = stored_districts(connection)
        self._district_ids = {(level, code): id_ for level, code, id_ in connection.execute(DISTRICT_IDS)}
        self._may_be_known = _has_records(connection, dataset)
        self._before = live_records(connection, dataset) if mode is UploadMode.FULL else 0
        self._holding = Holding(connection, dataset)
        self._opened = opened_by_two(connection, dataset)
        prepare_flags(connection)
        content = column_list(STORED_FIELDS)
        run_file(connection, "ingest.store", "incoming_record", content=content, fields=field_definitions())
        self._upload_id = _insert_upload(
            connection,
            dataset_id=dataset.dataset_id,
            sha256=file.sha256,
            file_name=file.file_name,
            format=file.format,
            mode=mode.value,
            mapping=Jsonb(dict(file.mapping)),
            saved_mapping_id=file.saved_mapping_id,
            preset=file.preset,
            rows_in=0,
            rows_stored=0,
            rows_set_aside=0,
            uploaded_by=uploaded_by,
        )

    def make_ready(self, chunks: Iterable[CheckedRecords]) -> Iterator["_Ready"]:
        """Yield each chunk with the partner's keys, and as it is copied; the database is not asked for it."""
        for checked in ahead(chunks):
            # A key of the partner's own may be the fingerprint of a row without one, in another chunk.
            own = checked.frame["partner_key"].astype("str")
            self._may_be_known |= bool(own.str.startswith(FINGERPRINT_MARK, na=False).any())
            keys = partner_keys(checked.frame, self._twins)
            keyed = replace(checked, frame=checked.frame.assign(partner_key=keys))
            yield self._ready(keyed, may_be_known=self._may_be_known)

    def _ready(self, checked: CheckedRecords, *, may_be_known: bool) -> "_Ready":
        incoming = incoming_frame(checked, self._districts)
        has_flags = says_anything(checked.flags_present)
        is_remarked = not has_flags and incoming["visibility"].eq(Visibility.WITHHELD.value).any()
        if may_be_known or incoming["participations"].notna().any() or incoming.empty or is_remarked:
            return _Ready(checked, may_be_known, copy_text(incoming))
        flags = incoming[[*STORED]] if has_flags else None
        return _Ready(
            checked,
            may_be_known,
            copy_text(first_versions(incoming, self._upload_id, self._district_ids)),
            keys=copy_text(incoming[["partner_key"]].assign(dataset_id=self._dataset.dataset_id)),
            flags=None if flags is None else copy_text(flags),
        )

    def add(self, ready: "_Ready") -> None:
        """Store a chunk, its flags, its notices and the rows that it sets aside."""
        checked = without_erased(self._connection, self._dataset, ready.checked, self._file.mapping)
        checked = self._holding.without_held(checked, self._upload_id)
        if checked is not ready.checked:
            ready = self._ready(checked, may_be_known=ready.may_be_known)
        self._flags = checked.flags_present
        if ready.keys is None:
            self._compare(ready)
        else:
            self._copy_first(ready, ready.keys)
        aside = checked.set_aside["_codes"]
        erased = int(aside.eq(NoticeCode.ERASED.value).sum())
        held = int(aside.isin(KEPT_BY_NUMBER).sum()) - erased
        self._counts.update(rows_in=checked.rows_in, set_aside=len(aside), erased=erased, held=held)
        self._report(checked)

    def _compare(self, ready: "_Ready") -> None:
        """Store what a chunk tells that its records' versions do not."""
        self._connection.execute("TRUNCATE incoming_record")
        send_copy(self._connection, "incoming_record", ready.text)
        values = {
            "dataset_id": self._dataset.dataset_id,
            "upload_id": self._upload_id,
            "has_flags": says_anything(self._flags),
            "may_be_known": ready.may_be_known,
        }
        content, incoming = column_list(STORED_FIELDS), column_list(STORED_FIELDS, of="i")
        counts = run_file(
            self._connection, "ingest.store", "store_chunk", values, content=content, incoming=incoming
        ).fetchone()
        assert counts is not None  # noqa: S101 - an aggregate
        self._counts.update(dict(zip(("new", "changed", "unchanged"), counts, strict=True)))

    def _copy_first(self, ready: "_Ready", keys: CopyText) -> None:
        """Copy a chunk whose records are all new straight to where they stay, under ids drawn for them."""
        row = self._connection.execute(DRAW_IDS, (len(keys.lines),)).fetchone()
        assert row is not None  # noqa: S101 - an aggregate
        ids = pa.array(row[0], pa.int64())
        for table, told in (
            ("commons.source_record", keys),
            ("commons.record_version", ready.text),
            ("flagged_record", ready.flags),
        ):
            if told is not None:
                send_copy(self._connection, table, told.beside("record_id", ids))
        numbers = ready.checked.frame["row_number"].to_numpy()
        seen = pd.DataFrame({"record_id": ids, "row_number": numbers})
        send_copy(self._connection, "seen_record", copy_text(seen))
        self._counts["new"] += len(ids)

    def end(self) -> StoredUpload:
        """Return what changed, once the records that a full list lacks are ended and the flags are stored."""
        gone = 0
        if self._mode is UploadMode.FULL and self._may_be_known:
            dataset_id = {"dataset_id": self._dataset.dataset_id}
            gone = run_file(self._connection, "ingest.store", "end_missing", dataset_id).rowcount
        store_flags(self._connection, self._dataset.dataset_id, self._upload_id, self._flags)
        self._tell_closed()
        told = self._counts
        self._connection.execute(
            "UPDATE commons.upload SET rows_in = %s, rows_stored = %s, rows_set_aside = %s WHERE upload_id = %s",
            (told["rows_in"], told["rows_in"] - told["set_aside"], told["set_aside"], self._upload_id),
        )
        result = StoredUpload(
            self._upload_id, told["rows_in"], told["new"], told["changed"], told["unchanged"], gone,
            told["set_aside"], erased=told["erased"], held=told["held"], before=self._before,
            notices=add_up(self._summaries),
        )  # fmt: skip
        record_event(
            self._connection, self._uploaded_by, "upload", "dataset", self._dataset.slug, upload_id=self._upload_id,
            rows_in=result.rows_in, new=result.new, changed=result.changed, gone=result.gone,
            set_aside=result.set_aside,
        )  # fmt: skip
        return result

    def _tell_closed(self) -> None:
        """Remark on the rows whose flags close what two people had opened of their records."""
        closed = closed_since(self._connection, self._dataset, self._opened)
        rows = self._connection.execute(
            "SELECT row_number FROM seen_record WHERE record_id = ANY (%s) ORDER BY row_number", (closed,)
        ).fetchall()
        if rows:
            notices = coded_frame(NoticeCode.OPENED_CLOSED, [number for (number,) in rows], None)
            self._summaries.append(summarise(notices))
            self._keep_notices(notices)

    def _keep_notices(self, notices: pd.DataFrame) -> None:
        kept = notices[["row_number", "column", "code"]].rename(columns={"column": "column_name"})
        copy_frame(self._connection, "commons.notice", kept.assign(upload_id=self._upload_id))

    def _report(self, checked: CheckedRecords) -> None:
        """Keep the notices, each of those about the whole file once, and the rows set aside."""
        notices = checked.notices
        of_file = notices[notices["row_number"].isna()]
        said = [
            (code, column) in self._told_of_file
            for code, column in zip(of_file["code"], of_file["column"].astype(object), strict=True)
        ]
        self._told_of_file.update(zip(of_file["code"], of_file["column"].astype(object), strict=True))
        told = notices.drop(of_file.index[said])
        self._summaries.append(summarise(told))
        self._keep_notices(told)
        copy_set_aside(self._connection, self._upload_id, checked.set_aside)


def _same_file(connection: Connection, dataset: Dataset, file: UploadedFile) -> StoredUpload | None:
    """Return the dataset's latest upload where it is this very file, read by the same mapping.

    None where an erasure has been made or lifted since, or a row was let in.
    """
    row = connection.execute(
        "SELECT upload_id, rows_in, rows_stored, rows_set_aside, sha256, mapping, saved_mapping_id, preset"
        " FROM commons.upload"
        " WHERE dataset_id = %s AND undone_at IS NULL AND uploaded_at > ALL ("
        "  SELECT greatest(erased_at, lifted_at) FROM commons.erased_key WHERE dataset = %s"
        "  UNION ALL SELECT admitted_at FROM commons.held_row WHERE dataset_id = %s AND admitted_at IS NOT NULL)"
        " ORDER BY upload_id DESC LIMIT 1",
        (dataset.dataset_id, dataset.slug, dataset.dataset_id),
    ).fetchone()
    read_as = (file.sha256, dict(file.mapping), file.saved_mapping_id, file.preset)
    if row is None or row[4:] != read_as:
        return None
    return StoredUpload(row[0], row[1], 0, 0, row[2], 0, row[3], is_repeat=True)


def _has_records(connection: Connection, dataset: Dataset) -> bool:
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM commons.source_record WHERE dataset_id = %s)", (dataset.dataset_id,)
    ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate
    return bool(row[0])


def _insert_upload(connection: Connection, **values: Any) -> int:
    row = connection.execute(
        sql.SQL("INSERT INTO commons.upload ({}) VALUES ({}) RETURNING upload_id").format(
            sql.SQL(", ").join(map(sql.Identifier, values)), sql.SQL(", ").join(map(sql.Placeholder, values))
        ),
        values,
    ).fetchone()
    assert row is not None  # noqa: S101 - an INSERT that returns
    return int(row[0])


def copy_set_aside(connection: Connection, upload_id: int, set_aside: pd.DataFrame) -> None:
    """Keep the rows set aside as they stand in the file; of one that is or may be an erased record the number only."""
    values = set_aside.drop(columns=["_row", "_codes"]).astype(object)
    values = values.where(values.notna(), None)
    copy_rows(
        connection,
        "commons.set_aside_row",
        ["upload_id", "row_number", "codes", "values"],
        (
            (upload_id, int(number), codes.split("|"), Jsonb({} if codes in KEPT_BY_NUMBER else told))
            for number, codes, told in zip(
                set_aside["_row"], set_aside["_codes"], values.to_dict("records"), strict=True
            )
        ),
    )

"""Erasing a record: it is withdrawn, every value stored of it goes, and the next upload does not bring it back."""

from dataclasses import dataclass
from uuid import UUID

import pandas as pd
from psycopg import sql

from commons.audit import record_event
from commons.categories.scheme import fold
from commons.consent.erased import COLUMNS, frequent_words, hashes_of
from commons.consent.withdraw import Receipt, withdraw
from commons.database.connection import Connection
from commons.database.statements import column_list
from commons.errors import CommonsError
from commons.partners import Dataset
from commons.safekeeping.key import erasure_key
from commons.safekeeping.ledger import EntryKind
from commons.schema.fields import FIELDS, STORED_FIELDS

VERSIONS = sql.SQL(
    "SELECT r.record_id, r.partner_key, ST_X(v.geom) AS lon, ST_Y(v.geom) AS lat, {fields}"
    " FROM commons.source_record r LEFT JOIN commons.record_version v USING (record_id)"
    " WHERE r.dataset_id = %s AND r.partner_key = %s"
).format(fields=column_list(STORED_FIELDS, of="v"))
OTHER_NAMES = (
    "SELECT v.name, v.name_fr, v.name_nl, v.name_en FROM commons.source_record r"
    " CROSS JOIN LATERAL (SELECT * FROM commons.record_version v WHERE v.record_id = r.record_id"
    " ORDER BY v.version_id DESC LIMIT 1) v"
    " WHERE r.dataset_id = %s AND r.record_id <> %s"
)
ERASE = "SELECT what, count FROM commons.erase_record(%s, %s, %s, %s, %s)"
PERSONAL = tuple(field.name for field in FIELDS if field.personal)
"""The columns that may name the person concerned."""


@dataclass(frozen=True)
class Erasure:
    """The withdrawal that came first, and how many rows of each kind lost their values (in a dry run: would)."""

    receipt: Receipt
    removed: dict[str, int]


def erase(
    connection: Connection,
    dataset: Dataset,
    *,
    record_key: str,
    erased_by: str,
    dry_run: bool = False,
    uid: UUID | None = None,
) -> Erasure:
    """Return what an erasure of the record removed, or would remove; it is in force when the caller commits.

    Waits for a running upload of the dataset and a running merge. `erased_by` stays in the log: raises CommonsError
    where it is the name of the person concerned, or where the dataset has no record of this key.
    """
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('commons dataset'), %s)", (dataset.dataset_id,))
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('commons merge'))")
    versions = _versions(connection, dataset, record_key)
    if uid is None and fold(erased_by) in {
        fold(text) for column in PERSONAL for text in versions[column].dropna()
    }:
        raise CommonsError("erasure.by_subject")
    key = erasure_key()
    with connection.transaction(force_rollback=dry_run):
        receipt = withdraw(
            connection,
            dataset,
            record_key=record_key,
            withdrawn_by=erased_by,
            dry_run=dry_run,
            kind=EntryKind.ERASURE,
            uid=uid,
        )
        record_id = int(versions["record_id"].iloc[0])
        withdrawal_id = receipt.withdrawal_id or _stand_in(connection, dataset, record_id)
        frequent = frequent_words(connection.execute(OTHER_NAMES, (dataset.dataset_id, record_id)))
        marks = sorted(hashes_of(key, dataset.slug, versions[list(COLUMNS)], frequent))
        values = (
            record_id,
            withdrawal_id,
            key.key_id,
            [kind for kind, _ in marks],
            [told for _, told in marks],
        )
        removed: dict[str, int] = dict(connection.execute(ERASE, values).fetchall())
        if not dry_run:
            record_event(
                connection, erased_by, "erase", "record", record_id,
                withdrawal_id=receipt.withdrawal_id, removed=removed,
            )  # fmt: skip
    return Erasure(receipt, removed)


def forget_erased(connection: Connection) -> None:
    """Make the planner's statistics forget what has been erased: they may quote values. Best after the commit."""
    connection.execute("SELECT commons.forget_erased()")


def was_erased(connection: Connection, dataset: Dataset, record_key: str) -> bool:
    """Return whether a record of this key was erased from the dataset and is still barred."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM commons.erased_key"
        " WHERE dataset = %s AND kind = 'key' AND keyed_hash = %s AND lifted_at IS NULL)",
        (dataset.slug, erasure_key().hash_record(dataset.slug, record_key)),
    ).fetchone()
    assert row is not None  # noqa: S101 - a SELECT EXISTS
    return bool(row[0])


def readmit(connection: Connection, dataset: Dataset, *, record_key: str | None, asked_by: str) -> bool:
    """Return whether the record may come back with the next upload: it takes two people, each asking once.

    Without a key, all that were erased with a secret that is lost: nobody can know any more which records they are.
    Raises CommonsError where nothing such was erased.
    """
    key = erasure_key()
    known_as = None if record_key is None else key.hash_record(dataset.slug, record_key)
    row = connection.execute(
        "SELECT commons.lift_erasure(%s, %s, %s, %s)", (dataset.slug, known_as, key.key_id, asked_by)
    ).fetchone()
    assert row is not None  # noqa: S101 - a function
    if row[0] == "unknown":
        raise CommonsError("erasure.not_erased", dataset=dataset.slug)
    record_event(connection, asked_by, "readmit", "dataset", dataset.slug, known_as=known_as, outcome=row[0])
    return bool(row[0] == "lifted")


def _versions(connection: Connection, dataset: Dataset, record_key: str) -> pd.DataFrame:
    cursor = connection.execute(VERSIONS, (dataset.dataset_id, record_key))
    columns = [column.name for column in cursor.description or ()]
    versions = pd.DataFrame(cursor.fetchall(), columns=columns).astype(object)
    if versions.empty:
        raise CommonsError("consent.no_record", dataset=dataset.slug)
    return versions


def _stand_in(connection: Connection, dataset: Dataset, record_id: int) -> int:
    """Return a withdrawal for a dry run, which is rolled back with it."""
    row = connection.execute(
        "INSERT INTO commons.withdrawal (dataset_id, record_id, field_groups, withdrawn_by, receipt)"
        " VALUES (%s, %s, enum_range(NULL::reference.field_group), '', '[]') RETURNING withdrawal_id",
        (dataset.dataset_id, record_id),
    ).fetchone()
    assert row is not None  # noqa: S101 - an INSERT that returns
    return int(row[0])

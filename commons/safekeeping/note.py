"""Noting withdrawals in the ledger: each before it commits, and afterwards those that could not be."""

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from commons.audit import committed_head
from commons.database.connection import Connection
from commons.errors import CommonsError
from commons.safekeeping.key import erasure_key
from commons.safekeeping.ledger import Entry, EntryKind, append_to_ledger, read_ledger
from commons.vocabulary import FieldGroup


def note_withdrawal(
    connection: Connection,
    *,
    uid: UUID,
    kind: EntryKind,
    dataset: str,
    record_key: str | None,
    field_groups: Collection[FieldGroup],
) -> bool:
    """Return whether the ledger has the withdrawal now.

    A ledger that cannot be written stops no withdrawal: what is shown is worse than what could come back. `catch_up`
    notes it later (docs/decisions/0007-ledger.md).
    """
    try:
        key = None if record_key is None else erasure_key()
        entry = Entry(
            uid=uid,
            at=datetime.now(UTC),
            kind=kind,
            dataset=dataset,
            record=None if key is None or record_key is None else key.hash_record(dataset, record_key),
            key_id=None if key is None else key.key_id,
            field_groups=tuple(field_groups),
            head=committed_head(connection),
        )
        append_to_ledger(entry)
    except (OSError, CommonsError):
        return False
    return True


def catch_up(connection: Connection) -> int:
    """Return how many withdrawals of the database were missing from the ledger, and are in it now."""
    noted = [entry.uid for entry in read_ledger().entries]
    rows = connection.execute(
        "SELECT w.uid, w.withdrawn_at, d.slug, r.partner_key, w.field_groups::text[], e.keyed_hash, e.key_id,"
        "       e.withdrawal_id = w.withdrawal_id"
        "  FROM commons.withdrawal w"
        "  JOIN commons.dataset d USING (dataset_id)"
        "  LEFT JOIN commons.source_record r USING (record_id)"
        "  LEFT JOIN commons.erased_key e ON e.record_id = w.record_id AND e.kind = 'key'"
        " WHERE NOT w.uid = ANY (%s)"
        " ORDER BY w.withdrawal_id",
        (noted,),
    ).fetchall()
    head = committed_head(connection)
    missing = []
    for uid, at, dataset, record_key, field_groups, erased_as, erased_with, is_erasure in rows:
        record, key_id = erased_as, erased_with
        if record is None and record_key is not None:
            key = erasure_key()
            record, key_id = key.hash_record(dataset, record_key), key.key_id
        missing.append(
            Entry(
                uid=uid,
                at=at,
                kind=EntryKind.ERASURE if is_erasure else EntryKind.WITHDRAWAL,
                dataset=dataset,
                record=record,
                key_id=key_id,
                field_groups=tuple(map(FieldGroup, field_groups)),
                head=head,
            )
        )
    if missing:
        append_to_ledger(*missing)
    return len(missing)

"""Noting withdrawals and narrowings in the ledger: each before it commits, and afterwards those that could not be."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from commons.audit import Head, committed_head, record_event
from commons.database.connection import Connection
from commons.database.statements import run_file
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
    field_groups: Collection[FieldGroup] = (),
    wanted: Mapping[str, Any] | None = None,
) -> bool:
    """Return whether the ledger has the withdrawal, or the narrowing to what is wanted, now.

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
            wanted=None if wanted is None else dict(wanted),
            head=committed_head(connection),
        )
        append_to_ledger(entry)
    except (OSError, CommonsError):
        return False
    return True


def catch_up(connection: Connection) -> int:
    """Return how many withdrawals and narrowings of the database were missing from the ledger, and are in it now."""
    noted = [entry.uid for entry in read_ledger().entries]
    rows = run_file(connection, "commons.safekeeping", "not_noted", {"noted": noted}).fetchall()
    head = committed_head(connection)
    missing = []
    for uid, kind, at, dataset, record_key, field_groups, wanted, erased_as, erased_with in rows:
        record, key_id = erased_as, erased_with
        if record is None and record_key is not None:
            key = erasure_key()
            record, key_id = key.hash_record(dataset, record_key), key.key_id
        missing.append(
            Entry(
                uid=uid,
                at=at,
                kind=EntryKind(kind),
                dataset=dataset,
                record=record,
                key_id=key_id,
                field_groups=tuple(map(FieldGroup, field_groups)),
                wanted=wanted,
                head=head,
            )
        )
    if missing:
        append_to_ledger(*missing)
    return len(missing)


def catch_up_or_refuse(connection: Connection) -> int:
    """Return what `catch_up` does, or raise CommonsError where the ledger cannot be written."""
    try:
        return catch_up(connection)
    except OSError as failure:
        raise CommonsError("ledger.not_writable", reason=failure.strerror) from failure


def note_backup(connection: Connection) -> None:
    """Say in the audit log and in the ledger that a backup is made: by that a restore knows the ledger again."""
    _note_event(connection, EntryKind.BACKUP)


def note_restore(connection: Connection) -> None:
    """Say the same of a restore: heads noted before it need not be found again."""
    _note_event(connection, EntryKind.RESTORE)


def _note_event(connection: Connection, kind: EntryKind) -> None:
    uid = uuid4()
    record_event(connection, f"commons {kind.value}", kind.value, "database", uid)
    connection.commit()
    try:
        append_to_ledger(Entry(uid=uid, at=datetime.now(UTC), kind=kind, head=committed_head(connection)))
    except OSError as failure:
        raise CommonsError("ledger.not_writable", reason=failure.strerror) from failure


def noted_heads(connection: Connection, *, new_ledger: bool = False) -> frozenset[Head]:
    """Return the heads of the audit log that the ledger has noted of this database: they must still be links of it.

    A restored database lacks those noted between its backup and its restore. Raises CommonsError where the ledger is
    damaged, or knows nothing of the restore that the database tells of, unless it is known to be new.
    """
    ledger = read_ledger()
    ledger.check()
    uid = last_uid(connection, EntryKind.RESTORE)
    since = next((i for i, entry in enumerate(ledger.entries) if entry.uid == uid), None)
    if since is None and uid is not None:
        if not new_ledger:
            raise CommonsError("audit.unknown_restore")
        append_to_ledger(
            Entry(uid=uid, at=datetime.now(UTC), kind=EntryKind.RESTORE, head=committed_head(connection))
        )
        return frozenset()
    return frozenset(
        entry.head
        for entry in ledger.entries[since:]
        if entry.head is not None and (entry.kind is not EntryKind.RESTORE or entry.uid == uid)
    )


def last_uid(connection: Connection, kind: EntryKind) -> UUID | None:
    """Return the uid of the last backup or restore that the database tells of."""
    row = connection.execute(
        "SELECT object_id FROM commons.audit_event WHERE action = %s AND object_kind = 'database'"
        " ORDER BY event_id DESC LIMIT 1",
        (kind.value,),
    ).fetchone()
    return None if row is None else UUID(row[0])

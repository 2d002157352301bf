"""Withdrawing consent: one action, seen before it is done, gone everywhere at its commit, with a receipt."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from commons.audit import record_event
from commons.consent.counted import Snapshot, snapshots_counting
from commons.consent.effects import Effect, effects_since, note_shown
from commons.consent.records import About, find_record
from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.partners import Dataset
from commons.release.egress import HandedOut, handed_out_of
from commons.safekeeping.ledger import EntryKind
from commons.safekeeping.note import note_withdrawal
from commons.vocabulary import FieldGroup


@dataclass(frozen=True)
class Receipt:
    """What was withdrawn, and what that removed; `withdrawal_id` is None for a dry run.

    `in_ledger` is False where the ledger outside the database could not be written: it must be, before a backup counts.
    `snapshots` are those of statistics that were frozen with it, `handed_out` what had left with its values.
    """

    withdrawal_id: int | None
    dataset: str
    record: str | None
    field_groups: tuple[FieldGroup, ...]
    effects: tuple[Effect, ...]
    in_ledger: bool = True
    snapshots: tuple[Snapshot, ...] = ()
    handed_out: tuple[HandedOut, ...] = ()


def withdraw(
    connection: Connection,
    dataset: Dataset,
    *,
    record_key: str | None = None,
    field_groups: Collection[FieldGroup] = tuple(FieldGroup),
    withdrawn_by: str,
    dry_run: bool = False,
    kind: EntryKind = EntryKind.WITHDRAWAL,
    uid: UUID | None = None,
) -> Receipt:
    """Return the receipt of a withdrawal of these field groups, of one record or (without a key) of the whole dataset.

    It takes effect for every audience and purpose when the caller commits, and outlasts later uploads: what a file says
    afterwards does not open it again. It is noted in the ledger first, unless it comes from there with its `uid`. A dry
    run changes nothing and returns what would be. Raises CommonsError where the dataset has no record of this key.
    """
    groups = tuple(group for group in FieldGroup if group in set(field_groups))
    record_id = None if record_key is None else find_record(connection, dataset, record_key, even_gone=True)
    values = {
        "dataset_id": dataset.dataset_id,
        "record_id": record_id,
        "field_groups": [group.value for group in groups],
        "withdrawn_by": withdrawn_by,
    }
    in_ledger = dry_run or uid is not None
    uid = uid or uuid4()
    in_ledger = in_ledger or note_withdrawal(
        connection, uid=uid, kind=kind, dataset=dataset.slug, record_key=record_key, field_groups=groups
    )
    about = About(dataset.dataset_id, record_id)
    with connection.transaction(force_rollback=dry_run):
        note_shown(connection, about)
        run_file(connection, "commons.consent", "withdraw", values)
        effects = effects_since(connection, with_districts=dry_run)
        snapshots, handed = snapshots_counting(connection, about), tuple(handed_out_of(connection, *about))
        if dry_run:
            return Receipt(
                None, dataset.slug, record_key, groups, effects, snapshots=snapshots, handed_out=handed
            )
        row = connection.execute(
            "INSERT INTO commons.withdrawal (dataset_id, record_id, field_groups, withdrawn_by, receipt, uid)"
            " VALUES (%(dataset_id)s, %(record_id)s, %(field_groups)s::reference.field_group[], %(withdrawn_by)s,"
            " %(receipt)s, %(uid)s) RETURNING withdrawal_id",
            values | {"uid": uid, "receipt": Jsonb([asdict(effect) for effect in effects])},
        ).fetchone()
        assert row is not None  # noqa: S101 - an INSERT that returns
        # The log cannot be erased: for one record, whose person may be who withdraws, the withdrawal says who.
        actor = withdrawn_by if record_key is None else f"withdrawal {row[0]}"
        record_event(
            connection, actor, "withdraw", "dataset", dataset.slug,
            withdrawal_id=row[0], record_id=record_id, field_groups=values["field_groups"],
        )  # fmt: skip
        return Receipt(int(row[0]), dataset.slug, record_key, groups, effects, in_ledger, snapshots, handed)
